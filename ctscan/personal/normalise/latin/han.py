"""Han in Latin letters: Hanyu Pinyin, Wade-Giles as Taiwan's passports have it, surnames as families abroad spell them,
and Hepburn for the Japanese names of `data/names/readings.toml`.

Han doesn't show the sound of a Japanese name: 裕子 is Yuko or Hiroko. Readings that the list lacks can't be known.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from ctscan.on_first_use import late_pattern
from ctscan.personal.normalise.latin import listed_names
from ctscan.personal.normalise.latin.variants import combined, letters

MAX_NAME = 6  # characters
MAX_JOINED = 5
"""Spellings of several syllables in one word, besides Pinyin and Wade-Giles."""

_OF_TWO = """
欧阳 歐陽 司马 司馬 诸葛 諸葛 上官 司徒 夏侯 东方 東方 皇甫 尉迟 尉遲 公孙 公孫
慕容 令狐 端木 宇文 长孙 長孫 南宫 南宮 独孤 獨孤
"""
COMPOUND = frozenset(_OF_TWO.split())
"""Chinese surnames of two characters."""

_UMLAUT = frozenset("吕呂绿綠律旅驴侣侶虑慮履屡屢缕縷铝鋁率女")
_SYLLABLE = late_pattern("(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]?)(.*)")
_INITIALS = letters("b=p p=p d=t t=t g=k k=k j=ch q=ch x=hs zh=ch ch=ch r=j z=ts c=ts")
_WHOLE = letters(
    """
    zhi=chih chi=chih shi=shih ri=jih zi=tzu ci=tzu si=ssu er=erh yi=yi ye=yeh yue=yueh yan=yen you=yu yong=yung
    he=ho ge=ko ke=ko e=o gui=kuei kui=kuei xu=hsu ju=chu qu=chu yuan=yuan
    """
)
_FINALS = letters("ian=ien ie=ieh ong=ung iong=iung ue=ueh uo=o iu=iu")
_OTHER = letters(
    """
    柏=bo 长=chang 長=chang 乐=le|yue 樂=le|yue 行=hang 曾=zeng 朝=chao 晟=cheng 茜=qian 单=shan 單=shan 重=chong
    缪=miao 繆=miao
    """
)
"""Sounds that characters have in names besides the first."""
_KEEP_UO = frozenset("gkh")


def spellings(word: str) -> Iterator[str]:
    """Yield the Latin spellings of a name: Japanese by the list, then of surname, given name and the whole in Pinyin
    and Wade-Giles, then of each character."""
    if len(word) > MAX_NAME:
        return
    yield from _listed(word)
    syllables = [_pinyin(char) for char in word]
    if not all(syllables):
        return
    at = 2 if word[:2] in COMPOUND else 1
    surname = word[:at]
    yield from listed_names.of(surname)
    yield from _joined(syllables[at:])
    yield from _joined(syllables)
    yield from _joined(syllables[:at])
    for syllable in syllables:
        yield from syllable


def _listed(word: str) -> Iterator[str]:
    """Yield the readings of a word of the list, or of its two parts, surname and given name."""
    whole = listed_names.of(word)
    if whole:
        yield from whole
        return
    for at in (3, 2, 1, 4):
        surname, given = listed_names.of(word[:at]), listed_names.of(word[at:])
        if surname and given and len(word) > at:
            yield from (*surname, *given)
            return
    for at in (3, 2):
        if len(word) > at and (surname := listed_names.of(word[:at])):
            yield from surname
            return


def _joined(syllables: list[list[str]]) -> Iterator[str]:
    if syllables:
        yield "".join(syllable[0] for syllable in syllables)
        yield "".join(syllable[-1] for syllable in syllables)
        yield from islice(combined(syllables), MAX_JOINED)


@lru_cache(maxsize=4096)
def _pinyin(char: str) -> list[str]:
    """Return the Pinyin and the Wade-Giles spelling of a character; empty without a sound."""
    from anyascii import anyascii

    pinyin = anyascii(char).strip().lower()
    if not pinyin.isascii() or not pinyin.isalpha():
        return []
    others = [pinyin, *_OTHER.get(char, ())]
    umlauts = [pinyin.replace("u", "v"), pinyin.replace("u", "yu")] if char in _UMLAUT else []
    return list(dict.fromkeys((*others, *umlauts, *map(_wade_giles, reversed(others)))))


def _wade_giles(pinyin: str) -> str:
    if pinyin in _WHOLE:
        return _WHOLE[pinyin][0]
    found = _SYLLABLE.fullmatch(pinyin)
    if found is None:
        return pinyin
    initial, final = found.groups()
    spelled = final if final == "uo" and initial in _KEEP_UO else _FINALS.get(final, (final,))[0]
    return _INITIALS.get(initial, (initial,))[0] + spelled
