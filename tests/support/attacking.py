"""Helpers for tests that attack a scan: a log of people in any protocol, and the end of its scan."""

from __future__ import annotations

import base64

from support.scanning import people_log
from support.simulator import SimulatedLog, Simulator

from ctscan.answer.proof import check
from ctscan.index.protocols import Index
from ctscan.model import LogProtocol
from ctscan.scan.run import ScanResult

BOTH = [LogProtocol.STATIC_CT, LogProtocol.RFC6962]
ALL = [*BOTH, LogProtocol.HYBRID]


def add_people(sim: Simulator, protocol: LogProtocol, size: int = 1000, published: int | None = None) -> SimulatedLog:
    """Add a log `people` of this protocol that gives 100 entries at a time."""
    builder = people_log("people", size, leaf_index=protocol is LogProtocol.STATIC_CT)
    log = sim.add("people", builder, protocol, published)
    log.max_batch = 100
    return log


def tiles_of(log: SimulatedLog) -> dict[str, object]:
    """Build the tuning under which the scan also reads a simulated hybrid as a hybrid."""
    if log.protocol is not LogProtocol.HYBRID:
        return {}
    return {base64.b64encode(log.log().id).decode(): {"tiles": log.url}}


def endings(outcome: ScanResult) -> dict[str, str]:
    """Map each log's name to the status with which it ended."""
    return {log.name: log.status.value for log in outcome.logs}


async def all_evidence(index: Index) -> list[tuple[int, bool]]:
    """List every sighting: its index, and whether it is proven."""
    return sorted([(e.entry.index, check(e).is_proven) async for e in index.evidence(None)])
