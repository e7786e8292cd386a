"""Disks that fail and disks that are full: an error is one line and an exit code, nothing half-written counts.

`/proc/self/mem` is a regular file whose first read fails with EIO, as on a broken disk. A limit on the size of files
(RLIMIT_FSIZE) lets each write beyond it fail with EFBIG, after none or some of its bytes. A small tmpfs in a name space
of its own gives ENOSPC, where the system allows such.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from support import forked
from support.certs import make_certificate
from support.cli import ROOT, command, copy_index, run
from support.repositories import kept_rows

JANE = "jane@example.org"
BROKEN = Path("/proc/self/mem")
pytestmark = pytest.mark.skipif(not BROKEN.exists(), reason="only Linux has a file that can't be read")

LIMITED = """
import resource, sys
from ctscan.cli import program
size = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
program.main(sys.argv[2:])
"""


def limited(size: int, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command that can't write files beyond a size."""
    return forked.run(
        [sys.executable, "-c", LIMITED, str(size), *map(str, arguments)],
        cwd=cwd, env=environment(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def environment() -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CTSCAN_")}
    return {**clean, "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder of 40 certificates of Jane, of 20 kB each, and their index."""
    folder = tmp_path_factory.mktemp("disks")
    (folder / "certificates").mkdir()
    for number in range(40):
        host = [("dns", f"host-{number}-{n}.example.org") for n in range(600)]
        subject = [("1.2.840.113549.1.9.1", JANE)]
        der = make_certificate(serial=number + 1, subject=subject, san=host)
        (folder / "certificates" / f"{number:02}.der").write_bytes(der)
    done = run("import", folder / "certificates", "--everything", "--db", folder / "whole.db")
    assert done.exit_code == 0, done.stderr
    return folder


def is_one_error(said: str) -> bool:
    """Return whether the output holds one error line. An import says beside it what it kept."""
    lines = [line for line in said.splitlines() if line.startswith("ctscan: ")]
    return len(lines) == 1 and "unexpected error" not in said and "Traceback" not in said


# --- reading -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("import", BROKEN, "--everything"), 1),
        (("inspect", BROKEN), 1),
        (("lookup", "--from-file", BROKEN), 1),
        (("prove", "--answer", BROKEN), 1),
        (("logs", "heads", "--compare", BROKEN), 1),
        (("scan", "--everything", "--log-list", BROKEN), 2),
        (("health", "--config", BROKEN), 2),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_file_that_cannot_be_read_is_one_line_with_its_path_and_reason(
    arguments: tuple[str | Path, ...], code: int, folder: Path, tmp_path: Path
) -> None:
    copy_index(folder / "whole.db", tmp_path / "db")
    more = () if arguments[0] in ("inspect", "health") else ("--db", tmp_path / "db")
    result = run(*arguments, *more)
    assert result.exit_code == code
    assert is_one_error(result.stderr), result.stderr
    assert str(BROKEN) in result.stderr and "Input/output error" in result.stderr
    assert kept_rows(tmp_path / "db") == kept_rows(folder / "whole.db")


def test_the_files_beside_a_broken_one_are_imported_and_it_is_named(folder: Path, tmp_path: Path) -> None:
    result = run("import", folder / "certificates", BROKEN, "--everything", "--db", tmp_path / "db")
    assert (result.exit_code, is_one_error(result.stderr)) == (4, True)
    assert kept_rows(tmp_path / "db") == kept_rows(folder / "whole.db")


@pytest.mark.parametrize("variable", ["CTSCAN_KEY_FILE", "CTSCAN_AUDIT_PATH"])
def test_a_look_up_without_its_key_or_its_trail_shows_nothing(variable: str, folder: Path, tmp_path: Path) -> None:
    copy_index(folder / "whole.db", tmp_path / "db")
    result = run("lookup", JANE, "--db", tmp_path / "db", env={variable: str(BROKEN)})
    assert (result.exit_code, result.stdout, is_one_error(result.stderr)) == (1, "", True)
    assert "/proc/" in result.stderr


# --- writing -------------------------------------------------------------------------------------------------------


LIMITS = [0, 4096, 40_000, 300_000]


@pytest.mark.parametrize("limits", [LIMITS, pytest.param(range(0, 400_000, 10_007), marks=pytest.mark.long)])
def test_an_import_that_cannot_write_ends_with_one_line_and_its_repetition_as_an_undisturbed_one(
    limits: list[int], folder: Path, tmp_path: Path
) -> None:
    for size in limits:
        (tmp_path / str(size)).mkdir()
        db = tmp_path / str(size) / "ctscan.db"
        failed = limited(size, "import", folder / "certificates", "--everything", "--db", db, cwd=tmp_path)
        assert failed.returncode == 1, (size, failed)
        assert is_one_error(failed.stderr), (size, failed.stderr)
        if db.exists() and db.stat().st_size:
            with closing(sqlite3.connect(db)) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        again = run("import", folder / "certificates", "--everything", "--db", db)
        assert again.exit_code == 0, (size, again.stderr)
        assert kept_rows(db) == kept_rows(folder / "whole.db")
        assert not list(db.parent.glob("*.new"))


@pytest.mark.parametrize("command_", ["lookup", "status", "prove"])
@pytest.mark.parametrize("size", [0, 4096])
def test_no_answer_is_shown_whose_event_cannot_be_written(
    command_: str, size: int, folder: Path, tmp_path: Path
) -> None:
    for file in folder.glob("whole.db*"):
        shutil.copy(file, tmp_path / file.name)
    db, trail = tmp_path / "whole.db", tmp_path / "whole.db.audit"
    usual = run(command_, JANE, "--db", db).exit_code
    before = _events(trail)
    refused = limited(size, command_, JANE, "--db", db, cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert is_one_error(refused.stderr), refused.stderr
    assert _events(trail) == before
    assert run(command_, JANE, "--db", db).exit_code == usual
    assert _events(trail) == before + 1


def _events(trail: Path) -> int:
    with closing(sqlite3.connect(trail)) as connection:
        return int(connection.execute("SELECT count(*) FROM event").fetchone()[0])


def test_a_key_that_cannot_be_written_is_no_key(folder: Path, tmp_path: Path) -> None:
    code = (
        "import resource, sys; from pathlib import Path; from ctscan.errors import InputError\n"
        "from ctscan.privacy.key_file import make_key\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
        "try: make_key(Path('key'))\n"
        "except InputError as error: print(error)\n"
    )
    words = [sys.executable, "-c", code]
    said = forked.run(words, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True).stdout
    assert "the key file can't be made (File too large)" in said and said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_an_answer_that_cannot_be_printed_is_an_error(folder: Path, tmp_path: Path) -> None:
    copy_index(folder / "whole.db", tmp_path / "db")
    with Path("/dev/full").open("wb") as full:
        words = command("lookup", JANE, "--db", tmp_path / "db", "--format", "json")
        done = forked.run(
            words, cwd=tmp_path, env=environment(), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, is_one_error(done.stderr), done.stderr.count("\n")) == (1, True, 1), done.stderr
    assert "No space left on device" in done.stderr


def test_a_full_disk_is_said_to_be_full_and_loses_nothing(folder: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    inside = 'mount -t tmpfs -o size=700k none "$0" && "$@"; code=$?; cp -a "$0"/. "$0.left"; exit $code'
    words = command("import", folder / "certificates", "--everything", "--db", disk / "ctscan.db")
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("this system has no name spaces")
    done = subprocess.run(
        [unshare, "--user", "--map-root-user", "--mount", "sh", "-c", inside, str(disk), *words],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    if not (tmp_path / "disk.left" / "ctscan.db").exists():
        pytest.skip("this system allows no name spaces of one's own")
    assert (done.returncode, is_one_error(done.stderr)) == (1, True), done.stderr
    assert "the disk is full" in done.stderr
    again = run("import", folder / "certificates", "--everything", "--db", tmp_path / "disk.left" / "ctscan.db")
    assert again.exit_code == 0
    assert kept_rows(tmp_path / "disk.left" / "ctscan.db") == kept_rows(folder / "whole.db")
