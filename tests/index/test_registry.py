"""The registry of columns against the schemas of index and trail."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from ctscan.index import registry
from ctscan.index.registry import Datum, Forget, Purge, Table
from ctscan.index.sqlite import schema
from ctscan.model.keep import KeepKind


def columns_of(kind: schema.Schema) -> Iterator[tuple[str, str]]:
    """Yield table and column of a schema that all migrations made."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        schema.migrate(connection, schema.migrations(kind), kind)
        tables = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        for (table,) in tables:
            for _, column, *_ in connection.execute(f"PRAGMA table_info('{table}')"):
                yield table, column


@pytest.mark.parametrize(
    ("kind", "tables"), [(schema.INDEX, registry.INDEX), (schema.TRAIL, registry.TRAIL)], ids=["index", "trail"]
)
def test_every_column_is_listed_and_none_is_stale(kind: schema.Schema, tables: dict[str, Table]) -> None:
    listed = [(name, column) for name, table in tables.items() for column, _ in table.kinds()]
    assert sorted(listed) == sorted(columns_of(kind))


def test_personal_data_stay_nowhere_without_a_reason() -> None:
    """A personal column is deleted, emptied or made a pseudonym, except where it names a contact of an authority."""
    kept = {
        (name, column)
        for name, table in registry.INDEX.items()
        for column, datum in table.kinds()
        if datum is Datum.PERSONAL and table.forget_of(column) is Forget.KEPT
    }
    assert kept == {("authority", "contact")}


def test_rows_of_a_certificate_come_behind_their_parents() -> None:
    seen = {"certificate"}
    for name, (parent, column) in registry.of_certificates().items():
        assert parent in seen
        assert column in dict(registry.INDEX[name].kinds())
        seen.add(name)
    with_parent = {name for name, table in registry.INDEX.items() if table.forget is Forget.WITH_PARENT}
    assert with_parent == seen


OF_THEIR_OWN = {"head_seen", "head_size"}
"""Tables that forget what is old by themselves, whatever the settings say."""

BY_A_RULE = {
    KeepKind.EXPIRED: ("certificate",),
    KeepKind.FINDINGS: ("certificate",),
    KeepKind.EVIDENCE: (),  # rows of `audit_paths` go with their last entry
    KeepKind.CASES: ("subject_case", "case_identifier", "case_event"),
    KeepKind.CASE_IDENTIFIERS: (),
    KeepKind.TRAIL: ("event",),
    KeepKind.DISCLOSURES: ("disclosure",),
    KeepKind.SEARCHES: ("search",),
    KeepKind.RUNS: ("run",),
    KeepKind.QUARANTINE: ("quarantine",),
    KeepKind.CRLS: ("crl",),
    KeepKind.ALERTS: ("alert",),
}


def test_what_goes_by_its_age_has_a_rule() -> None:
    tables = registry.INDEX | {name: table for name, table in registry.TRAIL.items() if name == "event"}
    by_age = {name for name, table in tables.items() if table.purge is Purge.BY_AGE}
    assert set(BY_A_RULE) == set(KeepKind)
    assert by_age == OF_THEIR_OWN | {name for names in BY_A_RULE.values() for name in names}
