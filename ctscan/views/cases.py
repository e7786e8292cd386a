"""Register of cases for readers: the list, a case with its deadlines and its history, and what is due. Pure.

A day in a list is the day in the controller's place. Texts of handlers and requesters stand beside words, never in the
parameters of a message.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from unicodedata import east_asian_width

from ctscan.model import Message
from ctscan.model.case import CaseEvent, CaseIdentifier, CaseState
from ctscan.model.case_report import CaseReport, Register, Reminder
from ctscan.views.case_words import ACTIONS, DECISIONS, KINDS, STATES, CaseText
from ctscan.views.listings import Listing
from ctscan.views.text import Texts
from ctscan.views.vocabulary import Word
from ctscan.views.words import word

SOON = 7
"""Days of the reminders that the last line of a command counts."""

_WIDE = 110
"""Characters of a line with room for all columns."""
_NAME_SHOWN = 20
"""Cells of a requester's name in a narrow list; a case itself shows it whole."""
_IDENTITY_SHOWN = 13
"""Cells of the identity of a certificate in a history; JSON has it whole."""
_DECISIONS = {str(decision): words for decision, words in DECISIONS.items()}
_HIDDEN = frozenset({"digest", "id", "key"})
"""Keys of details that say nothing to a reader."""


# --- list ---------------------------------------------------------------------------------------------------------


def register(found: Register, width: int, texts: Texts, *, names: bool = True) -> Listing:
    """List cases, with the columns for which a line of `width` characters has room; with `names` of requesters."""
    headers = [CaseText.COLUMN_CASE(), CaseText.COLUMN_DUE(), CaseText.COLUMN_LEFT(), CaseText.COLUMN_REQUEST()]
    if width >= _WIDE:
        headers += [CaseText.COLUMN_REGIME(), CaseText.COLUMN_RECEIVED()]
    headers += [CaseText.COLUMN_REQUESTER()] if names else []
    columns = [_columns(report, reminder, width, texts) for report, reminder in found.entries]
    whole = (CaseText.COLUMN_CASE(), CaseText.COLUMN_DUE(), CaseText.COLUMN_RECEIVED())
    return Listing(
        [texts(header) for header in headers],
        [[row[header] for header in headers] for row in columns],
        [texts(header) for header in whole],
        [_lines(row, headers, texts) for row in columns],
    )


def _columns(report: CaseReport, reminder: Reminder | None, width: int, texts: Texts) -> dict[Message, str]:
    case = report.case
    name = case.requester or "-"
    return {
        CaseText.COLUMN_CASE(): case.number,
        CaseText.COLUMN_DUE(): str(reminder.deadline.on) if reminder else "-",
        CaseText.COLUMN_LEFT(): _left(report, reminder, texts),
        CaseText.COLUMN_REQUEST(): texts(KINDS[case.kind]),
        CaseText.COLUMN_REGIME(): case.regime,
        CaseText.COLUMN_RECEIVED(): str(case.received),
        CaseText.COLUMN_REQUESTER(): name if width >= _WIDE else shortened(name, _NAME_SHOWN),
    }


def _lines(row: dict[Message, str], headers: Sequence[Message], texts: Texts) -> list[str]:
    """Write the columns of a case as lines, for a terminal without room for columns."""
    first = f"{row[CaseText.COLUMN_CASE()]}: {row[CaseText.COLUMN_REQUEST()]}, {row[CaseText.COLUMN_LEFT()]}"
    rest = [header for header in (CaseText.COLUMN_DUE(), CaseText.COLUMN_REQUESTER()) if header in headers]
    return [first, *(f"{texts(header)}: {row[header]}" for header in rest if row[header] != "-")]


def _left(report: CaseReport, reminder: Reminder | None, texts: Texts) -> str:
    """Say how many days are left, and the state where it is more than open."""
    state = report.standing.state
    parts = [] if state is CaseState.OPEN else [texts(STATES[state])]
    if reminder:
        parts.append(days_left(reminder, texts))
    return ", ".join(parts) or texts(STATES[state])


def days_left(reminder: Reminder, texts: Texts) -> str:
    """Say how many days are left to a deadline, or by how many it has passed."""
    if reminder.is_overdue:
        return texts(CaseText.OVERDUE(count=-reminder.days))
    return texts(CaseText.LEFT(count=reminder.days) if reminder.days else CaseText.TODAY())


def shortened(text: str, cells: int) -> str:
    """Cut a text to so many cells of a terminal, with an ellipsis in place of the rest. Ideographs take two cells."""
    ends = list(accumulate(2 if east_asian_width(character) in "WF" else 1 for character in text))
    if not ends or ends[-1] <= cells:
        return text
    return f"{text[: bisect_right(ends, cells - 1)].rstrip()}…"


# --- case ---------------------------------------------------------------------------------------------------------


def title(report: CaseReport, texts: Texts) -> str:
    """Name a case: its number, the request, the law and the state."""
    case = report.case
    return texts(
        CaseText.TITLE(
            number=case.number,
            kind=KINDS[case.kind].code,
            law=report.regime.name(texts.lang),
            regime=case.regime,
            state=STATES[report.standing.state].code,
        )
    )


def facts(report: CaseReport, reminder: Reminder | None, texts: Texts) -> list[str]:
    """Describe a case: what is due, and what was given at its opening."""
    case, standing = report.case, report.standing
    given = (
        (CaseText.COLUMN_RECEIVED(), str(case.received)),
        (CaseText.CHANNEL(), case.channel),
        (CaseText.COLUMN_REQUESTER(), case.requester),
        (CaseText.SINCE(), str(case.since) if case.since else ""),
        (CaseText.LANGUAGE(), case.lang),
        (CaseText.IDENTITY(), texts(CaseText.SETTLED() if standing.is_identity_settled else CaseText.NOT_SETTLED())),
        (CaseText.IDENTIFIERS(), ", ".join(_identifier(one, texts) for one in case.identifiers)),
    )
    return [*_due(report, reminder, texts), *(f"{texts(label)}: {value}" for label, value in given if value)]


def _due(report: CaseReport, reminder: Reminder | None, texts: Texts) -> list[str]:
    standing, lines = report.standing, []
    if reminder:
        on, duty = reminder.deadline.on, texts(reminder.deadline.what)
        lines.append(texts(CaseText.DUE_ON(on=on, duty=duty, left=days_left(reminder, texts))))
    else:
        lines.append(texts(CaseText.NOTHING_DUE()))
    if standing.extended_until:
        lines.append(texts(CaseText.EXTENDED_UNTIL(until=standing.extended_until)))
    if standing.paused_since:
        lines.append(texts(CaseText.PAUSED_SINCE(since=standing.paused_since)))
    if report.restricted_since:
        lines.append(texts(CaseText.RESTRICTED_SINCE(since=report.restricted_since.date())))
    return lines


def _identifier(found: CaseIdentifier, texts: Texts) -> str:
    return f"{found.text} ({word(Word[f'KIND_{found.kind.name}'], texts)})"


def deadlines(report: CaseReport, texts: Texts) -> Listing:
    """List the deadlines of a case."""
    headers = (CaseText.COLUMN_DUTY(), CaseText.COLUMN_LAST_DAY(), CaseText.COLUMN_REMINDER(), CaseText.COLUMN_DONE())
    rows = [
        (texts(one.what), one.on, one.warn_on, one.done_at.date() if one.done_at else "-")
        for one in report.standing.deadlines
    ]
    shown = [texts(header) for header in headers]
    return Listing(shown, rows, shown[1:])


def history(events: Sequence[CaseEvent], texts: Texts) -> Listing:
    """List the history of a case, in the order of writing."""
    headers = (CaseText.COLUMN_DAY(), CaseText.COLUMN_WHO(), CaseText.COLUMN_DEED(), CaseText.COLUMN_DETAIL())
    rows = [(event.at.date(), event.who, texts(ACTIONS[event.action]), _detail(event, texts)) for event in events]
    shown = [texts(header) for header in headers]
    return Listing(shown, rows, shown[:1])


def _detail(event: CaseEvent, texts: Texts) -> str:
    """Write the texts of an event, each behind its key; a single text stands alone."""
    told = {key: " ".join(value.split()) for key, value in event.detail if key not in _HIDDEN}
    if "certificate" in told:
        told["certificate"] = shortened(told["certificate"], _IDENTITY_SHOWN)
    if told.get("decision") in _DECISIONS:
        told["decision"] = texts(_DECISIONS[told["decision"]])
    if len(told) == 1:
        return next(iter(told.values()))
    return "; ".join(f"{key}: {value}" for key, value in told.items()) or "-"


# --- what is due --------------------------------------------------------------------------------------------------


def due_lines(found: Register, texts: Texts) -> list[str]:
    """Say what is due next, and how much more is due soon: two lines at most."""
    reminders = found.reminders
    if not reminders:
        return []
    lines = [_next(reminders[0], texts)]
    overdue = sum(one.is_overdue for one in reminders)
    soon = sum(not one.is_overdue and one.days <= SOON for one in reminders)
    if overdue + soon > 1:
        lines.append(texts(CaseText.MORE_DUE(overdue=overdue, soon=soon, days=SOON)))
    return lines


def _next(reminder: Reminder, texts: Texts) -> str:
    number, duty, on = reminder.number, texts(reminder.deadline.what), reminder.deadline.on
    if reminder.is_overdue:
        return texts(CaseText.NEXT_OVERDUE(number=number, duty=duty, on=on, count=-reminder.days))
    if reminder.days:
        return texts(CaseText.NEXT(number=number, duty=duty, on=on, count=reminder.days))
    return texts(CaseText.NEXT_TODAY(number=number, duty=duty))


def nothing_line(*, every: bool, within: int | None, texts: Texts) -> str:
    """Say that the list is empty, and why."""
    if within is not None:
        return texts(CaseText.NONE_DUE(count=within))
    return texts(CaseText.NO_CASES() if every else CaseText.NO_OPEN_CASES())
