"""Parts of composite values and the roles of people in certificates of organisations: what national schemes share.

Not a rule: the modules of `ctscan.personal.rules` that read one scheme each are built from these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from ctscan.model import Confidence, Field, Name, SubjectKind
from ctscan.personal.attribution.evidence import SUBJECT, personal_attribute
from ctscan.personal.identifiers import fold_text, name_keys
from ctscan.personal.values import ONLY_PEOPLE, Read, Value, Verdict, each_text, of_person
from ctscan.personal.view import View, spellings, strings_of

FULL_NAME: Final = "user.name"
GIVEN: Final = "user.name.first"
SURNAME: Final = "user.name.last"
JOB_TITLE: Final = "user.job_title"
WORKPLACE: Final = "user.workplace"
CITY: Final = "user.contact.address.city"
STREET: Final = "user.contact.address.street"

REPRESENTATIVE: Final = "representative"
"""Who acts for the organisation that the certificate is about."""

_COMMON_NAME, _COUNTRY = "2.5.4.3", "2.5.4.6"
_LONGEST_FORM: Final = 300
_NUMBER_OR_SLASH: Final = re.compile(r"\d{5}|/|\d\.\d{3}\.\d{3}")
_FOR_A_PERSON = "a field of this scheme for the person who holds the certificate or answers for it"
_EMPLOYER = Verdict(
    SubjectKind.ORGANISATION, Confidence.CERTAIN, "the organisation that the person named beside it works or acts for"
)
_DEVICE = Verdict(
    SubjectKind.DEVICE, Confidence.CERTAIN, "the machine or service that the person named beside it answers for"
)


def name_value(category: str, text: str) -> Iterator[Value]:
    """Part of a value as a name; nothing when it has no letter."""
    stripped = text.strip(" ,;-")
    if any(char.isalpha() for char in stripped):
        yield Value(category, stripped, fold_text(stripped), name_keys(stripped))


def plain_value(category: str, text: str) -> Iterator[Value]:
    """Part of a value as a text that is not looked up by."""
    stripped = text.strip()
    if stripped:
        yield Value(category, stripped, fold_text(stripped) or stripped)


def about_person(values: Iterable[Value], why: str, person: str = "") -> Iterator[Value]:
    """The values as certainly about a person, with the reason."""
    verdict = replace(ONLY_PEOPLE, why=why)
    for value in values:
        yield replace(value, verdict=value.verdict or verdict, person=value.person or person)


def holder(read: Read, why: str = _FOR_A_PERSON) -> Read:
    """What a field of a scheme says of the person who holds the certificate."""
    return of_person(read, why)


def acting(read: Read, why: str = _FOR_A_PERSON) -> Read:
    """What a field says of the person who answers for a certificate of an organisation or a machine: the subject where
    the subject itself is named as a person, else the representative."""

    def reader(view: View, place: Field) -> Iterable[Value]:
        return about_person(read(view, place), why, acting_person(view))

    return reader


def acting_person(view: View) -> str:
    """How the person who acts for an organisation is called among the people of the certificate."""
    return SUBJECT if personal_attribute(view.certificate.subject) else REPRESENTATIVE


def employer(*beside: str, acts: bool = False) -> Read:
    """The organisation of a person. Only where a person is named by one of the types `beside`: an organisation alone
    is no personal data. `acts`: of the person who answers for the certificate (see `acting`)."""
    return _beside(beside, WORKPLACE, _EMPLOYER, acts)


def device(*beside: str) -> Read:
    """The machine or service that a person answers for; only where that person is named by one of the types."""
    return _beside(beside, "user.device", _DEVICE, True)


def _beside(people: Iterable[str], category: str, verdict: Verdict, acts: bool) -> Read:
    named = frozenset(people)
    read = each_text(lambda text: (replace(value, verdict=verdict) for value in plain_value(category, text)))

    def reader(view: View, place: Field) -> Iterable[Value]:
        person = acting_person(view) if acts else ""
        return (replace(value, person=person) for value in read(view, place)) if view.has(named) else ()

    return reader


def first_text(view: View, place: Field) -> str:
    """The text of a place as it was meant, or the first string inside its value; empty when there is none."""
    return next((spellings(text)[0] for text in strings_of(view, place)), "")


def texts_of(name: Name | None, oid: str) -> Iterator[str]:
    """The texts of one type in a name, as they were meant."""
    for attribute in name.attributes if name is not None else ():
        if attribute.oid == oid and attribute.text is not None:
            yield spellings(attribute.text)[0]


def country_of(name: Name | None) -> str:
    """The country of a name: two capital letters, or empty."""
    return next((text.strip().upper() for text in texts_of(name, _COUNTRY) if len(text.strip()) == 2), "")


def common_names(view: View) -> tuple[tuple[Field, str], ...]:
    """The common names of the subject and of directory names beside it that can be in one of the forms of a scheme:
    all of them have a number or a slash."""
    return view.once(_common_names)


def _common_names(view: View) -> tuple[tuple[Field, str], ...]:
    found: list[tuple[Field, str]] = []
    for place in view.of(_COMMON_NAME):
        if place.text is not None and place.part in ("subject", "san"):
            text = spellings(place.text)[0].strip()
            if len(text) <= _LONGEST_FORM and _NUMBER_OR_SLASH.search(text):
                found.append((place, text))
    return tuple(found)


def rows_under(arcs: Iterable[str], rows: dict[str, Read]) -> dict[str, Read]:
    """The same last arcs under each of the arcs: how issuers of one country number their fields."""
    return {f"{arc}.{last}": read for arc in arcs for last, read in rows.items()}


def only_if(read: Read, accepts: Callable[[str], bool]) -> Read:
    """The values of a place whose text is accepted, such as a tax number that is that of a person."""
    return lambda view, place: read(view, place) if accepts(first_text(view, place)) else ()
