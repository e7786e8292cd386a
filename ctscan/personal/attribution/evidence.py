"""Attribution of findings by the evidence in a certificate, strongest first.

1. values that only people have, anywhere in the certificate: a given name, a date of birth, the number of an identity
card; 2. a purpose of the key that only services have; 3. the policy of issuance, and the statements of a qualified
certificate; 4. a CA, a device or a server as subject; 5. the other purposes of the key, the template, an account beside
it; 6. the name of a mailbox; 7. words that read like a name: never more than possible.

Words of services in an attribute for people (`pseudonym=Zeitstempel 3`) turn step 1 round: possible at most.

An attribution gives its reason as a code, which never quotes the certificate. Policies in a CA certificate limit
the certificates that it may issue, so step 4 comes before step 3 there.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctscan.model import AttributionReason, Certificate, Confidence, Field, Name, SubjectKind
from ctscan.model.explanation import EvidenceKind
from ctscan.personal.attribution.classifiers import CLASSIFIERS as CLASSIFIERS
from ctscan.personal.attribution.classifiers import (
    ONLY_OF_DEVICES,
    ONLY_OF_ORGANISATIONS,
    ONLY_OF_PEOPLE,
    QUALIFIED_POLICIES,
    SMART_CARD,
    TEMPLATE_NAME,
    first_phrase,
    is_for_the_web,
    is_individual_server,
    is_no_organisation,
    is_untyped_qualified,
    qualified_for,
    template_is_for_people,
)
from ctscan.personal.attribution.classifiers import is_server as is_server
from ctscan.personal.attribution.classifiers import legal_policy as legal_policy
from ctscan.personal.attribution.classifiers import natural_policy as natural_policy
from ctscan.personal.attribution.classifiers import purpose_of_people as purpose_of_people
from ctscan.personal.attribution.classifiers import service_of as service_of
from ctscan.personal.attribution.gazetteer import Likeness, likeness
from ctscan.personal.attribution.name_attributes import COMMON_NAME as COMMON_NAME
from ctscan.personal.attribution.name_attributes import GIVEN_NAME as GIVEN_NAME
from ctscan.personal.attribution.name_attributes import INITIALS as INITIALS
from ctscan.personal.attribution.name_attributes import NATURAL_NUMBER, PERSONAL, personal_texts
from ctscan.personal.attribution.name_attributes import ORGANISATION as ORGANISATION
from ctscan.personal.attribution.name_attributes import PSEUDONYM as PSEUDONYM
from ctscan.personal.attribution.name_attributes import SURNAME as SURNAME
from ctscan.personal.attribution.name_attributes import personal_attribute as personal_attribute
from ctscan.personal.attribution.name_shapes import (
    EDIPI_FORM,
    has_organisation_word,
    is_host,
    is_name_shaped,
    person_form,
)
from ctscan.personal.attribution.placeholders import attribute_no_name
from ctscan.personal.attribution.service_names import attribute_service, names_service
from ctscan.personal.attribution.service_names import unsure as unsure
from ctscan.personal.attribution.trail import weighs
from ctscan.personal.normalise.name_tokens import fold_text
from ctscan.personal.values import ONLY_PEOPLE, Attribution
from ctscan.personal.view import ISSUING_PARTS, View, spellings
from ctscan.x509.general_names import DNS_NAME

UPN = "1.3.6.1.4.1.311.20.2.3"
_SERIAL_NUMBER = "2.5.4.5"
_ORGANISATION_NUMBER = "2.5.4.97"

CA_CONTACT = "ca contact"
CONSTRAINT = "constraint"
SUBJECT = "subject"
REPRESENTED = "represented"

OF_OTHERS = frozenset({"nameConstraints", "qcStatements"})  # permitted subjects of a CA; registration authorities
_ABOUT_OTHERS = ISSUING_PARTS | OF_OTHERS
_ABOUT_ISSUER = frozenset(("issuer", "ian", "issuerUniqueID", "authorityKeyIdentifier"))
"""Parts that name the issuer: of a self-issued certificate the subject."""


def is_self_issued(certificate: Certificate) -> bool:
    """Return whether subject and issuer are the same name."""
    return certificate.issuer.raw == certificate.subject.raw


# --- attributions ----------------------------------------------------------------------------------------------------


@weighs(EvidenceKind.SUBJECT())
def attribute_subject(view: View) -> Attribution:
    """Attribute the certificate to its subject; computed once per view."""
    return view.memo(_attribute_subject)


@weighs(EvidenceKind.PLACE())
def attribute_place(view: View, place: Field) -> Attribution:
    """Attribute a value that isn't personal by itself (an address, a telephone number) like its certificate part."""
    if place.name is not None and (by_name := attribute_name_holder(view, place.name)) is not None:
        return by_name
    if person_of(view, place) == CA_CONTACT:
        return unsure(AttributionReason.ISSUER_OF_ITSELF())
    if place.part in OF_OTHERS:
        return unsure(AttributionReason.OF_ANOTHER())
    return attribute_subject(view)


@weighs(EvidenceKind.NAME_ATTRIBUTE())
def attribute_name(view: View, place: Field) -> Attribution:
    """Attribute a value of an attribute that only people have, which is the strongest evidence itself.

    The exceptions are a CA that misuses such an attribute for words that organisations have, names of services, and
    texts that are no names.
    """
    is_authority = view.certificate.is_ca or person_of(view, place) == CA_CONTACT
    if is_authority and place.name is not None and any(map(has_organisation_word, personal_texts(place.name))):
        return unsure(AttributionReason.CA_WITH_OTHER_WORDS())
    if place.name is not None and names_service(view, place.name):
        return attribute_service(view, place.name)
    no_name = attribute_no_name(spellings(place.text)[0]) if place.text is not None else None
    return no_name or ONLY_PEOPLE


def person_of(view: View, place: Field) -> str:
    """Return the person of the certificate that a field is about: the subject, a contact of the issuer, or the party
    that a procuration represents."""
    if ".procuration" in place.path or ".1.3.36.8.3.2" in place.path:  # the extension, or the attribute
        return REPRESENTED
    return person_of_part(place.part, view.certificate)


def person_of_part(part: str, certificate: Certificate) -> str:
    """Return the person that a part of the certificate is about, by the name of the part."""
    if part == "nameConstraints":
        return CONSTRAINT
    if part in _ABOUT_OTHERS and not (part in _ABOUT_ISSUER and is_self_issued(certificate)):
        return CA_CONTACT
    return SUBJECT


# --- the subject, step by step ---------------------------------------------------------------------------------------


def _attribute_subject(view: View) -> Attribution:
    """Attribute the certificate by the first step with an answer; to a person possibly where a service has the name."""
    found = _first_step(view)
    is_sure = found.kind is SubjectKind.PERSON and found.confidence is not Confidence.POSSIBLE
    if is_sure and names_service(view, view.certificate.subject):
        return attribute_service(view, view.certificate.subject)
    return found


def _first_step(view: View) -> Attribution:
    for step in (_by_own_name, _by_types, _by_authority, _by_natural, _by_legal, _by_form, _by_machine, _by_use):
        attribution = step(view)
        if attribution is not None:
            return attribution
    return _by_name_resemblance(view) or unsure(AttributionReason.NOTHING_SAYS())


def _by_own_name(view: View) -> Attribution | None:
    return attribute_name_holder(view, view.certificate.subject)


@weighs(EvidenceKind.OWN_NAME())
def attribute_name_holder(view: View, name: Name) -> Attribution | None:
    """Attribute a name by its own attributes; computed once per name, since thousands of values may share a name."""
    known = view.memo(_no_attributions)
    if id(name) not in known:
        known[id(name)] = _judge_name(view, name)
    return known[id(name)]


def _no_attributions(view: View) -> dict[int, Attribution | None]:
    return {}


def _judge_name(view: View, name: Name) -> Attribution | None:
    words = personal_attribute(name)
    is_authority = view.certificate.is_ca or name is view.certificate.issuer
    if words is None or (is_authority and any(map(has_organisation_word, personal_texts(name)))):
        return None
    if names_service(view, name):
        return None
    legal = legal_policy(view.certificate) or qualified_for(view.certificate)[1]
    if legal is None or natural_policy(view.certificate) is not None:
        return Attribution(SubjectKind.PERSON, Confidence.CERTAIN, AttributionReason.SAME_NAME_HOLDS(holds=words))
    return Attribution(SubjectKind.PERSON, Confidence.LIKELY, AttributionReason.SAME_NAME_HOLDS_ACTING(holds=words))


@weighs(EvidenceKind.PERSONAL_TYPES())
def _by_types(view: View) -> Attribution | None:
    """Attribute by values that only people have, wherever they stand, except in parts about other parties."""
    if view.certificate.is_ca:
        return None
    for oid in view.types_in(ONLY_OF_PEOPLE):
        if any(place.part not in _ABOUT_OTHERS for place in view.of(oid)):
            why = AttributionReason.CERTIFICATE_HOLDS(holds=ONLY_OF_PEOPLE[oid])
            return Attribution(SubjectKind.PERSON, Confidence.CERTAIN, why)
    names = (p.name for p in view.of(*view.types_in(PERSONAL)) if p.part == "san" and p.name is not None)
    is_named = any(personal_attribute(name) and not names_service(view, name) for name in names)
    if is_named and legal_policy(view.certificate) is None and not _is_organisation(view.certificate):
        why = AttributionReason.ALTERNATIVE_NAME_OF_PERSON()
        return Attribution(SubjectKind.PERSON, Confidence.CERTAIN, why)
    return None


@weighs(EvidenceKind.AUTHORITY())
def _by_authority(view: View) -> Attribution | None:
    if not view.certificate.is_ca:
        return None
    return Attribution(SubjectKind.CA, Confidence.CERTAIN, AttributionReason.OF_AUTHORITY())


@weighs(EvidenceKind.NATURAL())
def _by_natural(view: View) -> Attribution | None:
    certificate = view.certificate
    if service_of(certificate) is not None:  # an authority may issue to its own services under any policy
        return None
    policy = natural_policy(certificate)
    if policy is not None and not (_names_server(certificate) and not is_individual_server(certificate)):
        return Attribution(SubjectKind.PERSON, Confidence.CERTAIN, AttributionReason.POLICY(policy=policy))
    natural, legal = qualified_for(certificate)
    if natural is not None and legal is None and legal_policy(certificate) is None:
        return Attribution(SubjectKind.PERSON, Confidence.CERTAIN, AttributionReason.QUALIFIED(statement=natural))
    if any(NATURAL_NUMBER.match(text) for text in subject_texts(certificate, _SERIAL_NUMBER)):
        why = AttributionReason.NATURAL_SERIAL_NUMBER()
        return Attribution(SubjectKind.PERSON, Confidence.LIKELY, why)
    return None


@weighs(EvidenceKind.LEGAL())
def _by_legal(view: View) -> Attribution | None:
    certificate = view.certificate
    policy = legal_policy(certificate)
    if policy is not None:
        why = AttributionReason.POLICY_OF_ORGANISATIONS(policy=policy)
        return Attribution(SubjectKind.ORGANISATION, Confidence.LIKELY, why)
    legal = qualified_for(certificate)[1]
    if legal is not None:
        return Attribution(SubjectKind.ORGANISATION, Confidence.CERTAIN, AttributionReason.QUALIFIED(statement=legal))
    for oid in view.types_in(ONLY_OF_ORGANISATIONS):
        if any(place.part not in _ABOUT_OTHERS for place in view.of(oid)):
            why = AttributionReason.CERTIFICATE_HOLDS_OF_ORGANISATION(holds=ONLY_OF_ORGANISATIONS[oid])
            return Attribution(SubjectKind.ORGANISATION, Confidence.LIKELY, why)
    return None


@weighs(EvidenceKind.SUBJECT_FORM())
def _by_form(view: View) -> Attribution | None:
    """Attribute by the common name (the US Department of Defense's number, other forms) and by old policies."""
    certificate = view.certificate
    if service_of(certificate) is not None:
        return None
    organisations = subject_texts(certificate, ORGANISATION)
    countries = [text.strip().upper() for text in subject_texts(certificate, "2.5.4.6")] if organisations else []
    if any(is_no_organisation(text, countries) for text in organisations):
        why = AttributionReason.PERSON_AS_ORGANISATION()
        return Attribution(SubjectKind.PERSON, Confidence.CERTAIN, why)
    for text in subject_texts(certificate, COMMON_NAME):
        form = person_form(text)
        if form is not None:
            if form[1] == EDIPI_FORM:
                why = AttributionReason.COMMON_NAME_FORM(form=form[1])
                return Attribution(SubjectKind.PERSON, Confidence.CERTAIN, why)
            why = AttributionReason.COMMON_NAME_FORM_ALONE(form=form[1])
            return Attribution(SubjectKind.PERSON, Confidence.LIKELY, why)
    policy = first_phrase(certificate.policies, QUALIFIED_POLICIES)
    if policy is not None or is_untyped_qualified(certificate):
        untyped = AttributionReason.QUALIFIED_UNTYPED()
        why = AttributionReason.POLICY_MOSTLY_PEOPLE(policy=policy) if policy else untyped
        confidence = Confidence.LIKELY if _is_named(certificate) else Confidence.POSSIBLE
        return Attribution(SubjectKind.PERSON, confidence, why)
    return None


@weighs(EvidenceKind.MACHINE())
def _by_machine(view: View) -> Attribution | None:
    certificate = view.certificate
    service = service_of(certificate)
    if service is not None:
        return Attribution(SubjectKind.HOST, Confidence.LIKELY, AttributionReason.SERVICE(purpose=service))
    for oid in view.types_in(ONLY_OF_DEVICES):
        if any(place.part == "san" for place in view.of(oid)):
            why = AttributionReason.DEVICE_NAME(kind=ONLY_OF_DEVICES[oid])
            return Attribution(SubjectKind.DEVICE, Confidence.CERTAIN, why)
    if _template(view) is False or any(_is_machine_account(text) for text in _accounts(view)):
        why = AttributionReason.MACHINE_TEMPLATE()
        return Attribution(SubjectKind.DEVICE, Confidence.LIKELY, why)
    if is_server(certificate) or (not certificate.eku and is_for_the_web(certificate)):
        certain = Confidence.CERTAIN if _has_host(certificate) else Confidence.LIKELY
        is_named = certain is Confidence.CERTAIN
        why = AttributionReason.SERVER_NAMED() if is_named else AttributionReason.SERVER()
        return Attribution(SubjectKind.HOST, certain, why)
    return None


@weighs(EvidenceKind.USE())
def _by_use(view: View) -> Attribution | None:
    certificate = view.certificate
    is_users = _template(view) is True
    accounts = any(text.strip() for text in _accounts(view))
    if is_users or (accounts and SMART_CARD in certificate.eku):
        why = AttributionReason.USER_TEMPLATE() if is_users else AttributionReason.SMART_CARD()
        return Attribution(SubjectKind.PERSON, Confidence.LIKELY, why)
    if accounts:
        return Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, AttributionReason.ACCOUNT_BESIDE())
    purpose = purpose_of_people(certificate)
    if purpose is not None:
        return Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, AttributionReason.PURPOSE(purpose=purpose))
    return None


@weighs(EvidenceKind.RESEMBLANCE())
def _by_name_resemblance(view: View) -> Attribution | None:
    if not any(likeness(text) >= Likeness.GOOD for text in subject_texts(view.certificate, COMMON_NAME)):
        return None
    return Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, AttributionReason.READS_LIKE_NAME())


# --- inputs of the steps ---------------------------------------------------------------------------------------------


def subject_texts(certificate: Certificate, oid: str) -> list[str]:
    """Return every spelling of the subject's attributes of one type."""
    texts = [a.text for a in certificate.subject.attributes if a.oid == oid and a.text is not None]
    return [spelling for text in texts for spelling in spellings(text)] if texts else []


def _is_named(certificate: Certificate) -> bool:
    return any(is_name_shaped(text) for text in subject_texts(certificate, COMMON_NAME))


def _is_organisation(certificate: Certificate) -> bool:
    """Return whether a subject is an organisation by its names: a common name with a word of organisations or like the
    organisation, or a number of organisations without a common name like a person's."""
    common_names = subject_texts(certificate, COMMON_NAME)
    organisations = {fold_text(text) for text in subject_texts(certificate, ORGANISATION)}
    if not organisations:
        return False
    if any(a.oid == _ORGANISATION_NUMBER for a in certificate.subject.attributes):
        return not any(map(is_name_shaped, common_names))
    return not common_names or any(has_organisation_word(t) or fold_text(t) in organisations for t in common_names)


def _names_server(certificate: Certificate) -> bool:
    return is_server(certificate) and _has_host(certificate)


def _has_host(certificate: Certificate) -> bool:
    if any(general.kind == DNS_NAME for general in certificate.san):
        return True
    return any(is_host(text) for text in subject_texts(certificate, COMMON_NAME))


def _accounts(view: View) -> Iterator[str]:
    return (place.text.value for place in view.of(UPN) if place.part == "san" and place.text is not None)


def _is_machine_account(text: str) -> bool:
    """Return whether an account is a machine's: `PC17$@example.org`, `host/www.example.org@EXAMPLE.ORG`."""
    local = text.strip().partition("@")[0].casefold()
    return local.endswith("$") or local.startswith(("host/", "http/", "cifs/", "ldap/", "krbtgt/"))


def _template(view: View) -> bool | None:
    name = next((place.text.value for place in view.of(TEMPLATE_NAME) if place.text is not None), "")
    return template_is_for_people(view.certificate, name)
