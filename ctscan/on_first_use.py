"""Things that are made when they are first used, so that a command pays for nothing that it doesn't use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def names_of(package: str, modules: Mapping[str, str]) -> Callable[[str], Any]:
    """Make the `__getattr__` of a package that offers names of its modules (PEP 562): a module is imported when one of
    its names is asked for first. Type checkers read the imports that stand beside the table.

    Args:
        package: name of the package.
        modules: names that each module defines, with blanks between them, by the name of the module in the package.
    """
    places = {name: f"{package}.{module}" for module, names in modules.items() for name in names.split()}

    def find(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = getattr(import_module(places[name]), name)
        setattr(import_module(package), name, found)  # the next access finds it without a call
        return found

    return find
