"""Greek in Latin letters: ELOT 743 (ISO 843), as passports have it, and the spellings that people prefer to it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from ctscan.on_first_use import late_pattern
from ctscan.personal.normalise.latin.variants import combined, letters

_VOICELESS = "θκξπστφχψ"
_TABLE = letters(
    """
    α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k|c λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y|i φ=f|ph χ=ch|h ψ=ps
    ω=o ου=ou ει=ei|i οι=oi|i αι=ai|e υι=yi|i γγ=ng|gg γξ=nx γχ=nch|nh γκ=gk|g|k μπ=mp|b|mb ντ=nt|d ^μπ=b|mp
    ^ντ=nt|d ^γκ=gk|g ^οικο=oiko|iko|eco γι=gi|yi|y τζ=tz|j τσ=ts ωη=oi|oe αυ=av|au ευ=ev|eu ηυ=iv
    """
)
_BEFORE_VOICELESS = letters("αυ=af|au ευ=ef|eu ηυ=if")
_ACCENTS = late_pattern("[\u0300-\u0307\u0309-\u036f]")  # all but the dialytika
_SPLIT = late_pattern("([αεουηι])([ιυ])\u0308")  # αϊ is two sounds


def spellings(word: str) -> Iterator[str]:
    """Yield the Latin spellings of a casefolded word in Greek letters."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFD", word))
    plain = _SPLIT.sub(r"\1-\2", plain).replace("\u0308", "")
    yield from combined(list(_parts(f"^{plain}")))


def _parts(marked: str) -> Iterator[tuple[str, ...]]:
    at = 0
    while at < len(marked):
        pair, after = marked[at : at + 2], marked[at + 2 : at + 3]
        if pair in _BEFORE_VOICELESS and (not after or after in _VOICELESS):
            yield _BEFORE_VOICELESS[pair]
            at += 2
            continue
        size = next((size for size in (5, 3, 2, 1) if marked[at : at + size] in _TABLE), 0)
        if size:
            yield _TABLE[marked[at : at + size]]
        elif marked[at].isascii() and marked[at].isalnum():
            yield (marked[at],)
        at += size or 1
