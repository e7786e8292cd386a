"""Commands that read stdin say on a terminal what to type and how to end; elsewhere they say nothing."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest
from support import forked
from support.certs import make_certificate
from support.cli import ROOT, command, process

HINT = "End with Ctrl-D on an empty line."
END = b"\x04"


def typed(*arguments: str, keys: bytes, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    """Run `ctscan …` with a terminal as stdin, into which somebody types the keys."""
    keyboard, terminal = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CTSCAN_")}
    try:
        os.write(keyboard, keys)
        return forked.run(
            command(*arguments),
            stdin=terminal,
            capture_output=True,
            cwd=cwd,
            env=environment | {"PYTHONPATH": str(ROOT)},
            timeout=30,
            check=False,
        )
    finally:
        os.close(keyboard)
        os.close(terminal)


READERS = [
    (("lookup", "-", "--db", "none.db"), "Type identifiers, one per line."),
    (("lookup", "--from-file", "-", "--db", "none.db"), "Type identifiers, one per line."),
    (("search", "-", "--yes", "--db", "none.db"), "Type identifiers, one per line."),
    (("inspect", "-"), "Type certificates or requests, in PEM for example."),
    (("import", "-", "--everything", "--db", "none.db"), "Type certificates, in PEM for example."),
    (("prove", "--answer", "-", "--db", "none.db"), "Type saved answers in JSON."),
]


@pytest.mark.parametrize(("arguments", "words"), READERS, ids=lambda value: " ".join(value[:3]))
def test_a_terminal_is_told_what_to_type_and_how_to_end(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    done = typed(*arguments, keys=END, cwd=tmp_path)
    assert f"{words} {HINT}" in done.stderr.decode().splitlines()


@pytest.mark.parametrize(("arguments", "words"), READERS, ids=lambda value: " ".join(value[:3]))
def test_a_pipe_is_told_nothing(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    assert HINT.encode() not in process(*arguments, cwd=tmp_path).stderr


def test_identifiers_that_are_typed_are_looked_up(tmp_path: Path) -> None:
    (tmp_path / "jane.der").write_bytes(make_certificate([("CN", "Jane Roe"), ("emailAddress", "jane@example.org")]))
    imported = process("import", "jane.der", "--everything", "--db", "made.db", cwd=tmp_path)
    assert imported.returncode == 0
    done = typed("lookup", "-", "--db", "made.db", keys=b"jane@example.org\n" + END, cwd=tmp_path)
    assert b"Found in 1 certificate" in done.stdout
    assert done.stderr.decode().splitlines()[0] == f"Type identifiers, one per line. {HINT}"


def test_one_ctrl_d_ends_a_list_that_is_compared_with_a_purpose(tmp_path: Path) -> None:
    (tmp_path / "jane.der").write_bytes(make_certificate([("CN", "Jane Roe"), ("emailAddress", "jane@example.org")]))
    assert process("import", "jane.der", "--everything", "--db", "made.db", cwd=tmp_path).returncode == 0
    asked = ("lookup", "-", "--db", "made.db", "--purpose", "access request")
    done = typed(*asked, keys=b"jane@example.org\n" + END, cwd=tmp_path)
    assert b"Found in 1 certificate" in done.stdout
    assert b"1 identifier looked up" in done.stdout


def test_without_a_dash_a_terminal_is_not_waited_for(tmp_path: Path) -> None:
    done = typed("lookup", "--db", "none.db", keys=b"", cwd=tmp_path)
    assert done.returncode == 2
    assert HINT.encode() not in done.stderr
