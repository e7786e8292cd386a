"""Hangul in Latin letters: Revised Romanization, the spellings that people prefer to it, and those of surnames.

A name is written without a space: the surname, of one syllable or two, and the given name, of one to three.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from ctscan.personal.normalise.latin import listed_names
from ctscan.personal.normalise.latin.variants import combined

_SOUNDS = (
    "g kk n d tt r m b pp s ss . j jj ch k t p h",
    "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i",
    ". k k k n n n t l k m l l l p l m p p t t ng t t k t p t",
)
_LEADS, _VOWELS, _TAILS = (sounds.replace(".", "-").split() for sounds in _SOUNDS)
_PREFERRED_VOWELS = {"eo": "u", "yeo": "yu", "u": "oo", "ui": "ee", "wi": "wee", "yu": "yoo", "ae": "ai"}
_PREFERRED_LEADS = {"g": "k", "d": "t", "b": "p", "j": "ch", "r": "l"}
MAX_NAME = 5  # syllables
COMPOUND = frozenset(["남궁", "황보", "제갈", "선우", "사공", "서문", "독고", "동방"])
"""Surnames of two syllables."""


def spellings(word: str) -> Iterator[str]:
    """Yield the Latin spellings of a name: of its parts, surname and given name, then of the whole."""
    syllables = [_syllable(char) for char in word]
    if not all(syllables) or len(word) > MAX_NAME:
        return
    at = 2 if word[:2] in COMPOUND else 1
    surname = tuple(listed_names.of(word[:at])) or tuple(combined(syllables[:at]))
    yield from surname
    yield from _joined(syllables[at:], 8)
    for syllable in syllables[at:] or syllables:
        yield from syllable
    yield from _joined(syllables, 4)


def _joined(syllables: list[list[str]], most: int) -> Iterator[str]:
    if len(syllables) > 1:
        yield from islice(combined(syllables), most)


def _syllable(char: str) -> list[str]:
    """Return the spellings of a syllable: of the standard, then those that people prefer."""
    number = ord(char) - 0xAC00
    if not 0 <= number < 11172:
        return []
    lead, vowel, tail = _LEADS[number // 588], _VOWELS[number % 588 // 28], _TAILS[number % 28].strip("-")
    lead = lead.strip("-")
    other = _PREFERRED_VOWELS.get(vowel, vowel)
    if not lead and vowel == "yeo":
        other = "you"
    if not lead and vowel == "u":
        other = "woo"
    leads = [lead, _PREFERRED_LEADS.get(lead, lead)]
    opened = [leads[0] + vowel, leads[0] + other, leads[1] + other, leads[1] + vowel]
    if lead == "s" and vowel in ("i", "wi"):
        opened.append(f"sh{vowel}")
    return [start + tail for start in dict.fromkeys(opened)]
