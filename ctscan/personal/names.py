"""Names of people and organisations as tokens: order-free, without accents, other scripts also in Latin letters.

Nothing here decides whether a text is a name; it only says how names are compared.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from anyascii import anyascii

from ctscan.model import LookupKey
from ctscan.personal.addresses import JOINERS

MAX_NAME = 1000
MAX_TEXT = 65536
MAX_TOKENS = 32

_APOSTROPHES = dict.fromkeys(map(ord, "'’ʼʻ`´׳‘"))
_EXPANSIONS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})  # ICAO 9303 part 3, section 6
_MARKS = (  # combining marks that writers leave out: Latin, Greek, Cyrillic; Hebrew points; Arabic vowels
    (0x0300, 0x036F), (0x0483, 0x0487), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670),
    (0x06D6, 0x06ED), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F),
)  # fmt: skip


def name_forms(text: str) -> tuple[tuple[str, ...], ...]:
    """For each word of a name the ways in which it may be written, the folded one first: accents off, other scripts
    in Latin letters, ä also as ae. Words come in order; at most 32, from the first 1,000 characters."""
    words = _words(unicodedata.normalize("NFKC", text[:MAX_NAME]).casefold().translate(_APOSTROPHES))
    forms = (tuple(dict.fromkeys(f for f in _word_forms(word) if len(f) >= 2)) for word in words)
    return tuple(form for form in forms if form)[:MAX_TOKENS]


def name_tokens(text: str) -> tuple[str, ...]:
    """Folded tokens of a name without order or repetition, sorted: those of `name_forms`, at most 32."""
    tokens = dict.fromkeys(token for forms in name_forms(text) for token in forms)
    return tuple(sorted(list(tokens)[:MAX_TOKENS]))


def name_keys(text: str) -> tuple[LookupKey, ...]:
    """The look-up keys of a name, one for each token."""
    return tuple(LookupKey("name", token) for token in name_tokens(text))


def fold_text(text: str) -> str:
    """A text as its folded words in order, one space between them: how names of organisations are compared."""
    folded = unicodedata.normalize("NFKC", text[:MAX_TEXT]).casefold().translate(_APOSTROPHES)
    return " ".join(filter(None, map(_without_marks, _words(folded))))


def name_score(wanted: str, tokens: frozenset[str]) -> float:
    """How much of the wanted name a certificate holds: the share of its words that have a form among the tokens."""
    forms = name_forms(wanted)
    return sum(any(form in tokens for form in word) for word in forms) / len(forms) if forms else 0.0


def _words(text: str) -> Iterator[str]:
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
    latin = anyascii(folded)
    yield "".join(c for c in latin.lower() if c.isalnum())
    if not latin.islower():  # syllables of Han and Hangul come capitalised
        yield from (part.lower() for part in re.findall(r"[A-Z][a-z]*|[a-z]+", latin))


def _without_marks(word: str) -> str:
    kept = (c for c in unicodedata.normalize("NFKD", word) if not any(a <= ord(c) <= b for a, b in _MARKS))
    return unicodedata.normalize("NFC", "".join(kept))
