"""Which findings of one certificate are about the same person: the subject, a representative, a contact of the CA.

A rule says which of them a value is about as far as its place tells. Here the findings of one certificate are seen
together, and further people of a party get numbers ("subject 2"):

1. A name (of the subject, a directoryName, an owner) is one person's, so all in it stays together. Two names are of
   different people when given names and surnames, or the words of what is one person's full name, say so.
2. What stands outside names (addresses among the alternative names, notices) goes to the one person of several whose
   name it has or is made from.
3. Addresses of the form first.last with different names are of different people.

Whatever is unclear stays with the one whom its place is about: other scripts, initials, mailboxes of functions.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, count
from typing import Final

from ctscan.model import Confidence, Finding, SubjectKind
from ctscan.personal.attribution import mailbox
from ctscan.personal.attribution.evidence import CA_CONTACT, SUBJECT
from ctscan.personal.normalise.name_tokens import name_tokens
from ctscan.personal.view import View

MAX_COMPARED: Final = 20
"""People of one party, and spellings of one of them, that a further name is compared with; beyond that, names are of
one person only when they are spelled the same."""

MAX_SPELLINGS: Final = 5

MAX_WORDS: Final = 12
"""Words of one name that an address is compared with."""

MAX_OWNERS: Final = 10
"""People among whom the owner of an address is looked for; of more of them it stays with its place."""

_GIVEN, _SURNAME, _FULL = "user.name.first", "user.name.last", "user.name"
_SEGMENT = re.compile(r"[._]")

_Place = tuple[str, bytes]
"""Label of a party and a Name in it."""


@dataclass(frozen=True, slots=True)
class _Naming:
    """The words of one name: of given names and surnames where the name tells them apart, and all of them. Of an
    address it is a guess which is which (`is_guess`)."""

    words: frozenset[str]
    given: frozenset[str] = frozenset()
    surname: frozenset[str] = frozenset()
    is_guess: bool = False

    @property
    def some_words(self) -> list[str]:
        """The first of them, for comparing with thousands of addresses."""
        return sorted(self.words)[:MAX_WORDS]

    @property
    def is_latin(self) -> bool:
        """Whether no other script is in it; words of those come with their Latin forms."""
        return all(word.isascii() or all(map(_is_latin, word)) for word in self.words)


def _is_latin(char: str) -> bool:
    return unicodedata.name(char, "").startswith("LATIN ")


@dataclass(slots=True)
class _Person:
    label: str
    namings: list[_Naming] = field(default_factory=list)


class _People:
    """People with different names, each labelled with the next of `labels`."""

    __slots__ = ("_exact", "_labels", "people")

    def __init__(self, labels: Iterator[str]) -> None:
        self.people: list[_Person] = []
        self._labels = labels
        self._exact: dict[_Naming, _Person] = {}

    def person(self, naming: _Naming) -> _Person:
        """Who has this name: the first who isn't clearly somebody else, else one more person."""
        known = self._exact.get(naming)
        if known is None:
            known = next((one for one in self.people[:MAX_COMPARED] if _may_be(one, naming)), None)
            if known is None:
                known = _Person(next(self._labels))
                self.people.append(known)
            known.namings.append(naming)
            self._exact[naming] = known
        return known


class _Party:
    """What rules gave one label: the people named in it, and labels for further ones."""

    __slots__ = ("label", "labels", "named")

    def __init__(self, label: str, taken: frozenset[str]) -> None:
        self.label = label
        numbered = (further for n in count(2) if (further := f"{label} {n}") not in taken)
        self.labels = chain([label], numbered)
        self.named = _People(self.labels)


def tell_apart(view: View, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings with `person` settled, in the same order."""
    given = _with_entries(tuple(findings))
    addresses = _addresses(given)
    names = {place.path: place.name.raw for place in view.places if place.name is not None}
    parties = _parties(given)
    owners = _people_of_names(given, names, parties)
    most = 1 if len(parties) == 1 else 0  # of one party alone, its person has the one name and the one address
    if len(owners) + len(addresses) < 2 or max(len(owners), len(addresses)) <= most:
        return given
    candidates = _Candidates(parties)
    mailboxes = _owners_of_addresses(given, names, owners, parties, candidates)
    return tuple(_settled(given, names, owners, mailboxes, candidates))


def _with_entries(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What stands in the name of an entry (`subject.3.owner.0.givenName`) is of whom a rule says that the entry is."""
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
    """Whose each name is, in the order of the certificate; names in which nobody is named are left out."""
    words: dict[_Place, dict[str, set[str]]] = {}
    for finding in findings:
        name = names.get(finding.path)
        if name is not None and finding.category in (_GIVEN, _SURNAME, _FULL) and _is_sure(finding):
            kinds = words.setdefault((finding.person, name), {})
            kinds.setdefault(finding.category, set()).update(_words(finding))
    order = {name: at for at, name in enumerate(dict.fromkeys(names.values()))}
    namings = ((key, _naming(words[key])) for key in sorted(words, key=lambda key: order[key[1]]))
    return {key: parties[key[0]].named.person(naming) for key, naming in namings if naming.words}


def _naming(kinds: dict[str, set[str]]) -> _Naming:
    given, surname = frozenset(kinds.get(_GIVEN, ())), frozenset(kinds.get(_SURNAME, ()))
    if given and surname:
        return _Naming(given | surname, given, surname)
    return _Naming(given | surname | frozenset(kinds.get(_FULL, ())))


def _is_sure(finding: Finding) -> bool:
    return finding.subject_kind is SubjectKind.PERSON and finding.confidence is not Confidence.POSSIBLE


def _words(finding: Finding) -> frozenset[str]:
    return frozenset(word for word in name_tokens(finding.canonical) if not word.isdigit())


def _may_be(person: _Person, naming: _Naming) -> bool:
    return len(person.namings) < MAX_SPELLINGS and not any(_differ(naming, other) for other in person.namings)


def _differ(a: _Naming, b: _Naming) -> bool:
    """Whether two names are clearly of different people: other given names or other surnames; of names that don't tell
    them apart, no word in common. Names in different scripts may be one name."""
    if a.is_guess and b.is_guess:
        is_other = a.words.isdisjoint(b.words) or _are_relatives(a, b)
    elif a.given and b.given:
        is_other = a.given.isdisjoint(b.given) or a.surname.isdisjoint(b.surname)
    else:
        is_other = a.words.isdisjoint(b.words)
    return is_other and a.is_latin == b.is_latin


def _are_relatives(a: _Naming, b: _Naming) -> bool:
    """`jane.doe` and `john.doe`; not `max.doe` and `maximilian.doe`, which may be one, nor `doe.jane`."""
    if a.surname.isdisjoint(b.surname) or not a.given.isdisjoint(b.given | b.surname) or a.given & b.surname:
        return False
    return not any(one.startswith(other[:3]) for one in a.given for other in b.given)


# --- what stands outside names -------------------------------------------------------------------------------------


class _Candidates:
    """Who may own what stands outside names in a party: contacts of the issuer own nothing of the subject."""

    __slots__ = ("_contacts", "_others")

    def __init__(self, parties: dict[str, _Party]) -> None:
        self._contacts = [person for one in parties.values() if one.label == CA_CONTACT for person in one.named.people]
        self._others = [person for one in parties.values() if one.label != CA_CONTACT for person in one.named.people]

    def of(self, label: str) -> list[_Person]:
        return self._contacts if label == CA_CONTACT else self._others


def _address(finding: Finding) -> str:
    """The address that a finding is found by."""
    return next((key.key for key in finding.keys if key.kind == "email"), "")


def _addresses(findings: Sequence[Finding]) -> set[str]:
    return set(filter(None, map(_address, findings)))


def _owners_of_addresses(
    findings: Sequence[Finding],
    names: dict[str, bytes],
    owners: dict[_Place, _Person],
    parties: dict[str, _Party],
    candidates: _Candidates,
) -> dict[tuple[str, str], str]:
    """For each party and address outside the names of people the label of its owner."""
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
    """The one from whose name an address is made. Those of the form first.last that are made from nobody's are of
    further people, but the first of them is of the party's own person if no other address is."""
    makers = {address: _makers(address, candidates) for address in addresses}
    has_own = any(made == [party.label] for made in makers.values())
    others = _People(party.labels if has_own or not party.named.people else chain([party.label], party.labels))
    owners: dict[str, str] = {}
    for address, made in makers.items():
        naming = None if made else _first_last(address)
        if naming is not None:
            owners[address] = others.person(naming).label
        else:
            owners[address] = made[0] if len(made) == 1 else party.label
    return owners


def _makers(address: str, people: list[_Person]) -> list[str]:
    """The people from whose names most of an address is made: mostly one or none."""
    if len(people) > MAX_OWNERS:
        return []
    scores = {
        one.label: max((sum(mailbox.resembles(address, word) for word in n.some_words) for n in one.namings), default=0)
        for one in people
    }
    best = max(scores.values(), default=0)
    return [label for label, score in scores.items() if best and score == best]


def _first_last(address: str) -> _Naming | None:
    """`jane.doe2@…` as two words; None where the address hasn't that form, or an initial in it."""
    local = re.sub(r"[0-9]", "", address.rpartition("@")[0].partition("+")[0])
    parts = _SEGMENT.split(local)
    if len(parts) != 2 or any(len(part) < 3 for part in parts) or not mailbox.is_personal_shape(local):
        return None
    given, surname = (frozenset(name_tokens(part)) for part in parts)
    return _Naming(given | surname, given, surname, is_guess=True)


def _namesake(finding: Finding, people: list[_Person]) -> str | None:
    """The one person whose words a full name outside names consists of."""
    if finding.category != _FULL or len(people) > MAX_OWNERS or not _is_sure(finding):
        return None
    words = _words(finding)
    same = [one.label for one in people if any(_is_part(words, naming.words) for naming in one.namings)]
    return same[0] if len(same) == 1 else None


def _is_part(a: frozenset[str], b: frozenset[str]) -> bool:
    return len(a & b) > 1 and (a <= b or b <= a)
