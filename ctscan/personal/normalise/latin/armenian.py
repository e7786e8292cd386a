"""Armenian and Georgian in Latin letters: BGN/PCGN 1981 and the national system of Georgia of 2002, with the spellings
of passports."""

from __future__ import annotations

from collections.abc import Iterator

from ctscan.personal.normalise.latin.variants import Letters, combined, letters

_ARMENIAN = letters(
    """
    ա=a բ=b գ=g դ=d ե=e զ=z է=e ը=y|e թ=t ժ=zh ի=i լ=l խ=kh ծ=ts կ=k հ=h ձ=dz ղ=gh ճ=ch մ=m յ=y|i ն=n շ=sh ո=o
    չ=ch պ=p ջ=j ռ=r ս=s վ=v տ=t ր=r ց=ts ւ=v փ=p ք=k|q օ=o ֆ=f և=ev|yev ու=u ^ո=vo|o ^ե=ye|e ^ու=u ^և=yev|ev
    եւ=ev այե=aye|ae
    """
)
_GEORGIAN = letters(
    """
    ა=a ბ=b გ=g დ=d ე=e ვ=v ზ=z თ=t ი=i კ=k ლ=l მ=m ნ=n ო=o პ=p ჟ=zh რ=r ს=s ტ=t უ=u ფ=p ქ=k ღ=gh|g ყ=q|k შ=sh
    ჩ=ch ც=ts|c ძ=dz წ=ts ჭ=ch ხ=kh|x ჯ=j ჰ=h
    """
)


def spellings(word: str) -> Iterator[str]:
    """Yield the Latin spellings of a casefolded word in Armenian letters."""
    yield from _spelled(f"^{word}", _ARMENIAN)


def georgian(word: str) -> Iterator[str]:
    """Yield the Latin spellings of a word in Georgian letters."""
    yield from _spelled(word, _GEORGIAN)


def _spelled(marked: str, table: Letters) -> Iterator[str]:
    parts, at = [], 0
    while at < len(marked):
        size = next((size for size in (3, 2, 1) if marked[at : at + size] in table), 0)
        if size:
            parts.append(table[marked[at : at + size]])
        at += size or 1
    yield from combined(parts)
