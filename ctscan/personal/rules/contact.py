"""Telephone and fax numbers in the attributes for them.

A number in the name of a person belongs to that person. Anywhere else it is still a way to reach somebody, and becomes
a possible finding without a person. Numbers in issuers' names are contacts of the CA's operator.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from ctscan.model import AttributionReason, Confidence, Field, IdentifierKind, LookupKey, SubjectKind
from ctscan.personal.attribution.evidence import attribute_place
from ctscan.personal.parsers.phones import PHONE, fax, phone
from ctscan.personal.rules import oid_rule
from ctscan.personal.values import Attribution, Read, Value, of_person
from ctscan.personal.view import View, spellings, strings_of

_UNSURE: Final = Attribution(SubjectKind.UNKNOWN, Confidence.POSSIBLE, AttributionReason.PHONE_OF_UNKNOWN())
_ORGANISATION: Final = Attribution(
    SubjectKind.ORGANISATION, Confidence.POSSIBLE, AttributionReason.PHONE_OF_ORGANISATION()
)


def as_the_place(read: Read) -> Read:
    """Attribute values to the person or the organisation that the field is about; else to nobody."""

    def reader(view: View, place: Field) -> Iterable[Value]:
        here = attribute_place(view, place)
        is_organisation = here.kind is SubjectKind.ORGANISATION
        attribution = here if here.kind is SubjectKind.PERSON else _ORGANISATION if is_organisation else _UNSURE
        return (replace(value, attribution=attribution) for value in read(view, place))

    return reader


def _data_address(view: View, place: Field) -> Iterator[Value]:
    """Read an X.121 address or a telex number: digits of its own network, not of the telephone network."""
    texts = [spellings(text)[0].strip() for text in strings_of(view, place)[:3]]
    digits = "".join(char for text in texts[:1] for char in text if char.isdigit())
    if digits.strip("0"):
        yield Value(PHONE, texts[0], digits, (LookupKey(IdentifierKind.PHONE, digits),))


_ALWAYS: Final = AttributionReason.PHONE_OF_ONE()

oid_rule(
    id="contact.phone",
    version=1,
    category=PHONE,
    kinds=("phone",),
    cites=("RFC 4519 section 2", "RFC 4524 section 2", "ITU-T X.520"),
    looks_for="Telephone, mobile, pager, telex, ISDN and data network numbers",
    rows={
        "2.5.4.20": as_the_place(phone()),  # telephoneNumber
        "2.5.4.21": as_the_place(_data_address),  # telexNumber: SEQUENCE { number, country code, answerback }
        "2.5.4.24": as_the_place(_data_address),  # x121Address
        "2.5.4.25": as_the_place(phone()),  # internationalISDNNumber
        "0.9.2342.19200300.100.1.20": of_person(phone(), _ALWAYS),  # homeTelephoneNumber
        "0.9.2342.19200300.100.1.41": of_person(phone(), _ALWAYS),  # mobileTelephoneNumber
        "0.9.2342.19200300.100.1.42": of_person(phone(), _ALWAYS),  # pagerTelephoneNumber
    },
)

oid_rule(
    id="contact.fax",
    version=1,
    category="user.contact.fax_number",
    kinds=("phone",),
    cites=("RFC 4519 section 2.10", "ITU-T X.520"),
    looks_for="Numbers of fax machines",
    rows={"2.5.4.23": as_the_place(fax())},
)
