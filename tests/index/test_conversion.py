"""Conversion of index and trail to encrypted files and back: before or after, never between, nothing plain beside."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from support import forked
from support.cli import ROOT, error_line, run
from support.encrypted import files_with, is_plain, needs_cipher, new_key, table_counts
from support.killing import kill_often

from ctscan.app import encrypt_index
from ctscan.config import load_config
from ctscan.errors import IndexFault, UsageError
from ctscan.index.open import open_index, open_trail
from ctscan.index.vault import Drafts, converted_files

pytestmark = needs_cipher

JANE, NAME = b"jane.roe@example.org", b"Jane Roe"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scan the demo log into an index; return its folder, with a key file."""
    folder = tmp_path_factory.mktemp("demo") / "index"
    assert run("demo", "--keep", folder).exit_code == 0
    new_key(folder / "index.key")
    return folder


@pytest.fixture
def folder(demo: Path, tmp_path: Path) -> Path:
    """Copy the folder of the index for a test alone."""
    return Path(shutil.copytree(demo, tmp_path / "index"))


def convert(folder: Path, *, encrypts: bool) -> None:
    db = folder / "ctscan.db"
    with converted_files(str(db), db.with_name("ctscan.db.audit"), folder / "index.key", encrypts=encrypts):
        pass


def encrypt(folder: Path) -> None:
    convert(folder, encrypts=True)


def decrypt(folder: Path) -> None:
    convert(folder, encrypts=False)


def state(folder: Path) -> str:
    """Open the index as the next command would, and say in which state both files are; fails for a mix."""
    db, key = folder / "ctscan.db", folder / "index.key"
    found = []
    for configured in (None, key):
        try:
            table_counts(db, configured)
        except IndexFault:
            continue
        found.append("plain" if configured is None else "encrypted")
    assert len(found) == 1, found
    assert is_plain(db) is is_plain(db.with_name("ctscan.db.audit")) is (found == ["plain"])
    return found[0]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_what_is_converted_and_back_is_the_same(folder: Path) -> None:
    db, key = folder / "ctscan.db", folder / "index.key"
    before, there = dump(db), names(folder)
    assert files_with(folder, JANE, NAME)
    encrypt(folder)
    assert files_with(folder, JANE, NAME) == []
    assert state(folder) == "encrypted"
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in ("ctscan.db", "ctscan.db.audit")} == {0o600}
    with pytest.raises(UsageError, match="encrypted already"):
        encrypt(folder)
    decrypt(folder)
    assert (state(folder), dump(db), names(folder)) == ("plain", before, there)
    with pytest.raises(UsageError, match="not encrypted"):
        decrypt(folder)
    assert key.exists()


def dump(db: Path) -> list[str]:
    """Write index and trail as SQL, with their ids, in an order of its own: tables may change theirs."""
    lines: list[str] = []
    for path in (db, db.with_name(f"{db.name}.audit")):
        with closing(sqlite3.connect(path)) as connection:
            lines += connection.iterdump()
            lines += map(str, connection.execute("PRAGMA application_id"))
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return sorted(lines)


@contextmanager
def held_open(db: Path) -> Iterator[None]:
    """Let another process hold an index open."""
    code = (
        "import asyncio, sys\nfrom ctscan.index.open import open_index\n"
        "async def work():\n    async with await open_index(sys.argv[1], create=False) as index:\n"
        "        await index.known_trail(); print('open', flush=True); sys.stdin.read()\n"
        "asyncio.run(work())"
    )
    with forked.popen(
        [sys.executable, "-c", code, str(db)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None and process.stdin is not None
        assert process.stdout.readline() == b"open\n"
        yield
        process.stdin.close()
        assert process.wait(timeout=30) == 0


def test_an_index_that_another_process_has_open_is_not_converted(folder: Path) -> None:
    there = names(folder)
    with held_open(folder / "ctscan.db"), pytest.raises(IndexFault, match="another process has the index open"):
        encrypt(folder)
    assert (state(folder), names(folder)) == ("plain", there)
    encrypt(folder)
    assert state(folder) == "encrypted"


def test_nobody_opens_index_or_trail_during_a_conversion(folder: Path) -> None:
    db = folder / "ctscan.db"
    with converted_files(str(db), folder / "ctscan.db.audit", folder / "index.key", encrypts=True) as drafts:
        assert isinstance(drafts, Drafts) and not is_plain(drafts.index) and not is_plain(drafts.trail)
        for opening in (open_index(db, create=False), open_trail(folder / "ctscan.db.audit", create=False)):
            with pytest.raises(IndexFault, match="being encrypted or decrypted by another process"):
                asyncio.run(opening)
        shown = run("audit", "show", "--config", folder / "ctscan.toml")
        assert (shown.exit_code, "being encrypted" in error_line(shown)) == (1, True)
    assert state(folder) == "encrypted"


def test_an_error_before_the_end_leaves_everything_as_it_was(folder: Path) -> None:
    there, before = names(folder), dump(folder / "ctscan.db")

    def fail() -> None:
        db = folder / "ctscan.db"
        with converted_files(str(db), folder / "ctscan.db.audit", folder / "index.key", encrypts=True):
            raise OSError(28, "No space left on device")

    with pytest.raises(IndexFault, match=r"No space left on device\); it is as it was"):
        fail()
    assert (state(folder), names(folder), dump(folder / "ctscan.db")) == ("plain", there, before)


def test_a_full_disk_leaves_everything_as_it_was(folder: Path) -> None:
    code = (
        "import resource, sys\nfrom ctscan.cli import program\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\nprogram.main(sys.argv[1:])"
    )
    there, before = names(folder), dump(folder / "ctscan.db")
    command = [sys.executable, "-c", code, "encrypt", "--key-file", "index.key", "--config", "ctscan.toml"]
    done = forked.run(command, cwd=folder, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)}, check=False)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("ctscan: ")
    assert (state(folder), names(folder), dump(folder / "ctscan.db")) == ("plain", there, before)


# --- kills ---------------------------------------------------------------------------------------------------------

KILLS = [3, pytest.param(200, marks=pytest.mark.long)]


EMPTY_REMAINS = {"ctscan.db.conversion-lock", "ctscan.db.conversion.new"}
"""Files without content that a kill may leave; the next conversion removes them."""


JOURNALS = {"ctscan.db-journal", "ctscan.db.audit-journal"}
"""Journals of the old files, with a page of their schema: SQLite leaves one that it doesn't need any more."""


def copies(source: Path, to: Path, number: int) -> list[Path]:
    return [Path(shutil.copytree(source, to / str(n))) for n in range(number)]


def command(folder: Path) -> None:
    """Encrypt as the command does, with its event."""
    config = load_config({"config": "ctscan.toml"}, {}, folder)
    asyncio.run(encrypt_index(config, folder / "index.key", who="demo"))


def actions(folder: Path, found: str) -> list[str]:
    """List the actions of the trail of an index in a state."""

    async def work() -> list[str]:
        key = folder / "index.key" if found == "encrypted" else None
        async with await open_trail(folder / "ctscan.db.audit", create=False, key_file=key) as trail:
            return [str(event.action) for event in await trail.events(9)]

    return asyncio.run(work())


@pytest.mark.parametrize("kills", KILLS)
def test_an_encryption_that_is_killed_is_done_or_undone_and_writes_nothing_plain(
    kills: int, demo: Path, tmp_path: Path
) -> None:
    folders, there = copies(demo, tmp_path, kills + 1), names(demo)
    kill_often("index.test_conversion:command", folders)
    seen = set()
    for folder in folders:
        own = {"ctscan.db", "ctscan.db.audit"}
        assert set(files_with(folder, JANE, NAME)) <= own, "a new file holds something plain"
        found = state(folder)
        seen.add(found)
        assert ("encrypt" in actions(folder, found)) is (found == "encrypted"), "files and record differ"
        assert names(folder) - there <= EMPTY_REMAINS | (JOURNALS if found == "plain" else set())
        if found == "plain":
            encrypt(folder)
        assert files_with(folder, JANE, NAME) == []
        if found == "encrypted":
            decrypt(folder)
        assert names(folder) == there
    assert "encrypted" in seen


@pytest.mark.parametrize("kills", KILLS)
def test_a_decryption_that_is_killed_is_done_or_undone(kills: int, demo: Path, tmp_path: Path) -> None:
    whole = Path(shutil.copytree(demo, tmp_path / "whole"))
    encrypt(whole)
    folders = copies(whole, tmp_path, kills + 1)
    kill_often("index.test_conversion:decrypt", folders)
    for folder in folders:
        if state(folder) == "encrypted":
            assert files_with(folder, JANE, NAME) == [], "an undone decryption left something plain"
            decrypt(folder)
        assert names(folder) - names(demo) <= EMPTY_REMAINS
        assert dump(folder / "ctscan.db") == dump(demo / "ctscan.db")


@pytest.mark.parametrize("stage", ["between the files", "before the second mark is gone"])
def test_a_swap_that_stopped_in_the_middle_is_ended_by_whatever_opens_first(folder: Path, stage: str) -> None:
    """Put the folder into the states between the steps of a swap, which a kill seldom hits."""
    db, trail = folder / "ctscan.db", folder / "ctscan.db.audit"
    plain = Path(shutil.copytree(folder, folder.with_name("plain")))
    encrypt(folder)
    (folder / "ctscan.db.conversion").write_text(
        f'{{"stage": "swapping", "encrypts": true, "trail": "{trail}"}}', encoding="utf-8"
    )
    if stage == "between the files":
        (folder / "ctscan.db.audit.conversion").write_text(f'{{"index": "{db}"}}', encoding="utf-8")
        db.rename(folder / "ctscan.db.converted")
        shutil.copy(plain / "ctscan.db", db)
    key = folder / "index.key"
    if stage == "between the files":
        asyncio.run(close(open_trail(trail, create=False, key_file=key)))
    else:
        asyncio.run(close(open_index(db, create=False, key_file=key)))
    assert state(folder) == "encrypted"
    assert not [name for name in names(folder) if "conver" in name]


async def close(opening: object) -> None:
    async with await opening:  # type: ignore[misc, attr-defined]
        pass


@pytest.mark.parametrize("content", ["", "[]", "{", "{}", '{"stage": "swapping", "trail": "/etc/hostname"}'])
def test_a_mark_of_another_kind_wipes_nothing(folder: Path, content: str) -> None:
    before = dump(folder / "ctscan.db")
    (folder / "ctscan.db.conversion").write_text(content, encoding="utf-8")
    try:
        asyncio.run(close(open_index(folder / "ctscan.db", create=False)))
    except IndexFault as fault:
        assert "not the mark of a conversion" in str(fault)
        (folder / "ctscan.db.conversion").unlink()
    assert dump(folder / "ctscan.db") == before
