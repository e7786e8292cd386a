"""Bounded, tolerant walk over tags and lengths (ITU-T X.690): DER, BER, and sloppy encodings.

The walk only locates elements; callers interpret them. Long and non-minimal lengths, indefinite lengths and high tag
numbers are read. A length that runs past its container is clipped to it and reported. Nothing recurses, FormatError is
the only exception, and no content is copied.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from ctscan.errors import FormatError

Element = tuple[int, int, int, int, int]
"""`(tag, start, body, end, next)`: offsets of the identifier octet, of the content, of its end, and of the next
element.

`next` is two octets after `end` for an indefinite length. `tag` is the identifier octet with class and constructed bit
(0x30 SEQUENCE, 0xA3 context 3 constructed); for high tag numbers it is `number << 8 | identifier octet`.
"""

MAX_CHILDREN: Final = 250_000
"""Elements read from a container, as many as fields of a certificate. The reader reports a container with more, and
doesn't read the rest."""

TOO_MANY_CHILDREN: Final = f"more than {MAX_CHILDREN} elements in one container; the rest is not read"

MAX_DEPTH: Final = 32
"""Nesting of constructed strings, and of structures with an unknown layout."""

MAX_INDEFINITE: Final = 16
"""Nested indefinite lengths. A certificate made only of indefinite lengths has 8; each end is searched through all
inner lengths."""

TOO_DEEP: Final = f"more than {MAX_INDEFINITE} indefinite lengths within each other"

CUTS: Final = frozenset((TOO_MANY_CHILDREN, TOO_DEEP))
"""Problems that a bound of this walk makes, not a fault of the octets."""

MAX_OID: Final = 256
"""Octets of an OBJECT IDENTIFIER; the longest registered identifiers have about 20."""


def children(data: bytes, start: int, end: int) -> tuple[list[Element], str | None]:
    """Return the elements in `[start, end)`, and the problem that stopped the walk or clipped an element. Never raises.

    Args:
        data: the buffer.
        start, end: offsets of the container's content.

    Returns:
        Elements in order, and a problem in words or None.
    """
    found: list[Element] = []
    at = start
    for _ in range(MAX_CHILDREN):
        if at >= end:
            return found, None
        tag = data[at]
        body = at + 2
        # The common case: low tag number, length in one octet or in two or three, inside the container.
        if body <= end and tag & 0x1F != 0x1F:
            stop = body + data[at + 1]
            if stop >= body + 0x80:
                body, stop = _long_form(data, body, end)
            if stop <= end:
                found.append((tag, at, body, stop, stop))
                at = stop
                continue
        try:
            element, problem = element_at(data, at, end)
        except FormatError as error:
            return found, str(error)
        found.append(element)
        if problem:
            return found, problem
        at = element[4]
    return found, TOO_MANY_CHILDREN if at < end else None


def _long_form(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return the body and the end of an element whose length is in the octets before and after `at`: 81 LL or 82 LL LL.
    Another form ends behind the container."""
    octets = data[at - 1]
    if octets == 0x82 and at + 2 <= end:
        return at + 2, at + 2 + (data[at] << 8 | data[at + 1])
    if octets == 0x81 and at < end:
        return at + 1, at + 1 + data[at]
    return at, end + 1


def element_at(data: bytes, at: int, end: int) -> tuple[Element, str | None]:
    """Return the element at `at`, clipped to `end`, and the problem with its length (None: no problem).

    Raises:
        FormatError: no whole identifier and length stand there.
    """
    tag, body, size = _header(data, at, end)
    if size >= 0:
        stop = body + size
        if stop <= end:
            return (tag, at, body, stop, stop), None
        return (tag, at, body, end, end), f"length runs {stop - end} octets past the container; clipped"
    try:
        stop = _end_of_contents(data, body, end)
    except FormatError as error:
        return (tag, at, body, end, end), str(error)
    return (tag, at, body, stop, stop + 2), None


def _header(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Read `(tag, body, size)` of the element at `at`; size -1: indefinite."""
    if at + 2 > end:
        raise FormatError(f"element at octet {at}: expected identifier and length, got {max(end - at, 0)} octets")
    tag = data[at]
    at += 1
    if tag & 0x1F == 0x1F:
        number, at = _high_tag_number(data, at, end)
        tag |= number << 8
    if at >= end:
        raise FormatError(f"element before octet {at}: the length is missing")
    size = data[at]
    at += 1
    if size < 0x80:
        return tag, at, size
    if size == 0x80:
        if not tag & 0x20:
            raise FormatError(f"element before octet {at}: indefinite length of a primitive element")
        return tag, at, -1
    octets = size & 0x7F
    if size == 0xFF or at + octets > end:
        raise FormatError(f"element before octet {at}: expected {octets} octets of length, got {end - at}")
    return tag, at + octets, int.from_bytes(data[at : at + octets], "big")


def _high_tag_number(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Read the number in base 128 at `at`, at most five octets, and the offset after it."""
    number = 0
    for i in range(at, min(at + 5, end)):
        number = number << 7 | data[i] & 0x7F
        if data[i] < 0x80:
            return number, i + 1
    raise FormatError(f"element before octet {at}: expected a tag number of at most five octets")


def _end_of_contents(data: bytes, at: int, end: int) -> int:
    """Find the end-of-contents octets (00 00) of the indefinite length whose content begins at `at`."""
    still_open = 1
    while at < end:
        if at + 2 <= end and data[at] and data[at] & 0x1F != 0x1F and data[at + 1] < 0x80:  # the common case
            at += 2 + data[at + 1]
            continue
        tag, body, size = _header(data, at, end)
        if size < 0:
            still_open += 1
            if still_open > MAX_INDEFINITE:
                raise FormatError(TOO_DEEP)
            at = body
            continue
        if tag == 0 and size == 0:
            still_open -= 1
            if not still_open:
                return at
        at = body + size
    raise FormatError("indefinite length without end; clipped")


def content(data: bytes, element: Element) -> bytes:
    """Return the content octets; the segments of a constructed string (BER) are joined."""
    if not element[0] & 0x20:
        return data[element[2] : element[3]]
    joined = bytearray()
    containers = [(element[2], element[3])]
    while containers:
        at, end = containers.pop()
        try:
            (tag, _, body, stop, after), problem = element_at(data, at, end)
        except FormatError:  # the end of the container, or no element
            continue
        if problem is None:
            containers.append((after, end))
        if tag & 0x20 and len(containers) < MAX_DEPTH:
            containers.append((body, stop))
        else:
            joined += data[body:stop]
    return bytes(joined)


@lru_cache(maxsize=4096)
def dotted(octets: bytes) -> str:
    """Return the dotted form of the content of an OBJECT IDENTIFIER.

    Raises:
        FormatError: the octets are no object identifier.
    """
    if not octets or octets[-1] & 0x80 or len(octets) > MAX_OID:
        raise FormatError(f"expected an object identifier, got {len(octets)} octets that aren't one")
    arcs: list[int] = []
    arc = 0
    for octet in octets:
        arc = arc << 7 | octet & 0x7F
        if octet < 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))
