"""Nouns of ctscan: frozen, slotted values, one file per subject.

Times are aware datetimes in UTC; log timestamps are milliseconds since 1970, as the logs give them. Ranges are
half-open `[start, end)`. Hashes are raw bytes; only rendering turns them into hex, base64 or RFC 3339.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctscan.on_first_use import names_of

if TYPE_CHECKING:
    from ctscan.model.answer import (
        Answer,
        AnswerHeader,
        Offer,
        OfferReason,
        Remark,
        ShownPart,
    )
    from ctscan.model.answer_parts import AnswerBegun, AnswerPart, MatchPage
    from ctscan.model.attribution import AttributionReason, Phrase
    from ctscan.model.audit import AuditAction, AuditEvent, AuditState
    from ctscan.model.authority import Authority, AuthorityList, Issuer, IssuerOrigin
    from ctscan.model.basis import Basis, BasisChange, BasisLog, BasisSource, LogChoice, LogListEdition
    from ctscan.model.certificate import (
        Attribute,
        Certificate,
        DecodedString,
        Extension,
        Field,
        GeneralName,
        Name,
        Problem,
    )
    from ctscan.model.compact_range import CompactRange
    from ctscan.model.coverage import (
        FailureKind,
        Freshness,
        Gap,
        GapDetail,
        GapReason,
        LogCoverage,
        LogState,
        PendingRange,
        Staleness,
        VerifiedRange,
    )
    from ctscan.model.entry import Batch, BatchLayout, Entry, EntryKind, Octets
    from ctscan.model.finding import Confidence, Finding, Qualifier, RuleSet, RuleVersion, Sensitivity, SubjectKind
    from ctscan.model.forgetting import ForgetRequest, Forgotten, Removed
    from ctscan.model.hit import EMPTY_RESULT, BatchResult, ChainHit, Hit, IssuerRequest, Unreadable
    from ctscan.model.holder import Holder
    from ctscan.model.identifier import Identifier, IdentifierKind, LookupKey
    from ctscan.model.log import (
        Cosignature,
        FinalHead,
        ListedState,
        Log,
        LogProtocol,
        SeenHead,
        SkippedLog,
        SkipReason,
        TreeHead,
    )
    from ctscan.model.match import CertificateSummary, Match, PartlyRead, Sighting
    from ctscan.model.match_tally import MatchTally
    from ctscan.model.message import LEGACY, Code, Message, decoded_message
    from ctscan.model.misbehaviour import (
        DismissalReason,
        DismissedMisbehaviour,
        MisbehaviourDecision,
        MisbehaviourEvidence,
        MisbehaviourKind,
        RecordedMisbehaviour,
    )
    from ctscan.model.proof import Evidence, InclusionProof
    from ctscan.model.repository import (
        Coordinate,
        Disclosure,
        Incompleteness,
        PlannedDisclosure,
        Repository,
        RepositoryEntry,
        RepositoryHit,
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
    from ctscan.model.search import (
        Question,
        QuestionKind,
        RepositorySighting,
        Search,
        SearchScope,
        SearchShortfall,
        SearchState,
        Shortfall,
    )
    from ctscan.model.selection import Selection
    from ctscan.model.spans import Span

__getattr__ = names_of(
    __name__,
    {
        "answer": "Answer AnswerHeader Offer OfferReason Remark ShownPart",
        "answer_parts": "AnswerBegun AnswerPart MatchPage",
        "attribution": "AttributionReason Phrase",
        "audit": "AuditAction AuditEvent AuditState",
        "authority": "Authority AuthorityList Issuer IssuerOrigin",
        "basis": "Basis BasisChange BasisLog BasisSource LogChoice LogListEdition",
        "certificate": "Attribute Certificate DecodedString Extension Field GeneralName Name Problem",
        "compact_range": "CompactRange",
        "coverage": "FailureKind Freshness Gap GapDetail GapReason LogCoverage LogState PendingRange Staleness "
        "VerifiedRange",
        "entry": "Batch BatchLayout Entry EntryKind Octets",
        "finding": "Confidence Finding Qualifier RuleSet RuleVersion Sensitivity SubjectKind",
        "forgetting": "ForgetRequest Forgotten Removed",
        "hit": "EMPTY_RESULT BatchResult ChainHit Hit IssuerRequest Unreadable",
        "holder": "Holder",
        "identifier": "Identifier IdentifierKind LookupKey",
        "log": "Cosignature FinalHead ListedState Log LogProtocol SeenHead SkippedLog SkipReason TreeHead",
        "match": "CertificateSummary Match PartlyRead Sighting",
        "match_tally": "MatchTally",
        "message": "LEGACY Code Message decoded_message",
        "misbehaviour": "DismissalReason DismissedMisbehaviour MisbehaviourDecision MisbehaviourEvidence "
        "MisbehaviourKind RecordedMisbehaviour",
        "proof": "Evidence InclusionProof",
        "repository": "Coordinate Disclosure Incompleteness PlannedDisclosure Repository RepositoryEntry "
        "RepositoryHit Source",
        "revocation": "CertificateStanding Crl KeptCertificate Revocation RevocationState Status StatusReason",
        "scan": "Run RunState ScanStep",
        "search": "Question QuestionKind RepositorySighting Search SearchScope SearchShortfall SearchState Shortfall",
        "selection": "Selection",
        "spans": "Span",
    },
)
