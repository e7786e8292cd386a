"""The whole certificates in a SignedData that is cut off or damaged, by our own bounded walk, in DER and BER.

    ContentInfo { OID, [0] SignedData { version, digests, content, [0] CertificateSet?, … } }

Certificates stand in front of CRLs and signatures, so a file that lacks its end mostly holds all of them.
"""

from __future__ import annotations

from typing import Final

from ctscan.errors import FormatError
from ctscan.x509.der import Element, children, element_at
from ctscan.x509.der_reader import OID, SEQUENCE

_SIGNED_DATA: Final = bytes.fromhex("2a864886f70d010702")
_CONTEXT_0: Final = 0xA0
_MEMBERS: Final = (SEQUENCE, 0xA1, 0xA2)  # certificates, attribute certificates of version 1 and 2


def whole_certificates(der: bytes, most: int) -> tuple[list[bytes], bytes]:
    """Return the certificates in what is there of a SignedData, and the octets behind the last of them.

    Args:
        der: the ContentInfo, DER or BER, as far as there is any.
        most: certificates at most.

    Returns:
        The certificates that are whole, in the order of the file; none for other octets.
    """
    found: list[bytes] = []
    end = 0
    for element in _members(der):
        if element[0] not in _MEMBERS or len(found) == most or not _is_whole(der, element):
            continue
        found.append(bytes((SEQUENCE,)) + der[element[1] + 1 : element[4]])
        end = element[4]
    return found, der[end:]


def _members(der: bytes) -> list[Element]:
    """Return the members of the CertificateSet, of which the last may be clipped."""
    info = _inside(der, (SEQUENCE, 0, 0, len(der), len(der)))[:1]
    fields = _inside(der, info[0]) if info else []
    if len(fields) < 2 or fields[0][0] != OID or der[fields[0][2] : fields[0][3]] != _SIGNED_DATA:
        return []
    signed = _inside(der, fields[1])[:1]
    sets = [one for one in _inside(der, signed[0]) if one[0] == _CONTEXT_0] if signed else []
    return _inside(der, sets[0]) if sets else []


def _inside(der: bytes, element: Element) -> list[Element]:
    return children(der, element[2], element[3])[0]


def _is_whole(der: bytes, element: Element) -> bool:
    try:
        return element_at(der, element[1], len(der))[1] is None
    except FormatError:
        return False
