"""Freshness: the age of a head by the time that the log signed, never by the time at which we asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from ctscan.ct.freshness import (
    MMD_LIMIT,
    Judgement,
    Retirement,
    about_list,
    ahead_of,
    freshness,
    retirements,
    shows_time,
    time_set_back,
)
from ctscan.model import (
    Basis,
    BasisChange,
    BasisLog,
    BasisSource,
    FinalHead,
    Freshness,
    ListedState,
    Log,
    LogChoice,
    LogListEdition,
    LogProtocol,
    LogState,
    Message,
    Remark,
    SkipReason,
    Staleness,
    TreeHead,
)

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DAY = 24 * HOUR
LOG = Log(bytes(32), b"", "Example log", "Example", LogProtocol.RFC6962, url="https://log.example.org/")
TILES = replace(LOG, protocol=LogProtocol.STATIC_CT, url="", monitoring_url="https://log.example.org/", mmd=60)
FOLDER = replace(TILES, monitoring_url="file:///var/archive/log/")
FINAL = replace(LOG, state=ListedState.READONLY, final_head=FinalHead(100, bytes(32)))
FRESH: Judgement = (Freshness.FRESH, None)


def head(age: timedelta = timedelta(0), size: int = 100, signature: bytes = b"signed") -> TreeHead:
    return TreeHead(LOG.id, size, bytes(32), int((NOW - age).timestamp() * 1000), signature, b"raw")


def known(
    log: Log = LOG, age: timedelta = timedelta(0), checked: timedelta | None = MINUTE, size: int = 100
) -> LogState:
    success = None if checked is None else NOW - checked
    return LogState(log, head(age, size), (), (), (), success, None, (), last_check=success)


def stale(reason: Message) -> Judgement:
    return Freshness.STALE, reason


def judged(state: LogState, margin: timedelta = DAY, retirement: Retirement | None = None) -> Judgement:
    return freshness(state, NOW, margin, retirement=retirement)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (known(), FRESH),
        (known(age=48 * HOUR), FRESH),  # MMD of a day, and a margin of a day
        (known(age=48 * HOUR + MINUTE), stale(Staleness.OLD_HEAD())),
        (known(TILES, age=24 * HOUR + MINUTE), FRESH),
        (known(TILES, age=24 * HOUR + 2 * MINUTE), stale(Staleness.OLD_HEAD())),
        (known(checked=24 * HOUR), FRESH),
        (known(checked=24 * HOUR + MINUTE), stale(Staleness.NOT_CHECKED())),
        (known(checked=None), stale(Staleness.NOT_CHECKED())),
        (replace(known(), head=None), stale(Staleness.OLD_HEAD())),
        (known(age=-4 * MINUTE), FRESH),  # clocks differ a little
        (known(age=-6 * MINUTE), stale(Staleness.CLOCK())),
        (known(checked=-6 * MINUTE), stale(Staleness.CLOCK())),
    ],
)
def test_a_log_that_grows_is_fresh_by_its_head_and_by_its_last_check(state: LogState, expected: Judgement) -> None:
    assert judged(state) == expected


@pytest.mark.parametrize("log", [LOG, TILES, replace(LOG, state=ListedState.QUALIFIED)])
def test_a_head_of_1970_is_stale_however_recent_the_check(log: Log) -> None:
    dated = replace(head(), timestamp=0)
    assert judged(replace(known(log), head=dated)) == stale(Staleness.OLD_HEAD())


def test_the_margin_is_that_of_the_configuration() -> None:
    assert judged(known(TILES, age=2 * HOUR, checked=MINUTE), margin=HOUR) == stale(Staleness.OLD_HEAD())
    assert judged(known(TILES, age=MINUTE, checked=2 * HOUR), margin=HOUR) == stale(Staleness.NOT_CHECKED())


def test_a_failing_check_makes_nothing_fresh() -> None:
    failed = replace(known(checked=25 * HOUR), last_check=NOW)
    assert judged(failed) == stale(Staleness.NOT_CHECKED())


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (known(FINAL, age=900 * DAY, checked=400 * DAY), (Freshness.FINAL, None)),
        (known(FINAL, size=99), stale(Staleness.NOT_FINAL())),
        (replace(known(FINAL), head=None), stale(Staleness.NOT_FINAL())),
        (known(replace(LOG, state=ListedState.READONLY), age=3 * DAY), stale(Staleness.OLD_HEAD())),
    ],
)
def test_a_readonly_log_is_final_at_the_final_head_of_its_list(state: LogState, expected: Judgement) -> None:
    assert judged(state) == expected


@pytest.mark.parametrize("log", [FOLDER, replace(FOLDER, final_head=FINAL.final_head)])
def test_folders_are_frozen_and_never_stale(log: Log) -> None:
    assert judged(known(log, age=3000 * DAY, checked=2000 * DAY)) == (Freshness.FROZEN, None)


RETIRED = Retirement(NOW - 30 * DAY, "2026-01-02")
UNREAD = stale(Staleness.RETIRED_UNREAD(since="2026-01-02"))
FROZEN: Judgement = (Freshness.FROZEN, None)


def test_a_folder_that_ends_before_its_log_retired_is_stale() -> None:
    assert judged(known(FOLDER, age=60 * DAY, checked=DAY), retirement=RETIRED) == UNREAD
    assert judged(known(FOLDER, age=30 * DAY, checked=DAY), retirement=RETIRED) == FROZEN


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (known(age=29 * DAY, checked=29 * DAY), FROZEN),  # read after it had retired
        (known(age=30 * DAY, checked=30 * DAY), FROZEN),
        (known(age=32 * DAY, checked=32 * DAY), FROZEN),  # MMD of a day and a margin of a day: fresh at its retirement
        (known(age=32 * DAY + MINUTE, checked=32 * DAY), UNREAD),
        (known(age=60 * DAY, checked=MINUTE), UNREAD),  # a mirror shows the old head: the check is as good as none
        (known(TILES, age=31 * DAY + MINUTE), FROZEN),
        (known(TILES, age=31 * DAY + 2 * MINUTE), UNREAD),
        (replace(known(), head=None), UNREAD),
        (known(replace(LOG, mmd=10 * 365 * 86_400), age=32 * DAY + MINUTE), UNREAD),  # such an MMD isn't believed
        (known(FINAL, age=900 * DAY), FROZEN),  # readonly before it retired: nothing came after the final head
        (known(FINAL, age=MINUTE, size=99), stale(Staleness.NOT_FINAL())),
        (known(FINAL, age=MINUTE, size=101), stale(Staleness.NOT_AS_LISTED())),
    ],
)
def test_a_retired_log_is_frozen_only_where_it_was_read_to_its_retirement(state: LogState, expected: Judgement) -> None:
    assert judged(state, retirement=RETIRED) == expected


def test_the_margin_counts_before_a_retirement_too() -> None:
    assert judged(known(TILES, age=30 * DAY + HOUR), HOUR, RETIRED) == FROZEN
    assert judged(known(TILES, age=30 * DAY + HOUR + 2 * MINUTE), HOUR, RETIRED) == UNREAD


def test_of_a_retirement_that_nobody_dated_no_head_is_known_to_be_late_enough() -> None:
    for retirement in (Retirement(None, ""), Retirement(NOW, "")):
        old = known(age=49 * HOUR, checked=MINUTE)
        assert judged(old, retirement=retirement) == stale(Staleness.RETIRED_UNDATED())
    assert judged(known(age=47 * HOUR), retirement=Retirement(NOW, "")) == FROZEN  # it had not retired after that scan


@pytest.mark.parametrize(
    ("noticed", "expected"),
    [(NOW, "stale"), (NOW - 58 * DAY, "frozen"), (None, "stale")],
)
def test_a_retirement_long_before_a_head_that_was_read_counts_from_the_scan_that_noticed_it(
    noticed: datetime | None, expected: str
) -> None:
    retirement = Retirement(datetime(1970, 1, 1, tzinfo=UTC), "1970-01-01", noticed)
    found, why = judged(known(age=60 * DAY, checked=60 * DAY), retirement=retirement)
    assert found == expected
    assert why == (None if expected == "frozen" else Staleness.RETIRED_EARLIER(since="1970-01-01"))


def test_a_head_of_the_weeks_after_a_retirement_is_believed() -> None:
    retirement = Retirement(NOW - 130 * DAY, "2025-09-24", NOW)  # a list is read for ten weeks at most
    assert judged(known(age=60 * DAY, checked=60 * DAY), retirement=retirement) == FROZEN
    assert judged(known(age=60 * DAY - MINUTE, checked=60 * DAY), retirement=retirement) != FROZEN


def basis_of(choice: LogChoice | None, edition: LogListEdition | None) -> Basis:
    return Basis(1, NOW, "jane", BasisChange.FIRST_SCAN(), "", BasisSource.DEFAULT, choice, None, (), (), edition)


def dated(age: timedelta, read: timedelta = timedelta(0)) -> LogListEdition:
    return LogListEdition(NOW - age, "1.0", NOW - read)


GOOGLE, OWN = LogChoice(), LogChoice(("/srv/list.json",))
OLD = Remark.LIST_OLD(day="2025-11-23", days=70, limit=70), True
NO_DATE = LogListEdition(None, "1.0", NOW)
UNKNOWN = Remark.LIST_UNKNOWN(), True


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        (None, (None, False)),
        (basis_of(GOOGLE, dated(HOUR)), (None, False)),
        (basis_of(GOOGLE, dated(70 * DAY)), (None, False)),
        (basis_of(GOOGLE, dated(70 * DAY + MINUTE)), OLD),
        (basis_of(OWN, dated(70 * DAY + MINUTE)), OLD),
        (basis_of(None, dated(70 * DAY + MINUTE)), OLD),
        (basis_of(GOOGLE, dated(-3000 * DAY, read=70 * DAY)), (None, False)),  # dated in the future
        (basis_of(GOOGLE, dated(-3000 * DAY, read=70 * DAY + MINUTE)), OLD),
        (basis_of(GOOGLE, dated(HOUR, read=-DAY)), (None, False)),  # this machine's clock was set back
        (basis_of(OWN, dated(-3000 * DAY, read=-DAY)), UNKNOWN),  # both: nobody knows when it was read
        (basis_of(LogChoice((), ("Example log",)), dated(900 * DAY)), (None, False)),  # named: the list adds none
        (basis_of(LogChoice((), ("file:///srv/log/",)), None), (None, False)),
        (basis_of(GOOGLE, None), UNKNOWN),
        (basis_of(OWN, None), UNKNOWN),
        (basis_of(None, None), UNKNOWN),
        (basis_of(GOOGLE, NO_DATE), UNKNOWN),  # Google dates its list
        (basis_of(OWN, NO_DATE), (Remark.LIST_UNDATED(), False)),
        (basis_of(LogChoice(("/srv/list.json",), ("Example log",)), NO_DATE), (None, False)),
    ],
)
def test_no_answer_is_complete_by_a_log_list_older_than_ten_weeks(
    basis: Basis | None, expected: tuple[Message | None, bool]
) -> None:
    assert about_list(basis, NOW) == expected


def test_retirements_of_the_basis_are_those_of_the_list() -> None:
    noticed, midnight = NOW - DAY, datetime(2026, 1, 1, tzinfo=UTC)
    late = midnight + DAY - timedelta(milliseconds=1)
    cases = {
        None: None,
        SkipReason.RETIRED(): Retirement(noticed, ""),
        SkipReason.RETIRED_SINCE(since="2026-01-01T07:00:00Z"): Retirement(midnight + 7 * HOUR, "2026-01-01", noticed),
        SkipReason.RETIRED_SINCE(since="2026-01-01"): Retirement(late, "2026-01-01", noticed),  # of an older version
        SkipReason.RETIRED_SINCE(since="soon"): Retirement(None, "soon", noticed),
        SkipReason.RETIRED_SINCE(since="2026-02-30"): Retirement(None, "2026-02-30", noticed),
        SkipReason.RETIRED_SINCE(since="9999-12-31"): Retirement(
            datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC), "9999-12-31", noticed
        ),
        SkipReason.REJECTED(): None,
        SkipReason.REJECTED_SINCE(since="2026-01-01"): None,
        SkipReason.NO_LONGER_LISTED(since="2026-01-01"): None,
    }
    logs = tuple(BasisLog(bytes([i]), "log", "Example", reason, noticed) for i, reason in enumerate(cases))
    change, source = BasisChange.FIRST_SCAN(), BasisSource.DEFAULT
    expected = {bytes([i]): one for i, one in enumerate(cases.values()) if one is not None}
    assert retirements(Basis(1, NOW, "jane", change, "", source, None, None, logs, ())) == expected
    assert retirements(None) == {}


@pytest.mark.parametrize(
    ("mmd", "age", "expected"),
    [
        (MMD_LIMIT, 48 * HOUR, FRESH),
        (MMD_LIMIT + 1, 48 * HOUR, FRESH),
        (MMD_LIMIT + 60, 48 * HOUR + MINUTE, stale(Staleness.OLD_HEAD())),
        (10 * 365 * 86_400, 48 * HOUR + MINUTE, stale(Staleness.OLD_HEAD())),
        (2**62, 48 * HOUR + MINUTE, stale(Staleness.OLD_HEAD())),
        (0, 24 * HOUR, FRESH),
        (0, 24 * HOUR + MINUTE, stale(Staleness.OLD_HEAD())),
    ],
)
def test_no_mmd_beyond_a_day_makes_a_head_fresh(mmd: int, age: timedelta, expected: Judgement) -> None:
    assert judged(known(replace(LOG, mmd=mmd), age=age)) == expected


def test_no_mmd_beyond_a_day_lets_an_old_head_show_the_time() -> None:
    generous = replace(LOG, mmd=10 * 365 * 86_400)
    assert shows_time(generous, head(48 * HOUR), NOW)
    assert not shows_time(generous, head(48 * HOUR + MINUTE), NOW)


def test_a_head_is_of_the_future_beyond_five_minutes() -> None:
    assert ahead_of(head(-5 * MINUTE), NOW) is None
    assert ahead_of(head(-6 * MINUTE), NOW) == 6 * MINUTE
    assert ahead_of(head(DAY), NOW) is None
    beyond = ahead_of(replace(head(), timestamp=2**64 - 1), NOW)
    assert beyond is not None and beyond > 365 * DAY


@pytest.mark.parametrize(
    ("states", "latest"),
    [
        ([], None),
        ([known(), known(age=-4 * MINUTE)], None),
        ([known(), known(age=-2 * HOUR)], NOW + 2 * HOUR),  # a log signed it
        ([known(checked=-2 * HOUR), known()], NOW + 2 * HOUR),  # we were there
        ([replace(known(), last_check=NOW + HOUR)], NOW + HOUR),  # and failed
        ([replace(known(age=-DAY), head=head(-DAY, signature=b""))], None),  # a list states it
        ([known(FOLDER, age=-HOUR)], NOW + HOUR),
    ],
)
def test_a_clock_that_was_set_back_is_noticed(states: list[LogState], latest: datetime | None) -> None:
    assert time_set_back(states, NOW) == latest


def test_a_time_that_no_calendar_holds_is_bounded() -> None:
    beyond = replace(known(), head=replace(head(), timestamp=2**64 - 1))
    latest = time_set_back([beyond], NOW)
    assert latest is not None and latest.year == 9999
    assert judged(beyond) == stale(Staleness.CLOCK())
    assert judged(replace(known(), log=replace(LOG, mmd=2**62))) == FRESH
