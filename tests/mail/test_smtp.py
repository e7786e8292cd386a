"""Sending of mail to servers in process: by each kind of encryption, and to servers that fail."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.smtp_server import PASSWORD, Server, broken_server, server_certificate, smtp_server

from ctscan.errors import CtscanError, Refused, SourceError, UsageError
from ctscan.mail.smtp import check_ready, send
from ctscan.model.mail import Mail, MailSecurity, MailSettings

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
TO = "jane.roe@example.org"
MAIL = Mail(TO, "Your request C-2026-0017", "The code is 01234-56789.\n\nGrüße\n", "Beispiel GmbH")


def sent(
    port: int,
    mail: Mail = MAIL,
    security: MailSecurity = MailSecurity.NONE,
    trusted: Path | None = None,
    user: str = "",
    password: str = "",
    patience: float = 10.0,
) -> None:
    settings = MailSettings("127.0.0.1", port, security, user, "privacy@example.org")
    tls = ssl.create_default_context(cafile=trusted) if trusted else None
    asyncio.run(send(settings, mail, password=password, now=NOW, tls=tls, patience=patience))


def refusal(port: int, kind: type[CtscanError], **how: object) -> str:
    """Send to a server that fails, and return the error, which names nobody."""
    with pytest.raises(CtscanError) as caught:
        sent(port, **how)  # type: ignore[arg-type]
    assert type(caught.value) is kind
    assert caught.value.__cause__ is None
    text = str(caught.value)
    assert text.startswith(f"mail: 127.0.0.1:{port}: ")
    assert "\n" not in text
    assert not any(word in text for word in ("jane", "example.org", PASSWORD, "secret words"))
    return text.removeprefix(f"mail: 127.0.0.1:{port}: ")


# --- mail that arrives ----------------------------------------------------------------------------------------------


def test_a_message_arrives_as_it_was_written() -> None:
    with smtp_server() as server:
        sent(server.port)
    (message,) = server.received
    assert server.envelopes == [("privacy@example.org", [TO])]
    assert (message["To"], message["From"]) == (TO, "Beispiel GmbH <privacy@example.org>")
    assert message["Subject"] == MAIL.subject
    assert message["Date"] == "Mon, 04 May 2026 09:30:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r\n", "\n") == MAIL.text
    assert message["Message-ID"].endswith("@example.org>")


def test_other_scripts_arrive() -> None:
    text = "コード: 01234-56789\n.\n.. a line of dots\n" + "long " * 400 + "\n"
    mail = Mail("söndag@example.org", "Ihre Anfrage — Anträge", text, "株式会社サンプル")
    with smtp_server() as server:
        sent(server.port, mail)
    (message,) = server.received
    assert server.envelopes == [("privacy@example.org", ["söndag@example.org"])]
    assert message["Subject"] == mail.subject
    name = message["From"].addresses[0].display_name
    assert (
        name.encode("utf-8", "surrogateescape").decode() == "株式会社サンプル"
    )  # in UTF-8, as for an address beyond ASCII
    assert message.get_content().replace("\r\n", "\n") == text


@pytest.mark.parametrize("security", [MailSecurity.STARTTLS, MailSecurity.TLS])
def test_encrypted_and_logged_in(tmp_path: Path, security: MailSecurity) -> None:
    tls, trusted = server_certificate(tmp_path)
    with smtp_server(tls=tls, is_tls_at_once=security == MailSecurity.TLS, asks_for_account=True) as server:
        sent(server.port, security=security, trusted=trusted, user="privacy", password=PASSWORD)
    assert len(server.received) == 1


def test_a_server_that_hangs_up_after_it_took_the_message_took_it() -> None:
    dialogue = iter([b"250 OK\r\n"] * 3 + [b"354 go on\r\n", b"250 taken\r\n"])

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail\r\n")
        for answer in dialogue:
            await reader.readuntil(b"\r\n.\r\n" if answer == b"250 taken\r\n" else b"\r\n")
            writer.write(answer)
            await writer.drain()
        writer.close()

    async def work() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        settings = MailSettings("127.0.0.1", port, MailSecurity.NONE, "", "privacy@example.org")
        await send(settings, MAIL, password="", now=NOW, patience=10)
        server.close()

    asyncio.run(work())
    assert next(dialogue, None) is None


# --- servers that fail ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "kind", "said"),
    [
        (
            {"RCPT": f"550 {TO}: secret words"},
            Refused,
            "refused the address of the recipient (550); send it in another",
        ),
        (
            {"RCPT": f"450 {TO} secret words"},
            SourceError,
            "refused the address of the recipient for now (450); try again",
        ),
        ({"MAIL": "553 secret words"}, Refused, "refused the address under [mail] from (553)"),
        ({"MAIL": "451 secret words"}, SourceError, "refused the address under [mail] from for now (451)"),
        ({"DATA": "554 secret words"}, Refused, "refused the message (554)"),
        ({"DATA": "452 secret words"}, SourceError, "refused the message for now (452)"),
    ],
)
def test_refusals_have_the_code_of_the_server_and_none_of_its_words(
    answers: dict[str, str], kind: type[CtscanError], said: str
) -> None:
    with smtp_server(**answers) as server:
        assert said in refusal(server.port, kind)
    assert server.received == []


def test_nobody_listens() -> None:
    with broken_server(None) as port:
        pass
    assert "can't be reached" in refusal(port, SourceError)


@pytest.mark.parametrize(
    ("greeting", "kind", "said"),
    [
        (b"", SourceError, "can't be reached, or speaks no such encryption (SMTP"),
        (b"554 secret words\r\n", Refused, "refused the message (554)"),
        (b"421 secret words\r\n", SourceError, "refused the message for now (421)"),
        (b"HTTP/1.1 400 secret words\r\n\r\n", SourceError, "gave an answer that is no SMTP"),
        (b"\x16\x03\x01\x00\x05hello", SourceError, "(SMTPConnectError)"),
        (b"220 mail\r\n", SourceError, "closed the connection before it took the message"),
        (b"220 " + b"x" * 100_000, SourceError, "gave an answer that is no SMTP"),
    ],
)
def test_something_else_answers(greeting: bytes, kind: type[CtscanError], said: str) -> None:
    with broken_server(greeting) as port:
        assert said in refusal(port, kind)


@pytest.mark.parametrize("greeting", [None, b"220 mail\r\n", b"220-mail\r\n"])
def test_silence_ends(greeting: bytes | None) -> None:
    with broken_server(greeting, closes=False) as port:
        assert "no answer within 0.3 s" in refusal(port, SourceError, patience=0.3)


@pytest.mark.parametrize("security", [MailSecurity.STARTTLS, MailSecurity.TLS])
@pytest.mark.parametrize(
    ("made", "is_trusted"), [({}, False), ({"name": "127.0.0.2"}, True), ({"days": -1}, True)], ids=str
)
def test_a_certificate_that_isnt_valid_gets_no_mail(
    tmp_path: Path, security: MailSecurity, made: dict[str, object], is_trusted: bool
) -> None:
    tls, trusted = server_certificate(tmp_path, **made)  # type: ignore[arg-type]
    with smtp_server(tls=tls, is_tls_at_once=security == MailSecurity.TLS) as server:
        said = refusal(server.port, SourceError, security=security, trusted=trusted if is_trusted else None)
    assert said.startswith("expected a valid certificate of this server, got one that isn't (")
    assert server.received == []


def test_a_server_without_encryption_gets_no_mail() -> None:
    with smtp_server() as server:
        assert "can't do what is needed" in refusal(server.port, Refused, security=MailSecurity.STARTTLS)
        assert "can't be reached, or speaks no such encryption" in refusal(
            server.port, SourceError, security=MailSecurity.TLS
        )
    assert server.received == []


def test_a_wrong_password(tmp_path: Path) -> None:
    tls, trusted = server_certificate(tmp_path)
    with smtp_server(tls=tls, asks_for_account=True) as server:
        said = refusal(
            server.port,
            Refused,
            security=MailSecurity.STARTTLS,
            trusted=trusted,
            user="privacy",
            password=f"not {PASSWORD}",
        )
    assert said == "refused the account (535); check user under [mail], and CTSCAN_MAIL_PASSWORD"


# --- before anybody is asked -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "password", "said"),
    [
        (MailSettings(), "", 'found no host and no from; write into ctscan.toml, under [mail]: host = "…", from = "…"'),
        (MailSettings("smtp.example.org"), "", 'found no from; write into ctscan.toml, under [mail]: from = "…"'),
        (
            MailSettings("smtp.example.org", user="u", sender="a@example.org"),
            "",
            "expected the password of the user under [mail], got none; set CTSCAN_MAIL_PASSWORD",
        ),
    ],
)
def test_settings_that_are_missing_are_named(settings: MailSettings, password: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_ready(settings, password)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "mail",
    [
        Mail("jane.roe@example.org\r\nBcc: max@example.org", "s", "t"),
        Mail("jane.roe@example.org\nX: y", "s", "t"),
        Mail("jane.roe@example.org, max@example.org", "s", "t"),
        Mail("<jane.roe@example.org>", "s", "t"),
        Mail('"jane roe"@example.org', "s", "t"),
        Mail("jane.roe@[127.0.0.1]", "s", "t"),
        Mail("jane@localhost", "s", "t"),
        Mail("jane\u202eroe@example.org", "s", "t"),
        Mail("j" * 260 + "@example.org", "s", "t"),
        Mail(TO, "subject\r\nBcc: max@example.org", "t"),
        Mail(TO, "s", "t", "Name\r\nBcc: max@example.org"),
        Mail(TO, "s", "t", "Name\nBcc: max@example.org"),
    ],
)
def test_no_header_comes_from_a_text(mail: Mail) -> None:
    with smtp_server() as server:
        with pytest.raises(UsageError) as caught:
            sent(server.port, mail)
        assert server.received == []
    assert not any(name in str(caught.value) for name in ("jane", "max", "Bcc"))


@pytest.mark.parametrize(
    "address", [TO, "jürgen@xn--strae-oqa.example.net", "अनीता@example.org", "a+b=c{d}@example.org"]
)
def test_addresses_that_servers_take(address: str) -> None:
    with smtp_server() as server:
        sent(server.port, Mail(address, "s", "t"))
    assert server.envelopes[0][1] == [address]


def test_without_the_extra_the_remedy_is_named() -> None:
    code = (
        "import sys, asyncio, datetime; sys.modules['aiosmtplib'] = None\n"
        "from ctscan.mail.smtp import send; from ctscan.model.mail import Mail, MailSettings, MailSecurity\n"
        "s = MailSettings('127.0.0.1', 9, MailSecurity.NONE, '', 'a@example.org')\n"
        "asyncio.run(send(s, Mail('b@example.org', 's', 't'), password='', now=datetime.datetime.now()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr.splitlines()[-1].endswith("mail needs aiosmtplib: pip install 'ctscan[dossier]'")


def test_servers_keep_what_they_got_for_the_test_only() -> None:
    assert Server().received is not Server().received
