"""What the user has settled: `ctscan.toml`, the environment and the options of a command become one frozen `Config`.

An option wins over the environment, the environment over the file, the file over the default. A key that nobody knows
is an error that names it, because a setting that silently does nothing (a scope with a typing error, say) would make
the answers wrong. This module reads one file and nothing else; what a scope or a log *means* is for others to say.

Values are never repeated in an error: a contact or a scope may be somebody's address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ctscan.errors import UsageError

FILE_NAME = "ctscan.toml"
FORMATS = ("table", "json")
FILE_LIMIT = 1 << 20  # bytes; a configuration is a page of text
OWN_VARIABLES = ("CTSCAN_CONFIG", "CTSCAN_LOG_LEVEL")  # environment variables that are no keys of the file
NUMBER_LIMIT = 1_000_000  # no count, rate or number of seconds in a configuration is larger


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Patience, in seconds."""

    connect: float = 10.0
    read: float = 30.0
    give_up: float = 60.0  # of failures of one request; then the pass goes on without it


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting, checked. `start` is the key `from`; `path` the file that was read, if any.

    `scope`, `logs` and `start` are as given: `personal.scope` and `scan` say what they mean, and None is "not given".
    """

    path: Path | None = None
    contact: str | None = None
    db: str = "ctscan.db"
    log_list: str | None = None  # Google's
    logs: tuple[str, ...] = ()
    start: str | None = None
    scope: tuple[str, ...] = ()
    everything: bool = False
    purpose: str = ""
    follow: bool = False
    jobs: int = 1
    format: str = "table"
    stale_after: timedelta = timedelta(hours=24)
    quarantine_days: int = 30
    retention: str = ""
    tuning: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # what overrides data/logs.toml
    timeouts: Timeouts = Timeouts()


Settings = dict[str, Any]
"""Checked values by name of a `Config` field."""


def load_config(options: Mapping[str, Any], environ: Mapping[str, str], directory: Path) -> Config:
    """The settings for one command.

    `options` maps names of `Config` fields to what was given on the command line (None, () and False are "not given");
    `config` among them is the path of the file. Relative paths in the file are relative to the file, others to
    `directory`. Raises `UsageError`.
    """
    path = find_file(options.get("config"), environ, directory)
    base = path.parent if path else directory
    settings: Settings = {"db": str(base / "ctscan.db")}
    for layer in (
        _anchored(_read_file(path), base) if path else {},
        _anchored(_read_environment(environ), directory),
        _anchored(_read_options(options), directory),
    ):
        if "scope" in layer or "everything" in layer:  # one setting in two keys: the later layer replaces both
            settings.pop("scope", None)
            settings.pop("everything", None)
        settings |= layer
    return Config(path=path, **settings)


def find_file(option: object, environ: Mapping[str, str], directory: Path) -> Path | None:
    """The configuration file: `--config`, else `CTSCAN_CONFIG`, else `ctscan.toml` in `directory` if there is one."""
    named = str(option or environ.get("CTSCAN_CONFIG") or "")
    path = directory / Path(named or FILE_NAME).expanduser()
    if path.is_file():
        return path
    if named:
        raise UsageError(f"configuration: expected a file at {path}, found none; 'ctscan init' writes one")
    return None


# --- the three layers -----------------------------------------------------------------------------------------------


def _read_file(path: Path) -> Settings:
    import tomllib  # here, so that a command without a file doesn't pay for it

    try:
        with path.open("rb") as file:
            raw = file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}; check its permissions") from error
    if len(raw) > FILE_LIMIT:
        raise UsageError(f"{path}: expected at most {FILE_LIMIT} bytes of TOML, got more")
    try:
        table = tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: expected UTF-8, got something else at byte {error.start}") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: expected TOML, got something else {_place(str(error))}; correct that line") from None
    return _checked(table, str(path))


def _place(message: str) -> str:
    """Line and column of a TOML error, without the words around them, which may repeat a value."""
    found = re.search(r"\((at [a-z0-9, ]+)\)\s*$", message)
    return found[1] if found else "in it"


def _checked(table: Mapping[str, Any], where: str) -> Settings:
    settings: Settings = {}
    for name, value in table.items():
        key = KEYS.get(name)
        if key is None:
            raise UsageError(f"{where}: unknown key '{_shown(name)}'; {_advice(name, KEYS)}")
        settings[key.field or name] = key.check(value, f"{where}: {name}")
    return settings


def _read_environment(environ: Mapping[str, str]) -> Settings:
    known = {variable: name for name, key in KEYS.items() if key.parse for variable in variables_of(name)}
    settings: Settings = {}
    for variable, text in environ.items():
        if not variable.startswith("CTSCAN_") or variable in OWN_VARIABLES or not text.strip():
            continue
        if variable not in known:
            _refuse_slip(variable, known)
            continue
        key = KEYS[known[variable]]
        assert key.parse is not None  # noqa: S101 - narrows the type; `known` holds no others
        settings[key.field or known[variable]] = key.check(key.parse(text.strip(), variable), variable)
    return settings


def variables_of(name: str) -> tuple[str, ...]:
    """The environment variables of a key: that of the key, and that of the option where it is called otherwise."""
    variable = f"CTSCAN_{name.upper()}"
    return (variable, "CTSCAN_LOG") if name == "logs" else (variable,)


def _refuse_slip(variable: str, known: Iterable[str]) -> None:
    """What looks like a typing error is refused. Anything else that begins with CTSCAN_ isn't meant for us: container
    platforms set CTSCAN_PORT and the like for a service of that name."""
    nearest = _nearest(variable, known, cutoff=0.85)
    if nearest:
        raise UsageError(f"environment: unknown variable {_shown(variable)}; did you mean {nearest}?")


def _read_options(options: Mapping[str, Any]) -> Settings:
    given = {name: value for name, value in options.items() if name != "config" and value not in (None, (), False)}
    names = {key.field or name: name for name, key in KEYS.items()}
    return {field: _checked_option(names[field], value) for field, value in given.items()}


def _checked_option(name: str, value: Any) -> Any:
    option = "--log" if name == "logs" else "--" + name.replace("_", "-")
    return KEYS[name].check(list(value) if isinstance(value, tuple) else value, option)


def _anchored(settings: Settings, directory: Path) -> Settings:
    """The settings with paths made absolute; URLs stay."""
    places = {name: settings[name] for name in ("db", "log_list") if name in settings}
    return settings | {
        name: text if re.match(r"[a-z][a-z0-9+.-]+:", text) else str(directory / Path(text).expanduser())
        for name, text in places.items()
    }


# --- what was wrong, without repeating it ---------------------------------------------------------------------------


def _advice(name: str, known: Iterable[str]) -> str:
    nearest = _nearest(name, known, cutoff=0.6)
    return f"did you mean '{nearest}'?" if nearest else f"expected one of {', '.join(known)}"


def _nearest(name: str, known: Iterable[str], cutoff: float) -> str | None:
    from difflib import get_close_matches

    folded = {candidate.lower(): candidate for candidate in known}
    found = get_close_matches(name.lower().replace("-", "_"), folded, n=1, cutoff=cutoff)
    return folded[found[0]] if found else None


def _shown(name: str) -> str:
    """A key as it can be repeated on a terminal: a line of at most 60 plain characters."""
    return re.sub(r"[^\w .:-]", "?", name)[:60]


def _kind_of(value: object) -> str:
    """What a value is, in the words of TOML, and never the value."""
    if isinstance(value, str):
        return f"text of {len(value)} characters"
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

Check = Callable[[Any, str], Any]


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


def _contact(value: Any, where: str) -> str:
    """It goes into the User-Agent, which carries ASCII only."""
    text = _text(value, where)
    if text and (not text.isascii() or not re.search(r"[^@\s]@[^@\s]|^https?://[^\s/]", text)):
        raise _expected(
            where, "an e-mail address or an http(s) URL in ASCII, under which operators of logs reach you", value
        )
    return text


def _date_or_text(value: Any, where: str) -> str:
    """`from` may be a TOML date or number as well as text; `scan` reads it."""
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
    if value not in (*FORMATS, "jsonl"):
        raise _expected(where, " or ".join(f'"{name}"' for name in FORMATS), value)
    return str(value)


def _table(value: Any, where: str, checks: Mapping[str, Check]) -> Settings:
    if not isinstance(value, dict):
        raise _expected(where, "a table", value)
    for name in value:
        if name not in checks:
            raise UsageError(f"{where}: unknown key '{_shown(name)}'; {_advice(name, checks)}")
    return {name: checks[name](item, f"{where}.{name}") for name, item in value.items()}


def _tuning(value: Any, where: str) -> dict[str, Settings]:
    """What overrides `data/logs.toml`, by operator or log; see `sources.tuning.Tuning` for what the keys mean."""
    checks: dict[str, Check] = {
        "batch": _count(1, 100_000),
        "concurrency": _count(1, 64),
        "rate": _positive,
        "keep_alive": _flag,
        "tiles": _text,
    }
    if not isinstance(value, dict):
        raise _expected(where, 'tables such as [tuning."Name of an operator or log"]', value)
    return {name: _table(item, f'{where}."{_shown(name)}"', checks) for name, item in value.items()}


def _timeouts(value: Any, where: str) -> Timeouts:
    return Timeouts(**_table(value, where, {"connect": _positive, "read": _positive, "give_up": _positive}))


# --- text of an environment variable into the value that TOML would have given ---------------------------------------

Parse = Callable[[str, str], Any]


def _as_is(text: str, _where: str) -> str:
    return text


def _as_list(text: str, _where: str) -> list[str]:
    """Several are separated by `;` or a line break: a comma may be part of the name of an organisation."""
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
    """One key of `ctscan.toml`. `field` is its name in `Config` where that differs; a key without `parse` can't be
    given in the environment."""

    check: Check
    parse: Parse | None = None
    field: str = ""


KEYS: dict[str, Key] = {
    "contact": Key(_contact, _as_is),
    "db": Key(_filled, _as_is),
    "log_list": Key(_filled, _as_is),
    "logs": Key(_texts, _as_list),
    "from": Key(_date_or_text, _as_is, "start"),
    "scope": Key(_texts, _as_list),
    "everything": Key(_flag, _as_flag),
    "purpose": Key(_text, _as_is),
    "follow": Key(_flag, _as_flag),
    "jobs": Key(_count(1, 256), _as_count),
    "format": Key(_format, _as_is),
    "stale_after": Key(_duration, _as_is),
    "quarantine_days": Key(_count(0, 36_500), _as_count),
    "retention": Key(_text, _as_is),
    "tuning": Key(_tuning),
    "timeouts": Key(_timeouts),
}
"""Every key that `ctscan.toml` may hold."""
