"""Owners of addresses: the people from whose names mailboxes are made.

1. An address goes to the person with whose names it shares the most words, if there is exactly one. 2. An address in a
person's name is that person's, unless it is made from another name. 3. An address of the form first.last that is made
from nobody's name belongs to a further person where another address is made from the party's name, else it is unclear:
a name may have changed. Without any name in the party, the first such address is the party's own. 4. An address called
by a given name alone goes to the person who may have it in another form; it is unclear where nobody has, and stays with
its party where that can't be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, permutations
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ctscan.model import AttributionReason, Confidence, Finding, IdentifierKind, Message, SubjectKind
from ctscan.personal.attribution import mailbox
from ctscan.personal.attribution.evidence import CA_CONTACT, SUBJECT
from ctscan.personal.attribution.mailbox_names import bare_local, is_made_of_words
from ctscan.personal.attribution.name_evidence import NameEvidence, common, first_last, is_name_of_somebody, may_be_same
from ctscan.personal.attribution.people import UNCLEAR, Parties, People, Person, numbered
from ctscan.personal.attribution.sole_given_names import Relation, evidence_of, is_relative, relation, sole_given_names

MAX_OWNERS: Final = 10
"""People among whom the owner of an address is looked for; with more people the address stays with its field."""

_TURNED: Final = 3  # words of a name whose order makes other mailbox names; two words make the same in any order

_RESPONSIBLE: Final = "2.16.76.1.3."
"""Fields of ICP-Brasil: the rfc822Name of a company is the mailbox of the person who answers for it (DOC-ICP-04)."""


class Owned(Struct, frozen=True):
    """Owner of an address: the label, whether the address is made from the owner's name, and the reason where it is
    made from nobody's."""

    label: str
    is_made: bool = False
    why: Message | None = None

    def applied_to(self, finding: Finding) -> Finding:
        """Return the finding with the owner's label; a mailbox made from a name is likely a person's."""
        is_open = finding.confidence is Confidence.POSSIBLE or finding.subject_kind is SubjectKind.ORGANISATION
        if self.is_made and is_open:
            finding = _likely(finding, AttributionReason.MAILBOX_FROM_NAME())
        elif self.why is not None and finding.subject_kind is SubjectKind.PERSON:
            finding = _at_most_likely(finding, self.why)
        return finding if finding.person == self.label else replace(finding, person=self.label)


def addresses_of(findings: Iterable[Finding]) -> set[str]:
    """Return the addresses of all findings."""
    return set(filter(None, map(_address, findings)))


def own_addresses(findings: Sequence[Finding], owners: Sequence[Person | None], parties: Parties) -> dict[int, Owned]:
    """Return the owner of each finding with an address, by its position, except mailboxes of functions.

    Args:
        findings: of a certificate.
        owners: for each finding the person of the name around it, or None.
        parties: all people of the certificate.
    """
    places: dict[str, dict[str, list[int]]] = {}
    for at, finding in enumerate(findings):
        address = _address(finding)
        is_settled = finding.person.startswith(UNCLEAR)
        if address and not is_settled and finding.subject_kind is not SubjectKind.ROLE:
            places.setdefault(finding.person, {}).setdefault(address, []).append(at)
    elsewhere = _owners_elsewhere(places, owners)
    unclear = People(chain([UNCLEAR], numbered(UNCLEAR, parties.taken)))
    found: dict[int, Owned] = {}
    for label, addresses in places.items():
        near = elsewhere[label == CA_CONTACT]
        beside = {address: _first_owner(owners, at) or near.get(address) for address, at in addresses.items()}
        responsible = _responsible(findings, parties) if label == SUBJECT else None
        for address, owned in _Owners(label, beside, parties, unclear, responsible).all().items():
            found.update(dict.fromkeys(addresses[address], owned))
    return found


def _owners_elsewhere(
    places: dict[str, dict[str, list[int]]], owners: Sequence[Person | None]
) -> dict[bool, dict[str, Person]]:
    """Return the person beside whose name an address stands in any party, for contacts of the issuer and for others."""
    found: dict[bool, dict[str, Person]] = {False: {}, True: {}}
    for label, addresses in places.items():
        for address, at in addresses.items():
            owner = _first_owner(owners, at)
            if owner is not None:
                found[label == CA_CONTACT].setdefault(address, owner)
    return found


def _first_owner(owners: Sequence[Person | None], positions: Iterable[int]) -> Person | None:
    return next((owner for at in positions if (owner := owners[at]) is not None), None)


def _responsible(findings: Sequence[Finding], parties: Parties) -> str | None:
    """Return the label of the person who answers for a company of ICP-Brasil whose subject names nobody."""
    if parties[SUBJECT].named.people:
        return None
    labels = {f.person for f in findings if f.oid.startswith(_RESPONSIBLE)} - {SUBJECT}
    return parties.label_of(labels.pop()) if len(labels) == 1 else None


class _Owners:
    """Owners of the addresses of a party."""

    __slots__ = (
        "_beside",
        "_has_own",
        "_label",
        "_makers",
        "_others",
        "_parties",
        "_party",
        "_responsible",
        "_unclear",
    )

    def __init__(
        self,
        label: str,
        beside: dict[str, Person | None],
        parties: Parties,
        unclear: People,
        responsible: str | None,
    ) -> None:
        self._party, self._parties, self._label = parties[label], parties, label
        self._beside = beside
        self._responsible = responsible
        people = parties.candidates(label)
        self._makers = {address: _makers(address, people) for address in beside}
        own = self._party.own
        self._has_own = any(made == [own] for made in self._makers.values())
        is_taken = self._has_own or not self._party.named.people
        self._others = People(self._party.labels if is_taken else chain([own], self._party.labels))
        self._unclear = unclear

    def all(self) -> dict[str, Owned]:
        """Return the owner of each address."""
        exact = len(self._beside) <= MAX_OWNERS
        return {address: self._owner(address, beside, exact) for address, beside in self._beside.items()}

    def _owner(self, address: str, beside: Person | None, exact: bool) -> Owned:
        made = self._makers[address]
        if beside is not None and (beside.label in made or not _is_of_another(address, beside.evidence)):
            return Owned(beside.label)
        if len(made) == 1:
            return Owned(made[0], is_made=exact and self._is_made(address, made[0]))
        if made:
            return Owned(self._party.own)
        evidence = first_last(address)
        return self._by_given_name(address) if evidence is None else self._of_another(evidence)

    def _by_given_name(self, address: str) -> Owned:
        """Return the owner of an address that may be called by a given name alone, and is made from nobody's name."""
        own = Owned(self._responsible or self._party.own)
        given = sole_given_names(address)
        people = self._parties.candidates(self._label)
        doubtful = self._parties.doubtful.get(self._label, [])
        if not given or not (people or doubtful) or len(people) > MAX_OWNERS:
            return own
        relations = {person.label: relation(given, person.evidence) for person in people if person.evidence}
        same = [label for label, one in relations.items() if one is Relation.OWN]
        if same:
            return Owned(same[0]) if len(same) == 1 else own
        found = {*relations.values(), *([relation(given, doubtful)] if doubtful else [])}
        if Relation.OWN in found:
            return own
        if found == {Relation.ANOTHER}:
            label = self._unclear.person([evidence_of(given)]).label
            return Owned(label, why=AttributionReason.MAILBOX_OTHER_GIVEN_NAME())
        return replace(own, why=AttributionReason.MAILBOX_DOUBTFUL_GIVEN_NAME())

    def _of_another(self, evidence: NameEvidence) -> Owned:
        """Return the owner of an address of the form first.last that is made from nobody's name."""
        doubtful = self._parties.doubtful.get(self._label, [])
        if any(common(evidence.words, name.words) for name in doubtful):
            return Owned(self._party.own)
        people = self._party.named.people
        has_name = bool(people or doubtful or self._responsible) and len(people) <= MAX_OWNERS
        if not self._has_own and has_name and is_name_of_somebody(evidence):
            named = [*doubtful, *(name for person in people for name in person.evidence)]
            if any(_may_be_same(evidence, name) for name in named):
                return Owned(self._party.own)
            label = self._unclear.person([evidence]).label
            return Owned(label, why=AttributionReason.MAILBOX_FROM_ANOTHER_NAME())
        return Owned(self._others.person([evidence]).label)

    def _is_made(self, address: str, label: str) -> bool:
        people = self._parties.candidates(self._label)
        return any(_is_exact(address, name) for one in people if one.label == label for name in one.evidence)


def _address(finding: Finding) -> str:
    """Return the address in the look-up keys of a finding, or an empty string."""
    return next((key.key for key in finding.keys if key.kind == IdentifierKind.EMAIL), "")


def _makers(address: str, people: list[Person]) -> list[str]:
    """Return the people whose names share the most words with an address: mostly a single person or nobody."""
    if not people or len(people) > MAX_OWNERS:
        return []
    scores = {person.label: max((_score(address, n) for n in person.evidence), default=0) for person in people}
    if any(scores.values()) and (evidence := first_last(address)) is not None:
        relatives = [p.label for p in people if any(is_relative(evidence, n) for n in p.evidence)]
        scores.update(dict.fromkeys(relatives, 0))
    best = max(scores.values(), default=0)
    made = [label for label, score in scores.items() if best and score == best]
    if len(made) < 2:
        return made
    exact = [p.label for p in people if p.label in made and any(_is_exact(address, n) for n in p.evidence)]
    return exact if len(exact) == 1 else made


def _score(address: str, name: NameEvidence) -> int:
    return sum(any(mailbox.resembles(address, spelling) for spelling in word) for word in name.some_words)


def _is_exact(address: str, name: NameEvidence) -> bool:
    """Return whether the mailbox name is made from the words of a name and nothing else: `jroe`, `jane.roe2`."""
    return any(is_made_of_words(address, words) for words in _orders(address, name))


def _orders(address: str, name: NameEvidence) -> Iterator[Sequence[list[str]]]:
    """Yield the words of a name in the orders in which it may be written: given names first, else in any order, and of
    three words in every order where the mailbox name has more letters than a word and an initial."""
    local = bare_local(address)
    words = [sorted(word) for part in (name.given, name.surname) for word in sorted(part, key=min)]
    if words:
        yield words
        return
    words = sorted(sorted(word) for word in name.some_words)
    shortest = min((len(spelling) for word in words for spelling in word if spelling in local), default=len(local))
    if len(words) != _TURNED or len(local) < shortest + 2:
        yield words
    else:
        yield from permutations(words)


def _is_of_another(address: str, names: Iterable[NameEvidence]) -> bool:
    """Return whether an address is made from another name than these: first.last without any word in common, or another
    given name alone."""
    names = tuple(names)
    evidence = first_last(address)
    given = () if evidence else sole_given_names(address)
    if given and names:
        return relation(given, names) is Relation.ANOTHER
    if evidence is None or not is_name_of_somebody(evidence):
        return False
    return not any(_may_be_same(evidence, name) for name in names)


def _may_be_same(address: NameEvidence, name: NameEvidence) -> bool:
    return may_be_same(address, name) and not is_relative(address, name)


def _likely(finding: Finding, why: Message) -> Finding:
    return replace(finding, subject_kind=SubjectKind.PERSON, confidence=Confidence.LIKELY, why=why)


def _at_most_likely(finding: Finding, why: Message) -> Finding:
    found = finding if finding.confidence is Confidence.POSSIBLE else replace(finding, confidence=Confidence.LIKELY)
    return replace(found, why=why)
