"""Names whose particle is written apart, joined or behind an apostrophe: `O Brien`, `OBrien`, `O'Brien`. Pure.

An apostrophe inside a word is left out for comparison, so `O'Brien` and `OBrien` are one word, and `O Brien`
are two, of which a single letter finds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctscan.on_first_use import late_pattern

LONGEST_PARTICLE = 3
"""Letters of a particle: `O`, `Mc`, `Mac`, `van`."""

_APART = late_pattern(rf"(\w{{1,{LONGEST_PARTICLE}}})['’ʼ`´](\w{{2,}})|(Mac|Mc)([^\W\d_a-z]\w+)")


def respaced(name: str) -> Iterator[str]:
    """Yield the forms of a name in which one particle is joined to the next word, or taken from its word."""
    words = name.split()
    for number, word in enumerate(words):
        before, behind = words[:number], words[number + 1 :]
        if behind and word.isalpha() and len(word) <= LONGEST_PARTICLE:
            yield " ".join([*before, word + behind[0], *behind[1:]])
        apart = _APART.fullmatch(word)
        if apart is not None:
            yield " ".join([*before, *filter(None, apart.groups()), *behind])
