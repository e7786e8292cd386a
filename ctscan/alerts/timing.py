"""Moments of messages: quiet hours, digests, the rate of a channel, and further tries. Pure.

A message goes when the digest is over, no quiet hours hold, and the rate permits it. One that failed is tried again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ctscan.errors import UsageError
from ctscan.model.alert_channel import ChannelSettings, Quiet

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
MOST_TRIES = 40
"""Tries of a message until it is a dead letter: about a week, so that a channel may be down over a long weekend."""

HOUR = timedelta(hours=1)


def zone_of(name: str) -> tzinfo | None:
    """Return a time zone by its name; None, the zone of this machine, for an empty name.

    Raises:
        UsageError: this system knows no such zone.
    """
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(
            f"alerts.zone: expected the name of a time zone such as Europe/Berlin, got {len(name)} characters that "
            "name no zone that this system knows"
        ) from None


def quiet_until(now: datetime, quiet: Quiet | None, zone: tzinfo | None) -> datetime | None:
    """Return the end of the quiet hours that a moment lies in; None outside of them.

    Hours are those of the clock on the wall: in a night in which the clock changes, they are an hour longer or shorter.
    Where the clock shows a time twice, the first one counts.

    Args:
        now: the moment, with its zone.
        quiet: the hours.
        zone: zone of the clock; None: of this machine.
    """
    if quiet is None:
        return None
    today = now.astimezone(zone).date()
    night = timedelta(days=1 if quiet.end < quiet.start else 0)
    for day in (today - timedelta(days=1), today):
        start, end = _moment(day, quiet.start, zone), _moment(day + night, quiet.end, zone)
        if start <= now < end:
            return end.astimezone(UTC)
    return None


def _moment(day: date, hour: time, zone: tzinfo | None) -> datetime:
    """Return the moment of a time of a day; in UTC, as moments of one zone are compared by their digits."""
    at = datetime.combine(day, hour, zone)  # without a zone, `astimezone` takes that of this machine
    return at.astimezone(UTC)


def wait_of(settings: ChannelSettings, oldest: datetime, now: datetime, zone: tzinfo | None) -> datetime | None:
    """Return the moment until which alerts of a channel wait; None where they may go.

    Args:
        settings: the channel.
        oldest: time of the alert that waits longest.
        now: the moment.
        zone: zone of quiet hours.
    """
    full = oldest + settings.digest
    if oldest <= now < full:  # a clock that was set back makes no alert wait for a time to come
        return max(full, quiet_until(full, settings.quiet, zone) or full)
    return quiet_until(now, settings.quiet, zone)


def allowed(settings: ChannelSettings, sent_in_hour: int, most: int) -> int:
    """Return the number of alerts that may go now.

    Args:
        settings: the channel.
        sent_in_hour: alerts that went within the last hour.
        most: most alerts of one message.
    """
    return min(most, max(0, settings.rate - sent_in_hour)) if settings.rate else most


def next_try(tries: int, wait: float | None, random: Callable[[], float]) -> timedelta:
    """Return the time until another try: doubled with each failure, up to six hours, with jitter.

    Args:
        tries: tries that failed, from 1.
        wait: seconds that the recipient asks for; None without such a wish.
        random: numbers of [0, 1).
    """
    longest = min(LONGEST_WAIT, FIRST_WAIT * (1 << min(tries - 1, 12)))
    jittered = longest * (0.5 + random() / 2)
    return max(jittered, timedelta(seconds=wait or 0.0))
