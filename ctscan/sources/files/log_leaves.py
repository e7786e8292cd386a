"""Certificates in the entries of logs: leaves of RFC 6962 with their extra data, and entries of data tiles (static-ct).

    TimestampedEntry     u64 time | u16 type | signed entry | u16 length, extensions      (RFC 6962 section 3.4)
    leaf_input           00 00 | TimestampedEntry
    extra_data           [type 1: u24 length, precertificate] | u24 length, n x (u24 length, certificate)
    entry of a data tile TimestampedEntry | [type 1: u24 length, precertificate] | u16 length, n x SHA-256

Only certificates are looked for: nothing is proven, and no index has to be right (`ctscan.ct.wire` reads entries of
logs).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ctscan.errors import FormatError

_TIMES: Final = (0x0100, 0x0300)  # the third and fourth octet of the time: the years 2004 to 2074
_SHORTEST: Final = 256  # octets: a length in two octets
_MAX_CHAIN: Final = 100
_KEY_HASH: Final = 32
_FINGERPRINT: Final = 32
_MAX_EXTENSIONS: Final = 0xFFFF


def begins_like_entry(data: bytes) -> bool:
    """Return whether the octets begin like a TimestampedEntry with a certificate or a TBSCertificate."""
    if data[:2] != b"\0\0" or not _TIMES[0] <= int.from_bytes(data[2:4]) < _TIMES[1] or data[8:9] != b"\0":
        return False
    at = 10 if data[9:10] == b"\0" else 10 + _KEY_HASH
    if data[9:10] not in (b"\0", b"\1"):
        return False
    size = int.from_bytes(data[at : at + 3])
    return (
        size >= _SHORTEST and data[at + 3 : at + 5] == b"\x30\x82" and int.from_bytes(data[at + 5 : at + 7]) + 4 == size
    )


def leaf_size(head: bytes) -> int:
    """Return the octets of a leaf at most, by its beginning, which `begins_like_entry` recognises."""
    at = 12 if head[11:12] == b"\0" else 12 + _KEY_HASH
    return at + 3 + int.from_bytes(head[at : at + 3]) + 2 + _MAX_EXTENSIONS


def end_of_leaf(leaf: bytes) -> int:
    """Return the octets of a leaf that begins `leaf`. Raises FormatError where it is cut off."""
    return _timestamped(leaf, 2)[2]


def of_leaf(leaf_input: bytes, extra_data: bytes) -> list[bytes]:
    """Return the certificate or precertificate of an entry, and its chain. Without extra data, the TBSCertificate
    stands for a precertificate.

    Raises:
        FormatError: one of the two is cut off or of another form.
    """
    if leaf_input[:2] != b"\0\0" or not begins_like_entry(leaf_input[2:]):
        raise FormatError("expected a leaf of a log (RFC 6962), got something else")
    signed, is_precertificate, _ = _timestamped(leaf_input, 2)
    if not extra_data:
        return [signed]
    submitted, at = _prefixed(extra_data, 0, 3) if is_precertificate else (signed, 0)
    chain, at = _prefixed(extra_data, at, 3)
    found, inner = [submitted], 0
    while inner < len(chain) and len(found) <= _MAX_CHAIN:
        certificate, inner = _prefixed(chain, inner, 3)
        found.append(certificate)
    return found


def of_tile(data: bytes) -> Iterator[bytes]:
    """Yield the certificate or precertificate of each entry of a data tile.

    Raises:
        FormatError: the tile is cut off, or other octets stand in it; after the entries before that place.
    """
    at = 0
    while at < len(data):
        if not begins_like_entry(data[at : at + 64]):
            raise FormatError(f"expected an entry of a data tile at octet {at}, got something else")
        signed, is_precertificate, at = _timestamped(data, at)
        submitted, at = _prefixed(data, at, 3) if is_precertificate else (signed, at)
        prints, at = _prefixed(data, at, 2)
        yield submitted
        if len(prints) % _FINGERPRINT:
            raise FormatError(f"expected fingerprints of {_FINGERPRINT} octets before octet {at}, got another length")


def _timestamped(data: bytes, at: int) -> tuple[bytes, bool, int]:
    """Return the signed entry, whether it is of a precertificate, and the place behind the extensions."""
    is_precertificate = data[at + 9 : at + 10] == b"\1"
    signed, at = _prefixed(data, at + 10 + (_KEY_HASH if is_precertificate else 0), 3)
    return signed, is_precertificate, _prefixed(data, at, 2)[1]


def _prefixed(data: bytes, at: int, width: int) -> tuple[bytes, int]:
    """Return a value behind its length of `width` octets, and its end."""
    start = at + width
    end = start + int.from_bytes(data[at:start])
    if end > len(data):
        raise FormatError(f"the entry of a log is cut off at octet {len(data)}; get the file again")
    return data[start:end], end
