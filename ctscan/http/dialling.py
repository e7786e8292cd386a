"""New connections to a server: all addresses of its name are tried, one after another, until one answers.

Addresses of the two families take turns, and the next is tried when one fails or hasn't answered for a quarter of a
second; the first connection wins (RFC 8305). The system resolves names, in a thread.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from itertools import chain, zip_longest

HEAD_START = 0.25  # seconds of an address before the next is tried too (RFC 8305 section 5)
ADDRESSES_TRIED = 16

Address = tuple[int, int, int, tuple[object, ...]]  # family, type, protocol, address


async def dial(host: str, port: int) -> socket.socket:
    """Connect to a host.

    Raises:
        OSError: no address answers; with an errno only where all failed alike
        UnicodeError: the host is no name
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [(family, kind, protocol, address) for family, kind, protocol, _, address in found]
    return await connect_first(alternating(addresses)[:ADDRESSES_TRIED])


def alternating(addresses: Sequence[Address]) -> list[Address]:
    """Let the families take turns, beginning with the family that the system prefers."""
    families = list(dict.fromkeys(family for family, *_ in addresses))
    rows = zip_longest(*([a for a in addresses if a[0] == family] for family in families))
    return [address for address in chain.from_iterable(rows) if address is not None]


async def connect_first(addresses: Sequence[Address]) -> socket.socket:
    """Connect to the first address that answers. Raises OSError as `dial` does."""
    attempts: list[asyncio.Task[socket.socket]] = []
    running: set[asyncio.Task[socket.socket]] = set()
    won: socket.socket | None = None
    try:
        while won is None and (running or len(attempts) < len(addresses)):
            if len(attempts) < len(addresses):
                attempts.append(asyncio.create_task(_connected(addresses[len(attempts)])))
                running.add(attempts[-1])
            wait = HEAD_START if len(attempts) < len(addresses) else None
            done, running = await asyncio.wait(running, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
            won = next((task.result() for task in done if task.exception() is None), None)
    finally:
        for attempt in attempts:
            attempt.cancel()
            attempt.add_done_callback(lambda task: _close(task, won))
    if won is not None:
        return won
    raise _common([error for task in attempts if (error := task.exception()) is not None])


async def _connected(address: Address) -> socket.socket:
    family, kind, protocol, where = address
    made = socket.socket(family, kind, protocol)
    try:
        made.setblocking(False)
        await asyncio.get_running_loop().sock_connect(made, where)
    except BaseException:
        made.close()
        raise
    return made


def _close(attempt: asyncio.Task[socket.socket], won: socket.socket | None) -> None:
    """Close the connection of an attempt that came too late."""
    if not attempt.cancelled() and attempt.exception() is None and attempt.result() is not won:
        attempt.result().close()


def _common(errors: Sequence[BaseException]) -> OSError:
    """Return the error of all addresses; without an errno where they differ."""
    codes = {error.errno if isinstance(error, OSError) else None for error in errors}
    return OSError(codes.pop(), "") if len(codes) == 1 else OSError("no address answers")
