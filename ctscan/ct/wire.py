"""Log entries on the wire: RFC 6962 (JSON and leaves) and static-ct data tiles, cut into entries and rebuilt.

    TimestampedEntry (RFC 6962 section 3.4; big endian)
        u64 timestamp | u16 type | signed entry | u16 length, CtExtensions
        type 0 (x509):    u24 length, certificate
        type 1 (precert): issuer_key_hash[32] | u24 length, TBSCertificate
    leaf_input           00 (version) 00 (leaf_type) | TimestampedEntry
    entry of a data tile TimestampedEntry | [type 1: u24 length, submitted precertificate] | u16 length, n x SHA-256
    CtExtensions         n x (u8 type | u16 length | data); type 0, leaf_index: u40

`cut_tile` and `cut_get_entries` lay a whole batch out as spans in a common buffer and make no object for an entry.
Nothing is verified here: `merkle` and `signature` check hashes and signatures.
"""

from __future__ import annotations

import binascii
import struct
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Final, cast

from ctscan.ct.get_entries_fast import locate_extra_data, scan_entries
from ctscan.ct.strict_json import TIME_LIMIT, json_object, kind_of, list_in
from ctscan.ct.tile_cutter import cut_tile_by_reference
from ctscan.errors import CutError, FormatError
from ctscan.model import Batch, BatchLayout, Entry, EntryKind, Octets, Span
from ctscan.model.hashes import HASH_SIZE
from ctscan.native_core import CORE

if TYPE_CHECKING:
    from ctscan.native_core import Core

MAX_BATCH: Final = 65_536
"""Entries in one batch at most."""

EXTRA_LIMIT: Final = 4 * 1024 * 1024
"""Base64 characters kept of an entry's extra_data; chains are a hundred times smaller."""


_X509: Final = 0  # LogEntryType
_PRECERT: Final = 1

_TYPE_AND_LENGTH: Final = struct.Struct(">HBH")  # u16 type | u24 length, at 8 in a TimestampedEntry
_U24: Final = struct.Struct(">BH")
_U16: Final = struct.Struct(">H")


# --- batches ------------------------------------------------------------------------------------------------------


def cut_tile(data: Octets, log_id: bytes, start: int, width: int, core: Core | None = CORE) -> Batch:
    """Cut a decompressed data tile (static-ct-api, "Log Entries") into entries.

    A tile is refused as a whole: without the length of an entry nothing behind it can be found.

    Args:
        data: the tile.
        log_id: log ID, 32 bytes.
        start: index of the first entry.
        width: number of entries, 1 to 256.
        core: cuts plain tiles, where it is installed.

    Raises:
        CutError: another number of entries, trailing bytes, an unknown entry type, lengths that don't fit, or a
            leaf_index that isn't the entry's position.
    """
    _check_range(start, width)
    found = core.cut_tile(data, start, width) if core is not None else None
    if found is None:
        return cut_tile_by_reference(bytes(data), log_id, start, width)
    leaves, certs, precerts, extras = found
    return Batch(
        log_id, start, data, leaves, certs, cast(Sequence[bool], precerts), data, extras, BatchLayout.TILE, data
    )


def cut_get_entries(
    raw: bytes, log_id: bytes, start: int, asked: int, extra_limit: int = EXTRA_LIMIT, core: Core | None = CORE
) -> Batch:
    """Cut a get-entries answer (RFC 6962 section 4.6) into entries.

    An entry whose TimestampedEntry doesn't parse still has a leaf span, so that the log goes on, and `(0, 0)` as
    certificate. A wrong leaf_index is kept; `leaf_index_of` shows it.

    Args:
        raw: the answer, JSON.
        log_id: log ID, 32 bytes.
        start: index of the first entry requested.
        asked: number of entries requested.
        extra_limit: base64 characters of `extra_data` kept; longer data is dropped.
        core: cuts plain answers, where it is installed.

    Raises:
        CutError: another format, no entries or too many, or a leaf that isn't of version 0 and type 0.
    """
    _check_range(start, asked)
    found = core.cut_answer(raw, asked, extra_limit) if core is not None else None
    if found is None:
        return _cut_get_entries(raw, log_id, start, asked, extra_limit)
    data, (leaves, certs, precerts, extras) = found
    layout = BatchLayout.GET_ENTRIES
    return Batch(log_id, start, data, leaves, certs, cast(Sequence[bool], precerts), raw, extras, layout, raw)


def _cut_get_entries(raw: bytes, log_id: bytes, start: int, asked: int, extra_limit: int) -> Batch:
    try:
        pieces, extra, extras = _plain_entries(raw, asked, extra_limit) or _entries(raw, asked, start, extra_limit)
    except FormatError as error:
        raise CutError(str(error), raw) from None
    ends = list(accumulate(map(len, pieces)))
    leaves = [(at + 2, end) for at, end in zip([0, *ends], ends, strict=False)]  # after version and leaf_type
    data = b"".join(pieces)
    certs, precerts = _cut_leaves(data, leaves)
    return Batch(log_id, start, data, leaves, certs, precerts, extra, extras, BatchLayout.GET_ENTRIES, raw)


_Leaves = tuple[list[bytes], bytes, list[Span]]
"""MerkleTreeLeaf of each entry; a buffer with the extra_data of each entry, and the spans in it."""


def _plain_entries(raw: bytes, asked: int, extra_limit: int) -> _Leaves | None:
    """Cut an answer in its plainest form; None: read it as any JSON, which also finds the error."""
    spans = scan_entries(raw, asked)
    if spans is None:
        return None
    try:
        pieces = [binascii.a2b_base64(raw[start:end], strict_mode=True) for (start, end), _ in spans]
    except ValueError:
        return None
    if not all(leaf.startswith(b"\0\0") for leaf in pieces):
        return None
    return pieces, raw, [(start, end if end - start <= extra_limit else start) for _, (start, end) in spans]


def _entries(raw: bytes, asked: int, start: int, extra_limit: int) -> _Leaves:
    pieces: list[bytes] = []
    texts: list[str] = []
    for leaf, text in _leaves_and_extras(raw, asked, f"get-entries, {asked} entries from {start}"):
        pieces.append(leaf)
        texts.append(text if len(text) <= extra_limit else "")
    return pieces, *locate_extra_data(raw, texts)


def _leaves_and_extras(raw: bytes, asked: int, context: str) -> Iterator[tuple[bytes, str]]:
    """Yield MerkleTreeLeaf and base64 extra_data of each entry of the answer."""
    entries = list_in(json_object(raw, context, len(raw)), "entries", context)
    if not 0 < len(entries) <= asked:
        raise FormatError(f"{context}: expected 1 to {asked} entries, got {len(entries)}")
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise FormatError(f"{context}: entry {number}: expected an object, got {kind_of(entry)}")
        leaf_input, extra = entry.get("leaf_input"), entry.get("extra_data")
        if not isinstance(leaf_input, str) or not isinstance(extra, str):
            raise FormatError(f"{context}: entry {number}: expected leaf_input and extra_data as strings")
        try:
            leaf = binascii.a2b_base64(leaf_input, strict_mode=True)
        except ValueError:
            raise FormatError(f"{context}: entry {number}: leaf_input: expected standard base64") from None
        if leaf[:2] != b"\0\0":
            raise FormatError(f"{context}: entry {number}: expected a leaf of version 0 and type 0")
        yield leaf, extra


def _cut_leaves(data: bytes, leaves: list[Span]) -> tuple[list[Span], list[bool]]:
    certs: list[Span] = []
    precerts: list[bool] = []
    for start, end in leaves:
        try:
            kind, cert_start, cert_end = _cut_timestamped_entry(data, start, end)
        except FormatError:
            kind, cert_start, cert_end = _X509, 0, 0
        certs.append((cert_start, cert_end))
        precerts.append(kind == _PRECERT)
    return certs, precerts


def _cut_timestamped_entry(data: bytes, start: int, end: int) -> tuple[int, int, int]:
    """Return type, and start and end of the certificate, of the TimestampedEntry that fills `data[start:end]`.

    Raises:
        FormatError: it doesn't parse.
    """
    try:
        kind, high, low = _TYPE_AND_LENGTH.unpack_from(data, start + 8)
        cert = start + 13
        if kind == _PRECERT:
            high, low = _U24.unpack_from(data, start + 42)
            cert = start + 45
        cert_end = cert + (high << 16 | low)
        (length,) = _U16.unpack_from(data, cert_end)
    except struct.error:
        raise FormatError("leaf: cut off") from None
    if kind not in (_X509, _PRECERT):
        raise FormatError(f"leaf: expected entry type 0 or 1, got {kind}")
    if cert_end + 2 + length != end:
        raise FormatError(f"leaf: expected {cert_end + 2 + length - start} bytes, got {end - start}")
    return kind, cert, cert_end


# --- single entries -----------------------------------------------------------------------------------------------


def entry_of(batch: Batch, i: int) -> Entry:
    """Build an entry of a batch from its leaf.

    Args:
        batch: the batch.
        i: position in the batch; the index in the log is `batch.start + i`.

    Raises:
        FormatError: its TimestampedEntry doesn't parse, or its time can't be a date.
    """
    index = batch.start + i
    start, end = batch.leaves[i]
    cert, cert_end = batch.certs[i]
    if cert == 0:
        raise FormatError(f"entry {index}: its {end - start} bytes aren't a TimestampedEntry")
    timestamp = int.from_bytes(batch.data[start : start + 8], "big")
    if timestamp >= TIME_LIMIT:
        raise FormatError(f"entry {index}: expected a time before the year 10000, got {timestamp} ms")
    is_precert = batch.precerts[i]
    return Entry(
        log_id=batch.log_id,
        index=index,
        timestamp=timestamp,
        kind=EntryKind.PRECERT if is_precert else EntryKind.X509,
        der=batch.data[cert:cert_end],
        issuer_key_hash=batch.data[start + 10 : start + 42] if is_precert else b"",
        extensions=batch.data[cert_end + 2 : end],
    )


def leaf_of(entry: Entry) -> bytes:
    """Rebuild the exact leaf_input (MerkleTreeLeaf) of an entry from its parts.

    Raises:
        FormatError: the parts don't fit.
    """
    is_precert = entry.kind is EntryKind.PRECERT
    if len(entry.issuer_key_hash) != (HASH_SIZE if is_precert else 0):
        raise FormatError(f"entry {entry.index}: issuer key hash of {len(entry.issuer_key_hash)} bytes ({entry.kind})")
    try:
        return b"".join(
            (
                b"\0\0",
                entry.timestamp.to_bytes(8, "big"),
                (_PRECERT if is_precert else _X509).to_bytes(2, "big"),
                entry.issuer_key_hash,
                len(entry.der).to_bytes(3, "big"),
                entry.der,
                len(entry.extensions).to_bytes(2, "big"),
                entry.extensions,
            )
        )
    except OverflowError:
        raise FormatError(f"entry {entry.index}: time, certificate or extensions too large for a leaf") from None


def _check_range(start: int, count: int) -> None:
    if start < 0 or not 0 < count <= MAX_BATCH:
        raise ValueError(f"a batch of {count} entries from {start}: expected 1 to {MAX_BATCH} entries from 0 on")
