"""The opener of indexes and of their audit trails: the scheme of the URL chooses the implementation of an index, which
is loaded when it is chosen."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ctscan.errors import UsageError
from ctscan.model.suppression import PrivacyFiles

if TYPE_CHECKING:
    from datetime import datetime

    from ctscan.index.protocols import Index, Trail
    from ctscan.index.store_key import StoreKey
    from ctscan.model.suppression import Suppression


async def open_index(
    url: str | os.PathLike[str],
    *,
    create: bool,
    inline: bool = False,
    key_file: Path | None = None,
    privacy: PrivacyFiles | None = None,
) -> Index:
    """Open an index and bring its tables up to date.

    Args:
        url: a path, or `sqlite:///relative/path`, or `sqlite:////absolute/path`.
        create: make a missing index.
        inline: run every method at once in the calling thread. A coroutine that awaits nothing but this index never
            waits then, and needs no event loop.
        key_file: file with the key of an index that is encrypted, or to be made so; None: it isn't encrypted.
        privacy: key file and suppression file; None: those beside the index. Suppressions that the index hasn't carried
            out yet are carried out first; where it can't be written to, the certificates are hidden.

    Returns:
        The index, to be closed by `async with` or `aclose`: until then a thread of its own may keep the program alive.

    Raises:
        UsageError: a URL of another scheme, or a key without the extra `encrypted`.
        InputError: there is no key in the key file.
        IndexFault: no index there, a directory, another file, a damaged index, one of a newer ctscan, one with another
            key, or with one and none was given. Nothing is changed.
    """
    path = _sqlite_path(os.fspath(url))
    from ctscan.index.sqlite.index import open_sqlite  # not at the top: the driver is loaded when it is chosen

    privacy = privacy or privacy_beside(os.fspath(url))
    return await open_sqlite(path, create=create, inline=inline, key=_key(key_file), privacy=privacy)


async def accept_loss(
    url: str | os.PathLike[str], *, key_file: Path | None, privacy: PrivacyFiles, at: datetime
) -> Suppression:
    """Begin another suppression file for an index whose own, or whose key, is lost for good; the old file is renamed.

    Args:
        url: as for `open_index`.
        key_file: as for `open_index`.
        privacy: key file and suppression file.
        at: moment of the loss, as the new file and all answers say it.

    Returns:
        The first entry of the new file.

    Raises:
        UsageError: the suppressions of the index are there.
        IndexFault, InputError: as `open_index` raises them, or the files can't be written.
    """
    from ctscan.index.sqlite import lost_suppressions

    return await lost_suppressions.accept_loss(_sqlite_path(os.fspath(url)), privacy=privacy, key=_key(key_file), at=at)


async def open_trail(path: Path, *, create: bool, inline: bool = False, key_file: Path | None = None) -> Trail:
    """Open the audit trail of an index. The trail is an SQLite file, whatever holds the index.

    Args:
        path: the file; `beside(url, ".audit")` unless the configuration names another.
        create: make a missing trail.
        inline: as for `open_index`.
        key_file: as for `open_index`; index and trail have the same key.

    Raises:
        IndexFault, InputError, UsageError: as `open_index` raises them. Nothing is changed.
    """
    from ctscan.index.sqlite.trail import open_sqlite_trail

    return await open_sqlite_trail(path, create=create, inline=inline, key=_key(key_file))


def _key(key_file: Path | None) -> StoreKey | None:
    """Read the key of an encrypted index."""
    if key_file is None:
        return None
    from ctscan.index.store_key import read_store_key

    return read_store_key(key_file)


def privacy_beside(url: str) -> PrivacyFiles:
    """Return the places of key file and suppression file, unless a configuration names others."""
    return PrivacyFiles(str(beside(url, ".key")), str(beside(url, ".suppressions")))


def beside(url: str, suffix: str) -> Path:
    """Return the path of a file that belongs to an index: the index file with a suffix. A symbolic link leads to the
    files of the index that it names.

    Raises:
        UsageError: a URL of another scheme.
    """
    try:
        path = _sqlite_path(url).expanduser().resolve()
    except (OSError, RuntimeError, ValueError):  # a NUL, a circle of links: opening the index explains it
        path = _sqlite_path(url)
    return path.with_name(f"{path.name}{suffix}")


def check_url(url: str) -> None:
    """Raise UsageError for the URL of a database that there is no implementation for."""
    _sqlite_path(url)


def has_index(url: str) -> bool:
    """Return whether there is a file that may be an index.

    Raises:
        UsageError: a URL of another scheme.
    """
    path = _sqlite_path(url)
    try:
        return path.expanduser().stat().st_size > 0
    except (OSError, RuntimeError, ValueError):
        return False


def _sqlite_path(url: str) -> Path:
    """Return the file of an SQLite index.

    Raises:
        UsageError: a URL of another scheme.
    """
    scheme, separator, rest = url.partition("://")
    if not separator:
        return Path(url)
    if scheme != "sqlite" or not rest.startswith("/"):
        raise UsageError("--db: expected a path or sqlite:///path, got another kind of URL")
    path = Path(rest[1:])  # sqlite:///relative, sqlite:////absolute
    return path if path.is_absolute() else Path.cwd() / path
