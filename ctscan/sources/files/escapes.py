r"""Text out of other text: escapes undone, so that PEM and base64 in strings of programs read as they were meant.

\n  \r  \/  \"  \u002B       strings of JSON and of programs, escaped more than once too
&#13;  &#x2B;                character references of XML and HTML
%0A  %2B                     addresses, and headers of web servers
"""

from __future__ import annotations

import re
from typing import Final

_STRING = re.compile(rb"(?<!\\)\\{1,8}(?:([nrt/\"'])|u00([0-9a-fA-F]{2}))")
_REFERENCE = re.compile(rb"&#(?:[xX]0{0,4}([0-9a-fA-F]{1,2})|0{0,4}([0-9]{1,3}));")
_PERCENT = re.compile(rb"%([0-9a-fA-F]{2})")
_MEANT: Final = {b"n": b"\n", b"r": b"\n", b"t": b"\t", b"/": b"/", b'"': b'"', b"'": b"'"}


def plain_text(data: bytes) -> bytes:
    """Return the text with its escapes undone; the data itself where there are none. Not for octets that are no text:
    a backslash among them means nothing."""
    if b"\\" in data:
        data = _STRING.sub(_of_string, data)
    if b"&#" in data:
        data = _REFERENCE.sub(_of_reference, data)
    if b"BEGIN%20" in data:
        data = _PERCENT.sub(lambda escape: bytes.fromhex(escape[1].decode("ascii")), data)
    return data


def _of_string(escape: re.Match[bytes]) -> bytes:
    return _MEANT[escape[1]] if escape[1] else bytes.fromhex(escape[2].decode("ascii"))


def _of_reference(escape: re.Match[bytes]) -> bytes:
    number = int(escape[1], 16) if escape[1] else int(escape[2])
    return bytes((number,)) if number < 0x80 else escape[0]
