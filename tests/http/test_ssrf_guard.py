"""URLs from certificates: forbidden targets are refused in every spelling and for every resolved address."""

from __future__ import annotations

import asyncio
import ipaddress
import select
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from support.patience import FakeTime
from support.reading import patient_client, with_client

from ctscan.errors import BadAnswer, Refused, SourceError, UsageError
from ctscan.http.client import Response
from ctscan.http.public_addresses import is_public
from ctscan.http.ssrf_guard import Resolve, check_url, guarded_transport

PUBLIC, PUBLIC_V6 = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"

PRIVATE = (
    *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1"),  # noqa: S104 - refused
    *("172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1"),
    *("203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:93.184.215.14", "64:ff9b::7f00:1", "64:ff9b::5db8:d70e"),
    *("64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:5db8:d70e::1", "3fff::1", "5f00::1"),
    *("fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "not an address", ""),
)


def resolving(*answers: Sequence[str]) -> tuple[Resolve, list[str]]:
    """Build a resolver that gives the answers in turn and repeats the last, with the list of hosts asked for."""
    asked: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    return resolve, asked


def connecting(reached: list[httpx.Request], *, refusing: Sequence[str] = ()) -> httpx.MockTransport:
    """Build a transport that replaces the network and records each request."""

    def handle(request: httpx.Request) -> httpx.Response:
        reached.append(request)
        if request.url.host in refusing:
            raise httpx.ConnectError("nobody there")
        return httpx.Response(200, content=b"a list")

    return httpx.MockTransport(handle)


def fetch(url: str, transport: httpx.AsyncBaseTransport) -> Response:
    client = patient_client(FakeTime(), transport=transport)
    return with_client(client, lambda c: c.get(url, operator="example", limit=1 << 20))


def fetched(url: str, *answers: Sequence[str], refusing: Sequence[str] = ()) -> list[httpx.Request]:
    """Fetch a URL whose host resolves to `answers` and return the requests that reached the network."""
    reached: list[httpx.Request] = []
    resolve, _ = resolving(*answers)
    fetch(url, guarded_transport(resolve=resolve, inner=connecting(reached, refusing=refusing)))
    return reached


def refused(url: str, *answers: Sequence[str]) -> str:
    """Return the message that refuses a URL; assert that nothing was connected to."""
    reached: list[httpx.Request] = []
    resolve, _ = resolving(*(answers or ([PUBLIC],)))
    with pytest.raises(Refused) as error:
        fetch(url, guarded_transport(resolve=resolve, inner=connecting(reached)))
    assert reached == []
    return str(error.value)


# --- addresses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, PUBLIC_V6, "1.1.1.1", "172.32.0.1", "100.128.0.1", "2a00:1450::1"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses())
def test_special_purpose_addresses_are_not_public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    special = (ip.is_private, ip.is_loopback, ip.is_link_local, ip.is_multicast, ip.is_reserved, ip.is_unspecified)
    assert not (is_public(str(ip)) and any(special))


@pytest.mark.parametrize("address", [a for a in PRIVATE if a and " " not in a])
def test_a_public_looking_name_that_leads_elsewhere_is_refused(address: str) -> None:
    assert "an address that isn't one of the public internet" in refused("http://crl.example.com/ca.crl", [address])


def test_a_single_private_address_refuses_the_host() -> None:
    refused("http://crl.example.com/ca.crl", [PUBLIC, PUBLIC_V6, "10.0.0.1"])


@pytest.mark.parametrize("address", [a for a in PRIVATE if a and " " not in a and "%" not in a])
def test_such_addresses_are_refused_as_they_stand(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    refused(f"http://{host}/ca.crl")
    refused(f"https://{host}:443/ca.crl")


# --- spellings of URLs --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        *("2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.0.1.", "127.0.0x1", "1.2.3.4.5"),
        *("localhost", "LOCALHOST", "localhost.", "a.localhost", "printer", "printer.local", "vault.internal"),
        *("nas.home.arpa", "db.corp", "router.lan", "metadata.google.internal.", "hidden.onion"),
        *("crl.example.com..", "crl..example.com", ".example.com", "a" * 64 + ".example.com", "a." * 127 + "com"),
        *("127.0.0%2e1", "127。0。0。1", "crl example.com", "-crl.example.com"),
        *("[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "[::127.0.0.1]"),
    ],
)
def test_hosts_that_are_refused_before_anything_is_asked(host: str) -> None:
    resolve, asked = resolving([PUBLIC])
    with pytest.raises((Refused, UsageError)):
        fetch(f"http://{host}/ca.crl", guarded_transport(resolve=resolve, inner=connecting([])))
    assert asked == []


@pytest.mark.parametrize("port", [0, 1, 21, 22, 25, 81, 444, 5432, 6379, 8080, 8443, 65535])
def test_other_ports_are_refused(port: int) -> None:
    assert "its port isn't 80 or 443" in refused(f"http://crl.example.com:{port}/")


@pytest.mark.parametrize("scheme", ["file", "ftp", "ldap", "gopher", "ws", "javascript"])
def test_other_schemes_are_refused(scheme: str) -> None:
    with pytest.raises(Refused, match="only http and https are"):
        check_url(httpx.URL(f"{scheme}://crl.example.com/ca.crl"))


def test_credentials_are_refused_and_only_the_host_is_quoted() -> None:
    message = refused("http://jane:secret@crl.example.com/jane.crl?who=jane#jane")
    assert message == "http://crl.example.com: not asked, it holds credentials"
    assert refused("http://crl.example.com:81/jane?jane").startswith("http://crl.example.com: not asked")


# --- resolving ----------------------------------------------------------------------------------------------------


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    resolve, asked = resolving([PUBLIC], ["127.0.0.1"])  # rebinding: the second answer leads inside
    reached: list[httpx.Request] = []
    transport = guarded_transport(resolve=resolve, inner=connecting(reached))
    assert fetch("https://CRL.example.com./a%2fb?c", transport).body == b"a list"
    (request,) = reached
    assert str(request.url) == f"https://{PUBLIC}/a%2fb?c"
    assert request.headers["host"] == "crl.example.com."
    assert request.headers["connection"] == "close"
    assert request.extensions["sni_hostname"] == "crl.example.com"
    assert asked == ["crl.example.com"]
    with pytest.raises(Refused):
        fetch("https://crl.example.com/", transport)
    assert len(reached) == 1


def test_the_next_address_is_tried_after_a_refused_connection() -> None:
    reached = fetched("http://crl.example.com/", [PUBLIC_V6, PUBLIC, PUBLIC], refusing=[PUBLIC_V6])
    assert [request.url.host for request in reached] == [PUBLIC_V6, PUBLIC]


def test_no_more_than_a_few_addresses_are_tried() -> None:
    many = [f"93.184.215.{n}" for n in range(1, 200)]
    with pytest.raises(SourceError):
        fetched("http://crl.example.com/", many, refusing=many)
    reached: list[httpx.Request] = []
    resolve, asked = resolving(many)
    with pytest.raises(SourceError):
        fetch("http://crl.example.com/", guarded_transport(resolve=resolve, inner=connecting(reached, refusing=many)))
    assert len(reached) == 4 * len(asked)


def test_a_literal_address_isnt_resolved() -> None:
    resolve, asked = resolving(["127.0.0.1"])
    reached: list[httpx.Request] = []
    fetch(f"https://[{PUBLIC_V6}]/", guarded_transport(resolve=resolve, inner=connecting(reached)))
    assert (asked, reached[0].url.host, "sni_hostname" in reached[0].extensions) == ([], PUBLIC_V6, False)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (socket.gaierror(socket.EAI_NONAME, "unknown"), "no host has this name"),
        (socket.gaierror(socket.EAI_AGAIN, "later"), "the name can't be resolved now"),
        (OSError("no network"), "the name can't be resolved now"),
        (UnicodeError("label too long"), "its host isn't a name"),
    ],
)
def test_names_that_dont_resolve(error: Exception, message: str) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        raise error

    with pytest.raises(SourceError, match=message):
        fetch("http://crl.example.com/", guarded_transport(resolve=resolve, inner=connecting([])))


def test_a_redirect_is_not_followed() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"Location": "http://127.0.0.1/"})

    resolve, _ = resolving([PUBLIC])
    with pytest.raises(BadAnswer, match="not followed"):
        fetch("http://crl.example.com/", guarded_transport(resolve=resolve, inner=httpx.MockTransport(handle)))


# --- names whose addresses change ---------------------------------------------------------------------------------


class _Network(httpx.AsyncBaseTransport):
    """Network in which public addresses refuse the connection and all others are this machine's, for real."""

    def __init__(self) -> None:
        self.tried: list[str] = []
        self._real = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.tried.append(request.url.host)
        if is_public(request.url.host):
            raise httpx.ConnectError("nobody there")
        return await self._real.handle_async_request(request)

    async def aclose(self) -> None:
        await self._real.aclose()


@pytest.fixture(params=[socket.AF_INET, socket.AF_INET6], ids=["IPv4", "IPv6"])
def listener(request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    """Listen on loopback; a connection to it stays in its queue."""
    try:
        server = socket.create_server(
            ("127.0.0.1" if request.param == socket.AF_INET else "::1", 0), family=request.param
        )
    except OSError:
        pytest.skip("this machine has no such loopback")
    with server:
        yield server


def has_connection(listener: socket.socket) -> bool:
    return bool(select.select([listener], [], [], 0)[0])


INSIDE = ("127.0.0.1", "169.254.169.254", "10.0.0.1", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::7f00:1")


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("later", [*([a] for a in INSIDE), [PUBLIC, "127.0.0.1"], ["::1", PUBLIC_V6]], ids=" ".join)
def test_a_name_that_leads_inside_at_the_next_look_up_is_never_connected_to(
    later: list[str], scheme: str, listener: socket.socket
) -> None:
    """The first look-up gives a public address, which fails; the client tries again, and so does the look-up."""
    resolve, asked = resolving([PUBLIC], later)
    port, network = listener.getsockname()[1], _Network()
    transport = guarded_transport(resolve=resolve, inner=network, ports=(port,))
    with pytest.raises(Refused, match="an address that isn't one of the public internet"):
        fetch(f"{scheme}://crl.example.net:{port}/ca.crl", transport)
    assert asked == ["crl.example.net"] * 2
    assert network.tried == [PUBLIC]
    assert not has_connection(listener)


def test_a_name_that_changes_between_look_up_and_connection_changes_nothing(listener: socket.socket) -> None:
    """Whoever looked the name up again while connecting would be led inside: nobody does."""
    resolve, asked = resolving([PUBLIC, PUBLIC_V6], ["127.0.0.1", "::1"])
    port, network = listener.getsockname()[1], _Network()
    transport = guarded_transport(resolve=resolve, inner=network, ports=(port,))

    async def once() -> None:
        async with httpx.AsyncClient(transport=transport, trust_env=False) as client:
            with pytest.raises(httpx.ConnectError):
                await client.get(f"http://crl.example.net:{port}/ca.crl")

    asyncio.run(once())
    assert (asked, network.tried) == (["crl.example.net"], [PUBLIC, PUBLIC_V6])
    assert not has_connection(listener)


def test_the_listener_would_see_a_connection(listener: socket.socket) -> None:
    """Hold that the two tests above can fail."""
    host, port = listener.getsockname()[:2]
    resolve, _ = resolving([PUBLIC], [host])
    transport = guarded_transport(resolve=resolve, inner=_Network(), ports=(port,), allows=lambda _: True)

    async def twice() -> None:
        async with httpx.AsyncClient(transport=transport, trust_env=False, timeout=0.2) as client:
            for _ in range(2):
                with pytest.raises(httpx.TransportError):
                    await client.get(f"http://crl.example.net:{port}/ca.crl")

    asyncio.run(twice())
    assert has_connection(listener)


# --- real connections ---------------------------------------------------------------------------------------------


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = f"{self.headers['Host']} {self.path}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve HTTP on loopback and yield the port."""
    with HTTPServer(("127.0.0.1", 0), _Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def loopback(port: int, inner: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncBaseTransport:
    resolve, _ = resolving(["127.0.0.1"])
    return guarded_transport(resolve=resolve, allows=lambda a: a == "127.0.0.1", ports=(port,), inner=inner)


def test_a_list_is_fetched_over_a_real_connection() -> None:
    with serving() as port:
        response = fetch(f"http://crl.example.com:{port}/ca.crl", loopback(port))
    assert response.body == f"crl.example.com:{port} /ca.crl".encode()


def test_without_being_allowed_loopback_isnt_reached_by_name() -> None:
    with serving() as port:
        resolve, _ = resolving(["127.0.0.1"])
        with pytest.raises(Refused):
            fetch(f"http://crl.example.com:{port}/", guarded_transport(resolve=resolve, ports=(port,)))


def test_tls_verifies_the_name_and_not_the_address(tmp_path: Path) -> None:
    server, trusted = tls_for("crl.example.com", tmp_path)
    with serving(server) as port:
        inner = httpx.AsyncHTTPTransport(verify=trusted, limits=httpx.Limits(max_keepalive_connections=0))
        transport = loopback(port, inner)

        async def both() -> tuple[bytes, str]:
            async with httpx.AsyncClient(transport=transport, trust_env=False) as client:
                good = await client.get(f"https://crl.example.com:{port}/a")
                with pytest.raises(httpx.ConnectError) as error:
                    await client.get(f"https://crl.example.net:{port}/a")
                return good.content, str(error.value)

        body, error = asyncio.run(both())
    assert body == f"crl.example.com:{port} /a".encode()
    assert "CERTIFICATE_VERIFY_FAILED" in error


def tls_for(host: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the TLS contexts `(server, client)`: the server shows a certificate for `host` that the client trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "server.pem"
    path.write_bytes(secret + certificate)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cadata=certificate.decode())
