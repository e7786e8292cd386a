"""Inclusion proofs as rows: the audit paths of one step together, each hash once. Pure functions, then functions of an
open transaction.

Audit paths to one tree head meet on their way to the root and end alike from there on (RFC 6962 section 2.1.1: leaf to
root). In the order of their indexes, a path shares with its predecessor everything that it shares with any earlier
path. Each path is therefore stored without the hashes at its end that its predecessor has too: 8 hashes instead of 30,
in a log of a thousand million entries with one hit in a hundred.
"""

# ruff: noqa: S608 - statements contain question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from ctscan.errors import IndexFault
from ctscan.index.sqlite import logs, rows
from ctscan.index.sqlite.rows import placeholders
from ctscan.model.hashes import HASH_SIZE, split_hashes

if TYPE_CHECKING:
    from ctscan.model import InclusionProof, TreeHead

_AT_ONCE = 500


def join(paths: Iterable[tuple[int, Sequence[bytes]]]) -> tuple[str, bytes]:
    """Join `(index, path)`, in the order of their indexes, to `(shape, hashes)`. The shape has three numbers for each
    path: its index, the number of its own hashes, and the number of hashes that it shares with the end of its
    predecessor."""
    shape: list[str] = []
    hashes: list[bytes] = []
    before: Sequence[bytes] = ()
    for index, path in paths:
        shared = _shared(before, path)
        own = len(path) - shared
        shape.append(f"{index} {own} {shared}")
        hashes += path[:own]
        before = path
    return " ".join(shape), b"".join(hashes)


def _shared(before: Sequence[bytes], path: Sequence[bytes]) -> int:
    """Count the hashes that two paths have in common at their ends."""
    count = 0
    for one, other in zip(reversed(before), reversed(path), strict=False):
        if one != other:
            break
        count += 1
    return count


def split(shape: str, hashes: bytes) -> Iterator[tuple[int, tuple[bytes, ...]]]:
    """Yield `(index, path)` of each joined path. IndexFault when shape and hashes don't fit together."""
    path: tuple[bytes, ...] = ()
    at = 0
    for index, own, shared in _numbers(shape):
        end = at + own * HASH_SIZE
        if end > len(hashes) or shared > len(path) or own < 0 or shared < 0:
            raise IndexFault("a kept inclusion proof is cut off; the index is damaged, restore it from a copy")
        path = (*split_hashes(hashes[at:end]), *path[len(path) - shared :])
        at = end
        yield index, path


def _numbers(shape: str) -> Iterator[tuple[int, int, int]]:
    numbers = iter(map(int, shape.split()))
    return zip(numbers, numbers, numbers, strict=True)


def path_of(shape: str, hashes: bytes, index: int) -> tuple[bytes, ...]:
    """Return the path of one index. IndexFault when it is missing."""
    for at, path in split(shape, hashes):
        if at == index:
            return path
    raise IndexFault(f"the inclusion proof of entry {index} is missing; the index is damaged, restore it from a copy")


# --- an open transaction ------------------------------------------------------------------------------------------


def keep(connection: sqlite3.Connection, log: int, proofs: Iterable[InclusionProof], at: datetime) -> dict[int, int]:
    """Write proofs of entries; return, by index, the row that holds the proof."""
    by_head: dict[TreeHead, dict[int, tuple[bytes, ...]]] = defaultdict(dict)
    for head, some in groupby(proofs, attrgetter("head")):  # one head for all of them, nearly always
        by_head[head].update((proof.index, proof.path) for proof in some)
    rows_of: dict[int, int] = {}
    for head, paths in by_head.items():
        cursor = connection.execute(
            "INSERT INTO audit_paths (head, shape, hashes) VALUES (?, ?, ?)",
            (logs.head_id(connection, log, head, at), *join(sorted(paths.items()))),
        )
        rows_of |= dict.fromkeys(paths, int(cursor.lastrowid or 0))
    return rows_of


def write(connection: sqlite3.Connection, log: int, proofs: Sequence[InclusionProof], at: datetime) -> None:
    """Write the proofs of entries that are in the index; pass over the rest."""
    kept = _kept(connection, log, [proof.index for proof in proofs])
    rows_of = keep(connection, log, (proof for proof in proofs if proof.index in kept), at)
    connection.executemany(
        "UPDATE sighting SET paths = ? WHERE log = ? AND entry_index = ?",
        [(row, log, index) for index, row in rows_of.items()],
    )


def _kept(connection: sqlite3.Connection, log: int, indexes: Sequence[int]) -> set[int]:
    return {
        index
        for some in rows.portions(indexes, _AT_ONCE)
        for (index,) in connection.execute(
            f"SELECT entry_index FROM sighting WHERE log = ? AND entry_index IN ({placeholders(some)})", (log, *some)
        )
    }
