"""Values that are not shown where a structure is printed."""

from __future__ import annotations

from msgspec import Struct
from rich.pretty import pretty_repr

from ctscan.hidden_fields import repr_without


@repr_without("secret")
class Sealed(Struct, frozen=True):
    """Structure with a value that nobody is to see."""

    label: str
    secret: str = ""
    number: int = 0


def test_hidden_values_are_not_shown() -> None:
    assert repr(Sealed("a", "7-kestrel-1", 3)) == "Sealed(label='a', number=3)"
    assert "kestrel" not in f"{[Sealed('a', '7-kestrel-1')]}"


def test_rich_shows_them_as_little() -> None:
    """`rich` asks a structure for its fields before it asks for its `repr`: in a traceback, say."""
    assert pretty_repr([Sealed("a", "7-kestrel-1", 3)]) == "[Sealed(label='a', number=3)]"
