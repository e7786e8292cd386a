"""Bodies as they come over the wire: undone from gzip, never larger than asked for. Pure.

httpx would decode by itself, but without a limit, and a second time what was already plain.
"""

from __future__ import annotations

from typing import Final, cast

from isal import isal_zlib  # the zlib module with another engine: a third less time for a tile

from ctscan.errors import FormatError

GZIP_MAGIC = b"\x1f\x8b"
_MEMBERS_LIMIT = 16
_GZIP_WINDOW = 31  # 15 bits of window, gzip header and trailer
_BROKEN: Final = cast(type[Exception], isal_zlib.error)  # declared as an instance


def gunzip(data: bytes, limit: int) -> bytes:
    """Undo gzip (RFC 1952, several members too). FormatError when it is no gzip, is cut off, has other bytes behind
    it, or grows beyond `limit` bytes."""
    parts: list[bytes] = []
    left = limit
    while data:
        if len(parts) == _MEMBERS_LIMIT:  # each one costs a copy of the rest
            raise FormatError(f"gzip of more than {_MEMBERS_LIMIT} members")
        if not data.startswith(GZIP_MAGIC):  # a few bytes of anything else could pass for a header that is cut off
            raise FormatError("no valid gzip")
        stream = isal_zlib.decompressobj(_GZIP_WINDOW)
        try:
            part = stream.decompress(data, left + 1)
        except _BROKEN:
            raise FormatError("no valid gzip") from None
        if len(part) > left:
            raise FormatError(f"grows beyond {limit} bytes when decompressed")
        if not stream.eof:
            raise FormatError("gzip that is cut off")
        parts.append(part)
        left -= len(part)
        data = stream.unused_data
    return parts[0] if len(parts) == 1 else b"".join(parts)


def decode_body(raw: bytes, encoding: str, limit: int, *, sniff: bool = False) -> bytes:
    """The body behind a Content-Encoding of gzip or identity. `sniff`: undo one more gzip where the bytes begin like
    one (files served as they lie on disk). FormatError for other encodings and whatever `gunzip` refuses."""
    encoding = encoding.strip().lower()
    if encoding in ("gzip", "x-gzip"):
        raw = gunzip(raw, limit)
    elif encoding not in ("", "identity"):
        raise FormatError("in a Content-Encoding that was not asked for")
    if sniff and raw.startswith(GZIP_MAGIC):
        raw = gunzip(raw, limit)
    if len(raw) > limit:
        raise FormatError(f"larger than {limit} bytes")
    return raw
