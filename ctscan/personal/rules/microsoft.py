"""Accounts of Microsoft Active Directory: user principal names, security identifiers, GUIDs of domain controllers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from ctscan.model import AttributionReason, Confidence, Field, Finding, IdentifierKind, LookupKey, SubjectKind
from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.evidence import attribute_place
from ctscan.personal.finding import make_finding
from ctscan.personal.parsers.accounts import account_value
from ctscan.personal.parsers.elements import part_of
from ctscan.personal.rules import rule
from ctscan.personal.values import Attribution, Value
from ctscan.personal.view import View, spellings, strings_of
from ctscan.x509.general_names import URI

UPN = "1.3.6.1.4.1.311.20.2.3"
OBJECT_SID = "1.3.6.1.4.1.311.25.2.1"
SECURITY_EXTENSION = "1.3.6.1.4.1.311.25.2"
CONTROLLER = "1.3.6.1.4.1.311.25.1"
_EXTENSION_PART = "ntdsCaSecurity"

_SID = late_pattern(r"S-1-\d{1,14}(?:-\d{1,10}){1,15}(?!\d)", re.IGNORECASE)
_SID_URI = late_pattern(r"tag:microsoft\.com,\d{4}-\d\d-\d\d:sid:", re.IGNORECASE)
_BUILT_IN = range(500, 1000)  # last part of identifiers in every domain: the administrator, groups


@rule(
    id="microsoft.upn",
    version=1,
    category="user.account.username",
    kinds=("account", "email", "domain"),
    cites=("MS-PKCA", "MS-ADTS"),
    covers=(UPN,),
    only=True,
)
def user_principal_name(view: View) -> Iterator[Finding]:
    """User principal names: accounts that have the form of an e-mail address and may also be an address."""
    for place in view.of(UPN):
        for text in strings_of(view, place):
            best = spellings(text)[0].strip()
            if place.part == "nameConstraints" and not best.partition("@")[2]:  # all accounts of a domain
                continue
            value = account_value(view, place, best)
            if value is not None:
                yield make_finding("microsoft.upn", view, place, value)


@rule(
    id="microsoft.sid",
    version=1,
    category="user.unique_id",
    kinds=("account",),
    cites=("MS-WCCE section 2.2.2.7.7.4", "MS-DTYP section 2.4.2"),
    covers=(OBJECT_SID, SECURITY_EXTENSION),
)
def security_identifier(view: View) -> Iterator[Finding]:
    """Security identifiers of accounts: in the security extension, an otherName, or a tag URI."""
    for place in view.of(OBJECT_SID):
        at = replace(place, oid=SECURITY_EXTENSION) if place.part == _EXTENSION_PART else place
        for sid in _identifiers(view, place):
            yield make_finding("microsoft.sid", view, at, _identifier(view, at, sid))
    for place in view.of_kind(URI):
        text = place.text.value if place.text is not None else ""
        match = _SID_URI.match(text)
        named = _SID.match(text, match.end()) if match else None
        if named:
            yield make_finding("microsoft.sid", view, place, _identifier(view, place, named.group()))


def _identifier(view: View, place: Field, text: str) -> Value:
    canonical = text.casefold()
    here = attribute_place(view, place)
    last = canonical.rpartition("-")[2]
    if last.isdecimal() and len(last) < 5 and int(last) in _BUILT_IN:
        here = Attribution(SubjectKind.ROLE, Confidence.LIKELY, AttributionReason.DOMAIN_ACCOUNT_OF_ALL())
    elif here.kind is SubjectKind.UNKNOWN:
        here = Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, AttributionReason.DOMAIN_ACCOUNT())
    return Value("user.unique_id", text, canonical, (LookupKey(IdentifierKind.ACCOUNT, canonical),), attribution=here)


def _identifiers(view: View, place: Field) -> list[str]:
    """Return the identifiers in a value: from its binary form, else from its text, else its octets in hexadecimal."""
    part = part_of(place.raw)
    binary = _binary_sid(part.body) if part is not None else ""
    texts = [spellings(text)[0].strip() for text in strings_of(view, place)]
    written = [match.group() for text in texts for match in _SID.finditer(text)]
    return [binary] if binary else written or [(part.body if part is not None else place.raw)[:100].hex()]


def _binary_sid(body: bytes) -> str:
    """Decode the binary form to `S-1-5-21-…`: revision, count, six octets of authority, then little-endian parts.

    Return an empty string for octets of another form.
    """
    if len(body) < 12 or body[0] != 1 or len(body) != 8 + 4 * body[1] or body[1] > 15:
        return ""
    parts = (int.from_bytes(body[at : at + 4], "little") for at in range(8, len(body), 4))
    return "-".join(map(str, ("S-1", int.from_bytes(body[2:8]), *parts)))


@rule(
    id="microsoft.controller",
    version=1,
    category="user.device.device_id",
    kinds=(),
    cites=("MS-WCCE", "MS-ADTS"),
    covers=(CONTROLLER,),
    only=True,
)
def domain_controller(view: View) -> Iterator[Finding]:
    """GUIDs of domain controllers, which are machines and never people."""
    attribution = Attribution(SubjectKind.HOST, Confidence.CERTAIN, AttributionReason.DOMAIN_CONTROLLER())
    for place in view.of(CONTROLLER):
        for text in _guid(place):
            value = Value("user.device.device_id", text, text.lower(), attribution=attribution)
            yield make_finding("microsoft.controller", view, place, value)


def _guid(place: Field) -> Iterable[str]:
    part = part_of(place.raw)
    if part is not None and len(part.body) == 16:
        return [_written_guid(part.body)]
    return [place.text.value] if place.text is not None else [place.raw[:100].hex()]


def _written_guid(octets: bytes) -> str:
    """Write 16 octets as a GUID (MS-DTYP section 2.3.4): its first three fields are little-endian."""
    fields = (octets[3::-1], octets[5:3:-1], octets[7:5:-1], octets[8:10], octets[10:])
    return "-".join(field.hex() for field in fields)
