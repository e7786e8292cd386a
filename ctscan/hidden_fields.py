"""Values that are not shown where a structure is printed, such as in a traceback or a log line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from msgspec import Struct

S = TypeVar("S", bound=Struct)


def repr_without(*hidden: str) -> Callable[[type[S]], type[S]]:
    """Decorate a structure: its `repr` leaves out fields, because they hold secrets or personal data.

    Args:
        hidden: names of the fields that are left out.
    """

    def told(value: Struct) -> Iterator[tuple[str, object]]:
        return ((name, getattr(value, name)) for name in value.__struct_fields__ if name not in hidden)

    def shown(value: Struct) -> str:
        return f"{type(value).__name__}({', '.join(f'{name}={field!r}' for name, field in told(value))})"

    def decorate(kind: type[S]) -> type[S]:
        kind.__repr__ = shown  # type: ignore[method-assign, assignment]
        kind.__rich_repr__ = told  # type: ignore[method-assign, assignment]  # rich asks this first
        return kind

    return decorate
