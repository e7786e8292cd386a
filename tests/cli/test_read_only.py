"""An index on a medium that may not be written to: it answers, and nothing is migrated, made or changed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from support import forked
from support.cli import ROOT
from support.scanning import people_log, scan
from support.simulator import Simulator

OBEYING = """
import ctypes, os, runpy, sys
if os.getuid() == 0:  # give up CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, the right of root to what modes forbid
    libc = ctypes.CDLL(None, use_errno=True)
    version_3, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert libc.capget(version_3, sets) == 0
    for number in range(3):
        sets[number] &= ~0b110
    assert libc.capset(version_3, sets) == 0, os.strerror(ctypes.get_errno())
{then}
"""
COMMAND = 'runpy.run_module("ctscan", run_name="__main__", alter_sys=True)'
READING_ON = """
import asyncio
from pathlib import Path
from ctscan.errors import IndexFault
from ctscan.index.open import open_index

async def read_on():
    async with await open_index(Path(sys.argv[1]), create=False, inline=True) as index:
        for _ in range(3):
            try:
                print("answered", (await index.basis()).revision, flush=True)
            except IndexFault as fault:
                print(fault, flush=True)
            sys.stdin.readline()

asyncio.run(read_on())
"""
PERSON = "jane.roe@example.org"


@pytest.fixture(scope="module")
def medium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Make an index, whole in its file."""
    folder = tmp_path_factory.mktemp("medium")
    with Simulator() as sim:
        sim.add("people", people_log())
        scan(sim, folder / "ctscan.db")
    with closing(sqlite3.connect(folder / "ctscan.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    yield folder


@contextmanager
def read_only(medium: Path, folder: Path) -> Iterator[Path]:
    """Copy the index to a folder that may not be written to."""
    place = folder / "read-only"
    shutil.copytree(medium, place, ignore=shutil.ignore_patterns("*.audit*", "*.key", "*.locks"))
    (place / "ctscan.db").chmod(0o400)
    place.chmod(0o555)
    try:
        yield place / "ctscan.db"
    finally:
        place.chmod(0o755)


def ctscan(*arguments: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Run `ctscan` as a user for whom the modes of files hold."""
    home.mkdir(exist_ok=True)
    return forked.run(
        [sys.executable, "-c", OBEYING.format(then=COMMAND), *map(str, arguments)],
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "HOME": str(home), "COLUMNS": "200"},
        cwd=home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def elsewhere(home: Path) -> list[str]:
    home.mkdir(exist_ok=True)
    (home / "ctscan.toml").write_text(
        f'[audit]\npath = "{home}/trail.audit"\n[privacy]\nkey_file = "{home}/trail.key"\n', encoding="utf-8"
    )
    return ["--config", str(home / "ctscan.toml")]


def test_a_read_only_index_answers_with_the_trail_elsewhere(medium: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with read_only(medium, tmp_path) as path:
        before = path.read_bytes()
        found = ctscan("lookup", PERSON, "--db", path, *elsewhere(home), home=home)
        assert (found.returncode, found.stderr) == (0, "")
        assert "Found in 3 certificates; the answer is complete" in found.stdout
        for command in (["logs"], ["runs"], ["prove", PERSON], ["basis", "show"], ["audit", "show"]):
            result = ctscan(*command, "--db", path, *elsewhere(home), home=home)
            assert (result.returncode, result.stderr) == (0, ""), command
        assert path.read_bytes() == before
        assert [file.name for file in path.parent.iterdir()] == ["ctscan.db"]
        assert (home / "trail.audit").exists()


def test_what_others_change_meanwhile_is_not_passed_over(medium: Path, tmp_path: Path) -> None:
    """SQLite reads the file without locks then, and would not see it: an answer could say complete and be old."""
    command = [sys.executable, "-c", OBEYING.format(then=READING_ON)]
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    with (
        read_only(medium, tmp_path) as path,
        subprocess.Popen(
            [*command, str(path)], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as reader,
    ):
        assert reader.stdin is not None and reader.stdout is not None
        told = [reader.stdout.readline()]
        reader.stdin.write("\n")
        reader.stdin.flush()
        told.append(reader.stdout.readline())
        path.chmod(0o600)
        path.parent.chmod(0o755)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("VACUUM")
        path.chmod(0o400)
        path.parent.chmod(0o555)
        reader.stdin.write("\n\n")
        reader.stdin.flush()
        told.append(reader.stdout.readline())
    assert told[:2] == ["answered 1\n"] * 2
    assert "changed while it was open" in told[2]


def test_without_a_writable_trail_nothing_is_answered(medium: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with read_only(medium, tmp_path) as path:
        refused = ctscan("lookup", PERSON, "--db", path, home=home)
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert "nothing is answered or changed without its record" in refused.stderr


def test_changes_that_lie_beside_the_file_are_not_passed_over(medium: Path, tmp_path: Path) -> None:
    """A copy made while a scan was writing: the last changes are in the -wal file."""
    home = tmp_path / "home"
    source = tmp_path / "source"
    shutil.copytree(medium, source)
    with closing(sqlite3.connect(source / "ctscan.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("UPDATE run SET purpose = 'another purpose'")
        connection.commit()
        wal = (source / "ctscan.db-wal").read_bytes()
    (source / "ctscan.db-wal").write_bytes(wal)
    (source / "ctscan.db-shm").unlink(missing_ok=True)
    with read_only(source, tmp_path) as path:
        result = ctscan("runs", "--db", path, home=home)
    assert result.returncode == 1
    assert "its last changes lie in a -wal file" in result.stderr


def test_an_older_index_is_not_migrated_where_it_may_not_be_written_to(medium: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    source = tmp_path / "source"
    shutil.copytree(medium, source)
    with closing(sqlite3.connect(source / "ctscan.db")) as connection:
        connection.execute("DELETE FROM migration WHERE number = (SELECT max(number) FROM migration)")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with read_only(source, tmp_path) as path:
        result = ctscan("runs", "--db", path, home=home)
    assert result.returncode == 1
    assert "read-only, and an index of an older ctscan" in result.stderr
    assert len(result.stderr.splitlines()) == 1, result.stderr
