"""Standing of logs, cases and channels, as alerts tell of it: what is wrong is told once, and its end once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from ctscan.app.wiring import CLOCK
from ctscan.clock import Clock
from ctscan.model.alert import (
    CONDITION_KINDS,
    AlertKind,
    AlertText,
    ChannelQueue,
    Condition,
    NotedConditions,
    Severity,
)
from ctscan.model.duty import Duty
from ctscan.model.health import Condition as LogCondition

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.index.protocols import Cases, Outbox, Watching
    from ctscan.model import Message
    from ctscan.model.case_report import Reminder
    from ctscan.model.health import HealthReport, LogHealth

    class ConditionIndex(Watching, Outbox, Cases, Protocol):
        """Index with the roles that conditions are noted in and read from."""


PATIENCE = timedelta(hours=1)
"""Time for which a log or a channel fails before that is told: a short failure is repaired by the next try."""

LOG_LIST = "log list"
"""Subject of the condition of the log list."""

_ANSWERS = frozenset((str(Duty.ANSWER), str(Duty.ANSWER_EXTENDED)))


async def note_conditions(
    config: Config, index: ConditionIndex, channels: Collection[str], *, clock: Clock = CLOCK
) -> NotedConditions:
    """Note the standing of all logs, cases and channels; what became worse, and what recovered, raises an alert.

    Args:
        config: settings.
        index: the index, open.
        channels: names of the configured channels.
        clock: clock.

    Raises:
        IndexFault: the index can't be read or written.
    """
    from ctscan.app.case_reports import register
    from ctscan.app.health_check import health

    now = clock.now()
    report = await health(config, clock=clock)
    open_cases = await register(config, clock=clock)
    numbers = [one.number for one in await index.cases()]
    found = [
        *log_conditions(report, now),
        *case_conditions(numbers, (reminder for _, reminder in open_cases.entries if reminder is not None)),
        *channel_conditions([one for one in await index.pending() if one.channel in channels], now),
    ]
    return await index.note_conditions(found, CONDITION_KINDS, now)


def log_conditions(report: HealthReport, now: datetime) -> Iterator[Condition]:
    """Yield the standing of each log of the basis, and of the log list. Of logs of one name the worst counts."""
    worst: dict[str, Condition] = {}
    for log in report.logs:
        found = _of_log(log, now)
        if found.severity >= worst.get(log.name, found).severity:
            worst[log.name] = found
    yield from worst.values()
    failure = report.log_list
    is_failing = failure is not None and now - failure.since >= PATIENCE
    why = AlertText.LOG_LIST_FAILING(since=failure.since) if failure else AlertText.LOG_LIST_RECOVERED()
    yield Condition(AlertKind.LOG, LOG_LIST, Severity.BAD if is_failing else Severity.FINE, why)


def _of_log(log: LogHealth, now: datetime) -> Condition:
    name = log.name
    match log.condition:
        case LogCondition.MISBEHAVING:
            return Condition(AlertKind.LOG, name, Severity.WORST, AlertText.LOG_MISBEHAVING(log=name))
        case LogCondition.FAILING if log.since is not None and now - log.since >= PATIENCE:
            return Condition(AlertKind.LOG, name, Severity.BAD, AlertText.LOG_FAILING(log=name, since=log.since))
        case LogCondition.NEVER_READ:
            return Condition(AlertKind.LOG, name, Severity.BAD, AlertText.LOG_UNREAD(log=name))
        case LogCondition.HELD:
            why = AlertText.LOG_HELD(log=name, since=log.since or now)
            return Condition(AlertKind.LOG, name, Severity.BAD, why)
        case LogCondition.STALE:
            return Condition(AlertKind.LOG, name, Severity.BAD, AlertText.LOG_STALE(log=name))
        case _:
            return Condition(AlertKind.LOG, name, Severity.FINE, AlertText.LOG_RECOVERED(log=name))


def case_conditions(numbers: Iterable[str], reminders: Iterable[Reminder]) -> Iterator[Condition]:
    """Yield the standing of each case: an answer that is overdue is worse than another duty.

    Args:
        numbers: numbers of all cases.
        reminders: next deadline of each case that has one.
    """
    overdue = {one.number: one for one in reminders if one.is_overdue}
    for number in numbers:
        one = overdue.get(number)
        if one is None or one.deadline.what.code == Duty.CODE_EXPIRES:
            yield Condition(AlertKind.CASE, number, Severity.FINE, AlertText.CASE_SETTLED(case=number))
            continue
        severity = Severity.WORSE if one.deadline.what.code in _ANSWERS else Severity.BAD
        yield Condition(AlertKind.CASE, number, severity, _overdue(one))


def _overdue(one: Reminder) -> Message:
    """Say what is overdue. The CA whose answer is awaited stands in the case."""
    if one.deadline.what.code == Duty.FOLLOW_UP:
        return AlertText.CASE_FOLLOW_UP(case=one.number, due=one.deadline.on)
    return AlertText.CASE_OVERDUE(case=one.number, duty=one.deadline.what.code, due=one.deadline.on)


def channel_conditions(queues: Iterable[ChannelQueue], now: datetime) -> Iterator[Condition]:
    """Yield the standing of each channel: it fails for long, or messages were given up."""
    for one in queues:
        name, since = one.channel, one.failing_since
        if one.dead:
            why = AlertText.CHANNEL_DEAD(channel=name, count=one.dead)
            yield Condition(AlertKind.CHANNEL, name, Severity.WORSE, why)
        elif since is not None and now - since >= PATIENCE:
            why = AlertText.CHANNEL_FAILING(channel=name, since=since, waiting=one.due)
            yield Condition(AlertKind.CHANNEL, name, Severity.BAD, why)
        else:
            yield Condition(AlertKind.CHANNEL, name, Severity.FINE, AlertText.CHANNEL_RECOVERED(channel=name))
