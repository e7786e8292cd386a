"""Grouping of a certificate's findings by person: the subject, a representative, a contact of the CA.

A rule attributes each value to a party as far as its field shows. This module compares all findings of a certificate,
merges parties that are the same person, and numbers further people of a party ("subject 2"):

1. A unit (a distinguished name, or fields of a scheme outside names) names a single person, so its findings stay
together. Fields of a scheme without given name and surname are about their party's person. 2. Units with an equal
number of a person belong to the same person, whatever their names and parties. 3. Units of a party belong to different
people when their names show it. Units of the subject and of a representative belong to the same person when one name
holds the other. 4. Values outside units go to the person whose name they contain, if exactly one person fits;
`address_owners` decides about addresses.

Unclear values stay with the party of their field: other scripts, initials, mailboxes of functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from ctscan.model import AttributionReason, Confidence, Finding, IdentifierKind, Qualifier, SubjectKind
from ctscan.personal.attribution.address_owners import MAX_OWNERS, Owned, addresses_of, own_addresses
from ctscan.personal.attribution.evidence import CA_CONTACT, CONSTRAINT, REPRESENTED, SUBJECT
from ctscan.personal.attribution.name_evidence import NameEvidence, Word, is_part, parted_name, words_of
from ctscan.personal.attribution.people import Parties, Person
from ctscan.personal.view import View

_GIVEN, _SURNAME, _FULL = "user.name.first", "user.name.last", "user.name"
_NAMES: Final = frozenset((_GIVEN, _SURNAME, _FULL))
_NO_NAMES: Final = frozenset(("name.generation", "name.initials"))
"""Rules whose findings are no words of a name: titles and initials."""

_NUMBERS: Final = "user.government_id"
_NATIONAL: Final = f"{_NUMBERS}.national_identification_number"
_SHORTEST_NUMBER: Final = 6
_NO_NUMBER: Final = frozenset((Qualifier.HASHED, Qualifier.PARTIAL, Qualifier.INVALID))
_REPRESENTATIVE: Final = "representative"
_ALONE: Final = frozenset((CA_CONTACT, CONSTRAINT, REPRESENTED))
"""Parties that are somebody else than the subject by their role, and merge with no other party."""

_IN_TEXT: Final = AttributionReason.DE_HOLDER_IN_TEXT().code
_TEXT: Final = "text "

_Place = tuple[str, bytes | str]
"""Label of a party, and a Name in it, the arc of its fields outside names, or `_TEXT` and a name in a running text."""


class _Unit(Struct):
    """Findings of a party in one name, or in the fields of one scheme: their words by category, and their numbers with
    the category of each."""

    label: str
    words: dict[str, set[Word]] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> NameEvidence | None:
        given, surname, full = (frozenset(self.words.get(kind, ())) for kind in (_GIVEN, _SURNAME, _FULL))
        evidence = parted_name(given, surname, full)
        return evidence if evidence.words else None


def group_by_person(view: View, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings in the same order, with `person` set for each."""
    given = tuple(findings)
    if _are_about_one(given):
        return given
    given = _with_entries(given)
    names = {place.path: place.name.raw for place in view.fields if place.name is not None}
    given = _beside_sole_party(given, names)
    parties = Parties(dict.fromkeys(finding.person for finding in given))
    owners = _people_of_units(given, names, parties)
    parties.note_doubtful_names(given)
    if len(parties) == 1 and len(owners) + len(addresses_of(given)) + len(parties.doubtful) < 2:
        return given
    owned = own_addresses(given, [owners.get(_place(f, names)) for f in given], parties)
    return tuple(_settled(given, names, owners, owned, parties))


def _are_about_one(findings: Sequence[Finding]) -> bool:
    """Return whether findings are evidently about one person: of one party, without names and numbers of people, and
    with at most one address."""
    if len({finding.person for finding in findings}) > 1 or len(addresses_of(findings)) > 1:
        return False
    return not any(f.category in _NAMES or f.category.startswith(_NUMBERS) for f in findings)


def _with_entries(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Move findings inside the name of an entry (`subject.3.owner.0.givenName`) to the person of that entry."""
    entries = {f.path: f.person for f in findings if f.person not in (SUBJECT, CA_CONTACT)}
    if not entries:
        return findings
    around = ((f, entries.get(f.path.rsplit(".", 2)[0].partition("#")[0])) for f in findings)
    return tuple(replace(f, person=label) if label and f.person == SUBJECT else f for f, label in around)


def _beside_sole_party(findings: tuple[Finding, ...], names: dict[str, bytes]) -> tuple[Finding, ...]:
    """Move the subject's findings in an alternative name to the only party that is named there: a representative's
    mailbox beside the representative's name."""
    named: dict[bytes, set[str]] = {}
    for f in findings:
        if f.category in _NAMES and f.path.startswith("san.") and f.path in names:
            named.setdefault(names[f.path], set()).add(f.person)
    moved = {name: next(iter(labels)) for name, labels in named.items() if len(labels) == 1 and SUBJECT not in labels}
    if not moved:
        return findings
    return tuple(
        replace(f, person=moved[name])
        if f.person == SUBJECT and f.path.startswith("san.") and (name := names.get(f.path)) in moved
        else f
        for f in findings
    )


def _settled(
    findings: Sequence[Finding],
    names: dict[str, bytes],
    owners: dict[_Place, Person],
    owned: dict[int, Owned],
    parties: Parties,
) -> Iterator[Finding]:
    for at, finding in enumerate(findings):
        owner = owners.get(_place(finding, names))
        if at in owned:
            yield _kept_from_representative(owned[at].applied_to(finding))
            continue
        label = owner.label if owner is not None else _namesake(finding, parties.candidates(finding.person))
        label = label or parties.label_of(finding.person)
        yield finding if label == finding.person else replace(finding, person=label)


def _kept_from_representative(finding: Finding) -> Finding:
    """Return the mailbox of an organisation with the label of the certificate's subject, not of its representative."""
    is_others = finding.subject_kind is SubjectKind.ORGANISATION and finding.person == _REPRESENTATIVE
    return replace(finding, person=SUBJECT) if is_others else finding


# --- units ---------------------------------------------------------------------------------------------------------


def _place(finding: Finding, names: dict[str, bytes]) -> _Place:
    """Return the unit of a finding: the name around it, its own words in a running text, or the arc of its field."""
    name = names.get(finding.path)
    if name is not None:
        return finding.person, name
    if finding.category == _FULL and finding.why.code == _IN_TEXT:
        return finding.person, f"{_TEXT}{finding.canonical}"
    is_field = finding.path.startswith(("san.", "extensions.", "subjectDirectoryAttributes."))
    return finding.person, finding.oid.rpartition(".")[0] if is_field and finding.oid.count(".") > 4 else ""


def _people_of_units(findings: Sequence[Finding], names: dict[str, bytes], parties: Parties) -> dict[_Place, Person]:
    """Return the person of each unit, in the order of the certificate, without units that name nobody."""
    order: dict[bytes | str, int] = {name: at for at, name in enumerate(dict.fromkeys(names.values()))}
    units = _units(findings, names)
    places = sorted(units, key=lambda place: order.get(place[1], len(order)))
    people: dict[_Place, Person] = {}
    for cluster in _clusters(units, places):
        evidence = [name for place in cluster if (name := units[place].name) is not None]
        if not evidence:
            continue
        labels = list(dict.fromkeys(units[place].label for place in cluster))
        are_fields = all(isinstance(place[1], str) and not place[1].startswith(_TEXT) for place in cluster)
        numbers = _numbers_by_kind(units[place] for place in cluster)
        person = parties.person(labels, evidence, numbers, are_fields=are_fields)
        people.update(dict.fromkeys(cluster, person))
    return people


def _units(findings: Sequence[Finding], names: dict[str, bytes]) -> dict[_Place, _Unit]:
    units: dict[_Place, _Unit] = {}
    for finding in findings:
        place = _place(finding, names)
        if place[1] == "" or not _is_sure(finding):
            continue
        if finding.category in _NAMES and finding.rule not in _NO_NAMES:
            unit = units.setdefault(place, _Unit(finding.person))
            unit.words.setdefault(finding.category, set()).update(words_of(finding))
        elif finding.category.startswith(_NUMBERS) and _NO_NUMBER.isdisjoint(finding.qualifiers):
            unit = units.setdefault(place, _Unit(finding.person))
            numbers = (key.key for key in finding.keys if key.kind is IdentifierKind.NUMBER)
            unit.numbers.update(dict.fromkeys(numbers, finding.category))
    return units


def _numbers_by_kind(units: Iterable[_Unit]) -> dict[tuple[str, int], set[str]]:
    """Return the national numbers of units by category and length: people of one country differ in one of them."""
    found: dict[tuple[str, int], set[str]] = {}
    for number, category in chain.from_iterable(unit.numbers.items() for unit in units):
        if category == _NATIONAL:
            found.setdefault((category, len(number)), set()).add(number)
    return found


def _clusters(units: dict[_Place, _Unit], places: Sequence[_Place]) -> list[list[_Place]]:
    """Return the units that an equal number joins, each cluster where its first unit stands."""
    heads = list(range(len(places)))
    first: dict[str, int] = {}
    for at, place in enumerate(places):
        for number in () if units[place].label in _ALONE else units[place].numbers:
            if len(number) >= _SHORTEST_NUMBER:
                one, other = _head(heads, first.setdefault(number, at)), _head(heads, at)
                heads[max(one, other)] = min(one, other)
    clusters: dict[int, list[_Place]] = {}
    for at, place in enumerate(places):
        clusters.setdefault(_head(heads, at), []).append(place)
    return list(clusters.values())


def _head(heads: list[int], at: int) -> int:
    """Return the first unit of a cluster, and shorten the way to it."""
    while heads[at] != at:
        heads[at] = heads[heads[at]]
        at = heads[at]
    return at


def _is_sure(finding: Finding) -> bool:
    return finding.subject_kind is SubjectKind.PERSON and finding.confidence is not Confidence.POSSIBLE


# --- values outside units ------------------------------------------------------------------------------------------


def _namesake(finding: Finding, people: list[Person]) -> str | None:
    """Return the only person whose words make a full name outside names, or None."""
    if finding.category != _FULL or len(people) > MAX_OWNERS or not _is_sure(finding):
        return None
    words = words_of(finding)
    same = [person.label for person in people if any(is_part(words, n.words) for n in person.evidence)]
    return same[0] if len(same) == 1 else None
