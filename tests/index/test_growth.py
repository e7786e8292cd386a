"""Growth rate of a log, computed from the sizes and times of its tree heads."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support.kept import AT, LOG, a_head, save_head

from ctscan.index.open import open_index
from ctscan.index.sqlite.growth import DAY, HOUR, Point, growth

NOW = 1_900_000_800_000  # a full hour
MINUTE = 60_000


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([], None),
        ([(NOW, 100)], None),
        ([(NOW, 100), (NOW - 4 * MINUTE, 0)], None),
        ([(NOW, 100), (NOW - 5 * MINUTE, 70)], 0.1),
        ([(NOW - HOUR, 0), (NOW, 3600), (NOW - DAY, 3600 - 86_400 * 2)], 2.0),
        ([(NOW, 86_400), (NOW - DAY, 0), (NOW - DAY - HOUR, -10_000_000)], 1.0),  # the newest day alone
        ([(NOW, 90_000), (NOW - DAY - HOUR, 0)], 1.0),  # a daily scan that was late
        ([(NOW, 100), (NOW - MINUTE, 90), (NOW - 40 * HOUR, 0), (NOW - 45 * HOUR, 0)], 100 / 144_000),
        ([(NOW, 50), (NOW - HOUR, 100)], 0.0),
    ],
)
def test_growth_over_the_newest_day(points: list[Point], expected: float | None) -> None:
    assert growth(points, None) == pytest.approx(expected)


def test_the_newest_head_counts() -> None:
    assert growth([(NOW - HOUR, 0)], a_head(7200, NOW)) == 2.0
    assert growth([(NOW - HOUR, 0)], None) is None


def test_one_point_an_hour_is_kept_of_two_days_and_none_of_a_later_time(tmp_path: Path) -> None:
    async def work() -> None:
        async with await open_index(tmp_path / "db", create=True) as index:
            await index.save_log(LOG)
            await save_head(index, a_head(1, NOW + 9 * DAY), AT)  # from a wrong clock
            for number in range(200):
                await save_head(index, a_head(10 + number, NOW + number * HOUR // 3), AT)
            await save_head(index, a_head(1000, 2**64 - 1), AT)
            await save_head(index, a_head(1001, 0), AT)

    asyncio.run(work())
    with closing(sqlite3.connect(tmp_path / "db")) as connection:
        kept = connection.execute("SELECT timestamp, size FROM head_size ORDER BY timestamp").fetchall()
    last = 199 * HOUR // 3
    assert all((at - NOW) % HOUR == 0 and last - 2 * DAY <= at - NOW <= last for at, _ in kept)
    assert len(kept) == 48
