"""Rows of a view as CSV or lines of JSON, written as they come."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from ctscan.views.reports.csv import csv_lines


def write_csv(file: BinaryIO, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write CSV that no spreadsheet runs as formulas (`reports.csv`); return the number of rows."""
    file.write(BOM_UTF8 + csv_lines([columns]))
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - the last number is the count
        file.write(csv_lines([row]))
    return count


def write_jsonl(file: BinaryIO, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write an object a line; return the number of rows."""
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - the last number is the count
        line = json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False, separators=(",", ":"))
        file.write(line.encode("utf-8", "backslashreplace") + b"\n")
    return count
