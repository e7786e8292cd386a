"""Entries of logs: batches in one buffer for the hot path, single entries for candidates."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from ctscan.model.spans import Span


class EntryKind(StrEnum):
    """LogEntryType of RFC 6962 section 3.4, and `CHAIN`: a certificate in the chain submitted with an entry.

    A `Sighting` can be of kind `CHAIN`, an `Entry` never.
    """

    X509 = "x509"
    PRECERT = "precert"
    CHAIN = "chain"


class Octets(Protocol):
    """Octets in memory: bytes, or a buffer of the core in machine code. A slice is bytes."""

    def __len__(self) -> int: ...

    def __getitem__(self, span: slice, /) -> bytes: ...

    def __bytes__(self) -> bytes: ...


class BatchLayout(StrEnum):
    """Transport of a batch, which decides how `Batch.extras` is encoded."""

    TILE = "tile"
    GET_ENTRIES = "get-entries"


class Batch(Struct, frozen=True):
    """Consecutive entries of one log in one buffer. The hot path never makes an object for a single entry.

    `leaves[i]` is the span in `data` of the TimestampedEntry of entry `start + i` (leaf hash = SHA-256 over
    `00 00 00` and that span: the leaf prefix, version 0 and leaf_type 0). `certs[i]` is the span of the certificate
    (x509) or the TBSCertificate (precert) inside it; `(0, 0)` for an entry of an RFC 6962 log whose TimestampedEntry
    doesn't parse (a tile with such an entry can't be cut at all). `precerts[i]` is True for a precert. `extras[i]` is
    the span in `extra` of the data that the tree doesn't cover, in the encoding of the transport (see
    `ct.extra_data.extra_of`).
    """

    log_id: bytes
    start: int
    data: Octets
    leaves: Sequence[Span]
    certs: Sequence[Span]
    precerts: Sequence[bool]
    extra: Octets
    extras: Sequence[Span]
    layout: BatchLayout
    raw: Octets  # as received, decompressed, for quarantine


class Entry(Struct, frozen=True):
    """Entry of a log; every field comes from the leaf that the tree covers."""

    log_id: bytes
    index: int
    timestamp: int  # ms
    kind: EntryKind
    der: bytes  # certificate (x509) or TBSCertificate (precert)
    issuer_key_hash: bytes  # 32 bytes for a precert, else b""
    extensions: bytes  # CtExtensions without the length
