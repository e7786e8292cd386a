"""Grouping of a certificate's findings by person: the subject, a representative, a contact of the CA.

A rule attributes each value to a party as far as its field shows. This module compares all findings of a certificate
and numbers further people of a party ("subject 2"):

1. A name (of the subject, a directoryName, an owner) belongs to a single person, so its findings stay together. Two
names belong to different people when their given names and surnames, or the words of full names, show it. 2. Values
outside names (addresses among the alternative names, notices) go to the person whose name they contain or are made
from, if exactly one person fits. 3. Addresses of the form first.last with different names belong to different people.

Unclear values stay with the party of their field: other scripts, initials, mailboxes of functions.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, count
from typing import Final

from ctscan.model import Confidence, Finding, IdentifierKind, SubjectKind
from ctscan.personal.attribution import mailbox
from ctscan.personal.attribution.evidence import CA_CONTACT, SUBJECT
from ctscan.personal.normalise.name_tokens import name_tokens
from ctscan.personal.view import View

MAX_COMPARED: Final = 20
"""People of a party that a further name is compared with. Beyond them, only an equal spelling joins two names."""

MAX_SPELLINGS: Final = 5
"""Spellings of a person. Beyond them, a further name joins this person only in an equal spelling."""
MAX_WORDS: Final = 12
"""Words of one name that an address is compared with."""

MAX_OWNERS: Final = 10
"""People among whom the owner of an address is looked for; with more people the address stays with its field."""

_GIVEN, _SURNAME, _FULL = "user.name.first", "user.name.last", "user.name"
_SEGMENT = re.compile(r"[._]")

_Place = tuple[str, bytes]
"""Label of a party and a Name in it."""


@dataclass(frozen=True, slots=True)
class _NameEvidence:
    """Words of a name: given names and surnames where the name separates them, and all words.

    For an address, the separation is a guess (`is_guess`).
    """

    words: frozenset[str]
    given: frozenset[str] = frozenset()
    surname: frozenset[str] = frozenset()
    is_guess: bool = False

    @property
    def some_words(self) -> list[str]:
        """First words of the name, for comparison with thousands of addresses."""
        return sorted(self.words)[:MAX_WORDS]

    @property
    def is_latin(self) -> bool:
        """Whether the name is in Latin script only. Words of other scripts come with their Latin forms."""
        return all(word.isascii() or all(map(_is_latin, word)) for word in self.words)


def _is_latin(char: str) -> bool:
    return unicodedata.name(char, "").startswith("LATIN ")


@dataclass(slots=True)
class _Person:
    label: str
    evidence: list[_NameEvidence] = field(default_factory=list)


class _People:
    """People with different names, each labelled with the next of `labels`."""

    __slots__ = ("_exact", "_labels", "people")

    def __init__(self, labels: Iterator[str]) -> None:
        self.people: list[_Person] = []
        self._labels = labels
        self._exact: dict[_NameEvidence, _Person] = {}

    def person(self, evidence: _NameEvidence) -> _Person:
        """Return the first person who may have this name, else a new person."""
        known = self._exact.get(evidence)
        if known is None:
            known = next((person for person in self.people[:MAX_COMPARED] if _may_be(person, evidence)), None)
            if known is None:
                known = _Person(next(self._labels))
                self.people.append(known)
            known.evidence.append(evidence)
            self._exact[evidence] = known
        return known


class _Party:
    """Party with one label of the rules: the people named in it, and labels for further people."""

    __slots__ = ("label", "labels", "named")

    def __init__(self, label: str, taken: frozenset[str]) -> None:
        self.label = label
        numbered = (further for n in count(2) if (further := f"{label} {n}") not in taken)
        self.labels = chain([label], numbered)
        self.named = _People(self.labels)


def group_by_person(view: View, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings in the same order, with `person` set for each."""
    given = _with_entries(tuple(findings))
    addresses = _addresses(given)
    names = {place.path: place.name.raw for place in view.fields if place.name is not None}
    parties = _parties(given)
    owners = _people_of_names(given, names, parties)
    most = 1 if len(parties) == 1 else 0  # a sole party's person owns its only name and its only address
    if len(owners) + len(addresses) < 2 or max(len(owners), len(addresses)) <= most:
        return given
    candidates = _Candidates(parties)
    mailboxes = _owners_of_addresses(given, names, owners, parties, candidates)
    return tuple(_settled(given, names, owners, mailboxes, candidates))


def _with_entries(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Move findings inside the name of an entry (`subject.3.owner.0.givenName`) to the person of that entry."""
    entries = {f.path: f.person for f in findings if f.person not in (SUBJECT, CA_CONTACT)}
    if not entries:
        return findings
    around = ((f, entries.get(f.path.rsplit(".", 2)[0].partition("#")[0])) for f in findings)
    return tuple(replace(f, person=label) if label and f.person == SUBJECT else f for f, label in around)


def _settled(
    findings: Sequence[Finding],
    names: dict[str, bytes],
    owners: dict[_Place, _Person],
    mailboxes: dict[tuple[str, str], str],
    candidates: _Candidates,
) -> Iterator[Finding]:
    for finding in findings:
        owner = owners.get((finding.person, names.get(finding.path, b"")))
        if owner is not None:
            label = owner.label
        elif address := _address(finding):
            label = mailboxes[finding.person, address]
        else:
            label = _namesake(finding, candidates.of(finding.person)) or finding.person
        yield finding if label == finding.person else replace(finding, person=label)


# --- names ---------------------------------------------------------------------------------------------------------


def _parties(findings: Sequence[Finding]) -> dict[str, _Party]:
    labels = dict.fromkeys(finding.person for finding in findings)
    return {label: _Party(label, frozenset(labels)) for label in labels}


def _people_of_names(
    findings: Sequence[Finding], names: dict[str, bytes], parties: dict[str, _Party]
) -> dict[_Place, _Person]:
    """Return the person of each name, in the order of the certificate, without names that name nobody."""
    words: dict[_Place, dict[str, set[str]]] = {}
    for finding in findings:
        name = names.get(finding.path)
        if name is not None and finding.category in (_GIVEN, _SURNAME, _FULL) and _is_sure(finding):
            kinds = words.setdefault((finding.person, name), {})
            kinds.setdefault(finding.category, set()).update(_words(finding))
    order = {name: at for at, name in enumerate(dict.fromkeys(names.values()))}
    found = ((key, _name_evidence(words[key])) for key in sorted(words, key=lambda key: order[key[1]]))
    return {key: parties[key[0]].named.person(evidence) for key, evidence in found if evidence.words}


def _name_evidence(kinds: dict[str, set[str]]) -> _NameEvidence:
    given, surname = frozenset(kinds.get(_GIVEN, ())), frozenset(kinds.get(_SURNAME, ()))
    if given and surname:
        return _NameEvidence(given | surname, given, surname)
    return _NameEvidence(given | surname | frozenset(kinds.get(_FULL, ())))


def _is_sure(finding: Finding) -> bool:
    return finding.subject_kind is SubjectKind.PERSON and finding.confidence is not Confidence.POSSIBLE


def _words(finding: Finding) -> frozenset[str]:
    return frozenset(word for word in name_tokens(finding.canonical) if not word.isdigit())


def _may_be(person: _Person, evidence: _NameEvidence) -> bool:
    return len(person.evidence) < MAX_SPELLINGS and not any(_differ(evidence, other) for other in person.evidence)


def _differ(a: _NameEvidence, b: _NameEvidence) -> bool:
    """Return whether two names clearly belong to different people.

    Given names or surnames have nothing in common; or, where a name doesn't separate them, no word is in common. Names
    in different scripts may be the same name.
    """
    if a.is_guess and b.is_guess:
        is_other = a.words.isdisjoint(b.words) or _are_relatives(a, b)
    elif a.given and b.given:
        is_other = a.given.isdisjoint(b.given) or a.surname.isdisjoint(b.surname)
    else:
        is_other = a.words.isdisjoint(b.words)
    return is_other and a.is_latin == b.is_latin


def _are_relatives(a: _NameEvidence, b: _NameEvidence) -> bool:
    """Return whether two addresses share only the surname: `jane.doe` and `john.doe`.

    `max.doe` and `maximilian.doe` may be the same person, as may `doe.jane` and `jane.doe`.
    """
    if a.surname.isdisjoint(b.surname) or not a.given.isdisjoint(b.given | b.surname) or a.given & b.surname:
        return False
    return not any(word.startswith(other[:3]) for word in a.given for other in b.given)


# --- values outside names ------------------------------------------------------------------------------------------


class _Candidates:
    """Possible owners of values outside names: contacts of the issuer own nothing of the subject."""

    __slots__ = ("_contacts", "_others")

    def __init__(self, parties: dict[str, _Party]) -> None:
        self._contacts = [p for party in parties.values() if party.label == CA_CONTACT for p in party.named.people]
        self._others = [p for party in parties.values() if party.label != CA_CONTACT for p in party.named.people]

    def of(self, label: str) -> list[_Person]:
        return self._contacts if label == CA_CONTACT else self._others


def _address(finding: Finding) -> str:
    """Return the address in the look-up keys of a finding, or an empty string."""
    return next((key.key for key in finding.keys if key.kind == IdentifierKind.EMAIL), "")


def _addresses(findings: Sequence[Finding]) -> set[str]:
    return set(filter(None, map(_address, findings)))


def _owners_of_addresses(
    findings: Sequence[Finding],
    names: dict[str, bytes],
    owners: dict[_Place, _Person],
    parties: dict[str, _Party],
    candidates: _Candidates,
) -> dict[tuple[str, str], str]:
    """Return the label of the owner for each party and address outside the names of people."""
    outside: dict[str, dict[str, None]] = {}
    for finding in findings:
        address = _address(finding)
        if address and (finding.person, names.get(finding.path, b"")) not in owners:
            outside.setdefault(finding.person, {})[address] = None
    return {
        (label, address): owner
        for label, addresses in outside.items()
        for address, owner in _owners(addresses, parties[label], candidates.of(label)).items()
    }


def _owners(addresses: Iterable[str], party: _Party, candidates: list[_Person]) -> dict[str, str]:
    """Return the person from whose name each address is made.

    Addresses of the form first.last that match nobody belong to further people. The first of them belongs to the
    party's own person, unless another address does.
    """
    makers = {address: _makers(address, candidates) for address in addresses}
    has_own = any(made == [party.label] for made in makers.values())
    others = _People(party.labels if has_own or not party.named.people else chain([party.label], party.labels))
    owners: dict[str, str] = {}
    for address, made in makers.items():
        evidence = None if made else _first_last(address)
        if evidence is not None:
            owners[address] = others.person(evidence).label
        else:
            owners[address] = made[0] if len(made) == 1 else party.label
    return owners


_NOBODY: Final[list[str]] = []


def _makers(address: str, people: list[_Person]) -> list[str]:
    """Return the people whose names share the most words with an address: mostly a single person or nobody."""
    if not people or len(people) > MAX_OWNERS:
        return _NOBODY
    scores = {
        person.label: max(
            (sum(mailbox.resembles(address, word) for word in n.some_words) for n in person.evidence), default=0
        )
        for person in people
    }
    best = max(scores.values(), default=0)
    return [label for label, score in scores.items() if best and score == best]


def _first_last(address: str) -> _NameEvidence | None:
    """Return `jane.doe2@…` as two words; None for another form or an initial."""
    local = re.sub(r"[0-9]", "", address.rpartition("@")[0].partition("+")[0])
    parts = _SEGMENT.split(local)
    if len(parts) != 2 or any(len(part) < 3 for part in parts) or not mailbox.is_personal_shape(local):
        return None
    given, surname = (frozenset(name_tokens(part)) for part in parts)
    return _NameEvidence(given | surname, given, surname, is_guess=True)


def _namesake(finding: Finding, people: list[_Person]) -> str | None:
    """Return the only person whose words make a full name outside names, or None."""
    if finding.category != _FULL or len(people) > MAX_OWNERS or not _is_sure(finding):
        return None
    words = _words(finding)
    same = [person.label for person in people if any(_is_part(words, n.words) for n in person.evidence)]
    return same[0] if len(same) == 1 else None


def _is_part(a: frozenset[str], b: frozenset[str]) -> bool:
    return len(a & b) > 1 and (a <= b or b <= a)
