"""Fast split of a get-entries answer in its plainest form, without building its JSON.

Plain is an object with `entries` alone, each entry with leaf_input and extra_data in this order, in ASCII and without a
backslash: no escapes, no other key, no key twice. Such a string means the same to any JSON parser. (A JSON parser
refuses control characters in strings; here they fail later, because they are no base64.) Logs write no other form; any
other answer is left to a JSON parser.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ctscan.model import Span

_EXTRA_DATA: Final = b'"extra_data"'
_SPACE: Final = rb"[ \t\r\n]*+"


def _spaced(*tokens: bytes) -> re.Pattern[bytes]:
    return re.compile(_SPACE.join(tokens))


_BEGIN: Final = _spaced(b"", rb"\{", b'"entries"', b":", rb"\[", rb"\{", b'"leaf_input"', b":", b'"')
_MIDDLE: Final = _spaced(b'"', b",", b'"extra_data"', b":", b'"')
_NEXT: Final = _spaced(b'"', rb"\}", b",", rb"\{", b'"leaf_input"', b":", b'"')
_END: Final = _spaced(b'"', rb"\}", rb"\]", rb"\}", b"")


def scan_entries(raw: bytes, max_entries: int) -> list[tuple[Span, Span]] | None:
    """Locate leaf_input and extra_data of each entry in the answer.

    Returns:
        Two spans for each entry; None when the answer isn't plain, or has no entries or more than `max_entries`.
    """
    found = _BEGIN.match(raw)
    if found is None or b"\\" in raw or not raw.isascii():
        return None
    spans: list[tuple[Span, Span]] = []
    for _ in range(max_entries):
        leaf = found.end()
        leaf_end = raw.find(b'"', leaf)
        middle = _MIDDLE.match(raw, leaf_end) if leaf_end > 0 else None
        if middle is None:
            return None
        extra = middle.end()
        extra_end = raw.find(b'"', extra)
        if extra_end < 0:
            return None
        spans.append(((leaf, leaf_end), (extra, extra_end)))
        found = _NEXT.match(raw, extra_end)
        if found is None:
            return spans if _END.fullmatch(raw, extra_end) else None
    return None


def locate_extra_data(raw: bytes, texts: list[str]) -> tuple[bytes, list[Span]]:
    """Find a buffer that holds the extra_data of each entry, and the spans in it.

    The buffer is normally the answer itself. extra_data is most of the answer: a copy would take more time than cutting
    the leaves, and nearly double the memory.
    """
    spans: list[Span] = []
    at = 0
    for text in texts:
        at = raw.find(_EXTRA_DATA, at)
        start = raw.find(b'"', at + len(_EXTRA_DATA)) + 1  # of the value, if this is the key
        if at < 0 or not raw.startswith(text.encode("ascii", "replace"), start):
            # Escapes, or a key twice: copy. A byte for each character; non-ASCII characters fail in extra_of.
            ends = list(accumulate(map(len, texts)))
            return "".join(texts).encode("ascii", "replace"), list(zip([0, *ends], ends, strict=False))
        at = start + len(text)
        spans.append((start, at))
    return raw, spans
