"""Use case that exports a view of exposure to a file, row by row. The trail records who exported which view."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ctscan.app.dossier_package import written_whole
from ctscan.app.exposure_report import classify
from ctscan.app.recording import recorded
from ctscan.app.wiring import CLOCK, opened_index
from ctscan.clock import Clock
from ctscan.model import AuditAction

if TYPE_CHECKING:
    from ctscan.config import Config

EXPORT_FORMS = ("parquet", "csv", "jsonl")


async def export_view(config: Config, view: str, form: str, path: Path, *, who: str, clock: Clock = CLOCK) -> int:
    """Export a view; return the number of rows.

    Args:
        config: settings.
        view: a view of `EXPOSURE_VIEWS`.
        form: a format of `EXPORT_FORMS`.
        path: file, written over.
        who: account, for the record.
        clock: clock.

    Raises:
        UsageError: the extra of the format isn't installed.
        IndexFault: the index is missing or damaged, or the trail can't be written.
        InputError: the file can't be written.
    """
    if form == "parquet":
        from ctscan.views.exposure.parquet_rows import check_installed

        check_installed()
    async with recorded(config, AuditAction.EXPORT, who=who, clock=clock) as change, opened_index(config) as index:
        await classify(index)
        with written_whole(path.parent, path.name) as file:
            count = await index.read_view(view, partial(_write, file, form))
        change.detail = f"{view} {form} {count}"
    return count


def _write(file: BinaryIO, form: str, columns: Sequence[str], rows: Iterator[Sequence[object]]) -> int:
    if form == "parquet":
        from ctscan.views.exposure.parquet_rows import write_parquet

        return write_parquet(file, columns, rows)
    from ctscan.views.exposure.text_rows import write_csv, write_jsonl

    return (write_csv if form == "csv" else write_jsonl)(file, columns, rows)
