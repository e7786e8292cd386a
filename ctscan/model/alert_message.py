"""Message of a channel: alerts in words and as data, as far as a channel may know them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from ctscan.hidden_fields import repr_without


class Gravity(StrEnum):
    """Gravity of an alert, for channels that know severities."""

    NOTICE = "notice"  # a test, or a condition that is over
    WARNING = "warning"
    ERROR = "error"


@repr_without("text", "document", "fields")
class AlertItem(Struct, frozen=True):
    """Alert in a message.

    Attributes:
        id: UUID of the alert, the same in every try and on every channel.
        kind: kind of the alert.
        at: time of the alert.
        gravity: its gravity.
        watch: name of the watch; empty where the alert is about no certificate.
        title: one line that names nobody.
        text: everything that the channel may know, in lines.
        document: the alert as one line of JSON.
        fields: names and values for structured data.
    """

    id: str
    kind: str
    at: datetime
    gravity: Gravity
    watch: str
    title: str
    text: str
    document: str
    fields: tuple[tuple[str, str], ...] = ()


@repr_without("text", "document", "items")
class AlertMessage(Struct, frozen=True):
    """Alerts that a channel gets at once.

    Attributes:
        id: UUID of the message, the same in every try.
        at: time at which the message was fixed; the same in every try.
        channel: name of the channel.
        subject: one line that names nobody: numbers and names of watches.
        text: the message in plain text.
        document: the message as one JSON object.
        items: its alerts.
        is_test: the message proves only that the channel works.
    """

    id: str
    at: datetime
    channel: str
    subject: str
    text: str
    document: str
    items: tuple[AlertItem, ...] = ()
    is_test: bool = False
