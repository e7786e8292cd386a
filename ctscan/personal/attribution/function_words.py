"""Words of mailboxes that stand for a function, an office or a machine, in many languages.

The words are in `data/names/functions.toml`. `mailbox` joins them with the common ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

from ctscan.personal.attribution.gazetteer import given_names, surnames
from ctscan.personal.normalise.name_tokens import fold_text
from ctscan.resources import data_text

_ELECTRONIC: Final = "e"  # as in `e-seal`
_SHORTEST: Final = 3  # letters of a word inside a longer one
_LONG: Final = 7  # letters of a word that counts behind up to three letters of something else
_ENOUGH_ALONE: Final = 5  # letters of a word that counts beside another word


def are_of_function(segments: Sequence[str], roles: frozenset[str]) -> bool:
    """Return whether the words of a mailbox name stand for a function: all of them, or a long one beside words that are
    no given name and no initial (`gestion.norte`; not `jane.gestion`).

    Args:
        segments: the words, at least one.
        roles: common words of functions.
    """
    folded = [segment if segment.isascii() else fold_text(segment) for segment in segments]
    folded = folded[1:] if len(folded) > 1 and folded[0] == _ELECTRONIC else folded
    known = [_names_function(word, roles) for word in folded]
    if all(known):
        return True
    if any(
        len(word) == 1 or word in given_names() for word, is_known in zip(folded, known, strict=True) if not is_known
    ):
        return False
    return any(is_known and len(word) >= _ENOUGH_ALONE for word, is_known in zip(folded, known, strict=True))


@lru_cache(maxsize=8192)
def _names_function(word: str, roles: frozenset[str]) -> bool:
    known = _all_words(roles)
    if word in known:
        return True
    return _holds_function(word, known) and word not in given_names() and word not in surnames()


def _holds_function(word: str, known: frozenset[str]) -> bool:
    """Return whether a word joins two words of functions (`serviciotecnico`), or has up to three letters before a
    long one (`cfgestion`)."""
    if any(word[at:] in known for at in range(1, min(_SHORTEST, len(word) - _LONG) + 1)):
        return True
    return any(word[:at] in known and word[at:] in known for at in range(_SHORTEST, len(word) - _SHORTEST + 1))


@cache
def _all_words(roles: frozenset[str]) -> frozenset[str]:
    return function_words() | roles


@cache
def function_words() -> frozenset[str]:
    """Return the folded words of functions and offices."""
    import tomllib  # not at the top: most certificates hold no mailbox

    tables = tomllib.loads(data_text("names/functions.toml")).values()
    words = (word for table in tables for word in table["words"].split())
    return frozenset(word if _is_folded(word) else fold_text(word) for word in words)


def _is_folded(word: str) -> bool:
    return word.isascii() and word.isalpha() and word.islower()
