"""`ctscan health`: a line for each log, JSON, and the codes and the line of a monitoring plug-in."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.cli import run
from support.kept import a_gap, a_head, a_log, an_advance, later, save_head, started
from support.scanning import people_log, scan
from support.simulator import Simulator, server_error

from ctscan.index.open import open_index
from ctscan.index.protocols import Index
from ctscan.model import FailureKind, Log, MisbehaviourEvidence, MisbehaviourKind, ScanStep

GOOD, BAD = a_log("Good log"), a_log("Bad log")
TWO_ROOTS = MisbehaviourEvidence(MisbehaviourKind.TWO_ROOTS, (b"one", b"other"))
PERFORMANCE = re.compile(r"^CTSCAN (?:OK|WARNING|CRITICAL) - [^|\n]+ \|(?: [a-z_]+=\d+;;;0)+\n$")


def now() -> datetime:
    return datetime.now(UTC)


def made(db: Path, *steps: Callable[[Index], object]) -> Path:
    """Make an index of two logs that are read and fresh, and apply further steps."""

    async def make() -> None:
        async with await open_index(db, create=True) as index:
            run_id = await started(index, GOOD, BAD, list_read=now())
            for log in (GOOD, BAD):
                await save_head(index, a_head(300, int(now().timestamp() * 1000), log), now())
                async with index.lease(log.id, 0, 300) as lease:
                    await index.commit(run_id, an_advance(0, 300, log=log), lease)
                await index.record_success(log.id, now(), None)
            for step in steps:
                await step(index)  # type: ignore[misc]

    asyncio.run(make())
    return db


async def fail(index: Index) -> None:
    await index.record_error(BAD.id, now() - timedelta(hours=2), "no connection within 10 s", FailureKind.UNAVAILABLE)


async def lie(index: Index) -> None:
    await index.record_misbehaviour(BAD.id, now(), "two roots", TWO_ROOTS)


async def leave_gap(index: Index) -> None:
    run_id = await started(index, GOOD, BAD, list_read=now())
    async with index.lease(BAD.id, 300, 400) as lease:
        await index.commit(run_id, ScanStep(BAD.id, now(), gaps=(a_gap(300, 400),)), lease)


async def know_another(index: Index) -> None:
    await index.save_log(a_log("Third log"))


@pytest.mark.parametrize(
    ("step", "code", "plug_in", "words"),
    [
        (None, 0, 0, "OK - 2 logs read and fresh"),
        (fail, 1, 2, "CRITICAL - 1 of 2 logs failing: Bad log"),
        (lie, 3, 2, "CRITICAL - 1 of 2 logs misbehaving: Bad log"),
        (leave_gap, 4, 1, "WARNING - 1 of 2 logs gaps: Bad log"),
    ],
)
def test_codes_of_the_table_and_codes_of_a_plug_in(
    step: Callable[[Index], object] | None, code: int, plug_in: int, words: str, tmp_path: Path
) -> None:
    db = made(tmp_path / "x.db", *([step] if step else []))
    assert run("health", "--db", db).exit_code == code
    checked = run("health", "--nagios", "--db", db)
    assert (checked.exit_code, checked.stderr) == (plug_in, "")
    assert PERFORMANCE.match(checked.stdout), checked.stdout
    assert f"CTSCAN {words} |" in checked.stdout and " logs=2;;;0 " in checked.stdout


def test_each_log_has_a_line_the_worst_first_and_others_are_outside(tmp_path: Path) -> None:
    lines = run("health", "--db", made(tmp_path / "x.db", fail, know_another)).stdout.splitlines()
    assert re.fullmatch(r"Bad log: failing since \S+Z: no connection within 10 s", lines[0])
    assert lines[1] == "Good log: ok: read to entry 300"
    assert lines[2].startswith("Third log: outside the basis: ") and len(lines) == 3


def test_json_holds_conditions_details_and_holders(tmp_path: Path) -> None:
    async def hold_and_check() -> dict[str, object]:
        async with (
            await open_index(tmp_path / "x.db", create=False) as index,
            index.lease(BAD.id, 300, 400, who="operator", at=later(-(10**9))),
        ):
            checked = await asyncio.to_thread(run, "health", "--format", "json", "--db", tmp_path / "x.db")
        assert checked.exit_code == 4
        return json.loads(checked.stdout)  # type: ignore[no-any-return]

    made(tmp_path / "x.db")
    shape = asyncio.run(hold_and_check())
    assert shape["exit_code"] == 4
    good, bad = sorted(shape["logs"], key=lambda log: log["condition"], reverse=True)  # type: ignore[call-overload]
    assert (good["condition"], good["holders"]) == ("ok", [])
    assert (bad["condition"], bad["detail_codes"][0]["code"]) == ("held", "health.held")
    (holder,) = bad["holders"]
    assert (holder["start"], holder["end"], holder["who"]) == (300, 400, "operator")
    assert holder["since"] == holder["progressed_at"] == bad["since"]


def test_what_can_not_be_checked_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no index at all, | but a text that is long enough to be taken for one")
    for db in ("none.db", "text.db"):
        checked = run("health", "--nagios", "--db", tmp_path / db)
        assert checked.exit_code == 3
        assert checked.stdout.startswith("CTSCAN UNKNOWN - ") and checked.stdout.count("\n") == 1
        assert "|" not in checked.stdout
        assert run("health", "--db", tmp_path / db).exit_code == 1


def test_an_index_without_a_scan_is_not_well(tmp_path: Path) -> None:
    async def make() -> None:
        async with await open_index(tmp_path / "x.db", create=True):
            pass

    asyncio.run(make())
    assert run("health", "--db", tmp_path / "x.db").exit_code == 1
    checked = run("health", "--nagios", "--db", tmp_path / "x.db")
    assert (checked.exit_code, "no log was read yet" in checked.stdout) == (2, True)


def test_the_name_of_a_log_neither_ends_the_summary_nor_steers_a_terminal(tmp_path: Path) -> None:
    evil: Log = a_log("Evil | log \x1b[31m jane@example.org")

    async def make() -> None:
        async with await open_index(tmp_path / "x.db", create=True) as index:
            await started(index, evil)

    asyncio.run(make())
    out = run("health", "--nagios", "--db", tmp_path / "x.db").stdout
    assert out.count("|") == 1 and "\x1b" not in out and "jane" not in out
    assert "\x1b" not in run("health", "--db", tmp_path / "x.db").stdout


def test_a_scan_that_leaves_gaps_and_its_health_agree(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = sim.add("people", people_log())
        log.fault("/tile/data/001", server_error(404))
        assert scan(sim, tmp_path / "x.db").exit_code == 4
        checked = json.loads(run("health", "--format", "json", "--db", tmp_path / "x.db").stdout)
    (log_shape,) = checked["logs"]
    assert (log_shape["holes"], log_shape["hole_entries"]) == (1, 256)
    assert checked["exit_code"] == 4
