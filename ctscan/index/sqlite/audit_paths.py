"""Inclusion proofs as they are kept: the audit paths of one step together, each hash once. Pure, but for the last part.

Paths to one tree head meet on their way to the root, and end alike from there on (RFC 6962 section 2.1.1: leaf to
root). In the order of their indexes, whatever a path shares with any before it, it shares with the one just before it.
So of each path only what it doesn't share with that one is written: of a log of a thousand million entries with one
hit in a hundred, that is 8 hashes instead of 30.
"""

# ruff: noqa: S608 - what is put into statements are question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from ctscan.errors import IndexFault
from ctscan.index.sqlite import logs, rows
from ctscan.index.sqlite.rows import placeholders
from ctscan.model import InclusionProof, TreeHead
from ctscan.model.hashes import HASH_SIZE, split_hashes

_AT_ONCE = 500


def join(paths: Iterable[tuple[int, Sequence[bytes]]]) -> tuple[str, bytes]:
    """`(shape, hashes)` of `(index, path)`, in the order of their indexes. The shape has three numbers for each: index,
    hashes of its own, and how many it shares with the end of the path before it."""
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
    """How many hashes the two have in common at their ends."""
    count = 0
    for one, other in zip(reversed(before), reversed(path), strict=False):
        if one != other:
            break
        count += 1
    return count


def split(shape: str, hashes: bytes) -> Iterator[tuple[int, tuple[bytes, ...]]]:
    """`(index, path)` of each. IndexFault when the two don't fit together."""
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
    """The path of one index. IndexFault when it isn't there."""
    for at, path in split(shape, hashes):
        if at == index:
            return path
    raise IndexFault(f"the inclusion proof of entry {index} is missing; the index is damaged, restore it from a copy")


# --- one open transaction -----------------------------------------------------------------------------------------


def keep(connection: sqlite3.Connection, log: int, proofs: Iterable[InclusionProof], at: datetime) -> dict[int, int]:
    """Keep proofs of entries that are kept, or will be; returns for each index the row that its proof is in."""
    by_head: dict[TreeHead, dict[int, tuple[bytes, ...]]] = defaultdict(dict)
    for proof in proofs:
        by_head[proof.head][proof.index] = proof.path
    rows_of: dict[int, int] = {}
    for head, paths in by_head.items():
        cursor = connection.execute(
            "INSERT INTO audit_paths (head, shape, hashes) VALUES (?, ?, ?)",
            (logs.head_id(connection, log, head, at), *join(sorted(paths.items()))),
        )
        rows_of |= dict.fromkeys(paths, int(cursor.lastrowid or 0))
    return rows_of


def write(connection: sqlite3.Connection, log: int, proofs: Sequence[InclusionProof], at: datetime) -> None:
    """Keep the proofs of those of these entries that are kept."""
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
