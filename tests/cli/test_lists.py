"""Lists of identifiers on the command line: each line is answered, or named by its number, and none disappears."""

from __future__ import annotations

import json
import os
import pty
import sqlite3
import subprocess
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import Result
from support import forked
from support.certs import EMAIL_PROTECTION, make_certificate
from support.cli import ROOT, command, copy_index, error_line, process, run
from support.logs import LogBuilder

from ctscan.cli import program
from ctscan.cli.list_progress import CLEAR
from ctscan.cli.program import COMMANDS

JANE, ZOE = "jane.roe@example.org", "Žofie Nováková"


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Index a log with two people, whole."""
    folder = tmp_path_factory.mktemp("lists")
    log = LogBuilder("Example log")
    jane = [("GN", "Jane"), ("SN", "Roe"), ("CN", "Jane Roe")]
    log.add_certificate(make_certificate(jane, [("email", JANE)], eku=(EMAIL_PROTECTION,), serial=7))
    zoe = [("GN", "Žofie"), ("SN", "Nováková"), ("CN", ZOE)]
    log.add_certificate(make_certificate(zoe, [("email", "zofie@example.com")], eku=(EMAIL_PROTECTION,), serial=8))
    log.fill(20)
    log.write_static_tree(folder / "log")
    scan = ("scan", "--db", folder / "ctscan.db", "--log", (folder / "log").as_uri(), "--from", "start", "--everything")
    assert run(*scan).exit_code == 0
    return folder / "ctscan.db"


@pytest.fixture
def people(tmp_path: Path) -> Path:
    return tmp_path / "people.txt"


def listed(db: Path, people: Path, *options: str, code: int = 0) -> Result:
    result = run("lookup", "--from-file", people, "--db", db, *options)
    assert result.exit_code == code, result.stderr
    return result


def lines_of(result: Result) -> list[Any]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def sums(found: int, nothing: int, *, incomplete: int = 0, bad: int = 0, repeated: int = 0) -> str:
    noun = "identifier" if found + nothing == 1 else "identifiers"
    return (
        f"{found + nothing} {noun} looked up: {found} found, {nothing} nothing found, {incomplete} not complete; "
        f"lines not understood: {bad}, repeated: {repeated}"
    )


# --- forms of a list ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["-", "--from-file", "pipe", "--from-file -"])
@pytest.mark.parametrize("purpose", [(), ("--purpose", "a request")], ids=["once", "read twice"])
def test_identifiers_from_lines(db: Path, people: Path, how: str, purpose: tuple[str, ...]) -> None:
    text = f"\ufeff# who asked\r\n{JANE}\r\n\n  # and\n{ZOE}"
    people.write_text(text, encoding="utf-8", newline="")
    arguments = {"--from-file": ["--from-file", str(people)], "pipe": [], "--from-file -": ["--from-file", "-"]}
    asked = ("lookup", *arguments.get(how, [how]), "--db", db, "--format", "json", *purpose)
    result = run(*asked, stdin="" if how == "--from-file" else text)
    assert (result.exit_code, result.stderr) == (0, f"ctscan: lookup: {sums(2, 0)}\n")
    assert [answer["identifier"]["value"] for answer in json.loads(result.stdout)] == [JANE, ZOE]
    piped = process(*asked, cwd=people.parent, stdin=b"" if how == "--from-file" else text.encode())  # a real pipe
    assert [answer["identifier"]["value"] for answer in json.loads(piped.stdout)] == [JANE, ZOE]


def test_a_byte_order_mark_alone_on_its_line_ends_nothing(db: Path, people: Path) -> None:
    people.write_bytes(b"\xef\xbb\xbf\n" + JANE.encode())
    assert len(lines_of(listed(db, people, "--format", "jsonl"))) == 1
    people.write_bytes(b"\xef\xbb\xbf# only a comment")
    assert "expected an identifier" in error_line(listed(db, people, code=2))


def test_labels_are_shown_and_never_compared_nor_recorded(db: Path, people: Path, tmp_path: Path) -> None:
    copy = tmp_path / "ctscan.db"
    copy_index(db, copy)
    people.write_text(f"{JANE}   # HR 17\n{ZOE}\t#HR 18\nJane#Roe\n", encoding="utf-8")
    answers = lines_of(listed(copy, people, "--format", "jsonl"))
    assert [(one["identifier"]["value"], one["identifier"]["label"]) for one in answers] == [
        (JANE, "HR 17"), (ZOE, "HR 18"), ("Jane#Roe", None),
    ]  # fmt: skip
    assert len(answers[0]["matches"]) == 1
    assert listed(copy, people).stdout.startswith(f"{JANE} (HR 17)\n")
    assert b"HR 17" not in copy.with_name("ctscan.db.audit").read_bytes()
    people.write_text(f"{JANE} # {'x' * 500}\n")
    assert len(lines_of(listed(copy, people, "--format", "jsonl"))[0]["identifier"]["label"]) == 201


def test_a_repeated_line_is_answered_once_unless_its_label_differs(db: Path, people: Path) -> None:
    people.write_text(f"{JANE}\n{JANE} # HR 17\n\n{JANE.upper()}\n", encoding="utf-8")
    result = listed(db, people, "--format", "jsonl")
    assert [one["identifier"]["label"] for one in lines_of(result)] == [None, "HR 17"]
    assert result.stderr.splitlines() == [
        f"ctscan: {people}, line 4: repeats {people}, line 1, and is answered there",
        f"ctscan: lookup: {sums(2, 0, repeated=1)}",
    ]
    people.write_text(f"{JANE}\n{JANE}\n")
    assert isinstance(json.loads(listed(db, people, "--format", "json").stdout), list)  # two lines were given


@pytest.mark.parametrize("line", ["Serial #: 07", "Serial # 07", "Serial Number #07"])
def test_a_number_sign_behind_the_label_of_a_number_begins_no_label(db: Path, people: Path, line: str) -> None:
    people.write_text(f"{line}\n")
    (answer,) = lines_of(listed(db, people, "--format", "jsonl"))
    assert (answer["identifier"]["kind"], answer["identifier"]["label"]) == ("serial", None)
    assert len(answer["matches"]) == 1


@pytest.mark.parametrize("line", ["ID # 12345678Z", "DNI # 12345678Z", "Phone # 912345678"])
def test_a_number_of_a_person_is_never_taken_for_a_label(db: Path, people: Path, line: str) -> None:
    people.write_text(f"{line}\n")
    (answer,) = lines_of(run("lookup", "--from-file", people, "--db", db, "--format", "jsonl"))
    assert answer["identifier"]["label"] is None
    assert {"phone" if "Phone" in line else "number"} <= {one["kind"] for one in answer["identifier"]["readings"]}


# --- bad lines ------------------------------------------------------------------------------------------------------

BAD = {
    "no address": (b"zoe@@example.org", "identifier: expected"),
    "no UTF-8": (b"Zo\xeb Roe", "expected UTF-8 text"),
    "a long line": (b"zoe" * 2000, "got a line of 4096 bytes or more"),
    "a long identifier": (b"zoe" * 1000, "expected 1 to 1000 characters, got 3000"),
    "a NUL": (b"zoe\x00roe", "control character U+0000"),
    "an escape": (b"zoe\x1b[2J", "control character U+001B"),
    "old line ends": (b"zoe@example.org\rjane@example.org", "control character U+000D"),
}


@pytest.mark.parametrize(("bad", "words"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("purpose", [(), ("--purpose", "a request")], ids=["once", "read twice"])
def test_a_bad_line_is_named_by_its_number_and_the_others_are_answered(
    db: Path, people: Path, bad: bytes, words: str, purpose: tuple[str, ...]
) -> None:
    people.write_bytes(f"{JANE}\n".encode() + bad + b"\nnobody@example.org\n")
    result = listed(db, people, "--format", "jsonl", *purpose, code=2)
    assert [one["identifier"]["value"] for one in lines_of(result)] == [JANE, "nobody@example.org"]
    told, line = result.stderr.splitlines()
    assert told.startswith(f"ctscan: {people}, line 2: ")
    assert words in told
    assert "<email>" not in told  # the advice shows how an address is written
    assert "zoe" not in told.lower()
    assert line == f"ctscan: lookup: {sums(1, 1, bad=1)}"


def test_two_files_are_refused(db: Path, people: Path) -> None:
    people.write_text(f"{JANE}\n")
    line = error_line(listed(db, people, "--from-file", "-", code=2))
    assert line == "ctscan: --from-file: expected one file, got 2; put all lines into one"


def test_bad_lines_alone_are_exit_code_2_and_json_stays_json(db: Path, people: Path) -> None:
    people.write_text("zoe@@example.org\n")
    assert json.loads(listed(db, people, "--format", "json", code=2).stdout) == []
    assert listed(db, people, "--format", "jsonl", code=2).stdout == ""
    assert sums(0, 0, bad=1) in listed(db, people, code=2).stdout


def test_an_incomplete_answer_and_a_bad_line_are_exit_code_2(db: Path, people: Path) -> None:
    people.write_text(f"{JANE}\nserial:zz\n{'a1' * 32}\n")
    result = listed(db, people, code=2)
    assert sums(1, 1, incomplete=1, bad=1) in result.stdout
    people.write_text(f"{JANE}\n{'a1' * 32}\n")
    assert sums(1, 1, incomplete=1) in listed(db, people, code=4).stdout


@pytest.mark.parametrize("text", ["", "\n\n", "# nobody\n"])
@pytest.mark.parametrize("name", ["lookup", "search", "status", "prove"])
def test_an_empty_list_is_a_usage_error(db: Path, people: Path, name: str, text: str) -> None:
    people.write_text(text)
    for arguments, stdin in ((("--from-file", people), ""), (("-",), text)):
        result = run(name, *arguments, "--db", db, stdin=stdin)
        assert result.exit_code == 2
        assert "expected an identifier" in error_line(result)


def test_a_wrong_command_line_answers_nothing(db: Path, people: Path, tmp_path: Path) -> None:
    people.write_text(f"{JANE}\n{ZOE}\n", encoding="utf-8")
    wrong = [
        (("zoe@@example.org",), 2, "identifier: expected"),
        (("--certificate", str(tmp_path / "none.pem")), 1, "none.pem"),
        (("--purpose", f"for {ZOE}"), 2, "--purpose: expected a purpose that doesn't name the person"),
        (("--case", f"Nováková {ZOE.split()[0]}"), 2, "--case: expected a case that doesn't name the person"),
    ]
    for options, code, words in wrong:
        assert words in error_line(listed(db, people, *options, code=code))
        piped = run("lookup", "-", *options, "--db", db, stdin=people.read_text("utf-8"))
        assert (piped.exit_code, piped.stdout) == (code, "")


@pytest.mark.parametrize("name", ["lookup", "search", "status", "prove"])
def test_a_list_that_can_not_be_read_is_named(db: Path, tmp_path: Path, name: str) -> None:
    utf16 = tmp_path / "utf16.txt"
    utf16.write_text(JANE, encoding="utf-16")
    for path, words in ((tmp_path, "Is a directory"), (tmp_path / "none.txt", "No such file"), (utf16, "got UTF-16")):
        result = run(name, "--from-file", path, "--db", db)
        assert (result.exit_code, words in error_line(result)) == (1, True)


@pytest.mark.parametrize("name", ["lookup", "prove"])
def test_a_line_without_an_end_is_not_read_for_ever(db: Path, name: str) -> None:
    result = run(name, "--from-file", "/dev/zero", "--db", db)
    assert (result.exit_code, result.stdout) == (1, "")
    assert error_line(result) == (
        "ctscan: /dev/zero: expected identifiers, one per line, got a line of more than 64 MiB; check the path"
    )


@pytest.mark.parametrize("name", ["search", "status", "prove"])
def test_commands_that_do_not_answer_each_line_refuse_a_list_with_a_bad_one(db: Path, people: Path, name: str) -> None:
    people.write_text(f"{JANE}\nzoe@@example.org\n")
    result = run(name, "--from-file", people, "--db", db)
    assert result.exit_code == 2
    line = error_line(result)
    assert line.startswith(f"ctscan: {people}, line 2: ")
    assert "zoe" not in line


# --- pipes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", [(), ("--purpose", "a request")], ids=["once", "read twice"])
def test_a_named_pipe_is_read_like_a_file(db: Path, tmp_path: Path, purpose: tuple[str, ...]) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(f"{JANE}\nzoe@@\n{JANE}\nnobody@example.org\n",))
    writer.start()
    result = listed(db, pipe, "--format", "jsonl", *purpose, code=2)
    writer.join()
    assert [len(one["matches"]) for one in lines_of(result)] == [1, 0]
    assert [line.partition("line ")[2][:1] for line in result.stderr.splitlines()] == ["2", "3", ""]


def test_an_answer_comes_before_the_next_line(db: Path, tmp_path: Path) -> None:
    """Lists are answered as they are read: nothing waits for their end."""
    asked = command("lookup", "-", "--db", db, "--format", "jsonl")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CTSCAN_")}
    with subprocess.Popen(
        asked, cwd=tmp_path, env=environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    ) as lookup:  # fmt: skip
        assert lookup.stdin and lookup.stdout and lookup.stderr
        for name in (JANE, "nobody@example.org"):
            lookup.stdin.write(f"{name}\n")
            lookup.stdin.flush()
            assert json.loads(lookup.stdout.readline())["identifier"]["value"] == name
        lookup.stdin.close()
        assert lookup.wait(30) == 0
        assert lookup.stderr.read() == f"ctscan: lookup: {sums(1, 1)}\n"


# --- on a terminal ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", ["60", "120"])
def test_lines_of_a_terminal_do_not_mix_with_answers_in_a_file(
    db: Path,
    tmp_path: Path,
    columns: str,
) -> None:
    (tmp_path / "people.txt").write_text(f"{JANE}\nzoe@@\n")
    screen, terminal = pty.openpty()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CTSCAN_")}
    done = forked.run(
        command("lookup", "--from-file", "people.txt", "--db", db, "--format", "jsonl"), cwd=tmp_path,
        env=environ | {"PYTHONPATH": str(ROOT), "COLUMNS": columns}, stdout=subprocess.PIPE, stderr=terminal,
        stdin=subprocess.DEVNULL, timeout=30, check=False,
    )  # fmt: skip
    os.close(terminal)
    said = os.read(screen, 10_000).decode().strip().split("\r\n")
    os.close(screen)
    assert (done.returncode, len(done.stdout.splitlines())) == (2, 1)
    left = [line.rpartition(CLEAR)[2] for line in said]  # where the machine was slow, progress stood there before
    assert [line.partition(": ")[0] for line in left] == ["ctscan", "ctscan"]


def test_a_list_that_stops_says_where(db: Path, tmp_path: Path) -> None:
    """The trail fails while a list is answered: nothing is answered without its record."""
    copy = tmp_path / "ctscan.db"
    copy_index(db, copy)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(
        command("lookup", "--from-file", pipe, "--db", copy, "--format", "jsonl"), cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    ) as lookup, pipe.open("w") as people:  # fmt: skip
        assert lookup.stdout and lookup.stderr
        people.write(f"{JANE}\n")
        people.flush()
        assert lookup.stdout.readline()
        with closing(sqlite3.connect(f"{copy}.audit")) as trail:
            for (name,) in trail.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                trail.execute(f"ALTER TABLE {name} RENAME TO lost_{name}")
            trail.commit()
        people.write("nobody@example.org\n")
        people.close()
        assert lookup.wait(30) == 1
        first, second = lookup.stderr.read().splitlines()
        assert (first, lookup.stdout.read()) == (
            "ctscan: lookup: stopped, after this number of answers: 1",
            "",
        )
        assert "nothing is answered or changed without its record" in second


# --- what is left out -------------------------------------------------------------------------------------------------


def test_equal_coverage_is_shown_once(db: Path, people: Path) -> None:
    people.write_text("nobody@example.org\nsomebody@example.org\nanybody@example.org\n")
    shown = listed(db, people).stdout
    assert shown.count("Last check") == 1
    assert shown.count("Coverage: as above.") == 2
    assert shown.splitlines()[-1] == sums(0, 3)
    answers = lines_of(listed(db, people, "--format", "jsonl"))
    assert all(len(one["coverage"]) == 1 for one in answers)


def test_a_part_of_a_name_is_not_counted_as_found(db: Path, people: Path) -> None:
    people.write_text("Jane Roe\nJane Sample\nNobody Sample\n")
    shown = listed(db, people).stdout
    assert "\nNothing found under the whole name; 1 certificate with a part of it; " in shown
    assert shown.splitlines()[-1] == sums(1, 2)


def test_arguments_have_no_sums(db: Path) -> None:
    result = run("lookup", JANE, "nobody@example.org", "--db", db)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "looked up:" not in result.stdout


# --- the process list -------------------------------------------------------------------------------------------------


def commands(group: click.Group = program, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    found: list[tuple[tuple[str, ...], click.Command]] = []
    context = click.Context(group)
    for name in group.list_commands(context):
        one = group.get_command(context, name)
        assert one is not None
        found.append(((*path, name), one))
        if isinstance(one, click.Group):
            found += commands(one, (*path, name))
    return found


def test_every_command_that_takes_identifiers_takes_them_from_stdin_and_files() -> None:
    """An argument stands in the process list, for everybody on the machine to read."""
    taking = []
    for path, one in commands():
        for argument in (parameter for parameter in one.params if isinstance(parameter, click.Argument)):
            if "IDENTIFIER" in (argument.metavar or "") or "identifier" in (argument.name or ""):
                taking.append(path)
                assert argument.metavar == "[IDENTIFIER|-]...", path
                assert "--from-file" in [name for parameter in one.params for name in parameter.opts], path
    of_cases = [("case", "open"), ("case", "add"), ("case", "search"), ("dossier",)]
    assert sorted(taking) == sorted([("search",), ("lookup",), ("status",), *of_cases, ("forget",), ("prove",)])
    assert len(commands()) > len(COMMANDS)


@pytest.mark.parametrize("name", ["status", "prove"])
def test_status_and_prove_read_identifiers_from_stdin_and_files(db: Path, people: Path, name: str) -> None:
    people.write_text(f"# who\n{JANE}\n")
    results = [
        run(name, *arguments, "--db", db, "--format", "json", stdin=people.read_text())
        for arguments in ((JANE,), ("-",), ("--from-file", people), ("--from-file", "-"))
    ]
    assert [result.exit_code for result in results] == [0] * 4
    assert len({result.stdout for result in results}) == 1


@pytest.mark.parametrize("name", ["status", "prove"])
def test_a_terminal_is_told_what_to_type_there_too(db: Path, tmp_path: Path, name: str) -> None:
    keyboard, terminal = pty.openpty()
    os.write(keyboard, f"{JANE}\n".encode() + b"\x04")
    environ = {key: value for key, value in os.environ.items() if not key.startswith("CTSCAN_")}
    done = forked.run(
        command(name, "-", "--db", db), cwd=tmp_path, env=environ | {"PYTHONPATH": str(ROOT)}, stdin=terminal,
        capture_output=True, timeout=30, check=False,
    )  # fmt: skip
    os.close(keyboard)
    os.close(terminal)
    assert done.returncode == 0, done.stderr
    assert b"Type identifiers, one per line." in done.stderr
