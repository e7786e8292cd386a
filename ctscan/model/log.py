"""Logs as log lists describe them, and the tree heads that logs sign."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.model.message import Code

if TYPE_CHECKING:
    from ctscan.model.message import Message


class LogProtocol(StrEnum):
    """Protocol by which a log is read."""

    RFC6962 = "rfc6962"
    STATIC_CT = "static-ct"
    HYBRID = "hybrid"  # RFC 6962 tree head and proofs, data tiles as transport


class ListedState(StrEnum):
    """State of a log as its log list gives it."""

    PENDING = "pending"
    QUALIFIED = "qualified"
    USABLE = "usable"
    READONLY = "readonly"
    RETIRED = "retired"
    REJECTED = "rejected"


class FinalHead(Struct, frozen=True):
    """`final_tree_head` of a readonly log in the log list: size, root and, where given, the time in ms."""

    size: int
    root: bytes
    timestamp: int | None = None


ARCHIVE_END = ".zip/"
"""End of the address of a log in zip files: any of them, and the slash of every prefix of tiles."""


class Log(Struct, frozen=True):
    """CT log as a log list describes it.

    `url` is the RFC 6962 base (ends with `/`), `monitoring_url` the prefix of the tiles (ends with `/`; may be
    `file://`, or lead to a zip file that holds them). `protocol` decides which of the two is set (hybrid: both).
    `origin` is the first line of the checkpoint: the submission prefix without scheme and trailing slash; empty for
    plain RFC 6962 logs.
    """

    id: bytes  # SHA-256 of key
    key: bytes  # DER SubjectPublicKeyInfo
    name: str
    operator: str
    protocol: LogProtocol
    state: ListedState = ListedState.USABLE
    url: str = ""
    monitoring_url: str = ""
    origin: str = ""
    final_head: FinalHead | None = None
    mmd: int = 86400  # seconds

    @property
    def is_archive(self) -> bool:
        """Whether the log is read from a folder or from zip files: it says what it said when its head was signed."""
        return self.monitoring_url.startswith("file://") or self.monitoring_url.endswith(ARCHIVE_END)


class LogKey(Struct, frozen=True):
    """Description of a log in a folder without `log.v3.json`: the file of its public key, and the first line of its
    checkpoints."""

    file: str
    origin: str


class SkipReason(Code):
    """Reason why a log is not read."""

    NOT_SELECTED = "skip.not-selected"
    PENDING = "skip.pending"
    RETIRED = "skip.retired"
    RETIRED_SINCE = "skip.retired-since"  # parameter: since, a time; of an older version a day
    REJECTED = "skip.rejected"
    REJECTED_SINCE = "skip.rejected-since"
    NO_STATE = "skip.no-state"
    TEST_LOG = "skip.test-log"
    PLACEHOLDER = "skip.placeholder"
    LOCAL_DIRECTORY = "skip.local-directory"
    MALFORMED = "skip.malformed"
    UNKNOWN_KIND = "skip.unknown-kind"  # under a key of the log list that this version doesn't know
    NO_HEAD = "skip.no-head"
    NEVER_READ = "skip.never-read"
    NO_LONGER_LISTED = "skip.no-longer-listed"  # parameter: since
    NO_LONGER_CHOSEN = "skip.no-longer-chosen"  # parameter: since; the list may still have the log
    DROPPED = "skip.dropped"  # parameter: since
    READ_APART = "skip.read-apart"  # read by a scan with --log, outside the basis


class SkippedLog(Struct, frozen=True):
    """Log of the list that is not read, with the reason; an answer names it as not covered."""

    id: bytes
    name: str
    operator: str
    reason: Message


class TreeHead(Struct, frozen=True):
    """Signed claim of a log about its tree at one moment (an STH or a checkpoint); unproven until verified.

    `signature` is the RFC 6962 DigitallySigned struct; empty for a head taken from a verified log list.
    `raw` holds the bytes verbatim, kept as evidence.
    """

    log_id: bytes
    size: int
    root: bytes
    timestamp: int  # ms
    signature: bytes
    raw: bytes


class Cosignature(Struct, frozen=True):
    """Signature of a witness on a checkpoint. `time`: seconds since 1970, as the witness says; None where the signature
    doesn't verify."""

    witness: str
    time: int | None


class SeenHead(Struct, frozen=True):
    """Signed tree head that a pass accepted, with the times at which passes saw it first and last."""

    head: TreeHead
    first_seen: datetime
    last_seen: datetime
