"""Calendar of open deadlines as iCalendar (RFC 5545), made with icalendar, which the extra `dossier` installs.

A calendar travels: it is synchronised to telephones and shared with colleagues. So an event has the number of the case
and its duty, and neither a name nor an identifier of a person. Only this module imports icalendar, when it is used.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ctscan.extras import missing_extra
from ctscan.model.case import CaseStanding, Deadline
from ctscan.model.duty import CaseNote
from ctscan.views.text import Texts

if TYPE_CHECKING:
    from icalendar import Alarm, Event

MEDIA_TYPE = "text/calendar"

_PRODUCT = "-//ctscan//deadlines of cases//EN"
_MORNING = timedelta(hours=9)
_ALARMS = (timedelta(days=-3) + _MORNING, _MORNING)
"""Times of the alarms, from the beginning of the day that reminders use (`Deadline.warn_on`)."""


def render_calendar(cases: Iterable[tuple[str, CaseStanding]], texts: Texts, stamp: datetime) -> bytes:
    """Render the open deadlines of cases.

    Args:
        cases: numbers of cases with their standing.
        texts: sentences of the language.
        stamp: time at which the calendar is made.

    Returns:
        The calendar: an event of a whole day for each open deadline, on its last day, with two alarms. The UID of an
        event stays the same while the deadline moves, so a calendar that is read again replaces the event.

    Raises:
        UsageError: icalendar isn't installed.
    """
    try:
        from icalendar import Calendar
    except ImportError:
        raise missing_extra("a calendar", "dossier", "icalendar") from None
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    for number, standing in cases:
        for uid, deadline in _open(number, standing):
            calendar.add_component(_event(number, uid, deadline, texts, stamp))
    return bytes(calendar.to_ical())


def _open(number: str, standing: CaseStanding) -> Iterator[tuple[str, Deadline]]:
    """Yield the open deadlines with their UIDs. Equal duties of a case are told apart by their order."""
    seen: Counter[str] = Counter()
    for deadline in standing.deadlines:
        duty = deadline.what.encoded
        seen[duty] += 1
        if deadline.done_at is None:
            digest = hashlib.sha256(f"{number}\n{duty}\n{seen[duty]}".encode()).hexdigest()
            yield f"{digest[:32]}@ctscan", deadline


def _event(number: str, uid: str, deadline: Deadline, texts: Texts, stamp: datetime) -> Event:
    from icalendar import Event

    event = Event()
    summary = f"{number}: {texts(deadline.what)}"
    event.add("uid", uid)
    event.add("dtstamp", stamp)
    event.add("dtstart", deadline.on)
    event.add("dtend", deadline.on + timedelta(days=1))
    event.add("summary", summary)
    event.add("transp", "TRANSPARENT")
    if deadline.warn_on < deadline.on:
        event.add("description", texts(CaseNote.BEFORE_ROLL_OVER(raw=deadline.warn_on)))
    for moment in _ALARMS:
        event.add_component(_alarm(summary, deadline.warn_on - deadline.on + moment))
    return event


def _alarm(summary: str, trigger: timedelta) -> Alarm:
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", trigger)
    return alarm
