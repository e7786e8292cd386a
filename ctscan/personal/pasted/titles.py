"""Titles, degrees, forms of address and remarks beside the name of a person (`data/names/titles.toml`)."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final, NamedTuple

from ctscan.on_first_use import late_pattern
from ctscan.personal.normalise.name_tokens import fold_text, name_tokens
from ctscan.resources import data_text

_REMARK = late_pattern(r"\s*[(\[（][^()\[\]（）]{0,200}[)\]）]\s*$")
_WORD = late_pattern(r"[^\s,;]+")
_NO_DOTS: Final = str.maketrans("", "", ".·")


class _Titles(NamedTuple):
    anywhere: frozenset[str]
    dotted: frozenset[str]
    behind_a_comma: frozenset[str]


@cache
def _titles() -> _Titles:
    import tomllib  # not at the top: an address needs none of it

    lists = tomllib.loads(data_text("names/titles.toml"))
    return _Titles(*(frozenset(map(_folded, lists[name])) for name in _Titles._fields))


def without_titles(name: str) -> str:
    """Return a name without titles, and without a remark in brackets at its end (`(CEO)`). A name of nothing else stays
    as it is."""
    bare = _REMARK.sub("", name)
    if not _has_name(bare):
        bare = name
    kept = [match[0] for match in _WORD.finditer(bare) if not _is_title(bare, match)]
    words = " ".join(kept)
    return words if _has_name(words) else bare


def name_words(name: str) -> tuple[set[str], set[str]]:
    """Return the folded words of a name without its titles, and the words that were dropped."""
    everything = set(fold_text(name).split())
    bare = set(fold_text(without_titles(name)).split())
    fewest = bare - _titles().anywhere  # words that only folding takes apart: `Dr/Roe`
    words = next(
        (some for some in (fewest, bare) if name_tokens(" ".join(some))), everything
    )  # an initial finds nothing
    return words, everything - words


def _is_title(name: str, match: re.Match[str]) -> bool:
    titles, word = _titles(), _folded(match[0])
    if not word:
        return False
    before = name[: match.start()].rstrip()
    is_behind_comma = before.endswith((",", ";")) and len(_WORD.findall(before)) >= 2
    return (
        word in titles.anywhere
        or ("." in match[0] and word in titles.dotted)
        or (is_behind_comma and word in titles.behind_a_comma)
    )


def _has_name(text: str) -> bool:
    return sum(map(str.isalpha, text)) >= 2 or any(ord(char) > 0x2E80 and char.isalpha() for char in text)


def _folded(word: str) -> str:
    undotted = word.casefold().translate(_NO_DOTS)
    if undotted.isascii():  # in NFKD already
        return undotted.strip("-'\"()")
    plain = unicodedata.normalize("NFKD", undotted)
    return "".join(char for char in plain if not unicodedata.combining(char)).strip("-'’\"()")
