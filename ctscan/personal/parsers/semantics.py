"""Semantics identifiers of ETSI EN 319 412-1, and the words that issuers of many countries write before a number
instead.

Only the text counts here. Rules decide about numbers without such a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ctscan.on_first_use import late_pattern
from ctscan.personal.normalise.number_keys import number_key
from ctscan.personal.parsers.numbers import NATIONAL, WRONG_CHECK, check, is_of_entity, satisfied

PASSPORT: Final = "user.government_id.passport_number"
DOCUMENT: Final = "user.government_id"
IDENTIFIER: Final = "user.unique_id"

MAX_TEXT: Final = 200


class Bearer(Enum):
    """Bearers of a number, by the word before it: people, organisations, or both."""

    PERSON = "only people"
    ORGANISATION = "only organisations"
    EITHER = "people and organisations"


class Semantics(Struct, frozen=True):
    """Number taken out of its text.

    `country`: two capital letters or empty; `scheme`: of python-stdnum, or empty; `satisfied`: whether form and check
    digits are those of people's numbers only; `is_doubtful`: whether the form is, but the check character is wrong.
    """

    bearer: Bearer
    number: str
    country: str = ""
    scheme: str = ""
    category: str = NATIONAL
    satisfied: bool = False
    is_doubtful: bool = False


# EN 319 412-1 section 5.1.3: `PNOEE-38001085718`; issuers forget the hyphen, or write a colon.
_NATURAL = late_pattern(r"(PAS|IDC|PNO|TAX|TIN)[-: ]?([A-Z]{2})(?:[-: ]+(\S.*)|((?:[A-Z]{0,2}\d).*))", re.IGNORECASE)
_CATEGORIES: Final = {"PAS": PASSPORT, "IDC": DOCUMENT, "PNO": NATIONAL, "TAX": NATIONAL, "TIN": NATIONAL}
# Two letters of a national scheme, a colon, the country: `UI:DK-P:G:…`, `EI:SE-198803200016`.
_NATIONAL_SCHEME = late_pattern(r"([A-Z]{2}):([A-Z]{2})-(\S.*)", re.IGNORECASE)
_DANISH_ORGANISATION = late_pattern(r"UI:DK-[OT]:", re.IGNORECASE)  # OCES3: organisations, systems; P and E: people
_DANISH_UNTYPED = late_pattern(r"UI:DK-(?![A-Z]:)", re.IGNORECASE)
# Section 5.1.4, for organisations: `VATES-B12345674`; also the extended forms of the CA/Browser Forum (`NTRUS+CA-…`).
_LEGAL = late_pattern(r"(VAT|NTR|PSD|LEI|GOV|EXL)[-: ]?([A-Z]{2})(?:\+[A-Z0-9]{1,3})?[-: ]+(\S.*)", re.IGNORECASE)
_COUNTRY_COLON = late_pattern(r"(IT):([0-9A-Z]{11,16})", re.IGNORECASE)  # `IT:` and the tax code of Italy

_PEOPLE: Final[Mapping[str, tuple[str, str, str]]] = {
    "PESEL": ("PL", "pl.pesel", NATIONAL),
    "CUIL": ("AR", "ar.cuit", NATIONAL),
    "IIN": ("KZ", "kz.iin", NATIONAL),
    "ИИН": ("KZ", "kz.iin", NATIONAL),
    "ЖСН": ("KZ", "kz.iin", NATIONAL),
    "CCCD": ("VN", "", NATIONAL),
    "CMND": ("VN", "", NATIONAL),
    "HC": ("VN", "", PASSPORT),
    "NIE": ("ES", "es.nie", NATIONAL),
    "DNI": ("", "", NATIONAL),
    "CURP": ("MX", "mx.curp", NATIONAL),
    "SNILS": ("RU", "", NATIONAL),
    "СНИЛС": ("RU", "", NATIONAL),
    "CNP": ("RO", "ro.cnp", NATIONAL),
    "PNF": ("BG", "bg.pnf", NATIONAL),
    "JMBG": ("RS", "si.emso", NATIONAL),
    "EMSO": ("SI", "si.emso", NATIONAL),
    "HETU": ("FI", "fi.hetu", NATIONAL),
    "CPR": ("DK", "dk.cpr", NATIONAL),
    "BSN": ("NL", "nl.bsn", NATIONAL),
    "PPSN": ("IE", "ie.pps", NATIONAL),
    "AMKA": ("GR", "gr.amka", NATIONAL),
    "RRN": ("KR", "kr.rrn", NATIONAL),
    "NIK": ("ID", "id.nik", NATIONAL),
    "SSN": ("", "", NATIONAL),
    "CEDULA": ("", "", NATIONAL),
    "CÉDULA": ("", "", NATIONAL),
    "PASSPORT": ("", "", PASSPORT),
    "PASAPORTE": ("", "", PASSPORT),
    "EDIPI": ("US", "", IDENTIFIER),
    "PID": ("DK", "", DOCUMENT),  # Danish public certificates: stands for a CPR number that only the state knows
}
"""Words before numbers that only people have: the country, the scheme, the category."""

_EITHER: Final[Mapping[str, tuple[str, ...]]] = {
    "CPF": ("BR", "CR"),
    "CUIT": ("AR",),
    "ICA": (),  # the customer of a Czech certification authority
    "INN": ("RU",),
    "ИНН": ("RU",),
    "BIN": ("KZ",),
    "БИН": ("KZ",),
    "MST": ("VN",),
    "NIF": ("ES", "PT"),
    "NIP": ("PL",),
    "NIT": ("CO", "GT", "SV"),
    "RFC": ("MX",),
    "RIF": ("VE",),
    "RUC": ("PE", "EC", "PY"),
    "RUT": ("CL", "UY"),
    "VAT": (),
    "CF": ("IT",),
    "DRFO": ("UA",),
    "РНОКПП": ("UA",),
}
"""Words before numbers of people and of organisations, with the countries that use them."""

_ORGANISATIONS: Final = (
    *("CVR", "CPJ", "KRS", "REGON", "HRB", "HRA", "SIREN", "SIRET", "CNPJ", "CIF", "KVK", "UEN", "BCE", "OGRN"),
    *("EDRPOU", "ЄДРПОУ", "ICO", "IČO", "NTR", "LEI", "NR WPISU", "ORGNR"),
)

_WORDS: Final = "|".join(sorted((*_PEOPLE, *_EITHER, *_ORGANISATIONS), key=len, reverse=True))
_SEPARATED = r"(?:\s?(?:no|nr|n°|č)\b\.?)?(?:\s?[-:.#=]\s?|\s)"
_LABELLED = late_pattern(rf"({_WORDS}){_SEPARATED}(\d.*|[A-Z]{{1,6}}[- ]?\d.*)", re.IGNORECASE)
_KAZAKH = late_pattern(r"(IIN|ИИН|ЖСН|BIN|БИН) ?(\d{12})", re.IGNORECASE)  # without anything between

_SAFE: Final = (
    *("BIN", "CCCD", "CEDULA", "CÉDULA", "CMND", "CPF", "CUIL", "CUIT", "CURP", "DNI", "IIN", "INN", "JMBG"),
    *("NIE", "NIF", "PESEL", "RFC", "RUT", "SNILS", "БИН", "ЖСН", "ИИН", "ИНН", "РНОКПП", "СНИЛС"),
)  # words that mean nothing else in running text
_IN_TEXT = late_pattern(
    rf"(?<![^\W_])({'|'.join(_SAFE)})(?:{_SEPARATED})?"
    r"((?:[A-Z]{1,4}[- ]?)?\d(?:[-./]?[0-9A-Z]){5,24})(?![^\W_])",
    re.IGNORECASE,
)

_EMPLOYEE = late_pattern(r"CVR:\s?\d{8}-RID:\s?(\S{1,64})", re.IGNORECASE)  # an employee of a Danish company
_RUT = late_pattern(r"\d{1,2}\.?\d{3}\.?\d{3}-[\dK]", re.IGNORECASE)  # Chile, without any word before it


def read_semantics(text: str, country: str = "") -> Semantics | None:
    """Read a text whose beginning names the bearer of its number; None without such a word.

    `country`: of the name that holds the text, for words that several countries use.
    """
    text = " ".join(text[:MAX_TEXT].split())
    return _etsi(text) or _worded(text, country)


def semantics_in(text: str, country: str = "") -> Iterator[Semantics]:
    """Yield the numbers of people in running text, each found by the word before it."""
    for match in _IN_TEXT.finditer(text):
        found = _by_word(match[1].upper(), match[2], country)
        if found.bearer is Bearer.PERSON or (found.bearer is Bearer.EITHER and found.satisfied):
            yield found


def _etsi(text: str) -> Semantics | None:
    natural = _NATURAL.fullmatch(text)
    if natural:
        kind, country, number = natural[1].upper(), natural[2].upper(), natural[3] or natural[4]
        is_company = kind in ("TIN", "TAX") and country == "IT" and re.fullmatch(r"\d{11}", number)
        bearer = Bearer.ORGANISATION if is_company or is_of_entity(number, country) else Bearer.PERSON
        return Semantics(bearer, number, country, category=_CATEGORIES[kind])
    scheme = _NATIONAL_SCHEME.fullmatch(text)
    if scheme:
        category = IDENTIFIER if scheme[1].upper() == "UI" else NATIONAL
        return Semantics(_bearer_of_scheme(text), scheme[3], scheme[2].upper(), category=category)
    legal = _LEGAL.fullmatch(text)
    if legal:
        return _of_organisation(legal[3], legal[2].upper())
    colon = _COUNTRY_COLON.fullmatch(text)
    return _of_taxpayer(colon[2]) if colon else None


def _bearer_of_scheme(text: str) -> Bearer:
    """Return the bearer of a number behind the letters of a national scheme: the letter before the next colon tells
    in Denmark, and without one its time-stamp units have such numbers, too."""
    if _DANISH_ORGANISATION.match(text):
        return Bearer.ORGANISATION
    return Bearer.EITHER if _DANISH_UNTYPED.match(text) else Bearer.PERSON


def _of_taxpayer(number: str) -> Semantics:
    """Read a tax code of Italy: a person's, also with a wrong check character, or a company's of eleven digits."""
    if check(number, "it.codicefiscale")[0] == WRONG_CHECK:
        return Semantics(Bearer.ORGANISATION, number, "IT", "it.codicefiscale", is_doubtful=True)
    return _of_organisation(number, "IT")


def _of_organisation(number: str, country: str) -> Semantics:
    """Read a number of an organisation; of a sole trader when it satisfies a scheme for people."""
    schemes = satisfied_in(number, country)
    if not schemes:
        return Semantics(Bearer.ORGANISATION, number, country)
    return Semantics(Bearer.ORGANISATION, _bare(number, country), country, schemes[0], satisfied=True)


def _bare(number: str, country: str) -> str:
    """Remove the `01` that Sweden appends to make a VAT number."""
    is_vat = country == "SE" and re.fullmatch(r"\d{10}01", number_key(number)) and not satisfied(number, country)
    return number_key(number)[:10] if is_vat else number


def satisfied_in(number: str, country: str) -> tuple[str, ...]:
    """Return `numbers.satisfied`, also for a VAT number made from a person's number (Sweden appends `01`)."""
    found = satisfied(number, country)
    if found or country != "SE" or not re.fullmatch(r"\d{10}01", number_key(number)):
        return found
    return satisfied(number_key(number)[:10], country)


def _worded(text: str, country: str) -> Semantics | None:
    employee = _EMPLOYEE.fullmatch(text)
    if employee:
        return Semantics(Bearer.PERSON, text, "DK", category=IDENTIFIER)
    labelled = _KAZAKH.fullmatch(text) or _LABELLED.fullmatch(text)
    if labelled:
        return _by_word(labelled[1].upper(), labelled[2], country)
    if country in ("", "CL") and _RUT.fullmatch(text):
        return replace(_of_either(text, ("CL",), ""), country="CL")
    return None


def _by_word(word: str, number: str, country: str) -> Semantics:
    if word in _PEOPLE:
        usual, scheme, category = _PEOPLE[word]
        return Semantics(Bearer.PERSON, number, usual or country, scheme, category)
    if word in _EITHER:
        return _of_either(number, _EITHER[word], country)
    return Semantics(Bearer.ORGANISATION, number, country)


def _of_either(number: str, countries: tuple[str, ...], country: str) -> Semantics:
    """Read a number by the country of the name if it uses the word, else by the first country whose schemes it fits."""
    for candidate in [country] if country in countries else countries:
        schemes = satisfied_in(number, candidate)
        if schemes:
            return Semantics(Bearer.EITHER, number, candidate, schemes[0], satisfied=True)
    if re.fullmatch(r"0?\d-?\d{4}-?\d{4}", number) and "CR" in countries:  # Costa Rica: people, by its form alone
        return Semantics(Bearer.PERSON, number, "CR", "cr.cpf")
    return Semantics(Bearer.EITHER, number, country if country in countries else (*countries, "")[0])
