"""Lines of `ctscan alert` and of scans about channels. They name channels and watches, never a person."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ctscan.views.alerts.alert_words import AlertView
from ctscan.views.json.values import Shape, message, time_text
from ctscan.views.words import moment

if TYPE_CHECKING:
    from ctscan.model.alert import ChannelQueue
    from ctscan.model.delivery import ChannelResult
    from ctscan.views.text import Texts

_NAMED = 5  # watches of the first line of a scan


def tried_lines(results: Sequence[ChannelResult], texts: Texts) -> Iterator[tuple[str, str]]:
    """Say of each channel whether it took the test: lines, each with its colour."""
    for result in results:
        if result.reason is None:
            yield texts(AlertView.TAKEN(channel=result.channel, kind=result.kind)), ""
        else:
            yield texts(AlertView.FAILED(channel=result.channel, why=texts(result.reason))), "red"


def sent_lines(results: Sequence[ChannelResult], texts: Texts, *, is_whole: bool) -> Iterator[tuple[str, str]]:
    """Say what became of the alerts of each channel: lines, each with its colour.

    Args:
        results: outcome of each channel.
        texts: language.
        is_whole: also name channels on which nothing happened.
    """
    for result in results:
        lines = list(_outcome(result, texts))
        if not lines and is_whole:
            lines = [(_rest(result, texts), "")]
        yield from lines


def _outcome(result: ChannelResult, texts: Texts) -> Iterator[tuple[str, str]]:
    if result.delivered:
        yield texts(AlertView.DELIVERED(channel=result.channel, count=result.delivered)), ""
    if result.reason is None:
        return
    why = texts(result.reason)
    if result.dead:
        yield texts(AlertView.DEAD(channel=result.channel, count=result.dead, why=why)), "red"
    elif result.next_at is not None:
        at = moment(result.next_at)
        yield texts(AlertView.FAILED_UNTIL(channel=result.channel, why=why, time=at)), "red"


def _rest(result: ChannelResult, texts: Texts) -> str:
    if result.is_busy:
        return texts(AlertView.BUSY(channel=result.channel))
    if result.waiting:
        return texts(AlertView.WAITING(channel=result.channel, count=result.waiting))
    return texts(AlertView.NOTHING_DUE(channel=result.channel))


def queue_lines(queues: Sequence[ChannelQueue], configured: Collection[str], texts: Texts) -> Iterator[tuple[str, str]]:
    """Say of each channel what waits, what was given up, and why: lines, each with its colour."""
    if not queues:
        yield texts(AlertView.QUEUE_EMPTY()), ""
    for queue in queues:
        parts = [
            texts(AlertView.QUEUE(channel=queue.channel, due=queue.due, delivered=queue.delivered, dead=queue.dead))
        ]
        if queue.oldest is not None:
            parts.append(texts(AlertView.QUEUE_OLDEST(time=moment(queue.oldest))))
        if queue.failing_since is not None and queue.last_error is not None:
            why = texts(queue.last_error)
            parts.append(texts(AlertView.QUEUE_FAILING(since=moment(queue.failing_since), why=why)))
        if queue.next_at is not None:
            parts.append(texts(AlertView.QUEUE_NEXT(time=moment(queue.next_at))))
        if queue.channel not in configured:
            parts.append(texts(AlertView.QUEUE_REMOVED()))
        yield texts.listed(parts), "red" if queue.dead or queue.failing_since else ""
    if any(queue.dead for queue in queues):
        yield texts(AlertView.RETRY()), "yellow"


def watched_line(
    watches: Sequence[str], channels: Sequence[ChannelResult], unknown: Mapping[str, Collection[str]], texts: Texts
) -> str:
    """Say what is watched, where it goes, and the watches that channels name in vain; empty where there is neither
    watch nor channel. `unknown`: by channel, the watches that it names and that aren't there."""
    said = _watched(watches, channels, texts)
    missing = [
        texts(AlertView.UNKNOWN_WATCHES(count=len(some), channel=channel, watches=texts.listed(sorted(some))))
        for channel, some in unknown.items()
        if some
    ]
    return texts.listed([said, *missing]) if said else ""


def _watched(watches: Sequence[str], channels: Sequence[ChannelResult], texts: Texts) -> str:
    more = len(watches) - _NAMED
    named = [*watches[:_NAMED], *([texts(AlertView.MORE_WATCHES(count=more))] if more > 0 else [])]
    places = texts.listed([f"{channel.channel} ({channel.kind})" for channel in channels])
    if watches and channels:
        return texts(AlertView.WATCHED(count=len(watches), watches=texts.listed(named), channels=places))
    if watches:
        return texts(AlertView.WATCHED_BY_NOBODY(count=len(watches), watches=texts.listed(named)))
    return texts(AlertView.NOTHING_WATCHED(channels=places)) if channels else ""


def result_shape(result: ChannelResult) -> Shape:
    """Shape the outcome of a channel."""
    return {
        "channel": result.channel,
        "kind": result.kind,
        "recipient": result.recipient,
        "sent": result.delivered,
        "messages": result.messages,
        "waiting": result.waiting,
        "given_up": result.dead,
        **message("error", result.reason),
        "next_try": time_text(result.next_at),
        "busy": result.is_busy,
    }


def queue_shape(queue: ChannelQueue, configured: Collection[str]) -> Shape:
    """Shape the standing of a channel."""
    return {
        "channel": queue.channel,
        "configured": queue.channel in configured,
        "due": queue.due,
        "sent": queue.delivered,
        "given_up": queue.dead,
        "oldest": time_text(queue.oldest),
        "next_try": time_text(queue.next_at),
        "failing_since": time_text(queue.failing_since),
        **message("error", queue.last_error),
        "last_sent": time_text(queue.last_delivered),
    }
