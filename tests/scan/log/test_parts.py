"""Parts of a log that a scan reads, and the writer that commits beside the reader."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from support.kept import LOG, RULES, a_head, a_hit, commit, later, pending_advance, save_head, started
from support.scanning import Heard

from ctscan.ct.extra_data import extra_of
from ctscan.index.open import open_index
from ctscan.index.protocols import Index
from ctscan.model import Span
from ctscan.model.spans import merge, total
from ctscan.personal.batch import BatchAnalyser
from ctscan.personal.scope import Scope
from ctscan.scan.log.committer import ROOM, Committer
from ctscan.scan.log.parts import PART, SMALL, Parts, PartsReader
from ctscan.scan.log.scanner import entry_at_its_index
from ctscan.scan.log.session import LogSession
from ctscan.scan.stream import Known
from ctscan.sources import LogSource

SPANS = [(1_000, 70_000), (3 * PART, 9 * PART + 7)]


@pytest.mark.parametrize("readers", [1, 2, 3, 50])
@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("marks", [(), (5_000, 4 * PART + 1)])
def test_parts_are_all_of_it_once_and_in_order(readers: int, newest_first: bool, marks: tuple[int, ...]) -> None:
    parts = list(Parts(SPANS, marks=marks, readers=readers, newest_first=newest_first))
    assert merge(parts) == SPANS and total(parts) == sum(end - start for start, end in parts)
    assert parts == sorted(parts, reverse=newest_first)
    assert all(start // PART == (end - 1) // PART for start, end in parts)
    assert set(marks) <= {start for start, _ in parts}


def test_only_the_last_parts_are_small_and_only_where_several_read() -> None:
    assert [end - start for start, end in Parts([(0, 3 * PART)])] == [PART] * 3
    widths = [end - start for start, end in Parts([(0, 9 * PART)], readers=2)]
    assert widths == [PART] * 5 + [SMALL] * (4 * PART // SMALL)
    assert list(Parts([(0, 300)], readers=2)) == [(0, 300)]


# --- the pending ranges of earlier passes -------------------------------------------------------------------------


async def taken_up(index: Index, run_id: int, parts: list[Span]) -> list[tuple[Span, int]]:
    """Return the spans that a pass reads, each with the end of the pending range that the pass takes up."""
    found: list[tuple[Span, int]] = []

    async def read(span: Span, known: Known) -> bool:
        found.append((span, span[0] + len(known.pending) // 32))
        return True

    session = LogSession(
        log=LOG,
        head=a_head(300),
        source=cast(LogSource, SimpleNamespace(batch_limit=None)),  # nothing is fetched
        index=index,
        run_id=run_id,
        analyser=BatchAnalyser(Scope(everything=True), entry_at_its_index, extra_of),
        scope=Scope(everything=True),
        rules=RULES.version,
        emit=Heard().emit,
        stop=asyncio.Event(),
    )
    async with session:
        assert await PartsReader(session, read, lambda _: True, can_resume=True).read(Parts(parts))
    return found


def test_a_pending_range_that_another_reader_holds_a_part_of_is_given_up(tmp_path: Path) -> None:
    """A pending range is given up if another reader holds a part of it.

    Proven as a whole, the range would cover entries that are lost when the other reader rewinds its own part.
    """

    async def run() -> None:
        async with await open_index(tmp_path / "ctscan.db", create=True) as index:
            run_id = await started(index)
            await save_head(index, a_head(300), later(1))
            await commit(index, run_id, pending_advance(0, 300, a_hit(100), a_hit(290)))  # with a single reader
            assert await taken_up(index, run_id, [(0, 300)]) == [((0, 300), 300)]
            async with index.lease(LOG.id, 256, 300) as lease:  # with two readers
                await index.commit(run_id, pending_advance(256, 300, a_hit(290)), lease)
                assert await taken_up(index, run_id, [(0, 256)]) == [((0, 256), 0)]
            state = await index.log_state(LOG.id)
            assert state is not None and [pending.span for pending in state.pending] == [(256, 300)]
            assert await index.unproven(LOG.id, 256, 300) == [290]

    asyncio.run(run())


# --- the writer ---------------------------------------------------------------------------------------------------


def test_steps_are_written_in_order_and_all_of_them_however_it_ends() -> None:
    written: list[int] = []

    async def write(step: int) -> None:
        await asyncio.sleep(0)
        written.append(step)

    async def read() -> None:
        async with Committer(write) as committer:
            for step in range(5):
                await committer.put(step)
            await committer.wait_written()
            assert written == [0, 1, 2, 3, 4]
            await committer.put(5)
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(read())
    assert written == [0, 1, 2, 3, 4, 5]


def test_the_reader_goes_on_while_a_step_is_written_and_waits_when_there_is_no_room() -> None:
    async def run() -> list[int]:
        gate, written, put = asyncio.Event(), list[int](), list[int]()

        async def write(step: int) -> None:
            await gate.wait()
            written.append(step)

        async def read(committer: Committer[int]) -> None:
            for step in range(10):
                await committer.put(step)
                put.append(step)

        async with Committer(write) as committer:
            reading = asyncio.create_task(read(committer))
            for _ in range(20):
                await asyncio.sleep(0)
            assert len(put) == ROOM + 1 and written == []
            gate.set()
            await reading
        return written

    assert asyncio.run(run()) == list(range(10))


def test_a_step_that_fails_is_told_and_nothing_behind_it_is_written() -> None:
    written: list[int] = []

    async def write(step: int) -> None:
        if step == 1:
            raise ValueError("the disk is full")
        written.append(step)

    async def settles() -> None:
        async with Committer(write) as committer:
            for step in range(ROOM):
                await committer.put(step)
            with pytest.raises(ValueError, match="disk"):
                await committer.wait_written()
            with pytest.raises(ValueError, match="disk"):
                await committer.put(7)

    async def leaves() -> None:
        async with Committer(write) as committer:
            await committer.put(1)

    for run in (settles, leaves):
        with pytest.raises(ValueError, match="disk"):
            asyncio.run(run())
    assert written == [0]
