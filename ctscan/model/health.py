"""Health of logs: the worst that is known of each log of the basis, for the person who keeps the scans running."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.model.message import Code, Message

if TYPE_CHECKING:
    from ctscan.model.holder import Holder
    from ctscan.model.log import SkippedLog


class Condition(StrEnum):
    """Condition of a log, the worst first."""

    MISBEHAVING = "misbehaving"
    FAILING = "failing"
    NEVER_READ = "never read"
    HELD = "held"  # a process holds a part of the log, and commits nothing
    STALE = "stale"
    FALLING_BEHIND = "falling behind"
    BEHIND = "behind"
    GAPS = "gaps"
    OK = "ok"


class HealthDetail(Code):
    """Explanation of a condition."""

    MISBEHAVING = "health.misbehaving"
    FAILING = "health.failing"
    NEVER_READ = "health.never-read"
    HELD = "health.held"
    FALLING_BEHIND = "health.falling-behind"
    BEHIND = "health.behind"
    GAPS = "health.gaps"
    OK = "health.ok"
    OK_FROM = "health.ok-from"  # parameter: count, the entries before the beginning of coverage
    LAST_GOOD_CHECK = "health.last-good-check"
    DAMAGED = "health.damaged"
    DAMAGE_MET = "health.damage-met"
    TRAIL_UNREADABLE = "health.trail-unreadable"
    TRAIL_LOST = "health.trail-lost"  # parameter: time, since when the index has the trail
    TRAIL_REPLACED = "health.trail-replaced"
    LIST_FAILING = "health.list-failing"


class LogHealth(Struct, frozen=True):
    """Health of a log of the basis.

    Attributes:
        log_id: the log.
        name: name of the log.
        operator: operator of the log.
        condition: the worst that is known.
        since: start of the condition, where it is known.
        details: explanations, those of the condition first.
        head_size: entries that the log signed.
        last_success: last check of the head that ended well.
        backlog: entries behind the beginning of coverage that are still to be read.
        gaps: number of gaps that a reader left with a reason.
        gap_entries: entries in these gaps.
        holders: processes that hold a part of the log and make no progress.
    """

    log_id: bytes
    name: str
    operator: str
    condition: Condition
    since: datetime | None
    details: tuple[Message, ...]
    head_size: int = 0
    last_success: datetime | None = None
    backlog: int = 0
    gaps: int = 0
    gap_entries: int = 0
    holders: tuple[Holder, ...] = ()


class ListFailure(Struct, frozen=True):
    """Failure to read the log list of the basis.

    Attributes:
        since: the first try that failed, of those in a row.
        at: the last try.
        error: its reason, one line.
    """

    since: datetime
    at: datetime
    error: str


class HealthReport(Struct, frozen=True):
    """Health of every log of the basis. `outside` names other logs of the log list or the index with the reason why no
    answer covers them; they count for nothing. `index` tells of damage in the index itself and of its audit trail;
    `log_list` since when the log list can't be read, `list_age` of a list that is too old, or lacks a date,
    or has entries that can't be read."""

    exit_code: int
    logs: tuple[LogHealth, ...]
    outside: tuple[SkippedLog, ...]
    index: tuple[Message, ...] = ()
    log_list: ListFailure | None = None
    list_age: tuple[Message, ...] = ()

    @property
    def is_damaged(self) -> bool:
        """True when the index is known to be damaged."""
        return any(one.code in (HealthDetail.DAMAGED, HealthDetail.DAMAGE_MET) for one in self.index)

    @property
    def is_trail_lost(self) -> bool:
        """True when the index has lost its audit trail: nothing can be looked up or changed."""
        return any(one.code in (HealthDetail.TRAIL_LOST, HealthDetail.TRAIL_REPLACED) for one in self.index)

    @property
    def is_trail_doubtful(self) -> bool:
        """True when the audit trail is lost, is another one, or can't be read."""
        return self.is_trail_lost or any(one.code == HealthDetail.TRAIL_UNREADABLE for one in self.index)
