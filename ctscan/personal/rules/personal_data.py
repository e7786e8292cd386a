"""PersonalData of German signature certificates (Common PKI 2.0 part 1): name, birth, gender and address of a person.

The structure stands in an otherName, and in a procuration for the person who is represented.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ctscan.model import AttributionReason, Field, Finding
from ctscan.personal.normalise.addresses import find_emails
from ctscan.personal.normalise.name_tokens import has_letter
from ctscan.personal.parsers.dates import birth_date, gender
from ctscan.personal.parsers.elements import SEQUENCE, Located, Part, findings, part_of, read_part
from ctscan.personal.rules import rule
from ctscan.personal.values import named, number, of_person, plain
from ctscan.personal.view import View, spellings, strings_of

SIGI_PERSONAL_DATA = "1.3.36.8.4.1"
PKIX_PERSONAL_DATA = "1.3.6.1.5.5.7.8.1"
_WHY = AttributionReason.PERSONAL_DATA_TYPE()


@rule(
    id="de.personalData",
    version=1,
    category="user.name",
    kinds=("name", "number"),
    cites=("Common PKI 2.0 part 1", "RFC 3039 appendix A"),
    covers=(SIGI_PERSONAL_DATA, PKIX_PERSONAL_DATA),
    only=True,
)
def personal_data(view: View) -> Iterator[Finding]:
    """Names, dates and places of birth, genders and addresses in values of the type personalData."""
    for place in view.of(SIGI_PERSONAL_DATA, PKIX_PERSONAL_DATA):
        yield from findings("de.personalData", view, personal_data_values(view, place, part_of(place.raw)))


def personal_data_values(view: View, place: Field, part: Part | None, person: str = "") -> Iterator[Located]:
    """Read one PersonalData structure; with another layout, read every string in it."""
    # SEQUENCE { SEQUENCE { surname, SEQUENCE OF givenName } | pseudonym, [0] nameDistinguisher INTEGER?,
    #            [1] dateOfBirth?, [2] placeOfBirth?, [3] gender?, [4] postalAddress? }
    fields = part.parts if part is not None and part.tag == SEQUENCE else ()
    found = list(_name(view, place, fields[0], person)) if fields else []
    for field in fields[1:]:
        read = _FIELDS.get(field.number)
        why = AttributionReason.BIRTH_PLACE_TYPE() if field.number == _PLACE_OF_BIRTH else _WHY
        if read is not None:
            found += read_part(view, place, field, of_person(read, why, person))
    yield from found or _as_it_is(view, place, person)


_PLACE_OF_BIRTH = 2
_FIELDS = {
    1: birth_date(),
    _PLACE_OF_BIRTH: plain("user.demographic"),
    3: gender(),
    4: plain("user.contact.address"),
}


def _name(view: View, place: Field, field: Part, person: str) -> Iterator[Located]:
    if field.tag != SEQUENCE:
        yield from read_part(view, place, field, of_person(named("user.unique_id.pseudonymous"), _WHY, person))
        return
    surname, *given = field.parts or (None,)
    yield from read_part(view, place, surname, of_person(named("user.name.last"), _WHY, person))
    for part in given:
        yield from read_part(view, place, part, of_person(named("user.name.first"), _WHY, person))


def _as_it_is(view: View, place: Field, person: str) -> Iterator[Located]:
    """Read every string of a PersonalData value with another layout. Addresses are found by the rule for text."""
    for text in strings_of(view, place):
        best = spellings(text)[0]
        if find_emails(best):
            continue
        read = named("user.name") if has_letter(best) else number("user.unique_id")
        at = replace(place, text=text)
        yield from ((at, value) for value in of_person(read, _WHY, person)(view, at))
