"""Pass over the findings of a report of exposure: one row of SQL for each certificate. Functions of an open
transaction, behind `exposed_scope.choose`.

SQL joins the findings of a certificate into a pattern, the row of the kind of each finding. Certificates with one
pattern are counted together, so that memory grows with the number of patterns, not of findings. Addresses are
counted in the flags of look-up keys, people by a union of the labels that share an address or a number.
"""

# ruff: noqa: S608 - statements contain question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ctscan.index.sqlite import rows
from ctscan.index.sqlite.exposed_labels import Labels
from ctscan.index.sqlite.exposed_scope import (
    DOMAIN,
    EMAIL,
    IN_SCOPE,
    NUMBER,
    OF_PEOPLE,
    SEEN,
    SEEN_OF_PERSON,
)
from ctscan.index.sqlite.ignoring import Part
from ctscan.index.sqlite.rows import placeholders
from ctscan.model.exposure import Alike, Counted, DomainCount, Totals, Trait
from ctscan.model.finding import Qualifier, SubjectKind

if TYPE_CHECKING:
    from ctscan.index.sqlite.exposed_scope import (
        KeyFlags,
    )
    from ctscan.index.sqlite.ignoring import IgnoreList

_AT_ONCE = 500

_TRAITS = (
    "SELECT id, category, sensitivity, subject_kind, place, rule, person, marks FROM trait WHERE subject_kind IN ({})"
)

_ROWS = """
    SELECT exposed.certificate, exposed.whole, certificate.issuer, certificate.authority_key_id, certificate_use.uses,
        group_concat(finding.trait), group_concat(CASE WHEN kind.is_keyed THEN finding.keys ELSE '' END, ';')
    FROM temp.exposed_certificate AS exposed
    CROSS JOIN certificate ON certificate.id = exposed.certificate
    LEFT JOIN certificate_use ON certificate_use.certificate = exposed.certificate
    CROSS JOIN finding ON finding.certificate = exposed.certificate
    CROSS JOIN temp.exposed_trait AS kind ON kind.trait = finding.trait
    WHERE exposed.newer = ?
    GROUP BY exposed.certificate
"""


class KnownTrait(NamedTuple):
    """Kind of finding: the values that a report shows, and those that the pass decides by."""

    shown: Trait
    label: str
    is_person: bool
    is_email: bool
    is_role: bool
    joins: bool


class Pattern(NamedTuple):
    """Findings of a certificate by their kinds, in their order."""

    ids: tuple[int, ...]
    kinds: tuple[KnownTrait, ...]
    persons: int  # labels of persons
    classes: int  # number of the set of categories with their sensitivities


Row = tuple[int, int, int, bytes | None, str | None, str, str]
"""Certificate, whether all of it is in scope, issuer, key identifier, purposes, rows of the kinds of its findings, and
rows of the look-up keys of each finding."""


def known_traits(connection: sqlite3.Connection) -> dict[int, KnownTrait]:
    """Read the kinds of finding that count, and put them into the temporary table `exposed_trait`."""
    connection.execute("DROP TABLE IF EXISTS temp.exposed_trait")
    connection.execute("CREATE TEMP TABLE exposed_trait (trait INTEGER PRIMARY KEY, is_keyed INTEGER NOT NULL)")
    found = {}
    for id, category, sensitivity, kind, place, rule, person, marks in connection.execute(
        _TRAITS.format(placeholders(OF_PEOPLE)), OF_PEOPLE
    ):
        is_person, is_email = kind == SubjectKind.PERSON, category == "user.contact.email"
        sure = not {Qualifier.PARTIAL, Qualifier.INVALID} & set(marks.split())
        shown = Trait(category, sensitivity, kind, place, rule)
        found[id] = KnownTrait(shown, person, is_person, is_email, kind == SubjectKind.ROLE, is_person and sure)
    connection.executemany(
        "INSERT INTO temp.exposed_trait (trait, is_keyed) VALUES (?, ?)",
        [(id, not one.shown.category.startswith("user.name")) for id, one in found.items()],
    )
    return found


class FindingsPass:
    """Pass in two steps: `take` the certificates that were seen before a moment, then the newer ones; `totals` may be
    asked between. `certificates`: rows of the certificates that count."""

    def __init__(
        self, traits: dict[int, KnownTrait], flags: KeyFlags, ignoring: IgnoreList, *, are_people_kept: bool
    ) -> None:
        self.certificates = array("q")
        self.labels = Labels(len(flags), are_kept=are_people_kept)
        self._traits, self._flags, self._ignoring = traits, flags, ignoring
        self._patterns: dict[str, Pattern] = {}
        self._groups: Counter[tuple[int, bytes | None, str | None, str]] = Counter()
        self._classes: dict[frozenset[tuple[str, str]], int] = {}
        self._domains: Counter[tuple[int, int]] = Counter()
        self._people_of: Counter[int] = Counter()  # addresses of people by domain
        self._keyless: list[int] = []
        self._addresses = [0, 0]

    def take(self, connection: sqlite3.Connection, *, newer: bool) -> None:
        """Count the certificates that are marked as newer, or the others."""
        for row in connection.execute(_ROWS, (int(newer),)):
            self._take(row)

    def totals(self, connection: sqlite3.Connection) -> Totals:
        """Return the counts so far."""
        keyless = self._keyless_addresses(connection)
        findings = sum((text.count(",") + 1) * count for (_, _, _, text), count in self._groups.items())
        return Totals(
            certificates=len(self.certificates),
            findings=findings,
            persons=self.labels.persons,
            addresses=self._addresses[0] + len(keyless),
            people_addresses=self._addresses[1] + sum(keyless.values()),
        )

    def counted(self, connection: sqlite3.Connection) -> Counted:
        """Return all counts."""
        totals = self.totals(connection)
        return Counted(
            alike=self._alike(),
            traits={id: one.shown for id, one in self._traits.items()},
            addresses=totals.addresses,
            people_addresses=totals.people_addresses,
            persons=totals.persons,
            domains=self._named_domains(connection),
            ignored=dict(self._ignoring.counts),
        )

    def _take(self, row: Row) -> None:
        certificate, whole, issuer, key_id, uses, text, joined = row
        pattern = self._patterns.get(text) or self._pattern(text)
        keys = joined.split(";")
        if not whole or self._ignoring.entries:
            kept = self._kept(row, pattern, keys)
            if not kept:
                return
            if len(kept) < len(keys):
                text = ",".join(str(pattern.ids[at]) for at in kept)
                pattern, keys = self._pattern(text), [keys[at] for at in kept]
        self.certificates.append(certificate)
        self._groups[issuer, key_id, uses, text] += 1
        self.labels.persons += pattern.persons
        self._take_keys(certificate, whole, pattern, keys)

    def _pattern(self, text: str) -> Pattern:
        pattern = self._patterns.get(text)
        if pattern is None:
            ids = tuple(map(int, text.split(",")))
            kinds = tuple(self._traits[id] for id in ids)
            persons = len({kind.label for kind in kinds if kind.is_person})
            classes = frozenset((kind.shown.category, kind.shown.sensitivity) for kind in kinds)
            number = self._classes.setdefault(classes, len(self._classes))
            pattern = Pattern(ids, kinds, persons, number)
            if len(self._patterns) < _MOST_PATTERNS:
                self._patterns[text] = pattern
        return pattern

    # --- left out -----------------------------------------------------------------------------------------------

    def _kept(self, row: Row, pattern: Pattern, keys: Sequence[str]) -> list[int]:
        """Return the places of the findings that count: not ignored, and of a label in scope."""
        kept = list(range(len(keys)))
        if self._ignoring.entries:
            kept = self._ignoring.kept(row[2], list(self._parts(pattern, keys)))
        if row[1]:
            return kept
        outside = self._outside(pattern, keys, kept)
        return [at for at in kept if pattern.kinds[at].label not in outside]

    def _parts(self, pattern: Pattern, keys: Sequence[str]) -> Iterator[Part]:
        for id, kind, text in zip(pattern.ids, pattern.kinds, keys, strict=True):
            joins = kind.joins and any(self._flags[key] & (EMAIL | NUMBER) for key in _ids(text))
            yield Part(id, text, kind.label, kind.is_email or joins)

    def _outside(self, pattern: Pattern, keys: Sequence[str], places: Iterable[int]) -> set[str]:
        """Return the labels whose addresses are all outside the scope."""
        inside, outside = set(), set()
        for at in places:
            found = [self._flags[id] for id in _ids(keys[at])]
            if any(flag & IN_SCOPE for flag in found):
                inside.add(pattern.kinds[at].label)
            elif any(flag & EMAIL for flag in found):
                outside.add(pattern.kinds[at].label)
        return outside - inside

    # --- keys ---------------------------------------------------------------------------------------------------

    def _take_keys(self, certificate: int, whole: int, pattern: Pattern, keys: Sequence[str]) -> None:
        """Count addresses and domains of a certificate, and join its people with those before."""
        flags, nodes = self._flags, self._nodes_of(certificate, pattern)
        domains: set[int] = set()
        for kind, text in zip(pattern.kinds, keys, strict=True):
            if not text:
                if kind.is_email and whole:
                    self._keyless.append(certificate)
                continue
            ids = [int(id) for id in text.split(",")]
            found = [flags[id] for id in ids]
            if whole or any(flag & IN_SCOPE for flag in found):
                wanted = DOMAIN if whole else DOMAIN | IN_SCOPE
                domains.update([id for id, flag in zip(ids, found, strict=True) if flag & wanted == wanted])
                if kind.is_email and self._see(ids[0], is_of_person=not kind.is_role):
                    self._people_of.update([id for id, flag in zip(ids, found, strict=True) if flag & DOMAIN])
            if kind.joins:
                joining = [id for id, flag in zip(ids, found, strict=True) if flag & (EMAIL | NUMBER)]
                self._join(certificate, kind.label, joining, nodes)
        for id in domains:
            self._domains[id, pattern.classes] += 1

    def _nodes_of(self, certificate: int, pattern: Pattern) -> dict[str, int]:
        """Return the nodes of the people of a certificate that are there: all of them where people are listed."""
        if not self.labels.are_kept:
            return {}
        return {one.label: self.labels.add(certificate, one.label) for one in pattern.kinds if one.is_person}

    def _see(self, key: int, *, is_of_person: bool) -> bool:
        """Count an address; return whether it is seen as a person's for the first time."""
        flag = self._flags[key]
        if not flag & SEEN:
            self._addresses[0] += 1
        is_new = is_of_person and not flag & SEEN_OF_PERSON
        self._addresses[1] += is_new
        self._flags[key] = flag | SEEN | (SEEN_OF_PERSON if is_of_person else 0)
        return is_new

    def _join(self, certificate: int, label: str, ids: Iterable[int], nodes: dict[str, int]) -> None:
        for id in ids:
            if label not in nodes:
                nodes[label] = self.labels.add(certificate, label)
            self.labels.join(nodes[label], id)

    # --- results ------------------------------------------------------------------------------------------------

    def _keyless_addresses(self, connection: sqlite3.Connection) -> dict[str, bool]:
        """Return the addresses without a look-up key, which have the shape of an address only, and whether each is a
        person's."""
        seen: dict[str, bool] = {}
        for some in rows.portions(self._keyless, _AT_ONCE):
            for trait, address in connection.execute(
                "SELECT trait, coalesce(canonical, value) FROM finding WHERE keys = '' AND certificate IN"
                f" ({placeholders(some)})",
                some,
            ):
                if trait in self._traits and self._traits[trait].is_email:
                    seen[address] = seen.get(address, False) or not self._traits[trait].is_role
        return seen

    def _alike(self) -> dict[Alike, int]:
        counts: dict[Alike, int] = defaultdict(int)
        for (issuer, key_id, uses, text), count in self._groups.items():
            alike = Alike(issuer, key_id or b"", tuple((uses or "").split()), tuple(map(int, text.split(","))))
            counts[alike] += count
        return dict(counts)

    def _named_domains(self, connection: sqlite3.Connection) -> dict[str, DomainCount]:
        by_key: dict[int, DomainCount] = defaultdict(DomainCount)
        classes = list(self._classes)
        for (id, number), count in self._domains.items():
            by_key[id].certificates += count
            by_key[id].people_addresses = self._people_of[id]
            for one in classes[number]:
                by_key[id].classes[one] += count
        return {
            ".".join(reversed(key.rstrip(".").split("."))): by_key[id]
            for some in rows.portions(list(by_key), _AT_ONCE)
            for id, key in _keys(connection, some)
        }


_MOST_PATTERNS = 100_000


def _keys(connection: sqlite3.Connection, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    yield from connection.execute(
        f"SELECT id, key FROM lookup_key WHERE id IN ({placeholders(ids)})",
        ids,
    )


def _ids(keys: str) -> list[int]:
    return [int(id) for id in keys.split(",")] if keys else []
