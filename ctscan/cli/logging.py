"""Log lines on stderr: JSON where a machine reads them, short lines on a terminal, and never personal data.

Commands that work for long set the log up (`scan`, `demo`); shorter commands print on stdout, and errors on stderr.
The loggers of libraries are off: httpx writes whole URLs, asyncio whole tracebacks. structlog takes 60 ms to load, so
that it is loaded for the first line that is shown.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, TextIO

from msgspec import Struct

from ctscan.errors import UsageError
from ctscan.privacy.redaction import one_line, safe_traceback, without_addresses
from ctscan.scan.events import HeadAccepted, LogDone, LogStarted, Progress, Waiting
from ctscan.views.endings import ending_text
from ctscan.views.text import ENGLISH, texts

if TYPE_CHECKING:
    from ctscan.scan.events import Emit, Event

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
QUIET = ("httpx", "httpcore", "aiosqlite", "asyncio", "psycopg")

PERSONAL_KEYS = frozenset({
    "account", "accounts", "address", "addresses", "attribute", "canonical", "common_name", "contact", "cn",
    "date_of_birth", "der", "email", "emails", "finding", "findings", "given_name", "identifier", "identifiers",
    "issuer", "key", "keys", "leaf", "mail", "match", "matches", "name_tokens", "names", "number", "numbers", "person",
    "phone", "phones", "pseudonym", "raw", "repaired", "san", "scope", "serial", "subject", "surname", "telephone",
    "text", "token", "tokens", "upn", "user", "username", "value", "values", "variants",
})  # fmt: skip
"""Keys of log lines whose values are never shown. The name of a log is not among them: it names no person."""


def set_up(verbose: int, environ: Mapping[str, str], stream: TextIO | None = None) -> None:
    """Set up the log of this process, which is written to `stream`, by default stderr.

    Args:
        verbose: number of --verbose options: warnings, info, debug.
        environ: environment variables; CTSCAN_LOG_LEVEL names the level where `verbose` is 0.
        stream: receiver of the lines.

    Raises:
        UsageError: CTSCAN_LOG_LEVEL is no level.
    """
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    _settings.level, _settings.stream = level_of(verbose, environ), stream
    if _settings.level <= LEVELS["info"]:
        _configure()


class _Settings(Struct):
    """Settings of the log of this process: the lowest level that is shown, and the receiver of lines."""

    level: int = LEVELS["warning"]
    stream: TextIO | None = None


_settings = _Settings()


def _configure() -> None:
    import structlog

    stream = _settings.stream
    is_terminal = (stream or sys.stderr).isatty()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%dT%H:%M:%SZ", utc=True),
            hide_personal_data,
            short_line if is_terminal else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_settings.level),
        logger_factory=lambda *_: _Writer(stream),
        cache_logger_on_first_use=False,
    )


class Log:
    """Log of this process, for the levels that ctscan writes at."""

    def debug(self, event: str, **values: Any) -> None:
        """Log an event that only helps to find a fault."""
        self._line("debug", event, values)

    def info(self, event: str, **values: Any) -> None:
        """Log an event."""
        self._line("info", event, values)

    def _line(self, level: str, event: str, values: Mapping[str, Any]) -> None:
        if LEVELS[level] >= _settings.level:
            import structlog

            getattr(structlog.get_logger(), level)(event, **values)


def level_of(verbose: int, environ: Mapping[str, str]) -> int:
    """Return the number of the lowest level that is shown."""
    if verbose:
        return LEVELS["info"] if verbose == 1 else LEVELS["debug"]
    name = environ.get("CTSCAN_LOG_LEVEL", "").strip().lower() or "warning"
    if name not in LEVELS:
        length = f"{len(name)} character{'' if len(name) == 1 else 's'}"
        raise UsageError(f"CTSCAN_LOG_LEVEL: expected one of {', '.join(LEVELS)}, got text of {length}")
    return LEVELS[name]


def logged(emit: Emit) -> Emit:
    """Write a log line for each event before `emit` receives it.

    Tree heads and passes over a log are logged at info, committed batches at debug.
    """
    log = Log()
    names: dict[bytes, str] = {}

    def receive(event: Event) -> None:
        match event:
            case HeadAccepted(name, head):
                log.info("tree head", log=name, size=head.size, root=head.root.hex(), timestamp_ms=head.timestamp)
            case LogStarted(log_id, name, entries):
                names[log_id] = name
                log.info("log started", log=name, entries=entries)
            case Progress(log_id, entries, position, found) if entries:
                name = names.get(log_id, "")
                log.debug("batch committed", log=name, entries=entries, position=position, found=found)
            case Waiting(_, name, attempt) if attempt > 1:
                log.info("request repeated", log=name, attempt=attempt)
            case LogDone(outcome):
                said = ending_text(outcome.message, outcome.notes, outcome.gaps, texts(ENGLISH))
                log.info("log done", log=outcome.name, outcome=str(outcome.status), message=said)
        emit(event)

    return receive


class _Writer:
    """structlog logger that looks stderr up for each line: progress bars replace stderr while they are shown."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def msg(self, line: str) -> None:
        stream = self._stream or sys.stderr
        stream.write(line + "\n")
        stream.flush()

    log = debug = info = warning = error = critical = msg


def hide_personal_data(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide the values of personal keys, replace addresses in other values, and reduce an exception to its frames
    without its message (a structlog processor)."""
    error = event.pop("exc_info", None)
    if error:
        event["exception"] = safe_traceback(_exception(error))
    return {str(key): "<hidden>" if key in PERSONAL_KEYS else _hidden(value) for key, value in event.items()}


def _exception(given: object) -> BaseException:
    """Find the exception in `exc_info`: an exception, a triple of sys.exc_info(), or True, as in logging."""
    if isinstance(given, BaseException):
        return given
    found = given[1] if isinstance(given, tuple) else sys.exc_info()[1]
    return found if isinstance(found, BaseException) else RuntimeError("no exception")


def _hidden(value: Any) -> Any:
    """Replace addresses in a value, at any depth; other objects than plain values become the name of their class."""
    if isinstance(value, str):
        return without_addresses(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(k): "<hidden>" if k in PERSONAL_KEYS else _hidden(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_hidden(item) for item in value]
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    return f"<{type(value).__name__}>"


def short_line(_logger: object, _method: str, event: Mapping[str, Any]) -> str:
    """Render an event as `2026-11-30T12:03:04Z info tree head size=1000 log=…` (a structlog renderer)."""
    rest = dict(event)
    head = f"{rest.pop('timestamp', '')} {rest.pop('level', '')} {one_line(str(rest.pop('event', '')))}"
    trace = str(rest.pop("exception", ""))
    line = " ".join([head, *(f"{key}={one_line(str(value))}" for key, value in rest.items())])
    return f"{line}\n{trace.rstrip()}" if trace else line
