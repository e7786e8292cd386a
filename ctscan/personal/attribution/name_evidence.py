"""Words of a name as evidence of a person, and the comparison of two names.

Two names belong to different people where their words show it: given names or surnames have nothing in common, or full
names have no two words in common. Names in different scripts, and single words, show nothing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from ctscan.model import Finding
from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution import mailbox
from ctscan.personal.attribution.gazetteer import given_names, surnames
from ctscan.personal.attribution.given_forms import may_be_forms
from ctscan.personal.attribution.name_shapes import has_organisation_word
from ctscan.personal.normalise.name_tokens import name_forms, name_tokens

MAX_WORDS: Final = 12
"""Words of a name that are compared with another name or with an address."""

_SHORTEST_PREFIX = 3
_ALIKE = 4  # letters with which words in Latin letters begin that may be the same word of another script
_SEGMENT = late_pattern(r"[._]")

Word = frozenset[str]
"""Spellings of a word."""


@dataclass(frozen=True, slots=True)
class NameEvidence:
    """Words of a name, each in its spellings: given names and surnames where the name separates them, else all words.

    For an address, the separation is a guess (`is_guess`). `is_latin`: the name is in Latin script only; words of other
    scripts come with their Latin forms.
    """

    words: frozenset[Word]
    given: frozenset[Word] = frozenset()
    surname: frozenset[Word] = frozenset()
    is_guess: bool = False
    spellings: frozenset[str] = field(init=False, compare=False)
    is_latin: bool = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Note the spellings of all words, and whether they are Latin: hundreds of names may be compared."""
        spellings = frozenset().union(*self.words)
        is_latin = all(word.isascii() or all(map(_is_latin, word)) for word in spellings)
        object.__setattr__(self, "spellings", spellings)
        object.__setattr__(self, "is_latin", is_latin)

    @property
    def some_words(self) -> list[Word]:
        """Return the first words of the name, for comparison with thousands of addresses."""
        return _first(self.words)


def _is_latin(char: str) -> bool:
    return unicodedata.name(char, "").startswith("LATIN ")


def words_of(finding: Finding) -> frozenset[Word]:
    """Return the words of a finding's name, without numbers."""
    forms = {form[0]: form for form in name_forms(finding.repaired or finding.value)}
    words = (forms.get(form[0], form) for form in name_forms(finding.canonical))
    return frozenset(frozenset(word) for word in words if not word[0].isdigit())


def full_name(words: frozenset[Word]) -> NameEvidence:
    """Return the evidence of a name that doesn't separate given names and surnames."""
    return NameEvidence(words)


def parted_name(given: frozenset[Word], surname: frozenset[Word], full: frozenset[Word]) -> NameEvidence:
    """Return the evidence of a name with given names and surnames; of the full names beside them where one lacks."""
    if given and surname:
        return NameEvidence(given | surname, given, surname)
    return NameEvidence(given | surname | full)


def first_last(address: str) -> NameEvidence | None:
    """Return `jane.doe2@…` as two words; None for another form or an initial."""
    local = re.sub(r"[0-9]", "", address.rpartition("@")[0].partition("+")[0])
    parts = _SEGMENT.split(local)
    if len(parts) != 2 or any(len(part) < 3 for part in parts) or not mailbox.is_personal_shape(local):
        return None
    given, surname = (frozenset({frozenset(name_tokens(part))}) for part in parts)
    return NameEvidence(given | surname, given, surname, is_guess=True)


def is_name_of_somebody(evidence: NameEvidence) -> bool:
    """Return whether the words of an address are a name for sure: one is listed, and none belongs to organisations."""
    spellings = evidence.spellings
    is_listed = not (spellings.isdisjoint(given_names()) and spellings.isdisjoint(surnames()))
    return is_listed and not any(map(has_organisation_word, spellings))


def differ(a: NameEvidence, b: NameEvidence) -> bool:
    """Return whether two names clearly belong to different people."""
    if a.spellings.isdisjoint(b.spellings):
        return a.is_latin == b.is_latin
    if a.is_guess or b.is_guess:
        is_other = not common(a.words, b.words) or (a.is_guess and b.is_guess and _are_relatives(a, b))
    elif a.given and b.given:
        is_other = not _resemble(a.given, b.given) or not common(a.surname, b.surname)
    elif a.given or b.given:
        parted, full = (a, b) if a.given else (b, a)
        is_other = _lacks_part(full, parted)
    else:
        enough = min(2, len(a.words), len(b.words))
        is_other = common(a.words, b.words) < enough or _are_siblings(a, b)
    return is_other and a.is_latin == b.is_latin


def _lacks_part(full: NameEvidence, parted: NameEvidence) -> bool:
    """Return whether a full name of two words or more lacks the given names or the surnames of a parted name."""
    if len(full.words) < 2:
        return not common(full.words, parted.words)
    return not _resemble(full.words, parted.given) or not common(full.words, parted.surname)


def _are_siblings(a: NameEvidence, b: NameEvidence) -> bool:
    """Return whether each of two full names has a given name of its own: `Juana Modelo Prueba`, `Luz Modelo Prueba`."""
    one, other = (_given(full.words, but=rest.words) for full, rest in ((a, b), (b, a)))
    return bool(one and other) and not _resemble(one, other)


def _given(words: frozenset[Word], but: frozenset[Word]) -> frozenset[Word]:
    """Return the words that are listed given names and no words of another name."""
    others = frozenset(spelling for word in but for spelling in word)
    return frozenset(word for word in words if others.isdisjoint(word) and not given_names().isdisjoint(word))


def common(a: frozenset[Word], b: frozenset[Word]) -> int:
    """Return the number of words of `a` that are also words of `b`, in any spelling."""
    others = frozenset(spelling for word in b for spelling in word)
    return sum(not others.isdisjoint(word) for word in _first(a))


def may_be_same(a: NameEvidence, b: NameEvidence) -> bool:
    """Return whether two names may be the same: by a common word, words that begin alike (`sergii`, `sergey`), forms of
    a given name (`katya`, `ekaterina`), or different scripts."""
    if a.is_latin != b.is_latin or common(a.words, b.words):
        return True
    others = _spellings(b.words)
    beginnings = {spelling[:_ALIKE] for spelling in others if len(spelling) >= _ALIKE}
    return any(
        spelling[:_ALIKE] in beginnings or any(may_be_forms(spelling, other) for other in others)
        for spelling in _spellings(a.words)
    )


def is_part(a: frozenset[Word], b: frozenset[Word]) -> bool:
    """Return whether two names have two words in common, and one of them has no other words."""
    shared = common(a, b)
    return shared > 1 and shared >= min(len(a), len(b))


def _resemble(a: frozenset[Word], b: frozenset[Word]) -> bool:
    """Return whether a word is common, or begins like a word of the other name: `max`, `maximilian`."""
    return bool(common(a, b)) or any(
        one.startswith(other) or other.startswith(one)
        for one in _spellings(a)
        for other in _spellings(b)
        if min(len(one), len(other)) >= _SHORTEST_PREFIX
    )


def _spellings(words: frozenset[Word]) -> list[str]:
    return [spelling for word in _first(words) for spelling in word]


def _first(words: frozenset[Word]) -> list[Word]:
    return list(words) if len(words) <= MAX_WORDS else sorted(words, key=min)[:MAX_WORDS]


def _are_relatives(a: NameEvidence, b: NameEvidence) -> bool:
    """Return whether two addresses share only the surname: `jane.doe` and `john.doe`.

    `max.doe` and `maximilian.doe` may be the same person, as may `doe.jane` and `jane.doe`.
    """
    if not common(a.surname, b.surname) or common(a.given, b.given | b.surname):
        return False
    return not any(word.startswith(other[:3]) for word in _spellings(a.given) for other in _spellings(b.given))
