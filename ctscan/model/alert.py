"""Alerts: what has to be told to somebody, and the way of each alert to its channels.

An alert stores no value of a person. What a finding says is read from the index when the alert is sent, so that nothing
is sent that was forgotten, restricted or deleted meanwhile.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.model.message import Code

if TYPE_CHECKING:
    from ctscan.model.match import Match
    from ctscan.model.message import Message


class AlertKind(StrEnum):
    """Kind of an alert."""

    FINDING = "finding"  # a certificate that matches a watch
    LOG = "log"  # a log became worse, or recovered
    CHANNEL = "channel"  # a channel fails for long, or recovered
    CASE = "case"  # a case is overdue, or was dealt with
    TEST = "test"


CONDITION_KINDS = (AlertKind.LOG, AlertKind.CHANNEL, AlertKind.CASE)
"""Kinds of alert that are about a lasting condition."""


class AlertText(Code):
    """Reason of an alert that is about no certificate; that of a finding is a `WatchReason`."""

    LOG_STALE = "alert.log-stale"  # parameter: log
    LOG_FAILING = "alert.log-failing"  # parameters: log, since
    LOG_UNREAD = "alert.log-unread"  # parameter: log
    LOG_HELD = "alert.log-held"  # parameters: log, since
    LOG_MISBEHAVING = "alert.log-misbehaving"  # parameter: log
    LOG_RECOVERED = "alert.log-recovered"  # parameter: log
    LOG_LIST_FAILING = "alert.log-list-failing"  # parameter: since
    LOG_LIST_RECOVERED = "alert.log-list-recovered"
    CASE_OVERDUE = "alert.case-overdue"  # parameters: case, duty (a code), due
    CASE_FOLLOW_UP = "alert.case-follow-up"  # parameters: case, due
    CASE_SETTLED = "alert.case-settled"  # parameter: case
    CHANNEL_FAILING = "alert.channel-failing"  # parameters: channel, since, waiting
    CHANNEL_DEAD = "alert.channel-dead"  # parameters: channel, count
    CHANNEL_RECOVERED = "alert.channel-recovered"  # parameter: channel
    TEST = "alert.test"  # parameter: channel


class Alert(Struct, frozen=True):
    """Alert.

    Attributes:
        uuid: random UUID as text, made once: the Idempotency-Key of the alert by itself, its Atom id.
        kind: kind.
        at: time it was raised.
        why: reason, as a code.
        watch: name of the watch of a finding; else empty.
        subject: of a condition its log, channel or case; else empty.
        match: of a finding the certificate with all that is known of it; None for other kinds.
        owner: owner of the watch of a finding; else empty.
        id: its row.
    """

    uuid: str
    kind: AlertKind
    at: datetime
    why: Message
    watch: str = ""
    subject: str = ""
    match: Match | None = None
    owner: str = ""
    id: int = 0


# --- conditions ---------------------------------------------------------------------------------------------------


class Severity:
    """Severities of a condition; a greater one is worse."""

    FINE = 0
    BAD = 1
    WORSE = 2
    WORST = 3


class Condition(Struct, frozen=True):
    """Standing of a log, a channel or a case at a moment.

    Attributes:
        kind: kind of alert that a change raises.
        subject: name of the log or channel, or number of the case.
        severity: 0: nothing is wrong.
        why: reason of the alert that a change to this standing raises.
    """

    kind: AlertKind
    subject: str
    severity: int
    why: Message


class NotedConditions(Struct, frozen=True):
    """Numbers of alerts that changes of conditions raised."""

    worse: int = 0
    recovered: int = 0


# --- delivery -----------------------------------------------------------------------------------------------------


class DeliveryState(StrEnum):
    """State of the delivery of an alert to a channel."""

    DUE = "due"
    DELIVERED = "delivered"
    DEAD = "dead"  # given up; `retry_dead` begins again


class Route(Struct, frozen=True):
    """Alerts that a channel takes.

    Attributes:
        watches: names of watches whose findings it takes; None: all.
        kinds: kinds that it takes; None: all.
    """

    watches: frozenset[str] | None = None
    kinds: frozenset[AlertKind] | None = None

    def takes(self, kind: AlertKind, watch: str) -> bool:
        """Return whether the channel takes an alert."""
        if self.kinds is not None and kind not in self.kinds:
            return False
        return kind is not AlertKind.FINDING or self.watches is None or watch in self.watches


class Assigned(Struct, frozen=True):
    """Numbers of an assignment of alerts to channels: deliveries that were made, and alerts that no channel takes."""

    deliveries: int = 0
    unrouted: int = 0


class DueAlert(Struct, frozen=True):
    """Alert that is due on a channel.

    Attributes:
        alert: the alert.
        batch: UUID of the message that it belongs to since its first try; empty before.
        tries: number of failed tries.
    """

    alert: Alert
    batch: str = ""
    tries: int = 0


class ChannelQueue(Struct, frozen=True):
    """Standing of a channel.

    Attributes:
        channel: name of the channel.
        due, delivered, dead: numbers of deliveries.
        oldest: time of the oldest alert that is due; None without any.
        next_at: earliest time of the next try after a failure; None where nothing failed.
        failing_since: time of the first failure since the last success; None while nothing fails.
        last_error: reason of the last failure since the last success.
        last_delivered: time of the last success.
    """

    channel: str
    due: int = 0
    delivered: int = 0
    dead: int = 0
    oldest: datetime | None = None
    next_at: datetime | None = None
    failing_since: datetime | None = None
    last_error: Message | None = None
    last_delivered: datetime | None = None
