"""Look-ups: certificates by look-up key, name, fingerprint, serial number and identity. Functions of an open
transaction.

Exact look-ups search indexes and never scan a table; a test asks SQLite for its plan.
"""

# ruff: noqa: S608 - statements contain column lists and question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence

from ctscan.index.sqlite import chains, postings, ranking, repositories, revocations, rows
from ctscan.index.sqlite.rows import placeholders
from ctscan.model import (
    CertificateSummary,
    EntryKind,
    Finding,
    IdentifierKind,
    LookupKey,
    Match,
    PartlyRead,
    RepositorySighting,
    Sighting,
)

_AT_ONCE = 500  # certificates in one statement

Score = Callable[[Finding], float]

BY_SHA256 = "SELECT certificate FROM leaf WHERE sha256 = ? AND kind = 'x509'"
BY_SERIAL = f"SELECT id FROM certificate WHERE serial = ? ORDER BY {ranking.NEWEST.format('certificate.id')} DESC, id"
BY_IDENTITY = "SELECT id FROM certificate WHERE identity = ?"


def by_column(connection: sqlite3.Connection, sql: str, value: bytes | str) -> list[Match]:
    """Find certificates with a query of `BY_...` queries, in its order."""
    return list(_matches(connection, [id for (id,) in connection.execute(sql, (value,))], lambda finding: 1.0))


def by_keys(connection: sqlite3.Connection, keys: Sequence[LookupKey], limit: int) -> list[Match]:
    """Find certificates with any of the keys; see `Finder.find_keys`."""
    asked = sorted({LookupKey(key.kind, rows.clean(key.key)) for key in keys})
    return list(_matches(connection, ranking.with_any(connection, asked, limit), _key_scorer(asked)))


def by_name(connection: sqlite3.Connection, words: Sequence[Collection[str]], limit: int, partly: int) -> list[Match]:
    """Find certificates with the words of a name; see `Finder.find_name`."""
    asked = [{rows.clean(form) for form in word} for word in words]
    if not asked:
        return []
    return list(_matches(connection, ranking.with_words(connection, asked, limit, partly), _word_scorer(asked)))


# --- what matched -------------------------------------------------------------------------------------------------


def _key_scorer(keys: Sequence[LookupKey]) -> Score:
    """Score 1 for a finding with any of the keys, else 0."""
    domains = tuple(key.key for key in keys if key.kind == IdentifierKind.DOMAIN)
    exact = frozenset(key for key in keys if key.kind != IdentifierKind.DOMAIN)

    def score(finding: Finding) -> float:
        below = (key.kind == IdentifierKind.DOMAIN and key.key.startswith(domains) for key in finding.keys)
        return float(not exact.isdisjoint(finding.keys) or any(below))

    return score


def _word_scorer(words: Sequence[Collection[str]]) -> Score:
    """Score a finding by the share of the words that it holds."""
    forms = [frozenset(LookupKey(IdentifierKind.NAME, form) for form in word) for word in words]
    return lambda finding: sum(not word.isdisjoint(finding.keys) for word in forms) / len(forms)


def _matches(connection: sqlite3.Connection, ids: Sequence[int], score: Score) -> Iterator[Match]:
    """Yield the matches of certificates, in their order; the best findings of each come first."""
    for some in rows.portions(ids, _AT_ONCE):
        summaries, keys = _summaries(connection, some)
        findings = postings.read(connection, some)
        sightings = _sightings(connection, some)
        given = _given(connection, some, sightings)
        statuses = revocations.by_certificate(connection, some)
        authorities = revocations.authorities(connection, keys)
        for id in some:
            ranked = sorted(findings[id], key=score, reverse=True)
            best = score(ranked[0]) if ranked else 1.0
            yield Match(
                summaries[id],
                tuple(ranked),
                tuple(sightings[id]),
                best,
                repositories=tuple(given[id]),
                revocations=tuple(statuses[id]),
                authorities=authorities.get(id, ()),
            )


# --- rows of several certificates ---------------------------------------------------------------------------------


def _summaries(
    connection: sqlite3.Connection, ids: Sequence[int]
) -> tuple[dict[int, CertificateSummary], dict[int, bytes]]:
    """Return summaries, and authority key identifiers, by certificate."""
    also = _same_serial(connection, ids)
    summaries, keys = {}, {}
    for id, sha256, identity, issuer, serial, subject, not_before, not_after, is_ca, key, partly in connection.execute(
        "SELECT certificate.id, sha256, identity, name, serial, subject, not_before, not_after, is_ca,"
        " authority_key_id, partly"
        " FROM certificate CROSS JOIN issuer_name ON issuer_name.id = issuer"
        f" WHERE certificate.id IN ({placeholders(ids)})",
        ids,
    ):
        if key is not None:
            keys[id] = key
        summaries[id] = CertificateSummary(
            sha256=sha256,
            identity=identity,
            issuer=issuer,
            serial=serial,
            subject=subject,
            not_before=rows.time_at(not_before),
            not_after=rows.time_at(not_after),
            also=tuple(also[id]),
            is_ca=bool(is_ca),
            partly_read=bool(partly),
        )
    return summaries, keys


PARTLY_READ = "SELECT id, identity, sha256 FROM certificate WHERE partly > 0 ORDER BY id LIMIT ?"
PARTLY_READ_ENTRIES = (
    "SELECT name, entry_index FROM unreadable CROSS JOIN log ON log.id = unreadable.log"
    " WHERE partly > 0 AND leaf IS NULL ORDER BY unreadable.id LIMIT ?"
)
PARTLY_READ_COUNT = (
    "SELECT (SELECT count(*) FROM certificate WHERE partly > 0)"
    " + (SELECT count(*) FROM unreadable WHERE partly > 0 AND leaf IS NULL)"
)


def partly_read(connection: sqlite3.Connection, limit: int) -> tuple[int, list[PartlyRead]]:
    """Return the number of certificates that were partly read, and the first of them; see `Finder.partly_read`."""
    count = int(connection.execute(PARTLY_READ_COUNT).fetchone()[0])
    found = connection.execute(PARTLY_READ, (limit,)).fetchall() if count else []
    sightings = _sightings(connection, [id for id, _, _ in found]) if found else {}
    named: list[PartlyRead] = []
    for id, identity, sha256 in found:
        newest = next(iter(sightings.get(id, ())), None)
        place = (newest.log, newest.index) if newest is not None else ("", 0)
        named.append(PartlyRead(identity, sha256, *place))
    if count and len(named) < limit:
        cursor = connection.execute(PARTLY_READ_ENTRIES, (limit - len(named),))
        named += [PartlyRead(None, None, log, index) for log, index in cursor]
    return count, named


def _same_serial(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, list[bytes]]:
    """Return the other identities with the same issuer and serial number, by certificate."""
    also: dict[int, list[bytes]] = defaultdict(list)
    cursor = connection.execute(
        "SELECT one.id, other.identity FROM certificate AS one CROSS JOIN certificate AS other"
        " ON other.serial = one.serial AND other.issuer = one.issuer AND other.id <> one.id"
        f" WHERE one.id IN ({placeholders(ids)}) AND one.problem IS NULL ORDER BY other.id",
        ids,
    )
    for id, identity in cursor:
        also[id].append(identity)
    return also


IS_VERIFIED = (
    "sighting.pending IS NULL AND EXISTS (SELECT 1 FROM coverage WHERE coverage.log = sighting.log"
    " AND range_start <= entry_index AND entry_index < range_end)"
)
"""Condition of a verified sighting: proven, and its index lies in a verified range of its log."""


def _sightings(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, list[Sighting]]:
    """Return sightings by certificate: in logs, newest first, then in chains, which prove nothing."""
    sightings: dict[int, list[Sighting]] = defaultdict(list)
    for certificate, name, log_id, index, timestamp, kind, verified in connection.execute(
        f"SELECT certificate, log.name, log.log_id, entry_index, timestamp, kind, {IS_VERIFIED}"
        " FROM leaf CROSS JOIN sighting ON sighting.leaf = leaf.id JOIN log ON log.id = sighting.log"
        f" WHERE certificate IN ({placeholders(ids)}) ORDER BY timestamp DESC, log.name, entry_index",
        ids,
    ):
        sighting = Sighting(name, log_id, index, rows.unsigned64(timestamp), EntryKind(kind), bool(verified))
        sightings[certificate].append(sighting)
    for certificate, sighting in chains.sightings(connection, ids):
        sightings[certificate].append(sighting)
    return sightings


def _given(
    connection: sqlite3.Connection, ids: Sequence[int], sightings: dict[int, list[Sighting]]
) -> dict[int, list[RepositorySighting]]:
    """Return sightings in repositories by certificate; a verified sighting in a log confirms them."""
    confirmed = {id for id in ids if any(sighting.verified for sighting in sightings[id])}
    given: dict[int, list[RepositorySighting]] = defaultdict(list)
    for certificate, sighting in repositories.sightings(connection, ids, confirmed):
        given[certificate].append(sighting)
    return given
