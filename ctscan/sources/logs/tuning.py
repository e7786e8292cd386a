"""Settings for reading each operator's logs: `data/logs.toml`, overridden by the user's configuration.

    [default]                      every key of `Tuning`
    [operator."Example"]           some keys, for all logs of an operator, which share the `rate`
    [log."Example 'log2026'"]      some keys, for one log by its name in the log list; `id` (base64 log ID) and
                                   `tiles` (URL prefix of data tiles) make an RFC 6962 log a hybrid

Pure: bytes and mappings in, values out.
"""

from __future__ import annotations

import base64
import binascii
import tomllib
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ctscan.errors import UsageError
from ctscan.model.hashes import HASH_SIZE

if TYPE_CHECKING:
    from ctscan.model import Log

_LIMITS = {"batch": (1, 65_536), "concurrency": (1, 64), "rate": (0.01, 1000.0)}
Values = Mapping[str, object]


class Tuning(Struct, frozen=True):
    """Settings for reading one log."""

    batch: int = 256  # entries asked for in one get-entries, until the log turns out to return fewer
    concurrency: int = 4  # concurrent requests to one log
    rate: float = 5.0  # requests a second to the whole operator
    keep_alive: bool = True  # use a connection for several requests


_KEYS = Tuning.__struct_fields__


class TuningTable(Struct, frozen=True):
    """Settings for all logs. `layers` of `(operator or log key, values)` apply in order, later ones win."""

    default: Tuning
    layers: tuple[tuple[str, Values], ...]
    hybrids: Mapping[bytes, str]  # log ID -> URL prefix of data tiles

    def of(self, log: Log) -> Tuning:
        """Return the settings for one log."""
        names = {_fold(log.operator), _fold(log.name), base64.b64encode(log.id).decode()}
        values: dict[str, object] = {}
        for key, layer in self.layers:
            if key in names:
                values.update(layer)
        return replace(self.default, **values)


def load_tuning(
    data: bytes, overrides: Mapping[str, Values] = MappingProxyType({}), repositories: Collection[str] = ()
) -> TuningTable:
    """Read `data/logs.toml` and apply `overrides`.

    Args:
        data: TOML
        overrides: settings by operator, log name or base64 log ID. Settings with a `url`, or with a name in
            `repositories`, are ignored here: the bounds for logs don't apply to repositories, which may be asked as
            seldom as wished.
        repositories: names of repositories

    Raises:
        UsageError: an unknown key or a value out of bounds, by name
    """
    try:
        document = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"logs.toml: not TOML: {error}") from None
    unknown = sorted(set(document) - {"default", "operator", "log"})
    if unknown:
        raise UsageError(f"logs.toml: unknown section {unknown[0]!r}; expected default, operator, log")
    default = Tuning(**_checked(_table(document, "default"), "logs.toml: default"))  # type: ignore[arg-type]  # as in `of`
    layers: list[tuple[str, Values]] = []
    ids: dict[str, bytes] = {}
    hybrids: dict[bytes, str] = {}
    for kind in ("operator", "log"):
        for name, values in _tables(_table(document, kind), f"logs.toml: {kind}"):
            where = f"logs.toml: {kind} {name!r}"
            if kind == "log" and "id" in values:
                ids[_fold(name)] = _log_id(str(values["id"]), where)
            _take_tiles(values, ids.get(_fold(name)), hybrids, where)
            layers.append((_fold(name), _checked(values, where, "id" if kind == "log" else "")))
    for name, values in _tables(overrides, "tuning"):
        if name in repositories or "url" in values:
            continue
        where = f"configuration: tuning of {name!r}"
        log_id = ids.get(_fold(name)) or _maybe_log_id(name)
        _take_tiles(values, log_id, hybrids, where)
        layers.append((name if log_id and _maybe_log_id(name) else _fold(name), _checked(values, where)))
    return TuningTable(default, tuple(layers), MappingProxyType(hybrids))


def _table(document: Mapping[str, object], key: str) -> Mapping[str, object]:
    found = document.get(key, {})
    if not isinstance(found, Mapping):
        raise UsageError(f"logs.toml: {key}: expected a table, got {type(found).__name__}")
    return found


def _tables(found: Mapping[str, object], where: str) -> list[tuple[str, dict[str, object]]]:
    tables = []
    for name, values in found.items():
        if not isinstance(values, Mapping):
            raise UsageError(f"{where}: {name!r}: expected a table, got {type(values).__name__}")
        tables.append((name, dict(values)))
    return tables


def _take_tiles(values: dict[str, object], log_id: bytes | None, hybrids: dict[bytes, str], where: str) -> None:
    """Move `tiles` from the values to the hybrids."""
    if "tiles" not in values:
        return
    prefix = values.pop("tiles")
    if not isinstance(prefix, str) or not prefix.startswith(("https://", "http://")) or not prefix.endswith("/"):
        raise UsageError(f"{where}: tiles: expected a URL prefix that ends with a slash")
    if log_id is None:
        raise UsageError(f"{where}: tiles: the log must be named by its ID: use the base64 log ID as name")
    hybrids[log_id] = prefix


def _checked(values: Values, where: str, also: str = "") -> dict[str, object]:
    """Check keys and bounds, and return the values; `also` is a known key that is left out."""
    checked: dict[str, object] = {}
    for key, value in values.items():
        if key == also:
            continue
        if key not in _KEYS:
            raise UsageError(f"{where}: unknown key {key!r}; expected {', '.join(_KEYS)} or tiles")
        checked[key] = _value(key, value, f"{where}: {key}")
    return checked


def _value(key: str, value: object, where: str) -> object:
    if key == "keep_alive":
        if not isinstance(value, bool):
            raise UsageError(f"{where}: expected true or false")
        return value
    low, high = _LIMITS[key]
    number = isinstance(value, int | float if key == "rate" else int) and not isinstance(value, bool)
    if not number or not low <= value <= high:  # type: ignore[operator]  # `number` says that it is one
        raise UsageError(f"{where}: expected {'a' if key == 'rate' else 'a whole'} number from {low} to {high}")
    return float(value) if key == "rate" else value  # type: ignore[arg-type]  # a number, see above


def _log_id(text: str, where: str) -> bytes:
    found = _maybe_log_id(text)
    if found is None:
        raise UsageError(f"{where}: id: expected a log ID, 32 bytes in base64, got {len(text)} characters")
    return found


def _maybe_log_id(text: str) -> bytes | None:
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if len(found) == HASH_SIZE else None


def _fold(name: str) -> str:
    return " ".join(name.casefold().split())
