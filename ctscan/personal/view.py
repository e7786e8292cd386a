"""View of a certificate for rules: its fields by type, and results computed once for all rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, KeysView, Mapping, Sequence
from typing import Any, TypeVar

from msgspec.structs import replace

from ctscan.model import Certificate, DecodedString, Field, Problem
from ctscan.model.certificate_request import REQUEST_RECIPIENT
from ctscan.x509.text import BMP_STRING, STRING_TYPES, UNIVERSAL_STRING, decode_text

T = TypeVar("T")

ISSUING_PARTS = frozenset(
    [
        *("issuer", "ian", "issuerUniqueID", "authorityKeyIdentifier", "authorityInfoAccess", "certificatePolicies"),
        *("cRLDistributionPoints", "freshestCRL", "attributeIssuer", "holderIssuer"),
        REQUEST_RECIPIENT,
    ]
)
"""Parts of a certificate that describe the issuer, not the subject."""


_MOST_ENDED = 1_000
"""Values with a NUL inside that are read in both ways."""


class View:
    """Certificate with its fields, and the canonical domains of the scope (for rules that find names in host names)."""

    __slots__ = ("_by_kind", "_by_oid", "_inside", "_known", "certificate", "cuts", "domains", "fields")

    certificate: Certificate
    fields: tuple[Field, ...]
    domains: tuple[str, ...]
    cuts: list[Problem]

    def __init__(self, certificate: Certificate, domains: tuple[str, ...] = ()) -> None:
        self.certificate = certificate
        self.domains = domains
        self.cuts = []
        self.fields = fields = certificate.fields
        self._known: dict[object, Any] = {}
        self._by_oid: dict[str, list[Field]] = {}
        self._by_kind: dict[int, list[Field]] = {}
        self._inside: dict[int, list[DecodedString]] | None = None
        with_nul = [place for place in fields if (text := place.text) is not None and "\0" in text.value]
        if with_nul:
            self.fields = fields = (*fields, *self._ended_fields(with_nul))
        by_oid, by_kind = self._by_oid, self._by_kind
        for place in fields:
            if not place.nested:
                by_oid.setdefault(place.oid, []).append(place)
            if place.kind is not None:
                by_kind.setdefault(place.kind, []).append(place)

    def _ended_fields(self, fields: Iterable[Field]) -> Iterator[Field]:
        """Yield fields with a NUL inside their text once more, ended there: each rule reads both."""
        count = 0
        for place in fields:
            ended = before_nul(place.text) if place.text is not None else None
            if ended is None:
                continue
            count += 1
            if count > _MOST_ENDED:
                self.cut(place, f"more than {_MOST_ENDED} values with NULs inside")
                return
            yield replace(place, text=ended)

    def of(self, *oids: str) -> Iterable[Field]:
        """Return the fields with these types, wherever they stand, in the order of the types."""
        by_oid = self._by_oid
        if len(oids) == 1:
            return by_oid.get(oids[0], ())
        return [place for oid in oids if oid in by_oid for place in by_oid[oid]]

    def of_kind(self, kind: int) -> Sequence[Field]:
        """Return the general names of a kind, and the fields inside them."""
        return self._by_kind.get(kind, ())

    def types_in(self, table: Mapping[str, object]) -> list[str]:
        """Return the types of a table that any field has, in the order of the table."""
        found = self._by_oid.keys() & table.keys()
        return list(found) if len(found) < 2 else [oid for oid in table if oid in found]

    def types(self) -> KeysView[str]:
        """Return the types of all fields, each once."""
        return self._by_oid.keys()

    def has(self, oids: frozenset[str]) -> bool:
        """Return whether any field has one of these types."""
        return not oids.isdisjoint(self._by_oid)

    def texts(self) -> Iterator[tuple[Field, DecodedString]]:
        """Yield every field with text, including fields inside other values."""
        return ((place, place.text) for place in self.fields if place.text is not None)

    def inside(self, place: Field) -> tuple[DecodedString, ...]:
        """Return the strings inside a field whose value is no string."""
        if self._inside is None:
            self._inside = _strings_inside(self.fields)
        return tuple(self._inside.get(id(place), ()))

    def below(self, place: Field) -> Iterator[Field]:
        """Yield the fields inside the value of a field: they follow it, and their paths begin with its path."""
        fields, prefix = self.fields, f"{place.path}."
        for number in range(self.memo(_positions).get(id(place), len(fields)) + 1, len(fields)):
            inside = fields[number]
            if not inside.path.startswith(place.path):
                return
            if inside.path.startswith(prefix):
                yield inside

    def cut(self, place: Field, what: str) -> None:
        """Record that a rule leaves a part of a field unread: the certificate counts as partly read."""
        self.cuts.append(Problem(place.path, what, is_cut=True))

    def memo(self, work: Callable[[View], T]) -> T:
        """Return the result of `work` for this view, computed on the first call."""
        known: T
        try:
            known = self._known[work]
        except KeyError:
            known = self._known[work] = work(self)
        return known


def _positions(view: View) -> dict[int, int]:
    """Return the position of each field by its identity."""
    return {id(place): number for number, place in enumerate(view.fields)}


def _strings_inside(places: tuple[Field, ...]) -> dict[int, list[DecodedString]]:
    """Return the strings inside each value, by the identity of its field: fields may share a path, as in one attribute.

    Nested fields belong to the last value before them with the same path.
    """
    inside: dict[int, list[DecodedString]] = {}
    last: dict[tuple[str, str], list[DecodedString]] = {}
    for place in places:
        if not place.nested:
            if place.text is None:
                last[place.path, place.oid] = inside[id(place)] = []
        elif place.text is not None and (texts := last.get((place.path, place.oid))) is not None:
            texts.append(place.text)
    return inside


_FEWEST_BEFORE_NUL = 3
"""Characters before a NUL that may be a whole text: fewer are the beginning of UTF-16 in a type of single octets."""


def before_nul(text: DecodedString) -> DecodedString | None:
    """Return a text as far as a NUL inside, where it ends for programs in C: `jane@example.org` of
    `jane@example.org\\0.evil.example`. None without a NUL, and where nothing but NULs follows it."""
    value, nul, rest = text.value.partition("\0")
    if not nul or len(value) < _FEWEST_BEFORE_NUL or not rest.strip("\0"):
        return None
    if text.tag in STRING_TYPES - {BMP_STRING, UNIVERSAL_STRING}:
        ended = decode_text(text.tag, text.raw.partition(b"\0")[0])
        return replace(ended, raw=text.raw)
    return DecodedString(text.raw, text.tag, value, None)


def spellings(text: DecodedString) -> tuple[str, ...]:
    """Return the repaired form, where there is one, then the text as decoded."""
    if text.repaired is None or text.repaired == text.value:
        return (text.value,)
    return (text.repaired, text.value)


def strings_of(view: View, place: Field) -> tuple[DecodedString, ...]:
    """Return the text of a field, or the strings inside its value in order: lines of an address, structure parts."""
    if place.text is not None:
        return (place.text,)
    return view.inside(place)
