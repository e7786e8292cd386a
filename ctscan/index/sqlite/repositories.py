"""Certificates of repositories: searches, sightings, and the record of disclosures. Functions of an open transaction.

A repository proves nothing, so that it never replaces a log (`certificates`). A question that names a person isn't
stored, only its digest with the salt of this database: enough to recognise the question when it is asked again, and
useless in a copy of the digests alone.
"""

# ruff: noqa: S608 - statements contain column lists and question marks of our own; values are bound

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

import ctscan.model as model
from ctscan.errors import IndexFault
from ctscan.index.sqlite import certificate_rows, certificates, revocations, row_checks, rows, runs
from ctscan.index.sqlite.certificates import Origin
from ctscan.index.sqlite.question_digests import question_digest, question_digests
from ctscan.index.sqlite.remembered import is_empty
from ctscan.index.sqlite.rows import placeholders, within
from ctscan.index.sqlite.sieving import sieve_of
from ctscan.model import QuestionKind, RepositorySighting, Search, SearchState, Shortfall, decoded_message
from ctscan.model.search import NAMES_NOBODY
from ctscan.x509.name_text import render_name

if TYPE_CHECKING:
    from ctscan.index.sqlite.certificate_rows import CertificateRow
    from ctscan.model import (
        Coordinate,
        Disclosure,
        RepositoryHit,
        Revocation,
        RuleSet,
    )

_AT_ONCE = 500


# --- searches -----------------------------------------------------------------------------------------------------

_SEARCH = (
    "id, repository, kind, question, who, purpose, scope, rules, started, ended, outcome, detail, results,"
    " certificates, scope_emails"
)


def start(connection: sqlite3.Connection, search: Search, rules: RuleSet) -> int:
    """Insert a search; return its id."""
    runs.save_rules(connection, rules)
    cursor = connection.execute(
        "INSERT INTO search (repository, kind, question, digest, who, purpose, scope, rules, started, ended, outcome,"
        " detail, results, certificates, scope_emails) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            rows.clean(search.repository),
            rows.clean(search.kind),
            rows.clean(search.question) if search.kind in NAMES_NOBODY else None,
            question_digest(connection, search.question),
            rows.clean(search.who),
            rows.clean(search.purpose),
            rows.clean(search.scope),
            rules.version,
            rows.time_text(search.started),
            rows.optional_time_text(search.ended),
            search.outcome,
            _shortfalls_text(search.detail),
            search.results,
            search.certificates,
            search.scope_emails,
        ),
    )
    return int(cursor.lastrowid or 0)


def end(
    connection: sqlite3.Connection,
    search_id: int,
    ended: datetime,
    outcome: SearchState,
    detail: Sequence[Shortfall],
    results: int,
) -> None:
    """Record the end of a search."""
    cursor = connection.execute(
        "UPDATE search SET ended = ?, outcome = ?, detail = ?, results = ? WHERE id = ?",
        (rows.time_text(ended), outcome, _shortfalls_text(detail), results, search_id),
    )
    if not cursor.rowcount:
        raise _unknown(search_id)


def of_questions(connection: sqlite3.Connection, questions: Sequence[str]) -> list[Search]:
    """Return, for each repository and question, the newest search that ended whole and the newest of all."""
    if is_empty(connection, "search"):
        return []
    asked = question_digests(connection, questions)
    newest = f"SELECT max(id) FROM search WHERE digest IN ({placeholders(asked)})"
    cursor = connection.execute(
        f"SELECT digest, {_SEARCH}, {row_checks.is_sound('search')} FROM search WHERE id IN"
        f" ({newest} GROUP BY digest, repository UNION {newest} AND outcome = 'whole' GROUP BY digest, repository)",
        (*asked, *asked),
    )
    found = [replace(_search_of(tuple(row)), question=asked[digest]) for digest, *row in _sound(connection, cursor)]
    return sorted(found, key=lambda search: search.id, reverse=True)


def _sound(connection: sqlite3.Connection, found: Iterable[Any]) -> Iterator[Any]:
    return row_checks.sound(connection, "search", found)


def newest(connection: sqlite3.Connection, limit: int) -> list[Search]:
    """Return the newest searches, newest first."""
    cursor = connection.execute(
        f"SELECT {_SEARCH}, {row_checks.is_sound('search')} FROM search ORDER BY id DESC LIMIT ?", (limit,)
    )
    return [_search_of(row) for row in _sound(connection, cursor)]


def _search_of(row: tuple[Any, ...]) -> Search:
    id, repository, kind, question, who, purpose, scope, rules, started, ended, outcome, detail, *how = row
    asked, at, end_at = QuestionKind(kind), datetime.fromisoformat(started), rows.time_of(ended)
    state, why = SearchState(outcome), _shortfalls(detail)
    return Search(id, repository, asked, question or "", who, purpose, scope, rules, at, end_at, state, why, *how)


def _shortfalls_text(found: Sequence[Shortfall]) -> str:
    """Write one line for each reason: its number, a blank, the message."""
    return "\n".join(f"{one.times} {rows.clean(one.reason.encoded)}" for one in found)


def _shortfalls(text: str) -> tuple[Shortfall, ...]:
    """Read the lines of `_shortfalls_text`; other text is a sentence of an older version."""
    found = [re.fullmatch(r"(\d+) (\[.*\])", line) for line in text.split("\n")]
    if not all(found):
        return (Shortfall(decoded_message(text)),) if text else ()
    return tuple(Shortfall(decoded_message(line[2]), int(line[1])) for line in found if line)


def _unknown(search_id: int) -> IndexFault:
    return IndexFault(f"search {search_id} is not in this index; start a new search")


# --- disclosures --------------------------------------------------------------------------------------------------


def record_disclosure(connection: sqlite3.Connection, disclosure: Disclosure) -> int:
    """Insert a disclosure; return its id."""
    said = (disclosure.who, disclosure.kind, disclosure.recipient, disclosure.purpose, disclosure.command)
    cursor = connection.execute(
        "INSERT INTO disclosure (at, who, kind, recipient, purpose, command) VALUES (?, ?, ?, ?, ?, ?)",
        (rows.time_text(disclosure.at), *map(rows.clean, said)),
    )
    return int(cursor.lastrowid or 0)


def disclosures(connection: sqlite3.Connection, limit: int) -> list[Disclosure]:
    """Return the newest disclosures, newest first."""
    cursor = connection.execute(
        "SELECT id, at, who, kind, recipient, purpose, command FROM disclosure ORDER BY id DESC LIMIT ?", (limit,)
    )
    return [model.Disclosure(id, datetime.fromisoformat(at), *said) for id, at, *said in cursor]


# --- what was found -----------------------------------------------------------------------------------------------


class Found(Struct, frozen=True):
    """Certificate of a repository, ready to be written."""

    row: CertificateRow
    reference: str
    first_logged: int | None
    owner: str | None
    coordinates: tuple[tuple[str, int, int | None], ...]
    revocation: Revocation | None


def prepare(hits: Sequence[RepositoryHit]) -> list[Found]:
    """Render and pack certificates, outside the transaction."""
    return [_found(hit) for hit in hits]


def _found(hit: RepositoryHit) -> Found:
    entry = hit.entry
    return Found(
        row=certificate_rows.row_of_repository_hit(hit, render_name),
        reference=_reference(entry.reference),
        first_logged=rows.uint64(entry.first_logged),
        owner=rows.clean(entry.owner) or None,
        coordinates=tuple(
            (rows.clean(c.log), c.index, rows.uint64(c.timestamp)) for c in entry.coordinates if 0 <= c.index < 1 << 63
        ),
        revocation=entry.revocation,
    )


def _reference(text: str) -> str:
    """Escape a reference without UTF-8 form, so that references stay different, even paths that are no text."""
    return text.encode("utf-8", "backslashreplace").decode()


def keep(connection: sqlite3.Connection, search_id: int, found: Sequence[Found]) -> int:
    """Write certificates of a search; return the number of new certificates. The second time nothing changes."""
    search = connection.execute("SELECT repository, rules FROM search WHERE id = ?", (search_id,)).fetchone()
    if search is None:
        raise _unknown(search_id)
    repository, rules = search
    sieve = sieve_of(connection)
    passing = sieve.passing(found, lambda one: one.row)
    new = sum([_keep(connection, search_id, repository, rules, one) for one in passing])
    sieve.finish()
    connection.execute("UPDATE search SET certificates = certificates + ? WHERE id = ?", (new, search_id))
    return new


def _keep(connection: sqlite3.Connection, search_id: int, repository: str, rules: str, found: Found) -> bool:
    """Write a certificate; return whether it is new."""
    certificate, leaf, is_new = _write(connection, found.row, rules)
    _write_sighting(connection, search_id, repository, leaf, found)
    certificates.elect_leaf(connection, certificate, found.row)
    if found.revocation is not None:  # a repository's claim, never the CA's own word
        claimed = replace(found.revocation, source=repository)
        revocations.save_revocation(connection, certificate, claimed)
    return is_new


def _write(connection: sqlite3.Connection, row: CertificateRow, rules: str) -> tuple[int, int, bool]:
    """Write certificate and leaf. A certificate that can't be read now, but could before, stays as it was."""
    known = certificates.leaf_of(connection, row) if row.problem is not None else None
    if known is not None:
        leaf, certificate = known
        return certificate, leaf, False
    return certificates.write(connection, row, rules, Origin.REPOSITORY)


def _write_sighting(connection: sqlite3.Connection, search_id: int, repository: str, leaf: int, found: Found) -> None:
    """Write a sighting. Values that the repository gives again replace the earlier ones; values that it leaves out
    stay."""
    _forget_other(connection, repository, found.reference, leaf)
    row = connection.execute(
        "INSERT INTO repository_sighting (repository, reference, leaf, search, first_logged, owner)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (repository, reference) DO UPDATE SET"
        " search = max(search, excluded.search), first_logged = coalesce(excluded.first_logged, first_logged),"
        " owner = coalesce(excluded.owner, owner) RETURNING id",
        (repository, found.reference, leaf, search_id, found.first_logged, found.owner),
    ).fetchone()
    if found.coordinates:
        connection.execute("DELETE FROM coordinate WHERE sighting = ?", row)
        connection.executemany(
            "INSERT INTO coordinate (sighting, log, entry_index, timestamp) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [(*row, *coordinate) for coordinate in found.coordinates],
        )


def _forget_other(connection: sqlite3.Connection, repository: str, reference: str, leaf: int) -> None:
    """Delete the sighting of a reference that meant another certificate before, as the name of a file may."""
    others = connection.execute(
        "DELETE FROM repository_sighting WHERE repository = ? AND reference = ? AND leaf <> ? RETURNING leaf",
        (repository, reference, leaf),
    ).fetchall()
    certificates.drop_leaves(connection, [other for (other,) in others])


# --- what is known ------------------------------------------------------------------------------------------------


def known(connection: sqlite3.Connection, repository: str, references: Sequence[str]) -> set[str]:
    """Return the references of a repository that are in the index."""
    asked: dict[str, list[str]] = defaultdict(list)
    for reference in references:
        asked[_reference(reference)].append(reference)
    kept: set[str] = set()
    for some in rows.portions(list(asked), _AT_ONCE):
        cursor = connection.execute(
            f"SELECT reference FROM repository_sighting WHERE repository = ? AND reference IN ({placeholders(some)})",
            (rows.clean(repository), *some),
        )
        kept |= {reference for (found,) in cursor for reference in asked[found]}
    return kept


def sightings(
    connection: sqlite3.Connection, ids: Sequence[int], confirmed: Collection[int]
) -> Iterator[tuple[int, RepositorySighting]]:
    """Yield `(certificate, sighting)`, last seen first; `confirmed` are certificates that a log holds."""
    if is_empty(connection, "repository_sighting"):
        return
    found = connection.execute(*within(_SIGHTINGS, ids)).fetchall()
    coordinates = _coordinates(connection, ids) if found else {}
    sound = row_checks.sound(connection, "repository_sighting", found)
    for id, certificate, repository, reference, started, first_logged, owner in sound:
        yield (
            certificate,
            RepositorySighting(
                repository=repository,
                reference=reference,
                seen=datetime.fromisoformat(started),
                first_logged=rows.optional_unsigned64(first_logged),
                coordinates=tuple(coordinates.get(id, ())),
                owner=owner or "",
                confirmed=certificate in confirmed,
            ),
        )


_SIGHTINGS = (
    "SELECT repository_sighting.id, certificate, search.repository, reference, started, first_logged, owner,"
    f" {row_checks.is_sound('leaf')} AND {row_checks.is_sound('repository_sighting')} AND search.id IS NOT NULL"
    " FROM leaf CROSS JOIN repository_sighting ON repository_sighting.leaf = leaf.id"
    " LEFT JOIN search ON search.id = repository_sighting.search"
    " WHERE certificate IN ({}) ORDER BY started DESC, search.repository, repository_sighting.id"
)


def _coordinates(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, list[Coordinate]]:
    """Return coordinates by sighting, in the order of logs and indexes."""
    coordinates: dict[int, list[Coordinate]] = defaultdict(list)
    cursor = connection.execute(
        f"SELECT sighting, log, entry_index, timestamp, {row_checks.is_sound('coordinate')} FROM leaf"
        " CROSS JOIN repository_sighting ON repository_sighting.leaf = leaf.id"
        " CROSS JOIN coordinate ON coordinate.sighting = repository_sighting.id"
        f" WHERE certificate IN ({placeholders(ids)}) ORDER BY sighting, log, entry_index",
        ids,
    )
    for sighting, log, index, timestamp in row_checks.sound(connection, "coordinate", cursor):
        coordinates[sighting].append(model.Coordinate(log, index, rows.optional_unsigned64(timestamp)))
    return coordinates
