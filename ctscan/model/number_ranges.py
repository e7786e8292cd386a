"""Ranges of numbers as text: `4 6-9`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

_LIMIT: Final = 10_000_000  # numbers of a range; one that somebody wrote by hand doesn't fill the memory


def numbers_text(numbers: Iterable[int]) -> str:
    """Write numbers, those that follow each other as a range: `4 6-9`."""
    ranges: list[tuple[int, int]] = []
    for number in sorted(numbers):
        first = ranges.pop()[0] if ranges and ranges[-1][1] == number - 1 else number
        ranges.append((first, number))
    return " ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


def numbers_in(text: str) -> Iterator[int]:
    """Read the numbers of `numbers_text`; of a text of another form those before the first part that doesn't fit."""
    for part in text.split():
        first, _, last = part.partition("-")
        if not all(number.isascii() and number.isdecimal() and len(number) < 19 for number in (first, last or first)):
            return
        yield from range(int(first), min(int(last or first), int(first) + _LIMIT) + 1)
