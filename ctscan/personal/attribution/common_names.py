"""Common names that name a person: the part that is the name, with confidence and reason.

A common name can be anything. Other evidence in the certificate comes first, then the forms in which schemes write
people, and last the resemblance to a name.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from msgspec.structs import replace

from ctscan.model import AttributionReason, Confidence, DecodedString, Field, Name, SubjectKind
from ctscan.model.explanation import EvidenceKind
from ctscan.personal.attribution.classifiers import MAILBOX_POLICIES, is_seal
from ctscan.personal.attribution.evidence import (
    CA_CONTACT,
    COMMON_NAME,
    GIVEN_NAME,
    ORGANISATION,
    SURNAME,
    attribute_subject,
    is_self_issued,
    is_server,
    person_of,
    personal_attribute,
    purpose_of_people,
    service_of,
)
from ctscan.personal.attribution.gazetteer import Likeness, has_sign_of_name, likeness
from ctscan.personal.attribution.mailbox import resembles
from ctscan.personal.attribution.mixed_names import capitalised, is_made_from, name_before
from ctscan.personal.attribution.name_shapes import (
    bare_name,
    has_organisation_word,
    is_host,
    is_name_shaped,
    loose_person_form,
    name_part,
    person_form,
    pseudonym_form,
)
from ctscan.personal.attribution.organisation_words import is_of_organisation_words
from ctscan.personal.attribution.patronymics import has_patronymic
from ctscan.personal.attribution.placeholders import attribute_no_name
from ctscan.personal.attribution.practices import name_behind_practice
from ctscan.personal.attribution.service_names import names_service
from ctscan.personal.attribution.trail import current_trail, weighs
from ctscan.personal.normalise.addresses import canonical_email
from ctscan.personal.normalise.name_tokens import fold_text, name_tokens
from ctscan.personal.values import Attribution
from ctscan.personal.view import ISSUING_PARTS, View, spellings

MAX_COMMON_NAME = 1000
MAX_ISSUER = 1_024
"""Octets of the name of an issuer that is remembered."""

MAX_PAIRS = 1_000_000
"""Pairs of a common name and an address that are compared in one certificate."""


_EMAIL_ADDRESS = "1.2.840.113549.1.9.1"
_RFC822_NAME = 1
_READS_LIKE = AttributionReason.SHAPED_LIKE_NAME()

Judged = tuple[str, Attribution]
"""Part of a text that is a person's name, with its attribution."""


def named_people(view: View) -> tuple[tuple[Field, str, Attribution], ...]:
    """Return the common names that name a person: field, name, attribution. Computed once per view."""
    return view.memo(_named_people)


def _named_people(view: View) -> tuple[tuple[Field, str, Attribution], ...]:
    judged = ((place, _judge(view, place, place.text)) for place in view.of(COMMON_NAME) if place.text is not None)
    return tuple((place, *found) for place, found in judged if found is not None)


@weighs(EvidenceKind.COMMON_NAME())
def _judge(view: View, place: Field, whole: DecodedString) -> Judged | None:
    """Return the part of a common name that is a person's name, with its attribution; None without evidence. The name
    of an attribute, or a sentence, is possible at most."""
    found = _judge_text(view, place, whole)
    no_name = attribute_no_name(found[0]) if found is not None else None
    return found if found is None or no_name is None else (found[0], no_name)


def _judge_text(view: View, place: Field, whole: DecodedString) -> Judged | None:
    text = _without_addresses(spellings(whole)[0])
    if _is_known_issuer(view, place, text) or _is_no_name(text):
        return None
    if place.name is not None and names_service(view, place.name):
        return None
    beside = _words_beside(place.name)
    if beside and not beside.isdisjoint(name_tokens(text)):
        return _beside_name(view, text, beside, is_of_subject(view, place))
    if pseudonym_form(text) is not None:
        return None
    if not is_of_subject(view, place):
        return _of_issuer(place, text)
    if view.certificate.is_ca:
        return _of_authority(view, place, text)
    if service_of(view.certificate) is not None:
        return None
    found = _by_evidence(view, text) or _by_form(view, text)
    if found is not None or is_of_organisation_words(text, place.name, declared_mailboxes(view)):
        return found
    return (
        _by_words(view, place, text)
        or _of_practice(view, text)
        or _by_lower_case(view, place, text)
        or _before_others(view, place, text)
    )


def _is_no_name(text: str) -> bool:
    return sum(map(str.isalpha, text)) < 2 or len(text) > MAX_COMMON_NAME or is_host(text) or is_address(text)


def _is_known_issuer(view: View, place: Field, text: str) -> bool:
    """Return whether a text is known to name nobody as the common name of this issuer. While a trail is recorded
    nothing is known, so that all evidence is weighed."""
    if place.part != "issuer" or place.name is None or len(place.name.raw) > MAX_ISSUER:
        return False
    return not is_of_subject(view, place) and current_trail() is None and _names_nobody(place.name, text)


@lru_cache(maxsize=1024)
def _names_nobody(issuer: Name, text: str) -> bool:
    """Return whether a common name is nobody's in every certificate of another subject; False where attributes for
    people in the issuer's name leave that to the certificate."""
    if personal_attribute(issuer) is not None or _words_beside(issuer):
        return False
    return _is_no_name(text) or pseudonym_form(text) is not None or not _is_alone(issuer, text)


def is_of_subject(view: View, place: Field) -> bool:
    """Return whether a name is about the subject, not about the issuer or the names that a CA may certify."""
    return person_of(view, place) != CA_CONTACT and place.part not in ISSUING_PARTS - {"issuer"} | {"nameConstraints"}


def _name_in(text: str) -> str:
    form = person_form(text)
    return form[0] if form else bare_name(text) if is_name_shaped(text) else name_part(text)


def _words_beside(name: Name | None) -> set[str]:
    """Return the words of given names and surnames in a name."""
    words: set[str] = set()
    for attribute in name.attributes if name is not None else ():
        if attribute.oid in (GIVEN_NAME, SURNAME) and attribute.text is not None:
            tokens = (token for spelling in spellings(attribute.text) for token in name_tokens(spelling))
            words.update(token for token in tokens if not token.isdigit())
    return words


@weighs(EvidenceKind.NAME_BESIDE())
def _beside_name(view: View, text: str, beside: set[str], is_own: bool) -> Judged | None:
    """Attribute a common name by given names and surnames beside it, but not for services or with other words in it."""
    why = AttributionReason.WORD_OF_NAME_BESIDE()
    certificate = view.certificate
    is_of_other = certificate.is_ca or not is_own or service_of(certificate) is not None
    if is_of_other and has_organisation_word(text):
        return None
    others = " ".join(word for word in text.split() if beside.isdisjoint(name_tokens(word)))
    if person_form(text) is None and has_organisation_word(others):
        mixed = AttributionReason.WORD_OF_NAME_AND_OTHERS()
        return name_part(text), Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, mixed)
    return _name_in(text), Attribution(SubjectKind.PERSON, Confidence.CERTAIN, why)


@weighs(EvidenceKind.NAME_AND_CERTIFICATE())
def _by_evidence(view: View, text: str) -> Judged | None:
    """Attribute a common name like its certificate, when the certificate is a person's and the text can be a name."""
    here = attribute_subject(view)
    if here.kind is not SubjectKind.PERSON or here.confidence is Confidence.POSSIBLE or has_organisation_word(text):
        return None
    if person_form(text) is None and not is_name_shaped(text):
        if here.confidence is not Confidence.CERTAIN or any(char.isdigit() or char in "_/\\{}=" for char in text):
            return None
        if text[0].islower():
            return None
        here = Attribution(SubjectKind.PERSON, Confidence.LIKELY, AttributionReason.NOT_SHAPED_LIKE_NAME())
    elif here.confidence is Confidence.LIKELY and person_form(text) is None and _is_unlisted(view, text):
        here = replace(here, confidence=Confidence.POSSIBLE, why=AttributionReason.NAME_UNLISTED())
    return _name_in(text), here


def _is_unlisted(view: View, text: str) -> bool:
    """Return whether no word of a text is listed as a name, and no mailbox is made from it."""
    return likeness(text) < Likeness.WEAK and not any(resembles(address, text) for address in declared_mailboxes(view))


@weighs(EvidenceKind.NAME_FORM())
def _by_form(view: View, text: str) -> Judged | None:
    """Attribute a common name in a form in which identity schemes write people; loose forms don't count for servers."""
    form = person_form(text) or (None if is_server(view.certificate) else loose_person_form(text))
    if form is None:
        return None
    why = AttributionReason.COMMON_NAME_FORM_ALONE(form=form[1])
    return form[0], Attribution(SubjectKind.PERSON, Confidence.LIKELY, why)


@weighs(EvidenceKind.NAME_WORDS())
def _by_words(view: View, place: Field, text: str) -> Judged | None:
    """Attribute words that may be a name: with a mailbox made from them, with a purpose of people's keys, or alone."""
    certificate = view.certificate
    like = likeness(text)
    if like is Likeness.NONE:
        return None
    name = bare_name(text)
    same = is_organisation(place.name, text)
    if not same and any(resembles(address, name) for address in declared_mailboxes(view)):
        return name, _made_mailbox(view)
    if not same and not is_server(certificate) and has_patronymic(name, place.name):
        return name, Attribution(SubjectKind.PERSON, Confidence.LIKELY, AttributionReason.NAME_WITH_PATRONYMIC())
    purpose = purpose_of_people(certificate)
    if purpose is not None and not same and (like > Likeness.SHAPED or _may_be_unlisted(view, text)):
        why = AttributionReason.NAME_AND_PURPOSE(purpose=purpose)
        return name, Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, why)
    wanted = (
        Likeness.STRONG if same else Likeness.GOOD if is_server(certificate) or _is_of_other(view) else Likeness.WEAK
    )
    return (name, Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, _READS_LIKE)) if like >= wanted else None


def _made_mailbox(view: View) -> Attribution:
    """Attribute a name from which a mailbox is made: likely a person's, except in the seal of an organisation."""
    if is_seal(view.certificate):
        why = AttributionReason.NAME_MADE_MAILBOX_OF_ORGANISATION()
        return Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, why)
    return Attribution(SubjectKind.PERSON, Confidence.LIKELY, AttributionReason.NAME_MADE_MAILBOX())


def _of_practice(view: View, text: str) -> Judged | None:
    """Attribute a name behind the word for a practice, which is mostly the organisation's name as well."""
    name = None if is_server(view.certificate) else name_behind_practice(text)
    if name is None:
        return None
    return name, Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, AttributionReason.NAME_BEHIND_PRACTICE())


@weighs(EvidenceKind.LOWER_CASE())
def _by_lower_case(view: View, place: Field, text: str) -> Judged | None:
    """Attribute words of which some or all are in lower case, with a mailbox made from two of them."""
    name = capitalised(bare_name(text))
    if name == text or not is_name_shaped(name) or is_organisation(place.name, text):
        return None
    if not any(is_made_from(address, name) for address in declared_mailboxes(view)):
        return None
    if likeness(name) >= Likeness.WEAK:
        why = AttributionReason.NAME_IN_LOWER_CASE()
        return bare_name(text), Attribution(SubjectKind.PERSON, Confidence.LIKELY, why)
    unlisted = AttributionReason.NAME_IN_LOWER_CASE_UNLISTED()
    return bare_name(text), Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, unlisted)


@weighs(EvidenceKind.BEFORE_OTHERS())
def _before_others(view: View, place: Field, text: str) -> Judged | None:
    """Attribute a name that the organisation repeats, or that stands before words of the organisation."""
    if is_server(view.certificate) or is_organisation(place.name, text):
        return None
    name = name_before(text, tuple(_organisations(place.name)))
    if name is None or not (
        reads_well(name) or any(is_made_from(address, name) for address in declared_mailboxes(view))
    ):
        return None
    why = AttributionReason.NAME_BEFORE_OTHER_WORDS()
    return name, Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, why)


@weighs(EvidenceKind.OWN_AUTHORITY())
def _of_authority(view: View, place: Field, text: str) -> Judged | None:
    """Attribute the common name of a private CA named after a person: self-signed, or without any organisation."""
    if not (is_self_issued(view.certificate) or _has_no_organisation(place.name)) or not reads_well(text):
        return None
    if is_self_issued(view.certificate) and any(is_made_from(one, _name_in(text)) for one in declared_mailboxes(view)):
        return _name_in(text), _made_mailbox(view)
    why = AttributionReason.OWN_AUTHORITY()
    return _name_in(text), Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, why)


@weighs(EvidenceKind.ISSUER_NAME())
def _of_issuer(place: Field, text: str) -> Judged | None:
    """Attribute an issuer's common name, or a name that a CA may certify: without any other organisation beside it."""
    if not _is_alone(place.name, text):
        return None
    why = AttributionReason.NO_ORGANISATION_BESIDE()
    return _name_in(text), Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, why)


def _is_alone(name: Name | None, text: str) -> bool:
    """Return whether a text reads like a name, and no other organisation stands beside it."""
    return (_has_no_organisation(name) or is_organisation(name, text)) and reads_well(text)


# --- evidence in the certificate -------------------------------------------------------------------------------------


def reads_well(text: str) -> bool:
    return likeness(text) >= Likeness.GOOD


def _is_of_other(view: View) -> bool:
    """Return whether the rest of the certificate shows a subject other than a person."""
    return attribute_subject(view).kind not in (SubjectKind.PERSON, SubjectKind.UNKNOWN)


def _is_for_people_alone(view: View) -> bool:
    """Return whether neither an organisation nor mailbox validation (also for functions) speaks against a person."""
    return not _is_of_other(view) and not MAILBOX_POLICIES.intersection(view.certificate.policies)


def _may_be_unlisted(view: View, text: str) -> bool:
    """Return whether a text of unlisted words may be a name: nothing in its words nor in the certificate speaks against
    that."""
    return has_sign_of_name(text) and _is_for_people_alone(view)


def is_organisation(name: Name | None, text: str) -> bool:
    """Return whether the organisation in the same name is called exactly like the text."""
    folded = fold_text(text)
    return any(fold_text(organisation) == folded for organisation in _organisations(name))


def _has_no_organisation(name: Name | None) -> bool:
    return next(_organisations(name), None) is None


def _organisations(name: Name | None) -> Iterator[str]:
    texts = (a.text for a in (name.attributes if name else ()) if a.oid == ORGANISATION)
    return (text.value for text in texts if text is not None)


def declared_mailboxes(view: View) -> tuple[str, ...]:
    """Return the canonical addresses declared for the subject."""
    return view.memo(_declared_mailboxes)


def _declared_mailboxes(view: View) -> tuple[str, ...]:
    certificate = view.certificate
    texts = [general.text for general in certificate.san if general.kind == _RFC822_NAME]
    texts += [attribute.text for attribute in certificate.subject.attributes if attribute.oid == _EMAIL_ADDRESS]
    most = MAX_PAIRS // max(1, sum(1 for _ in view.of(COMMON_NAME)))
    addresses = (canonical_email(text.value) for text in texts if text is not None)
    return tuple(islice(filter(None, addresses), most))


def is_address(text: str) -> bool:
    return ("@" in text or "\uff20" in text) and canonical_email(text) is not None


def _without_addresses(text: str) -> str:
    """Return `Jane Doe` of `Jane Doe <jane@example.org>`; a text that is only an address stays."""
    if "@" not in text:
        return text
    words = text.split()
    kept = [word for word in words if "@" not in word]
    return text if len(kept) == len(words) or not kept else " ".join(kept)
