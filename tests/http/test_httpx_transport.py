"""The httpx transport over real connections: one connection per concurrent request, and no cookies."""

from __future__ import annotations

import asyncio
import ssl

from support.exchange import Answer
from support.logs import LogBuilder
from support.simulator import Simulator

from ctscan.http.httpx_transport import HttpxTransport
from ctscan.http.transport import Request, Timeouts, address_of


def test_many_connections_at_once_are_all_used_again() -> None:
    async def rush(url: str) -> None:
        pools = HttpxTransport(None, ssl.create_default_context(), False, Timeouts(10.0, 10.0))
        address = address_of(url)

        async def ask() -> None:
            for _ in range(4):
                async with pools.send(Request("GET", address, [("Host", address.netloc)])) as answer:
                    assert await answer.read(100) == b"body"

        try:
            await asyncio.gather(*(ask() for _ in range(100)))
            assert all(not pool.http.cookies for pools in pools._pools.values() for pool in pools)
        finally:
            await pools.aclose()

    with Simulator() as sim:
        log = sim.add("a", LogBuilder("Log"))
        log.fault("x", Answer(200, b"body", {"Set-Cookie": "who=jane; Path=/"}, delay=0.05))
        asyncio.run(rush(f"{log.url}x"))
        assert len(log.requests) == 400
        assert sim.connections == 100
        assert all("cookie" not in request.headers for request in log.requests)
