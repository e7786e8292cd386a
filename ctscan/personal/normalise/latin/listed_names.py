"""Names whose Latin spelling no rule gives, from `data/names/readings.toml`: Arabic, Hebrew and Thai names, Japanese
names in Han, and surnames of Korea and China as families spell them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache

from ctscan.resources import data_text

_ARTICLE = "ال"


def of(word: str) -> tuple[str, ...]:
    """Return the Latin spellings of a name of the list, the commonest first; empty for another word."""
    return _readings().get(word, ())


def listed(word: str) -> Iterator[str]:
    """Yield the Latin spellings of a name of the list."""
    yield from of(word)


def hebrew(word: str) -> Iterator[str]:
    """Yield the Latin spellings of a Hebrew name of the list, with or without its points."""
    yield from of("".join(char for char in word if "\u05d0" <= char <= "\u05ea"))


def arabic(word: str) -> Iterator[str]:
    """Yield the Latin spellings of an Arabic name of the list; of a name with the article also the article by itself
    and joined (al, Otaibi, Alotaibi)."""
    plain = "".join(char for char in word if "\u0621" <= char <= "\u064a" and char != "\u0640")
    yield from of(plain)
    rest = of(plain.removeprefix(_ARTICLE)) if plain.startswith(_ARTICLE) else ()
    for one in rest:
        yield from (one, f"al{one}", f"el{one}")
    if rest:
        yield from ("al", "el")


def names() -> dict[str, tuple[str, ...]]:
    """Return every name of the list with its Latin spellings."""
    return _readings()


@cache
def _readings() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for table in tomllib.loads(data_text("names/readings.toml")).values():
        for kind in ("given", "surnames", "both"):
            for name, spelled in table.get(kind, {}).items():
                found[name] = tuple(dict.fromkeys((*found.get(name, ()), *spelled.split())))
    return found
