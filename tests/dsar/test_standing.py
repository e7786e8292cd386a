"""Standing of a case: deadlines, start, extensions and pauses by regime, by table."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from support.case_events import case_event, holidays_in, paused, request_case

from ctscan.dsar.regimes import regime
from ctscan.dsar.standing import is_overdue, standing
from ctscan.errors import InputError
from ctscan.model.case import Case, CaseAction, CaseEvent, CaseKind, CaseStanding, CaseState, Deadline
from ctscan.model.duty import Duty


def stand(case: Case, place: str | None = None) -> CaseStanding:
    return standing(case, regime(case.regime), holidays_in(place) if place else None)


def named(found: CaseStanding) -> dict[str, Deadline]:
    return {deadline.what.code: deadline for deadline in found.deadlines}


def answered_by(case: Case, place: str | None = None) -> str:
    due = stand(case, place).due
    assert due is not None
    return str(due.on)


EXTENDED = CaseAction.EXTENDED

BY_REGIME = [
    # regime         received      answer        warning       extended (recorded on the day of receipt)
    ("eu", "2026-01-30", "2026-03-02", "2026-02-28", "2026-04-30"),
    ("eu", "2026-03-04", "2026-04-06", "2026-04-04", "2026-06-04"),
    ("eu", "2026-11-29", "2026-12-29", "2026-12-29", "2027-03-01"),
    ("eu", "2028-01-31", "2028-02-29", "2028-02-29", "2028-05-01"),
    ("uk", "2026-12-31", "2027-02-01", "2027-01-31", "2027-03-31"),
    ("uk", "2026-01-30", "2026-03-02", "2026-02-28", "2026-04-30"),  # by the earlier rule
    ("ccpa", "2026-01-31", "2026-03-17", "2026-03-17", "2026-05-01"),
    ("ccpa", "2026-03-04", "2026-04-18", "2026-04-18", "2026-06-02"),  # a Saturday stays
    ("ch", "2026-01-30", "2026-03-01", "2026-03-01", None),
    ("br", "2026-02-20", "2026-03-07", "2026-03-07", None),
    ("canada", "2026-01-31", "2026-03-02", "2026-03-02", "2026-04-01"),
    ("korea", "2026-02-20", "2026-03-02", "2026-03-02", None),
    ("quebec", "2026-12-31", "2027-01-30", "2027-01-30", None),
    ("turkey", "2028-01-31", "2028-03-01", "2028-03-01", None),
    ("singapore", "2026-08-31", "2026-09-30", "2026-09-30", None),
    ("israel", "2026-08-31", "2026-09-30", "2026-09-30", None),
    ("australia", "2026-08-31", "2026-09-30", "2026-09-30", None),
    ("india", "2026-01-31", "2026-05-01", "2026-05-01", None),
    ("south-africa", "2026-01-31", "2026-03-02", "2026-03-02", "2026-04-01"),
]


@pytest.mark.parametrize("row", BY_REGIME, ids=lambda row: f"{row[0]} {row[1]}")
def test_the_answer_is_due(row: tuple[str, str, str, str, str | None]) -> None:
    code, received, on, warn_on, extended = row
    case = request_case(code, received)
    answer = next(one for one in stand(case).deadlines if one.what.code != Duty.CONFIRM)
    assert (str(answer.on), str(answer.warn_on), answer.done_at) == (on, warn_on, None)
    assert answer.what.code == (Duty.ANSWER if regime(code).answer else Duty.ANSWER_CUSTOMARY)
    if extended:
        longer = stand(request_case(code, received, case_event(received, EXTENDED, reason="many certificates")))
        assert str(longer.extended_until) == extended
        assert str(named(longer)[Duty.ANSWER_EXTENDED].on) == extended


def test_a_law_that_says_only_without_delay_gives_no_date() -> None:
    found = stand(request_case("japan", "2026-01-31"))
    assert (found.deadlines, found.due, found.state) == ((), None, CaseState.OPEN)


def test_holidays_of_the_place_count() -> None:
    case = request_case("eu", "2026-03-04")
    assert answered_by(case, "DE-BE") == "2026-04-07"
    assert answered_by(case, "ES-MD") == "2026-04-06"
    due = stand(case, "DE-BE").due
    assert due and str(due.warn_on) == "2026-04-04"


def test_the_ccpa_asks_first_to_confirm() -> None:
    case = request_case("ccpa", "2026-03-02")
    found = named(stand(case))
    assert [(code, str(one.on)) for code, one in found.items()] == [
        (Duty.CONFIRM, "2026-03-16"), (Duty.ANSWER, "2026-04-16"),
    ]  # fmt: skip
    confirmed = case_event("2026-03-05", CaseAction.CONFIRMED_RECEIPT)
    found_later = stand(request_case("ccpa", "2026-03-02", confirmed))
    assert named(found_later)[Duty.CONFIRM].done_at == confirmed.at
    assert found_later.due and found_later.due.what.code == Duty.ANSWER


def test_an_answer_before_the_confirmation_makes_it_needless() -> None:
    closed = case_event("2026-03-05", CaseAction.CLOSED, outcome="answered")
    found = stand(request_case("ccpa", "2026-03-02", closed))
    assert [one.done_at for one in found.deadlines] == [closed.at, closed.at]
    assert found.due is None


# --- start -----------------------------------------------------------------------------------------------------------

CODE = case_event("2026-03-12", CaseAction.CODE_MADE, id="1", expires="2026-03-13T12:00:00+00:00")


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((), "2026-04-10"),
        ((case_event("2026-03-20", CaseAction.IDENTIFIED, how="seen"),), "2026-04-10"),  # nobody asked
        ((CODE,), "2026-04-10"),  # not later than the law says
        ((CODE, case_event("2026-03-20", CaseAction.IDENTIFIED, how="code")), "2026-04-20"),
        ((case_event("2026-03-20", CaseAction.IDENTIFIED, how="seen", asked="2026-03-11"),), "2026-04-20"),
        ((case_event("2026-03-23", CaseAction.FEE_PAID),), "2026-04-23"),
        (
            (
                CODE,
                case_event("2026-03-23", CaseAction.FEE_PAID),
                case_event("2026-03-20", CaseAction.IDENTIFIED, how="code"),
            ),
            "2026-04-23",
        ),
        ((case_event("2026-03-05", CaseAction.FEE_PAID),), "2026-04-10"),
    ],
)
def test_uk_the_clock_starts_with_the_latest_of_request_identity_and_fee(
    events: tuple[CaseEvent, ...], expected: str
) -> None:
    answer = named(stand(request_case("uk", "2026-03-10", *events)))[Duty.ANSWER]
    assert str(answer.on) == expected


def test_elsewhere_the_clock_starts_with_receipt() -> None:
    events = (CODE, case_event("2026-03-20", CaseAction.IDENTIFIED, how="code"))
    assert answered_by(request_case("eu", "2026-03-10", *events)) == "2026-04-10"
    assert str(named(stand(request_case("ccpa", "2026-03-10", *events)))[Duty.ANSWER].on) == "2026-04-24"


# --- pauses ----------------------------------------------------------------------------------------------------------

PAUSES = [
    # regime  received      pauses                                             answer due
    ("uk", "2026-03-10", paused("2026-03-20", "2026-03-25", "clarification"), "2026-04-16"),  # six days
    ("uk", "2026-03-10", paused("2026-03-20", "2026-03-20", "clarification"), "2026-04-13"),  # one day, then a weekend
    ("uk", "2026-03-10", paused("2026-04-10", "2026-04-20", "clarification"), "2026-04-21"),  # the last day was left
    ("uk", "2026-03-31", paused("2026-04-28", "2026-05-05", "clarification"), "2026-05-08"),  # over a month's end
    ("uk", "2026-03-10", paused("2026-03-28", "2026-03-30", "clarification"), "2026-04-13"),  # over summer time
    ("uk", "2026-10-12", paused("2026-10-24", "2026-10-26", "clarification"), "2026-11-16"),  # over winter time
    ("uk", "2028-01-31", paused("2028-02-28", "2028-03-01", "clarification"), "2028-03-03"),  # over a leap day
    (
        "uk", "2026-03-10",
        (*paused("2026-03-20", "2026-03-25", "clarification"), *paused("2026-03-25", "2026-03-27", "clarification")),
        "2026-04-20",  # the 25th counts once: eight days, then a weekend
    ),
    ("uk", "2026-01-30", paused("2026-02-10", "2026-02-20", "clarification"), "2026-03-02"),  # no pause before the Act
    ("uk", "2026-03-10", paused("2026-03-20", "2026-03-25", "identity"), "2026-04-10"),  # no ground of this law
    ("uk", "2026-03-10", paused("2026-04-11", "2026-04-25", "clarification"), "2026-04-10"),  # nothing was left
    ("eu", "2026-03-10", paused("2026-03-12", "2026-03-18", "identity"), "2026-04-16"),  # six days between
    ("eu", "2026-03-10", paused("2026-03-12", "2026-03-12", "identity"), "2026-04-10"),
    ("eu", "2026-01-31", paused("2026-02-27", "2026-03-03", "identity"), "2026-03-04"),
    ("eu", "2026-03-10", paused("2026-03-12", "2026-03-18", "clarification"), "2026-04-10"),
    ("ch", "2026-03-10", paused("2026-03-20", "2026-03-28", "cost"), "2026-04-27"),  # 30 days anew
    ("singapore", "2026-03-10", paused("2026-03-20", "2026-03-28", "cost"), "2026-04-17"),
]  # fmt: skip


@pytest.mark.parametrize("row", PAUSES, ids=lambda row: f"{row[0]} {row[1]} {row[3]}")
def test_a_pause_moves_the_answer(row: tuple[str, str, tuple[CaseEvent, ...], str]) -> None:
    code, received, events, expected = row
    found = stand(request_case(code, received, *events))
    assert (str(named(found)[Duty.ANSWER].on), found.paused_since) == (expected, None)


def test_uk_only_a_request_of_access_pauses() -> None:
    events = paused("2026-03-20", "2026-03-25", "clarification")
    assert answered_by(request_case("uk", "2026-03-10", *events, kind=CaseKind.ERASURE)) == "2026-04-10"


def test_while_the_clock_stands_the_answer_has_no_date() -> None:
    found = stand(request_case("uk", "2026-03-10", *paused("2026-03-20", None, "clarification")))
    assert (found.state, found.paused_since, found.deadlines, found.due) == (
        CaseState.PAUSED, date(2026, 3, 20), (), None,
    )  # fmt: skip


def test_a_pause_moves_the_extension_too_and_the_last_day_to_tell() -> None:
    pause = paused("2026-03-20", "2026-03-25", "clarification")
    told = case_event("2026-04-14", EXTENDED, reason="many certificates")
    found = stand(request_case("uk", "2026-03-10", *pause, told))
    assert [(one.what.code, str(one.on)) for one in found.deadlines] == [
        (Duty.TELL_EXTENSION, "2026-04-16"), (Duty.ANSWER_EXTENDED, "2026-06-16"),
    ]  # fmt: skip


def test_a_pause_ends_with_the_case() -> None:
    closed = case_event("2026-03-25", CaseAction.CLOSED, outcome="withdrawn")
    found = stand(request_case("uk", "2026-03-10", *paused("2026-03-20", None, "clarification"), closed))
    assert (found.state, found.paused_since, found.due) == (CaseState.CLOSED, None, None)
    assert named(found)[Duty.ANSWER].done_at == closed.at


# --- extensions ------------------------------------------------------------------------------------------------------


def test_an_extension_counts_from_receipt_and_replaces_the_answer() -> None:
    told = case_event("2026-04-02", EXTENDED, reason="many certificates", told="2026-04-01")
    found = stand(request_case("eu", "2026-03-10", told))
    assert found.extended_until == date(2026, 6, 10)
    assert set(named(found)) == {Duty.TELL_EXTENSION, Duty.ANSWER_EXTENDED}
    assert named(found)[Duty.TELL_EXTENSION].done_at == datetime(2026, 4, 1, tzinfo=UTC)
    assert found.due and (found.due.what.code, str(found.due.on)) == (Duty.ANSWER_EXTENDED, "2026-06-10")


def test_the_extension_ends_on_the_day_that_was_promised() -> None:
    told = case_event("2026-04-02", EXTENDED, reason="many certificates", until="2026-05-05")
    found = stand(request_case("eu", "2026-03-10", told))
    assert found.extended_until == date(2026, 5, 5)
    assert found.due and found.due.warn_on == date(2026, 5, 5)


def test_no_promise_goes_beyond_the_law() -> None:
    told = case_event("2026-04-02", EXTENDED, reason="many certificates", until="2027-05-05")
    assert stand(request_case("eu", "2026-03-10", told)).extended_until == date(2026, 6, 10)


def test_a_promise_of_a_rolled_day_is_warned_of_before_it() -> None:
    told = case_event("2026-11-30", EXTENDED, reason="many certificates", until="2027-03-01")
    due = stand(request_case("eu", "2026-11-29", told)).due
    assert due and (due.on, due.warn_on) == (date(2027, 3, 1), date(2027, 2, 28))


def test_switzerland_sets_no_limit_but_the_promise() -> None:
    told = case_event("2026-03-12", EXTENDED, reason="many certificates", until="2026-07-01")
    assert stand(request_case("ch", "2026-03-10", told)).extended_until == date(2026, 7, 1)


# --- states ----------------------------------------------------------------------------------------------------------

DECIDED = case_event("2026-03-20", CaseAction.DECIDED, decision="granted")


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ((), CaseState.OPEN),
        (paused("2026-03-11", None, "identity"), CaseState.PAUSED),
        (paused("2026-03-11", "2026-03-12", "identity"), CaseState.OPEN),
        ((DECIDED,), CaseState.DECIDED),
        ((case_event("2026-03-20", CaseAction.DECIDED, decision="partial", certificate="00"),), CaseState.OPEN),
        ((DECIDED, *paused("2026-03-21", None, "identity")), CaseState.PAUSED),
        ((DECIDED, case_event("2026-03-22", CaseAction.CLOSED, outcome="answered")), CaseState.CLOSED),
    ],
)
def test_states(events: tuple[CaseEvent, ...], state: CaseState) -> None:
    assert stand(request_case("eu", "2026-03-10", *events)).state is state


IDENTIFIED = case_event("2026-03-12", CaseAction.IDENTIFIED, how="code")
ADDED = case_event("2026-03-13", CaseAction.IDENTIFIER_ADDED, kind="email")


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((), False),
        ((ADDED,), False),
        ((IDENTIFIED,), True),
        ((ADDED, IDENTIFIED), True),
        ((IDENTIFIED, ADDED), False),  # the new identifier may be another's
        ((IDENTIFIED, ADDED, IDENTIFIED), True),
    ],
)
def test_identity_is_settled_for_the_identifiers_that_there_were(events: tuple[CaseEvent, ...], expected: bool) -> None:
    assert stand(request_case("eu", "2026-03-10", *events)).is_identity_settled is expected


def test_the_answer_is_done_when_the_case_is_closed() -> None:
    made = case_event("2026-03-20", CaseAction.DOSSIER_MADE, sha256="00")
    assert stand(request_case("eu", "2026-03-10", made, DECIDED)).due is not None
    closed = case_event("2026-03-24", CaseAction.CLOSED, outcome="answered")
    found = stand(request_case("eu", "2026-03-10", made, DECIDED, closed))
    assert (found.due, named(found)[Duty.ANSWER].done_at) == (None, closed.at)


def test_the_day_of_an_event_is_the_day_in_its_place() -> None:
    berlin, late = timezone(timedelta(hours=2)), timezone(timedelta(hours=-8))
    for zone, hour in ((berlin, 1), (late, 23)):
        events = (
            case_event("2026-03-20", CaseAction.PAUSED, zone=zone, hour=hour, reason="clarification"),
            case_event("2026-03-25", CaseAction.RESUMED, zone=zone, hour=hour),
        )
        assert answered_by(request_case("uk", "2026-03-10", *events)) == "2026-04-16"


# --- letters and codes -----------------------------------------------------------------------------------------------


def letter(day: str, follow_up: str, ca: str = "Example CA", kind: str = "access") -> CaseEvent:
    return case_event(day, CaseAction.LETTER_WRITTEN, ca=ca, kind=kind, follow_up=follow_up)


def settled(day: str, ca: str = "Example CA", kind: str = "access") -> CaseEvent:
    return case_event(day, CaseAction.LETTER_SETTLED, ca=ca, kind=kind)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((letter("2026-03-20", "2026-04-21"),), [("2026-04-21", True)]),
        ((letter("2026-03-20", "2026-04-21"), settled("2026-04-01")), [("2026-04-21", False)]),
        ((letter("2026-03-20", "2026-04-21"), settled("2026-04-01", ca="Other CA")), [("2026-04-21", True)]),
        ((letter("2026-03-20", "2026-04-21"), settled("2026-04-01", kind="objection")), [("2026-04-21", True)]),
        ((letter("2026-03-20", "2026-04-21"), letter("2026-04-22", "2026-05-06")), [("2026-05-06", True)]),
        (
            (letter("2026-03-20", "2026-04-21"), settled("2026-04-01"), letter("2026-04-22", "2026-05-06")),
            [("2026-05-06", True)],
        ),
        (
            (letter("2026-03-20", "2026-04-21"), letter("2026-03-20", "2026-04-22", kind="objection")),
            [("2026-04-21", True), ("2026-04-22", True)],
        ),
        ((case_event("2026-03-20", CaseAction.LETTER_WRITTEN, ca="Example CA", kind="complaint"),), []),
        ((settled("2026-04-01"),), []),
    ],
)
def test_follow_ups_of_letters(events: tuple[CaseEvent, ...], expected: list[tuple[str, bool]]) -> None:
    found = [
        one for one in stand(request_case("eu", "2026-03-10", *events)).deadlines if one.what.code == Duty.FOLLOW_UP
    ]
    assert [(str(one.on), one.done_at is None) for one in found] == expected
    assert all(one.what.params == (("ca", "Example CA"),) and one.warn_on == one.on for one in found)


def test_a_follow_up_outlives_the_case() -> None:
    closed = case_event("2026-03-24", CaseAction.CLOSED, outcome="answered")
    due = stand(request_case("eu", "2026-03-10", letter("2026-03-20", "2026-04-21"), closed)).due
    assert due and (due.what.code, str(due.on)) == (Duty.FOLLOW_UP, "2026-04-21")


def test_the_expiry_of_a_code_is_listed_and_is_nobodys_duty() -> None:
    case = request_case("eu", "2026-03-10", CODE)
    assert str(named(stand(case))[Duty.CODE_EXPIRES].on) == "2026-03-13"
    assert answered_by(case) == "2026-04-10"
    found = stand(request_case("eu", "2026-03-10", CODE, IDENTIFIED))
    assert named(found)[Duty.CODE_EXPIRES].done_at == IDENTIFIED.at


def test_deadlines_are_in_the_order_of_their_days_and_the_first_open_is_due() -> None:
    case = request_case("ccpa", "2026-03-02", letter("2026-03-03", "2026-03-04"), settled("2026-03-04"))
    found = stand(case)
    assert [one.on for one in found.deadlines] == sorted(one.on for one in found.deadlines)
    assert found.due and found.due.what.code == Duty.CONFIRM
    assert [is_overdue(one, date(2026, 3, 17)) for one in found.deadlines] == [False, True, False]


def test_a_damaged_day_names_the_case_and_the_key() -> None:
    with pytest.raises(InputError, match=r"^case C-2026-0017: letter written: follow_up: expected a day"):
        stand(request_case("eu", "2026-03-10", letter("2026-03-20", "soon")))
