"""Notes of a case: the facts that its handler has to know, in words."""

from __future__ import annotations

import pytest
from support.case_events import case_event, holidays_in, paused, request_case

from ctscan.dsar.day_counting import PlaceHolidays
from ctscan.dsar.regimes import codes, regime
from ctscan.dsar.standing import standing
from ctscan.model.case import Case, CaseAction, CaseKind
from ctscan.views.text import texts

WEEKENDS = "public holidays aren't counted, only weekends: no place is set, or its calendar isn't installed"


def notes(case: Case, place: str | None = None) -> list[str]:
    is_holiday = PlaceHolidays(place, holidays_in(place)) if place else None
    return [texts("en")(note) for note in standing(case, regime(case.regime), is_holiday).notes]


def test_holidays_are_named_or_missed() -> None:
    assert notes(request_case("eu", "2026-03-10")) == [WEEKENDS]
    assert notes(request_case("eu", "2026-03-10"), "DE-BE") == [
        "working days are counted by the public holidays of DE-BE"
    ]
    assert notes(request_case("ccpa", "2026-03-10")) == [WEEKENDS]
    assert notes(request_case("ch", "2026-03-10")) == []  # counts every day


def test_the_earlier_rule_is_named() -> None:
    said = "received before 2026-02-05, when the law changed: the earlier rule counts"
    assert said in notes(request_case("uk", "2026-02-04"))
    assert said not in notes(request_case("uk", "2026-02-05"))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("japan", ["the law gives no number of days: it asks for an answer without delay"]),
        (
            "australia",
            [
                "the law gives no number of days: it asks for an answer in a reasonable time",
                "the date of the answer is a proposal, by the time that is usual (APP 12.4)",
                "to be checked in the law before you rely on it: the usual time to answer (APP 12.4)",
            ],
        ),
        (
            "india",
            [
                "the law gives no time to answer",
                "the date of the answer is a proposal, by the time that is usual (Rule 14(3))",
            ],
        ),
        ("br", ["the law asks for a simplified answer at once (Art. 19, I); the date is that of the complete one"]),
        ("israel", ["to be checked in the law before you rely on it: the time to answer (s. 13)"]),
        ("singapore", ["to be checked in the law before you rely on it: the extension (reg. 5)"]),
    ],
)
def test_regimes_say_what_is_not_certain(code: str, said: list[str]) -> None:
    found = notes(request_case(code, "2026-03-10"))
    assert [line for line in said if line not in found] == []


def test_an_article_that_is_to_be_checked_is_named_where_it_counts() -> None:
    said = "to be checked in the law before you cite it: Art. 32(1)"
    assert notes(request_case("ch", "2026-03-10", kind=CaseKind.RECTIFICATION)) == [said]
    refused = case_event("2026-03-12", CaseAction.DECIDED, decision="refused", ground="outside jurisdiction")
    assert notes(request_case("ch", "2026-03-10", refused)) == ["to be checked in the law before you cite it: Art. 3"]


def test_a_clock_that_stands_says_how_many_days_are_left() -> None:
    uk = notes(request_case("uk", "2026-03-10", *paused("2026-03-20", None, "clarification")))
    assert "the clock stands since 2026-03-20: 22 days to answer are left when it runs again" in uk
    last = notes(request_case("uk", "2026-03-10", *paused("2026-04-10", None, "clarification")))
    assert "the clock stands since 2026-04-10: 1 day to answer is left when it runs again" in last
    eu = notes(request_case("eu", "2026-03-10", *paused("2026-03-20", None, "identity")))
    assert "the clock stands since 2026-03-20: 21 days to answer are left when it runs again" in eu
    ch = notes(request_case("ch", "2026-03-10", *paused("2026-03-20", None, "cost")))
    assert ch == ["the clock stands since 2026-03-20, and the whole period begins again when it runs"]


def test_the_days_that_are_left_are_those_behind_the_pause() -> None:
    """22 days after the information arrived on the 25th are the 16th of April."""
    found = standing(
        request_case("uk", "2026-03-10", *paused("2026-03-20", "2026-03-25", "clarification")), regime("uk"), None
    )
    assert found.due and (found.due.warn_on - case_event("2026-03-25", CaseAction.RESUMED).at.date()).days == 22


def test_a_pause_for_identity_says_its_condition() -> None:
    said = (
        "a pause for identity counts only where there were reasonable doubts, and the information was asked for "
        "without delay (Art. 12(6))"
    )
    assert said in notes(request_case("eu", "2026-03-10", *paused("2026-03-12", "2026-03-14", "identity")))
    assert said not in notes(request_case("eu", "2026-03-10"))


def test_uk_a_clock_that_waits_for_identity_says_so() -> None:
    asked = case_event("2026-03-12", CaseAction.CODE_MADE, id="1", expires="2026-03-13")
    arrived = case_event("2026-03-13", CaseAction.IDENTIFIED, how="code")
    waiting = [line for line in notes(request_case("uk", "2026-03-10", asked)) if "asked for on 2026-03-12" in line]
    assert len(waiting) == 1
    assert notes(request_case("uk", "2026-03-10", asked, arrived)) == [WEEKENDS]
    assert notes(request_case("eu", "2026-03-10", asked)) == [WEEKENDS]


def test_an_identifier_after_identity_asks_for_identity_again() -> None:
    events = (
        case_event("2026-03-13", CaseAction.IDENTIFIED, how="code"),
        case_event("2026-03-14", CaseAction.IDENTIFIER_ADDED, kind="email"),
    )
    found = notes(request_case("eu", "2026-03-10", *events))
    assert "an identifier was added after the identity was settled: settle it again" in found


def test_records_are_kept_from_the_end_on() -> None:
    closed = case_event("2026-02-28", CaseAction.CLOSED, outcome="answered")
    leap = case_event("2026-03-31", CaseAction.CLOSED, outcome="answered")
    assert "keep the records of the request until 2028-02-28 (11 CCR § 7101)" in notes(
        request_case("ccpa", "2026-02-10", closed)
    )
    assert "keep the records of the request until 2028-03-31 (11 CCR § 7101)" in notes(
        request_case("ccpa", "2026-02-10", leap)
    )
    assert notes(request_case("ccpa", "2026-02-10")) == [WEEKENDS]


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("kind", list(CaseKind))
def test_every_note_has_its_words(code: str, kind: CaseKind) -> None:
    for note in notes(request_case(code, "2026-03-10", kind=kind)):
        assert "case-note." not in note and "regime-fact." not in note and "promptness." not in note
