"""China: identity, insurance, register and tax numbers in the extensions of GM/T 0015 and its forerunners, and the
common names of CFCA, `041@<id>@<name>@00000001` and `<authority>@<name>@<kind><id>@<count>`.

Register numbers of companies are left out; register numbers of individual businesses (getihu) belong to a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from ctscan.model import AttributionReason, Confidence, Field, Finding, Qualifier, SubjectKind
from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.evidence import COMMON_NAME
from ctscan.personal.attribution.name_shapes import has_organisation_word, is_name_shaped
from ctscan.personal.finding import make_finding
from ctscan.personal.normalise.name_tokens import fold_text, name_keys
from ctscan.personal.normalise.number_keys import number_key
from ctscan.personal.parsers.dates import DATE_OF_BIRTH, GENDER, iso_date
from ctscan.personal.parsers.numbers import NATIONAL, national_values
from ctscan.personal.rules import oid_rule, rule
from ctscan.personal.values import Attribution, FromText, Read, Value, each_text, numbered, of_person
from ctscan.personal.view import View, spellings
from ctscan.x509.der import MAX_DEPTH, children
from ctscan.x509.text import OCTET_STRING, decode_text, read_text

IDENTITY = "1.2.156.10260.4.1.1"
IDENTITY_CARD = "1.2.156.10260.4.1.1.1"
PASSPORT = "1.2.156.10260.4.1.1.2"
INSURANCE = "1.2.156.10260.4.1.2"
REGISTRATION = "1.2.156.10260.4.1.3"
ORGANISATION = "1.2.156.10260.4.1.4"
TAXATION = "1.2.156.10260.4.1.5"
OLD_IDENTITY, OLD_INSURANCE = "1.2.86.11.7.1", "1.2.86.11.7.2"
OLD_HOLDER = "1.2.86.11.7.1.8"  # `SF` and the identity number

_PASSPORT = "user.government_id.passport_number"
_OFFICER = "user.government_id"

_RESIDENT = late_pattern(r"(?<![0-9])(?:[0-9]{17}[0-9Xx]|[0-9]{15})(?![0-9A-Za-z])")
_CFCA = late_pattern(r"(?P<type>[^@\s]{1,40})@(?P<first>[^@]{1,80})@(?P<second>[^@]{1,120})@(?P<count>\d{1,12})")

_BUSINESS: Final = Attribution(SubjectKind.PERSON, Confidence.LIKELY, AttributionReason.CN_BUSINESS())
_IDENTIFIED: Final = Attribution(SubjectKind.PERSON, Confidence.CERTAIN, AttributionReason.CN_NUMBER_BEFORE_NAME())
_SHAPED: Final = Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, AttributionReason.CN_SUBSCRIBER())


# --- numbers -------------------------------------------------------------------------------------------------------


def resident_values(text: str) -> Iterator[Value]:
    """Read a resident identity number (GB 11643: 18 characters, 15 before 1999) with its birth date and gender."""
    match = _RESIDENT.search(text)
    number = match.group() if match else ""
    old = len(number) == 15
    born = _born(f"{number[:6]}19{number[6:]}" if old else number)
    if not born:
        return
    yield from national_values(number, "" if old else "cn.ric")
    if old:
        yield Value(DATE_OF_BIRTH, number, born, marks=(Qualifier.DERIVED,))
        yield Value(GENDER, number, "male" if int(number[14]) % 2 else "female", marks=(Qualifier.DERIVED,))


def _born(number: str) -> str | None:
    return iso_date(int(number[6:10]), int(number[10:12]), int(number[12:14])) if number else None


def identity_values(text: str) -> Iterator[Value]:
    """Read a resident identity number with its birth date and gender, or any other identifier of the person."""
    found = list(resident_values(text))
    yield from found or national_values(text)


def business_values(text: str) -> Iterator[Value]:
    """Read the number of a person's business, or a resident identity number; nothing for companies and authorities.

    Businesses of people have 92 in a unified social credit code (GB 32100), or 6 to 9 in the seventh digit of a
    registration number (GS 15).
    """
    key = number_key(text)
    resident = None if re.match(r"9[0-9]\d{6}", key) and len(key) == 18 else list(resident_values(text))
    if resident:
        yield from resident
    elif re.fullmatch(r"92\d{6}[0-9A-Z]{10}", key) or re.fullmatch(r"\d{6}[6-9]\d{8}", key):
        for value in numbered("user.unique_id", text):
            yield replace(value, attribution=_BUSINESS)


# --- extensions ----------------------------------------------------------------------------------------------------

_CHOICES: Final[dict[int, FromText]] = {
    0: identity_values,  # residenterCardNumber
    1: lambda text: numbered(_OFFICER, text),  # militaryOfficerCardNumber
    2: lambda text: numbered(_PASSPORT, text),  # passportNumber
}


def _identity(view: View, place: Field) -> Iterable[Value]:
    """Read an IdentifyCode, or a number without any structure, which some CAs write."""
    for choice, text in _choices(place.raw) or [(0, text) for text in _strings(view, place)]:
        yield from _CHOICES.get(choice, identity_values)(text)


def _strings(view: View, place: Field) -> Iterator[str]:
    if place.text is not None:
        yield spellings(place.text)[0]
    else:
        yield from (text.value for text in view.inside(place))


def _choices(raw: bytes) -> list[tuple[int, str]]:
    # IdentifyCode: CHOICE { [0] PrintableString, [1] UTF8String, [2] PrintableString }, tagged implicitly or
    # explicitly, alone or in a SET or SEQUENCE.
    elements, problem = children(raw, 0, len(raw))
    found: list[tuple[int, str]] = []
    waiting = [] if problem else [(element, 0, -1) for element in reversed(elements)]
    while waiting:
        (tag, _, body, end, _), depth, choice = waiting.pop()
        if tag & 0xC0 == 0x80:
            choice = tag & 0x1F
        if tag & 0x20 and depth < MAX_DEPTH:
            inside, _ = children(raw, body, end)
            waiting.extend((inner, depth + 1, choice) for inner in reversed(inside))
        elif choice >= 0:
            text = decode_text(OCTET_STRING, raw[body:end]) if tag >= 0x80 else read_text(tag, raw[body:end])
            found += [(choice, text.value)] if text is not None and text.value.isprintable() else []
    return found


_of_identity: Read = of_person(_identity, AttributionReason.CN_DOCUMENT())
_of_business: Read = of_person(each_text(business_values), AttributionReason.CN_PERSON_AS_COMPANY())

oid_rule(
    id="cn.identity",
    version=1,
    category=NATIONAL,
    kinds=("number",),
    cites=("GM/T 0015-2012 section 5.2", "GB 11643-1999", "GB 32100-2015"),
    looks_for="Chinese identity numbers, with birth date and gender, insurance and tax numbers of people and firms",
    rows={
        IDENTITY: _of_identity,
        IDENTITY_CARD: _of_identity,
        PASSPORT: of_person(each_text(lambda text: numbered(_PASSPORT, text)), AttributionReason.CN_PASSPORT()),
        INSURANCE: of_person(each_text(identity_values), AttributionReason.CN_INSURANCE()),
        REGISTRATION: _of_business,
        ORGANISATION: _of_business,
        TAXATION: _of_business,
        OLD_IDENTITY: _of_identity,
        OLD_INSURANCE: of_person(each_text(identity_values), AttributionReason.CN_INSURANCE()),
        OLD_HOLDER: _of_identity,
    },
)


# --- common names --------------------------------------------------------------------------------------------------


@rule(
    id="cn.cfca",
    version=2,
    category="user.name",
    kinds=("name", "number"),
    cites=(
        "CFCA, certification practice statement: distinguished names of individual certificates",
        "GB 11643-1999",
    ),
    covers=(COMMON_NAME,),
    only=True,
)
def cfca_common_name(view: View) -> Iterator[Finding]:
    """Names and numbers of people in the common names of CFCA: type or authority, name, number and count between @."""
    for place in view.of(COMMON_NAME):
        text = spellings(place.text)[0] if place.text is not None else ""
        match = _CFCA.fullmatch(text.strip()) if "@" in text else None
        if match and _is_of_cfca(match):
            for value in _cfca_values(*_number_first(match["first"], match["second"])):
                yield make_finding("cn.cfca", view, place, value)


def _is_of_cfca(match: re.Match[str]) -> bool:
    """Return whether the type of a certificate comes first, or an authority before a number: words alone are no
    form."""
    digits = sum(map(str.isdigit, match["first"] + match["second"]))
    return re.fullmatch(r"\d{2,4}", match["type"]) is not None or digits >= 6


def _number_first(first: str, second: str) -> tuple[str, str]:
    """Return number and name, whose order varies between certificates."""
    return (first, second) if sum(map(str.isdigit, first)) >= sum(map(str.isdigit, second)) else (second, first)


def _cfca_values(number: str, name: str) -> Iterator[Value]:
    identity = list(resident_values(number)) or list(resident_values(number[1:]))  # after the type of document
    if identity:
        attribution = _IDENTIFIED
    elif is_name_shaped(name) and not has_organisation_word(name):
        attribution = _SHAPED
        identity = list(numbered("user.unique_id", number))
    else:
        return
    yield from (replace(value, attribution=attribution) for value in identity)
    if fold_text(name):
        yield Value("user.name", name, fold_text(name), name_keys(name), attribution=attribution)
