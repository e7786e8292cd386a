"""Addressees of letters: the party that the texts of a CA name, and its addresses as they print them. Pure.

Where the CA says that it only processes data for its customers, the customer is the controller, and the letter goes
there. An address that no text prints stays empty: the sender is asked for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from ctscan.dsar.letter_identification import organisations_in
from ctscan.dsar.letter_request import CaGroup
from ctscan.model.ca_profile import CaProfile, ProfileFact
from ctscan.model.ca_values import Assigned, Contact, Party
from ctscan.model.ca_vocabulary import Addressee, Circumstance, FactKey, Layer, RequestForm, Role, Use
from ctscan.model.letter import LetterAddressee, LetterKind
from ctscan.model.letter_text import LetterNote
from ctscan.model.message import Message
from ctscan.on_first_use import late_pattern

OF_CA: Final = (Addressee.CA, Addressee.DATA_PROTECTION_OFFICER, Addressee.ISSUING_COMPANY)
"""Parties that are the CA itself. Every other party is somebody whom the texts don't name."""

_AT_ALL_TIMES: Final = (
    Circumstance.ALWAYS, Circumstance.ISSUANCE, Circumstance.DIRECT, Circumstance.CERTIFICATE_CONTENT,
    Circumstance.EU_DATA,
)  # fmt: skip
"""Circumstances that hold for a letter unless the sender knows better, the widest first."""

_FOR_CUSTOMERS: Final = (*_AT_ALL_TIMES, Circumstance.CUSTOMER_DATA)
_FOR_RIGHTS: Final = (
    Use.DATA_PROTECTION_OFFICER, Use.PRIVACY, Use.GENERAL, Use.LEGAL_NOTICES, Use.POLICY, Use.SUPPORT,
    Use.ISSUING_COMPANY,
)  # fmt: skip
_FOR_REPORTS: Final = (Use.PROBLEM_REPORTS, Use.REVOCATION, Use.GENERAL, Use.POLICY)
_EMAIL: Final = late_pattern(r"[^\s@<>();,:\"]+@[^\s@<>();,:\"]+\.[^\s@<>();,:\"]*[^\s@<>();,:\".]")
_CONTACT_LIMIT: Final = 200


class ChosenAddressee(Struct, frozen=True):
    """Addressee of a letter, and remarks on the choice."""

    addressee: LetterAddressee
    notes: tuple[Message, ...]

    @property
    def is_ca(self) -> bool:
        """True when the letter goes to the CA itself."""
        return self.addressee.party in OF_CA


def choose_addressee(group: CaGroup, kind: LetterKind) -> ChosenAddressee:
    """Choose the party that a letter goes to.

    Args:
        group: certificates of one CA.
        kind: kind of the letter; a problem report always goes to the CA.
    """
    profile = group.profile
    party, others = _party(profile, kind)
    uses = _FOR_REPORTS if kind is LetterKind.PROBLEM_REPORT else _FOR_RIGHTS
    if party not in OF_CA:
        addressee = LetterAddressee(party, _name_of_other(party, group))
        return ChosenAddressee(addressee, (*_copy_to_ca(profile), *others, LetterNote.NO_ADDRESS()))
    post, email, form = (_contact(profile, key, uses) for key in (FactKey.POST, FactKey.EMAIL, FactKey.WEB_FORM))
    addressee = LetterAddressee(
        party=party,
        name=_company(profile) or group.ca,
        post=_text(post),
        email=_text(email) or (_published_address(group) if profile.is_baseline else ""),
        web_form=_text(form),
        forms=tuple(code for code in profile.words(FactKey.REQUEST_FORM) if isinstance(code, RequestForm)),
        is_officer_named=post is not None and isinstance(post.value, Contact) and post.value.names_officer,
    )
    return ChosenAddressee(addressee, (*others, *_address_notes(group, addressee, (post, email))))


def is_processor(profile: CaProfile) -> ProfileFact | None:
    """Find the statement of a CA that it processes the data of certificates only for its customers."""
    for fact in profile.facts_of(FactKey.ROLE):
        value = fact.value
        if isinstance(value, Assigned) and value.code is Role.PROCESSOR and value.when in _FOR_CUSTOMERS:
            return fact
    return None


def _party(profile: CaProfile, kind: LetterKind) -> tuple[Addressee, tuple[Message, ...]]:
    """Choose the party, and name the others that the texts name for other circumstances."""
    stated = [one for one in profile.assigned(FactKey.ADDRESSEE) if isinstance(one.code, Addressee)]
    if kind is LetterKind.PROBLEM_REPORT or not stated:
        return Addressee.CA, ()
    chosen = _chosen(stated, is_by_customer=is_processor(profile) is not None)
    kept_out = (Circumstance.OTHER_PRODUCTS, Circumstance.ALWAYS)  # of the CA itself a copy is spoken of
    others = [one for one in stated if one.code is not chosen.code and one.when not in kept_out]
    notes = (LetterNote.IF_THROUGH_OTHER(party=str(one.code), when=str(one.when)) for one in others)
    assert isinstance(chosen.code, Addressee)  # noqa: S101 - for the type checker
    return chosen.code, tuple(dict.fromkeys(notes))


def _chosen(stated: Sequence[Assigned], *, is_by_customer: bool) -> Assigned:
    if is_by_customer:
        customers = (Addressee.CUSTOMER, Addressee.SUBJECT_ORGANISATION)
        if found := next((one for one in stated if one.code in customers), None):
            return found
    ranked = {when: rank for rank, when in enumerate(_AT_ALL_TIMES)}
    return min(stated, key=lambda one: ranked.get(one.when, len(ranked)))


def _copy_to_ca(profile: CaProfile) -> tuple[Message, ...]:
    """Name the CA's own addresses where the letter goes to somebody else."""
    found = [_text(_contact(profile, key, _FOR_RIGHTS)) for key in (FactKey.POST, FactKey.EMAIL)]
    address = "; ".join(text for text in found if text)
    return (LetterNote.COPY_TO_CA(address=address),) if address else ()


def _name_of_other(party: Addressee, group: CaGroup) -> str:
    """Name the organisation in the certificates where it is the party; nobody but the sender knows another."""
    if party not in (Addressee.CUSTOMER, Addressee.SUBJECT_ORGANISATION):
        return ""
    return "; ".join(organisations_in(group.owned)[:2])


def _company(profile: CaProfile) -> str:
    """Name the company that answers for the certificates."""
    parties = [fact.value for fact in profile.facts_of(FactKey.CONTROLLER) if isinstance(fact.value, Party)]
    ranked = {when: rank for rank, when in enumerate(_AT_ALL_TIMES)}
    return min(parties, key=lambda one: ranked.get(one.when, len(ranked))).name if parties else ""


def _contact(profile: CaProfile, key: FactKey, uses: Sequence[Use]) -> ProfileFact | None:
    """Find the best address for some uses; of two for one use an address that the CA prints goes first."""
    facts = [fact for fact in profile.facts_of(key) if isinstance(fact.value, Contact)]
    fit = [fact for fact in facts if isinstance(fact.value, Contact) and fact.value.text and fact.value.use in uses]

    def rank(fact: ProfileFact) -> tuple[int, bool]:
        assert isinstance(fact.value, Contact)  # noqa: S101 - for the type checker
        return uses.index(fact.value.use), fact.source.layer is Layer.DIRECTORY

    return min(fit, key=rank, default=None)


def _text(fact: ProfileFact | None) -> str:
    return fact.value.text if fact is not None and isinstance(fact.value, Contact) else ""


def _published_address(group: CaGroup) -> str:
    """Take the e-mail address out of the CCADB's contact, where it holds just one."""
    found = {address for contact in group.match.contacts for address in _EMAIL.findall(contact[:_CONTACT_LIMIT])}
    return found.pop() if len(found) == 1 else ""


def _address_notes(
    group: CaGroup, addressee: LetterAddressee, used: tuple[ProfileFact | None, ...]
) -> tuple[Message, ...]:
    notes: list[Message] = []
    hidden = any(contact.is_hidden for contact in group.profile.contacts(FactKey.EMAIL))
    if hidden:
        notes.append(LetterNote.HIDDEN_ADDRESS())
    if any(fact is not None and fact.source.layer is Layer.DIRECTORY for fact in used):
        notes.append(LetterNote.ADDRESS_OF_DIRECTORY())
    if group.profile.is_baseline and (contacts := group.match.contacts):
        notes.append(LetterNote.CCADB_CONTACT(contact="; ".join(contacts)[:_CONTACT_LIMIT]))
    if addressee.web_form:
        notes.append(LetterNote.WEB_FORM(url=addressee.web_form))
    if not (addressee.post or addressee.email or addressee.web_form):
        notes.append(LetterNote.NO_ADDRESS())
    return tuple(notes)
