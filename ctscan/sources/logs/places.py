"""Logs that a person names by their place: a folder, zip files, or zip files on the network."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from ctscan.ct.log_list import log_of_key
from ctscan.ct.signature import key_in_file
from ctscan.errors import CtscanError, UsageError
from ctscan.sources.logs.archive import first_volume, is_archive, read_archive_log
from ctscan.sources.logs.directory import DESCRIPTION, directory_of, read_directory_log

if TYPE_CHECKING:
    from ctscan.http.client import Client
    from ctscan.model import Log
    from ctscan.model.log import LogKey

_KEY_LIMIT = 16 * 1024


def is_place(name: str) -> bool:
    """Return whether a name of `--log` is the place of a log: `file:…`, or the address of a zip file."""
    return name.startswith("file:") or is_on_network(name)


def is_on_network(name: str) -> bool:
    """Return whether a name of `--log` is the address of a zip file on the network."""
    return name.startswith(("http://", "https://")) and is_archive(name)


async def read_place(url: str, client: Client, key: LogKey | None = None) -> Log:
    """Read the description of the log at a place.

    Args:
        url: `file:` URL of a folder or a zip file, or the address of a zip file.
        client: for the network.
        key: key and origin of the log in a folder without `log.v3.json`, as a running log writes it.

    Raises:
        UsageError: there is no log at this place of this machine.
        SourceError, InputError: the network doesn't give it, or what it gives describes no log.
    """
    if is_on_network(url):
        return await read_archive_log(url, client)
    if is_archive(url):
        return await read_archive_log(url)
    directory = directory_of(url)
    if await asyncio.to_thread((directory / DESCRIPTION).exists):
        return await read_directory_log(url)
    volume = await asyncio.to_thread(first_volume, directory)
    if volume is not None:
        return await read_archive_log(volume.as_uri())
    if key is not None and await asyncio.to_thread((directory / "checkpoint").exists):
        return await asyncio.to_thread(_log_of_key, directory, key)
    return await read_directory_log(url)


def _log_of_key(directory: Path, given: LogKey) -> Log:
    """Describe the log in a folder by its key and origin. Raises UsageError for a file without a key."""
    try:
        with Path(given.file).open("rb") as file:
            key = key_in_file(file.read(_KEY_LIMIT))
        return log_of_key(key, given.origin, f"{directory.as_uri()}/")
    except OSError as error:
        raise UsageError(f"--log-key {given.file}: can't be read ({error.strerror})") from None
    except CtscanError as error:
        raise UsageError(f"--log-key {given.file}: {error}") from error
