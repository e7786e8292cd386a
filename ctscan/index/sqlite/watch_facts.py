"""Certificates as watches compare them, read in portions. Functions of an open transaction."""

# ruff: noqa: S608 - statements contain question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence

from ctscan.index.sqlite.rows import placeholders
from ctscan.index.sqlite.sightings import IS_VERIFIED
from ctscan.model.identifier import IdentifierKind, LookupKey
from ctscan.model.watch import WatchedCertificate, WatchedFinding

AT_ONCE = 500
"""Certificates that are read at once."""

NOT_RESTRICTED = "NOT IN (SELECT certificate FROM main.restricted_certificate)"
"""Condition behind a column of certificates: nothing is done with those whose processing is restricted."""


def facts_of(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, WatchedCertificate]:
    """Return at most `AT_ONCE` certificates by their rows."""
    found = connection.execute(_CERTIFICATES.format(placeholders(ids)), ids).fetchall()
    owners = _owners(connection, {key_id for *_, key_id in found if key_id is not None})
    hosts, leaves = _hosts(connection, ids), _leaves(connection, ids)
    findings = _findings(connection, ids)
    return {
        id: WatchedCertificate(
            subject=subject,
            issuer=issuer,
            owners=owners[key_id],
            hosts=tuple(hosts[id]),
            fingerprints=frozenset((identity.hex(), *leaves[id])),
            findings=tuple(findings[id]),
        )
        for id, subject, issuer, identity, key_id in found
    }


_CERTIFICATES = (
    "SELECT certificate.id, subject, coalesce(name, ''), identity, authority_key_id FROM certificate"
    " LEFT JOIN issuer_name ON issuer_name.id = certificate.issuer WHERE certificate.id IN ({})"
)


def _owners(connection: sqlite3.Connection, key_ids: Iterable[bytes]) -> defaultdict[bytes | None, tuple[str, ...]]:
    """Return the owners of CAs by the identifiers of their keys."""
    found: defaultdict[bytes | None, tuple[str, ...]] = defaultdict(tuple)
    for key_id in key_ids:
        sql = "SELECT DISTINCT owner FROM authority WHERE key_id = ? ORDER BY owner"
        found[key_id] = tuple(owner for (owner,) in connection.execute(sql, (key_id,)))
    return found


def _hosts(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, list[str]]:
    hosts: dict[int, list[str]] = defaultdict(list)
    sql = f"SELECT certificate, host FROM certificate_host WHERE certificate IN ({placeholders(ids)})"
    for certificate, host in connection.execute(sql, ids):  # labels reversed, each followed by a dot
        hosts[certificate].append(".".join(reversed(host[:-1].split("."))))
    return hosts


def _leaves(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the fingerprints of leaves, in hexadecimal digits."""
    leaves: dict[int, list[str]] = defaultdict(list)
    sql = f"SELECT certificate, sha256 FROM leaf WHERE certificate IN ({placeholders(ids)})"
    for certificate, sha256 in connection.execute(sql, ids):
        leaves[certificate].append(sha256.hex())
    sql = f"SELECT id, sha256 FROM certificate WHERE sha256 IS NOT NULL AND id IN ({placeholders(ids)})"
    for certificate, sha256 in connection.execute(sql, ids):  # that its precertificate announced
        leaves[certificate].append(sha256.hex())
    return leaves


def _findings(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, list[WatchedFinding]]:
    sql = f"SELECT certificate, trait, keys FROM finding WHERE certificate IN ({placeholders(ids)})"
    found = connection.execute(f"{sql} ORDER BY certificate, ordinal", ids).fetchall()
    kinds = _kinds(connection, sorted({kind for _, kind, _ in found}))
    rows_of = {keys: tuple(map(int, keys.split(","))) if keys else () for _, _, keys in found}
    keys = _keys(connection, sorted({row for some in rows_of.values() for row in some}))
    findings: dict[int, list[WatchedFinding]] = defaultdict(list)
    for certificate, kind, its in found:
        held = tuple(keys[row] for row in rows_of[its] if row in keys)
        findings[certificate].append(WatchedFinding(*kinds.get(kind, ("", ())), held))
    return findings


def _kinds(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, tuple[str, tuple[str, ...]]]:
    """Return rule and categories of kinds of finding, the chosen category first."""
    return {
        id: (rule, tuple(dict.fromkeys((category, *categories.split()))))
        for some in _portions(ids)
        for id, rule, category, categories in connection.execute(
            f"SELECT id, rule, category, categories FROM trait WHERE id IN ({placeholders(some)})", some
        )
    }


def _keys(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, LookupKey]:
    return {
        id: LookupKey(IdentifierKind(kind), key)
        for some in _portions(ids)
        for id, kind, key in connection.execute(
            f"SELECT id, kind, key FROM lookup_key WHERE id IN ({placeholders(some)})", some
        )
    }


def _portions(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE))


def proven(connection: sqlite3.Connection, ids: Sequence[int]) -> set[int]:
    """Return those of at most `AT_ONCE` certificates that a log proves."""
    sql = (
        "SELECT DISTINCT leaf.certificate FROM leaf CROSS JOIN sighting ON sighting.leaf = leaf.id"
        f" WHERE leaf.certificate IN ({placeholders(ids)}) AND {IS_VERIFIED}"
    )
    return {certificate for (certificate,) in connection.execute(sql, ids)}
