"""Channels of alerts: their settings, and the reasons why a delivery fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from ctscan.model.message import Code

if TYPE_CHECKING:
    from ctscan.model.message import Message


class ValueForm(StrEnum):
    """Form of personal values in alerts of a channel."""

    MASKED = "masked"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of a day without alerts, by the clock on the wall; `end` may lie on the next day."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """Channel, from an entry `[[alerts.channel]]` of the settings.

    Attributes:
        name: unique name; it stands in the record and in the names of environment variables.
        kind: kind of the channel, the name of a module in `alerts/channels/`.
        watches: names of the watches that it gets; empty: all.
        kinds: kinds of alerts that it gets; empty: all.
        values: form of personal values.
        digest: time from the first waiting alert until a message; zero: at once.
        quiet: hours without a message.
        rate: most alerts in an hour; 0: no limit.
        options: keys of the kind with their values, as written; the kind checks them.
    """

    name: str
    kind: str
    watches: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    values: ValueForm = ValueForm.MASKED
    digest: timedelta = timedelta(0)
    quiet: Quiet | None = None
    rate: int = 0
    options: tuple[tuple[str, object], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """Table `[alerts]` of the settings.

    Attributes:
        channels: channels in the order of the file.
        zone: time zone of quiet hours by its name (`Europe/Berlin`); empty: the zone of this machine.
        every: time between two rounds while a scan follows.
        patience: time for all channels at the end of a scan.
    """

    channels: tuple[ChannelSettings, ...] = ()
    zone: str = ""
    every: timedelta = timedelta(minutes=1)
    patience: timedelta = timedelta(seconds=30)


class DeliveryReason(Code):
    """Reason why a channel didn't take a message. Parameters name hosts, codes and seconds, never a person."""

    UNREACHABLE = "undelivered.unreachable"  # error
    REFUSED = "undelivered.refused"  # error
    UNREADY = "undelivered.unready"  # error: a secret, a program or a setting is missing
    SLOW = "undelivered.slow"  # seconds
    ENDED = "undelivered.ended"  # code: exit code of a program
    DIED = "undelivered.died"  # signal
    UNWRITABLE = "undelivered.unwritable"  # error
    BROKEN = "undelivered.broken"  # error: the name of an unexpected exception
    OVERDUE = "undelivered.overdue"  # tries: so many failed, then it was given up


@dataclass(frozen=True, slots=True)
class ChannelResult:
    """Outcome of one channel in a round, or of its test.

    Attributes:
        channel: name of the channel.
        kind: kind of the channel.
        recipient: place to which the messages go, as it may be recorded.
        delivered: alerts that the channel took.
        messages: messages that held them.
        waiting: alerts that wait: for the next try, for the end of quiet hours, of a digest or of the hour of the rate.
        dead: alerts that were given up in this round.
        reason: why the last try failed; None where none did.
        next_at: time of the next try; None without one.
        is_busy: another process is sending to the channel.
    """

    channel: str
    kind: str
    recipient: str
    delivered: int = 0
    messages: int = 0
    waiting: int = 0
    dead: int = 0
    reason: Message | None = None
    next_at: datetime | None = None
    is_busy: bool = False

    @property
    def is_failed(self) -> bool:
        """Return whether the channel failed in this round."""
        return self.reason is not None
