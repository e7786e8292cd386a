"""RFC 6962 logs on disk: one file for each answer that a scan needs, for a static file server.

    <log>/get-sth
    <log>/get-entries/<start>-<end>                   by 256, from each multiple of 256; `end` is inclusive
    <log>/get-entry-and-proof/<index>-<tree size>     both sides of each multiple of 65,536, and the last entry
    <log>/get-sth-consistency/<first>-<tree size>     from each multiple of 65,536

RFC 6962 section 4 defines the calls; `serving` maps their arguments to these file names.
"""

from __future__ import annotations

import json
from binascii import b2a_base64
from collections.abc import Iterator
from pathlib import Path

from support.logs import WIDTH, LogBuilder

from bench.logs import PIECE, Built, LogSpec, Made, leaf_hashes, make_tile, write


def _base64(data: bytes) -> bytes:
    return b2a_base64(data, newline=False)


def _encoded(made: Made) -> bytes:
    """Encode the two members of an entry's JSON object."""
    leaf, extra = _base64(b"\0\0" + made.leaf), _base64(made.submitted + made.template.chain)
    return b'"leaf_input":"' + leaf + b'","extra_data":"' + extra + b'"'


class Rfc6962:
    """Answers of the RFC 6962 API."""

    def write_tile(self, folder: Path, tile: int, made: list[Made], hashes: list[bytes]) -> None:
        """Write the get-entries answer of a tile."""
        body = b'{"entries":[{' + b"},{".join(map(_encoded, made)) + b"}]}"
        start = tile * WIDTH
        write(folder / "get-entries" / f"{start}-{start + len(made) - 1}", body)

    def publish(self, log: Built) -> None:
        """Write the signed tree head and the proofs."""
        signer, size = log.signer(), log.spec.size
        head = signer.sth(size, root=signer.root(len(log.roots)), timestamp=log.timestamp())
        write(log.folder / "get-sth", head)
        for index in _proven(size):
            write(log.folder / "get-entry-and-proof" / f"{index}-{size}", _entry_and_proof(log.spec, signer, index))
        for first in range(PIECE, size, PIECE):
            path = signer.consistency_path(first // WIDTH, len(log.roots))
            body = json.dumps({"consistency": [_base64(h).decode() for h in path]}).encode()
            write(log.folder / "get-sth-consistency" / f"{first}-{size}", body)


RFC_6962 = Rfc6962()


def _proven(size: int) -> Iterator[int]:
    """Yield the entries whose proofs a scan requests: ranges begin at a multiple of 65,536, or end before it."""
    bounds = range(PIECE, size, PIECE)
    yield from sorted({index for bound in bounds for index in (bound - 1, bound)} | {size - 1})


def _entry_and_proof(spec: LogSpec, signer: LogBuilder, index: int) -> bytes:
    """Return the JSON of get-entry-and-proof: the path leads up inside the tile first, then from tile to tile."""
    tile, at = divmod(index, WIDTH)
    made = list(make_tile(spec, tile))
    inside = LogBuilder(spec.name)
    inside.hashes = leaf_hashes(made)
    path = inside.inclusion_path(at, len(made)) + signer.inclusion_path(tile, len(signer.hashes))
    proof = json.dumps([_base64(h).decode() for h in path]).encode()
    return b"{" + _encoded(made[at]) + b',"audit_path":' + proof + b"}"
