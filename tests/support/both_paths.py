"""Comparison of the core in machine code with the reference: the same octets through both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from support.logs import leaf_index_extension, timestamped_precert, timestamped_x509, u16, u24

from ctscan.ct.merkle import batch_hashes, tile_root
from ctscan.ct.wire import cut_get_entries, cut_tile
from ctscan.errors import CutError, FormatError
from ctscan.model import Batch
from ctscan.native_core import CORE, Core, is_of
from ctscan.personal.prefilter.filter import Prefilter
from ctscan.x509.certificate import read_certificate, read_tbs

LOG_ID = b"\x01" * 32


def tile_entry(der: bytes, index: int, is_precert: bool) -> bytes:
    """Lay out an entry of a data tile."""
    extensions = leaf_index_extension(index)
    if not is_precert:
        return timestamped_x509(der, index, extensions) + u16(b"f" * 32)
    return timestamped_precert(der, b"k" * 32, index, extensions) + u24(b"submitted") + u16(b"")


def tile_of(ders: Sequence[bytes]) -> bytes:
    """Lay out each certificate as certificate and as TBSCertificate, in a data tile from entry 0 on."""
    return b"".join(tile_entry(der, 2 * i + kind, bool(kind)) for i, der in enumerate(ders) for kind in (0, 1))


def outcome(cut: Callable[[Core | None], Batch], core: Core | None) -> tuple[object, ...]:
    """Return the cut with its hashes and the root over them, as plain lists, or the refusal."""
    try:
        batch = cut(core)
    except CutError as error:
        return str(error), error.raw
    hashes = batch_hashes(batch, core)
    spans = [list(part) for part in (batch.leaves, batch.certs, batch.precerts, batch.extras)]
    return bytes(batch.data), bytes(batch.extra), bytes(batch.raw), batch.layout, spans, hashes, tile_root(hashes, core)


def check_tile(data: bytes, start: int, width: int) -> bool:
    """Cut a tile in both ways, assert that the outcome is the same, and return whether the core cut it."""
    assert CORE is not None

    def cut(core: Core | None) -> Batch:
        return cut_tile(data, LOG_ID, start, width, core)

    assert outcome(cut, CORE) == outcome(cut, None)
    return CORE.cut_tile(data, start, width) is not None


def check_answer(raw: bytes, asked: int, limit: int = 1 << 20) -> bool:
    """Cut an answer of get-entries in both ways, as `check_tile` does."""
    assert CORE is not None

    def cut(core: Core | None) -> Batch:
        return cut_get_entries(raw, LOG_ID, 0, asked, limit, core)

    assert outcome(cut, CORE) == outcome(cut, None)
    return CORE.cut_answer(raw, asked, limit) is not None


def candidates(batch: Batch, prefilter: Prefilter) -> Iterator[int]:
    """Yield the candidates in a batch to a prefilter that learns the issuer of each."""
    for i in prefilter.candidates(batch.data, batch.certs, batch.precerts):
        yield i
        start, end = batch.certs[i]
        with suppress(FormatError):
            read = read_tbs if batch.precerts[i] else read_certificate
            prefilter.learn_issuer(read(batch.data[start:end]).issuer.raw)


def check_candidates(data: bytes, width: int, domains: Sequence[str] = (), start: int = 0) -> list[int]:
    """Filter a tile in both ways, assert that the candidates are the same, and return them.

    The tile is filtered twice: with issuers that are learnt on the way, then with all of them known.
    """
    whole, plain = cut_tile(data, LOG_ID, start, width), cut_tile(data, LOG_ID, start, width, None)
    assert is_of(CORE, whole.certs)
    by_core, by_reference = Prefilter(domains, CORE), Prefilter(domains, None)
    for _ in range(2):
        found = list(candidates(whole, by_core))
        assert found == list(candidates(plain, by_reference))
    return found


def gives_the_same(der: bytes) -> bool:
    """Return whether both paths decide alike about a certificate, read as certificate and as TBSCertificate."""
    try:
        check_candidates(tile_of([der]), 2)
    except AssertionError:
        return False
    return True
