"""Rare collection of circular garbage while a command starts and while logs are read."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

EVERY: Final = 50_000
"""New objects between two collections. The imports of a command make tens of thousands of objects that stay, a step of
a scan as many rows, and none of them is circular: with Python's own 700 a tenth of the time of a commit goes into
looking at them again and again."""


@contextmanager
def collected_rarely() -> Iterator[None]:
    """Let this process look for circular garbage once in `EVERY` new objects; restore its setting at the end."""
    before = gc.get_threshold()
    gc.set_threshold(EVERY, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
