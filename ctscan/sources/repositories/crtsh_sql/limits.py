"""How much of crt.sh one search takes, and how long it waits."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one search. Those in rows are of names: a certificate has one row for each name that fits."""

    rows: int = 10_000  # of one statement; the site cuts there too
    statements: int = 400  # that list certificates
    batch: int = 50  # certificates fetched at once
    certificate: int = 1 << 20  # bytes of one
    total: int = 512 << 20  # bytes of all of them
    name: int = 1024  # characters of a name (escape text) that are looked at before the certificate is fetched
    seconds: float = 60.0  # that the server may take for a statement
    slack: float = 15.0  # seconds beyond, before we hang up: a pooler may hand our statement to another session
    connecting: int = 15  # seconds
    attempts: int = 5  # at one statement
    failures: int = 3  # statements in a row that failed for good: then the search ends
