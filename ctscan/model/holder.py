"""Holders: processes that read a part of a log."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Holder(Struct, frozen=True):
    """Process that holds the entries `[start, end)` of a log against every other reader; `end` None: without an end.

    Attributes:
        log_id: the log.
        start: first entry.
        end: entry after the last.
        pid: number of the process.
        host: name of its machine.
        who: account that runs it.
        since: time since which it holds the part.
        progressed_at: time of its last commit in the part, at first `since`.
    """

    log_id: bytes
    start: int
    end: int | None
    pid: int
    host: str
    who: str
    since: datetime
    progressed_at: datetime
