"""Progress of a list of look-ups: a line on stderr, written over, where stderr is a terminal and stdout is none."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from ctscan.cli.program import complain

if TYPE_CHECKING:
    from ctscan.model import AnswerPart

INTERVAL = 0.5  # seconds between two pictures
CLEAR = "\r\x1b[K"


class ListProgress:
    """Display of the number of answers, shown while it is entered."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._out = stream or sys.stderr
        self._is_shown = self._out.isatty() and not sys.stdout.isatty()
        self._next = time.monotonic() + INTERVAL
        self._is_drawn = False
        self.answers = 0
        self.is_in_answer = False  # parts of an answer came, and not yet its end

    async def counted(
        self, answers: AsyncIterator[AnswerPart], done: Callable[[], float | None]
    ) -> AsyncIterator[AnswerPart]:
        """Iterate over answers and parts of answers, and count answers. `done` gives the part of the list that was
        read, None where its length isn't known."""
        from ctscan.model import AnswerBegun, MatchPage

        async for given in answers:
            self.is_in_answer = isinstance(given, AnswerBegun | MatchPage)
            self.answers += not self.is_in_answer
            if self._is_shown and time.monotonic() >= self._next:
                self._draw(done())
            yield given

    def complain(self, message: str) -> None:
        """Write a line for the user in place of the progress."""
        self._clear()
        complain(message)

    def _draw(self, done: float | None) -> None:
        part = "" if done is None else f" ({done:.0%} of the list)"
        self._out.write(f"{CLEAR}{self.answers:,} answered{part}")
        self._out.flush()
        self._is_drawn = True
        self._next = time.monotonic() + INTERVAL

    def _clear(self) -> None:
        if self._is_drawn:
            self._out.write(CLEAR)
            self._out.flush()
            self._is_drawn = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._clear()
