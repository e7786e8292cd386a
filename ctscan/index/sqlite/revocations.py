"""Status and issuers of certificates: issuers, revocations, CRLs, and the CCADB's list of authorities. Functions of an
open transaction.
"""

# ruff: noqa: S608 - statements contain column lists and question marks of our own; values are bound

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import ctscan.model as model
from ctscan.errors import IndexFault
from ctscan.index.sqlite import certificates, row_checks, rows
from ctscan.index.sqlite.remembered import is_empty
from ctscan.index.sqlite.rows import within
from ctscan.model import Crl, Revocation, RevocationState, decoded_message

if TYPE_CHECKING:
    from ctscan.model import Authority, AuthorityList, Issuer


LARGEST_CRL = 1 << 28
"""Bytes of the largest CRL that is stored; the largest in public use have some tens of millions."""


# --- issuers ------------------------------------------------------------------------------------------------------


def issuer_rows(issuers: Iterable[Issuer]) -> tuple[tuple[Any, ...], ...]:
    """Pack issuers for `save_issuers`, before the transaction: packing takes time. Behind the columns stand the look-up
    keys, which are compared and not written."""
    return tuple(
        (i.sha256, i.subject_hash, i.key_hash, rows.clean(i.origin), rows.pack(i.der), i.keys) for i in issuers
    )


def save_issuers(connection: sqlite3.Connection, issuers: Sequence[tuple[Any, ...]]) -> None:
    """Insert issuers that are not in the index."""
    connection.executemany(
        "INSERT INTO issuer (sha256, subject_hash, key_hash, origin, der) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        [row[:5] for row in issuers],
    )


def issuers(connection: sqlite3.Connection, subject_hash: bytes) -> list[Issuer]:
    """Return the issuers with a subject, by its hash."""
    cursor = connection.execute(
        "SELECT sha256, der, subject_hash, key_hash, origin FROM issuer WHERE subject_hash = ? ORDER BY id",
        (subject_hash,),
    )
    return [
        model.Issuer(fingerprint, rows.unpack(der), subject, key, model.IssuerOrigin(origin))
        for fingerprint, der, subject, key, origin in cursor
    ]


# --- revocations --------------------------------------------------------------------------------------------------

_REVOCATION = "source, state, checked, url, revoked_at, reason, this_update, next_update, why"


def save_revocations(connection: sqlite3.Connection, revocations: Sequence[tuple[bytes, Revocation]]) -> None:
    """Save `(identity, revocation)` of certificates in the index."""
    for identity, revocation in revocations:
        found = connection.execute("SELECT id FROM certificate WHERE identity = ?", (identity,)).fetchone()
        if found is not None:
            save_revocation(connection, found[0], revocation)


def save_revocation(connection: sqlite3.Connection, certificate: int, revocation: Revocation) -> None:
    """Save the revocation by a source, in place of its earlier word."""
    connection.execute(
        f"INSERT OR REPLACE INTO revocation (certificate, {_REVOCATION}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            certificate,
            rows.clean(revocation.source),
            str(revocation.state),
            rows.time_text(revocation.checked),
            rows.clean(revocation.url),
            rows.optional_time_text(revocation.revoked_at),
            rows.clean(revocation.reason),
            rows.optional_time_text(revocation.this_update),
            rows.optional_time_text(revocation.next_update),
            "" if revocation.why is None else rows.clean(revocation.why.encoded),
        ),
    )


def by_certificate(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, list[Revocation]]:
    """Return revocations by certificate, in the order of the sources' names."""
    found: dict[int, list[Revocation]] = defaultdict(list)
    if is_empty(connection, "revocation"):
        return found
    cursor = connection.execute(*within(_BY_CERTIFICATE, ids))
    sound = row_checks.sound(connection, "revocation", cursor)
    for certificate, source, state, checked, url, revoked_at, reason, this_update, next_update, why in sound:
        found[certificate].append(
            Revocation(
                state=RevocationState(state),
                source=source,
                checked=datetime.fromisoformat(checked),
                url=url,
                revoked_at=rows.time_of(revoked_at),
                reason=reason,
                this_update=rows.time_of(this_update),
                next_update=rows.time_of(next_update),
                why=decoded_message(why) if why else None,
            )
        )
    return found


_BY_CERTIFICATE = (
    f"SELECT certificate, {_REVOCATION}, {row_checks.is_sound('revocation')} FROM revocation"
    " WHERE certificate IN ({}) ORDER BY certificate, source"
)


def save_key_ids(connection: sqlite3.Connection, key_ids: Sequence[tuple[bytes, bytes]]) -> None:
    for identity, key_id in key_ids:
        certificates.save_key_id(connection, identity, key_id)


# --- lists of revoked certificates --------------------------------------------------------------------------------


def crl_row(crl: Crl) -> tuple[Any, ...]:
    """Pack a CRL for `save_crl`, before the transaction: packing takes time."""
    if len(crl.der) > LARGEST_CRL:
        raise IndexFault(f"a CRL of {len(crl.der):,} bytes was not kept, expected at most {LARGEST_CRL:,}")
    times = (rows.time_text(crl.fetched), rows.optional_time_text(crl.this_update))
    return rows.clean(crl.url), *times, rows.optional_time_text(crl.next_update), rows.pack(crl.der)


def save_crl(connection: sqlite3.Connection, row: tuple[Any, ...]) -> None:
    """Save a CRL in place of the earlier CRL of its URL."""
    connection.execute(
        "INSERT INTO crl (url, fetched, this_update, next_update, der) VALUES (?, ?, ?, ?, ?) ON CONFLICT (url)"
        " DO UPDATE SET fetched = excluded.fetched, this_update = excluded.this_update,"
        " next_update = excluded.next_update, der = excluded.der",
        row,
    )


def crl(connection: sqlite3.Connection, url: str) -> Crl | None:
    """Return the CRL of a URL; None when there is none."""
    row = connection.execute(
        "SELECT der, fetched, this_update, next_update FROM crl WHERE url = ?", (rows.clean(url),)
    ).fetchone()
    if row is None:
        return None
    der, fetched, this_update, next_update = row
    plain = rows.unpack(der, LARGEST_CRL + 1)
    return Crl(url, plain, datetime.fromisoformat(fetched), rows.time_of(this_update), rows.time_of(next_update))


def purge_crls(connection: sqlite3.Connection, times: Sequence[datetime], octets: int) -> int:
    """Delete CRLs; `times` are `now`, `endless` and `unused` of `Revocations.purge_crls`."""
    ended = connection.execute(
        "DELETE FROM crl WHERE next_update < ? OR (next_update IS NULL AND fetched < ?) OR fetched < ?",
        tuple(rows.time_text(at) for at in times),
    )
    beyond = connection.execute(  # SQLite knows the length of a blob without reading it
        "DELETE FROM crl WHERE id IN (SELECT id FROM"
        " (SELECT id, sum(length(der)) OVER (ORDER BY fetched DESC, id DESC) AS size FROM crl) WHERE size > ?)",
        (octets,),
    )
    return ended.rowcount + beyond.rowcount


# --- authorities --------------------------------------------------------------------------------------------------


def save_authorities(connection: sqlite3.Connection, authorities: Sequence[Authority], which: AuthorityList) -> None:
    """Replace the list; of several records for one CA certificate the last counts."""
    connection.execute("DELETE FROM authority")
    connection.executemany(
        "INSERT OR REPLACE INTO authority (sha256, key_id, owner, name, policies, contact, status)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                a.sha256,
                a.key_id,
                rows.clean(a.owner),
                rows.clean(a.name),
                json.dumps([rows.clean(url) for url in a.policies]),
                rows.clean(a.contact),
                rows.clean(a.status),
            )
            for a in authorities
        ],
    )
    connection.execute(
        "INSERT OR REPLACE INTO authority_list (one, fetched, origin, records) VALUES (1, ?, ?, ?)",
        (rows.time_text(which.fetched), rows.clean(which.origin), which.records),
    )


def authority_list(connection: sqlite3.Connection) -> AuthorityList | None:
    """Return the description of the list; None when there is none."""
    row = row_checks.sound_row(
        connection,
        "authority_list",
        connection.execute(
            f"SELECT fetched, origin, records, {row_checks.is_sound('authority_list')} FROM authority_list"
        ).fetchone(),
    )
    return None if row is None else model.AuthorityList(datetime.fromisoformat(row[0]), *row[1:])


def all_authorities(connection: sqlite3.Connection) -> list[Authority]:
    """Return the whole list, in its order."""
    found = row_checks.sound(connection, "authority", connection.execute(f"{_AUTHORITY} ORDER BY id"))
    return [_authority(row) for row in found]


def authorities(connection: sqlite3.Connection, named: dict[int, bytes]) -> dict[int, tuple[Authority, ...]]:
    """Return, by certificate, the CAs with the key that it names, in the order of the list. Certificates of an issuer
    share them."""
    keys = list(dict.fromkeys(named.values()))
    if not keys or is_empty(connection, "authority"):
        return {}
    found: dict[bytes, list[Authority]] = defaultdict(list)
    cursor = connection.execute(*within(f"{_AUTHORITY} WHERE key_id IN ({{}}) ORDER BY id", keys))
    for row in row_checks.sound(connection, "authority", cursor):
        found[row[3]].append(_authority(row))
    return {id: tuple(found[key]) for id, key in named.items()}


_AUTHORITY = (
    f"SELECT owner, name, sha256, key_id, policies, contact, status, {row_checks.is_sound('authority')} FROM authority"
)


def _authority(row: Sequence[Any]) -> Authority:
    owner, name, sha256, key_id, policies, contact, status = row
    return model.Authority(owner, name, sha256, key_id, tuple(json.loads(policies)), contact, status)
