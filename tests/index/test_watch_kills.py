"""kill -9 while certificates come, are compared with watches, and are told: none is lost, and a repeat has the ids of
the first try."""

from __future__ import annotations

import asyncio
import shutil
from collections import defaultdict
from pathlib import Path

import pytest
from support.kept import AT, a_certificate, a_hit, an_advance, commit, later, started
from support.killing import kill_often
from support.watching import EVERYTHING, a_watch, checked, states, watching

from ctscan.index.open import open_index
from ctscan.index.protocols import Index
from ctscan.model.message import Message
from ctscan.model.watch import MatchState

STEPS, SIZE = 6, 20


def follow(folder: Path) -> None:
    """Commit, check and tell, again and again; a channel writes each message to a file before it answers."""

    async def work() -> None:
        async with await open_index(folder / "ctscan.db", create=True) as index:
            run = await started(index)
            if not await index.watches():
                await watching(index, a_watch())
            for step in range(STEPS):
                start = step * SIZE
                await commit(index, run, an_advance(start, start + SIZE, *map(a_hit, range(start, start + SIZE))))
                await checked(index, most=7)
                await tell(index, folder / "told", step)

    asyncio.run(work())


async def tell(index: Index, told: Path, step: int) -> None:
    """Send all that is due; the first try of every other step fails, though it arrived."""
    await index.assign(EVERYTHING, AT)
    fails = step % 2
    while due := await index.due("mail", later(99), 8):
        some = [one for one in due if one.batch == due[0].batch]
        batch = due[0].batch or await index.begin("mail", [one.alert.id for one in some], AT)
        lines = [
            f"{one.alert.match.certificate.identity.hex()} {one.alert.uuid} {batch}"
            for one in some
            if one.alert.match is not None
        ]
        with told.open("a") as file:
            file.write("\n".join([*lines, ""]))
        if fails:
            fails = 0
            await index.failed(batch, AT, later(1), Message("delivery.timeout"))
        else:
            await index.delivered(batch, AT)


def judged(folder: Path) -> None:
    """Compare what was told with what is in the index."""
    ids: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for line in (folder / "told").read_text().splitlines():
        identity, *own = line.split()
        ids[identity].add(tuple(own))
    assert set(ids) == {a_certificate(label).identity.hex() for label in range(STEPS * SIZE)}
    assert all(len(own) == 1 for own in ids.values()), "another id at the second try"

    async def work() -> None:
        async with await open_index(folder / "ctscan.db", create=False) as index:
            assert await states(index) == [MatchState.ALERTED] * STEPS * SIZE
            (queue,) = await index.pending()
            assert (queue.due, queue.delivered, queue.dead) == (0, STEPS * SIZE, 0)
            assert await index.damaged_parts(lambda: False) == set()

    asyncio.run(work())


@pytest.mark.parametrize("kills", [5, pytest.param(200, marks=pytest.mark.long)])
def test_no_alert_is_lost_or_told_under_two_ids_when_the_process_is_killed(kills: int, tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(kills + 1)]
    for folder in folders:
        folder.mkdir()
    ended = kill_often("index.test_watch_kills:follow", folders)
    assert not all(ended)
    for folder in folders:
        follow(folder)
        judged(folder)
        shutil.rmtree(folder)
