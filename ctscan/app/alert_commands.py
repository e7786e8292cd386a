"""Use cases of alerts as faces call them. The rooms behind them are imported when a function runs: a look-up needs
neither channels nor an event loop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ctscan.app.wiring import CLOCK, opened_index
from ctscan.clock import Clock

if TYPE_CHECKING:
    import asyncio

    from ctscan.config import Config
    from ctscan.model.alert import ChannelQueue
    from ctscan.model.delivery import ChannelResult


async def try_channels(
    config: Config, names: Sequence[str] = (), *, who: str, clock: Clock = CLOCK
) -> list[ChannelResult]:
    """Send a test to channels, whatever the hour and the rate; no index is needed.

    Args:
        config: settings.
        names: names of the channels; empty: all.
        who: the account, for the record.
        clock: clock of the test and of the record.

    Raises:
        UsageError: there is no channel, or a key of one is wrong.
    """
    from ctscan.app.alert_channels import tried

    return await tried(config, names, who, clock)


async def send_alerts(
    config: Config,
    *,
    who: str,
    command: str,
    retry_dead: bool = False,
    stop: asyncio.Event | None = None,
    clock: Clock = CLOCK,
) -> list[ChannelResult]:
    """Check the watches, and send what is due to each channel.

    Args:
        config: settings.
        who: the account, for the record.
        command: the command, for the record.
        retry_dead: also begin again with what was given up.
        stop: ends the sending once it is set.
        clock: clock of the round.

    Returns:
        The outcome of each channel. A channel that fails is an outcome, no error.

    Raises:
        UsageError: there is no channel, or a key of one is wrong.
        IndexFault: index or trail can't be used.
    """
    from ctscan.app.alert_channels import require_channels
    from ctscan.app.alert_rounds import alert_round

    require_channels(config)
    return await alert_round(config, who=who, command=command, retry_dead=retry_dead, stop=stop, clock=clock)


async def pending_alerts(config: Config) -> tuple[list[ChannelQueue], frozenset[str]]:
    """Return the standing of every channel that ever got an alert, and the names of the channels that are configured.

    Raises:
        IndexFault: the index can't be read.
    """
    async with opened_index(config) as index:
        return await index.pending(), frozenset(channel.name for channel in config.alerts.channels)
