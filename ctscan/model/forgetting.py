"""Forgetting of a person: the request, its outcome, and the receipt."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.model.identifier import IdentifierKind
from ctscan.model.message import Code

if TYPE_CHECKING:
    from ctscan.model.alert_record import AlertDisclosure
    from ctscan.model.message import Message
    from ctscan.model.suppression import Ground, SuppressedDigest, Suppression


class ForgetRequest(Struct, frozen=True):
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


class Removed(Struct, frozen=True):
    """Counts of rows that went; of a restriction, of rows that are hidden now.

    `evidence` counts sightings with their proofs, `quarantined` ranges of bytes that nobody could read.
    """

    certificates: int = 0
    findings: int = 0
    keys: int = 0
    evidence: int = 0
    quarantined: int = 0


class Forgotten(Struct, frozen=True):
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


class KnownRecipient(Struct, frozen=True):
    """Recipient whom the controller tells of the erasure or restriction. `notice` is the command that drafts it; empty
    where none does."""

    kind: Recipient
    name: str
    at: datetime
    notice: str = ""


class ForgetReceipt(Struct, frozen=True):
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
