"""Logs of any size, written to disk by several processes: 65,536 entries to a piece of work.

A log's `LogSpec` determines all its bytes. The tests' log builder makes the tree above the tiles, the proofs and the
signatures; it follows the recursive definitions of RFC 6962 and shares no code with `ctscan`. The builder takes the
roots of the tiles as its leaves. Its tree equals the tree of the entries, for RFC 6962 splits at powers of two.
"""

from __future__ import annotations

import hashlib
import json
import random
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from itertools import accumulate, chain
from multiprocessing import Pool
from pathlib import Path
from typing import Protocol

import deflate
from support.logs import EPOCH, WIDTH, LogBuilder, leaf_index_extension, tile_name, u16

from bench.certificates import FIELDS, Template, issuers, person_template, templates

PIECE = WIDTH * WIDTH  # entries that a level-1 tile authenticates
INTERVAL = 40  # ms between two entries
GZIP = 1  # level of libdeflate; tiles are about as large as in real logs, and made three times as fast as by zlib
_LETTERS = bytes(b"abcdefghijklmnopqrstuvwxyz0123456789"[octet % 36] for octet in range(256))
_SIZES = (*FIELDS.values(), 1, 1, 32)  # of the random octets of an entry: fields, template, minutes, label
_OFFSETS = tuple(accumulate(_SIZES, initial=0))
_NOISE = _OFFSETS[-1]


@dataclass(frozen=True, slots=True)
class LogSpec:
    """Description of a log. `people` in a thousand entries name an invented person."""

    name: str
    size: int
    people: int = 1
    seed: int = 1
    operator: str = "Example Operator"
    leaf_index: bool = True  # the extension of static-ct-api; RFC 6962 logs have none

    @property
    def hits(self) -> int:
        """Number of entries that name a person."""
        return -(-self.size * self.people // 1000)


@dataclass(frozen=True, slots=True)
class Made:
    """Entry: the TimestampedEntry, the submitted precertificate behind its length, the chain in both encodings."""

    leaf: bytes
    submitted: bytes
    template: Template


@dataclass(frozen=True, slots=True)
class Built:
    """Log on disk. `roots`: roots of its tiles of 256 entries; the last tile may be partial."""

    spec: LogSpec
    folder: Path
    roots: tuple[bytes, ...]

    def signer(self) -> LogBuilder:
        """Return the builder with the log's key and with a leaf for each tile."""
        builder = LogBuilder(self.spec.name, operator=self.spec.operator, leaf_index=self.spec.leaf_index)
        builder.hashes = list(self.roots)
        return builder

    def timestamp(self) -> int:
        """Return the timestamp of the tree head, in ms."""
        return EPOCH + INTERVAL * self.spec.size


# --- entries -------------------------------------------------------------------------------------------------------


@cache
def _day(number: int) -> tuple[bytes, bytes]:
    day = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=number)
    return day.strftime("%y%m%d").encode(), (day + timedelta(days=90)).strftime("%y%m%d").encode()


def _times(seconds: int) -> bytes:
    """Encode a Validity of 90 days, without its first header."""
    day, rest = divmod(seconds, 86_400)
    begin, end = _day(day)
    clock = b"%02d%02d%02dZ" % (rest // 3600, rest // 60 % 60, rest % 60)
    return begin + clock + b"\x17\x0d" + end + clock


def make_tile(spec: LogSpec, tile: int) -> Iterator[Made]:
    """Make the entries of a tile, in order."""
    noise = random.Random(spec.seed << 40 | tile).randbytes(WIDTH * _NOISE)
    serial, _, _, key, modulus, key_id, signature, rsa, person, kind, minute, label, _ = _OFFSETS
    known, named, people = templates(), person_template(), spec.people
    start = tile * WIDTH
    for index in range(start, min(start + WIDTH, spec.size)):
        octets = noise[(index - start) * _NOISE : (index - start + 1) * _NOISE]
        template = named if index * people % 1000 < people else known[octets[kind]]
        when = EPOCH + INTERVAL * index
        values = (
            octets[serial : serial + 17],
            _times(when // 1000 - 60 * octets[minute]),
            octets[label : label + template.host].translate(_LETTERS),
            octets[key:modulus],
            octets[modulus:key_id],
            octets[key_id:signature],
            octets[signature:rsa],
            octets[rsa:person],
            b"%010d" % index,
        )
        extensions = u16(leaf_index_extension(index)) if spec.leaf_index else b"\0\0"
        leaf = struct.pack(">QH", when, 1) + template.leaf % template.pick(values) + extensions
        yield Made(leaf, template.submitted % template.pick_submitted(values), template)


# --- the tree ------------------------------------------------------------------------------------------------------


def node(left: bytes, right: bytes) -> bytes:
    """Hash an inner node (RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaf_hashes(made: Iterable[Made]) -> list[bytes]:
    """Hash leaves (RFC 6962 section 2.1): a leaf is version and type, two zeros, and the TimestampedEntry."""
    return [hashlib.sha256(b"\0\0\0" + each.leaf).digest() for each in made]


def root_of(hashes: list[bytes]) -> bytes:
    """Compute the root over nodes, which mustn't be empty: hash pairs from the left, move an odd last node up."""
    while len(hashes) > 1:
        pairs = zip(hashes[::2], hashes[1::2], strict=False)
        hashes = [node(*pair) for pair in pairs] + (hashes[-1:] if len(hashes) % 2 else [])
    return hashes[0]


# --- files ---------------------------------------------------------------------------------------------------------


def write(path: Path, body: bytes) -> None:
    """Write a file and its folders."""
    try:
        path.write_bytes(body)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)


Piece = tuple[LogSpec, int]
"""Piece of work: a log, and the index of a level-1 tile, which authenticates 65,536 entries."""


class Form(Protocol):
    """Layout of a log in files."""

    def write_tile(self, folder: Path, tile: int, made: list[Made], hashes: list[bytes]) -> None:
        """Write 256 entries, or fewer at the end; `hashes` are their leaf hashes."""
        ...

    def publish(self, log: Built) -> None:
        """Write the tree above the entries, and the signed tree head."""
        ...


def build(specs: list[LogSpec], folder: Path, processes: int, form: Form) -> list[Built]:
    """Write logs, each into a folder of its name."""
    work = [(spec, piece) for spec in specs for piece in range(-(-spec.size // PIECE))]
    templates(), person_template()  # cached before the pool starts
    found: dict[str, list[bytes]] = {spec.name: [] for spec in specs}
    for (spec, _), roots in zip(work, _written(folder, form, work, processes), strict=True):
        found[spec.name] += roots
    built = [Built(spec, folder / spec.name, tuple(found[spec.name])) for spec in specs]
    for log in built:
        form.publish(log)
    return built


def _written(folder: Path, form: Form, work: Iterable[Piece], processes: int) -> Iterator[list[bytes]]:
    """Write the pieces, and yield the roots of each piece's tiles."""
    write_piece = partial(_write_piece, folder, form)
    if processes < 2:
        yield from map(write_piece, work)
        return
    with Pool(processes) as pool:  # `with` terminates the pool, also after an error
        yield from pool.imap(write_piece, work)


def _write_piece(folder: Path, form: Form, work: Piece) -> list[bytes]:
    """Write a piece, and return the roots of its tiles."""
    spec, piece = work
    roots = []
    end = min(spec.size, (piece + 1) * PIECE)
    for tile in range(piece * WIDTH, -(-end // WIDTH)):
        made = list(make_tile(spec, tile))
        hashes = leaf_hashes(made)
        form.write_tile(folder / spec.name, tile, made, hashes)
        roots.append(root_of(hashes))
    return roots


class StaticCt:
    """Tiles in the layout of the static-ct API; data tiles are gzip files."""

    def write_tile(self, folder: Path, tile: int, made: list[Made], hashes: list[bytes]) -> None:
        """Write a data tile and its level-0 tile."""
        parts = chain.from_iterable((each.leaf, each.submitted, each.template.fingerprints) for each in made)
        write(folder / tile_name("data", tile, len(made)), bytes(deflate.gzip_compress(b"".join(parts), GZIP)))
        write(folder / tile_name(0, tile, len(made)), b"".join(hashes))

    def publish(self, log: Built) -> None:
        """Write the upper hash tiles, issuers, `log.v3.json` and the checkpoint."""
        _write_upper_tiles(log)
        signer = log.signer()
        for fingerprint, der in issuers().items():
            write(log.folder / "issuer" / fingerprint.hex(), der)
        write(log.folder / "log.v3.json", json.dumps(signer.list_entry(f"https://{signer.origin}/")).encode())
        head = signer.checkpoint(log.spec.size, root=signer.root(len(log.roots)), timestamp=log.timestamp())
        write(log.folder / "checkpoint", head)


STATIC_CT = StaticCt()


def _write_upper_tiles(log: Built) -> None:
    """Write the hash tiles from level 1 on."""
    level, hashes = 1, list(log.roots[: log.spec.size // WIDTH])
    while hashes:
        for index in range(-(-len(hashes) // WIDTH)):
            some = hashes[index * WIDTH : (index + 1) * WIDTH]
            write(log.folder / tile_name(level, index, len(some)), b"".join(some))
        whole = len(hashes) // WIDTH
        level, hashes = level + 1, [root_of(hashes[i * WIDTH : (i + 1) * WIDTH]) for i in range(whole)]


def shorter(log: Built, size: int, name: str) -> Built:
    """Publish the log as of `size` entries, a multiple of 256: data and level-0 tiles are shared by links."""
    if size % WIDTH or size > log.spec.size:
        raise ValueError(f"a shorter log of {size} entries: expected a multiple of {WIDTH} up to {log.spec.size}")
    short = Built(replace(log.spec, size=size), log.folder.parent / name, log.roots[: size // WIDTH])
    (short.folder / "tile").mkdir(parents=True)
    for kind in ("data", "0"):
        (short.folder / "tile" / kind).symlink_to(log.folder.resolve() / "tile" / kind)
    STATIC_CT.publish(short)
    return short
