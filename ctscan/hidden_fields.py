"""Values that are not shown where a structure is printed, such as in a traceback or a log line."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct


def repr_without(*hidden: str) -> Callable[[Struct], str]:
    """Make the `__repr__` of a structure that leaves out fields, because they hold secrets or personal data.

    Args:
        hidden: names of the fields that are left out.
    """

    def shown(value: Struct) -> str:
        names = (name for name in value.__struct_fields__ if name not in hidden)
        return f"{type(value).__name__}({', '.join(f'{name}={getattr(value, name)!r}' for name in names)})"

    return shown
