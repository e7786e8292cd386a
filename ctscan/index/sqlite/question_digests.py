"""Digests of the questions to repositories that name a person: SHA-256 of the salt of this database and the question.
Functions of an open transaction."""

from __future__ import annotations

import sqlite3
from hashlib import sha256

from ctscan.errors import IndexFault
from ctscan.index.sqlite import rows


def question_digest(connection: sqlite3.Connection, question: str) -> bytes:
    """Return the digest under which a question is kept in this database."""
    row = connection.execute("SELECT salt FROM salt").fetchone()
    if row is None:
        raise IndexFault("the index has no salt any longer: it was changed by hand; restore it from a copy")
    return sha256(bytes(row[0]) + rows.clean(question).encode()).digest()
