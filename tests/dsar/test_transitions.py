"""Transitions of a case: which events its dates, its state and its regime permit."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from support.case_events import case_event, holidays_in, paused, request_case

from ctscan.dsar.regimes import regime
from ctscan.dsar.transitions import AFTER_CLOSING, check_event
from ctscan.errors import UsageError
from ctscan.model.case import Case, CaseAction, CaseEvent, CaseKind

EXTENDED, PAUSED, RESUMED, DECIDED, CLOSED = (
    CaseAction.EXTENDED, CaseAction.PAUSED, CaseAction.RESUMED, CaseAction.DECIDED, CaseAction.CLOSED,
)  # fmt: skip


def check(case: Case, event: CaseEvent, place: str | None = None) -> None:
    check_event(case, event, regime(case.regime), holidays_in(place) if place else None)


def refused(case: Case, event: CaseEvent, message: str, place: str | None = None) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        check(case, event, place)
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)


def extension(day: str, **detail: str) -> CaseEvent:
    return case_event(day, EXTENDED, **{"reason": "many certificates", **detail})


def closed(day: str) -> CaseEvent:
    return case_event(day, CLOSED, outcome="answered")


# --- dates -----------------------------------------------------------------------------------------------------------

TODAY = datetime(2026, 3, 20, 9, tzinfo=UTC)


def test_nothing_lies_in_the_future() -> None:
    opened = case_event("2026-03-20", CaseAction.OPENED, recorded=TODAY)
    refused(request_case("eu", "2026-03-21"), opened, "received on 2026-03-21, which lies in the future")
    noted = case_event("2026-03-21", CaseAction.NOTED, recorded=TODAY, text="x")
    refused(request_case("eu", "2026-03-10"), noted, "noted on 2026-03-21, which lies in the future")
    check(request_case("eu", "2026-03-20"), opened)
    refused(
        request_case("eu", "2026-03-10"),
        case_event("2026-03-20", EXTENDED, recorded=TODAY, reason="x", told="2026-03-21"),
        "extension told on 2026-03-21: expected a day from the receipt, 2026-03-10, until today",
    )


@pytest.mark.parametrize("action", [CaseAction.OPENED, CaseAction.NOTED, CaseAction.IDENTIFIED, CLOSED])
def test_nothing_happens_before_the_receipt(action: CaseAction) -> None:
    event = case_event("2026-03-09", action, outcome="answered")
    refused(request_case("eu", "2026-03-10"), event, rf"{action} on 2026-03-09: expected a day from the receipt on")


def test_a_case_is_opened_once() -> None:
    opened = case_event("2026-03-10", CaseAction.OPENED)
    refused(request_case("eu", "2026-03-10", opened), opened, "opened already")


def test_the_error_of_a_case_without_a_number_names_none() -> None:
    refused(request_case("eu", "2026-03-10", number=""), case_event("2026-03-09", CaseAction.OPENED), "^opened on")


def test_changes_of_state_are_in_the_order_of_their_days() -> None:
    case = request_case("uk", "2026-03-10", *paused("2026-03-20", "2026-03-25", "clarification"))
    refused(case, closed("2026-03-24"), "closed on 2026-03-24: expected 2026-03-25, the day of 'resumed', or a later")
    check(case, closed("2026-03-25"))
    check(case, case_event("2026-03-24", CaseAction.NOTED, text="x"))


# --- a closed case ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", list(CaseAction))
def test_a_closed_case_takes_notes_exports_and_letters_only(action: CaseAction) -> None:
    case, event = request_case("eu", "2026-03-10", closed("2026-03-24")), case_event("2026-03-25", action)
    if action in AFTER_CLOSING:
        check(case, event)
    else:
        refused(case, event, r"case C-2026-0017: closed on 2026-03-24: expected a note, an export or a letter")


def test_what_a_closed_case_takes() -> None:
    assert {
        CaseAction.NOTED, CaseAction.EXPORTED, CaseAction.LETTER_WRITTEN, CaseAction.LETTER_SETTLED,
    } == AFTER_CLOSING  # fmt: skip


def test_closing_needs_an_outcome_and_no_decision() -> None:
    check(request_case("eu", "2026-03-10"), closed("2026-03-24"))
    refused(request_case("eu", "2026-03-10"), case_event("2026-03-24", CLOSED), "close: expected the outcome")
    refused(request_case("eu", "2026-03-10"), case_event("2026-03-24", CLOSED, outcome=" "), "expected the outcome")


# --- extensions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "received", "last"),
    [
        ("eu", "2026-03-10", "2026-04-10"),
        ("eu", "2026-01-31", "2026-03-02"),  # rolled: the month ends with that day
        ("uk", "2026-03-10", "2026-04-10"),
        ("ccpa", "2026-03-10", "2026-04-24"),
        ("canada", "2026-03-10", "2026-04-09"),
        ("south-africa", "2026-03-10", "2026-04-09"),
    ],
)
def test_an_extension_is_told_within_the_first_period(code: str, received: str, last: str) -> None:
    case = request_case(code, received)
    check(case, extension(last))
    check(case, extension("2026-06-01", told=last))
    day_after = f"{last[:8]}{int(last[8:]) + 1:02}"
    refused(
        case, extension(day_after), rf"extension told on {day_after}: expected {last} at the latest \(.+\); answer now"
    )
    refused(case, extension("2026-06-01", told=day_after), "at the latest")


def test_holidays_move_the_last_day_to_tell() -> None:
    case = request_case("eu", "2026-03-04")
    check(case, extension("2026-04-07"), "DE-BE")
    refused(case, extension("2026-04-07"), "expected 2026-04-06 at the latest", "ES-MD")


def test_a_pause_moves_the_last_day_to_tell_while_it_lasts_too() -> None:
    ended = request_case("uk", "2026-03-10", *paused("2026-03-20", "2026-03-25", "clarification"))
    check(ended, extension("2026-04-16"))
    refused(ended, extension("2026-04-17"), "expected 2026-04-16 at the latest")
    lasting = request_case("uk", "2026-03-10", *paused("2026-03-20", None, "clarification"))
    check(lasting, extension("2026-05-20"))


def test_an_extension_needs_a_reason() -> None:
    for reason in ("", "  "):
        refused(request_case("eu", "2026-03-10"), extension("2026-03-20", reason=reason), r"expected the reason")


def test_a_case_is_extended_once() -> None:
    refused(request_case("eu", "2026-03-10", extension("2026-03-20")), extension("2026-03-21"), "extended already")


@pytest.mark.parametrize("code", ["br", "quebec", "turkey", "japan", "australia", "israel", "india"])
def test_no_extension_where_the_law_has_none(code: str) -> None:
    refused(request_case(code, "2026-03-10"), extension("2026-03-11"), "permits no extension; answer in time")


def test_a_promise_lies_between_the_first_period_and_the_limit() -> None:
    case = request_case("eu", "2026-03-10")
    check(case, extension("2026-03-20", until="2026-04-11"))
    check(case, extension("2026-03-20", until="2026-06-10"))
    refused(case, extension("2026-03-20", until="2026-04-10"), "expected a day after 2026-04-10")
    message = r"expected 2026-06-10 at the latest \(Art\. 3 Reg\. 1182/71; Art\. 12\(3\)\)"
    refused(case, extension("2026-03-20", until="2026-06-11"), message)


@pytest.mark.parametrize("code", ["ch", "korea", "singapore"])
def test_where_the_law_sets_no_limit_the_promise_is_needed(code: str) -> None:
    case = request_case(code, "2026-03-10")
    refused(case, extension("2026-03-12"), "extension: expected the day until which it lasts")
    check(case, extension("2026-03-12", until="2026-09-01"))


# --- pauses ----------------------------------------------------------------------------------------------------------


def pause(day: str, reason: str) -> CaseEvent:
    return case_event(day, PAUSED, reason=reason)


@pytest.mark.parametrize(
    ("code", "reason"), [("eu", "identity"), ("uk", "clarification"), ("ch", "cost"), ("singapore", "cost")]
)
def test_a_pause_has_a_ground_of_its_law(code: str, reason: str) -> None:
    case = request_case(code, "2026-03-10")
    check(case, pause("2026-03-12", reason))
    for other in {"identity", "clarification", "cost", "holiday", ""} - {reason}:
        refused(case, pause("2026-03-12", other), rf"pause: expected one of the grounds {reason}, got '{other}'")


@pytest.mark.parametrize("code", ["ccpa", "br", "canada", "quebec", "japan", "israel"])
def test_no_pause_where_the_law_has_none(code: str) -> None:
    case = request_case(code, "2026-03-10")
    refused(case, pause("2026-03-12", "identity"), r"knows no pause for a request of access; the clock runs on")


def test_uk_no_pause_for_older_requests_and_other_rights() -> None:
    refused(request_case("uk", "2026-02-04"), pause("2026-02-06", "clarification"), "knows no pause")
    erasure = request_case("uk", "2026-03-10", kind=CaseKind.ERASURE)
    refused(erasure, pause("2026-03-12", "clarification"), "knows no pause for a request of erasure")


def test_a_pause_begins_once_and_ends_once() -> None:
    case = request_case("eu", "2026-03-10")
    resumed = case_event("2026-03-14", RESUMED)
    refused(case, resumed, "not paused: there is nothing to resume")
    lasting = request_case("eu", "2026-03-10", *paused("2026-03-12", None, "identity"))
    refused(lasting, pause("2026-03-13", "identity"), "paused already, since 2026-03-12; resume it first")
    check(lasting, resumed)
    ended = request_case("eu", "2026-03-10", *paused("2026-03-12", "2026-03-13", "identity"))
    refused(ended, resumed, "not paused")
    check(ended, pause("2026-03-14", "identity"))


def test_nothing_is_left_to_pause_after_the_last_day() -> None:
    case = request_case("eu", "2026-01-31")
    check(case, pause("2026-03-02", "identity"))
    refused(case, pause("2026-03-03", "identity"), "pause from 2026-03-03: the time to answer ended on 2026-03-02")


# --- decisions -------------------------------------------------------------------------------------------------------


def decision(kind: str, ground: str = "") -> CaseEvent:
    return case_event("2026-03-20", DECIDED, decision=kind, ground=ground)


@pytest.mark.parametrize(
    ("code", "ground"),
    [
        ("eu", "too many requests"), ("eu", "no match"), ("eu", "rights of others"), ("eu", "other"),
        ("ccpa", "publicly available"), ("uk", "insufficient verification"), ("quebec", "publicly available"),
        ("israel", "other"),
    ],
)  # fmt: skip
def test_a_refusal_has_a_ground_of_its_law(code: str, ground: str) -> None:
    check(request_case(code, "2026-03-10"), decision("refused", ground))
    check(request_case(code, "2026-03-10"), decision("partial", ground))


@pytest.mark.parametrize(
    ("code", "ground"),
    [("eu", "publicly available"), ("eu", ""), ("eu", "whim"), ("israel", "no match"), ("br", "publicly available")],
)
def test_a_refusal_on_another_ground_lists_the_grounds(code: str, ground: str) -> None:
    for kind in ("refused", "partial"):
        message = rf"ground: expected one of .*other.*, got '{ground}'"
        refused(request_case(code, "2026-03-10"), decision(kind, ground), message)


def test_decisions_fit_the_request() -> None:
    access, objection = (request_case("eu", "2026-03-10", kind=kind) for kind in (CaseKind.ACCESS, CaseKind.OBJECTION))
    check(access, decision("granted"))
    check(objection, decision("objection rejected"))
    check(objection, decision("objection upheld"))
    check(request_case("eu", "2026-03-10", kind=CaseKind.RECTIFICATION), decision("rectified"))
    refused(access, decision("objection upheld"), "expected a request of objection, and this is one of access")
    refused(objection, decision("rectified"), "expected a request of rectification, and this is one of objection")
    refused(access, decision("maybe"), r"decision: expected one of granted, partial, .*got 'maybe'")


def test_an_error_shows_a_hostile_text_in_one_plain_line() -> None:
    hostile = "x\n\u202e\x1b[31m" + "y" * 1_000
    for event in (pause("2026-03-12", hostile), decision("refused", hostile), decision(hostile)):
        with pytest.raises(UsageError) as caught:
            check(request_case("eu", "2026-03-10"), event)
        assert str(caught.value).isprintable() and len(str(caught.value)) < 400
