"""What a scan is asked to do, what it tells while it runs, and how it ended. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from ctscan.clock import Clock
from ctscan.model import Log, TreeHead


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """One `ctscan scan`: plain values, so that it can be handed to a child process.

    `start` is what `--from` says, None when it wasn't given. `past`: read what lies before the newest entry that was
    read, newest first, and nothing behind it. `scope` is canonical scope text. `tuning` holds the overrides of the
    configuration, by operator or log.
    """

    db: str
    scope: str
    contact: str | None = None
    log_list: str | None = None
    logs: tuple[str, ...] = ()
    start: str | None = None
    purpose: str = ""
    follow: bool = False
    past: bool = False
    jobs: int = 1
    quarantine_days: int = 30
    give_up_after: float = 60.0  # seconds of failures of one request
    who: str = ""
    command: str = "scan"
    tuning: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScanClock(Clock):
    """Clock of a scan, with its intervals in seconds."""

    commit_every: float = 0.5  # what a kill may cost is read again, never lost or doubled
    poll: float = 30.0  # between two looks at a followed log
    reload: float = 3600.0  # between two looks at the log list while following
    leave_within: float = 1.0  # that a log has to leave by itself when told to stop
    partial_wait: float = 300.0  # that a followed log has to fill its last tile (static-ct monitors wait 5 min)


@dataclass(frozen=True, slots=True)
class Change:
    """What became of the log list while following: logs to read from now on, or anew because their entry changed;
    which of them joined it, and are read from 0; logs that left it. `accused`: logs that another process found out."""

    logs: tuple[Log, ...] = ()
    joined: frozenset[bytes] = frozenset()
    left: frozenset[bytes] = frozenset()
    accused: frozenset[bytes] = frozenset()


class Ending(StrEnum):
    """How the reading of one log ended."""

    DONE = "done"
    INCOMPLETE = "incomplete"
    SHARED = "shared"  # what is left is being read by another scan
    MISBEHAVIOUR = "misbehaviour"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class LogOutcome:
    """One log at the end of a scan."""

    log_id: bytes
    name: str
    ending: Ending
    message: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a scan. `exit_code`: 3 if any log misbehaved, else 1 if one was not read to its head, else 0. A scan
    that follows is stopped in the end, and that is no failure."""

    logs: tuple[LogOutcome, ...]
    follow: bool = False

    @property
    def exit_code(self) -> int:
        endings = {log.ending for log in self.logs}
        if Ending.MISBEHAVIOUR in endings:
            return 3
        failed = {Ending.INCOMPLETE} if self.follow else {Ending.INCOMPLETE, Ending.STOPPED, Ending.SHARED}
        return 1 if endings & failed else 0


class Reporter(Protocol):
    """Hears what a scan does; the command line turns it into progress bars or lines."""

    def tree_head(self, name: str, head: TreeHead) -> None:
        """A log's signed tree head was believed; the pass reads up to it."""
        ...

    def log_started(self, log_id: bytes, name: str, entries: int) -> None:
        """A pass over one log begins: so many entries are still to be read."""
        ...

    def advanced(self, log_id: bytes, entries: int, position: int, found: int) -> None:
        """So many more entries were committed, up to `position`; `found` certificates with personal data in scope."""
        ...

    def log_done(self, outcome: LogOutcome) -> None:
        """A pass over one log ended."""
        ...

    def notice(self, text: str) -> None:
        """Something that the user should read, in one line."""
        ...
