"""`ctscan case`: what happens to a case, as its law permits it, and its files."""

from __future__ import annotations

import json
import stat
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest
from support import forked
from support.case_desk import TODAY, Desk, ago
from support.cli import ROOT, command, run

UNTIL = str(TODAY + timedelta(days=50))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def identity(desk: Desk) -> str:
    """Return the identity of a certificate of the index, in hex."""
    answer = json.loads(run("lookup", "@example.org", "--format", "json", "--db", desk.db).stdout)
    return str(answer["matches"][0]["certificate"]["identity"])


# --- clocks --------------------------------------------------------------------------------------------------------


def test_an_extension_moves_the_last_day_and_is_permitted_once(desk: Desk) -> None:
    opened = desk.open(days=10)
    number = opened["number"]
    extended = desk.json("extend", "--case", number, "--reason", "certificates of 14 CAs", "--told", ago(2))
    (told, answer) = sorted(extended["deadlines"], key=lambda one: one["on"])
    assert told["on"] == opened["due"] and told["done_at"] is not None
    assert answer["on"] == extended["due"] == extended["extended_until"] > opened["due"]
    event = extended["history"][-1]
    assert (event["what"], event["detail"]) == ("extended", {"reason": "certificates of 14 CAs", "told": ago(2)})
    assert "extended already" in desk.refused("extend", "--case", number, "--reason", "more")


def test_of_processes_that_extend_at_once_one_does(desk: Desk) -> None:
    number = desk.open(days=10)["number"]
    words = command("case", "extend", "--case", number, "--reason", "complex", "--db", desk.db)
    started = [forked.popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) for _ in range(4)]
    said = [one.communicate(timeout=120)[1].decode() for one in started]
    codes = [one.returncode for one in started]
    assert codes.count(0) == 1 and set(codes) <= {0, 1, 2}
    for code, line in zip(codes, said, strict=True):
        assert code == 0 or "added to it meanwhile" in line or "extended already" in line
    history = desk.json("show", "--case", number)["history"]
    assert [event["what"] for event in history] == ["opened", "extended"]


def test_an_extension_is_refused_after_the_first_month_and_where_the_law_knows_none(desk: Desk) -> None:
    late = desk.open(days=70)["number"]
    assert "expected" in desk.refused("extend", "--case", late, "--reason", "no time")
    told_in_time = desk.json("extend", "--case", late, "--reason", "no time", "--told", ago(50))
    assert told_in_time["extended_until"]
    fresh = desk.open()["number"]
    assert "--reason: expected a text" in desk.refused("extend", "--case", fresh, "--reason", "  ")
    assert "extension until" in desk.refused("extend", "--case", fresh, "--reason", "x", "--until", ago(1))
    assert "--told: expected a date" in desk.refused("extend", "--case", fresh, "--reason", "x", "--told", "then")
    assert "future" in desk.refused("extend", "--case", fresh, "--reason", "x", "--told", UNTIL)
    assert desk.json("extend", "--case", fresh, "--reason", "x", "--until", UNTIL)["extended_until"] == UNTIL


def test_a_pause_stops_the_clock_until_it_is_resumed(desk: Desk) -> None:
    opened = desk.open(days=10, regime="uk")
    number = opened["number"]
    words = ("--ground", "clarification", "--reason", "which address?", "--at", ago(7))
    paused = desk.json("pause", "--case", number, *words)
    assert (paused["state"], paused["paused_since"], paused["due"]) == ("paused", ago(7), None)
    assert paused["history"][-1]["detail"] == {"reason": "clarification", "text": "which address?"}
    assert "paused already" in desk.refused("pause", "--case", number, *words)
    resumed = desk.json("resume", "--case", number, "--at", ago(3), "--reason", "the old one")
    assert (resumed["state"], resumed["paused_since"]) == ("open", None)
    assert resumed["due"] > opened["due"]
    assert "not paused" in desk.refused("resume", "--case", number)


def test_a_pause_needs_a_ground_of_the_law(desk: Desk) -> None:
    number = desk.open()["number"]
    line = desk.refused("pause", "--case", number, "--ground", "holidays", "--reason", "away")
    assert "expected one of the grounds identity" in line
    swiss = desk.open(regime="ch")["number"]
    assert "pause" in desk.refused("pause", "--case", swiss, "--ground", "holidays", "--reason", "away")


def test_receipt_and_fee_are_recorded(desk: Desk) -> None:
    opened = desk.open(days=2, regime="ccpa")
    number = opened["number"]
    confirm, answer = opened["deadlines"]
    assert opened["due"] == confirm["on"]
    confirmed = desk.json("confirm", "--case", number, "--channel", "e-mail", "--at", ago(1))
    assert confirmed["due"] == answer["on"] and confirmed["deadlines"][0]["done_at"] is not None
    british = desk.open(days=9, regime="uk")
    paid = desk.json("fee", "--case", british["number"], "--at", ago(4))
    assert paid["due"] > british["due"]


# --- decisions -----------------------------------------------------------------------------------------------------


def test_a_refusal_needs_a_ground_of_the_law(desk: Desk) -> None:
    number = desk.open()["number"]
    decide = ("decide", "--case", number, "--reasoning", "nothing identifies him", "--decision")
    assert "ground: expected one of" in desk.refused(*decide, "refused")
    assert "ground: expected one of" in desk.refused(*decide, "refused", "--ground", "a bad day")
    decided = desk.json(*decide, "refused", "--ground", "no-match")
    assert decided["state"] == "decided"
    assert decided["history"][-1]["detail"] == {
        "decision": "refused", "ground": "no match", "reasoning": "nothing identifies him",
    }  # fmt: skip


def test_a_part_is_decided_by_certificate_and_the_case_stays_open(desk: Desk) -> None:
    number, known = desk.open()["number"], identity(desk)
    decide = (
        "decide",
        "--case",
        number,
        "--decision",
        "partial",
        "--ground",
        "rights-of-others",
        "--reasoning",
        "two people",
    )
    partly = desk.json(*decide, "--certificate", known.upper(), "--certificate", known)
    assert partly["state"] == "open"
    assert [event["detail"].get("certificate") for event in partly["history"]] == [None, known]
    assert "the index has no certificate" in desk.refused(*decide, "--certificate", "ab" * 32)
    assert "64 hexadecimal digits" in desk.refused(*decide, "--certificate", "jane@example.org")


def test_a_rectification_carries_a_statement(desk: Desk) -> None:
    number = desk.json("open", "jane@example.org", "--regime", "eu", "--received", ago(1), "--kind", "rectification")[
        "number"
    ]
    decide = ("decide", "--case", number, "--reasoning", "she has shown it")
    rectified = desk.json(*decide, "--decision", "rectified", "--statement", "The name is\nJane Roe-Example.")
    assert [event["what"] for event in rectified["history"]] == ["opened", "decided", "statement"]
    assert rectified["history"][-1]["detail"] == {"text": "The name is\nJane Roe-Example."}
    other = desk.open()["number"]
    words = ("decide", "--case", other, "--reasoning", "x", "--decision", "granted", "--statement", "y")
    assert "--statement: expected with --decision rectified" in desk.refused(*words)
    assert "expected a request of rectification" in desk.refused(
        "decide", "--case", other, "--reasoning", "x", "--decision", "rectified"
    )


def test_a_restriction_that_is_granted_says_how_the_data_is_hidden(desk: Desk) -> None:
    words = ("--regime", "eu", "--received", ago(1), "--kind", "restriction")
    number = desk.json("open", "jane@example.org", *words)["number"]
    granted = desk("decide", "--case", number, "--decision", "granted", "--reasoning", "the dates are disputed")
    assert f"'ctscan forget --case {number} --ground … --restrict --yes'" in granted.stderr
    noted = desk("decide", "--case", number, "--decision", "refused", "--ground", "no match", "--reasoning", "x")
    assert "--restrict" not in noted.stderr


def test_an_objection_restricts_until_it_is_rejected(desk: Desk) -> None:
    opened = desk.json("open", "jane@example.org", "--regime", "eu", "--received", ago(1), "--kind", "objection")
    assert opened["restricted_since"] and opened["history"][0]["detail"] == {"restriction": "objection"}
    number = opened["number"]
    assert "Restricted since" in desk("show", "--case", number).stdout
    rejected = desk.json("decide", "--case", number, "--decision", "objection-rejected", "--reasoning", "as we must")
    assert rejected["restricted_since"] == opened["restricted_since"]  # it is hidden still: nobody was told
    words = ("decide", "--case", number, "--decision", "objection-rejected", "--reasoning", "x", "--told")
    desk.refused(*words, "yesterday")
    assert desk.json(*words, ago(0))["restricted_since"] is None


# --- notes, closing ------------------------------------------------------------------------------------------------


def test_a_note_comes_from_stdin_and_keeps_its_lines(desk: Desk) -> None:
    number = desk.open()["number"]
    noted = desk.json("note", "--case", number, "--text", "-", stdin="Jane Roe called.\r\n\r\n  She asked for …\n")
    assert noted["history"][-1]["detail"] == {"text": "Jane Roe called.\n\n  She asked for …"}
    for text, said in (("", "expected a text"), ("a\x07b", "U+0007"), ("a\u2066b", "U+2066"), ("x" * 10_001, "10,000")):
        assert said in desk.refused("note", "--case", number, "--text", text)


def test_a_closed_case_takes_notes_only_and_is_closed_after_its_receipt(desk: Desk) -> None:
    number = desk.open(days=5)["number"]
    assert "expected a day from the receipt" in desk.refused(
        "close", "--case", number, "--outcome", "x", "--at", ago(9)
    )
    assert "future" in desk.refused("close", "--case", number, "--outcome", "x", "--at", UNTIL)
    assert "--outcome" in desk.refused("close", "--case", number)
    closed = desk.json("close", "--case", number, "--outcome", "dossier sent by letter", "--at", ago(1))
    assert (closed["state"], closed["due"]) == ("closed", None)
    assert date.fromisoformat(closed["deadlines"][0]["done_at"][:10]) >= TODAY - timedelta(days=2)
    assert "closed on" in desk.refused("extend", "--case", number, "--reason", "x")
    assert "closed on" in desk.refused("close", "--case", number, "--outcome", "x")
    assert desk.json("note", "--case", number, "--text", "thanks came")["state"] == "closed"


def test_a_long_history_is_shown_whole(desk: Desk) -> None:
    number = desk.open()["number"]
    for turn in range(30):
        assert desk("note", "--case", number, "--text", f"note {turn} " + "word " * 300).exit_code == 0
    assert len(desk.json("show", "--case", number)["history"]) == 31
    shown = desk("show", "--case", number).stdout
    assert all(f"note {turn} word" in " ".join(shown.split()) for turn in range(30))


# --- files ---------------------------------------------------------------------------------------------------------


def test_an_export_has_all_of_the_case_for_its_owner_alone_and_never_replaces_a_file(desk: Desk) -> None:
    number, path = desk.open("jane@example.org", "Jane Roe")["number"], desk.folder / "out.json"
    desk("note", "--case", number, "--text", "Zoë called")
    done = desk("export", "--case", number, "-o", str(path))
    assert (done.exit_code, done.stdout) == (0, "") and f"case {number} with 2 events" in done.stderr
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    shape = json.loads(path.read_text(encoding="utf-8"))
    assert shape["case"]["identifiers"] == ["jane@example.org", "Jane Roe"]
    assert [event["what"] for event in shape["case"]["history"]] == ["opened", "noted"]
    assert [event["detail"] for event in shape["audit"] if event["state"] == "done"] == ["opened", "noted"]
    assert [event["what"] for event in desk.json("show", "--case", number)["history"]][-1] == "exported"
    again = desk("export", "--case", number, "-o", str(path))
    assert again.exit_code == 1 and "exists already and was left as it is" in again.stderr
    assert json.loads(path.read_text(encoding="utf-8")) == shape
    for place in (desk.folder, desk.folder / "none" / "out.json", desk.folder / "ctscan.db" / "out.json"):
        assert desk("export", "--case", number, "-o", str(place)).exit_code == 1
    assert [event["what"] for event in desk.json("show", "--case", number)["history"]].count("exported") == 1
    assert not list(desk.folder.glob("*.new"))


def test_a_calendar_has_the_open_deadlines_and_names_nobody(desk: Desk) -> None:
    opened = desk.json("open", "jane@example.org", "--regime", "eu", "--received", ago(3), "--requester", "Jane Roe")
    printed = desk("calendar")
    assert printed.exit_code == 0 and printed.stdout.startswith("BEGIN:VCALENDAR")
    assert opened["due"].replace("-", "") in printed.stdout and opened["number"] in printed.stdout
    assert "jane" not in printed.stdout.lower()
    path = desk.folder / "deadlines.ics"
    for _ in range(2):  # cron writes it again and again
        assert desk("calendar", "-o", str(path)).exit_code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
    desk("close", "--case", opened["number"], "--outcome", "sent")
    assert "BEGIN:VEVENT" not in desk("calendar").stdout
    assert desk("calendar", "-o", str(desk.folder)).exit_code == 1
