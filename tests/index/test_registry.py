"""The registry of columns against the schemas of index and trail."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from ctscan.index import registry
from ctscan.index.registry import Datum, Forget, Table
from ctscan.index.sqlite import schema


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
