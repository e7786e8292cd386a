"""Runs `ctscan` as a user does: in this process for speed, or as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner, Result

from ctscan.cli import program

ROOT = Path(__file__).parents[2]


def run(*arguments: str | Path, stdin: str | bytes = "", env: Mapping[str, str | None] | None = None) -> Result:
    """`ctscan …` in this process; `exit_code`, `stdout` and `stderr` are in the result."""
    runner = CliRunner(env={"CTSCAN_CONFIG": None, "COLUMNS": "200", "NO_COLOR": "1", **(env or {})})
    result = runner.invoke(program, [str(argument) for argument in arguments], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def process(
    *arguments: str | Path, cwd: Path, stdin: bytes = b"", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """`ctscan …` in a process of its own, with an environment of its own."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("CTSCAN_")}
    return subprocess.run(
        command(*arguments),
        cwd=cwd,
        input=stdin,
        capture_output=True,
        timeout=60,
        env={**clean, "PYTHONPATH": str(ROOT), **(env or {})},
        check=False,
    )


def command(*arguments: str | Path) -> list[str]:
    """The words that start `ctscan` with this Python."""
    return [sys.executable, "-m", "ctscan", *(str(argument) for argument in arguments)]


def error_line(result: Result) -> str:
    """The one line on stderr that an error is; nothing else may be there, and nothing on stdout."""
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("ctscan: ")
    return lines[0]
