"""Number of entries that a log gives in one answer to get-entries, learnt from its answers. Pure."""

from __future__ import annotations

from typing import Final

_TRY_AGAIN: Final = 64
"""Full answers of a size before a larger one is tried."""

_TRY_AGAIN_AT_LAST: Final = 4096


class BatchSize:
    """Number of entries to ask for: the configured number, less where the log gives fewer or fails at more.

    A log that gives fewer cuts an answer either after B entries or at the next multiple of B. Only the first short
    answer can be shorter than B, so the longer of two is B. Once B is learnt, short answers among full ones teach
    nothing. After a while the larger size is tried again: a hiccup must not slow us down for ever.

    A log that fails at more has a `limit`, set by `shrink`. After 64 full answers twice as many are asked for; each
    time that fails, it takes twice as many answers until the next trial.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.learnt: int | None = None
        self.limit: int | None = None
        self._short = 0  # length of the last short answer
        self._full = 0
        self._known: int | None = None  # while a larger size is tried: the size that the log is known to give
        self._at_limit = 0  # full answers of the limit
        self._wait = _TRY_AGAIN  # of them before a larger size is tried

    @property
    def size(self) -> int:
        """Number of entries to ask for now."""
        return min(self.learnt or self.most, self.limit or self.most)

    @property
    def known(self) -> int | None:
        """Most entries that are known to come; None where the log gives as many as configured."""
        return self._known or self.limit

    def shrink(self, entries: int) -> None:
        """Ask for at most so many entries: the log failed at more."""
        entries = max(1, entries)
        if entries >= min(self.most, self.limit or self.most):
            return
        if self._known is not None:
            self._wait = min(2 * self._wait, _TRY_AGAIN_AT_LAST)
        self.limit, self._known, self._at_limit = entries, None, 0

    def observe(self, asked: int, got: int) -> None:
        """Learn from an answer of `got` entries to a request for `asked`."""
        if self.limit is not None or self._known is not None:
            self._grow(got)
        if got < asked:
            if self._short:
                self.learnt, self._full = max(got, self._short), 0
            self._short = 0 if self._short else got
        elif got == self.learnt:
            self._short = 0
            self._full += 1
            if self._full >= _TRY_AGAIN:
                self.learnt, self._full = None, 0

    def _grow(self, got: int) -> None:
        """Take a larger size that came for known; try the next after enough full answers."""
        if self._known is not None:
            if got > self._known:
                self._known, self._at_limit = None, 0
            return
        assert self.limit is not None  # noqa: S101  the caller has seen to it
        self._at_limit += got == self.limit
        if self._at_limit >= self._wait:
            self._known, self._at_limit = self.limit, 0
            self.limit = 2 * self.limit if 2 * self.limit < self.most else None
