"""Certificates that answers count apart, counted without reading them: those of CAs, and those that no log confirms.
Functions of an open transaction."""

# ruff: noqa: S608 - statements contain question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from ctscan.index.sqlite import rows
from ctscan.index.sqlite.lookups import IS_VERIFIED
from ctscan.index.sqlite.rows import placeholders

_AT_ONCE = 500


def count_apart(connection: sqlite3.Connection, listed: Sequence[int]) -> tuple[int, int]:
    """Count certificates of CAs, and certificates that no log confirms; see `Finder.count_apart`."""
    found = [
        connection.execute(_APART.format(placeholders(some)), some).fetchone()
        for some in rows.portions(listed, _AT_ONCE)
    ]
    return sum(authorities for authorities, _ in found), sum(unconfirmed for _, unconfirmed in found)


def _seen_in(table: str, condition: str = "TRUE") -> str:
    return (
        f"EXISTS (SELECT 1 FROM leaf CROSS JOIN {table} ON {table}.leaf = leaf.id"
        f" WHERE leaf.certificate = certificate.id AND {condition})"
    )


_APART = (
    f"SELECT coalesce(sum(is_ca OR ({_seen_in('chain_sighting')} AND NOT {_seen_in('sighting')})), 0),"
    f" coalesce(sum({_seen_in('repository_sighting')} AND NOT {_seen_in('sighting', IS_VERIFIED)}), 0)"
    " FROM certificate WHERE id IN ({})"
)
