"""Attributes of people that are neither names, numbers, addresses nor telephones: accounts, titles, birth, pictures,
preferences, secrets, and the names of other people.

Attributes that only people have are certain. Those that machines and organisations have as well (uid, title, uri) count
with the evidence for a person in the same name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from ctscan.model import Confidence, Finding, Mark, Place, SubjectKind
from ctscan.personal.accounts import account_value
from ctscan.personal.dates import birth_date, gender
from ctscan.personal.evidence import about_place, personal_attribute
from ctscan.personal.finding import make_finding
from ctscan.personal.identifiers import fold_text
from ctscan.personal.numbers import is_hash, is_placeholder, satisfied
from ctscan.personal.phones import region_of
from ctscan.personal.rules import oid_rule, rule
from ctscan.personal.rules.address import is_of_person
from ctscan.personal.rules.serial_number import BY_CHECK, said_values
from ctscan.personal.semantics import read_semantics
from ctscan.personal.shapes import is_host
from ctscan.personal.values import (
    Read,
    Value,
    Verdict,
    each_text,
    number_key,
    numbered,
    of_person,
    plain,
    with_spelling,
)
from ctscan.personal.view import View, spellings
from ctscan.x509.names import render_name

_USER_ID: Final = "0.9.2342.19200300.100.1.1"
_DN_QUALIFIER: Final = "2.5.4.46"
_IDENTIFIER: Final = "user.unique_id"
_USERNAME: Final = "user.account.username"

_APPLE_TEAM = re.compile(r"[A-Z0-9]{10}")
_REVERSED_HOST = re.compile(
    r"(?:app|biz|co|com|de|dev|edu|eu|gov|info|io|me|net|org|uk)(?:\.[\w-]+){2,}", re.IGNORECASE
)
_UUID = re.compile(r"(?:urn:uuid:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TEAM: Final = Verdict(
    SubjectKind.UNKNOWN, Confidence.POSSIBLE, "the number of a developer team, which may be one person"
)
_CARD: Final = Verdict(SubjectKind.PERSON, Confidence.POSSIBLE, "a user number, as people have them")


# --- accounts and numbers ------------------------------------------------------------------------------------------


@rule(
    id="account.uid",
    version=1,
    category=_USERNAME,
    kinds=("account", "email", "domain", "number"),
    cites=("RFC 4519 section 2.39", "RFC 4524 section 2"),
    covers=(_USER_ID,),
)
def user_ids(view: View) -> Iterator[Finding]:
    """User names, and employee, national and team numbers, in the uid attribute of any name but those of servers."""
    for place in view.of(_USER_ID):
        if place.text is None:
            continue
        text = spellings(place.text)[0]
        for value in _user_id(view, place, text.strip()):
            yield make_finding("account.uid", view, place, with_spelling(replace(value, value=text), place.text))


def _user_id(view: View, place: Place, text: str) -> Iterable[Value]:
    country = region_of(view, place)
    found = read_semantics(text, country)
    said = said_values(found) if found is not None else None
    if said is not None:
        return said
    here = about_place(view, place)
    is_person = here.kind is SubjectKind.PERSON
    if is_placeholder(text) or _REVERSED_HOST.fullmatch(text) or (not is_person and is_host(text) and "." in text):
        return ()
    if not is_person and here.kind is not SubjectKind.UNKNOWN:
        return ()
    return _bare_user_id(view, place, text, country)


def _bare_user_id(view: View, place: Place, text: str, country: str) -> Iterable[Value]:
    """A user name; a number where it has no more than two letters, or the form of one that machines make."""
    here = about_place(view, place)
    verdict = _CARD if here.kind is SubjectKind.UNKNOWN else None
    if _is_apple(view) and _APPLE_TEAM.fullmatch(text):
        return (replace(value, verdict=_TEAM) for value in numbered(_IDENTIFIER, text))
    if _UUID.fullmatch(text) or is_hash(text) or _is_number(text):
        if satisfied(text, country) and verdict is not None:
            verdict = BY_CHECK
        return (replace(value, verdict=verdict) for value in identifier_values(text))
    account = account_value(view, place, text)
    return () if account is None else (account,)


def identifier_values(text: str) -> Iterator[Value]:
    """A number that somebody gave a person: an employer, an issuer; a hash is marked as one."""
    if is_placeholder(text):
        return
    for value in numbered(_IDENTIFIER, text):
        yield replace(value, marks=(Mark.HASHED,)) if is_hash(text) else value


def _is_number(text: str) -> bool:
    key = number_key(text)
    return "@" not in text and sum(map(str.isdigit, key)) >= 4 and sum(map(str.isalpha, key)) <= 2


def _is_apple(view: View) -> bool:
    texts = (a.text for a in view.certificate.issuer.attributes if a.oid == "2.5.4.10" and a.text is not None)
    return any(text.value == "Apple Inc." for text in texts)


def _account(view: View, place: Place) -> Iterator[Value]:
    """An account in an attribute that only accounts of people have."""
    for text in [place.text] if place.text is not None else []:
        value = account_value(view, place, spellings(text)[0])
        if value is not None:
            yield with_spelling(value, text)


oid_rule(
    id="account.principal",
    version=1,
    category=_USERNAME,
    kinds=("account", "email", "domain"),
    cites=("Microsoft MS-ADA3 section 2.349",),
    looks_for="Principal names of accounts as attributes of names",
    rows={"1.2.840.113556.1.4.656": _account},
)

oid_rule(
    id="number.employee",
    version=1,
    category=_IDENTIFIER,
    kinds=("number",),
    cites=("RFC 2798 section 2.4",),
    looks_for="Numbers that employers give people",
    rows={"2.16.840.1.113730.3.1.3": of_person(each_text(identifier_values), "an attribute that employees have")},
)


# --- with a person in the same name --------------------------------------------------------------------------------


def beside_person(read: Read) -> Read:
    """The values when the place is about a person for certain; none otherwise."""
    return lambda view, place: read(view, place) if is_of_person(view, place) else ()


def _unique_identifier(view: View, place: Place) -> Iterator[Value]:
    """A number that makes a name unique; bits that are no text by their octets. What means something else in the
    schemes of a country (dnQualifier in India and Italy, `RFC / RFC` in Mexico) is read by their rules."""
    if place.oid == _DN_QUALIFIER and region_of(view, place) in ("IN", "IT"):
        return
    if place.text is None:
        octets = place.raw[3:].hex().upper() if place.tag == 0x03 else ""
        yield from numbered(_IDENTIFIER, octets[:200])
    elif "/" not in place.text.value:
        yield from each_text(identifier_values)(view, place)


_KINDS_OF_CERTIFICATE: Final = ("private person", "professional person", "professional administrator")


def _job_titles(text: str) -> Iterator[Value]:
    """A title that says something of a person; some issuers write there what kind of certificate it is, or a hash."""
    folded = fold_text(text)
    if (
        folded
        and not is_hash(text)
        and folded not in ("private person", "professional person", "professional administrator")
    ):
        yield Value("user.job_title", text, folded)


def _pages(text: str) -> Iterator[Value]:
    """A web address; other URIs are read by their schemes."""
    if re.match(r"https?://[^/\s]", text.strip(), re.IGNORECASE):
        yield Value("user.contact.url", text, text.strip())


oid_rule(
    id="identifier.of_person",
    version=1,
    category=_IDENTIFIER,
    kinds=("number",),
    cites=("RFC 5280 appendix A.1", "RFC 4524 section 2.20", "ITU-T X.520 section 6.2"),
    looks_for="Identifiers that make the name of a person unique (dnQualifier, uniqueIdentifier)",
    rows={
        "2.5.4.45": beside_person(_unique_identifier),
        _DN_QUALIFIER: beside_person(_unique_identifier),
        "0.9.2342.19200300.100.1.44": beside_person(_unique_identifier),
    },
)

oid_rule(
    id="work.title",
    version=1,
    category="user.job_title",
    kinds=(),
    cites=("RFC 5280 appendix A.1", "RFC 5755 section 4.4.5", "ITU-T X.520 section 6.4.3"),
    looks_for="Titles and roles in names of people",
    rows={
        "2.5.4.12": beside_person(each_text(_job_titles)),
        "2.5.4.72": beside_person(each_text(_job_titles)),  # role: SEQUENCE { authority, GeneralName }
    },
)

oid_rule(
    id="contact.page",
    version=1,
    category="user.contact.url",
    kinds=(),
    cites=("ITU-T X.520 section 6.2.17",),
    looks_for="Web addresses in names of people",
    rows={"2.5.4.83": beside_person(each_text(_pages))},
)


# --- only people have them -----------------------------------------------------------------------------------------

oid_rule(
    id="birth.attributes",
    version=1,
    category="user.demographic",
    kinds=(),
    cites=("RFC 3739 section 3.2.1", "ETSI EN 319 412-2 section 4.2.4"),
    looks_for="Date and place of birth, gender, citizenship and residence among the subject directory attributes",
    rows={
        "1.3.6.1.5.5.7.9.1": of_person(birth_date()),
        "1.3.6.1.5.5.7.9.2": of_person(plain("user.demographic")),
        "1.3.6.1.5.5.7.9.3": of_person(gender()),
        "1.3.6.1.5.5.7.9.4": of_person(plain("user.demographic")),
        "1.3.6.1.5.5.7.9.5": of_person(plain("user.contact.address.country")),
    },
)


def octets_of(category: str, *also: str) -> Read:
    """A picture or a recording: its octets by their SHA-256, since there is nothing in them to read."""

    def read(view: View, place: Place) -> Iterator[Value]:
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
    looks_for="Forms of address, languages and favourite drinks of people",
    rows={
        "0.9.2342.19200300.100.1.5": of_person(plain("user.demographic.profile")),  # favouriteDrink
        "0.9.2342.19200300.100.1.40": of_person(plain("user.demographic")),  # personalTitle
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


def _secret(view: View, place: Place) -> Iterator[Value]:
    """A password as it stands there, printable or not; whose, its place says, else nothing."""
    here = about_place(view, place)
    unsure = Verdict(SubjectKind.UNKNOWN, Confidence.POSSIBLE, "a password; nothing says whether it is one person's")
    text = spellings(place.text)[0] if place.text is not None else place.raw.hex()
    if text:
        verdict = here if here.kind is SubjectKind.PERSON else unsure
        yield Value("user.authorization.password", text, text, verdict=verdict)


oid_rule(
    id="account.password",
    version=1,
    category="user.authorization.password",
    kinds=(),
    cites=("RFC 4519 section 2.41", "RFC 2985 section 5.4.1"),
    looks_for="Passwords in names: userPassword and challengePassword",
    rows={"2.5.4.35": _secret, "1.2.840.113549.1.9.7": _secret},
)


# --- names of other people -----------------------------------------------------------------------------------------

_ENTRIES: Final[dict[str, tuple[str, bool]]] = {
    "2.5.4.31": ("member", False),
    "2.5.4.32": ("owner", False),
    "2.5.4.33": ("role occupant", False),
    "2.5.4.34": ("other entry", False),  # seeAlso
    "2.5.4.49": ("other entry", False),  # distinguishedName
    "2.5.4.50": ("member", False),  # uniqueMember: SEQUENCE { name, BIT STRING OPTIONAL }
    "0.9.2342.19200300.100.1.10": ("manager", True),
    "0.9.2342.19200300.100.1.21": ("secretary", True),
}
"""Attributes whose values are names: who it is, and whether it can only be a person."""


def _entry(view: View, place: Place) -> Iterator[Value]:
    """The name of another entry of a directory, as a whole; its attributes are places of their own."""
    who, is_person = _ENTRIES[place.oid]
    inner = next((p for p in view.places if p.where.startswith(f"{place.where}.") and p.name is not None), None)
    if inner is None or inner.name is None:
        return
    if is_person or personal_attribute(inner.name) is not None:
        rendered = render_name(inner.name)
        yield Value(_IDENTIFIER, rendered, fold_text(rendered) or rendered, verdict=_OTHER, person=who)


_OTHER: Final = Verdict(
    SubjectKind.PERSON, Confidence.CERTAIN, "the name of another person in an attribute that points to one"
)

oid_rule(
    id="person.entry",
    version=1,
    category=_IDENTIFIER,
    kinds=(),
    cites=("RFC 4519 section 2", "RFC 4524 section 2", "ITU-T X.520 section 6.10"),
    looks_for="Names of other people inside a name: manager, secretary, owner, member, role occupant",
    rows=dict.fromkeys(_ENTRIES, _entry),
)
