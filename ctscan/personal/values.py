"""Typed values: results of rules, each with its category, canonical form and look-up keys.

The constructors are the vocabulary of tables (`oid_rule`): a row names an OID and a constructor. They attribute a value
to a person only where its kind alone decides that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ctscan.model import (
    AttributionReason,
    Confidence,
    DecodedString,
    Field,
    IdentifierKind,
    LookupKey,
    Message,
    Qualifier,
    Sensitivity,
    SubjectKind,
)
from ctscan.personal.normalise.addresses import canonical_email, email_keys
from ctscan.personal.normalise.name_tokens import fold_text, has_letter, name_keys
from ctscan.personal.normalise.number_keys import number_key
from ctscan.personal.view import View, spellings, strings_of


class Attribution(Struct, frozen=True):
    """Attribution of a value: its subject, the confidence, and the reason as a code, without certificate data."""

    kind: SubjectKind
    confidence: Confidence
    why: Message


ONLY_PEOPLE: Final = Attribution(SubjectKind.PERSON, Confidence.CERTAIN, AttributionReason.ONLY_PEOPLE())


class Value(Struct, frozen=True):
    """Typed value read from part of a text.

    `value` is the text as written. The field gives attribution and person where they are None and empty, the category
    gives the sensitivity where it is None.
    """

    category: str
    value: str
    canonical: str
    keys: tuple[LookupKey, ...] = ()
    also: tuple[str, ...] = ()
    marks: tuple[Qualifier, ...] = ()
    attribution: Attribution | None = None
    person: str = ""
    sensitivity: Sensitivity | None = None
    repaired: str | None = None


Read = Callable[[View, Field], Iterable[Value]]
"""Reader of a table row: from a field to its values. Never raises because of a certificate's content."""

FromText = Callable[[str], Iterable[Value]]


def each_text(read: FromText) -> Read:
    """Apply `read` to the text of a field (repaired where needed), or to each string inside its value."""

    def reader(view: View, place: Field) -> Iterable[Value]:
        for text in strings_of(view, place):
            for value in read(spellings(text)[0]):
                yield with_spelling(value, text)

    return reader


def with_spelling(value: Value, text: DecodedString) -> Value:
    """Return a value of repaired text with the decoded form as written; a name keeps look-up keys for both forms."""
    if text.repaired is None or text.repaired == text.value or value.value != text.repaired:
        return value
    keys = value.keys
    if any(key.kind == IdentifierKind.NAME for key in keys):
        keys = tuple(dict.fromkeys((*keys, *name_keys(text.value))))
    return replace(value, value=text.value, repaired=text.repaired, keys=keys)


def of_person(read: Read, why: Message = ONLY_PEOPLE.why, person: str = "") -> Read:
    """Attribute the values to a person for certain, since the type says so. `person`: a person of the certificate."""
    attribution = replace(ONLY_PEOPLE, why=why)

    def reader(view: View, place: Field) -> Iterator[Value]:
        for value in read(view, place):
            yield replace(value, attribution=value.attribution or attribution, person=person)

    return reader


def of_organisation(read: Read, why: Message) -> Read:
    """Attribute the values to an organisation for certain: they are not about a person by themselves."""
    attribution = Attribution(SubjectKind.ORGANISATION, Confidence.CERTAIN, why)
    return lambda view, place: (replace(v, attribution=v.attribution or attribution) for v in read(view, place))


# --- constructors --------------------------------------------------------------------------------------------------


def named(category: str) -> Read:
    """Read a name of a person in one of the name categories."""

    def read(text: str) -> Iterable[Value]:
        if has_letter(text):
            yield Value(category, text, fold_text(text), name_keys(text))

    return each_text(read)


def number(category: str, sensitivity: Sensitivity | None = None) -> Read:
    """Read a number of a person, a card or a register, found by its letters and digits."""

    def read(text: str) -> Iterable[Value]:
        yield from numbered(category, text, sensitivity)

    return each_text(read)


def numbered(category: str, text: str, sensitivity: Sensitivity | None = None) -> Iterable[Value]:
    """Make a value from a number; nothing for a text without letters and digits, or of zeros only."""
    canonical = number_key(text)
    if canonical.strip("0"):
        yield Value(category, text, canonical, (LookupKey(IdentifierKind.NUMBER, canonical),), sensitivity=sensitivity)


def hashed(category: str, text: str) -> Value:
    """Make a value from a hash, as letters and digits. Its look-up key finds only the hash."""
    key = number_key(text)
    return Value(category, text, key, (LookupKey(IdentifierKind.NUMBER, key),), marks=(Qualifier.HASHED,))


def plain(category: str) -> Read:
    """Read personal data without look-up keys: a job title, a town, a date."""

    def read(text: str) -> Iterable[Value]:
        if text.strip():
            yield Value(category, text, fold_text(text) or text.strip())

    return each_text(read)


def account(category: str = "user.account.username") -> Read:
    """Read the name of an account, and its address when the name has the form of an address."""

    def read(text: str) -> Iterable[Value]:
        canonical = text.strip().casefold()
        if canonical:
            address = canonical_email(text)
            keys = (LookupKey(IdentifierKind.ACCOUNT, canonical), *(email_keys(address) if address else ()))
            yield Value(category, text, canonical, keys)

    return each_text(read)
