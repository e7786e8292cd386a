"""Personal attributes other than names, numbers, addresses, telephones and accounts: titles, birth, pictures,
preferences, secrets.

Attributes that only people have are certain. Attributes that machines and organisations have as well (title,
dnQualifier, uri) count only with evidence for a person in the same distinguished name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from ctscan.model import AttributionReason, Confidence, Field, SubjectKind
from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.evidence import attribute_name_holder, attribute_place
from ctscan.personal.normalise.name_tokens import fold_text, name_keys
from ctscan.personal.parsers.composite_values import FIELDS_OF_REPRESENTATIVES, acting_person
from ctscan.personal.parsers.dates import birth_date, gender
from ctscan.personal.parsers.numbers import is_hash
from ctscan.personal.parsers.phones import region_of
from ctscan.personal.rules import oid_rule
from ctscan.personal.rules.address import is_of_person
from ctscan.personal.rules.user_id import identifier_values
from ctscan.personal.values import (
    Attribution,
    Read,
    Value,
    each_text,
    numbered,
    of_person,
    plain,
)
from ctscan.personal.view import View, spellings

_DN_QUALIFIER: Final = "2.5.4.46"
_IDENTIFIER: Final = "user.unique_id"

_NATIONAL_FORM = late_pattern(r"/|(?:dni|nif|nie)[ :-]", re.IGNORECASE)  # Mexico, Spain: read by their own rules

# --- attributes that count beside a person -------------------------------------------------------------------------


def beside_person(read: Read) -> Read:
    """Read values only where the field is certainly about a person."""
    return lambda view, place: read(view, place) if is_of_person(view, place) else ()


def beside_name(read: Read) -> Read:
    """Read values where the field is certainly about a person, or beside the name of a person who acts for another."""

    def reader(view: View, place: Field) -> Iterable[Value]:
        acting = attribute_name_holder(view, place.name) if place.name is not None else None
        is_acting = acting is not None and acting.kind is SubjectKind.PERSON
        return read(view, place) if is_acting or is_of_person(view, place) else ()

    return reader


def _unique_identifier(view: View, place: Field) -> Iterator[Value]:
    """Read a number that makes a distinguished name unique; a BIT STRING without text is read as hexadecimal octets.

    Numbers with another meaning in a national scheme (dnQualifier in India and Italy, `RFC / RFC` in Mexico) are read
    by the rules of that country.
    """
    if place.oid == _DN_QUALIFIER and region_of(view, place) in ("IN", "IT"):
        return
    if place.text is None:
        octets = place.raw[3:].hex().upper() if place.tag == 0x03 else ""
        yield from numbered(_IDENTIFIER, octets[:200])
    elif not _NATIONAL_FORM.search(place.text.value):
        yield from each_text(identifier_values)(view, place)


_KINDS_OF_CERTIFICATE: Final = ("private person", "professional person", "professional administrator")


def _job_titles(text: str) -> Iterator[Value]:
    """Read the title of a person. Skip hashes, and kinds of certificate that some issuers write there."""
    folded = fold_text(text)
    if folded and not is_hash(text) and folded not in _KINDS_OF_CERTIFICATE:
        yield Value("user.job_title", text, folded)


def _web_addresses(text: str) -> Iterator[Value]:
    """Read a web address. URIs with other schemes are read by the rule for URIs."""
    if re.match(r"https?://[^/\s]", text.strip(), re.IGNORECASE):
        yield Value("user.contact.url", text, text.strip())


oid_rule(
    id="identifier.of_person",
    version=1,
    category=_IDENTIFIER,
    kinds=("number",),
    cites=("RFC 5280 appendix A.1", "RFC 4524 section 2.24", "ITU-T X.520"),
    looks_for="Identifiers that make the name of a person unique (dnQualifier, uniqueIdentifier)",
    rows={
        "2.5.4.45": beside_person(_unique_identifier),
        _DN_QUALIFIER: beside_person(_unique_identifier),
        "0.9.2342.19200300.100.1.44": beside_person(_unique_identifier),
    },
)

_title: Read = each_text(_job_titles)
_beside_name = beside_name(_title)
_OF_REPRESENTATIVE: Final = Attribution(
    SubjectKind.PERSON, Confidence.LIKELY, AttributionReason.TITLE_OF_REPRESENTATIVE()
)


def _title_of_holder(view: View, place: Field) -> Iterable[Value]:
    """Read a title beside a name, or in the certificate of an organisation that names who answers for it elsewhere."""
    found = tuple(_beside_name(view, place))
    if found or place.part != "subject" or not view.has(FIELDS_OF_REPRESENTATIVES):
        return found
    values = _title(view, place)
    return (replace(value, attribution=_OF_REPRESENTATIVE, person=acting_person(view)) for value in values)


oid_rule(
    id="work.title",
    version=2,
    category="user.job_title",
    kinds=(),
    cites=("RFC 5280 appendix A.1", "RFC 5755 section 4.4.5", "ITU-T X.520"),
    looks_for="Titles and roles in names of people",
    rows={
        "2.5.4.12": _title_of_holder,
        "2.5.4.72": _beside_name,  # role: SEQUENCE { authority, GeneralName }
    },
)

oid_rule(
    id="contact.page",
    version=1,
    category="user.contact.url",
    kinds=(),
    cites=("ITU-T X.520",),
    looks_for="Web addresses in names of people",
    rows={"2.5.4.83": beside_person(each_text(_web_addresses))},
)


# --- attributes that only people have ------------------------------------------------------------------------------


def _country(category: str) -> Read:
    """Read a country: two or three letters of ISO 3166 in capitals, or its name as written."""
    read = plain(category)

    def reader(view: View, place: Field) -> Iterator[Value]:
        for value in read(view, place):
            code = value.value.strip().upper()
            yield replace(value, canonical=code) if re.fullmatch("[A-Z]{2,3}", code) else value

    return reader


oid_rule(
    id="birth.attributes",
    version=1,
    category="user.demographic",
    kinds=(),
    cites=("RFC 3739 section 3.2.2", "RFC 2985 section 5.2"),
    looks_for="Date and place of birth, gender, citizenship and residence among the subject directory attributes",
    rows={
        "1.3.6.1.5.5.7.9.1": of_person(birth_date()),
        "1.3.6.1.5.5.7.9.2": of_person(plain("user.demographic"), AttributionReason.BIRTH_PLACE()),
        "1.3.6.1.5.5.7.9.3": of_person(gender()),
        "1.3.6.1.5.5.7.9.4": of_person(_country("user.demographic"), AttributionReason.CITIZENSHIP()),
        "1.3.6.1.5.5.7.9.5": of_person(_country("user.contact.address.country"), AttributionReason.RESIDENCE()),
    },
)


def octets_of(category: str, *also: str) -> Read:
    """Read a picture or a recording as the SHA-256 of its octets, since it holds no text."""

    def read(view: View, place: Field) -> Iterator[Value]:
        content = place.text.raw if place.text is not None else place.raw
        if len(content) > 2:
            yield Value(category, f"{len(content)} octets", hashlib.sha256(content).hexdigest(), also=also)

    return read


oid_rule(
    id="person.preferences",
    version=1,
    category="user.demographic.profile",
    kinds=(),
    cites=("RFC 1274 section 9.3", "RFC 2798 section 2.7", "RFC 4524 section 2"),
    looks_for="Languages and favourite drinks of people",
    rows={
        "0.9.2342.19200300.100.1.5": of_person(plain("user.demographic.profile")),  # favouriteDrink
        "2.16.840.1.113730.3.1.39": of_person(plain("user.demographic.language")),  # preferredLanguage
    },
)

oid_rule(
    id="person.recordings",
    version=1,
    category="user.content.self_image",
    kinds=(),
    cites=("RFC 1274 section 9.3", "RFC 2798 section 2.6"),
    looks_for="Photographs and voices of people",
    rows={
        "0.9.2342.19200300.100.1.7": of_person(octets_of("user.content.self_image")),  # photo, G3 fax
        "0.9.2342.19200300.100.1.55": of_person(octets_of("user.biometric.voice")),  # audio
        "0.9.2342.19200300.100.1.60": of_person(octets_of("user.content.self_image")),  # jpegPhoto
    },
)


def _secret(view: View, place: Field) -> Iterator[Value]:
    """Read a password, printable or not. The field decides the person; without one the holder is unknown."""
    here = attribute_place(view, place)
    unsure = Attribution(SubjectKind.UNKNOWN, Confidence.POSSIBLE, AttributionReason.PASSWORD())
    text = spellings(place.text)[0] if place.text is not None else place.raw.hex()
    if text:
        attribution = here if here.kind is SubjectKind.PERSON else unsure
        yield Value("user.authorization.password", text, text, attribution=attribution)


oid_rule(
    id="account.password",
    version=1,
    category="user.authorization.password",
    kinds=(),
    cites=("RFC 4519 section 2.41", "RFC 2985 section 5.4.1"),
    looks_for="Passwords in names: userPassword and challengePassword",
    rows={"2.5.4.35": _secret, "1.2.840.113549.1.9.7": _secret},
)


# --- X.400 ---------------------------------------------------------------------------------------------------------

_X400_FIELD = late_pattern(r"(?:^|[/;])\s*(G|GN|S|SN|GIVENNAME|SURNAME)\s*=\s*([^/;=]{1,64})", re.IGNORECASE)


def _x400_names(text: str) -> Iterator[Value]:
    """Read given name and surname of an X.400 address in text: `/G=Jane/S=Doe/O=Example/…`."""
    for field, written in _X400_FIELD.findall(text):
        category = "user.name.first" if field[0] in "Gg" else "user.name.last"
        if any(map(str.isalpha, written)):
            yield Value(category, written.strip(), fold_text(written), name_keys(written))


oid_rule(
    id="name.x400Text",
    version=1,
    category="user.name",
    kinds=("name",),
    cites=("RFC 1274 section 9.3.2", "RFC 2156 section 4"),
    looks_for="Given names and surnames in X.400 addresses written as text",
    rows={"0.9.2342.19200300.100.1.2": of_person(each_text(_x400_names))},
)
