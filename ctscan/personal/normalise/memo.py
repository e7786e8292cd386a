"""Work on short strings that recur from certificate to certificate (names of issuers, towns, organisations), kept.

Not for long texts, which would fill the memory, nor for what depends on more than the text.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, TypeVar

T = TypeVar("T")

MAX_KEPT: Final = 200
"""Characters of a text whose result is kept; what is worked out of longer ones isn't."""


def kept(size: int) -> Callable[[Callable[[str], T]], Callable[[str], T]]:
    """Decorate a pure function of a text: the results of the last `size` short texts are kept. They are shared, so
    they must be immutable."""

    def decorate(work: Callable[[str], T]) -> Callable[[str], T]:
        known = lru_cache(maxsize=size)(work)

        @wraps(work)
        def recall(text: str) -> T:
            return known(text) if len(text) <= MAX_KEPT else work(text)

        return recall

    return decorate
