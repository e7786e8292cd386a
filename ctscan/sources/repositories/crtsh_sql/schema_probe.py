"""Check of a database's schema: the known schema, the announced redesign of crt.sh, or another. Pure but for the
statement, which the caller executes.

A statement written for another schema could find nothing where there is much, and that must never pass for an answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ctscan.errors import BadAnswer

COLUMNS: dict[str, frozenset[str]] = {
    "certificate": frozenset({"id", "issuer_ca_id", "certificate"}),
    "certificate_and_identities": frozenset({"certificate_id", "certificate", "name_type", "name_value"}),
    "ct_log_entry": frozenset({"certificate_id", "entry_id", "entry_timestamp", "ct_log_id"}),
    "ct_log": frozenset({"id", "url"}),
    "crl_revoked": frozenset({"ca_id", "serial_number", "reason_code", "revocation_date", "last_seen_check_date"}),
    "ca_certificate": frozenset({"certificate_id", "ca_id"}),
    "ccadb_certificate": frozenset({"certificate_id", "ca_owner"}),
}
"""Tables and views that are read, with the columns in use."""

FUNCTIONS = ("identities", "x509_notafter", "x509_serialnumber")

REDESIGN = "certificate_identity"
"""Name of a view today, which only raises an error; announced as the table that replaces the full text index."""

PROBE = """
SELECT 'relation', c.relname::text, c.relkind::text, array_agg(a.attname::text)
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relname = ANY(%(relations)s) AND pg_catalog.pg_table_is_visible(c.oid)
 GROUP BY c.relname, c.relkind
UNION ALL
SELECT DISTINCT 'function', proname::text, '', NULL::text[]
  FROM pg_catalog.pg_proc WHERE proname = ANY(%(functions)s) AND pg_catalog.pg_function_is_visible(oid)
UNION ALL
SELECT 'configuration', cfgname::text, '', NULL::text[]
  FROM pg_catalog.pg_ts_config WHERE cfgname = 'certwatch' AND pg_catalog.pg_ts_config_is_visible(oid)
UNION ALL
SELECT 'index', t.relname::text, '', NULL::text[]
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
 WHERE t.relname = 'certificate' AND pg_catalog.pg_table_is_visible(t.oid)
   AND pg_catalog.pg_get_indexdef(i.indexrelid) ILIKE '%% using gin (%%identities(%%'"""
"""Rows of `(what, name, kind of relation, columns)` for each object found."""

PROBED = ((str,), (str,), (str,), (list, type(None)))
"""Types of the probe's columns."""

_ADVICE = "search crt.sh over HTTP instead, and look for a newer ctscan"


def probe() -> tuple[str, dict[str, Any]]:
    """Return the probe statement and its parameters."""
    return PROBE, {"relations": [*COLUMNS, REDESIGN], "functions": list(FUNCTIONS)}


def check(server: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Check the probe's rows. Raises BadAnswer unless the statements are written for this schema."""
    found = list(rows)
    relations = {name: set(map(str, columns or ())) for what, name, _, columns in found if what == "relation"}
    kinds = {name: kind for what, name, kind, _ in found if what == "relation"}
    missing = [
        *(name for name, columns in COLUMNS.items() if not columns <= relations.get(name, set())),
        *(f"{name}()" for name in FUNCTIONS if ("function", name) not in {row[:2] for row in found}),
        *(["the text search configuration certwatch"] if not _has(found, "configuration") else []),
        *(["the full text index on identities()"] if not _has(found, "index") else []),
    ]
    if not missing:
        return
    if kinds.get(REDESIGN) in ("r", "p"):
        raise BadAnswer(
            f"{server}: its schema is the announced redesign, with a table {REDESIGN} in place of the full text index, "
            f"which this version of ctscan can't read: {_ADVICE}"
        )
    raise BadAnswer(
        f"{server}: expected the schema of crt.sh (certificate_and_identities, identities()), "
        f"got one without {missing[0]}: {_ADVICE}"
    )


def _has(found: list[tuple[Any, ...]], what: str) -> bool:
    return any(row[0] == what for row in found)
