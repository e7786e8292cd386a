"""Repository in memory that fails on demand, and its content: certificates of invented people."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from support.certs import make_certificate, make_precert

from ctscan.model import Incompleteness, Question, Repository, RepositoryEntry
from ctscan.sources import IsKnown, NameFilter

FAKE = Repository(
    name="example repository",
    title="Example Repository",
    url="https://repository.example.net/",
    finds=("email", "domain", "name", "organisation"),
    limits=("It holds what a test gives it.",),
    tells="its operator, in no country",
)

Item = RepositoryEntry | Incompleteness | Exception
"""Item of an answer; an exception is raised at its place."""


@dataclass
class FakeSource:
    """Fake `SearchSource`. `answers` go by question, `items` answer every other question; `names` are the names shown
    for a reference before it is fetched. `before` is awaited before the first item of an answer."""

    items: Sequence[Item] = ()
    answers: Mapping[str, Sequence[Item]] = field(default_factory=dict)
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    repository: Repository = FAKE
    before: Callable[[], Awaitable[None]] | None = None
    asked: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    closed: int = 0

    async def search(
        self, question: Question, is_known: IsKnown, name_filter: NameFilter
    ) -> AsyncIterator[RepositoryEntry | Incompleteness]:
        self.asked.append(question.text)
        items = self.answers.get(question.text, self.items)
        try:
            if self.before:
                await self.before()
            kept = await is_known([item.reference for item in items if isinstance(item, RepositoryEntry)])
            for item in items:
                await asyncio.sleep(0)
                if isinstance(item, Exception):
                    raise item
                if isinstance(item, Incompleteness):
                    yield item
                elif item.reference not in kept and name_filter(self.names.get(item.reference, ())):
                    self.fetched.append(item.reference)
                    yield item
        finally:
            self.closed += 1

    async def aclose(self) -> None:
        """Close nothing; the source holds nothing."""


def entry(reference: str, der: bytes) -> RepositoryEntry:
    return RepositoryEntry(reference, der, first_logged=1_700_000_000_000)


def mailbox(reference: str, address: str, like: str = "") -> RepositoryEntry:
    """Build a certificate for an address; each reference gets its own certificate, or the certificate of `like`."""
    subject = [("2.5.4.3", address)]
    made = make_precert(subject=subject, san=[("email", address)], serial=_serial(like or reference))
    return entry(reference, made.final)


def submitted(reference: str, address: str, like: str = "") -> RepositoryEntry:
    """Build the precertificate of `mailbox`."""
    subject = [("2.5.4.3", address)]
    made = make_precert(subject=subject, san=[("email", address)], serial=_serial(like or reference))
    return entry(reference, made.submitted)


def named(reference: str, given: str, family: str) -> RepositoryEntry:
    """Build a certificate of a person by name only."""
    subject = [("2.5.4.42", given), ("2.5.4.4", family), ("2.5.4.3", f"{given} {family}")]
    return entry(reference, make_certificate(subject=subject, san=[], serial=_serial(reference)))


def host_of(reference: str, host: str, *addresses: str) -> RepositoryEntry:
    """Build a certificate of a host, with addresses beside it."""
    san = [("dns", host), *(("email", address) for address in addresses)]
    return entry(reference, make_certificate(subject=[("2.5.4.3", host)], san=san, serial=_serial(reference)))


def _serial(reference: str) -> int:
    return int.from_bytes(b"\1" + reference.encode(), "big")


def kept_rows(db: Path) -> dict[str, list[str]]:
    """Read the index's rows about certificates, in an order and with numbers independent of their arrival."""
    with sqlite3.connect(db) as connection:
        found = {
            "certificates": connection.execute(
                "SELECT hex(identity), hex(sha256), subject, name, serial FROM certificate"
                " JOIN issuer_name ON issuer_name.id = issuer"
            ).fetchall(),
            "findings": connection.execute(
                "SELECT hex(c.identity), t.rule, f.value, t.place FROM finding f "
                "JOIN trait t ON t.id = f.trait JOIN certificate c ON c.id = f.certificate"
            ).fetchall(),
            "sightings": connection.execute(
                "SELECT s.repository, s.reference, hex(c.identity), s.first_logged FROM repository_sighting s "
                "JOIN leaf l ON l.id = s.leaf JOIN certificate c ON c.id = l.certificate"
            ).fetchall(),
        }
    connection.close()
    return {name: sorted(map(repr, rows)) for name, rows in found.items()}
