"""Coverage: the ranges of a log that were searched, with scope and rules, and the gaps between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ctscan.model.log import Edge, Log, TreeHead


class GapReason(StrEnum):
    """Reason why a range of a log does not count as searched."""

    NOT_READ = "not read"
    OUT_OF_SCOPE = "out of scope"
    OLDER_RULES = "older rules"
    PRUNED = "pruned"
    QUARANTINED = "quarantined"
    REFUSED = "refused"
    PURGED = "purged"


@dataclass(frozen=True, slots=True)
class Gap:
    """Range that was not read, or does not count, with the reason. `tries`: passes in which it was asked for."""

    start: int
    end: int
    reason: GapReason
    detail: str = ""
    tries: int = 0


@dataclass(frozen=True, slots=True)
class VerifiedRange:
    """Entries read and proven to be in the signed tree, with the scope and rules of the search.

    `edge` is the right edge of `[0, end)`, so that reading goes on from here without asking the log.
    `scope` is canonical scope text; `rules` a rule-set version. Ranges of different scope or rules may overlap.
    `since` is set where coverage was asked to begin after entry 0: the time of entry `start` (or of the tree head, when
    the log ended there) in ms; older entries are not in the range.
    """

    start: int
    end: int
    scope: str
    rules: str
    edge: Edge = ()
    since: int | None = None


@dataclass(frozen=True, slots=True)
class PendingRange:
    """Entries of a log without tiles that were read and stored but not yet proven: `[start, start + n)` after a
    verified range (or a proven edge) that ends at `start`. `hashes` holds 32 bytes for each entry."""

    start: int
    scope: str
    rules: str
    edge: Edge  # of [0, start)
    hashes: bytes


@dataclass(frozen=True, slots=True)
class LogState:
    """Knowledge of the index about one log."""

    log: Log
    head: TreeHead | None  # largest verified head
    verified: tuple[VerifiedRange, ...]
    pending: tuple[PendingRange, ...]
    gaps: tuple[Gap, ...]  # with reasons known from reading only: pruned, quarantined, refused, purged
    last_success: datetime | None  # last check of the head that ended well
    last_error: str | None
    misbehaviour: tuple[str, ...]  # reasons, newest last; the raw heads are kept beside
    rate: float | None = None  # entries a second, as last read
    growth: float | None = None  # entries a second over the newest day of its heads; None: not known yet


@dataclass(frozen=True, slots=True)
class LogCoverage:
    """Ranges of one log searched for an identifier; `verified` and `gaps` together make up `[0, head_size)`.

    `since`: where coverage begins after entry 0, the time (ms) from which on the log was searched.
    """

    log: str
    log_id: bytes
    head_size: int
    verified: tuple[VerifiedRange, ...]
    gaps: tuple[Gap, ...]
    as_of: datetime | None
    stale: bool = False
    since: int | None = None
