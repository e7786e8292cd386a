"""Distinguished names in which attributes for people hold a service or an organisation.

Its words count (`services`), the purpose of the key, and a number that only people have, which speaks against it.
"""

from __future__ import annotations

from typing import Final

from ctscan.model import AttributionReason, Confidence, Message, Name, SubjectKind
from ctscan.model.explanation import EvidenceKind
from ctscan.personal.attribution.classifiers import service_of
from ctscan.personal.attribution.name_attributes import (
    GIVEN_NAME,
    NATURAL_NUMBER,
    ORGANISATION,
    PSEUDONYM,
    SERIAL_NUMBER,
    SURNAME,
    personal_attribute,
    texts_of,
)
from ctscan.personal.attribution.office_names import is_office, is_organisation_in_parts
from ctscan.personal.attribution.services import is_organisation_pseudonym, is_service
from ctscan.personal.attribution.trail import weighs
from ctscan.personal.parsers.numbers import satisfied
from ctscan.personal.values import Attribution
from ctscan.personal.view import View

_COUNTRY: Final = "2.5.4.6"


def names_service(view: View, name: Name) -> bool:
    """Return whether a name holds a service in its attributes for people; computed once per name."""
    known = view.memo(_no_services)
    if id(name) not in known:
        known[id(name)] = _judge_service(view, name)
    return known[id(name)]


def _no_services(view: View) -> dict[int, bool]:
    return {}


def _judge_service(view: View, name: Name) -> bool:
    if personal_attribute(name) is None:
        return False
    has_purpose = name is view.certificate.subject and service_of(view.certificate) is not None
    if not has_purpose and any(NATURAL_NUMBER.match(text) for text in texts_of(name, SERIAL_NUMBER)):
        return False
    if _is_organisation(name, view.certificate.issuer):
        return True
    pseudonyms = list(texts_of(name, PSEUDONYM))
    if is_service(texts_of(name, GIVEN_NAME), [*texts_of(name, SURNAME), *pseudonyms], has_purpose):
        return True
    return any(is_organisation_pseudonym(text, texts_of(name, ORGANISATION)) for text in pseudonyms)


def _is_organisation(name: Name, issuer: Name) -> bool:
    """Return whether given names and surnames hold an office, or words of the organisation beside them, without a
    number that only people have."""
    given, surnames = list(texts_of(name, GIVEN_NAME)), list(texts_of(name, SURNAME))
    if not is_office(given, surnames) and not is_organisation_in_parts(given, surnames, texts_of(name, ORGANISATION)):
        return False
    countries = {text.strip().upper() for one in (name, issuer) for text in texts_of(one, _COUNTRY)}
    return not any(satisfied(text, one) for text in texts_of(name, SERIAL_NUMBER) for one in countries)


@weighs(EvidenceKind.SERVICE())
def attribute_service(view: View, name: Name) -> Attribution:
    """Attribute a service in an attribute for people to the organisation beside it or of the key's purpose."""
    why = AttributionReason.SERVICE_WORDS()
    if service_of(view.certificate) is None and next(texts_of(name, ORGANISATION), None) is None:
        return unsure(why)
    return Attribution(SubjectKind.ORGANISATION, Confidence.POSSIBLE, why)


def unsure(why: Message) -> Attribution:
    """Return an unknown attribution, with the missing evidence as its reason."""
    return Attribution(SubjectKind.UNKNOWN, Confidence.POSSIBLE, why)
