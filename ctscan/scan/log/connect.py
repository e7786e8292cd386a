"""Opens the source of a log by its protocol, with the trust that fits it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from ctscan.http.client import Client
from ctscan.http.rate_limit import Window
from ctscan.model import Log, LogProtocol, TreeHead
from ctscan.scan.log.trust import ProofTrust, Sleep, TileTrust
from ctscan.sources import LogSource, ProofSource, TileSource
from ctscan.sources.logs.directory import DirectorySource
from ctscan.sources.logs.hybrid import HybridSource
from ctscan.sources.logs.rfc6962 import Rfc6962Source
from ctscan.sources.logs.static_ct import StaticCtSource
from ctscan.sources.logs.tuning import Tuning


@dataclass(frozen=True, slots=True)
class Connection:
    """An open log: its source, how to prove against one of its heads, and how fast this process may read it."""

    log: Log
    source: LogSource
    trust_in: Callable[[TreeHead], TileTrust | ProofTrust]
    window: Window  # how many requests may be under way
    rate: float  # requests a second
    batch: int  # entries a request
    readers: int = 1  # processes that read this log at the same time


def connect(log: Log, client: Client, tuning: Tuning, sleep: Sleep = asyncio.sleep, *, readers: int = 1) -> Connection:
    """Open one log. Nothing is asked yet. `readers` processes, this one among them, read it at the same time: each
    takes that part of the requests under way."""
    mine = replace(tuning, concurrency=max(1, tuning.concurrency // readers))
    client.pace(log.operator, mine.rate)
    speed = (mine.rate, mine.batch, readers)
    window = Window(mine.concurrency)
    if log.protocol is LogProtocol.STATIC_CT:
        if log.monitoring_url.startswith("file://"):
            window = Window(mine.concurrency, mine.concurrency)  # nobody is there to be polite to
            tiles: TileSource = DirectorySource(log)
        else:
            tiles = StaticCtSource(log, client, mine, window)
        return Connection(log, tiles, lambda head: TileTrust(tiles, head, sleep), window, *speed)
    kind = HybridSource if log.protocol is LogProtocol.HYBRID else Rfc6962Source
    proofs: ProofSource = kind(log, client, mine, window)
    return Connection(log, proofs, lambda head: ProofTrust(proofs, head, sleep), window, *speed)
