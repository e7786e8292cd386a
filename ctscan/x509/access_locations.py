"""Locations named by a certificate: revocation lists, OCSP responders, issuer certificates and policies.

Covers RFC 5280 sections 4.2.1.4, 4.2.1.13, 4.2.1.15 and 4.2.2.1, read tolerantly and with bounds. Nothing is fetched
here. The certificate's applicant chose these URLs, so fetch them only with care.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from ctscan.model import Certificate, Name
from ctscan.x509.der import Element, children, content
from ctscan.x509.der_reader import OID, SEQUENCE, DerReader
from ctscan.x509.general_names import DIRECTORY_NAME, URI, read_name

MAX_LOCATIONS: Final = 16
"""Locations of one kind read from one certificate; real certificates have at most four."""

MAX_URL: Final = 2048
"""Characters of a URL; longer URLs are skipped."""

CRL_POINTS: Final = "2.5.29.31"
POLICIES: Final = "2.5.29.32"
INFORMATION_ACCESS: Final = "1.3.6.1.5.5.7.1.1"

_OCSP: Final = bytes.fromhex("2b06010505073001")
_CA_ISSUERS: Final = bytes.fromhex("2b06010505073002")
_CPS: Final = bytes.fromhex("2b06010505070201")
_URI_TAG: Final = 0x80 | URI
_DIRECTORY_TAG: Final = 0xA0 | DIRECTORY_NAME

REASONS: Final = (
    "unused",
    "keyCompromise",
    "cACompromise",
    "affiliationChanged",
    "superseded",
    "cessationOfOperation",
    "certificateHold",
    "privilegeWithdrawn",
    "aACompromise",
)
"""Bits of ReasonFlags (RFC 5280 section 4.2.1.13)."""


class DistributionPoint(Struct, frozen=True):
    """DistributionPoint (RFC 5280 section 4.2.1.13): the place where a revocation list is published.

    Attributes:
        urls: URLs of the list.
        names: keys of the point; a list for this point carries an equal key (`point_names`).
        reasons: revocation reasons that the list covers; empty: all.
        issuers: names of the list's signer, when the certificate's issuer doesn't sign it.
    """

    urls: tuple[str, ...]
    names: tuple[bytes, ...] = ()
    reasons: tuple[str, ...] = ()
    issuers: tuple[Name, ...] = ()


class AccessLocations(Struct, frozen=True):
    """All locations in a certificate, each URL once and in order, of any scheme; `is_web` recognises HTTP."""

    crls: tuple[DistributionPoint, ...] = ()
    ocsp: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()  # caIssuers
    policies: tuple[str, ...] = ()  # CPS pointers


def access_locations(certificate: Certificate) -> AccessLocations:
    """Collect the locations that a certificate names.

    Never raises: unreadable parts are left out, and the certificate already lists them as problems.

    Args:
        certificate: the certificate, as `read_certificate` returns it.

    Returns:
        The locations, at most MAX_LOCATIONS of each kind.
    """
    values: dict[str, list[bytes]] = {}
    for extension in certificate.extensions:
        values.setdefault(extension.oid, []).append(extension.value)
    access = [pair for value in values.get(INFORMATION_ACCESS, ()) for pair in _access_descriptions(value)]
    return AccessLocations(
        crls=_points(values.get(CRL_POINTS, ())),
        ocsp=_bounded(url for method, url in access if method == _OCSP),
        issuers=_bounded(url for method, url in access if method == _CA_ISSUERS),
        policies=_bounded(url for value in values.get(POLICIES, ()) for url in _cps_uris(value)),
    )


def is_web(url: str) -> bool:
    """Return whether a URL is for HTTP or HTTPS, and not for LDAP, FTP or a local file."""
    return url[:8].lower().startswith(("http://", "https://"))


def read_distribution_points(value: bytes) -> tuple[DistributionPoint, ...]:
    """Read the points of CRLDistributionPoints or FreshestCRL, in certificates and in revocation lists."""
    return _points((value,))


def point_names(data: bytes, choice: Element) -> tuple[bytes, ...]:
    """Return the keys of a DistributionPointName; two points with a common key are the same point.

    Args:
        data: the buffer.
        choice: the element [0] fullName, or [1] nameRelativeToCRLIssuer, whose octets are the key.
    """
    if choice[0] != 0xA0:
        return (b"\xa1" + data[choice[2] : choice[3]],)
    return tuple(_key(data, name) for name in children(data, choice[2], choice[3])[0][:MAX_LOCATIONS])


def point_urls(data: bytes, choice: Element) -> tuple[str, ...]:
    """Return the URLs of a DistributionPointName."""
    names = children(data, choice[2], choice[3])[0] if choice[0] == 0xA0 else []
    return _bounded(_url(data, name) for name in names)


def reason_flags(octets: bytes) -> tuple[str, ...]:
    """Name the bits in the content of ReasonFlags.

    Returns:
        The names; empty when all meaningful bits are set, ("unused",) when no bit is.
    """
    bits = octets[1:3]
    named = [reason for i, reason in enumerate(REASONS) if i // 8 < len(bits) and bits[i // 8] & 0x80 >> i % 8]
    return () if set(REASONS[1:]) <= set(named) else tuple(named or REASONS[:1])


def _points(values: Iterable[bytes]) -> tuple[DistributionPoint, ...]:
    found: dict[DistributionPoint, None] = {}
    for value in values:
        for element in DerReader(value).sequence("")[:MAX_LOCATIONS]:
            point = _point(value, element)
            if len(found) < MAX_LOCATIONS and (point.urls or point.names or point.issuers):
                found[point] = None
    return tuple(found)


def _point(data: bytes, element: Element) -> DistributionPoint:
    # SEQUENCE { [0] { [0] fullName | [1] nameRelativeToCRLIssuer }, [1] reasons, [2] cRLIssuer }
    urls: tuple[str, ...] = ()
    names: tuple[bytes, ...] = ()
    reasons: tuple[str, ...] = ()
    issuers: tuple[Name, ...] = ()
    for field in children(data, element[2], element[3])[0] if element[0] == SEQUENCE else ():
        if field[0] == 0xA0:
            for choice in children(data, field[2], field[3])[0][:1]:
                urls, names = point_urls(data, choice), point_names(data, choice)
        elif field[0] == 0x81:
            reasons = reason_flags(data[field[2] : field[3]])
        elif field[0] == 0xA2:
            issuers = tuple(directory_names(data, field))
    return DistributionPoint(urls, names, reasons, issuers)


def directory_names(data: bytes, element: Element) -> Iterator[Name]:
    """Yield the directory names in the GeneralNames of an element."""
    for general in children(data, element[2], element[3])[0][:MAX_LOCATIONS]:
        inner = children(data, general[2], general[3])[0] if general[0] == _DIRECTORY_TAG else []
        if len(inner) == 1 and inner[0][0] == SEQUENCE:
            yield read_name(DerReader(data), "", inner[0], is_common=True)


def _key(data: bytes, name: Element) -> bytes:
    url = _url(data, name)
    return url_key(url) if url else data[name[1] : name[4]]


def url_key(url: str) -> bytes:
    """Return a URL with scheme and host in lower case, where case has no meaning (RFC 3986 section 6.2.2.1)."""
    scheme, slashes, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}{slashes}{host.lower()}{slash}{path}".encode()


def _access_descriptions(value: bytes) -> Iterator[tuple[bytes, str]]:
    # SEQUENCE OF SEQUENCE { OID, GeneralName }
    for access in DerReader(value).sequence(""):
        parts = children(value, access[2], access[3])[0]
        if len(parts) == 2 and parts[0][0] == OID:
            yield value[parts[0][2] : parts[0][3]], _url(value, parts[1])


def _cps_uris(value: bytes) -> Iterator[str]:
    # SEQUENCE OF SEQUENCE { OID, SEQUENCE OF SEQUENCE { OID, qualifier } OPTIONAL }
    for policy in DerReader(value).sequence(""):
        for qualifiers in children(value, policy[2], policy[3])[0][1:2]:
            for qualifier in children(value, qualifiers[2], qualifiers[3])[0]:
                parts = children(value, qualifier[2], qualifier[3])[0]
                if len(parts) == 2 and value[parts[0][2] : parts[0][3]] == _CPS:
                    yield _url_text(content(value, parts[1]))


def _url(data: bytes, name: Element) -> str:
    """Return the text of a uniformResourceIdentifier; empty for other names."""
    return _url_text(content(data, name)) if name[0] & 0xDF == _URI_TAG else ""


def _url_text(raw: bytes) -> str:
    """Decode a URL of printable ASCII without spaces (RFC 3986); empty when it is none."""
    raw = raw[: MAX_URL + 3].strip()
    is_one = 0 < len(raw) <= MAX_URL and b":" in raw and all(0x20 < octet < 0x7F for octet in raw)
    return raw.decode("ascii") if is_one else ""


def _bounded(urls: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(url for url in urls if url))[:MAX_LOCATIONS]
