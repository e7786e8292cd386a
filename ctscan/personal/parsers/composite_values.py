"""Building blocks of the national rules: parts of composite values, and people who act for organisations.

This module holds no rule; the modules in `ctscan.personal.rules.national` are built from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from ctscan.model import AttributionReason, Confidence, Field, Message, Name, SubjectKind
from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.evidence import SUBJECT, personal_attribute
from ctscan.personal.normalise.name_tokens import fold_text, name_keys
from ctscan.personal.values import ONLY_PEOPLE, Attribution, Read, Value, each_text, of_person
from ctscan.personal.view import View, spellings, strings_of

FULL_NAME: Final = "user.name"
GIVEN: Final = "user.name.first"
SURNAME: Final = "user.name.last"
JOB_TITLE: Final = "user.job_title"
WORKPLACE: Final = "user.workplace"
CITY: Final = "user.contact.address.city"
STREET: Final = "user.contact.address.street"

REPRESENTATIVE: Final = "representative"
"""Role of the person who acts for the organisation that the certificate is about."""

FIELDS_OF_REPRESENTATIVES: Final = frozenset(
    [
        *(f"1.3.6.1.4.1.5734.1.{last}" for last in (16, 17, 18, 19)),  # FNMT
        *(f"2.16.724.1.3.5.{seal}.{last}" for seal in ("2.1", "2.2", "6.1", "6.2") for last in (4, 6, 7, 8)),
        *("2.16.76.1.3.2", "2.16.76.1.3.4"),  # ICP-Brasil
    ]
)
"""Types that name the person who answers for the certificate of an organisation."""

_COMMON_NAME, _COUNTRY = "2.5.4.3", "2.5.4.6"
_LONGEST_FORM: Final = 300
_NUMBER_OR_SLASH: Final = late_pattern(r"\d{5}|/|\d\.\d{3}\.\d{3}")
_FOR_A_PERSON = AttributionReason.SCHEME_FIELD()
_EMPLOYER = Attribution(SubjectKind.ORGANISATION, Confidence.CERTAIN, AttributionReason.EMPLOYER())
_DEVICE = Attribution(SubjectKind.DEVICE, Confidence.CERTAIN, AttributionReason.MACHINE_OF_PERSON())


def name_value(category: str, text: str) -> Iterator[Value]:
    """Make a name from part of a value; nothing without a letter."""
    stripped = text.strip(" ,;-")
    if any(char.isalpha() for char in stripped):
        yield Value(category, stripped, fold_text(stripped), name_keys(stripped))


def plain_value(category: str, text: str) -> Iterator[Value]:
    """Make a text without look-up keys from part of a value."""
    stripped = text.strip()
    if stripped:
        yield Value(category, stripped, fold_text(stripped) or stripped)


def attribute_to_person(values: Iterable[Value], why: Message, person: str = "") -> Iterator[Value]:
    """Attribute values to a person for certain, with the reason."""
    attribution = replace(ONLY_PEOPLE, why=why)
    for value in values:
        yield replace(value, attribution=value.attribution or attribution, person=value.person or person)


def holder(read: Read, why: Message = _FOR_A_PERSON) -> Read:
    """Attribute the values of a field to the person who holds the certificate."""
    return of_person(read, why)


def acting(read: Read, why: Message = _FOR_A_PERSON) -> Read:
    """Attribute the values of a field to the person who answers for a certificate of an organisation or a machine.

    That person is the subject where the subject is named as a person, else the representative.
    """

    def reader(view: View, place: Field) -> Iterable[Value]:
        return attribute_to_person(read(view, place), why, acting_person(view))

    return reader


def acting_person(view: View) -> str:
    """Return the role of the person who acts for the organisation: subject or representative."""
    return SUBJECT if personal_attribute(view.certificate.subject) else REPRESENTATIVE


def employer(*beside: str, acts: bool = False) -> Read:
    """Read the organisation of a person, but only beside a field of the types `beside`, which name a person.

    An organisation without a person is no personal data. `acts`: attribute the value as `acting` does.
    """
    return _beside(beside, WORKPLACE, _EMPLOYER, acts)


def device(*beside: str) -> Read:
    """Read the machine or service that a person answers for, but only beside a field that names that person."""
    return _beside(beside, "user.device", _DEVICE, True)


def _beside(people: Iterable[str], category: str, attribution: Attribution, acts: bool) -> Read:
    named = frozenset(people)
    read = each_text(lambda text: (replace(value, attribution=attribution) for value in plain_value(category, text)))

    def reader(view: View, place: Field) -> Iterable[Value]:
        person = acting_person(view) if acts else ""
        return (replace(value, person=person) for value in read(view, place)) if view.has(named) else ()

    return reader


def first_text(view: View, place: Field) -> str:
    """Return the repaired text of a field, or the first string inside its value; empty when there is none."""
    return next((spellings(text)[0] for text in strings_of(view, place)), "")


def texts_of(name: Name | None, oid: str) -> Iterator[str]:
    """Yield the repaired texts of one attribute type in a name."""
    for attribute in name.attributes if name is not None else ():
        if attribute.oid == oid and attribute.text is not None:
            yield spellings(attribute.text)[0]


def country_of(name: Name | None) -> str:
    """Return the country of a name: two capital letters, or empty."""
    return next((text.strip().upper() for text in texts_of(name, _COUNTRY) if len(text.strip()) == 2), "")


def common_names(view: View) -> tuple[tuple[Field, str], ...]:
    """Return the common names of the subject, and of directory names beside it, that may have a national form.

    All such forms hold a number or a slash.
    """
    return view.memo(_common_names)


def _common_names(view: View) -> tuple[tuple[Field, str], ...]:
    found: list[tuple[Field, str]] = []
    for place in view.of(_COMMON_NAME):
        if place.text is not None and place.part in ("subject", "san"):
            text = spellings(place.text)[0].strip()
            if len(text) <= _LONGEST_FORM and _NUMBER_OR_SLASH.search(text):
                found.append((place, text))
    return tuple(found)


def rows_under(arcs: Iterable[str], rows: dict[str, Read]) -> dict[str, Read]:
    """Return table rows for the same last arcs under each arc, as issuers of one country number their fields."""
    return {f"{arc}.{last}": read for arc in arcs for last, read in rows.items()}


def only_if(read: Read, accepts: Callable[[str], bool]) -> Read:
    """Read a field only when its text is accepted, such as a tax number in the form of a person's number."""
    return lambda view, place: read(view, place) if accepts(first_text(view, place)) else ()
