"""Opens the source of a log by its protocol, with the trust that fits it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from ctscan.model import Log, Protocol, TreeHead
from ctscan.scan.trust import ProofTrust, Sleep, TileTrust
from ctscan.sources import LogSource
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


def connect(log: Log, client: Client, tuning: Tuning, sleep: Sleep = asyncio.sleep) -> Connection:
    """Open one log. Nothing is asked yet."""
    client.pace(log.operator, tuning.rate)
    source: LogSource
    if log.protocol is Protocol.STATIC_CT:
        tiles = DirectorySource(log) if log.monitoring_url.startswith("file://") else StaticCtSource(log, client, tuning)
        source, trust_in = tiles, lambda head: TileTrust(tiles, head, sleep)
    else:
        proofs = HybridSource(log, client, tuning) if log.protocol is Protocol.HYBRID else Rfc6962Source(log, client, tuning)
        source, trust_in = proofs, lambda head: ProofTrust(proofs, head, sleep)
    return Connection(log, source, trust_in, tuning.concurrency, tuning.rate, tuning.batch)
