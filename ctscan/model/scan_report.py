"""Report of a scan or a backfill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from ctscan.model.coverage import Gap
    from ctscan.model.message import Message
    from ctscan.model.results import SearchResult


class LogResult(Struct, frozen=True):
    """End of the reading of one log. `outcome`: "done", "gaps", "incomplete", "shared", "misbehaviour", "wrong origin"
    or "stopped". `message`: the text of an error. `gaps`: entries that were to be read and were not. `notes`:
    `PassNote`s."""

    log_id: bytes
    name: str
    outcome: str
    message: str
    gaps: tuple[Gap, ...] = ()
    notes: tuple[Message, ...] = ()


class ScanReport(Struct, frozen=True):
    """End of a scan or backfill: logs that were read and questions that repositories were asked."""

    exit_code: int
    logs: tuple[LogResult, ...] = ()
    searches: tuple[SearchResult, ...] = ()
