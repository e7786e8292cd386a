"""Offices and organisations in attributes for people: `GN=Ufficio, SN=Sicurezza`, `GN=BANCOEJEMPLO, SN=SGS` of
`O=BANCO EJEMPLO`, `pseudonym=Muster GmbH 7:PN`.

This module judges words only; `service_names` weighs them. Listed names speak for a person in each question.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, islice
from typing import Final

from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.function_words import function_words
from ctscan.personal.attribution.gazetteer import given_names, is_name_word, surnames
from ctscan.personal.attribution.lexicon import ORGANISATION_WORDS
from ctscan.personal.attribution.name_shapes import has_organisation_word
from ctscan.personal.attribution.services import MAX_TEXT, numberless_words
from ctscan.personal.normalise.name_tokens import fold_text

_MAX_ORGANISATIONS: Final = 10
_SHORTEST: Final = 4  # letters of a word of an organisation
_ACRONYM: Final = 4  # letters of the longest acronym
_SHORT_FORM: Final = late_pattern(r".+ (?:AG|KG|SA|SE|NV|AB|AS|OY|UG|eG|e\.V\.|S\.A\.)(?: [0-9]*)?(?: ?:PN)?")

_OF_TESTS = """
    client customer demo fake full general good hello individual invalid last leaf master member missing name person
    persona personal personne personnel prueba pruebas sample sandbox subject subscriber suscriptor test tester testing
    titular trial unknown user users usuario usuarios valid
"""
_TEST_DATA: Final = frozenset(_OF_TESTS.split())
"""Words of functions, organisations and machines that people of tests are called by."""


def is_organisation(given: Sequence[str], others: Sequence[str], organisations: Sequence[str]) -> bool:
    """Return whether given names, and surnames or pseudonyms (`others`), hold an office, or the organisation beside
    them: as a surname with a word of organisations, or in parts."""
    if is_office(given, others):
        return True
    called = {fold_text(text[:MAX_TEXT]) for text in others}
    same = (one for one in organisations[:_MAX_ORGANISATIONS] if fold_text(one[:MAX_TEXT]) in called)
    return any(map(has_organisation_word, same)) or is_organisation_in_parts(given, others, organisations)


def is_office(given: Iterable[str], surname: Iterable[str]) -> bool:
    """Return whether given names or surnames are an office: all given names are words of functions; or no word of both
    is a listed name, and one is a word of functions or all given names are words of organisations."""
    of_given, of_surname = _words(given), _words(surname)
    if any(word in given_names() for word in of_given):
        return False
    if of_given and all(map(_is_function, of_given)):
        return True
    found = [*of_given, *of_surname]
    if any(map(_is_listed, found)):
        return False
    return any(map(_is_function, found)) or (bool(of_given) and all(map(_is_of_organisations, of_given)))


def is_organisation_in_parts(given: Iterable[str], surname: Iterable[str], organisations: Iterable[str]) -> bool:
    """Return whether given names and surnames are made of the words of an organisation beside them.

    Either the given name joins words of the organisation, or it is one of its words, beside an acronym. A sole trader's
    organisation holds the whole name, or a listed name.
    """
    of_given, of_surname = _words(given), _words(surname)
    if not of_given or any(map(_is_listed, of_given)):
        return False
    return any(_are_parts(of_given, of_surname, text) for text in islice(organisations, _MAX_ORGANISATIONS))


def is_organisation_pseudonym(text: str, organisations: Iterable[str]) -> bool:
    """Return whether a pseudonym is the name of an organisation or a service: it ends in a legal form of two letters,
    has a word of organisations, or is an organisation of the same name and a number, without the words of a person."""
    if _SHORT_FORM.fullmatch(text[:MAX_TEXT]):
        return True
    words = [word for word in numberless_words(text) if word != "pn"]
    if any(word in given_names() for word in words):
        return False
    return any(map(_is_of_organisations, words)) or any(words and words == numberless_words(o) for o in organisations)


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
    return word in function_words() and word not in _TEST_DATA


def _is_of_organisations(word: str) -> bool:
    return len(word) >= _SHORTEST and word in ORGANISATION_WORDS and word not in _TEST_DATA


def _is_listed(word: str) -> bool:
    return word in given_names() or word in surnames()


def _words(texts: Iterable[str]) -> list[str]:
    return [word for text in islice(texts, _MAX_ORGANISATIONS) for word in numberless_words(text)]
