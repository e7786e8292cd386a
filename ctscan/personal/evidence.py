"""Whom a finding is about: the evidence of a certificate in the order of its strength.

1. attributes that only people have (given name, surname, pseudonym) in the same name;
2. the policy the certificate was issued under;
3. a CA certificate, a server certificate;
4. the purposes of the key (extended key usage);
5. the mailbox name itself.

A verdict gives its reason in plain words, which never quote the certificate.
"""

from __future__ import annotations

from ctscan.model import Certificate, Confidence, Name, Place, SubjectKind
from ctscan.personal import mailbox
from ctscan.personal.shapes import has_organisation_word, is_host, is_name_shaped
from ctscan.personal.values import ONLY_PEOPLE, Verdict
from ctscan.personal.view import ISSUING_PARTS, View, spellings

COMMON_NAME = "2.5.4.3"
SURNAME = "2.5.4.4"
ORGANISATION = "2.5.4.10"
GIVEN_NAME = "2.5.4.42"
PSEUDONYM = "2.5.4.65"

_PERSONAL = {GIVEN_NAME: "a given name", SURNAME: "a surname", PSEUDONYM: "a pseudonym"}

_NATURAL_POLICIES = {
    "2.23.140.1.2.3": "CA/Browser Forum individual-validated",
    "0.4.0.194112.1.0": "ETSI QCP-n, qualified for natural persons",
    "0.4.0.194112.1.2": "ETSI QCP-n-qscd, qualified for natural persons",
    **{f"2.23.140.1.5.3.{n}": "S/MIME sponsor-validated: a person within an organisation" for n in (1, 2, 3)},
    **{f"2.23.140.1.5.4.{n}": "S/MIME individual-validated" for n in (1, 2, 3)},
}
_LEGAL_POLICIES = {
    "2.23.140.1.1": "CA/Browser Forum extended validation",
    "2.23.140.1.2.2": "CA/Browser Forum organisation-validated",
    "2.23.140.1.3": "CA/Browser Forum extended-validation code signing",
    "0.4.0.194112.1.1": "ETSI QCP-l, qualified for legal persons",
    "0.4.0.194112.1.3": "ETSI QCP-l-qscd, qualified for legal persons",
    "0.4.0.194112.1.4": "ETSI QEVCP-w",
    **{f"2.23.140.1.5.2.{n}": "S/MIME organisation-validated" for n in (1, 2, 3)},
}

_SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
_HELD_BY_PEOPLE = {
    "1.3.6.1.5.5.7.3.4": "e-mail protection",
    "1.3.6.1.4.1.311.20.2.2": "smart card logon",
    "1.3.6.1.5.2.3.4": "Kerberos log-in of a client",
    "1.3.6.1.5.5.7.3.36": "document signing",
    "1.3.6.1.4.1.311.10.3.12": "document signing",
    "1.2.840.113583.1.1.5": "document signing",
    "1.3.6.1.5.5.7.3.2": "client authentication",
}

CLASSIFIERS = frozenset({*_NATURAL_POLICIES, *_LEGAL_POLICIES, *_HELD_BY_PEOPLE, _SERVER_AUTH})
"""Types (OIDs) that tell whom a certificate is about."""


def personal_attribute(name: Name) -> str | None:
    """What the name has that only people have, in words ("a given name"), or None. An attribute without a letter (a
    number in the place of a surname) is no evidence."""
    for attribute in name.attributes:
        words = _PERSONAL.get(attribute.oid)
        if words and attribute.text is not None and any(char.isalpha() for char in attribute.text.value):
            return words
    return None


def natural_policy(certificate: Certificate) -> str | None:
    """The policy under which only natural persons get certificates, in words, or None."""
    return next((_NATURAL_POLICIES[oid] for oid in certificate.policies if oid in _NATURAL_POLICIES), None)


def legal_policy(certificate: Certificate) -> str | None:
    """The policy under which only organisations get certificates, in words, or None."""
    return next((_LEGAL_POLICIES[oid] for oid in certificate.policies if oid in _LEGAL_POLICIES), None)


def is_server(certificate: Certificate) -> bool:
    """Whether the key is for a server."""
    return _SERVER_AUTH in certificate.eku


def purpose_of_people(certificate: Certificate) -> str | None:
    """A purpose that keys of people have, the most telling first, unless the key is for a server as well."""
    if is_server(certificate):
        return None
    return next((words for oid, words in _HELD_BY_PEOPLE.items() if oid in certificate.eku), None)


def is_self_issued(certificate: Certificate) -> bool:
    """Whether subject and issuer are the same name."""
    return certificate.issuer.raw == certificate.subject.raw


def about_mailbox(view: View, place: Place, address: str) -> Verdict:
    """Whom a canonical address is about. In what an issuer says of itself the evidence about the subject counts only
    when the certificate is self-issued."""
    certificate = view.certificate
    is_of_issuer = person_of(view, place) == CA_CONTACT
    name = place.name or (certificate.issuer if is_of_issuer else certificate.subject)
    by_name = _by_attributes(name)
    if by_name is not None:
        return by_name
    if is_of_issuer:
        return _by_mailbox(address) or _unsure("the address of an issuer; nothing says whether it is one person's")
    return _by_policy(certificate, address) or _by_use(certificate, address)


def about_name(certificate: Certificate, text: str) -> Verdict:
    """Whom an attribute that only people have is about: itself the strongest evidence, unless a certification
    authority misuses it for words that organisations have."""
    if certificate.is_ca and has_organisation_word(text):
        return _unsure("an attribute for names of people, but in the certificate of a CA and with other words")
    return ONLY_PEOPLE


def about_place(view: View, place: Place) -> Verdict:
    """Whom a value is about that isn't personal by itself (an address, a telephone number): the one whom its part of
    the certificate is about."""
    if place.name is not None and (by_name := _by_attributes(place.name)) is not None:
        return by_name
    if person_of(view, place) == CA_CONTACT:
        return _unsure("what an issuer says of itself; nothing says that it is about a person")
    return view.once(_about_subject)


CA_CONTACT = "ca contact"
SUBJECT = "subject"
REPRESENTED = "represented"


def person_of(view: View, place: Place) -> str:
    """Which person of the certificate a place is about: the subject, a contact of whoever issued it, or the party that a
    procuration is for."""
    if ".procuration" in place.where:
        return REPRESENTED
    return person_of_part(place.part, view.certificate)


def person_of_part(part: str, certificate: Certificate) -> str:
    """The same for the name of a part."""
    if part in ISSUING_PARTS and not (part == "issuer" and is_self_issued(certificate)):
        return CA_CONTACT
    return SUBJECT


def _about_subject(view: View) -> Verdict:
    certificate = view.certificate
    by_name = _by_attributes(certificate.subject)
    if by_name is not None:
        return by_name
    natural, legal = natural_policy(certificate), legal_policy(certificate)
    if natural is not None:
        return Verdict(SubjectKind.PERSON, Confidence.CERTAIN, f"issued under the policy {natural}")
    if legal is not None:
        return Verdict(SubjectKind.ORGANISATION, Confidence.LIKELY, f"issued under the policy {legal}")
    if certificate.is_ca:
        return Verdict(SubjectKind.CA, Confidence.CERTAIN, "the certificate of a certification authority")
    if is_server(certificate):
        return Verdict(SubjectKind.HOST, Confidence.LIKELY, "the key is for a server")
    purpose = purpose_of_people(certificate)
    if purpose is not None:
        return Verdict(SubjectKind.PERSON, Confidence.POSSIBLE, f"the key is for {purpose}, as keys of people are")
    return _unsure("nothing in the certificate says whom it is about")


def _by_attributes(name: Name) -> Verdict | None:
    words = personal_attribute(name)
    if words is None:
        return None
    return Verdict(SubjectKind.PERSON, Confidence.CERTAIN, f"the same name holds {words}, which only people have")


def _by_policy(certificate: Certificate, address: str) -> Verdict | None:
    natural = natural_policy(certificate)
    if natural is not None:
        return Verdict(SubjectKind.PERSON, Confidence.CERTAIN, f"issued under the policy {natural}")
    legal = legal_policy(certificate)
    if legal is None:
        return None
    reason = f"issued under the policy {legal}"
    return _by_mailbox(address) or Verdict(SubjectKind.ORGANISATION, Confidence.LIKELY, reason)


def _by_use(certificate: Certificate, address: str) -> Verdict:
    by_mailbox = _by_mailbox(address)
    if by_mailbox is not None:
        return by_mailbox
    if certificate.is_ca:
        return _unsure("the address of a certification authority; nothing says whether it is one person's")
    if any(_names_mailbox(text, address) for text in _common_names(certificate)):
        why = "the mailbox name is made from the words of a common name that is shaped like a person's"
        return Verdict(SubjectKind.PERSON, Confidence.LIKELY, why)
    purpose = purpose_of_people(certificate)
    if purpose is not None:
        return Verdict(SubjectKind.PERSON, Confidence.POSSIBLE, f"the key is for {purpose}, as keys of people are")
    if is_server(certificate):
        return _unsure("the contact address of a server; nothing says whether it is one person's")
    return _unsure("nothing in the certificate says whose mailbox it is")


def _by_mailbox(address: str) -> Verdict | None:
    local = address.rpartition("@")[0]
    if mailbox.is_reserved_role(local):
        return Verdict(SubjectKind.ROLE, Confidence.CERTAIN, "a mailbox name that RFC 2142 reserves for a function")
    if mailbox.is_role(local):
        return Verdict(SubjectKind.ROLE, Confidence.LIKELY, "the mailbox name is that of a function, not of a person")
    if mailbox.is_personal_shape(local):
        why = "the mailbox name has the form first.last, which is given to people"
        return Verdict(SubjectKind.PERSON, Confidence.LIKELY, why)
    return None


def _common_names(certificate: Certificate) -> list[str]:
    texts = [a.text for a in certificate.subject.attributes if a.oid == COMMON_NAME]
    return [spelling for text in texts if text is not None for spelling in spellings(text)]


def _names_mailbox(common_name: str, address: str) -> bool:
    return not is_host(common_name) and is_name_shaped(common_name) and mailbox.resembles(address, common_name)


def _unsure(why: str) -> Verdict:
    return Verdict(SubjectKind.UNKNOWN, Confidence.POSSIBLE, why)
