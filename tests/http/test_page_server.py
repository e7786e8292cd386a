"""Server of a single page: its answers, and clients that are slow, greedy or hostile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from ctscan.http.page_server import HEAD_LIMIT, MOST, Page, serve_page

GOOD = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept: text/plain\r\n\r\n"
Talk = Callable[[int], Awaitable[None]]


def served(talk: Talk, make: Callable[[str], Awaitable[Page]] | None = None, patience: float = 0.2) -> None:
    """Serve a page while clients talk."""

    async def page(accept: str) -> Page:
        return Page(200, "text/plain", f"accept={accept}\n".encode())

    async def run() -> None:
        async with serve_page("127.0.0.1", 0, "/metrics", make or page, patience) as port:
            await talk(port)

    asyncio.run(run())


async def ask(port: int, request: bytes) -> bytes:
    """Send a request, and read until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    found = await reader.read(-1)
    writer.close()
    await writer.wait_closed()
    return found


def test_the_page_comes_with_its_length_and_the_connection_is_closed() -> None:
    async def talk(port: int) -> None:
        head, _, body = (await ask(port, GOOD)).partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        assert lines[0] == "HTTP/1.1 200 OK"
        assert {"Connection: close", f"Content-Length: {len(body)}", "Cache-Control: no-store"} <= set(lines)
        assert body == b"accept=text/plain\n"
        assert (await ask(port, GOOD.replace(b"metrics ", b"metrics?a=b "))).startswith(b"HTTP/1.1 200 ")

    served(talk)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 404),
        (b"GET /metricsx HTTP/1.1\r\n\r\n", 404),
        (b"GET /metrics/../index HTTP/1.1\r\n\r\n", 404),
        (b"POST /metrics HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 405),
        (b"HEAD /metrics HTTP/1.1\r\n\r\n", 405),
        (b"GET /metrics\r\n\r\n", 400),
        (b"GET  /metrics HTTP/1.1\r\n\r\n", 400),
        (b"get /metrics HTTP/1.1\r\n\r\n", 400),
        (b"GET http://localhost/metrics HTTP/1.1\r\n\r\n", 400),
        (b"GET /metrics HTTP/2.0\r\n\r\n", 400),
        (b"\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00 a client hello of TLS \r\n\r\n", 400),
        (b"GET /metr\xff\xfeics HTTP/1.1\r\n\r\n", 400),
        (b"GET /" + b"a" * 2_000 + b" HTTP/1.1\r\n\r\n", 400),
        (b"GET /metrics HTTP/1.1\r\nX: " + b"a" * HEAD_LIMIT + b"\r\n\r\n", 431),
        (b"GET /metrics HTTP/1.1\r\n" + b"X: a\r\n" * HEAD_LIMIT + b"\r\n", 431),
    ],
)
def test_every_other_request_is_refused_with_a_line(request_: bytes, status: int) -> None:
    async def talk(port: int) -> None:
        found = await ask(port, request_)
        assert found.startswith(f"HTTP/1.1 {status} ".encode())
        assert found.endswith(b"\n")
        assert b"aaaa" not in found  # nothing of the request is repeated

    served(talk)


def test_an_accept_header_that_is_too_long_counts_as_none() -> None:
    async def talk(port: int) -> None:
        found = await ask(port, b"GET /metrics HTTP/1.1\r\nACCEPT: " + b"a" * 2_000 + b"\r\n\r\n")
        assert found.endswith(b"\r\n\r\naccept=\n")

    served(talk)


def test_a_slow_client_is_cut_off_and_others_are_answered_meanwhile() -> None:
    async def talk(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /metrics HT")
        began = time.monotonic()
        assert (await ask(port, GOOD)).startswith(b"HTTP/1.1 200 ")
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        assert 0.1 < time.monotonic() - began < 5
        writer.close()

    served(talk)


def test_a_client_that_never_takes_its_answer_is_cut_off() -> None:
    async def make(accept: str) -> Page:
        return Page(200, "text/plain", bytes(64 << 20))

    async def talk(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 10)
        writer.write(GOOD)
        await asyncio.sleep(0.6)
        taken = 0
        with pytest.raises(ConnectionError):
            while some := await reader.read(1 << 20):
                taken += len(some)
            raise ConnectionError  # systems differ in the end that they show
        assert taken < 64 << 20
        writer.close()

    served(talk, make)


def test_connections_beyond_the_limit_are_closed_at_once() -> None:
    async def talk(port: int) -> None:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MOST)]
        await asyncio.sleep(0.05)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await asyncio.wait_for(reader.readexactly(1), 1)
        for _, other in [*held, (reader, writer)]:
            other.close()
        await asyncio.sleep(0.05)
        assert (await ask(port, GOOD)).startswith(b"HTTP/1.1 200 ")

    served(talk, patience=30)


def test_a_fault_of_the_page_is_a_503_and_the_next_request_is_answered() -> None:
    faults = [ValueError("jane.roe@example.org"), None]

    async def make(accept: str) -> Page:
        if (fault := faults.pop(0)) is not None:
            raise fault
        return Page(200, "text/plain", b"well\n")

    async def talk(port: int) -> None:
        found = await ask(port, GOOD)
        assert found.startswith(b"HTTP/1.1 503 ")
        assert b"jane" not in found
        assert (await ask(port, GOOD)).endswith(b"\r\n\r\nwell\n")

    served(talk, make)


def test_the_end_waits_for_no_client() -> None:
    async def never(accept: str) -> Page:
        await asyncio.sleep(60)
        raise AssertionError("the end waited for it")

    async def run() -> float:
        async with serve_page("127.0.0.1", 0, "/metrics", never, 60) as port:
            silent, waiting = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
            waiting[1].write(GOOD)
            await asyncio.sleep(0.05)
            began = time.monotonic()
        took = time.monotonic() - began
        for _, writer in (silent, waiting):
            writer.close()
        return took

    assert asyncio.run(run()) < 5
