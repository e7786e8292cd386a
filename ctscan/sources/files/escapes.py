r"""Text out of other text: escapes undone, so that PEM and base64 in strings of programs read as they were meant.

    \n  \r  \/  \"  \u002B       strings of JSON and of programs, escaped more than once too
    &#13;  &#x2B;                character references of XML and HTML
    %0A  %2B                     addresses, and headers of web servers
    NUL, U+00AD, U+200B, …       nothing that anybody sees; text of Windows in a program, and UTF-32, have zeros

Whole passes of `bytes.replace` take no memory for each escape.
"""

from __future__ import annotations

import re
from typing import Final

from ctscan.on_first_use import late_pattern

_TIMES: Final = 3  # escapes of escapes
_MEANT: Final = (
    (rb"\r", b"\n"),
    (rb"\n", b"\n"),
    (rb"\t", b"\t"),
    (rb"\/", b"/"),
    (rb"\"", b'"'),
    (rb"\'", b"'"),
)
_BY_NUMBER: Final = tuple(
    (rb"\u00" + digits, bytes.fromhex(digits.decode("ascii")))
    for digits in (b"0a", b"0A", b"0d", b"0D", b"20", b"22", b"2b", b"2B", b"2d", b"2D", b"2f", b"2F", b"3d", b"3D")
)
_CONTROLS: Final = bytes((*range(0x09), *range(0x0E, 0x20), 0x7F))
_UNSEEN = late_pattern(
    rb"\xc2\xad"  # U+00AD, soft hyphen
    rb"|\xe2\x80[\x8b-\x8f\xaa-\xae]"  # U+200B to U+200F, U+202A to U+202E: of no width, or direction
    rb"|\xe2\x81[\xa0-\xa4]"  # U+2060 to U+2064
    rb"|\xef\xbb\xbf"  # U+FEFF, byte order mark
)
_SPACES: Final = (b"\xc2\xa0", b"\xe2\x80\xa8", b"\xe2\x80\xa9")  # U+00A0, U+2028, U+2029
_LINE_ENDS: Final = (b"&#13;", b"&#xD;", b"&#xd;", b"&#10;", b"&#xA;", b"&#xa;")
_REFERENCE = late_pattern(rb"&#(?:[xX]0{0,4}([0-9a-fA-F]{1,2})|0{0,4}([0-9]{1,3}));")
_PERCENT = late_pattern(rb"%([0-9a-fA-F]{2})")


def plain_text(data: bytes) -> bytes:
    """Return the text with its escapes undone, and without characters that nobody sees; the data itself where there are
    none. Not for octets that are no text: a backslash among them means nothing."""
    data = _seen(data)
    if b"\\" in data:
        data = _without_backslashes(data)
    if b"&#" in data:
        for reference in _LINE_ENDS:
            data = data.replace(reference, b"\n")
        data = _REFERENCE.sub(_of_reference, data)
    if b"BEGIN%20" in data:
        data = _PERCENT.sub(lambda escape: bytes.fromhex(escape[1].decode("ascii")), data)
    return data


def _seen(data: bytes) -> bytes:
    data = data.translate(None, _CONTROLS)
    if not data.isascii():
        data = _UNSEEN.sub(b"", data)
        for space in _SPACES:
            data = data.replace(space, b" ")
    return data


def _without_backslashes(data: bytes) -> bytes:
    for _ in range(_TIMES):
        if b"\\\\" in data:
            data = data.replace(b"\\\\", b"\\")
    for escape, meant in _MEANT:
        data = data.replace(escape, meant)
    if rb"\u00" in data:
        for escape, meant in _BY_NUMBER:
            data = data.replace(escape, meant)
    return data


def _of_reference(escape: re.Match[bytes]) -> bytes:
    number = int(escape[1], 16) if escape[1] else int(escape[2])
    return bytes((number,)) if number < 0x80 else escape[0]
