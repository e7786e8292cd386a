"""Logs outside the basis as answers and checks name them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ctscan.model import Remark, SkipReason

if TYPE_CHECKING:
    from ctscan.model import Basis, LogState, Message, SkippedLog

NAMES_SHOWN = 3  # entries of the log list that a remark names


def logs_outside(basis: Basis | None, states: Mapping[bytes, LogState]) -> tuple[SkippedLog, ...]:
    """Return the logs outside the basis. A log that no choice selects, but that a scan with `--log` read, is told
    apart: certificates from that log are shown.

    Args:
        basis: the newest revision; None before the first.
        states: the logs that the index knows, by id.
    """
    return tuple(_as_read(log, states.get(log.id)) for log in (basis.outside if basis else ()))


def unreadable_entries(basis: Basis | None) -> Message | None:
    """Return the remark on entries of the log list that can't be parsed: each may be a log that browsers accept, of
    which nothing was read. None where there is no such entry, or where the basis takes no log from the list by itself,
    because it names its logs."""
    if basis is None or (basis.choice is not None and basis.choice.logs):
        return None
    names = [log.name for log in basis.outside if log.reason.code == SkipReason.MALFORMED]
    if not names:
        return None
    shown = ", ".join(names[:NAMES_SHOWN]) + (", …" if len(names) > NAMES_SHOWN else "")
    return Remark.LIST_ENTRIES_UNREADABLE(count=len(names), logs=shown)


def _as_read(log: SkippedLog, state: LogState | None) -> SkippedLog:
    is_read = state is not None and state.head is not None
    if is_read and log.reason.code == SkipReason.NOT_SELECTED:
        return replace(log, reason=SkipReason.READ_APART())
    return log
