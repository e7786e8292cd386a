"""Requests in the text file that OpenSSL's `spkac` writes and its `ca` reads: `SPKAC=<base64>`, and lines with the
subject's attributes. The file is a request by itself, so its text goes to the reader as it is."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Final

from ctscan.model import Problem
from ctscan.on_first_use import late_pattern
from ctscan.sources.files.blocks import BEGIN, MAX_CERTIFICATE
from ctscan.sources.files.file_format import FileFormat, Item

_LINE: Final = late_pattern(rb"^[ \t]*SPKAC[ \t]*=[ \t]*[A-Za-z0-9+/\"\\]", re.MULTILINE)
_BEGINNING: Final = 64 * 1024


def is_spkac(head: bytes) -> bool:
    """Return whether a line near the beginning of a text holds an SPKAC."""
    beginning = head[:_BEGINNING]
    return _LINE.search(beginning) is not None and b"\0" not in beginning and BEGIN.search(beginning) is None


def read_spkac_lines(stream: io.BufferedReader) -> Iterator[Item]:
    """Yield the text, or a problem when it is too long."""
    data = stream.read(MAX_CERTIFICATE + 1)
    if len(data) > MAX_CERTIFICATE:
        yield "", Problem("", f"expected a file with an SPKAC of at most {MAX_CERTIFICATE} octets, got more")
    else:
        yield "", data


FORMATS: Final = (FileFormat(is_spkac, lambda stream, _head, _context: read_spkac_lines(stream), rank=4, is_text=True),)
