"""Names of the files that gave no certificate, for `-v`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctscan.cli.program import complain

if TYPE_CHECKING:
    from ctscan.model.file_tally import FileTally


def name_files(files: FileTally) -> None:
    """Write to stderr how many files were read, and the names of those without a certificate and of those that could
    not be read to their end."""
    complain(
        f"files: {files.files:,} read, {files.without:,} without a certificate, {files.not_understood:,} not understood"
    )
    for names, total, what in (
        (files.names_without, files.without, "holds no certificate"),
        (files.names_not_understood, files.not_understood, "not understood"),
    ):
        for name in names:
            complain(f"{name}: {what}")
        if total > len(names):
            complain(f"files: {total - len(names):,} more: {what}")
