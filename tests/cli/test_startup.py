"""Fast start of a look-up: it imports only modules that it needs."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.cli import ROOT
from support.scanning import people_log
from support.simulator import Simulator

from ctscan.index.open import open_index

PROBE = """
import sys
from ctscan.cli import program
try:
    program.main(sys.argv[1:])
except SystemExit:
    pass
print(*sorted(sys.modules), file=sys.stderr)
"""


def imported(tmp_path: Path, *arguments: str) -> set[str]:
    """Return the modules that a command imports."""
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


HEAVY = {
    "asn1crypto", "cryptography", "httptools", "httpx", "isal", "multiprocessing", "phonenumbers", "rich", "stdnum",
    "structlog",
}  # fmt: skip


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
    assert not imported(tmp_path, *arguments) & HEAVY


@pytest.mark.parametrize("format", ["json", "table"])
def test_an_answer_needs_neither_an_event_loop_nor_tables_of_letters(tmp_path: Path, format: str) -> None:
    async def make() -> None:
        async with await open_index(tmp_path / "made.db", create=True):
            pass

    asyncio.run(make())
    needed = {"cryptography", "rich"} if format == "table" else {"cryptography"}  # the former for the keyed digest
    for asked in ("jane@example.org", "Jane Roe", "@example.org"):
        found = imported(tmp_path, "lookup", asked, "--db", "made.db", "--format", format)
        assert "sqlite3" in found
        assert not found & (HEAVY - needed)
        assert not found & {"aiosqlite", "anyascii", "asyncio", "idna", "socket", "ssl"}


def test_help_needs_neither_a_database_nor_an_event_loop(tmp_path: Path) -> None:
    assert not imported(tmp_path, "--help") & {"asyncio", "sqlite3", "aiosqlite"}


def test_a_look_up_makes_no_results_of_other_use_cases(tmp_path: Path) -> None:
    found = imported(tmp_path, "lookup", "jane@example.org", "--db", "none.db", "--format", "json")
    assert "ctscan.model.answer" in found and "ctscan.model.results" not in found


def test_a_scan_imports_one_http_client_only(tmp_path: Path) -> None:
    with Simulator() as sim:
        sim.add("people", people_log(size=300))
        found = imported(
            tmp_path, "scan", "--everything", "--log-list", sim.list_url, "--from", "start", "--db", "x.db"
        )
        assert len(sim.requests) > 3
    assert "httptools" in found
    assert not found & {"certifi", "h11", "http.client", "httpcore", "httpx"}
