"""Kinds of channels: a module each with `CHANNEL`, found by its presence in this folder."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from ctscan.alerts.channel import ChannelKind
from ctscan.errors import UsageError
from ctscan.model.alert_channel import ChannelSettings


@cache
def channel_kinds() -> Mapping[str, ChannelKind]:
    """Return all kinds by name."""
    modules = [import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)]
    kinds: list[ChannelKind] = [module.CHANNEL for module in modules]
    return {kind.name: kind for kind in sorted(kinds, key=lambda kind: kind.name)}


def kind_of_channel(settings: ChannelSettings) -> ChannelKind:
    """Return the kind of a channel. UsageError for an unknown kind."""
    kinds = channel_kinds()
    if settings.kind not in kinds:
        raise UsageError(
            f"alerts: channel '{settings.name}': expected a kind out of {', '.join(kinds)}, got another word"
        )
    return kinds[settings.kind]
