"""Entries and what came with them: the step of a reader, and giving one up. Functions of one open transaction.

A row that came with a pending range is marked with the start of that range until an advance proves it. So an
unproven entry never passes for a proven one, even where its index was proven before (with another scope), and never
overwrites it: a log that shows another entry the second time is found out by the proof, and the rewind leaves what
was proven.
"""

# ruff: noqa: S608 - what is put into statements are column lists and question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ctscan.index.sqlite import audit_paths as paths
from ctscan.index.sqlite import bulk_insert as fresh
from ctscan.index.sqlite import certificates, chains, logs, ranges, rows, runs
from ctscan.index.sqlite import revocations as standing
from ctscan.index.sqlite.certificates import Origin
from ctscan.index.sqlite.rows import Kept
from ctscan.model import InclusionProof, Name, PendingRange, ScanStep, Unreadable
from ctscan.x509.name_text import render_name


@dataclass(frozen=True, slots=True)
class Step:
    """An advance with everything computed that can be before the transaction begins."""

    advance: ScanStep
    kept: tuple[Kept, ...]  # hits, then unreadable entries in scope
    in_chains: tuple[Kept, ...]
    issuers: tuple[tuple[Any, ...], ...]  # rows
    quarantine: tuple[tuple[int, int, bytes], ...]  # packed


def prepare(advance: ScanStep) -> Step:
    render = _once_each(render_name)  # the names of issuers come again and again
    result = advance.result
    hits = [rows.kept_hit(hit, render) for hit in result.hits]
    unreadable = [rows.kept_unreadable(u, u.entry) for u in result.unreadable if u.entry is not None]
    in_chains = tuple(rows.kept_in_chain(hit, render) for hit in result.chain_hits)
    quarantine = tuple((start, end, rows.pack(raw)) for start, end, raw in advance.quarantine)
    return Step(advance, (*hits, *unreadable), in_chains, standing.issuer_rows(result.issuers), quarantine)


def _once_each(render: rows.Render) -> rows.Render:
    known: dict[bytes, str] = {}

    def text_of(name: Name) -> str:
        text = known.get(name.raw)
        if text is None:
            text = known[name.raw] = render(name)
        return text

    return text_of


# --- one step of a reader -----------------------------------------------------------------------------------------


def commit(connection: sqlite3.Connection, run_id: int, step: Step) -> None:
    """Everything of one step. Done twice, the second time finds everything done and counts nothing."""
    advance = step.advance
    log = logs.row_of(connection, advance.log_id)
    moved = _move(connection, log, advance)
    new, proofs = 0, advance.proofs
    if step.kept or step.in_chains or advance.result.unreadable:
        rules = _rules_of(connection, run_id, advance)
        plain, others = fresh.divide(connection, log, step.kept)
        proofs = _write_fresh(connection, log, advance, plain, rules)
        new = len(plain) + _write_others(connection, log, step, others, rules)
    standing.save_issuers(connection, step.issuers)
    paths.write(connection, log, proofs, advance.at)
    _write_quarantine(connection, log, step)
    if moved or not _has_position(advance):
        runs.count(connection, run_id, advance.result.entries, advance.result.candidates, new)


def _has_position(advance: ScanStep) -> bool:
    """Does the step itself tell whether it was done before?"""
    return bool(advance.verified or advance.pending or advance.clear_pending is not None or advance.gaps)


def _rules_of(connection: sqlite3.Connection, run_id: int, advance: ScanStep) -> str:
    source = advance.verified or advance.pending
    return source.rules if source is not None else runs.rules_of_run(connection, run_id)


def _move(connection: sqlite3.Connection, log: int, advance: ScanStep) -> bool:
    """Verified and pending ranges and holes; whether any of it was new."""
    moved = False
    if advance.clear_pending is not None:
        moved |= ranges.clear_pending(connection, log, advance.clear_pending)
    if advance.pending is not None:
        moved |= _put_pending(connection, log, advance.pending)
    if advance.verified is not None:
        moved |= ranges.add_verified(connection, log, advance.verified)
        moved |= ranges.fill_hole(connection, log, advance.verified.start, advance.verified.end)
    if advance.clear_pending is not None:
        _settle(connection, log, advance, advance.clear_pending)
    for hole in advance.gaps:
        moved |= ranges.add_hole(connection, log, hole)
    return moved


def _put_pending(connection: sqlite3.Connection, log: int, pending: PendingRange) -> bool:
    """What came with a pending range that is replaced goes with it: the new hashes prove nothing of it."""
    changed, replaced = ranges.put_pending(connection, log, pending)
    if replaced:
        _give_up(connection, log, pending.start)
    return changed


def _settle(connection: sqlite3.Connection, log: int, advance: ScanStep, start: int) -> None:
    """What came with the pending range that is cleared: proven, pending again from another start, or given up."""
    if advance.verified is not None:
        _mark(connection, log, start, None, advance.verified.start, advance.verified.end)
    if advance.pending is not None:
        _mark(connection, log, start, advance.pending.start, *_span(advance.pending))
    if advance.pending is None or advance.pending.start != start:
        _give_up(connection, log, start)


def _span(pending: PendingRange) -> tuple[int, int]:
    return pending.span


def _mark(connection: sqlite3.Connection, log: int, old: int, new: int | None, start: int, end: int) -> None:
    for table in ("sighting", "chain_sighting", "unreadable"):
        connection.execute(  # ignored where there is such a sighting in a chain: this one goes with its old mark
            f"UPDATE OR IGNORE {table} SET pending = ?"
            " WHERE log = ? AND pending = ? AND entry_index >= ? AND entry_index < ?",
            (new, log, old, start, end),
        )


def _mark_of(advance: ScanStep, index: int) -> int | None:
    """The pending range that an entry of this step belongs to."""
    if advance.pending is None:
        return None
    start, end = _span(advance.pending)
    return start if start <= index < end else None


# --- entries ------------------------------------------------------------------------------------------------------


def _write_fresh(
    connection: sqlite3.Connection, log: int, advance: ScanStep, plain: Sequence[Kept], rules: str
) -> tuple[InclusionProof, ...]:
    """Returns the proofs that are not of these entries."""
    indexes = {kept.entry.index for kept in plain}
    proven = paths.keep(connection, log, (proof for proof in advance.proofs if proof.index in indexes), advance.at)
    fresh.write(connection, log, plain, rules, lambda index: _mark_of(advance, index), proven)
    return tuple(proof for proof in advance.proofs if proof.index not in proven)


def _write_others(connection: sqlite3.Connection, log: int, step: Step, others: Sequence[Kept], rules: str) -> int:
    """Returns how many certificates were new; those that only came in chains don't count."""
    new = 0
    for kept in others:
        mark = _mark_of(step.advance, kept.entry.index)
        if mark is not None and _contradicts_proven(connection, log, kept):
            continue
        new += _write_kept(connection, log, kept, rules, mark)
    for kept in step.in_chains:
        _write_in_chain(connection, log, kept, rules, _mark_of(step.advance, kept.entry.index))
    for unreadable in step.advance.result.unreadable:
        _write_unreadable(connection, log, unreadable, _mark_of(step.advance, unreadable.index))
    return new


def _contradicts_proven(connection: sqlite3.Connection, log: int, kept: Kept) -> bool:
    """Was another entry proven at this index? Then this one, which isn't, can't be in the tree."""
    entry = kept.entry
    proven = connection.execute(
        "SELECT timestamp, leaf.sha256, kind, issuer_key_hash, extensions FROM sighting JOIN leaf"
        " ON leaf.id = sighting.leaf WHERE log = ? AND entry_index = ? AND pending IS NULL",
        (log, entry.index),
    ).fetchone()
    content = (
        rows.signed64(entry.timestamp),
        kept.leaf_sha256,
        str(entry.kind),
        entry.issuer_key_hash,
        entry.extensions,
    )
    return proven is not None and proven != content


def _write_kept(connection: sqlite3.Connection, log: int, kept: Kept, rules: str, mark: int | None) -> bool:
    certificate, leaf, is_new = certificates.write(connection, kept, rules, Origin.LOG)
    _write_sighting(connection, log, kept, leaf, mark)
    certificates.settle(connection, certificate, kept)
    if kept.problem is None:
        connection.execute(
            "DELETE FROM unreadable WHERE log = ? AND entry_index = ? AND (pending IS NOT NULL OR ? IS NULL)",
            (log, kept.entry.index, mark),
        )
    return is_new


def _write_in_chain(connection: sqlite3.Connection, log: int, kept: Kept, rules: str, mark: int | None) -> None:
    certificate, leaf, _ = certificates.write(connection, kept, rules, Origin.CHAIN)
    chains.write_sighting(connection, log, kept, leaf, mark)
    certificates.settle(connection, certificate, kept)


def _write_sighting(connection: sqlite3.Connection, log: int, kept: Kept, leaf: int, mark: int | None) -> None:
    entry = kept.entry
    content = (rows.signed64(entry.timestamp), leaf, entry.issuer_key_hash, entry.extensions)
    found = connection.execute(
        "SELECT timestamp, leaf, issuer_key_hash, extensions FROM sighting WHERE log = ? AND entry_index = ?",
        (log, entry.index),
    ).fetchone()
    if found == content:  # the same entry: its proof stays, and proven it stays
        connection.execute(
            "UPDATE sighting SET pending = ? WHERE log = ? AND entry_index = ? AND pending IS NOT NULL",
            (mark, log, entry.index),
        )
        return
    if found is not None:
        connection.execute("DELETE FROM sighting WHERE log = ? AND entry_index = ?", (log, entry.index))
        certificates.drop_leaves(connection, [found[1]])
    connection.execute(
        "INSERT INTO sighting (timestamp, leaf, issuer_key_hash, extensions, log, entry_index, pending)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (*content, log, entry.index, mark),
    )


def _write_unreadable(connection: sqlite3.Connection, log: int, unreadable: Unreadable, mark: int | None) -> None:
    connection.execute(
        "INSERT INTO unreadable (log, entry_index, leaf_hash, reason, leaf, pending)"
        " VALUES (:log, :at, :leaf_hash, :reason,"
        " iif(:kept, (SELECT leaf FROM sighting WHERE log = :log AND entry_index = :at), NULL), :pending)"
        " ON CONFLICT (log, entry_index) DO UPDATE SET leaf_hash = excluded.leaf_hash, reason = excluded.reason,"
        " leaf = coalesce(excluded.leaf, leaf), pending = excluded.pending"
        " WHERE pending IS NOT NULL OR excluded.pending IS NULL",  # unproven never overwrites proven
        {
            "log": log,
            "at": unreadable.index,
            "leaf_hash": unreadable.leaf_hash,
            "reason": rows.clean(unreadable.reason),
            "kept": unreadable.entry is not None,
            "pending": mark,
        },
    )


def _write_quarantine(connection: sqlite3.Connection, log: int, step: Step) -> None:
    connection.executemany(
        "INSERT INTO quarantine (log, range_start, range_end, at, raw) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (log, range_start, range_end) DO UPDATE SET at = excluded.at, raw = excluded.raw",
        [(log, start, end, rows.time_text(step.advance.at), raw) for start, end, raw in step.quarantine],
    )


# --- taking back --------------------------------------------------------------------------------------------------


def rewind(connection: sqlite3.Connection, log_id: bytes, start: int) -> None:
    """Give up the pending range that begins at `start`, with what came with it."""
    log = logs.row_of(connection, log_id)
    ranges.clear_pending(connection, log, start)
    _give_up(connection, log, start)


def _give_up(connection: sqlite3.Connection, log: int, start: int) -> None:
    lost = set()
    for table in ("unreadable", "sighting", "chain_sighting"):
        gone = connection.execute(f"DELETE FROM {table} WHERE log = ? AND pending = ? RETURNING leaf", (log, start))
        lost |= {leaf for (leaf,) in gone if leaf is not None}
    certificates.drop_leaves(connection, lost)
