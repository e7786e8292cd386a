"""Offices and organisations in attributes for people: `GN=Ufficio, SN=Sicurezza`, `GN=BANCOEJEMPLO, SN=SGS` of
`O=BANCO EJEMPLO`.

This module judges words only; `service_names` weighs them. Listed names speak for a person in both questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, islice
from typing import Final

from ctscan.personal.attribution.function_words import function_words
from ctscan.personal.attribution.gazetteer import given_names, is_name_word, surnames
from ctscan.personal.attribution.name_shapes import has_organisation_word
from ctscan.personal.normalise.name_tokens import fold_text

_MAX_TEXT: Final = 300  # characters of a text whose words are compared
_MAX_ORGANISATIONS: Final = 10
_SHORTEST: Final = 4  # letters of a word of an organisation
_ACRONYM: Final = 4  # letters of the longest acronym
_TESTERS: Final = frozenset(("tester", "testing", "sandbox"))  # people of tests are people


def is_office(given: Iterable[str], surname: Iterable[str]) -> bool:
    """Return whether given names or surnames are an office: all given names are words of functions, or a word of both
    is and none is a listed name."""
    of_given, of_surname = _words(given), _words(surname)
    if any(word in given_names() for word in of_given):
        return False
    if of_given and all(map(_is_function, of_given)):
        return True
    found = [*of_given, *of_surname]
    return any(map(_is_function, found)) and not any(map(_is_listed, found))


def is_organisation_in_parts(given: Iterable[str], surname: Iterable[str], organisations: Iterable[str]) -> bool:
    """Return whether given names and surnames are made of the words of an organisation beside them.

    Either the given name joins words of the organisation, or it is one of its words, beside an acronym. A sole trader's
    organisation holds the whole name, or a listed name.
    """
    of_given, of_surname = _words(given), _words(surname)
    if not of_given or any(map(_is_listed, of_given)):
        return False
    return any(_are_parts(of_given, of_surname, text) for text in islice(organisations, _MAX_ORGANISATIONS))


def _are_parts(given: Sequence[str], surname: Sequence[str], organisation: str) -> bool:
    own = _words([organisation])
    joined = "".join(given)
    if len(joined) < _SHORTEST or any(word not in own and _may_be_surname(word) for word in surname):
        return False
    if joined not in own and joined in _joined(own):
        return True
    is_acronym = bool(surname) and all(len(word) <= _ACRONYM and word not in own for word in surname)
    return joined in own and is_acronym and has_organisation_word(organisation)


def _joined(words: Sequence[str]) -> set[str]:
    """Return two words of a text or more that follow each other, without spaces."""
    return {text for at in range(len(words)) for text in accumulate(words[at:])} - set(words)


def _may_be_surname(word: str) -> bool:
    return is_name_word(word) and len(word) > 1


def _is_function(word: str) -> bool:
    return word in function_words() and word not in _TESTERS


def _is_listed(word: str) -> bool:
    return word in given_names() or word in surnames()


def _words(texts: Iterable[str]) -> list[str]:
    return [word for text in islice(texts, _MAX_ORGANISATIONS) for word in fold_text(text[:_MAX_TEXT]).split()]
