"""`ctscan case`: open, list, show and search cases. The shape of a case in JSON is a contract."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from support import forked
from support.case_desk import TODAY, Desk, ago
from support.cli import command, error_line, process, run
from support.terminal import on_terminal

CONTRACT = {
    "number", "kind", "regime", "received", "due", "deadlines", "extended_until", "paused_since", "state", "lang",
    "identifiers", "history",
}  # fmt: skip


BOLD = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# --- open and show -------------------------------------------------------------------------------------------------


def test_open_and_show_print_the_same_case_with_the_keys_of_the_contract(desk: Desk) -> None:
    opened = desk.json(
        "open", "Jane@Example.org", "Jane Roe", "--regime", "eu", "--received", "2026-02-27", "--kind", "erasure",
        "--channel", "letter", "--requester", "Jane Roe", "--since", "2019-01-01", "--lang", "de",
    )  # fmt: skip
    number = f"C-{TODAY.year}-0001"
    assert opened.keys() >= CONTRACT
    assert (opened["number"], opened["kind"], opened["regime"], opened["received"], opened["state"]) == (
        number, "erasure", "eu", "2026-02-27", "open",
    )  # fmt: skip
    assert opened["lang"] == "de"
    assert (opened["due"], opened["extended_until"], opened["paused_since"]) == ("2026-03-27", None, None)
    assert opened["identifiers"] == ["Jane@Example.org", "Jane Roe"]
    assert (opened["requester"], opened["channel"], opened["since"]) == ("Jane Roe", "letter", "2019-01-01")
    (deadline,) = opened["deadlines"]
    assert (deadline["on"], deadline["warn_on"], deadline["done_at"]) == ("2026-03-27", "2026-03-27", None)
    (event,) = opened["history"]
    assert event.keys() >= {"at", "who", "what", "detail"}
    assert event["what"] == "opened" and event["at"].endswith("Z") and event["who"]
    assert desk.json("show", "--case", number) == opened
    table = desk("show", "--case", number).stdout
    assert f"{number}: erasure under GDPR (eu), open" in table and "Jane@Example.org (e-mail address)" in table


def test_identifiers_come_from_stdin_and_from_a_file(desk: Desk) -> None:
    (desk.folder / "people.txt").write_text("# a comment\njane@example.org\nJane Roe  # HR 17\n", encoding="utf-8")
    from_file = desk.json(
        "open", "--from-file", str(desk.folder / "people.txt"), "--regime", "eu", "--received", ago(1)
    )
    piped = desk.json("open", "-", "--regime", "eu", "--received", ago(1), stdin="jane@example.org\nJane Roe\n")
    assert from_file["identifiers"] == piped["identifiers"] == ["jane@example.org", "Jane Roe"]
    assert [from_file["number"][-4:], piped["number"][-4:]] == ["0001", "0002"]


def test_the_name_of_the_requester_comes_from_stdin(desk: Desk) -> None:
    opened = desk.json(
        "open", "jane@example.org", "--requester", "-", "--regime", "eu", "--received", ago(1), stdin="Zoë Roe\n"
    )
    assert opened["requester"] == "Zoë Roe"
    bad = desk.refused(
        "open", "jane@example.org", "--requester", "-", "--regime", "eu", "--received", ago(1), stdin=b"\xff\xfe"
    )
    assert "--requester: expected UTF-8 text on stdin" in bad
    long = desk.refused(
        "open", "jane@example.org", "--requester", "-", "--regime", "eu", "--received", ago(1), stdin="J" * 70_000
    )
    assert "expected at most 65,536 octets" in long
    both = desk.refused("open", "-", "--requester", "-", "--regime", "eu", "--received", ago(1), stdin="Jane Roe")
    assert "got both" in both


def test_further_identifiers_come_to_a_case(desk: Desk) -> None:
    number = desk.open()["number"]
    added = desk.json("add", "Jane@example.org", "j.roe@example.com", "--case", number)
    assert added["identifiers"] == ["jane@example.org", "j.roe@example.com"]
    assert [event["what"] for event in added["history"]] == ["opened", "identifier added"]
    assert "expected an identifier that the case doesn't have" in desk.refused(
        "add", "jane@example.org", "--case", number
    )


BAD = [
    (("jane@example.org", "--regime", "atlantis", "--received", "2026-02-27"), "regime: expected one of"),
    (("jane@example.org", "--regime", "eu", "--received", "2026-02-30"), "--received: expected a date such as"),
    (("jane@example.org", "--regime", "eu", "--received", "27.02.2026"), "--received: expected a date such as"),
    (("jane@example.org", "--regime", "eu", "--received", "20260227"), "--received: expected a date such as"),
    (("jane@example.org", "--regime", "eu", "--received", "2999-01-01"), "which lies in the future"),
    (("jane@example.org", "--regime", "eu", "--received", "0026-02-27"), "expected a day from 1990-01-01 on"),
    (("jane@example.org", "--regime", "eu", "--received", "2026-02-27", "--since", "soon"), "--since: expected a date"),
    (("--regime", "eu", "--received", "2026-02-27"), "expected at least one identifier"),
    (("jane@example.org", "--regime", "eu", "--received", "2026-02-27", "--requester", "a\x1b[2Jb"), "got U+001B"),
    (("jane@example.org", "--regime", "eu", "--received", "2026-02-27", "--kind", "curiosity"), "curiosity"),
    (("jane@example.org", "--received", "2026-02-27"), "--regime"),
    (("jane@example.org", "--regime", "eu"), "--received"),
    (("nobody@", "--regime", "eu", "--received", "2026-02-27"), ""),
]


@pytest.mark.parametrize(("words", "said"), BAD)
def test_a_request_that_cannot_be_is_one_line_and_leaves_nothing(words: tuple[str, ...], said: str, desk: Desk) -> None:
    line = desk.refused("open", *words)
    assert said in line and "jane@" not in line


def test_html_in_a_name_is_text(desk: Desk) -> None:
    name = "<img src=x onerror=alert(1)> & Söhne"
    opened = desk.json("open", "jane@example.org", "--regime", "eu", "--received", ago(1), "--requester", name)
    assert opened["requester"] == name
    assert name in desk("show", "--case", opened["number"]).stdout


def test_without_an_index_each_command_is_one_line(tmp_path: Path) -> None:
    db = ("--db", str(tmp_path / "none.db"))
    number = ("--case", "C-2026-0001")
    for words in (
        ("open", "jane@example.org", "--regime", "eu", "--received", ago(1)), ("list",), ("search", "jane@example.org"),
        ("show", *number), ("extend", *number, "--reason", "x"),
        ("pause", *number, "--ground", "identity", "--reason", "x"),
        ("resume", *number), ("confirm", *number), ("fee", *number), ("note", *number, "--text", "x"),
        ("decide", *number, "--decision", "granted", "--reasoning", "x"), ("close", *number, "--outcome", "x"),
        ("export", *number, "-o", str(tmp_path / "out.json")), ("calendar", "-o", str(tmp_path / "out.ics")),
        ("add", "jane@example.org", *number),
    ):  # fmt: skip
        result = run("case", *words, *db)
        assert result.exit_code == 1 and "there is no index here" in error_line(result), words
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "said"), [
    ("C-2026-9999", "case C-2026-9999: not in the register"), ("17", "expected the number of a case"),
    ("jane@example.org", "got something else of 16 characters"),
])  # fmt: skip
def test_an_unknown_case_is_one_line(number: str, said: str, desk: Desk) -> None:
    desk.open()
    for words in (("show",), ("note", "--text", "x"), ("export", "-o", str(desk.folder / "out.json"))):
        line = desk.refused(words[0], "--case", number, *words[1:])
        assert said in line and "@" not in line
    assert not (desk.folder / "out.json").exists()


# --- list and search -----------------------------------------------------------------------------------------------


def test_the_list_has_the_overdue_ones_first_and_ends_with_5_where_something_is_due(desk: Desk) -> None:
    assert desk("list").stdout.startswith("No case is open")
    assert desk("list", "--due", "3650").exit_code == 0
    fresh, late, soon = desk.open(days=0), desk.open(days=70), desk.open(days=27)
    assert [case["number"] for case in desk.json("list")] == [late["number"], soon["number"], fresh["number"]]
    assert [case["number"] for case in desk.json("list", "--due", "7", code=5)] == [late["number"], soon["number"]]
    assert [case["number"] for case in desk.json("list", "--due", "0", code=5)] == [late["number"]]
    table = desk("list", "--due", "7")
    assert table.exit_code == 5 and "overdue" in table.stdout and fresh["number"] not in table.stdout
    desk("close", "--case", late["number"], "--outcome", "sent")
    desk("close", "--case", soon["number"], "--outcome", "sent")
    assert [case["number"] for case in desk.json("list")] == [fresh["number"]]
    nothing = desk("list", "--due", "7")
    assert (nothing.exit_code, nothing.stdout) == (0, "Nothing is due within 7 days.\n")
    assert [case["state"] for case in desk.json("list", "--all")] == ["open", "closed", "closed"]


def test_a_list_for_mail_names_nobody(desk: Desk) -> None:
    words = ("--regime", "eu", "--received", ago(70), "--requester", "Jane Roe")
    assert desk("open", "jane@example.org", *words).exit_code == 0
    assert "Jane Roe" in desk("list", "--due", "7").stdout
    for columns in ("200", "30"):
        mailed = run("case", "list", "--due", "7", "--no-names", "--db", desk.db, env={"COLUMNS": columns})
        assert mailed.exit_code == 5 and "C-" in mailed.stdout and "jane" not in mailed.output.lower()
    assert "--no-names" in desk.refused("list", "--no-names", "--format", "json")


@pytest.mark.parametrize("days", ["-1", "x", "9999999999999"])
def test_a_wrong_number_of_days_is_a_usage_error(days: str, desk: Desk) -> None:
    assert "--due" in desk.refused("list", "--due", days)


def test_a_search_finds_cases_by_any_identity_and_is_recorded_by_digests(desk: Desk) -> None:
    first = desk.open("jane@example.org", "Jane Roe")["number"]
    second = desk.open("zoe@example.com", "jane@example.org")["number"]
    assert [case["number"] for case in desk.json("search", "JANE@example.org")] == [first, second]
    assert [case["number"] for case in desk.json("search", "-", stdin="roe\nzoe@example.com\n")] == [first, second]
    assert desk.json("search", "Jane Roe")[0]["number"] == first
    nothing = desk("search", "nobody@example.org")
    assert (nothing.exit_code, nothing.stdout) == (0, "No case has this identity.\n")
    searched = [event for event in desk.trail() if event["detail"] == "searched"]
    assert len(searched) == 5 and all(len(event["digest"]) == 64 for event in searched)
    assert "expected an identifier" in desk.refused("search")


def test_the_trail_names_the_case_and_nobody(desk: Desk) -> None:
    number = desk.open("jane@example.org", "Jane Roe")["number"]
    desk("note", "--case", number, "--text", "Jane Roe called from jane@example.org")
    desk("show", "--case", number)
    done = [(event["detail"], event["case"]) for event in desk.trail() if event["state"] == "done"]
    assert done == [("opened", number), ("noted", number), ("shown", number)]
    assert b"jane" not in desk.db.with_name("ctscan.db.audit").read_bytes().lower()
    assert "case done, opened" in run("audit", "show", "--db", desk.db).stdout


# --- terminals and processes ---------------------------------------------------------------------------------------


def test_on_a_terminal_a_command_ends_with_what_is_due(desk: Desk) -> None:
    number = desk.open(days=70)["number"]
    desk.open(days=27)
    for words in (("list", "--all"), ("note", "--case", number, "--text", "x"), ("show", "--case", number)):
        code, shown = on_terminal("case", *words, "--db", desk.db, cwd=desk.folder)
        assert code == 0
        assert all(len(BOLD.sub("", line)) <= 80 for line in shown.splitlines())
        ending = " ".join(shown.split())
        assert ending.endswith(": 'ctscan case list --due 7'.") and f"{number}, answer the request." in ending
        assert "Overdue by" in ending and "1 overdue, 1 due within 7 days" in ending
    assert "Overdue by" not in desk("list").stderr


def test_processes_that_open_cases_at_once_get_different_numbers(desk: Desk) -> None:
    words = command("case", "open", "-", "--regime", "eu", "--received", ago(1), "--format", "json", "--db", desk.db)
    started = [
        forked.popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
        for _ in range(4)
    ]
    printed = [one.communicate(f"jane{n}@example.org\n".encode(), timeout=120)[0] for n, one in enumerate(started)]
    assert [one.returncode for one in started] == [0] * 4
    cases = [json.loads(text) for text in printed]
    assert sorted(case["number"][-4:] for case in cases) == ["0001", "0002", "0003", "0004"]
    assert {case["number"]: case["identifiers"] for case in desk.json("list")} == {
        case["number"]: case["identifiers"] for case in cases
    }


def test_ascii_terminals_show_numbers_of_characters(desk: Desk) -> None:
    words = ("--regime", "eu", "--received", ago(1), "--requester", "張偉", "--db", desk.db)
    done = process("case", "open", "jane@example.org", *words, cwd=desk.folder, env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0, done.stderr
    assert b"\\u5f35\\u5049" in done.stdout
