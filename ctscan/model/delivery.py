"""Deliveries of alerts: the outcome of a channel, and the reasons why a message wasn't taken."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.model.message import Code

if TYPE_CHECKING:
    from ctscan.model.message import Message


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


class ChannelResult(Struct, frozen=True):
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
