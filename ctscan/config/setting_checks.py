"""Checks of settings that every key shares: a value from TOML, the environment or an option in, the value of the field
out. Errors never repeat a value: a contact or a scope may be somebody's address. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from ctscan.errors import UsageError

NUMBER_LIMIT = 1_000_000  # no count, rate or number of seconds in a configuration is larger

Check = Callable[[Any, str], Any]
"""Check of a value from TOML, the environment or an option: takes it and its place, returns the value of the field."""

Settings = dict[str, Any]
"""Checked values by name of a `Config` field."""


# --- errors that repeat no value -----------------------------------------------------------------------------------


def advice(name: str, known: Iterable[str]) -> str:
    """Suggest a correction of an unknown key."""
    found = nearest(name, known, cutoff=0.6)
    return f"did you mean '{found}'?" if found else f"expected one of {', '.join(known)}"


def nearest(name: str, known: Iterable[str], cutoff: float) -> str | None:
    """Find the known name that resembles `name` most; None below the similarity `cutoff`."""
    from difflib import get_close_matches

    folded = {candidate.lower(): candidate for candidate in known}
    found = get_close_matches(name.lower().replace("-", "_"), folded, n=1, cutoff=cutoff)
    return folded[found[0]] if found else None


def shown(name: str) -> str:
    """Make a key fit to be repeated on a terminal: a line of at most 60 plain characters."""
    return re.sub(r"[^\w .:-]", "?", name)[:60]


def kind_of(value: object) -> str:
    """Describe a value in the words of TOML, without repeating it."""
    if isinstance(value, str):
        return f"text of {len(value)} character{'' if len(value) == 1 else 's'}"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return f"the number {value:.12g}" if abs(value) < NUMBER_LIMIT**2 else "a huge number"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return "a table" if isinstance(value, dict) else "a date or time"


def unexpected(where: str, expected: str, value: object) -> UsageError:
    return UsageError(f"{where}: expected {expected}, got {kind_of(value)}")


# --- checks: a value from TOML, the environment or an option in, the value of the field out --------------------------


def line_of_text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise unexpected(where, "text in quotes", value)
    if not value.isprintable():
        raise unexpected(where, "one line of text without control characters", value)
    return value.strip()


def filled_text(value: Any, where: str) -> str:
    text = line_of_text(value, where)
    if not text:
        raise unexpected(where, "text that isn't empty", value)
    return text


def text_list(value: Any, where: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return (filled_text(value, where),)
    if not isinstance(value, list):
        raise unexpected(where, "a list of texts", value)
    return tuple(filled_text(item, f"{where}[{i}]") for i, item in enumerate(value))


def flag(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise unexpected(where, "true or false", value)
    return value


def whole_number(low: int, high: int = NUMBER_LIMIT) -> Check:
    def check(value: Any, where: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise unexpected(where, f"a whole number from {low} to {high}", value)
        return value

    return check


def positive_number(value: Any, where: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= NUMBER_LIMIT:
        raise unexpected(where, f"a number above 0 and up to {NUMBER_LIMIT}", value)
    return float(value)


def duration(value: Any, where: str) -> timedelta:
    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    found = re.fullmatch(r"([0-9]{1,6})\s*([smhd])", value.strip()) if isinstance(value, str) else None
    if found is None or int(found[1]) == 0:
        raise unexpected(where, 'a duration such as "90m", "24h" or "7d"', value)
    return timedelta(**{units[found[2]]: int(found[1])})


def table_of(value: Any, where: str, checks: Mapping[str, Check]) -> Settings:
    if not isinstance(value, dict):
        raise unexpected(where, "a table", value)
    for name in value:
        if name not in checks:
            raise UsageError(f"{where}: unknown key '{shown(name)}'; {advice(name, checks)}")
    return {name: checks[name](item, f"{where}.{name}") for name, item in value.items()}
