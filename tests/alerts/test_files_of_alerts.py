"""Alerts in files: lines of JSON and Atom feeds, under full disks, torn ends and foreign files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest
from support.alerting import UUIDS, a_condition, a_finding, a_message, an_alert, failure, sent

from ctscan.alerts.atom_document import read_feed

ATOM = "{http://www.w3.org/2005/Atom}"


# --- lines of JSON --------------------------------------------------------------------------------------------------


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_each_alert_is_a_line_behind_those_of_before(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    sent("jsonl", {"path": str(path)}, a_message(an_alert(0), an_alert(1)))
    sent("jsonl", {"path": str(path)}, a_message(a_condition()))
    assert [line["id"] for line in lines(path)] == [UUIDS[0], UUIDS[1], UUIDS[50]]
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("cut", [1, 20, 300])
def test_a_line_that_was_torn_spoils_no_other(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "alerts.jsonl"
    sent("jsonl", {"path": str(path)})
    path.write_bytes(path.read_bytes()[:-cut])
    sent("jsonl", {"path": str(path)}, a_message(an_alert(1)))
    assert json.loads(path.read_text(encoding="utf-8").splitlines()[-1])["id"] == UUIDS[1]


def test_lines_go_to_standard_output(tmp_path: Path) -> None:
    code = "from support.alerting import sent; sent('jsonl', {'path': '-'})"  # in a process: the bytes of its stdout
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environment, timeout=60)
    assert json.loads(done.stdout)["id"] == UUIDS[0]


def test_what_cant_be_written_is_an_error(tmp_path: Path) -> None:
    for path in (tmp_path / "none" / "file", tmp_path):
        error = failure("jsonl", {"path": str(path)})
        assert (error.is_final, error.why.code) == (False, "undelivered.unwritable")
    if Path("/dev/full").exists():
        assert "No space left" in str(failure("jsonl", {"path": "/dev/full"}))


# --- feeds ----------------------------------------------------------------------------------------------------------


def parsed(path: Path) -> Element:
    """Parse a feed without a document type, which is all that a defused parser refuses."""
    raw = path.read_bytes()
    assert b"<!" not in raw
    return fromstring(raw)  # noqa: S314 - it holds neither a document type nor an entity


def ids(path: Path) -> list[str | None]:
    return [entry.findtext(f"{ATOM}id") for entry in parsed(path).findall(f"{ATOM}entry")]


def test_a_feed_has_what_rfc_4287_asks_for(tmp_path: Path) -> None:
    path = tmp_path / "alerts.atom"
    sent("atom", {"path": str(path), "title": "Alerts & <more>", "url": "https://example.org/a?b&c"}, a_message())
    feed = parsed(path)
    assert feed.tag == f"{ATOM}feed"
    assert feed.findtext(f"{ATOM}title") == "Alerts & <more>"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "ctscan"
    assert feed.findtext(f"{ATOM}updated") == "2031-05-04T09:30:00Z"
    link = feed.find(f"{ATOM}link")
    assert link is not None and link.attrib == {"rel": "self", "href": "https://example.org/a?b&c"}
    (entry,) = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == f"urn:uuid:{UUIDS[0]}"
    assert entry.findtext(f"{ATOM}updated") == "2031-05-04T09:30:00Z"
    assert entry.findtext(f"{ATOM}title") == a_message().items[0].title
    assert entry.findtext(f"{ATOM}content") == a_message().items[0].text
    assert [one.attrib["term"] for one in entry.findall(f"{ATOM}category")] == ["finding", "staff"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_newest_entries_stay_and_a_repeat_adds_none(tmp_path: Path) -> None:
    path = tmp_path / "alerts.atom"
    options = {"path": str(path), "entries": 3}
    for message in (a_message(an_alert(0), an_alert(1)), a_message(an_alert(2), an_alert(3))):
        sent("atom", options, message)
        first = path.read_bytes()
        sent("atom", options, message)
        assert path.read_bytes() == first
    assert ids(path) == [f"urn:uuid:{UUIDS[number]}" for number in (3, 2, 1)]
    assert parsed(path).findtext(f"{ATOM}id") == read_feed(path.read_text(encoding="utf-8")).id  # type: ignore[union-attr]


def test_a_replacement_keeps_id_and_mode_and_leaves_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "alerts.atom"
    sent("atom", {"path": str(path)})
    id = parsed(path).findtext(f"{ATOM}id")
    path.chmod(0o644)
    sent("atom", {"path": str(path)}, a_message(an_alert(1)))
    assert parsed(path).findtext(f"{ATOM}id") == id
    assert path.stat().st_mode & 0o777 == 0o644
    assert list(tmp_path.iterdir()) == [path]


def test_hostile_values_are_text(tmp_path: Path) -> None:
    path = tmp_path / "alerts.atom"
    hostile = "]]></content><script>\x00\x1b\u202e&x;\ud800\uffff\n<entry><id>urn:uuid:x</id></entry>"
    sent("atom", {"path": str(path)}, a_message(an_alert(0, a_finding(hostile), watch="<w>&\"'")))
    sent("atom", {"path": str(path)}, a_message(an_alert(1)))
    assert ids(path) == [f"urn:uuid:{UUIDS[1]}", f"urn:uuid:{UUIDS[0]}"]
    content = parsed(path).findall(f"{ATOM}entry")[1].findtext(f"{ATOM}content") or ""
    assert "]]></content><script>" in content
    assert "\u202e" not in content


@pytest.mark.parametrize("text", ["", "my notes", "<feed/>", '<?xml version="1.0"?><!DOCTYPE x><feed></feed>\n'])
def test_a_foreign_file_stays(tmp_path: Path, text: str) -> None:
    path = tmp_path / "notes"
    path.write_text(text, encoding="utf-8")
    error = failure("atom", {"path": str(path)})
    assert "no feed of ctscan" in str(error)
    assert path.read_text(encoding="utf-8") == text


def test_a_folder_that_is_gone_is_an_error(tmp_path: Path) -> None:
    assert failure("atom", {"path": str(tmp_path / "none" / "feed")}).why.code == "undelivered.unwritable"
