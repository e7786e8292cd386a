"""Messages about certificates that were sent to channels of alerts. Functions of an open transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ctscan.index.sqlite import rows
from ctscan.index.sqlite.rows import placeholders

if TYPE_CHECKING:
    from ctscan.model.alert_record import AlertDisclosure


def about(connection: sqlite3.Connection, identities: Sequence[bytes]) -> list[AlertDisclosure]:
    """Return the messages about certificates that were tried or delivered, the oldest first."""
    return _told(connection, "identity", list(dict.fromkeys(identities)))


def about_rows(connection: sqlite3.Connection, ids: Sequence[int]) -> list[AlertDisclosure]:
    """Return the same about certificates by their rows."""
    return _told(connection, "certificate.id", ids)


def _told(connection: sqlite3.Connection, column: str, values: Sequence[Any]) -> list[AlertDisclosure]:
    from ctscan.model.alert_record import AlertDisclosure  # not at the top: a look-up asks for none

    found = [
        row
        for some in rows.portions(values, 500)
        for row in connection.execute(f"{_ABOUT} AND {column} IN ({placeholders(some)})", some)
    ]
    return [
        AlertDisclosure(identity, channel, told, watch, datetime.fromisoformat(begun), rows.time_of(ended))
        for begun, identity, channel, told, watch, ended in sorted(found, key=lambda row: row[:4])
    ]


_ABOUT = (
    "SELECT begun, identity, alert_delivery.channel, told, watch_name, iif(state = 'delivered', ended, NULL)"
    " FROM certificate CROSS JOIN alert ON alert.certificate = certificate.id"
    " CROSS JOIN alert_delivery ON alert_delivery.alert = alert.id"
    " LEFT JOIN alert_message ON alert_message.id = alert_delivery.message WHERE begun IS NOT NULL"
)
