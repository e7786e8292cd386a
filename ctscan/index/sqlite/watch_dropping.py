"""Deletion of watches and acknowledgements: by their owners, with their certificates, and of people who are forgotten.
Functions of an open transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ctscan.model.identifier import IdentifierKind

if TYPE_CHECKING:
    from ctscan.privacy.suppression import Suppressions


def drop_watches(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Delete watches with their matches, and alerts of them of which nobody was told."""
    for id in ids:
        connection.execute(_UNTOLD, (id,))
        connection.execute("DELETE FROM watch WHERE id = ?", (id,))


_UNTOLD = (
    "DELETE FROM alert WHERE watch = ? AND NOT EXISTS"
    " (SELECT 1 FROM alert_delivery WHERE alert_delivery.alert = alert.id AND begun IS NOT NULL)"
)


def drop_named(connection: sqlite3.Connection, names: Iterable[str]) -> None:
    """Delete watches by their names."""
    found = (connection.execute("SELECT id FROM watch WHERE name = ?", (name,)).fetchone() for name in names)
    drop_watches(connection, [row[0] for row in found if row is not None])


def forget_watches(connection: sqlite3.Connection, only: Suppressions) -> None:
    """Delete the watches on a person, and the acknowledgements of certificates of the person.

    Args:
        connection: in a writing transaction.
        only: the suppression of the person.
    """
    from ctscan.model.watch import AckKind  # not at the top: a look-up drops none

    forms = connection.execute("SELECT watch, kind, canonical FROM watch_form").fetchall()
    drop_watches(connection, sorted({watch for watch, *form in forms if only.of_identifier([(form[0], form[1])])}))
    acks = connection.execute("SELECT id, value FROM ack WHERE kind = ?", (AckKind.CERTIFICATE,)).fetchall()
    _drop_acks(connection, [id for id, value in acks if only.of_identifier(_forms_of(value))])


def _forms_of(fingerprint: str) -> list[tuple[str, str]]:
    return [(str(kind), fingerprint) for kind in (IdentifierKind.SHA256, IdentifierKind.IDENTITY)]


def drop_acks_of(connection: sqlite3.Connection, certificate: int) -> None:
    """Delete the acknowledgements of a certificate that is about to be deleted for good."""
    from ctscan.model.watch import AckKind

    connection.execute(_ACKS_OF, {"kind": AckKind.CERTIFICATE, "id": certificate})


_ACKS_OF = (
    "DELETE FROM ack WHERE kind = :kind AND value IN ("
    "SELECT lower(hex(identity)) FROM certificate WHERE id = :id"
    " UNION ALL SELECT lower(hex(sha256)) FROM certificate WHERE id = :id AND sha256 IS NOT NULL"
    " UNION ALL SELECT lower(hex(sha256)) FROM leaf WHERE certificate = :id)"
)


def _drop_acks(connection: sqlite3.Connection, ids: Sequence[int]) -> None:
    connection.executemany("DELETE FROM ack WHERE id = ?", ((id,) for id in ids))
