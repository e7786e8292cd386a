"""Owners of e-mail addresses: by the evidence of the certificate first, then by the mailbox name."""

from __future__ import annotations

from itertools import islice
from typing import Final

from ctscan.model import AttributionReason, Certificate, Confidence, Field, Name, SubjectKind
from ctscan.model.explanation import EvidenceKind
from ctscan.personal.attribution import mailbox
from ctscan.personal.attribution.classifiers import MAILBOX_POLICIES, is_seal
from ctscan.personal.attribution.common_names import named_people
from ctscan.personal.attribution.evidence import (
    CA_CONTACT,
    COMMON_NAME,
    GIVEN_NAME,
    OF_OTHERS,
    REPRESENTED,
    SURNAME,
    attribute_name_holder,
    attribute_subject,
    person_of,
    subject_texts,
    unsure,
)
from ctscan.personal.attribution.foreign_mailboxes import attribute_foreign, is_made_of
from ctscan.personal.attribution.gazetteer import is_name_word
from ctscan.personal.attribution.name_shapes import is_host, is_name_shaped, person_form
from ctscan.personal.attribution.organisation_words import (
    is_called_like_organisation,
    is_of_organisation_words,
    may_be_persons,
)
from ctscan.personal.attribution.sole_given_names import sole_given_names
from ctscan.personal.attribution.trail import current_trail, weighs
from ctscan.personal.attribution.whole_names import attribute_whole_name
from ctscan.personal.normalise.memo import cached_for_short
from ctscan.personal.values import Attribution
from ctscan.personal.view import View

MAX_NAMES: Final = 20
MAX_KNOWN: Final = 100
"""Addresses of a certificate whose attribution is remembered."""

_OF_NAMES: Final = (GIVEN_NAME, SURNAME, COMMON_NAME)


@weighs(EvidenceKind.MAILBOX())
def attribute_mailbox(view: View, place: Field, address: str) -> Attribution:
    """Attribute a canonical address.

    Evidence about the subject counts for the issuer's fields only when the certificate is self-issued.
    """
    certificate = view.certificate
    if place.name is None and person_of(view, place) == REPRESENTED:
        return _by_mailbox(address) or unsure(AttributionReason.MAILBOX_OF_REPRESENTED())
    if place.name is None and place.part in OF_OTHERS:
        return _by_mailbox(address) or unsure(AttributionReason.MAILBOX_OF_ANOTHER())
    is_of_issuer = person_of(view, place) == CA_CONTACT
    name = place.name or (certificate.issuer if is_of_issuer else certificate.subject)
    if current_trail() is not None:
        return _attribute_beside(view, name, address, is_of_issuer=is_of_issuer)
    known, key = view.memo(_no_mailboxes), (address, id(name), is_of_issuer)
    if key not in known:
        if len(known) >= MAX_KNOWN:
            known.clear()
        known[key] = _attribute_beside(view, name, address, is_of_issuer=is_of_issuer)
    return known[key]


def _no_mailboxes(view: View) -> dict[tuple[str, int, bool], Attribution]:
    return {}


def _attribute_beside(view: View, name: Name, address: str, *, is_of_issuer: bool) -> Attribution:
    """Attribute an address in a name or beside it. Most addresses stand in the subject and beside it."""
    by_name = attribute_name_holder(view, name)
    if by_name is not None:
        acting = by_name.confidence is Confidence.LIKELY
        return _by_role(view, name, address) or (_beside_acting(name, address) if acting else None) or by_name
    if is_of_issuer:
        return _by_mailbox(address) or unsure(AttributionReason.MAILBOX_OF_ISSUER())
    here = attribute_subject(view)
    if here.kind is SubjectKind.PERSON and here.confidence is Confidence.CERTAIN:
        return _by_role(view, name, address) or here
    return (
        _by_mailbox(address)
        or _by_names(view, address)
        or attribute_whole_name(address)
        or _by_holder(view.certificate, here, address)
    )


@weighs(EvidenceKind.MAILBOX_ROLE())
def _by_role(view: View, name: Name, address: str) -> Attribution | None:
    """Attribute the mailbox of a function in the certificate of a person, unless it is made from the person's name."""
    texts = [a.text.value for a in name.attributes if a.oid in _OF_NAMES and a.text is not None][:MAX_NAMES]
    if any(mailbox.resembles(address, text) for text in texts):
        return None
    role = by_function(address)
    if role is None and is_called_like_organisation(address, name):
        why = AttributionReason.MAILBOX_CALLED_LIKE_ORGANISATION()
        return Attribution(SubjectKind.ORGANISATION, Confidence.POSSIBLE, why)
    return role or attribute_foreign(view, texts, address)


def _beside_acting(name: Name, address: str) -> Attribution | None:
    """Attribute a mailbox beside a person who acts for an organisation; None where it is made from the person's name,
    or has the form of a code."""
    texts = [a.text.value for a in name.attributes if a.oid in _OF_NAMES and a.text is not None][:MAX_NAMES]
    if is_made_of(address.rpartition("@")[0], texts) or any(mailbox.resembles(address, text) for text in texts):
        return None
    if sole_given_names(address):
        return Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, AttributionReason.MAILBOX_LISTED_NAME())
    return _by_mailbox(address) or attribute_whole_name(address) or _in_organisation(name, address)


def by_function(address: str) -> Attribution | None:
    """Attribute the mailbox of a function (`pki@`, `office-2@`) by its name; None for any other."""
    local = address.rpartition("@")[0]
    if mailbox.is_reserved_role(local):
        return Attribution(SubjectKind.ROLE, Confidence.CERTAIN, AttributionReason.MAILBOX_RESERVED())
    if mailbox.is_role(local):
        return Attribution(SubjectKind.ROLE, Confidence.LIKELY, AttributionReason.MAILBOX_OF_FUNCTION())
    return None


@weighs(EvidenceKind.MAILBOX_NAME())
@cached_for_short(4096)
def _by_mailbox(address: str) -> Attribution | None:
    role = by_function(address)
    if role is not None:
        return role
    local = address.rpartition("@")[0]
    if mailbox.is_personal_shape(local):
        if any(is_name_word(word) for word in mailbox.words(local)):
            return Attribution(SubjectKind.PERSON, Confidence.LIKELY, AttributionReason.MAILBOX_FIRST_LAST())
        why = AttributionReason.MAILBOX_FIRST_LAST_UNLISTED()
        return Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, why)
    return None


@weighs(EvidenceKind.MAILBOX_OF_NAMES())
def _by_names(view: View, address: str) -> Attribution | None:
    names = [name for name in view.memo(_names_of_people) if mailbox.resembles(address, name)]
    if all(is_of_organisation_words(name, view.certificate.subject, [address]) for name in names):
        return None
    if is_seal(view.certificate):
        why = AttributionReason.MAILBOX_FROM_NAME_OF_ORGANISATION()
        return Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, why)
    return Attribution(SubjectKind.PERSON, Confidence.LIKELY, AttributionReason.MAILBOX_FROM_NAME())


@weighs(EvidenceKind.MAILBOX_HOLDER())
def _by_holder(certificate: Certificate, here: Attribution, address: str) -> Attribution:
    if here.kind is SubjectKind.CA:
        return unsure(AttributionReason.MAILBOX_OF_AUTHORITY())
    if here.kind in (SubjectKind.HOST, SubjectKind.DEVICE):
        return unsure(AttributionReason.MAILBOX_OF_SERVER())
    is_only_checked = not MAILBOX_POLICIES.isdisjoint(certificate.policies)
    is_open = is_only_checked or here.kind in (SubjectKind.UNKNOWN, SubjectKind.ORGANISATION)
    if is_open and sole_given_names(address):
        return Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, AttributionReason.MAILBOX_LISTED_NAME())
    if is_only_checked:
        return unsure(AttributionReason.MAILBOX_ONLY_CHECKED())
    if here.kind is SubjectKind.UNKNOWN:
        return unsure(AttributionReason.MAILBOX_OF_UNKNOWN())
    if here.kind is SubjectKind.ORGANISATION:
        return _in_organisation(certificate.subject, address) or here
    return here


def _in_organisation(name: Name, address: str) -> Attribution | None:
    """Attribute a mailbox beside an organisation by letters that somebody may have for a name. None for the
    organisation's own name, and for codes."""
    if is_called_like_organisation(address, name) or not may_be_persons(address.rpartition("@")[0]):
        return None
    why = AttributionReason.MAILBOX_BESIDE_ORGANISATION()
    return Attribution(SubjectKind.ORGANISATION, Confidence.POSSIBLE, why)


def _names_of_people(view: View) -> tuple[str, ...]:
    """Return common names shaped like people's names without numbers in them; for a CA, those that make a mailbox.

    The number of names is limited, since thousands of addresses may be compared with them.
    """
    if view.certificate.is_ca:
        people = islice(named_people(view), MAX_NAMES)
        return tuple(name for _, name, here in people if here.why == AttributionReason.NAME_MADE_MAILBOX())
    texts = subject_texts(view.certificate, COMMON_NAME)[:MAX_NAMES]
    names = (form[0] if (form := person_form(text)) is not None else text for text in texts)
    return tuple(name for name in names if not is_host(name) and is_name_shaped(name))
