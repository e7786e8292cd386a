"""`ctscan alert`: tests of channels, sending by hand, and what waits; and alerts at the end of a scan."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from support.alerting import PERSONAL, SECRET, an_index
from support.cli import process, run
from support.logs import LogBuilder
from support.scanning import people_log
from support.smtp_server import smtp_server
from support.webhook_server import WebhookServer, webhook_server

ENV = {"CTSCAN_ALERT_SECRET_SOC": SECRET}


def settings(folder: Path, *channels: str, more: str = "") -> Path:
    path = folder / "ctscan.toml"
    tables = "".join(f"[[alerts.channel]]\n{channel}\n" for channel in channels)
    path.write_text(f'purpose = "a test"\ndb = "ctscan.db"\n{more}\n{tables}', encoding="utf-8")
    return path


def hook(server: WebhookServer) -> str:
    return f'name = "soc"\nkind = "webhook"\nurl = "{server.url}"\nkinds = ["finding"]'


FILE = 'name = "file"\nkind = "jsonl"\npath = "alerts.jsonl"\nkinds = ["finding"]'


def alert(path: Path, *words: str) -> tuple[int, str, str]:
    done = run("alert", *words, "--config", path, env=ENV)
    said = done.stdout + done.stderr
    for text in (*PERSONAL, SECRET, "token"):
        assert text not in said
    return done.exit_code, done.stdout, done.stderr


# --- test -------------------------------------------------------------------------------------------------------------


def test_a_test_proves_each_channel_and_needs_no_index(tmp_path: Path) -> None:
    with webhook_server() as server, smtp_server() as mail:
        team = 'name = "team"\nkind = "mail"\nto = "alerts@example.org"\nquiet = "00:00-23:59"'
        table = f'[mail]\nhost = "127.0.0.1"\nport = {mail.port}\nsecurity = "none"\nfrom = "ctscan@example.com"\n'
        path = settings(tmp_path, hook(server), FILE, team, more=table)
        assert alert(path, "test") == (
            0,
            "soc (webhook): took the test\nfile (jsonl): took the test\nteam (mail): took the test\n",
            "",
        )
    (one,) = server.received
    document = json.loads(one.body)
    assert (document["test"], document["alerts"][0]["kind"]) == (True, "test")
    assert mail.received[0]["Subject"] == "ctscan: test of a channel"
    assert json.loads((tmp_path / "alerts.jsonl").read_text())["why"] == "test of the channel file"
    listed = run("audit", "show", "--config", path, "--format", "json")
    events = json.loads(listed.stdout)
    assert [(event["action"], event["state"]) for event in events[:2]] == [("alert", "done"), ("alert", "intended")]
    assert events[0]["detail"] == "test soc, file, team"


def test_a_channel_that_fails_is_named_with_the_reason_and_the_others_are_tested(tmp_path: Path) -> None:
    with webhook_server("403") as server:
        path = settings(tmp_path, hook(server), FILE)
        code, out, _ = alert(path, "test")
        assert code == 1
        assert out.splitlines() == [
            "soc: failed: refused for good: 127.0.0.1: refused (403 Forbidden)",
            "file (jsonl): took the test",
        ]
        event = json.loads(run("audit", "show", "--config", path, "--format", "json").stdout)[0]
        assert (event["state"], event["detail"]) == ("failed", "test soc, file; failed: soc DeliveryFailed")
        shown = run("audit", "show", "--config", path).stdout
        assert "alert failed, test soc, file; failed: soc: DeliveryFailed (began as" in " ".join(shown.split())
        assert alert(path, "test", "file")[0] == 0
        code, out, _ = alert(path, "test", "soc", "--format", "json")
    (shape,) = json.loads(out)
    assert code == 0  # the server answers 200 by now
    assert shape == {
        "channel": "soc", "kind": "webhook", "recipient": "127.0.0.1", "sent": 1, "messages": 1, "waiting": 0,
        "given_up": 0, "error": None, "error_code": None, "error_params": None, "next_try": None, "busy": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("channels", "words", "said"),
    [
        ((), (), "alerts: expected a channel, found none; write one into ctscan.toml"),
        ((FILE,), ("fil",), "alerts: expected the name of a channel (file), got another word"),
        (('name = "x"\nkind = "fax"',), (), "expected a kind out of atom, hook, jsonl, mail, syslog, webhook"),
        (('kind = "jsonl"',), (), "alerts.channel, channel 1: expected a name, got none"),
        (('name = "X y"\nkind = "jsonl"',), (), "at most 40 small letters, digits and hyphens"),
        ((FILE, FILE), (), "expected channels with different names, got 2 named 'file'"),
        ((FILE + '\nquiet = "25:00-26:00"',), (), 'expected hours of the day such as "22:00-07:00"'),
        ((FILE + '\nvalues = "all"',), (), 'expected "masked" or "full"'),
        ((FILE + "\nrate = 0",), (), "expected a whole number from 1"),
    ],
)
def test_wrong_settings_are_exit_code_2(
    tmp_path: Path, channels: tuple[str, ...], words: tuple[str, ...], said: str
) -> None:
    code, _, error = alert(settings(tmp_path, *channels), "test", *words)
    assert code == 2
    assert said in error


def test_an_unknown_time_zone_is_found_by_the_test_and_at_the_beginning_of_a_scan(tmp_path: Path) -> None:
    path = settings(tmp_path, FILE, more='everything = true\n[alerts]\nzone = "Mars/Olympus"')
    code, _, error = alert(path, "test")
    assert code == 2
    assert "expected the name of a time zone such as Europe/Berlin" in error
    scanned = run("scan", "--config", path, "--log", (tmp_path / "log").as_uri())
    assert scanned.exit_code == 2
    assert "expected the name of a time zone" in scanned.stderr


# --- send and pending -------------------------------------------------------------------------------------------------


def test_sending_by_hand_and_what_is_left(tmp_path: Path) -> None:
    an_index(tmp_path / "ctscan.db", 0, 1)
    path = settings(tmp_path)
    assert alert(path, "pending") == (0, "nothing waits: no channel ever got an alert\n", "")
    with webhook_server("400") as server:
        path = settings(tmp_path, hook(server), FILE)
        code, out, _ = alert(path, "send")
        assert (code, out.splitlines()) == (
            1,
            [
                "soc: 2 alerts given up: refused for good: 127.0.0.1: refused (400 Bad Request)",
                "file: 2 alerts sent",
            ],
        )
        code, out, _ = alert(path, "pending")
        assert code == 1
        assert out.splitlines()[0] == "file: 0 due, 2 sent, 0 given up"
        assert re.fullmatch(
            r"soc: 0 due, 0 sent, 2 given up; failing since \S+: refused for good: 127\.0\.0\.1: refused \(400 .*\)",
            out.splitlines()[1],
        )
        assert out.splitlines()[2].endswith("ctscan alert send --retry-dead")
        assert alert(path, "send") == (0, "soc: nothing is due\nfile: nothing is due\n", "")
        assert alert(path, "send", "--retry-dead")[:2] == (0, "soc: 2 alerts sent\nfile: nothing is due\n")
        assert alert(path, "pending")[0] == 0
    shapes = json.loads(alert(settings(tmp_path, FILE), "pending", "--format", "json")[1])
    assert [(one["channel"], one["configured"], one["sent"]) for one in shapes] == [
        ("file", True, 2),
        ("soc", False, 2),
    ]


def test_nobody_stands_in_errors_of_a_process_at_its_most_verbose(tmp_path: Path) -> None:
    """A hook that quotes everything, a server that quotes everything, and a disk that is full."""
    an_index(tmp_path / "ctscan.db", 0)
    (tmp_path / "hook").write_text("#!/bin/sh\ntee /dev/stderr\nexit 1\n")
    (tmp_path / "hook").chmod(0o700)
    with webhook_server("500", "500", "400") as server:
        own = 'name = "own"\nkind = "hook"\nprogram = "hook"\nvalues = "full"'
        full = 'name = "full"\nkind = "jsonl"\npath = "/dev/full"\nvalues = "full"'
        settings(tmp_path, hook(server) + '\nvalues = "full"', own, full, more='[alerts]\npatience = "5s"')
        env = ENV | {"CTSCAN_LOG_LEVEL": "debug"}
        done = process("alert", "send", "-vv", cwd=tmp_path, env=env)
    assert server.received and b"jane.roe0@example.org" in server.received[0].body  # else it would prove nothing
    assert done.returncode == 1
    said = (done.stdout + done.stderr).decode()
    for text in (*PERSONAL, "Jane Roe", "ZXK7", SECRET, "token"):
        assert text not in said


# --- scans ------------------------------------------------------------------------------------------------------------


def a_log(folder: Path, entries: int) -> str:
    log = people_log("people", entries)
    assert isinstance(log, LogBuilder)
    log.write_static_tree(folder)
    return folder.as_uri()


def test_a_scan_says_what_is_watched_and_sends_at_its_end(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    url = a_log(tmp_path / "log", 300)
    path = settings(tmp_path, FILE, more='everything = true\nfrom = "start"')
    first = run("scan", "--config", path, "--log", url, "--from", "start", "--scope", "nowhere.example")
    assert "alerts: no watch yet, only the health of logs and cases; to file (jsonl)" in first.stderr
    assert run("watch", "add", "ours", "--scope", "example.org", "--config", path).exit_code == 0
    second = run("scan", "--config", path, "--log", url, "--from", "start")
    assert "alerts: 1 watch (ours) and the health of logs and cases; to file (jsonl)" in second.stderr
    lines = [json.loads(line) for line in (tmp_path / "alerts.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(lines) >= 1
    assert {line["watch"] for line in lines} == {"ours"}
    assert all(line["seen"][0]["verified"] for line in lines)
    assert f"alerts: file: {len(lines)} alert" in second.stderr
    run("scan", "--config", path, "--log", url, "--from", "start")
    assert len((tmp_path / "alerts.jsonl").read_text(encoding="utf-8").splitlines()) == len(lines)
    recorded = json.loads(run("disclosures", "--config", path, "--format", "json").stdout)
    assert [(one["kind"], one["recipient"]) for one in recorded] == [("alert", f"file ({tmp_path / 'alerts.jsonl'})")]


def test_a_wrong_channel_stops_a_scan_before_anybody_is_asked(tmp_path: Path) -> None:
    path = settings(tmp_path, 'name = "x"\nkind = "fax"', more="everything = true")
    done = run("scan", "--config", path, "--log-list", "http://127.0.0.1:9/list.json", "--contact", "ct@example.org")
    assert done.exit_code == 2
    assert "expected a kind out of" in done.stderr
    assert [found.name for found in tmp_path.iterdir()] == ["ctscan.toml"]


def test_a_channel_that_hangs_delays_the_end_of_a_scan_by_its_patience_at_most(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    url = a_log(tmp_path / "log", 300)
    with webhook_server(*["hang"] * 20) as server:
        all_kinds = hook(server).replace('\nkinds = ["finding"]', "")
        path = settings(
            tmp_path, all_kinds, more='everything = true\nfrom = "start"\nstale_after = "1s"\n[alerts]\npatience = "2s"'
        )
        began = time.monotonic()
        done = run("scan", "--config", path, "--log", url, env=ENV)
        assert time.monotonic() - began < 20
    assert done.exit_code in (0, 4), done.stderr
