"""India: hashes that CCA certificates hold in ordinary attributes of the subject, and the year of birth and the gender
before one of these hashes.

The rules for those attributes read hashed numbers, telephones and pseudonyms. This module reads values whose meaning
differs from the attribute's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ctscan.model import AttributionReason, Field, Finding, Qualifier
from ctscan.on_first_use import late_pattern
from ctscan.personal.finding import make_finding
from ctscan.personal.parsers.dates import DATE_OF_BIRTH, GENDER
from ctscan.personal.parsers.numbers import is_hash
from ctscan.personal.rules import rule
from ctscan.personal.values import FromText, Read, Value, each_text, hashed, of_person
from ctscan.personal.view import View

TITLE, QUALIFIER = "2.5.4.12", "2.5.4.46"
_COUNTRY = "2.5.4.6"

_ID = "user.unique_id"
_GENDERS: Final = {"M": "male", "F": "female", "T": "transgender"}
_BORN = late_pattern(r"(?P<year>(?:18|19|20)\d\d)(?P<gender>[MFT])(?P<rest>[0-9A-Za-z]{4,128})")


@rule(
    id="in.hashes",
    version=1,
    category=_ID,
    kinds=("number",),
    cites=("India, CCA: interoperability guidelines for digital signature certificates",),
    covers=(TITLE, QUALIFIER),
    only=True,
)
def hashed_attributes(view: View) -> Iterator[Finding]:
    """Hashes of identifiers, year of birth and gender in the subjects of Indian certificates."""
    if not view.has(_TYPES):
        return
    indian: dict[int, bool] = {}  # by the identity of the name, computed once
    for oid, read in _READS.items():
        for place in view.of(oid):
            if id(place.name) not in indian:
                indian[id(place.name)] = _is_indian(view, place)
            if indian[id(place.name)]:
                yield from (make_finding("in.hashes", view, place, value) for value in read(view, place))


def qualifier_values(text: str) -> Iterator[Value]:
    """Read `1985M` and a hash: year of birth, gender (M, F, T for transgender), hash of the identity."""
    match = _BORN.fullmatch(text.strip())
    if match is None:
        yield from _hash(text)
        return
    yield Value(DATE_OF_BIRTH, text, match["year"], marks=(Qualifier.DERIVED, Qualifier.PARTIAL))
    yield Value(GENDER, text, _GENDERS[match["gender"]], marks=(Qualifier.DERIVED,))
    yield from _hash(match["rest"])


def _hash(text: str) -> Iterator[Value]:
    if is_hash(text):
        yield hashed(_ID, text)


def _each(read: FromText) -> Read:
    return of_person(each_text(read), AttributionReason.IN_VERIFIED())


_READS: Final = {
    QUALIFIER: _each(qualifier_values),
    TITLE: _each(_hash),  # of the PIN that the authority gave the holder
}

_TYPES: Final = frozenset(_READS)


def _is_indian(view: View, place: Field) -> bool:
    """Return whether the name belongs to India; without a country, whether its issuer does."""
    names = [place.name] if place.name is not None else []
    for name in [*names, view.certificate.issuer]:
        countries = [a.text.value.strip().upper() for a in name.attributes if a.oid == _COUNTRY and a.text is not None]
        if countries:
            return "IN" in countries
    return False
