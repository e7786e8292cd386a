"""Keys of `ctscan.toml`: the check of a value, and the parser for the text of an environment variable.

Errors never repeat a value: a contact or a scope may be somebody's address. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ctscan.errors import UsageError
from ctscan.resources import languages

FORMATS = ("table", "json")
NUMBER_LIMIT = 1_000_000  # no count, rate or number of seconds in a configuration is larger

Check = Callable[[Any, str], Any]
"""Check of a value from TOML, the environment or an option: takes it and its place, returns the value of the field."""

Parse = Callable[[str, str], Any]
"""Parser of an environment variable: takes its text and its place, returns the value that TOML would have given."""

Settings = dict[str, Any]
"""Checked values by name of a `Config` field."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Limits of patience, in seconds."""

    give_up: float = 60.0  # of failures of one request; then the pass goes on without it


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


def _kind_of(value: object) -> str:
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


def _expected(where: str, expected: str, value: object) -> UsageError:
    return UsageError(f"{where}: expected {expected}, got {_kind_of(value)}")


# --- checks: a value from TOML, the environment or an option in, the value of the field out --------------------------


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise _expected(where, "text in quotes", value)
    if not value.isprintable():
        raise _expected(where, "one line of text without control characters", value)
    return value.strip()


def _filled(value: Any, where: str) -> str:
    text = _text(value, where)
    if not text:
        raise _expected(where, "text that isn't empty", value)
    return text


def _contact(value: Any, where: str) -> str | None:
    """Check a contact. The User-Agent carries it, so it has to be ASCII."""
    text = _text(value, where)
    if text and (not text.isascii() or not re.search(r"[^@\s]@[^@\s]|^https?://[^\s/]", text)):
        raise _expected(
            where, "an e-mail address or an http(s) URL in ASCII, under which operators of logs reach you", value
        )
    return text or None


def _url(value: Any, where: str) -> str:
    text = _filled(value, where)
    if not re.match(r"[a-z][a-z0-9+.-]*://[^/]", text):
        raise _expected(where, "a URL", value)
    return text


def _date_or_text(value: Any, where: str) -> str:
    """Check `from`: a TOML date, a number or text; `scan` interprets it."""
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return str(value)
    return _filled(value, where)


def _texts(value: Any, where: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return (_filled(value, where),)
    if not isinstance(value, list):
        raise _expected(where, "a list of texts", value)
    return tuple(_filled(item, f"{where}[{i}]") for i, item in enumerate(value))


def _terms(value: Any, where: str) -> tuple[str, ...]:
    """Check the terms of a scope; a bad term is named by its position, from 1."""
    if isinstance(value, list):
        return tuple(_filled(item, f"{where}, term {number}") for number, item in enumerate(value, 1))
    return _texts(value, where)


def _vkeys(value: Any, where: str) -> tuple[str, ...]:
    """Check the form of verifier keys; `ct.cosignature` reads them."""
    for text in (found := _texts(value, where)):
        if not re.fullmatch(r"[^\s+]{1,1024}\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*", text):
            raise UsageError(
                f"{where}: expected verifier keys of witnesses (<name>+<8 hexadecimal digits>+<base64>, as their "
                f"operators publish them), got another text of {len(text)} characters"
            )
    return found


def _flag(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise _expected(where, "true or false", value)
    return value


def _count(low: int, high: int = NUMBER_LIMIT) -> Check:
    def check(value: Any, where: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise _expected(where, f"a whole number from {low} to {high}", value)
        return value

    return check


def _positive(value: Any, where: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= NUMBER_LIMIT:
        raise _expected(where, f"a number above 0 and up to {NUMBER_LIMIT}", value)
    return float(value)


def _duration(value: Any, where: str) -> timedelta:
    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    found = re.fullmatch(r"([0-9]{1,6})\s*([smhd])", value.strip()) if isinstance(value, str) else None
    if found is None or int(found[1]) == 0:
        raise _expected(where, 'a duration such as "90m", "24h" or "7d"', value)
    return timedelta(**{units[found[2]]: int(found[1])})


def _format(value: Any, where: str) -> str:
    if value not in FORMATS:
        raise _expected(where, " or ".join(f'"{name}"' for name in FORMATS), value)
    return str(value)


def _language(value: Any, where: str) -> str:
    if value not in languages():
        raise _expected(where, " or ".join(f'"{name}"' for name in languages()), value)
    return str(value)


def _table(value: Any, where: str, checks: Mapping[str, Check]) -> Settings:
    if not isinstance(value, dict):
        raise _expected(where, "a table", value)
    for name in value:
        if name not in checks:
            raise UsageError(f"{where}: unknown key '{shown(name)}'; {advice(name, checks)}")
    return {name: checks[name](item, f"{where}.{name}") for name, item in value.items()}


KEYS_OF_TABLES: dict[str, dict[str, Check]] = {
    "tuning": {
        "batch": _count(1, 100_000),
        "concurrency": _count(1, 64),
        "rate": _positive,
        "keep_alive": _flag,
        "tiles": _text,
        "url": _url,
    },
    "timeouts": {"give_up": _positive},
}
"""Keys inside the tables that are checked as a whole."""


def _tuning(value: Any, where: str) -> dict[str, Settings]:
    """Check overrides of `data/logs.toml`, by operator or log (see `sources.tuning.Tuning`); by repository `rate`, and
    `url` of another server."""
    if not isinstance(value, dict):
        raise _expected(where, 'tables such as [tuning."Name of an operator, log or repository"]', value)
    return {name: _table(item, f'{where}."{shown(name)}"', KEYS_OF_TABLES["tuning"]) for name, item in value.items()}


def _timeouts(value: Any, where: str) -> Timeouts:
    return Timeouts(**_table(value, where, KEYS_OF_TABLES["timeouts"]))


# --- text of an environment variable into the value that TOML would have given ---------------------------------------


def _as_is(text: str, _where: str) -> str:
    return text


def _as_list(text: str, _where: str) -> list[str]:
    """Split at `;` or line breaks: a comma may be part of the name of an organisation."""
    return [item.strip() for item in re.split(r"[;\n]", text) if item.strip()]


def _as_flag(text: str, where: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in words:
        raise _expected(where, "1 or 0, true or false, yes or no", text)
    return words[text.lower()]


def _as_count(text: str, where: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise _expected(where, "a whole number", text)
    return int(text)


@dataclass(frozen=True, slots=True)
class Key:
    """Key of `ctscan.toml`. `field` is its name in `Config` where that differs; a key without `parse` has no
    environment variable. `variable` is that variable without its prefix, where it isn't the name in capitals."""

    check: Check
    parse: Parse | None = None
    field: str = ""
    variable: str = ""


KEYS: dict[str, Key] = {
    "contact": Key(_contact, _as_is),
    "db": Key(_filled, _as_is),
    "log_list": Key(_filled, _as_is),
    "logs": Key(_texts, _as_list),
    "from": Key(_date_or_text, _as_is, "start"),
    "scope": Key(_terms, _as_list),
    "scope_file": Key(_filled, _as_is),
    "wide_scope": Key(_flag, _as_flag),
    "everything": Key(_flag, _as_flag),
    "purpose": Key(_text, _as_is),
    "repositories": Key(_texts, _as_list),
    "search_people": Key(_flag, _as_flag),
    "ocsp": Key(_flag, _as_flag),
    "follow": Key(_flag, _as_flag),
    "jobs": Key(_count(1, 256), _as_count),
    "format": Key(_format, _as_is),
    "lang": Key(_language, _as_is),
    "stale_after": Key(_duration, _as_is),
    "quarantine_days": Key(_count(0, 36_500), _as_count),
    "retention": Key(_text, _as_is),
    "witnesses": Key(_vkeys, _as_list),
    "audit.path": Key(_filled, _as_is, "audit_path"),
    "privacy.key_file": Key(_filled, _as_is, "key_file", "KEY_FILE"),
    "tuning": Key(_tuning),
    "timeouts": Key(_timeouts),
}
"""Keys of `ctscan.toml`; a dot stands between the name of a table and that of its key.

`wide_scope`, `search_people` and `ocsp` are consent, given once for commands that run unattended. With `wide_scope`,
a scope may have public suffixes and short names of organisations, which keep the data of many people. With
`search_people`, `scan --repository` may ask repositories for the single addresses of the scope, and they learn who
these people are. With `ocsp`, `status` may ask OCSP responders about certificates, and the CA learns whose certificate
is looked at.
"""
