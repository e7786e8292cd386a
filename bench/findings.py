"""Speed and size of a large index: commits of findings, octets on disk, look-ups of people.

    python -m bench.findings --findings 1000000

`Index.commit` writes and `ctscan.answer.lookup.answer` reads, with the steps of a scan of a tiled log: 256 hits at a
time, each with its submitted precertificate and its inclusion proof. 1 % of the entries are hits. The people are
invented; their names follow Zipf's law over `data/names`, so that the commonest name is in every fifteenth certificate.
Each person has about four certificates, spread over the whole log. The number of findings alone determines the content.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import random
import resource
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256, shake_128
from pathlib import Path
from typing import Any

from bench.lookups import DOMAIN, pages_and_answers, timed
from bench.results import Row
from ctscan.answer.lookup import LIMIT, answer
from ctscan.answer.matching import PARTLY
from ctscan.index.open import open_index
from ctscan.index.protocols import Index
from ctscan.model import (
    Attribute,
    AttributionReason,
    BatchResult,
    Certificate,
    CompactRange,
    Confidence,
    DecodedString,
    Entry,
    EntryKind,
    Finding,
    Hit,
    IdentifierKind,
    InclusionProof,
    Log,
    LogProtocol,
    LookupKey,
    Message,
    Name,
    Phrase,
    Run,
    RunState,
    ScanStep,
    SubjectKind,
    TreeHead,
    VerifiedRange,
)
from ctscan.personal.attribution.gazetteer import given_names, surnames
from ctscan.personal.identifiers import parse_identifier
from ctscan.personal.normalise.addresses import email_keys
from ctscan.personal.normalise.name_tokens import asked_forms, name_keys
from ctscan.personal.rule_set import rule_set

STEP = 256  # hits in a transaction, as the readers commit them
ENTRIES_PER_HIT = 100
MEAN_FINDINGS = 3.5
PER_PERSON = 4  # certificates
DOMAINS = 500
ADDRESSES_ASKED = 2_000
NAMES_ASKED = 400
ANSWERS_ASKED = 200
WORDS_ASKED = 50  # the commonest are in ten thousand certificates, and the look-up returns them all
FEW = 50
MIB = 1024 * 1024

_BEGAN = datetime(2031, 1, 1, tzinfo=UTC)
_TEXT = (
    b"http://crl.ca.example.org/personal-signing-ca-5.crl0Ahttps://www.ca.example.org/repository/cps-statement.html0m"
    * 7
)
_KEY = b"bench log"
LOG = Log(
    sha256(_KEY).digest(), _KEY, "Bench log", "Example Operator", LogProtocol.STATIC_CT, url="https://log.example.org/"
)


# --- people and certificates --------------------------------------------------------------------------------------


def _zipf(words: Sequence[str], draw: random.Random) -> str:
    """Draw the word of rank k with probability ln(1 + 1/k) / ln(n + 1), nearly in proportion to 1/k."""
    return words[int((len(words) + 1) ** draw.random()) - 1]


@dataclass(frozen=True, slots=True)
class Person:
    """Invented person."""

    given: str
    surname: str
    address: str


class Population:
    """Invented people, `size` in number; a number determines each person."""

    def __init__(self, size: int) -> None:
        self.size = size
        shuffled = random.Random(5)
        self._given, self._surnames = sorted(given_names()), sorted(surnames())
        shuffled.shuffle(self._given)
        shuffled.shuffle(self._surnames)

    def person(self, number: int) -> Person:
        draw = random.Random(number)
        given, surname = _zipf(self._given, draw), _zipf(self._surnames, draw)
        domain = f"department-{int((DOMAINS + 1) ** draw.random())}.example.org"
        local = f"{given}.{surname}{number}" if given.isascii() and surname.isascii() else f"member{number}"
        return Person(given.title(), surname.title(), f"{local}@{domain}")

    def holder(self, certificate: int) -> Person:
        """Return the person in a certificate; a person's certificates lie far from each other in the log."""
        return self.person(certificate * 7_368_787 % self.size)


_LIKELY, _CERTAIN = Confidence.LIKELY, Confidence.CERTAIN
_OF_NAME = AttributionReason.ONLY_PEOPLE()
_BESIDE = AttributionReason.WORD_OF_NAME_BESIDE()
_SAME = AttributionReason.SAME_NAME_HOLDS(holds=Phrase.GIVEN_NAME)


def findings_of(person: Person, count: int) -> tuple[Finding, ...]:
    """Make 1 to 6 findings, as the rules do for an e-mail certificate."""
    email, name = person.address, f"{person.given} {person.surname}"
    found = (
        _finding("email.rfc822Name", "user.contact.email", email, "san.0.rfc822Name", "2.5.29.17", 0x81, _SAME),
        _finding("name.common", "user.name", name, "subject.4.commonName", "2.5.4.3", 12, _BESIDE),
        _finding("name.given", "user.name.first", person.given, "subject.2.givenName", "2.5.4.42", 12, _OF_NAME),
        _finding("name.surname", "user.name.last", person.surname, "subject.3.surname", "2.5.4.4", 12, _OF_NAME),
        _finding("email.emailAddress", "user.contact.email", email, "subject.5.emailAddress", "1.2.840.113549.1.9.1",
                 22, _SAME),
        _finding("name.title", "user.job_title", "Head of department", "subject.6.title", "2.5.4.12", 12, _OF_NAME),
    )  # fmt: skip
    return found[:count]


def _finding(rule: str, category: str, value: str, where: str, oid: str, tag: int, why: Message) -> Finding:
    keys: tuple[LookupKey, ...] = ()
    if "@" in value:
        keys = email_keys(value)
    elif rule != "name.title":
        keys = name_keys(value)
    canonical = value if "@" in value else value.casefold()
    confidence = _LIKELY if why == _SAME else _CERTAIN
    person = SubjectKind.PERSON
    return Finding(
        rule, category, (category,), value, canonical, where, oid, person, confidence, why, keys, "subject", tag=tag
    )


def hit_of(number: int, population: Population) -> Hit:
    """Make the hit of a certificate: octets as large and as random as an e-mail certificate's TBS (the index never
    parses them), and the whole submitted precertificate."""
    person = population.holder(number)
    label = number.to_bytes(8, "big")
    random_octets = shake_128(label).digest(576)  # a key of 2048 bits, its identifier, a serial number, a signature
    subject = f"C=XX, O=Department, CN={person.given} {person.surname}, {person.address}"
    tbs = _TEXT + subject.encode() + random_octets[:300]
    serial, start = random_octets[:16], _BEGAN + timedelta(seconds=37 * number)
    certificate = Certificate(
        identity=sha256(b"identity" + label).digest(),
        sha256=None,
        issuer=_name(f"Example Trust CA Mail {number % 40}", "Example Trust", "XX"),
        subject=_name(f"{person.given} {person.surname}", "Department", "XX"),
        serial=bytes([serial[0] & 0x7F | 0x40]) + serial[1:],
        not_before=start,
        not_after=start + timedelta(days=730),
        san=(),
        extensions=(),
        is_ca=False,
        eku=(),
        policies=(),
        spki=b"",
        problems=(),
        authority_key_id=sha256(b"key" + bytes([number % 40])).digest()[:20],
    )
    key_hash = sha256(b"issuer" + bytes([number % 40])).digest()
    at = int(start.timestamp() * 1000)
    entry = Entry(LOG.id, index_of(number), at, EntryKind.PRECERT, tbs, key_hash, b"\0\0\5" + bytes(5))
    return Hit(entry, certificate, findings_of(person, number % 6 + 1), tbs + random_octets[300:])


def index_of(number: int) -> int:
    """Return the log index of a certificate: pseudo-random among its hundred entries."""
    return ENTRIES_PER_HIT * number + number * 7919 % ENTRIES_PER_HIT


def _name(common: str, organisation: str, country: str) -> Name:
    parts = (("2.5.4.6", country), ("2.5.4.10", organisation), ("2.5.4.3", common))
    raw = repr(parts).encode()
    return Name(
        raw, tuple(Attribute(i, oid, 12, b"", DecodedString(b"", 12, text)) for i, (oid, text) in enumerate(parts))
    )


# --- steps --------------------------------------------------------------------------------------------------------


class Tree:
    """Audit paths in a tree of `size` entries with invented hashes; paths share nodes as in a real tree."""

    def __init__(self, size: int) -> None:
        self.head = TreeHead(LOG.id, size, bytes(32), 2_000_000_000_000, b"signature", b"a checkpoint of some octets")
        self._levels = (size - 1).bit_length()
        self._index, self._path = 0, [self._sibling(0, level) for level in range(self._levels)]

    @staticmethod
    def _sibling(index: int, level: int) -> bytes:
        return sha256(level.to_bytes(1, "big") + ((index >> level) ^ 1).to_bytes(8, "big")).digest()

    def proof(self, index: int) -> InclusionProof:
        for level in range((index ^ self._index).bit_length()):
            self._path[level] = self._sibling(index, level)
        self._index = index
        return InclusionProof(index, self.head, tuple(self._path))


def steps(certificates: int, population: Population, rules: str) -> Iterator[ScanStep]:
    """Yield the steps that a reader of a tiled log commits, in order."""
    tree = Tree(ENTRIES_PER_HIT * certificates)
    at = 0
    for first in range(0, certificates, STEP):
        hits = tuple(hit_of(number, population) for number in range(first, min(first + STEP, certificates)))
        end = ENTRIES_PER_HIT * (first + len(hits))
        edge = CompactRange(end, tuple(sha256(b"edge" + bytes([i])).digest() for i in range(end.bit_count())))
        yield ScanStep(
            LOG.id,
            _BEGAN,
            verified=VerifiedRange(at, end, "everything", rules, edge),
            proofs=tuple(tree.proof(hit.entry.index) for hit in hits),
            result=BatchResult(hits, entries=end - at, candidates=len(hits)),
        )
        at = end


# --- building -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Built:
    """Record of building the index: rate of each tenth, and resident memory after it."""

    findings: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    rates: list[int] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)  # MiB


async def build(path: Path, findings: int, population: Population) -> Built:
    certificates = math.ceil(findings / MEAN_FINDINGS)
    rules = rule_set()
    built, portion, last = Built(), max(1, certificates // STEP // 10), (0, 0.0)
    async with await open_index(path, create=True) as index:
        run = Run(0, "bench", _BEGAN, None, "everything", rules.version, "a benchmark", "bench", RunState.RUNNING)
        run_id = await index.start_run(run, rules, [LOG], [])
        for number, step in enumerate(steps(certificates, population, rules.version), 1):
            began, cpu = time.perf_counter(), time.process_time()
            async with index.lease(LOG.id, 0, None) as lease:
                await index.commit(run_id, step, lease)
            built.seconds += time.perf_counter() - began
            built.cpu += time.process_time() - cpu
            built.findings += sum(len(hit.findings) for hit in step.result.hits)
            if number % portion == 0:
                built.rates.append(round((built.findings - last[0]) / (built.seconds - last[1])))
                built.memory.append(round(resident()))
                last = (built.findings, built.seconds)
        await index.save_head(step.proofs[0].head, _BEGAN, None)
        await index.record_success(LOG.id, _BEGAN, None)
        await index.end_run(run_id, _BEGAN, RunState.DONE)
    return built


def resident() -> float:
    """Return the resident MiB of this process: the present value from /proc, else the peak."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / MIB
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# --- looking up ---------------------------------------------------------------------------------------------------


def forget_cached(path: Path) -> None:
    """Drop the file from the system's cache, where the system allows it."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


@dataclass(frozen=True, slots=True)
class Asked:
    """Look-ups to time: random people who have certificates."""

    addresses: list[str]
    names: list[str]
    words: list[str]


def asked_of(certificates: int, population: Population) -> Asked:
    draw = random.Random(7)
    holders = [population.holder(draw.randrange(certificates)) for _ in range(ADDRESSES_ASKED)]
    named = [population.holder(draw.randrange(certificates) // 6 * 6 + 1) for _ in range(NAMES_ASKED)]
    words = [word for person in named[: NAMES_ASKED // 4] for word in (person.given, person.surname)]
    return Asked([p.address for p in holders], [f"{p.given} {p.surname}" for p in named], words)


async def look_up(path: Path, asked: Asked) -> dict[str, dict[str, float]]:
    async with await open_index(path, create=False) as index:

        async def matches(text: str) -> Sequence[object]:
            return await found(index, text)

        async def first_few(text: str) -> Sequence[object]:
            return await found(index, text, FEW)

        async def answered(text: str) -> Sequence[object]:
            return (await answer(index, parse_identifier(text), now=_BEGAN)).matches

        names = [f"name:{name}" for name in asked.names]
        words = [f"name:{word}" for word in asked.words]
        return {
            "addresses, first": await timed(asked.addresses, matches),
            "addresses": await timed(asked.addresses, matches),
            "addresses, answered": await timed(asked.addresses[:ANSWERS_ASKED], answered),
            "names": await timed(names, matches),
            "names, answered": await timed(names[:ANSWERS_ASKED], answered),
            "names, few": await timed(names, first_few),
            "single words": await timed(words[:WORDS_ASKED], matches),
            "single words, few": await timed(words, first_few),
        }


async def look_up_at_once(path: Path, asked: Asked) -> list[Row]:
    """Measure first pages and answers in the calling thread."""
    async with await open_index(path, create=False, inline=True) as index:
        domain = domain_with(path, DOMAIN)
        return await pages_and_answers(index, asked.addresses[:ANSWERS_ASKED], asked.names, domain, _BEGAN)


def domain_with(path: Path, certificates: int) -> str:
    """Return the domain whose number of certificates comes closest to a number."""
    sql = (
        "SELECT lookup_key.key FROM lookup_key CROSS JOIN posting ON posting.key = lookup_key.id WHERE kind = 'domain'"
        " GROUP BY lookup_key.id ORDER BY abs(count(*) - ?) LIMIT 1"
    )
    with closing(sqlite3.connect(path)) as connection:
        (reversed_labels,) = connection.execute(sql, (certificates,)).fetchone()
    return ".".join(reversed(reversed_labels.rstrip(".").split(".")))


async def found(index: Index, text: str, limit: int = LIMIT) -> Sequence[object]:
    """Send the index the query that `answer` sends."""
    identifier = parse_identifier(text)
    if identifier.kind == IdentifierKind.NAME:
        words = asked_forms(identifier)
        return await index.find_name(words, limit + 1, 0) or await index.find_name(words, limit + 1, PARTLY + 1)
    return await index.find_keys([key for key in identifier.keys if key.kind == identifier.kind], limit + 1)


# --- size ---------------------------------------------------------------------------------------------------------


def sizes(path: Path) -> dict[str, int]:
    """Return the octets of each table and index; the certificates count under their own name."""
    with closing(sqlite3.connect(path)) as connection:
        by_table = dict(connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC"))
        blobs = {
            table: connection.execute(f"SELECT sum(length(der)) FROM {table}").fetchone()[0]  # noqa: S608
            for table in ("leaf", "submitted")
        }
    for table, octets in blobs.items():
        by_table[table] -= octets
    return {name: octets for name, octets in by_table.items() if octets > 65536} | {"certificates": sum(blobs.values())}


# --- measurements -------------------------------------------------------------------------------------------------


def row(text: str, value: float, unit: str, reach: float, *, most: bool, **more: Any) -> dict[str, Any]:
    """Make a row. `most`: `reach` is an upper limit of the value, else a lower limit."""
    met = value <= reach if most else value >= reach
    return {"row": text, "value": value, "unit": unit, "reach": reach, "met": met, **more}


def measure(findings: int, folder: Path) -> list[dict[str, Any]]:
    """Build an index of about `findings` findings in a folder, look people up, and delete the index. Return its rows
    of the results: `row`, `value`, `unit`, `reach`, `met`, and further figures."""
    path = folder / "findings.db"
    certificates = math.ceil(findings / MEAN_FINDINGS)
    population = Population(max(1, certificates // PER_PERSON))
    try:
        built = asyncio.run(build(path, findings, population))
        by_table = sizes(path)
        forget_cached(path)
        asked = asked_of(certificates, population)
        times = asyncio.run(look_up(path, asked))
        at_once = asyncio.run(look_up_at_once(path, asked))
    finally:
        for left in folder.glob("findings.db*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
    beyond = sum(octets for name, octets in by_table.items() if name != "certificates")
    each = {name: round(octets / built.findings, 1) for name, octets in by_table.items()}
    shown = f"in an index of {built.findings:,} findings"
    return [
        row("commit: findings into SQLite", round(built.findings / built.seconds), "findings/s", 20_000, most=False,
            cpu_seconds=round(built.cpu, 1), wall_seconds=round(built.seconds, 1), rates=built.rates),
        row(f"exact e-mail look-up {shown}: p99", times["addresses, first"]["p99"], "ms", 5, most=True,
            first_touch=times["addresses, first"], again=times["addresses"], answered=times["addresses, answered"]),
        row(f"name search {shown}: p95", times["names"]["p95"], "ms", 100, most=True,
            names=times["names"], answered=times["names, answered"], limit_of_50=times["names, few"],
            single_words=times["single words"], single_words_limit_of_50=times["single words, few"]),
        row("index beyond the certificates", round(beyond / built.findings), "octets/finding", 400, most=True,
            by_table=each),
        row("memory while the index is built", max(built.memory, default=0), "MiB", 200, most=True,
            by_tenth=built.memory),
        row("findings into SQLite, per CPU-second", round(built.findings / built.cpu), "findings/CPU-s", 20_000,
            most=False),
        *at_once,
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--findings", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="folder in which the index is built (default: a temporary folder)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        for found in measure(given.findings, Path(folder)):
            sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
