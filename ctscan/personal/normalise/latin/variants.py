"""Spellings of a word from letters with several transliterations each: the likeliest combinations first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

Letters = Mapping[str, tuple[str, ...]]
"""Letters, or several in a row, with their spellings, the commonest first."""

MAX_CHOICES = 16
"""Letters of a word with several spellings; later letters keep their first spelling."""


def letters(table: str) -> dict[str, tuple[str, ...]]:
    """Read a table of words `letters=spelling|spelling`."""
    pairs = (entry.partition("=") for entry in table.split())
    return {written: tuple(spelled.split("|")) for written, _, spelled in pairs}


def combined(parts: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield every choice of one spelling for each part, those with the fewest departures from the first spellings
    first. Lazy: a long word has millions."""
    bounded, choices = [], 0
    for part in parts:
        choices += len(part) > 1
        bounded.append(part if choices <= MAX_CHOICES else part[:1])
    merged = _merged(bounded)
    room = [0] * (len(merged) + 1)
    for at in range(len(merged) - 1, -1, -1):
        room[at] = room[at + 1] + len(merged[at]) - 1
    for departures in range(room[0] + 1):
        yield from _departing(merged, room, 0, departures)


def _merged(parts: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """Join neighbouring parts with a single spelling."""
    merged: list[Sequence[str]] = []
    for part in parts:
        if len(part) == 1 and merged and len(merged[-1]) == 1:
            merged[-1] = (merged[-1][0] + part[0],)
        else:
            merged.append(part)
    return merged


def _departing(parts: Sequence[Sequence[str]], room: Sequence[int], at: int, departures: int) -> Iterator[str]:
    """Yield the choices for the parts from a place on whose ranks have the sum `departures`.

    `room`: for each place, the greatest sum from there on.
    """
    if at == len(parts):
        yield ""
        return
    for rank, spelling in enumerate(parts[at][: departures + 1]):
        if departures - rank <= room[at + 1]:
            for rest in _departing(parts, room, at + 1, departures - rank):
                yield spelling + rest
