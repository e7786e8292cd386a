"""User names and numbers of people: the uid attribute, principal names, and employee numbers.

Machines and applications have uids as well: a uid in the name of a server, an organisation or a CA is no finding; nor
are host names and app identifiers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from ctscan.model import AttributionReason, Confidence, Field, Finding, Qualifier, SubjectKind
from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.evidence import attribute_place
from ctscan.personal.attribution.name_shapes import is_host
from ctscan.personal.finding import make_finding
from ctscan.personal.normalise.number_keys import number_key
from ctscan.personal.parsers.accounts import account_value
from ctscan.personal.parsers.numbers import is_hash, is_placeholder, satisfied
from ctscan.personal.parsers.phones import region_of
from ctscan.personal.parsers.semantics import read_semantics
from ctscan.personal.rules import oid_rule, rule
from ctscan.personal.rules.national.bulgaria import population_number
from ctscan.personal.rules.piv import agency_number
from ctscan.personal.rules.serial_number import BY_CHECK, said_values
from ctscan.personal.values import Attribution, Value, each_text, numbered, of_person, with_spelling
from ctscan.personal.view import View, spellings

_USER_ID: Final = "0.9.2342.19200300.100.1.1"
_IDENTIFIER: Final = "user.unique_id"
_USERNAME: Final = "user.account.username"

_APPLE_TEAM = late_pattern(r"[A-Z0-9]{10}")
_REVERSED_HOST = late_pattern(r"(?:app|biz|co|com|de|dev|edu|eu|gov|info|io|me|net|org|uk)(?:\.[\w-]+){2,}", re.I)
_UUID = late_pattern(r"(?:urn:uuid:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TEAM: Final = Attribution(SubjectKind.UNKNOWN, Confidence.POSSIBLE, AttributionReason.DEVELOPER_TEAM())
_CARD: Final = Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, AttributionReason.USER_NUMBER())


@rule(
    id="account.uid",
    version=2,
    category=_USERNAME,
    kinds=("account", "email", "domain", "number"),
    cites=("RFC 4519 section 2.39", "RFC 4524 section 2"),
    covers=(_USER_ID,),
    only=True,
)
def user_ids(view: View) -> Iterator[Finding]:
    """User names, and employee, national and team numbers, in the uid attribute of any name except names of servers."""
    for place in view.of(_USER_ID):
        if place.text is None:
            continue
        text = spellings(place.text)[0]
        for value in _user_id(view, place, text.strip()):
            yield make_finding("account.uid", view, place, with_spelling(replace(value, value=text), place.text))


def _user_id(view: View, place: Field, text: str) -> Iterable[Value]:
    country = region_of(view, place)
    if population_number(text) or agency_number(text, country):  # Bulgaria, US agencies: read by their own rules
        return ()
    found = read_semantics(text, country)
    said = said_values(found) if found is not None else None
    if said is not None:
        return said
    here = attribute_place(view, place)
    is_person = here.kind is SubjectKind.PERSON
    if found is not None:  # a word for numbers of people and companies alike, such as MST in Vietnam
        return identifier_values(found.number) if is_person and here.confidence is not Confidence.POSSIBLE else ()
    if is_placeholder(text) or _REVERSED_HOST.fullmatch(text) or (not is_person and is_host(text) and "." in text):
        return ()
    if not is_person and here.kind is not SubjectKind.UNKNOWN:
        return ()
    return _bare_user_id(view, place, text, country)


def _bare_user_id(view: View, place: Field, text: str, country: str) -> Iterable[Value]:
    """Read a uid as a number (at most two letters, a hash or a UUID), else as a user name."""
    here = attribute_place(view, place)
    attribution = _CARD if here.kind is SubjectKind.UNKNOWN else None
    if _is_apple(view) and _APPLE_TEAM.fullmatch(text):
        return (replace(value, attribution=_TEAM) for value in numbered(_IDENTIFIER, text))
    if _UUID.fullmatch(text) or is_hash(text) or _is_number(text):
        if satisfied(text, country) and attribution is not None:
            attribution = BY_CHECK
        return (replace(value, attribution=attribution) for value in identifier_values(text))
    account = account_value(view, place, text)
    return () if account is None else (account,)


def identifier_values(text: str) -> Iterator[Value]:
    """Read a number that an employer or an issuer gave a person. Mark a hash as such."""
    if is_placeholder(text):
        return
    for value in numbered(_IDENTIFIER, text):
        yield replace(value, marks=(Qualifier.HASHED,)) if is_hash(text) else value


def _is_number(text: str) -> bool:
    key = number_key(text)
    return "@" not in text and sum(map(str.isdigit, key)) >= 4 and sum(map(str.isalpha, key)) <= 2


def _is_apple(view: View) -> bool:
    texts = (a.text for a in view.certificate.issuer.attributes if a.oid == "2.5.4.10" and a.text is not None)
    return any(text.value == "Apple Inc." for text in texts)


def _account(view: View, place: Field) -> Iterator[Value]:
    """Read an account in an attribute that only accounts of people have."""
    for text in [place.text] if place.text is not None else []:
        value = account_value(view, place, spellings(text)[0])
        if value is not None:
            yield with_spelling(value, text)


oid_rule(
    id="account.principal",
    version=1,
    category=_USERNAME,
    kinds=("account", "email", "domain"),
    cites=("MS-ADA3",),
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
    rows={"2.16.840.1.113730.3.1.3": of_person(each_text(identifier_values), AttributionReason.EMPLOYEE())},
)
