"""Commit of a step of a reader, and its reversal. Functions of an open transaction.

Every row of a pending range carries the start of the range until a step proves it. An unproven entry is thus never
taken for a proven one, even where its index was proven before (with another scope), and never overwrites it. A log that
shows another entry the second time fails the proof, and the rewind leaves the proven entry.
"""

# ruff: noqa: S608 - statements contain column lists and question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from ctscan.index.sqlite import (
    audit_paths,
    bulk_insert,
    certificate_rows,
    certificates,
    chains,
    holders,
    logs,
    ranges,
    revocations,
    row_checks,
    rows,
    runs,
)
from ctscan.index.sqlite.certificates import Origin
from ctscan.index.sqlite.sieving import sieve_of
from ctscan.x509.name_text import render_name

if TYPE_CHECKING:
    from ctscan.index.sqlite.certificate_rows import CertificateRow
    from ctscan.index.sqlite.sieving import Sieve
    from ctscan.model import InclusionProof, Name, PendingRange, ScanStep, Unreadable


class PreparedStep(Struct, frozen=True):
    """Step with all work done that needs no transaction."""

    step: ScanStep
    rows: tuple[CertificateRow, ...]  # hits, then unreadable entries in scope
    chain_rows: tuple[CertificateRow, ...]
    issuers: tuple[tuple[Any, ...], ...]  # rows
    quarantine: tuple[tuple[int, int, bytes], ...]  # packed


def prepare(step: ScanStep) -> PreparedStep:
    """Parse, render and pack a step, outside the transaction."""
    render = _once_each(render_name)  # issuers repeat
    result = step.result
    hits = [certificate_rows.row_of_hit(hit, render) for hit in result.hits]
    unreadable = [certificate_rows.row_of_unreadable(u, u.entry) for u in result.unreadable if u.entry is not None]
    chain_rows = tuple(certificate_rows.row_of_chain_hit(hit, render) for hit in result.chain_hits)
    quarantine = tuple((start, end, rows.pack(raw)) for start, end, raw in step.quarantine)
    return PreparedStep(step, (*hits, *unreadable), chain_rows, revocations.issuer_rows(result.issuers), quarantine)


def _once_each(render: certificate_rows.Render) -> certificate_rows.Render:
    """Wrap a renderer so that each name is rendered once in a step; issuers repeat."""
    known: dict[bytes, str] = {}

    def text_of(name: Name) -> str:
        text = known.get(name.raw)
        if text is None:
            text = known[name.raw] = render(name)
        return text

    return text_of


# --- a step of a reader -------------------------------------------------------------------------------------------


def commit(connection: sqlite3.Connection, run_id: int, prepared: PreparedStep, holder: int = 0) -> None:
    """Write all of a step, and the progress of its holder. The second commit of a step changes and counts nothing."""
    step = prepared.step
    log = logs.row_of(connection, step.log_id)
    moved = _move(connection, log, step)
    sieve = sieve_of(connection)
    prepared = _sieved(sieve, prepared)
    step = prepared.step
    new, proofs = 0, step.proofs
    if prepared.rows or prepared.chain_rows or step.result.unreadable:
        rules = _rules_of(connection, run_id, step)
        new_rows, others = bulk_insert.split_new(connection, log, prepared.rows)
        proofs = _write_new(connection, log, step, new_rows, rules)
        new = len(new_rows) + _write_others(connection, log, prepared, others, rules)
    revocations.save_issuers(connection, prepared.issuers)
    audit_paths.write(connection, log, proofs, step.at)
    _write_quarantine(connection, log, prepared)
    sieve.finish()
    if moved or not _has_position(step):
        runs.count(connection, run_id, step.result.entries, step.result.candidates, new)
    holders.progress(connection, holder, step.at)


def _sieved(sieve: Sieve, prepared: PreparedStep) -> PreparedStep:
    """Leave out all of a step that is about people who objected. Bytes that can't be read can't be compared with them,
    and are not kept once anybody objected: their gap stays."""
    if sieve.is_open:
        return prepared
    kept = sieve.rows(prepared.rows)
    chain_rows = sieve.rows(prepared.chain_rows)
    dropped = {row.entry.index for row in sieve.dropped if row.problem is not None}
    unreadable = tuple(
        one
        for one in prepared.step.result.unreadable
        if sieve.passes_findings(one.findings) and not (one.entry is not None and one.index in dropped)
    )
    fingerprints = {row.leaf_sha256 for row in sieve.dropped}
    issuers = tuple(row for row in prepared.issuers if row[0] not in fingerprints and sieve.passes_issuer(row))
    result = replace(prepared.step.result, unreadable=unreadable)
    return PreparedStep(replace(prepared.step, result=result), tuple(kept), tuple(chain_rows), issuers, ())


def _has_position(step: ScanStep) -> bool:
    """Return whether the step moves ranges, by which a second commit is recognised."""
    return bool(step.verified or step.pending or step.clear_pending is not None or step.gaps)


def _rules_of(connection: sqlite3.Connection, run_id: int, step: ScanStep) -> str:
    """Return the rule set of a step: that of its range, else that of the run."""
    source = step.verified or step.pending
    return source.rules if source is not None else runs.rules_of_run(connection, run_id)


def _move(connection: sqlite3.Connection, log: int, step: ScanStep) -> bool:
    """Move verified ranges, pending ranges and gaps; return whether anything changed."""
    moved = False
    if step.clear_pending is not None:
        moved |= ranges.clear_pending(connection, log, step.clear_pending)
    if step.pending is not None:
        moved |= _put_pending(connection, log, step.pending)
    if step.verified is not None:
        moved |= ranges.add_verified(connection, log, step.verified)
        moved |= ranges.fill_gap(connection, log, step.verified.start, step.verified.end)
    if step.clear_pending is not None:
        _resolve_pending(connection, log, step, step.clear_pending)
    for gap in step.gaps:
        moved |= ranges.add_gap(connection, log, gap)
    return moved


def _put_pending(connection: sqlite3.Connection, log: int, pending: PendingRange) -> bool:
    """Put a pending range, and drop the rows of the range that it replaces: the new hashes prove nothing of them.
    Return whether anything changed."""
    changed, replaced = ranges.put_pending(connection, log, pending)
    if replaced:
        give_up(connection, log, pending.start)
    return changed


def _resolve_pending(connection: sqlite3.Connection, log: int, step: ScanStep, start: int) -> None:
    """Move the rows of a cleared pending range: to proven, to another pending range, or out of the index."""
    if step.verified is not None:
        _move_pending(connection, log, start, None, step.verified.start, step.verified.end)
    if step.pending is not None:
        _move_pending(connection, log, start, step.pending.start, *step.pending.span)
    if step.pending is None or step.pending.start != start:
        give_up(connection, log, start)


def _move_pending(connection: sqlite3.Connection, log: int, old: int, new: int | None, start: int, end: int) -> None:
    """Move rows within `[start, end)` from one pending range to another; None: to proven."""
    for table in ("sighting", "chain_sighting", "unreadable"):
        connection.execute(  # ignored beside such a sighting in a chain: it goes with the old range
            f"UPDATE OR IGNORE {table} SET pending = ?"
            " WHERE log = ? AND pending = ? AND entry_index >= ? AND entry_index < ?",
            (new, log, old, start, end),
        )


def _pending_start_of(step: ScanStep, index: int) -> int | None:
    """Return the start of the step's pending range if it holds the entry, else None."""
    if step.pending is None:
        return None
    start, end = step.pending.span
    return start if start <= index < end else None


# --- entries ------------------------------------------------------------------------------------------------------


def _write_new(
    connection: sqlite3.Connection, log: int, step: ScanStep, new_rows: Sequence[CertificateRow], rules: str
) -> tuple[InclusionProof, ...]:
    """Write new rows with their proofs; return the proofs of other entries."""
    indexes = {row.entry.index for row in new_rows}
    proven = audit_paths.keep(connection, log, (proof for proof in step.proofs if proof.index in indexes), step.at)
    bulk_insert.write(connection, log, new_rows, rules, lambda index: _pending_start_of(step, index), proven)
    return tuple(proof for proof in step.proofs if proof.index not in proven)


def _write_others(
    connection: sqlite3.Connection, log: int, prepared: PreparedStep, others: Sequence[CertificateRow], rules: str
) -> int:
    """Write rows one by one; return the number of new certificates, chains not counted."""
    new = 0
    for row in others:
        pending_start = _pending_start_of(prepared.step, row.entry.index)
        if pending_start is not None and _contradicts_proven(connection, log, row):
            continue
        new += _write_row(connection, log, row, rules, pending_start)
    for row in prepared.chain_rows:
        _write_chain_row(connection, log, row, rules, _pending_start_of(prepared.step, row.entry.index))
    for unreadable in prepared.step.result.unreadable:
        _write_unreadable(connection, log, unreadable, _pending_start_of(prepared.step, unreadable.index))
    return new


def _contradicts_proven(connection: sqlite3.Connection, log: int, row: CertificateRow) -> bool:
    """Return whether another entry is proven at this index; an unproven entry can't be in the tree then."""
    entry = row.entry
    proven = connection.execute(
        "SELECT timestamp, leaf.sha256, kind, issuer_key_hash, extensions FROM sighting JOIN leaf"
        " ON leaf.id = sighting.leaf WHERE log = ? AND entry_index = ? AND pending IS NULL",
        (log, entry.index),
    ).fetchone()
    content = (
        rows.signed64(entry.timestamp),
        row.leaf_sha256,
        str(entry.kind),
        entry.issuer_key_hash,
        entry.extensions,
    )
    return proven is not None and proven != content


def _write_row(
    connection: sqlite3.Connection, log: int, row: CertificateRow, rules: str, pending_start: int | None
) -> bool:
    """Write an entry; return whether its certificate is new."""
    certificate, leaf, is_new = certificates.write(connection, row, rules, Origin.LOG)
    _write_sighting(connection, log, row, leaf, pending_start)
    certificates.elect_leaf(connection, certificate, row)
    if row.problem is None:
        connection.execute(
            "DELETE FROM unreadable WHERE log = ? AND entry_index = ? AND (pending IS NOT NULL OR ? IS NULL)",
            (log, row.entry.index, pending_start),
        )
    return is_new


def _write_chain_row(
    connection: sqlite3.Connection, log: int, row: CertificateRow, rules: str, pending_start: int | None
) -> None:
    """Write a certificate of a chain."""
    certificate, leaf, _ = certificates.write(connection, row, rules, Origin.CHAIN)
    chains.write_sighting(connection, log, row, leaf, pending_start)
    certificates.elect_leaf(connection, certificate, row)


def _write_sighting(
    connection: sqlite3.Connection, log: int, row: CertificateRow, leaf: int, pending_start: int | None
) -> None:
    """Write the sighting of an entry. An equal sighting keeps its proof and stays proven; any other is replaced."""
    entry = row.entry
    content = (rows.signed64(entry.timestamp), leaf, entry.issuer_key_hash, entry.extensions)
    found = connection.execute(
        "SELECT timestamp, leaf, issuer_key_hash, extensions FROM sighting WHERE log = ? AND entry_index = ?",
        (log, entry.index),
    ).fetchone()
    if found == content:  # the same entry: its proof stays, and proven it stays
        connection.execute(
            "UPDATE sighting SET pending = ? WHERE log = ? AND entry_index = ? AND pending IS NOT NULL",
            (pending_start, log, entry.index),
        )
        return
    if found is not None:
        connection.execute("DELETE FROM sighting WHERE log = ? AND entry_index = ?", (log, entry.index))
        certificates.drop_leaves(connection, [found[1]])
    (id,) = certificates.next_ids(connection, "sighting", 1)
    sighting = (id, *content, log, entry.index, pending_start)
    _SIGHTING.write(connection, [sighting])


_SIGHTING = row_checks.Insert("sighting", "id, timestamp, leaf, issuer_key_hash, extensions, log, entry_index, pending")


def _write_unreadable(
    connection: sqlite3.Connection, log: int, unreadable: Unreadable, pending_start: int | None
) -> None:
    """Write an unreadable entry; unproven never overwrites proven."""
    connection.execute(
        "INSERT INTO unreadable (log, entry_index, leaf_hash, reason, leaf, pending, partly)"
        " VALUES (:log, :at, :leaf_hash, :reason,"
        " iif(:kept, (SELECT leaf FROM sighting WHERE log = :log AND entry_index = :at), NULL), :pending, :partly)"
        " ON CONFLICT (log, entry_index) DO UPDATE SET leaf_hash = excluded.leaf_hash, reason = excluded.reason,"
        " leaf = coalesce(excluded.leaf, leaf), pending = excluded.pending, partly = excluded.partly"
        " WHERE pending IS NOT NULL OR excluded.pending IS NULL",  # unproven never overwrites proven
        {
            "log": log,
            "at": unreadable.index,
            "leaf_hash": unreadable.leaf_hash,
            "reason": rows.clean(unreadable.reason),
            "kept": unreadable.entry is not None,
            "pending": pending_start,
            "partly": unreadable.partly_read,
        },
    )


def _write_quarantine(connection: sqlite3.Connection, log: int, prepared: PreparedStep) -> None:
    """Write the raw bytes of quarantined ranges."""
    connection.executemany(
        "INSERT INTO quarantine (log, range_start, range_end, at, raw) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (log, range_start, range_end) DO UPDATE SET at = excluded.at, raw = excluded.raw",
        [(log, start, end, rows.time_text(prepared.step.at), raw) for start, end, raw in prepared.quarantine],
    )


# --- taking back --------------------------------------------------------------------------------------------------


def rewind(connection: sqlite3.Connection, log_id: bytes, start: int) -> None:
    """Give up the pending range that begins at `start`, with its rows."""
    log = logs.row_of(connection, log_id)
    ranges.clear_pending(connection, log, start)
    give_up(connection, log, start)


def give_up(connection: sqlite3.Connection, log: int, start: int) -> None:
    """Delete the rows of a pending range, and leaves that nothing shows any longer."""
    lost = set()
    for table in ("unreadable", "sighting", "chain_sighting"):
        gone = connection.execute(f"DELETE FROM {table} WHERE log = ? AND pending = ? RETURNING leaf", (log, start))
        lost |= {leaf for (leaf,) in gone if leaf is not None}
    certificates.drop_leaves(connection, lost)
