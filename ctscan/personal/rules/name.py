"""Names of people: the attributes that are only for them, and the common name when it names a person.

A common name can be anything, so that rule is precise rather than complete: it needs evidence beyond two words.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctscan.model import Certificate, Confidence, Finding, Place, SubjectKind, Text
from ctscan.personal import mailbox
from ctscan.personal.evidence import (
    COMMON_NAME,
    GIVEN_NAME,
    PSEUDONYM,
    SURNAME,
    about_name,
    is_self_issued,
    is_server,
    natural_policy,
    purpose_of_people,
)
from ctscan.personal.finding import make_finding
from ctscan.personal.identifiers import canonical_email, fold_text, name_keys, name_tokens
from ctscan.personal.rules import rule
from ctscan.personal.shapes import (
    has_organisation_word,
    is_host,
    is_name_shaped,
    loose_person_form,
    name_part,
    person_form,
)
from ctscan.personal.values import Value, Verdict
from ctscan.personal.view import View, spellings

_EMAIL_ADDRESS = "1.2.840.113549.1.9.1"
_ORGANISATION = "2.5.4.10"
_RFC822_NAME = 1


@rule(
    id="name.given",
    version=2,
    category="user.name.first",
    kinds=("name",),
    cites=("RFC 5280 section 4.1.2.4", "RFC 5280 appendix A.1"),
    covers=(GIVEN_NAME,),
)
def given_name(view: View) -> Iterator[Finding]:
    """Given names in the givenName attribute of any name."""
    yield from _attributes(view, GIVEN_NAME, "name.given", "user.name.first")


@rule(
    id="name.surname",
    version=2,
    category="user.name.last",
    kinds=("name",),
    cites=("RFC 5280 section 4.1.2.4", "RFC 5280 appendix A.1"),
    covers=(SURNAME,),
)
def surname(view: View) -> Iterator[Finding]:
    """Surnames in the surname attribute of any name."""
    yield from _attributes(view, SURNAME, "name.surname", "user.name.last")


@rule(
    id="name.pseudonym",
    version=2,
    category="user.unique_id.pseudonymous",
    kinds=("name",),
    cites=("RFC 5280 section 4.1.2.4", "RFC 3739 section 3.1.2"),
    covers=(PSEUDONYM,),
)
def pseudonym(view: View) -> Iterator[Finding]:
    """Pseudonyms in the pseudonym attribute of any name."""
    yield from _attributes(view, PSEUDONYM, "name.pseudonym", "user.unique_id.pseudonymous")


@rule(
    id="name.common",
    version=2,
    category="user.name",
    kinds=("name",),
    cites=("RFC 5280 section 4.1.2.4", "ETSI EN 319 412-2 section 4.2.4"),
    covers=(COMMON_NAME,),
)
def common_name(view: View) -> Iterator[Finding]:
    """Common names in any name that name a person, by other evidence or by the form of the name."""
    for place in view.of(COMMON_NAME):
        if place.text is None:
            continue
        judged = _judge(view.certificate, place, _without_addresses(spellings(place.text)[0]))
        if judged is not None:
            name, verdict = judged
            yield _finding("name.common", "user.name", view, place, place.text, name, verdict)


def _attributes(view: View, oid: str, rule_id: str, category: str) -> Iterator[Finding]:
    for place in view.of(oid):
        if place.text is None:
            continue
        best = spellings(place.text)[0]
        if any(char.isalpha() for char in best) or (oid == PSEUDONYM and name_tokens(best)):
            yield _finding(rule_id, category, view, place, place.text, best, about_name(view.certificate, best))


def _judge(certificate: Certificate, place: Place, text: str) -> tuple[str, Verdict] | None:
    """The part of a common name that is a person's name, and why; None when nothing says so."""
    if sum(char.isalpha() for char in text) < 2 or is_host(text) or _is_address(text):
        return None
    if _shares_a_word(place, text):
        why = "the common name has a word of the given name or the surname beside it"
        form = person_form(text)
        return form[0] if form else name_part(text), Verdict(SubjectKind.PERSON, Confidence.CERTAIN, why)
    if place.part != "subject" and not (place.part == "issuer" and is_self_issued(certificate)):
        return None
    return _by_policy(certificate, text) or _by_form(certificate, text) or _by_words(certificate, text)


def _shares_a_word(place: Place, text: str) -> bool:
    words = {
        token
        for attribute in (place.name.attributes if place.name else ())
        if attribute.oid in (GIVEN_NAME, SURNAME) and attribute.text is not None
        for spelling in spellings(attribute.text)
        for token in name_tokens(spelling)
        if not token.isdigit()
    }
    return bool(words) and not words.isdisjoint(name_tokens(text))


def _by_policy(certificate: Certificate, text: str) -> tuple[str, Verdict] | None:
    policy = natural_policy(certificate)
    if policy is None or certificate.is_ca or has_organisation_word(text):
        return None
    form = person_form(text)
    why = f"issued under the policy {policy}"
    return form[0] if form else name_part(text), Verdict(SubjectKind.PERSON, Confidence.CERTAIN, why)


def _by_form(certificate: Certificate, text: str) -> tuple[str, Verdict] | None:
    """One of the forms in which identity schemes write people; the loose ones not for servers."""
    if certificate.is_ca:
        return None
    form = person_form(text) or (None if is_server(certificate) else loose_person_form(text))
    if form is None:
        return None
    return form[0], Verdict(SubjectKind.PERSON, Confidence.LIKELY, f"the common name has {form[1]}")


def _by_words(certificate: Certificate, text: str) -> tuple[str, Verdict] | None:
    """Words that may be a name, together with a mailbox made from them or a purpose that keys of people have."""
    if certificate.is_ca or not is_name_shaped(text) or _is_organisation(certificate, text):
        return None
    name = name_part(text)
    if any(mailbox.resembles(address, name) for address in _mailboxes(certificate)):
        why = "shaped like a name, and the mailbox in the same certificate is made from its words"
        return name, Verdict(SubjectKind.PERSON, Confidence.LIKELY, why)
    purpose = purpose_of_people(certificate)
    if purpose is None:
        return None
    why = f"shaped like a name, and the key is for {purpose}, as keys of people are"
    return name, Verdict(SubjectKind.PERSON, Confidence.POSSIBLE, why)


def _is_organisation(certificate: Certificate, text: str) -> bool:
    """Whether the organisation of the subject has that very name."""
    texts = (a.text for a in certificate.subject.attributes if a.oid == _ORGANISATION)
    return any(organisation is not None and fold_text(organisation.value) == fold_text(text) for organisation in texts)


def _mailboxes(certificate: Certificate) -> Iterator[str]:
    """The addresses declared for the subject, canonical."""
    texts = [general.text for general in certificate.san if general.kind == _RFC822_NAME]
    texts += [attribute.text for attribute in certificate.subject.attributes if attribute.oid == _EMAIL_ADDRESS]
    for text in texts:
        canonical = canonical_email(text.value) if text is not None else None
        if canonical is not None:
            yield canonical


def _is_address(text: str) -> bool:
    return ("@" in text or "\uff20" in text) and canonical_email(text) is not None


def _without_addresses(text: str) -> str:
    """`Jane Doe <jane@example.org>` -> `Jane Doe`; a text that is one address stays."""
    words = text.split()
    kept = [word for word in words if "@" not in word]
    return text if len(kept) == len(words) or not kept else " ".join(kept)


def _finding(rule_id: str, category: str, view: View, place: Place, text: Text, name: str, verdict: Verdict) -> Finding:
    """A name, found in the repaired spelling and as decoded."""
    keys = name_keys(name)
    if text.repaired is not None and text.repaired != text.value:
        keys = tuple(dict.fromkeys((*keys, *name_keys(text.value))))
    value = Value(category, text.value, fold_text(name), keys, verdict=verdict, repaired=text.repaired)
    return make_finding(rule_id, view, place, value)
