"""Suppressions: the promises that an index keeps towards people who objected, or asked to be erased."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from ctscan.model.identifier import IdentifierKind
from ctscan.model.message import Code

if TYPE_CHECKING:
    from ctscan.model.alert_record import AlertDisclosure
    from ctscan.model.message import Message


class Ground(StrEnum):
    """Ground of a suppression."""

    OBJECTION = "objection"  # GDPR article 21
    ERASURE = "erasure"  # GDPR article 17
    UNLAWFUL = "unlawful"  # the processing was unlawful: article 17(1)(d)
    CONSENT_WITHDRAWN = "consent-withdrawn"  # article 17(1)(b)


class SuppressionKind(StrEnum):
    """Kind of an entry of the suppression file."""

    FORGOTTEN = "forgotten"  # deleted, and not written again
    RESTRICTED = "restricted"  # kept, and hidden from every reader: GDPR article 18
    LIFTED = "lifted"  # takes an earlier entry back
    LOST = "lost"  # first entry of a file that was begun because the one before, or its key, was lost


@dataclass(frozen=True, slots=True)
class SuppressedDigest:
    """Digest of an identifier: HMAC-SHA-256 of its kind and its form for comparison."""

    kind: IdentifierKind
    digest: bytes


@dataclass(frozen=True, slots=True)
class Suppression:
    """Entry of the suppression file. Entries are only added, and numbered 1, 2, 3 and so on.

    Attributes:
        number: its number; 0 before it is written.
        at: moment of the promise.
        kind: kind of the entry.
        ground: ground of the promise; of a lifting, that of the entry which it lifts.
        identifiers: identifiers of the person in their proven forms.
        certificates: certificates that were deleted or hidden, each by several digests (identity, fingerprints, serial
            number).
        normalisation: version of the forms that are compared.
        lifts: number of the entry that it lifts; 0: none.
        told: day on which the person was told of the lifting (GDPR article 18(3)).
        case: number of the case; empty without one.
    """

    number: int
    at: datetime
    kind: SuppressionKind
    ground: Ground
    identifiers: tuple[SuppressedDigest, ...] = ()
    certificates: tuple[SuppressedDigest, ...] = ()
    normalisation: int = 0
    lifts: int = 0
    told: date | None = None
    case: str = ""


@dataclass(frozen=True, slots=True)
class PrivacyFiles:
    """Paths of the key file and of the suppression file of an index."""

    key: str
    suppressions: str


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Answer of the suppressions to a look-up: the person objected, or asked to be erased."""

    since: datetime
    ground: Ground
    restricted: bool


@dataclass(frozen=True, slots=True)
class SuppressionsAsked:
    """Word of the suppressions on an identifier.

    Attributes:
        suppressed: the person's own suppression; None: there is none.
        shared: a certificate with the identifier was left out, because somebody else in it objected.
        lifted: a suppression of the identifier was lifted; certificates that came meanwhile aren't in the index.
        any: there is any suppression at all.
        lost: the day since when earlier suppressions are lost: nobody knows who was deleted, and who may be back.
    """

    suppressed: Suppressed | None = None
    shared: bool = False
    lifted: bool = False
    any: bool = False
    lost: date | None = None


@dataclass(frozen=True, slots=True)
class ForgetRequest:
    """Person to forget, as the index needs to know.

    Attributes:
        forms: `(kind, form)` of the identifiers, in the proven forms.
        identities: certificates that go beside those with one of the forms: those of a name.
        issuers: SHA-256 of the certificates of CAs in which the person was found.
        questions: questions to repositories that name the person.
        case: number of the case; empty without one.
        watches: names of watches on the person, which go beside those on one of the forms: those on a name.
    """

    at: datetime
    ground: Ground
    forms: tuple[tuple[IdentifierKind, str], ...]
    identities: tuple[bytes, ...] = ()
    issuers: tuple[bytes, ...] = ()
    questions: tuple[str, ...] = ()
    restrict: bool = False
    normalisation: int = 0
    case: str = ""
    watches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Removed:
    """Counts of rows that went; of a restriction, of rows that are hidden now.

    `evidence` counts sightings with their proofs, `quarantined` ranges of bytes that nobody could read.
    """

    certificates: int = 0
    findings: int = 0
    keys: int = 0
    evidence: int = 0
    quarantined: int = 0


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Outcome in the index: the entry, the rows that went, and the messages about them that were sent to channels of
    alerts. `deferred`: a reader holds old pages in the -wal."""

    entry: Suppression
    removed: Removed
    told: tuple[AlertDisclosure, ...] = ()
    deferred: bool = False


class Recipient(StrEnum):
    """Kind of a recipient of somebody's data, as far as the index knows them (GDPR article 19)."""

    REPOSITORY = "repository"  # was asked about the person
    DOSSIER = "dossier"  # was made, perhaps handed out
    LETTER = "letter"  # to a CA was drafted
    EXPORT = "export"  # of the case was made
    ALERT = "alert"  # was sent about certificates of the person


@dataclass(frozen=True, slots=True)
class KnownRecipient:
    """Recipient whom the controller tells of the erasure or restriction. `notice` is the command that drafts it; empty
    where none does."""

    kind: Recipient
    name: str
    at: datetime
    notice: str = ""


@dataclass(frozen=True, slots=True)
class ForgetReceipt:
    """Receipt of a forgetting, or (`is_done` false) of its rehearsal.

    Attributes:
        number: number of the entry in the suppression file; 0 in a rehearsal.
        deferred: work that others keep from being done now.
        outside: places that no index reaches.
    """

    at: datetime
    ground: Ground
    suppressed: tuple[SuppressedDigest, ...]
    removed: Removed
    deferred: tuple[Message, ...]
    recipients: tuple[KnownRecipient, ...]
    outside: tuple[Message, ...]
    is_done: bool
    restrict: bool = False
    number: int = 0


class ForgetNote(Code):
    """Line of a receipt."""

    READER = "forget.reader"
    SNAPSHOTS = "forget.snapshots"
    BACKUPS = "forget.backups"
    FILES = "forget.files"
    TRAIL = "forget.trail"
    OPEN_CASE = "forget.open-case"  # parameter: case
    SCOPE = "forget.scope"
    LOGS = "forget.logs"


NUMBERED_KINDS: Final = (
    IdentifierKind.EMAIL,
    IdentifierKind.NUMBER,
    IdentifierKind.PHONE,
    IdentifierKind.ACCOUNT,
)
"""Kinds of look-up key that stand for one person. A domain stands for many, and a name is shared."""
