"""Events of a scan: six frozen values that are handed to a callable as they happen.

    Waiting -> HeadAccepted -> LogStarted -> Progress ... -> LogDone    a pass over a log
    Waiting, Notice                                                     at any time

Events are plain values: they cross the pipe of a worker process, and log ids tell the logs apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctscan.model import TreeHead
    from ctscan.scan.request import LogOutcome


@dataclass(frozen=True, slots=True)
class Waiting:
    """Wait for the first answer of a log, or for the answer to a repeated request (`attempt` from 2). `log_id` is empty
    for the log list."""

    log_id: bytes
    name: str
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class HeadAccepted:
    """Signed tree head that was verified; the pass reads up to its size."""

    name: str  # of the log
    head: TreeHead


@dataclass(frozen=True, slots=True)
class LogStarted:
    """Start of a pass over a log, with the number of entries to read; no head precedes it for a finished log."""

    log_id: bytes
    name: str
    entries: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Commit of a step: `entries` more entries, up to `position`, with `found` certificates in scope."""

    log_id: bytes
    entries: int
    position: int
    found: int


@dataclass(frozen=True, slots=True)
class LogDone:
    """End of a pass over a log."""

    outcome: LogOutcome


@dataclass(frozen=True, slots=True)
class Notice:
    """Line of text for the user."""

    text: str


Event = Waiting | HeadAccepted | LogStarted | Progress | LogDone | Notice
Emit = Callable[[Event], None]
"""Receiver of the events of a scan. It returns at once; an exception of it ends the pass that emitted the event."""
