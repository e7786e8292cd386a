"""Names of people: the attributes that are only for them, and the common name when it names a person.

A common name can be anything: evidence elsewhere in the certificate comes first, then the forms in which schemes write
people, and whether it reads like a name only last.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctscan.model import Confidence, Finding, Name, Place, SubjectKind, Text
from ctscan.personal.classifiers import MAILBOX_POLICIES
from ctscan.personal.evidence import (
    CA_CONTACT,
    COMMON_NAME,
    GIVEN_NAME,
    INITIALS,
    ORGANISATION,
    PSEUDONYM,
    SURNAME,
    about_name,
    about_subject,
    is_self_issued,
    is_server,
    person_of,
    personal_attribute,
    purpose_of_people,
    service_of,
)
from ctscan.personal.finding import make_finding
from ctscan.personal.gazetteer import Likeness, likeness
from ctscan.personal.identifiers import canonical_email, fold_text, name_keys, name_tokens
from ctscan.personal.mailbox import resembles
from ctscan.personal.rules import rule
from ctscan.personal.shapes import (
    bare_name,
    has_organisation_word,
    is_host,
    is_name_shaped,
    loose_person_form,
    name_part,
    person_form,
    pseudonym_form,
)
from ctscan.personal.values import Value, Verdict
from ctscan.personal.view import ISSUING_PARTS, View, spellings, strings_of

FULL_NAME = "2.5.4.41"
GENERATION = "2.5.4.44"
DISPLAY_NAME = "2.16.840.1.113730.3.1.241"
PERSONAL_TITLE = "0.9.2342.19200300.100.1.40"

_EMAIL_ADDRESS = "1.2.840.113549.1.9.1"
_RFC822_NAME = 1
_READS_LIKE = "reads like the name of a person, and nothing says that it is something else"

Judged = tuple[str, Verdict]
"""The part of a text that is a person's name, and why."""


@rule(
    id="name.given",
    version=3,
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
    version=3,
    category="user.name.last",
    kinds=("name",),
    cites=("RFC 5280 section 4.1.2.4", "RFC 5280 appendix A.1"),
    covers=(SURNAME,),
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
)
def initials(view: View) -> Iterator[Finding]:
    """Initials in the initials attribute of any name."""
    yield from _attributes(view, INITIALS, "name.initials", "user.name")


@rule(
    id="name.generation",
    version=1,
    category="user.name",
    kinds=(),
    cites=("RFC 5280 section 4.1.2.4", "RFC 4524 section 2.19"),
    covers=(GENERATION, PERSONAL_TITLE),
)
def parts_around(view: View) -> Iterator[Finding]:
    """What stands after a name (Jr., III) or before it (Dr.), beside a given name or a surname."""
    for place in view.of(GENERATION, PERSONAL_TITLE):
        words = personal_attribute(place.name) if place.name is not None else None
        text = spellings(place.text)[0] if place.text is not None else ""
        if words is not None and place.text is not None and any(char.isalpha() for char in text):
            why = f"the same name holds {words}, which only people have"
            verdict = Verdict(SubjectKind.PERSON, Confidence.CERTAIN, why)
            value = Value("user.name", place.text.value, fold_text(text), verdict=verdict, repaired=place.text.repaired)
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
    """Pseudonyms in the pseudonym attribute of any name, and common names marked as one (`:PN`)."""
    yield from _attributes(view, PSEUDONYM, "name.pseudonym", "user.unique_id.pseudonymous")
    for place in view.of(COMMON_NAME):
        name = pseudonym_form(spellings(place.text)[0]) if place.text is not None else None
        verdict = _about_pseudonym(view, place) if name else None
        if name and verdict and place.text is not None:
            yield _finding("name.pseudonym", "user.unique_id.pseudonymous", view, place, place.text, name, verdict)


@rule(
    id="name.full",
    version=1,
    category="user.name",
    kinds=("name",),
    cites=("RFC 4519 section 2.18", "RFC 2798 section 2.3"),
    covers=(FULL_NAME, DISPLAY_NAME),
)
def full_name(view: View) -> Iterator[Finding]:
    """Names of people in the attributes name and displayName of any name."""
    for place in view.of(FULL_NAME, DISPLAY_NAME):
        if place.text is None:
            continue
        text = spellings(place.text)[0]
        verdict = _about_full_name(view, place, text)
        if verdict is not None:
            yield _finding("name.full", "user.name", view, place, place.text, text, verdict)


@rule(
    id="name.common",
    version=3,
    category="user.name",
    kinds=("name",),
    cites=("RFC 5280 section 4.1.2.4", "ETSI EN 319 412-2 section 4.2.4"),
    covers=(COMMON_NAME,),
)
def common_name(view: View) -> Iterator[Finding]:
    """Common names in any name that name a person, by other evidence, by the form of the name, or by its words."""
    for place, name, verdict in named_people(view):
        if place.text is not None:
            yield _finding("name.common", "user.name", view, place, place.text, name, verdict)


def named_people(view: View) -> tuple[tuple[Place, str, Verdict], ...]:
    """The common names that name a person: place, the name in it, and why. Worked out once."""
    return view.once(_named_people)


def _named_people(view: View) -> tuple[tuple[Place, str, Verdict], ...]:
    judged = ((place, _judge(view, place, place.text)) for place in view.of(COMMON_NAME) if place.text is not None)
    return tuple((place, *found) for place, found in judged if found is not None)


# --- attributes for people -------------------------------------------------------------------------------------------


def _attributes(view: View, oid: str, rule_id: str, category: str) -> Iterator[Finding]:
    for place in view.of(oid):
        for text in strings_of(view, place):
            best = spellings(text)[0]
            if any(char.isalpha() for char in best) or (oid == PSEUDONYM and name_tokens(best)):
                yield _finding(rule_id, category, view, place, text, best, about_name(view.certificate, best))


def _about_pseudonym(view: View, place: Place) -> Verdict | None:
    """Authorities and their services have the mark as well: None for those."""
    certificate = view.certificate
    if certificate.is_ca or service_of(certificate) is not None or not _is_of_subject(view, place):
        return None
    if place.name is not None and (words := personal_attribute(place.name)) is not None:
        why = f"the mark of a pseudonym, and the same name holds {words}, which only people have"
        return Verdict(SubjectKind.PERSON, Confidence.CERTAIN, why)
    here = about_subject(view)
    if here.kind is SubjectKind.PERSON and here.confidence is not Confidence.POSSIBLE:
        return here
    confidence = Confidence.POSSIBLE if purpose_of_people(certificate) is None else Confidence.LIKELY
    return Verdict(SubjectKind.PERSON, confidence, "the mark of a pseudonym in German certificates")


def _about_full_name(view: View, place: Place, text: str) -> Verdict | None:
    """None where it is the name of an organisation or of a machine, as far as anything says so."""
    if sum(char.isalpha() for char in text) < 2 or is_host(text) or has_organisation_word(text):
        return None
    words = personal_attribute(place.name) if place.name is not None else None
    if words is not None:
        why = f"the same name holds {words}, which only people have"
        return Verdict(SubjectKind.PERSON, Confidence.CERTAIN, why)
    if _is_organisation(place.name, text):
        return None
    here = about_subject(view) if _is_of_subject(view, place) else None
    if here is not None and here.kind is SubjectKind.PERSON and here.confidence is not Confidence.POSSIBLE:
        return here
    if view.certificate.is_ca and not _reads_well(text):
        return None
    confidence = Confidence.LIKELY if _reads_well(text) else Confidence.POSSIBLE
    return Verdict(SubjectKind.PERSON, confidence, "an attribute for full names, mostly of people")


# --- common names ----------------------------------------------------------------------------------------------------


def _judge(view: View, place: Place, whole: Text) -> Judged | None:
    """The part of a common name that is a person's name, and why; None when nothing says so."""
    text = _without_addresses(spellings(whole)[0])
    if sum(char.isalpha() for char in text) < 2 or len(text) > 1000 or is_host(text) or _is_address(text):
        return None
    if _shares_a_word(place, text):
        why = "the common name has a word of the given name or the surname beside it"
        return _name_in(text), Verdict(SubjectKind.PERSON, Confidence.CERTAIN, why)
    if pseudonym_form(text) is not None:
        return None
    if not _is_of_subject(view, place):
        return _of_issuer(place, text)
    if view.certificate.is_ca:
        return _of_authority(view, place, text)
    if service_of(view.certificate) is not None:
        return None
    return _by_evidence(view, text) or _by_form(view, text) or _by_words(view, place, text)


def _is_of_subject(view: View, place: Place) -> bool:
    """Whether a name speaks of whom the certificate is for, not of its issuer, nor of what a CA may issue."""
    return person_of(view, place) != CA_CONTACT and place.part not in ISSUING_PARTS - {"issuer"} | {"nameConstraints"}


def _name_in(text: str) -> str:
    form = person_form(text)
    return form[0] if form else bare_name(text) if is_name_shaped(text) else name_part(text)


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


def _by_evidence(view: View, text: str) -> Judged | None:
    """The rest of the certificate says that it is a person's: so is the common name, when it can be a name at all."""
    here = about_subject(view)
    if here.kind is not SubjectKind.PERSON or here.confidence is Confidence.POSSIBLE or has_organisation_word(text):
        return None
    if person_form(text) is None and not is_name_shaped(text):
        if here.confidence is not Confidence.CERTAIN or any(char.isdigit() or char in "_/\\{}=" for char in text):
            return None
        if text[0].islower():
            return None
        why = f"{here.why}; the common name isn't shaped like a name"
        here = Verdict(SubjectKind.PERSON, Confidence.LIKELY, why)
    return _name_in(text), here


def _by_form(view: View, text: str) -> Judged | None:
    """One of the forms in which identity schemes write people; the loose ones not for servers."""
    form = person_form(text) or (None if is_server(view.certificate) else loose_person_form(text))
    if form is None:
        return None
    return form[0], Verdict(SubjectKind.PERSON, Confidence.LIKELY, f"the common name has {form[1]}")


def _by_words(view: View, place: Place, text: str) -> Judged | None:
    """Words that may be a name: with a mailbox made from them, with a purpose that keys of people have, or alone."""
    certificate = view.certificate
    like = likeness(text)
    if like is Likeness.NONE:
        return None
    name = bare_name(text)
    same = _is_organisation(place.name, text)
    if not same and any(resembles(address, name) for address in _mailboxes(view)):
        why = "shaped like a name, and the mailbox in the same certificate is made from its words"
        return name, Verdict(SubjectKind.PERSON, Confidence.LIKELY, why)
    purpose = purpose_of_people(certificate)
    if purpose is not None and not same and (like > Likeness.SHAPED or _is_for_people_alone(view)):
        why = f"shaped like a name, and the key is for {purpose}, as keys of people are"
        return name, Verdict(SubjectKind.PERSON, Confidence.POSSIBLE, why)
    wanted = (
        Likeness.STRONG if same else Likeness.GOOD if is_server(certificate) or _is_of_other(view) else Likeness.WEAK
    )
    return (name, Verdict(SubjectKind.PERSON, Confidence.POSSIBLE, _READS_LIKE)) if like >= wanted else None


def _of_authority(view: View, place: Place, text: str) -> Judged | None:
    """A CA that is named after a person: one's own, hence self-signed, or without any organisation."""
    if not (is_self_issued(view.certificate) or _has_no_organisation(place.name)) or not _reads_well(text):
        return None
    why = "a certification authority whose name reads like a person's: one's own"
    return _name_in(text), Verdict(SubjectKind.PERSON, Confidence.POSSIBLE, why)


def _of_issuer(place: Place, text: str) -> Judged | None:
    """The same where the issuer is named; persons in what a CA may issue for."""
    if not (_has_no_organisation(place.name) or _is_organisation(place.name, text)) or not _reads_well(text):
        return None
    why = "reads like the name of a person, and no organisation stands beside it"
    return _name_in(text), Verdict(SubjectKind.PERSON, Confidence.POSSIBLE, why)


# --- what they look at -----------------------------------------------------------------------------------------------


def _reads_well(text: str) -> bool:
    return likeness(text) >= Likeness.GOOD


def _is_of_other(view: View) -> bool:
    """Whether the rest of the certificate says that it isn't a person's."""
    return about_subject(view).kind not in (SubjectKind.PERSON, SubjectKind.UNKNOWN)


def _is_for_people_alone(view: View) -> bool:
    """Not where only a mailbox was checked, which may be a function's, nor where anything speaks of an organisation."""
    return not _is_of_other(view) and not MAILBOX_POLICIES.intersection(view.certificate.policies)


def _is_organisation(name: Name | None, text: str) -> bool:
    """Whether the organisation in the same name has that very name."""
    folded = fold_text(text)
    return any(fold_text(organisation) == folded for organisation in _organisations(name))


def _has_no_organisation(name: Name | None) -> bool:
    return next(_organisations(name), None) is None


def _organisations(name: Name | None) -> Iterator[str]:
    texts = (a.text for a in (name.attributes if name else ()) if a.oid == ORGANISATION)
    return (text.value for text in texts if text is not None)


def _mailboxes(view: View) -> tuple[str, ...]:
    """The addresses declared for the subject, canonical."""
    return view.once(_declared_mailboxes)


def _declared_mailboxes(view: View) -> tuple[str, ...]:
    certificate = view.certificate
    texts = [general.text for general in certificate.san if general.kind == _RFC822_NAME]
    texts += [attribute.text for attribute in certificate.subject.attributes if attribute.oid == _EMAIL_ADDRESS]
    return tuple(filter(None, (canonical_email(text.value) for text in texts if text is not None)))


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
