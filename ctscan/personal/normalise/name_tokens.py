"""Names of people and organisations as tokens: order-free, without accents, other scripts also in Latin letters.

These functions compare names; they don't decide whether a text is a name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

from ctscan.model import IdentifierKind, LookupKey
from ctscan.personal.normalise.addresses import JOINERS
from ctscan.personal.normalise.memo import cached_for_short

MAX_NAME = 1000
MAX_TOKENS = 32
MAX_TEXT = 65536
"""Characters of a value of which every word is found. A certificate with a longer value counts as partly read."""

_LETTER = re.compile(r"[^\W\d_]")
_APOSTROPHES = dict.fromkeys(map(ord, "'’ʼʻ`´׳‘"))
_EXPANSIONS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})  # ICAO 9303 part 3, section 6
# combining marks that writers leave out: Latin, Greek, Cyrillic; Hebrew points; Arabic vowels
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_ASCII_WORD = re.compile("[A-Za-z0-9]+")


@cached_for_short(2048)
def name_forms(text: str) -> tuple[tuple[str, ...], ...]:
    """Return for each word of a name its possible spellings, the folded spelling first.

    Accents are removed, other scripts get Latin letters, ä also becomes ae. Words come in order: at most 32, from the
    first 1,000 characters.
    """
    return tuple(islice(_forms(text[:MAX_NAME]), MAX_TOKENS))


def _forms(text: str) -> Iterator[tuple[str, ...]]:
    words = _words(unicodedata.normalize("NFKC", text).casefold().translate(_APOSTROPHES))
    forms = (tuple(dict.fromkeys(f for f in _word_forms(word) if len(f) >= 2)) for word in words)
    return (form for form in forms if form)


@cached_for_short(4096)
def name_tokens(text: str) -> tuple[str, ...]:
    """Return the folded tokens of a name, sorted and unique: all forms of `name_forms`, at most 32.

    They serve comparisons; `name_keys` finds a longer name by all of its words.
    """
    tokens = dict.fromkeys(token for forms in name_forms(text) for token in forms)
    return tuple(sorted(list(tokens)[:MAX_TOKENS]))


@cached_for_short(2048)
def name_keys(text: str) -> tuple[LookupKey, ...]:
    """Return the look-up keys of a name, one for each form of each word in its first MAX_TEXT characters."""
    tokens = {token for forms in _forms(text[:MAX_TEXT]) for token in forms}
    return tuple(LookupKey(IdentifierKind.NAME, token) for token in sorted(tokens))


@cached_for_short(4096)
def has_letter(text: str) -> bool:
    """Return whether a text holds a letter; fast also for millions of characters."""
    return any(map(str.isalpha, text[:MAX_NAME])) or _LETTER.search(text, MAX_NAME) is not None


def fold_text(text: str) -> str:
    """Return the folded words of a text in order, separated by spaces: the form to compare names of organisations."""
    folded = unicodedata.normalize("NFKC", text[:MAX_TEXT]).casefold().translate(_APOSTROPHES)
    return " ".join(filter(None, map(_without_marks, _words(folded))))


def name_score(wanted: str, tokens: frozenset[str]) -> float:
    """Return the share of the wanted name's words that have a form among the tokens of a certificate."""
    forms = name_forms(wanted)
    return sum(any(form in tokens for form in word) for word in forms) / len(forms) if forms else 0.0


def _words(text: str) -> Iterator[str]:
    """Return the words of a casefolded text."""
    if text.isascii():
        yield from _ASCII_WORD.findall(text)
        return
    word: list[str] = []
    for char in unicodedata.normalize("NFC", text):
        if unicodedata.category(char)[0] in "LMN":
            word.append(char)
        elif char not in JOINERS and unicodedata.category(char) != "Cf" and word:
            yield "".join(word)
            word = []
    if word:
        yield "".join(word)


def _word_forms(word: str) -> Iterator[str]:
    folded = _without_marks(word)
    yield folded
    if word.isascii():
        return
    if len(folded) > 1:  # an initial stays one
        yield _without_marks(word.translate(_EXPANSIONS))
    from anyascii import anyascii  # not at the top: a look-up in Latin letters does without

    latin = anyascii(folded)
    yield "".join(c for c in latin.lower() if c.isalnum())
    if not latin.islower():  # syllables of Han and Hangul come capitalised
        yield from (part.lower() for part in re.findall(r"[A-Z][a-z]*|[a-z]+", latin))


def _without_marks(word: str) -> str:
    if word.isascii():
        return word
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", word)))
