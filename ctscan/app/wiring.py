"""Wiring of the use cases: the index and the HTTP clients that a configuration asks for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ctscan.clock import Clock
from ctscan.errors import UsageError

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.http.client import Client
    from ctscan.http.ssrf_guard import GuardedTransport
    from ctscan.index.protocols import Index, Trail


CLOCK = Clock()
"""Clock of use cases that are given none."""

SEARCH_SECONDS = 60.0  # without a byte from a repository
CA_SECONDS = 10.0  # without a byte from a server that a certificate names: two tries fit into the patience of 20 s


@asynccontextmanager
async def opened_index(config: Config, *, create: bool = False, inline: bool = False) -> AsyncIterator[Index]:
    """Open the index of a configuration and close it at the end.

    Args:
        create: make a missing index.
        inline: run every method in the calling thread, so that no event loop is needed.

    Raises:
        IndexFault: the index is missing, damaged, of a newer ctscan, or the configured key doesn't open it.
        InputError: the key of an encrypted index is missing.
        UsageError: see `index_key_path`.
    """
    from ctscan.index.open import open_index

    async with await open_index(config.db, create=create, inline=inline, key_file=index_key_path(config)) as index:
        yield index


@asynccontextmanager
async def opened_trail(config: Config, *, create: bool = False, inline: bool = False) -> AsyncIterator[Trail]:
    """Open the audit trail of a configuration and close it at the end. Arguments: see `opened_index`.

    Raises:
        IndexFault: the trail is missing, damaged, or of a newer ctscan.
    """
    from ctscan.index.open import open_trail

    path, key_file = trail_path(config), index_key_path(config)
    async with await open_trail(path, create=create, inline=inline, key_file=key_file) as trail:
        yield trail


def trail_path(config: Config) -> Path:
    """Return the path of the audit trail."""
    from ctscan.index.open import beside

    return Path(config.audit_path) if config.audit_path else beside(config.db, ".audit")


def key_path(config: Config) -> Path:
    """Return the path of the key file."""
    from ctscan.index.open import beside

    return Path(config.key_file) if config.key_file else beside(config.db, ".key")


def index_key_path(config: Config) -> Path | None:
    """Return the path of the key of an encrypted index; None where none is configured.

    Raises:
        UsageError: the file is the key file of `[privacy]`, too.
    """
    if config.index_key_file is None:
        return None
    path = Path(config.index_key_file)
    if path == key_path(config) or path.resolve() == key_path(config).resolve():
        raise UsageError(
            f"key_file under [index]: expected a file of its own, got {path}, which is the key file of [privacy]; "
            "name another, or move one of the two"
        )
    return path


def exposed_files(config: Config) -> list[str]:
    """Describe index, trail and key file where other accounts can read them, and folders in which they can replace
    them: a line for each."""
    from ctscan.index.open import beside
    from ctscan.privacy.permissions import exposures

    own = [Path(config.index_key_file)] if config.index_key_file else []
    return list(exposures([beside(config.db, ""), trail_path(config), key_path(config), *own]))


@asynccontextmanager
async def opened_client(config: Config) -> AsyncIterator[Client]:
    """Open a client for repositories and the CCADB, and close it at the end. They search for long before they answer,
    so their silence is borne longer than a log's."""
    from ctscan.http.client import Client

    client = Client(config.contact or "", give_up_after=config.timeouts.give_up, read_timeout=SEARCH_SECONDS)
    try:
        yield client
    finally:
        await client.aclose()


@asynccontextmanager
async def guarded_client(config: Config, transport: GuardedTransport | None = None) -> AsyncIterator[Client]:
    """Open a client for addresses that certificates name: it reaches the public internet only, unless a guarded
    `transport` allows other addresses."""
    from ctscan.http.client import Client
    from ctscan.http.ssrf_guard import guarded_transport

    transport = transport or guarded_transport()
    give_up_after = min(20.0, config.timeouts.give_up)
    client = Client(config.contact, transport=transport, give_up_after=give_up_after, read_timeout=CA_SECONDS)
    try:
        yield client
    finally:
        await client.aclose()
