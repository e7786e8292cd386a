"""Organisation names that are a person's name: sole traders and members of free professions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctscan.model import AttributionReason, Confidence, Field, Finding, Name, SubjectKind
from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.evidence import COMMON_NAME, GIVEN_NAME, ORGANISATION, SURNAME
from ctscan.personal.attribution.name_attributes import has_surname
from ctscan.personal.attribution.name_shapes import is_name_shaped
from ctscan.personal.attribution.service_names import names_service
from ctscan.personal.finding import make_finding
from ctscan.personal.normalise.name_tokens import fold_text, name_keys, name_tokens
from ctscan.personal.rules import rule
from ctscan.personal.values import Attribution, Value, with_spelling
from ctscan.personal.view import View, spellings

_FULL_NAME = "2.5.4.41"
_LONGEST = 300

# ФОП, фізична особа-підприємець (Ukraine); ИП, индивидуальный предприниматель (Russia, Belarus, Kazakhstan); ЖК, жеке
# кәсіпкер (Kazakhstan); фізична особа, физическое лицо: a natural person.
_TRADER = late_pattern(
    r"\W*(?:фоп|фо-?п|фізична особа(?: ?[-–—] ?| )підприємець|фізична особа|самозайнята особа|ип|"
    r"индивидуальный предприниматель|физическое лицо|жк|жеке кәсіпкер|якка тартибдаги тадбиркор)"
    r"(?=[\W]) ?[\"«“„(:,–—-]*(?P<name>[^\"»”()]{3,120})",
    re.IGNORECASE,
)


@rule(
    id="name.sole_trader",
    version=1,
    category="user.name",
    kinds=("name",),
    cites=("RFC 5280 section 4.1.2.4", "ETSI EN 319 412-2 section 4.2.4"),
    covers=(ORGANISATION, COMMON_NAME),
    only=True,
)
def sole_trader(view: View) -> Iterator[Finding]:
    """Organisation names equal to the full name of the person beside them, or with the words sole trader and a name."""
    for place in view.of(ORGANISATION, COMMON_NAME):
        if place.text is None or len(place.text.value) > _LONGEST:
            continue
        value = _value(view, place, spellings(place.text)[0])
        if value is not None and not (place.name is not None and names_service(view, place.name)):
            yield make_finding("name.sole_trader", view, place, with_spelling(value, place.text))


def _value(view: View, place: Field, text: str) -> Value | None:
    if text.isascii() and (place.oid != ORGANISATION or not has_surname(place.name)):
        return None
    named = _TRADER.match(text)
    if named and is_name_shaped(named["name"].strip().title()):
        name, why = named["name"].strip(), AttributionReason.SOLE_TRADER_WORDS()
    elif place.oid == ORGANISATION and _is_full_name(text, *_full_name(view, place.name)):
        name, why = text, AttributionReason.ORGANISATION_IS_PERSON()
    else:
        return None
    attribution = Attribution(SubjectKind.PERSON, Confidence.CERTAIN, why)
    return Value("user.name", text, fold_text(name), name_keys(name), attribution=attribution)


def _is_full_name(text: str, surnames: set[str], given: set[str]) -> bool:
    """Return whether a text holds part of the surname and of the given name, and nothing else."""
    if not surnames or not given:
        return False
    words = set(name_tokens(text))
    return bool(words & surnames and words & given) and words <= surnames | given


def _full_name(view: View, name: Name | None) -> tuple[set[str], set[str]]:
    """Return the words of surnames and, beside a surname, of given names (which Belarus writes in the attribute name);
    computed once per name."""
    known = view.memo(_no_full_names)
    if id(name) not in known:
        surnames = _tokens(name, SURNAME)
        known[id(name)] = surnames, _tokens(name, GIVEN_NAME, _FULL_NAME) if surnames else set()
    return known[id(name)]


def _no_full_names(view: View) -> dict[int, tuple[set[str], set[str]]]:
    return {}


def _tokens(name: Name | None, *oids: str) -> set[str]:
    tokens: set[str] = set()
    for attribute in name.attributes if name is not None else ():
        if attribute.oid in oids and attribute.text is not None and len(attribute.text.value) <= _LONGEST:
            tokens.update(token for spelling in spellings(attribute.text) for token in name_tokens(spelling))
    return tokens
