"""Moments of messages: quiet hours, digests, the rate of a channel, and further tries. Pure.

alert ──► digest is over? ──► no quiet hours? ──► within the rate? ──► message ──► failed ──► next try
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

from ctscan.model.alert_channel import ChannelSettings, Quiet

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
GIVE_UP = timedelta(days=7)
"""Time from the first try of a message until it is a dead letter: a long weekend with a holiday on both sides."""

HOUR = timedelta(hours=1)


def quiet_until(now: datetime, quiet: Quiet | None, zone: tzinfo) -> datetime | None:
    """Return the end of the quiet hours that a moment lies in; None outside of them.

    Hours are those of the clock on the wall: in a night in which the clock changes, they are an hour longer or shorter.
    A clock that shows the end twice (the end of summer time) ends them at the first time.

    Args:
        now: the moment, with its zone.
        quiet: the hours.
        zone: zone of the clock.
    """
    if quiet is None:
        return None
    here = now.astimezone(zone)
    wall = here.time().replace(tzinfo=None)
    spans_midnight = quiet.end < quiet.start
    is_quiet = (wall >= quiet.start or wall < quiet.end) if spans_midnight else quiet.start <= wall < quiet.end
    if not is_quiet:
        return None
    day = here.date() + timedelta(days=1 if spans_midnight and wall >= quiet.start else 0)
    end = datetime.combine(day, quiet.end, zone)
    return max(end.astimezone(now.tzinfo), now + timedelta(minutes=1))


def wait_of(settings: ChannelSettings, oldest: datetime, now: datetime, zone: tzinfo) -> datetime | None:
    """Return the moment until which alerts of a channel wait; None where they may go.

    Args:
        settings: the channel.
        oldest: time of the alert that waits longest.
        now: the moment.
        zone: zone of quiet hours.
    """
    full = oldest + settings.digest
    if full > now:
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
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(tries - 1, 12))
    jittered = longest * (0.5 + random() / 2)
    return max(jittered, timedelta(seconds=wait or 0.0))
