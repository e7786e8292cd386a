"""Nouns of ctscan: frozen, slotted values, one file per subject.

Times are aware datetimes in UTC; log timestamps are milliseconds since 1970, as the logs give them. Ranges are
half-open `[start, end)`. Hashes are raw bytes; only rendering turns them into hex, base64 or RFC 3339.
"""

from ctscan.model.answer import Answer, CertificateSummary, Match, Sighting
from ctscan.model.authority import Authority, AuthorityList, Issuer, IssuerOrigin
from ctscan.model.certificate import Attribute, Certificate, DecodedString, Extension, Field, GeneralName, Name, Problem
from ctscan.model.compact_range import CompactRange
from ctscan.model.coverage import Gap, GapReason, LogCoverage, LogState, PendingRange, VerifiedRange
from ctscan.model.entry import Batch, BatchLayout, Entry, EntryKind
from ctscan.model.finding import Confidence, Finding, Qualifier, RuleSet, RuleVersion, Sensitivity, SubjectKind
from ctscan.model.hit import EMPTY_RESULT, BatchResult, ChainHit, Hit, IssuerRequest, Unreadable
from ctscan.model.identifier import Identifier, IdentifierKind, LookupKey
from ctscan.model.log import FinalHead, ListedState, Log, LogProtocol, SkippedLog, TreeHead
from ctscan.model.proof import Evidence, InclusionProof
from ctscan.model.repository import (
    Coordinate,
    Disclosure,
    Incompleteness,
    Question,
    QuestionKind,
    Repository,
    RepositoryEntry,
    RepositoryHit,
    RepositorySighting,
    Search,
    SearchState,
)
from ctscan.model.revocation import CertificateStanding, Crl, KeptCertificate, Revocation, RevocationState, Status
from ctscan.model.scan import Run, RunState, ScanStep
from ctscan.model.spans import Span

__all__ = [
    "EMPTY_RESULT",
    "Answer",
    "Attribute",
    "Authority",
    "AuthorityList",
    "Batch",
    "BatchLayout",
    "BatchResult",
    "Certificate",
    "CertificateStanding",
    "CertificateSummary",
    "ChainHit",
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
    "Name",
    "PendingRange",
    "Problem",
    "Qualifier",
    "Question",
    "QuestionKind",
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
    "SearchState",
    "Sensitivity",
    "Sighting",
    "SkippedLog",
    "Span",
    "Status",
    "SubjectKind",
    "TreeHead",
    "Unreadable",
    "VerifiedRange",
]
