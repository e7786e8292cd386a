"""Nouns of ctscan: frozen, slotted values, one file per subject.

Times are aware datetimes in UTC; log timestamps are milliseconds since 1970, as the logs give them. Ranges are
half-open `[start, end)`. Hashes are raw bytes; only rendering turns them into hex, base64 or RFC 3339.
"""

from ctscan.model.answer import Answer, CertificateSummary, Match, Remark, Sighting
from ctscan.model.attribution import AttributionReason, Phrase
from ctscan.model.authority import Authority, AuthorityList, Issuer, IssuerOrigin
from ctscan.model.certificate import Attribute, Certificate, DecodedString, Extension, Field, GeneralName, Name, Problem
from ctscan.model.compact_range import CompactRange
from ctscan.model.coverage import Gap, GapDetail, GapReason, LogCoverage, LogState, PendingRange, VerifiedRange
from ctscan.model.entry import Batch, BatchLayout, Entry, EntryKind
from ctscan.model.finding import Confidence, Finding, Qualifier, RuleSet, RuleVersion, Sensitivity, SubjectKind
from ctscan.model.hit import EMPTY_RESULT, BatchResult, ChainHit, Hit, IssuerRequest, Unreadable
from ctscan.model.identifier import Identifier, IdentifierKind, LookupKey
from ctscan.model.log import FinalHead, ListedState, Log, LogProtocol, SkippedLog, SkipReason, TreeHead
from ctscan.model.message import LEGACY, Code, Message, decoded_message
from ctscan.model.proof import Evidence, InclusionProof
from ctscan.model.repository import (
    Coordinate,
    Disclosure,
    Incompleteness,
    PlannedDisclosure,
    Question,
    QuestionKind,
    Repository,
    RepositoryEntry,
    RepositoryHit,
    RepositorySighting,
    Search,
    SearchScope,
    SearchShortfall,
    SearchState,
    Shortfall,
    Source,
)
from ctscan.model.revocation import (
    CertificateStanding,
    Crl,
    KeptCertificate,
    Revocation,
    RevocationState,
    Status,
    StatusReason,
)
from ctscan.model.scan import Run, RunState, ScanStep
from ctscan.model.spans import Span

__all__ = [
    "EMPTY_RESULT",
    "LEGACY",
    "Answer",
    "Attribute",
    "AttributionReason",
    "Authority",
    "AuthorityList",
    "Batch",
    "BatchLayout",
    "BatchResult",
    "Certificate",
    "CertificateStanding",
    "CertificateSummary",
    "ChainHit",
    "Code",
    "CompactRange",
    "Confidence",
    "Coordinate",
    "Crl",
    "DecodedString",
    "Disclosure",
    "Entry",
    "EntryKind",
    "Evidence",
    "Extension",
    "Field",
    "FinalHead",
    "Finding",
    "Gap",
    "GapDetail",
    "GapReason",
    "GeneralName",
    "Hit",
    "Identifier",
    "IdentifierKind",
    "InclusionProof",
    "Incompleteness",
    "Issuer",
    "IssuerOrigin",
    "IssuerRequest",
    "KeptCertificate",
    "ListedState",
    "Log",
    "LogCoverage",
    "LogProtocol",
    "LogState",
    "LookupKey",
    "Match",
    "Message",
    "Name",
    "PendingRange",
    "Phrase",
    "PlannedDisclosure",
    "Problem",
    "Qualifier",
    "Question",
    "QuestionKind",
    "Remark",
    "Repository",
    "RepositoryEntry",
    "RepositoryHit",
    "RepositorySighting",
    "Revocation",
    "RevocationState",
    "RuleSet",
    "RuleVersion",
    "Run",
    "RunState",
    "ScanStep",
    "Search",
    "SearchScope",
    "SearchShortfall",
    "SearchState",
    "Sensitivity",
    "Shortfall",
    "Sighting",
    "SkipReason",
    "SkippedLog",
    "Source",
    "Span",
    "Status",
    "StatusReason",
    "SubjectKind",
    "TreeHead",
    "Unreadable",
    "VerifiedRange",
    "decoded_message",
]
