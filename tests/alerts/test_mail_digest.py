"""Mail of alerts: to servers that take it and servers that fail."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.alerting import BATCH, a_message, an_alert, failure, sent
from support.smtp_server import PASSWORD, broken_server, server_certificate, smtp_server

from ctscan.errors import UsageError
from ctscan.model.mail import MailSecurity, MailSettings

TO = "alerts@example.org"


def settings(port: int, security: MailSecurity = MailSecurity.NONE, user: str = "") -> MailSettings:
    return MailSettings("127.0.0.1", port, security, user, "ctscan@example.com")


def test_a_digest_arrives_with_a_subject_that_names_nobody() -> None:
    message = a_message(an_alert(0), an_alert(1), an_alert(2, watch="board"))
    with smtp_server() as server:
        sent("mail", {"to": TO}, message, mail=settings(server.port))
    (mail,) = server.received
    assert server.envelopes == [("ctscan@example.com", [TO])]
    assert mail["Subject"] == "ctscan: 3 new certificates (staff 2; board 1)"
    assert mail["Message-ID"] == f"<{BATCH}@example.com>"
    assert mail["Date"] == "Sun, 04 May 2031 09:30:00 +0000"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    text = mail.get_content().replace("\r\n", "\n")
    assert text == message.text
    assert text.count("e-mail address: jane.roe@example.org (san.0.rfc822Name)") == 3


def test_an_answer_that_is_lost_brings_the_same_mail_again() -> None:
    message = a_message()
    with smtp_server() as server:
        sent("mail", {"to": TO}, message, mail=settings(server.port))
        sent("mail", {"to": TO}, message, mail=settings(server.port))
    first, second = server.received
    assert first.as_bytes() == second.as_bytes()


def test_encrypted_and_logged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls, trusted = server_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with smtp_server(tls=tls, asks_for_account=True) as server:
        mail = settings(server.port, MailSecurity.STARTTLS, "alerts")
        sent("mail", {"to": TO}, mail=mail, environ={"CTSCAN_MAIL_PASSWORD": PASSWORD})
        error = failure("mail", {"to": TO}, mail=mail, environ={"CTSCAN_MAIL_PASSWORD": "another"})
    assert len(server.received) == 1
    assert (error.is_final, error.why.code) == (True, "undelivered.refused")


@pytest.mark.parametrize(
    ("answers", "is_final"),
    [
        ({"RCPT": "550 alerts@example.org is nobody, secret words"}, True),
        ({"MAIL": "553 no"}, True),
        ({"DATA": "554 jane.roe is spam, secret words"}, True),
        ({"RCPT": "451 later"}, False),
        ({"DATA": "452 full, secret words"}, False),
    ],
)
def test_5xx_is_final_and_4xx_is_not(answers: dict[str, str], is_final: bool) -> None:
    with smtp_server(**answers) as server:
        assert failure("mail", {"to": TO}, mail=settings(server.port)).is_final is is_final
    assert server.received == []


@pytest.mark.parametrize("greeting", [None, b"", b"garbage\r\n", b"421 busy\r\n", b"220 mail\r\n"])
def test_a_server_that_is_broken_or_silent(greeting: bytes | None) -> None:
    with broken_server(greeting, closes=greeting is not None) as port:
        assert not failure("mail", {"to": TO}, mail=settings(port), patience=1).is_final


def test_a_server_that_is_not_there_and_one_that_is_not_trusted(tmp_path: Path) -> None:
    assert not failure("mail", {"to": TO}, mail=settings(9), patience=1).is_final
    tls, _ = server_certificate(tmp_path)
    with smtp_server(tls=tls) as server:
        assert not failure("mail", {"to": TO}, mail=settings(server.port, MailSecurity.STARTTLS)).is_final
    assert server.received == []


def test_settings_that_are_missing_are_named() -> None:
    for mail, said in (
        (None, "expected a server under [mail] in ctscan.toml, got none"),
        (MailSettings(host="127.0.0.1"), 'from = "…"'),
        (settings(9, MailSecurity.STARTTLS, "alerts"), "set CTSCAN_MAIL_PASSWORD"),
    ):
        error = failure("mail", {"to": TO}, mail=mail)
        assert said in str(error)
        assert (error.is_final, error.why.code) == (False, "undelivered.unready")
    with pytest.raises(UsageError, match="one e-mail address"):
        sent("mail", {"to": "Alerts <alerts@example.org>"}, mail=settings(9))
