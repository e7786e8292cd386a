"""Devanagari in Latin letters, as India's passports and people write it: without accents, and without the vowels that
are written but not spoken (राजेश is Rajesh, not Rajesha)."""

from __future__ import annotations

from collections.abc import Iterator

from ctscan.personal.normalise.latin.variants import combined, letters

_CONSONANTS = letters(
    """
    क=k ख=kh ग=g घ=gh ङ=n च=ch छ=chh|ch ज=j झ=jh ञ=n ट=t ठ=th ड=d ढ=dh ण=n त=t थ=th द=d ध=dh न=n प=p फ=ph|f ब=b
    भ=bh म=m य=y र=r ल=l व=v|w श=sh|s ष=sh स=s ह=h ळ=l
    """
)
_VOWELS = letters(
    """
    अ=a आ=a|aa इ=i ई=i|ee उ=u ऊ=u|oo ऋ=ri ए=e ऐ=ai ओ=o औ=au|ou ा=a ि=i ी=i|ee ु=u ू=u|oo ृ=ri े=e ै=ai ो=o
    ौ=au|ou|o ॉ=o ॅ=e
    """
)
_SIGNS = letters("ं=n|m ँ=n| ः=h ़=")
_VIRAMA = "\u094d"
_WHOLE = letters(
    """
    सिंह=singh|sinh लक्ष्मी=lakshmi|laxmi वर्मा=verma|varma चौधरी=chaudhary|chaudhari|choudhary|chowdhury
    """
)
_CLUSTERS = letters("क्ष=ksh|x ज्ञ=gy|dny|jn")


def spellings(word: str) -> Iterator[str]:
    """Yield the Latin spellings of a word in Devanagari."""
    if word in _WHOLE:
        yield from _WHOLE[word]
    yield from combined(list(_parts(word)))


def _parts(word: str) -> Iterator[tuple[str, ...]]:
    """Yield the spellings of each letter. A consonant without a vowel sign has an a: not at the end of a word, and
    mostly not between two syllables with a vowel."""
    at, syllables = 0, 0
    while at < len(word):
        cluster = word[at : at + 3]
        size = 3 if cluster in _CLUSTERS else 1
        consonant = _CLUSTERS.get(cluster) or _CONSONANTS.get(word[at])
        after = word[at + size : at + size + 1]
        at += size
        if consonant is None:
            letter = word[at - 1]
            syllables += letter in _VOWELS
            yield _VOWELS.get(letter) or _SIGNS.get(letter) or ((letter,) if letter.isascii() else ("",))
            continue
        yield consonant
        if after and (after in _VOWELS or after == _VIRAMA):
            continue
        if not after:
            yield ("", "a") if _VIRAMA in word[-3:] else ("",)
        else:
            yield (("", "a") if _has_own_vowel(word, at) else ("a", "")) if syllables else ("a",)
            syllables += 1


def _has_own_vowel(word: str, at: int) -> bool:
    """Return whether the letter at a place is a consonant with a vowel sign, so that the vowel before it may fall."""
    return word[at] in _CONSONANTS and at + 1 < len(word) and word[at + 1] in _VOWELS
