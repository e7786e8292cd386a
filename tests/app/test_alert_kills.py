"""kill -9 while alerts are sent: the next round loses none, and every repeat has the id of its first try."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from support.alerting import SECRET, clock_at, fill
from support.killing import kill_often
from support.smtp_server import Server, smtp_server
from support.webhook_server import WebhookServer, webhook_server

from ctscan.app.alert_rounds import alert_round
from ctscan.app.overview import disclosures
from ctscan.config import load_config
from ctscan.model.delivery import ChannelResult

NOW = datetime(2031, 5, 6, 12, 0, tzinfo=UTC)
NUMBER = 201  # alerts: three messages for each of four channels
CHANNELS = """
purpose = "a test"
[[alerts.channel]]
name = "soc"
kind = "webhook"
url = "{url}/{folder}"
kinds = ["finding"]
[[alerts.channel]]
name = "file"
kind = "jsonl"
path = "alerts.jsonl"
kinds = ["finding"]
[[alerts.channel]]
name = "feed"
kind = "atom"
path = "alerts.atom"
entries = 1000
kinds = ["finding"]
[[alerts.channel]]
name = "team"
kind = "mail"
to = "{folder}@example.org"
kinds = ["finding"]
[mail]
host = "127.0.0.1"
port = {port}
security = "none"
from = "ctscan@example.com"
"""


def send(folder: Path) -> list[ChannelResult]:
    """Send all alerts of the index in a folder."""
    os.environ["CTSCAN_ALERT_SECRET_SOC"] = SECRET
    config = load_config({}, {}, folder)
    results = asyncio.run(alert_round(config, who="jane", command="scan", clock=clock_at(NOW)))
    assert all(result.reason is None for result in results)
    return results


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an index with alerts that nobody was told of."""
    folder = tmp_path_factory.mktemp("filled")
    asyncio.run(fill(folder / "ctscan.db", range(NUMBER), is_new=True))
    return folder


def check_kills(filled: Path, tmp_path: Path, times: int) -> None:
    """Kill the sending at many moments, and check all that arrived in the end."""
    folders = [tmp_path / f"k{number}" for number in range(times)]
    with webhook_server() as server, smtp_server() as mail:
        for folder in folders:
            shutil.copytree(filled, folder)
            base = server.url.partition("/hook")[0]
            text = CHANNELS.format(url=base, folder=folder.name, port=mail.port)
            (folder / "ctscan.toml").write_text(text, encoding="utf-8")
        ended = kill_often("app.test_alert_kills:send", folders)
        assert False in ended[1:], "no kill came in time"
        for folder in folders:
            send(folder)
            assert [result.delivered for result in send(folder)] == [0, 0, 0, 0]
        for folder in folders:
            check_what_arrived(folder, server)
            check_mail(folder, mail)


def check_what_arrived(folder: Path, server: WebhookServer) -> None:
    """Check that each alert arrived on each channel, under one message, and was recorded."""
    lines = [json.loads(line) for line in whole_lines(folder / "alerts.jsonl")]
    requests = [json.loads(one.body) for one in server.received if one.target == f"/{folder.name}"]
    posted = [alert | {"message": one["message"]} for one in requests for alert in one["alerts"]]
    entries = [
        element.text.removeprefix("urn:uuid:")
        for element in fromstring((folder / "alerts.atom").read_bytes()).findall(  # noqa: S314 - written here
            "{http://www.w3.org/2005/Atom}entry/{http://www.w3.org/2005/Atom}id"
        )
        if element.text
    ]
    ids = {line["id"] for line in lines}
    assert len(ids) == NUMBER
    assert {alert["id"] for alert in posted} == set(entries) == ids
    assert len(entries) == NUMBER
    for arrived in (lines, posted):
        messages = defaultdict(set)
        for alert in arrived:
            messages[alert["id"]].add(alert["message"])
        assert {len(some) for some in messages.values()} == {1}
    made = asyncio.run(disclosures(load_config({}, {}, folder), 100))
    assert len(made) >= len({alert["message"] for alert in [*lines, *posted]})


def check_mail(folder: Path, mail: Server) -> None:
    """Check that each certificate was told in one mail, whatever the number of its repeats."""
    found = defaultdict(set)
    for message in mail.received:
        if message["To"] == f"{folder.name}@example.org":
            found[message["Message-ID"]].add(message.get_content())
    assert {len(texts) for texts in found.values()} == {1}
    told = [line for texts in found.values() for text in texts for line in re.findall(r"[0-9a-f]{64}", text)]
    assert len(told) == len(set(told)) == NUMBER


def whole_lines(path: Path) -> list[str]:
    """Return the lines of a file; a line that a kill cut off is none."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            json.loads(line)
        except ValueError:
            continue
        found.append(line)
    return found


def test_kills_lose_no_alert_and_change_no_id(filled: Path, tmp_path: Path) -> None:
    check_kills(filled, tmp_path, 4)


@pytest.mark.long
def test_many_kills_lose_no_alert_and_change_no_id(filled: Path, tmp_path: Path) -> None:
    check_kills(filled, tmp_path, 40)
