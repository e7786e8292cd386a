"""Sending of alerts from an index: ids, repeats, dead letters, quiet hours, rates, masks, and the record."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from msgspec.structs import replace
from support.alerting import SECRET, an_index, clock_at, config_of, fill
from support.smtp_server import running, smtp_server
from support.webhook_server import WebhookServer, webhook_server

from ctscan.app.alert_rounds import Alerting, alert_round, watched
from ctscan.app.channel_lock import sole_sender
from ctscan.app.overview import audit_events, disclosures
from ctscan.app.wiring import opened_index
from ctscan.config import Config
from ctscan.errors import UsageError
from ctscan.model import AuditAction, AuditState
from ctscan.model.alert import ChannelQueue
from ctscan.model.delivery import ChannelResult

NOW = datetime(2031, 5, 6, 12, 0, tzinfo=UTC)  # behind the alerts, which are of the time of the test's index


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTSCAN_ALERT_SECRET_SOC", SECRET)


def hook(server: WebhookServer, more: str = "", name: str = "soc") -> str:
    return f'[[alerts.channel]]\nname = "{name}"\nkind = "webhook"\nurl = "{server.url}"\nkinds = ["finding"]\n{more}\n'


def file(folder: Path, more: str = "", name: str = "file") -> str:
    kinds = "" if "kinds" in more else 'kinds = ["finding"]'
    return f'[[alerts.channel]]\nname = "{name}"\nkind = "jsonl"\npath = "{folder}/{name}.jsonl"\n{kinds}\n{more}\n'


def round_of(config: Config, at: datetime = NOW, **more: bool) -> list[ChannelResult]:
    return asyncio.run(alert_round(config, who="jane", command="alert send", clock=clock_at(at), **more))


def queue(config: Config, name: str) -> ChannelQueue:
    async def work() -> ChannelQueue:
        async with opened_index(config) as index:
            return next(one for one in await index.pending() if one.channel == name)

    return asyncio.run(work())


def ids(server: WebhookServer) -> list[list[str]]:
    return [[alert["id"] for alert in json.loads(one.body)["alerts"]] for one in server.received]


def findings_in(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [line["id"] for line in map(json.loads, lines) if line["kind"] == "finding"]


@pytest.fixture
def db(tmp_path: Path) -> Path:
    an_index(tmp_path / "ctscan.db", 0, 1, 2)
    return tmp_path / "ctscan.db"


def test_all_alerts_go_once_to_each_channel(tmp_path: Path, db: Path) -> None:
    with webhook_server() as server:
        config = config_of(tmp_path, hook(server) + file(tmp_path))
        first, second = round_of(config)
        assert (first.delivered, first.messages, second.reason) == (3, 1, None)
        assert [result.delivered for result in round_of(config)] == [0, 0]
        assert len(server.received) == 1
    assert sorted(ids(server)[0]) == sorted(findings_in(tmp_path / "file.jsonl"))
    document = json.loads(server.received[0].body)
    assert document["alerts"][0]["watch"] == "ours"
    assert document["alerts"][0]["why_code"] == "watch-reason.domain-address"
    assert document["alerts"][0]["owner"] == "privacy team"


def test_values_are_masked_unless_the_channel_has_them_in_full(tmp_path: Path, db: Path) -> None:
    round_of(config_of(tmp_path, file(tmp_path) + file(tmp_path, 'values = "full"', "full")))
    masked = (tmp_path / "file.jsonl").read_text(encoding="utf-8")
    full = (tmp_path / "full.jsonl").read_text(encoding="utf-8")
    for value in ("jane.roe", "Jane Roe", "ZXK7"):
        assert value in full
        assert value not in masked
        assert value.casefold() not in masked.casefold()
    assert "j…@example.org" in masked


@pytest.mark.parametrize("behaviour", ["500", "close", "hang", "half"])
def test_a_failed_message_comes_again_under_its_id(tmp_path: Path, db: Path, behaviour: str) -> None:
    with webhook_server(*[behaviour] * 100) as server:
        config = config_of(tmp_path, hook(server))
        (result,) = round_of(config)  # the server fails within the patience of a message
        assert result.delivered == 0
        assert result.next_at is not None and NOW < result.next_at <= NOW + timedelta(minutes=1)
        server.behaviours.clear()
        asyncio.run(fill(db, [3], is_new=False))
        assert round_of(config, NOW + timedelta(seconds=10))[0].delivered == 0  # too early; the new one waits as well
        assert [r.delivered for r in round_of(config, NOW + timedelta(minutes=2))] == [4]
    old, new = server.keys[-2:]
    assert set(server.keys) == {old, new} and old != new
    assert ids(server)[0] == ids(server)[-2]
    assert [len(some) for some in ids(server)[-2:]] == [3, 1]


def test_a_refusal_is_a_dead_letter_until_somebody_revives_it(tmp_path: Path, db: Path) -> None:
    with webhook_server("400") as server:
        config = config_of(tmp_path, hook(server))
        (result,) = round_of(config)
        assert (result.dead, result.delivered) == (3, 0)
        assert queue(config, "soc").dead == 3
        assert round_of(config, NOW + timedelta(days=9))[0].delivered == 0
        (result,) = round_of(config, NOW + timedelta(days=9), retry_dead=True)
        assert result.delivered == 3
    assert len(set(server.keys)) == 1
    assert len(server.received) == 2


def test_a_channel_that_fails_holds_no_other_back(tmp_path: Path, db: Path) -> None:
    with webhook_server(*["hang"] * 9) as server:
        config = config_of(tmp_path, hook(server) + file(tmp_path))
        said: list[str] = []

        async def work() -> float:
            clock = clock_at(NOW)
            alerting = Alerting(config, said.append, "jane", "scan", asyncio.Event(), clock)
            began = asyncio.get_running_loop().time()
            await alerting.round()
            return asyncio.get_running_loop().time() - began

        assert asyncio.run(work()) < 4
    assert re.match(r"alerts: soc: failed: .*; next try from 2031-05-06T12:\S+ on", said[0])
    assert said[1:] == ["alerts: file: 3 alerts sent"]
    assert len(findings_in(tmp_path / "file.jsonl")) == 3


def test_patience_ends_a_round_and_what_was_under_way_comes_again_under_its_id(tmp_path: Path, db: Path) -> None:
    program = tmp_path / "hook"
    program.write_text(f"#!/bin/sh\ncat >> {tmp_path}/got\nsleep $(cat {tmp_path}/seconds)\n", encoding="utf-8")
    program.chmod(0o700)
    config = config_of(tmp_path, f'[[alerts.channel]]\nname = "own"\nkind = "hook"\nprogram = "{program}"\n')
    (tmp_path / "seconds").write_text("600")
    said: list[str] = []

    async def work() -> float:
        began = asyncio.get_running_loop().time()
        await Alerting(config, said.append, "jane", "scan", asyncio.Event(), clock_at(NOW)).round()
        return asyncio.get_running_loop().time() - began

    assert asyncio.run(work()) < 5
    (tmp_path / "seconds").write_text("0")
    assert queue(config, "own").failing_since == NOW
    assert round_of(config, NOW + timedelta(minutes=2))[0].delivered == 4
    first, second = map(json.loads, (tmp_path / "got").read_text(encoding="utf-8").splitlines())
    assert first == second


def test_retry_after_decides_about_the_next_try(tmp_path: Path, db: Path) -> None:
    with webhook_server("503 500") as server:
        (result,) = round_of(config_of(tmp_path, hook(server)))
    assert result.next_at == NOW + timedelta(seconds=500)


def test_a_try_that_a_clock_ahead_put_off_is_made(tmp_path: Path, db: Path) -> None:
    config = config_of(tmp_path, file(tmp_path / "not yet"))
    (result,) = round_of(config, NOW + timedelta(days=300))
    assert result.next_at is not None and result.next_at > NOW + timedelta(days=300)
    (tmp_path / "not yet").mkdir()
    (result,) = round_of(config, NOW)
    assert result.delivered == 3


def test_many_failures_are_given_up_after_a_week(tmp_path: Path, db: Path) -> None:
    config = config_of(tmp_path, file(tmp_path / "none"))
    at, tries = NOW, 0
    while not (result := round_of(config, at)[0]).dead:
        tries += 1
        assert result.next_at is not None and result.next_at > at
        at = result.next_at
    assert tries == 39
    assert timedelta(days=4) < at - NOW < timedelta(days=10)
    assert queue(config, "file").dead == 3


# --- hours, digests and rates -----------------------------------------------------------------------------------------


def test_quiet_hours_digest_and_rate_keep_alerts_waiting_and_lose_none(tmp_path: Path, db: Path) -> None:
    config = config_of(tmp_path, file(tmp_path, 'quiet = "13:00-15:00"\nrate = 2'), zone="Europe/Berlin")
    night, morning = datetime(2031, 5, 6, 12, tzinfo=UTC), datetime(2031, 5, 6, 13, 1, tzinfo=UTC)
    (result,) = round_of(config, night)
    assert (result.delivered, result.waiting) == (0, 3)
    assert not (tmp_path / "file.jsonl").exists()
    assert round_of(config, morning)[0].delivered == 2
    assert round_of(config, morning + timedelta(minutes=30))[0].delivered == 0
    assert round_of(config, morning + timedelta(minutes=61))[0].delivered == 1
    assert len(set(findings_in(tmp_path / "file.jsonl"))) == 3


def test_a_cut_by_the_rate_is_said(tmp_path: Path, db: Path) -> None:
    with smtp_server() as server:
        mail = f'[mail]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\nfrom = "ctscan@example.com"\n'
        channel = '[[alerts.channel]]\nname = "team"\nkind = "mail"\nto = "alerts@example.com"\n'
        channel += 'kinds = ["finding"]\nrate = 1\n'
        round_of(config_of(tmp_path, channel, mail))
    (message,) = server.received
    assert "2 more alerts wait: this channel takes 1 in an hour" in " ".join(message.get_content().split())
    assert message["Subject"] == "ctscan: 1 new certificate (ours 1)"


def test_a_digest_gathers(tmp_path: Path, db: Path) -> None:
    config = config_of(tmp_path, file(tmp_path, 'digest = "4h"'))
    raised = asyncio.run(_oldest(config))
    assert round_of(config, raised + timedelta(hours=3, minutes=59))[0].delivered == 0
    (result,) = round_of(config, raised + timedelta(hours=4))
    assert (result.delivered, result.messages) == (3, 1)


async def _oldest(config: Config) -> datetime:
    from ctscan.model.alert import Route

    async with opened_index(config) as index:
        await index.assign({"file": Route()}, NOW)
        return min(one.alert.at for one in await index.due("file", NOW, 10))


def test_a_channel_takes_the_watches_and_kinds_that_it_names(tmp_path: Path, db: Path) -> None:
    config = config_of(tmp_path, file(tmp_path, 'watches = ["other"]') + file(tmp_path, 'kinds = ["log"]', "logs"))
    assert [result.delivered for result in round_of(config)] == [0, 1]  # the log of the test's index was never read
    assert findings_in(tmp_path / "file.jsonl") == findings_in(tmp_path / "logs.jsonl") == []


# --- the record -------------------------------------------------------------------------------------------------------


def test_each_message_is_a_disclosure_and_an_event_before_it_is_sent(tmp_path: Path, db: Path) -> None:
    with webhook_server(*["500"] * 100) as server:
        config = config_of(tmp_path, hook(server))
        round_of(config)
        made = asyncio.run(disclosures(config, 10))
        assert [(one.kind, one.recipient, one.command) for one in made] == [("alert", "soc (127.0.0.1)", "alert send")]
        server.behaviours.clear()
        round_of(config, NOW + timedelta(hours=1))
        assert len(asyncio.run(disclosures(config, 10))) == 1  # a repeat is the same disclosure
    events = [event for event in asyncio.run(audit_events(config, 50)) if event.action is AuditAction.ALERT]
    assert [event.state for event in events] == [
        AuditState.DONE, AuditState.INTENDED, AuditState.FAILED, AuditState.INTENDED,
    ]  # fmt: skip
    assert [event.detail for event in events][::2] == ["soc 3", "soc 0"]
    told = [event for event in asyncio.run(audit_events(config, 50)) if event.action is AuditAction.DISCLOSURE]
    assert [event.kind for event in told] == ["alert"]


def test_nothing_is_recorded_where_nothing_is_due(tmp_path: Path, db: Path) -> None:
    config = config_of(tmp_path, file(tmp_path))
    round_of(config)
    before = asyncio.run(audit_events(config, 50))
    round_of(config)
    assert asyncio.run(audit_events(config, 50)) == before


def test_the_line_of_a_scan_says_what_is_watched_and_where_it_goes(tmp_path: Path, db: Path) -> None:
    config = config_of(tmp_path, file(tmp_path))
    line = asyncio.run(watched(config))
    assert line == "alerts: 1 watch (ours) and the health of logs and cases; to file (jsonl)"
    assert "nobody is told" in asyncio.run(watched(config_of(tmp_path, "")))
    astray = config_of(tmp_path, file(tmp_path, 'watches = ["ours", "outs"]'))
    assert asyncio.run(watched(astray)).endswith(
        "; to file (jsonl); channel file is for a watch that doesn't exist: outs"
    )
    elsewhere = replace(config, db=str(tmp_path / "none.db"))
    assert asyncio.run(watched(elsewhere)).startswith("alerts: no watch yet")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('kind = "fax"', "expected a kind out of atom, hook, jsonl, mail, syslog, webhook, got another word"),
        ('kind = "jsonl"', "expected the key path"),
        ('kind = "jsonl"\npath = "x"\nurl = "y"', "unknown key 'url'"),
    ],
)
def test_wrong_channels_are_named(tmp_path: Path, db: Path, text: str, said: str) -> None:
    config = config_of(tmp_path, f'[[alerts.channel]]\nname = "soc"\n{text}\n')
    with pytest.raises(UsageError, match=said.replace("(", r"\(")):
        round_of(config)


def test_one_process_sends_to_a_channel_at_a_time(tmp_path: Path, db: Path) -> None:
    config = config_of(tmp_path, file(tmp_path))
    with sole_sender(db, "file") as is_ours:
        assert is_ours
        (result,) = round_of(config)
        assert (result.is_busy, result.delivered, result.waiting) == (True, 0, 3)
        with sole_sender(db, "other") as another:
            assert another
    assert round_of(config)[0].delivered == 3


def test_the_failure_of_a_channel_is_told_on_the_others(tmp_path: Path, db: Path) -> None:
    told = file(tmp_path, 'kinds = ["channel"]', "told")
    failing = config_of(tmp_path, file(tmp_path / "none") + told)
    round_of(failing)
    assert not (tmp_path / "told.jsonl").exists()
    round_of(failing, NOW + timedelta(minutes=70))
    (line,) = [json.loads(line) for line in (tmp_path / "told.jsonl").read_text(encoding="utf-8").splitlines()]
    assert (line["kind"], line["subject"], line["why_code"]) == ("channel", "file", "alert.channel-failing")
    (tmp_path / "none").mkdir()
    round_of(failing, NOW + timedelta(hours=9))
    round_of(failing, NOW + timedelta(hours=10))
    lines = [json.loads(line) for line in (tmp_path / "told.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["why_code"] for line in lines] == ["alert.channel-failing", "alert.channel-recovered"]


def test_alerts_wait_for_the_first_channel(tmp_path: Path, db: Path) -> None:
    assert round_of(config_of(tmp_path, "")) == []
    assert round_of(config_of(tmp_path, file(tmp_path)))[0].delivered == 3


def test_a_mail_whose_answer_is_lost_comes_again_as_the_same_mail(tmp_path: Path, db: Path) -> None:
    taken: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail\r\n")
        for answer in (b"250 OK\r\n", b"250 OK\r\n", b"250 OK\r\n", b"354 go on\r\n"):
            await reader.readuntil(b"\r\n")
            writer.write(answer)
        taken.append((await reader.readuntil(b"\r\n.\r\n")).removesuffix(b".\r\n"))
        writer.close()  # it has the mail, and nobody hears of it

    async def start(loop: asyncio.AbstractEventLoop) -> asyncio.Server:
        return await asyncio.start_server(serve, "127.0.0.1", 0)

    def config(port: int) -> Config:
        mail = f'[mail]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nfrom = "ctscan@example.com"\n'
        channel = '[[alerts.channel]]\nname = "team"\nkind = "mail"\nto = "alerts@example.com"\nkinds = ["finding"]\n'
        return config_of(tmp_path, channel, mail)

    with running(start) as port:
        (result,) = round_of(config(port))
    assert (result.delivered, result.dead) == (0, 0)
    with smtp_server() as server:
        assert round_of(config(server.port), NOW + timedelta(minutes=2))[0].delivered == 3
    first, second = message_from_bytes(taken[0], policy=default), server.received[0]
    assert first["Message-ID"] == second["Message-ID"]
    assert (first["Date"], first["Subject"]) == (second["Date"], second["Subject"])
    assert first.get_content() == second.get_content()
