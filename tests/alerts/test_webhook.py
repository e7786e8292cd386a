"""Webhooks against servers that take them and servers that fail in every way."""

from __future__ import annotations

import hashlib
import json
import re
import time
from pathlib import Path

import pytest
from support.alerting import AT, BATCH, SECRET, a_message, failure, sent
from support.smtp_server import server_certificate
from support.webhook_server import webhook_server

from ctscan.alerts.channel import ChannelTools
from ctscan.alerts.channels.webhook import CHANNEL
from ctscan.errors import UsageError
from ctscan.model.alert_channel import ChannelSettings


def hmac_sha256(key: bytes, text: bytes) -> str:
    """Compute an HMAC as RFC 2104 says, from SHA-256 alone."""
    block = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + text).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in block) + inner).hexdigest()


def test_a_message_arrives_signed_under_its_id() -> None:
    with webhook_server() as server:
        sent("webhook", {"url": server.url})
    (one,) = server.received
    assert one.target == "/hook/token-of-nobody?key=another-token"
    assert one.headers["content-type"] == "application/json"
    assert one.headers["idempotency-key"] == BATCH
    found = re.fullmatch(r"t=([0-9]+),v1=([0-9a-f]{64})", one.headers["ctscan-signature"])
    assert found is not None
    assert int(found[1]) == int(AT.timestamp())
    assert found[2] == hmac_sha256(SECRET.encode(), found[1].encode() + b"." + one.body)
    document = json.loads(one.body)
    assert (document["message"], len(document["alerts"])) == (BATCH, 1)
    assert document["alerts"][0]["findings"][0]["value"] == "jane.roe@example.org"


@pytest.mark.parametrize("answer", ["204", "201", "202", "html"])
def test_every_success_is_one(answer: str) -> None:
    with webhook_server(answer) as server:
        sent("webhook", {"url": server.url})
    assert len(server.received) == 1


@pytest.mark.parametrize("answer", ["500", "503", "408", "425", "close", "half", "garbage", "429 1", "huge"])
def test_a_hiccup_is_tried_again_at_once_under_the_same_id(answer: str) -> None:
    with webhook_server(answer) as server:
        sent("webhook", {"url": server.url}, patience=10)
    assert server.keys == [BATCH, BATCH]
    assert server.received[0].body == server.received[1].body


@pytest.mark.parametrize("answer", ["400", "401", "403", "404", "410", "413", "422"])
def test_a_refusal_is_final(answer: str) -> None:
    with webhook_server(answer) as server:
        error = failure("webhook", {"url": server.url})
    assert error.is_final
    assert error.why.code == "undelivered.refused"
    assert answer in str(error)
    assert len(server.received) == 1


@pytest.mark.parametrize("answer", ["hang", "slow", "500", "close"])
def test_a_server_that_goes_on_failing_is_left_in_time(answer: str) -> None:
    with webhook_server(*[answer] * 50) as server:
        began = time.monotonic()
        error = failure("webhook", {"url": server.url}, patience=2)
        took = time.monotonic() - began
    assert not error.is_final
    assert took < 6
    assert len(set(server.keys)) == 1


def test_retry_after_beyond_all_patience_is_kept_for_the_next_try() -> None:
    with webhook_server("429 300") as server:
        error = failure("webhook", {"url": server.url})
    assert (error.is_final, error.wait) == (False, 300)
    assert len(server.received) == 1


def test_redirects_are_not_followed() -> None:
    with webhook_server("redirect") as server:
        error = failure("webhook", {"url": server.url})
    assert not error.is_final
    assert "redirect" in str(error)
    assert len(server.received) == 1


def test_a_server_that_is_not_there_or_not_trusted(tmp_path: Path) -> None:
    error = failure("webhook", {"url": "http://127.0.0.1:9/hook/token"}, patience=1)
    assert (error.is_final, error.why.code) == (False, "undelivered.unreachable")
    tls, _ = server_certificate(tmp_path)
    with webhook_server(tls=tls) as server:
        error = failure("webhook", {"url": server.url}, patience=1)
    assert not error.is_final
    assert "not trusted" in str(error)
    assert server.received == []


def test_an_encrypted_connection_to_a_server_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls, trusted = server_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with webhook_server(tls=tls) as server:
        sent("webhook", {"url": server.url})
    assert server.keys == [BATCH]


@pytest.mark.parametrize(
    ("secret", "said"),
    [("", "expected a secret, found none; set CTSCAN_ALERT_SECRET_SOC"), ("short", "at least 16 characters, got 5")],
)
def test_nothing_goes_unsigned(secret: str, said: str) -> None:
    with webhook_server() as server:
        error = failure("webhook", {"url": server.url}, environ={"CTSCAN_ALERT_SECRET_SOC": secret})
    assert said in str(error)
    assert (error.is_final, error.why.code, server.received) == (False, "undelivered.unready", [])


def test_a_secret_comes_from_a_file_that_its_owner_alone_can_read(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n", encoding="utf-8")
    options = {"url": "http://127.0.0.1:9/", "secret_file": str(file)}
    for mode in (0o644, 0o640, 0o604):
        file.chmod(mode)
        assert "its owner alone" in str(failure("webhook", options, environ={}, patience=1))
    file.chmod(0o600)
    with webhook_server() as server:
        sent("webhook", options | {"url": server.url}, environ={})
    stamp = server.received[0].headers["ctscan-signature"].partition(",")[0].removeprefix("t=")
    assert (
        server.received[0]
        .headers["ctscan-signature"]
        .endswith(hmac_sha256(SECRET.encode(), stamp.encode() + b"." + server.received[0].body))
    )
    file.unlink()
    assert "can't be read" in str(failure("webhook", options, environ={}, patience=1))


def test_the_recipient_is_the_host_alone() -> None:
    options = CHANNEL.options(ChannelSettings("soc", "webhook", options=(("url", "https://h.example.org/x?y=z"),)))
    assert CHANNEL.recipient(options, ChannelTools()) == "h.example.org"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "expected the key url"),
        ({"url": "ftp://example.org"}, "expected a URL, https://… or http://…, got text of 17 characters"),
        ({"url": "https://example.org", "ulr": "x"}, "unknown key 'ulr'; did you mean 'url'?"),
    ],
)
def test_wrong_keys_are_named(options: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        sent("webhook", options, a_message())
