"""A look-up starts quickly: it imports nothing that it doesn't need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.cli import ROOT

PROBE = """
import sys
from ctscan.cli import program
try:
    program.main(sys.argv[1:])
except SystemExit:
    pass
print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def imported(tmp_path: Path, *arguments: str) -> set[str]:
    """The top-level packages that a command imports."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
        check=True,
    )
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    "arguments",
    [
        ("lookup", "jane@example.org", "--db", "none.db", "--format", "json"),
        ("lookup", "number:12345678Z", "account:jane", "--db", "none.db", "--format", "json"),
        ("logs", "--db", "none.db", "--format", "json"),
        ("rules", "--format", "json"),
        ("disclosures", "--db", "none.db", "--format", "json"),
        ("--help",),
    ],
)
def test_nothing_heavy_is_imported(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    found = imported(tmp_path, *arguments)
    heavy = {"httpx", "cryptography", "rich", "structlog", "asn1crypto", "multiprocessing", "phonenumbers", "stdnum"}
    assert not found & heavy


def test_help_needs_neither_a_database_nor_an_event_loop(tmp_path: Path) -> None:
    assert not imported(tmp_path, "--help") & {"asyncio", "sqlite3", "aiosqlite"}
