"""Logs on disk: a static-ct tree in a directory (`file:///dir/`), the form in which archives of retired logs are kept.

The layout is that of `tile_reader`, with the log described in `log.v3.json`. Data tiles may be gzipped. Nothing outside
the directory is ever read, wherever links point.
"""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote, urlsplit

from ctscan.ct.log_list import parse_log_object
from ctscan.errors import BadAnswer, CutError, FormatError, Missing, SourceError, UsageError
from ctscan.http.rate_limit import ConcurrencyWindow
from ctscan.sources.logs.tile_reader import TiledSource

if TYPE_CHECKING:
    from ctscan.model import Log

DESCRIPTION = "log.v3.json"
_DESCRIPTION_LIMIT = 64 * 1024
T = TypeVar("T")


class DirectorySource(TiledSource):
    """`TileSource` over the directory that a log's monitoring URL names. Asking again doesn't change a file, so a bad
    file is a BadAnswer at once."""

    def __init__(self, log: Log, concurrency: int = 4) -> None:
        self._directory = directory_of(log.monitoring_url)
        super().__init__(log, self._read, ConcurrencyWindow(concurrency, concurrency))

    async def _read(self, path: str, limit: int, parse: Callable[[bytes], T], *, packed: bool = False) -> T:
        body = await asyncio.to_thread(read_confined, self._directory, path, limit)
        try:
            return parse(body)
        except CutError:
            raise
        except FormatError as error:
            raise BadAnswer(f"{self._directory / path}: {error}") from error


async def read_directory_log(url: str) -> Log:
    """Read the description of the log in a directory from its `log.v3.json`.

    Raises:
        UsageError: the address is no `file:` URL, or the file is missing or doesn't describe a log
    """
    directory = directory_of(url)
    try:
        raw = await asyncio.to_thread(read_confined, directory, DESCRIPTION, _DESCRIPTION_LIMIT)
        return parse_log_object(raw, directory.as_uri() + "/")
    except Missing:
        raise UsageError(
            f"{directory}: this directory holds no log: expected {DESCRIPTION}, checkpoint and tile/"
        ) from None
    except (SourceError, FormatError) as error:
        raise UsageError(f"{directory / DESCRIPTION}: {error}") from error


def directory_of(url: str) -> Path:
    """Return the absolute directory of a `file:` URL. Raises UsageError for another host or a path that isn't
    absolute."""
    parts = urlsplit(url)
    path = unquote(parts.path)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost") or not path.startswith("/") or "\0" in path:
        raise UsageError(f"an address of {len(url)} characters: expected file:///absolute/directory/")
    return Path(path)


def read_confined(directory: Path, path: str, limit: int) -> bytes:
    """Read a regular file below a directory.

    Args:
        path: relative to the directory
        limit: most bytes of the file

    Raises:
        Missing: no such file
        SourceError: the path leads out of the directory, or can't be read
        BadAnswer: too large
    """
    target = directory / path
    try:
        real = target.resolve(strict=True)
        if not real.is_relative_to(directory.resolve(strict=True)):
            raise SourceError(f"{target}: leads out of the directory; copy the file into it")
        if not stat.S_ISREG(real.stat().st_mode):
            raise SourceError(f"{target}: expected a regular file")
        with real.open("rb") as file:
            raw = file.read(limit + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise Missing(f"{target}: not there") from None
    except (OSError, RuntimeError) as error:
        raise SourceError(
            f"{target}: can't be read ({getattr(error, 'strerror', None) or 'links in a circle'})"
        ) from None
    if len(raw) > limit:
        raise BadAnswer(f"{target}: larger than {limit} bytes")
    return raw
