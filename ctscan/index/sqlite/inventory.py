"""Inventory of the index: counts by category, and names of repositories and recipients. Functions of an open
transaction."""

# ruff: noqa: S608 - statements contain question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from collections import Counter

from ctscan.errors import IndexFault
from ctscan.index.sqlite.opened import OpenedFile
from ctscan.index.sqlite.rows import placeholders, portions
from ctscan.model.finding import Sensitivity, SubjectKind
from ctscan.model.inventory import HeldCategory, Inventory
from ctscan.model.metrics import FindingsPortion
from ctscan.model.search import QuestionKind

_OF_PEOPLE = (SubjectKind.PERSON, SubjectKind.ROLE, SubjectKind.UNKNOWN)
"""Kinds of subject whose data may be a person's: the mailbox of a function is often that of one person."""

_CATEGORIES = f"""
    SELECT trait.category, trait.sensitivity, count(DISTINCT finding.certificate), count(*)
    FROM finding JOIN trait ON trait.id = finding.trait
    WHERE trait.subject_kind IN ({placeholders(_OF_PEOPLE)})
    GROUP BY trait.category, trait.sensitivity
    ORDER BY count(*) DESC, trait.category, trait.sensitivity
"""

_EVERYTHING = "everything"  # text of a scope without a limit
_UNLIMITED = "SELECT EXISTS (SELECT 1 FROM run WHERE scope = ?) OR EXISTS (SELECT 1 FROM search WHERE scope = ?)"


class SqliteStock(OpenedFile):
    """`Stock` in an SQLite file."""

    async def inventory(self) -> Inventory:
        return await self._database.read(inventory)

    async def count_findings(self, after: int) -> FindingsPortion:
        return await self._database.read(lambda c: count_findings(c, after))


def inventory(connection: sqlite3.Connection) -> Inventory:
    """Take the inventory; see `Stock.inventory`."""
    categories = tuple(_categories(connection))
    files = str(QuestionKind.IMPORT)
    return Inventory(
        categories=categories,
        certificates=_number(connection, "SELECT count(*) FROM certificate"),
        findings=sum(one.findings for one in categories),
        cases=_number(connection, "SELECT count(*) FROM subject_case"),
        imports=_number(connection, "SELECT count(*) FROM search WHERE kind = ?", files),
        repositories=_names(connection, "SELECT DISTINCT repository FROM search WHERE kind <> ?", files),
        recipients=_names(connection, "SELECT DISTINCT recipient FROM disclosure WHERE kind <> 'alert'"),
        alerted=_names(connection, "SELECT DISTINCT recipient FROM disclosure WHERE kind = 'alert'"),
        is_unlimited=bool(_number(connection, _UNLIMITED, _EVERYTHING, _EVERYTHING)),
    )


_PORTION = 20_000  # certificates
_END_OF_PORTION = "SELECT id FROM certificate WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?"
_FINDINGS_BETWEEN = "SELECT trait, count(*) FROM finding WHERE certificate > ? AND certificate <= ? GROUP BY trait"
_KINDS = (
    f"SELECT id, category, sensitivity FROM trait WHERE id IN ({{}}) AND subject_kind IN ({placeholders(_OF_PEOPLE)})"
)


def count_findings(connection: sqlite3.Connection, after: int) -> FindingsPortion:
    """Count a portion; see `Stock.count_findings`. Findings are counted by their kinds, which are few."""
    row = connection.execute(_END_OF_PORTION, (after, _PORTION - 1)).fetchone()
    last = row[0] if row is not None else _number(connection, "SELECT coalesce(max(id), 0) FROM certificate")
    between = "SELECT count(*) FROM certificate WHERE id > ? AND id <= ?"
    certificates = _number(connection, between, after, last)
    counts = dict(connection.execute(_FINDINGS_BETWEEN, (after, last)))
    found: Counter[tuple[str, str]] = Counter()
    for some in portions(list(counts), _AT_ONCE):
        for kind, *names in connection.execute(_KINDS.format(placeholders(some)), (*some, *_OF_PEOPLE)):
            found[names[0], names[1]] += counts[kind]
    return FindingsPortion(certificates, found, last if row is not None else None)


_AT_ONCE = 500


def _categories(connection: sqlite3.Connection) -> list[HeldCategory]:
    try:
        return [
            HeldCategory(category, Sensitivity(sensitivity), certificates, findings)
            for category, sensitivity, certificates, findings in connection.execute(_CATEGORIES, _OF_PEOPLE)
        ]
    except ValueError as error:  # a sensitivity that there isn't
        raise IndexFault("the index is damaged (trait); 'ctscan reindex' makes findings anew") from error


def _number(connection: sqlite3.Connection, sql: str, *values: str | int) -> int:
    return int(connection.execute(sql, values).fetchone()[0])


def _names(connection: sqlite3.Connection, sql: str, *values: str) -> tuple[str, ...]:
    return tuple(sorted(name for (name,) in connection.execute(sql, values)))
