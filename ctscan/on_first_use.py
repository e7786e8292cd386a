"""Things that are made when they are first used, so that a command pays for nothing that it doesn't use."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, AnyStr, Generic, cast


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


def late_pattern(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Make a regular expression that is compiled when it is first used; arguments as for `re.compile`.

    Compiling takes about 0.2 ms, and the rules have hundreds of expressions. A test compiles all of them.
    """
    return cast("re.Pattern[AnyStr]", LatePattern(pattern, flags))


_OFFERED = (
    "findall", "finditer", "flags", "fullmatch", "groupindex", "groups", "match", "scanner", "search", "split", "sub",
    "subn",
)  # fmt: skip
"""Attributes of a compiled expression, besides `pattern`."""


class LatePattern(Generic[AnyStr]):
    """Stand-in for a compiled expression. It takes over the methods of the expression once it is compiled, so that
    later calls cost as much as without it."""

    __slots__ = ("_flags", "pattern", *_OFFERED)

    def __init__(self, pattern: AnyStr, flags: int) -> None:
        self.pattern: AnyStr = pattern
        self._flags = flags

    @property
    def is_compiled(self) -> bool:
        """Whether the expression was used."""
        try:
            object.__getattribute__(self, "match")
        except AttributeError:
            return False
        return True

    def __getattr__(self, name: str) -> Any:  # called while a slot is empty
        compiled = re.compile(self.pattern, self._flags)
        for offered in _OFFERED:
            setattr(self, offered, getattr(compiled, offered))
        return getattr(compiled, name)
