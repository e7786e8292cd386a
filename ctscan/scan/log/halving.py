"""Halving: the plan of requests that finds the entries of a range that a log can't give. Pure.

    [0, 256) failed:  [0, 1) comes, [1, 128) comes, [128, 256) fails, [128, 192) fails ... [150, 151) fails
                      [151, 152) comes, [152, 160) comes, [160, 192) comes, [192, 256) comes

A range that fails although both of its halves come shows that the log can't give so many entries at a time: the plan
ends there, and `limit` says how many it gives. An entry that fails is followed by the next entry alone, because lost
entries lie in rows; after `ROW` of them the plan ends, and the end of the row is looked for far off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from ctscan.model import Span

ROW: Final = 12
"""Entries in a row that fail, behind which further ones are taken for a row without a break."""


class _Range(Struct):
    """Range to ask for. `is_second`: the first half of a range that failed came whole before it."""

    start: int
    end: int
    has_failed: bool = False
    is_first: bool = False
    is_second: bool = False


class Halving:
    """Plan for a range that failed. Ask for `asked`, and report `came` or `failed`, until `asked` is None.

    Args:
        span: the range that failed.
        end: end of all entries to be read: a row of entries that fail may go on behind the range.
    """

    def __init__(self, span: Span, end: int) -> None:
        start, self._stop = span[0], end
        self._ranges = [_Range(start, start + 1, is_first=span[1] == start + 2)]  # in reverse order
        if span[1] > start + 1:
            self._ranges.insert(0, _Range(start + 1, span[1], has_failed=True))
        self.row = 0  # entries that failed, immediately before the next range
        self.row_end = start  # index behind these entries
        self.limit: int | None = None  # entries that come at a time, where more fail

    @property
    def asked(self) -> Span | None:
        """Range to ask for next; None at the end of the plan."""
        if not self._ranges or self.row >= ROW:
            return None
        while self._ranges[-1].has_failed:
            self._divide(self._ranges.pop())
        return self._ranges[-1].start, self._ranges[-1].end

    def _divide(self, failed: _Range) -> None:
        if failed.end - failed.start == 1:
            self._ranges.append(_Range(failed.start, failed.end, is_second=failed.is_second))
            return
        middle = (failed.start + failed.end) // 2
        self._ranges.append(_Range(middle, failed.end))
        self._ranges.append(_Range(failed.start, middle, is_first=True))

    def came(self, upto: int) -> None:
        """Report that the entries of `asked` came, up to the entry before `upto`."""
        self.row = 0
        found = self._ranges.pop()
        if upto < found.end:
            self._ranges.append(_Range(upto, found.end))
        elif found.is_second:
            self.limit = found.end - found.start
            self._ranges.clear()
        elif found.is_first:
            self._ranges[-1].is_second = True

    def failed(self) -> None:
        """Report that `asked` failed."""
        found = self._ranges[-1]
        if found.end - found.start > 1:
            found.has_failed = True
            return
        self._ranges.pop()
        self.row += 1
        self.row_end = found.end
        self._ask_alone(found.end)

    def _ask_alone(self, start: int) -> None:
        """Put the entry behind one that failed before the rest."""
        if start >= self._stop:
            return
        if self._ranges:
            rest = self._ranges.pop()
            if rest.end - start > 1:
                self._ranges.append(_Range(start + 1, rest.end))
        self._ranges.append(_Range(start, start + 1))
