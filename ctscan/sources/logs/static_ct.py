"""Static-ct logs over HTTP. `tile_reader` reads the tiles themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from ctscan.http.rate_limit import ConcurrencyWindow
from ctscan.model import LogProtocol
from ctscan.sources.logs.archive import is_archive, open_archive
from ctscan.sources.logs.directory import DirectorySource
from ctscan.sources.logs.tile_reader import TiledSource

if TYPE_CHECKING:
    from ctscan.http.client import Client
    from ctscan.model import Log
    from ctscan.sources import TileSource
    from ctscan.sources.logs.tile_reader import Fetch
    from ctscan.sources.logs.tuning import Tuning

PROTOCOL: Final = LogProtocol.STATIC_CT
_DATA = "tile/data/"
T = TypeVar("T")


def open_source(log: Log, client: Client, tuning: Tuning) -> TileSource:
    """Open a static-ct log, without a request; a log with a `file:` address is read from its directory, and one in zip
    files from these."""
    if is_archive(log.monitoring_url):
        return open_archive(log, client, tuning)
    if log.monitoring_url.startswith("file://"):
        return DirectorySource(log, tuning.concurrency)
    return StaticCtSource(log, client, tuning)


class StaticCtSource(TiledSource):
    """`TileSource` under the monitoring prefix of a log. Raises BadAnswer when a checkpoint, hash tile or issuer stays
    malformed, and CutError at once for a data tile that can't be cut."""

    def __init__(self, log: Log, client: Client, tuning: Tuning, window: ConcurrencyWindow | None = None) -> None:
        client.pace(log.operator, tuning.rate)
        window = window or ConcurrencyWindow(tuning.concurrency)
        self._client, self._tuning = client, tuning
        super().__init__(log, http_fetch(log.monitoring_url, log.operator, client, tuning, window), window)

    def impatient(self) -> StaticCtSource:
        """Return this source with a single try for each request."""
        return StaticCtSource(self.log, self._client.impatient(), self._tuning, self.window)


def http_fetch(prefix: str, operator: str, client: Client, tuning: Tuning, window: ConcurrencyWindow) -> Fetch:
    """Return a function that fetches resources under a URL prefix (which ends with a slash).

    `window` is informed about requests for data tiles only: smaller resources take less time, and would make the tiles
    seem slow.
    """

    async def fetch(path: str, limit: int, parse: Callable[[bytes], T], *, packed: bool = False) -> T:
        return await client.read(
            prefix + path,
            parse,
            operator=operator,
            limit=limit,
            keep_alive=tuning.keep_alive,
            packed=packed,
            window=window if path.startswith(_DATA) else None,
        )

    return fetch
