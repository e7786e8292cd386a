"""Templates of precertificates: positions learned from earlier ones, which spare later ones the slow check.

A template is learned from a TBSCertificate that the slow check went through element by element and found impersonal.
It holds positions only: the octets at these positions are compared in every certificate.

    prefix  30 82 LL LL, version, 02 | serial | algorithm, issuer, 30 1E 17 0D | digits | "Z" 17 0D | digits | "Z", and
            the subject up to the host that it is, or 30 00
    suffix  key | A3 LL 30 LL | run | key identifier | run | subjectAltName | run
            key | A3 LL 30 LL | run |                        subjectAltName | run
            key | A3 LL 30 LL | run |                        subjectAltName | run | key identifier

Each run must be known: the same octets as whole Extension elements that were checked before. The headers between the
runs follow from the sizes, so the elements nest as they did in the slow check. Parts that no rule reads (serial
number, key, key identifier) may differ; digits, host and dNSNames are checked each time.

A prefix template serves one length of serial number, one algorithm and one length of issuer; a suffix template one
size and the same lengths of runs, with any length of names that the size leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from struct import Struct
from typing import Final

from ctscan.personal.prefilter.der_prefixes import critical_san_prefix, extensions_prefix, san_prefix
from ctscan.personal.prefilter.dns_names import HOST_SUBJECT_PREFIX, HOST_SUBJECTS
from ctscan.personal.prefilter.impersonal_extensions import end_of_element

MAX_TEMPLATES: Final = 8_192
"""Most templates, of prefixes and suffixes, with the issuers in them; one more, and all are forgotten."""

MAX_ALIKE: Final = 16
"""Shapes of extensions under one prefix; later ones are not learned."""

KEY_ID: Final = b"\x30\x1d\x06\x03\x55\x1d\x0e\x04\x16\x04\x14"
"""Beginning of a subjectKeyIdentifier extension of 20 octets, before these octets."""

KEY_ID_SIZE: Final = 31

UTC_TIMES: Final = b"\x30\x1e\x17\x0d"
"""Beginning of a Validity of two UTCTimes of 13 characters."""

WINDOW: Final = 18
"""Octets from the algorithm on that determine the length of algorithm and issuer together."""

_UTC_TIMES_SIZE: Final = 32
_SERIAL_AT: Final = 10
_KEY_ID_OCTETS: Final = KEY_ID_SIZE - len(KEY_ID)

Runs = tuple[bytes, ...]
Reader = Callable[[bytes, int], Runs]
"""Cutter of a buffer at an offset."""

SuffixTemplate = tuple[Reader, Runs, Reader]
"""Reader of the headers; the expected headers; reader of the runs before, between and behind, with the names third."""

_ExtensionShape = tuple[int, bytes, int, int, int, int, bool, bool]
"""Size and header of the key; octets of the three runs; octets of the key identifier (31 or 0); whether the key
identifier comes last; whether the SAN is critical."""


@dataclass(slots=True)
class PrefixTemplate:
    """Positions of header, algorithm with issuer, digits, octets between, digits, and header of the subject."""

    read: Reader
    size: int
    signers: set[bytes] = field(default_factory=set)
    suffixes: dict[int, tuple[SuffixTemplate, ...]] = field(default_factory=dict)  # by `suffix_key`
    shapes: list[_ExtensionShape] = field(default_factory=list)


class Templates:
    """Templates of one prefilter."""

    __slots__ = ("_count", "prefixes")

    def __init__(self) -> None:
        self.prefixes: dict[tuple[int, bytes], PrefixTemplate] = {}  # by length of the serial number, and window
        self._count = 0

    def learn(self, buffer: bytes, start: int, end: int, known: set[bytes]) -> None:
        """Learn the positions in the impersonal TBSCertificate in `[start, end)`, if all its extensions except key
        identifier and SAN are `known`."""
        serial = buffer[start + _SERIAL_AT]
        at = start + _SERIAL_AT + 1 + serial
        issuer = at + 2 + buffer[at + 1]
        issuer_end = end_of_element(buffer, issuer)
        if issuer + 2 + (buffer[issuer + 1] > 0x7F) > at + WINDOW or issuer_end < at + WINDOW:
            return  # the window doesn't determine where the issuer ends
        suffix = _end_of_subject(buffer, issuer_end + _UTC_TIMES_SIZE)
        is_usual = suffix and buffer.startswith(UTC_TIMES, issuer_end)
        shape = _extension_shape(buffer, suffix, end, known) if is_usual else None
        if shape is None:
            return
        self._make_room()
        key = serial, buffer[at : at + WINDOW]
        signer = buffer[at : issuer_end + len(UTC_TIMES)]
        prefix = self.prefixes.get(key)
        if prefix is None:
            places = f"{_SERIAL_AT}s{1 + serial}x{len(signer)}s12s3s12s{1 + HOST_SUBJECT_PREFIX}s"
            size = issuer_end + _UTC_TIMES_SIZE + HOST_SUBJECT_PREFIX - start
            prefix = PrefixTemplate(Struct(places).unpack_from, size)
            self.prefixes[key] = prefix
        prefix.signers.add(signer)
        if shape not in prefix.shapes and len(prefix.shapes) < MAX_ALIKE:
            prefix.shapes.append(shape)
            prefix.suffixes.clear()

    def suffixes(self, prefix: PrefixTemplate, buffer: bytes, at: int, end: int) -> tuple[SuffixTemplate, ...]:
        """Make the templates for the suffix in `[at, end)`, which depend on its size; there may be none."""
        made = [_suffix_template(shape, end - at) for shape in prefix.shapes if shape[1][1] == buffer[at + 1]]
        found = tuple(template for template in made if template is not None)
        self._make_room()
        prefix.suffixes[suffix_key(buffer, at, end)] = found
        return found

    def _make_room(self) -> None:
        self._count += 1
        if self._count > MAX_TEMPLATES:
            self.prefixes.clear()
            self._count = 1


def suffix_key(buffer: bytes, at: int, end: int) -> int:
    """Return the key of `PrefixTemplate.suffixes`: the size, and the first length octet of the public key."""
    return (end - at) << 8 | buffer[at + 1]


def _end_of_subject(buffer: bytes, at: int) -> int:
    """Return the offset after a subject that is empty or a host; 0 for another subject."""
    if buffer[at + 1] == 0:
        return at + 2
    size = HOST_SUBJECTS.get(buffer[at : at + HOST_SUBJECT_PREFIX])
    return at + HOST_SUBJECT_PREFIX + size if size else 0


def _extension_shape(buffer: bytes, suffix: int, end: int, known: set[bytes]) -> _ExtensionShape | None:
    """Return the shape of the extensions; None without a SAN, with an extension that is neither key identifier, SAN nor
    known, or with another order."""
    key_end = end_of_element(buffer, suffix)
    key_prefix = buffer[suffix : suffix + (2 if buffer[suffix + 1] < 0x80 else buffer[suffix + 1] - 0x7E)]
    at = first = key_end + len(extensions_prefix(end - key_end))
    san = san_end = key_id = 0
    critical = False
    while at < end:
        stop = end_of_element(buffer, at)
        octets, critical_octets = san_prefix(stop - at), critical_san_prefix(stop - at)
        if stop - at == KEY_ID_SIZE and buffer.startswith(KEY_ID, at) and not key_id:
            key_id = at
        elif octets and buffer.startswith(octets, at) and not san:
            san, san_end = at, stop
        elif critical_octets and buffer.startswith(critical_octets, at) and not san:
            san, san_end, critical = at, stop, True
        elif buffer[at:stop] not in known:
            return None
        at = stop
    if not san or (key_id > san and key_id + KEY_ID_SIZE != end):
        return None
    key = key_end - suffix, key_prefix
    if not key_id:
        return *key, san - first, 0, end - san_end, 0, False, critical
    if key_id > san:
        return *key, san - first, 0, key_id - san_end, KEY_ID_SIZE, True, critical
    return *key, key_id - first, san - key_id - KEY_ID_SIZE, end - san_end, KEY_ID_SIZE, False, critical


def _suffix_template(shape: _ExtensionShape, size: int) -> SuffixTemplate | None:
    """Make the template of a shape for a suffix of `size` octets; None for an impossible size."""
    key, key_prefix, before, between, behind, key_id, is_last, critical = shape
    extensions = extensions_prefix(size - key)
    san = size - key - len(extensions) - before - between - behind - key_id
    names_prefix = critical_san_prefix(san) if critical else san_prefix(san)
    if not extensions or not names_prefix:
        return None
    names = san - len(names_prefix)
    key_octets = key - len(key_prefix)
    # the same places twice: headers are read (s) where runs are skipped (x), and the reverse
    places = [(len(key_prefix), "h"), (key_octets, "x"), (len(extensions), "h"), (before, "r")]
    identifier = [(len(KEY_ID), "h"), (_KEY_ID_OCTETS, "x")] if key_id else []
    places += [] if is_last else identifier
    places += [(between, "r"), (len(names_prefix), "h"), (names, "r"), (behind, "r")]
    places += identifier if is_last else []
    headers = [key_prefix, extensions, names_prefix]
    if key_id:
        headers.insert(3 if is_last else 2, KEY_ID)
    return _struct(places, "h"), tuple(headers), _struct(places, "r")


def _struct(places: list[tuple[int, str]], wanted: str) -> Reader:
    """Make a reader of the wanted places that skips all other places."""
    return Struct("".join(f"{size}{'s' if kind == wanted else 'x'}" for size, kind in places)).unpack_from
