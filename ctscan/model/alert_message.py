"""Message of a channel: alerts in words and as data, as far as a channel may know them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Gravity(StrEnum):
    """Gravity of an alert, for channels that know severities."""

    NOTICE = "notice"  # a test, or a condition that is over
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class AlertItem:
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
    text: str = field(repr=False)
    document: str = field(repr=False)
    fields: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class AlertMessage:
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
    text: str = field(repr=False)
    document: str = field(repr=False)
    items: tuple[AlertItem, ...] = field(default=(), repr=False)
    is_test: bool = False
