"""Bad input gives a single line on stderr (problem, place, expected, got), changes nothing and leaks nothing."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from support import forked
from support.cli import ROOT, command, error_line, process, run
from support.logs import log_list
from support.scanning import people_log

from ctscan.model import LogProtocol


def test_unknown_configuration_key(tmp_path: Path) -> None:
    path = tmp_path / "ctscan.toml"
    path.write_text('scop = ["example.org"]')
    result = run("scan", "--config", path)
    assert result.exit_code == 2
    assert error_line(result) == f"ctscan: {path}: unknown key 'scop'; did you mean 'scope'?"
    assert [path.name for path in tmp_path.iterdir()] == ["ctscan.toml"]


@pytest.mark.parametrize("name", ["logs", "runs", "reindex"])
def test_a_missing_database_is_not_created(tmp_path: Path, name: str) -> None:
    db = tmp_path / "none.db"
    result = run(name, "--db", db)
    assert result.exit_code == 1
    assert str(db) in error_line(result)
    assert [path.name for path in tmp_path.iterdir()] == []


def test_a_missing_database_is_not_created_by_a_look_up(tmp_path: Path) -> None:
    db = tmp_path / "none.db"
    for arguments in (("lookup", "jane@example.org"), ("prove", "jane@example.org"), ("prove", "--all")):
        result = run(*arguments, "--db", db)
        assert result.exit_code == 1
        assert "ctscan scan" in error_line(result)
    assert [path.name for path in tmp_path.iterdir()] == []


def test_a_database_of_another_program(tmp_path: Path) -> None:
    db = tmp_path / "other.db"
    connection = sqlite3.connect(db)
    connection.execute("CREATE TABLE t (a)")
    connection.commit()
    connection.close()
    db.chmod(0o600)
    before = db.read_bytes()
    result = run("logs", "--db", db)
    assert result.exit_code == 1
    assert "another program" in error_line(result)
    assert db.read_bytes() == before


def test_a_database_url_of_another_kind(tmp_path: Path) -> None:
    result = run("logs", "--db", "postgresql://localhost/ctscan")
    assert result.exit_code == 2
    assert "expected a path or sqlite:///path" in error_line(result)


@pytest.mark.parametrize("identifier", ["jane@", "@", "", "jane roe@example@org", "x" * 2000])
def test_not_an_identifier(tmp_path: Path, identifier: str) -> None:
    result = run("lookup", identifier, "--db", tmp_path / "none.db")
    assert result.exit_code == 2
    line = error_line(result)
    assert len(identifier) < 2 or identifier not in line


def test_lookup_of_nothing(tmp_path: Path) -> None:
    result = run("lookup", "--db", tmp_path / "none.db")
    assert result.exit_code == 2
    assert "expected an identifier" in error_line(result)


def test_scan_without_a_scope(tmp_path: Path) -> None:
    result = run("scan", "--db", tmp_path / "new.db", "--contact", "ct@example.org", "--config", _empty(tmp_path))
    assert result.exit_code == 2
    assert "scope" in error_line(result)
    assert not (tmp_path / "new.db").exists()


def test_a_log_that_is_not_read_is_refused_with_the_reason_in_words(tmp_path: Path) -> None:
    entry = people_log("old", 1).list_entry("https://old.example.org/", LogProtocol.RFC6962, state="retired")
    (tmp_path / "list.json").write_bytes(log_list([("Operator", LogProtocol.RFC6962, entry)]))
    given = ("--log-list", tmp_path / "list.json", "--log", "old", "--everything", "--contact", "ct@example.org")
    result = run("scan", *given, "--db", tmp_path / "db")
    assert result.exit_code == 2
    assert error_line(result) == "ctscan: --log 'old': this log is not read: retired since 2026-01-01"


def test_a_list_of_logs_that_are_not_read_is_refused_with_a_reason_in_words(tmp_path: Path) -> None:
    entry = people_log("old", 1).list_entry("https://old.example.org/", LogProtocol.RFC6962, state="retired")
    (tmp_path / "list.json").write_bytes(log_list([("Operator", LogProtocol.RFC6962, entry)]))
    given = ("--log-list", tmp_path / "list.json", "--everything", "--contact", "ct@example.org")
    result = run("scan", *given, "--db", tmp_path / "db")
    assert result.exit_code == 1
    assert error_line(result) == (
        "ctscan: log list: expected a log to read, got 1 named, all skipped; the reason of old: "
        "retired since 2026-01-01"
    )


def test_scan_over_the_network_without_a_contact(tmp_path: Path) -> None:
    result = run("scan", "--db", tmp_path / "new.db", "--scope", "example.org", "--config", _empty(tmp_path))
    assert result.exit_code == 2
    assert "contact" in error_line(result)
    assert not (tmp_path / "new.db").exists()


def _empty(directory: Path) -> Path:
    path = directory / "empty.toml"
    path.write_text("")
    return path


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("runs", "jane@example.org"), "unexpected extra argument of 16 characters; see 'ctscan runs --help'"),
        (("logs", "jane@example.org"), "No such command of 16 characters; see 'ctscan logs --help'"),
        (("jane@example.org",), "No such command of 16 characters; see 'ctscan --help'"),
        (("scna",), "No such command 'scna'; did you mean 'scan'? See 'ctscan --help'"),
        (("lokup",), "No such command 'lokup'; did you mean 'lookup'? See 'ctscan --help'"),
        (("roe",), "No such command of 3 characters; did you mean 'prove'? See 'ctscan --help'"),
        (("janedoe",), "No such command of 7 characters; see 'ctscan --help'"),
        (("audit@example.org",), "No such command of 17 characters; see 'ctscan --help'"),
        (("logs", "evidnce"), "No such command 'evidnce'; did you mean 'evidence'? See 'ctscan logs --help'"),
        (("logs", "--colour"), "No such option '--colour'; see 'ctscan logs --help'"),
        (
            ("lookup", "--formt", "json"),
            "No such option '--formt'; did you mean '--format'? See 'ctscan lookup --help'",
        ),
        (("--verison",), "No such option '--verison'; did you mean '--version'? See 'ctscan --help'"),
        (("help", "lokup"), "No such command 'lokup'; did you mean 'lookup'? See 'ctscan --help'"),
        (("help", "basis", "sett"), "No such command 'sett'; did you mean 'set'? See 'ctscan basis --help'"),
        (("help", "jane"), "No such command of 4 characters; see 'ctscan --help'"),
        (("help", "scan", "jane"), "expected nothing after 'ctscan scan', which has no commands of its own"),
        (("completion", "csh"), "see 'ctscan completion --help'"),
        (("logs", "--format", "xml"), "see 'ctscan logs --help'"),
        (("scan", "--jobs", "many"), "see 'ctscan scan --help'"),
        (("inspect",), "see 'ctscan inspect --help'"),
        (("prove",), "expected identifiers, --all or --answer"),
        (("prove", "--all", "jane@example.org"), "expected identifiers, --all or --answer"),
    ],
)
def test_usage_is_one_line_without_addresses(arguments: tuple[str, ...], words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    line = error_line(result)
    assert words in line
    assert "jane" not in line


# --- the frame ------------------------------------------------------------------------------------------------------

FAILING = """
import sys
from ctscan.cli import program
from ctscan.cli.program import command
import ctscan.cli.rules as rules
from ctscan.errors import InputError, Misbehaviour, UsageError

def fail(**_):
    try:
        raise KeyError("Jane Roe jane.roe@example.org")
    except KeyError as error:
        raise {raised} from error

rules.COMMAND.callback = fail
program.main(["rules", *sys.argv[1:]])
"""


def _fail(raised: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    source = FAILING.format(raised=raised)
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", source, *arguments]
    return forked.run(words, capture_output=True, text=True, env=environ, timeout=60, check=False)


def test_an_unexpected_error_is_one_line_without_its_message() -> None:
    done = _fail('ValueError("jane.roe@example.org of Jane Roe")')
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("ctscan: unexpected error ValueError at ")
    assert done.stderr.endswith("; run with --verbose for details\n")
    assert done.stderr.count("\n") == 1
    assert "Jane" not in done.stderr


@pytest.mark.parametrize("option", ["-v", "--verbose", "-vv"])
def test_verbose_shows_the_frames_but_no_message(option: str) -> None:
    done = _fail('ValueError("jane.roe@example.org of Jane Roe")', option)
    assert done.returncode == 1
    assert "Traceback (most recent call last):" in done.stderr
    assert "builtins.KeyError: (message of" in done.stderr  # of the cause, too
    assert "builtins.ValueError: (message of" in done.stderr
    assert "in fail" in done.stderr
    assert "Jane" not in done.stderr
    assert "jane" not in done.stderr


@pytest.mark.parametrize(
    ("raised", "code", "line"),
    [
        ("InputError('a.pem: expected this, got that')", 1, "ctscan: a.pem: expected this, got that\n"),
        ("UsageError('two\\nlines\\x1b[31m')", 2, "ctscan: two lines\\x1b[31m\n"),
        ("Misbehaviour('Example log: two roots', None)", 3, "ctscan: Example log: two roots\n"),
        ("OSError(28, 'No space left on device')", 1, "ctscan: the system refused: No space left on device (OSError"),
        ("EOFError()", 1, "ctscan: unexpected error RuntimeError at "),
    ],
)
def test_known_errors_have_their_exit_code(raised: str, code: int, line: str) -> None:
    done = _fail(raised)
    assert done.returncode == code
    assert done.stderr.startswith(line)
    assert done.stderr.count("\n") == 1


def test_interrupt_ends_by_the_signal_so_that_shells_notice() -> None:
    done = _fail("KeyboardInterrupt()")
    assert done.returncode == -signal.SIGINT
    assert done.stderr.strip() == "ctscan: interrupted"


def test_a_reader_that_left_is_no_news(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        done = forked.run(
            command("rules", "--format", "json"),
            stdout=pipe,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_terminal_of_another_encoding_gets_escapes(tmp_path: Path) -> None:
    done = process("rules", cwd=tmp_path, env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.returncode == 0
    assert done.stdout.isascii()
