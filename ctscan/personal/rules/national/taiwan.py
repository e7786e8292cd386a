"""Taiwan: subject directory attributes of the citizen and health cards of the government's CAs (GPKI)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ctscan.errors import FormatError
from ctscan.model import AttributionReason, Field, Qualifier
from ctscan.personal.parsers.numbers import NATIONAL
from ctscan.personal.rules import oid_rule
from ctscan.personal.values import Value, each_text, of_person
from ctscan.personal.view import View
from ctscan.x509.der import dotted

SUBJECT_TYPE = "2.16.886.1.100.2.1"
LAST_DIGITS = "2.16.886.1.100.2.51"

_PEOPLE: Final = {
    "2.16.886.1.100.3.1.1": ("user.demographic", "citizen"),
    "2.16.886.1.100.3.1.7": ("user.job_title", "health professional"),
}
"""Types of subject that are people, with the fact they state, without organisations and servers (.3.2, .3.3)."""

_OID = 0x06


def last_digits(text: str) -> Iterable[Value]:
    """Read the last four digits of the national identity number, too few for a look-up key."""
    if text.strip():
        yield Value(NATIONAL, text, text.strip(), marks=(Qualifier.PARTIAL,))


def _subject_type(view: View, place: Field) -> Iterable[Value]:
    # OBJECT IDENTIFIER of the type
    if place.raw[:1] != bytes((_OID,)):
        return
    try:
        kind = dotted(place.raw[2:])
    except FormatError:
        return
    if kind in _PEOPLE:
        category, words = _PEOPLE[kind]
        yield Value(category, kind, words, marks=(Qualifier.DERIVED,))


oid_rule(
    id="tw.number",
    version=1,
    category=NATIONAL,
    kinds=(),
    cites=("Taiwan, GPKI certificate and CRL profiles",),
    looks_for="Last digits of the identity numbers of Taiwanese citizens",
    rows={LAST_DIGITS: of_person(each_text(last_digits), AttributionReason.TW_PARTIAL_NUMBER())},
)

oid_rule(
    id="tw.subject_type",
    version=1,
    category="user.demographic",
    kinds=(),
    cites=("Taiwan, GPKI certificate and CRL profiles",),
    looks_for="Types of subject of Taiwanese certificates: citizens, health professionals",
    rows={SUBJECT_TYPE: of_person(_subject_type, AttributionReason.TW_CITIZEN())},
)
