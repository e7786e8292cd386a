"""Fast start: a command imports only modules that it needs, and compiles only expressions that it uses.

Modules and expressions are counted, since times differ from machine to machine.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.cli import ROOT
from support.crossing import crossed
from support.logs import LogBuilder
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

COUNT = """
import gc, sys
from ctscan.cli import program
try:
    program.main(sys.argv[1:])
except SystemExit:
    pass
from ctscan.on_first_use import LatePattern
late = [one for one in gc.get_objects() if type(one) is LatePattern]
compiled = [one for one in late if one.is_compiled]
print(len([name for name in sys.modules if name.startswith("ctscan.")]), len(compiled), file=sys.stderr)
"""


def imported(tmp_path: Path, *arguments: str) -> set[str]:
    """Return the modules that a command imports."""
    return set(probed(PROBE, tmp_path, *arguments))


def probed(probe: str, tmp_path: Path, *arguments: str) -> list[str]:
    """Run a command in a new process; return the words of the last line on stderr."""
    done = subprocess.run(
        [sys.executable, "-c", probe, *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
        check=True,
    )
    return done.stderr.splitlines()[-1].split()


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


@pytest.mark.parametrize(
    ("format", "asked"), crossed(["json", "table"], ["jane@example.org", "Jane Roe", "@example.org"])
)
def test_an_answer_needs_neither_an_event_loop_nor_tables_of_letters(tmp_path: Path, format: str, asked: str) -> None:
    async def make() -> None:
        async with await open_index(tmp_path / "made.db", create=True):
            pass

    asyncio.run(make())
    needed = {"cryptography"}  # for the keyed digest
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


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with an index, and with a log of one entry."""
    folder = tmp_path_factory.mktemp("startup")

    async def make() -> None:
        async with await open_index(folder / "made.db", create=True):
            pass

    asyncio.run(make())
    log = LogBuilder("one")
    log.fill(1)
    log.write_static_tree(folder / "one")
    return folder


LOOKUP = ("lookup", "jane@example.org", "--db", "made.db", "--purpose", "a test", "--format")
SCAN = ("scan", "--log", "{folder}/one", "--everything", "--purpose", "a test", "--format", "json", "--db")


def test_a_look_up_loads_no_rules_and_nouns_of_other_work(folder: Path) -> None:
    found = imported(folder, *LOOKUP, "table")
    assert {"ctscan.answer.lookup", "ctscan.index.sqlite.trail", "ctscan.views.tables"} <= found
    nouns = {"alert", "case", "certificate", "dossier", "exposure", "letter", "metrics", "notice", "watch"}
    assert not found & {f"ctscan.model.{noun}" for noun in nouns}
    others = ("alerts", "collect", "dsar", "exposure", "http", "personal.attribution", "personal.rules", "scan")
    assert not [name for name in found if name.startswith(tuple(f"ctscan.{other}." for other in others))]


def test_a_scan_loads_neither_the_log_lines_nor_searches_alerts_and_workers(folder: Path) -> None:
    found = imported(folder, *(word.format(folder=folder.as_uri()) for word in SCAN), "scanned.db")
    assert {"ctscan.scan.run", "ctscan.index.sqlite.commit"} <= found
    assert not found & {"asn1crypto", "multiprocessing", "phonenumbers", "publicsuffixlist", "stdnum", "structlog"}
    later = ("app.alerting", "app.searching", "app.watching", "collect.search", "model.exposure", "model.watch")
    assert not found & {f"ctscan.{name}" for name in later}
    assert not [name for name in found if name.startswith(("ctscan.alerts.", "ctscan.sources.repositories."))]


@pytest.mark.parametrize("arguments", [("--version",), ("completion", "bash")])
def test_short_commands_load_their_own_module_only(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    found = imported(tmp_path, *arguments)
    assert not found & (HEAVY | {"asyncio", "sqlite3", "ctscan.app", "ctscan.config", "ctscan.model"})


@pytest.mark.parametrize(
    ("arguments", "modules", "expressions"),
    [
        ((*LOOKUP, "json"), 200, 15),
        ((*LOOKUP, "table"), 210, 15),
        ((*SCAN, "counted.db"), 440, 35),
        (("lookup", "--help"), 40, 0),
        (("--version",), 15, 0),
        (("--help",), 140, 0),
    ],
)
def test_modules_and_compiled_expressions_stay_few(
    folder: Path, arguments: tuple[str, ...], modules: int, expressions: int
) -> None:
    """The limits are a tenth above the present numbers. More is loaded by hundreds of imports that are each small."""
    words = [word.format(folder=folder.as_uri()) for word in arguments]
    loaded, compiled = map(int, probed(COUNT, folder, *words))
    assert loaded <= modules
    assert compiled <= expressions
