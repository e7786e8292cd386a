"""The Netherlands: the string of the register of care providers (UZI) in an otherName.

Layout: `<OID of the CA>-<version>-<UZI number>-<type of card>-<subscriber>-<role>-<AGB code>`. Type Z is a care
provider, N an employee by name, M an employee without a name on the card, S a server. The role is a profession by its
number.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from ctscan.model import AttributionReason, Confidence, Phrase, Qualifier, Sensitivity, SubjectKind
from ctscan.on_first_use import late_pattern
from ctscan.personal.parsers.composite_values import JOB_TITLE, attribute_to_person, plain_value
from ctscan.personal.rules import oid_rule
from ctscan.personal.values import Attribution, Value, each_text, numbered

_UZI: Final = late_pattern(
    r"[\d.]{5,80}-\d{1,2}-(?P<number>\d{1,12})"
    r"(?:-(?P<type>[A-Z])-\d{1,12}(?:-(?P<role>\d{2}\.\d{3})(?:-(?P<agb>\d{1,12}))?)?)?"
)
_UNIQUE: Final = "user.unique_id"
_CARDS: Final = {"Z": Phrase.CARE_PROVIDER, "N": Phrase.CARE_EMPLOYEE, "M": Phrase.CARE_UNNAMED}
_PROFESSIONS: Final = {
    "01": "arts",
    "02": "tandarts",
    "03": "verloskundige",
    "04": "fysiotherapeut",
    "16": "psychotherapeut",
    "17": "apotheker",
    "25": "gezondheidszorgpsycholoog",
    "30": "verpleegkundige",
}
_DEVICE: Final = Attribution(SubjectKind.DEVICE, Confidence.CERTAIN, AttributionReason.NL_SERVER())
_UNTYPED: Final = Attribution(SubjectKind.UNKNOWN, Confidence.POSSIBLE, AttributionReason.NL_UNTYPED())


def _uzi(text: str) -> Iterable[Value]:
    """Read the number of the card holder, the profession of a care provider and the billing code (AGB)."""
    found = _UZI.fullmatch(text.strip()[:200])
    if not found:
        yield from numbered(_UNIQUE, text)
        return
    if found["type"] is None:
        for value in numbered(_UNIQUE, found["number"]):
            yield replace(value, attribution=_UNTYPED)
        return
    if found["type"] not in _CARDS:
        for value in numbered("user.device.device_id", found["number"]):
            yield replace(value, attribution=_DEVICE)
        return
    values = [*numbered(_UNIQUE, found["number"])]
    values += _profession(found["role"] or "")
    if found["type"] == "Z" and found["agb"]:
        values += numbered(_UNIQUE, found["agb"])
    yield from attribute_to_person(values, AttributionReason.NL_CARD(holder=_CARDS[found["type"]]))


def _profession(role: str) -> Iterable[Value]:
    """Read the role: the number of the profession in the register of professions (BIG), a dot, the specialism."""
    if not role.strip("0."):
        return
    for value in plain_value(JOB_TITLE, role):
        word = _PROFESSIONS.get(role[:2])
        named = replace(value, canonical=f"{word} {role}", marks=(Qualifier.DERIVED,)) if word else value
        yield replace(named, sensitivity=Sensitivity.SPECIAL_CATEGORY)


oid_rule(
    id="nl.uzi",
    version=1,
    category=_UNIQUE,
    kinds=("number",),
    cites=("CIBG, UZI-register: certificate profiles, subjectAltName.otherName",),
    looks_for="Numbers, roles and billing codes of Dutch care providers (UZI) in otherName 2.5.5.5",
    rows={"2.5.5.5": each_text(_uzi)},
)
