"""Names of logs as people write them: a name or a part of it, an id (base64), an address. Pure."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import TypeVar

from ctscan.model import BasisLog, Log, SkippedLog

_AnyLog = TypeVar("_AnyLog", Log, BasisLog, SkippedLog)


def matching(name: str, logs: Sequence[_AnyLog], known: Mapping[bytes, Log] | None = None) -> list[_AnyLog]:
    """Find the logs that a name fits in full, else those that it is a part of. `known` has the addresses, by id, of
    logs that are no `Log`."""
    exact = [log for log in logs if is_named(name, log, (known or {}).get(log.id))]
    return exact or [log for log in logs if name.casefold().rstrip("/") in log.name.casefold()]


def is_named(name: str, log: Log | BasisLog | SkippedLog, known: Log | None = None) -> bool:
    """Return whether a name, an id or an address is that of a log, in full."""
    addressed = log if isinstance(log, Log) else known
    urls = (addressed.url, addressed.monitoring_url) if addressed else ()
    names = (log.name, base64.b64encode(log.id).decode(), *(url.rstrip("/") for url in urls if url))
    return name.casefold().rstrip("/") in {each.casefold() for each in names}
