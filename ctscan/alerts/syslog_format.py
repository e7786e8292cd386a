"""Syslog messages by RFC 5424, and their frames on a connection by RFC 6587. Pure.

<PRI>1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID [SD-ID NAME="VALUE" …] BOM text
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from ctscan.model.alert_message import AlertItem, Gravity
from ctscan.on_first_use import late_pattern

APP_NAME = "ctscan"
SD_NAME = "ctscan@32473"
"""SD-ID of our parameters. 32473 is the number for examples (RFC 5612); `sd_id` names one of an enterprise."""

FACILITIES = {
    "kern": 0, "user": 1, "mail": 2, "daemon": 3, "auth": 4, "syslog": 5, "authpriv": 10, "audit": 13,
    **{f"local{number}": 16 + number for number in range(8)},
}  # fmt: skip
"""Numbers of facilities (RFC 5424 section 6.2.1)."""

DATAGRAM = 2048  # octets that receivers should take in a datagram (RFC 5426 section 3.2)
FRAME = 8192  # octets that receivers on a connection should take (RFC 5425 section 4.3.1)

_SEVERITIES = {Gravity.ERROR: 3, Gravity.WARNING: 4, Gravity.NOTICE: 5}
_BOM = b"\xef\xbb\xbf"
_PARAM_NAME = late_pattern(r"[^!-~]|[=\]\"]")
_LONGEST_VALUE = 200  # characters of a parameter


def syslog_message(
    item: AlertItem, *, facility: int, host: str, process: int, sd_id: str = SD_NAME, most: int = FRAME
) -> bytes:
    """Write an alert as a message of at most `most` octets; a text that is cut ends in an ellipsis.

    Args:
        item: the alert.
        facility: number of the facility.
        host: name of this machine.
        process: number of this process.
        sd_id: SD-ID of the structured data.
        most: most octets.
    """
    priority = facility * 8 + _SEVERITIES[item.gravity]
    named = re.sub(r"[^!-~]", "", host)[:255] or "-"
    head = f"<{priority}>1 {_time(item.at)} {named} {APP_NAME} {process} {_message_id(item.kind)} "
    fixed = (head + structured_data(sd_id, (("id", item.id), ("kind", item.kind), *item.fields))).encode()
    if len(fixed) > most // 2:  # a name of a watch or a log beyond all measure
        fixed = (head + structured_data(sd_id, (("id", item.id), ("kind", item.kind)))).encode()
    room = most - len(fixed) - len(_BOM) - 1
    return fixed + b" " + _BOM + _cut(_plain(item.title), room)


def framed(message: bytes) -> bytes:
    """Frame a message for a connection by octet counting (RFC 6587 section 3.4.1)."""
    return b"%d " % len(message) + message


def structured_data(sd_id: str, fields: Iterable[tuple[str, str]]) -> str:
    """Write an element of structured data (RFC 5424 section 6.3)."""
    parameters = " ".join(f'{_PARAM_NAME.sub("", name)[:32]}="{_escaped(value)}"' for name, value in fields if value)
    return f"[{sd_id}{' ' if parameters else ''}{parameters}]"


def _escaped(value: str) -> str:
    return re.sub(r'([\\"\]])', r"\\\1", _plain(value)[:_LONGEST_VALUE])


def _plain(text: str) -> str:
    """Replace control characters and lone surrogates: they would end a line at some receivers, or can't be written."""
    return "".join(c if c.isprintable() else " " for c in text)


def _message_id(kind: str) -> str:
    return re.sub(r"[^!-~]", "", kind)[:32] or "-"


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _cut(text: str, room: int) -> bytes:
    raw = text.encode()
    if len(raw) <= room:
        return raw
    return raw[: max(0, room - 3)].decode("utf-8", "ignore").encode() + "…".encode()
