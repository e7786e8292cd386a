"""Answers: certificates by look-up key, fingerprint, serial and identity. Functions of one open transaction.

Exact look-ups search indexes and never scan a table; a test asks SQLite for its plan.
"""

# ruff: noqa: S608 - what is put into statements are column lists and question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ctscan.index import chains, repositories, rows, standing
from ctscan.model import CertificateSummary, EntryKind, Finding, LookupKey, Match, RepositorySighting, Sighting

_AT_ONCE = 500  # certificates whose rows are read together

_LAST = "\U0010ffff"  # the largest character: no label begins with it

_NEWEST = (
    "coalesce((SELECT max(timestamp) FROM leaf CROSS JOIN sighting ON sighting.leaf = leaf.id WHERE certificate = {0}),"
    " (SELECT max(first_logged) FROM leaf CROSS JOIN repository_sighting ON repository_sighting.leaf = leaf.id"
    " WHERE certificate = {0}))"
)
"""When a certificate was logged last, as a log says; only where none does, as a repository says. Null: nobody says."""

BY_SHA256 = "SELECT certificate FROM leaf WHERE sha256 = ? AND kind = 'x509'"
BY_SERIAL = f"SELECT id FROM certificate WHERE serial = ? ORDER BY {_NEWEST.format('certificate.id')} DESC, id"
BY_IDENTITY = "SELECT id FROM certificate WHERE identity = ?"


def by_column(connection: sqlite3.Connection, sql: str, value: bytes | str) -> list[Match]:
    """Certificates that one of the `BY_...` queries finds, in its order."""
    return list(_matches(connection, [id for (id,) in connection.execute(sql, (value,))], ()))


def by_keys(connection: sqlite3.Connection, keys: Sequence[LookupKey], limit: int) -> list[Match]:
    """The best first, then the newest: these are what a limit keeps."""
    asked = sorted({LookupKey(rows.clean(key.kind), rows.clean(key.key)) for key in keys})
    if not asked:
        return []
    found = connection.execute(keys_query(len(asked)), (*_bounds(asked), limit)).fetchall()
    return list(_matches(connection, [certificate for (certificate,) in found], asked))


def keys_query(count: int) -> str:
    """Certificates by `count` keys, each given as (kind, low, high, tokens), and the limit. A key of kind `name`
    is one token, any other kind is worth all of them: an address that is found is found wholly. Most tokens in the
    certificate come first (given name and surname are often two findings), then most in one finding."""
    return f"""
        WITH asked (kind, low, high, tokens) AS (VALUES {", ".join(["(?, ?, ?, ?)"] * count)}),
        found (certificate, finding, low, tokens) AS MATERIALIZED (
            SELECT certificate, finding.id, low, tokens FROM asked
            CROSS JOIN lookup_key ON lookup_key.kind = asked.kind AND lookup_key.key BETWEEN asked.low AND asked.high
            CROSS JOIN finding ON finding.id = lookup_key.finding
        ),
        whole (certificate, tokens) AS (
            SELECT certificate, min(sum(tokens), {count}) FROM (SELECT DISTINCT certificate, low, tokens FROM found)
            GROUP BY certificate
        ),
        best (certificate, tokens) AS (
            SELECT certificate, max(tokens)
            FROM (SELECT certificate, min(sum(tokens), {count}) AS tokens FROM found GROUP BY certificate, finding)
            GROUP BY certificate
        )
        SELECT certificate FROM whole JOIN best USING (certificate)
        ORDER BY whole.tokens DESC, best.tokens DESC, {_NEWEST.format("whole.certificate")} DESC, certificate LIMIT ?
    """


def _bounds(asked: Sequence[LookupKey]) -> Iterator[Any]:
    for key in asked:
        high = key.key + _LAST if key.kind == "domain" else key.key
        yield from (key.kind, key.key, high, 1 if key.kind == "name" else len(asked))


# --- what matched -------------------------------------------------------------------------------------------------


def _scorer(asked: Sequence[LookupKey]) -> Callable[[Finding], float]:
    """The share of the asked tokens that one finding holds; 1 when it has a key of another kind."""
    domains = tuple(key.key for key in asked if key.kind == "domain")
    exact = frozenset(key for key in asked if key.kind != "domain")
    tokens = sum(key.kind == "name" for key in asked)

    def score(finding: Finding) -> float:
        found = exact.intersection(finding.keys)
        if any(key.kind != "name" for key in found) or not asked:
            return 1.0
        if domains and any(key.kind == "domain" and key.key.startswith(domains) for key in finding.keys):
            return 1.0
        return len(found) / tokens if tokens else 0.0

    return score


def _matches(connection: sqlite3.Connection, ids: list[int], asked: Sequence[LookupKey]) -> Iterator[Match]:
    score = _scorer(asked)
    for some in rows.portions(ids, _AT_ONCE):
        summaries, keys = _summaries(connection, some)
        findings = _findings(connection, some)
        sightings = _sightings(connection, some)
        given = _given(connection, some, sightings)
        revocations = standing.revocations(connection, some)
        authorities = standing.authorities(connection, keys)
        for id in some:
            ranked = sorted(findings[id], key=score, reverse=True)
            best = score(ranked[0]) if ranked else 1.0
            yield Match(
                summaries[id],
                tuple(ranked),
                tuple(sightings[id]),
                best,
                repositories=tuple(given[id]),
                revocations=tuple(revocations[id]),
                authorities=authorities.get(id, ()),
            )


# --- rows of several certificates ---------------------------------------------------------------------------------


def _summaries(
    connection: sqlite3.Connection, ids: Sequence[int]
) -> tuple[dict[int, CertificateSummary], dict[int, bytes]]:
    """With the authority key identifiers of those that have one."""
    also = _same_serial(connection, ids)
    summaries, keys = {}, {}
    for id, sha256, identity, issuer, serial, subject, not_before, not_after, is_ca, key in connection.execute(
        "SELECT id, sha256, identity, issuer, serial, subject, not_before, not_after, is_ca, authority_key_id"
        f" FROM certificate WHERE id IN ({rows.marks(ids)})",
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
            not_before=rows.time_of(not_before),
            not_after=rows.time_of(not_after),
            also=tuple(also[id]),
            is_ca=bool(is_ca),
        )
    return summaries, keys


def _same_serial(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, list[bytes]]:
    """Other identities with the same issuer and serial."""
    also: dict[int, list[bytes]] = defaultdict(list)
    cursor = connection.execute(
        "SELECT one.id, other.identity FROM certificate AS one CROSS JOIN certificate AS other"
        " ON other.serial = one.serial AND other.issuer_hash = one.issuer_hash AND other.id <> one.id"
        f" WHERE one.id IN ({rows.marks(ids)}) AND one.problem IS NULL ORDER BY other.id",
        ids,
    )
    for id, identity in cursor:
        also[id].append(identity)
    return also


def _findings(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, list[Finding]]:
    keys: dict[int, list[LookupKey]] = defaultdict(list)
    for finding, kind, key in connection.execute(
        "SELECT finding, kind, key FROM finding CROSS JOIN lookup_key ON lookup_key.finding = finding.id"
        f" WHERE certificate IN ({rows.marks(ids)}) ORDER BY finding, ordinal",
        ids,
    ):
        keys[finding].append(LookupKey(kind, key))
    findings: dict[int, list[Finding]] = defaultdict(list)
    for certificate, id, *columns in connection.execute(
        f"SELECT certificate, id, {rows.FINDING_COLUMNS} FROM finding WHERE certificate IN ({rows.marks(ids)})"
        " ORDER BY id",
        ids,
    ):
        findings[certificate].append(rows.finding_of(tuple(columns), tuple(keys[id])))
    return findings


IS_VERIFIED = (
    "sighting.pending IS NULL AND EXISTS (SELECT 1 FROM coverage WHERE coverage.log = sighting.log"
    " AND range_start <= entry_index AND entry_index < range_end)"
)
"""A sighting is verified when it is proven itself and its index lies in a verified range of its log."""


def _sightings(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, list[Sighting]]:
    """Newest first; those in chains, which prove nothing, after all others."""
    sightings: dict[int, list[Sighting]] = defaultdict(list)
    for certificate, name, log_id, index, timestamp, kind, verified in connection.execute(
        f"SELECT certificate, log.name, log.log_id, entry_index, timestamp, kind, {IS_VERIFIED}"
        " FROM leaf CROSS JOIN sighting ON sighting.leaf = leaf.id JOIN log ON log.id = sighting.log"
        f" WHERE certificate IN ({rows.marks(ids)}) ORDER BY timestamp DESC, log.name, entry_index",
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
    """What repositories gave; a verified sighting in a log confirms it."""
    confirmed = {id for id in ids if any(sighting.verified for sighting in sightings[id])}
    given: dict[int, list[RepositorySighting]] = defaultdict(list)
    for certificate, sighting in repositories.sightings(connection, ids, confirmed):
        given[certificate].append(sighting)
    return given
