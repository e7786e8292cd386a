"""Values that are not shown where a structure is printed."""

from __future__ import annotations

from msgspec import Struct

from ctscan.hidden_fields import repr_without


class Sealed(Struct, frozen=True):
    """Structure with a value that nobody is to see."""

    label: str
    secret: str = ""
    number: int = 0

    __repr__ = repr_without("secret")


def test_hidden_values_are_not_shown() -> None:
    assert repr(Sealed("a", "7-kestrel-1", 3)) == "Sealed(label='a', number=3)"
    assert "kestrel" not in f"{[Sealed('a', '7-kestrel-1')]}"
