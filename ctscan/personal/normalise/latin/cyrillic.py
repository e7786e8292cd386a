"""Cyrillic in Latin letters: Russian, Ukrainian, Belarusian, Bulgarian, Serbian, Macedonian, Kazakh.

Sources: ICAO 9303-3 section 6.B, BGN/PCGN 1947 and 2019, ISO 9:1995 without its accents, GOST R 52535.1-2006, Ukraine's
decree 55 of 2010, Bulgaria's Transliteration Act of 2009, Gaj's Latin alphabet. A word shows its language only by some
letters, so a word without them has the spellings of all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctscan.on_first_use import late_pattern
from ctscan.personal.normalise.latin.variants import Letters, combined, letters

_COMMON = letters(
    """
    а=a б=b в=v г=g д=d е=e ж=zh|z з=z и=i й=y|i|j к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh|h ц=ts|c
    ч=ch|c ш=sh|s щ=shch|sch|sht ъ=|a|u ы=y ь= э=e ю=yu|iu|ju я=ya|ia|ja ё=e|yo|io і=i ї=i|yi є=ie|ye|e ґ=g
    ў=u|w ј=j|y љ=lj њ=nj ђ=dj|d ћ=c|ch џ=dz|dzh ѕ=dz ѓ=gj|g ќ=kj|k ә=a ғ=g|gh қ=k|q ң=n|ng ө=o|u ұ=u ү=u һ=h
    """
)
# `^` the beginning, `$` the end of a word
_PLACES = letters(
    """
    ^е=e|ye ^ї=yi|i ^є=ye|ie|e ие=ie|iye ае=ae|aye ье=ie|ye|e ьё=yo|e|ie|io ьо=yo|io|o ия$=ia|iya|iia|ija
    ья$=ia|ya|iya|ja ий$=iy|y|ii|i|ij ый$=y|yy|yi|yj ай=ay|ai|aj кс=ks|x ей$=ey|ei|ej щё=shche|shcho дж=dzh|j
    йі=i|yi
    """
)
_RUSSIAN = (
    _COMMON
    | _PLACES
    | letters(
        """
    г=g|h и=i|y ^чай=chay|chai|tchai|tchay ^г=g|h
    """
    )
)
_UKRAINIAN = (
    _COMMON
    | _PLACES
    | letters(
        """
    г=h|g и=y|i й=i|y|j ю=iu|yu|ju я=ia|ya|ja ий$=yi|y|yy|yj зг=zgh|zg|zh ^й=y|j|i ій$=ii|iy|y|ij
    ія$=iia|ia|iya|ija ^ю=yu|iu|ju ^я=ya|ia|ja
    """
    )
)
_SERBIAN = _COMMON | letters(
    """
    ж=z|zh х=h|kh ц=c|ts ч=c|ch ш=s|sh ић$=ic|ich
    """
)
_KAZAKH = (
    _COMMON
    | _PLACES
    | letters(
        """
    й=i|y ий$=i|iy|y
    """
    )
)

_UKRAINIAN_LETTERS = late_pattern("[іїєґў]|ьк(?:ий|ого|а|ою)$")
_SERBIAN_LETTERS = late_pattern("[јљњђћџѕѓќ]")
_KAZAKH_LETTERS = late_pattern("[әғқңөұүһ]")


def spellings(word: str) -> Iterator[str]:
    """Yield the Latin spellings of a casefolded word in Cyrillic letters."""
    yield from combined(list(_parts(word, _table(word))))


def _table(word: str) -> Letters:
    if _KAZAKH_LETTERS.search(word):
        return _KAZAKH
    if _SERBIAN_LETTERS.search(word):
        return _SERBIAN
    return _UKRAINIAN if _UKRAINIAN_LETTERS.search(word) else _RUSSIAN


def _parts(word: str, table: Letters) -> Iterator[tuple[str, ...]]:
    """Yield the spellings of each part of a word, the longest entry of the table first."""
    at, marked = 0, f"^{word}$"
    while at < len(marked):
        for size in (4, 3, 2, 1):
            found = table.get(marked[at : at + size])
            if found is not None and (at + size <= len(marked)):
                yield found
                at += size
                break
        else:
            if marked[at].isascii() and marked[at].isalnum():
                yield (marked[at],)
            at += 1
