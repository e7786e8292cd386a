"""Log of a trail in its file: older trails, bodies that are forgotten, several processes, clocks, kills, full disks."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from index.test_contract_trail import AT, LOOKUP, SCAN
from msgspec.structs import replace
from support import forked
from support.killing import kill_often

from ctscan.answer.audit_check import check_log
from ctscan.app.audit_signing import signer_of
from ctscan.ct.audit_head import head_note
from ctscan.errors import IndexFault
from ctscan.index.open import open_trail
from ctscan.index.protocols import Trail
from ctscan.index.sqlite.schema import TRAIL, migrate, migrations
from ctscan.model import AuditAction, AuditState
from ctscan.model.audit_leaf import audit_leaf_hash
from ctscan.model.audit_log import AuditLog
from ctscan.model.audit_report import AuditReport
from ctscan.privacy.key_file import Key

KEY = Key(Path("key"), bytes(range(32)))
PURGE = replace(SCAN, action=AuditAction.PURGE, state=AuditState.DONE, at=AT + timedelta(days=30))

T = TypeVar("T")


def with_trail(path: Path, work: Callable[[Trail], Awaitable[T]], *, signed: bool = True) -> T:
    async def scenario() -> T:
        async with await open_trail(path, create=True, inline=True) as trail:
            if signed:
                trail.sign_with(signer_of(KEY, await trail.identity()))
            return await work(trail)

    return asyncio.run(scenario())


def add(path: Path, count: int, *, signed: bool = True) -> None:
    async def work(trail: Trail) -> None:
        for _ in range(count):
            await trail.append(replace(LOOKUP, answer=""))

    with_trail(path, work, signed=signed)


def log_of(path: Path) -> AuditLog:
    return with_trail(path, lambda trail: trail.log())


def checked(path: Path) -> AuditReport:
    log = log_of(path)
    return check_log(log, vkey=signer_of(KEY, log.identity).vkey)


def test_leaves_are_never_the_same_and_hold_their_events(tmp_path: Path) -> None:
    add(tmp_path / "t", 5)
    log = log_of(tmp_path / "t")
    assert len(set(log.hashes)) == 5 and [head.size for head in log.heads] == [1, 2, 3, 4, 5]
    leaves = with_trail(tmp_path / "t", lambda trail: trail.leaves())
    assert [audit_leaf_hash(leaves[number]) for number in range(1, 6)] == log.hashes
    assert with_trail(tmp_path / "t", lambda trail: trail.leaf(3)) == leaves[3]
    assert b'"digest":"000102' in leaves[3] and b'"format":"ctscan audit event v1"' in leaves[3]


@pytest.mark.parametrize("statement", ["UPDATE leaf SET hash = x'00'", "DELETE FROM leaf", "UPDATE head SET size = 9",
                                       "DELETE FROM head", "DELETE FROM event"])  # fmt: skip
def test_leaves_and_heads_are_only_added(tmp_path: Path, statement: str) -> None:
    add(tmp_path / "t", 2)
    with (
        closing(sqlite3.connect(tmp_path / "t")) as connection,
        pytest.raises(sqlite3.IntegrityError, match="only added"),
    ):
        connection.execute(statement)
    assert checked(tmp_path / "t").exit_code == 0


def test_a_head_and_its_event_are_one_transaction_with_one_sync(tmp_path: Path) -> None:
    """A signer that fails leaves neither event nor leaf behind."""

    class Failing:
        vkey = ""

        def sign(self, size: int, root: bytes) -> bytes:
            raise IndexFault("the token was pulled out")

    async def work(trail: Trail) -> None:
        trail.sign_with(Failing())
        with pytest.raises(IndexFault, match="pulled out"):
            await trail.append(replace(LOOKUP, answer=""))

    add(tmp_path / "t", 3)
    with_trail(tmp_path / "t", work)
    report = checked(tmp_path / "t")
    assert (report.exit_code, report.size, report.signed) == (0, 3, 3)


# --- older trails --------------------------------------------------------------------------------------------------


def write_old(path: Path, ids: list[int]) -> None:
    """Write a trail of the version before logs, with look-ups of these numbers."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        migrate(connection, migrations(TRAIL)[:2], TRAIL)
        for id in ids:
            connection.execute(
                "INSERT INTO event VALUES (?, ?, 'Zoë', 'lookup', 'done', '', '', 'email',"
                " x'00ff', '', '', '', '', NULL)",
                (id, "2026-01-01T00:00:00.000000+00:00"),
            )
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")


def test_an_older_trail_becomes_a_log_and_its_heads_say_so(tmp_path: Path) -> None:
    write_old(tmp_path / "t", [1, 2, 3])
    report = checked(tmp_path / "t")
    assert (report.size, report.signed) == (3, 0)
    assert [str(bad.problem.code) for bad in report.bad] == ["audit.unsigned"]  # until a command signs
    add(tmp_path / "t", 1)
    report = checked(tmp_path / "t")
    assert (report.exit_code, report.size, report.signed) == (0, 4, 4)
    assert [str(note.code) for note in report.notes] == ["audit.older"]
    log = log_of(tmp_path / "t")
    note = head_note(log.identity, log.heads[0].size, log.heads[0].root, log.heads[0].signature)
    assert note.split(b"\n")[3] == b"older 3"
    assert len(set(log.hashes)) == 4
    with (
        closing(sqlite3.connect(tmp_path / "t")) as connection,
        pytest.raises(sqlite3.IntegrityError, match="only added"),
    ):
        connection.execute("UPDATE event SET who = ''")


def test_an_event_that_an_older_trail_lacks_stays_missing(tmp_path: Path) -> None:
    write_old(tmp_path / "t", [1, 2, 5])
    add(tmp_path / "t", 1)
    report = checked(tmp_path / "t")
    assert (report.size, [bad.event for bad in report.bad]) == (6, [3, 4])
    assert {str(bad.problem.code) for bad in report.bad} == {"audit.missing"}


def test_an_older_trail_without_events_is_a_log_from_its_beginning(tmp_path: Path) -> None:
    write_old(tmp_path / "t", [])
    add(tmp_path / "t", 1)
    assert checked(tmp_path / "t").notes == ()


def open_once(folder: Path) -> None:
    log_of(folder / "t")


def test_a_take_over_that_is_killed_is_done_or_undone(tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(6)]
    for folder in folders:
        folder.mkdir()
        write_old(folder / "t", list(range(1, 401)))
    kill_often("index.test_trail_log:open_once", folders)
    for folder in folders:
        add(folder / "t", 1)
        report = checked(folder / "t")
        assert (report.exit_code, report.size, report.identity.older) == (0, 401, 400)


# --- bodies that are forgotten -------------------------------------------------------------------------------------


def test_forgotten_bodies_leave_their_leaves_and_the_log_holds(tmp_path: Path) -> None:
    path = tmp_path / "t"
    add(path, 4)
    hashes = log_of(path).hashes
    with_trail(path, lambda trail: trail.append(replace(LOOKUP, answer="", at=AT + timedelta(days=9))))
    forget = with_trail(path, lambda trail: trail.forget_bodies(AT + timedelta(days=1), PURGE))
    assert forget == [1, 2, 3, 4]
    log, report = log_of(path), checked(path)
    assert log.hashes[:4] == hashes and log.bodies.keys() == {5, 6}
    assert report.exit_code == 0 and [dict(note.params)["events"] for note in report.notes] == ["1-4"]
    assert with_trail(path, lambda trail: trail.forget_bodies(AT + timedelta(days=1), PURGE)) == []
    later = replace(PURGE, at=AT + timedelta(days=60))
    assert with_trail(path, lambda trail: trail.forget_bodies(AT + timedelta(days=50), later)) == [5]
    assert log_of(path).forgotten == {1, 2, 3, 4, 5}  # and the newest purge names those of the one before
    assert with_trail(path, lambda trail: trail.forget_bodies(AT + timedelta(days=50), later)) == [6]
    assert checked(path).exit_code == 0
    add(path, 1)
    assert (checked(path).size, checked(path).exit_code) == (9, 0)  # numbers are not used again


def test_a_body_deleted_by_hand_is_missing_beside_forgotten_ones(tmp_path: Path) -> None:
    path = tmp_path / "t"
    add(path, 3)
    with_trail(path, lambda trail: trail.forget_bodies(AT, PURGE))  # nothing is older than that
    with_trail(path, lambda trail: trail.append(replace(LOOKUP, answer="", at=AT - timedelta(days=1))))
    assert with_trail(path, lambda trail: trail.forget_bodies(AT, PURGE)) == [4]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("INSERT INTO forgetting VALUES (2)")  # the way of the purge, by another hand
        connection.execute("DELETE FROM event WHERE id = 2")
    report = checked(path)
    assert (report.exit_code, [bad.event for bad in report.bad]) == (1, [2])


def test_an_intent_stays_until_its_end_may_go_too(tmp_path: Path) -> None:
    path, later = tmp_path / "t", AT + timedelta(days=9)

    async def work(trail: Trail) -> None:
        async with trail.intend(SCAN) as open_one, trail.intend(SCAN) as ended_later, trail.intend(SCAN) as ended:
            await trail.append(replace(SCAN, state=AuditState.DONE, intent=ended_later, at=later))
            await trail.append(replace(SCAN, state=AuditState.DONE, intent=ended))
            assert await trail.forget_bodies(AT + timedelta(days=1), PURGE) == [ended, 5]
            assert await trail.forget_bodies(later + timedelta(days=1), PURGE) == [ended_later, 4]
            await trail.append(replace(SCAN, state=AuditState.DONE, intent=open_one))

    with_trail(path, work)
    assert checked(path).exit_code == 0


def test_the_end_of_an_intent_that_a_clock_dates_before_it_stays_with_it(tmp_path: Path) -> None:
    async def work(trail: Trail) -> list[int]:
        async with trail.intend(SCAN) as intent:
            await trail.append(replace(SCAN, state=AuditState.DONE, intent=intent, at=AT - timedelta(days=1)))
        return await trail.forget_bodies(AT, PURGE) + await trail.end_abandoned(AT)

    assert with_trail(tmp_path / "t", work) == []


def test_announcements_that_may_stand_for_newer_runs_are_counted(tmp_path: Path) -> None:
    done = replace(SCAN, state=AuditState.DONE)

    async def work(trail: Trail) -> None:
        assert await trail.newest_run() == (0, 0)
        async with trail.intend(SCAN) as killed:
            pass
        assert await trail.newest_run() == (0, 1)
        async with trail.intend(SCAN) as first, trail.intend(SCAN) as second:
            await trail.append(replace(done, detail="4", intent=first))
            assert await trail.newest_run() == (4, 2)
            await trail.append(replace(done, detail="3 SourceError", state=AuditState.FAILED, intent=second))
        assert await trail.newest_run() == (4, 1)
        assert await trail.end_abandoned(AT) == [killed]
        assert await trail.newest_run() == (4, 1)  # ended since the run 4: its own may be newer
        async with trail.intend(SCAN) as third:
            await trail.append(replace(done, detail="5", intent=third))
        assert await trail.newest_run() == (5, 0)

    with_trail(tmp_path / "t", work)


# --- clocks, processes, kills and disks ----------------------------------------------------------------------------


def test_a_clock_that_goes_back_changes_no_order(tmp_path: Path) -> None:
    async def work(trail: Trail) -> None:
        for day in (3, 1, 2, 1):
            await trail.append(replace(LOOKUP, answer="", at=AT + timedelta(days=day)))

    with_trail(tmp_path / "t", work)
    report = checked(tmp_path / "t")
    assert (report.exit_code, report.size) == (0, 4)


def _add_at_once(path: Path) -> None:
    for _ in range(5):
        add(path, 5)


def test_two_processes_append_at_once_to_one_tree(tmp_path: Path) -> None:
    assert forked.at_once("index.test_trail_log:_add_at_once", tmp_path / "t", 2) == [0, 0]
    report = checked(tmp_path / "t")
    assert (report.exit_code, report.size, report.signed, report.notes) == (0, 50, 50, ())


def add_in(folder: Path) -> None:
    add(folder / "t", 30)


def test_a_kill_never_falls_between_an_event_and_its_head(tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(8)]
    for folder in folders:
        folder.mkdir()
        add(folder / "t", 1)
    ended = kill_often("index.test_trail_log:add_in", folders)
    assert not all(ended)
    for folder in folders:
        report = checked(folder / "t")
        assert (report.exit_code, report.signed, report.notes) == (0, report.size, ())
        add(folder / "t", 1)
        assert checked(folder / "t").exit_code == 0


FULL = """
import asyncio, resource, sys
from msgspec.structs import replace
from pathlib import Path
from index.test_contract_trail import LOOKUP
from index.test_trail_log import with_trail

async def work(trail):
    await trail.append(replace(LOOKUP, answer=""))
    resource.setrlimit(resource.RLIMIT_FSIZE, (98304, 98304))
    for _ in range(1000):
        await trail.append(replace(LOOKUP, answer="", purpose="x" * 2000))

try:
    with_trail(Path(sys.argv[1]), work)
except Exception as fault:
    print(type(fault).__name__)
"""


def test_a_full_disk_leaves_a_log_that_holds_and_goes_on(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])}
    words = [sys.executable, "-c", FULL, str(tmp_path / "t")]
    done = forked.run(words, text=True, stdout=forked.PIPE, env=environment, check=True)
    assert done.stdout.strip() == "IndexFault"
    report = checked(tmp_path / "t")
    assert (report.exit_code, report.signed) == (0, report.size) and report.size > 1
    add(tmp_path / "t", 1)
    assert checked(tmp_path / "t").size == report.size + 1
