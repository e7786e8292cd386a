"""Readings of a text that a person pasted: every kind of identifier that it may be, the likeliest first. Pure.

    text ──► kind typed before it? ──► that kind
      └► unwrapped ──► label of a program? ──► its kind
           └► distinguished name ──► its address, name, number
           └► URL, @ ──► domain, address
           └► digits ──► fingerprint, serial number, number, telephone number
           └► words ──► name, account, domain, number

A reading is a guess where the text may mean something else. A text that has the look of one kind and isn't of that kind
is refused, with advice: a search for something else would find nothing and mislead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, NoReturn

from ctscan.errors import UsageError
from ctscan.on_first_use import late_pattern
from ctscan.personal.normalise.addresses import canonical_email, find_emails, is_principal
from ctscan.personal.pasted.digit_forms import FEWEST_DIGITS, hex_digits, of_decimal, printed_serial
from ctscan.personal.pasted.digits import in_digits, serials
from ctscan.personal.pasted.located import address_in, addressed, located
from ctscan.personal.pasted.plain_words import in_words, is_row
from ctscan.personal.pasted.printed_labels import Label, is_label_alone, labelled
from ctscan.personal.pasted.reading import (
    ACCOUNT,
    DOMAIN,
    EMAIL,
    IDENTITY,
    NAME,
    NUMBER,
    PHONE,
    SERIAL,
    SHA1,
    SHA256,
    Reading,
    guesses,
    refuse,
    refuse_hex,
)
from ctscan.personal.pasted.subjects import Part, subject_attributes
from ctscan.personal.pasted.unwrapping import undisguised, unwrap

if TYPE_CHECKING:
    from ctscan.model import IdentifierKind

TYPED: Final = {
    "email": EMAIL,
    "mailto": EMAIL,
    "domain": DOMAIN,
    "sha256": SHA256,
    "sha1": SHA1,
    "identity": IDENTITY,
    "serial": SERIAL,
    "name": NAME,
    "number": NUMBER,
    "id": NUMBER,
    "phone": PHONE,
    "tel": PHONE,
    "account": ACCOUNT,
}
"""Words that a person types before an identifier, with a colon."""

_UNKNOWN_LABEL = late_pattern(r"[^\W\d_][^:=()\d]{0,60}:\s+(\S.*)", re.DOTALL)
_LABEL_INSIDE = late_pattern(r"\s[^\W\d_]{2,30}\s{0,3}:")
_MOST_PIECES = 20
_MOST_READINGS = 40
_MOST_NESTED = 4  # labels in each other: `X509v3 Subject Alternative Name: email:…`


def readings_of(text: str) -> list[Reading]:
    """Return every reading of a text without outer spaces, at least one. UsageError for a text that has the look of a
    kind and isn't of that kind; the message holds only kind and length."""
    found = list(dict.fromkeys(_readings(text)))
    if len(found) > _MOST_READINGS:
        raise UsageError(
            f"identifier: expected one identifier, got {len(text)} characters with {len(found)}; give some"
        )
    return found


def _readings(text: str) -> Iterable[Reading]:
    listed = _listed(text)
    if listed:
        return listed
    word, colon, rest = text.partition(":")
    kind = TYPED.get(word.strip().lower()) if colon else None
    if kind is not None:
        return _typed(kind, text if word.strip().lower() == "mailto" else rest.strip())
    if text.startswith("-----BEGIN"):
        refuse("an identifier", text, "the beginning of a PEM file; give its path with --certificate")
    if is_label_alone(text):
        refuse("an identifier", text, "a label with nothing behind it; copy what stands behind or below it, too")
    plain = unwrap(text)
    if not plain:
        refuse("a name, a number or an address", text, "only signs")
    if is_row(text) and labelled(plain) is None:  # the plain text has blanks for tabs
        refuse("one name", text, "several names; give each by itself")
    return _pasted(plain, _MOST_NESTED)


# --- a kind that was typed -------------------------------------------------------------------------------------------


def _typed(kind: IdentifierKind, rest: str) -> list[Reading]:
    """Read a text behind the word for its kind: no guess, but decimal digits of a serial number may stand there."""
    if kind == SERIAL:
        return list(serials(rest))
    if kind == EMAIL:
        return [Reading(EMAIL, rest if canonical_email(rest) is not None else address_in(unwrap(rest)))]
    if kind == DOMAIN:
        return [Reading(DOMAIN, next((one.text for one in located(rest) if one.kind == DOMAIN), rest))]
    return [Reading(ACCOUNT, rest)] if kind == ACCOUNT else _stated(kind, rest if kind == NAME else unwrap(rest))


def _stated(kind: IdentifierKind, text: str) -> list[Reading]:
    """Read a text behind a word for its kind: no guess, unless something else stands there as well, which is read, too:
    `Name: Jane Roe E-Mail: jane@example.org`."""
    if kind not in (NAME, NUMBER, PHONE):
        return [Reading(kind, text)]
    plain = undisguised(text)
    addresses = find_emails(plain)
    if len(addresses) > 1:
        refuse("one e-mail address", text, "several addresses; give each by itself")
    if addresses:
        own = " ".join(word for word in plain.split() if "@" not in word) if kind == NAME else text
        return guesses([Reading(EMAIL, addresses[0]), *([Reading(kind, own)] if own else [])])
    if _LABEL_INSIDE.search(text):
        return guesses(dict.fromkeys((*_pasted(unwrap(text), 0), Reading(kind, text))))
    return [Reading(kind, text)]


def _listed(text: str) -> list[Reading]:
    """Read a list in which each piece has a label: `email:jane@example.org, DNS:example.org`; none for other texts."""
    pieces = re.split(r",\s{1,9}", text)
    if not 1 < len(pieces) <= _MOST_PIECES:
        return []
    first = labelled(unwrap(pieces[0]))  # `X509v3 Subject Alternative Name: email:…, DNS:…`
    if first is not None and first.label is Label.ANY:
        pieces[0] = first.rest
    labels = [labelled(piece) if ":" in piece else None for piece in pieces]
    if any(label is None or label.label is Label.MAILBOX for label in labels):  # of a mail: several people
        return []
    return [reading for piece in pieces for reading in _pasted(piece, _MOST_NESTED)]


# --- a text that was pasted ------------------------------------------------------------------------------------------


def _pasted(text: str, depth: int) -> Iterable[Reading]:
    behind = labelled(text) if depth else None
    attributes = subject_attributes(text) if depth else []
    if attributes:
        return _subject(text, [(attribute.part, attribute.value) for attribute in attributes])
    if behind is not None:
        return _BEHIND[behind.label](unwrap(behind.rest) or behind.rest, depth - 1)
    for read in (located, addressed, in_digits):
        found = list(read(text))
        if found:
            return found
    unknown = _UNKNOWN_LABEL.fullmatch(text) if depth else None
    if unknown is not None:
        return guesses([Reading(NAME, text), *_pasted(unknown[1], 0)])
    return in_words(text)


def _of(kind: IdentifierKind) -> Callable[[str, int], Iterable[Reading]]:
    return lambda text, depth: _stated(kind, text)


def _labelled_email(text: str, depth: int) -> Iterable[Reading]:
    address = address_in(text)
    canonical = canonical_email(address) or ""
    return [Reading(EMAIL, address), *([Reading(ACCOUNT, canonical)] if is_principal(canonical) else [])]


def _account(text: str) -> list[Reading]:
    """Read the name of an account, which may be an address as well (UPN)."""
    return [*([Reading(EMAIL, text)] if canonical_email(text) is not None else []), Reading(ACCOUNT, text)]


def _labelled_serial(text: str, depth: int) -> Iterable[Reading]:
    if not hex_digits(text) and not printed_serial(text):
        refuse_hex("a serial number", text)
    is_of_person = text.isdigit() and len(text) >= FEWEST_DIGITS  # viewers name the attribute serialNumber so, too
    return [*serials(text), *([Reading(NUMBER, text)] if is_of_person else [])]


def _labelled_decimal(text: str, depth: int) -> Iterable[Reading]:
    return [Reading(SERIAL, of_decimal(text) or text)]


def _fingerprint(text: str, depth: int) -> Iterable[Reading]:
    kind = {40: SHA1, 64: SHA256}.get(len(hex_digits(text)))
    if kind is None and len(hex_digits(text)) == 32:
        return _md5(text, depth)
    if kind is None:
        refuse_hex("a fingerprint of 64 (SHA-256) or 40 (SHA-1)", text)
    return [Reading(kind, hex_digits(text))]


def _md5(text: str, depth: int) -> NoReturn:
    raise UsageError(
        f"identifier: expected a SHA-256 or SHA-1 fingerprint, got {len(text)} characters of an MD5 fingerprint, which "
        "the index doesn't keep; give another fingerprint or the serial number"
    )


_BEHIND: Final[dict[Label, Callable[[str, int], Iterable[Reading]]]] = {
    Label.EMAIL: _labelled_email,
    Label.MAILBOX: _labelled_email,
    Label.DOMAIN: lambda text, depth: list(located(text)) or [Reading(DOMAIN, text.removeprefix("*."))],
    Label.NAME: _of(NAME),
    Label.NUMBER: _of(NUMBER),
    Label.PHONE: _of(PHONE),
    Label.ACCOUNT: lambda text, depth: _account(text),
    Label.SERIAL: _labelled_serial,
    Label.SERIAL_DECIMAL: _labelled_decimal,
    Label.SHA1: _of(SHA1),
    Label.SHA256: _of(SHA256),
    Label.IDENTITY: _of(IDENTITY),
    Label.FINGERPRINT: _fingerprint,
    Label.MD5: _md5,
    Label.ANY: lambda text, depth: _pasted(text, depth),
}


# --- distinguished names ---------------------------------------------------------------------------------------------


def _subject(text: str, attributes: list[tuple[Part, str]]) -> list[Reading]:
    """Read a distinguished name: each attribute of a person is a reading; given name and surname are one."""
    full = [value for part in (Part.GIVEN_NAME, Part.SURNAME) for found, value in attributes if found is part]
    is_name = len(full) > 1 or Part.NAME not in dict(attributes)  # a surname beside a common name adds nothing
    readings: list[Reading] = []
    for part, value in attributes:
        if part in (Part.GIVEN_NAME, Part.SURNAME):
            readings += [Reading(NAME, " ".join(full))] if is_name else []
            readings += guesses(_maybe_serial(value))
        else:
            readings += _OF_PART[part](value)
    if not readings:
        refuse("a distinguished name with CN, E or serialNumber", text, "a name of an organisation or a place")
    return readings


_OF_PART: Final[dict[Part, Callable[[str], Iterable[Reading]]]] = {
    Part.NAME: lambda value: _pasted(value, 0) if len(value) > 1 else guesses([Reading(NAME, value)]),
    Part.EMAIL: lambda value: [Reading(EMAIL, value)] if canonical_email(value) is not None else _pasted(value, 0),
    Part.NUMBER: lambda value: [Reading(NUMBER, value), *guesses(_maybe_serial(value))],
    Part.ACCOUNT: lambda value: [*_account(value), *guesses([Reading(NUMBER, value)])],
    Part.PHONE: lambda value: [Reading(PHONE, value)],
    Part.DROPPED: lambda value: [],
}


def _maybe_serial(text: str) -> Iterable[Reading]:
    """Read `serialNumber=…` and `SN=…`: some programs print the serial number of a certificate under these names."""
    return serials(text) if printed_serial(text) or any(map(str.isdigit, hex_digits(text))) else []
