"""A server that falls silent: the next try comes soon, over another connection; three tries fit into any patience."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.exchange import Answer
from support.logs import LogBuilder
from support.patience import FakeTime
from support.reading import patient_client, with_client
from support.simulator import Simulator

from ctscan.errors import SourceError
from ctscan.http.client import Client
from ctscan.http.direct_transport import DirectTransport
from ctscan.http.httpx_transport import HttpxTransport
from ctscan.http.patience import CONNECT, IDLE, Patience
from ctscan.http.transport import Request, Timeouts, address_of

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"


class Stalling:
    """Server that answers the first request of each connection, and falls silent at the second. `connections` counts
    them; the connections in `silent` get no answer at all."""

    def __init__(self, *silent: int) -> None:
        self.connections, self._silent = 0, silent
        self._handlers: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._handlers.add(task)
        self.connections += 1
        if self.connections not in self._silent:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(OK)
            await writer.drain()
        try:
            await reader.read()  # until the client closes
        finally:
            writer.close()
            await writer.wait_closed()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/x"
        finally:
            server.close()
            for handler in self._handlers:
                handler.cancel()
            await asyncio.gather(*self._handlers, return_exceptions=True)


async def get(client: Client, url: str) -> bytes:
    return (await client.get(url, operator="Example", limit=100)).body


def test_a_connection_that_stalls_is_left_for_a_new_one() -> None:
    async def main() -> None:
        server, client = Stalling(), Client(read_timeout=0.05, random=lambda: 0.0)
        try:
            async with server.running() as url:
                assert await get(client, url) == b"body"
                assert await get(client, url) == b"body"  # the kept connection is silent now
                assert server.connections == 2
                assert client.requests == 3
        finally:
            await client.aclose()

    asyncio.run(main())


def test_the_first_byte_has_the_same_time_and_a_third_try_is_made() -> None:
    async def main() -> None:
        server, client = Stalling(1, 2), Client(read_timeout=0.05, random=lambda: 0.0)
        heard: list[int] = []
        try:
            async with server.running() as url:
                assert await get(client.watched(heard.append), url) == b"body"
                assert (server.connections, heard) == (3, [2, 3])
        finally:
            await client.aclose()

    asyncio.run(main())


@pytest.mark.parametrize("kind", ["direct", "httpx"])
def test_a_fresh_request_takes_no_kept_connection_and_leaves_none(kind: str) -> None:
    async def read(transport: DirectTransport | HttpxTransport, url: str, fresh: bool) -> None:
        address = address_of(url)
        request = Request("GET", address, [("Host", address.netloc)], fresh=fresh)
        async with transport.send(request) as answer:
            assert await answer.read(100) == b"body"

    async def main() -> None:
        server, timeouts = Stalling(), Timeouts(1.0, 1.0)
        tls = httpx.create_ssl_context(trust_env=False)
        made = HttpxTransport(None, tls, False, timeouts) if kind == "httpx" else DirectTransport(lambda: tls, timeouts)
        try:
            async with server.running() as url:
                for fresh in (False, True, True):
                    await read(made, url, fresh)
                assert server.connections == 3
        finally:
            await made.aclose()

    asyncio.run(main())


@given(st.floats(min_value=0.01, max_value=1e6), st.lists(st.floats(0.0, 1.0), min_size=2, max_size=2))
def test_three_tries_of_a_silent_server_begin_within_any_patience(seconds: float, jitter: list[float]) -> None:
    patience, spent = Patience(seconds), 0.0
    timeouts = patience.timeouts(None, None)
    for failures, luck in enumerate(jitter, 1):
        spent += max(timeouts.connect, timeouts.read)
        wait = patience.wait(failures, lambda luck=luck: luck)  # type: ignore[misc]
        assert wait < seconds - spent
        spent += wait
    assert timeouts.read <= IDLE and timeouts.connect <= CONNECT


def test_the_default_patience_bears_three_tries_to_their_end() -> None:
    timeouts = Patience(60.0).timeouts(None, None)
    assert (timeouts.connect, timeouts.read) == (10.0, 15.0)
    assert 3 * timeouts.read + 0.5 + 1.0 < 60.0
    assert Patience(0.0).timeouts(None, None) == Timeouts(10.0, 15.0)  # a single try
    assert Patience(6.0).timeouts(None, 60.0) == Timeouts(1.5, 60.0)  # as given


def test_a_silent_server_is_tried_three_times_before_the_request_fails() -> None:
    time = FakeTime()

    def stall(request: httpx.Request) -> httpx.Response:
        time.now += 15
        raise httpx.ReadTimeout("", request=request)

    client = patient_client(time, transport=httpx.MockTransport(stall))
    with pytest.raises(SourceError, match=r"failed 4 times in 64 s, last: nothing received for 15 s"):
        with_client(client, lambda c: get(c, "https://log.example.org/x"))
    assert client.requests == 4


@pytest.mark.parametrize("value", ["0", "-1", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_retry_after_that_names_no_time_to_come_is_no_invitation(value: str) -> None:
    time = FakeTime()
    with Simulator() as sim:
        log = sim.add("a", LogBuilder("Log"))
        log.fault("x", Answer(200, b"body"))
        log.fault("x", Answer(429, b"", {"Retry-After": value}), times=3)
        with_client(patient_client(time), lambda c: get(c, f"{log.url}x"))
    assert time.naps == [0.5, 1.0, 2.0]
