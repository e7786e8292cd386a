"""Mail servers in process: one that takes mail, and some that fail.

with smtp_server() as server: ...     # server.port, server.received
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PASSWORD = "a password of nobody"


@dataclass
class Server:
    """Server as a test sees it: its port, the mail that it took, and its answers in place of 250 by command."""

    port: int = 0
    received: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)

    async def handle_EHLO(  # noqa: N802 - the name of the library
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802 - the name of the library
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802 - the name of the library
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name of the library
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        if "DATA" in self.answers:
            return self.answers["DATA"]
        self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
        self.received.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


Serve = Callable[[asyncio.AbstractEventLoop], Awaitable[asyncio.Server]]


@contextmanager
def running(start: Serve) -> Iterator[int]:
    """Run a server in a thread of its own; yield its port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(_started(start, loop), loop).result(10)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _started(start: Serve, loop: asyncio.AbstractEventLoop) -> asyncio.Server:
    return await start(loop)


async def _stop(server: asyncio.Server) -> None:
    """Close the server and every connection: a socket that stays open is a warning in some later test."""
    server.close()
    serving = asyncio.all_tasks() - {asyncio.current_task()}
    for task in serving:
        task.cancel()
    await asyncio.gather(*serving, return_exceptions=True)
    loop = asyncio.get_running_loop()
    for transport in list(loop._transports.values()):  # type: ignore[attr-defined]
        transport.abort()
    for _ in range(5):
        await asyncio.sleep(0)


@contextmanager
def smtp_server(
    *, tls: ssl.SSLContext | None = None, is_tls_at_once: bool = False, asks_for_account: bool = False, **answers: str
) -> Iterator[Server]:
    """Serve mail. `tls`: with STARTTLS, or TLS at once. `answers`: in place of 250, by command (`RCPT="550 no"`)."""
    state = Server(answers=answers)

    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)

    def protocol() -> SMTP:
        starttls = None if is_tls_at_once else tls
        made = SMTP(
            state,
            hostname="localhost",
            enable_SMTPUTF8=True,
            tls_context=starttls,
            require_starttls=starttls is not None,
            auth_required=asks_for_account,
            auth_require_tls=asks_for_account,
            authenticator=authenticate if asks_for_account else None,
        )
        made._auth_require_tls = asks_for_account and not is_tls_at_once  # it doesn't know of TLS at once
        return made

    async def start(loop: asyncio.AbstractEventLoop) -> asyncio.Server:
        return await loop.create_server(protocol, "127.0.0.1", 0, ssl=tls if is_tls_at_once else None)

    with running(start) as port:
        state.port = port
        yield state


@contextmanager
def broken_server(greeting: bytes | None, *, closes: bool = True) -> Iterator[int]:
    """Serve something else than mail: bytes and the end of the connection, or silence; yield the port."""

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.CancelledError):
            if greeting is not None:
                writer.write(greeting)
                await writer.drain()
            if not closes:
                await asyncio.sleep(60)
        writer.close()

    async def start(loop: asyncio.AbstractEventLoop) -> asyncio.Server:
        return await asyncio.start_server(serve, "127.0.0.1", 0)

    with running(start) as port:
        yield port


def server_certificate(folder: Path, *, name: str = "127.0.0.1", days: int = 30) -> tuple[ssl.SSLContext, Path]:
    """Make a certificate for a server on this machine; return the server's TLS, and the file that trusts it.

    Args:
        folder: folder for the files.
        name: IP address that the certificate is for.
        days: days from now until its end; negative: it has expired.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example.org")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "trusted.pem").write_bytes(pem)
    (folder / "server.pem").write_bytes(private + pem)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(folder / "server.pem")
    return server, folder / "trusted.pem"
