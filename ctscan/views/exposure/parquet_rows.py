"""Rows of a view as Parquet, in groups of rows, so that memory doesn't grow with the view. The only module that uses
pyarrow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO

from ctscan.extras import missing_extra

_GROUP = 50_000
_WHOLE_NUMBERS = frozenset(
    [
        "certificate_id", "certificates", "findings", "sensitive_findings", "entry_index", "first_entry", "end_entry",
        "log_size", "is_ca", "is_readable", "is_of_a_person",
    ]
)  # fmt: skip
"""Columns of whole numbers; all others are text."""


def check_installed() -> None:
    """Check that the extra is there. UsageError, which names the remedy, without it."""
    _pyarrow()


def write_parquet(file: BinaryIO, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write Parquet; return the number of rows."""
    arrow, parquet = _pyarrow()
    schema = arrow.schema([(name, arrow.int64() if name in _WHOLE_NUMBERS else arrow.string()) for name in columns])
    count = 0
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for group in _groups(iter(rows)):
            arrays = [
                arrow.array(values, kind) for values, kind in zip(zip(*group, strict=True), schema.types, strict=True)
            ]
            writer.write_table(arrow.Table.from_arrays(arrays, schema=schema))
            count += len(group)
    return count


def _groups(rows: Iterator[Sequence[object]]) -> Iterator[list[Sequence[object]]]:
    while group := list(islice(rows, _GROUP)):
        yield group


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise missing_extra("export --format parquet", "parquet") from None
    return pyarrow, pyarrow.parquet
