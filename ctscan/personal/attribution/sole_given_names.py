"""Mailboxes called by a given name alone (`peter@`, `peter.k@`), compared with the people whom a certificate names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Final

from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution import mailbox
from ctscan.personal.attribution.gazetteer import given_names, surnames
from ctscan.personal.attribution.given_forms import is_known_form, may_be_forms
from ctscan.personal.attribution.name_evidence import NameEvidence, Word
from ctscan.personal.attribution.name_shapes import has_organisation_word
from ctscan.personal.normalise.latin import listed_names
from ctscan.personal.normalise.memo import cached_for_short
from ctscan.personal.normalise.name_tokens import fold_text

_SHORTEST: Final = 3  # letters of a given name
_FULL: Final = 5  # letters of a given name that is hardly short for another
_PET_NAME: Final = late_pattern(r".+(?:[iy]|ie|chen|lein|it[ao]|inh[ao]|in[ao]|[ckst]?k[ao]|sha|scha|ya|ja|us)")
_ALIKE: Final = 4  # letters with which two forms of an unlisted name begin
_WITH_INITIAL: Final = late_pattern(r"([^\W\d_]+)(?:[._-][^\W\d_])?")
_DOUBLE: Final = late_pattern(r"([^\W\d_]+)-([^\W\d_]+)")
_BY_RULE: Final = late_pattern(r"[\u0370-\u058f\u10a0-\u10ff\u3040-\u30ff]+")
"""Scripts whose Latin spelling follows from their letters: Greek, Cyrillic, Armenian, Georgian, Kana."""


class Relation(Enum):
    """Relation of a given name to a person."""

    OWN = "own"
    ANOTHER = "another"
    DOUBTFUL = "doubtful"


@cached_for_short(4096)
def sole_given_names(address: str) -> tuple[str, ...]:
    """Return the folded given name that a mailbox is called by, with or without an initial behind it, or both parts of
    a double one (`karl-heinz`); empty for another mailbox."""
    local = re.sub(r"[0-9]", "", address.rpartition("@")[0].partition("+")[0])
    found = _WITH_INITIAL.fullmatch(local) or _DOUBLE.fullmatch(local)
    words = tuple(map(fold_text, found.groups())) if found else ()
    if not words or not all(map(_is_given_name, words)) or mailbox.is_role(local):
        return ()
    return words


def _is_given_name(word: str) -> bool:
    if len(word) < _SHORTEST or has_organisation_word(word):
        return False
    return word in given_names() or is_known_form(word)


def evidence_of(given: Iterable[str]) -> NameEvidence:
    """Return given names as the evidence that an address gives."""
    return NameEvidence(frozenset(frozenset({word}) for word in given), is_guess=True)


def relation(given: Iterable[str], names: Iterable[NameEvidence]) -> Relation:
    """Return whether one of some given names is one of somebody's names.

    Another name needs proof: its forms are listed, or those of the person's given names; and these have a Latin
    spelling for sure.
    """
    names = tuple(names)
    words = [word for name in names for word in name.given] or [word for name in names for word in name.some_words]
    relations = [_relation(one, words) for one in given]
    return next((one for one in (Relation.OWN, Relation.DOUBTFUL) if one in relations), Relation.ANOTHER)


def is_relative(address: NameEvidence, name: NameEvidence) -> bool:
    """Return whether an address first.last shares a surname with a person, and has a given name that is none of the
    person's, where both given names are listed: `john.doe` beside Jane Doe."""
    surnames = {spelling for word in name.surname or name.words for spelling in word}
    given = [word for word in address.words if surnames.isdisjoint(word)]
    if len(given) != 1 or len(address.words) != 2:
        return False
    words = list(name.given or name.some_words)
    if not any(_is_given_name(spelling) for word in words for spelling in word):
        return False
    return all(_is_given_name(spelling) and _relation(spelling, words) is Relation.ANOTHER for spelling in given[0])


def _relation(given: str, words: Sequence[Word]) -> Relation:
    if any(_may_be(given, spelling) for word in words for spelling in word):
        return Relation.OWN
    is_sure = all(map(_is_readable, words)) and (is_known_form(given) or _are_known(given, words))
    return Relation.ANOTHER if is_sure else Relation.DOUBTFUL


def _are_known(given: str, words: Iterable[Word]) -> bool:
    """Return whether the forms of all listed given names among some words are known, and a word is no pet name."""
    if len(given) < _FULL or _PET_NAME.fullmatch(given):
        return False
    listed = [word for word in words if not given_names().isdisjoint(word)]
    return bool(listed) and all(any(map(is_known_form, word)) for word in listed)


def _may_be(given: str, word: str) -> bool:
    """Return whether two words may be the same name: by their forms, or since one begins like the other."""
    if given == word or may_be_forms(given, word):
        return True
    if word in surnames() and word not in given_names():
        return False
    if min(len(given), len(word)) >= _SHORTEST and (given.startswith(word) or word.startswith(given)):
        return True
    are_listed = is_known_form(given) and is_known_form(word)
    return not are_listed and len(given) >= _ALIKE and given[:_ALIKE] == word[:_ALIKE]


def _is_readable(word: Word) -> bool:
    """Return whether the Latin spellings of a word are known: none needed, by the rules of its script, or listed."""
    others = [spelling for spelling in word if not spelling.isascii() and spelling >= "\u0370"]
    return all(_BY_RULE.fullmatch(spelling) or listed_names.of(spelling) for spelling in others)
