"""Log protocols, one file each, found by being here; and the log lists that name logs.

The file of a protocol has `PROTOCOL`, the protocol by which log lists describe its logs, and `open_source(log, client,
tuning)`, which sends no request yet.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from ctscan.http.client import Client
    from ctscan.model import Log, LogProtocol
    from ctscan.sources import ProofSource, TileSource
    from ctscan.sources.logs.tuning import Tuning


class _Module(Protocol):
    """File of a protocol in this folder."""

    PROTOCOL: LogProtocol

    def open_source(self, log: Log, client: Client, tuning: Tuning) -> TileSource | ProofSource: ...


def open_log(log: Log, client: Client, tuning: Tuning) -> TileSource | ProofSource:
    """Open a log by its protocol, without a request. `tuning` bounds the requests under way, and learns from them."""
    return _protocols()[log.protocol].open_source(log, client, tuning)


@cache
def _protocols() -> Mapping[LogProtocol, _Module]:
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    modules = (import_module(f"{__name__}.{name}") for name in names)
    return {module.PROTOCOL: cast(_Module, module) for module in modules if hasattr(module, "PROTOCOL")}
