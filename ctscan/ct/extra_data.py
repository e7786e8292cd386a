"""Extra data of log entries: the submitted precertificate and the chain, which the tree doesn't cover."""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from ctscan.errors import FormatError
from ctscan.model import BatchLayout
from ctscan.model.hashes import HASH_SIZE, split_hashes

if TYPE_CHECKING:
    from ctscan.model import Batch

_CHAIN_LIMIT: Final = 100  # certificates in one chain


class Extra(Struct, frozen=True):
    """Data that a log gives with an entry but the tree doesn't cover: for comparison, not for belief."""

    submitted: bytes  # the precertificate as submitted; b"" for a certificate
    chain: tuple[bytes, ...]  # DER, issuer first (get-entries)
    issuers: tuple[bytes, ...]  # SHA-256 fingerprints, issuer first (data tiles)


def extra_of(batch: Batch, i: int) -> Extra:
    """Return the extra data that the log gave with entry `i`.

    Raises:
        FormatError: it is malformed, was too large to keep, or belongs to an entry that doesn't parse.
    """
    context = f"entry {batch.start + i}: extra data"
    if batch.certs[i] == (0, 0):
        raise FormatError(f"{context}: its type is unknown, because the leaf doesn't parse")
    start, end = batch.extras[i]
    extra = batch.extra[start:end]
    if batch.layout == BatchLayout.TILE:
        return _tile_extra(extra, batch.precerts[i], context)
    try:
        extra = binascii.a2b_base64(extra, strict_mode=True)
    except ValueError:
        raise FormatError(f"{context}: expected standard base64, got {end - start} characters that aren't") from None
    return _chain_extra(extra, batch.precerts[i], context)


def _tile_extra(extra: bytes, is_precert: bool, context: str) -> Extra:
    submitted, at = _length_prefixed(extra, 0, 3, context) if is_precert else (b"", 0)
    prints, at = _length_prefixed(extra, at, 2, context)
    if at != len(extra) or len(prints) % HASH_SIZE:
        raise FormatError(f"{context}: expected fingerprints of {HASH_SIZE} bytes up to byte {len(extra)}, not to {at}")
    return Extra(submitted, (), tuple(split_hashes(prints)))


def _chain_extra(extra: bytes, is_precert: bool, context: str) -> Extra:
    """Read extra_data (RFC 6962 section 3.1): [u24 length, precertificate] | u24 length, n x (u24 length, DER)."""
    submitted, at = _length_prefixed(extra, 0, 3, context) if is_precert else (b"", 0)
    certificates, at = _length_prefixed(extra, at, 3, context)
    if at != len(extra):
        raise FormatError(f"{context}: expected {at} bytes, got {len(extra)}")
    chain: list[bytes] = []
    at = 0
    while at < len(certificates):
        certificate, at = _length_prefixed(certificates, at, 3, context)
        chain.append(certificate)
        if len(chain) > _CHAIN_LIMIT:
            raise FormatError(f"{context}: expected at most {_CHAIN_LIMIT} certificates in the chain")
    return Extra(submitted, tuple(chain), ())


def _length_prefixed(data: bytes, at: int, width: int, context: str) -> tuple[bytes, int]:
    """Read a value after its length of `width` bytes, and its end."""
    start = at + width
    end = start + int.from_bytes(data[at:start], "big")
    if start > len(data) or end > len(data):
        raise FormatError(f"{context}: cut off at byte {len(data)}")
    return data[start:end], end
