"""Repositories that can be asked for certificates by what they hold: one file each, found by being here.

A module of this folder has `REPOSITORY`, the facts, and `open_source(opening)`, which asks nothing yet. What several
files share lies beside the folder.
"""

from __future__ import annotations

import asyncio
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Protocol, cast

from ctscan.errors import UsageError
from ctscan.http.client import Client
from ctscan.http.rate_limit import Sleep
from ctscan.model import Repository
from ctscan.sources import SearchSource


@dataclass(frozen=True, slots=True)
class Opening:
    """What a source is opened with. `url` and `rate` (requests a second) override what the file says; `environ` is
    where tokens come from. `progress` is told now and then what is being done, without anything of the question."""

    client: Client
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    url: str | None = None
    rate: float | None = None
    sleep: Sleep = asyncio.sleep
    progress: Callable[[str], None] = lambda _: None


class _Module(Protocol):
    """A file of this folder."""

    REPOSITORY: Repository

    def open_source(self, opening: Opening) -> SearchSource: ...


def repositories() -> tuple[Repository, ...]:
    """All that are known, by name."""
    return tuple(module.REPOSITORY for module in _modules())


def open_repository(name: str, opening: Opening) -> SearchSource:
    """Open a repository by its name. UsageError when there is none of that name, or what it needs is missing."""
    found = {module.REPOSITORY.name: module for module in _modules()}
    if name not in found:
        raise UsageError(f"repository: expected one of {', '.join(found)}, got something else; see 'ctscan sources'")
    return found[name].open_source(opening)


def _modules() -> list[_Module]:
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    modules = [cast(_Module, import_module(f"{__name__}.{name}")) for name in names]
    return sorted(modules, key=lambda module: module.REPOSITORY.name)
