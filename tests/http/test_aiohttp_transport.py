"""Rules of the aiohttp transport: it sends each request once, verifies TLS, and reads bodies of unannounced length."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from support import simulator as sims
from support.exchange import Answer
from support.logs import LogBuilder
from support.patience import FakeTime
from support.reading import patient_client, with_client
from support.simulator import Simulator

from ctscan.errors import UsageError
from ctscan.http.aiohttp_transport import AiohttpTransport
from ctscan.http.client import Client
from ctscan.http.transport import Request, Timeouts, TransportError, address_of

TIMEOUTS = Timeouts(connect=5.0, read=0.2)
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def answering(data: bytes) -> Serve:
    """Return a server that sends these bytes to every client and closes the connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    return serve


@asynccontextmanager
async def server(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    running = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield running.sockets[0].getsockname()[1]
    finally:
        running.close()


async def read(url: str, limit: int = 1000, trusted: ssl.SSLContext | None = None) -> bytes | None:
    """Read the body of one answer directly from the server."""
    transport = AiohttpTransport(trusted or ssl.create_default_context(), TIMEOUTS)
    address = address_of(url)
    try:
        async with transport.send(Request("GET", address, [("Host", address.netloc)])) as answer:
            assert answer.status == 200
            return await answer.read(limit)
    finally:
        await transport.aclose()


def read_from(data: bytes, limit: int = 1000) -> bytes | None:
    async def main() -> bytes | None:
        async with server(answering(data)) as port:
            return await read(f"http://127.0.0.1:{port}/x", limit)

    return asyncio.run(main())


# --- sending ------------------------------------------------------------------------------------------------------


def test_a_request_on_a_connection_that_breaks_is_sent_again_only_by_the_client_and_at_its_pace() -> None:
    async def twice(client: Client, url: str) -> None:
        for _ in range(2):
            await client.get(url, operator="Example", limit=1000)

    time = FakeTime()
    with Simulator() as sim:
        log = sim.add("a", LogBuilder("Log"))
        log.fault("x", Answer(200, b"body"))
        log.fault("x", sims.dropped(), times=1, skip=1)
        client = patient_client(time)
        with_client(client, lambda c: twice(c, f"{log.url}x"))
        assert len(log.requests) == client.requests == 3
    assert time.naps == [0.5]


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://127.0.0.1:{port}/a/b.p/5", b"/a/b.p/5"),
        ("http://127.0.0.1:{port}/a?q=%C3%BC%2F&r=a+b", b"/a?q=%C3%BC%2F&r=a+b"),
        ("http://127.0.0.1:{port}/a%2Fb?x=%20#part", b"/a%2Fb?x=%20"),
        ("http://127.0.0.1:{port}", b"/"),
    ],
)
def test_an_address_is_sent_as_it_is(url: str, sent: bytes) -> None:
    lines: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.append((await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    async def main() -> None:
        async with server(serve) as port:
            await read(url.format(port=port))

    asyncio.run(main())
    assert lines == [b"GET " + sent + b" HTTP/1.1"]


# --- receiving ----------------------------------------------------------------------------------------------------


def test_a_body_in_chunks_is_read_up_to_the_limit() -> None:
    data = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"a\r\n0123456789\r\n" * 100 + b"0\r\n\r\n"
    assert read_from(data, 1000) == b"0123456789" * 100
    assert read_from(data, 999) is None


def test_a_body_that_ends_with_the_connection_is_read() -> None:
    assert read_from(b"HTTP/1.1 200 OK\r\n\r\nbody") == b"body"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no http\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"jane" * 10_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: jane\r\n\r\n",
    ],
)
def test_an_incomplete_answer_is_reported_without_quoting_it(data: bytes) -> None:
    with pytest.raises(TransportError) as error:
        read_from(data)
    assert error.value.reason == "the connection broke off, or the answer is no HTTP"
    assert error.value.__cause__ is None


def test_a_silent_server_is_left() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def main() -> None:
        async with server(silent) as port:
            with pytest.raises(TransportError, match=r"^nothing received for 0\.2 s$"):
                await read(f"http://127.0.0.1:{port}/x")
            await asyncio.sleep(0.01)

    asyncio.run(main())


def test_a_closed_port_is_reported_in_the_words_of_the_system() -> None:
    async def main() -> None:
        async with server(answering(b"")) as port:
            pass
        with pytest.raises(TransportError, match=r"^no connection: connection refused$"):
            await read(f"http://127.0.0.1:{port}/x")

    asyncio.run(main())


# --- TLS ----------------------------------------------------------------------------------------------------------


def certified(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the TLS contexts `(server, client)`: the server shows a certificate for `name` that the client trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "both.pem").write_bytes(secret + pem)
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(folder / "both.pem")
    return shown, ssl.create_default_context(cadata=pem.decode())


def read_over_tls(folder: Path, name: str, *, trusting: bool) -> bytes | None:
    shown, trusted = certified(folder, name)

    async def main() -> bytes | None:
        async with server(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"), shown) as port:
            return await read(f"https://localhost:{port}/x", trusted=trusted if trusting else None)

    return asyncio.run(main())


def test_a_trusted_server_is_read_over_tls(tmp_path: Path) -> None:
    assert read_over_tls(tmp_path, "localhost", trusting=True) == b"body"


@pytest.mark.parametrize(("name", "trusting"), [("localhost", False), ("log.example.org", True)])
def test_a_server_that_is_not_the_one_asked_is_refused(tmp_path: Path, name: str, trusting: bool) -> None:
    with pytest.raises(TransportError, match=r"^no connection: the server's certificate is not trusted"):
        read_over_tls(tmp_path, name, trusting=trusting)


# --- addresses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "sent", "host", "netloc"),
    [
        ("https://log.example.org/tile/0/x001/234.p/5",) * 2 + ("log.example.org", "log.example.org"),
        ("https://log.example.org:443/x", "https://log.example.org/x", "log.example.org", "log.example.org"),
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x", "127.0.0.1", "127.0.0.1:8080"),
        ("https://log.example.org/a/../b", "https://log.example.org/b", "log.example.org", "log.example.org"),
        ("https://log.example.org/a//b", "https://log.example.org/a//b", "log.example.org", "log.example.org"),
    ],
)
def test_the_fast_path_parses_addresses_like_the_slow_path(url: str, sent: str, host: str, netloc: str) -> None:
    for tail in ("", "?"):  # an address with a query takes the slow path
        found = address_of(url + tail)
        assert (found.url.removesuffix("?"), found.host, found.netloc) == (sent, host, netloc)
        assert found.shown == sent


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999/x", "http://a..example/x", f"http://{'a' * 64}.example/x"])
def test_an_impossible_address_is_reported(url: str) -> None:
    with pytest.raises(TransportError) as error:
        asyncio.run(read(url))
    assert "example" not in error.value.reason


def test_a_plain_address_without_a_host_is_refused() -> None:
    with pytest.raises(UsageError):
        address_of("https://:80/x")
