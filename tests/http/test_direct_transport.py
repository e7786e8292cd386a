"""Rules of the direct transport, over real connections to servers that misbehave in every way."""

from __future__ import annotations

import asyncio
import random
import socket
import ssl
import struct
import threading
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import simulator as sims
from support.crossing import crossed
from support.exchange import Answer
from support.logs import LogBuilder
from support.patience import FakeTime
from support.raw_server import FOUR, OK, PATIENT, Server, ask, closing, opened, request_to, run, sending
from support.reading import patient_client, with_client
from support.simulator import Simulator

from ctscan.http.client import Client
from ctscan.http.connection import AHEAD, BUFFER, IN_PLACE_LIMIT
from ctscan.http.direct_transport import DirectTransport
from ctscan.http.transport import Request, Timeouts, TransportError, address_of

TIMEOUTS = Timeouts(connect=5.0, read=0.2)
BROKEN_OFF = "the connection broke off, or the answer is no HTTP"


def read_from(data: bytes, limit: int = 1000, timeouts: Timeouts = PATIENT) -> bytes | None:
    found: list[bytes | None] = []

    async def use(transport: DirectTransport, url: str) -> None:
        found.append(await ask(transport, url, limit))

    run(Server(closing(data)), use, timeouts)
    return found[0]


# --- sending ------------------------------------------------------------------------------------------------------


def test_a_request_on_a_connection_that_breaks_is_sent_again_only_by_the_client_and_at_its_pace() -> None:
    async def twice(client: Client, url: str) -> None:
        for _ in range(2):
            await client.get(url, operator="Example", limit=1000)

    passing = FakeTime()
    with Simulator() as sim:
        log = sim.add("a", LogBuilder("Log"))
        log.fault("x", Answer(200, b"body"))
        log.fault("x", sims.dropped(), times=1, skip=1)
        client = patient_client(passing)
        with_client(client, lambda c: twice(c, f"{log.url}x"))
        assert len(log.requests) == client.requests == 3
    assert passing.naps == [0.5]


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/a/b.p/5", b"/a/b.p/5"),
        ("/a?q=%C3%BC%2F&r=a+b", b"/a?q=%C3%BC%2F&r=a+b"),
        ("/a%2Fb?x=%20#part", b"/a%2Fb?x=%20"),
        ("", b"/"),
        ("?q", b"/?q"),
    ],
)
def test_an_address_is_sent_as_it_is(path: str, sent: bytes) -> None:
    server = Server(sending(FOUR + b"body"))

    async def use(transport: DirectTransport, url: str) -> None:
        await ask(transport, url.removesuffix("/x") + path)

    run(server, use)
    assert server.lines == [b"GET " + sent + b" HTTP/1.1"]


def test_headers_credentials_and_content_are_sent() -> None:
    heads: list[bytes] = []

    async def serve(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await server.next_request(reader) + await reader.readexactly(3))
        writer.write(FOUR + b"body")
        await server.until_gone(reader)

    async def use(transport: DirectTransport, url: str) -> None:
        await ask(transport, url.replace("//", "//jane:p%20w@"), method="POST", content=b"a=b")

    run(Server(serve), use)
    first, *fields = heads[0].removesuffix(b"\r\n\r\na=b").split(b"\r\n")
    assert first == b"POST /x HTTP/1.1"
    assert fields[0].startswith(b"Host: 127.0.0.1:")
    assert fields[1:] == [b"Authorization: Basic amFuZTpwIHc=", b"Content-Length: 3"]


@pytest.mark.parametrize("value", ["a\r\nX: b", "a\nb", "a\rb", "a\0b", "\u20ac"])
def test_a_header_that_breaks_its_line_is_not_sent(value: str) -> None:
    server = Server(sending(FOUR + b"body"))

    async def use(transport: DirectTransport, url: str) -> None:
        with pytest.raises(TransportError, match=r"^the request can't be sent: a header"):
            async with transport.send(Request("GET", address_of(url), [("X", value)])):
                pass

    run(server, use)
    assert server.connections == 0


def test_an_early_answer_is_taken_and_ends_the_connection() -> None:
    async def serve(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.next_request(reader)
        writer.write(FOUR + b"body")
        await writer.drain()
        await server.gone.wait()

    server = Server(serve)

    async def use(transport: DirectTransport, url: str) -> None:
        assert await ask(transport, url, method="POST", content=bytes(32 << 20)) == b"body"
        assert not transport._idle
        server.gone.set()

    run(server, use)


# --- connections --------------------------------------------------------------------------------------------------


def test_connections_are_kept_for_each_server_and_the_newest_is_taken() -> None:
    first, second = Server(sending(FOUR + b"body")), Server(sending(FOUR + b"body"))

    async def main() -> None:
        async with first.running() as a, second.running() as b, opened() as transport:
            for url in (a, b, a, b, a):
                assert await ask(transport, url) == b"body"
            await asyncio.gather(*(ask(transport, a) for _ in range(5)))
            for _ in range(5):
                await ask(transport, a)

    asyncio.run(main())
    assert (first.connections, second.connections) == (5, 1)


@pytest.mark.parametrize("fresh", [True, False])
def test_a_connection_that_should_end_is_not_kept(fresh: bool) -> None:
    server = Server(sending(FOUR + b"body"))

    async def use(transport: DirectTransport, url: str) -> None:
        for _ in range(2):
            headers = [("Connection", "keep-alive" if fresh else "close")]
            async with transport.send(Request("GET", address_of(url), headers, fresh=fresh)) as answer:
                assert await answer.read(10) == b"body"
            assert not transport._idle

    run(server, use)
    assert server.connections == 2


def test_a_connection_that_the_server_closed_is_not_used_again() -> None:
    async def serve(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.next_request(reader)
        writer.write(FOUR + b"body")
        await writer.drain()
        if server.connections == 1:
            writer.close()
            server.gone.set()
        else:
            await server.until_gone(reader)

    server = Server(serve)

    async def use(transport: DirectTransport, url: str) -> None:
        assert await ask(transport, url) == b"body"
        (idle,) = transport._idle[address_of(url).server]
        await asyncio.wait_for(idle.closed.wait(), 5)
        assert not transport._idle
        assert await ask(transport, url) == b"body"

    run(server, use)
    assert server.connections == 2


SURPLUS = OK + b"Content-Length: 6\r\n\r\nforged"


@pytest.mark.parametrize(
    "pieces",
    [
        (FOUR + b"body" + SURPLUS,),  # with the answer
        (FOUR + b"bo", b"dy" + SURPLUS),  # while the body is received in place
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"4\r\nbody\r\n0\r\n\r\n" + SURPLUS),
        (FOUR + b"body", SURPLUS),  # after the answer
        (FOUR + b"body", b"x"),
    ],
)
def test_octets_behind_an_answer_never_pass_for_the_next(pieces: tuple[bytes, ...]) -> None:
    server = Server(sending(*pieces, pause=0.02))

    async def use(transport: DirectTransport, url: str) -> None:
        for _ in range(4):
            assert await ask(transport, url) == b"body"
            await asyncio.sleep(0.05)

    run(server, use)
    assert len(server.lines) == 4  # each sent once


def test_octets_that_the_loop_has_not_seen_yet_end_the_connection() -> None:
    released = threading.Event()

    def serve(listening: socket.socket) -> None:
        for count in range(2):
            connection, _ = listening.accept()
            with connection:
                connection.recv(1 << 16)
                connection.sendall(FOUR + b"body")
                if count == 0:
                    released.wait(5)
                    connection.sendall(SURPLUS)
                    released.clear()
                with suppress(ConnectionError):
                    connection.recv(1 << 16)

    async def main(url: str) -> None:
        async with opened() as transport:
            assert await ask(transport, url) == b"body"
            released.set()
            while released.is_set():  # the loop stands still meanwhile
                time.sleep(0.001)  # noqa: ASYNC251
            assert await ask(transport, url) == b"body"

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        asyncio.run(main(f"http://127.0.0.1:{listening.getsockname()[1]}/x"))
        thread.join()


def test_an_unused_connection_is_closed() -> None:
    async def main() -> None:
        server = Server(sending(FOUR + b"body"))
        async with server.running() as url:
            transport = DirectTransport(ssl.create_default_context, Timeouts(5.0, 0.3), idle=0.05)
            assert await ask(transport, url) == b"body"
            await asyncio.wait_for(server.gone.wait(), 5)
            assert not transport._idle
            await transport.aclose()

    asyncio.run(main())


# --- receiving ----------------------------------------------------------------------------------------------------


def test_a_body_in_chunks_is_read_up_to_the_limit() -> None:
    data = OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"a\r\n0123456789\r\n" * 100 + b"0\r\n\r\n"
    assert read_from(data, 1000) == b"0123456789" * 100
    assert read_from(data, 999) is None


def test_a_body_that_ends_with_the_connection_is_read() -> None:
    assert read_from(OK + b"\r\nbody") == b"body"


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_a_body_keeps_the_connection(status: int) -> None:
    server = Server(sending(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 %d X\r\nContent-Length: 99\r\n\r\n" % status))

    async def use(transport: DirectTransport, url: str) -> None:
        for _ in range(3):
            async with transport.send(request_to(url)) as answer:
                assert (answer.status, await answer.read(10)) == (status, b"")

    run(server, use)
    assert server.connections == 1


@pytest.mark.parametrize(
    ("size", "framing"),
    crossed([0, 1, 4096, BUFFER, 3 * BUFFER, IN_PLACE_LIMIT, IN_PLACE_LIMIT + 1], ["length", "chunks", "close"]),
)
def test_large_bodies_arrive_whole_and_the_limit_is_exact(size: int, framing: str) -> None:
    body = random.Random(size).randbytes(size)
    framed = {
        "length": b"Content-Length: %d\r\n\r\n%s" % (size, body),
        "chunks": b"Transfer-Encoding: chunked\r\n\r\n%s0\r\n\r\n"
        % b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (body[i : i + 99_999] for i in range(0, size, 99_999))),
        "close": b"\r\n" + body,
    }
    assert read_from(OK + framed[framing], size) == body
    if size:
        assert read_from(OK + framed[framing], size - 1) is None


def test_an_announced_body_beyond_the_limit_is_left_at_once() -> None:
    server = Server(sending(OK + b"Content-Length: 1001\r\n\r\n"))

    async def use(transport: DirectTransport, url: str) -> None:
        assert await ask(transport, url) is None
        await asyncio.wait_for(server.gone.wait(), 5)

    run(server, use)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no http\r\n\r\n",
        OK + b"Content-Length: 10\r\n\r\nshort",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n",
        OK + b"X: " + b"jane" * 10_000 + b"\r\n\r\n",
        OK + b"X: jane\r\n" * 200 + b"\r\n",
        OK + b"Content-Length: jane\r\n\r\n",
        OK + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
        OK + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nbody",
        b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: jane\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 5000,
        b"HTTP/1.1 200 " + b"jane" * 100_000,
    ],
)
def test_an_incomplete_answer_is_reported_without_quoting_it(data: bytes) -> None:
    with pytest.raises(TransportError) as error:
        read_from(data)
    assert error.value.reason == BROKEN_OFF
    assert error.value.__cause__ is None


def test_a_reset_connection_is_reported() -> None:
    async def serve(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.next_request(reader)
        writer.write(OK + b"Content-Length: 1000\r\n\r\nbo")
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    async def use(transport: DirectTransport, url: str) -> None:
        with pytest.raises(TransportError, match=r"^the connection broke$"):
            await ask(transport, url)

    run(Server(serve), use)


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 2", FOUR + b"bo", OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\nbo"])
def test_a_silent_server_is_left(begun: bytes) -> None:
    server = Server(sending(begun))

    async def use(transport: DirectTransport, url: str) -> None:
        for _ in range(2):  # for each answer anew
            with pytest.raises(TransportError, match=r"^nothing received for 0\.2 s$"):
                await ask(transport, url)
        await asyncio.wait_for(server.gone.wait(), 5)

    run(server, use, TIMEOUTS)


def test_a_slow_server_is_awaited_while_it_sends() -> None:
    server = Server(sending(*(bytes([octet]) for octet in FOUR + b"body"), pause=0.015))

    async def use(transport: DirectTransport, url: str) -> None:
        assert await ask(transport, url) == b"body"

    run(server, use, Timeouts(5.0, 0.5))


def test_a_reader_that_takes_its_time_is_no_silent_server_and_holds_little() -> None:
    size = 32 << 20
    taken: list[int] = []

    async def serve(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.next_request(reader)
        writer.write(OK + b"\r\n")
        for _ in range(size >> 20):
            writer.write(bytes(1 << 20))
            await writer.drain()
            taken.append(1 << 20)

    async def use(transport: DirectTransport, url: str) -> None:
        async with transport.send(request_to(url)) as answer:
            await asyncio.sleep(0.7)
            (connection,) = transport._open
            assert connection._answer.size <= 2 * AHEAD
            assert sum(taken) < size // 2
            assert await answer.read(size) == bytes(size)

    run(Server(serve), use, Timeouts(5.0, 0.5))


def test_an_answer_nobody_reads_ends_its_connection_unless_it_is_whole() -> None:
    async def use(transport: DirectTransport, url: str) -> None:
        async with transport.send(request_to(url)):
            pass

    whole, partial = Server(sending(FOUR + b"body")), Server(sending(FOUR + b"bo"))

    async def use_both(transport: DirectTransport, url: str) -> None:
        for _ in range(2):
            await use(transport, url)

    run(whole, use_both)
    run(partial, use_both)
    assert (whole.connections, partial.connections) == (1, 2)


@given(st.binary(max_size=300), st.sampled_from([b"", OK, OK + b"Transfer-Encoding: chunked\r\n\r\n", FOUR]))
@settings(max_examples=60, deadline=None)
def test_random_bytes_are_an_answer_or_a_transport_error(data: bytes, begin: bytes) -> None:
    with suppress(TransportError):
        read_from_any(begin + data)


def read_from_any(data: bytes) -> None:
    async def use(transport: DirectTransport, url: str) -> None:
        async with transport.send(request_to(url)) as answer:
            assert isinstance(await answer.read(1000), bytes | None)

    run(Server(closing(data)), use)


# --- cancelling ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"HTTP/1.1 200 O",
        FOUR,
        FOUR + b"bo",
        OK + b"Transfer-Encoding: chunked\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\nbo",
        OK + b"\r\nbo",
        OK + b"Content-Length: %d\r\n\r\nbo" % (IN_PLACE_LIMIT + 1),
    ],
)
def test_a_cancelled_request_closes_its_connection(begun: bytes) -> None:
    server = Server(sending(begun))

    async def use(transport: DirectTransport, url: str) -> None:
        asking = asyncio.create_task(ask(transport, url, IN_PLACE_LIMIT + 1))
        await server.asked.wait()
        await asyncio.sleep(0.01)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await asyncio.wait_for(server.gone.wait(), 5)
        assert not transport._idle

    run(server, use)


@pytest.mark.parametrize("turns", range(12))
def test_a_request_that_is_cancelled_while_it_connects_leaves_nothing(turns: int) -> None:
    server = Server(sending(FOUR + b"body"))

    async def use(transport: DirectTransport, url: str) -> None:
        asking = asyncio.create_task(ask(transport, url))
        for _ in range(turns):
            await asyncio.sleep(0)
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
        await asyncio.sleep(0.02)  # the server takes the connection

    run(server, use)


def test_a_request_under_way_fails_when_the_transport_is_closed() -> None:
    server = Server(sending(FOUR + b"bo"))

    async def use(transport: DirectTransport, url: str) -> None:
        asking = asyncio.create_task(ask(transport, url))
        await server.asked.wait()
        await transport.aclose()
        with pytest.raises(TransportError, match=BROKEN_OFF):
            await asking

    run(server, use)
