"""Request and result of a scan. Values only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from ctscan.clock import LEAVE_WITHIN, Clock
from ctscan.errors import worst
from ctscan.model import LogChoice
from ctscan.model.keep import NO_LIMITS

if TYPE_CHECKING:
    from ctscan.model import Gap, Log, Message
    from ctscan.model.keep import Limits
    from ctscan.model.log import LogKey
    from ctscan.model.suppression import PrivacyFiles
    from ctscan.personal.scope import Scope


class ScanRequest(Struct, frozen=True):
    """Settings of a `ctscan scan`: plain values, so that a worker process can receive them.

    `log_lists` and `logs` are the choice of the command line, or else that of file and environment, which `keys` holds
    in any case; `keys` None: they give none. `start` is the text of `--from`, None when the option was not given.
    `past`: read the entries before the newest entry that was read, newest first, and no later entry. `tuning` holds the
    overrides of the configuration, by operator or log.
    """

    db: str
    scope: Scope
    contact: str | None = None
    log_lists: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    keys: LogChoice | None = None
    start: str | None = None
    log_key: LogKey | None = None  # of a log in a folder that doesn't describe it
    purpose: str = ""
    follow: bool = False
    past: bool = False
    jobs: int = 1
    quarantine_days: int = 30
    give_up_after: float = 60.0  # seconds of failures of a request
    who: str = ""
    command: str = "scan"
    tuning: Mapping[str, Any] = field(default_factory=dict)
    key_file: Path | None = None  # of an encrypted index
    limits: Limits = NO_LIMITS  # certificates beyond them are not kept
    privacy: PrivacyFiles | None = None  # key file and suppression file; None: those beside the index
    settled: frozenset[bytes] = frozenset()  # logs of the basis whose entry in the index a partial read leaves alone

    @property
    def given(self) -> LogChoice | None:
        """Choice of logs that the command line gives; None: it gives none, or that of the keys."""
        choice = LogChoice(self.log_lists, self.logs)
        return None if choice == (self.keys or LogChoice()) else choice


class ScanClock(Clock, frozen=True):
    """Clock of a scan, with its intervals in seconds."""

    commit_every: float = 0.5  # between two commits; entries read after the last commit are read again after a kill
    poll: float = 30.0  # between two requests for the head of a followed log
    reload: float = 3600.0  # between two requests for the log list while following
    leave_within: float = LEAVE_WITHIN  # from the stop signal until the reading of a log is cancelled
    partial_wait: float = 300.0  # for a followed log to fill its last tile (static-ct monitors wait 5 min)


class LogListChange(Struct, frozen=True):
    """Change of the log list while following, or misbehaviour found by another process.

    `added` joined the list and are read from entry 0; `changed` have another entry in the list (another address or
    state) and are read anew as it says; `removed` left the list; `misbehaving` are left alone until the next scan.
    """

    added: tuple[Log, ...] = ()
    changed: tuple[Log, ...] = ()
    removed: frozenset[bytes] = frozenset()
    misbehaving: frozenset[bytes] = frozenset()

    @property
    def logs(self) -> tuple[Log, ...]:
        """Logs to read from now on."""
        return (*self.added, *self.changed)

    def joined_only(self, joined: frozenset[bytes]) -> LogListChange:
        """Keep as added the logs that joined the list; other new logs, which a person chose, are read from now on."""
        chosen = tuple(log for log in self.added if log.id not in joined)
        return replace(self, added=tuple(log for log in self.added if log.id in joined), changed=self.changed + chosen)

    def only(self, select: Callable[[tuple[Log, ...]], tuple[Log, ...]]) -> LogListChange:
        """Keep the added and changed logs that `select` returns."""
        return LogListChange(select(self.added), select(self.changed), self.removed, self.misbehaving)


class LogStatus(StrEnum):
    """Status of a log at the end of a pass."""

    DONE = "done"
    GAPS = "gaps"  # read to its end, but for entries that the log didn't give or that contradict its tree
    INCOMPLETE = "incomplete"  # the log failed before the end
    SHARED = "shared"  # another scan is reading the rest
    MISBEHAVIOUR = "misbehaviour"
    WRONG_ORIGIN = "wrong origin"  # the log list names another origin than the log signs under
    STOPPED = "stopped"


_CODES = {
    LogStatus.MISBEHAVIOUR: 3, LogStatus.INCOMPLETE: 1, LogStatus.STOPPED: 1, LogStatus.WRONG_ORIGIN: 2,
    LogStatus.GAPS: 4,
}  # fmt: skip
"""Exit codes; every other status is 0."""


class LogOutcome(Struct, frozen=True):
    """Outcome of a log at the end of a pass, or of the scan.

    `message`: the text of an error. `gaps`: the entries that the pass was to read and did not. `skew`: seconds by which
    the clock of the log or of its server is ahead of ours; None where it is not far. `notes`: `PassNote`s.
    """

    log_id: bytes
    name: str
    status: LogStatus
    message: str = ""
    gaps: tuple[Gap, ...] = ()
    operator: str = ""
    skew: float | None = None
    notes: tuple[Message, ...] = ()


class ScanResult(Struct, frozen=True):
    """Outcomes of all logs at the end of a scan. `run` is the number of the run in the index."""

    logs: tuple[LogOutcome, ...]
    follow: bool = False
    run: int = 0

    @property
    def exit_code(self) -> int:
        """3 if a log misbehaved, else 1 if a log failed or the scan was stopped, else 2 if the list is wrong about one,
        else 4 if gaps are left, else 0. Stopping a scan that follows is no failure, and another scan at work on a log
        is none."""
        if not self.logs and not self.follow:
            return 1
        found = {log.status for log in self.logs} - ({LogStatus.STOPPED} if self.follow else set())
        return worst(_CODES.get(status, 0) for status in found)
