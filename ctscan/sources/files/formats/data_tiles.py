"""Data tiles of static-ct logs, plain (gzip and zstd around them are read as around any form): the certificate or
precertificate of each entry. Chains aren't in a tile, only their fingerprints."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final

from ctscan.errors import FormatError
from ctscan.sources.files.file_format import FileFormat, Item
from ctscan.sources.files.log_leaves import begins_like_entry, of_tile

MAX_TILE: Final = 64 * 1024 * 1024
"""Octets of a tile; those of real logs have less than one MiB."""


def read_tile(stream: io.BufferedReader) -> Iterator[Item]:
    """Yield the certificates of a tile, `#n` for each entry. Raises FormatError where it is cut off or too large."""
    data = stream.read(MAX_TILE + 1)
    if len(data) > MAX_TILE:
        raise FormatError(f"expected a data tile of at most {MAX_TILE} octets, got more; split the file")
    for number, der in enumerate(of_tile(data), 1):
        yield "" if number == 1 else f"#{number}", der


FORMATS: Final = (FileFormat(begins_like_entry, lambda stream, _head, _context: read_tile(stream), rank=1),)
