"""Cache for work on short strings that recur between certificates (names of issuers, towns, organisations).

Long texts would fill the memory, and results that depend on more than the text can't be cached here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, TypeVar

T = TypeVar("T")

MAX_SHORT: Final = 200
"""Longest text, in characters, whose result is cached."""


def cached_for_short(size: int) -> Callable[[Callable[[str], T]], Callable[[str], T]]:
    """Decorate a pure function of a text: cache its results for the last `size` short texts.

    Results are shared, so they must be immutable.
    """

    def decorate(work: Callable[[str], T]) -> Callable[[str], T]:
        known = lru_cache(maxsize=size)(work)

        @wraps(work)
        def recall(text: str) -> T:
            return known(text) if len(text) <= MAX_SHORT else work(text)

        return recall

    return decorate
