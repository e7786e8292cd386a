"""Widths of columns: nothing is folded without need, text stays readable, and a line is never too long."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ctscan.views.columns import GAP, READABLE, Column, widths

COLUMNS = st.lists(st.builds(Column, st.integers(0, 300), st.integers(0, 60), st.booleans()), min_size=1, max_size=12)


def test_columns_that_fit_are_not_folded() -> None:
    assert widths([Column(10, 5), Column(30, 8)], 43) == [10, 30]


def test_the_longest_text_is_folded_first() -> None:
    assert widths([Column(10, 5, whole=True), Column(20, 8), Column(90, 8)], 80) == [10, 20, 44]


def test_words_are_kept_whole_where_there_is_room() -> None:
    assert widths([Column(40, 24), Column(90, 8)], 60) == [24, 33]


def test_too_narrow() -> None:
    assert widths([Column(40, 8), Column(40, 8), Column(40, 8)], 50) is None


@given(COLUMNS, st.integers(1, 400))
def test_every_distribution_fits_and_is_readable(columns: list[Column], room: int) -> None:
    found = widths(columns, room)
    if found is None:
        assert sum(column.least for column in columns) + GAP * (len(columns) - 1) > room
        return
    assert sum(found) + GAP * (len(columns) - 1) <= room
    for column, width in zip(columns, found, strict=True):
        assert min(column.natural, READABLE) <= width <= column.natural
        assert width == column.natural or not column.whole
