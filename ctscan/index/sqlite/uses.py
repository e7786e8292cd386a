"""Purposes and host names of certificates, as the report of exposure counts them. Functions of an open transaction.

They are written with the certificate. Certificates of older versions get them from `missing_after` and `fill`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from ctscan.index.sqlite import many_rows, rows
from ctscan.x509.certificate_use import reversed_host

PORTION = 500
"""Certificates that are filled in one transaction."""

Uses = tuple[int, str, tuple[str, ...]]
"""Row of a certificate, its words between blanks, and its hosts."""

_MISSING = """
    SELECT certificate.id, der, kind FROM certificate CROSS JOIN leaf ON leaf.id =
        (SELECT id FROM leaf WHERE certificate = certificate.id ORDER BY kind DESC, id LIMIT 1)
    WHERE certificate.id > ? AND problem IS NULL
        AND NOT EXISTS (SELECT 1 FROM certificate_use WHERE certificate = certificate.id)
    ORDER BY certificate.id LIMIT ?
"""


def write(connection: sqlite3.Connection, found: Iterable[Uses]) -> None:
    """Write purposes and hosts of certificates; those without a word are left out, as nothing was read of them."""
    known = [one for one in found if one[1]]
    many_rows.insert(
        connection,
        "INSERT OR REPLACE INTO certificate_use (certificate, uses)",
        [(id, f" {words} ") for id, words, _ in known],
    )
    many_rows.insert(
        connection,
        "INSERT OR IGNORE INTO certificate_host (host, certificate, name)",
        sorted((rows.clean(reversed_host(host)), id, rows.clean(host)) for id, _, hosts in known for host in hosts),
    )


def missing_after(connection: sqlite3.Connection, row: int) -> list[tuple[int, bytes, str]]:
    """Return `(row, leaf DER, kind)` of the next certificates that an older version wrote."""
    return [(id, rows.unpack(der), kind) for id, der, kind in connection.execute(_MISSING, (row, PORTION))]
