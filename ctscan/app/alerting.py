"""Use cases that send alerts: each channel by itself, at least once, a repeat under the id of its first try.

    assign ──► message fixed in the index ──► disclosure recorded ──► sent ──► delivered │ failed: next try │ dead

A kill between any two steps loses nothing: the message is in the index before its first try, and leaves it only after
an answer. What is sent is read from the index just before.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field

from ctscan.alerts.timing import HOUR, LONGEST_WAIT, MOST_TRIES, allowed, next_try, quiet_until, wait_of, zone_of
from ctscan.app.alert_channels import ReadyChannel, try_message
from ctscan.app.channel_lock import sole_sender
from ctscan.app.recording import RecordedDisclosures, recorded
from ctscan.app.wiring import CLOCK
from ctscan.clock import Clock, unless_stopped
from ctscan.errors import DeliveryFailed
from ctscan.index.protocols import Disclosures, Outbox
from ctscan.model import AuditAction, Disclosure
from ctscan.model.delivery import ChannelResult, DeliveryReason

if TYPE_CHECKING:
    from ctscan.app.recording import ChangeRecorder
    from ctscan.config import Config
    from ctscan.model import Message
    from ctscan.model.alert import ChannelQueue, DueAlert

MOST = 100
"""Alerts of one message."""

MOST_MESSAGES = 100
"""Messages of one channel in one round: a flood doesn't keep a round from its end."""


class AlertIndex(Outbox, Disclosures, Protocol):
    """Index in the roles that sending needs."""


class _Work(Struct):
    """Work of a round on one channel, and its outcome so far."""

    channel: ReadyChannel
    index: AlertIndex
    zone: tzinfo | None
    clock: Clock
    config: Config
    who: str
    command: str
    end: float | None  # by the clock of the event loop
    delivered: int = 0
    messages: int = 0
    dead: int = 0
    reason: Message | None = None
    next_at: datetime | None = None
    is_busy: bool = False
    ids: set[str] = field(default_factory=set)

    def result(self, queue: ChannelQueue | None) -> ChannelResult:
        """Make the result of the round."""
        return ChannelResult(
            self.channel.name, self.channel.settings.kind, self.channel.recipient, self.delivered, self.messages,
            queue.due if queue else 0, self.dead, self.reason, self.next_at, self.is_busy,
        )  # fmt: skip


async def send_due(
    config: Config,
    index: AlertIndex,
    channels: Sequence[ReadyChannel],
    *,
    who: str,
    command: str,
    retry_dead: bool = False,
    patience: float | None = None,
    stop: asyncio.Event | None = None,
    clock: Clock = CLOCK,
) -> list[ChannelResult]:
    """Assign alerts to the channels, and send what is due.

    Args:
        config: settings.
        index: the index, open.
        channels: the channels, checked.
        who: the account, for the record.
        command: the command, for the record.
        retry_dead: also begin again with what was given up.
        patience: seconds for all channels together; None: without a limit.
        stop: ends the sending once it is set; what is under way may arrive again later, under its id.
        clock: clock of the round.

    Returns:
        The outcome of each channel. A channel that fails is an outcome, no error.

    Raises:
        UsageError: the time zone is unknown.
        IndexFault: index or trail can't be used.
    """
    zone = zone_of(config.alerts.zone)
    await index.assign({channel.name: channel.route for channel in channels}, clock.now())
    if retry_dead:
        for channel in channels:
            await index.retry_dead(channel.name)
    end = None if patience is None else asyncio.get_running_loop().time() + patience
    works = [_Work(channel, index, zone, clock, config, who, command, end) for channel in channels]
    ready = [work for work in works if await _has_work(work)]
    if ready:
        async with recorded(config, AuditAction.ALERT, who=who, clock=clock) as change:
            await _unless_stopped(_serve_all(ready, change), stop)
            change.detail = ", ".join(f"{work.channel.name} {work.delivered}" for work in ready)
            change.exit_code = int(any(work.reason is not None for work in ready))
    queues = {queue.channel: queue for queue in await index.pending()}
    return [work.result(queues.get(work.channel.name)) for work in works]


async def _unless_stopped(sending: Coroutine[None, None, None], stop: asyncio.Event | None) -> None:
    """Await the sending, or a stop. What is under way then is tried again later, under its id."""
    await unless_stopped(sending, stop or asyncio.Event())


async def _serve_all(works: Sequence[_Work], change: ChangeRecorder) -> None:
    """Serve all channels side by side: one that is slow or fails holds back no other."""
    await asyncio.gather(*(_serve(work, change) for work in works))


async def _serve(work: _Work, change: ChangeRecorder) -> None:
    """Send the messages of a channel until nothing is due, one fails, or there were many."""
    from pathlib import Path

    with sole_sender(Path(work.config.db), work.channel.name) as is_ours:
        work.is_busy = not is_ours
        while is_ours and work.messages < MOST_MESSAGES:
            due = await _next_message(work)
            if not due or not await _send(work, due, change):
                return


# --- the next message ---------------------------------------------------------------------------------------------


async def _has_work(work: _Work) -> bool:
    """Return whether something may go now: without it, nothing is recorded."""
    now = work.clock.now()
    if quiet_until(now, work.channel.settings.quiet, work.zone) is not None:
        return False
    due = await work.index.due(work.channel.name, now, 1, now + LONGEST_WAIT)
    return any(one.batch for one in due) or await _allowed(work, due, now) > 0


async def _next_message(work: _Work) -> list[DueAlert]:
    """Return the alerts of the next message: one that was tried before, else a new one, which is fixed here."""
    while work.end is None or asyncio.get_running_loop().time() < work.end:
        now = work.clock.now()
        if quiet_until(now, work.channel.settings.quiet, work.zone) is not None:
            return []
        due = await work.index.due(work.channel.name, now, MOST, now + LONGEST_WAIT)
        begun = [one for one in due if one.batch and one.batch not in work.ids]
        if begun:
            return [one for one in begun if one.batch == begun[0].batch]
        fresh = [one for one in due if not one.batch]
        ids = [one.alert.id for one in fresh[: await _allowed(work, fresh, now)]]
        if not ids or not await work.index.begin(work.channel.name, ids, now, work.channel.told):
            return []
    return []


async def _allowed(work: _Work, fresh: Sequence[DueAlert], now: datetime) -> int:
    """Return the number of new alerts that may go now."""
    settings = work.channel.settings
    if not fresh or wait_of(settings, min(one.alert.at for one in fresh), now, work.zone) is not None:
        return 0
    queue = await _queue(work)
    if queue is not None and queue.next_at is not None and now < queue.next_at <= now + LONGEST_WAIT:
        return 0  # the channel fails: a new message would fail as well
    sent = await work.index.delivered_since(settings.name, now - HOUR) if settings.rate else 0
    return allowed(settings, sent, MOST)


async def _queue(work: _Work) -> ChannelQueue | None:
    return next((queue for queue in await work.index.pending() if queue.channel == work.channel.name), None)


# --- one message --------------------------------------------------------------------------------------------------


async def _send(work: _Work, due: Sequence[DueAlert], change: ChangeRecorder) -> bool:
    """Send a message and note its outcome. Returns whether the channel took it."""
    batch, settings = due[0].batch, work.channel.settings
    work.ids.add(batch)
    if due[0].tries == 0:
        await _disclose(work, change)
    left = 0
    if settings.rate and (queue := await _queue(work)) is not None:
        left = max(0, queue.due - len(due))
    try:
        async with asyncio.timeout_at(work.end):
            await try_message(work.channel, [one.alert for one in due], batch, work.config.lang, left=left)
    except TimeoutError:
        seconds = round(work.config.alerts.patience.total_seconds())
        await _note(work, due, DeliveryFailed("", DeliveryReason.SLOW(seconds=seconds)))
        return False
    except DeliveryFailed as failure:
        await _note(work, due, failure)
        return False
    await work.index.delivered(batch, work.clock.now())
    work.delivered += len(due)
    work.messages += 1
    return True


async def _disclose(work: _Work, change: ChangeRecorder) -> None:
    """Record the recipient before the first try: a message that was sent is never without its record."""
    purpose = work.config.purpose
    disclosure = Disclosure(0, work.clock.now(), work.who, "alert", work.channel.told, purpose, work.command)
    await RecordedDisclosures(work.index, change).record_disclosure(disclosure)


async def _note(work: _Work, due: Sequence[DueAlert], failure: DeliveryFailed) -> None:
    """Note a failed try: when to try again, or that nobody will."""
    now, tries = work.clock.now(), due[0].tries + 1
    work.reason = failure.why
    if failure.is_final or tries >= MOST_TRIES:
        work.dead += len(due)
        why = failure.why if failure.is_final else DeliveryReason.OVERDUE(tries=tries)
        await work.index.dead(due[0].batch, now, why)
        return
    work.next_at = now + next_try(tries, failure.wait, random.random)
    await work.index.failed(due[0].batch, now, work.next_at, failure.why)
