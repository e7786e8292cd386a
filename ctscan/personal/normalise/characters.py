"""Work on the characters of texts that are compared: compatibility forms within a bound, and tables by character. Pure.

Some characters stand for a phrase (U+FDFA is 18 characters in NFKC, U+FDFB 8) or a word (U+3316 is 6), so a bound on a
text alone doesn't bound the work on its normal form.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from itertools import islice
from typing import Final

from ctscan.on_first_use import late_pattern

_PHRASES: Final = late_pattern("[\ufdfa\ufdfb]")
_MOST_PHRASES: Final = 4  # more of them add no word to a name
_SLACK: Final = 64
_SHORT: Final = 4_096  # characters of a text whose form is kept for a while
_CACHED: Final = 0xFFFF  # last code point of the plane in which nearly all texts are written


def compatible(text: str) -> str:
    """Return a text in NFKC, at most about six times as long. After the fourth character that stands for a phrase, each
    further one becomes a space."""
    if text.isascii():
        return text
    further = next(islice(_PHRASES.finditer(text), _MOST_PHRASES, None), None)
    if further is not None:
        text = text[: further.start()] + _PHRASES.sub(" ", text[further.start() :])
    return unicodedata.normalize("NFKC", text)


def short_compatible(text: str) -> str:
    """Return the beginning of a text in NFKC: at most twice as many characters as the text has, and 64 more."""
    return _recent(text) if len(text) <= _SHORT else _bounded(text)


def _bounded(text: str) -> str:
    return compatible(text)[: _longest(text)]


_recent = lru_cache(maxsize=32)(_bounded)  # the readers of a value normalise it one after the other


def is_beyond_bound(text: str) -> bool:
    """Return whether `short_compatible` leaves out the end of a text."""
    return not text.isascii() and len(compatible(text)) > _longest(text)


def _longest(text: str) -> int:
    return 2 * len(text) + _SLACK


class CharacterTable(dict[int, str]):
    """Table for `str.translate` that fills itself: from a code point to the text in its place.

    Args:
        work: pure function of one character.
    """

    __slots__ = ("_work",)

    def __init__(self, work: Callable[[str], str]) -> None:
        super().__init__()
        self._work = work

    def __missing__(self, code: int) -> str:
        result = self._work(chr(code))
        if code <= _CACHED:
            self[code] = result
        return result
