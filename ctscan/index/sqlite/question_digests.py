"""Digests of the questions to repositories that name a person: SHA-256 of the salt of this database and the question.
Functions of an open transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from hashlib import sha256

from ctscan.errors import IndexFault
from ctscan.index.sqlite import rows


def question_digest(connection: sqlite3.Connection, question: str) -> bytes:
    """Return the digest under which a question is kept in this database."""
    return next(iter(question_digests(connection, [question])))


def question_digests(connection: sqlite3.Connection, questions: Iterable[str]) -> dict[bytes, str]:
    """Return questions by the digests under which they are kept in this database."""
    row = connection.execute("SELECT salt FROM salt").fetchone()
    if row is None:
        raise IndexFault("the index has no salt any longer: it was changed by hand; restore it from a copy")
    salt = bytes(row[0])
    return {sha256(salt + rows.clean(question).encode()).digest(): question for question in questions}
