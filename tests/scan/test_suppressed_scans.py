"""Scans beside a forgetting: a pass that is under way writes nobody back, with tiles, without them, and in parts."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from support.scanning import Heard, gaps_in, look_up, people_log, ranges, scan, with_index
from support.simulator import Simulator
from support.suppressing import forgetting, traces

from ctscan.index.open import open_index
from ctscan.model import LogProtocol

JANE = "jane.roe@example.org"


def forget(db: Path) -> None:
    async def work() -> None:
        async with await open_index(db, create=False) as index:
            await index.forget(forgetting(JANE))

    asyncio.run(work())


@pytest.mark.parametrize("protocol", [LogProtocol.STATIC_CT, LogProtocol.RFC6962])
def test_a_scan_under_way_writes_nobody_back(tmp_path: Path, protocol: LogProtocol) -> None:
    """The person is forgotten by another connection after the first commit of the scan."""
    db = tmp_path / "ctscan.db"
    heard, read_before = Heard(), list[int]()

    def forget_once() -> None:
        if not read_before:
            read_before.append(heard.entries)
            thread = threading.Thread(target=forget, args=(db,))
            thread.start()
            thread.join()

    heard.on_advance = forget_once
    with Simulator() as sim:
        sim.add("people", people_log("people", 1000), protocol=protocol)
        scan(sim, db, heard)
        assert read_before[0] < 1000, "the scan was over"
        _is_gone(db)
        scan(sim, db)
        _is_gone(db)
    assert ranges(db, "people") == [(0, 1000, "everything")]
    assert gaps_in(db, "people") == []
    assert traces(tmp_path, ["jane.roe"]) == []
    assert len(look_up(db, "zoë.müller@example.net").matches) == 1


def _is_gone(db: Path) -> None:
    answer = look_up(db, JANE)
    assert (answer.matches, answer.complete, answer.suppressed is None) == ((), False, False)
    assert with_index(db, lambda index: index.suppressions())
