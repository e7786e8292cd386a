"""Partial reads of copies, by a folder or another list: they change nothing of what answers know of the log itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from support.exchange import Answer as Reply
from support.scanning import look_up, people_log, scan, states, with_index
from support.simulator import Simulator

from ctscan.answer.lookup import answer
from ctscan.index.protocols import Index
from ctscan.model import Answer, Freshness, Log, LogChoice, LogProtocol, Remark, Staleness
from ctscan.personal.identifiers import parse_identifier

JANE = "jane.roe@example.org"
LATER = timedelta(days=40)


def only(answer: Answer) -> tuple[bool, Freshness]:
    """Return whether the answer is complete, and the freshness of its only log."""
    (log,) = answer.coverage
    return answer.complete, log.freshness


def entry(db: Path) -> Log:
    return states(db)["people"].log


def test_a_copy_in_a_folder_neither_freezes_the_log_nor_counts_as_a_check(tmp_path: Path) -> None:
    builder = people_log(size=300)
    builder.write_static_tree(tmp_path / "copy")
    with Simulator() as sim:
        sim.add("people", builder)
        scan(sim, tmp_path / "db")
        before = entry(tmp_path / "db")
        copy = (tmp_path / "copy").as_uri()
        assert scan(sim, tmp_path / "db", logs=(copy,), keys=LogChoice((sim.list_url,))).exit_code == 0
        (tmp_path / "copy" / "checkpoint").unlink()
        assert scan(sim, tmp_path / "db", logs=(copy,), keys=LogChoice((sim.list_url,))).exit_code == 1
    assert entry(tmp_path / "db") == before
    assert states(tmp_path / "db")["people"].failing_since is None
    assert only(look_up(tmp_path / "db", JANE, datetime.now(UTC) + LATER)) == (False, Freshness.STALE)


def test_another_list_does_not_make_the_log_final(tmp_path: Path) -> None:
    with Simulator() as sim, Simulator() as other:
        for one in (sim, other):
            one.add("people", people_log(size=300), LogProtocol.STATIC_CT)
        scan(sim, tmp_path / "db")
        other.log("people").state, other.log("people").final_size = "readonly", 300
        scan(sim, tmp_path / "db", log_lists=(other.list_url,), keys=LogChoice((sim.list_url,)))
    assert entry(tmp_path / "db").final_head is None
    assert only(look_up(tmp_path / "db", JANE, datetime.now(UTC) + LATER)) == (False, Freshness.STALE)


def test_a_final_head_smaller_than_what_was_read_makes_nothing_final(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = sim.add("people", people_log(size=300))
        scan(sim, tmp_path / "db")
        log.state, log.final_size = "readonly", 200
        log.fault("checkpoint", Reply(503))
        sim.list_timestamp = "2026-02-01T00:00:00Z"
        scan(sim, tmp_path / "db", start=None, give_up_after=0.2)
    answer = look_up(tmp_path / "db", JANE)
    assert not answer.complete
    assert answer.coverage[0].stale_reason == Staleness.NOT_AS_LISTED()


class Repaired:
    """Index in which a repair begins while a look-up finds certificates."""

    def __init__(self, index: Index, db: Path) -> None:
        self._index, self._db = index, db

    def __getattr__(self, name: str) -> object:
        return getattr(self._index, name)

    async def find_keys(self, *asked: object) -> object:
        with closing(sqlite3.connect(self._db)) as other, other:
            other.execute("INSERT INTO damage (part, at) VALUES ('finding', '')")
        return await self._index.find_keys(*asked)  # type: ignore[arg-type]


def test_a_repair_that_begins_within_a_look_up_makes_the_answer_incomplete(tmp_path: Path) -> None:
    with Simulator() as sim:
        sim.add("people", people_log(size=300))
        scan(sim, tmp_path / "db")

    async def ask(index: Index) -> Answer:
        repaired: Index = Repaired(index, tmp_path / "db")  # type: ignore[assignment]
        return await answer(repaired, parse_identifier(JANE), now=datetime.now(UTC))

    found = with_index(tmp_path / "db", ask)
    assert not found.complete
    assert found.matches and found.remarks[0] == Remark.DAMAGED(parts="finding")
