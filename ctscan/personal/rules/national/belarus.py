"""Belarus (GosSUOK): number of the identity document, taxpayer's number and position, in names and extensions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ctscan.model import AttributionReason, Confidence, Field, Qualifier, SubjectKind
from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.evidence import ORGANISATION
from ctscan.personal.attribution.name_shapes import has_organisation_word
from ctscan.personal.normalise.number_keys import number_key
from ctscan.personal.parsers.composite_values import acting
from ctscan.personal.parsers.dates import DATE_OF_BIRTH, GENDER, iso_date
from ctscan.personal.parsers.numbers import NATIONAL, national_values
from ctscan.personal.rules import oid_rule
from ctscan.personal.values import Attribution, Value, each_text, of_person, plain
from ctscan.personal.view import View, spellings, strings_of

PERSONAL_NUMBER = "1.2.112.1.2.1.1.1.1.1"
TAXPAYER = "1.2.112.1.2.1.1.1.1.2"  # UNP
POSITION = "1.2.112.1.2.1.1.5.1"
DEPARTMENT = "1.2.112.1.2.1.1.5.2"

_CENTURY = {"1": 18, "2": 18, "3": 19, "4": 19, "5": 20, "6": 20}  # by the first digit, which is odd for men
_PERSONAL = late_pattern(r"([1-6])(\d\d)(\d\d)(\d\d)[A-Z]\d{3}[A-Z]{2}\d")  # day, month, year of the century
_OF_A_PERSON = Attribution(SubjectKind.PERSON, Confidence.CERTAIN, AttributionReason.BY_TAXPAYER())
_OF_ANYBODY = Attribution(SubjectKind.ORGANISATION, Confidence.LIKELY, AttributionReason.BY_ORGANISATION())


def personal_values(text: str) -> Iterator[Value]:
    """Read the personal number of a passport, `3290280A001PB5`, with the date of birth and the gender that it encodes.

    Other contents of the field (`Данные из документа`, data of the identity document) are kept as written.
    """
    yield from national_values(text)
    match = _PERSONAL.fullmatch(number_key(text))
    born = match and iso_date(_CENTURY[match[1]] * 100 + int(match[4]), int(match[3]), int(match[2]))
    if match and born:
        yield Value(DATE_OF_BIRTH, text, born, marks=(Qualifier.DERIVED,))
        yield Value(GENDER, text, "male" if int(match[1]) % 2 else "female", marks=(Qualifier.DERIVED,))


def _taxpayer(view: View, place: Field) -> Iterable[Value]:
    """Read nine characters: digits of an organisation or a sole trader, or two letters and seven digits of a person.

    Digits beside the name of a company are the company's number and are left out.
    """
    for text in strings_of(view, place):
        number = spellings(text)[0]
        is_persons = re.match(r"[^\W\d_]{2}\d{7}", number_key(number)) is not None
        if not is_persons and view.memo(_is_company):
            continue
        attribution = _OF_A_PERSON if is_persons else _OF_ANYBODY
        for value in national_values(number, "by.unp"):
            yield Value(
                value.category, value.value, value.canonical, value.keys, marks=value.marks, attribution=attribution
            )


def _is_company(view: View) -> bool:
    texts = (a.text for a in view.certificate.subject.attributes if a.oid == ORGANISATION and a.text is not None)
    return any(has_organisation_word(spellings(text)[0]) for text in texts)


oid_rule(
    id="by.number",
    version=1,
    category=NATIONAL,
    kinds=("number",),
    cites=("STB 34.101.50", "Belarus, GosSUOK certificate profiles"),
    looks_for="Belarusian personal numbers, with the birth date and gender in them, and taxpayer's numbers",
    rows={
        PERSONAL_NUMBER: of_person(each_text(personal_values), AttributionReason.BY_DOCUMENT()),
        TAXPAYER: _taxpayer,
    },
)

oid_rule(
    id="by.position",
    version=1,
    category="user.job_title",
    kinds=(),
    cites=("STB 34.101.50", "Belarus, GosSUOK certificate profiles"),
    looks_for="Place of work, position and department of the holders of Belarusian certificates",
    rows={
        POSITION: acting(plain("user.job_title"), AttributionReason.BY_POSITION()),
        DEPARTMENT: acting(plain("user.workplace"), AttributionReason.BY_DEPARTMENT()),
    },
)
