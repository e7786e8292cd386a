"""New connections of the direct transport: names, addresses, and TLS."""

from __future__ import annotations

import asyncio
import gc
import random
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from support.raw_server import FOUR, OK, PATIENT, Server, Use, ask, closing, opened, run, sending

from ctscan.errors import UsageError
from ctscan.http.connection import BUFFER
from ctscan.http.dialling import Address, alternating, connect_first, dial
from ctscan.http.direct_transport import DirectTransport
from ctscan.http.transport import Timeouts, TransportError
from ctscan.http.trusted_cas import TrustedCAs

# --- connecting ---------------------------------------------------------------------------------------------------


def test_a_closed_port_is_reported_in_the_words_of_the_system() -> None:
    async def main() -> None:
        async with Server(sending(b"")).running() as url:
            pass
        async with opened() as transport:
            with pytest.raises(TransportError, match=r"^no connection: connection refused$"):
                await ask(transport, url)

    asyncio.run(main())


def test_a_name_that_is_none_is_reported_without_it() -> None:
    async def main() -> None:
        async with opened() as transport:
            with pytest.raises(TransportError, match=r"^no connection: the name can't be resolved") as error:
                await ask(transport, "http://log.invalid/x")
            assert "invalid" not in error.value.reason

    asyncio.run(main())


def at(port: int, host: str = "127.0.0.1") -> Address:
    return socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, (host, port)


@contextmanager
def listening(backlog: int = 8) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0), backlog=backlog) as server:
        yield server.getsockname()[1]


@contextmanager
def silent() -> Iterator[int]:
    """Listen on a port that answers no further connection: its queue is full."""
    with listening(0) as port, ExitStack() as stack:
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        yield port


def closed_port() -> int:
    with listening() as port:
        return port


def port_of_first(addresses: list[Address]) -> int:
    async def main() -> int:
        with await connect_first(addresses) as connected:
            port: int = connected.getpeername()[1]
        for _ in range(5):
            await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return port

    try:
        return asyncio.run(main())
    finally:
        gc.collect()


def test_the_addresses_of_a_name_are_tried_in_turn() -> None:
    with listening() as port, listening() as other:
        assert port_of_first([at(port), at(other)]) == port
        assert port_of_first([at(closed_port()), at(port)]) == port
        assert port_of_first([at(closed_port()), at(closed_port()), at(port), at(other)]) == port


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse where a queue is full")
def test_an_address_that_does_not_answer_has_a_head_start_only() -> None:
    with silent() as silence, listening() as port:
        assert port_of_first([at(silence), at(port)]) == port


def test_the_error_is_that_of_all_addresses() -> None:
    with pytest.raises(ConnectionRefusedError):
        port_of_first([at(closed_port()), at(closed_port())])
    with pytest.raises(OSError, match="no address answers") as error:
        port_of_first([at(closed_port()), (socket.AF_INET6, socket.SOCK_STREAM, 6, ("127.0.0.1", 1, 0, 0))])
    assert error.value.errno is None


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse where a queue is full")
def test_connecting_can_be_cancelled() -> None:
    async def main(port: int) -> None:
        connecting = asyncio.create_task(connect_first([at(port), at(port)]))
        await asyncio.sleep(0.02)
        connecting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await connecting
        for _ in range(5):
            await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    with silent() as port:
        asyncio.run(main(port))
    gc.collect()


def test_families_take_turns() -> None:
    four = [(socket.AF_INET, 1, 6, (str(n), 1)) for n in range(3)]
    six = [(socket.AF_INET6, 1, 6, (str(n), 1)) for n in range(2)]
    assert alternating([*six, *four]) == [six[0], four[0], six[1], four[1], four[2]]


def test_a_name_is_resolved_by_the_system() -> None:
    async def main(port: int) -> None:
        with await dial("localhost", port) as connected:
            assert connected.getpeername()[:2] == ("127.0.0.1", port)

    with listening() as port:
        asyncio.run(main(port))


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
    shown.set_alpn_protocols(["h2", "http/1.1"])
    return shown, ssl.create_default_context(cadata=pem.decode())


def over_tls(folder: Path, use: Use, server: Server, *, name: str = "localhost", trusting: bool = True) -> None:
    shown, trusted = certified(folder, name)

    async def main() -> None:
        async with server.running(shown) as url, opened(PATIENT, trusted if trusting else None) as transport:
            await use(transport, url)
        for _ in range(10):
            await asyncio.sleep(0)

    asyncio.run(main())
    gc.collect()


def test_a_trusted_server_is_read_over_tls(tmp_path: Path) -> None:
    body = random.Random(1).randbytes(3 * BUFFER)
    server = Server(sending(OK + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)))

    async def use(transport: DirectTransport, url: str) -> None:
        for _ in range(3):
            assert await ask(transport, url, len(body)) == body
        (connection,) = transport._open
        assert connection._transport is not None
        assert connection._transport.get_extra_info("ssl_object").selected_alpn_protocol() == "http/1.1"

    over_tls(tmp_path, use, server)
    assert server.connections == 1


def test_octets_behind_an_answer_end_a_connection_over_tls(tmp_path: Path) -> None:
    server = Server(sending(FOUR + b"bo", b"dy" + FOUR + b"more", pause=0.02))

    async def use(transport: DirectTransport, url: str) -> None:
        for _ in range(3):
            assert await ask(transport, url) == b"body"

    over_tls(tmp_path, use, server)
    assert server.connections == 3


def test_an_early_answer_ends_a_connection_over_tls(tmp_path: Path) -> None:
    async def serve(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.next_request(reader)
        writer.write(FOUR + b"body")
        await server.gone.wait()

    server = Server(serve)

    async def use(transport: DirectTransport, url: str) -> None:
        assert await ask(transport, url, method="POST", content=bytes(8 << 20)) == b"body"
        assert not transport._idle
        server.gone.set()

    over_tls(tmp_path, use, server)


@pytest.mark.parametrize("size", [4, 3 * BUFFER])
def test_a_body_that_ends_with_a_tls_connection_is_read(tmp_path: Path, size: int) -> None:
    async def use(transport: DirectTransport, url: str) -> None:
        assert await ask(transport, url, size) == bytes(size)

    over_tls(tmp_path, use, Server(closing(OK + b"\r\n" + bytes(size))))


def test_a_body_that_ends_without_the_alert_of_tls_may_be_cut_off(tmp_path: Path) -> None:
    async def serve(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.next_request(reader)
        writer.write(OK + b"\r\nbody")
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.get_extra_info("socket").shutdown(socket.SHUT_WR)  # of TCP alone
        await server.until_gone(reader)

    async def use(transport: DirectTransport, url: str) -> None:
        with pytest.raises(TransportError, match="the connection broke off"):
            await ask(transport, url)

    over_tls(tmp_path, use, Server(serve))


@pytest.mark.parametrize(("name", "trusting"), [("localhost", False), ("log.example.org", True)])
def test_a_server_that_is_not_the_one_asked_is_refused(tmp_path: Path, name: str, trusting: bool) -> None:
    async def use(transport: DirectTransport, url: str) -> None:
        with pytest.raises(TransportError, match=r"^no connection: the server's certificate is not trusted"):
            await ask(transport, url)

    over_tls(tmp_path, use, Server(sending(FOUR + b"body")), name=name, trusting=trusting)


def answering_tls_with(data: bytes) -> Server:
    """Return a server that reads an octet, sends `data`, and closes the connection, or keeps it without data."""

    async def serve(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        server.asked.set()
        writer.write(data)
        if not data:
            await server.until_gone(reader)

    return Server(serve)


def test_a_server_without_tls_is_reported() -> None:
    async def use(transport: DirectTransport, url: str) -> None:
        with pytest.raises(TransportError, match=r"^no connection: TLS failed"):
            await ask(transport, url.replace("http:", "https:"))

    run(answering_tls_with(b"no TLS at all"), use)


def test_a_server_that_ends_the_handshake_is_reported() -> None:
    async def serve(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1 << 16)
        writer.close()
        await writer.wait_closed()

    async def use(transport: DirectTransport, url: str) -> None:
        with pytest.raises(TransportError, match=r"^no connection: TLS failed"):
            await ask(transport, url.replace("http:", "https:"))

    run(Server(serve), use)


def test_a_handshake_that_stalls_is_given_up() -> None:
    async def use(transport: DirectTransport, url: str) -> None:
        with pytest.raises(TransportError, match=r"^no connection within 0\.2 s$"):
            await ask(transport, url.replace("http:", "https:"))

    run(answering_tls_with(b""), use, Timeouts(0.2, 5.0))


def test_a_handshake_can_be_cancelled() -> None:
    server = answering_tls_with(b"")

    async def use(transport: DirectTransport, url: str) -> None:
        asking = asyncio.create_task(ask(transport, url.replace("http:", "https:")))
        await server.asked.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await asyncio.wait_for(server.gone.wait(), 5)

    run(server, use)


def test_tls_is_set_up_with_the_first_https_connection_only() -> None:
    loaded: list[int] = []

    def load() -> ssl.SSLContext:
        loaded.append(threading.get_ident())
        return ssl.create_default_context()

    async def main() -> None:
        transport = DirectTransport(load, PATIENT)
        async with Server(sending(FOUR + b"body")).running() as url:
            assert await ask(transport, url) == b"body"
        assert not loaded
        async with answering_tls_with(b"no TLS at all").running() as url:
            for _ in range(2):
                with pytest.raises(TransportError):
                    await ask(transport, url.replace("http:", "https:"))
        await transport.aclose()

    asyncio.run(main())
    assert len(loaded) == 1 and loaded[0] != threading.get_ident()


# --- trusted CAs --------------------------------------------------------------------------------------------------


def test_trusted_cas_of_the_environment_are_used_only_when_it_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certified(tmp_path, "localhost")
    (tmp_path / "empty.pem").write_bytes(b"")
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "both.pem"))
    assert len(TrustedCAs(True).load().get_ca_certs()) == 1
    assert len(TrustedCAs(False).load().get_ca_certs()) > 50
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "empty.pem"))
    with pytest.raises(UsageError, match="SSL_CERT_FILE"):
        TrustedCAs(True).load()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(UsageError, match="SSL_CERT_FILE"):
        TrustedCAs(True)
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert TrustedCAs(True).load().get_ca_certs() == []
