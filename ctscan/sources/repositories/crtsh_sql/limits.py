"""Limits and waiting times of a search in crt.sh's database."""

from __future__ import annotations

from msgspec import Struct


class Limits(Struct, frozen=True):
    """Limits of one search. Rows are of names: a certificate has one row for each matching name."""

    rows: int = 10_000  # of one statement; the web site cuts there too
    statements: int = 400  # that list certificates
    batch: int = 50  # certificates fetched at once
    certificate: int = 1 << 20  # bytes of a certificate
    total: int = 512 << 20  # bytes of all certificates
    name: int = 1024  # characters of a name (escape text) compared before the certificate is fetched
    seconds: float = 60.0  # time limit of a statement on the server
    slack: float = 15.0  # further seconds before we hang up: a pooler may hand our statement to another session
    connecting: int = 15  # seconds
    attempts: int = 5  # at one statement
    failures: int = 3  # statements in a row that failed for good: then the search ends
