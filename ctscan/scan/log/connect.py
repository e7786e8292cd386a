"""Connection to a log: its source by the log's protocol, and the verifier that fits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from ctscan.ct.freshness import TOLERANCE
from ctscan.scan.log.verifier import ProofVerifier, TileVerifier
from ctscan.sources.logs import open_log

if TYPE_CHECKING:
    from ctscan.http.client import Client
    from ctscan.model import Log, TreeHead
    from ctscan.scan.log.verifier import Sleep, Verifier
    from ctscan.sources import LogSource, ProofSource, TileSource
    from ctscan.sources.logs.tuning import Tuning


class Connection(Struct, frozen=True):
    """Open log: its source, a verifier for each of its heads, and the speed at which this process may read it."""

    log: Log
    source: LogSource
    verifier_of: Callable[[TreeHead], Verifier]
    rate: float  # requests a second
    batch: int  # entries a request
    readers: int = 1  # processes that read this log at the same time
    skew: Callable[[], float | None] = lambda: None  # seconds by which its server's clock differs from ours, if much


def connect(log: Log, client: Client, tuning: Tuning, sleep: Sleep = asyncio.sleep, *, readers: int = 1) -> Connection:
    """Open a log, without a request.

    Each of the `readers` processes that read it at the same time takes its share of the requests under way.
    """
    mine = replace(tuning, concurrency=max(1, tuning.concurrency // readers))
    client.pace(log.operator, mine.rate)
    source = open_log(log, client, mine)
    verifier_of, skew = partial(_verifier, source, sleep), partial(_skew, client, log)
    return Connection(log, source, verifier_of, mine.rate, mine.batch, readers, skew)


def _skew(client: Client, log: Log) -> float | None:
    """Return the seconds by which the clock of the log's server is ahead of ours, as its newest answer shows; None
    within the tolerance."""
    skew = client.dates.skew(urlsplit(log.url or log.monitoring_url).hostname or "")
    return skew if skew is not None and abs(skew) > TOLERANCE.total_seconds() else None


def _verifier(source: TileSource | ProofSource, sleep: Sleep, head: TreeHead) -> Verifier:
    if source.proofs == "hash tiles":
        return TileVerifier(source, head, sleep)
    return ProofVerifier(source, head, sleep)
