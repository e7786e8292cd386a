"""Opens the source of a log by its protocol, with the trust that fits it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from ctscan.model import Log, Protocol, TreeHead
from ctscan.scan.trust import ProofTrust, Sleep, TileTrust
from ctscan.sources import LogSource, ProofSource, TileSource
from ctscan.sources.directory import DirectorySource
from ctscan.sources.http import Client
from ctscan.sources.hybrid import HybridSource
from ctscan.sources.rfc6962 import Rfc6962Source
from ctscan.sources.static_ct import StaticCtSource
from ctscan.sources.tuning import Tuning


@dataclass(frozen=True, slots=True)
class Connection:
    """An open log: its source, how to prove against one of its heads, and how fast it may be read."""

    log: Log
    source: LogSource
    trust_in: Callable[[TreeHead], TileTrust | ProofTrust]
    concurrency: int
    rate: float  # requests a second
    batch: int  # entries a request
    readers: int = 1  # processes that read this log at the same time


def connect(log: Log, client: Client, tuning: Tuning, sleep: Sleep = asyncio.sleep, *, readers: int = 1) -> Connection:
    """Open one log. Nothing is asked yet. `readers`: so many processes share what may be asked for at a time."""
    client.pace(log.operator, tuning.rate)
    speed = (max(1, tuning.concurrency // readers), tuning.rate, tuning.batch, readers)
    if log.protocol is Protocol.STATIC_CT:
        is_local = log.monitoring_url.startswith("file://")
        tiles: TileSource = DirectorySource(log) if is_local else StaticCtSource(log, client, tuning)
        return Connection(log, tiles, lambda head: TileTrust(tiles, head, sleep), *speed)
    is_hybrid = log.protocol is Protocol.HYBRID
    proofs: ProofSource = HybridSource(log, client, tuning) if is_hybrid else Rfc6962Source(log, client, tuning)
    return Connection(log, proofs, lambda head: ProofTrust(proofs, head, sleep), *speed)
