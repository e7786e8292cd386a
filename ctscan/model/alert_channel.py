"""Channels of alerts: their settings."""

from __future__ import annotations

from datetime import time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.hidden_fields import repr_without

if TYPE_CHECKING:
    pass


class ValueForm(StrEnum):
    """Form of personal values in alerts of a channel."""

    MASKED = "masked"
    FULL = "full"


class Quiet(Struct, frozen=True):
    """Hours of a day without alerts, by the clock on the wall; `end` may lie on the next day."""

    start: time
    end: time


@repr_without("options")
class ChannelSettings(Struct, frozen=True):
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
    options: tuple[tuple[str, object], ...] = ()


class AlertSettings(Struct, frozen=True):
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
