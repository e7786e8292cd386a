"""Numbers in the serialNumber attribute (2.5.4.5): of a person, a company, a device or an order.

Evidence counts in this order: the text itself (a prefix of ETSI EN 319 412-1, a word such as PESEL); signs of a company
(business category, jurisdiction, extended validation); evidence for a person in the same name; last, form and check
digits of a number that only people have in the country of the name. Numbers of organisations are no personal data and
are left out, except numbers of sole traders.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from ctscan.model import (
    AttributionReason,
    Certificate,
    Confidence,
    Field,
    Finding,
    IdentifierKind,
    LookupKey,
    Qualifier,
    SubjectKind,
)
from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.evidence import CA_CONTACT, is_server, legal_policy, person_of
from ctscan.personal.attribution.service_names import names_service
from ctscan.personal.finding import make_finding
from ctscan.personal.normalise.number_keys import number_key
from ctscan.personal.parsers.issuer_numbers import number_in
from ctscan.personal.parsers.numbers import (
    NATIONAL,
    card_keys,
    country_values,
    is_hash,
    is_of_entity,
    is_placeholder,
    national_values,
    satisfied,
    satisfied_surely,
)
from ctscan.personal.parsers.phones import region_of
from ctscan.personal.parsers.semantics import DOCUMENT, IDENTIFIER, Bearer, Semantics, read_semantics
from ctscan.personal.rules import rule
from ctscan.personal.rules.address import (
    BUSINESS_CATEGORY,
    JURISDICTION,
    has_company_attribute,
    is_beside_likely_person,
    is_of_person,
)
from ctscan.personal.values import Attribution, Value, with_spelling
from ctscan.personal.view import View, spellings

SERIAL_NUMBER: Final = "2.5.4.5"
ORGANISATION_IDENTIFIER: Final = "2.5.4.97"

_SHORTEST: Final = 4  # letters and digits of an issuer's number beside a name that is likely a person's
_NATIONAL_FORM = late_pattern(r"/|EGN|ЕГН|BULSTAT|БУЛСТАТ", re.IGNORECASE)  # Mexico, Bulgaria: read by their own rules
_EXTENDED = frozenset(("2.23.140.1.1", "2.23.140.1.3"))

BY_PREFIX: Final = Attribution(SubjectKind.PERSON, Confidence.CERTAIN, AttributionReason.PREFIX_OF_PEOPLE())
SOLE_TRADER: Final = Attribution(SubjectKind.PERSON, Confidence.LIKELY, AttributionReason.SOLE_TRADER_NUMBER())
BY_FORM: Final = Attribution(
    SubjectKind.PERSON,
    Confidence.LIKELY,
    AttributionReason.NUMBER_FORM(),
)
BY_CHECK: Final = Attribution(
    SubjectKind.PERSON,
    Confidence.POSSIBLE,
    AttributionReason.NUMBER_CHECKED(),
)
BY_FORM_ALONE: Final = Attribution(
    SubjectKind.PERSON,
    Confidence.POSSIBLE,
    AttributionReason.NUMBER_WRONG_CHECK(),
)


@rule(
    id="number.serial",
    version=4,
    category=NATIONAL,
    kinds=("number",),
    cites=("RFC 5280 appendix A.1", "RFC 3739 section 3.1.2", "ETSI EN 319 412-1 section 5.1.3"),
    covers=(SERIAL_NUMBER, BUSINESS_CATEGORY, *JURISDICTION),
    only=True,
)
def serial_numbers(view: View) -> Iterator[Finding]:
    """National, tax, passport and other numbers of people in the serialNumber attribute of any name."""
    for place in view.of(SERIAL_NUMBER):
        if place.text is None:
            continue
        text = spellings(place.text)[0]
        for value in _values(view, place, text.strip()):
            yield make_finding("number.serial", view, place, with_spelling(written_as(value, text), place.text))


def written_as(value: Value, text: str) -> Value:
    """Return a value with the whole text around its number, and with a look-up key for the whole text."""
    if not value.keys or Qualifier.DERIVED in value.marks:
        return replace(value, value=text)
    whole = LookupKey(IdentifierKind.NUMBER, number_key(text))
    return replace(value, value=text, keys=tuple(dict.fromkeys((*value.keys, whole))))


def _values(view: View, place: Field, text: str) -> Iterable[Value]:
    country = region_of(view, place)
    found = read_semantics(text, country)
    if found is not None and (said := said_values(found)) is not None:
        is_service = place.name is not None and names_service(view, place.name)
        return () if is_service and found.bearer is Bearer.ORGANISATION else said
    if is_placeholder(text) or is_company(view.certificate, place) or _NATIONAL_FORM.search(text):
        return ()
    number = number_in(found.number if found is not None else text, country)
    if is_of_entity(number, country):
        return ()
    if is_of_person(view, place) and not _is_of_organisation(place, number):
        if view.certificate.is_ca and not satisfied_surely(number, country):
            return ()  # the serial number of an authority whose name has a pseudonym
        return _by_evidence(number, found.country if found and found.country else country)
    if is_beside_likely_person(view, place) and not _is_of_organisation(place, number):
        return _beside_likely(number, country)
    if found is None and satisfied(number, country) and not _speaks_against_person(view, place):
        return (replace(value, attribution=BY_CHECK) for value in country_values(number, country))
    return ()


def _beside_likely(number: str, country: str) -> Iterator[Value]:
    """Read a number beside a name that is likely a person's: a national number is likely this person's, another one
    possibly the issuer's or an employer's number of the person."""
    is_company = country == "IT" and number.isdigit()  # its companies have tax codes of eleven digits
    is_national = satisfied_surely(number, country) and not is_company
    if not is_national and (len(number_key(number)) < _SHORTEST or not any(map(str.isdigit, number))):
        return
    why = AttributionReason.NUMBER_BESIDE_LIKELY() if is_national else AttributionReason.NUMBER_OF_ISSUER()
    attribution = Attribution(SubjectKind.PERSON, Confidence.LIKELY if is_national else Confidence.POSSIBLE, why)
    for value in _by_evidence(number, country):
        yield replace(value, attribution=attribution)


def said_values(found: Semantics) -> Iterable[Value] | None:
    """Return the values of a number whose text names its bearer: none for an organisation, None without such a word."""
    if found.bearer is Bearer.PERSON:
        return semantic_values(found, BY_PREFIX)
    if found.is_doubtful:
        return semantic_values(found, BY_FORM_ALONE)
    if found.satisfied:
        return semantic_values(found, SOLE_TRADER if found.bearer is Bearer.ORGANISATION else BY_FORM)
    return () if found.bearer is Bearer.ORGANISATION else None


def semantic_values(found: Semantics, attribution: Attribution) -> Iterator[Value]:
    """Read a number taken out of its text, by its scheme if any; look-up keys with and without the country."""
    is_national = found.category == NATIONAL
    if found.category == DOCUMENT:  # an identity card: the number of the card, or of its holder
        is_national = satisfied_surely(found.number, found.country)
    if found.scheme or not is_national:
        values = national_values(found.number, found.scheme, found.category)
    else:
        values = country_values(found.number, found.country)
    for value in values:
        yield replace(value, attribution=attribution)


def is_company(certificate: Certificate, place: Field) -> bool:
    """Return whether the number belongs to a company under the extended validation guidelines.

    Either their attributes stand beside the number, or the certificate was issued under their policies.
    """
    if has_company_attribute(place):
        return True
    return place.part == "subject" and not _EXTENDED.isdisjoint(certificate.policies)


def _by_evidence(number: str, country: str) -> Iterable[Value]:
    """Read a number beside a person's name: a national number where it satisfies a scheme of the country, else an
    identifier from the issuer or an employer. Certificates of India hold the hash of the tax number there."""
    if satisfied_surely(number, country) or (is_hash(number) and country == "IN"):
        return country_values(number, country)
    more = card_keys(number)
    return (
        replace(value, keys=tuple(dict.fromkeys((*value.keys, *more)))) if value.keys else value
        for value in national_values(number, "", IDENTIFIER)
    )


def _is_of_organisation(place: Field, number: str) -> bool:
    """Return whether the organizationIdentifier of the same name ends with the same number."""
    key = number_key(number)
    attributes = place.name.attributes if place.name is not None else ()
    texts = (a.text.value for a in attributes if a.oid == ORGANISATION_IDENTIFIER and a.text is not None)
    return any(key and number_key(text).endswith(key) for text in texts)


def _speaks_against_person(view: View, place: Field) -> bool:
    """Return whether the certificate (CA, server, legal person) speaks against a person, as bare numbers are weak."""
    certificate = view.certificate
    is_issuer = person_of(view, place) == CA_CONTACT
    return is_issuer or certificate.is_ca or is_server(certificate) or legal_policy(certificate) is not None
