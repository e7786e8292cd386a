"""Cached work on short strings."""

from __future__ import annotations

from ctscan.personal.normalise.memo import MAX_SHORT, cached_for_short


def test_short_texts_are_worked_out_once_and_long_ones_are_not_kept() -> None:
    worked: list[str] = []

    @cached_for_short(2)
    def count(text: str) -> int:
        worked.append(text)
        return len(text)

    long = "x" * (MAX_SHORT + 1)
    assert [count("one"), count("one"), count(long), count(long)] == [3, 3, MAX_SHORT + 1, MAX_SHORT + 1]
    assert worked == ["one", long, long]


def test_no_more_results_are_kept_than_asked_for() -> None:
    worked: list[str] = []

    @cached_for_short(2)
    def note(text: str) -> str:
        worked.append(text)
        return text

    for text in ("one", "two", "three", "one"):
        assert note(text) == text
    assert worked == ["one", "two", "three", "one"]
