"""Names of people and organisations as tokens: order-free, without accents, other scripts also in Latin letters.

These functions compare names; they don't decide whether a text is a name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from ctscan.model import IdentifierKind, LookupKey
from ctscan.on_first_use import late_pattern
from ctscan.personal.normalise.addresses import JOINERS
from ctscan.personal.normalise.characters import CharacterTable, short_compatible
from ctscan.personal.normalise.memo import cached_for_short

if TYPE_CHECKING:
    from ctscan.model import Identifier

NAMES_VERSION = 1
"""Version of the keys of names and of the lists in `data/names`, part of the rule-set version. Raise it when a name
gives other keys, or when other texts read like a name: ranges that were read earlier then don't answer for names."""

MAX_NAME = 1000
MAX_TOKENS = 32
MAX_SPELLED = 6
"""Most spellings of a word that mailbox names are made of."""

MAX_SPELLED_WORDS = 32
"""Words of a text that get further Latin spellings."""

MAX_TEXT = 65536
"""Characters of a value of which every word is found. A certificate with a longer value counts as partly read."""

_SHORTEST = 2
"""Characters of the shortest token."""

_NO_CHANCE = 4
"""Letters of a spelling that stands in a mailbox name by no chance."""

_LETTER = late_pattern(r"[^\W\d_]")
_APOSTROPHES = dict.fromkeys(map(ord, "'’ʼʻ`´׳‘"))
_EXPANSIONS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})  # ICAO 9303 part 3, section 6
_EXPANDED = late_pattern("ae|oe|ue|aa")
_VOWEL = late_pattern("a(?![ae])(?<!aa)|[ou](?!e)")
_ENDS = {"a": "ea", "o": "e", "u": "e"}
LONGEST_RESPELLED = 24  # letters
# combining marks that writers leave out: Latin, Greek, Cyrillic; Hebrew points; Arabic vowels
_MARKS = late_pattern(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_ASCII_WORD = late_pattern("[A-Za-z0-9]+")
_NO_WORD = late_pattern("[^a-z0-9]+")


@cached_for_short(2048)
def name_forms(text: str) -> tuple[tuple[str, ...], ...]:
    """Return for each word of a name its possible spellings, the folded spelling first.

    Accents are removed, ä also becomes ae, and other scripts get Latin letters, in each spelling of `latin`. Words come
    in order: at most 32, from the first 1,000 characters.
    """
    return tuple(islice(_forms(text[:MAX_NAME], _all_word_forms), MAX_TOKENS))


def _forms(text: str, spell: Callable[[str], tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    return filter(None, map(spell, _words(_folded(text))))


def _folded(text: str) -> str:
    if text.isascii():  # in NFKC already
        lower = text.lower()
        return lower.translate(_APOSTROPHES) if "'" in lower or "`" in lower else lower
    return short_compatible(text).casefold().translate(_APOSTROPHES)


def _tokens_in_ascii(folded: str) -> list[str]:
    """Return the words of a folded text in ASCII that are tokens, each its only spelling."""
    return [word for word in _words(folded) if len(word) >= _SHORTEST]


@cached_for_short(4096)
def name_tokens(text: str) -> tuple[str, ...]:
    """Return the folded tokens of a name, sorted and unique: each word as written and in Latin letters, at most 32.

    They serve comparisons; `name_keys` finds a longer name by all of its words, in each of their spellings.
    """
    if text.isascii():
        return tuple(sorted(set(_tokens_in_ascii(_folded(text[:MAX_NAME]))[:MAX_TOKENS])))
    few = islice(_forms(text[:MAX_NAME], _word_forms), MAX_TOKENS)
    tokens = dict.fromkeys(token for forms in few for token in forms)
    return tuple(sorted(list(tokens)[:MAX_TOKENS]))


@cached_for_short(2048)
def mailbox_tokens(text: str) -> tuple[str, ...]:
    """Return the tokens of a name that a mailbox may be made of: `name_tokens`, and the likeliest Latin spellings of 4
    letters or more; at most 64."""
    tokens = dict.fromkeys(name_tokens(text))
    if not text.isascii():
        spelled = (form for forms in name_forms(text) for form in forms[: 2 * MAX_SPELLED] if len(form) >= _NO_CHANCE)
        tokens.update(dict.fromkeys(spelled))
    return tuple(islice(tokens, 2 * MAX_TOKENS))


@cached_for_short(2048)
def name_keys(text: str) -> tuple[LookupKey, ...]:
    """Return the look-up keys of a name, one for each form of each word in its first MAX_TEXT characters. Words after
    the first MAX_SPELLED_WORDS have no further Latin spellings."""
    if text.isascii():
        tokens = set(_tokens_in_ascii(_folded(text[:MAX_TEXT])))
    else:
        tokens = {token for forms in _forms(text[:MAX_TEXT], _word_forms) for token in forms}
        few = islice(_forms(text[:MAX_TEXT], _all_word_forms), MAX_SPELLED_WORDS)
        tokens.update(token for forms in few for token in forms)
    return tuple(LookupKey(IdentifierKind.NAME, token) for token in sorted(tokens))


@cached_for_short(4096)
def has_letter(text: str) -> bool:
    """Return whether a text holds a letter; fast also for millions of characters."""
    return any(map(str.isalpha, text[:MAX_NAME])) or _LETTER.search(text, MAX_NAME) is not None


@cached_for_short(4096)
def fold_text(text: str) -> str:
    """Return the folded words of a text in order, separated by spaces: the form to compare names of organisations."""
    words = " ".join(_words(_folded(text[:MAX_TEXT])))
    return words if words.isascii() else " ".join(_without_marks(words).split())


def asked_forms(identifier: Identifier) -> tuple[tuple[str, ...], ...]:
    """Return for each word of an identifier of kind name its possible spellings, the folded spelling first.

    The canonical form has no accents; the spellings that accents give (Guenter of Günter) stand among the keys.
    """
    words = name_forms(identifier.canonical)
    known = {form for word in words for form in word}
    others = [key.key for key in identifier.keys if key.kind == IdentifierKind.NAME and key.key not in known]
    return tuple(
        (*word, *(other for other in others if _contracted(other) in map(_contracted, word))) for word in words
    )


def spelled_words(identifier: Identifier) -> tuple[tuple[str, ...], ...]:
    """Return the words of an identifier of kind name, in the order in which it was given, each with its possible
    spellings, at most MAX_SPELLED: first as it was given, accents included."""
    forms = {word[0]: word for word in asked_forms(identifier)}
    given = _folded(identifier.value[:MAX_NAME])
    spelled = {folded: word for word in _words(given) if (folded := _without_marks(word)) in forms}
    ordered = dict.fromkeys((*spelled, *forms))
    return tuple(
        tuple(dict.fromkeys((spelled.get(folded, folded), *forms[folded])))[:MAX_SPELLED] for folded in ordered
    )


def respelled(word: str) -> tuple[str, ...]:
    """Return other spellings of a folded word, which may be another name: Gunter of Guenter, Guenter of Gunter; both
    may stand for Günter. Each changes a single vowel; a word of more than 24 letters has none."""
    if len(word) > LONGEST_RESPELLED:
        return ()
    shorter = (word[: at.start() + 1] + word[at.end() :] for at in _EXPANDED.finditer(word))
    longer = (word[: at.end()] + end + word[at.end() :] for at in _VOWEL.finditer(word) for end in _ENDS[at[0]])
    return tuple(dict.fromkeys((*shorter, *longer)))


def spellings_of(text: str) -> tuple[str, ...]:
    """Return the spellings of a casefolded text with its accents left out, written out, and in Latin letters."""
    plain = _without_marks(text)
    return tuple(dict.fromkeys((plain, _without_marks(text.translate(_EXPANSIONS)), plain.translate(_LATIN).lower())))


def _contracted(word: str) -> str:
    return _EXPANDED.sub(lambda found: found[0][0], word)


def name_score(wanted: str, tokens: frozenset[str]) -> float:
    """Return the share of the wanted name's words that have a form among the tokens of a certificate."""
    return share_of_words(name_forms(wanted), tokens)


def share_of_words(words: Sequence[Sequence[str]], tokens: frozenset[str]) -> float:
    """Return the share of words, each in its forms, that have a form among the tokens of a certificate."""
    return sum(any(form in tokens for form in word) for word in words) / len(words) if words else 0.0


def _words(text: str) -> Sequence[str]:
    """Return the words of a casefolded text."""
    if text.isascii():
        return _ASCII_WORD.findall(text)
    return unicodedata.normalize("NFC", text).translate(_SIGNS).split()


def _in_word(char: str) -> str:
    """Return a character that words are made of, nothing for an invisible character, a space for all others."""
    category = unicodedata.category(char)
    if category[0] in "LMN":
        return char
    return "" if category == "Cf" or char in JOINERS else " "


def _latin(char: str) -> str:
    from anyascii import anyascii  # not at the top: a look-up in Latin letters does without

    return anyascii(char)


_SIGNS = CharacterTable(_in_word)
_LATIN = CharacterTable(_latin)


@cached_for_short(8192)
def _word_forms(word: str) -> tuple[str, ...]:
    """Return the spellings of a casefolded word, each once and of two characters at least."""
    return _long_enough(_spelled(word))


@cached_for_short(2048)
def _all_word_forms(word: str) -> tuple[str, ...]:
    """Return the spellings of a casefolded word, further Latin spellings included."""
    if word < "\u0370":
        return _word_forms(word)
    from ctscan.personal.normalise.latin import latin_spellings  # not at the top: most names are in Latin letters

    return _long_enough((*_word_forms(word), *latin_spellings(word)))


def _long_enough(forms: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(form for form in forms if len(form) >= _SHORTEST))


def _spelled(word: str) -> Iterator[str]:
    folded = _without_marks(word)
    yield folded
    if word.isascii():
        return
    expanded = _without_marks(word.translate(_EXPANSIONS)) if len(folded) > 1 else folded  # an initial stays one
    yield expanded
    latin = folded.translate(_LATIN)
    yield _NO_WORD.sub("", latin.lower())
    if expanded != folded:
        yield _NO_WORD.sub("", expanded.translate(_LATIN).lower())  # Kjaergaard of Kjærgård
    if not latin.islower():  # syllables of Han and Hangul come capitalised
        yield from (part.lower() for part in re.findall(r"[A-Z][a-z]*|[a-z]+", latin))


def _without_marks(word: str) -> str:
    if word.isascii():
        return word
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", word)))
