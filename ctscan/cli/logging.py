"""Log lines on stderr: JSON where a machine reads them, short lines on a terminal, and never personal data.

Set up by the commands that work for long (`scan`, `demo`); the others say what they have to say on stdout or in an
error. The loggers of libraries are off: httpx writes whole URLs, asyncio whole tracebacks.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog

from ctscan.errors import UsageError
from ctscan.model import TreeHead
from ctscan.privacy.redaction import one_line, safe_traceback, without_addresses
from ctscan.scan.request import LogOutcome, Reporter

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
QUIET = ("httpx", "httpcore", "aiohttp", "aiosqlite", "asyncio", "psycopg")

PERSONAL_KEYS = frozenset({
    "account", "accounts", "address", "addresses", "attribute", "canonical", "common_name", "contact", "cn",
    "date_of_birth", "der", "email", "emails", "finding", "findings", "given_name", "identifier", "identifiers",
    "issuer", "key", "keys", "leaf", "mail", "match", "matches", "name_tokens", "names", "number", "numbers", "person",
    "phone", "phones", "pseudonym", "raw", "repaired", "san", "scope", "serial", "subject", "surname", "telephone",
    "text", "token", "tokens", "upn", "user", "username", "value", "values", "variants",
})  # fmt: skip
"""Keys of log lines whose values are never shown, whatever they hold. The name of a log is no name of a person."""


def set_up(verbose: int, environ: Mapping[str, str], stream: TextIO | None = None) -> None:
    """Configure structlog for this process, writing to `stream` (stderr). `verbose` counts --verbose: warnings, info,
    debug; without it CTSCAN_LOG_LEVEL says. UsageError when that is no level."""
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    is_terminal = (stream or sys.stderr).isatty()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            hide_personal_data,
            short_line if is_terminal else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level_of(verbose, environ)),
        logger_factory=lambda *_: _Writer(stream),
        cache_logger_on_first_use=False,
    )


def level_of(verbose: int, environ: Mapping[str, str]) -> int:
    """The least important level that is shown."""
    if verbose:
        return LEVELS["info"] if verbose == 1 else LEVELS["debug"]
    name = environ.get("CTSCAN_LOG_LEVEL", "").strip().lower() or "warning"
    if name not in LEVELS:
        raise UsageError(f"CTSCAN_LOG_LEVEL: expected one of {', '.join(LEVELS)}, got text of {len(name)} characters")
    return LEVELS[name]


class LoggingReporter:
    """A `scan.Reporter` that writes a log line for what it hears and passes it on: a line for each tree head and
    each pass over a log at info, one for each committed batch at debug."""

    def __init__(self, shown: Reporter) -> None:
        self._shown = shown
        self._log = structlog.get_logger()
        self._names: dict[bytes, str] = {}

    def tree_head(self, name: str, head: TreeHead) -> None:
        """Called by the scan; see `scan.Reporter`."""
        self._log.info("tree head", log=name, size=head.size, root=head.root.hex(), timestamp_ms=head.timestamp)
        self._shown.tree_head(name, head)

    def log_started(self, log_id: bytes, name: str, entries: int) -> None:
        """Called by the scan; see `scan.Reporter`."""
        self._names[log_id] = name
        self._log.info("log started", log=name, entries=entries)
        self._shown.log_started(log_id, name, entries)

    def advanced(self, log_id: bytes, entries: int, position: int, found: int) -> None:
        """Called by the scan; see `scan.Reporter`."""
        name = self._names.get(log_id, "")
        if entries:
            self._log.debug("batch committed", log=name, entries=entries, position=position, found=found)
        self._shown.advanced(log_id, entries, position, found)

    def log_done(self, outcome: LogOutcome) -> None:
        """Called by the scan; see `scan.Reporter`."""
        self._log.info("log done", log=outcome.name, outcome=str(outcome.ending), message=outcome.message)
        self._shown.log_done(outcome)

    def notice(self, text: str) -> None:
        """Called by the scan; see `scan.Reporter`."""
        self._shown.notice(text)


class _Writer:
    """A structlog logger that writes lines to stderr as it is now: the progress bars put themselves in between."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def msg(self, line: str) -> None:
        stream = self._stream or sys.stderr
        stream.write(line + "\n")
        stream.flush()

    log = debug = info = warning = error = critical = msg


def hide_personal_data(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog processor: hides the values of personal keys, replaces addresses in all others, and turns an
    exception into frames without its message."""
    error = event.pop("exc_info", None)
    if error:
        event["exception"] = safe_traceback(_exception(error))
    return {str(key): "<hidden>" if key in PERSONAL_KEYS else _hidden(value) for key, value in event.items()}


def _exception(given: object) -> BaseException:
    """What structlog and logging accept as `exc_info`: an exception, a triple of sys.exc_info(), or True."""
    if isinstance(given, BaseException):
        return given
    found = given[1] if isinstance(given, tuple) else sys.exc_info()[1]
    return found if isinstance(found, BaseException) else RuntimeError("no exception")


def _hidden(value: Any) -> Any:
    """The value with addresses replaced, at any depth; of anything but plain values only the class is told."""
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
    """structlog renderer: `12:03:04 info tree head size=1000 log=…`."""
    rest = dict(event)
    clock = str(rest.pop("timestamp", ""))[11:19]
    head = f"{clock} {rest.pop('level', '')} {one_line(str(rest.pop('event', '')))}"
    trace = str(rest.pop("exception", ""))
    line = " ".join([head, *(f"{key}={one_line(str(value))}" for key, value in rest.items())])
    return f"{line}\n{trace.rstrip()}" if trace else line
