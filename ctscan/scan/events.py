"""Events of a scan: six frozen values that are handed to a callable as they happen.

    Waiting -> HeadAccepted -> LogStarted -> Progress ... -> LogDone    a pass over a log
    Waiting, Notice                                                     at any time

Events are plain values: they cross the pipe of a worker process, and log ids tell the logs apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from ctscan.model import TreeHead
    from ctscan.scan.request import LogOutcome


class Waiting(Struct, frozen=True):
    """Wait for the first answer of a log, or for the answer to a repeated request (`attempt` from 2). `log_id` is empty
    for the log list."""

    log_id: bytes
    name: str
    attempt: int = 1


class HeadAccepted(Struct, frozen=True):
    """Signed tree head that was verified; the pass reads up to its size."""

    name: str  # of the log
    head: TreeHead


class LogStarted(Struct, frozen=True):
    """Start of a pass over a log, with the number of entries to read; no head precedes it for a finished log."""

    log_id: bytes
    name: str
    entries: int


class Progress(Struct, frozen=True):
    """Commit of a step: `entries` more entries, up to `position`, with `found` certificates in scope."""

    log_id: bytes
    entries: int
    position: int
    found: int


class LogDone(Struct, frozen=True):
    """End of a pass over a log."""

    outcome: LogOutcome


class Notice(Struct, frozen=True):
    """Line of text for the user."""

    text: str


Event = Waiting | HeadAccepted | LogStarted | Progress | LogDone | Notice
Emit = Callable[[Event], None]
"""Receiver of the events of a scan. It returns at once; an exception of it ends the pass that emitted the event."""
