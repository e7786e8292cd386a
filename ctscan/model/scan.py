"""Scans: runs, and the steps that a run commits to the index."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.model.hit import EMPTY_RESULT
from ctscan.model.message import Code

if TYPE_CHECKING:
    from ctscan.model.coverage import Gap, PendingRange, VerifiedRange
    from ctscan.model.hit import BatchResult
    from ctscan.model.proof import InclusionProof


class ScanStep(Struct, frozen=True):
    """Step of one reader, committed in one transaction: no part is ever seen without the rest.

    Tiled logs: `verified` extends by the batch, `pending` is None. Logs without tiles: hits and `pending` first;
    when proven, a step without hits moves `verified`, clears `pending` and brings `proofs`.
    """

    log_id: bytes
    at: datetime
    verified: VerifiedRange | None = None  # to be added (and merged with its neighbour)
    pending: PendingRange | None = None  # replaces the pending range with this start
    clear_pending: int | None = None  # start of the pending range that is proven (or given up) now
    result: BatchResult = EMPTY_RESULT  # of the entries of this step; chain hits come and go with their entries
    proofs: tuple[InclusionProof, ...] = ()
    gaps: tuple[Gap, ...] = ()  # found in this step
    quarantine: tuple[tuple[int, int, bytes], ...] = ()  # (start, end, raw bytes) kept for quarantine_days


class PassNote(Code):
    """Note about the end of a pass over a log, beside its status and its gaps."""

    HELD = "pass.held"
    PARTIAL_TILE = "pass.partial-tile"
    NOTHING_YET = "pass.nothing-yet"
    NO_NEWER_HEAD = "pass.no-newer-head"
    AS_OF = "pass.as-of"
    MORE_HELD = "pass.more-held"
    PAST_EMPTY = "pass.past-empty"
    PAST_READ = "pass.past-read"
    PAST_READ_BUT = "pass.past-read-but"
    PAST_NOT_ASKED = "pass.past-not-asked"


class RunState(StrEnum):
    """State of a run: running, or how it ended."""

    RUNNING = "running"
    DONE = "done"
    GAPS = "gaps"  # a log was read but for some entries
    INCOMPLETE = "incomplete"
    MISBEHAVIOUR = "misbehaviour"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


class Run(Struct, frozen=True):
    """Scan as recorded: operator, times, scope, purpose and outcome."""

    id: int
    who: str
    started: datetime
    ended: datetime | None
    scope: str
    rules: str
    purpose: str
    command: str
    outcome: RunState
    entries: int = 0
    candidates: int = 0
    certificates: int = 0
