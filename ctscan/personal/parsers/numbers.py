"""National numbers of people, checked with python-stdnum. Only this module imports it (inside functions).

A number with a wrong check digit is marked, never dropped, since the certificate still holds it. Facts encoded in a
number (date of birth, gender) become separate values, marked as derived.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import import_module
from typing import Any

from msgspec.structs import replace

from ctscan.model import IdentifierKind, LookupKey, Qualifier
from ctscan.on_first_use import late_pattern
from ctscan.personal.normalise.name_tokens import fold_text
from ctscan.personal.normalise.number_keys import number_key
from ctscan.personal.parsers.dates import DATE_OF_BIRTH, GENDER
from ctscan.personal.parsers.disclosed import BIRTH_DATES, CHECKS, EMBEDDED, GENDERS
from ctscan.personal.parsers.schemes import SCHEMES, TELLING
from ctscan.personal.values import Read, Value, each_text, hashed

NATIONAL = "user.government_id.national_identification_number"

VALID, WRONG_CHECK, OTHER = "valid", "wrong check digit", "other"

_MAX_NUMBER = 64
_HASH = late_pattern(r"[0-9a-fA-F]+")
_HASH_SIZES = frozenset((32, 40, 56, 64, 96, 128))  # hexadecimal digits of MD5, SHA-1 and the SHA-2 family
_STDNUM_ERRORS = (ValueError, LookupError, TypeError, AttributeError)  # raised by python-stdnum for odd texts


def national(scheme: str, category: str = NATIONAL) -> Read:
    """Read national numbers of one scheme: a python-stdnum module such as "es.dni", or empty for other schemes."""
    return each_text(lambda text: national_values(text, scheme, category))


def national_values(text: str, scheme: str = "", category: str = NATIONAL) -> Iterable[Value]:
    """Read the number in a text, and the facts it encodes. Nothing for a placeholder; a hash is marked as such."""
    if is_placeholder(text):
        return
    if is_hash(text):
        yield hashed(category, text)
        return
    key = number_key(text)
    status, compact = check(text, scheme) if scheme else (OTHER, key)
    keys = dict.fromkeys((key, number_key(compact), *_other_forms(compact, scheme)))
    marks = (Qualifier.INVALID,) if status == WRONG_CHECK else ()
    yield Value(
        category, text, key, tuple(LookupKey(IdentifierKind.NUMBER, each) for each in keys if each), marks=marks
    )
    if status != OTHER:
        for value in disclosed(compact, scheme):
            yield replace(value, value=text, marks=(*value.marks, *marks))


def _other_forms(compact: str, scheme: str) -> Iterator[str]:
    """Yield other usual forms of the same number: in Sweden with and without the century."""
    key = number_key(compact)
    if scheme == "se.personnummer":
        born = next((value.canonical for value in disclosed(compact, scheme)), "") if len(key) == 10 else ""
        yield key[-10:]
        yield born[:2] + key


def is_hash(text: str) -> bool:
    """Return whether a text is a hexadecimal hash: a hash function's length, and a letter (32 digits are a number)."""
    stripped = text.strip()
    return len(stripped) in _HASH_SIZES and bool(_HASH.fullmatch(stripped)) and not stripped.isdigit()


_CARD = late_pattern(r"(BI|CC|CE|CI|DNI|IC|ID|NI|NIC|NID|NIE|NIF|PS|RG|TR)(0*)([1-9][0-9]{4,14}[A-Z]?)")
"""Numbers behind the letters for a kind of card, without a separator: BI, CC and TR of Portugal, CI of Spanish-speaking
countries, RG of Brazil, and so on. A person leaves out the letters, and zeros behind them."""


def card_keys(text: str) -> tuple[LookupKey, ...]:
    """Return look-up keys for the digits of `BI012345678`: with and without zeros before them; none for other texts."""
    card = _CARD.fullmatch(number_key(text))
    if card is None:
        return ()
    letters, zeros, digits = card.groups()
    forms = dict.fromkeys((zeros + digits, digits, letters + digits))
    return tuple(LookupKey(IdentifierKind.NUMBER, form) for form in forms)


_OF_ENTITIES = {"ES": late_pattern(r"[ABCDEFGHJNPQRSUVW]\d{7}[0-9A-J]")}


def is_of_entity(text: str, country: str) -> bool:
    """Return whether a number has a form that only organisations have in a country (two capital letters).

    In Spain the letter before the digits tells (Real Decreto 1065/2007): X, Y, Z, K, L, M stand for people.
    """
    form = _OF_ENTITIES.get(country)
    return form is not None and len(text) <= _MAX_NUMBER and form.fullmatch(number_key(text)) is not None


_ABSENT = frozenset(
    ["na", "n a", "none", "null", "nil", "unknown", "not applicable", "not available", "not provided", "undefined"]
)


def is_placeholder(text: str) -> bool:
    """Return whether a text stands for a missing number: zeros, dashes, `N/A`."""
    key = number_key(text)
    return not key.strip("0") or not key.strip("X") or fold_text(text) in _ABSENT


def check(text: str, scheme: str) -> tuple[str, str]:
    """Check a number. Never raises because of the text.

    Returns:
        VALID, WRONG_CHECK (right form, wrong check digit) or OTHER, and the number without separators.
    """
    plain = unicodedata.normalize("NFKC", text[:_MAX_NUMBER]).strip().upper()
    if scheme in CHECKS:
        form, is_right = CHECKS[scheme]
        compact = number_key(plain)
        if not form.fullmatch(compact):
            return OTHER, compact
        return (VALID if is_right(compact) else WRONG_CHECK), compact
    if scheme == "lv.pvn" and re.fullmatch(r"32\d{4}-?\d{5}", plain):  # given since 2017: without date or check digit
        return OTHER, number_key(plain)
    return _check_with_stdnum(plain, scheme)


def _check_with_stdnum(plain: str, scheme: str) -> tuple[str, str]:
    from stdnum.exceptions import InvalidChecksum

    module = _module(scheme)
    try:
        return VALID, str(module.validate(plain))
    except InvalidChecksum:
        return WRONG_CHECK, str(_call_stdnum(module.compact, plain) or plain)
    except _STDNUM_ERRORS:
        return OTHER, plain


def disclosed(number: str, scheme: str) -> Iterator[Value]:
    """Yield the facts that a number of the scheme encodes: date of birth, gender, another number of the same person."""
    module = None if scheme in CHECKS else _module(scheme)
    born = _call_stdnum(BIRTH_DATES.get(scheme) or getattr(module, "get_birth_date", None), number)
    if born is not None:
        yield Value(DATE_OF_BIRTH, number, str(born), marks=(Qualifier.DERIVED,))
    code = _call_stdnum(GENDERS.get(scheme) or getattr(module, "get_gender", None), number)
    gender = {"f": "female", "m": "male"}.get(str(code)[:1].lower())
    if gender is not None:
        yield Value(GENDER, number, gender, marks=(Qualifier.DERIVED,))
    inner = EMBEDDED.get(scheme)
    part = inner.fullmatch(number_key(number)) if inner else None
    if part:
        yield Value(NATIONAL, number, part[1], (LookupKey(IdentifierKind.NUMBER, part[1]),), marks=(Qualifier.DERIVED,))


def _call_stdnum(function: Callable[[str], Any] | None, number: str) -> Any:
    if function is None:
        return None
    try:
        return function(number)
    except (*_STDNUM_ERRORS, OverflowError):
        return None


@cache
def _module(scheme: str) -> Any:
    """Return the python-stdnum module of a scheme; raises ModuleNotFoundError for an unknown scheme."""
    return import_module(f"stdnum.{scheme}")


def country_values(text: str, country: str, category: str = NATIONAL) -> Iterable[Value]:
    """Read the number of a person by the first scheme of the country (two capital letters) that it fits."""
    statuses = {scheme: check(text, scheme)[0] for scheme in SCHEMES.get(country, ())}
    for wanted in (VALID, WRONG_CHECK):
        for scheme, status in statuses.items():
            if status == wanted:
                return national_values(text, scheme, category)
    return national_values(text, "", category)


def satisfied(text: str, country: str) -> tuple[str, ...]:
    """Return the schemes for people of a country that a bare number satisfies in form and check digit.

    This is the evidence that a number without any prefix may be a person's.
    """
    found = []
    for scheme, form in TELLING.get(country, {}).items():
        status, compact = check(text, scheme)
        if status == VALID and re.fullmatch(form, compact):
            found.append(scheme)
    return tuple(found)


_UNCHECKED = frozenset(["al.nipt", "ar.dni", "cr.cpf", "cr.cr", "fo.vn", "mx.rfc", "pe.cui", "us.itin", "us.ssn"])


def satisfied_surely(text: str, country: str) -> bool:
    """Return whether a number known to be a person's is a national number: valid in a scheme of the country that has
    check digits or a date."""
    if satisfied(text, country):
        return True
    return any(s not in _UNCHECKED and check(text, s)[0] == VALID for s in SCHEMES.get(country, ()))
