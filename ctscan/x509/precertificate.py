"""Split of a submitted precertificate into the leaf of a log and the rest (RFC 6962 sections 3.1 and 3.2).

When a Precertificate Signing Certificate signed the precertificate, the leaf has another issuer and authority key
identifier. The precertificate alone doesn't show them, so the split keeps the submitted values.
"""

from __future__ import annotations

from typing import Final

from ctscan.errors import FormatError
from ctscan.model import EntryKind
from ctscan.x509.der import Element, children, element_at
from ctscan.x509.der_reader import SEQUENCE

_POISON: Final = bytes.fromhex("060a2b06010401d679020403")
"""OBJECT IDENTIFIER 1.3.6.1.4.1.11129.2.4.3, encoded."""

_EXTENSIONS: Final = 0xA3


def split_precertificate(der: bytes) -> tuple[EntryKind, bytes, bytes]:
    """Split a submitted certificate or precertificate. Never raises.

    Args:
        der: the certificate or precertificate, DER.

    Returns:
        `(kind, leaf, submitted)`. A certificate is its own leaf, and `submitted` is empty. The leaf of a precertificate
            is
            its TBSCertificate without the poison extension: the enclosing lengths are encoded anew, and no other octet
            changes. An ambiguous precertificate counts as a certificate.
    """
    if _POISON in der:
        try:
            tbs = _without_poison(der)
        except FormatError:
            tbs = None
        if tbs is not None:
            return EntryKind.PRECERT, tbs, der
    return EntryKind.X509, der, b""


def _without_poison(der: bytes) -> bytes | None:
    """Return the TBS; None unless there is exactly one poison extension, in its place."""
    outer, problem = element_at(der, 0, len(der))
    if problem or outer[0] != SEQUENCE or outer[4] != len(der):
        return None
    parts = _children(der, outer)
    if len(parts) != 3 or parts[0][0] != SEQUENCE:
        return None
    fields = _children(der, parts[0])
    if len(fields) < 7 or fields[-1][0] != _EXTENSIONS:
        return None
    lists = _children(der, fields[-1])
    if len(lists) != 1 or lists[0][0] != SEQUENCE:
        return None
    extensions = _children(der, lists[0])
    kept = [extension for extension in extensions if not _is_poison(der, extension)]
    if len(extensions) - len(kept) != 1:
        return None
    listed = b"".join(der[extension[1] : extension[4]] for extension in kept)
    # A list of the poison alone stays as an empty list, as in the logs' own code.
    tail = _element(_EXTENSIONS, _element(SEQUENCE, listed))
    return _element(SEQUENCE, der[parts[0][2] : fields[-1][1]] + tail)


def _children(der: bytes, parent: Element) -> list[Element]:
    """Return the elements in `parent`.

    Raises:
        FormatError: they don't fill it, or its length is indefinite.
    """
    found, problem = children(der, parent[2], parent[3])
    if problem or parent[3] != parent[4]:
        raise FormatError(problem or "indefinite length where DER is expected")
    return found


def _is_poison(der: bytes, extension: Element) -> bool:
    return extension[0] == SEQUENCE and der.startswith(_POISON, extension[2], extension[3])


def _element(tag: int, content: bytes) -> bytes:
    """Encode an element with the shortest length (X.690 section 10.1)."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(octets))) + octets + content
