"""Static-ct logs over HTTP. The tiles themselves are `tile_reader`'s business."""

from __future__ import annotations

from collections.abc import Callable

from ctscan.http.client import Client
from ctscan.http.rate_limit import Window
from ctscan.model import Log
from ctscan.sources.logs.tile_reader import Fetch, TiledSource
from ctscan.sources.logs.tuning import Tuning

_DATA = "tile/data/"


class StaticCtSource(TiledSource):
    """A `TileSource` under the monitoring prefix of a log. BadAnswer when a checkpoint, hash tile or issuer keeps
    being none; a data tile that can't be cut is a CutError at once."""

    def __init__(self, log: Log, client: Client, tuning: Tuning, window: Window | None = None) -> None:
        client.pace(log.operator, tuning.rate)
        super().__init__(log, http_fetch(log.monitoring_url, log.operator, client, tuning, window))


def http_fetch(prefix: str, operator: str, client: Client, tuning: Tuning, window: Window | None = None) -> Fetch:
    """Fetches what lies under a URL prefix (that ends with a slash). `window` hears how requests for data tiles go, and
    of nothing else: what is smaller takes less time, and would make them seem slow."""

    async def fetch(
        path: str, limit: int, *, sniff: bool = False, validate: Callable[[bytes], object] | None = None
    ) -> bytes:
        response = await client.get(
            prefix + path,
            operator=operator,
            limit=limit,
            keep_alive=tuning.keep_alive,
            sniff=sniff,
            validate=validate,
            window=window if path.startswith(_DATA) else None,
        )
        return response.body

    return fetch
