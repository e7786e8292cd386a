"""Organisations and units that are a person: named like the person beside them, under a policy for individuals, or with
the mark of a sole trader."""

from __future__ import annotations

from collections.abc import Iterator

from ctscan.model import AttributionReason, Confidence, Field, Finding, SubjectKind
from ctscan.personal.attribution.common_names import named_people
from ctscan.personal.attribution.evidence import (
    GIVEN_NAME,
    ORGANISATION,
    SURNAME,
    is_self_issued,
    natural_policy,
)
from ctscan.personal.attribution.gazetteer import Likeness, likeness
from ctscan.personal.attribution.name_attributes import has_surname
from ctscan.personal.attribution.name_shapes import (
    bare_name,
    has_organisation_word,
    is_host,
    is_name_shaped,
    sole_trader,
)
from ctscan.personal.attribution.service_names import names_service
from ctscan.personal.attribution.trail import current_trail
from ctscan.personal.finding import make_finding
from ctscan.personal.normalise.name_tokens import fold_text, name_keys, name_tokens
from ctscan.personal.rules import rule
from ctscan.personal.values import Attribution, Value, with_spelling
from ctscan.personal.view import View, spellings

UNIT = "2.5.4.11"
_INDIVIDUAL = frozenset({"2.23.140.1.2.3", *(f"2.23.140.1.5.4.{n}" for n in (1, 2, 3))})
"""Policies under which the organisation, if there is any, is the person (CA/Browser Forum, TLS and S/MIME)."""


@rule(
    id="name.organisation",
    version=3,
    category="user.name",
    kinds=("name",),
    cites=("RFC 5280 section 4.1.2.4", "CA/Browser Forum Baseline Requirements section 7.1.2.7.3"),
    covers=(ORGANISATION, UNIT),
    only=True,
)
def organisation_name(view: View) -> Iterator[Finding]:
    """Organisations and units named like a sole trader or the person beside them, or under an individual's policy."""
    for place in view.of(ORGANISATION, UNIT):
        if place.text is None or len(place.text.value) > 300:
            continue
        text = spellings(place.text)[0]
        found = _by_name_beside(view, place, text) or _by_mark(text) or _by_policy(view, place, text)
        if found is not None and not (place.name is not None and names_service(view, place.name)):
            name, attribution = found
            value = Value("user.name", text, fold_text(name), name_keys(name), attribution=attribution)
            yield make_finding("name.organisation", view, place, with_spelling(value, place.text))


def _by_name_beside(view: View, place: Field, text: str) -> tuple[str, Attribution] | None:
    if current_trail() is None and not _is_beside_person(view, place):  # an explanation tells what the text needed
        return None
    if not is_name_shaped(text):
        return None
    words = set(name_tokens(text))
    attribution = view.memo(_people_by_name).get((id(place.name), frozenset(words)))
    if attribution is not None and not _is_full_name(place, words):
        why = AttributionReason.SAME_AS_COMMON_NAME()
        confidence = Confidence.POSSIBLE if attribution.confidence is Confidence.POSSIBLE else Confidence.LIKELY
        return bare_name(text), Attribution(SubjectKind.PERSON, confidence, why)
    if place.oid == UNIT and _is_full_name(place, words):
        why = AttributionReason.SAME_AS_NAME_PARTS()
        return bare_name(text), Attribution(SubjectKind.PERSON, Confidence.CERTAIN, why)
    return None


def _people_by_name(view: View) -> dict[tuple[int, frozenset[str]], Attribution]:
    """Return the attribution of the first common name with these words, by the identity of its name and the words
    of the person's name or of the whole text."""
    found: dict[tuple[int, frozenset[str]], Attribution] = {}
    for beside, name, attribution in named_people(view):
        whole = beside.text.value if beside.text is not None else name
        for text in (name, whole):
            found.setdefault((id(beside.name), frozenset(name_tokens(text))), attribution)
    return found


def _is_beside_person(view: View, place: Field) -> bool:
    return bool(view.memo(_people_by_name)) or (place.oid == UNIT and has_surname(place.name))


def _is_full_name(place: Field, words: set[str]) -> bool:
    """Return whether given name and surname beside it make the text. `name.sole_trader` finds such organisations."""
    parts: dict[str, set[str]] = {GIVEN_NAME: set(), SURNAME: set()}
    for attribute in place.name.attributes if place.name is not None else ():
        if attribute.oid in parts and attribute.text is not None:
            parts[attribute.oid].update(t for s in spellings(attribute.text) for t in name_tokens(s))
    given, surname = parts[GIVEN_NAME], parts[SURNAME]
    return bool(words & given and words & surname) and words <= given | surname


def _by_mark(text: str) -> tuple[str, Attribution] | None:
    name = sole_trader(text)
    if name is None:
        return None
    why = AttributionReason.SOLE_TRADER_MARK()
    return name, Attribution(SubjectKind.PERSON, Confidence.LIKELY, why)


def _by_policy(view: View, place: Field, text: str) -> tuple[str, Attribution] | None:
    certificate = view.certificate
    if place.oid != ORGANISATION or certificate.is_ca or _INDIVIDUAL.isdisjoint(certificate.policies):
        return None
    if place.part != "subject" and not (place.part == "issuer" and is_self_issued(certificate)):
        return None
    if has_organisation_word(text) or is_host(text) or sum(char.isalpha() for char in text) < 2:
        return None
    policy = natural_policy(certificate)
    if policy is None:
        return None
    why = AttributionReason.POLICY_OF_SOLE_TRADER(policy=policy)
    confidence = Confidence.LIKELY if likeness(text) >= Likeness.WEAK else Confidence.POSSIBLE
    return bare_name(text), Attribution(SubjectKind.PERSON, confidence, why)
