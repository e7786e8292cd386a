"""Verified ranges, pending ranges and gaps of a log. Functions of an open transaction.

Every writing function returns whether it changed anything: a step that is committed twice changes nothing.
"""

# ruff: noqa: S608 - statements contain column lists of our own; values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from ctscan.index.sqlite import row_checks, rows
from ctscan.model import CompactRange, Gap, GapReason, PendingRange, VerifiedRange, decoded_message
from ctscan.model.coverage import merge_gaps
from ctscan.model.hashes import split_hashes
from ctscan.model.spans import clip, subtract

if TYPE_CHECKING:
    from ctscan.model import Message

Change = Callable[[list[Gap]], list[Gap]]


# --- verified -----------------------------------------------------------------------------------------------------


def verified(connection: sqlite3.Connection, log: int) -> tuple[VerifiedRange, ...]:
    """Return the verified ranges of a log, in order."""
    cursor = connection.execute(
        f"SELECT range_start, range_end, scope, rules, edge, since, {_SOUND} FROM coverage WHERE log = ?"
        " ORDER BY range_start, range_end, scope, rules",
        (log,),
    )
    return tuple(
        VerifiedRange(start, end, scope, rules, _edge_of(end, edge), since)
        for start, end, scope, rules, edge, since in row_checks.sound(connection, "coverage", cursor)
    )


_SOUND = row_checks.is_sound("coverage")


def add_verified(connection: sqlite3.Connection, log: int, new: VerifiedRange) -> bool:
    """Add a range and merge it with the ranges of equal scope and rules that it touches or overlaps. The edge belongs
    to the greater end, `since` to the smaller start. An empty range is stored too, for its proven edge."""
    found = connection.execute(
        f"SELECT id, range_start, range_end, edge, since, {_SOUND} FROM coverage"
        " WHERE log = ? AND scope = ? AND rules = ? AND range_start <= ? AND range_end >= ? ORDER BY range_start",
        (log, rows.clean(new.scope), new.rules, new.end, new.start),
    )
    touching = list(row_checks.sound(connection, "coverage", found))
    start, since, end, edge = new.start, new.since, new.end, _joined(new.edge)
    for _, stored_start, stored_end, stored_edge, stored_since in touching:
        if stored_end > end or (stored_end == end and not edge):
            end, edge = stored_end, stored_edge
        if stored_start < start or (stored_start == start and since is None):
            start, since = stored_start, stored_since
    if len(touching) == 1 and touching[0][1:] == (start, end, edge, since):
        return False
    if not touching:
        connection.execute(
            "INSERT INTO coverage (log, scope, rules, range_start, range_end, edge, since)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (log, rows.clean(new.scope), new.rules, start, end, edge, since),
        )
        return True
    connection.executemany("DELETE FROM coverage WHERE id = ?", [row[:1] for row in touching[1:]])
    connection.execute(
        "UPDATE coverage SET range_start = ?, range_end = ?, edge = ?, since = ? WHERE id = ?",
        (start, end, edge, since, touching[0][0]),
    )
    return True


def _edge_of(end: int, roots: bytes) -> CompactRange | None:
    return CompactRange(end, tuple(split_hashes(roots))) if roots or not end else None


def _joined(edge: CompactRange | None) -> bytes:
    return b"".join(edge.roots) if edge else b""


# --- pending ------------------------------------------------------------------------------------------------------


def pending(connection: sqlite3.Connection, log: int) -> tuple[PendingRange, ...]:
    """Return the pending ranges of a log, in order."""
    cursor = connection.execute(
        f"SELECT id, range_start, scope, rules, edge, {row_checks.is_sound('pending')} FROM pending WHERE log = ?"
        " ORDER BY range_start",
        (log,),
    )
    found = []
    for id, start, scope, rules, roots in list(row_checks.sound(connection, "pending", cursor)):
        edge = CompactRange(start, tuple(split_hashes(roots)))
        found.append(PendingRange(start, scope, rules, edge, b"".join(_pieces(connection, id))))
    return tuple(found)


def put_pending(connection: sqlite3.Connection, log: int, new: PendingRange) -> tuple[bool, bool]:
    """Write a pending range; return `(changed, replaced)`. A range that only grew since has only its new hashes
    written: 65,536 entries are 2 MiB, which each step would write again. Any other range with this start is replaced.
    """
    kept = (rows.clean(new.scope), new.rules, _joined(new.edge))
    found = connection.execute(
        "SELECT id, scope, rules, edge FROM pending WHERE log = ? AND range_start = ?", (log, new.start)
    ).fetchone()
    if found is not None and found[1:] == kept:
        pieces = _pieces(connection, found[0])
        if _begins_with(new.hashes, pieces):
            return _append(connection, found[0], pieces, new.hashes), False
    clear_pending(connection, log, new.start)
    cursor = connection.execute(
        "INSERT INTO pending (log, range_start, scope, rules, edge) VALUES (?, ?, ?, ?, ?)", (log, new.start, *kept)
    )
    _append(connection, int(cursor.lastrowid or 0), [], new.hashes)
    return True, found is not None


def clear_pending(connection: sqlite3.Connection, log: int, start: int) -> bool:
    """Delete the pending range that begins at `start`."""
    return connection.execute("DELETE FROM pending WHERE log = ? AND range_start = ?", (log, start)).rowcount > 0


def _append(connection: sqlite3.Connection, id: int, pieces: list[bytes], hashes: bytes) -> bool:
    stored = sum(map(len, pieces))
    if stored == len(hashes):
        return False
    connection.execute(
        "INSERT INTO pending_piece (pending, ordinal, hashes) VALUES (?, ?, ?)", (id, len(pieces), hashes[stored:])
    )
    return True


def _begins_with(hashes: bytes, pieces: Iterable[bytes]) -> bool:
    """Compare the stored pieces with the hashes, exactly: rows of other hashes must never be proven by these."""
    at = 0
    for piece in pieces:
        if not hashes.startswith(piece, at):
            return False
        at += len(piece)
    return True


def _pieces(connection: sqlite3.Connection, id: int) -> list[bytes]:
    cursor = connection.execute("SELECT hashes FROM pending_piece WHERE pending = ? ORDER BY ordinal", (id,))
    return [hashes for (hashes,) in cursor]


# --- gaps --------------------------------------------------------------------------------------------------------


def gaps(connection: sqlite3.Connection, log: int) -> tuple[Gap, ...]:
    """Return the gaps of a log, in order."""
    cursor = connection.execute(
        f"SELECT range_start, range_end, reason, detail, tries, {_SOUND_GAP} FROM hole WHERE log = ?"
        " ORDER BY range_start",
        (log,),
    )
    return tuple(_gap_of(row) for row in row_checks.sound(connection, "hole", cursor))


_SOUND_GAP = row_checks.is_sound("hole")


def add_gap(connection: sqlite3.Connection, log: int, new: Gap) -> bool:
    """Add a gap. Where gaps overlap the newest reason counts; a gap keeps its tries while its reason stays the same. An
    empty gap is ignored."""
    return new.start < new.end and _rewrite(connection, log, new.start, new.end, lambda inside: [_renewed(inside, new)])


def fill_gap(connection: sqlite3.Connection, log: int, start: int, end: int) -> bool:
    """Remove `[start, end)` from the gaps of a log."""
    return _rewrite(connection, log, start, end, lambda inside: [])


def _renewed(inside: list[Gap], new: Gap) -> Gap:
    """Return the new gap with the most tries of the gaps with its reason."""
    same = [gap for gap in inside if gap.reason is new.reason]
    return replace(new, tries=max([new.tries, *(gap.tries for gap in same)]))


def _rewrite(connection: sqlite3.Connection, log: int, start: int, end: int, change: Change) -> bool:
    """Change the parts of gaps within `[start, end)`, and merge them with their neighbours."""
    cursor = connection.execute(
        f"SELECT id, range_start, range_end, reason, detail, tries, {_SOUND_GAP} FROM hole"
        " WHERE log = ? AND range_start <= ? AND range_end >= ?",
        (log, end, start),
    )
    found = list(row_checks.sound(connection, "hole", cursor))
    span, before = (start, end), [_gap_of(row[1:]) for row in found]
    inside = [replace(gap, start=at, end=to) for gap in before for at, to in [clip(gap.span, span)] if at < to]
    outside = [replace(gap, start=at, end=to) for gap in before for at, to in subtract(gap.span, [span])]
    after = merge_gaps([*outside, *change(inside)])
    if after == sorted(before, key=lambda gap: gap.start):
        return False
    connection.executemany("DELETE FROM hole WHERE id = ?", [row[:1] for row in found])
    connection.executemany(
        "INSERT INTO hole (log, range_start, range_end, reason, detail, tries) VALUES (?, ?, ?, ?, ?, ?)",
        [(log, h.start, h.end, str(h.reason), _detail_text(h.detail), h.tries) for h in after],
    )
    return True


def _gap_of(row: Sequence[Any]) -> Gap:
    start, end, reason, detail, tries = row
    return Gap(start, end, GapReason(reason), decoded_message(detail) if detail else None, tries)


def _detail_text(detail: Message | None) -> str:
    return "" if detail is None else rows.clean(detail.encoded)
