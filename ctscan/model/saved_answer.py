"""Saved answers: their claims, as a file gives them, and the results of checking them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.model.message import Code, Message

if TYPE_CHECKING:
    from ctscan.model.spans import Span

Facts = frozenset[tuple[str, str]]
"""Fields of a part of an answer with their values in JSON, without sentences."""


class SavedSighting(Struct, frozen=True):
    """Sighting that a saved answer claims. `timestamp` is its text."""

    log: str
    log_id: bytes
    index: int
    kind: str
    timestamp: str
    verified: bool


class SavedMatch(Struct, frozen=True):
    """Certificate that a saved answer claims. `sha256` is empty for a certificate that was not seen itself."""

    identity: bytes
    sha256: str
    certificate: Facts
    findings: frozenset[Facts]
    sightings: tuple[SavedSighting, ...]
    repositories: frozenset[tuple[str, str]]  # repository and reference


class SavedRange(Struct, frozen=True):
    """Range that a saved answer claims as searched."""

    span: Span
    scope: str
    rules: str


class SavedCoverage(Struct, frozen=True):
    """Coverage of a log that a saved answer claims."""

    log: str
    log_id: bytes
    head_size: int
    verified: tuple[SavedRange, ...]


class SavedAnswer(Struct, frozen=True):
    """Answer as a file gives it.

    Attributes:
        number: place in the file, from 1.
        id: id of the answer; empty in an answer that is no document.
        at: moment of the answer; None in an answer that is no document.
        kind: kind of the identifier.
        value: the identifier as it was typed.
        canonical: the identifier as it is compared.
        digest: digest that the file claims; empty without one.
        computed: digest of the file.
        reworded: number of sentences that this version words otherwise.
        basis: revision of the basis and its time; None without a basis.
        met_damage: the answer says that the index was damaged.
        mailboxes: certificates with a mailbox of the name; none in an answer of a version without them.
        is_found: a certificate holds all of the identifier; of older versions, any certificate was found.
        hidden: number of matches that the answer found and doesn't hold: it shows a selection.
        has_part_of_findings: certificates are held with the findings of the selection only.
        only_whole: certificates with only a part of the name were not looked for; older versions always did.
    """

    number: int
    id: str
    at: datetime | None
    version: str
    rules: str
    who: str
    purpose: str
    case: str
    kind: str
    value: str
    canonical: str
    complete: bool
    digest: str
    computed: str
    reworded: int
    basis: tuple[int, datetime] | None
    matches: tuple[SavedMatch, ...]
    coverage: tuple[SavedCoverage, ...]
    met_damage: bool = False
    mailboxes: tuple[SavedMatch, ...] = ()
    is_found: bool = False
    hidden: int = 0
    has_part_of_findings: bool = False
    only_whole: bool = False

    @property
    def certificates(self) -> tuple[SavedMatch, ...]:
        """Every certificate that the answer claims: matches, and mailboxes of the name."""
        return (*self.matches, *self.mailboxes)


class AnswerCheck(Code):
    """Result of checking a claim of a saved answer. Parameters never name a person."""

    # the file
    NO_DIGEST = "check.no-digest"
    DIGEST_DIFFERS = "check.digest-differs"
    REWORDED = "check.reworded"
    REWORDED_SINCE = "check.reworded-since"
    # the index
    CERTIFICATE_MISSING = "check.certificate-missing"
    CERTIFICATE_PURGED = "check.certificate-purged"
    PROOF_PURGED = "check.proof-purged"
    CERTIFICATES_LEFT_OUT = "check.certificates-left-out"
    CERTIFICATE_DIFFERS = "check.certificate-differs"
    FINDINGS_MISSING = "check.findings-missing"
    FINDINGS_OF_OTHER_RULES = "check.findings-of-other-rules"
    SIGHTING_MISSING = "check.sighting-missing"
    SIGHTING_UNPROVEN = "check.sighting-unproven"
    SIGHTING_GONE = "check.sighting-gone"
    REPOSITORY_MISSING = "check.repository-missing"
    LOG_MISSING = "check.log-missing"
    HEAD_SMALLER = "check.head-smaller"
    RANGE_MISSING = "check.range-missing"
    RANGE_OF_OTHER_SEARCH = "check.range-of-other-search"
    BASIS_MISSING = "check.basis-missing"
    DAMAGED = "check.damaged"
    INDEX_FAULT = "check.index-fault"
    NEW_FINDINGS = "check.new-findings"
    NEW_CERTIFICATES = "check.new-certificates"
    NOT_LOOKED_UP = "check.not-looked-up"
    SELECTION = "check.selection"
    SELECTION_SMALLER = "check.selection-smaller"
    # the trail
    NO_ID = "check.no-id"
    NO_TRAIL = "check.no-trail"
    NO_EVENT = "check.no-event"
    TRAIL_BEGUN_SINCE = "check.trail-begun-since"  # parameter: time
    OTHER_DIGEST = "check.other-digest"
    OTHER_HEAD = "check.other-head"


class CheckState(StrEnum):
    """State of a check."""

    HOLDS = "holds"
    FAILS = "fails"
    OPEN = "open"  # the index has moved on, so that a part can't be checked


class Check(Struct, frozen=True):
    """Check of a saved answer against one thing. `problems` contradict the answer, `unmade` are checks that can't be
    made any longer, `notes` are no faults."""

    problems: tuple[Message, ...] = ()
    unmade: tuple[Message, ...] = ()
    notes: tuple[Message, ...] = ()

    @property
    def state(self) -> CheckState:
        """The worst of it."""
        if self.problems:
            return CheckState.FAILS
        return CheckState.OPEN if self.unmade else CheckState.HOLDS


class CheckedAnswer(Struct, frozen=True):
    """Saved answer, checked against its own digest, the index and the trail."""

    answer: SavedAnswer
    file: Check
    index: Check
    trail: Check

    @property
    def exit_code(self) -> int:
        """1 if a check fails, else 4 if a check can't be made any longer, else 0."""
        states = {self.file.state, self.index.state, self.trail.state}
        return 1 if CheckState.FAILS in states else 4 if CheckState.OPEN in states else 0
