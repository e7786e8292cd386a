"""Logs outside the basis as answers and checks name them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ctscan.model import Basis, LogState, SkippedLog, SkipReason


def logs_outside(basis: Basis | None, states: Mapping[bytes, LogState]) -> tuple[SkippedLog, ...]:
    """Return the logs outside the basis. A log that no choice selects, but that a scan with `--log` read, is told
    apart: certificates from that log are shown.

    Args:
        basis: the newest revision; None before the first.
        states: the logs that the index knows, by id.
    """
    return tuple(_as_read(log, states.get(log.id)) for log in (basis.outside if basis else ()))


def _as_read(log: SkippedLog, state: LogState | None) -> SkippedLog:
    is_read = state is not None and state.head is not None
    if is_read and log.reason.code == SkipReason.NOT_SELECTED:
        return replace(log, reason=SkipReason.READ_APART())
    return log
