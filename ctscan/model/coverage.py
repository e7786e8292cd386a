"""Coverage: the ranges of a log that were searched, with scope and rules, and the gaps between them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ctscan.model.hashes import HASH_SIZE
from ctscan.model.message import Code

if TYPE_CHECKING:
    from ctscan.model.compact_range import CompactRange
    from ctscan.model.log import Log, TreeHead
    from ctscan.model.message import Message
    from ctscan.model.misbehaviour import DismissedMisbehaviour
    from ctscan.model.spans import Span

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class GapReason(StrEnum):
    """Reason why a range of a log does not count as searched."""

    NOT_READ = "not read"
    OUT_OF_SCOPE = "out of scope"
    OLDER_RULES = "older rules"
    PRUNED = "pruned"
    QUARANTINED = "quarantined"
    REFUSED = "refused"
    FAILING = "failing"
    PURGED = "purged"


class GapDetail(Code):
    """Circumstances of a gap. The parameter `detail` quotes a technical message."""

    UNAVAILABLE = "gap.unavailable"
    QUARANTINED = "gap.quarantined"


class Gap(Struct, frozen=True):
    """Range that was not read, or does not count, with the reason. `tries`: passes in which it was asked for."""

    start: int
    end: int
    reason: GapReason
    detail: Message | None = None
    tries: int = 0

    @property
    def span(self) -> Span:
        """`(start, end)`."""
        return self.start, self.end

    @property
    def cause(self) -> str:
        """Technical message that the detail quotes, for logs and errors; empty without a detail."""
        return str(dict(self.detail.params).get("detail", "")) if self.detail else ""


def merge_gaps(gaps: Iterable[Gap], *, across_tries: bool = False) -> list[Gap]:
    """Sort disjoint gaps and join neighbours of one reason and detail: a pruned log has one gap, not one a tile.

    Neighbours of different `tries` stay apart unless `across_tries` is set; the joined gap then has the greater number.
    """
    merged: list[Gap] = []
    for gap in sorted(gaps, key=lambda gap: gap.start):
        last = merged[-1] if merged else None
        if last is not None and last.end == gap.start and _is_alike(last, gap, across_tries):
            merged[-1] = replace(last, end=gap.end, tries=max(last.tries, gap.tries))
        else:
            merged.append(gap)
    return merged


def _is_alike(one: Gap, other: Gap, across_tries: bool) -> bool:
    is_alike = (one.reason, one.detail) == (other.reason, other.detail)
    return is_alike and (across_tries or one.tries == other.tries)


class VerifiedRange(Struct, frozen=True):
    """Entries read and proven to be in the signed tree, with the scope and rules of the search.

    `edge` is the compact range of `[0, end)`, so that reading goes on from here without asking the log; None where it
    isn't known.
    `scope` is canonical scope text; `rules` a rule-set version. Ranges of different scope or rules may overlap.
    `since` is set where coverage was asked to begin after entry 0: the time of entry `start` (or of the tree head, when
    the log ended there) in ms; older entries are not in the range.
    """

    start: int
    end: int
    scope: str
    rules: str
    edge: CompactRange | None = None
    since: int | None = None

    @property
    def span(self) -> Span:
        """`(start, end)`."""
        return self.start, self.end


class PendingRange(Struct, frozen=True):
    """Entries of a log without tiles, read and stored but not yet proven: `[start, end)` after a verified range (or a
    proven edge) that ends at `start`. `hashes` holds the leaf hashes, 32 bytes for each entry."""

    start: int
    scope: str
    rules: str
    edge: CompactRange  # of [0, start)
    hashes: bytes

    @property
    def end(self) -> int:
        """Index after the last entry."""
        return self.start + len(self.hashes) // HASH_SIZE

    @property
    def span(self) -> Span:
        """`(start, end)`."""
        return self.start, self.end


class FailureKind(StrEnum):
    """Kind of the last failure of a log."""

    UNAVAILABLE = "unavailable"  # the network or the server failed
    WRONG_ORIGIN = "wrong origin"  # its checkpoints have another origin than the log list says
    FUTURE_HEAD = "head from the future"
    UNPROVEN = "unproven"  # it contradicts itself, but no third party could verify that
    CONTRADICTS_LIST = "contradicts the list"  # its head goes beyond the final head of the log list

    @property
    def is_doubt(self) -> bool:
        """True where answers can't be complete until the log is read well again."""
        return self in (FailureKind.UNPROVEN, FailureKind.CONTRADICTS_LIST)


class Freshness(StrEnum):
    """Freshness of the newest verified head of a log, by the time that the log signed."""

    FRESH = "fresh"
    STALE = "stale"
    FROZEN = "frozen"  # a folder, or a retired log that was read to its retirement: as it was when its head was signed
    FINAL = "final"  # a readonly log, read to the final head of the log list


class Staleness(Code):
    """Reason why a log is stale."""

    OLD_HEAD = "stale.old-head"  # its newest head is older than its MMD and the margin
    NOT_CHECKED = "stale.not-checked"
    NOT_AS_LISTED = "stale.not-as-listed"  # the newest head is another one than the final head of the log list
    NOT_FINAL = "stale.not-final"  # the final head of the log list lies beyond the newest head
    RETIRED_UNREAD = "stale.retired-unread"  # parameter: since; it may have grown after its newest head until then
    RETIRED_UNDATED = "stale.retired-undated"  # likewise, and the log list doesn't say when
    RETIRED_EARLIER = "stale.retired-earlier"  # parameter: since; the list states a day long before the head
    CLOCK = "stale.clock"  # our clock is behind the times that the index knows of the log


class LogState(Struct, frozen=True):
    """Knowledge of the index about one log."""

    log: Log
    head: TreeHead | None  # largest verified head
    verified: tuple[VerifiedRange, ...]
    pending: tuple[PendingRange, ...]
    gaps: tuple[Gap, ...]  # with reasons known from reading only: pruned, quarantined, refused, failing, purged
    last_success: datetime | None  # last check of the head that ended well
    last_error: str | None
    misbehaviour: tuple[str, ...]  # reasons of what stands, newest last; the evidence is kept beside
    rate: float | None = None  # entries a second, as last read
    growth: float | None = None  # entries a second over the newest day of its heads; None: not known yet
    failing_since: datetime | None = None  # first failure after the last success
    failure: FailureKind | None = None  # kind of `last_error`
    last_check: datetime | None = None  # last check of the head, however it ended
    dismissed: tuple[DismissedMisbehaviour, ...] = ()  # misbehaviour that somebody dismissed
    batch: int | None = None  # most entries that it gives in an answer, where it fails at more


class LogCoverage(Struct, frozen=True):
    """Ranges of one log searched for an identifier; `verified` and `gaps` together make up `[0, head_size)`.

    `since`: where coverage begins after entry 0, the time (ms) from which on the log was searched. `head_time`: the
    time (ms) that the log signed with its newest head; None for the final head of a log list. `stale_reason`: a
    `Staleness`, of a stale log. `failing_since` and `failure`: of a log whose last pass failed.
    """

    log: str
    log_id: bytes
    head_size: int
    verified: tuple[VerifiedRange, ...]
    gaps: tuple[Gap, ...]
    as_of: datetime | None
    since: int | None = None
    freshness: Freshness = Freshness.FRESH
    head_time: int | None = None
    stale_reason: Message | None = None
    failing_since: datetime | None = None
    failure: FailureKind | None = None

    @property
    def is_stale(self) -> bool:
        """True where the newest head, or the last check of it, is too old."""
        return self.freshness is Freshness.STALE

    @property
    def covered_until(self) -> datetime | None:
        """Time of the last good check, or of the newest head where that is older: entries that came between are not
        in the answer. None before the first good check."""
        if self.as_of is None or self.head_time is None:
            return self.as_of
        # a log may sign a time that no datetime holds
        is_older = self.head_time < (self.as_of - _EPOCH) // timedelta(milliseconds=1)
        return _EPOCH + timedelta(milliseconds=self.head_time) if is_older else self.as_of

    @property
    def is_doubtful(self) -> bool:
        """True where the log contradicted itself or its list, and was not read well since."""
        return self.failure is not None and self.failure.is_doubt

    @property
    def is_whole(self) -> bool:
        """True for a log that was read without gaps to a head that is fresh, frozen or final, and leaves no doubt."""
        return not self.gaps and not self.is_stale and not self.is_doubtful
