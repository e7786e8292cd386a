"""Strings of certificates of any declared type: raw, decoded, and repaired where evidently wrong.

`value` is the text by the declared type, or the most straightforward decoding. `repaired` is the text that the issuer
evidently meant (UTF-8 in a PrintableString, T.61 accents, ASCII in a BMPString, NULs). Searches use both. Nothing here
raises: bytes that are no text decode to some string.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from ctscan.model import DecodedString
from ctscan.on_first_use import late_pattern

BIT_STRING: Final = 3
OCTET_STRING: Final = 4
UTF8_STRING: Final = 12
NUMERIC_STRING: Final = 18
PRINTABLE_STRING: Final = 19
T61_STRING: Final = 20
VIDEOTEX_STRING: Final = 21
IA5_STRING: Final = 22
GRAPHIC_STRING: Final = 25
VISIBLE_STRING: Final = 26
GENERAL_STRING: Final = 27
UNIVERSAL_STRING: Final = 28
BMP_STRING: Final = 30

STRING_TYPES: Final = frozenset((
    UTF8_STRING, NUMERIC_STRING, PRINTABLE_STRING, T61_STRING, VIDEOTEX_STRING, IA5_STRING, GRAPHIC_STRING,
    VISIBLE_STRING, GENERAL_STRING, UNIVERSAL_STRING, BMP_STRING,
))  # fmt: skip
"""Tag numbers of the types that hold text by definition."""

_CONTROL: Final = late_pattern(rb"[\x00-\x1f\x7f]")

MAX_STRING: Final = 4_096
"""Characters of a piece of a long text that is searched piece by piece."""

_OVERLAP: Final = 320  # longer than an address, so that a cut through a long run loses no address
_REMEMBERED: Final = 10_000  # different strings of which a second copy is left out
_SPACES: Final = " \t\n\r\0"


def decode_text(tag: int, raw: bytes) -> DecodedString:
    """Decode the content of a string. Never raises.

    A BIT STRING loses its count of unused bits first; a type that isn't a string is read as octets with text.

    Args:
        tag: universal tag number (X.680 section 8.4).
        raw: content octets.
    """
    if tag == BMP_STRING:
        return _text(raw, tag, raw.decode("utf-16-be", "replace"), _repaired_bmp(raw))
    if tag == UNIVERSAL_STRING:
        return _text(raw, tag, raw.decode("utf-32-be", "replace"), _repaired_universal(raw))
    octets = raw[1:] if tag == BIT_STRING and raw[:1] < b"\x08" else raw
    if octets.isascii():
        return _text(raw, tag, octets.decode("ascii"), None)
    utf8 = _utf8(octets)
    if tag == UTF8_STRING:
        if utf8 is None:
            return _text(raw, tag, octets.decode("utf-8", "replace"), _eight_bit(octets))
        return _text(raw, tag, utf8, _twice_encoded(utf8))
    if tag in (BIT_STRING, OCTET_STRING) or tag not in STRING_TYPES:
        return _text(raw, tag, _eight_bit(octets) if utf8 is None else utf8, None)
    repaired = utf8 if utf8 is not None else _accented(octets) if tag in (T61_STRING, VIDEOTEX_STRING) else None
    return _text(raw, tag, _eight_bit(octets), repaired)


def read_text(tag: int, raw: bytes) -> DecodedString | None:
    """Decode the text of an element, or return None when it holds no text.

    String types always hold text; BIT STRING, OCTET STRING and context-tagged primitives only when all of it prints.

    Args:
        tag: identifier octet.
        raw: content octets; segments joined.
    """
    number = tag & 0x1F if tag < 0x40 else -1
    if number in STRING_TYPES:
        return decode_text(number, raw)
    if number not in (BIT_STRING, OCTET_STRING) and not 0x80 <= tag < 0xA0:
        return None
    if _CONTROL.search(raw, 1 if number == BIT_STRING and raw[:1] < b"\x08" else 0):
        return None  # no decoding makes control characters printable, and most octets are no text
    text = decode_text(number if number >= 0 else OCTET_STRING, raw)
    return text if text.value and text.value.isprintable() else None


def _text(raw: bytes, tag: int, value: str, repaired: str | None) -> DecodedString:
    """Make a DecodedString. NULs are always removed in the repair, and a repair without change is left out."""
    if "\0" in value:
        repaired = (repaired or value).replace("\0", "")
    return DecodedString(raw, tag, value, repaired if repaired != value else None)


def _utf8(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _eight_bit(raw: bytes) -> str:
    """Decode as Latin-1, or as Windows-1252 when Latin-1 would give control characters."""
    if re.search(rb"[\x80-\x9f]", raw):
        try:
            return raw.decode("cp1252")
        except UnicodeDecodeError:
            pass
    return raw.decode("latin-1")


def _twice_encoded(value: str) -> str | None:
    """Undo UTF-8 that was read as Latin-1 and encoded again: `MÃ¼ller` for `Müller`."""
    for encoding in ("latin-1", "cp1252"):
        try:
            return value.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return None


def _repaired_bmp(raw: bytes) -> str | None:
    """Repair a BMPString that isn't UTF-16 in network order, but 8-bit text or the other byte order."""
    if len(raw) >= 2 and not len(raw) % 2:
        if not any(raw[1::2]) and all(raw[0::2]):
            return raw.decode("utf-16-le", "replace")
        if re.fullmatch(rb"[A-Za-z0-9@._ -]{4,}", raw):
            return raw.decode("ascii")
        return None
    octets = _utf8(raw)
    return octets if octets and octets.isprintable() else None


def _repaired_universal(raw: bytes) -> str | None:
    """Repair a UniversalString that isn't UTF-32 in network order, but UTF-16 or 8-bit text."""
    try:
        raw.decode("utf-32-be")
    except UnicodeDecodeError:
        if 0 not in raw:
            return _utf8(raw) or _eight_bit(raw)
        return raw.decode("utf-16-be", "replace")
    return None


# --- T.61 ----------------------------------------------------------------------------------------------------------

# An accent stands before its letter: 0xC8 0x75 is u with diaeresis.
_ACCENTS: Final = dict(zip(range(0xC1, 0xD0), "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u0308\u030a\u0327\u0332\u030b\u0328\u030c", strict=True))  # fmt: skip  # noqa: E501
_T61: Final = dict(zip(b"\xa4\xa6\xa8\xb4\xb8", "$#¤×÷", strict=True)) | dict(
    zip(
        b"\xe0\xe1\xe2\xe3\xe4\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\xee\xef"
        b"\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe",
        "ΩÆĐªĦĲĿŁØŒºÞŦŊŉĸæđðħıĳŀłøœßþŧŋ",
        strict=True,
    )
)
_ACCENTED: Final = late_pattern(rb"[\xc1-\xcf](.)", re.DOTALL)

# Latin-1 has capital letters at C1-CF. Such a capital inside a word before a small letter (`fÈur`), or at its beginning
# before a capital and a small letter (`ÈUbung`), is no spelling in any language: T.61 was meant.
_EVIDENT_T61: Final = late_pattern(
    rb"[A-Za-z\xdf-\xff][\xc1-\xcf][a-z]|(?:^|[^A-Za-z\xc0-\xff])[\xc1-\xcf][A-Z][a-z]",
)


def _accented(raw: bytes) -> str | None:
    """Decode `raw` as T.61, with accents before their letters, when it evidently is T.61; else return None."""
    if not _EVIDENT_T61.search(raw):
        return None
    out: list[str] = []
    at = 0
    for accent in _ACCENTED.finditer(raw):
        if accent.start() < at:
            return None
        letter = unicodedata.normalize("NFC", chr(accent[1][0]) + _ACCENTS[raw[accent.start()]])
        if len(letter) != 1:
            return None
        out.append(_unaccented(raw[at : accent.start()]) + letter)
        at = accent.end()
    return "".join(out) + _unaccented(raw[at:])


def _unaccented(raw: bytes) -> str:
    return "".join(_T61.get(octet, chr(octet)) for octet in raw)


# --- salvage -------------------------------------------------------------------------------------------------------

# possessive: without backtracking, which would take a hundred octets of memory for each octet of a long run
_RUN: Final = late_pattern(
    rb"(?:[\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}){4,}+",
)
_WIDE_RUN: Final = late_pattern(rb"(?:\x00[\x20-\x7e\xa0-\xff]|[\x01-\x05][\x00-\xff]){4,}+", re.DOTALL)
_PRINTABLE_TAGS: Final = frozenset(b"01")  # SEQUENCE and SET
_STRING_OCTETS: Final = frozenset((*STRING_TYPES, OCTET_STRING, *range(0x80, 0x90)))


def salvage_strings(data: bytes) -> Iterator[str]:
    """Extract printable runs of at least four characters from bytes that can't be read as a structure.

    The runs are ASCII and UTF-8, then UTF-16 in network order (BMPString) of alphabets below U+0600. After the header
    of a string element, a run ends at that element's length, so that the header of the next element (0x31 is `1`)
    doesn't become part of an address. When a length evidently lies, the text across the cut is returned as well.

    Yields:
        Strings in order of appearance, a repeated string mostly once. Runs beyond MAX_STRING characters come in pieces.
    """
    seen: set[str] = set()
    for run in _runs(data):
        for string in pieces_of(run):
            if string not in seen:
                if len(seen) >= _REMEMBERED:
                    seen.clear()
                seen.add(string)
                yield string


def pieces_of(text: str) -> Iterator[str]:
    """Split a text into pieces of at most MAX_STRING characters, so that each address stands in one piece as a whole.

    A piece ends after a space. Where none is near, or where it may belong to a quoted local part, the next piece
    repeats the last characters, more than an address has.
    """
    at = 0
    while len(text) - at > MAX_STRING:
        end = at + MAX_STRING
        after_space = 1 + max(text.rfind(space, end - _OVERLAP, end) for space in _SPACES)
        if not after_space or '"@' in text[after_space : after_space + _OVERLAP]:
            yield text[at:end]
            at = end - _OVERLAP
        else:
            yield text[at:after_space]
            at = after_space
    yield text[at:]


def _runs(data: bytes) -> Iterator[str]:
    for run in _RUN.finditer(data):
        for start, end in _pieces(data, run.start(), run.end()):
            if end - start >= 4:
                yield data[start:end].decode("utf-8", "replace")
    for run in _WIDE_RUN.finditer(data):
        yield run[0].decode("utf-16-be", "replace")


def _pieces(data: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the texts in the run `[at, end)`, cut by the lengths before and in it; after a wrong length also uncut."""
    while at < end:
        text = _string_after_header(data, at, end)
        if text is None:
            yield at, end
            if at and data[at - 1] in _STRING_OCTETS:
                yield at + 1, end  # without the octet that may be the length
            return
        yield text
        start, at = text
        if at < end and data[at] not in _PRINTABLE_TAGS:
            yield max(start, at - _OVERLAP), min(end, at + _OVERLAP)


def _string_after_header(data: bytes, at: int, end: int) -> tuple[int, int] | None:
    """Return the text at the beginning of the run `[at, end)` when a string's header stands there and its end is in the
    run."""
    headers = (
        (at - 2, at - 1, at),  # 0x16 0x10 text
        (at - 3, at - 1, at),  # 0x16 0x81 0xA0 text
        (at - 1, at, at + 1),  # 0x16 '(' text: the length is printable itself
    )
    for tag, size, start in headers:
        is_string = tag >= 0 and data[tag] in _STRING_OCTETS and (size - tag == 1 or data[tag + 1] == 0x81)
        if is_string and start < (stop := start + data[size]) <= end:
            return start, stop
    return None
