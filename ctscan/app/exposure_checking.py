"""Check of the rows that a report reads, in a process beside the counting: both take about as long.

parent ── question ──► child: checks rows ── damaged tables ──► parent
       counts meanwhile

A small index is checked before the counting, in this process. So is an index of which the child can't say anything,
because it was killed or couldn't open the files.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from ctscan.app.wiring import opened_index
from ctscan.index.protocols import DamageNoting, Exposure, Stock

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from ctscan.config import Config
    from ctscan.model.exposure import ExposureCounts, ExposureQuestion


class CountedIndex(Exposure, DamageNoting, Stock, Protocol):
    """Index in the roles that a checked count needs."""


async def checked_exposure(config: Config, index: CountedIndex, question: ExposureQuestion) -> ExposureCounts:
    """Count, and check every row that the counting reads: damage is noted with `index`.

    Args:
        config: names the files that the process beside opens.
        index: open, in a block of `noted_damage`.
        question: the question to count.
    """
    if (await index.count_findings(0)).last is None:  # the first portion is all of it
        await index.check_exposure(question)
        return await index.exposure(question)
    return await counted_beside(config, index, question)


async def counted_beside(config: Config, index: CountedIndex, question: ExposureQuestion) -> ExposureCounts:
    """Count while another process checks; see `checked_exposure`."""
    async with check_beside(config, question) as check:
        found = await index.exposure(question)
        damage = await check.damage()
    if damage != set():  # damaged, or unknown: this process notes what it meets
        await index.check_exposure(question)
    return found


class CheckBeside(Struct, frozen=True):
    """Check under way in another process."""

    pipe: Connection

    async def damage(self) -> set[str] | None:
        """Wait for the damaged tables; None where the process ended without a word."""
        import asyncio

        return await asyncio.to_thread(self._received)

    def _received(self) -> set[str] | None:
        with suppress(EOFError, OSError):
            found = self.pipe.recv()
            return found if isinstance(found, set) else None
        return None


@asynccontextmanager
async def check_beside(config: Config, question: ExposureQuestion) -> AsyncIterator[CheckBeside]:
    """Start the process; it ends with the block at the latest."""
    import multiprocessing

    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe(duplex=False)
    process = spawn.Process(target=_check, args=(theirs, config, question), daemon=True)
    process.start()
    theirs.close()
    try:
        yield CheckBeside(ours)
    finally:
        process.terminate()
        process.join()
        process.close()
        ours.close()


def _check(pipe: Connection, config: Config, question: ExposureQuestion) -> None:
    """Check in the process beside, and send the damaged tables; None where that isn't possible."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to all processes; the parent decides
    found: set[str] | None = None
    with suppress(Exception):  # the parent checks by itself then, and meets the same fault with its words
        found = _damage(config, question)
    with suppress(OSError):
        pipe.send(found)


def _damage(config: Config, question: ExposureQuestion) -> set[str]:
    async def check() -> set[str]:
        async with opened_index(config, inline=True) as index:
            with index.noted_damage() as damage:
                await index.check_exposure(question)
        return damage

    try:
        check().send(None)  # an index that was opened inline never waits
    except StopIteration as done:
        return set(done.value)
    raise RuntimeError("an index that was opened inline waited")
