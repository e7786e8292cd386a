"""Properties of clocks, over all regimes, days, holidays, pauses and extensions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st
from support.case_events import case_event, later, paused, request_case

from ctscan.dsar.case_clock import answer_end, clock_of, first_end
from ctscan.dsar.day_counting import LastDay, add_business_days, add_months, is_working_day, roll_over
from ctscan.dsar.regimes import codes, regime
from ctscan.dsar.standing import standing
from ctscan.dsar.transitions import check_event
from ctscan.errors import UsageError
from ctscan.model.case import Case, CaseAction, CaseEvent
from ctscan.model.duty import Duty
from ctscan.model.regime import PauseCount, Regime

DAYS = st.dates(date(2000, 1, 1), date(2029, 6, 1))
UNDER_THE_ACT = st.dates(date(2026, 2, 5), date(2029, 6, 1))
"""Days on which every pause is in force."""

WITH_NUMBER = st.sampled_from([code for code in codes() if regime(code).first])
EXTENDABLE = st.sampled_from([code for code in codes() if (longer := regime(code).extension) and longer.total])
PAUSABLE = st.sampled_from([code for code in codes() if regime(code).pauses])


@st.composite
def holidays(draw: st.DrawFn) -> Callable[[date], bool] | None:
    """Draw the holidays of a made-up place: dates that return each year, and dates that don't."""
    fixed = draw(st.sets(st.tuples(st.integers(1, 12), st.integers(1, 28)), max_size=25))
    moved = draw(st.sets(DAYS, max_size=10))
    return draw(st.sampled_from([None, lambda day: (day.month, day.day) in fixed or day in moved]))


def ends(case: Case, rule: Regime, is_holiday: Callable[[date], bool] | None) -> tuple[LastDay, LastDay]:
    """Return the last days without and with an extension."""
    clock = clock_of(case, rule, is_holiday)
    first, last = first_end(rule, clock, is_holiday), answer_end(case, rule, clock, is_holiday)
    assert first and last
    return first, last


@given(WITH_NUMBER, DAYS, holidays())
def test_an_answer_is_due_after_the_receipt_and_warned_of_before(
    code: str, received: date, is_holiday: Callable[[date], bool] | None
) -> None:
    found = standing(request_case(code, received.isoformat()), regime(code), is_holiday)
    assert found.due
    for deadline in found.deadlines:
        assert received < deadline.warn_on <= deadline.on
    answer = next(one for one in found.deadlines if one.what.code in (Duty.ANSWER, Duty.ANSWER_CUSTOMARY))
    period = regime(code).first
    assert period
    assert is_working_day(answer.on, is_holiday) or not period.rolls


@given(WITH_NUMBER, DAYS, st.integers(0, 70), holidays())
def test_a_later_receipt_is_never_due_earlier(
    code: str, received: date, days: int, is_holiday: Callable[[date], bool] | None
) -> None:
    assume(regime(code).at(received) == regime(code).at(received + timedelta(days)))
    first, second = (
        standing(request_case(code, later(received, shift)), regime(code), is_holiday).deadlines for shift in (0, days)
    )
    assert [(one.warn_on, one.on) for one in first] <= [(one.warn_on, one.on) for one in second]


@given(EXTENDABLE, DAYS, holidays())
def test_an_extension_ends_no_earlier_than_the_answer(
    code: str, received: date, is_holiday: Callable[[date], bool] | None
) -> None:
    told = case_event(received.isoformat(), CaseAction.EXTENDED, reason="many certificates")
    case = request_case(code, received.isoformat())
    check_event(case, told, regime(code), is_holiday)
    first, last = ends(request_case(code, received.isoformat(), told), regime(code).at(received), is_holiday)
    assert first.raw < last.raw and first.on <= last.on
    assert last.on >= ends(case, regime(code).at(received), is_holiday)[0].on


@given(PAUSABLE, UNDER_THE_ACT, st.integers(0, 20), st.integers(0, 200), holidays())
def test_a_pause_gives_its_days_back_and_no_more(
    code: str, received: date, after: int, days: int, is_holiday: Callable[[date], bool] | None
) -> None:
    rule = regime(code)
    (ground,) = rule.pauses
    pause = paused(later(received, after), later(received, after + days), str(ground.code))
    before = ends(request_case(code, received.isoformat()), rule, is_holiday)[0]
    later_end = ends(request_case(code, received.isoformat(), *pause), rule, is_holiday)[0]
    moved = (later_end.raw - before.raw).days
    if ground.count is PauseCount.BETWEEN:
        assert moved == days
    elif ground.count is PauseCount.BOTH_ENDS:
        assert moved == (days + 1 if after else days)  # the day of receipt isn't counted anyway
    else:
        assert moved == after + days
    assert before.on <= later_end.on


@given(UNDER_THE_ACT, st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=6), holidays())
def test_several_pauses_count_each_day_once(
    received: date, gaps: list[tuple[int, int]], is_holiday: Callable[[date], bool] | None
) -> None:
    """The days of pauses with both ends, as a set, are the days that the last day moved."""
    rule, events, stopped, at = regime("uk"), list[CaseEvent](), set[date](), received
    for gap, days in gaps:
        start, end = at + timedelta(gap), at + timedelta(gap + days)
        event = case_event(start.isoformat(), CaseAction.PAUSED, reason="clarification")
        try:
            check_event(request_case("uk", received.isoformat(), *events), event, rule, is_holiday)
        except UsageError:
            break
        events += [event, case_event(end.isoformat(), CaseAction.RESUMED)]
        stopped |= {start + timedelta(shift) for shift in range(days + 1)}
        at = end
    found = ends(request_case("uk", received.isoformat(), *events), rule, is_holiday)[0]
    assert found.raw == add_months(received, 1) + timedelta(len(stopped - {received}))


@given(DAYS, st.integers(0, 60))
def test_months_add_up_to_the_month_and_never_beyond_its_end(day: date, months: int) -> None:
    found = add_months(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or (found.day < day.day and (found + timedelta(1)).day == 1)


@given(DAYS, st.integers(1, 40), holidays())
def test_business_days_are_working_days(day: date, count: int, is_holiday: Callable[[date], bool] | None) -> None:
    found = add_business_days(day, count, is_holiday)
    between = [day + timedelta(shift) for shift in range(1, (found - day).days + 1)]
    assert sum(is_working_day(one, is_holiday) for one in between) == count
    assert is_working_day(found, is_holiday)


@given(DAYS, holidays())
def test_a_rolled_day_is_the_first_working_day(day: date, is_holiday: Callable[[date], bool] | None) -> None:
    found = roll_over(day, is_holiday)
    assert is_working_day(found, is_holiday) and found >= day
    assert not any(is_working_day(day + timedelta(shift), is_holiday) for shift in range((found - day).days))


@given(
    st.sampled_from(codes()),
    DAYS,
    st.lists(st.tuples(st.sampled_from(list(CaseAction)), st.integers(0, 130)), max_size=12),
    holidays(),
)
def test_every_permitted_history_has_a_standing(
    code: str, received: date, steps: list[tuple[CaseAction, int]], is_holiday: Callable[[date], bool] | None
) -> None:
    """An event that is permitted leaves a case whose standing can be derived, and whose state follows the event."""
    rule, events = regime(code), list[CaseEvent]()
    pauses = [str(one.code) for one in rule.pauses] or ["identity"]
    detail = {
        CaseAction.PAUSED: {"reason": pauses[0]},
        CaseAction.EXTENDED: {"reason": "many certificates", "until": later(received, 120)},
        CaseAction.DECIDED: {"decision": "refused", "ground": "other"},
        CaseAction.CLOSED: {"outcome": "answered"},
        CaseAction.LETTER_WRITTEN: {"ca": "Example CA", "kind": "access", "follow_up": later(received, 150)},
        CaseAction.CODE_MADE: {"id": "1", "expires": later(received, 1)},
    }
    for action, days in steps:
        event = case_event(later(received, days), action, **detail.get(action, {}))
        case = request_case(code, received.isoformat(), *events)
        try:
            check_event(case, event, rule, is_holiday)
        except UsageError as error:
            assert "\n" not in str(error)
            continue
        events.append(event)
        found = standing(request_case(code, received.isoformat(), *events), rule, is_holiday)
        assert (found.state == "closed") == any(one.action is CaseAction.CLOSED for one in events)
        assert (found.paused_since is None) or found.state == "paused"
        assert found.due in (None, *found.deadlines)
