"""Latin spellings of words in other scripts, as passports, mailboxes and people write them.

    Юлия    yuliya, yulia, iuliia, julija, …     ICAO 9303, BGN/PCGN, ISO 9, the scripts of Ukraine, Bulgaria, Serbia …
    이       lee, yi, rhee                         Revised Romanization, and the spellings that families use
    佐藤    sato, satou, zuoteng                  Hepburn by a list of names, Hanyu Pinyin

A certificate gives all of them as look-up keys, and a look-up asks for all of them, so both directions meet. Where a
script doesn't show the sound (Arabic and Hebrew without vowels, Thai, Han in Japanese names), only the names of
`data/names/readings.toml` have spellings.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from ctscan.personal.normalise.latin import armenian, cyrillic, devanagari, greek, han, hangul, kana, listed_names
from ctscan.personal.normalise.memo import cached_for_short

MAX_SPELLINGS = 24
"""Most Latin spellings of a word."""

MAX_WORD = 40
"""Letters of the longest word that gets further spellings; no name of a person is longer."""

_RULES = (
    ("\u0370", "\u03ff", greek.spellings),
    ("\u1f00", "\u1fff", greek.spellings),
    ("\u0400", "\u052f", cyrillic.spellings),
    ("\u0530", "\u058f", armenian.spellings),
    ("\u0590", "\u05ff", listed_names.hebrew),
    ("\u0600", "\u06ff", listed_names.arabic),
    ("\u0900", "\u097f", devanagari.spellings),
    ("\u0e00", "\u0e7f", listed_names.listed),
    ("\u10a0", "\u10ff", armenian.georgian),
    ("\u3040", "\u30ff", kana.spellings),
    ("\u3400", "\u9fff", han.spellings),
    ("\uac00", "\ud7a3", hangul.spellings),
)
"""First and last letter of a block, and the spellings of a word that begins there."""


@cached_for_short(4096)
def latin_spellings(word: str) -> tuple[str, ...]:
    """Return Latin spellings of a casefolded word in another script, the commonest first, at most 24; empty for a word
    in Latin letters, or in a script without rules."""
    if word < "\u0370" or len(word) > MAX_WORD:
        return ()
    for first, last, spell in _RULES:
        if first <= word[0] <= last:
            return _first(spell(word))
    return ()


def _first(spelled: Iterator[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for one in islice(spelled, 4 * MAX_SPELLINGS):  # some are the same
        if len(one) > 1 and one.isascii() and one.isalnum():
            found[one] = None
            if len(found) == MAX_SPELLINGS:
                break
    return tuple(found)
