"""Core of the hot loop in machine code, where the distribution `ctscan-native` is installed; chosen once, at import.

Nothing depends on the core: `ct/wire.py`, `ct/merkle.py` and `personal/prefilter/` are the reference. A function of the
core returns None where it is unsure, and the reference reads the same octets again and explains.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

if TYPE_CHECKING:  # `--version` loads this module and nothing else
    from ctscan.model import Octets, Span

INTERFACE: Final = 2
"""Number of the functions below; a core with another number isn't used."""

CutSpans: TypeAlias = "tuple[Sequence[Span], Sequence[Span], bytes, Sequence[Span]]"
"""Spans of leaves, certificates and extra data as sequences of the core, with an octet of 0 or 1 for each precert."""


class CoreFilter(Protocol):
    """Filter of certificates that drops only what the reference drops, by the issuers that it was told."""

    def learn_issuer(self, name: bytes) -> None: ...

    def forget_issuers(self) -> None: ...

    def next_unsure(self, data: Octets, spans: Sequence[Span], precerts: Sequence[bool], at: int) -> int: ...


class Core(Protocol):
    """Functions of the core. All release the lock of the interpreter while they work."""

    __version__: str
    INTERFACE: int
    Spans: type

    def Filter(self, people: Sequence[bytes], domains: Sequence[str]) -> CoreFilter: ...  # noqa: N802  a class

    def gunzip(self, packed: bytes, limit: int) -> Octets | None: ...

    def cut_tile(self, data: Octets, start: int, width: int) -> CutSpans | None: ...

    def cut_answer(self, raw: bytes, asked: int, extra_limit: int) -> tuple[Octets, CutSpans] | None: ...

    def leaf_hashes(self, data: Octets, spans: Sequence[Span]) -> list[bytes] | None: ...

    def row_above(self, hashes: Sequence[bytes]) -> list[bytes] | None: ...

    def subtree_root(self, hashes: Sequence[bytes]) -> bytes | None: ...


def _installed() -> Core | None:
    try:
        import ctscan_native
    except ImportError:
        return None
    core: Core = ctscan_native
    return core if core.INTERFACE == INTERFACE else None


CORE: Final = _installed()
"""The core; None: only the reference is there."""


def is_of(core: Core | None, spans: Sequence[Span]) -> bool:
    """Return whether the spans were made by the core, which reads only its own."""
    return core is not None and isinstance(spans, core.Spans)


def unsure(found: CoreFilter, data: Octets, spans: Sequence[Span], precerts: Sequence[bool]) -> Iterator[int]:
    """Yield the positions in `spans` that the filter doesn't drop by what it knows when it comes to them."""
    at = found.next_unsure(data, spans, precerts, 0)
    while at < len(spans):
        yield at
        at = found.next_unsure(data, spans, precerts, at + 1)
