"""Locks on parts of a log, between real processes and within a process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from support import forked
from support.forked import Forked
from support.kept import LOG, digest

from ctscan.errors import IndexFault
from ctscan.index.sqlite.leases import Part, lock_range

ROOT = Path(__file__).parent.parent.parent

HOLDER = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from ctscan.index.sqlite.leases import lock_range
from ctscan.errors import IndexFault
try:
    with lock_range(Path({db!r}), bytes.fromhex({log!r}), *{part!r}):
        print("held", flush=True)
        sys.stdin.readline()
except IndexFault as error:
    print(error, flush=True)
"""


@contextmanager
def another_process(db: Path, part: Part, log_id: bytes = LOG.id) -> Iterator[tuple[Forked, str]]:
    """Start a process that tries to lock a part, yield its output line, and release the process at the end."""
    source = HOLDER.format(root=str(ROOT), db=str(db), log=log_id.hex(), part=part)
    command = [sys.executable, "-c", source]
    with forked.popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        yield child, child.stdout.readline().strip()


def is_free(db: Path, part: Part, log_id: bytes = LOG.id) -> bool:
    try:
        with lock_range(db, log_id, *part):
            return True
    except IndexFault:
        return False


def test_overlapping_work_of_another_process_is_refused_and_other_work_is_not(tmp_path: Path) -> None:
    db = tmp_path / "ctscan.db"
    with another_process(db, (1000, 2000)) as (_, said):
        assert said == "held"
        for part in ((0, 1001), (1999, 3000), (1200, 1300), (0, None), (0, 5000), (1999, None)):
            assert not is_free(db, part), part
        for part in ((0, 1000), (2000, 3000), (2000, None)):
            assert is_free(db, part), part
        assert is_free(db, (1000, 2000), digest("another log"))
        assert is_free(tmp_path / "other.db", (1000, 2000))
    assert is_free(db, (0, None))


def test_a_refusal_says_what_to_do(tmp_path: Path) -> None:
    db = tmp_path / "ctscan.db"
    with lock_range(db, LOG.id, 0, None), another_process(db, (7, 9)) as (_, said):
        assert said == (
            f"log {LOG.id.hex()}: entries 7 to 9 are locked, another scan is reading it; "
            "wait for it to end, or read another part"
        )


def test_two_processes_share_one_log(tmp_path: Path) -> None:
    db = tmp_path / "ctscan.db"
    with another_process(db, (0, 500)) as (_, one), another_process(db, (500, None)) as (_, two):
        assert (one, two) == ("held", "held")
        with another_process(db, (499, 501)) as (_, three):
            assert "locked" in three


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    db = tmp_path / "ctscan.db"
    with another_process(db, (0, None)) as (child, said):
        assert said == "held"
        assert not is_free(db, (0, 1))
        child.kill()
        child.wait()
        assert is_free(db, (0, None))


def test_within_one_process_overlaps_are_refused_too(tmp_path: Path) -> None:
    db = tmp_path / "ctscan.db"
    with lock_range(db, LOG.id, 100, 200):
        for part in ((0, None), (150, 160), (199, 300), (0, 101)):
            assert not is_free(db, part), part
        assert is_free(db, (200, 300))
        assert not is_free(tmp_path / "." / ".." / tmp_path.name / "ctscan.db", (100, 200))
        with another_process(db, (150, 160)) as (_, said):  # another process came and went within this part
            assert "locked" in said
    assert is_free(db, (0, None))


def test_parts_are_let_go_one_by_one_also_after_a_failure(tmp_path: Path) -> None:
    db = tmp_path / "ctscan.db"
    with ExitStack() as stack:
        stack.enter_context(lock_range(db, LOG.id, 0, 100))
        with pytest.raises(RuntimeError), lock_range(db, LOG.id, 100, 200):
            raise RuntimeError
        with another_process(db, (100, 200)) as (_, said):
            assert said == "held"
        with another_process(db, (99, 100)) as (_, said):
            assert "locked" in said


def test_a_forked_child_holds_nothing_of_its_parent(tmp_path: Path) -> None:
    db = tmp_path / "ctscan.db"
    source = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from ctscan.index.sqlite.leases import lock_range
from ctscan.errors import IndexFault
db, log = Path({str(db)!r}), {LOG.id!r}
with lock_range(db, log, 0, 10):
    child = os.fork()
    if not child:
        try:
            with lock_range(db, log, 5, 6):
                os._exit(1)
        except IndexFault as error:
            if "another scan" not in str(error):
                os._exit(2)
        with lock_range(db, log, 10, 20):
            os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
sys.exit(status)
"""
    assert subprocess.run([sys.executable, "-c", source], check=False).returncode == 0


@pytest.mark.parametrize("part", [(6, 5), (-1, 5)])
def test_a_part_that_ends_before_its_start_is_a_mistake_of_the_caller(tmp_path: Path, part: Part) -> None:
    with pytest.raises(ValueError, match="a start and no end before it"), lock_range(tmp_path / "x.db", LOG.id, *part):
        pass


def test_a_place_without_locks_is_told(tmp_path: Path) -> None:
    (tmp_path / "ctscan.db.locks").write_text("not a directory")
    with pytest.raises(IndexFault, match="locks can't be held here"), lock_range(tmp_path / "ctscan.db", LOG.id, 0, 1):
        pass
    assert os.listdir(tmp_path) == ["ctscan.db.locks"]  # noqa: PTH208
