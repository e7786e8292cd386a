"""Words of people and of organisations in scripts other than Latin, from `data/names`: facts, no decisions.

`readings.toml` and `scripts.toml` hold names and endings of names, `organisations.toml` what is no name.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from ctscan.personal.normalise.name_tokens import fold_text
from ctscan.resources import data_text

_ARTICLE = "ال"
_HEBREW_PARTICLES = "הובלמשכ"
_LONGEST = 1000
_LONG = 5  # letters of an Arabic word with the article
_FEWEST = 3  # characters of the name of an office without spaces


# --- people ------------------------------------------------------------------------------------------------------


@cache
def given_names() -> frozenset[str]:
    """Return the folded given names of the lists."""
    return frozenset(_names("given"))


@cache
def surnames() -> frozenset[str]:
    """Return the folded surnames of the lists."""
    return frozenset(_names("surnames"))


@cache
def han_surnames() -> frozenset[str]:
    """Return further Chinese surnames of one character."""
    return frozenset("".join(_table("scripts")["han"]["characters"].split()))


@cache
def han_names() -> frozenset[str]:
    """Return the listed Japanese surnames of two characters or more."""
    return frozenset(name for name in _table("readings")["japanese"]["surnames"] if len(name) > 1)


def is_given_name(word: str) -> bool:
    """Return whether a folded word is a given name of the lists."""
    return word in given_names()


def is_surname(word: str) -> bool:
    """Return whether a folded word is a surname of the lists, in Arabic also behind the article, or ends like one."""
    if word in surnames() or word.removeprefix(_ARTICLE) in surnames():
        return True
    return len(word) >= 4 and _endings("georgian", "armenian", "serbian", "kazakh").fullmatch(word) is not None


def is_sure_surname(word: str) -> bool:
    """Return whether a folded word has an ending that few words but surnames have."""
    return len(word) >= 5 and _sure_endings().fullmatch(word) is not None


def is_patronymic(word: str) -> bool:
    """Return whether a folded word ends like a patronymic."""
    return len(word) >= 5 and _endings("patronymics").fullmatch(word) is not None


def is_japanese_name(word: str) -> bool:
    """Return whether a word in Han begins with a listed Japanese surname and has one to three characters more."""
    return any(word[:at] in han_names() and 1 <= len(word) - at <= 3 for at in (2, 3, 4))


def _names(kind: str) -> Iterator[str]:
    for file in ("readings", "scripts"):
        for table in _table(file).values():
            names = table.get(kind, {})
            yield from map(fold_text, names.split() if isinstance(names, str) else names)


@cache
def _endings(*scripts: str) -> re.Pattern[str]:
    return _pattern(word for script in scripts for word in _table("scripts")[script]["endings"].split())


@cache
def _sure_endings() -> re.Pattern[str]:
    tables = _table("scripts").values()
    return _pattern(word for table in tables for word in table.get("sure_endings", "").split())


def _pattern(endings: Iterable[str]) -> re.Pattern[str]:
    longest = sorted(map(fold_text, endings), key=len, reverse=True)
    return re.compile(f".{{2,}}(?:{'|'.join(longest)})")


# --- organisations -----------------------------------------------------------------------------------------------


def names_organisation(text: str) -> bool:
    """Return whether a text in other than ASCII letters has a word of organisations, offices, products or places among
    its first 1,000 characters."""
    text = text[:_LONGEST]
    folded = fold_text(text)
    words = folded.split()
    if any(map(_is_word, words)) or _have_article(words) or _holds_part(_plain(text)):
        return True
    bare = text.strip()
    return len(bare) >= _FEWEST and bare[-1] in _ends() and " " not in bare


def _is_word(word: str) -> bool:
    words = _words()
    if word in words or word.removeprefix(_ARTICLE) in words:
        return True
    return len(word) > 3 and word[0] in _HEBREW_PARTICLES and word[1:] in words


def _have_article(words: Sequence[str]) -> bool:
    """Return whether all of two Arabic words or more have the article, as a noun with its adjective has, and no name of
    the lists."""
    if len(words) < 2 or not all(word.startswith(_ARTICLE) and len(word) >= _LONG for word in words):
        return False
    return not any(is_given_name(word) or word.removeprefix(_ARTICLE) in given_names() for word in words)


def _plain(text: str) -> str:
    """Return a casefolded text. The two last syllables of three in Hangul are a given name, not a part of a word."""
    plain = " ".join(text.casefold().split())
    return f"{plain} " if not (len(plain) == 3 and "\uac00" <= plain[0] <= "\ud7a3") else plain[:2]


@cache
def _words() -> frozenset[str]:
    return frozenset(fold_text(word) for table in _organisations() for word in table.get("words", "").split())


def _holds_part(plain: str) -> bool:
    """Return whether a casefolded text holds a part or a phrase of organisations. Parts are compared where their first
    letter stands: a pattern of all of them tries each at every letter."""
    parts, first = _parts()
    if any(plain.startswith(parts[found[0]], found.start()) for found in first.finditer(plain)):
        return True
    return _phrases().search(plain) is not None


@cache
def _parts() -> tuple[dict[str, tuple[str, ...]], re.Pattern[str]]:
    """Return the parts of words by their first letter, and a pattern of these letters."""
    parts = sorted({part for table in _organisations() for part in table.get("parts", "").split()})
    found = {letter: tuple(words) for letter, words in groupby(parts, key=lambda part: part[0])}
    return found, re.compile(f"[{re.escape(''.join(found))}]")


@cache
def _phrases() -> re.Pattern[str]:
    phrases = {phrase for table in _organisations() for phrase in table.get("phrases", ())}
    return re.compile(f"(?<!\\w)(?:{'|'.join(sorted(phrases))})(?!\\w)")


@cache
def _ends() -> frozenset[str]:
    return frozenset(end for table in _organisations() for end in table.get("ends", "").split())


def _organisations() -> Iterator[dict[str, Any]]:
    yield from _table("organisations").values()


@cache
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(data_text(f"names/{name}.toml"))
