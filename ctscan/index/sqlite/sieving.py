"""Sieve in front of every write: rows of people who objected aren't written. Functions of an open transaction.

The suppressions are those that this very transaction began with (`suppressing`), whatever the reader that found the
rows knew: a scan under way can't write a person back. What is left out leaves no trace by its position, only the keyed
digests of the other identifiers in it. Rows under a restriction are written and hidden at once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

from ctscan.index.sqlite import certificates, forgetting, revocations
from ctscan.index.sqlite.row_checks import Noting
from ctscan.model.entry import EntryKind
from ctscan.model.identifier import IdentifierKind
from ctscan.model.suppression import SuppressionKind
from ctscan.privacy.suppression import Suppressions

if TYPE_CHECKING:
    from ctscan.index.sqlite.certificate_rows import CertificateRow
    from ctscan.model.finding import Finding
    from ctscan.model.suppression import Suppression
    from ctscan.privacy.suppression import Form

T = TypeVar("T")


def known_of(connection: sqlite3.Connection) -> Suppressions:
    """Return the suppressions that the transaction began with."""
    return connection.suppressions if isinstance(connection, Noting) else Suppressions()


_NAME = IdentifierKind.NAME  # words that stand in no finding here belong to no name that is known


class Sieve(Struct):
    """Sieve of one transaction. `finish` writes what the rows that were left out, or are to be hidden, leave behind."""

    connection: sqlite3.Connection
    known: Suppressions
    dropped: list[CertificateRow]
    hidden: dict[bytes, int]  # number of the entry by identity

    @property
    def is_open(self) -> bool:
        """Whether nobody objected, so that everything passes."""
        return not any(True for _ in self.known.active())

    def rows(self, some: Sequence[CertificateRow]) -> list[CertificateRow]:
        """Return the rows that may be written."""
        return self.passing(some, lambda row: row)

    def passing(self, some: Sequence[T], row_of: Callable[[T], CertificateRow]) -> list[T]:
        """Return the values whose rows may be written."""
        return list(some) if self.is_open else [one for one in some if self._passes(row_of(one))]

    def _passes(self, row: CertificateRow) -> bool:
        entry = self.entry_of(row)
        if entry is not None and entry.kind is SuppressionKind.RESTRICTED:
            self.hidden[row.identity] = entry.number
        elif entry is not None:
            self.dropped.append(row)
            return False
        return True

    def entry_of(self, row: CertificateRow) -> Suppression | None:
        """Return the entry that a row belongs to."""
        keys = [key for finding in row.findings for key in finding.keys]
        keys += [(str(key.kind), key.key) for key in row.unkept]
        return self.known.of_certificate(keys, row.identity)

    def passes_findings(self, findings: Iterable[Finding]) -> bool:
        """Return whether findings without a certificate may leave a record."""
        keys = ((str(key.kind), key.key) for finding in findings for key in finding.keys)
        entry = None if self.is_open else self.known.of_certificate(keys, b"")
        return entry is None or entry.kind is SuppressionKind.RESTRICTED

    def passes_issuer(self, row: Sequence[Any]) -> bool:
        """Return whether the certificate of a CA, a row of `revocations.issuer_rows`, may be written."""
        if self.is_open:
            return True
        sha256, keys = row[0], ((str(key.kind), key.key) for key in row[-1])
        owner = self.known.of_certificate(keys, b"")
        if owner is not None and owner.kind is SuppressionKind.FORGOTTEN:
            return False
        form = (str(IdentifierKind.SHA256), sha256.hex())
        entry = self.known.of_identifier([form])
        if entry is not None and entry.kind is SuppressionKind.FORGOTTEN:
            return False
        return not forgetting.is_other(self.connection, self.known, [form], [])

    def finish(self) -> None:
        """Keep the digests of what was left out, and hide what is restricted."""
        if self.dropped:
            keys = [finding.keys for row in self.dropped for finding in row.findings]
            keys += [((str(key.kind), key.key),) for row in self.dropped for key in row.unkept if key.kind != _NAME]
            fingerprints = [form for row in self.dropped for form in _fingerprints(row)]
            forgetting.add_others(self.connection, self.known, keys, fingerprints)
        for identity, number in self.hidden.items():
            found = self.connection.execute("SELECT id FROM certificate WHERE identity = ?", (identity,)).fetchone()
            if found is not None:
                forgetting.hide(self.connection, found, number)


def sieve_of(connection: sqlite3.Connection) -> Sieve:
    """Make the sieve of an open transaction."""
    return Sieve(connection, known_of(connection), [], {})


def replace_findings(
    connection: sqlite3.Connection, identity: bytes, findings: Sequence[Finding], rules: str, *, partly_read: bool
) -> None:
    """Replace the findings of a certificate; a person who objected may be among those of newer rules."""
    sieve = sieve_of(connection)
    keys = [[(str(key.kind), key.key) for key in finding.keys] for finding in findings]
    entry = sieve.known.of_certificate((key for some in keys for key in some), identity)
    certificates.replace_findings(connection, identity, findings, rules, partly_read=partly_read)
    if entry is not None:
        forgetting.keep_promise(connection, sieve.known, entry, identity)


def save_issuers(connection: sqlite3.Connection, issuers: Sequence[tuple[Any, ...]]) -> None:
    """Insert certificates of CAs that are not in the index."""
    sieve = sieve_of(connection)
    revocations.save_issuers(connection, [row for row in issuers if sieve.passes_issuer(row)])


def _fingerprints(row: CertificateRow) -> list[Form]:
    found: list[Form] = [(str(IdentifierKind.IDENTITY), row.identity.hex())]
    found += [(str(IdentifierKind.SERIAL), row.serial)] if row.serial else []
    if row.entry.kind is EntryKind.X509:
        found.append((str(IdentifierKind.SHA256), row.leaf_sha256.hex()))
    return found
