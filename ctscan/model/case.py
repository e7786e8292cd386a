"""Cases: requests of data subjects, as the register keeps them.

A case is what was recorded at its opening and the history of its events, which only grows. Everything else (state,
deadlines, whether the identity is settled) follows from these and from the rules of its regime: see `dsar`.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from ctscan.model.identifier import Identifier, IdentifierKind
    from ctscan.model.message import Message


class CaseKind(StrEnum):
    """Right that a request claims."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    OBJECTION = "objection"
    RESTRICTION = "restriction"


PSEUDONYM = "forgotten-"
PSEUDONYM_DIGITS = 32


def pseudonym(digest: bytes) -> str:
    """Make the text that stands for an identifier whose keyed digest this is."""
    return PSEUDONYM + digest.hex()[:PSEUDONYM_DIGITS]


def is_pseudonym(text: str) -> bool:
    """Return whether a text stands for an identifier that was taken away."""
    digits = text.removeprefix(PSEUDONYM)
    return digits != text and len(digits) == PSEUDONYM_DIGITS and set(digits) <= set("0123456789abcdef")


class CaseState(StrEnum):
    """State of a case."""

    OPEN = "open"
    PAUSED = "paused"  # the clock stands, for a reason that the regime knows
    DECIDED = "decided"  # a decision is recorded, the answer is not sent yet
    CLOSED = "closed"


class CaseAction(StrEnum):
    """Action of an event of a case. The keys of `CaseEvent.detail` stand behind each."""

    OPENED = "opened"  # restriction: "objection", where the processing is restricted from then on
    CONFIRMED_RECEIPT = "receipt confirmed"  # by whom it was told: channel
    IDENTIFIER_ADDED = "identifier added"  # kind
    CODE_MADE = "code made"  # id, expires, digest (HMAC, hex), key (its id), kind, identifier (from 1), sent
    CODE_REFUSED = "code refused"  # id
    IDENTIFIED = "identified"  # how: "code", with id and identifier of the code, or free text of what was seen
    FINDING_CONFIRMED = "finding confirmed"  # certificate: identity, hex; the requester's
    FINDING_REJECTED = "finding rejected"  # certificate: identity, hex; somebody else's
    FEE_PAID = "fee paid"
    EXTENDED = "extended"  # reason, until, told (date on which the requester was told)
    PAUSED = "paused"  # reason: the ground, in a word of the regime; text: why, in the handler's words
    RESUMED = "resumed"  # text
    DECIDED = "decided"  # decision, ground, reasoning; certificate for a part; told: as below
    STATEMENT = "statement"  # of a rectification: text that later answers carry
    NOTED = "noted"  # text; restriction "ended" with told: day on which the person was told that it ends
    EXPORTED = "exported"
    DOSSIER_MADE = "dossier made"  # sha256 of the package, override or settled, where given
    LETTER_WRITTEN = "letter written"  # ca, kind, follow_up, sha256
    LETTER_SETTLED = "letter settled"  # ca, kind: an answer came, or none is awaited any longer
    CLOSED = "closed"  # outcome


class DecisionKind(StrEnum):
    """Decision on a request."""

    GRANTED = "granted"
    PARTIAL = "partial"
    REFUSED = "refused"
    OBJECTION_UPHELD = "objection upheld"
    OBJECTION_REJECTED = "objection rejected"
    RECTIFIED = "rectified"


class CaseEvent(Struct, frozen=True):
    """Event of a case. `at` is the moment it happened, as stated by the handler; `recorded` the moment it was written.
    `detail` holds texts by key, ordered by key."""

    at: datetime
    recorded: datetime
    who: str
    action: CaseAction
    detail: tuple[tuple[str, str], ...] = ()

    def get(self, key: str) -> str:
        """Return a text of the detail, or an empty one."""
        return dict(self.detail).get(key, "")


class CaseIdentifier(Struct, frozen=True):
    """Identifier of a case: as it was typed, and as it is compared."""

    text: str
    kind: IdentifierKind
    canonical: str


class Case(Struct, frozen=True):
    """Request of a data subject, with its history in the order of writing.

    Attributes:
        number: `C-2026-0017`: the year of opening and a number in it.
        received: day on which the request was received, in the controller's place.
        channel: way that it came, in the handler's words; empty where not given.
        requester: name of the requester, as given; empty where not given.
        regime: code of the regime: `eu`.
        lang: language of dossier and letters.
        since: first day on which the requester's address was theirs; None where not given.
        identifiers: identifiers of the requester, each once.
    """

    number: str
    kind: CaseKind
    regime: str
    received: date
    lang: str
    identifiers: tuple[CaseIdentifier, ...]
    channel: str = ""
    requester: str = ""
    since: date | None = None
    events: tuple[CaseEvent, ...] = ()

    @property
    def is_pseudonymous(self) -> bool:
        """Whether nobody is named any longer: pseudonyms stand for the identifiers."""
        return (
            not self.requester and bool(self.identifiers) and all(is_pseudonym(i.canonical) for i in self.identifiers)
        )

    def of(self, *actions: CaseAction) -> tuple[CaseEvent, ...]:
        """Return the events of these actions, in their order."""
        return tuple(event for event in self.events if event.action in actions)


class CaseRequest(Struct, frozen=True):
    """Request as it is given to the register, for a new case. Attributes: see `Case`."""

    identifiers: tuple[Identifier, ...]
    regime: str
    received: date
    kind: CaseKind = CaseKind.ACCESS
    channel: str = ""
    requester: str = ""
    since: date | None = None
    lang: str = "en"


class Deadline(Struct, frozen=True):
    """Deadline of a case: `what` names the duty.

    `on` is the last day as the law counts it. `warn_on` is the day that reminders use: for a duty of our own the raw
    last day before any roll-over, for a duty of a CA the rolled one. `done_at` is when it was met; None while open.
    """

    what: Message
    on: date
    warn_on: date
    done_at: datetime | None = None


class CaseStanding(Struct, frozen=True):
    """Standing of a case: what follows from its history and its regime.

    `due` is the next open deadline. `notes` say what the handler has to know: facts of the regime that are to be
    checked, holidays that are not counted.
    """

    state: CaseState
    deadlines: tuple[Deadline, ...]
    due: Deadline | None
    extended_until: date | None
    paused_since: date | None
    is_identity_settled: bool
    notes: tuple[Message, ...] = ()


class CaseReport(Struct, frozen=True):
    """Case with its standing."""

    case: Case
    standing: CaseStanding
