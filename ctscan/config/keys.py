"""Keys of `ctscan.toml`: the check of a value, and the parser for the text of an environment variable.

Errors never repeat a value: a contact or a scope may be somebody's address. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ctscan.config.alert_checks import ALERTS, alerts
from ctscan.config.keep_checks import KEEP, keep
from ctscan.config.metrics_checks import listen_address
from ctscan.config.party_checks import CONTROLLER, MAIL, controller, mail
from ctscan.config.report_checks import ignore_list
from ctscan.config.setting_checks import (
    duration,
    filled_text,
    flag,
    line_of_text,
    positive_number,
    shown,
    table_of,
    text_list,
    unexpected,
    whole_number,
)
from ctscan.errors import UsageError
from ctscan.resources import languages

if TYPE_CHECKING:
    from ctscan.config.setting_checks import (
        Check,
        Settings,
    )

FORMATS = ("table", "json")

Parse = Callable[[str, str], Any]
"""Parser of an environment variable: takes its text and its place, returns the value that TOML would have given."""


class Timeouts(Struct, frozen=True):
    """Limits of patience, in seconds."""

    give_up: float = 60.0  # of failures of one request; then the pass goes on without it


# --- checks of single keys: a value from TOML, the environment or an option in, the value of the field out -----------


def _contact(value: Any, where: str) -> str | None:
    """Check a contact. The User-Agent carries it, so it has to be ASCII."""
    text = line_of_text(value, where)
    if text and (not text.isascii() or not re.search(r"[^@\s]@[^@\s]|^https?://[^\s/]", text)):
        raise unexpected(
            where, "an e-mail address or an http(s) URL in ASCII, under which operators of logs reach you", value
        )
    return text or None


def _url(value: Any, where: str) -> str:
    text = filled_text(value, where)
    if not re.match(r"[a-z][a-z0-9+.-]*://[^/]", text):
        raise unexpected(where, "a URL", value)
    return text


def _date_or_text(value: Any, where: str) -> str:
    """Check `from`: a TOML date, a number or text; `scan` interprets it."""
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return str(value)
    return filled_text(value, where)


def _terms(value: Any, where: str) -> tuple[str, ...]:
    """Check the terms of a scope; a bad term is named by its position, from 1."""
    if isinstance(value, list):
        return tuple(filled_text(item, f"{where}, term {number}") for number, item in enumerate(value, 1))
    return text_list(value, where)


def _vkeys(value: Any, where: str) -> tuple[str, ...]:
    """Check the form of verifier keys; `ct.cosignature` reads them."""
    for text in (found := text_list(value, where)):
        if not re.fullmatch(r"[^\s+]{1,1024}\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*", text):
            raise UsageError(
                f"{where}: expected verifier keys of witnesses (<name>+<8 hexadecimal digits>+<base64>, as their "
                f"operators publish them), got another text of {len(text)} characters"
            )
    return found


def _destinations(value: Any, where: str) -> tuple[str, ...]:
    """Check the destinations of heads: paths, `syslog`, `syslog:PATH` or `udp://HOST:PORT`."""
    for text in (found := text_list(value, where)):
        is_url = "://" in text
        if is_url and not re.fullmatch(r"udp://([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?", text):
            raise UsageError(
                f'{where}: expected paths of files, "syslog", "syslog:PATH" of a socket or "udp://HOST:PORT", got '
                f"another URL of {len(text)} characters"
            )
    return found


def _format(value: Any, where: str) -> str:
    if value not in FORMATS:
        raise unexpected(where, " or ".join(f'"{name}"' for name in FORMATS), value)
    return str(value)


def _language(value: Any, where: str) -> str:
    if value not in languages():
        raise unexpected(where, " or ".join(f'"{name}"' for name in languages()), value)
    return str(value)


KEYS_OF_TABLES: dict[str, dict[str, Check]] = {
    "tuning": {
        "batch": whole_number(1, 100_000),
        "concurrency": whole_number(1, 64),
        "rate": positive_number,
        "keep_alive": flag,
        "tiles": line_of_text,
        "url": _url,
    },
    "timeouts": {"give_up": positive_number},
    "keep": KEEP,
    "controller": CONTROLLER,
    "mail": MAIL,
    "alerts": ALERTS,
}
"""Keys inside the tables that are checked as a whole."""


def _tuning(value: Any, where: str) -> dict[str, Settings]:
    """Check overrides of `data/logs.toml`, by operator or log (see `sources.tuning.Tuning`); by repository `rate`, and
    `url` of another server."""
    if not isinstance(value, dict):
        raise unexpected(where, 'tables such as [tuning."Name of an operator, log or repository"]', value)
    return {name: table_of(item, f'{where}."{shown(name)}"', KEYS_OF_TABLES["tuning"]) for name, item in value.items()}


def _timeouts(value: Any, where: str) -> Timeouts:
    return Timeouts(**table_of(value, where, KEYS_OF_TABLES["timeouts"]))


# --- text of an environment variable into the value that TOML would have given ---------------------------------------


def _as_is(text: str, _where: str) -> str:
    return text


def _as_list(text: str, _where: str) -> list[str]:
    """Split at `;` or line breaks: a comma may be part of the name of an organisation."""
    return [item.strip() for item in re.split(r"[;\n]", text) if item.strip()]


def _as_flag(text: str, where: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in words:
        raise unexpected(where, "1 or 0, true or false, yes or no", text)
    return words[text.lower()]


def _as_count(text: str, where: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise unexpected(where, "a whole number", text)
    return int(text)


class Key(Struct, frozen=True):
    """Key of `ctscan.toml`. `field` is its name in `Config` where that differs; a key without `parse` has no
    environment variable. `variable` is that variable without its prefix, where it isn't the name in capitals."""

    check: Check
    parse: Parse | None = None
    field: str = ""
    variable: str = ""


KEYS: dict[str, Key] = {
    "contact": Key(_contact, _as_is),
    "db": Key(filled_text, _as_is),
    "log_list": Key(text_list, _as_list, "log_lists"),
    "logs": Key(text_list, _as_list),
    "log_key": Key(filled_text, _as_is),
    "origin": Key(line_of_text, _as_is),
    "from": Key(_date_or_text, _as_is, "start"),
    "scope": Key(_terms, _as_list),
    "scope_file": Key(filled_text, _as_is),
    "wide_scope": Key(flag, _as_flag),
    "everything": Key(flag, _as_flag),
    "purpose": Key(line_of_text, _as_is),
    "repositories": Key(text_list, _as_list),
    "search_people": Key(flag, _as_flag),
    "ocsp": Key(flag, _as_flag),
    "follow": Key(flag, _as_flag),
    "jobs": Key(whole_number(1, 256), _as_count),
    "format": Key(_format, _as_is),
    "lang": Key(_language, _as_is),
    "stale_after": Key(duration, _as_is),
    "quarantine_days": Key(whole_number(0, 36_500), _as_count),
    "retention": Key(line_of_text, _as_is),
    "witnesses": Key(_vkeys, _as_list),
    "audit.path": Key(filled_text, _as_is, "audit_path"),
    "audit.heads_to": Key(_destinations, _as_list, "heads_to"),
    "privacy.key_file": Key(filled_text, _as_is, "key_file", "KEY_FILE"),
    "privacy.suppressions": Key(filled_text, _as_is, "suppressions", "SUPPRESSIONS"),
    "index.key_file": Key(filled_text, _as_is, "index_key_file"),
    "tuning": Key(_tuning),
    "timeouts": Key(_timeouts),
    "keep": Key(keep),
    "controller": Key(controller),
    "metrics.listen": Key(listen_address, _as_is, "metrics_listen"),
    "metrics.beyond_loopback": Key(flag, _as_flag, "metrics_beyond_loopback"),
    "report.ignore": Key(ignore_list, None, "report_ignore"),
    "mail": Key(mail),
    "alerts": Key(alerts),
}
"""Keys of `ctscan.toml`; a dot stands between the name of a table and that of its key.

`wide_scope`, `search_people` and `ocsp` are consent, given once for commands that run unattended. With `wide_scope`,
a scope may have public suffixes and short names of organisations, which keep the data of many people. With
`search_people`, `scan --repository` may ask repositories for the single addresses of the scope, and they learn who
these people are. With `ocsp`, `status` may ask OCSP responders about certificates, and the CA learns whose certificate
is looked at.
"""
