"""Prefixes of DER elements by size.

With elements nested without siblings and shortest lengths, the outer size determines all headers.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from ctscan.personal.prefilter.impersonal_extensions import length_octets

_VERSION_3: Final = b"\xa0\x03\x02\x01\x02"
_SAN: Final = b"\x06\x03\x55\x1d\x11"
_SCT_LIST: Final = b"\x06\x0a\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02"
_CRITICAL: Final = b"\x01\x01\xff"


def _nested(prefix: bytes, size: int, tags: tuple[int, ...]) -> tuple[bytes, int]:
    """Append headers of nested elements that fill `size` octets to `prefix`.

    Returns:
        The headers and the size of the innermost content; `(b"", 0)` when no element has that size.
    """
    for tag in tags:
        content = size - (2 if size < 0x82 else 3 if size < 0x103 else 4)
        octets = length_octets(content) if 0 < content < 0x10000 else b""
        if 1 + len(octets) + content != size:
            return b"", 0
        prefix += bytes((tag,)) + octets
        size = content
    return prefix, size


def _extension_prefix(oid: bytes, tags: tuple[int, ...], size: int) -> tuple[bytes, int]:
    prefix, size = _nested(b"", size, (0x30,))
    return _nested(prefix + oid, size - len(oid), tags) if prefix else (b"", 0)


@lru_cache(maxsize=4096)
def tbs_prefix(size: int) -> bytes:
    """Return the octets up to the tag of the serial number in a TBSCertificate of `size` octets.

    Empty for less than 256 octets of content, which no real certificate has.
    """
    prefix, _ = _nested(b"", size, (0x30,))
    return prefix + _VERSION_3 + b"\x02" if len(prefix) == 4 else b""


@lru_cache(maxsize=4096)
def extensions_prefix(size: int) -> bytes:
    """Return the octets before the first Extension where [3] fills `size` octets; empty for an impossible size."""
    return _nested(b"", size, (0xA3, 0x30))[0]


@lru_cache(maxsize=4096)
def san_prefix(size: int) -> bytes:
    """Return the octets before the general names in a subjectAltName extension of `size` octets, or none."""
    return _extension_prefix(_SAN, (0x04, 0x30), size)[0]


@lru_cache(maxsize=4096)
def critical_san_prefix(size: int) -> bytes:
    return _extension_prefix(_SAN + _CRITICAL, (0x04, 0x30), size)[0]


@lru_cache(maxsize=4096)
def sct_list_prefix(size: int) -> bytes:
    """Return the octets before the first SCT (RFC 6962 section 3.3): OCTET STRING in OCTET STRING, list length."""
    prefix, left = _extension_prefix(_SCT_LIST, (0x04, 0x04), size)
    return prefix + (left - 2).to_bytes(2, "big") if left > 2 else b""
