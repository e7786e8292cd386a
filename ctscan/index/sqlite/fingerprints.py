"""SHA-1 fingerprints of kept certificates, found by their first four octets.

Programs of Windows, and old ones, print only SHA-1. It proves nothing here: a look-up computes it again from the
certificate that it found, and a look-up without a match is never complete, as precertificates have no SHA-1. So it
needs neither a check of its own nor a total, and four octets are enough to find it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from hashlib import sha1

from ctscan.errors import IndexFault
from ctscan.index.sqlite import many_rows, rows


def sha1_of(der: bytes) -> bytes:
    """Return the SHA-1 of a certificate."""
    return sha1(der, usedforsecurity=False).digest()


def head_of(fingerprint: bytes) -> int:
    """Return the first four octets of a SHA-1, as SQLite stores them: signed."""
    return int.from_bytes(fingerprint[:4], signed=True)


def packed_head(packed: bytes) -> int | None:
    """Return the first four octets of the SHA-1 of a packed certificate; None for octets that can't be unpacked: their
    leaf is damaged, and other checks say so."""
    try:
        return head_of(sha1_of(rows.unpack(packed)))
    except IndexFault:
        return None


def write(connection: sqlite3.Connection, leaves: Iterable[tuple[int, int | None]]) -> None:
    """Write `(leaf, first octets of the SHA-1)` of new leaves; None: a precertificate."""
    many_rows.insert(connection, "INSERT INTO leaf_sha1 (leaf, head)", [leaf for leaf in leaves if leaf[1] is not None])


def register(connection: sqlite3.Connection) -> None:
    """Make the function `sha1_head` known to a connection, for the migration of older indexes."""
    connection.create_function("sha1_head", 1, packed_head, deterministic=True)
