"""Progress of searches in repositories, on stderr."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from ctscan.cli.logging import Log
from ctscan.cli.progress import INTERVAL, harmless
from ctscan.cli.wrapping import wrapped
from ctscan.views.words import KINDS, count, search_result_line

if TYPE_CHECKING:
    from ctscan.model.results import SearchResult


class SearchProgress(AbstractContextManager["SearchProgress"]):
    """Listener of searches that writes to stderr: start and end of each search, and its progress in between.

    Progress is one changing line on a terminal, else one line every `INTERVAL` seconds. The log receives the same.
    """

    def __init__(self, out: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._out, self._clock = out or sys.stderr, clock
        self._log = Log()
        self._is_terminal = self._out.isatty()
        self._shown_at = clock()
        self._came, self._doing = "", ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wipe()

    def search_started(self, repository: str, kind: str) -> None:
        """See `app.SearchListener`."""
        self._log.info("search started", repository=repository, kind=kind)
        self._shown_at, self._came, self._doing = self._clock(), "", ""
        self._line(f"{repository}: asking for {_a(KINDS.get(kind, kind))}")

    def doing(self, text: str) -> None:
        """See `app.SearchListener`."""
        self._log.debug("asking", doing=text)
        self._doing = text
        self._show()

    def search_progressed(self, repository: str, results: int, kept: int) -> None:
        """See `app.SearchListener`."""
        self._log.debug("certificate came", repository=repository, results=results, kept=kept)
        self._came = f"{count(results, 'certificate')} so far, {kept:,} of them about what was asked for"
        self._doing = self._doing or repository
        self._show()

    def search_ended(self, outcome: SearchResult) -> None:
        """See `app.SearchListener`."""
        self._log.info(
            "search ended",
            repository=outcome.repository,
            kind=outcome.kind,
            outcome=outcome.outcome,
            detail=[str(shortfall.reason) for shortfall in outcome.detail],
            results=outcome.results,
            certificates=outcome.certificates,
        )
        self._line(search_result_line(outcome))

    def _show(self) -> None:
        line = "; ".join(filter(None, (self._doing, self._came)))  # how far first: a narrow terminal cuts
        now = self._clock()
        if self._is_terminal:
            self._out.write(f"\r\x1b[2K{harmless(line)[: _columns(self._out) - 1]}")
            self._out.flush()
        elif now - self._shown_at >= INTERVAL:
            self._shown_at = now
            self._line(line)

    def _line(self, line: str) -> None:
        self._wipe()
        self._out.write(wrapped(harmless(line), self._out) + "\n")
        self._out.flush()

    def _wipe(self) -> None:
        if self._is_terminal:
            self._out.write("\r\x1b[2K")
            self._out.flush()


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"


def _columns(out: TextIO) -> int:
    try:
        return os.get_terminal_size(out.fileno()).columns
    except OSError:
        return 80
