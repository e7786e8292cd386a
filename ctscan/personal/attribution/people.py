"""People of a certificate, with their labels: the parties that rules name, and further people of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, count
from typing import Final

from msgspec import Struct, field

from ctscan.model import Confidence, Finding, SubjectKind
from ctscan.personal.attribution.evidence import CA_CONTACT, SUBJECT
from ctscan.personal.attribution.name_evidence import NameEvidence, differ, is_part, words_of

MAX_COMPARED: Final = 20
"""People of a party that a further name is compared with. Beyond them, only an equal spelling joins two names."""

MAX_SPELLINGS: Final = 5
"""Spellings of a person. Beyond them, a further name joins this person only in an equal spelling."""

MERGING: Final = frozenset((SUBJECT, "representative"))
"""Parties that may be the same person by name: who holds a certificate may also act for its organisation."""

UNCLEAR: Final = "unclear"
"""Label of an address that is made from a name which the certificate gives to nobody."""


class Person(Struct):
    """Person of a certificate: the label, the spellings of the name, the numbers by category and length."""

    label: str
    evidence: list[NameEvidence] = field(default_factory=list)
    numbers: dict[tuple[str, int], set[str]] = field(default_factory=dict)


Numbers = Mapping[tuple[str, int], set[str]]
"""Numbers of a person by category and length."""

_NO_NUMBERS: Final[Numbers] = {}


class People:
    """People with different names, each labelled with the next of `labels`."""

    __slots__ = ("_exact", "_labels", "_members", "people")

    def __init__(self, labels: Iterator[str]) -> None:
        self.people: list[Person] = []
        self._labels = labels
        self._exact: dict[NameEvidence, Person] = {}
        self._members: set[int] = set()

    def known(self, evidence: Sequence[NameEvidence], numbers: Numbers = _NO_NUMBERS) -> Person | None:
        """Return the first person who may have all of these names and numbers, or None."""
        exact = next((self._exact[one] for one in evidence if one in self._exact), None)
        return exact or next((one for one in self.people[:MAX_COMPARED] if _may_be(one, evidence, numbers)), None)

    def person(self, evidence: Sequence[NameEvidence], numbers: Numbers = _NO_NUMBERS) -> Person:
        """Return the first person who may have all of these names and numbers, else a new person."""
        found = self.known(evidence, numbers)
        if found is None:
            found = Person(next(self._labels))
            self.join(found)
        self.add(found, evidence)
        return found

    def join(self, person: Person) -> None:
        """Let a person be one of these people."""
        if id(person) not in self._members:
            self._members.add(id(person))
            self.people.append(person)

    def add(self, person: Person, evidence: Iterable[NameEvidence]) -> None:
        """Give further names to a person."""
        for one in evidence:
            if one not in self._exact:
                person.evidence.append(one)
                self._exact[one] = person


def _has_other_number(person: Person, numbers: Numbers) -> bool:
    """Return whether a person has numbers of the same kind, and none in common."""
    return any(kind in person.numbers and person.numbers[kind].isdisjoint(found) for kind, found in numbers.items())


def _may_be(person: Person, evidence: Sequence[NameEvidence], numbers: Numbers) -> bool:
    if len(person.evidence) >= MAX_SPELLINGS or _has_other_number(person, numbers):
        return False
    return not any(differ(one, other) for one in evidence for other in person.evidence)


class Party:
    """Party with one label of the rules: the people named in it, and labels for further people."""

    __slots__ = ("label", "labels", "named", "own")

    def __init__(self, label: str, taken: frozenset[str]) -> None:
        self.label = label
        self.own = label  # of its person, where that is another party's person
        self.labels = chain([label], numbered(label, taken))
        self.named = People(self.labels)


def numbered(label: str, taken: frozenset[str]) -> Iterator[str]:
    """Yield `subject 2`, `subject 3` … without the labels that are taken."""
    return (further for n in count(2) if (further := f"{label} {n}") not in taken)


class Parties:
    """All parties of a certificate."""

    __slots__ = ("_by_label", "doubtful", "taken")

    def __init__(self, labels: Iterable[str]) -> None:
        self.taken = frozenset(labels)
        self._by_label = {label: Party(label, self.taken) for label in labels}
        self.doubtful: dict[str, list[NameEvidence]] = {}

    def __getitem__(self, label: str) -> Party:
        return self._by_label[label]

    def __len__(self) -> int:
        return len(self._by_label)

    def label_of(self, label: str) -> str:
        """Return the label of a party's findings that name nobody: of its person, which may be another party's."""
        return self._by_label[label].own

    def person(
        self, labels: Sequence[str], evidence: Sequence[NameEvidence], numbers: Numbers, *, are_fields: bool
    ) -> Person:
        """Return the person who has these names and numbers in these parties; the subject's label goes before others.

        `are_fields`: the names stand in fields of a scheme, which are about the party's person unless they hold a given
        name and a surname that show another person.
        """
        main = SUBJECT if SUBJECT in labels else labels[0]
        known = self[main].named.people[:1] if are_fields and not any(one.given for one in evidence) else []
        found = next(iter(known), None) or self._in_other_party(main, evidence, numbers)
        person = found or self[main].named.person(evidence, numbers)
        for kind, some in numbers.items():
            person.numbers.setdefault(kind, set()).update(some)
        for label in labels:
            self._share(label, person, evidence)
        self._share(main, person, evidence)
        return person

    def _in_other_party(self, main: str, evidence: Sequence[NameEvidence], numbers: Numbers) -> Person | None:
        """Return the person of another party of whose name these names are a part, or the other way round."""
        if main not in MERGING or self[main].named.known(evidence, numbers) is not None:
            return None
        others = (self[label].named.people[:MAX_COMPARED] for label in MERGING - {main} if label in self.taken)
        for person in chain.from_iterable(others):
            if _may_be(person, evidence, numbers) and any(
                is_part(one.words, other.words) for one in evidence for other in person.evidence
            ):
                return person
        return None

    def _share(self, label: str, person: Person, evidence: Sequence[NameEvidence]) -> None:
        party = self[label]
        if not party.named.people:
            party.own = person.label
        party.named.join(person)
        party.named.add(person, evidence)

    def candidates(self, label: str) -> list[Person]:
        """Return the possible owners of values of a party: contacts of the issuer own nothing of the subject."""
        parties = (p for p in self._by_label.values() if (p.label == CA_CONTACT) == (label == CA_CONTACT))
        people = (person for party in parties for person in party.named.people)
        return list({id(person): person for person in people}.values())

    def note_doubtful_names(self, findings: Iterable[Finding]) -> None:
        """Note the names of each party that are possibly a person's."""
        for finding in findings:
            is_person = finding.subject_kind is SubjectKind.PERSON and finding.confidence is Confidence.POSSIBLE
            if is_person and finding.category == "user.name":
                names = self.doubtful.setdefault(finding.person, [])
                if len(names) < MAX_SPELLINGS:
                    names.append(NameEvidence(words_of(finding)))
