"""Resemblance of a text to the name of a person, by lists of given names and surnames in many alphabets, by endings of
surnames, and by words of organisations.

This is the weakest of all evidence: never more than possible. The lists are loaded on first use.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cache, lru_cache
from itertools import dropwhile

from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution import script_words
from ctscan.personal.attribution.lexicon import HANGUL_SURNAMES
from ctscan.personal.attribution.name_shapes import (
    MAX_NAME_SHAPE,
    bare_name,
    full_words,
    has_organisation_word,
    is_initial,
)
from ctscan.personal.normalise.latin import latin_spellings
from ctscan.personal.normalise.latin.han import COMPOUND as HAN_COMPOUND
from ctscan.personal.normalise.latin.hangul import COMPOUND as HANGUL_COMPOUND
from ctscan.personal.normalise.name_tokens import fold_text
from ctscan.resources import data_text


class Likeness(IntEnum):
    """Degree of resemblance between a text and the name of a person."""

    NONE = 0
    SHAPED = 1  # shaped like a name, no word known
    WEAK = 2  # one of two words is known
    GOOD = 3  # most of the words are known, or a word is known and another has the ending of a surname
    STRONG = 4  # a given name and a surname, and every other word is known


_ENDINGS = late_pattern(
    # Slavic, Baltic, Germanic and Nordic, Romance, Greek, Armenian, Georgian, Turkic and Persian, folded
    r".{2,}(?:ov|ova|ev|eva|in|ina|yn|yna|sky|ski|ska|skyj|skyi|skij|skiy|skaya|ckij|cky|cki|cka|wicz|vic|vich|vych|"
    r"czyk|czak|enko|chuk|czuk|ovna|evna|ovic|evic|kova|ic|ak|ek|ik|as|is|us|iene|aite|ins|sons|"
    r"son|sen|ssen|sson|dottir|quist|qvist|strom|lund|berg|gren|mann|stein|bauer|maier|mayer|meier|ink|inck|stra|sma|"
    r"inen|nen|ez|es|escu|eanu|oiu|aru|etti|ini|elli|ello|ucci|oni|ard|eau|ault|"
    r"opoulos|opoulou|idis|idou|iadis|akis|aki|atos|ian|yan|jan|dze|shvili|oglu|zade|pour|nejad|ullah|"
    r"ов|ова|ев|ева|ин|ина|ын|ына|ский|ская|ський|ська|цький|цька|ски|ска|енко|чук|щук|вич|вна|їв|ів|"
    r"οπουλοσ|οπουλου|ιδησ|ιδου|ιαδησ|ακησ|ακη|ατοσ|ου|"
    r"յան|շվիլի|շվილი|შვილი|ძე|ია|ური|ული)"
)
_SPACED_FOR_PEOPLE = late_pattern(r"[\u0900-\u0e7f]{2,30}")
"""Scripts of India, Sri Lanka and Thailand. The lists lack many of their names, but two words alone are mostly a
person."""


_WITH_ENDINGS = late_pattern(r"[\u0400-\u058f\u10a0-\u10ff]")
"""Cyrillic, Armenian, Georgian: most surnames end like surnames, and other words don't."""

_NEUTER = late_pattern(r"[\u0370-\u03ff]+(?:ο|μα)")
"""Folded Greek words of neuter gender, which no person's name has."""

_OF_EAST_ASIA = late_pattern(r"[\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]{1,10}")
_KANA = late_pattern(r"[\u3040-\u30ff]+")


@cache
def given_names() -> frozenset[str]:
    """Return the folded words of given names."""
    return _words_of("names/given.txt")


@cache
def surnames() -> frozenset[str]:
    """Return the folded words of surnames."""
    return _words_of("names/surnames.txt")


def likeness(text: str) -> Likeness:
    """Return the resemblance of a text to a name; NONE without the shape of a name or with a word of organisations."""
    return _likeness(text) if len(text) <= 2 * MAX_NAME_SHAPE else Likeness.NONE


def is_name_word(word: str) -> bool:
    """Return whether the folded word is in one of the lists, or has the ending of a surname."""
    return word in given_names() or word in surnames() or (len(word) >= 5 and _ENDINGS.fullmatch(word) is not None)


def has_sign_of_name(text: str) -> bool:
    """Return whether a text shaped like a name may be one that the lists lack.

    In scripts where surnames have endings of their own, one of two words is listed or ends so; no Greek word is neuter.
    """
    if text.isascii():
        return True
    words = full_words(bare_name(text)) or []
    if any(map(_NEUTER.fullmatch, fold_text(text).split())):
        return any(word.known for word in map(_Word, words))
    if len(words) != 2 or not _WITH_ENDINGS.match(text):
        return True
    return any(word.known or word.ends or word.is_sure for word in map(_Word, words))


@lru_cache(maxsize=8192)
def _likeness(text: str) -> Likeness:
    name = bare_name(text)
    words = full_words(name)
    if has_organisation_word(name):
        return Likeness.NONE
    if words is None:
        return Likeness.STRONG if _is_listed_whole(name) else Likeness.NONE
    if len(words) == 1:
        return _unspaced(words[0])
    initials = sum(map(is_initial, words))
    full = [_Word(word) for word in words if not is_initial(word)]
    return max(_graded(full, initials), _graded_by_script(words, full))


def _graded_by_script(words: list[str], full: list[_Word]) -> Likeness:
    """Grade two words in scripts of whose names the lists hold few, and three with a patronymic."""
    if len(words) == 3 and any(word.is_patronymic for word in full):
        return Likeness.GOOD
    if len(words) != 2:
        return Likeness.NONE
    if all(map(_SPACED_FOR_PEOPLE.fullmatch, words)) or any(word.is_sure for word in full):
        return Likeness.WEAK
    if all(map(_OF_EAST_ASIA.fullmatch, words)) and any(word.known for word in full):
        return Likeness.WEAK
    return Likeness.NONE


class _Word:
    """Word of a text: the lists that hold it, and whether it ends like a surname."""

    __slots__ = ("ends", "given", "is_patronymic", "is_sure", "surname")

    def __init__(self, word: str) -> None:
        parts = fold_text(word).split()
        forms = {*parts, "".join(parts)}
        if _KANA.fullmatch(word):
            forms.update(latin_spellings(word))
        self.given = any(map(_is_given_name, forms))
        self.surname = any(map(_is_surname, forms))
        self.ends = any(len(part) >= 5 and _ENDINGS.fullmatch(part) is not None for part in parts)
        self.is_sure = any(map(script_words.is_sure_surname, parts))
        self.is_patronymic = any(map(script_words.is_patronymic, parts))

    @property
    def known(self) -> bool:
        return self.given or self.surname


def _graded(words: list[_Word], initials: int) -> Likeness:
    known = sum(word.known for word in words)
    given = sum(word.given for word in words)
    surname = sum(word.surname for word in words)
    likely = sum(word.known or word.ends for word in words)
    if known == len(words) >= 2 and given and surname:
        return Likeness.STRONG
    if given and likely >= 2 and likely * 2 > len(words):
        return Likeness.GOOD
    if surname and likely >= 2 and likely == len(words):
        return Likeness.GOOD
    if initials and surname and likely == len(words):
        return Likeness.GOOD
    if (given and len(words) <= 3) or (surname and likely == len(words)):
        return Likeness.WEAK
    return Likeness.SHAPED


def _unspaced(word: str) -> Likeness:
    """Grade Han, Kana and Hangul without a space: by listed surname and given name, else by length."""
    if _is_listed_whole(word):
        return Likeness.STRONG
    if (len(word) == 3 and word[0] in HANGUL_SURNAMES) or word[:2] in HANGUL_COMPOUND:
        return Likeness.GOOD
    is_likely = len(word) <= 3 or word[:2] in HAN_COMPOUND or script_words.is_japanese_name(word)
    return Likeness.WEAK if is_likely else Likeness.SHAPED


def _is_listed_whole(word: str) -> bool:
    """Return whether a surname of one to three characters and a given name make the word."""
    if not 2 <= len(word) <= 6 or word[0] < "\u3040":
        return False
    return any(_is_surname(word[:at]) and _is_given_name(word[at:]) for at in (1, 2, 3))


def _is_given_name(word: str) -> bool:
    return word in given_names() or script_words.is_given_name(word)


def _is_surname(word: str) -> bool:
    return word in surnames() or script_words.is_surname(word)


def _words_of(name: str) -> frozenset[str]:
    lines = data_text(name).splitlines()
    return frozenset(dropwhile(lambda line: line.startswith("#"), lines))  # comments stand at the top
