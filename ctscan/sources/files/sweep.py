r"""Certificates anywhere in a text or a file of unknown form: PEM, base64, hexadecimal, and whole DER.

    -----BEGIN …         PEM, by any label
    MI…                  base64 of DER that begins like a certificate, a request or a structure
    LS0tLS1CRUdJTi…      base64 of PEM, as in secrets of Kubernetes
    AAAAAA[FGH]…         base64 of a leaf of a log
    3082…  30:82:…       hexadecimal, also `\x30\x82` and `0x30, 0x82`
    30 82 octets         DER, whole, between any other octets

A trace is the beginning of one of these. What it begins is taken as far as its length in DER says, and the search goes
on behind it, so that each octet is read a bounded number of times.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from ctscan.errors import FormatError
from ctscan.model import Problem
from ctscan.on_first_use import late_pattern
from ctscan.sources.files.der_shapes import element_end, is_structure
from ctscan.sources.files.escapes import plain_text
from ctscan.sources.files.log_leaves import begins_like_entry, end_of_leaf, leaf_size, of_leaf
from ctscan.sources.files.octet_texts import Take, base64_octets, hex_octets
from ctscan.sources.files.pem_blocks import BEGIN, Reading, read_block
from ctscan.sources.files.raw_octets import certificates_among, first_beginning
from ctscan.sources.files.structures import MAX_STRUCTURE, Parts, Unpack, found, is_recognised, problem

MAX_LAYERS: Final = 3
"""Texts within each other: PEM in base64 has two."""

MAX_MISSES: Final = 2000
"""Places in a text that begin like a certificate and hold none: a text that has more is made to take time."""

MAX_PROBLEMS: Final = 1000
"""Problems of one text."""

_HEAD: Final = 40  # octets that rule out nearly everything else
_LONG_HEAD: Final = 1024  # octets that hold the issuer of a certificate of version 1

_OF_BASE64 = late_pattern(rb"[A-Za-z0-9+/_-]++")
_BEGINS = late_pattern(
    rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83...|\x84....)"  # a SEQUENCE that begins with another, a number or a type
    rb"(?:\x30(?:[\x00-\x80]|\x81.|\x82..|\x83...|\x84....)[\x02\x06\x30\xa0]|\x02[\x01-\x09]|\x06[\x01-\x0b])",
    re.DOTALL,
)
_OF_HEX = late_pattern(rb"[0-9A-Fa-f]++")


class _State(Struct):
    """Number of texts around the one that is swept, and of places in it that looked like a certificate and were
    none. `problems`: those that were reported."""

    layer: int
    misses: int = 0
    problems: int = 0


class _Trace(Struct, frozen=True):
    """Beginning of something that may hold certificates. `run`: characters that may not stand before it, and that are
    passed over with it where it begins nothing; None: any."""

    pattern: re.Pattern[bytes]
    read: Callable[[bytes, re.Match[bytes], Unpack, _State], Reading]
    run: re.Pattern[bytes] | None = None

    def next(self, text: bytes, at: int) -> re.Match[bytes] | None:
        """Find the next one from `at` on."""
        while (match := self.pattern.search(text, at)) and self.run is not None:
            before = match.start() - 1
            if before < at or not self.run.match(text, before, before + 1):
                return match
            run = self.run.match(text, match.start())
            at = run.end() if run else match.end()
        return match


def has_traces(data: bytes) -> bool:
    """Return whether a text holds anything that a sweep would look at."""
    text = plain_text(data)
    return any(trace.next(text, 0) for trace in _TRACES)


def first_trace(data: bytes, at: int) -> int:
    """Return the place of the first trace from `at` on, in a text or among other octets; the end without any."""
    text = min((match.start() for trace in _TRACES if (match := trace.next(data, at))), default=len(data))
    return min(text, first_beginning(data, at))


def sweep(data: bytes, unpack: Unpack, layer: int = 0) -> Parts:
    """Yield each certificate, request and structure in `data`, whatever is around it.

    Yields a problem where a PEM block for certificates, or base64 of a certificate, begins and can't be read to its
    end.

    Args:
        data: any octets.
        unpack: takes structures apart.
        layer: number of texts around this one.
    """
    text, state = plain_text(data), _State(layer)
    waiting = {trace: trace.next(text, 0) for trace in _TRACES}
    while begins := [(match.start(), number) for number, match in enumerate(waiting.values()) if match]:
        trace = _TRACES[min(begins)[1]]
        match = waiting[trace]
        assert match is not None  # noqa: S101 - it is among those that begin
        end = max((yield from _counted(trace.read(text, match, unpack, state), state)), match.end())
        if state.misses > MAX_MISSES or state.problems > MAX_PROBLEMS:
            yield problem("too many places that begin like a certificate and hold none; the rest is not read")
            return
        for other, held in waiting.items():
            if held and held.start() < end:
                waiting[other] = other.next(text, end)
    if not data.isascii():
        yield from certificates_among(data, unpack)


def _counted(reading: Reading, state: _State) -> Reading:
    """Pass on what a reader finds, and count its problems."""
    while True:
        try:
            one = next(reading)
        except StopIteration as end:
            return int(end.value)
        state.problems += isinstance(one, Problem)
        yield one


def _of_pem(text: bytes, begin: re.Match[bytes], unpack: Unpack, state: _State) -> Reading:
    return (yield from read_block(text, begin, unpack))


def _of_der(take: Take, name: str) -> Callable[[bytes, re.Match[bytes], Unpack, _State], Reading]:
    """Return a reader of DER in a text; elements may follow each other without a gap."""

    def read(text: bytes, begin: re.Match[bytes], unpack: Unpack, state: _State) -> Reading:
        at = begin.start()
        while _may_begin(text, at, take, state):
            size = element_end(take(text, at, _HEAD)[0], 0)
            der, at = take(text, at, min(size or MAX_STRUCTURE, MAX_STRUCTURE))
            if size is not None and len(der) < size and not is_structure(der):
                yield problem(f"a certificate in {name} that is cut off or damaged; get the file again", der)
                return at
            yield from found(der, unpack)
        return at

    return read


def _may_begin(text: bytes, at: int, take: Take, state: _State) -> bool:
    """Return whether an element at `at` begins like a certificate, by few octets first."""
    head, _ = take(text, at, _HEAD)
    if len(head) < _HEAD or not _BEGINS.match(head):
        return False
    if is_recognised(take(text, at, _LONG_HEAD)[0]):
        return True
    state.misses += 1
    return False


def _of_pem_in_base64(text: bytes, begin: re.Match[bytes], unpack: Unpack, state: _State) -> Reading:
    inner, end = base64_octets(text, begin.start(), MAX_STRUCTURE)
    if state.layer == MAX_LAYERS:
        yield problem(f"expected texts at most {MAX_LAYERS} deep within each other, got more; decode it first")
    else:
        yield from sweep(inner, unpack, state.layer + 1)
    return end


def _of_leaf(text: bytes, begin: re.Match[bytes], unpack: Unpack, state: _State) -> Reading:
    head, _ = base64_octets(text, begin.start(), 2 * _HEAD)
    if not begins_like_entry(head[2:]):
        return begin.end()
    leaf, end = base64_octets(text, begin.start(), leaf_size(head))
    try:
        parts = of_leaf(leaf, b"")
    except FormatError as fault:
        yield problem(str(fault), leaf)
    else:
        yield from parts
        end = base64_octets(text, begin.start(), end_of_leaf(leaf))[1]  # what follows may be the next one
    return end


_TRACES: Final = (
    _Trace(BEGIN, _of_pem),
    _Trace(late_pattern(rb"MI[A-P][A-Za-z0-9+/_-]{20}"), _of_der(base64_octets, "base64"), _OF_BASE64),
    _Trace(late_pattern(rb"LS0tLS1CRUdJTiB[A-Za-z0-9+/_-]{20}"), _of_pem_in_base64, _OF_BASE64),
    _Trace(late_pattern(rb"AAAAAA[FGH][A-Za-z0-9+/_-]{20}"), _of_leaf, _OF_BASE64),
    _Trace(
        late_pattern(rb"30[\s:,;\\-]{0,3}(?:0?[xX])?8[0-4][\s:,;\\-]{0,3}(?:0?[xX])?[0-9A-Fa-f]{2}"),
        _of_der(hex_octets, "hexadecimal digits"),
        _OF_HEX,
    ),
)
