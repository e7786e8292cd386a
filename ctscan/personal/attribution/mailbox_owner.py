"""Owners of e-mail addresses: by the evidence of the certificate first, then by the mailbox name."""

from __future__ import annotations

from typing import Final

from ctscan.model import Certificate, Confidence, Field, SubjectKind
from ctscan.personal.attribution import mailbox
from ctscan.personal.attribution.classifiers import MAILBOX_POLICIES
from ctscan.personal.attribution.evidence import (
    CA_CONTACT,
    COMMON_NAME,
    OF_OTHERS,
    REPRESENTED,
    about_name_holder,
    about_subject,
    person_of,
    subject_texts,
    unsure,
)
from ctscan.personal.attribution.gazetteer import is_name_word
from ctscan.personal.attribution.name_shapes import is_host, is_name_shaped
from ctscan.personal.values import Verdict
from ctscan.personal.view import View

MAX_NAMES: Final = 20


def about_mailbox(view: View, place: Field, address: str) -> Verdict:
    """Attribute a canonical address.

    Evidence about the subject counts for the issuer's fields only when the certificate is self-issued.
    """
    certificate = view.certificate
    if place.name is None and person_of(view, place) == REPRESENTED:
        return _by_mailbox(address) or unsure("the address of whoever is represented, a person or an organisation")
    if place.name is None and place.part in OF_OTHERS:
        return _by_mailbox(address) or unsure("the address of somebody else than the subject; nothing says whose")
    is_of_issuer = person_of(view, place) == CA_CONTACT
    name = place.name or (certificate.issuer if is_of_issuer else certificate.subject)
    by_name = about_name_holder(view, name)
    if by_name is not None:
        return by_name
    if is_of_issuer:
        return _by_mailbox(address) or unsure("the address of an issuer; nothing says whether it is one person's")
    here = about_subject(view)
    if here.kind is SubjectKind.PERSON and here.confidence is Confidence.CERTAIN:
        return here
    return _by_mailbox(address) or _by_names(view, address) or _by_holder(certificate, here)


def _by_mailbox(address: str) -> Verdict | None:
    local = address.rpartition("@")[0]
    if mailbox.is_reserved_role(local):
        return Verdict(SubjectKind.ROLE, Confidence.CERTAIN, "a mailbox name that RFC 2142 reserves for a function")
    if mailbox.is_role(local):
        return Verdict(SubjectKind.ROLE, Confidence.LIKELY, "the mailbox name is that of a function, not of a person")
    if mailbox.is_personal_shape(local):
        why = "the mailbox name has the form first.last, which is given to people"
        known = any(is_name_word(word) for word in mailbox.words(local))
        return Verdict(SubjectKind.PERSON, Confidence.LIKELY if known else Confidence.POSSIBLE, why)
    return None


def _by_names(view: View, address: str) -> Verdict | None:
    if not any(mailbox.resembles(address, name) for name in view.once(_names_of_people)):
        return None
    why = "the mailbox name is made from the words of a common name that is shaped like a person's"
    return Verdict(SubjectKind.PERSON, Confidence.LIKELY, why)


def _by_holder(certificate: Certificate, here: Verdict) -> Verdict:
    if here.kind is SubjectKind.CA:
        return unsure("the address of a certification authority; nothing says whether it is one person's")
    if here.kind in (SubjectKind.HOST, SubjectKind.DEVICE):
        return unsure("the contact address of a server; nothing says whether it is one person's")
    if MAILBOX_POLICIES.intersection(certificate.policies):
        return unsure("only the mailbox was checked by whoever issued this; it may be a person's or a function's")
    if here.kind is SubjectKind.UNKNOWN:
        return unsure("nothing in the certificate says whose mailbox it is")
    return here


def _names_of_people(view: View) -> tuple[str, ...]:
    """Return common names shaped like people's names; none for a CA.

    The number of names is limited, since thousands of addresses may be compared with them.
    """
    if view.certificate.is_ca:
        return ()
    texts = subject_texts(view.certificate, COMMON_NAME)[:MAX_NAMES]
    return tuple(text for text in texts if not is_host(text) and is_name_shaped(text))
