"""Brazil (ICP-Brasil DOC-ICP-04): fields in otherNames, and numbers after the colon of a common name.

The data of a person form one field of fixed widths, in which zeros stand for missing data. A company's certificate
holds the data of the person who answers for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from ctscan.model import AttributionReason, Field, Finding, Sensitivity
from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.evidence import SUBJECT
from ctscan.personal.attribution.name_shapes import has_organisation_word
from ctscan.personal.finding import make_finding
from ctscan.personal.parsers.composite_values import (
    CITY,
    FULL_NAME,
    acting,
    attribute_to_person,
    common_names,
    employer,
    first_text,
    holder,
    name_value,
    plain_value,
)
from ctscan.personal.parsers.dates import birth_values
from ctscan.personal.parsers.numbers import NATIONAL, VALID, check, national_values
from ctscan.personal.rules import oid_rule, rule
from ctscan.personal.values import Read, Value, each_text, named, numbered
from ctscan.personal.view import View

_CPF: Final = "br.cpf"
_DATA: Final = "2.16.76.1.3."
_PROFESSIONS: Final = "2.16.76.1.4."
_CITE: Final = "ICP-Brasil DOC-ICP-04"


def _person_data(text: str) -> Iterable[Value]:
    """Read DDMMYYYY, CPF (11), NIS (11), RG (15), then the issuer of the RG and its state (6)."""
    born, cpf, nis, rg, issuer = (text[start:end].strip() for start, end in _WIDTHS)
    if not re.fullmatch(r"\d{19,}.{0,60}", text, re.DOTALL):  # another form: take the CPF in it, else the whole text
        found = re.search(r"\d{3}\.?\d{3}\.?\d{3}-?\d{2}", text)
        yield from national_values(found[0], _CPF) if found else national_values(text)
        return
    yield from birth_values(born, "dmy")
    yield from national_values(cpf, _CPF)
    yield from national_values(nis)
    if rg.strip("0"):
        for value in national_values(rg.lstrip("0")):
            yield replace(value, value=f"{rg}{issuer}")


_WIDTHS: Final = ((0, 8), (8, 19), (19, 30), (30, 45), (45, 60))


def _voter(text: str) -> Iterable[Value]:
    """Read the number of the voter (12), electoral zone (3), section (4), then the town and its state."""
    yield from national_values(text[:12])
    town = text[19:80].strip(" 0")
    yield from plain_value(CITY, town[:-2])
    yield from plain_value("user.contact.address.state", town[-2:])


def _register(sensitivity: Sensitivity | None = None) -> Read:
    """Read a number in the register of a profession, which shows identity and profession of the person."""

    def read(text: str) -> Iterable[Value]:
        for value in numbered("user.unique_id", text, sensitivity):
            yield replace(value, also=("user.job_title",))

    return holder(each_text(read), AttributionReason.BR_PROFESSION())


# Before 2023 a sole trader's firm was named after the person and the CPF; since then it is named by the first eight
# digits of its CNPJ and the person's name.
_TRADER_BY_CPF = late_pattern(r"(?P<name>[^\W\d_][^\d:]{3,100}?) ?(?P<cpf>\d{11})")
_TRADER_BY_CNPJ = late_pattern(r"(?P<root>\d{2}\.\d{3}\.\d{3}) (?P<name>[^\W\d_][^\d:]{3,100})")


def _trader(text: str) -> Iterator[Value]:
    """Read the name and CPF of a sole trader in the name of a firm; nothing for any other firm."""
    by_cpf, by_cnpj = _TRADER_BY_CPF.fullmatch(text.strip()), _TRADER_BY_CNPJ.fullmatch(text.strip())
    if by_cpf and check(by_cpf["cpf"], _CPF)[0] == VALID:
        yield from name_value(FULL_NAME, by_cpf["name"])
        yield from national_values(by_cpf["cpf"], _CPF)
    elif by_cnpj and not has_organisation_word(by_cnpj["name"]):
        yield from name_value(FULL_NAME, by_cnpj["name"])


_WHY_TRADER: Final = AttributionReason.BR_SOLE_TRADER()
_employer: Final = employer(f"{_DATA}2", f"{_DATA}4", acts=True)


def _company(view: View, place: Field) -> Iterable[Value]:
    """Read the name of a company: of a sole trader as the person's name, else as the workplace of the person who
    answers for it."""
    found = list(attribute_to_person(_trader(first_text(view, place)), _WHY_TRADER, SUBJECT))
    return found or _employer(view, place)


def _of_trader(view: View, place: Field) -> Iterable[Value]:
    """Read a company's register number when the company is a sole trader's firm."""
    if view.memo(_is_trader):
        yield from attribute_to_person(national_values(first_text(view, place)), _WHY_TRADER, SUBJECT)


def _is_trader(view: View) -> bool:
    names = [first_text(view, place) for place in view.of(f"{_DATA}8")]
    names += [text.rpartition(":")[0] for _, text in common_names(view)]
    return any(True for name in names for _ in _trader(name))


_of_health_or_law: Final = _register(Sensitivity.SPECIAL_CATEGORY)

oid_rule(
    id="br.icp_brasil",
    version=1,
    category=NATIONAL,
    kinds=("name", "number"),
    cites=(_CITE,),
    looks_for="Date of birth, CPF, NIS, RG, voter and register numbers and names in the fields of ICP-Brasil",
    rows={
        f"{_DATA}1": holder(each_text(_person_data)),
        f"{_DATA}2": acting(named(FULL_NAME)),
        f"{_DATA}3": _of_trader,
        f"{_DATA}4": acting(each_text(_person_data)),
        f"{_DATA}5": holder(each_text(_voter)),
        f"{_DATA}6": holder(each_text(national_values)),
        f"{_DATA}7": _of_trader,
        f"{_DATA}8": _company,
        f"{_DATA}9": holder(each_text(national_values)),
        f"{_DATA}11": holder(each_text(lambda text: numbered("user.unique_id", text))),
        f"{_PROFESSIONS}1.1.1": _register(),  # SINCOR: insurance brokers
        f"{_PROFESSIONS}2.1.1": _of_health_or_law,  # OAB: lawyers
        f"{_PROFESSIONS}2.2.1": _of_health_or_law,  # CRM: physicians
        f"{_PROFESSIONS}2.3.1": _of_health_or_law,  # CRF: pharmacists
        f"{_PROFESSIONS}3": holder(named(FULL_NAME), AttributionReason.BR_SOCIAL_NAME()),
    },
)

_NAME_AND_NUMBER: Final = late_pattern(r"(?P<name>[^:]{2,120}):(?P<number>\d{11}|\d{14})")


@rule(
    id="br.common_name",
    version=1,
    category=NATIONAL,
    kinds=("number", "name"),
    cites=(_CITE,),
)
def numbers_in_common_names(view: View) -> Iterator[Finding]:
    """CPF numbers in Brazilian common names: name:CPF, and for sole traders name CPF:CNPJ."""
    for place, text in common_names(view):
        found = _NAME_AND_NUMBER.fullmatch(text)
        if not found:
            continue
        if len(found["number"]) == 14:
            values = attribute_to_person(_trader(found["name"]), _WHY_TRADER, SUBJECT)
        else:
            why = AttributionReason.BR_COMMON_NAME()
            values = attribute_to_person(national_values(found["number"], _CPF), why)
        for value in values:
            yield make_finding("br.common_name", view, place, value)
