"""Texts that name the person of an identifier: a purpose, or the number of a case. Pure.

A text names a person by any form in which the identifier is compared, or by the words that the identifier is made of:

    jane.roe@example.org    "for Jane Roe", "Roe, J.", "janeroe", "jane.roe%40example.org"
    Müller, Jörg            "Joerg Mueller"
    +49 30 901820           "called from 030/901820"
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from ctscan.model import IdentifierKind
from ctscan.on_first_use import late_pattern
from ctscan.personal.normalise.name_tokens import fold_text, name_forms, name_tokens
from ctscan.personal.normalise.number_keys import number_key

if TYPE_CHECKING:
    from ctscan.model import Identifier

_STATED_NAME = late_pattern(r"\s*name\s*:", re.IGNORECASE)
_ENOUGH = 6  # characters that are no chance in the middle of other text
_MOST_WORDS = 4  # that somebody writes for one word of an address


def names_person(text: str, identifier: Identifier) -> bool:
    """Return whether a text names the person, or quotes the certificate, of an identifier in any of its readings.
    A domain is no person, and the words that it is made of are no name."""
    passed = {IdentifierKind.DOMAIN}
    if identifier.kind == IdentifierKind.DOMAIN:
        passed |= {IdentifierKind.NAME, IdentifierKind.ACCOUNT}
    readings = [one for one in identifier.readings if one.kind not in passed]
    return any(_names(written, one) for written in _decoded(text) for one in readings)


def _decoded(text: str) -> Iterator[str]:
    """Yield a text as it stands and with escapes of web addresses undone, twice."""
    once = unquote_plus(text)
    yield from dict.fromkeys((text, once, unquote_plus(once)))


def _names(text: str, identifier: Identifier) -> bool:
    folded = text.casefold()
    if any(_is_distinct(form) and form.casefold() in folded for form in (identifier.value, identifier.canonical)):
        return True
    match identifier.kind:
        case IdentifierKind.NAME:
            return _has_name(text, _STATED_NAME.sub("", identifier.value))
        case IdentifierKind.EMAIL:
            return _has_mailbox(text, identifier.canonical.rpartition("@")[0])
        case IdentifierKind.ACCOUNT:
            return _has_mailbox(text, re.split(r"[\\/]", identifier.canonical.partition("@")[0])[-1])
        case IdentifierKind.PHONE:
            return any(_has_number(text, number) for number in (identifier.canonical, *identifier.variants))
        case _:
            return _has_number(text, identifier.canonical)


def _is_distinct(form: str) -> bool:
    """Return whether a form is no chance in the middle of a word, as `li` is in *client*."""
    return len(form) >= _ENOUGH or not form.isascii()


def _has_name(text: str, name: str) -> bool:
    """Return whether a text has all words of a name, in any order and spelling."""
    words = set(name_tokens(text)) | set(fold_text(text).split())
    forms = name_forms(name)
    return bool(forms) and all(words.intersection(form) for form in forms)


def _has_mailbox(text: str, local: str) -> bool:
    """Return whether a text has the words of a mailbox; initials count only where there is no longer word. The mailbox
    of a function is no person."""
    local = local.partition("+")[0]
    parts = re.findall(r"[^\W\d_]+", fold_text(local))
    wanted = [part for part in parts if len(part) > 1]
    said = fold_text(text).split()
    words = {*said, *name_tokens(text)}
    if not (wanted and words.issuperset(wanted)) and "".join(parts) not in _joined(said):
        return False
    from ctscan.personal.attribution.mailbox import is_role  # not at the top: it loads lists of words, and few need it

    return bool(local) and not is_role(local)


def _joined(words: Sequence[str]) -> set[str]:
    """Join words that follow each other, in both directions: `jane roe` is written `janeroe` and `roejane`."""
    return {
        joined
        for ordered in (words, words[::-1])
        for at in range(len(ordered))
        for joined in accumulate(ordered[at : at + _MOST_WORDS])
        if joined
    }


def _has_number(text: str, number: str) -> bool:
    """Return whether a text has a number, whatever stands between its letters and digits."""
    wanted = number_key(number.rpartition(":")[2])
    if len(wanted) < _ENOUGH:
        return wanted in re.findall(r"[^\W_]+", text.upper())
    return wanted in re.sub(r"[\W_]", "", text).upper()
