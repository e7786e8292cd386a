"""Comparison of the names of a requester with the names in a certificate. Pure.

Two names agree when one holds every word of the other, in any order, spelling or script:

    Jane Roe        ROE, Jane M.        a further word or initial is no difference
    J. Roe          Jane Roe            an initial agrees with a word that it begins
    Иван Петров     Petrov, Ivan        other scripts agree by their Latin spellings
    王小明           Wang Xiaoming       words of several syllables agree as a whole, or with all words of the other
    Jane Roe        Jane Doe            they differ: each has a word that the other lacks
    Jane Roe        Jane Roe, Max Muster    they differ: two names stand in one text

The comparison errs on the side of difference: a person confirms what it leaves open. The grouping of findings by person
errs on the other side, so it has a comparison of its own (`personal.attribution.name_evidence`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import permutations, product

from msgspec import Struct

from ctscan.on_first_use import late_pattern
from ctscan.personal.normalise.name_spacing import respaced
from ctscan.personal.normalise.name_tokens import fold_text, name_forms, spellings_of
from ctscan.personal.pasted.titles import without_titles

MAX_WORDS = 12
"""Words of a name that are compared; a name of more differs from every other."""

_LONGEST = 1_000  # characters of a name
_MOST_JOINED = 4  # words that are compared as one: `Wang Xiao Ming` and `王小明`
_PERSIAN = str.maketrans("\u06cc\u06a9", "\u064a\u0643")  # yeh and kaf, which Arabic writes with letters of its own
_BETWEEN_NAMES = late_pattern(r"[,;/&|+\n]|\s(?:and|und|et|y|e)\s", re.IGNORECASE)
_WRITTEN = late_pattern(r"[\w\u0300-\u036f'’ʼ`´]+")
_SYLLABLES = late_pattern("[\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]{2,}")
"""Word of two or more syllables, each with a sign of its own: Han and Hangul."""


class _Word(Struct, frozen=True):
    """Word of a name: the folded word and all of its spellings. An initial is one letter of an alphabet."""

    folded: str
    forms: frozenset[str]

    @property
    def is_initial(self) -> bool:
        return len(self.folded) == 1 and self.folded < "\u3000"

    @property
    def is_syllabic(self) -> bool:
        return _SYLLABLES.fullmatch(self.folded) is not None

    def begins(self, other: _Word) -> bool:
        """Return whether this is an initial of another word. Signs of syllables have no initials."""
        return (
            self.is_initial
            and not other.is_syllabic
            and any(form.startswith(letter) for letter in self.forms for form in other.forms)
        )


def names_agree(one: str, other: str) -> bool:
    """Return whether two names may be of one person. A name without words agrees with every other."""
    return _agree(one[:_LONGEST], other[:_LONGEST])


def has_words(name: str) -> bool:
    """Return whether a text has a word that can be compared, and no initial only."""
    return any(not word.is_initial for word in _words(without_titles(name[:_LONGEST])))


@lru_cache(maxsize=4096)
def _agree(one: str, other: str) -> bool:
    if _names_another(one, other) or _names_another(other, one):
        return False
    one, other = without_titles(one), without_titles(other)
    a, b = _words(one), _words(other)
    if _holds(a, b) or _holds(b, a):
        return True
    spaced = product((a, *map(_words, respaced(one))), (b, *map(_words, respaced(other))))
    return any(_holds(c, d, by_initials=False) or _holds(d, c, by_initials=False) for c, d in spaced)


def _names_another(text: str, name: str) -> bool:
    """Return whether a text is a list of names, of which one is the whole name and another has none of its words."""
    split = map(without_titles, _BETWEEN_NAMES.split(text)[:MAX_WORDS])
    parts = [words for part in split if len(words := _words(part)) > 1]
    whole = _words(without_titles(name))
    if len(parts) < 2 or len(whole) < 2:
        return False
    others = [part for part in parts if not any(_holds(part, (word,), by_initials=False) for word in whole)]
    return bool(others) and any(_holds(part, whole) for part in parts)


def _words(name: str) -> tuple[_Word, ...]:
    """Return the words of a name; words with digits are numbers of a person or a certificate."""
    words = dict.fromkeys(word for word in fold_text(name).split() if not any(map(str.isdigit, word)))
    written = {
        fold_text(word): word for word in _WRITTEN.findall(name)
    }  # accents decide the spellings: `ü` is also `ue`
    return tuple(_Word(word, _forms(written.get(word, word)) | {word}) for word in words)


def _forms(word: str) -> frozenset[str]:
    if len(word) == 1:  # of an initial there are no forms, as one letter finds nothing
        return frozenset(filter(None, spellings_of(word.casefold())))
    written = (word, word.translate(_PERSIAN))
    return frozenset(form for one in written for forms in name_forms(one) for form in forms)


def _holds(whole: Sequence[_Word], part: Sequence[_Word], *, by_initials: bool = True) -> bool:
    """Return whether a name holds every word of another. Words that were joined agree with no initial: it would agree
    with all of a name."""
    if max(len(whole), len(part)) > MAX_WORDS:
        return {word.folded for word in whole} == {word.folded for word in part}
    joined = _joined(whole)
    return all(
        any(_is_same(one, word) or (by_initials and (one.begins(word) or word.begins(one))) for one in whole)
        or not joined.isdisjoint(word.forms)
        for word in part
    )


def _is_same(one: _Word, other: _Word) -> bool:
    """Return whether two words may be one. A word of several syllables is the same only as a whole, though each of its
    syllables is a spelling."""
    return one.folded == other.folded if other.is_syllabic else not one.forms.isdisjoint(other.forms)


def _joined(name: Sequence[_Word]) -> set[str]:
    """Return two to four words of a name written as one, in every order."""
    few = [word.folded for word in name if not word.is_initial][:_MOST_JOINED]
    return {"".join(order) for count in range(2, len(few) + 1) for order in permutations(few, count)}
