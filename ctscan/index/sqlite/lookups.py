"""Look-ups: certificates by look-up key, name, fingerprint, serial number and identity. Functions of an open
transaction.

Exact look-ups search indexes and never scan a table; a test asks SQLite for its plan.
"""

# ruff: noqa: S608 - statements contain column lists and question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from operator import itemgetter
from typing import Any

from ctscan.errors import IndexFault
from ctscan.index.sqlite import (
    controls,
    fingerprints,
    mailboxes,
    postings,
    ranking,
    revocations,
    row_checks,
    rows,
)
from ctscan.index.sqlite import sightings as sightings_of
from ctscan.index.sqlite.controls import Family
from ctscan.index.sqlite.remembered import recall
from ctscan.index.sqlite.rows import placeholders, within
from ctscan.model import (
    CertificateSummary,
    Finding,
    IdentifierKind,
    LookupKey,
    Match,
    PartlyRead,
)

_AT_ONCE = 500  # certificates in one statement

Score = Callable[[Finding], float]


def by_sha256(connection: sqlite3.Connection, fingerprint: bytes) -> list[Match]:
    """Find the certificate with a SHA-256; see `Finder.find_sha256`."""
    controls.check_octets(connection, Family.SHA256, fingerprint)
    return _by_column(
        connection,
        "leaf",
        f"SELECT certificate, {_SOUND_LEAF} FROM leaf WHERE sha256 = ? AND kind = 'x509'",
        fingerprint,
    )


def by_sha1(connection: sqlite3.Connection, fingerprint: bytes) -> list[Match]:
    """Find the certificates with a SHA-1; see `Finder.find_sha1`."""
    found = connection.execute(_BY_SHA1, (fingerprints.head_of(fingerprint),))
    ids = [
        id for id, packed in row_checks.sound(connection, "leaf", found) if _has_sha1(connection, packed, fingerprint)
    ]
    return list(_matches(connection, list(dict.fromkeys(ids)), lambda finding: 1.0))


def _has_sha1(connection: sqlite3.Connection, packed: bytes, fingerprint: bytes) -> bool:
    try:
        return fingerprints.sha1_of(rows.unpack(packed)) == fingerprint
    except IndexFault:
        row_checks.note(connection, "leaf")
        return False


def by_serial(connection: sqlite3.Connection, serial: str) -> list[Match]:
    """Find certificates with a serial number; see `Finder.find_serial`."""
    hashed = row_checks.signed_hash(serial)
    controls.check_hash(connection, Family.SERIAL, hashed)
    found = connection.execute(_BY_SERIAL, (hashed,)).fetchall()
    if any(row_checks.signed_hash(own) != hashed for _, own in found):
        row_checks.note(connection, "certificate")
    return list(_matches(connection, [id for id, own in found if own == serial], lambda finding: 1.0))


_SOUND_LEAF = row_checks.is_sound("leaf")
_BY_SHA1 = (
    f"SELECT certificate, der, {_SOUND_LEAF} FROM leaf_sha1 CROSS JOIN leaf ON leaf.id = leaf_sha1.leaf"
    " WHERE head = ? ORDER BY id"
)
_BY_SERIAL = (
    "SELECT id, serial FROM certificate WHERE serial_hash = ?"
    f" ORDER BY {ranking.NEWEST.format('certificate.id')} DESC, id"
)


def by_identity(connection: sqlite3.Connection, identity: bytes) -> list[Match]:
    """Find the certificate with an identity; see `Finder.find_identity`."""
    controls.check_octets(connection, Family.IDENTITY, identity)
    return _by_column(connection, "certificate", "SELECT id, 1 FROM certificate WHERE identity = ?", identity)


def _by_column(connection: sqlite3.Connection, table: str, sql: str, value: bytes) -> list[Match]:
    found = row_checks.sound(connection, table, connection.execute(sql, (value,)))
    return list(_matches(connection, [id for (id,) in found], lambda finding: 1.0))


def by_rows(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, Match]:
    """Return certificates by their rows, those that are there."""
    found = {match.certificate.identity: match for match in _matches(connection, ids, lambda finding: 1.0)}
    sql = "SELECT id, identity FROM certificate WHERE id IN ({})"
    return {
        id: found[identity]
        for some in rows.portions(ids, _AT_ONCE)
        for id, identity in connection.execute(sql.format(placeholders(some)), some)
        if identity in found
    }


def by_keys(connection: sqlite3.Connection, keys: Sequence[LookupKey], limit: int) -> list[Match]:
    """Find certificates with any of the keys; see `Finder.find_keys`."""
    return by_listed(connection, listed_by_keys(connection, keys, limit), keys)


def listed_by_keys(connection: sqlite3.Connection, keys: Sequence[LookupKey], limit: int) -> list[int]:
    """Find the rows of certificates with any of the keys; see `Finder.list_keys`."""
    return ranking.with_any(connection, _cleaned(keys), limit)


def by_listed(connection: sqlite3.Connection, listed: Sequence[int], keys: Sequence[LookupKey]) -> list[Match]:
    """Return certificates that the keys found; see `Finder.listed`."""
    return list(_matches(connection, listed, _key_scorer(_cleaned(keys))))


def _cleaned(keys: Sequence[LookupKey]) -> list[LookupKey]:
    return sorted({LookupKey(key.kind, rows.clean(key.key)) for key in keys})


def by_name(connection: sqlite3.Connection, words: Sequence[Collection[str]], limit: int, partly: int) -> list[Match]:
    """Find certificates with the words of a name; see `Finder.find_name`."""
    asked = [{rows.clean(form) for form in word} for word in words]
    if not asked:
        return []
    return list(_matches(connection, ranking.with_words(connection, asked, limit, partly), _word_scorer(asked)))


def by_mailboxes(
    connection: sqlite3.Connection, local_parts: Collection[str], limit: int, without: Collection[bytes]
) -> tuple[list[Match], bool]:
    """Find certificates with an address of these local parts at any host; see `Finder.find_mailboxes`."""
    addresses, is_cut = mailboxes.with_names(connection, {rows.clean(local) for local in local_parts})
    others = _rows_of(connection, without) if addresses else set()
    found = ranking.with_rows(connection, addresses, limit + 1, others)
    score = _key_scorer([LookupKey(IdentifierKind.EMAIL, address) for address in addresses.values()])
    return list(_matches(connection, found[:limit], score)), is_cut or len(found) > limit


def _rows_of(connection: sqlite3.Connection, identities: Collection[bytes]) -> set[int]:
    return {
        id
        for some in rows.portions(list(identities), _AT_ONCE)
        for (id,) in connection.execute(f"SELECT id FROM certificate WHERE identity IN ({placeholders(some)})", some)
    }


def similar_addresses(connection: sqlite3.Connection, addresses: Collection[str], limit: int) -> list[str]:
    """Find addresses with the same letters; see `Finder.similar_addresses`."""
    asked = sorted({rows.clean(address) for address in addresses})
    return sorted(mailboxes.like_any(connection, asked, limit))[:limit]


def number_of_keys(connection: sqlite3.Connection, keys: Sequence[LookupKey], limit: int) -> int:
    """Count certificates with any of the keys; see `Finder.count_keys`."""
    return ranking.number_with_any(connection, {LookupKey(key.kind, rows.clean(key.key)) for key in keys}, limit)


def number_of_name(connection: sqlite3.Connection, words: Sequence[Collection[str]], limit: int) -> int:
    """Count certificates with every word of a name; see `Finder.count_name`."""
    return ranking.number_with_words(connection, [{rows.clean(form) for form in word} for word in words], limit)


def estimate_of_name(connection: sqlite3.Connection, words: Sequence[Collection[str]], limit: int) -> tuple[int, bool]:
    """Count certificates with every word of a name, of common words among the last; see `Finder.estimate_name`."""
    return ranking.estimate_with_words(connection, [{rows.clean(form) for form in word} for word in words], limit)


# --- what matched -------------------------------------------------------------------------------------------------


def _key_scorer(keys: Sequence[LookupKey]) -> Score:
    """Score 1 for a finding with any of the keys, else 0."""
    domains = tuple(key.key for key in keys if key.kind == IdentifierKind.DOMAIN)
    exact = frozenset(key for key in keys if key.kind != IdentifierKind.DOMAIN)

    texts = frozenset(key.key for key in exact)  # their hashes are known already

    def score(finding: Finding) -> float:
        for key in finding.keys:
            if key.key in texts and key in exact:
                return 1.0
            if domains and key.kind == IdentifierKind.DOMAIN and key.key.startswith(domains):
                return 1.0
        return 0.0

    return score


def _word_scorer(words: Sequence[Collection[str]]) -> Score:
    """Score a finding by the share of the words that it holds."""
    forms = [frozenset(word) for word in words]

    def score(finding: Finding) -> float:
        held = [key.key for key in finding.keys if key.kind == IdentifierKind.NAME]
        return sum([not word.isdisjoint(held) for word in forms]) / len(forms) if held else 0.0

    return score


def _matches(connection: sqlite3.Connection, ids: Sequence[int], score: Score) -> Iterator[Match]:
    """Yield the matches of certificates, in their order; the best findings of each come first."""
    for some in rows.portions(ids, _AT_ONCE):
        summaries, keys, checks = _summaries(connection, some)
        findings = postings.read(connection, checks)
        sightings, leaves, unlogged = sightings_of.with_leaves(connection, some)
        sightings_of.check_leaves(connection, summaries, leaves, unlogged)
        given = sightings_of.in_repositories(connection, some, sightings)
        statuses = revocations.by_certificate(connection, some)
        authorities = revocations.authorities(connection, keys)
        for id in filter(summaries.__contains__, some):
            ranked = sorted(findings[id], key=score, reverse=True)
            best = score(ranked[0]) if ranked else 1.0
            if not best:  # a posting led here that no finding has
                row_checks.note(connection, "posting")
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
) -> tuple[dict[int, CertificateSummary], dict[int, bytes], dict[int, int]]:
    """Return summaries, authority key identifiers, and the checks of the findings, by certificate. Damaged certificates
    are noted, and shown as far as they can be read: a person is rather shown than hidden."""
    summaries, keys, checks = {}, {}, {}
    found = connection.execute(*within(_SUMMARY, ids)).fetchall()
    if len(found) < len(set(ids)):
        row_checks.note(connection, "certificate")
    also = _same_serial(connection, [row[_ID] for row in found if row[_IS_SHARED]])
    for row in found:
        id, check, key = row[_ID], row[_CHECK], row[_KEY]
        is_sound = row_checks.is_check_of(row[:_END]) and row_checks.is_check_of(row[_END:_IS_SHARED])
        if not is_sound:
            row_checks.note(connection, "certificate")
        try:
            summaries[id] = _summary(_summarised(row), row[_IS_SHARED - 1] or "", also[id])
        except ValueError:
            if is_sound:
                raise
            continue
        checks[id] = check
        if key is not None:
            keys[id] = key
    return summaries, keys, checks


def _summary(values: Sequence[Any], issuer: str, also: Sequence[bytes]) -> CertificateSummary:
    sha256, identity, serial, subject, not_before, not_after, is_ca, partly = values
    return CertificateSummary(
        sha256=sha256,
        identity=identity,
        issuer=issuer,
        serial=serial,
        subject=subject,
        not_before=rows.time_at(not_before),
        not_after=rows.time_at(not_after),
        also=tuple(also),
        is_ca=bool(is_ca),
        partly_read=bool(partly),
    )


_HAS_OTHER = (
    "EXISTS (SELECT 1 FROM certificate AS other"
    " WHERE other.serial_hash = certificate.serial_hash AND other.id <> certificate.id)"
)
"""Condition of a certificate that may share its serial number. The index of the hashes answers it."""

_SUMMARY = (
    f"SELECT {row_checks.checked_columns('certificate')}, {row_checks.checked_columns('issuer_name')}, {_HAS_OTHER}"
    " FROM certificate LEFT JOIN issuer_name ON issuer_name.id = issuer WHERE certificate.id IN ({})"
)
"""The row of a certificate, that of its issuer's name, which ends with the name, and whether it may share its serial
number."""

_COLUMNS = ["crc", *row_checks.CHECKED["certificate"].split()]
_END, _IS_SHARED = len(_COLUMNS), len(_COLUMNS) + 1 + len(row_checks.CHECKED["issuer_name"].split())
_ID, _CHECK, _KEY = map(_COLUMNS.index, ("id", "findings_check", "authority_key_id"))
_SUMMARISED = ("sha256", "identity", "serial", "subject", "not_before", "not_after", "is_ca", "partly")
_summarised = itemgetter(*map(_COLUMNS.index, _SUMMARISED))


PARTLY_READ = "SELECT id, identity, sha256 FROM certificate WHERE partly > 0 ORDER BY id LIMIT ?"
PARTLY_READ_ENTRIES = (
    "SELECT name, entry_index FROM unreadable CROSS JOIN log ON log.id = unreadable.log"
    " WHERE partly > 0 AND leaf IS NULL ORDER BY unreadable.id LIMIT ?"
)
PARTLY_READ_COUNT = (
    "SELECT (SELECT count(*) FROM certificate WHERE partly > 0)"
    " + (SELECT count(*) FROM unreadable WHERE partly > 0 AND leaf IS NULL)"
)


_KEPT = 100  # certificates that were partly read and stay in memory


def known_partly_read(connection: sqlite3.Connection, limit: int) -> tuple[int, list[PartlyRead]]:
    """Return what `partly_read` does, from memory where the file stayed as it was."""
    name = ("partly read", limit)
    return recall(connection, name, lambda c: partly_read(c, limit), lambda found: len(found[1]) <= _KEPT)


def partly_read(connection: sqlite3.Connection, limit: int) -> tuple[int, list[PartlyRead]]:
    """Return the number of certificates that were partly read, and the first of them; see `Finder.partly_read`."""
    row_checks.check_marks(connection)
    count = int(connection.execute(PARTLY_READ_COUNT).fetchone()[0])
    found = connection.execute(PARTLY_READ, (limit,)).fetchall() if count else []
    sightings = sightings_of.in_logs_and_chains(connection, [id for id, _, _ in found]) if found else {}
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
    if ids:  # few
        for id, identity in connection.execute(*within(_SAME_SERIAL, ids)):
            also[id].append(identity)
    return also


_SAME_SERIAL = (
    "SELECT one.id, other.identity FROM certificate AS one CROSS JOIN certificate AS other"
    " ON other.serial_hash = one.serial_hash AND other.serial = one.serial AND other.issuer = one.issuer"
    " AND other.id <> one.id WHERE one.id IN ({}) AND one.problem IS NULL ORDER BY other.id"
)
