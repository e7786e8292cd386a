"""Standing of logs, cases and channels as alerts tell of it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from support.cli import run
from support.dossiers import JANE, scanned

from ctscan.app.alert_conditions import (
    LOG_LIST,
    case_conditions,
    channel_conditions,
    log_conditions,
    note_conditions,
)
from ctscan.app.wiring import opened_index
from ctscan.clock import Clock
from ctscan.config import load_config
from ctscan.model import Message
from ctscan.model.alert import AlertKind, AlertText, ChannelQueue, NotedConditions, Route, Severity
from ctscan.model.case import Deadline
from ctscan.model.case_report import Reminder
from ctscan.model.duty import Duty
from ctscan.model.health import Condition, HealthReport, ListFailure, LogHealth

NOW = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
LONG, SHORT = NOW - timedelta(hours=2), NOW - timedelta(minutes=5)


def a_log(condition: Condition, since: datetime | None = None, name: str = "one") -> LogHealth:
    return LogHealth(name.encode(), name, "Example Operator", condition, since, ())


@pytest.mark.parametrize(
    ("condition", "since", "severity", "code"),
    [
        (Condition.MISBEHAVING, None, Severity.WORST, AlertText.LOG_MISBEHAVING),
        (Condition.FAILING, LONG, Severity.BAD, AlertText.LOG_FAILING),
        (Condition.FAILING, SHORT, Severity.FINE, AlertText.LOG_RECOVERED),
        (Condition.NEVER_READ, None, Severity.BAD, AlertText.LOG_UNREAD),
        (Condition.HELD, LONG, Severity.BAD, AlertText.LOG_HELD),
        (Condition.STALE, None, Severity.BAD, AlertText.LOG_STALE),
        (Condition.BEHIND, None, Severity.FINE, AlertText.LOG_RECOVERED),
        (Condition.GAPS, None, Severity.FINE, AlertText.LOG_RECOVERED),
        (Condition.OK, None, Severity.FINE, AlertText.LOG_RECOVERED),
    ],
)
def test_each_standing_of_a_log_has_a_severity(
    condition: Condition, since: datetime | None, severity: int, code: AlertText
) -> None:
    log, log_list = log_conditions(HealthReport(0, (a_log(condition, since),), ()), NOW)
    assert (log.kind, log.subject, log.severity, log.why.code) == (AlertKind.LOG, "one", severity, code)
    assert (log_list.subject, log_list.severity) == (LOG_LIST, Severity.FINE)


def test_of_logs_of_one_name_the_worst_counts() -> None:
    logs = (a_log(Condition.STALE), a_log(Condition.MISBEHAVING), a_log(Condition.OK), a_log(Condition.OK, name="two"))
    found = {one.subject: one.severity for one in log_conditions(HealthReport(0, logs, ()), NOW)}
    assert found == {"one": Severity.WORST, "two": Severity.FINE, LOG_LIST: Severity.FINE}


@pytest.mark.parametrize(("since", "severity"), [(LONG, Severity.BAD), (SHORT, Severity.FINE)])
def test_a_log_list_that_fails_for_long_is_told(since: datetime, severity: int) -> None:
    (found,) = log_conditions(HealthReport(0, (), (), log_list=ListFailure(since, NOW, "no answer")), NOW)
    assert (found.subject, found.severity, found.why.code) == (LOG_LIST, severity, AlertText.LOG_LIST_FAILING)


def a_reminder(number: str, duty: Message, days: int) -> Reminder:
    on = date(2031, 5, 1)
    return Reminder(number, Deadline(duty, on, on), days)


def test_an_overdue_answer_is_worse_than_another_duty() -> None:
    reminders = [
        a_reminder("C-1", Duty.CONFIRM(), -1),
        a_reminder("C-2", Duty.ANSWER(), -1),
        a_reminder("C-3", Duty.ANSWER(), 0),
        a_reminder("C-4", Duty.CODE_EXPIRES(), -1),
        a_reminder("C-5", Duty.FOLLOW_UP(ca="Example CA"), -9),
    ]
    found = list(case_conditions([f"C-{number}" for number in range(1, 7)], reminders))
    bad, worse, fine = Severity.BAD, Severity.WORSE, Severity.FINE
    assert [one.severity for one in found] == [bad, worse, fine, fine, bad, fine]
    assert found[0].why == AlertText.CASE_OVERDUE(case="C-1", duty=str(Duty.CONFIRM), due=date(2031, 5, 1))
    assert found[4].why == AlertText.CASE_FOLLOW_UP(case="C-5", due=date(2031, 5, 1))
    assert found[5].why == AlertText.CASE_SETTLED(case="C-6")


def test_a_channel_that_fails_for_long_or_gave_up_is_told() -> None:
    queues = [
        ChannelQueue("fine"),
        ChannelQueue("short", due=3, failing_since=SHORT),
        ChannelQueue("long", due=3, failing_since=LONG),
        ChannelQueue("dead", dead=2),
    ]
    found = {one.subject: (one.severity, one.why.code) for one in channel_conditions(queues, NOW)}
    assert found == {
        "fine": (Severity.FINE, AlertText.CHANNEL_RECOVERED),
        "short": (Severity.FINE, AlertText.CHANNEL_RECOVERED),
        "long": (Severity.BAD, AlertText.CHANNEL_FAILING),
        "dead": (Severity.WORSE, AlertText.CHANNEL_DEAD),
    }


def later(days: int) -> Clock:
    """Make a clock that is ahead by some days."""
    return Clock(now=lambda: datetime.now(UTC) + timedelta(days=days))


def test_a_stale_log_and_an_overdue_case_are_told_once_and_their_end_once(tmp_path: Path) -> None:
    config = scanned(tmp_path)
    environment = {"CTSCAN_CONFIG": str(config)}
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    opened = run("case", "open", JANE, "--regime", "eu", "--received", today, "--format", "json", env=environment)
    assert opened.exit_code == 0, opened.output
    number = json.loads(opened.stdout)["number"]

    async def noted(days: int) -> tuple[NotedConditions, list[str]]:
        settings = load_config({"config": str(config)}, {}, tmp_path)
        async with opened_index(settings) as index:
            found = await note_conditions(settings, index, [], clock=later(days))
            await index.assign({"mail": Route()}, NOW)
            due = await index.due("mail", NOW, 100)
            if due:
                await index.delivered(await index.begin("mail", [one.alert.id for one in due], NOW), NOW)
            return found, [one.alert.why.code for one in due]

    assert asyncio.run(noted(0)) == (NotedConditions(), [])
    found, codes = asyncio.run(noted(90))
    assert AlertText.CASE_OVERDUE in codes
    assert found.worse == len(codes)
    assert asyncio.run(noted(91)) == (NotedConditions(), [])
    closed = run("case", "close", "--case", number, "--outcome", "answered", env=environment)
    assert closed.exit_code == 0, closed.output
    found, codes = asyncio.run(noted(92))
    assert codes == [AlertText.CASE_SETTLED]
    found, codes = asyncio.run(noted(0))
    assert set(codes) <= {AlertText.LOG_RECOVERED}
