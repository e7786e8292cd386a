"""The basis of an index: the logs that its answers speak of, and the recorded changes of that choice."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.model.message import Code

if TYPE_CHECKING:
    from ctscan.model.log import SkippedLog
    from ctscan.model.message import Message


class BasisSource(StrEnum):
    """Origin of the choice of logs."""

    CONFIGURATION = "configuration"  # `logs` or `log_list` of the file or the environment
    COMMAND_LINE = "command line"  # `--log` or `--log-list` of the first scan
    DEFAULT = "default"  # Google's list
    DECISION = "decision"  # `ctscan basis set`
    LAST_RUN = "last run"  # of an index that an older version wrote


class BasisChange(Code):
    """Cause of a revision of the basis."""

    FIRST_SCAN = "basis.first-scan"
    MIGRATED = "basis.migrated"
    KEYS_EDITED = "basis.keys-edited"
    LIST_CHANGED = "basis.list-changed"
    SET = "basis.set"
    DROPPED = "basis.dropped"


class LogChoice(Struct, frozen=True):
    """Choice of logs as a person gives it: log lists (none: Google's), and the names of `--log` (none: every log of the
    lists)."""

    log_lists: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()


def list_names(choice: LogChoice) -> str | list[str] | None:
    """Return the log lists of a choice as documents name them: None for Google's, a text for a single one."""
    return choice.log_lists[0] if len(choice.log_lists) == 1 else list(choice.log_lists) or None


class BasisLog(Struct, frozen=True):
    """Log that answers speak of.

    `reason` says why scans don't read the log any longer (retired, no longer listed), `since` from when; both None for
    a log that scans read.
    """

    id: bytes
    name: str
    operator: str
    reason: Message | None = None
    since: datetime | None = None


class LogListEdition(Struct, frozen=True):
    """Edition of a log list: the time and the version that it states, and the time at which a scan read it first.

    `dated` is None and `version` empty where the list states none.
    """

    dated: datetime | None
    version: str
    read_at: datetime

    def is_same(self, other: LogListEdition | None) -> bool:
        """Return True for the same edition, whenever it was read."""
        return other is not None and (self.dated, self.version) == (other.dated, other.version)


class Basis(Struct, frozen=True):
    """Basis of an index in one revision.

    Attributes:
        revision: number, from 1.
        at: time of the change.
        who: account that made the change.
        change: cause of the change, a `BasisChange`.
        note: reason as a person gave it; empty for changes that a scan recorded.
        source: origin of the choice.
        choice: the choice that scans without `--log` and `--log-list` follow; None where it is not known.
        keys: the choice that file and environment gave when the revision was recorded; None: they gave none. Another
            choice there is an edit.
        logs: logs that answers speak of.
        outside: logs that answers name as not covered: retired, excluded, malformed.
        edition: edition of the log list; None: the choice asks no list, or an older version recorded the revision.
    """

    revision: int
    at: datetime
    who: str
    change: Message
    note: str
    source: BasisSource
    choice: LogChoice | None
    keys: LogChoice | None
    logs: tuple[BasisLog, ...]
    outside: tuple[SkippedLog, ...]
    edition: LogListEdition | None = None
