"""Names of other people inside a name: attributes whose value is a distinguished name (RFC 4519 section 2).

The rules for names and addresses read the attributes of the inner name. This rule finds the entry as a whole, with its
relation to the person whose name holds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ctscan.model import AttributionReason, Confidence, Field, Name, SubjectKind
from ctscan.personal.attribution.evidence import personal_attribute
from ctscan.personal.normalise.name_tokens import fold_text
from ctscan.personal.rules import oid_rule
from ctscan.personal.values import Attribution, Value
from ctscan.personal.view import View
from ctscan.x509.name_text import render_name

_IDENTIFIER: Final = "user.unique_id"

_ONLY_PEOPLE: Final = ("0.9.2342.19200300.100.1.10", "0.9.2342.19200300.100.1.21")  # manager, secretary
_ENTRIES: Final = (
    "2.5.4.31",  # member
    "2.5.4.32",  # owner
    "2.5.4.33",  # roleOccupant
    "2.5.4.34",  # seeAlso
    "2.5.4.49",  # distinguishedName
    "2.5.4.50",  # uniqueMember: SEQUENCE { name, BIT STRING OPTIONAL }
    "2.5.4.36",  # userCertificate
    *_ONLY_PEOPLE,
)
"""Attributes whose values are distinguished names."""


def _entry(view: View, place: Field) -> Iterator[Value]:
    """Read the name of another directory entry as a whole.

    A value with several names (a certificate has issuer and subject) gives the first name of a person.
    """
    for name in view.memo(_names_inside).get(place.path, ()):
        if place.oid in _ONLY_PEOPLE or personal_attribute(name) is not None:
            rendered = render_name(name)
            canonical = fold_text(rendered) or rendered
            yield Value(_IDENTIFIER, rendered, canonical, attribution=_OTHER, person=_person(place))
            return


def _names_inside(view: View) -> dict[str, list[Name]]:
    """Return the distinguished names inside each entry, by the entry's path. Their fields follow the entry's field."""
    found: dict[str, list[Name]] = {}
    here = ""
    for place in view.fields:
        is_inside = here and place.path.startswith((f"{here}.", f"{here}#"))
        if is_inside and place.name is not None and (not found[here] or found[here][-1] is not place.name):
            found[here].append(place.name)
        if place.oid in _ENTRIES and not place.nested:
            here = place.path
            found.setdefault(here, [])
    return found


def _person(place: Field) -> str:
    """Return the last word of the path, which names the person's role: `manager`."""
    return place.path.rpartition(".")[2].partition("#")[0]


_OTHER: Final = Attribution(SubjectKind.PERSON, Confidence.CERTAIN, AttributionReason.POINTS_TO_PERSON())

oid_rule(
    id="person.entry",
    version=1,
    category=_IDENTIFIER,
    kinds=(),
    cites=("RFC 4519 section 2", "RFC 4524 section 2", "ITU-T X.520"),
    looks_for="Names of other people inside a name: manager, secretary, owner, member, role occupant",
    rows=dict.fromkeys(_ENTRIES, _entry),
)
