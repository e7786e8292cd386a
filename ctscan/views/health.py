"""Health of logs: a line for each log, and the line of a monitoring plug-in as Nagios, Icinga and their like read it.

    CTSCAN CRITICAL - 1 of 3 logs failing: Example log | logs=3;;;0 ok=2;;;0 failing=1;;;0 …

The status of a plug-in is OK (0), WARNING (1), CRITICAL (2) or UNKNOWN (3); its line is English.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from ctscan.model import Message
from ctscan.model.health import Condition, HealthDetail, HealthReport, ListFailure
from ctscan.privacy.redaction import one_line, without_addresses
from ctscan.views.say import Say
from ctscan.views.text import ENGLISH, Texts, texts
from ctscan.views.vocabulary import Word
from ctscan.views.words import moment, word

CONDITIONS = {
    Condition.MISBEHAVING: Word.HEALTH_MISBEHAVING,
    Condition.FAILING: Word.HEALTH_FAILING,
    Condition.NEVER_READ: Word.HEALTH_NEVER_READ,
    Condition.HELD: Word.HEALTH_HELD,
    Condition.STALE: Word.HEALTH_STALE,
    Condition.FALLING_BEHIND: Word.HEALTH_FALLING_BEHIND,
    Condition.BEHIND: Word.HEALTH_BEHIND,
    Condition.GAPS: Word.HEALTH_GAPS,
    Condition.OK: Word.HEALTH_OK,
}
"""Words for the condition of a log."""

_COLOURS: Final = {
    Condition.MISBEHAVING: "red",
    Condition.FAILING: "red",
    Condition.NEVER_READ: "red",
    Condition.OK: "",
}


def health_lines(report: HealthReport, texts: Texts) -> Iterable[tuple[str, str]]:
    """Describe damage in the index, the failure of the log list, the health of each log, the worst first, and the logs
    outside the basis: lines, each with its colour."""
    for message in report.index:
        is_grave = report.is_damaged or report.is_trail_lost
        yield texts(Say.HEALTH_INDEX(details=texts(message))), "red" if is_grave else "yellow"
    if report.log_list is not None:
        yield texts(Say.HEALTH_LOG_LIST(details=texts(list_detail(report.log_list)))), "red"
    for message in report.list_age:
        yield texts(Say.HEALTH_LIST(details=texts(message))), "yellow"
    conditions = list(Condition)
    for log in sorted(report.logs, key=lambda log: conditions.index(log.condition)):
        condition = word(CONDITIONS[log.condition], texts)
        if log.since:
            condition = texts(Say.HEALTH_SINCE(condition=condition, time=moment(log.since)))
        details = "; ".join(texts(detail) for detail in log.details)
        shown = texts(Say.HEALTH_OF(log=log.name, condition=condition, details=details))
        yield shown, _COLOURS.get(log.condition, "yellow")
    for other in report.outside:
        yield texts(Say.HEALTH_OUTSIDE(log=other.name, reason=texts(other.reason))), "dim"


def list_detail(failure: ListFailure) -> Message:
    """Describe the failure of the log list."""
    return HealthDetail.LIST_FAILING(since=moment(failure.since), at=moment(failure.at), error=failure.error)


NAMED: Final = 5
"""Logs that the summary names for a condition."""

_STATUSES: Final = {0: ("OK", 0), 4: ("WARNING", 1)}
"""Status of a plug-in by the exit code of the check; every other code is CRITICAL."""


def status_line(report: HealthReport) -> tuple[str, int]:
    """Return the line and the exit code of the plug-in."""
    counts = Counter(log.condition for log in report.logs)
    status, code = ("CRITICAL", 2) if report.is_damaged else _STATUSES.get(report.exit_code, ("CRITICAL", 2))
    return f"CTSCAN {status} - {_plain(_summary(report))} | {_performance(report, counts)}", code


def unknown_line(reason: str) -> str:
    """Return the line where the check got no answer."""
    return f"CTSCAN UNKNOWN - {_plain(reason)}"


def _summary(report: HealthReport) -> str:
    number = len(report.logs)
    parts = ["the index is damaged"] if report.is_damaged else []
    if report.is_trail_lost:
        parts.append("the audit trail is lost")
    if report.log_list is not None:
        parts.append(f"the log list can't be read since {moment(report.log_list.since)}: {report.log_list.error}")
    parts += [texts(ENGLISH)(message) for message in report.list_age]
    for condition in Condition:
        names = [log.name for log in report.logs if log.condition is condition]
        if not names or condition is Condition.OK:
            continue
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        parts.append(f"{len(names)} of {number} {_logs(number)} {condition}: {', '.join(names[:NAMED])}{more}")
    if not number:
        parts.append("no log was read yet")
    return "; ".join(parts) or f"{number} {_logs(number)} read and fresh"


def _logs(number: int) -> str:
    return "log" if number == 1 else "logs"


def _performance(report: HealthReport, counts: Counter[Condition]) -> str:
    values = {"logs": len(report.logs), **{str(c).replace(" ", "_"): counts[c] for c in reversed(Condition)}}
    values["backlog"] = sum(log.backlog for log in report.logs)
    values["gap_entries"] = sum(log.gap_entries for log in report.logs)
    return " ".join(f"{name}={value};;;0" for name, value in values.items())


def _plain(text: str) -> str:
    """Make a text one line without the bar that begins performance data."""
    return one_line(without_addresses(text)).replace("|", "/")
