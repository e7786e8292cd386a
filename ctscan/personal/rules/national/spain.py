"""Spain: fields of FNMT, the public administration, ANF, AEAT, Camerfirma, Firmaprofesional, ACA and the MAP, and
numbers in common names, surnames and descriptions. An organisation's NIF is no personal data; a sole trader's NIF is,
since it is the person's own number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from ctscan.model import AttributionReason, Field, Finding, Phrase, Qualifier
from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.evidence import GIVEN_NAME, SUBJECT, SURNAME
from ctscan.personal.attribution.name_shapes import person_form
from ctscan.personal.finding import make_finding
from ctscan.personal.normalise.addresses import find_emails
from ctscan.personal.normalise.name_tokens import name_tokens
from ctscan.personal.parsers.composite_values import (
    FULL_NAME,
    GIVEN,
    JOB_TITLE,
    acting,
    acting_person,
    attribute_to_person,
    common_names,
    device,
    employer,
    first_text,
    holder,
    name_value,
    only_if,
    plain_value,
    rows_under,
)
from ctscan.personal.parsers.composite_values import SURNAME as SURNAME_CATEGORY
from ctscan.personal.parsers.numbers import NATIONAL, VALID, check, is_of_entity, national_values
from ctscan.personal.rules import oid_rule, rule
from ctscan.personal.values import Value, each_text, named, numbered, plain
from ctscan.personal.view import View, spellings

_NIF: Final = "es.nif"
_OF_PERSON = r"(?:[XYZ]-?\d{7}|[KLM]\d{7}|\d{7,8})-?[A-Z]"  # DNI, NIE, and the NIF of people who have none of these
_PREFIX = late_pattern(r"(?:(?:IDC|PNO|TIN|TAX|VAT)ES|NIF|DNI|NIE|CIF)[: -]+", re.IGNORECASE)
_PERSON_NIF = late_pattern(_OF_PERSON, re.IGNORECASE)


def _is_person_nif(text: str) -> bool:
    return len(text) <= 32 and _PERSON_NIF.fullmatch(_bare(text)) is not None


def _is_no_entity_nif(text: str) -> bool:
    return not is_of_entity(_bare(text), "ES")


def _bare(text: str) -> str:
    """Return a number without the name of its kind (`IDCES-`, `NIF `)."""
    return _PREFIX.sub("", text.strip(), count=1)


def _nif_values(text: str) -> Iterable[Value]:
    return national_values(_bare(text), _NIF)


_given, _surname, _title = named(GIVEN), named(SURNAME_CATEGORY), plain(JOB_TITLE)
_own_nif = only_if(each_text(_nif_values), _is_no_entity_nif)
_WHY_TRADER = AttributionReason.ES_SOLE_TRADER()
_sole_trader = holder(only_if(each_text(_nif_values), _is_person_nif), _WHY_TRADER)

_FNMT = "1.3.6.1.4.1.5734.1."
_FNMT_PEOPLE = tuple(f"{_FNMT}{last}" for last in (1, 2, 3, 4, 16, 17, 18, 19))

oid_rule(
    id="es.fnmt",
    version=1,
    category=FULL_NAME,
    kinds=("name", "number"),
    cites=("FNMT-RCM certificate profiles, subjectAltName directoryName",),
    looks_for="Names, NIF and employer in the fields of the Spanish mint (FNMT-RCM)",
    rows={
        f"{_FNMT}1": holder(_given),
        f"{_FNMT}2": holder(_surname),
        f"{_FNMT}3": holder(_surname),
        f"{_FNMT}4": holder(_own_nif),
        f"{_FNMT}6": employer(*_FNMT_PEOPLE),
        f"{_FNMT}7": _sole_trader,
        f"{_FNMT}8": device(*_FNMT_PEOPLE),
        f"{_FNMT}14": employer(*_FNMT_PEOPLE, acts=True),
        f"{_FNMT}15": _sole_trader,
        f"{_FNMT}16": acting(_given),
        f"{_FNMT}17": acting(_surname),
        f"{_FNMT}18": acting(_surname),
        f"{_FNMT}19": acting(_own_nif),
        f"{_FNMT}20": holder(_title, AttributionReason.ES_POST()),
    },
)


_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
"""Check letters of a DNI, by the remainder of its number divided by 23 (Real Decreto 1553/2005)."""


def _personnel_number(text: str) -> Iterable[Value]:
    """Read an NRP: eight digits of the DNI, two control digits, then letter and number of the corps.

    The DNI follows from it, with the check letter of its digits.
    """
    yield from numbered("user.unique_id", text)
    found = re.match(r"(\d{8})\d{2} ?[A-Z]\d{2}", text.strip())
    if found:
        for value in national_values(found[1] + _LETTERS[int(found[1]) % 23], _NIF):
            yield Value(value.category, text, value.canonical, value.keys, marks=(Qualifier.DERIVED,))


def _pseudonym(text: str) -> Iterable[Value]:
    """Read the pseudonym of an employee: words, or the number of a badge."""
    category = "user.unique_id.pseudonymous"
    return name_value(category, text) if any(map(str.isalpha, text)) else numbered(category, text)


# Certificate profiles under Ley 40/2015: the last arc is the field, the arc before it the level of assurance.
_AGE = "2.16.724.1.3.5."
_EMPLOYEES, _SEALS = ("3.1", "3.2", "7.1", "7.2"), ("2.1", "2.2", "6.1", "6.2")
_PSEUDONYMS, _SITES = ("4.1", "4.2"), ("1.1", "1.2", "5.1", "5.2")
_AGE_PEOPLE = tuple(f"{_AGE}{arc}.{last}" for arc in (*_EMPLOYEES, *_SEALS) for last in (4, 6, 7, 8)) + tuple(
    f"{_AGE}{arc}.12" for arc in _PSEUDONYMS
)
_EMPLOYER = employer(*_AGE_PEOPLE)

oid_rule(
    id="es.administration",
    version=1,
    category=FULL_NAME,
    kinds=("name", "number"),
    cites=("Ley 40/2015 article 43, certificate profiles of the Spanish public administration",),
    looks_for="Names, NIF, personnel number, post and unit of Spanish public employees and of people behind a seal",
    rows={
        **rows_under(
            (_AGE + arc for arc in _EMPLOYEES),
            {
                "2": _EMPLOYER,
                "3": _sole_trader,
                "4": holder(_own_nif),
                "5": holder(each_text(_personnel_number)),
                "6": holder(_given),
                "7": holder(_surname),
                "8": holder(_surname),
                "10": _EMPLOYER,
                "11": holder(_title),
            },
        ),
        **rows_under(
            (_AGE + arc for arc in _SEALS),
            {
                "2": employer(*_AGE_PEOPLE, acts=True),
                "3": _sole_trader,
                "4": acting(_own_nif),
                "6": acting(_given),
                "7": acting(_surname),
                "8": acting(_surname),
            },
        ),
        **rows_under(
            (_AGE + arc for arc in _PSEUDONYMS),
            {
                "2": _EMPLOYER,
                "3": _sole_trader,
                "10": _EMPLOYER,
                "11": holder(_title),
                "12": holder(each_text(_pseudonym)),
            },
        ),
        **rows_under((_AGE + arc for arc in _SITES), {"3": _sole_trader}),
    },
)


def _by_content(view: View, place: Field) -> Iterable[Value]:
    """Read an undocumented field by its content: a NIF by its form, a name by a word that the subject's name also
    holds.

    Addresses are found by the rule for addresses.
    """
    text = first_text(view, place)
    if _is_person_nif(text):
        yield from attribute_to_person(_nif_values(text), AttributionReason.ES_NIF())
    elif found := _SURNAMES_AND_NUMBER.fullmatch(text[:200].strip()):
        yield from _surname_values(found)
    elif not _is_code_or_address(text) and not view.memo(_name_words).isdisjoint(name_tokens(text)):
        why = AttributionReason.ES_NAME_WORD()
        yield from attribute_to_person(name_value(FULL_NAME, text), why)


def _is_code_or_address(text: str) -> bool:
    """Return whether a text holds digits (a code) or an e-mail address, and so is no name."""
    return any(char.isdigit() for char in text) or bool(find_emails(text))


def _name_words(view: View) -> frozenset[str]:
    """Return the words of the subject's given names and surnames, without numbers."""
    places = (p for p in view.of(GIVEN_NAME, SURNAME) if p.part == "subject" and p.text is not None)
    words = (word for p in places if p.text is not None for s in spellings(p.text) for word in name_tokens(s))
    return frozenset(word for word in words if word.isalpha() and len(word) > 2)


_ANF = "1.3.6.1.4.1.18332."

oid_rule(
    id="es.anf",
    version=2,
    category=FULL_NAME,
    kinds=("name", "number"),
    cites=("ANF AC certificate profiles, private fields in extensions and subjectAltName",),
    looks_for="Names and NIF in the fields of ANF Autoridad de Certificación: extension, attribute or otherName",
    rows={
        **dict.fromkeys((f"{_ANF}{arc}.{last}" for arc in (10, 20) for last in range(1, 21)), _by_content),
        **dict.fromkeys((f"{_ANF}29.{last}" for last in range(1, 21) if last != 5), _by_content),  # 5: an address
        f"{_ANF}10.1": holder(_given),
        f"{_ANF}10.2": holder(_surname),
        f"{_ANF}10.3": holder(_surname),
        f"{_ANF}10.4": holder(_own_nif),
        f"{_ANF}20.3": acting(_given),
        f"{_ANF}20.4": acting(_surname),
        f"{_ANF}20.5": acting(_surname),
        f"{_ANF}20.6": acting(_own_nif),
    },
)

_PERUVIAN_TRADER = late_pattern(r"1[057](\d{8})\d")  # RUC of a natural person: 10 and the DNI


def _entity_number(text: str) -> Iterable[Value]:
    """Read the tax number of an entity when it belongs to a person: a Spanish NIF, or a Peruvian RUC around a DNI."""
    found = _PERUVIAN_TRADER.fullmatch(text.strip())
    if found:
        yield from national_values(text, "pe.ruc")
        for value in national_values(found[1], ""):
            yield Value(value.category, text, value.canonical, value.keys, marks=(Qualifier.DERIVED,))
    elif _is_person_nif(text):
        yield from _nif_values(text)


_CAMERFIRMA, _FIRMAPROFESIONAL, _ACA, _MAP = (
    f"1.3.6.1.4.1.{arc}." for arc in ("17326.30", "13177.0", "16533.30", "14862.1.4")
)

oid_rule(
    id="es.authorities",
    version=1,
    category=FULL_NAME,
    kinds=("name", "number"),
    cites=(
        "AC Camerfirma certificate profiles",
        "Firmaprofesional certificate profiles",
        "AC Abogacía certificate profiles",
        "Agencia Tributaria, attribute 1.3.6.1.4.1.18838.1.1",
    ),
    looks_for="Names and NIF in the fields of other Spanish authorities: tax agency, Camerfirma, Firmaprofesional",
    rows={
        "1.3.6.1.4.1.18838.1.1": acting(_own_nif, AttributionReason.ES_TAX_AGENCY()),
        f"{_CAMERFIRMA}3": holder(each_text(_entity_number), _WHY_TRADER),
        f"{_CAMERFIRMA}7": holder(_given),
        f"{_CAMERFIRMA}8": holder(_surname),
        f"{_CAMERFIRMA}9": holder(_surname),
        f"{_FIRMAPROFESIONAL}1": holder(_given),
        f"{_FIRMAPROFESIONAL}2": holder(_surname),
        f"{_FIRMAPROFESIONAL}3": holder(_surname),
        f"{_FIRMAPROFESIONAL}4": _by_content,
        f"{_ACA}1": holder(_surname),
        **dict.fromkeys((f"{_MAP}{last}" for last in range(1, 21)), _by_content),
    },
)


# --- attributes that also hold a number ----------------------------------------------------------------------------

_ID = rf"(?P<id>{_OF_PERSON})"
_LABEL = r"(?:NIF|DNI|NIE|N\.I\.F\.|D\.N\.I\.)"
_NAME = r"(?P<name>[^\W\d_][^\d:()]{2,120}?)"
_ENTITY_AND_PERSON = late_pattern(
    rf"(?:ENTIDAD )?.{{1,120}}? - CIF [A-Z]\d{{7}}\w - (?:NOMBRE )?{_NAME} - {_LABEL} {_ID}"
)
_NAME_AND_NUMBER = late_pattern(
    rf"(?:NOMBRE )?{_NAME} ?[-/|] ?(?:(?P<label>{_LABEL})[ :]{{0,2}})?{_ID}(?: ?\([^()]{{1,40}}\))?"
)
_NUMBER_AND_NAME = late_pattern(rf"{_ID} {_NAME} \((?:(?P<label>R): ?[A-Z]\d{{7}}[0-9A-Z]|[A-ZÓ ]{{1,40}})\)")
_COMMON_NAME_FORMS: Final = (
    (_NAME_AND_NUMBER, Phrase.SPANISH_NAME_NIF_FORM),
    (_NUMBER_AND_NAME, Phrase.SPANISH_NIF_NAME_FORM),
)


@rule(
    id="es.common_name",
    version=1,
    category=NATIONAL,
    kinds=("number", "name"),
    cites=("FNMT-RCM certificate profiles, subject commonName", "ETSI EN 319 412-2 section 4.2.4"),
)
def numbers_in_common_names(view: View) -> Iterator[Finding]:
    """Spanish NIF of people in common names: name - NIF, NIF name (R: entity), entity - CIF - name - NIF."""
    for place, text in common_names(view):
        for value in _common_name_values(view, text):
            yield make_finding("es.common_name", view, place, value)


def _common_name_values(view: View, text: str) -> Iterator[Value]:
    found = _ENTITY_AND_PERSON.fullmatch(text)
    if found:
        why = AttributionReason.ES_ENTITY_COMMON_NAME()
        values = (*name_value(FULL_NAME, found["name"]), *national_values(found["id"], _NIF))
        yield from attribute_to_person(values, why, acting_person(view))
        return
    for pattern, form in _COMMON_NAME_FORMS:
        found = pattern.fullmatch(text)
        if found and _is_plausible(found):
            why = AttributionReason.COMMON_NAME_FORM(form=form)
            yield from attribute_to_person(national_values(found["id"], _NIF), why, SUBJECT)
            if person_form(text) is None:  # otherwise the rule for common names finds the name
                yield from attribute_to_person(name_value(FULL_NAME, found["name"]), why, SUBJECT)
            return


def _is_plausible(found: re.Match[str]) -> bool:
    """Return whether a label precedes the number, or its letter is right: machines are numbered too."""
    return found["label"] is not None or check(found["id"], _NIF)[0] == VALID


_SURNAMES_AND_NUMBER = late_pattern(rf"{_NAME} ?- ?(?:{_LABEL}[ :]{{0,2}})?{_ID}")


@rule(
    id="es.surname",
    version=1,
    category=NATIONAL,
    kinds=("number", "name"),
    cites=("ANF AC certificate profiles, subject surname",),
    covers=(SURNAME,),
    only=True,
)
def numbers_in_surnames(view: View) -> Iterator[Finding]:
    """Spanish NIF after the surnames in the surname attribute: surnames - NIF."""
    for place in view.of(SURNAME):
        found = _SURNAMES_AND_NUMBER.fullmatch(first_text(view, place)[:200].strip())
        if found:
            for value in _surname_values(found):
                yield make_finding("es.surname", view, place, value)


def _surname_values(found: re.Match[str]) -> Iterator[Value]:
    values = (*name_value(SURNAME_CATEGORY, found["name"]), *national_values(found["id"], _NIF))
    return attribute_to_person(values, AttributionReason.ES_NAME_WITH_NUMBER())


_POST = late_pattern(r"(?:^|[/;,|] ?)Cargo ?[:=] ?([^/;|]{2,120})", re.IGNORECASE)
_NOTARY = late_pattern(r"(?:^|/) ?Notari[oa] ?: ?([^\d/:]{4,80}?) ?(?:/|,? ?N[úu]m|$)", re.IGNORECASE)


@rule(
    id="es.description",
    version=1,
    category=JOB_TITLE,
    kinds=("name",),
    cites=("FNMT-RCM certificate profiles of representatives, subject description",),
    covers=("2.5.4.13",),
    only=True,
)
def mandates(view: View) -> Iterator[Finding]:
    """Posts of representatives (Cargo:) and notaries of powers of attorney (Notario:) in descriptions."""
    for place in view.of("2.5.4.13"):
        text = first_text(view, place)
        for found in _POST.finditer(text):
            why = AttributionReason.ES_POST()
            for value in attribute_to_person(plain_value(JOB_TITLE, found[1]), why, acting_person(view)):
                yield make_finding("es.description", view, place, value)
        for found in _NOTARY.finditer(text):
            why = AttributionReason.ES_NOTARY()
            for value in attribute_to_person(name_value(FULL_NAME, found[1]), why, "notary"):
                yield make_finding("es.description", view, place, value)


_QUALIFIER = late_pattern(rf"-?(?:dni|nif|nie)[ :-]*{_ID}(?:[ ,;]{{1,3}}-?cif[ :-]*[A-Z0-9]{{9}})?", re.I)


@rule(
    id="es.dnQualifier",
    version=2,
    category=NATIONAL,
    kinds=("number",),
    cites=("ITU-T X.520",),
    covers=("2.5.4.46",),
    only=True,
)
def numbers_in_qualifiers(view: View) -> Iterator[Finding]:
    """Spanish NIF in the dnQualifier attribute, after the word dni, nif or nie; the CIF behind it is an employer's."""
    for place in view.of("2.5.4.46"):
        found = _QUALIFIER.fullmatch(first_text(view, place)[:64].strip())
        if found:
            for value in attribute_to_person(national_values(found["id"], _NIF), AttributionReason.ES_TOLD_NUMBER()):
                yield make_finding("es.dnQualifier", view, place, value)
