"""Use case that measures an index for monitoring: logs, basis, findings by category, cases. Nothing is written, no
request is sent, and nothing of anybody is in the measures.

Logs and basis take milliseconds. Findings and cases are counted in time that grows with the index, so a caller that
asks often hands in measures of before, and takes only the logs anew.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Awaitable, Iterable
from typing import TYPE_CHECKING, Protocol, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from ctscan.app.wiring import CLOCK, opened_index
from ctscan.clock import Clock
from ctscan.errors import CtscanError
from ctscan.index.protocols import BasisStore, DamageNoting, LogStore, Runs
from ctscan.model.metrics import (
    SOON,
    CasesMeasure,
    ChannelMeasure,
    FindingsMeasure,
    IndexMeasure,
    LogMeasure,
    MeasuredPart,
    Measures,
    PartTaken,
)
from ctscan.resources import version

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from ctscan.config import Config
    from ctscan.model import Basis, LogState
    from ctscan.model.exposure import ReportBasis
    from ctscan.model.health import HealthReport, LogHealth

T = TypeVar("T")


class MeasuredIndex(Runs, BasisStore, LogStore, DamageNoting, Protocol):
    """Index with the roles that measures are taken from."""


async def measure(config: Config, *, before: Measures | None = None, clock: Clock = CLOCK) -> Measures:
    """Measure an index. A part that can't be taken is left out, and named with the reason.

    Args:
        before: measures whose findings and cases are taken over; None counts them.

    Raises:
        IndexFault: the index is missing or can't be read at all.
    """
    taking = _Taking(clock)
    index, logs = await taking.part(MeasuredPart.LOGS, _logs(config, clock))
    channels = await taking.unless_failing(MeasuredPart.ALERTS, _channels(config)) or ()
    if before is not None:
        parts = {**before.parts, **taking.parts}
        problems = (*taking.problems, *before.problems_of_counts)
        return replace(before, index=index, logs=logs, channels=channels, parts=parts, problems=problems)
    found = await taking.unless_failing(MeasuredPart.FINDINGS, _findings(config))
    cases = await taking.unless_failing(MeasuredPart.CASES, _cases(config, clock))
    return Measures(version(), logs, index, found, cases, channels, taking.parts, tuple(taking.problems))


async def render_measures(
    config: Config, *, is_open: bool = False, clock: Clock = CLOCK
) -> tuple[bytes, tuple[str, ...]]:
    """Measure an index, and write the measures for Prometheus (`is_open`: as OpenMetrics); return them with a line for
    each part that could not be taken.

    Raises:
        UsageError: prometheus_client isn't installed.
        IndexFault: the index is missing or can't be read at all.
    """
    from ctscan.views.metrics import OPENMETRICS, TEXT, check_installed, render_metrics

    check_installed()
    found = await measure(config, clock=clock)
    return render_metrics(found, OPENMETRICS if is_open else TEXT), found.problems


def write_metrics(path: Path, content: bytes) -> None:
    """Write metrics in place of an older file, for the collector that reads the folder under another account.

    Raises:
        InputError: the file can't be written.
    """
    from ctscan.privacy.whole_files import write_whole

    write_whole(path, content, "-o", replace=True, mode=0o644)


class _Taking(Struct):
    """Account of the parts: their times, and the reasons of those that failed."""

    clock: Clock
    parts: dict[MeasuredPart, PartTaken] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    async def part(self, part: MeasuredPart, work: Awaitable[T]) -> T:
        """Take a part."""
        began = self.clock.monotonic()
        is_taken = False
        try:
            found = await work
            is_taken = True
        finally:
            self.parts[part] = PartTaken(self.clock.now(), is_taken, self.clock.monotonic() - began)
        return found

    async def unless_failing(self, part: MeasuredPart, work: Awaitable[T]) -> T | None:
        """Take a part; None where it can't be taken."""
        try:
            return await self.part(part, work)
        except CtscanError as error:
            self.problems.append(f"{part}: {error}")
            return None


# --- logs and basis -----------------------------------------------------------------------------------------------


async def _logs(config: Config, clock: Clock) -> tuple[IndexMeasure, tuple[LogMeasure, ...]]:
    from ctscan.answer.report_basis import report_basis
    from ctscan.app.health_check import health

    report = await health(config, clock=clock)
    async with opened_index(config) as index:
        with index.noted_damage() as damage:
            judged = await report_basis(index, _scope_text(config), clock.now(), config.stale_after)
            states = {state.log.id: state for state in await index.log_states()}
            measured = await _index(index, judged, report)
    if damage:
        measured = replace(measured, is_damaged=True)
    if measured.is_damaged:
        measured = replace(measured, is_complete=False)
    names = log_labels((one.log_id, one.name) for one in report.logs)
    left = {log.id for log in judged.basis.logs if log.reason} if judged.basis else set[bytes]()
    logs = [
        replace(_log(one, names[one.log_id], states.get(one.log_id)), is_read=one.log_id not in left)
        for one in report.logs
    ]
    return measured, tuple(sorted(logs, key=lambda one: one.name))


def _scope_text(config: Config) -> str:
    """Return the scope of the settings; everything where there is none."""
    from ctscan.app.scoping import configured_scope
    from ctscan.personal.scope import Scope

    has_scope = config.scope or config.scope_file
    return configured_scope(config).text if has_scope else Scope(everything=True).text


async def _index(index: MeasuredIndex, judged: ReportBasis, report: HealthReport) -> IndexMeasure:
    newest = next(iter(await index.runs(1)), None)
    basis = judged.basis
    return IndexMeasure(
        basis_revision=basis.revision if basis else 0,
        basis_logs=len(basis.logs) if basis else 0,
        is_complete=judged.complete,
        list_dated=_dated(basis),
        list_failing_since=report.log_list.since if report.log_list else None,
        is_damaged=report.is_damaged,
        is_trail_sound=not report.is_trail_doubtful,
        run_started=newest.started if newest else None,
        run_ended=newest.ended if newest else None,
        run_outcome=str(newest.outcome) if newest else "",
    )


def _dated(basis: Basis | None) -> datetime | None:
    return basis.edition.dated if basis is not None and basis.edition is not None else None


def _log(health: LogHealth, name: str, state: LogState | None) -> LogMeasure:
    from ctscan.ct.coverage import position
    from ctscan.model.spans import total

    measured = LogMeasure(name, _one_line(health.operator), health.condition)
    if state is None:
        return measured
    return replace(
        measured,
        head_size=state.head.size if state.head else None,
        head_signed=state.head.timestamp / 1000 if state.head and state.head.signature else None,
        position=position(state),
        read=total([*(one.span for one in state.verified), *(one.span for one in state.pending)]),
        backlog=health.backlog,
        rate=state.rate,
        growth=state.growth,
        gaps=health.gaps,
        gap_entries=health.gap_entries,
        misbehaviours=len(state.misbehaviour),
        last_success=state.last_success,
        last_check=state.last_check,
        failing_since=state.failing_since if state.last_error else None,
    )


LABEL_LIMIT = 200  # characters


def log_labels(logs: Iterable[tuple[bytes, str]]) -> dict[bytes, str]:
    """Return the label of each log: its name, on one line and without addresses. Where several logs have one name, the
    digits of their ids follow it: a series is of one log."""
    names = {log_id: _one_line(name) for log_id, name in logs}
    counts = Counter(names.values())
    return {log_id: name if counts[name] == 1 else f"{name} {log_id.hex()[:16]}" for log_id, name in names.items()}


def _one_line(text: str) -> str:
    """Make a text of a log list fit for a label."""
    from ctscan.privacy.redaction import one_line, without_addresses

    return one_line(without_addresses(text[:LABEL_LIMIT])).encode("utf-8", "replace").decode()


# --- what is counted ----------------------------------------------------------------------------------------------


async def _findings(config: Config) -> FindingsMeasure:
    """Count in portions, each in a short transaction: a long one would keep the write-ahead log from being emptied."""
    certificates, found = 0, Counter[tuple[str, str]]()
    async with opened_index(config) as index:
        last: int | None = 0
        while last is not None:
            portion = await index.count_findings(last)
            certificates, last = certificates + portion.certificates, portion.last
            found.update(portion.findings)
    checked = Counter[tuple[str, str]]()
    for names, count in found.items():
        checked[_known(*names)] += count
    return FindingsMeasure(certificates, dict(sorted(checked.items())))


def _known(category: str, sensitivity: str) -> tuple[str, str]:
    """Return category and sensitivity as labels; what no rule ever wrote is damage, and unknown."""
    from ctscan.model.finding import Sensitivity

    is_category = re.fullmatch(r"[a-z][a-z0-9_.]{0,99}", category) is not None
    return category if is_category else "unknown", sensitivity if sensitivity in _words(Sensitivity) else "unknown"


def _words(words: Iterable[object]) -> set[str]:
    return {str(word) for word in words}


async def _cases(config: Config, clock: Clock) -> CasesMeasure:
    from ctscan.app.case_reports import register
    from ctscan.model.case import CaseState

    found = await register(config, clock=clock)
    days = [reminder.days for reminder in found.reminders]
    return CasesMeasure(
        open=sum(report.standing.state is not CaseState.CLOSED for report, _ in found.entries),
        due_soon=sum(0 <= day <= SOON for day in days),
        overdue=sum(reminder.is_overdue for reminder in found.reminders),
    )


# --- alerts -------------------------------------------------------------------------------------------------------


async def _channels(config: Config) -> tuple[ChannelMeasure, ...]:
    async with opened_index(config) as index:
        queues = await index.pending()
    names = [_one_line(queue.channel) for queue in queues]
    return tuple(
        ChannelMeasure(
            name=name if names.count(name) == 1 else f"{name} {at}",
            pending=queue.due,
            dead=queue.dead,
            delivered=queue.delivered,
            oldest=queue.oldest,
            failing_since=queue.failing_since,
            last_delivered=queue.last_delivered,
        )
        for at, (name, queue) in enumerate(zip(names, queues, strict=True))
    )
