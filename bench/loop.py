"""Delay of the event loop while a scan in this process examines batches rich in candidates."""

from __future__ import annotations

import asyncio
import time

from support.scanning import Heard

from bench.context import Bench
from bench.logs import LogSpec
from bench.results import row
from ctscan.model import LogProtocol
from ctscan.personal.scope import Scope
from ctscan.scan.run import ScanRequest, run_scan

TICK = 0.005  # seconds between two looks at the clock


def loop(bench: Bench) -> None:
    """Measure the scan of a log in which every entry names a person."""
    logs = bench.build(LogSpec("rich", bench.options.rich_entries, people=1000))
    url = bench.server.publish("rich", logs, LogProtocol.STATIC_CT)
    asked = ScanRequest(
        db=str(bench.fresh() / "rich.db"), scope=Scope(everything=True), log_lists=(url,), start="start"
    )
    late, seconds = asyncio.run(_scan(asked))
    late.sort()
    entries = logs[0].spec.size
    bench.results.add(
        row("all entries are candidates, whole pipeline", entries / seconds, "certificates/s", entries=entries),
        row("all entries are candidates, hold-up of the loop, p99", late[len(late) * 99 // 100] * 1000, "ms"),
        row("all entries are candidates, hold-up of the loop, longest", late[-1] * 1000, "ms"),
    )


async def _scan(asked: ScanRequest) -> tuple[list[float], float]:
    """Return the seconds by which each look at the clock was late, and the seconds of the scan."""
    late: list[float] = []

    async def tick() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(TICK)
            late.append(max(0.0, time.perf_counter() - before - TICK))

    ticking = asyncio.create_task(tick())
    began = time.perf_counter()
    await run_scan(asked, Heard().emit, asyncio.Event())
    ticking.cancel()
    return late, time.perf_counter() - began
