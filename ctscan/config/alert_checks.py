"""Checks of the table `[alerts]`. Errors never repeat a value. Pure.

The keys that every channel has are checked here. The other keys of a channel belong to its kind, which checks them when
alerts are to be sent: a look-up doesn't depend on them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any

from ctscan.config.setting_checks import (
    duration,
    filled_text,
    line_of_text,
    shown,
    table_of,
    text_list,
    unexpected,
    whole_number,
)
from ctscan.errors import UsageError
from ctscan.model.alert_channel import AlertSettings, ChannelSettings, Quiet, ValueForm
from ctscan.on_first_use import late_pattern

if TYPE_CHECKING:
    from ctscan.config.setting_checks import (
        Check,
    )

MOST_CHANNELS = 50
ALERT_KINDS = ("finding", "log", "channel", "case")
_MOST_OPTIONS = 20
_NAME = late_pattern(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", re.ASCII)
_HOURS = late_pattern(r"([01][0-9]|2[0-3]):([0-5][0-9])\s*-\s*([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


def alerts(value: Any, where: str) -> AlertSettings:
    """Check the table `[alerts]`."""
    given = table_of(value, where, ALERTS)
    channels: tuple[ChannelSettings, ...] = given.pop("channel", ())
    for name, count in Counter(channel.name for channel in channels).items():
        if count > 1:
            raise UsageError(f"{where}: expected channels with different names, got {count} named '{name}'")
    return AlertSettings(channels=channels, **given)


def _channels(value: Any, where: str) -> tuple[ChannelSettings, ...]:
    if not isinstance(value, list) or len(value) > MOST_CHANNELS:
        raise unexpected(where, f"at most {MOST_CHANNELS} tables [[alerts.channel]]", value)
    return tuple(_channel(item, f"{where}, channel {number}") for number, item in enumerate(value, 1))


def _channel(value: Any, where: str) -> ChannelSettings:
    if not isinstance(value, dict):
        raise unexpected(where, "a table", value)
    for name in ("name", "kind"):
        if name not in value:
            raise UsageError(f"{where}: expected a {name}, got none")
    common = table_of({name: item for name, item in value.items() if name in _CHANNEL}, where, _CHANNEL)
    rest = {name: item for name, item in value.items() if name not in _CHANNEL}
    return ChannelSettings(**common, options=_options(rest, where))


def _options(value: Mapping[str, Any], where: str) -> tuple[tuple[str, object], ...]:
    """Keep the keys of a kind as they are written: texts, numbers, truth values and lists of texts."""
    if len(value) > _MOST_OPTIONS:
        raise unexpected(where, f"at most {_MOST_OPTIONS} keys", value)
    for name, item in value.items():
        if not isinstance(item, str | int | float | bool | list):
            raise unexpected(f"{where}.{shown(name)}", "a text, a number, true or false, or a list of texts", item)
    return tuple(
        (name, text_list(item, f"{where}.{shown(name)}") if isinstance(item, list) else item)
        for name, item in value.items()
    )


def _name(value: Any, where: str) -> str:
    text = filled_text(value, where)
    if not _NAME.fullmatch(text):
        raise unexpected(where, "a name of at most 40 small letters, digits and hyphens (ASCII)", value)
    return text


def _kinds(value: Any, where: str) -> tuple[str, ...]:
    for kind in (found := text_list(value, where)):
        if kind not in ALERT_KINDS:
            raise UsageError(f"{where}: expected some of {', '.join(ALERT_KINDS)}, got another word")
    return found


def _values(value: Any, where: str) -> ValueForm:
    if value not in list(ValueForm):
        raise unexpected(where, " or ".join(f'"{form}"' for form in ValueForm), value)
    return ValueForm(value)


def _digest(value: Any, where: str) -> timedelta:
    return timedelta(0) if value == "0" else duration(value, where)


def _quiet(value: Any, where: str) -> Quiet:
    found = _HOURS.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or found.group(1, 2) == found.group(3, 4):
        raise unexpected(where, 'hours of the day such as "22:00-07:00"', value)
    hours = [int(part) for part in found.groups()]
    return Quiet(time(hours[0], hours[1]), time(hours[2], hours[3]))


_CHANNEL: dict[str, Check] = {
    "name": _name,
    "kind": _name,
    "watches": text_list,
    "kinds": _kinds,
    "values": _values,
    "digest": _digest,
    "quiet": _quiet,
    "rate": whole_number(1),
}
"""Keys that every channel has."""

ALERTS: dict[str, Check] = {"zone": line_of_text, "every": duration, "patience": duration, "channel": _channels}
"""Keys of the table."""
