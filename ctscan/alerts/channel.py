"""Interface of a channel of alerts: its kind, its tools, and the sender that they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from msgspec import Struct, field

from ctscan.clock import Clock
from ctscan.config.setting_checks import Check, table_of
from ctscan.errors import DeliveryFailed, UsageError
from ctscan.hidden_fields import repr_without
from ctscan.model.alert_channel import ChannelSettings
from ctscan.model.alert_message import AlertMessage
from ctscan.model.delivery import DeliveryReason
from ctscan.model.mail import MailSettings

Options = Mapping[str, Any]
"""Checked keys of a kind."""


@repr_without("environ")
class ChannelTools(Struct, frozen=True):
    """Everything beyond its settings that a channel may use.

    Attributes:
        environ: environment variables: passwords and secrets.
        contact: contact for the User-Agent; None without one.
        mail: server that sends mail; None without one.
        patience: seconds for one message.
        clock: clock of timestamps.
    """

    environ: Mapping[str, str] = field(default_factory=dict)
    contact: str | None = None
    mail: MailSettings | None = None
    patience: float = 20.0
    clock: Clock = field(default_factory=Clock)


class Send(Protocol):
    """Sender of the messages of one channel."""

    async def __call__(self, message: AlertMessage) -> None:
        """Send a message; the recipient has it when this returns.

        Raises:
            DeliveryFailed: the recipient didn't take it, or may not have.
        """


class ChannelKind(Struct, frozen=True):
    """Kind of channels: a module in `channels/` holds one as `CHANNEL`.

    Attributes:
        name: name of the kind in the settings.
        keys: checks of its own keys.
        needed: keys that have to be given.
        recipient: names the place that checked keys lead to, as the record of disclosures may hold it.
        open: makes the sender; it raises DeliveryFailed where a secret or a program is missing.
    """

    name: str
    keys: Mapping[str, Check]
    needed: tuple[str, ...]
    recipient: Callable[[Options, ChannelTools], str]
    open: Callable[[ChannelSettings, Options, ChannelTools], Send]

    def options(self, settings: ChannelSettings) -> Options:
        """Check the keys of a channel.

        Raises:
            UsageError: a key is missing, unknown, or has a value of another form.
        """
        where = f"alerts: channel '{settings.name}'"
        found = table_of(dict(_as_written(settings)), where, self.keys)
        for name in self.needed:
            if name not in found:
                raise UsageError(f"{where}: expected the key {name}, which the kind '{self.name}' needs, got none")
        return found


def _as_written(settings: ChannelSettings) -> list[tuple[str, object]]:
    return [(name, list(value) if isinstance(value, tuple) else value) for name, value in settings.options]


def unready(settings: ChannelSettings, error: str) -> DeliveryFailed:
    """Make the error of a channel that lacks something on this machine. A later try may find it."""
    return DeliveryFailed(f"alerts: channel '{settings.name}': {error}", DeliveryReason.UNREADY(error=error))
