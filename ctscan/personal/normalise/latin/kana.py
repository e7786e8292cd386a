"""Kana in Latin letters: Hepburn and Kunrei, with long vowels short, in full, and with an h (Sato, Satou, Satoh)."""

from __future__ import annotations

from collections.abc import Iterator

from ctscan.on_first_use import late_pattern

_ROWS = {
    "": "あいうえお",
    "k": "かきくけこ",
    "g": "がぎぐげご",
    "s": "さしすせそ",
    "z": "ざじずぜぞ",
    "t": "たちつてと",
    "d": "だぢづでど",
    "n": "なにぬねの",
    "h": "はひふへほ",
    "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ",
    "m": "まみむめも",
    "r": "らりるれろ",
}
_SYLLABLES = {
    kana: consonant + vowel for consonant, row in _ROWS.items() for kana, vowel in zip(row, "aiueo", strict=True)
}
_SYLLABLES |= {"や": "ya", "ゆ": "yu", "よ": "yo", "わ": "wa", "ゐ": "i", "ゑ": "e", "を": "o", "ゔ": "vu"}
_SMALL = {"ゃ": "ya", "ゅ": "yu", "ょ": "yo", "ぁ": "a", "ぃ": "i", "ぅ": "u", "ぇ": "e", "ぉ": "o"}
_HEPBURN = (
    (late_pattern("si"), "shi"),
    (late_pattern("sy"), "sh"),
    (late_pattern("ti"), "chi"),
    (late_pattern("ty"), "ch"),
    (late_pattern("tu"), "tsu"),
    (late_pattern("hu"), "fu"),
    (late_pattern("(?:zi|di)"), "ji"),
    (late_pattern("(?:zy|dy)"), "j"),
    (late_pattern("du"), "zu"),
)
_LONG = late_pattern("ou|oo|uu|-")
_LONG_AT_END = late_pattern("(?:ou|oo)$")
_LABIAL = late_pattern("n(?=[bpm])")


def spellings(word: str) -> Iterator[str]:
    """Yield the Latin spellings of a word in Kana, Hepburn before Kunrei."""
    kunrei = _kunrei(word)
    if not kunrei:
        return
    for base in dict.fromkeys((_hepburn(kunrei), kunrei)):
        short = _LONG.sub(lambda found: found[0][0].strip("-"), base)
        yield from (short, base.replace("-", ""), _LABIAL.sub("m", short))
        yield from (
            _LONG.sub(lambda found: f"{found[0][0].strip('-')}h", base),
            _shortened(_LONG_AT_END.sub("oh", base)),
        )
        yield base.replace("du", "zu").replace("tu", "tsu")


def _shortened(text: str) -> str:
    return _LONG.sub(lambda found: found[0][0].strip("-"), text)


def _hepburn(kunrei: str) -> str:
    for pattern, spelling in _HEPBURN:
        kunrei = pattern.sub(spelling, kunrei)
    return kunrei


def _kunrei(word: str) -> str:
    """Return a word in syllables of consonant and vowel; empty when it has other letters."""
    written, is_doubled = "", False
    for kana in (chr(ord(char) - 0x60) if "\u30a1" <= char <= "\u30f6" else char for char in word):
        if kana in _SMALL:
            written = written[:-1] + (_SMALL[kana] if written.endswith(("i", "u", "e")) else _SMALL[kana][-1:])
            continue
        sound = _SYLLABLES.get(kana) or {"ん": "n", "ー": "-", "っ": ""}.get(kana)
        if sound is None:
            return ""
        written += (sound[:1] if is_doubled and sound[:1] not in "aiueo" else "") + sound
        is_doubled = kana == "っ"
    return written
