"""Postal addresses: attributes for parts of an address, which count when they stand in the name of a person.

The address of an organisation or of a server's operator is no personal data: nothing is found without a person in the
same name or a policy for natural persons. Beside an organisation, the address is only possibly the person's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from ctscan.model import AttributionReason, Confidence, Field, Finding, SubjectKind
from ctscan.personal.attribution.classifiers import is_no_organisation
from ctscan.personal.attribution.common_names import named_people
from ctscan.personal.attribution.evidence import (
    ORGANISATION,
    attribute_place,
    is_server,
    personal_attribute,
    service_of,
)
from ctscan.personal.finding import make_finding
from ctscan.personal.normalise.name_tokens import fold_text
from ctscan.personal.rules import oid_rule, rule
from ctscan.personal.rules.organisation_name import organisation_name
from ctscan.personal.rules.sole_trader import sole_trader
from ctscan.personal.values import Attribution, Read, Value, of_person, plain
from ctscan.personal.view import View, spellings, strings_of

_COUNTRY: Final = "2.5.4.6"
_ADDRESS: Final = "user.contact.address"
_PARTS: Final = {
    "2.5.4.7": f"{_ADDRESS}.city",  # localityName
    "2.5.4.8": f"{_ADDRESS}.state",  # stateOrProvinceName
    "2.5.4.9": f"{_ADDRESS}.street",  # streetAddress
    "2.5.4.17": f"{_ADDRESS}.postal_code",  # postalCode
    "2.5.4.18": f"{_ADDRESS}.street",  # postOfficeBox
    "2.5.4.19": f"{_ADDRESS}.city",  # physicalDeliveryOfficeName
    "2.5.4.51": f"{_ADDRESS}.street",  # houseIdentifier
    "0.9.2342.19200300.100.1.6": f"{_ADDRESS}.street",  # roomNumber
}
_WHOLE: Final = {"2.5.4.16": _ADDRESS, "2.5.4.26": _ADDRESS}  # postalAddress, registeredAddress: SEQUENCE OF lines
_OF_SUBJECT: Final = ("subject", "san", "subjectDirectoryAttributes", "extensions")
_HOME_POSTAL_ADDRESS: Final = "0.9.2342.19200300.100.1.39"

BUSINESS_CATEGORY: Final = "2.5.4.15"
JURISDICTION: Final = tuple(f"1.3.6.1.4.1.311.60.2.1.{n}" for n in (1, 2, 3))
COMPANY: Final = frozenset((BUSINESS_CATEGORY, *JURISDICTION))
"""Attributes that companies have in their names (CA/Browser Forum, extended validation)."""

_SHARED: Final = Attribution(
    SubjectKind.PERSON,
    Confidence.POSSIBLE,
    AttributionReason.ADDRESS_BESIDE_ORGANISATION(),
)


def whole_address(category: str = _ADDRESS) -> Read:
    """Read an address of several lines (X.520) as a single value, its lines joined by commas."""

    def read(view: View, place: Field) -> Iterable[Value]:
        lines = [spellings(text)[0].strip(" ,$") for text in strings_of(view, place)]
        written = ", ".join(filter(None, lines))
        if any(char.isalnum() for char in written):
            yield Value(category, written, fold_text(written) or written)

    return read


_READS: Final[dict[str, Read]] = {
    **{oid: plain(category) for oid, category in _PARTS.items()},
    **{oid: whole_address(category) for oid, category in _WHOLE.items()},
}


@rule(
    id="address.of_person",
    version=2,
    category=_ADDRESS,
    kinds=(),
    cites=("RFC 5280 appendix A.1", "RFC 3739 section 3.1.2", "RFC 4519 section 2", "ITU-T X.520"),
    covers=tuple(_READS),
    only=True,
)
def addresses_of_people(view: View) -> Iterator[Finding]:
    """Towns, streets, postal codes and whole postal addresses in names of people, not in names of organisations."""
    for oid in view.types_in(_READS):
        for place in view.of(oid):
            if not is_of_person(view, place):
                continue
            for value in _READS[oid](view, place):
                attribution = _SHARED if _beside_organisation(view, place) else None
                yield make_finding("address.of_person", view, place, replace(value, attribution=attribution))


oid_rule(
    id="address.home",
    version=1,
    category=_ADDRESS,
    kinds=(),
    cites=("RFC 4524 section 2.13",),
    looks_for="Postal addresses of the homes of people",
    rows={_HOME_POSTAL_ADDRESS: of_person(whole_address(), AttributionReason.HOME_ADDRESS())},
)


def is_of_person(view: View, place: Field) -> bool:
    """Return whether a field is certainly about a person, which attributes need that organisations have as well.

    A policy for natural persons proves it only for the subject of an end-entity certificate: a CA merely issues under
    the policy, and a name constraint speaks of names that other subjects may get.
    """
    attribution = attribute_place(view, place)
    if attribution.kind is not SubjectKind.PERSON or attribution.confidence is not Confidence.CERTAIN:
        return False
    if place.name is not None and personal_attribute(place.name) is not None:
        return True
    return place.part in _OF_SUBJECT and not view.certificate.is_ca and not has_company_attribute(place)


def is_beside_likely_person(view: View, place: Field) -> bool:
    """Return whether a field about the subject stands beside a common name that is likely a person's, or beside a
    person who acts for an organisation. Authorities, servers and services have numbers of their own."""
    certificate = view.certificate
    if place.name is None or place.part not in _OF_SUBJECT or certificate.is_ca or has_company_attribute(place):
        return False
    if is_server(certificate) or service_of(certificate) is not None:
        return False
    likely = (person for beside, _, person in named_people(view) if beside.name is place.name)
    if any(person.confidence is not Confidence.POSSIBLE for person in likely):
        return True
    return personal_attribute(place.name) is not None and _is_acting(view, place)


def _is_acting(view: View, place: Field) -> bool:
    attribution = attribute_place(view, place)
    return attribution.kind is SubjectKind.PERSON and attribution.confidence is Confidence.LIKELY


def has_company_attribute(place: Field) -> bool:
    """Return whether the distinguished name around a field holds an attribute that companies have."""
    return place.name is not None and any(attribute.oid in COMPANY for attribute in place.name.attributes)


def _beside_organisation(view: View, place: Field) -> bool:
    """Return whether the name holds an organisation other than the person. A sole trader's address is the person's."""
    attributes = place.name.attributes if place.name is not None else ()
    texts = [a.text.value if a.text is not None else "" for a in attributes if a.oid == ORGANISATION]
    countries = [a.text.value.strip().upper() for a in attributes if a.oid == _COUNTRY and a.text is not None]
    if all(is_no_organisation(text, countries) for text in texts):
        return False
    return _name_path(place.path) not in view.memo(_names_of_sole_traders)


def _names_of_sole_traders(view: View) -> frozenset[str]:
    """Return the paths of the names whose organisation is a person."""
    findings = (finding for find in (organisation_name, sole_trader) for finding in find(view))
    return frozenset(
        _name_path(finding.path)
        for finding in findings
        if finding.oid == ORGANISATION and finding.confidence is not Confidence.POSSIBLE
    )


def _name_path(where: str) -> str:
    """Return the path of the name that holds an attribute: `subject.2.localityName` -> `subject`."""
    return where.rsplit(".", 2)[0]
