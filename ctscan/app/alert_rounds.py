"""Rounds of alerts: check the watches, note conditions, assign, send. At the end of a scan, while one follows, by hand.

    check watches ──► note conditions ──► assign ──► send

A round reads and writes beside the reading of logs. Its faults are lines, never the end of a scan. Each step is loaded
when there is something to do for it: most scans watch nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.app.wiring import CLOCK, opened_index
from ctscan.errors import IndexFault, InputError

if TYPE_CHECKING:
    from ctscan.app.alert_channels import ReadyChannel
    from ctscan.clock import Clock
    from ctscan.config import Config
    from ctscan.model.delivery import ChannelResult

Say = Callable[[str], None]
"""Receiver of lines for the user."""


async def alert_round(
    config: Config,
    *,
    who: str,
    command: str,
    retry_dead: bool = False,
    patience: float | None = None,
    stop: asyncio.Event | None = None,
    clock: Clock = CLOCK,
) -> list[ChannelResult]:
    """Make one round. Arguments and results: see `send_due`.

    Without a channel only the watches are checked: their alerts wait for the first channel, and conditions are noted
    from then on.

    Raises:
        UsageError: a key of a channel is wrong.
        IndexFault: index or trail can't be used.
    """
    channels = _channels(config, clock)
    async with opened_index(config) as index:
        if await index.watch_names():
            from ctscan.app.watching import check_watches

            await check_watches(index, clock)
        if not channels:
            return []
        from ctscan.app.alert_conditions import note_conditions
        from ctscan.app.alerting import send_due

        await note_conditions(config, index, [channel.name for channel in channels], clock=clock)
        return await send_due(
            config, index, channels, who=who, command=command, retry_dead=retry_dead, patience=patience, stop=stop,
            clock=clock,
        )  # fmt: skip


def _channels(config: Config, clock: Clock = CLOCK) -> tuple[ReadyChannel, ...]:
    """Check the channels of a configuration; see `ready_channels`. Without channels, only a time zone can be wrong."""
    if not config.alerts.channels and not config.alerts.zone:
        return ()
    from ctscan.app.alert_channels import ready_channels

    return ready_channels(config, clock=clock)


class Alerting(Struct, frozen=True):
    """Alerts of a scan. `say` receives lines for the user."""

    config: Config
    say: Say
    who: str
    command: str
    stop: asyncio.Event
    clock: Clock = CLOCK

    @asynccontextmanager
    async def rounds(self, *, beside: bool) -> AsyncIterator[None]:
        """Make rounds beside the body, one each `every` of `[alerts]`; they end with it. None unless `beside`."""
        rounds = asyncio.create_task(self._rounds()) if beside else None
        try:
            yield
        finally:
            if rounds is not None:
                rounds.cancel()
                await asyncio.gather(rounds, return_exceptions=True)

    async def _rounds(self) -> None:
        while not self.stop.is_set():
            await self.clock.sleep(self.config.alerts.every.total_seconds())
            await self.round()

    async def round(self) -> None:
        """Make a round within the patience of `[alerts]`, and say what became of it; none after a stop."""
        from ctscan.index.open import has_index
        from ctscan.scan.safe_message import safe_message

        if self.stop.is_set() or not has_index(self.config.db):
            return
        patience = self.config.alerts.patience.total_seconds()
        try:
            results = await alert_round(
                self.config, who=self.who, command=self.command, patience=patience, stop=self.stop, clock=self.clock
            )
        except Exception as error:  # whatever it is, the reading goes on
            self.say(f"alerts: the round failed, and the next one tries again: {safe_message(error)}")
            return
        if results:
            self._say_sent(results)

    def _say_sent(self, results: list[ChannelResult]) -> None:
        from ctscan.views.alerts.alert_lines import sent_lines
        from ctscan.views.text import ENGLISH, texts

        for line, _ in sent_lines(results, texts(ENGLISH), is_whole=False):
            self.say(f"alerts: {line}")


async def watched(config: Config) -> str:
    """Say what is watched and where it goes, in a line; empty where nothing is.

    Raises:
        UsageError: a key of a channel is wrong, or the time zone is unknown.
    """
    from ctscan.index.open import has_index

    channels = _channels(config)
    names: list[str] = []
    unknown: dict[str, set[str]] = {}
    if has_index(config.db):
        with suppress(IndexFault, InputError):  # the scan meets it itself, and reports it
            async with opened_index(config) as index:
                names = await index.watch_names()
            unknown = {one.name: set(one.watches) - set(names) for one in config.alerts.channels}
    if not names and not channels:
        return ""
    from ctscan.model.delivery import ChannelResult
    from ctscan.views.alerts.alert_lines import watched_line
    from ctscan.views.text import ENGLISH, texts

    places = [ChannelResult(one.name, one.settings.kind, one.recipient) for one in channels]
    return watched_line(names, places, unknown, texts(ENGLISH))
