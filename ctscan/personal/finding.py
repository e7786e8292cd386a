"""Construction of a finding from a field and a typed value; no other module does it."""

from __future__ import annotations

from functools import lru_cache

from ctscan.model import Field, Finding, Sensitivity
from ctscan.personal.attribution.evidence import attribute_place, person_of
from ctscan.personal.attribution.trail import current_trail
from ctscan.personal.categories import sensitivity_of
from ctscan.personal.values import Value
from ctscan.personal.view import View

_RANKS = {sensitivity: rank for rank, sensitivity in enumerate(Sensitivity)}

MAX_RAW = 4096
"""Octets of the encoded value kept with a finding; the certificate itself holds all of them."""


@lru_cache(maxsize=1024)
def _cached_categories(category: str, also: tuple[str, ...]) -> tuple[tuple[str, ...], Sensitivity]:
    """Return all categories of a value, and the highest sensitivity among them."""
    categories = tuple(dict.fromkeys((category, *also)))
    return categories, max(map(sensitivity_of, categories), key=_RANKS.__getitem__)


def make_finding(rule_id: str, view: View, place: Field, value: Value) -> Finding:
    """Make the finding of a value in a field. The value's attribution counts, else the field's."""
    attribution = value.attribution or attribute_place(view, place)
    trail = current_trail()
    if trail is not None:
        trail.keep(rule_id, place, value, attribution)
    raw = (place.raw if place.text is None else place.text.raw)[:MAX_RAW]  # of a string without its header: see tag
    categories, sensitivity = _cached_categories(value.category, value.also)
    return Finding(
        rule=rule_id,
        category=value.category,
        categories=categories,
        value=value.value,
        canonical=value.canonical,
        path=place.path,
        oid=place.oid,
        subject_kind=attribution.kind,
        confidence=attribution.confidence,
        why=attribution.why,
        keys=value.keys,
        person=value.person or person_of(view, place),
        sensitivity=value.sensitivity or sensitivity,
        qualifiers=value.marks,
        tag=place.tag,
        raw=b"" if raw == value.value.encode("utf-8", "surrogatepass") else raw,
        repaired=value.repaired,
    )
