"""Index to be damaged: what a scan and a search leave behind, copies of it, and everything that is asked of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace
from support.kept import (
    a_coordinate,
    a_repository_hit,
    a_revocation,
    an_authority,
    digest,
    email_finding,
    later,
    name_finding,
    number_finding,
    searching,
)
from support.scanning import people_log, scan, with_index
from support.simulator import Simulator

from ctscan.answer.lookup import answer
from ctscan.errors import IndexFault
from ctscan.index.open import open_index
from ctscan.index.protocols import Index
from ctscan.model import Answer, AuthorityList, Match
from ctscan.model.keep import KeepKind, KeptRule, Limits, Period, Unit
from ctscan.personal.identifiers import parse_identifier

PAGE = 4096


@dataclass(frozen=True)
class Asked:
    """Outcome of a look-up: the answer, or the line of the error."""

    answer: Answer | None
    fault: str = ""

    @property
    def is_complete(self) -> bool:
        """True for an answer that claims completeness."""
        return self.answer is not None and self.answer.complete

    @property
    def matches(self) -> tuple[Match, ...]:
        """Certificates of the answer."""
        return self.answer.matches if self.answer else ()

    @property
    def states_damage(self) -> bool:
        """True where the damage is stated, by the answer or by the error."""
        if self.answer is None:
            return "damaged" in self.fault
        return any(remark.code == "remark.damaged" for remark in self.answer.remarks)


def build(path: Path) -> tuple[str, ...]:
    """Build an index with rows in every table that a look-up reads. Return identifiers of people who are in it and of
    people who aren't, of every kind."""
    with Simulator() as sim:
        sim.add("one", people_log("one"))
        sim.add("two", people_log("two", 640))
        scan(sim, path)

    async def add(index: Index) -> None:
        search = await searching(index, "email:jane.roe@example.org", rules="rules-1")
        found = (email_finding("ann@example.org"), name_finding("Ann Roe"), number_finding("12345678Z"))
        hit = a_repository_hit(1, *found, coordinates=(a_coordinate(5),), revocation=a_revocation("crt.sh"))
        await index.keep_found(search, [hit])
        await index.save_key_ids([(digest("identity", 1), b"key id")])
        applied = datetime(1999, 1, 1, tzinfo=UTC)
        kinds = (KeepKind.EXPIRED, KeepKind.FINDINGS)
        await index.note_limits(Limits(tuple(KeptRule(kind, Period(9, Unit.YEARS), applied) for kind in kinds)))
        await index.save_authorities([an_authority()], AuthorityList(later(0), "https://ccadb.example.org/", 1))

    with_index(path, add)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ((serial, identity, sha256),) = connection.execute(
            "SELECT serial, hex(identity), hex(sha256) FROM certificate WHERE sha256 IS NOT NULL LIMIT 1"
        ).fetchall()
    return (
        "jane.roe@example.org", "nobody@example.org", "@example.org", "@example.net", "@nowhere.example.com",
        "name:Ann Roe", "name:Roe", "name:Nobody", "number:12345678Z", "number:87654321X",
        f"serial:{serial}", "serial:123abc", f"sha256:{sha256}", f"sha256:{'ab' * 32}", f"identity:{identity}",
        f"identity:{'cd' * 32}",
    )  # fmt: skip


def ask(path: Path, identifiers: tuple[str, ...]) -> dict[str, Asked]:
    """Look everybody up, in the calling thread, as `ctscan lookup` does."""
    now = datetime.now(UTC)

    async def look_up() -> dict[str, Asked]:
        found = {}
        async with await open_index(path, create=False, inline=True) as index:
            for text in identifiers:
                try:
                    given = await answer(index, parse_identifier(text), now=now, stale_after=timedelta(hours=24))
                    found[text] = Asked(given)
                except IndexFault as fault:
                    found[text] = Asked(None, str(fault))
        return found

    try:
        look_up().send(None)
    except StopIteration as ended:
        return dict(ended.value)
    except IndexFault as fault:
        return dict.fromkeys(identifiers, Asked(None, str(fault)))
    raise AssertionError("a look-up waited")


def copy(source: bytes, path: Path) -> None:
    """Write the octets of an index as a file of its own."""
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.write_bytes(source)


def change(path: Path, *statements: str) -> None:
    """Change an index by hand: no check, trigger or reference stands in the way."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("DELETE FROM sqlite_schema WHERE type = 'trigger'")
        connection.execute("PRAGMA writable_schema = RESET")
        for statement in statements:
            connection.execute(statement)


def misled(before: dict[str, Asked], after: dict[str, Asked]) -> list[str]:
    """List the identifiers whose answer claims completeness with other certificates or findings than before the damage,
    or with other logs."""
    return [text for text, asked in after.items() if asked.is_complete and told(asked) != told(before[text])]


def told(asked: Asked) -> tuple[object, ...]:
    """Return what must never differ in a complete answer, whatever the order. Rows beside it may be missing: another
    sighting of a certificate, its revocation, its twin with the same serial number, the owner of its CA."""
    matches = [(replace(match.certificate, also=()), match.findings) for match in asked.matches]
    members = [log.id for log in asked.answer.basis.logs] if asked.answer and asked.answer.basis else []
    return sorted(matches, key=lambda match: match[0].identity), members, asked.answer and asked.answer.kept_rules
