"""Everything that a certificate says, place by place: names, general names, unique identifiers, extension bodies.

The one list that all rules look at, so that a rule needs to know neither layouts nor encodings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice
from typing import Final, NamedTuple

from ctscan.model import Extension, Field, GeneralName, Name, Problem
from ctscan.x509.der_reader import Reading
from ctscan.x509.embedded import plain_text
from ctscan.x509.extension_bodies import attribute_set
from ctscan.x509.extensions import extension_places
from ctscan.x509.field_list import general_name_places, name_places, text_place
from ctscan.x509.text import BIT_STRING

MAX_PLACES: Final = 10_000
"""Places of one certificate that rules look at one by one; beyond, all of it is searched by its readable strings."""

MAX_KEPT_NAME: Final = 1024


class Said(NamedTuple):
    """What was read of a certificate so far and holds places."""

    subject: Name
    issuer: Name
    san: tuple[GeneralName, ...] = ()
    extensions: tuple[Extension, ...] = ()
    subject_unique_id: bytes = b""
    issuer_unique_id: bytes = b""
    attributes: bytes = b""


def read_places(said: Said, problems: list[Problem], more: Iterable[Field] = ()) -> tuple[Field, ...]:
    """All places in the order of the certificate, `more` after them. `problems`: known ones; to them go those of
    extension bodies that nobody looked into before. Never raises for what a certificate holds."""
    found: list[Problem] = []
    everything = chain(chain.from_iterable(_groups(said, found)), more)
    places = tuple(islice(everything, MAX_PLACES))
    if len(places) == MAX_PLACES and next(everything, None) is not None:
        what = f"more than {MAX_PLACES} values; all of it is searched by its readable strings as well"
        found.append(Problem("certificate", what, _octets(said)))
    if found:
        known = set(problems)
        problems += (problem for problem in dict.fromkeys(found) if problem not in known)
    return places


def _groups(said: Said, problems: list[Problem]) -> Iterator[Iterable[Field]]:
    yield name_places("subject", "subject", said.subject, problems)
    yield _issuer(said.issuer, problems)
    if said.subject_unique_id or said.issuer_unique_id:
        yield unique_identifier("subjectUniqueID", said.subject_unique_id)
        yield unique_identifier("issuerUniqueID", said.issuer_unique_id)
    if said.san:
        yield general_name_places("san", "san", "2.5.29.17", said.san, problems)
    if said.attributes:
        reading = Reading(said.attributes, problems)
        for position, element in enumerate(reading.children("attributes", reading.whole())):
            yield attribute_set(reading, f"attributes.{position}", "attributes", element)
    for position, extension in enumerate(said.extensions):
        yield extension_places(position, extension, problems)


def _issuer(name: Name, problems: list[Problem]) -> Iterable[Field]:
    """Those of the issuer, which many certificates share: kept with the name that they were read from."""
    if len(name.raw) > MAX_KEPT_NAME:
        return name_places("issuer", "issuer", name, problems)
    places, found = _kept_issuer(_SameName(name))
    problems += found
    return places


class _SameName:
    """A name that equals another when it is encoded the same."""

    __slots__ = ("name",)

    def __init__(self, name: Name) -> None:
        self.name = name

    def __hash__(self) -> int:
        return hash(self.name.raw)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _SameName) and self.name.raw == other.name.raw


@lru_cache(maxsize=1024)
def _kept_issuer(same: _SameName) -> tuple[tuple[Field, ...], tuple[Problem, ...]]:
    problems: list[Problem] = []
    return tuple(name_places("issuer", "issuer", same.name, problems)), tuple(problems)


def _octets(said: Said) -> bytes:
    """The octets that places are made from, for their readable strings."""
    bodies = (extension.value for extension in said.extensions)
    return b"\0".join((said.subject.raw, said.issuer.raw, said.attributes, *bodies))


def unique_identifier(path: str, raw: bytes) -> Iterator[Field]:
    """subjectUniqueID and issuerUniqueID: bits, in which some issuers write text."""
    text = plain_text(raw, BIT_STRING)
    if text is not None:
        yield text_place(path, path, "", text, raw)
    elif raw:
        yield Field(path, path, "", BIT_STRING, raw, None)
