"""Settings of the user: `ctscan.toml`, the environment and the options of a command become a frozen `Config`.

An option wins over the environment, the environment over the file, the file over the default. An unknown key is an
error that names it: a setting without effect (a scope with a typing error, say) would make answers wrong. This module
checks the form of settings; `personal.scope` and `scan` give scopes and logs their meaning.

Errors never repeat a value: a contact or a scope may be somebody's address.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from ctscan.config.keys import KEYS, Timeouts
from ctscan.config.setting_checks import advice, nearest, shown
from ctscan.errors import UsageError
from ctscan.model.alert_channel import AlertSettings
from ctscan.model.keep import Keep, KeepKind

if TYPE_CHECKING:
    from ctscan.config.metrics_checks import ListenAddress
    from ctscan.config.setting_checks import Settings
    from ctscan.model.alert_channel import ChannelSettings
    from ctscan.model.controller import Controller
    from ctscan.model.exposure import Ignored
    from ctscan.model.mail import MailSettings

FILE_NAME = "ctscan.toml"
PREFIX = "CTSCAN_"
FILE_LIMIT = 1 << 20  # bytes; a configuration is a page of text
PATHS = (
    "db", "log_key", "audit_path", "key_file", "scope_file", "index_key_file", "suppressions",
)  # fmt: skip  # `db` may be a URL
RECORDED = (
    "db", "log_lists", "logs", "scope", "scope_file", "everything", "wide_scope", "purpose", "repositories",
    "search_people", "retention", "keep", "controller", "heads_to", "alerts",
)  # fmt: skip
"""Settings that decide what is read, kept and answered, and on whose behalf: their change is an event of the trail."""
OWN_VARIABLES = (
    "CTSCAN_CONFIG",
    "CTSCAN_LOG_LEVEL",
    "CTSCAN_CERTSPOTTER_TOKEN",
    "CTSCAN_CENSYS_TOKEN",
    "CTSCAN_CENSYS_ORGANISATION",
    "CTSCAN_MAIL_PASSWORD",
)
"""Environment variables that are no keys of the file. Only variables hold tokens of repositories and passwords."""
ALERT_SECRET = "CTSCAN_ALERT_SECRET_"  # noqa: S105 - the beginning of variables, no value
"""Beginning of the environment variables with the secrets of channels of alerts."""


class Config(Struct, frozen=True):
    """Every setting, checked. `start` is the key `from`; `path` is the file that was read, or None.

    `scope`, `logs` and `start` are as given: `personal.scope` and `scan` interpret them. None means "not given".
    """

    path: Path | None = None
    contact: str | None = None
    db: str = "ctscan.db"
    log_lists: tuple[str, ...] = ()  # none: Google's
    logs: tuple[str, ...] = ()
    log_key: str | None = None  # file: with `origin`, the key of a log in a folder that doesn't describe it
    origin: str | None = None
    start: str | None = None
    scope: tuple[str, ...] = ()
    scope_origin: str = "scope"  # the option, variable or key that gave `scope`
    scope_file: str | None = None
    wide_scope: bool = False  # consent: the scope may have public suffixes and short names of organisations
    everything: bool = False
    purpose: str = ""
    repositories: tuple[str, ...] = ()  # that `scan` asks besides the logs; --repository: instead of them
    search_people: bool = False  # consent: `scan` may ask them for single addresses
    ocsp: bool = False  # consent: CAs may be asked about certificates
    follow: bool = False
    jobs: int = 1
    format: str = "table"
    lang: str = "en"  # of tables
    stale_after: timedelta = timedelta(hours=24)
    quarantine_days: int = 30
    retention: str = ""  # in words
    keep: Keep = field(default_factory=Keep)
    keys: Mapping[str, Any] = field(default_factory=dict)  # `logs` and `log_lists` as file and environment give them
    witnesses: tuple[str, ...] = ()  # verifier keys (C2SP signed-note) of witnesses of checkpoints
    audit_path: str | None = None  # of the trail; None: the path of the index and ".audit"
    heads_to: tuple[str, ...] = ()  # further places for heads of the audit log
    recorded: tuple[tuple[str, Any], ...] = ()  # settings whose change the trail records, as file and environment say
    key_file: str | None = None  # None: the path of the index and ".key"
    suppressions: str | None = None  # None: the path of the index and ".suppressions"
    index_key_file: str | None = None  # None: the index is not encrypted
    tuning: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # overrides data/logs.toml, repositories
    timeouts: Timeouts = field(default_factory=Timeouts)
    controller: Controller | None = None  # as given: what a dossier or a letter needs, it asks for
    mail: MailSettings | None = None
    alerts: AlertSettings = field(default_factory=AlertSettings)
    metrics_listen: ListenAddress | None = None  # while following; None: no endpoint
    metrics_beyond_loopback: bool = False  # consent: other machines may see the metrics
    report_ignore: tuple[Ignored, ...] = ()  # data that a report of exposure counts apart

    @property
    def days_of_quarantine(self) -> int:
        """Days for which quarantined bytes are kept: by `[keep]`, else by `quarantine_days`."""
        period = self.keep.period(KeepKind.QUARANTINE)
        return self.quarantine_days if period is None else period.days


def load_config(options: Mapping[str, Any], environ: Mapping[str, str], directory: Path) -> Config:
    """Load the settings of a command.

    Args:
        options: options by name of a `Config` field (None, () and False are "not given"), and `config`, the path of the
            file.
        environ: environment variables.
        directory: base of relative paths in options and variables. Paths in the file are relative to the file.

    Raises:
        UsageError: an unknown key, or a value of another form.
    """
    path = find_file(options.get("config"), environ, directory)
    base = path.parent if path else directory
    settings: Settings = {"db": str(base / "ctscan.db")}
    file = _anchored(_read_file(path), base) if path else {}
    environment = _anchored(_read_environment(environ), directory)
    stated = file | environment
    keys = {name: value for name, value in stated.items() if name in ("logs", "log_lists") and value}
    recorded = tuple((name, _whole(stated[name])) for name in RECORDED if stated.get(name))
    layers = {str(path): file, "environment": environment, "command line": _anchored(_read_options(options), directory)}
    for where, layer in layers.items():
        settings = _with_scope_of(layer, where, settings) | layer
    return Config(path=path, keys=keys, recorded=recorded, **settings)


def _whole(value: Any) -> Any:
    """Return a setting with all that its change is noticed by: the options of channels aren't part of their text, since
    an address among them may be a secret."""
    return (value, tuple(one.options for one in value.channels)) if isinstance(value, AlertSettings) else value


def _with_scope_of(layer: Settings, where: str, settings: Settings) -> Settings:
    """Drop the scope of earlier layers where this layer gives one: `scope`, `scope_file` and `everything` are one
    setting in three keys."""
    has_terms = bool(layer.get("scope") or layer.get("scope_file"))
    if layer.get("everything") and has_terms:
        raise UsageError(f"{where}: expected everything or the terms of a scope, got both; leave one of the two out")
    if not has_terms and not layer.get("everything"):
        return settings
    origin = {"command line": "--scope", "environment": "CTSCAN_SCOPE"}.get(where, f"{where}: scope")
    rest = {name: value for name, value in settings.items() if name not in ("scope", "scope_file", "everything")}
    return rest | {"scope_origin": origin}


def load_settings(**options: Any) -> Config:
    """Load the settings of a command from its options, with the environment and working directory of the process."""
    return load_config(options, os.environ, Path.cwd())


def find_file(option: object, environ: Mapping[str, str], directory: Path) -> Path | None:
    """Find the configuration file: `--config`, else `CTSCAN_CONFIG`, else `ctscan.toml` in `directory` if it exists."""
    named = str(option or environ.get("CTSCAN_CONFIG") or "")
    path = directory / Path(named or FILE_NAME).expanduser()
    if path.is_dir():
        raise UsageError(f"configuration: expected a file at {path}, got a directory; give another with --config")
    if path.exists():
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
        table = tomllib.loads(raw.decode("utf-8-sig"))  # some editors begin a file with a byte order mark
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: expected UTF-8, got something else at byte {error.start}") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: expected TOML, got something else {_place(str(error))}; correct that line") from None
    return _checked(table, str(path))


def _place(message: str) -> str:
    """Extract line and column from a TOML error; its other words may repeat a value."""
    found = re.search(r"\((at [a-z0-9, ]+)\)\s*$", message)
    return found[1] if found else "in it"


def _checked(table: Mapping[str, Any], where: str) -> Settings:
    settings: Settings = {}
    for name, value in _flattened(table):
        key = KEYS.get(name)
        if key is None:
            raise UsageError(f"{where}: unknown key '{shown(name)}'; {advice(name, KEYS)}")
        settings[key.field or name] = key.check(value, f"{where}: {name}")
    return settings


def _flattened(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the keys of a file with their values; those of a table such as [audit] as `audit.path`."""
    tables = {name.split(".")[0] for name in KEYS if "." in name}
    for name, value in table.items():
        if name in tables and isinstance(value, dict):
            yield from ((f"{name}.{key}", item) for key, item in value.items())
        else:
            yield name, value


def _read_environment(environ: Mapping[str, str]) -> Settings:
    known = {variable: name for name, key in KEYS.items() if key.parse for variable in variables_of(name)}
    settings: Settings = {}
    for variable, text in environ.items():
        is_own = variable in OWN_VARIABLES or variable.startswith(ALERT_SECRET)
        if not variable.startswith(PREFIX) or is_own or not text.strip():
            continue
        if variable not in known:
            _refuse_slip(variable, known)
            continue
        key = KEYS[known[variable]]
        assert key.parse is not None  # noqa: S101 - narrows the type; `known` holds no others
        settings[key.field or known[variable]] = key.check(key.parse(text.strip(), variable), variable)
    return settings


def variables_of(name: str) -> tuple[str, ...]:
    """Name the environment variables of a key, and of its option where the option has another name."""
    variable = f"{PREFIX}{KEYS[name].variable or name.upper().replace('.', '_')}"
    return (variable, "CTSCAN_LOG") if name == "logs" else (variable,)


def _refuse_slip(variable: str, known: Iterable[str]) -> None:
    """Refuse a variable that looks like a typing error. Other variables that begin with CTSCAN_ have another purpose:
    container platforms set CTSCAN_PORT and the like for a service of that name."""
    found = nearest(variable.removeprefix(PREFIX), (name.removeprefix(PREFIX) for name in known), cutoff=0.8)
    if found:
        raise UsageError(f"environment: unknown variable {shown(variable)}; did you mean {PREFIX}{found}?")


def _read_options(options: Mapping[str, Any]) -> Settings:
    given = {name: value for name, value in options.items() if name != "config" and value not in (None, (), False)}
    names = {key.field or name: name for name, key in KEYS.items()}
    return {field: _checked_option(names[field], value) for field, value in given.items()}


def _checked_option(name: str, value: Any) -> Any:
    if name == "format":
        return value  # each command has its own choices, and the command line has checked them
    option = {"logs": "--log", "repositories": "--repository"}.get(name, "--" + name.replace("_", "-"))
    return KEYS[name].check(list(value) if isinstance(value, tuple) else value, option)


def _anchored(settings: Settings, directory: Path) -> Settings:
    """Make paths absolute; URLs stay."""
    places = {name: settings[name] for name in PATHS if name in settings}
    anchored: Settings = {name: _anchored_path(text, directory) for name, text in places.items()}
    if log_lists := settings.get("log_lists"):
        anchored["log_lists"] = tuple(_anchored_path(place, directory) for place in log_lists)
    if heads_to := settings.get("heads_to"):
        anchored["heads_to"] = tuple(_anchored_place(place, directory) for place in heads_to)
    controller = settings.get("controller")
    if controller is not None and controller.letterhead:
        letterhead = str(directory / Path(controller.letterhead).expanduser())
        anchored["controller"] = replace(controller, letterhead=letterhead)
    alerts = settings.get("alerts")
    if alerts is not None:
        channels = tuple(_anchored_channel(channel, directory) for channel in alerts.channels)
        anchored["alerts"] = replace(alerts, channels=channels)
    return settings | anchored


def _anchored_channel(channel: ChannelSettings, directory: Path) -> ChannelSettings:
    """Make the paths among the options of a channel absolute; "-" is standard output."""
    options = ((name, _anchored_option(name, value, directory)) for name, value in channel.options)
    return replace(channel, options=tuple(options))


def _anchored_option(name: str, value: object, directory: Path) -> object:
    is_path = name in ("path", "program") or name.endswith("_file")
    return str(directory / Path(value).expanduser()) if is_path and isinstance(value, str) and value != "-" else value


def _anchored_path(text: str, directory: Path) -> str:
    return text if re.match(r"[a-z][a-z0-9+.-]+:", text) else str(directory / Path(text).expanduser())


def _anchored_place(place: str, directory: Path) -> str:
    """Make the path of a destination of heads absolute; `syslog` and URLs stay."""
    return place if re.match(r"syslog($|:)|[a-z]+://", place) else str(directory / Path(place).expanduser())
