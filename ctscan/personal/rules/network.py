"""IP addresses: personal data when the host is that of a natural person (CJEU C-582/14, Breyer)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from ctscan.model import AttributionReason, Confidence, Finding, SubjectKind
from ctscan.personal.attribution.evidence import attribute_place
from ctscan.personal.finding import make_finding
from ctscan.personal.rules import rule
from ctscan.personal.values import Attribution, Value
from ctscan.personal.view import View
from ctscan.x509.general_names import IP_ADDRESS


@rule(
    id="network.address",
    version=1,
    category="user.device.ip_address",
    kinds=(),
    cites=("RFC 5280 section 4.2.1.6",),
)
def addresses_of_a_person(view: View) -> Iterator[Finding]:
    """IP addresses among the alternative names of a person's certificate: addresses of that person's host."""
    for place in view.of_kind(IP_ADDRESS):
        if place.nested or place.part != "san":
            continue
        here = attribute_place(view, place)
        address = _address(place.raw)
        if here.kind is SubjectKind.PERSON and here.confidence is not Confidence.POSSIBLE and address:
            why = AttributionReason.HOST_OF_PERSON()
            attribution = Attribution(SubjectKind.PERSON, Confidence.LIKELY, why)
            value = Value("user.device.ip_address", address, address, attribution=attribution)
            yield make_finding("network.address", view, place, value)


def _address(raw: bytes) -> str:
    """Return the usual text of 4 or 16 octets, or of an address written as text; empty for any other value."""
    try:
        if len(raw) in (4, 16):
            return str(ipaddress.ip_address(raw))
        return str(ipaddress.ip_address(raw[:50].decode("ascii").strip()))
    except (ValueError, UnicodeDecodeError):
        return ""
