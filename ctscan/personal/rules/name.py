"""Names of people: attributes that only people have, and common names that name a person.

`ctscan.personal.attribution.common_names` decides whether a common name names a person.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctscan.model import AttributionReason, Confidence, DecodedString, Field, Finding, SubjectKind
from ctscan.model.explanation import EvidenceKind
from ctscan.personal.attribution.common_names import (
    is_address,
    is_of_subject,
    is_organisation,
    named_people,
    reads_well,
)
from ctscan.personal.attribution.evidence import (
    COMMON_NAME,
    GIVEN_NAME,
    INITIALS,
    PSEUDONYM,
    SURNAME,
    attribute_name,
    attribute_subject,
    personal_attribute,
    purpose_of_people,
    service_of,
)
from ctscan.personal.attribution.name_shapes import has_organisation_word, is_host, pseudonym_form
from ctscan.personal.attribution.service_names import names_service
from ctscan.personal.attribution.trail import weighs
from ctscan.personal.finding import make_finding
from ctscan.personal.normalise.name_tokens import fold_text, has_letter, name_keys, name_tokens
from ctscan.personal.parsers.numbers import is_hash
from ctscan.personal.rules import rule
from ctscan.personal.values import Attribution, Value
from ctscan.personal.view import View, spellings, strings_of

FULL_NAME = "2.5.4.41"
GENERATION = "2.5.4.44"
DISPLAY_NAME = "2.16.840.1.113730.3.1.241"
PERSONAL_TITLE = "0.9.2342.19200300.100.1.40"


@rule(
    id="name.given",
    version=3,
    category="user.name.first",
    kinds=("name",),
    cites=("RFC 5280 section 4.1.2.4", "RFC 5280 appendix A.1"),
    covers=(GIVEN_NAME,),
    only=True,
)
def given_name(view: View) -> Iterator[Finding]:
    """Given names in the givenName attribute of any name."""
    yield from _attributes(view, GIVEN_NAME, "name.given", "user.name.first")


@rule(
    id="name.surname",
    version=3,
    category="user.name.last",
    kinds=("name",),
    cites=("RFC 5280 section 4.1.2.4", "RFC 5280 appendix A.1"),
    covers=(SURNAME,),
    only=True,
)
def surname(view: View) -> Iterator[Finding]:
    """Surnames in the surname attribute of any name."""
    yield from _attributes(view, SURNAME, "name.surname", "user.name.last")


@rule(
    id="name.initials",
    version=1,
    category="user.name",
    kinds=("name",),
    cites=("RFC 5280 section 4.1.2.4", "RFC 4519 section 2.14"),
    covers=(INITIALS,),
    only=True,
)
def initials(view: View) -> Iterator[Finding]:
    """Initials in the initials attribute of any name."""
    yield from _attributes(view, INITIALS, "name.initials", "user.name")


@rule(
    id="name.generation",
    version=1,
    category="user.name",
    kinds=(),
    cites=("RFC 5280 section 4.1.2.4", "RFC 4524 section 2.21"),
    covers=(GENERATION, PERSONAL_TITLE),
    only=True,
)
def parts_around(view: View) -> Iterator[Finding]:
    """Generation qualifiers (Jr., III) and personal titles (Dr.) beside a given name or a surname"""
    for place in view.of(GENERATION, PERSONAL_TITLE):
        words = personal_attribute(place.name) if place.name is not None else None
        text = spellings(place.text)[0] if place.text is not None else ""
        if words is None or attribute_name(view, place).kind is not SubjectKind.PERSON:
            continue
        if place.text is not None and has_letter(text):
            why = AttributionReason.SAME_NAME_HOLDS(holds=words)
            attribution = Attribution(SubjectKind.PERSON, Confidence.CERTAIN, why)
            found = place.text
            value = Value("user.name", found.value, fold_text(text), attribution=attribution, repaired=found.repaired)
            yield make_finding("name.generation", view, place, value)


@rule(
    id="name.pseudonym",
    version=3,
    category="user.unique_id.pseudonymous",
    kinds=("name",),
    cites=("RFC 5280 section 4.1.2.4", "RFC 3739 section 3.1.2"),
    covers=(PSEUDONYM,),
)
def pseudonym(view: View) -> Iterator[Finding]:
    """Pseudonyms in the pseudonym attribute of any name, and common names with the mark of a pseudonym (`:PN`)"""
    yield from _attributes(view, PSEUDONYM, "name.pseudonym", "user.unique_id.pseudonymous")
    for place in view.of(COMMON_NAME):
        name = pseudonym_form(spellings(place.text)[0]) if place.text is not None else None
        attribution = _attribute_pseudonym(view, place) if name else None
        if name and attribution and place.text is not None:
            yield _finding("name.pseudonym", "user.unique_id.pseudonymous", view, place, place.text, name, attribution)


@rule(
    id="name.full",
    version=1,
    category="user.name",
    kinds=("name",),
    cites=("RFC 4519 section 2.18", "RFC 2798 section 2.3"),
    covers=(FULL_NAME, DISPLAY_NAME),
    only=True,
)
def full_name(view: View) -> Iterator[Finding]:
    """Names of people in the attributes name and displayName of any name."""
    for place in view.of(FULL_NAME, DISPLAY_NAME):
        if place.text is None:
            continue
        text = spellings(place.text)[0]
        attribution = _attribute_full_name(view, place, text)
        if attribution is not None:
            yield _finding("name.full", "user.name", view, place, place.text, text, attribution)


@rule(
    id="name.common",
    version=5,
    category="user.name",
    kinds=("name",),
    cites=("RFC 5280 section 4.1.2.4", "ETSI EN 319 412-2 section 4.2.4"),
    covers=(COMMON_NAME,),
    only=True,
)
def common_name(view: View) -> Iterator[Finding]:
    """Common names that name a person, by other evidence, by the form of the name, or by its words."""
    for place, name, attribution in named_people(view):
        if place.text is not None:
            yield _finding("name.common", "user.name", view, place, place.text, name, attribution)


# --- attributes for people -------------------------------------------------------------------------------------------


def _attributes(view: View, oid: str, rule_id: str, category: str) -> Iterator[Finding]:
    for place in view.of(oid):
        for text in strings_of(view, place):
            best = spellings(text)[0]
            if is_address(best) or (oid == PSEUDONYM and is_hash(best)):  # found by the rules for addresses and hashes
                continue
            if has_letter(best) or (oid == PSEUDONYM and name_tokens(best)):
                yield _finding(rule_id, category, view, place, text, best, attribute_name(view, place))


@weighs(EvidenceKind.PSEUDONYM_MARK())
def _attribute_pseudonym(view: View, place: Field) -> Attribution | None:
    """Attribute a common name with the mark of a pseudonym. Return None for CAs and services, which have it too."""
    certificate = view.certificate
    if certificate.is_ca or service_of(certificate) is not None or not is_of_subject(view, place):
        return None
    if place.name is not None and names_service(view, place.name):
        return None
    if place.name is not None and (words := personal_attribute(place.name)) is not None:
        why = AttributionReason.PSEUDONYM_MARK_AND_NAME(holds=words)
        return Attribution(SubjectKind.PERSON, Confidence.CERTAIN, why)
    here = attribute_subject(view)
    if here.kind is SubjectKind.PERSON and here.confidence is not Confidence.POSSIBLE:
        return here
    confidence = Confidence.POSSIBLE if purpose_of_people(certificate) is None else Confidence.LIKELY
    return Attribution(SubjectKind.PERSON, confidence, AttributionReason.PSEUDONYM_MARK())


@weighs(EvidenceKind.FULL_NAME())
def _attribute_full_name(view: View, place: Field, text: str) -> Attribution | None:
    """Attribute a full name. Return None for the name of an organisation or a machine, where anything shows that."""
    if sum(char.isalpha() for char in text) < 2 or is_host(text) or has_organisation_word(text):
        return None
    words = personal_attribute(place.name) if place.name is not None else None
    if words is not None:
        why = AttributionReason.SAME_NAME_HOLDS(holds=words)
        return Attribution(SubjectKind.PERSON, Confidence.CERTAIN, why)
    if is_organisation(place.name, text):
        return None
    here = attribute_subject(view) if is_of_subject(view, place) else None
    if here is not None and here.kind is SubjectKind.PERSON and here.confidence is not Confidence.POSSIBLE:
        return here
    if view.certificate.is_ca and not reads_well(text):
        return None
    if reads_well(text):
        return Attribution(SubjectKind.PERSON, Confidence.LIKELY, AttributionReason.FULL_NAME())
    return Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, AttributionReason.FULL_NAME_UNLISTED())


def _finding(
    rule_id: str, category: str, view: View, place: Field, text: DecodedString, name: str, attribution: Attribution
) -> Finding:
    """Make the finding of a name, with look-up keys for the repaired and the decoded spelling."""
    keys = name_keys(name)
    if text.repaired is not None and text.repaired != text.value:
        keys = tuple(dict.fromkeys((*keys, *name_keys(text.value))))
    value = Value(category, text.value, fold_text(name), keys, attribution=attribution, repaired=text.repaired)
    return make_finding(rule_id, view, place, value)
