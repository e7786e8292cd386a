"""Repositories that can be searched for certificates: a module or package each, found by its presence in this folder.

A module here has `REPOSITORY`, the facts, and `open_source(options)`, which sends nothing yet. Helpers shared by
several repositories lie beside this folder.
"""

from __future__ import annotations

import asyncio
import pkgutil
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from msgspec import Struct, field

from ctscan.errors import UsageError
from ctscan.hidden_fields import repr_without

if TYPE_CHECKING:
    from ctscan.http.client import Client
    from ctscan.http.rate_limit import Sleep
    from ctscan.model import Repository
    from ctscan.sources import SearchSource


@repr_without("environ")
class SourceOptions(Struct, frozen=True):
    """Options for opening a source. `url` and `rate` (requests a second) override the repository's defaults; tokens
    come from `environ`. `progress` receives texts for the user, without any part of the question."""

    client: Client
    environ: Mapping[str, str] = field(default_factory=dict)
    url: str | None = None
    rate: float | None = None
    sleep: Sleep = asyncio.sleep
    progress: Callable[[str], None] = lambda _: None


class _Module(Protocol):
    """Module of this folder."""

    REPOSITORY: Repository

    def open_source(self, options: SourceOptions) -> SearchSource: ...


def repositories() -> tuple[Repository, ...]:
    """Return all known repositories, sorted by name."""
    return tuple(module.REPOSITORY for module in _modules())


def open_repository(name: str, options: SourceOptions) -> SearchSource:
    """Open a repository by its name. Raises UsageError for an unknown name, or when a required setting is missing."""
    found = {module.REPOSITORY.name: module for module in _modules()}
    if name not in found:
        raise UsageError(f"repository: expected one of {', '.join(found)}, got something else; see 'ctscan sources'")
    return found[name].open_source(options)


def _modules() -> list[_Module]:
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    modules = [cast(_Module, import_module(f"{__name__}.{name}")) for name in names]
    return sorted(modules, key=lambda module: module.REPOSITORY.name)
