"""Identifiers that a person gives: their kinds, their form for comparison, and their look-up keys.

`pasted.readings` decides what a text may be; this module makes each reading an `Identifier`. Text in certificates and
text typed by a person go through the same functions of `normalise/` and `parsers/`, so both sides meet. Similar
identifiers (a +tag, dots, a telephone number without its country) are offered separately, never mixed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ctscan.errors import UsageError
from ctscan.model import Identifier, IdentifierKind, LookupKey
from ctscan.on_first_use import late_pattern
from ctscan.personal.normalise.addresses import (
    address_variants,
    canonical_domain,
    canonical_email,
    email_keys,
    is_plain_address,
    is_principal,
    reversed_labels,
    tidy_text,
)
from ctscan.personal.normalise.name_tokens import name_tokens
from ctscan.personal.normalise.number_keys import number_key
from ctscan.personal.pasted.digit_forms import MOST_SERIAL_DIGITS, names_its_country

if TYPE_CHECKING:
    from ctscan.personal.pasted.reading import Reading

READER_VERSION = 2
"""Version of the keys that certificates and identifiers share, part of the rule-set version. Raise it when a text of a
certificate gives other keys. More readings of what a person types need no certificate to be read again."""

MAX_IDENTIFIER = 1000

_HEX = late_pattern(r"[0-9a-f]+")
_DIALLED = late_pattern(r"[(\d][\d\s()./‐‑–-]*\d")
_SEPARATORS = late_pattern(r"[\s:-]")
_LATIN = late_pattern(r"[A-Za-z\u00c0-\u024f]")
_LIKE_LATIN = late_pattern(r"[\u0370-\u052f]")  # Greek and Cyrillic: `е` for `e`


def parse_identifier(text: str) -> Identifier:
    """Return the likeliest reading of an identifier; it holds the other readings (`Identifier.readings`).

    `jane@example.org` is an e-mail address; `@example.org` all addresses at and below the domain; 64 hexadecimal digits
    a SHA-256 fingerprint; 40 a serial number and a SHA-1 fingerprint; digits alone a serial number in hexadecimal and
    decimal digits, the number of a person and a telephone number; `+49 30 …` a telephone number; a word with digits an
    account and a number; any other text a name. Labels of programs (`serial=`, `sha256 Fingerprint=`), quotes and
    brackets are understood (`pasted`). `email:`, `domain:`, `name:`, `number:` (of a person, a
    card, a register; also `id:`), `phone:` (`tel:`), `account:`, `sha256:`, `sha1:`, `serial:` and `identity:` state
    the kind.

    Raises:
        UsageError: the text is no such identifier; the message holds only kind and length.
    """
    value = text.strip()
    if not value or len(value) > MAX_IDENTIFIER:
        raise UsageError(f"identifier: expected 1 to {MAX_IDENTIFIER} characters, got {len(value)}")
    if is_plain_address(value.lower()) and not is_principal(value):
        return _email(value)
    from ctscan.personal.pasted.readings import readings_of  # not at the top: a plain address needs none of its tables

    first, *others = _identifiers(readings_of(value))
    return replace(first, value=value, others=tuple(others))


def name_in(value: str) -> str:
    """Return the words of a name, as typed, without titles and without needless spaces.

    Args:
        value: `Identifier.value` of a name: the text that a person typed, or the part of it that is the name.
    """
    from ctscan.personal.pasted.readings import readings_of
    from ctscan.personal.pasted.titles import without_titles

    try:
        readings = readings_of(value.strip())
    except UsageError:  # a part that was no identifier by itself: `CN=Serial Number`
        readings = []
    names = (reading.text for reading in readings if reading.kind == IdentifierKind.NAME)
    return " ".join(without_titles(tidy_text(next(names, value))).split())


def _identifiers(readings: Sequence[Reading]) -> list[Identifier]:
    """Make the identifiers of readings, each once. A guess that doesn't parse is left out, unless all are such."""
    found: dict[tuple[str, str], Identifier] = {}
    refusal: UsageError | None = None
    for reading in readings:
        try:
            made = replace(_READERS[reading.kind](reading.text), guessed=reading.guessed)
        except UsageError as error:
            if not reading.guessed:
                raise
            refusal = refusal or error
            continue
        found.setdefault((made.kind, made.canonical), made)
    if not found and refusal is not None:
        raise refusal
    return list(found.values())


# --- readings of one kind --------------------------------------------------------------------------------------------


def _email(text: str) -> Identifier:
    canonical = canonical_email(text)
    if canonical is None:
        raise UsageError(
            f"identifier: expected one e-mail address (name@example.org) or a domain (@example.org), "
            f"got {len(text)} characters that are neither"
        )
    _refuse_look_alike(tidy_text(text).rpartition("@")[2])
    return Identifier(IdentifierKind.EMAIL, text, canonical, email_keys(canonical), address_variants(canonical))


def _domain(text: str) -> Identifier:
    canonical = canonical_domain(tidy_text(text).strip().removeprefix("*").removeprefix("@").removeprefix("."))
    if canonical is None:
        raise UsageError(
            f"identifier: expected a domain name after @, such as @example.org, "
            f"got {len(text)} characters that are none"
        )
    _refuse_look_alike(tidy_text(text))
    return Identifier(
        IdentifierKind.DOMAIN, text, canonical, (LookupKey(IdentifierKind.DOMAIN, reversed_labels(canonical)),)
    )


def _refuse_look_alike(domain: str) -> None:
    """Refuse a domain with a label of Latin and Greek or Cyrillic letters, which registries refuse as well: somebody
    typed a letter that looks like another, and a search for it would find nothing."""
    if any(_LATIN.search(label) and _LIKE_LATIN.search(label) for label in domain.split(".")):
        raise UsageError(
            f"identifier: expected a domain whose labels have letters of one script, got {len(domain)} characters with "
            "Latin and Greek or Cyrillic letters in one label; type it again, or give its xn-- form if it is meant"
        )


def _sha256(text: str) -> Identifier:
    return Identifier(IdentifierKind.SHA256, text, _fingerprint(text, "SHA-256 fingerprint", 64))


def _sha1(text: str) -> Identifier:
    return Identifier(IdentifierKind.SHA1, text, _fingerprint(text, "SHA-1 fingerprint", 40))


def _identity(text: str) -> Identifier:
    return Identifier(IdentifierKind.IDENTITY, text, _fingerprint(text, "certificate identity", 64))


def _fingerprint(text: str, what: str, length: int) -> str:
    digits = _SEPARATORS.sub("", text.lower())
    if len(digits) != length or not _HEX.fullmatch(digits):
        odd = len(_HEX.sub("", digits))
        raise UsageError(
            f"identifier: expected a {what} of {length} hexadecimal digits, got {len(digits)} characters"
            + (f", {odd} of them no such digits" if odd else "")
        )
    return digits


def _serial(text: str) -> Identifier:
    digits = _SEPARATORS.sub("", text.lower()).removeprefix("0x")
    if not _HEX.fullmatch(digits) or len(digits) > MOST_SERIAL_DIGITS:
        raise UsageError(
            f"identifier: expected a serial number of 1 to {MOST_SERIAL_DIGITS} hexadecimal digits, "
            f"got {len(digits)} characters"
        )
    return Identifier(IdentifierKind.SERIAL, text, digits.lstrip("0") or "0")


def _name(text: str) -> Identifier:
    """Parse a name. Titles are dropped, as a search with fewer words finds no less."""
    from ctscan.personal.pasted.titles import name_words

    tokens = name_tokens(text)
    if not tokens or not any(char.isalpha() for char in text):  # a single Han character is a name, a Latin letter isn't
        raise UsageError(
            f"identifier: expected a name of at least 2 letters, got {len(text)} characters that are none; "
            "for a number, put number:, phone: or serial: before it"
        )
    words, dropped = name_words(text)
    keys = (LookupKey(IdentifierKind.NAME, token) for token in tokens if token not in dropped)
    return Identifier(IdentifierKind.NAME, text, " ".join(sorted(words)), tuple(keys))


def _number(text: str) -> Identifier:
    """Parse a number by its letters and digits, also without the word, or the kind and country, before it."""
    from ctscan.personal.parsers.semantics import (
        read_semantics,
    )  # not at the top: it takes 10 ms, and an address needs none of it

    tidy = tidy_text(text).strip()
    canonical = number_key(tidy)
    if not canonical.strip("0"):
        raise UsageError(
            f"identifier: expected a number of letters and digits after number:, got {len(text)} characters without one"
        )
    bare = read_semantics(tidy)
    forms = dict.fromkeys((canonical, number_key(bare.number) if bare else canonical))
    return Identifier(
        IdentifierKind.NUMBER,
        text,
        canonical,
        tuple(LookupKey(IdentifierKind.NUMBER, form) for form in forms if form.strip("0")),
    )


def _phone(text: str) -> Identifier:
    """Parse a telephone number. Without a country it is found by its digits alone, and as a number of every country
    that has such a number."""
    from ctscan.personal.parsers.phones import is_number_of_a_country, keys_anywhere, national_digits, phone_values

    tidy = tidy_text(text).strip()
    if names_its_country(tidy) and not is_number_of_a_country(tidy):  # `(0)`: dialled within some countries only
        tidy = tidy.replace("(0)", "", 1)
    found = list(phone_values(tidy))
    if len(found) != 1 or not found[0].keys:
        raise UsageError(
            f"identifier: expected one telephone number, such as +49 30 … or 030 …, got {len(text)} characters "
            "that are none, or several"
        )
    dialled = _DIALLED.match(tidy)  # `030 901820 (at work)`: words are no part of a number
    anywhere = () if names_its_country(tidy) else keys_anywhere(dialled[0] if dialled else tidy)
    keys = tuple(dict.fromkeys((*found[0].keys, *anywhere)))
    national = national_digits(found[0].canonical)
    return Identifier(IdentifierKind.PHONE, text, found[0].canonical, keys, (f"phone:{national}",) if national else ())


def _account(text: str) -> Identifier:
    """Parse the name of an account; of an account in a Windows domain the bare name is another form. Of an account of a
    chat the name without the device finds it, too (RFC 6120 section 2.1: `eva@example.org/home`)."""
    canonical = text.strip().casefold()
    if not canonical:
        raise UsageError("identifier: expected the name of an account after account:, got none")
    local, at, rest = canonical.partition("@")
    forms = dict.fromkeys((canonical, tidy_text(text).strip().casefold(), local + at + rest.partition("/")[0]))
    address, bare = canonical_email(text), canonical.partition("\\")[2]
    variants = (*((f"email:{address}",) if address else ()), *((f"account:{bare}",) if bare else ()))
    keys = tuple(LookupKey(IdentifierKind.ACCOUNT, form) for form in forms if form)
    return Identifier(IdentifierKind.ACCOUNT, text, canonical, keys, variants)


_READERS: dict[IdentifierKind, Callable[[str], Identifier]] = {
    IdentifierKind.EMAIL: _email,
    IdentifierKind.DOMAIN: _domain,
    IdentifierKind.SHA256: _sha256,
    IdentifierKind.SHA1: _sha1,
    IdentifierKind.IDENTITY: _identity,
    IdentifierKind.SERIAL: _serial,
    IdentifierKind.NAME: _name,
    IdentifierKind.NUMBER: _number,
    IdentifierKind.PHONE: _phone,
    IdentifierKind.ACCOUNT: _account,
}
