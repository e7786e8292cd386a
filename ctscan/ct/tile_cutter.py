"""Reference of the cutting of static-ct data tiles (static-ct-api, "Log Entries"): byte layouts in `ct/wire.py`."""

from __future__ import annotations

import struct
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NoReturn

from msgspec import Struct, field

from ctscan.errors import CutError, FormatError
from ctscan.model import Batch, BatchLayout
from ctscan.model.hashes import HASH_SIZE

if TYPE_CHECKING:
    from ctscan.model import Span

_X509: Final = 0  # LogEntryType
_PRECERT: Final = 1
_LEAF_INDEX: Final = 0  # CtExtension type
_LEAF_INDEX_HEAD: Final = 5 << 40  # 00 | 0005 | u40 read as a u64

_TYPE_AND_LENGTH: Final = struct.Struct(">HBH")  # u16 type | u24 length, at 8 in a TimestampedEntry
_U24: Final = struct.Struct(">BH")
_U16: Final = struct.Struct(">H")
_EXTENSION: Final = struct.Struct(">BH")
_HEAD: Final = struct.Struct(">8xBI28xI")  # u8 of the type | its other u8 and u24, or u24 of a precert after any octet
_PLAIN_TAIL: Final = struct.Struct(">HQBH")  # u16 length of extensions | leaf_index alone | u24, or a u16


def cut_tile_by_reference(data: bytes, log_id: bytes, start: int, width: int) -> Batch:
    """Cut a tile as `ct.wire.cut_tile` does, and explain what is wrong with it."""
    cut = _Cut(data, start)
    at, index, stop, size = 0, start, start + width, len(data)
    try:
        while index < stop:
            at, index = _cut_plain(cut, at, index, stop)
            if index < stop:
                at = _cut_any(cut, at, index)
                index += 1
        if at != size:
            index -= 1
            _refuse(f"expected its end at byte {at}, got {size} bytes")
    except (FormatError, struct.error) as error:
        reason = str(error) if isinstance(error, FormatError) else f"cut off at byte {size}"
        raise CutError(f"data tile of {width} entries from {start}: entry {index}: {reason}", data) from None
    return Batch(log_id, start, data, cut.leaves, cut.certs, cut.precerts, data, cut.extras, BatchLayout.TILE, data)


class _Cut(Struct):
    """Spans of the entries of a tile that were cut so far; `start` is the index of the first entry."""

    data: bytes
    start: int
    leaves: list[Span] = field(default_factory=list)
    certs: list[Span] = field(default_factory=list)
    precerts: list[bool] = field(default_factory=list)
    extras: list[Span] = field(default_factory=list)


def _cut_plain(cut: _Cut, at: int, index: int, stop: int) -> tuple[int, int]:
    """Cut entries of the plain kind, with a leaf_index and no other extension.

    Stops at the first entry that isn't plain, or stands at the very end of the data; `_cut_any` cuts that entry.

    Returns:
        Offset and index of the next entry.
    """
    data, leaves, certs, precerts, extras = cut.data, cut.leaves, cut.certs, cut.precerts, cut.extras
    head, tail, u16 = _HEAD.unpack_from, _PLAIN_TAIL.unpack_from, _U16.unpack_from
    if stop > 1 << 40:  # beyond the range of a leaf_index
        return at, index
    first = _LEAF_INDEX_HEAD | index
    with suppress(struct.error):
        for leaf_index in range(first, first + stop - index):
            kind, length, tbs_length = head(data, at)
            if length > 0xFFFFFF:
                start = at + 45
                end = start + (tbs_length & 0xFFFFFF)
                extensions, found, high, low = tail(data, end)
                extra = end + 10
                after = extra + 3 + (high << 16 | low)
                (size,) = u16(data, after)
            else:
                start = at + 13
                end = start + length
                extensions, found, high, low = tail(data, end)
                extra = after = end + 10
                size = high << 8 | low >> 8
            if found != leaf_index or extensions != 8 or kind or length > 0x1FFFFFF or size % HASH_SIZE:
                break
            after += 2 + size
            leaves.append((at, extra))
            certs.append((start, end))
            precerts.append(length > 0xFFFFFF)
            extras.append((extra, after))
            at = after
    return at, cut.start + len(leaves)


def _cut_any(cut: _Cut, at: int, index: int) -> int:
    """Cut an entry with any extensions, and return its end.

    Raises:
        FormatError, struct.error: the entry is malformed.
    """
    data = cut.data
    kind, high, low = _TYPE_AND_LENGTH.unpack_from(data, at + 8)
    if kind == _X509:
        start = at + 13
    elif kind == _PRECERT:
        start = at + 45
        high, low = _U24.unpack_from(data, at + 42)
    else:
        _refuse(f"expected entry type 0 or 1, got {kind}")
    end = start + (high << 16 | low)
    extra = after = _end_of_extensions(data, end, index)
    if kind == _PRECERT:
        high, low = _U24.unpack_from(data, after)
        after += 3 + (high << 16 | low)
    (length,) = _U16.unpack_from(data, after)
    if length % HASH_SIZE:
        _refuse(f"expected fingerprints of {HASH_SIZE} bytes each, got {length} bytes")
    after += 2 + length
    cut.leaves.append((at, extra))
    cut.certs.append((start, end))
    cut.precerts.append(kind == _PRECERT)
    cut.extras.append((extra, after))
    return int(after)


def leaf_index_of(extensions: bytes) -> int | None:
    """Return the leaf_index in CtExtensions (static-ct-api, "SCT Extension"), None when absent; other types are
    ignored.

    Raises:
        FormatError: the list isn't well-formed or holds leaf_index twice.
    """
    found: int | None = None
    at = 0
    while at < len(extensions):
        try:
            kind, length = _EXTENSION.unpack_from(extensions, at)
        except struct.error:
            raise FormatError("CtExtensions: cut off") from None
        value = extensions[at + 3 : at + 3 + length]
        at += 3 + length
        if at > len(extensions):
            raise FormatError("CtExtensions: cut off")
        if kind == _LEAF_INDEX:
            if len(value) != 5 or found is not None:
                raise FormatError(f"CtExtensions: expected one leaf_index of 5 bytes, got {len(value)} or a second")
            found = int.from_bytes(value, "big")
    return found


def _end_of_extensions(data: bytes, at: int, index: int) -> int:
    """Find the end of the CtExtensions whose length stands at `at`; a leaf_index in them has to be `index`."""
    (length,) = _U16.unpack_from(data, at)
    end = at + 2 + int(length)
    if end > len(data):
        _refuse(f"cut off at byte {len(data)}")
    found = leaf_index_of(data[at + 2 : end])
    if found not in (None, index):
        _refuse(f"expected leaf_index {index}, got {found}")
    return end


def _refuse(reason: str) -> NoReturn:
    raise FormatError(reason)
