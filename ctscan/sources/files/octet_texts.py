"""Octets written as text: base64 and hexadecimal, with anything that lays them out in lines.

Each reader takes as many octets as the caller asks for, as the length in DER says how many there are: the words behind
a value look like more of it. Every reader is linear in the octets that it takes.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable
from itertools import islice
from typing import Final

from ctscan.on_first_use import late_pattern

_CHARACTERS = late_pattern(rb"[A-Za-z0-9+/_-]++")
_GAP = late_pattern(
    rb"[ \t\r\n]++(?:[>|#*;][ \t>|#*;]*+)?|[\"'`][ \t]*+[+.,&\\]?[ \t]*+\r?\n[ \t]*+[\"'`]|[\\,]\r?\n[ \t]*+"
)
"""White space with the marks of quoted and commented lines, or the end of one string of a program and the next."""
_PADDING = late_pattern(rb"={1,2}")
_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")
_HEX = late_pattern(rb"[0-9A-Fa-fxX\\\s:,;-]++")
_NO_DIGIT = late_pattern(rb"0[xX]|[^0-9A-Fa-f]")
_PAIR = late_pattern(rb"(?:0[xX])?[^0-9A-Fa-f]*+(?:0[xX])?([0-9A-Fa-f]{2})")
_HEX_ROOM: Final = 6  # characters of an octet at most: `0x30, `

Take = Callable[[bytes, int, int], tuple[bytes, int]]
"""Text, place and number of octets -> the octets from there on, as far as there are, and the place behind them."""


def plain_octets(data: bytes, at: int, octets: int) -> tuple[bytes, int]:
    """Take octets that are written as themselves."""
    return data[at : at + octets], min(at + octets, len(data))


def base64_octets(text: bytes, at: int, octets: int) -> tuple[bytes, int]:
    """Take octets from base64, URL-safe too (RFC 4648), over line ends and with padding or without."""
    left = -(-octets // 3) * 4
    parts: list[bytes] = []
    end = at
    while left and (part := _CHARACTERS.match(text, at, at + left)):
        characters = part[0]
        if b"--" in characters:  # the END line of a PEM block, or a boundary
            characters = characters[: characters.index(b"--")]
        parts.append(characters)
        left -= len(characters)
        end = at + len(characters)
        gap = _GAP.match(text, end) if end == part.end() else None
        if gap is None:
            break
        at = gap.end()
    padding = _PADDING.match(text, end)
    return _decoded(b"".join(parts))[:octets], padding.end() if padding else end


def _decoded(characters: bytes) -> bytes:
    if len(characters) % 4 == 1:
        characters = characters[:-1]
    return binascii.a2b_base64(characters.translate(_URL_SAFE) + b"=" * (-len(characters) % 4))


def hex_octets(text: bytes, at: int, octets: int) -> tuple[bytes, int]:
    r"""Take octets from hexadecimal digits: `3082…`, `30:82:…`, `30 82 …`, `0x30, 0x82, …`, `\x30\x82…`."""
    run = _HEX.match(text, at, at + _HEX_ROOM * octets)
    if run is None:
        return b"", at
    digits = _NO_DIGIT.sub(b"", run[0])
    if len(digits) <= 2 * octets:
        return bytes.fromhex(digits[: len(digits) & ~1].decode("ascii")), run.end()
    end = at + 2 * octets
    if len(digits) != len(run[0]):
        *_, last = islice(_PAIR.finditer(text, at, run.end()), octets)
        end = last.end()
    return bytes.fromhex(digits[: 2 * octets].decode("ascii")), end
