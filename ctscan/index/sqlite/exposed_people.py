"""List of the people of a report of exposure. Functions of an open transaction, behind `exposed_findings`."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ctscan.model.exposure import ExposedPerson

if TYPE_CHECKING:
    from ctscan.index.sqlite.exposed_findings import KnownTrait
    from ctscan.index.sqlite.exposed_labels import Labels
    from ctscan.index.sqlite.ignoring import IgnoreList

_VALUES = """
    SELECT finding.certificate, issuer, trait, keys, value, canonical
    FROM temp.exposed_certificate AS exposed CROSS JOIN certificate ON certificate.id = exposed.certificate
    CROSS JOIN finding ON finding.certificate = exposed.certificate
"""


class _Gathered(Struct):
    names: dict[str, None] = field(default_factory=dict)
    addresses: set[str] = field(default_factory=set)
    categories: set[str] = field(default_factory=set)
    sensitivities: set[str] = field(default_factory=set)
    certificates: set[int] = field(default_factory=set)
    findings: int = 0


def people(
    connection: sqlite3.Connection, labels: Labels, traits: Mapping[int, KnownTrait], ignoring: IgnoreList
) -> tuple[ExposedPerson, ...]:
    """List the people with their values: those with sensitive data first, then by name and address."""
    persons = {place: number for number, places in labels.groups().items() for place in places}
    gathered: dict[int, _Gathered] = defaultdict(_Gathered)
    for certificate, issuer, trait, keys, value, canonical in connection.execute(_VALUES):
        known = traits.get(trait)
        number = persons.get((certificate, known.label)) if known else None
        if known is not None and number is not None and ignoring.entry_of(issuer, trait, keys) is None:
            _gather(gathered[number], known, certificate, value, canonical)
    found = [_person(one) for one in gathered.values()]
    return tuple(sorted(found, key=lambda one: (one.sensitivities == ("ordinary",), one.names, one.addresses)))


def _gather(person: _Gathered, kind: KnownTrait, certificate: int, value: str, canonical: str | None) -> None:
    shown = kind.shown
    if shown.category == "user.name":
        person.names[value] = None
    elif kind.is_email and not kind.is_role:
        person.addresses.add(canonical or value)
    person.categories.add(shown.category)
    person.sensitivities.add(shown.sensitivity)
    person.certificates.add(certificate)
    person.findings += 1


def _person(found: _Gathered) -> ExposedPerson:
    return ExposedPerson(
        names=tuple(sorted(found.names)),
        addresses=tuple(sorted(found.addresses)),
        categories=tuple(sorted(found.categories)),
        sensitivities=tuple(sorted(found.sensitivities)),
        certificates=len(found.certificates),
        findings=found.findings,
    )
