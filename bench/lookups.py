"""Times of look-ups in an open index, by the clock and in CPU: first pages, whole answers, and the record of a look-up.

The index is open in the calling thread, as for `ctscan lookup`, so that no hop between threads counts.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing, closing
from dataclasses import dataclass, field
from pathlib import Path

from bench.findings import BEGAN, Population
from ctscan.answer.lookup import answer
from ctscan.app import answers, typed_selection
from ctscan.config import load_settings
from ctscan.index.open import open_index
from ctscan.index.protocols import Index
from ctscan.model import Answer, MatchPage
from ctscan.personal.identifiers import parse_identifier
from ctscan.personal.normalise.name_tokens import asked_forms

PAGE = 50
DOMAIN = 10_000  # certificates of the domain whose first page is timed, about
ADDRESSES = 1_000
NAMES = 400
RECORDED = 50  # look-ups that are timed with their record
DOMAINS_ASKED = 9

Find = Callable[[str], Awaitable[Sequence[object]]]
"""Function that looks a text up."""


@dataclass(frozen=True, slots=True)
class Timed:
    """Times of a kind of look-up: p50, p95, p99 and max in ms, and the same in CPU, `cpu_p50` and so on. `reach`: most
    ms by percentile; `reach_of_large`: for the large index. None as a limit: the row is reported only."""

    what: str
    ms: dict[str, float]
    reach: dict[str, float | None] = field(default_factory=dict)
    reach_of_large: dict[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """Look-ups to time: random people who have certificates."""

    addresses: list[str]
    names: list[str]


def asked_of(certificates: int, population: Population) -> Asked:
    """Draw people from the first certificates; the names come from certificates that hold one."""
    draw = random.Random(7)
    holders = [population.holder(draw.randrange(certificates)) for _ in range(2 * ADDRESSES)]
    named = [population.holder(draw.randrange(certificates // 6) * 6 + 1) for _ in range(NAMES)]
    return Asked([p.address for p in holders], [f"{p.given} {p.surname}" for p in named])


async def timed(asked: Sequence[str], find: Find) -> dict[str, float]:
    """Time the look-up of each text. ValueError when a look-up finds nothing.

    Returns:
        Milliseconds: p50, p95, p99 and max by the clock, and the same in CPU, which other work on the machine disturbs
        less.
    """
    walls, cpus = [], []
    for text in asked:
        wall, cpu = time.perf_counter(), time.process_time()
        found = await find(text)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
        if not found:
            raise ValueError("expected to find a person of the index, found nothing")
    return percentiles(walls) | {f"cpu_{name}": value for name, value in percentiles(cpus).items()}


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Return percentiles and maximum in milliseconds."""
    ranked = sorted(seconds)
    at = {name: ranked[min(len(ranked) - 1, int(share * len(ranked)))] for name, share in _SHARES.items()}
    return {name: round(1000 * value, 3) for name, value in at.items()} | {"max": round(1000 * ranked[-1], 3)}


_SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


async def first_touch(path: Path, asked: Asked) -> list[Timed]:
    """Time look-ups of addresses whose pages the system holds no copy of; no two look-ups ask for one address twice."""
    async with await open_index(path, create=False, inline=True) as index:
        finds = _Finds(index)
        found = await timed(asked.addresses[ADDRESSES:], finds.found)
        whole = await timed(asked.addresses[:ADDRESSES], finds.answered)
    return [
        Timed("e-mail, certificates, first touch from disk", found, reach_of_large={"p99": 10}),
        Timed("e-mail, whole answer, first touch from disk", whole, reach_of_large={"p99": 10}),
    ]


async def timed_look_ups(path: Path, asked: Asked) -> list[Timed]:
    """Time first pages and whole answers with all of it in the system's cache: each text is looked up once before."""
    domain, certificates = domain_with(path, DOMAIN)
    async with await open_index(path, create=False, inline=True) as index:
        finds, addresses = _Finds(index), asked.addresses[:ADDRESSES]
        await timed(asked.names, finds.page)
        await timed(addresses, finds.answered)
        page = await timed(asked.names, finds.page)
        whole = await timed(addresses, finds.answered)
    page_of = await recorded(path, [addresses[0], *addresses[:RECORDED]])
    of_domain = await first_pages(path, [f"@{domain}"] * (1 + DOMAINS_ASKED))
    free: dict[str, float | None] = {"p50": None, "p99": None}
    return [
        Timed(f"name, whole matches, first page of {PAGE}", page, {"p50": 1, "p99": 10}, free),
        Timed("e-mail, whole answer", whole, {"p50": 1, "p99": 5}, free),
        Timed(f"domain of {certificates:,} certificates, until its first {PAGE}, with a record", of_domain,
              {"p50": 50}, {"p50": None}),
        Timed("e-mail, whole answer, with its record", page_of, {"p50": None}, {"p50": None}),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Finds:
    """Look-ups in an open index, without their record."""

    index: Index

    async def page(self, name: str) -> Sequence[object]:
        return await self.index.find_name(asked_forms(parse_identifier(f"name:{name}")), PAGE + 1, 0)

    async def found(self, address: str) -> Sequence[object]:
        identifier = parse_identifier(address)
        return await self.index.find_keys([key for key in identifier.keys if key.kind == identifier.kind], PAGE + 1)

    async def answered(self, address: str) -> Sequence[object]:
        return (await answer(self.index, parse_identifier(address), now=BEGAN)).matches


async def recorded(path: Path, asked: Sequence[str]) -> dict[str, float]:
    """Time look-ups by the use case, as `ctscan lookup --limit` asks it: an answer is given out when it is in the audit
    trail, synced. The first look-up, which opens index and trail, doesn't count."""
    identifiers, config = [parse_identifier(text) for text in asked], load_settings(db=str(path))
    selection = typed_selection.make_selection(limit=PAGE)
    given = answers.look_up(config, identifiers, who="bench", selection=selection, at=BEGAN, inline=True)
    async with aclosing(given) as found:

        async def shown(_: str) -> Sequence[object]:
            return (await anext(found)).shown_matches

        await shown(asked[0])
        return await timed(asked[1:], shown)


async def first_pages(path: Path, asked: Sequence[str]) -> dict[str, float]:
    """Time the certificates that a long answer gives first, as `ctscan lookup` asks for them: its beginning is in the
    audit trail then, synced. The rest of the answer is read outside of the timed part."""
    identifiers, config = [parse_identifier(text) for text in asked], load_settings(db=str(path))
    given = answers.look_up_in_parts(config, identifiers, who="bench", inline=True)
    async with aclosing(given) as parts:

        async def first(_: str) -> Sequence[object]:
            while True:
                part = await anext(parts)
                if isinstance(part, MatchPage):
                    return part.matches

        times = []
        for text in asked:
            times.append(await timed([text], first))
            while not isinstance(await anext(parts), Answer):
                pass
    return {name: sorted(one[name] for one in times[1:])[len(times) // 2 - 1] for name in times[0]}


def domain_with(path: Path, certificates: int) -> tuple[str, int]:
    """Return the domain whose number of certificates comes closest to a number, and its own."""
    sql = (
        "SELECT lookup_key.key, sum(length(certificates)) / 4 AS found FROM lookup_key"
        " CROSS JOIN posting ON posting.key = lookup_key.id"
        " WHERE kind = 'domain' GROUP BY lookup_key.id ORDER BY abs(found - ?) LIMIT 1"
    )
    with closing(sqlite3.connect(path)) as connection:
        reversed_labels, found = connection.execute(sql, (certificates,)).fetchone()
    return ".".join(reversed(reversed_labels.rstrip(".").split("."))), found
