"""Dossiers: all that a controller tells a data subject, as plain values and codes. `views/dossier` makes the words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.model.answer import Answer, Remark
from ctscan.model.message import Code, Message

if TYPE_CHECKING:
    from ctscan.model.audit import AuditAction
    from ctscan.model.case import CaseAction, CaseKind, CaseState
    from ctscan.model.controller import Controller
    from ctscan.model.picture import Picture
    from ctscan.model.regime import Regime
    from ctscan.model.suppression import Suppressed


class Paper(StrEnum):
    """Size of the paper of a document."""

    A4 = "a4"
    LETTER = "letter"


class DossierNote(Code):
    """Limit of a dossier that its reader has to know."""

    NO_OFFICER = "dossier-note.no-officer"  # the settings leave it open, as with the next four
    NO_LEGAL_BASIS = "dossier-note.no-legal-basis"
    NO_RECIPIENTS = "dossier-note.no-recipients"
    NO_SAFEGUARDS = "dossier-note.no-safeguards"
    NO_RETENTION = "dossier-note.no-retention"
    REDACTED = "dossier-note.redacted"  # parameter: count of certificates whose bytes are left out
    HELD_BACK = "dossier-note.held-back"  # parameter: count
    REFUSED = "dossier-note.refused"  # parameter: count of certificates that a decision refuses
    NAME_ONLY = "dossier-note.name-only"  # parameter: count
    ROLE = "dossier-note.role"  # parameter: count
    UNPROVEN = "dossier-note.unproven"  # parameter: count of certificates that no log proves
    WITHOUT_CASE = "dossier-note.without-case"
    OVERRIDDEN = "dossier-note.overridden"


class RecordedLookup(Struct, frozen=True):
    """Look-up of the person as the audit trail records it, without the account."""

    at: datetime
    action: AuditAction
    kind: str
    purpose: str
    case: str
    verdict: str


class CaseRecord(Struct, frozen=True):
    """Event of the case, without the account: its time, its action and what it says to the person."""

    at: datetime
    action: CaseAction
    details: tuple[tuple[str, str], ...] = ()  # texts by key, as `CaseEvent.detail` has them

    @property
    def text(self) -> str:
        """Texts without their keys, in the words of the register."""
        return "; ".join(text for _, text in self.details)


class CaseFacts(Struct, frozen=True):
    """Facts of the case that a dossier belongs to.

    Attributes:
        number: number of the case.
        kind: right that the request claims.
        received: day on which the request was received.
        requester: name of the requester, as given; empty where not given.
        state: state of the case.
        records: history.
        statements: statements of rectifications: later answers carry them.
        is_restricted: processing is restricted (GDPR article 18).
    """

    number: str
    kind: CaseKind
    received: date
    requester: str
    state: CaseState
    records: tuple[CaseRecord, ...]
    statements: tuple[str, ...]
    is_restricted: bool


class RecordedWatch(Struct, frozen=True):
    """Watch on the person, without its name and its account."""

    since: datetime
    purpose: str


class RecordedAlerts(Struct, frozen=True):
    """Alerts about certificates of the person to one recipient: the number of certificates, and when the first and the
    last was sent."""

    recipient: str
    certificates: int
    first: datetime
    last: datetime


class WatchRecord(Struct, frozen=True):
    """Watches on the person, and alerts about certificates of the person."""

    watches: tuple[RecordedWatch, ...] = ()
    alerts: tuple[RecordedAlerts, ...] = ()


UNWATCHED = WatchRecord()
"""Record of a person whom nothing watches, and about whom nobody was told."""


class Processing(Struct, frozen=True):
    """Processing by the controller, from the configuration and the trail.

    Attributes:
        purposes: purposes, each once: of the configuration, of look-ups and of searches.
        retention: rule of retention, as configured; empty where not given.
        quarantine_days: days for which unreadable data is kept.
        keep: rules that are applied, by kind of record.
        scopes: scopes with which the logs were read, without other people's addresses.
        lookups: look-ups of the person, the oldest first.
        recipients: repositories that were asked about the person, each once: recipients by name.
        responders: hosts of CAs that were asked about the status of single certificates.
        watched: watches on the person, and alerts that were sent.
    """

    purposes: tuple[str, ...]
    retention: str
    quarantine_days: int
    scopes: tuple[str, ...]
    lookups: tuple[RecordedLookup, ...]
    recipients: tuple[str, ...]
    responders: tuple[str, ...] = ()
    keep: tuple[Message, ...] = ()
    watched: WatchRecord = UNWATCHED


class Figures(Struct, frozen=True):
    """Numbers of the first page."""

    data: int
    categories: int
    certificates: int
    valid: int
    logs: int
    owners: int
    sensitive: int
    held_back: int
    redacted: int
    oldest: datetime | None
    newest: datetime | None


class Dossier(Struct, frozen=True):
    """Dossier of one person.

    Attributes:
        number: number of the case, or date and digest of the identifiers.
        at: moment that the dossier speaks of.
        version: version of ctscan.
        rules: rule set.
        lang: language of its documents.
        controller: controller.
        identity: how the identity was settled: `settled` or `override`, and the words of the handler.
        answers: answers to the look-ups, in the form for the requester; they hold basis and coverage.
        picture: picture of the person.
        processing: processing by the controller.
        case: facts of the case; None without a case.
        regime: regime of the case; None without a case.
        paragraphs: own paragraphs of the controller.
    """

    number: str
    at: datetime
    version: str
    rules: str
    lang: str
    controller: Controller
    identity: tuple[str, str]
    answers: tuple[Answer, ...]
    picture: Picture
    processing: Processing
    case: CaseFacts | None = None
    regime: Regime | None = None
    paragraphs: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """True when every answer is complete: nothing in the logs of the basis can be missing."""
        return all(answer.complete for answer in self.answers)

    @property
    def is_nothing_found(self) -> bool:
        """True when no certificate was found, and none is held back or hidden by a restriction."""
        return not (self.picture.certificates or self.picture.held_back or self.hidden_since)

    @property
    def hidden_since(self) -> datetime | None:
        """Moment since when certificates of the person are hidden by a restriction; None where none are."""
        return next((one.since for one in self._suppressed() if one.restricted), None)

    @property
    def erased_at(self) -> datetime | None:
        """Moment at which the certificates of the person were deleted, as they objected; None where they weren't."""
        return next((one.since for one in self._suppressed() if not one.restricted), None)

    @property
    def is_shared_left_out(self) -> bool:
        """True when a certificate was left out, as somebody else whom it names objected."""
        return any(Remark.SHARED_WITH_OBJECTOR() in answer.remarks for answer in self.answers)

    def _suppressed(self) -> Iterator[Suppressed]:
        return (answer.suppressed for answer in self.answers if answer.suppressed is not None)


class DossierFile(Struct, frozen=True):
    """Member of a package: its path, and its SHA-256."""

    path: str
    sha256: str


class WrittenDossier(Struct, frozen=True):
    """Package that was written."""

    path: str
    sha256: str
    number: str
    is_complete: bool
    is_hidden: bool  # certificates of the person are hidden by a restriction
    is_encrypted: bool
    figures: Figures
    files: int
    octets: int
    passphrase_made: str = ""  # path of the file with a passphrase that was made for the package
