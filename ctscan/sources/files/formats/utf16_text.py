"""Text in UTF-16, as PowerShell and the programs of Windows write it: read as the same text in UTF-8.

It has a byte order mark, or zeros at every other octet of its beginning.
"""

from __future__ import annotations

import codecs
from typing import Final

from ctscan.sources.files.file_format import FileFormat

_MARKS: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_LOOKED_AT: Final = 64


def encoding_of(head: bytes) -> str:
    """Return the encoding of a text in UTF-16; empty for anything else."""
    for mark, encoding in _MARKS.items():
        if head.startswith(mark) and head[2:4] != b"\0\0":
            return encoding
    beginning = head[:_LOOKED_AT]
    for zeros, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        is_wide = len(beginning) >= _LOOKED_AT and not any(beginning[zeros::2])
        if is_wide and all(0x09 <= octet < 0x7F for octet in beginning[1 - zeros :: 2]):
            return encoding
    return ""


class Transcoder:
    """UTF-16 to UTF-8, with the interface of a decompressor. Octets that are no UTF-16 become U+FFFD."""

    def __init__(self, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._held = b""
        self._is_first, self._is_over = True, False
        self.unused_data = b""

    @property
    def eof(self) -> bool:
        """Whether the stream ended, and the text with it."""
        return self._is_over

    @property
    def needs_input(self) -> bool:
        """Whether no output can come before more input."""
        return not self._held

    def decompress(self, data: bytes, most: int, /) -> bytes:
        """Return at most `most` octets."""
        self._is_over = not data and not self._held
        text = self._decoder.decode(data)
        if self._is_first and text:
            self._is_first, text = False, text.removeprefix("\ufeff")
        held = self._held + text.encode("utf-8", "replace")
        self._held = held[most:]
        return held[:most]


def _format(encoding: str) -> FileFormat:
    return FileFormat(
        lambda head: encoding_of(head) == encoding,
        lambda stream, _, context: context.decompressed(stream, lambda: Transcoder(encoding)),
        rank=0,
    )


FORMATS: Final = tuple(map(_format, _MARKS.values()))
