"""Calendar of deadlines: one event for each open deadline, the same bytes for the same values, and nobody's name."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from icalendar import Calendar, Event
from msgspec.structs import replace
from support.case_events import case_event, request_case

from ctscan.dsar.regimes import regime
from ctscan.dsar.standing import standing
from ctscan.model.case import Case, CaseAction, CaseEvent, CaseIdentifier
from ctscan.model.identifier import IdentifierKind
from ctscan.views.case_calendar import render_calendar
from ctscan.views.text import texts

STAMP = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def rendered(*cases: Case) -> bytes:
    return render_calendar(
        ((case.number, standing(case, regime(case.regime), None)) for case in cases), texts("en"), STAMP
    )


def events(*cases: Case) -> list[Event]:
    return list(Calendar.from_ical(rendered(*cases)).walk("VEVENT"))


def test_each_open_deadline_is_an_event_of_a_day() -> None:
    found = events(request_case("ccpa", "2026-03-02"))
    assert [(str(one["summary"]), one["dtstart"].dt, one["dtend"].dt) for one in found] == [
        ("C-2026-0017: confirm receipt", date(2026, 3, 16), date(2026, 3, 17)),
        ("C-2026-0017: answer the request", date(2026, 4, 16), date(2026, 4, 17)),
    ]
    assert all(one["dtstamp"].dt == STAMP for one in found)


def test_deadlines_that_were_met_are_left_out() -> None:
    confirmed = case_event("2026-03-03", CaseAction.CONFIRMED_RECEIPT)
    assert [str(one["summary"]) for one in events(request_case("ccpa", "2026-03-02", confirmed))] == [
        "C-2026-0017: answer the request"
    ]
    closed = case_event("2026-03-03", CaseAction.CLOSED, outcome="answered")
    assert events(request_case("ccpa", "2026-03-02", closed)) == []


def test_alarms_ring_for_the_day_before_the_roll_over() -> None:
    """2026-02-28 is a Saturday: the law counts to Monday, and the handler is reminded of Saturday."""
    (event,) = events(request_case("eu", "2026-01-31"))
    assert event["dtstart"].dt == date(2026, 3, 2)
    assert str(event["description"]) == "aim at 2026-02-28: the law counts to the next working day"
    triggers = [alarm["trigger"].dt for alarm in event.walk("VALARM")]
    midnight = datetime(2026, 3, 2)  # noqa: DTZ001 - a day without a zone, as calendars show it
    assert [midnight + one for one in triggers] == [datetime(2026, 2, 25, 9), datetime(2026, 2, 28, 9)]  # noqa: DTZ001
    assert {str(alarm["action"]) for alarm in event.walk("VALARM")} == {"DISPLAY"}


def test_a_deadline_keeps_its_uid_while_it_moves_and_no_two_have_one() -> None:
    def letter(kind: str, follow_up: str) -> CaseEvent:
        return case_event("2026-03-03", CaseAction.LETTER_WRITTEN, ca="Example CA", kind=kind, follow_up=follow_up)

    def uids(*history: CaseEvent, number: str = "C-2026-0017") -> list[str]:
        return [str(one["uid"]) for one in events(request_case("uk", "2026-03-02", *history, number=number))]

    paid = case_event("2026-03-05", CaseAction.FEE_PAID)
    assert uids() == uids(paid)
    assert not set(uids()) & set(uids(number="C-2026-0018"))
    several = uids(letter("access", "2026-04-07"), letter("objection", "2026-04-07"))
    assert len(set(several)) == len(several) == 3


def test_the_same_values_make_the_same_bytes() -> None:
    cases = request_case("ccpa", "2026-03-02"), request_case("eu", "2026-01-31", number="C-2026-0018")
    assert rendered(*cases) == rendered(*cases)
    assert rendered(*cases).startswith(b"BEGIN:VCALENDAR\r\n")
    assert rendered(*cases).endswith(b"END:VCALENDAR\r\n")
    assert len(events(*cases)) == 3


def test_no_cases_make_an_empty_calendar() -> None:
    assert b"VEVENT" not in rendered()


def test_a_calendar_names_no_person() -> None:
    case = replace(
        request_case("eu", "2026-01-31"),
        requester="Erika Beispiel",
        channel="letter of Erika Beispiel",
        identifiers=(CaseIdentifier("erika@example.org", IdentifierKind.EMAIL, "erika@example.org"),),
    )
    noted = case_event("2026-02-01", CaseAction.NOTED, text="Erika Beispiel called")
    code = case_event("2026-02-01", CaseAction.CODE_MADE, id="1", expires="2026-02-02T10:00:00+00:00")
    content = rendered(replace(case, events=(noted, code))).decode()
    assert "SUMMARY:C-2026-0017" in content
    assert not [word for word in ("Erika", "Beispiel", "erika", "example.org", "handler") if word in content]


def test_lines_are_folded_and_text_is_escaped() -> None:
    name = "Beispiel, Zertifizierung; Vertrauensdienste GmbH & Co. KG für sehr lange Namen in Kalendern"
    letter = case_event("2026-03-03", CaseAction.LETTER_WRITTEN, ca=name, kind="access", follow_up="2026-04-07")
    case = request_case("uk", "2026-03-02", letter)
    assert all(len(line) <= 75 for line in rendered(case).split(b"\r\n"))
    assert f"C-2026-0017: an answer of {name} is due" in [str(one["summary"]) for one in events(case)]


WITHOUT = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] == 'icalendar':
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Hidden())
from datetime import UTC, datetime
from ctscan.views.case_calendar import render_calendar
from ctscan.views.text import texts
try:
    render_calendar([], texts('en'), datetime.now(UTC))
except Exception as error:
    print(type(error).__name__, error)
"""


def test_without_icalendar_the_remedy_is_named() -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", WITHOUT], cwd=root, capture_output=True, text=True, check=False)
    assert done.stdout == "UsageError a calendar needs icalendar: pip install 'ctscan[dossier]'\n"
    assert done.stderr == ""
