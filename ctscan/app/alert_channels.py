"""Channels of a configuration, checked, and the test that proves that they work."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import uuid4

from msgspec import Struct

from ctscan.alerts.channel import ChannelKind, ChannelTools, Options, Send
from ctscan.alerts.channels import kind_of_channel
from ctscan.alerts.timing import zone_of
from ctscan.app.recording import recorded
from ctscan.app.wiring import CLOCK
from ctscan.clock import Clock
from ctscan.errors import DeliveryFailed, UsageError
from ctscan.model import AuditAction
from ctscan.model.alert import Alert, AlertKind, AlertText, Route
from ctscan.model.alert_channel import ChannelSettings
from ctscan.model.delivery import ChannelResult, DeliveryReason

if TYPE_CHECKING:
    from ctscan.config import Config

PATIENCE = 20.0  # seconds for one message
_NONE = (
    "alerts: expected a channel, found none; write one into ctscan.toml: [[alerts.channel]] with name, kind and the "
    "keys of its kind"
)


class ReadyChannel(Struct, frozen=True):
    """Channel whose settings were checked."""

    settings: ChannelSettings
    kind: ChannelKind
    options: Options
    tools: ChannelTools

    @property
    def name(self) -> str:
        """Name of the channel."""
        return self.settings.name

    @property
    def recipient(self) -> str:
        """Place that messages go to, as it may be recorded."""
        return self.kind.recipient(self.options, self.tools)

    @property
    def told(self) -> str:
        """Name and recipient, as records and dossiers name them."""
        return f"{self.name} ({self.recipient})"

    @property
    def route(self) -> Route:
        """Alerts that the channel takes."""
        watches, kinds = self.settings.watches, self.settings.kinds
        return Route(frozenset(watches) if watches else None, frozenset(map(AlertKind, kinds)) if kinds else None)

    def sender(self) -> Send:
        """Make the sender. DeliveryFailed where a secret or a program is missing."""
        return self.kind.open(self.settings, self.options, self.tools)


def ready_channels(
    config: Config, names: Sequence[str] = (), *, clock: Clock = CLOCK, environ: Mapping[str, str] | None = None
) -> tuple[ReadyChannel, ...]:
    """Check the channels of a configuration.

    Args:
        config: settings.
        names: names of the channels to return; empty: all.
        clock: clock of timestamps.
        environ: environment variables; None: those of the process.

    Raises:
        UsageError: a kind or a key of a channel is wrong, the time zone is unknown, or there is no channel of a name.
    """
    zone_of(config.alerts.zone)  # a wrong one is found by a test, not in the night
    patience = min(PATIENCE, config.alerts.patience.total_seconds())
    tools = ChannelTools(os.environ if environ is None else environ, config.contact, config.mail, patience, clock)
    found = {}
    for settings in config.alerts.channels:
        kind = kind_of_channel(settings)
        found[settings.name] = ReadyChannel(settings, kind, kind.options(settings), tools)
    for name in names:
        if name not in found:
            known = ", ".join(found) or "none is configured"
            raise UsageError(f"alerts: expected the name of a channel ({known}), got another word")
    return tuple(found[name] for name in names or found)


async def try_message(channel: ReadyChannel, alerts: Sequence[Alert], batch: str, lang: str, **more: int) -> None:
    """Send a message of alerts: masked where the channel says so.

    Raises:
        DeliveryFailed: the channel didn't take it. Errors that nobody expects are this one, too: no channel may stop
            another, and no text of such an error is kept.
    """
    from ctscan.alerts.masking import masked_alert
    from ctscan.model.alert_channel import ValueForm
    from ctscan.views.alerts.alert_message import alert_message
    from ctscan.views.text import texts

    values = channel.settings.values
    shown = [masked_alert(alert) if values is ValueForm.MASKED else alert for alert in alerts]
    message = alert_message(
        shown, batch=batch, channel=channel.name, at=max(alert.at for alert in alerts), values=values,
        texts=texts(lang), is_test=all(alert.kind is AlertKind.TEST for alert in alerts),
        rate=channel.settings.rate, **more,
    )  # fmt: skip
    try:
        await channel.sender()(message)
    except DeliveryFailed:
        raise
    except Exception as error:  # a bug of a channel: the message stays due, and no text of it may quote a person
        why = DeliveryReason.BROKEN(error=type(error).__name__)
        line = f"alerts: channel '{channel.name}': an unexpected error ({type(error).__name__})"
        raise DeliveryFailed(line, why) from None


def require_channels(config: Config) -> None:
    """Raise UsageError where no channel is configured."""
    if not config.alerts.channels:
        raise UsageError(_NONE)


async def tried(config: Config, names: Sequence[str], who: str, clock: Clock) -> list[ChannelResult]:
    """Send a test to channels, side by side, and record it."""
    require_channels(config)
    channels = ready_channels(config, names, clock=clock)
    async with recorded(config, AuditAction.ALERT, who=who, clock=clock) as change:
        results = await asyncio.gather(*(_tested(channel, config.lang, clock) for channel in channels))
        change.detail = "test " + ", ".join(result.channel for result in results)
        if failed := [result.channel for result in results if result.is_failed]:
            change.detail += f"; failed: {', '.join(failed)} {DeliveryFailed.__name__}"  # the error stands last
        change.exit_code = int(bool(failed))
    return list(results)


async def _tested(channel: ReadyChannel, lang: str, clock: Clock) -> ChannelResult:
    id, reason = str(uuid4()), None
    alert = Alert(id, AlertKind.TEST, clock.now(), AlertText.TEST(channel=channel.name), subject=channel.name)
    try:
        await try_message(channel, [alert], id, lang)
    except DeliveryFailed as failure:
        reason = failure.why
    sent = int(reason is None)
    return ChannelResult(channel.name, channel.settings.kind, channel.recipient, sent, 1, reason=reason)
