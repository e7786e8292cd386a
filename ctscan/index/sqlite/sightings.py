"""Sightings of certificates, in logs, chains and repositories, and the check that none was lost. Functions of an open
transaction."""

# ruff: noqa: S608 - statements contain column lists and question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ctscan.index.sqlite import chains, repositories, row_checks, rows
from ctscan.index.sqlite.rows import within
from ctscan.model import EntryKind, Sighting

if TYPE_CHECKING:
    from ctscan.model import CertificateSummary, RepositorySighting

IS_VERIFIED = (
    "sighting.pending IS NULL AND EXISTS (SELECT 1 FROM coverage WHERE coverage.log = sighting.log"
    " AND range_start <= entry_index AND entry_index < range_end)"
)
"""Condition of a verified sighting: proven, and its index lies in a verified range of its log."""


def in_logs_and_chains(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, list[Sighting]]:
    """Return sightings by certificate: in logs, newest first, then in chains, which prove nothing."""
    return with_leaves(connection, ids)[0]


Leaves = dict[int, tuple[int, str]]
"""Certificate and kind by leaf."""


def with_leaves(
    connection: sqlite3.Connection, ids: Sequence[int]
) -> tuple[dict[int, list[Sighting]], Leaves, set[int]]:
    """Return the sightings, the leaves, and which of these are in no log."""
    sightings: dict[int, list[Sighting]] = defaultdict(list)
    leaves: Leaves = {}
    unlogged = set()
    for row in connection.execute(*within(_SIGHTINGS, ids)):
        log, name, log_id, verified, _, leaf, certificate, kind, _, _, sighting_id, _, index, timestamp, *_ = row
        leaves[leaf] = certificate, kind
        if sighting_id is None:
            unlogged.add(leaf)
        elif log is not None and row_checks.is_check_of(row[_LEAF]) and row_checks.is_check_of(row[_SIGHTING]):
            sighting = Sighting(name, log_id, index, rows.unsigned64(timestamp), EntryKind(kind), bool(verified))
            sightings[certificate].append(sighting)
        else:
            row_checks.note(connection, "sighting")
    for certificate, sighting in chains.sightings(connection, ids):
        sightings[certificate].append(sighting)
    return sightings, leaves, unlogged


_SIGHTINGS = (
    f"SELECT log.id, log.name, log.log_id, {IS_VERIFIED},"
    f" {row_checks.checked_columns('leaf')}, {row_checks.checked_columns('sighting')}"
    " FROM leaf LEFT JOIN sighting ON sighting.leaf = leaf.id LEFT JOIN log ON log.id = sighting.log"
    " WHERE certificate IN ({}) ORDER BY timestamp DESC, log.name, entry_index"
)
_LEAF, _SIGHTING = slice(4, 9), slice(9, None)  # the checks with their columns


def check_leaves(
    connection: sqlite3.Connection, summaries: Mapping[int, CertificateSummary], leaves: Leaves, unlogged: set[int]
) -> None:
    """Check that every certificate has a leaf, and every leaf a sighting, without which they would have been deleted;
    note damage. A certificate with a fingerprint has a leaf of its own beside that of its precertificate."""
    if unlogged and connection.execute(*within(_UNSEEN, sorted(unlogged))).fetchone():
        row_checks.note(connection, "sighting")
    kinds: dict[int, set[str]] = {id: set() for id in summaries}
    for certificate, kind in leaves.values():
        if certificate in kinds:
            kinds[certificate].add(kind)
    for id, summary in summaries.items():
        if not kinds[id] or (summary.sha256 is not None and EntryKind.X509 not in kinds[id]):
            row_checks.note(connection, "leaf")


_UNSEEN = (
    "SELECT 1 FROM leaf WHERE id IN ({})"
    " AND NOT EXISTS (SELECT 1 FROM chain_sighting WHERE chain_sighting.leaf = leaf.id)"
    " AND NOT EXISTS (SELECT 1 FROM repository_sighting WHERE repository_sighting.leaf = leaf.id) LIMIT 1"
)
"""Leaf among leaves of no log that nothing else shows either."""


def in_repositories(
    connection: sqlite3.Connection, ids: Sequence[int], sightings: dict[int, list[Sighting]]
) -> dict[int, list[RepositorySighting]]:
    """Return sightings in repositories by certificate; a verified sighting in a log confirms them."""
    confirmed = {id for id in ids if any(sighting.verified for sighting in sightings[id])}
    given: dict[int, list[RepositorySighting]] = defaultdict(list)
    for certificate, sighting in repositories.sightings(connection, ids, confirmed):
        given[certificate].append(sighting)
    return given
