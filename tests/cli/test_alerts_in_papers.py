"""Recipients of alerts in the papers that the law asks for: dossier, receipt of forgetting, record of processing."""

from __future__ import annotations

import json
from pathlib import Path

from support.alerting import SECRET
from support.certs import EMAIL_PROTECTION, make_certificate
from support.cli import run
from support.dossiers import CONTROLLER, JANE, members, scanned
from support.logs import LogBuilder
from support.webhook_server import webhook_server

SETTLED = ("--identity-settled", "came in person")
CHANNELS = """
[[alerts.channel]]
name = "soc"
kind = "webhook"
url = "{url}"
[[alerts.channel]]
name = "file"
kind = "jsonl"
path = "{folder}/alerts.jsonl"
"""


def command(*words: str | Path, stdin: str = "", code: int = 0) -> str:
    done = run(*words, stdin=stdin, env={"CTSCAN_ALERT_SECRET_SOC": SECRET})
    assert done.exit_code == code, done.output
    return done.stdout


def test_an_alert_is_named_with_channel_and_recipient_wherever_the_law_asks(tmp_path: Path) -> None:
    log = LogBuilder("Example log")
    log.fill(5)
    config = scanned(tmp_path, log, settings=CONTROLLER)
    with webhook_server() as server:
        config.write_text(config.read_text("utf-8") + CHANNELS.format(url=server.url, folder=tmp_path), "utf-8")
        told = {"soc (127.0.0.1)", f"file ({tmp_path}/alerts.jsonl)"}
        command("watch", "add", "ours", "--scope", f"domain:{JANE.partition('@')[2]}", "--config", config)
        log.add_certificate(make_certificate([("GN", "Jane")], [("email", JANE)], eku=(EMAIL_PROTECTION,), serial=7))
        log.fill(5)
        log.write_static_tree(tmp_path / "log")
        command("scan", "--config", config, "--log", (tmp_path / "log").as_uri(), "--everything")
        command("alert", "send", "--config", config)
    paper = tmp_path / "record.md"
    command("notice", "art30", "--config", config, "-o", paper)
    assert [one for one in told if one not in paper.read_text("utf-8").replace("\\", "")] == []
    command("dossier", JANE, "--config", config, "-o", tmp_path / "out", *SETTLED)
    dossier = json.loads(members(next((tmp_path / "out").iterdir()))["dossier.json"])
    assert told == {one["recipient"] for one in dossier["processing"]["alerts"]}
    receipt = command("forget", "-", "--ground", "objection", "--format", "json", "--config", config, stdin=f"{JANE}\n")
    assert told <= {one["name"] for one in json.loads(receipt)["recipients"]}


def test_a_public_notice_says_that_there_are_recipients_of_alerts_but_no_address(tmp_path: Path) -> None:
    config = scanned(tmp_path, settings=CONTROLLER)
    channels = CHANNELS.format(url="https://alerts.example.org/x", folder=tmp_path)
    config.write_text(config.read_text("utf-8") + channels, "utf-8")
    paper = tmp_path / "notice.md"
    command("notice", "art14", "--config", config, "-o", paper)
    text = paper.read_text("utf-8")
    assert "recipients that the controller has chosen" in text
    assert "alerts.example.org" not in text
    assert "alerts.jsonl" not in text
