"""Italy: common names SURNAME/GIVEN NAME and of services cards (DPR 117/2004), and holders' numbers in dnQualifier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ctscan.model import AttributionReason, Field, Finding, Name
from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.evidence import personal_attribute
from ctscan.personal.attribution.name_shapes import has_organisation_word
from ctscan.personal.attribution.service_names import names_service
from ctscan.personal.finding import make_finding
from ctscan.personal.parsers.composite_values import (
    GIVEN,
    SURNAME,
    attribute_to_person,
    common_names,
    country_of,
    first_text,
    name_value,
    texts_of,
)
from ctscan.personal.parsers.numbers import NATIONAL, national_values
from ctscan.personal.rules import rule
from ctscan.personal.rules.user_id import identifier_values
from ctscan.personal.values import Value, numbered
from ctscan.personal.view import View

_SERIAL, _QUALIFIER = "2.5.4.5", "2.5.4.46"
_CODE: Final = r"[A-Z]{6}[\dL-NP-V]{2}[A-EHLMPRST][\dL-NP-V]{2}[A-Z][\dL-NP-V]{3}[A-Z]"
_CARD: Final = late_pattern(rf"(?P<code>{_CODE})/(?P<card>\d{{10,20}})(?:\.[A-Za-z0-9+/=]{{0,64}})?")
_SLASH: Final = late_pattern(
    rf"(?P<surname>[^\W\d_][^\d/:@.]{{1,60}})/(?P<given>[^\W\d_][^\d/:@.]{{1,60}})(?:/(?P<code>{_CODE}))?"
)
_OF_PERSON: Final = late_pattern(rf"(?:TINIT-|IT:)?{_CODE}")
_HOLDER: Final = late_pattern(r"(?=[^\d]{0,8}\d)[0-9A-Za-z]{1,40}(?:[-_./:][0-9A-Za-z]{1,40}){0,4}")
"""Number of a holder as issuers write it: digits, or with letters before them (`WSREF-12345678901234`)."""


@rule(
    id="it.common_name",
    version=1,
    category=NATIONAL,
    kinds=("number", "name"),
    cites=("DPR 117/2004, Carta Nazionale dei Servizi", "AgID, certificate profiles, subject commonName"),
)
def parts_of_common_names(view: View) -> Iterator[Finding]:
    """Surname and given name in Italian common names SURNAME/GIVEN NAME; tax code and card number of services cards."""
    for place, text in common_names(view):
        values = [*_card_values(text), *_slash_values(view, place, text)]
        for value in attribute_to_person(values, AttributionReason.IT_COMMON_NAME()):
            yield make_finding("it.common_name", view, place, value)


def _card_values(text: str) -> Iterator[Value]:
    found = _CARD.fullmatch(text)
    if found:
        yield from national_values(found["code"], "it.codicefiscale")
        yield from numbered("user.device.device_id", found["card"])


def _slash_values(view: View, place: Field, text: str) -> Iterator[Value]:
    """Read two names with a slash, but only with a sign of a person: names of machines and units have slashes too."""
    found = _SLASH.fullmatch(text)
    if not found or has_organisation_word(text) or not (found["code"] or _is_person(place.name)):
        return
    yield from name_value(SURNAME, found["surname"])
    yield from name_value(GIVEN, found["given"])
    if found["code"]:
        yield from national_values(found["code"], "it.codicefiscale")


def _is_person(name: Name | None) -> bool:
    if name is None or country_of(name) not in ("IT", ""):
        return False
    is_named = personal_attribute(name) is not None
    return is_named or any(_OF_PERSON.fullmatch(text.strip()[:40]) for text in texts_of(name, _SERIAL))


@rule(
    id="it.dnQualifier",
    version=2,
    category="user.unique_id",
    kinds=("number",),
    cites=("CNIPA deliberazione 45/2009", "DPCM 22 febbraio 2013"),
    covers=(_QUALIFIER,),
    only=True,
)
def holder_numbers(view: View) -> Iterator[Finding]:
    """Numbers of holders at an Italian certification authority, in dnQualifier beside a person's name."""
    for place in view.of(_QUALIFIER):
        text = first_text(view, place)[:64].strip()
        if place.name is None or names_service(view, place.name):
            continue
        if len(text) >= _SHORTEST and country_of(place.name) == "IT" and _is_person(place.name):
            for value in attribute_to_person(_holder_values(text), AttributionReason.IT_HOLDER()):
                yield make_finding("it.dnQualifier", view, place, value)


_SHORTEST: Final = 4


def _holder_values(text: str) -> Iterable[Value]:
    """Read a tax code, or the number that the issuer gave the holder; a hash is marked as such."""
    if _OF_PERSON.fullmatch(text):
        return national_values(text[-16:], "it.codicefiscale")
    return identifier_values(text) if _HOLDER.fullmatch(text) else ()
