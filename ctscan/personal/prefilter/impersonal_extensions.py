"""Extensions that can't hold personal data, by type and layout, which the prefilter accepts as impersonal.

A layout is closed: DER with the shortest lengths, exactly the elements listed here in this order, and no text except
plain http(s) URIs. A certificate with any other extension or layout is a candidate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ctscan.errors import FormatError
from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.classifiers import NATURAL_POLICIES
from ctscan.x509.der import MAX_OID

_Part = tuple[int, int, int]
"""`(tag, body, end)` of an element."""

_PLAIN_URI: Final = late_pattern(rb"https?://[A-Za-z0-9._~:/-]+")
_SMALL: Final = 8  # octets of flags and numbers


def length_octets(size: int) -> bytes:
    """Return the shortest length octets for a content of up to 65,535 octets."""
    if size < 0x80:
        return bytes((size,))
    return bytes((0x81, size)) if size < 0x100 else bytes((0x82, size >> 8, size & 0xFF))


def end_of_element(buffer: bytes, at: int) -> int:
    """Return the offset after the element at `at`. The caller checks that the element fits its container.

    Raises:
        FormatError: the length isn't the shortest possible, or not below 65,536.
        IndexError: the buffer ends.
    """
    size = buffer[at + 1]
    if size < 0x80:
        return at + 2 + size
    if size == 0x82 and buffer[at + 2]:
        return at + 4 + (buffer[at + 2] << 8 | buffer[at + 3])
    if size == 0x81 and buffer[at + 2] > 0x7F:
        return at + 3 + buffer[at + 2]
    raise FormatError("expected a length in its shortest form, and below 65,536")


def is_impersonal_extension(extension: bytes) -> bool:
    """Return whether the Extension element has a type and layout that can't hold personal data. Never raises."""
    try:
        outer = _parts(extension, 0, len(extension))
        parts = _inside(extension, outer[0], 0x30) if len(outer) == 1 else []
        if len(parts) == 3 and parts[1][0] == 0x01 and extension[parts[1][1] : parts[1][2]] == b"\xff":
            del parts[1]
        if len(parts) != 2 or parts[0][0] != 0x06 or parts[1][0] != 0x04:
            return False
        layout = _LAYOUTS.get(extension[parts[0][1] : parts[0][2]])
        return layout is not None and layout(extension[parts[1][1] : parts[1][2]])
    except (IndexError, FormatError):
        return False


def _parts(data: bytes, at: int, end: int) -> list[_Part]:
    """Return the elements that fill `[at, end)`; raises FormatError or IndexError when they don't."""
    parts: list[_Part] = []
    while at < end:
        if data[at] & 0x1F == 0x1F:
            raise FormatError("expected a low tag number")
        body = at + (2 if data[at + 1] < 0x80 else data[at + 1] - 0x7E)
        stop = end_of_element(data, at)
        parts.append((data[at], body, stop))
        at = stop
    if at != end:
        raise FormatError(f"elements run {at - end} octets past their container")
    return parts


def _inside(data: bytes, part: _Part, tag: int) -> list[_Part]:
    """Return the elements of a part that must have the given tag."""
    if part[0] != tag:
        raise FormatError(f"expected tag {tag:#x}, got {part[0]:#x}")
    return _parts(data, part[1], part[2])


def _sequence(value: bytes) -> list[_Part]:
    """Return the elements of a value that is a single SEQUENCE."""
    return _inside(value, _only(_parts(value, 0, len(value))), 0x30)


def _only(parts: list[_Part]) -> _Part:
    if len(parts) != 1:
        raise FormatError(f"expected one element, got {len(parts)}")
    return parts[0]


# --- layouts: each function returns whether the content of extnValue can't hold personal data ----------------------


def _one(*tags: int) -> Callable[[bytes], bool]:
    """Accept a single small primitive element with one of the tags."""

    def layout(value: bytes) -> bool:
        parts = _parts(value, 0, len(value))
        return len(parts) == 1 and parts[0][0] in tags and parts[0][2] - parts[0][1] <= _SMALL

    return layout


def _flat(*tags: int) -> Callable[[bytes], bool]:
    """Accept a SEQUENCE of flags, numbers (both small) and OIDs."""

    def layout(value: bytes) -> bool:
        parts = _sequence(value)
        return all(p[0] in tags and (_is_oid(value, p) if p[0] == 0x06 else p[2] - p[1] <= _SMALL) for p in parts)

    return layout


def _key_identifier(value: bytes) -> bool:
    """Accept an OCTET STRING: a hash, which no rule reads."""
    parts = _parts(value, 0, len(value))
    return len(parts) == 1 and parts[0][0] == 0x04


def _authority_key_identifier(value: bytes) -> bool:
    """Accept SEQUENCE { [0] keyIdentifier }, without issuer and serial number."""
    return [tag for tag, _, _ in _sequence(value)] == [0x80]


def _information_access(value: bytes) -> bool:
    """Accept SEQUENCE OF SEQUENCE { OID, [6] URI }."""
    pairs = (_inside(value, access, 0x30) for access in _sequence(value))
    return all([p[0] for p in pair] == [0x06, 0x86] and _is_plain_uri(value, pair[1]) for pair in pairs)


def _distribution_points(value: bytes) -> bool:
    """Accept SEQUENCE OF SEQUENCE { [0] { [0] { [6] URI … } } }, without reasons and cRLIssuer."""
    for point in _sequence(value):
        name = _only(_inside(value, point, 0x30))
        full_name = _only(_inside(value, name, 0xA0))
        if not all(p[0] == 0x86 and _is_plain_uri(value, p) for p in _inside(value, full_name, 0xA0)):
            return False
    return True


_CPS: Final = b"\x2b\x06\x01\x05\x05\x07\x02\x01"  # 1.3.6.1.5.5.7.2.1


def _octets(dotted: str) -> bytes:
    """Encode the content of an OBJECT IDENTIFIER (X.690 section 8.19)."""
    first, second, *rest = map(int, dotted.split("."))
    octets = bytearray()
    for arc in (40 * first + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        octets += bytes(reversed(groups))
    return bytes(octets)


POLICIES_OF_PEOPLE: Final = frozenset(map(_octets, NATURAL_POLICIES))
"""Contents of the policies under which O, L and ST of a certificate with a host as CN belong to a person."""


def _policies(value: bytes) -> bool:
    """Accept SEQUENCE OF SEQUENCE { OID, SEQUENCE OF SEQUENCE { id-qt-cps, IA5String URI } OPTIONAL }, without user
    notices and policies for natural persons."""
    return all(_is_policy(value, _inside(value, policy, 0x30)) for policy in _sequence(value))


def _is_policy(value: bytes, parts: list[_Part]) -> bool:
    if not 1 <= len(parts) <= 2 or not _is_oid(value, parts[0]):
        return False
    if value[parts[0][1] : parts[0][2]] in POLICIES_OF_PEOPLE:
        return False
    for qualifier in _inside(value, parts[1], 0x30) if len(parts) == 2 else []:
        pair = _inside(value, qualifier, 0x30)
        if [p[0] for p in pair] != [0x06, 0x16] or value[pair[0][1] : pair[0][2]] != _CPS:
            return False
        if not _is_plain_uri(value, pair[1]):
            return False
    return True


def _is_oid(value: bytes, part: _Part) -> bool:
    """Return whether the reader accepts the value as an OID; any other value is searched as text."""
    tag, body, end = part
    return tag == 0x06 and 0 < end - body <= MAX_OID and value[end - 1] < 0x80


def _is_plain_uri(value: bytes, part: _Part) -> bool:
    return _PLAIN_URI.fullmatch(value, part[1], part[2]) is not None


def _application_policies(value: bytes) -> bool:
    """Accept SEQUENCE OF SEQUENCE { OID }."""
    return all([p[0] for p in _inside(value, policy, 0x30)] == [0x06] for policy in _sequence(value))


_BOOLEAN, _INTEGER, _BITS, _NULL, _OID = 0x01, 0x02, 0x03, 0x05, 0x06

_LAYOUTS: Final[dict[bytes, Callable[[bytes], bool]]] = {
    b"\x55\x1d\x0e": _key_identifier,  # 2.5.29.14 subjectKeyIdentifier
    b"\x55\x1d\x0f": _one(_BITS),  # 2.5.29.15 keyUsage
    b"\x55\x1d\x13": _flat(_BOOLEAN, _INTEGER),  # 2.5.29.19 basicConstraints
    b"\x55\x1d\x1f": _distribution_points,  # 2.5.29.31 cRLDistributionPoints
    b"\x55\x1d\x20": _policies,  # 2.5.29.32 certificatePolicies
    b"\x55\x1d\x23": _authority_key_identifier,  # 2.5.29.35 authorityKeyIdentifier
    b"\x55\x1d\x25": _flat(_OID),  # 2.5.29.37 extKeyUsage
    b"\x2b\x06\x01\x05\x05\x07\x01\x01": _information_access,  # 1.3.6.1.5.5.7.1.1 authorityInfoAccess
    b"\x2b\x06\x01\x05\x05\x07\x01\x18": _flat(_INTEGER),  # 1.3.6.1.5.5.7.1.24 TLS feature
    b"\x2b\x06\x01\x05\x05\x07\x30\x01\x05": _one(_NULL),  # 1.3.6.1.5.5.7.48.1.5 OCSP no check
    b"\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x03": _one(_NULL),  # 1.3.6.1.4.1.11129.2.4.3 poison
    b"\x2b\x06\x01\x04\x01\x82\xda\x4b\x2c": _one(_NULL),  # 1.3.6.1.4.1.44363.44 delegated credentials
    b"\x2b\x06\x01\x04\x01\x82\x37\x15\x07": _flat(_OID, _INTEGER),  # 1.3.6.1.4.1.311.21.7 certificate template
    b"\x2b\x06\x01\x04\x01\x82\x37\x15\x0a": _application_policies,  # 1.3.6.1.4.1.311.21.10
    b"\x60\x86\x48\x01\x86\xf8\x42\x01\x01": _one(_BITS),  # 2.16.840.1.113730.1.1 netscape-cert-type
}
