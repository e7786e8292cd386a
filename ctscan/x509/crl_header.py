"""Header of a revocation list: TBSCertList without its entries (RFC 5280 sections 5.1 and 5.2)."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Final

from msgspec import Struct

from ctscan.errors import FormatError
from ctscan.model import Extension, Name
from ctscan.x509.access_locations import (
    DistributionPoint,
    point_names,
    point_urls,
    read_distribution_points,
    reason_flags,
)
from ctscan.x509.common_fields import read_extension, read_key_id
from ctscan.x509.der import Element
from ctscan.x509.der_reader import DerReader
from ctscan.x509.times import parse_time

_NUMBER, _BASE, _SCOPE, _FRESHEST, _EXPIRED = "2.5.29.20", "2.5.29.27", "2.5.29.28", "2.5.29.46", "2.5.29.60"
_KEY_ID: Final = "2.5.29.35"
_KNOWN: Final = frozenset((_NUMBER, _BASE, _SCOPE, _FRESHEST, _EXPIRED, _KEY_ID, "2.5.29.18", "1.3.6.1.5.5.7.1.1"))


class ListScope(Struct, frozen=True):
    """Scope of a list: issuingDistributionPoint (RFC 5280 section 5.2.5).

    Attributes:
        names: keys of the distribution point (`point_names`); empty: all certificates of the CA.
        urls: URLs of the distribution point.
        only_user, only_ca, only_attribute: the list covers only this kind of certificate.
        reasons: revocation reasons that the list covers; empty: all.
        indirect: the list also covers certificates of other CAs.
    """

    names: tuple[bytes, ...] = ()
    urls: tuple[str, ...] = ()
    only_user: bool = False
    only_ca: bool = False
    only_attribute: bool = False
    reasons: tuple[str, ...] = ()
    indirect: bool = False


class ListFacts(Struct, frozen=True):
    """Header of a list, before its signature is verified."""

    issuer: Name
    this_update: datetime
    next_update: datetime | None
    number: int | None
    base_number: int | None  # BaseCRLNumber of a delta CRL; None: a complete list
    key_id: bytes  # authority key identifier
    scope: ListScope
    freshest: tuple[DistributionPoint, ...]  # locations of its deltas
    expired_since: datetime | None  # expiredCertsOnCRL: certificates expired since then are kept
    has_unknown: bool  # an unknown critical extension, which makes the list unusable

    @property
    def issuer_hash(self) -> bytes:
        """SHA-256 of the issuer's name, the key of its certificates in the index."""
        return sha256(self.issuer.raw).digest()

    @property
    def is_delta(self) -> bool:
        """Return whether the list is a delta CRL, with changes only."""
        return self.base_number is not None


def _extensions(data: bytes, element: Element) -> dict[str, Extension]:
    """Read the extensions by type. Raises FormatError when an extension can't be read, or occurs twice."""
    reader = DerReader(data)
    found: dict[str, Extension] = {}
    for outer in reader.children("extensions", element)[:1]:
        for i, part in enumerate(reader.children("extensions", outer)):
            extension = read_extension(reader, f"extensions.{i}", part)
            if extension is None or not extension.oid or extension.oid in found:
                raise FormatError(f"list: extension {i} can't be read, or occurs twice")
            found[extension.oid] = extension
    if reader.problems:
        raise FormatError("list: its extensions can't be read")
    return found


def list_facts(data: bytes, issuer: Name, updates: list[datetime | None], outer: Element | None) -> ListFacts:
    """Read the header of a list.

    Args:
        data: the list, DER.
        issuer: its issuer.
        updates: thisUpdate and nextUpdate; None when a time can't be read.
        outer: the element [0] with the extensions; None without extensions.

    Raises:
        FormatError: a time or an extension can't be read, or an extension occurs twice.
    """
    extensions = _extensions(data, outer) if outer else {}
    this_update = updates[0] if updates else None
    if this_update is None or None in updates:
        raise FormatError("list: expected thisUpdate and nextUpdate to be times, got something else")
    values = {oid: extension.value for oid, extension in extensions.items()}
    return ListFacts(
        issuer=issuer,
        this_update=this_update,
        next_update=updates[1] if len(updates) > 1 else None,
        number=_integer(values.get(_NUMBER)),
        base_number=_integer(values.get(_BASE)),
        key_id=read_key_id((values[_KEY_ID],)) if _KEY_ID in values else b"",
        scope=_scope(values[_SCOPE]) if _SCOPE in values else ListScope(),
        freshest=read_distribution_points(values[_FRESHEST]) if _FRESHEST in values else (),
        expired_since=_time(values.get(_EXPIRED, b"")),
        has_unknown=any(e.critical and e.oid not in _KNOWN for e in extensions.values()),
    )


def _integer(value: bytes | None) -> int | None:
    """Read CRLNumber or BaseCRLNumber. Raises FormatError, because the identity of the list has to be certain."""
    if value is None:
        return None
    if len(value) < 3 or value[0] != 0x02 or value[1] != len(value) - 2:
        raise FormatError("list: expected its number to be an INTEGER, got something else")
    return int.from_bytes(value[2:], signed=True)


def _time(value: bytes) -> datetime | None:
    return parse_time(value[0], value[2:]) if len(value) > 2 and value[1] == len(value) - 2 else None


def _scope(value: bytes) -> ListScope:
    """Read issuingDistributionPoint. Raises FormatError when it can't be read: such a list may be partial."""
    reader = DerReader(value)
    fields = {field[0]: field for field in reader.sequence("scope")}
    if reader.problems or not fields.keys() <= {0xA0, 0x81, 0x82, 0x83, 0x84, 0x85}:
        raise FormatError("list: its issuingDistributionPoint can't be read")
    bodies = {tag: value[field[2] : field[3]] for tag, field in fields.items()}
    choice = next(iter(reader.children("scope", fields[0xA0])), None) if 0xA0 in fields else None
    names = point_names(value, choice) if choice else ()
    if 0xA0 in fields and not names:
        raise FormatError("list: its distribution point can't be read")
    return ListScope(
        names=names,
        urls=point_urls(value, choice) if choice else (),
        only_user=any(bodies.get(0x81, b"")),
        only_ca=any(bodies.get(0x82, b"")),
        only_attribute=any(bodies.get(0x85, b"")),
        reasons=reason_flags(bodies[0x83]) if 0x83 in bodies else (),
        indirect=any(bodies.get(0x84, b"")),
    )
