"""Decompression of bodies, never beyond a given size. Pure.

httpx could decode bodies itself, but without a limit, and it would decode plain bodies a second time.
"""

from __future__ import annotations

import sys
import zlib

import deflate  # libdeflate: whole buffers at once, in less than half the time of zlib

from ctscan.errors import FormatError

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"  # RFC 8878 section 3.1.1
_MEMBER = GZIP_MAGIC + b"\x08"  # deflate, the only method that exists
_MEMBERS_LIMIT = 16
_GZIP_WINDOW = 31  # 15 bits of window, gzip header and trailer
_ZSTD_WINDOW = 24  # bits: at most 16 MiB of memory for the window


def gunzip(data: bytes, limit: int) -> bytes:
    """Decompress gzip (RFC 1952) of one or several members.

    Raises:
        FormatError: no gzip, cut off, followed by other bytes, or larger than `limit` bytes
    """
    whole = _one_member(data, limit)
    return _members(data, limit) if whole is None else whole


def _one_member(data: bytes, limit: int) -> bytes | None:
    """Decompress a single member, as nearly every server sends. None for anything else, which `_members` reads and
    explains.

        … | u32 CRC-32 of the content | u32 its size, little endian (RFC 1952 section 2.3.1)

    That size bounds the output. The library stops behind the first member, so nothing that looks like another may
    follow; other trailing bytes would have to end in the same size, and change nothing.
    """
    size = int.from_bytes(data[-4:], "little")
    if not 0 < size <= limit or data.find(_MEMBER, len(_MEMBER)) >= 0:
        return None
    try:
        whole = deflate.gzip_decompress(data, size)
    except (deflate.DeflateError, ValueError):
        return None
    return bytes(whole) if len(whole) == size else None


def _members(data: bytes, limit: int) -> bytes:
    parts: list[bytes] = []
    left = limit
    while data:
        if len(parts) == _MEMBERS_LIMIT:  # each member costs a copy of the rest
            raise FormatError(f"gzip of more than {_MEMBERS_LIMIT} members")
        if not data.startswith(GZIP_MAGIC):  # a few other bytes could pass for a truncated header
            raise FormatError("no valid gzip")
        stream = zlib.decompressobj(_GZIP_WINDOW)
        try:
            part = stream.decompress(data, left + 1)
        except zlib.error:
            raise FormatError("no valid gzip") from None
        if len(part) > left:
            raise FormatError(f"grows beyond {limit} bytes when decompressed")
        if not stream.eof:
            raise FormatError("the gzip data is cut off")
        parts.append(part)
        left -= len(part)
        data = stream.unused_data
    return b"".join(parts)


def unzstd(data: bytes, limit: int) -> bytes:
    """Decompress one frame of zstd (RFC 8878).

    Raises:
        FormatError: no zstd, cut off, followed by other bytes, or larger than `limit` bytes
    """
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    unpacker = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW})
    try:
        found: bytes = unpacker.decompress(data, limit + 1)
    except zstd.ZstdError:
        raise FormatError("no valid zstd") from None
    if len(found) > limit:
        raise FormatError(f"grows beyond {limit} bytes when decompressed")
    if not unpacker.eof or unpacker.unused_data:
        raise FormatError("the zstd data is cut off, or followed by other bytes")
    return found


def decode_body(raw: bytes, encoding: str, limit: int, *, packed: bool = False) -> bytes:
    """Undo a Content-Encoding of gzip or identity.

    Args:
        raw: body as received
        encoding: value of the Content-Encoding header; empty for none
        limit: most bytes, compressed and decompressed
        packed: leave gzip to the caller, who undoes it by `unpack`

    Raises:
        FormatError: another encoding, damaged gzip, or more than `limit` bytes
    """
    encoding = encoding.strip().lower()
    if encoding in ("gzip", "x-gzip"):
        if not packed:
            raw = gunzip(raw, limit)
        elif not raw.startswith(GZIP_MAGIC):
            raise FormatError("no valid gzip")
    elif encoding not in ("", "identity"):
        raise FormatError("it has a Content-Encoding that was not asked for")
    if len(raw) > limit:
        raise FormatError(f"larger than {limit} bytes")
    return raw


def unpack(data: bytes, limit: int) -> bytes:
    """Undo gzip or zstd where the bytes begin with its magic, twice at most: a file that lies packed on a disk may be
    packed once more on its way.

    Raises:
        FormatError: damaged gzip or zstd, or more than `limit` bytes
    """
    for _ in range(2):
        if data.startswith(GZIP_MAGIC):
            data = gunzip(data, limit)
        elif data.startswith(ZSTD_MAGIC):
            data = unzstd(data, limit)
    if len(data) > limit:
        raise FormatError(f"larger than {limit} bytes")
    return data
