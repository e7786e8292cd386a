"""Machines and services in alternative names, attributed to devices so that nobody takes them for people."""

from __future__ import annotations

from collections.abc import Iterator

from ctscan.model import AttributionReason, Confidence, Finding, SubjectKind
from ctscan.personal.finding import make_finding
from ctscan.personal.parsers.accounts import account_value
from ctscan.personal.parsers.elements import OCTETS, SEQUENCE, part_of
from ctscan.personal.rules import rule
from ctscan.personal.values import Attribution, Value
from ctscan.personal.view import View, spellings, strings_of

HARDWARE_MODULE = "1.3.6.1.5.5.7.8.4"
SERVICE_NAME = "1.3.6.1.5.5.7.8.7"
ACCESS_REALM = "1.3.6.1.5.5.7.8.8"
BUNDLE_ENDPOINT = "1.3.6.1.5.5.7.8.11"
_DEVICE_ID = "user.device.device_id"


@rule(
    id="device.hardware",
    version=1,
    category=_DEVICE_ID,
    kinds=(),
    cites=("RFC 4108 section 5",),
    covers=(HARDWARE_MODULE,),
    only=True,
)
def hardware_module(view: View) -> Iterator[Finding]:
    """Serial numbers of devices (otherName hardwareModuleName)."""
    # SEQUENCE { hwType OID, hwSerialNum OCTET STRING }
    attribution = Attribution(SubjectKind.DEVICE, Confidence.CERTAIN, AttributionReason.HARDWARE())
    for place in view.of(HARDWARE_MODULE):
        outer = part_of(place.raw)
        parts = outer.parts if outer is not None and outer.tag == SEQUENCE else ()
        serials = [(part.text.value if part.text else part.body.hex())[:200] for part in parts if part.tag == OCTETS]
        for serial in serials or [text.value for text in strings_of(view, place)]:
            value = Value(_DEVICE_ID, serial, serial.strip().upper(), attribution=attribution)
            yield make_finding("device.hardware", view, place, value)


@rule(
    id="device.endpoint",
    version=1,
    category=_DEVICE_ID,
    kinds=(),
    cites=("RFC 9174 section 4.4", "RFC 7585 section 2.2"),
    covers=(BUNDLE_ENDPOINT, ACCESS_REALM),
    only=True,
)
def endpoint(view: View) -> Iterator[Finding]:
    """Nodes of delay-tolerant networks and realms of network access."""
    node = Attribution(SubjectKind.DEVICE, Confidence.CERTAIN, AttributionReason.NETWORK_NODE())
    realm = Attribution(SubjectKind.HOST, Confidence.CERTAIN, AttributionReason.REALM())
    for place in view.of(BUNDLE_ENDPOINT, ACCESS_REALM):
        text = spellings(place.text)[0].strip() if place.text is not None else ""
        if text:
            attribution = node if place.oid == BUNDLE_ENDPOINT else realm
            value = Value(_DEVICE_ID, text, text.casefold()[:200], attribution=attribution)
            yield make_finding("device.endpoint", view, place, value)


@rule(
    id="device.service",
    version=1,
    category=_DEVICE_ID,
    kinds=("account", "email", "domain"),
    cites=("RFC 4985 section 2",),
    covers=(SERVICE_NAME,),
    only=True,
)
def service_name(view: View) -> Iterator[Finding]:
    """Services of a domain (otherName SRVName), and accounts that stand there instead of a service."""
    attribution = Attribution(SubjectKind.HOST, Confidence.CERTAIN, AttributionReason.DOMAIN_SERVICE())
    for place in view.of(SERVICE_NAME):
        text = spellings(place.text)[0].strip() if place.text is not None else ""
        value = account_value(view, place, text) if "@" in text else None
        if value is None and text:
            value = Value(_DEVICE_ID, text, text.casefold()[:200], attribution=attribution)
        if value is not None:
            yield make_finding("device.service", view, place, value)
