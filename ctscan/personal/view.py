"""One certificate as rules see it: every place with its value, by type, and what is worked out once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar, cast

from ctscan.model import Certificate, DecodedString, Field

T = TypeVar("T")

ISSUING_PARTS = frozenset(
    [
        *("issuer", "ian", "issuerUniqueID", "authorityKeyIdentifier", "authorityInfoAccess", "certificatePolicies"),
        *("cRLDistributionPoints", "freshestCRL", "attributeIssuer", "holderIssuer"),
    ]
)
"""Parts that speak of who issued the certificate, not of whom it is about."""


class View:
    """A certificate, its places, and the canonical domains of the scope (for rules that look for names in hosts)."""

    __slots__ = ("_by_oid", "_inside", "_known", "certificate", "domains", "places")

    certificate: Certificate
    places: tuple[Field, ...]
    domains: tuple[str, ...]

    def __init__(self, certificate: Certificate, domains: tuple[str, ...] = ()) -> None:
        self.certificate = certificate
        self.domains = domains
        self.places = certificate.fields
        self._known: dict[object, object] = {}
        self._by_oid: dict[str, list[Field]] = {}
        self._inside: dict[int, list[DecodedString]] | None = None
        for place in self.places:
            if not place.nested:
                self._by_oid.setdefault(place.oid, []).append(place)

    def of(self, *oids: str) -> Iterator[Field]:
        """The values with one of these types, wherever they stand, in the order of the types."""
        for oid in oids:
            yield from self._by_oid.get(oid, ())

    def types(self) -> Iterable[str]:
        """The types that values have, each once."""
        return self._by_oid.keys()

    def has(self, oids: frozenset[str]) -> bool:
        """Whether any value has one of these types."""
        return not oids.isdisjoint(self._by_oid)

    def texts(self) -> Iterator[tuple[Field, DecodedString]]:
        """Every place with text, also those inside other values."""
        return ((place, place.text) for place in self.places if place.text is not None)

    def inside(self, place: Field) -> tuple[DecodedString, ...]:
        """The strings inside one of `places` that is no string itself."""
        if self._inside is None:
            self._inside = _strings_inside(self.places)
        return tuple(self._inside.get(id(place), ()))

    def once(self, work: Callable[[View], T]) -> T:
        """What `work` makes of this view, worked out the first time."""
        if work not in self._known:
            self._known[work] = work(self)
        return cast(T, self._known[work])


def _strings_inside(places: tuple[Field, ...]) -> dict[int, list[DecodedString]]:
    """The strings inside each value, by its identity: values may share a path, as those of one attribute do. Nested
    places belong to the last value before them that has their path."""
    inside: dict[int, list[DecodedString]] = {}
    last: dict[tuple[str, str], list[DecodedString]] = {}
    for place in places:
        if not place.nested:
            if place.text is None:
                last[place.path, place.oid] = inside[id(place)] = []
        elif place.text is not None and (texts := last.get((place.path, place.oid))) is not None:
            texts.append(place.text)
    return inside


def spellings(text: DecodedString) -> tuple[str, ...]:
    """The repaired form first, where there is one, then the text as decoded."""
    if text.repaired is None or text.repaired == text.value:
        return (text.value,)
    return (text.repaired, text.value)


def strings_of(view: View, place: Field) -> tuple[DecodedString, ...]:
    """The text of a value, or the strings inside it when it is none: the lines of an address, the fields of a
    structure, in order."""
    if place.text is not None:
        return (place.text,)
    return view.inside(place)
