"""Runner of whole scans against the simulator, and queries of the index afterwards. Nothing waits for a clock."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace
from support.certs import make_certificate, make_precert
from support.logs import LogBuilder, cheap_certificate
from support.simulator import Simulator

from ctscan.answer.lookup import answer
from ctscan.index.open import open_index
from ctscan.index.protocols import Index
from ctscan.model import Answer, LogChoice, LogState, Run
from ctscan.personal.identifiers import parse_identifier
from ctscan.personal.scope import scope_from_text
from ctscan.scan.events import Event, HeadAccepted, LogDone, Notice, Progress
from ctscan.scan.run import LogOutcome, ScanClock, ScanRequest, ScanResult, run_scan
from ctscan.views.endings import ending_text
from ctscan.views.text import ENGLISH, texts

T = TypeVar("T")
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass
class Heard:
    """Receiver that remembers events. `on_advance` is called after each commit."""

    notices: list[str] = field(default_factory=list)
    done: list[LogOutcome] = field(default_factory=list)
    entries: int = 0
    on_advance: Callable[[], None] = lambda: None

    def emit(self, event: Event) -> None:
        match event:
            case HeadAccepted():
                self.on_head(event)
            case Progress():
                self.entries += event.entries
                self.on_advance()
            case LogDone(outcome):
                self.done.append(outcome)
            case Notice(text):
                self.notices.append(text)

    def on_head(self, event: HeadAccepted) -> None:
        """Accept a tree head; there is nothing to remember."""


def said(outcome: LogOutcome) -> str:
    """Write the end of a pass as the command line does."""
    return ending_text(outcome.message, outcome.notes, outcome.gaps, texts(ENGLISH))


async def no_sleep(seconds: float) -> None:
    """Let other tasks run, without waiting."""
    await asyncio.sleep(0)


def request(sim: Simulator, db: Path, **changes: object) -> ScanRequest:
    """Build the request to scan everything that the simulator lists, from the start. `scope` is given as text.

    `log_lists` and `logs` stand in the configuration, unless `keys` says what stands there.
    """
    scope = scope_from_text(str(changes.pop("scope", "everything")))
    made = replace(ScanRequest(db=str(db), scope=scope, log_lists=(sim.list_url,), start="start"), **changes)  # type: ignore[arg-type]
    return made if "keys" in changes else replace(made, keys=LogChoice(made.log_lists, made.logs))


def scan(sim: Simulator, db: Path, heard: Heard | None = None, **changes: object) -> ScanResult:
    """Run a whole scan."""

    async def run() -> ScanResult:
        return await run_scan(
            request(sim, db, **changes), (heard or Heard()).emit, asyncio.Event(), ScanClock(sleep=no_sleep)
        )

    return asyncio.run(run())


def with_index(db: Path, ask: Callable[[Index], Awaitable[T]]) -> T:
    """Run `ask` on an existing index, without a thread for it."""

    async def run() -> T:
        async with await open_index(db, create=False, inline=True) as index:
            return await ask(index)

    return asyncio.run(run())


def look_up(db: Path, text: str, now: datetime | None = None) -> Answer:
    """Look up an identifier, at the moment of the last scan."""
    when = now or datetime.now(UTC)
    return with_index(db, lambda i: answer(i, parse_identifier(text), now=when, stale_after=timedelta(hours=24)))


def states(db: Path) -> dict[str, LogState]:
    """Map the names of all logs in the index to their states."""

    async def ask(index: Index) -> dict[str, LogState]:
        return {state.log.name: state for state in await index.log_states()}

    return with_index(db, ask)


def last_run(db: Path) -> Run:
    """Return the newest run."""
    return with_index(db, lambda i: i.runs(1))[0]


def gaps_in(db: Path, name: str) -> list[tuple[int, int, str]]:
    """List the gaps of a log: start, end, reason."""
    return [(h.start, h.end, h.reason.value) for h in states(db)[name].gaps]


def ranges(db: Path, name: str) -> list[tuple[int, int, str]]:
    """List the verified ranges of a log: start, end, scope."""
    return [(r.start, r.end, r.scope) for r in states(db)[name].verified]


PEOPLE = {
    3: "jane.roe@example.org",
    200: "иван.петров@example.com",
    300: "jane.roe@example.org",
    700: "zoë.müller@example.net",
    901: "jane.roe@example.org",
}


def person_certificate(address: str, number: int) -> bytes:
    """Build a certificate of an invented person."""
    subject = [("2.5.4.3", f"Person {number}"), ("1.2.840.113549.1.9.1", address)]
    return make_certificate(subject=subject, serial=number + 1)


def host_certificate(number: int) -> bytes:
    """Build a certificate of a host, at least as long as real certificates: the prefilter drops it."""
    return cheap_certificate(number, f"host-{number}.of-a-department-with-a-long-name.example.org")


def people_log(name: str = "people", size: int = 1000, **options: object) -> LogBuilder:
    """Build `size` entries, most of them hosts, among them the people of `PEOPLE`, one as a precertificate."""
    return _built(name, size, **options).copy()


@lru_cache(maxsize=16)
def _built(name: str, size: int, **options: object) -> LogBuilder:
    builder = LogBuilder(name, **options)  # type: ignore[arg-type]
    for index in range(size):
        address = PEOPLE.get(index)
        if address is None:
            builder.add_certificate(host_certificate(index))
        elif index == 300:
            made = make_precert(subject=[("1.2.840.113549.1.9.1", address)], serial=index + 1)
            builder.add_precert(made.tbs, bytes(32), made.submitted)
        else:
            builder.add_certificate(person_certificate(address, index))
    return builder


def dump(db: Path) -> str:
    """Render all findings and coverage of a scan as comparable text: independent of ids, times and the order of
    commits."""

    async def ask(index: Index) -> str:
        rows = []
        async for item in index.evidence(None):
            proof = item.proof
            proven = proof and [proof.head.size, [h.hex() for h in proof.path]]
            rows.append([item.log.name, item.entry.index, item.entry.der.hex(), item.verified, proven])
        known = []
        for s in await index.log_states():
            ranges = [[r.start, r.end, r.scope, [h.hex() for h in r.edge.roots]] for r in s.verified]
            known.append([s.log.name, ranges, len(s.pending)])
        counts = await index.counts()
        return json.dumps([sorted(rows), known, counts], indent=1)

    return with_index(db, ask)
