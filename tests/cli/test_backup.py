"""`ctscan backup` and `restore`: online, consistent, checked, and nothing is overwritten."""

from __future__ import annotations

import asyncio
import json
import shutil
import stat
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from click.testing import Result
from support import forked
from support.cli import ROOT, error_line, run
from support.encrypted import files_with, is_plain, needs_cipher, new_key, table_counts
from support.killing import kill_often

from ctscan.app import back_up, restore
from ctscan.config import load_config

JANE = "jane.roe@example.org"
PLAIN = (JANE.encode(), b"Jane Roe")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scan the demo log; return the folder of the index, with an audit key under [privacy]."""
    folder = tmp_path_factory.mktemp("demo") / "index"
    assert run("demo", "--keep", folder).exit_code == 0
    assert run("lookup", JANE, "--config", folder / "ctscan.toml").exit_code == 0
    settings = (folder / "ctscan.toml").read_text(encoding="utf-8")
    (folder / "ctscan.toml").write_text(f'{settings}[privacy]\nkey_file = "ctscan.db.key"\n', encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def encrypted(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Encrypt a copy of that index."""
    folder = Path(shutil.copytree(demo, tmp_path_factory.mktemp("encrypted") / "index"))
    new_key(folder / "index.key")
    settings = (folder / "ctscan.toml").read_text(encoding="utf-8")
    done = ask(folder, "encrypt", "--key-file", folder / "index.key")
    assert done.exit_code == 0, done.stderr
    (folder / "ctscan.toml").write_text(f'{settings}[index]\nkey_file = "index.key"\n', encoding="utf-8")
    return folder


@pytest.fixture(params=["plain", pytest.param("encrypted", marks=needs_cipher)])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Copy the folder of an index, plain and encrypted, for a test alone."""
    source = request.getfixturevalue("demo" if request.param == "plain" else "encrypted")
    return Path(shutil.copytree(source, tmp_path / "index"))


PLAIN_FIRST = pytest.mark.parametrize(
    "folder", ["plain", pytest.param("encrypted", marks=[needs_cipher, pytest.mark.long])], indirect=True
)
ENCRYPTED_FIRST = pytest.mark.parametrize(
    "folder",
    [pytest.param("plain", marks=pytest.mark.long), pytest.param("encrypted", marks=needs_cipher)],
    indirect=True,
)
"""Both kinds of index, of which one is left to `make long`."""


def ask(folder: Path, *arguments: str | Path) -> Result:
    return run(*arguments, "--config", folder / "ctscan.toml")


def key_of(folder: Path) -> Path | None:
    key = folder / "index.key"
    return key if key.exists() else None


def events(folder: Path, db: Path | None = None) -> list[tuple[str, str, str]]:
    shown = ask(folder, "audit", "show", "--format", "json", *(("--db", db) if db else ()))
    return [(event["action"], event["state"], event["detail"]) for event in json.loads(shown.stdout)]


def test_a_backup_is_restored_with_its_trail_which_goes_on(folder: Path) -> None:
    backup, new = folder / "backup.tar", folder / "new.db"
    done = ask(folder, "backup", backup)
    assert done.exit_code == 0, done.stderr
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert bool(files_with_backup(backup)) is (key_of(folder) is None)
    assert not [path.name for path in folder.iterdir() if ".part" in path.name or path.name.endswith("tar.lock")]
    before = table_counts(folder / "ctscan.db", key_of(folder))
    done = ask(folder, "restore", backup, "--db", new)
    assert done.exit_code == 0, done.stderr
    assert "restored from the backup" in done.stderr
    after = table_counts(new, key_of(folder))
    assert {**after, "events": 0} == {**before, "events": 0}
    (action, state, digest), *_ = events(folder, new)
    assert (action, state) == ("restore", "done") and ("backup", "done", digest) in events(folder)
    assert ask(folder, "lookup", JANE, "--db", new).exit_code == 0
    assert "The audit log holds" in ask(folder, "audit", "verify", "--db", new).stdout
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("new.db*") if path.is_file()} == {0o600}
    assert is_plain(new) is (key_of(folder) is None)


def files_with_backup(backup: Path) -> list[str]:
    """List the members of a backup that hold Jane's data."""
    with tarfile.open(backup) as tar:
        names = tar.getnames()
    assert names == ["ctscan.db", "ctscan.db.audit", "manifest.json"]
    return [backup.name] if any(word in backup.read_bytes() for word in PLAIN) else []


def test_a_backup_holds_no_key(folder: Path) -> None:
    assert ask(folder, "backup", folder / "backup.tar").exit_code == 0
    raw = (folder / "backup.tar").read_bytes()
    for key in folder.glob("*.key"):
        digits = key.read_text(encoding="ascii").split()[-1]
        assert digits.encode() not in raw and bytes.fromhex(digits) not in raw


def test_nothing_is_overwritten(folder: Path) -> None:
    backup, db = folder / "backup.tar", folder / "ctscan.db"
    assert ask(folder, "backup", backup).exit_code == 0
    first = backup.read_bytes()
    done = ask(folder, "backup", backup)
    assert (done.exit_code, "exists already" in error_line(done), backup.read_bytes()) == (1, True, first)
    assert ask(folder, "backup", "--replace", backup).exit_code == 0 and backup.read_bytes() != first
    counted = table_counts(db, key_of(folder))
    done = ask(folder, "restore", backup, "--db", db)
    assert (done.exit_code, "exists already" in error_line(done)) == (1, True)
    assert table_counts(db, key_of(folder)) == counted


@PLAIN_FIRST
def test_a_newer_trail_is_kept_and_another_one_is_refused(folder: Path) -> None:
    backup, db = folder / "backup.tar", folder / "ctscan.db"
    assert ask(folder, "backup", backup).exit_code == 0
    assert ask(folder, "lookup", "nobody@example.org").exit_code in (0, 4)
    recorded = events(folder)
    db.unlink()
    done = ask(folder, "restore", backup, "--db", db)
    assert done.exit_code == 0 and "the newer audit trail was kept" in done.stderr
    assert events(folder)[1:] == recorded
    assert "The audit log holds" in ask(folder, "audit", "verify").stdout
    assert ask(folder, "backup", "--replace", backup).exit_code == 0
    shutil.copy(db.with_name("ctscan.db.audit"), folder / "old.audit")
    db.unlink()
    other = folder / "other"
    other.mkdir()
    settings = (folder / "ctscan.toml").read_text(encoding="utf-8").replace('"index.key"', f'"{folder / "index.key"}"')
    (other / "ctscan.toml").write_text(settings, encoding="utf-8")
    assert ask(other, "scan").exit_code == 0
    (other / "ctscan.db").unlink()
    done = ask(other, "restore", backup, "--db", other / "ctscan.db")
    assert (done.exit_code, "doesn't go on from the one of the backup" in error_line(done)) == (1, True)
    assert not (other / "ctscan.db").exists() and not list(other.glob("*.restoring*"))


def test_who_objected_after_the_backup_is_not_in_what_is_restored(folder: Path) -> None:
    """The suppressions beside the configured index apply, although the new index lies elsewhere."""
    backup, elsewhere = folder / "backup.tar", folder.parent / "elsewhere"
    elsewhere.mkdir()
    assert ask(folder, "backup", backup).exit_code == 0
    done = ask(folder, "forget", JANE, "--ground", "objection", "--yes")
    assert done.exit_code == 0, done.stderr
    done = ask(folder, "restore", backup, "--db", elsewhere / "new.db")
    assert done.exit_code == 0, done.stderr
    assert f'suppressions = "{folder / "ctscan.db.suppressions"}"' in done.stderr
    env = {"CTSCAN_SUPPRESSIONS": str(folder / "ctscan.db.suppressions")}
    found = run(
        "lookup", JANE, "--format", "json", "--db", elsewhere / "new.db", "--config", folder / "ctscan.toml", env=env
    )
    assert found.exit_code == 4, found.stderr
    answer = json.loads(found.stdout)
    assert (answer["is_found"], answer["suppressed"]["ground"]) == (False, "objection")
    assert files_with(elsewhere, JANE.encode()) == []


@PLAIN_FIRST
def test_a_backup_is_made_while_others_write(folder: Path) -> None:
    code = "import sys; from ctscan.cli import program; program.main(sys.argv[1:])"
    words = [sys.executable, "-c", code, "reindex", "--config", "ctscan.toml"]
    with forked.popen(
        words, cwd=folder, env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as writer:
        for number in range(3):
            done = ask(folder, "backup", folder / f"{number}.tar")
            assert done.exit_code == 0, done.stderr
        _, said = writer.communicate(timeout=60)
        assert writer.returncode == 0, said
    for number in range(3):
        assert ask(folder, "restore", folder / f"{number}.tar", "--db", folder / f"{number}.db").exit_code == 0
        assert ask(folder, "lookup", JANE, "--db", folder / f"{number}.db").exit_code == 0


def test_a_damaged_index_or_backup_is_named(folder: Path) -> None:
    backup = folder / "backup.tar"
    assert ask(folder, "backup", backup).exit_code == 0
    raw = bytearray(backup.read_bytes())
    raw[len(raw) // 2] ^= 1
    backup.write_bytes(raw)
    done = ask(folder, "restore", backup, "--db", folder / "new.db")
    assert (done.exit_code, "the backup is damaged" in error_line(done)) == (1, True)
    db = bytearray((folder / "ctscan.db").read_bytes())
    db[len(db) // 2] ^= 1
    (folder / "ctscan.db").write_bytes(db)
    done = ask(folder, "backup", folder / "second.tar")
    assert (done.exit_code, "damaged" in done.stderr) == (1, True)
    assert not (folder / "second.tar").exists() and not list(folder.glob("second*"))
    assert not list(folder.glob("new.db*"))


@needs_cipher
def test_backups_need_the_key_of_their_index(encrypted: Path, demo: Path, tmp_path: Path) -> None:
    folder, plain = tmp_path / "index", tmp_path / "plain"
    shutil.copytree(encrypted, folder)
    shutil.copytree(demo, plain)
    assert ask(folder, "backup", tmp_path / "encrypted.tar").exit_code == 0
    assert ask(plain, "backup", tmp_path / "plain.tar").exit_code == 0
    for asked, backup, said in (
        (plain, "encrypted.tar", "is encrypted; name"),
        (folder, "plain.tar", "isn't encrypted"),
    ):
        done = ask(asked, "restore", tmp_path / backup, "--db", tmp_path / "new.db")
        assert (done.exit_code, said in error_line(done)) == (1, True)
    (folder / "index.key").write_text("ab" * 32, encoding="ascii")
    done = ask(folder, "restore", tmp_path / "encrypted.tar", "--db", tmp_path / "new.db")
    assert (done.exit_code, "doesn't open this index" in error_line(done)) == (1, True)
    assert not list(tmp_path.glob("new.db*"))


def test_a_full_disk_leaves_no_part_of_a_backup_and_the_older_one(folder: Path) -> None:
    backup = folder / "backup.tar"
    assert ask(folder, "backup", backup).exit_code == 0
    first = backup.read_bytes()
    code = (
        "import resource, sys\nfrom ctscan.cli import program\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)\nprogram.main(sys.argv[2:])"
    )
    for size in (200_000, len(first) - 20_000):
        command = [sys.executable, "-c", code, str(size), "backup", "--replace", backup, "--config", "ctscan.toml"]
        done = forked.run(
            command, cwd=folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
        assert backup.read_bytes() == first
        assert not [path.name for path in folder.iterdir() if ".part" in path.name]


# --- kills ---------------------------------------------------------------------------------------------------------

KILLS = [3, pytest.param(200, marks=pytest.mark.long)]


def make_backup(folder: Path) -> None:
    config = load_config({"config": "ctscan.toml"}, {}, folder)
    asyncio.run(back_up(config, folder / "backup.tar", who="demo", replaces=True))


def make_restore(folder: Path) -> None:
    config = load_config({"config": "ctscan.toml"}, {}, folder)
    asyncio.run(restore(config, folder / "backup.tar", str(folder / "new.db"), who="demo"))


@ENCRYPTED_FIRST
@pytest.mark.parametrize("kills", KILLS)
def test_a_backup_that_is_killed_leaves_the_older_one_or_is_whole(kills: int, folder: Path, tmp_path: Path) -> None:
    make_backup(folder)
    older = (folder / "backup.tar").read_bytes()
    folders = [Path(shutil.copytree(folder, tmp_path / str(number))) for number in range(kills + 1)]
    ended = kill_often("cli.test_backup:make_backup", folders)
    for one, is_done in zip(folders, ended, strict=True):
        is_older = (one / "backup.tar").read_bytes() == older
        assert not (is_done and is_older)
        make_restore(one)
        make_backup(one)
        assert not [path.name for path in one.iterdir() if "part" in path.name or path.name.endswith("tar.lock")]


@PLAIN_FIRST
@pytest.mark.parametrize("kills", KILLS)
def test_a_restore_that_is_killed_is_done_or_not_begun(kills: int, folder: Path, tmp_path: Path) -> None:
    make_backup(folder)
    folders = [Path(shutil.copytree(folder, tmp_path / str(number))) for number in range(kills + 1)]
    kill_often("cli.test_backup:make_restore", folders)
    whole = table_counts(folders[0] / "new.db", key_of(folder))
    for one in folders:
        if not (one / "new.db").exists():
            make_restore(one)
        found = table_counts(one / "new.db", key_of(folder))
        assert {**found, "events": 0} == {**whole, "events": 0}
        assert found["events"] in (whole["events"], whole["events"] + 1)  # begun again beside a trail that was placed
        assert not list(one.glob("*.restoring"))
