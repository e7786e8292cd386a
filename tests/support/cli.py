"""Runner of `ctscan` as a user starts it: in this process for speed, or in a new process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner, Result
from support import forked

from ctscan.cli import program

ROOT = Path(__file__).parents[2]


def run(*arguments: str | Path, stdin: str | bytes = "", env: Mapping[str, str | None] | None = None) -> Result:
    """Run `ctscan …` in this process; the result holds `exit_code`, `stdout` and `stderr`."""
    runner = CliRunner(env={"CTSCAN_CONFIG": None, "COLUMNS": "200", "NO_COLOR": "1", **(env or {})})
    result = runner.invoke(program, words(*arguments), input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def process(
    *arguments: str | Path, cwd: Path, stdin: bytes = b"", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run `ctscan …` in a new process with the given environment: a fork of a warm one, or a fresh interpreter where
    the environment has settings of Python or of the language."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("CTSCAN_")}
    is_plain = not any(name.startswith(("PYTHON", "LC_", "LANG")) for name in env or ())
    return (forked.run if is_plain else subprocess.run)(
        command(*arguments),
        cwd=cwd,
        input=stdin,
        capture_output=True,
        timeout=60,
        env={**clean, "PYTHONPATH": str(ROOT), **(env or {})},
        check=False,
    )


def command(*arguments: str | Path) -> list[str]:
    """Build the words that start `ctscan` with this Python."""
    return [sys.executable, "-m", "ctscan", *words(*arguments)]


def words(*arguments: str | Path) -> list[str]:
    """Turn arguments to words. None would be a file of that name in the working directory."""
    assert None not in arguments, "an argument is None"
    return [str(argument) for argument in arguments]


def copy_index(db: Path, to: Path) -> None:
    """Copy an index with its trail and key, without which it answers nothing, to a path; it returns nothing."""
    for suffix in ("", ".audit", ".key"):
        if (file := Path(f"{db}{suffix}")).exists():
            shutil.copy(file, f"{to}{suffix}")


def error_line(result: Result) -> str:
    """Return the single error line on stderr; assert that stderr holds nothing else and stdout nothing at all."""
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("ctscan: ")
    return lines[0]
