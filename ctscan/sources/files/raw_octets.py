"""Whole certificates and requests among other octets: in key stores, programs, databases, answers of OCSP.

Only elements that begin like a certificate and are there to their end count; nothing here is a problem, as any octets
may look alike.
"""

from __future__ import annotations

import re
from typing import Final

from ctscan.on_first_use import late_pattern
from ctscan.sources.files.der_shapes import begins_like_certificate, begins_like_request, element_end
from ctscan.sources.files.structures import MAX_CERTIFICATE, Parts, Unpack, found, problem

_BEGINNINGS: Final = (
    late_pattern(rb"\x30\x82..\x30[\x81\x82]", re.DOTALL),
    late_pattern(rb"\x30\x81.\x30[\x81\x20-\x7f]", re.DOTALL),
    late_pattern(rb"\x30\x83...\x30[\x82\x83]", re.DOTALL),
)
_INNER = late_pattern(rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83...)[\x02\x30\xa0]", re.DOTALL)
_HEAD: Final = 1024

MAX_MISSES: Final = 20_000
"""Places that begin like a certificate and hold none: octets that have more are made to take time."""


def first_beginning(data: bytes, at: int) -> int:
    """Return the place from `at` on where a certificate may begin; the end without any."""
    return min((match.start() for one in _BEGINNINGS if (match := one.search(data, at))), default=len(data))


def certificates_among(data: bytes, unpack: Unpack) -> Parts:
    """Yield each whole certificate or request in the octets, in order."""
    at = misses = 0
    waiting = {pattern: pattern.search(data) for pattern in _BEGINNINGS}
    while begins := [match for match in waiting.values() if match]:
        begin = min(match.start() for match in begins)
        size = element_end(data[begin : begin + 8], 0) or 0
        at = begin + 2
        is_whole = 0 < size <= min(MAX_CERTIFICATE, len(data) - begin)
        if is_whole and _INNER.match(data, begin + 2 + (data[begin + 1] & 0x7F)):
            head = data[begin : begin + _HEAD]
            if begins_like_certificate(head) or begins_like_request(head):
                at = begin + size
                yield from found(data[begin:at], unpack)
            else:
                misses += 1
        if misses > MAX_MISSES:
            yield problem(f"more than {MAX_MISSES} places begin like a certificate and hold none; the rest is not read")
            return
        for pattern, match in waiting.items():
            if match and match.start() < at:
                waiting[pattern] = pattern.search(data, at)
