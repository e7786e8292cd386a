"""Measures of an index for monitoring: numbers, times and codes. No value of anybody is in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from ctscan.model.health import Condition


class MeasuredPart(StrEnum):
    """Part of the measures, taken by itself: a part that fails leaves the others whole."""

    LOGS = "logs"
    FINDINGS = "findings"
    CASES = "cases"
    ALERTS = "alerts"


class LogMeasure(Struct, frozen=True):
    """Measures of a log of the basis.

    Attributes:
        name: name of the log, as labels show it: two logs never have one name.
        operator: operator of the log.
        condition: the worst that is known.
        is_read: scans read the log; False where they leave a log of the basis out, with a reason.
        head_size: entries that its newest verified head signs; None without a head.
        head_signed: time that the log signed, in seconds since 1970: a log may sign a time that no datetime holds.
        position: index after the last entry that was read.
        read: entries that were read, proven or not.
        backlog: entries behind the beginning of coverage that are still to be read.
        rate: entries a second, as last read.
        growth: entries a second by which the log grew over the newest day of its heads.
        gaps: number of gaps that a reader left with a reason.
        gap_entries: entries in these gaps.
        misbehaviours: pieces of evidence against the log that stand.
        last_success: last check of the head that ended well.
        last_check: last check of the head, however it ended.
        failing_since: first failure after the last success; None while the log can be read.
    """

    name: str
    operator: str
    condition: Condition
    is_read: bool = True
    head_size: int | None = None
    head_signed: float | None = None
    position: int | None = None
    read: int | None = None
    backlog: int | None = None
    rate: float | None = None
    growth: float | None = None
    gaps: int = 0
    gap_entries: int = 0
    misbehaviours: int = 0
    last_success: datetime | None = None
    last_check: datetime | None = None
    failing_since: datetime | None = None


class IndexMeasure(Struct, frozen=True):
    """Measures of the basis of answers and of the index as a whole.

    Attributes:
        basis_revision: number of the newest revision of the basis; 0 before the first scan.
        basis_logs: number of its logs.
        is_complete: everything in the basis was read for the scope of the settings.
        list_dated: date of the log list that the basis follows.
        list_failing_since: first failure to read the log list, of those in a row.
        is_damaged: damage of the index is known.
        is_trail_sound: the audit trail is there, can be read, and is the one that the index knows.
        run_started: start of the newest scan.
        run_ended: its end; None while it runs, or where it was killed.
        run_outcome: its outcome in a word; empty before the first scan.
    """

    basis_revision: int
    basis_logs: int
    is_complete: bool
    list_dated: datetime | None
    list_failing_since: datetime | None
    is_damaged: bool
    is_trail_sound: bool
    run_started: datetime | None = None
    run_ended: datetime | None = None
    run_outcome: str = ""


class FindingsPortion(Struct, frozen=True):
    """Counts of a portion of the certificates, in the order of their rows.

    Attributes:
        certificates: number of certificates of the portion.
        findings: number of findings about people by category and sensitivity.
        last: row of the last certificate; None where none is left.
    """

    certificates: int
    findings: Mapping[tuple[str, str], int]
    last: int | None


class FindingsMeasure(Struct, frozen=True):
    """Counts of all certificates, and of the findings about people by category and sensitivity."""

    certificates: int
    findings: Mapping[tuple[str, str], int]


class CasesMeasure(Struct, frozen=True):
    """Counts of requests of data subjects. `due_soon`: cases whose next deadline is today or in the days to come that
    `SOON` counts; `overdue`: cases whose next deadline has passed."""

    open: int
    due_soon: int
    overdue: int


SOON = 7
"""Days of `CasesMeasure.due_soon`."""


class ChannelMeasure(Struct, frozen=True):
    """Measures of a channel that ever got an alert.

    Attributes:
        name: name of the channel, as labels show it.
        pending: deliveries that wait for a try.
        dead: deliveries that were given up.
        delivered: deliveries that arrived, as far as they are kept.
        oldest: time of the oldest alert that waits; None without any.
        failing_since: first failure since the last success; None while nothing fails.
        last_delivered: time of the last success.
    """

    name: str
    pending: int
    dead: int
    delivered: int
    oldest: datetime | None
    failing_since: datetime | None
    last_delivered: datetime | None


class PartTaken(Struct, frozen=True):
    """Account of taking a part: when, whether it succeeded, and its seconds."""

    at: datetime
    is_taken: bool
    seconds: float


class Measures(Struct, frozen=True):
    """Measures of an index. A part that could not be taken is None or empty, and `parts` says so.

    Attributes:
        version: version of ctscan.
        logs: logs of the basis, by name.
        index: the basis, and the index as a whole.
        findings: findings and certificates.
        cases: requests of data subjects.
        channels: channels of alerts, by name.
        parts: account of each part.
        problems: reasons of the parts that could not be taken, a line each.
    """

    version: str
    logs: tuple[LogMeasure, ...] = ()
    index: IndexMeasure | None = None
    findings: FindingsMeasure | None = None
    cases: CasesMeasure | None = None
    channels: tuple[ChannelMeasure, ...] = ()
    parts: Mapping[MeasuredPart, PartTaken] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @property
    def problems_of_counts(self) -> tuple[str, ...]:
        """Reasons of the findings and the cases, which later measures take over."""
        counted = (f"{MeasuredPart.FINDINGS}: ", f"{MeasuredPart.CASES}: ")
        return tuple(problem for problem in self.problems if problem.startswith(counted))
