"""Baseline of a watch: the certificates that match when it is made. Functions of an open transaction.

Indexes of the database find candidates, among which the matcher decides: the same as of new certificates. They are
compared before the writing transaction, as that may take a minute, for which no scan could commit; the transaction
compares only certificates that came or changed since.
"""

# ruff: noqa: S608 - statements contain question marks of our own; values are bound

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ctscan.index.sqlite import exposed_scope, posting_lists, postings, rows
from ctscan.index.sqlite.rows import placeholders
from ctscan.index.sqlite.watch_facts import AT_ONCE, NOT_RESTRICTED, facts_of
from ctscan.model.exposure import ExposureQuestion
from ctscan.model.identifier import IdentifierKind, LookupKey

if TYPE_CHECKING:
    from ctscan.model.watch import Candidates, WatchMatcher

NEW = 0
"""Number of the watch that is made, for its matcher."""


class Judged(Struct):
    """Certificates that were compared with a new watch.

    Attributes:
        marks: by the row of a certificate, a mark that another certificate, or other findings, don't have.
        reasons: reasons of those that match, as text of a column.
    """

    marks: dict[int, int] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)


def judge(connection: sqlite3.Connection, matcher: WatchMatcher, now: datetime, before: Judged | None = None) -> Judged:
    """Compare all certificates with a new watch.

    Args:
        connection: in a transaction.
        matcher: matcher that knows the watch as `NEW`.
        now: time.
        before: an earlier result, which holds for certificates that are as they were.
    """
    known, judged = before or Judged(), Judged()
    for some in rows.portions(sorted(_candidates(connection, matcher, now)), AT_ONCE):
        marks = _marks(connection, some)
        judged.marks.update(marks)
        same = [id for id, mark in marks.items() if known.marks.get(id) == mark]
        judged.reasons.update((id, known.reasons[id]) for id in same if id in known.reasons)
        changed = [id for id in marks if known.marks.get(id) != marks[id]]
        for id, facts in facts_of(connection, changed).items() if changed else ():
            if (match := matcher.matches(facts).get(NEW)) is not None:
                judged.reasons[id] = sys.intern(match.reason.encoded)
    return judged


def _marks(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, int]:
    sql = f"SELECT id, identity, findings_check FROM certificate WHERE id IN ({placeholders(ids)})"
    return {id: hash((identity, check)) for id, identity, check in connection.execute(sql, ids)}


def write(connection: sqlite3.Connection, watch: int, judged: Judged, now: datetime) -> int:
    """Write a match for every certificate that matches a new watch; return their number."""
    at = rows.time_text(now)
    connection.executemany(
        "INSERT INTO watch_match (watch, certificate, state, why, at) VALUES (?, ?, 'baseline', ?, ?)",
        ((watch, id, why, at) for id, why in sorted(judged.reasons.items())),
    )
    return len(judged.reasons)


def _candidates(connection: sqlite3.Connection, matcher: WatchMatcher, now: datetime) -> set[int]:
    """Return certificates among which all matches are."""
    where = matcher.candidates(NEW)
    found = _in_scope(connection, where, matcher, now)
    found.update(_with_keys(connection, where.keys))
    for name in where.names:
        found.update(_with_name(connection, name))
    found.update(_with_categories(connection, where.categories))
    if where.tests_issuers:
        found.update(_of_issuers(connection, lambda name: matcher.has_issuer(NEW, name)))
    hidden = {id for (id,) in connection.execute("SELECT certificate FROM main.restricted_certificate")}
    return found - hidden


def _in_scope(connection: sqlite3.Connection, where: Candidates, matcher: WatchMatcher, now: datetime) -> set[int]:
    """Return the certificates that a report of exposure would choose for the terms of a scope."""
    if not (where.everything or where.domains or where.emails or where.tests_subjects):
        return set()
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM lookup_key").fetchone()
    has_organisation = (lambda subject: matcher.has_subject(NEW, subject)) if where.tests_subjects else None
    question = ExposureQuestion(where.everything, where.domains, where.emails, has_organisation, now)
    try:
        exposed_scope.choose(connection, question, bytearray(last + 1))
        return {id for (id,) in connection.execute("SELECT certificate FROM temp.exposed_certificate")}
    finally:
        exposed_scope.forget(connection)


def _with_keys(connection: sqlite3.Connection, keys: Sequence[LookupKey]) -> set[int]:
    ids = postings.ids_of(connection, [(str(key.kind), rows.clean(key.key)) for key in keys])
    return posting_lists.certificates_of(connection, ids.values())


def _with_name(connection: sqlite3.Connection, name: Sequence[Sequence[str]]) -> set[int]:
    """Return the certificates with every word of a name, each in one of its forms."""
    words = [_with_keys(connection, [LookupKey(IdentifierKind.NAME, form) for form in word]) for word in name]
    return set.intersection(*words) if words else set()


def _with_categories(connection: sqlite3.Connection, categories: frozenset[str]) -> Iterator[int]:
    kinds = [
        id
        for id, category, every in connection.execute("SELECT id, category, categories FROM trait")
        if not categories.isdisjoint((category, *every.split()))
    ]
    for some in rows.portions(kinds, _KINDS):
        chosen = ", ".join(map(str, some))  # numbers of our own: more than a statement has question marks for
        yield from (id for (id,) in connection.execute(f"SELECT certificate FROM finding WHERE trait IN ({chosen})"))


_KINDS = 50_000


def _of_issuers(connection: sqlite3.Connection, is_meant: Callable[[str], bool]) -> Iterator[int]:
    """Yield the certificates of issuers with these names, or of CAs with these owners."""
    issuers = [id for id, name in connection.execute("SELECT id, name FROM issuer_name") if is_meant(name)]
    owners = connection.execute("SELECT DISTINCT owner, key_id FROM authority WHERE key_id IS NOT NULL")
    for column, values in (
        ("issuer", issuers),
        ("authority_key_id", [key for owner, key in owners if is_meant(owner)]),
    ):
        for some in rows.portions(values, AT_ONCE):
            sql = f"SELECT id FROM certificate WHERE {column} IN ({placeholders(some)}) AND id {NOT_RESTRICTED}"
            yield from (id for (id,) in connection.execute(sql, some))
