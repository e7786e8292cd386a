"""Moulds: where things stand in the precertificates that were seen before, so that the next ones need not be walked.

A mould is cast from a TBSCertificate that was walked element by element and found impersonal. It only says where to
look: what stands there is compared in every certificate.

    head    30 82 LL LL, version, 02 | serial | algorithm, issuer, 30 1E 17 0D | digits | "Z" 17 0D | digits | "Z", and
            the subject up to the host that it is, or 30 00
    tail    key | A3 LL 30 LL | run | key identifier | run | subjectAltName | run
            key | A3 LL 30 LL | run |                        subjectAltName | run
            key | A3 LL 30 LL | run |                        subjectAltName | run | key identifier

Each run must be one of the known: the same octets as whole Extension elements that were looked at. The headers between
them follow from the sizes, so that all of it nests as it did when it was walked. What may differ is what no rule reads
(serial number, key, key identifier) and what is looked at each time: the digits, the host, and the dNSNames.

One mould of a head serves a length of serial number, an algorithm and a length of issuer; one of a tail the same
lengths of runs, and whatever length of names is left in a tail of its size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from struct import Struct
from typing import Final

from ctscan.personal.prefilter.der_prefixes import critical_san_head, extensions_head, san_head
from ctscan.personal.prefilter.dns_names import HOST_SUBJECT_HEAD, HOST_SUBJECTS
from ctscan.personal.prefilter.impersonal_extensions import after

MAX_MOULDS: Final = 8_192
"""Moulds, of heads and of tails, and issuers in them; all are forgotten when there are more."""

MAX_ALIKE: Final = 16
"""Kinds of tails under one head; with more, the first ones stay."""

KEY_ID: Final = b"\x30\x1d\x06\x03\x55\x1d\x0e\x04\x16\x04\x14"
"""Up to the octets of a subjectKeyIdentifier of 20."""

KEY_ID_SIZE: Final = 31

UTC_TIMES: Final = b"\x30\x1e\x17\x0d"
"""The beginning of a Validity of two UTCTimes of 13 characters."""

WINDOW: Final = 18
"""Octets from the algorithm on that tell how long it and the issuer are together."""

_UTC_TIMES_SIZE: Final = 32
_SERIAL_AT: Final = 10
_KEY_ID_OCTETS: Final = KEY_ID_SIZE - len(KEY_ID)

Runs = tuple[bytes, ...]
Reader = Callable[[bytes, int], Runs]
"""Cuts a buffer at an offset."""

Tail = tuple[Reader, Runs, Reader]
"""Reads the headers; what they must be; reads the runs before, between and after, with the names before the last."""

_Kind = tuple[int, bytes, int, int, int, int, bool, bool]
"""Size and header of the key; octets of the three runs; of the key identifier (31 or 0); whether that is the last;
whether the SAN is critical."""


@dataclass(slots=True)
class Head:
    """A mould of a head: reads header, algorithm with issuer, digits, what is between, digits, subject's header."""

    read: Reader
    size: int
    signers: set[bytes] = field(default_factory=set)
    tails: dict[int, tuple[Tail, ...]] = field(default_factory=dict)  # by `tail_key`
    kinds: list[_Kind] = field(default_factory=list)


class Moulds:
    """All moulds of a prefilter."""

    __slots__ = ("_count", "heads")

    def __init__(self) -> None:
        self.heads: dict[tuple[int, bytes], Head] = {}
        """By the length of the serial number and the window behind it."""
        self._count = 0

    def cast(self, buffer: bytes, start: int, end: int, known: set[bytes]) -> None:
        """Learn from the impersonal TBSCertificate in `[start, end)` if all its extensions but key identifier and
        SAN are among the known ones, which others repeat."""
        serial = buffer[start + _SERIAL_AT]
        at = start + _SERIAL_AT + 1 + serial
        issuer = at + 2 + buffer[at + 1]
        issuer_end = after(buffer, issuer)
        if issuer + 2 + (buffer[issuer + 1] > 0x7F) > at + WINDOW or issuer_end < at + WINDOW:
            return  # the window doesn't tell where the issuer ends
        tail = _after_subject(buffer, issuer_end + _UTC_TIMES_SIZE)
        kind = _kind(buffer, tail, end, known) if tail and buffer.startswith(UTC_TIMES, issuer_end) else None
        if kind is None:
            return
        self._make_room()
        key = serial, buffer[at : at + WINDOW]
        signer = buffer[at : issuer_end + len(UTC_TIMES)]
        head = self.heads.get(key)
        if head is None:
            places = f"{_SERIAL_AT}s{1 + serial}x{len(signer)}s12s3s12s{1 + HOST_SUBJECT_HEAD}s"
            head = Head(Struct(places).unpack_from, issuer_end + _UTC_TIMES_SIZE + HOST_SUBJECT_HEAD - start)
            self.heads[key] = head
        head.signers.add(signer)
        if kind not in head.kinds and len(head.kinds) < MAX_ALIKE:
            head.kinds.append(kind)
            head.tails.clear()

    def tails(self, head: Head, buffer: bytes, at: int, end: int) -> tuple[Tail, ...]:
        """The moulds for the tail in `[at, end)`, made for its size; may be none."""
        made = [_tail(kind, end - at) for kind in head.kinds if kind[1][1] == buffer[at + 1]]
        found = tuple(tail for tail in made if tail is not None)
        self._make_room()
        head.tails[tail_key(buffer, at, end)] = found
        return found

    def _make_room(self) -> None:
        self._count += 1
        if self._count > MAX_MOULDS:
            self.heads.clear()
            self._count = 1


def tail_key(buffer: bytes, at: int, end: int) -> int:
    """Under what the moulds of a tail are kept: its size, and the first length octet of the key."""
    return (end - at) << 8 | buffer[at + 1]


def _after_subject(buffer: bytes, at: int) -> int:
    """Offset after a subject that is empty or a host; 0: it is neither."""
    if buffer[at + 1] == 0:
        return at + 2
    size = HOST_SUBJECTS.get(buffer[at : at + HOST_SUBJECT_HEAD])
    return at + HOST_SUBJECT_HEAD + size if size else 0


def _kind(buffer: bytes, tail: int, end: int, known: set[bytes]) -> _Kind | None:
    """What kind of tail it is; None for one without a SAN, or with anything but key identifier, SAN and what is
    known, or with these elsewhere."""
    key_end = after(buffer, tail)
    key_head = buffer[tail : tail + (2 if buffer[tail + 1] < 0x80 else buffer[tail + 1] - 0x7E)]
    at = first = key_end + len(extensions_head(end - key_end))
    san = san_end = key_id = 0
    critical = False
    while at < end:
        stop = after(buffer, at)
        octets, critical_octets = san_head(stop - at), critical_san_head(stop - at)
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
    key = key_end - tail, key_head
    if not key_id:
        return *key, san - first, 0, end - san_end, 0, False, critical
    if key_id > san:
        return *key, san - first, 0, key_id - san_end, KEY_ID_SIZE, True, critical
    return *key, key_id - first, san - key_id - KEY_ID_SIZE, end - san_end, KEY_ID_SIZE, False, critical


def _tail(kind: _Kind, size: int) -> Tail | None:
    """The mould of this kind for a tail of `size` octets; None when there can't be one."""
    key, key_head, before, between, behind, key_id, is_last, critical = kind
    extensions = extensions_head(size - key)
    san = size - key - len(extensions) - before - between - behind - key_id
    names_head = critical_san_head(san) if critical else san_head(san)
    if not extensions or not names_head:
        return None
    names = san - len(names_head)
    key_octets = key - len(key_head)
    # the same places twice: a header is read (s) where runs are passed over (x), and the other way round
    places = [(len(key_head), "h"), (key_octets, "x"), (len(extensions), "h"), (before, "r")]
    identifier = [(len(KEY_ID), "h"), (_KEY_ID_OCTETS, "x")] if key_id else []
    places += [] if is_last else identifier
    places += [(between, "r"), (len(names_head), "h"), (names, "r"), (behind, "r")]
    places += identifier if is_last else []
    headers = [key_head, extensions, names_head]
    if key_id:
        headers.insert(3 if is_last else 2, KEY_ID)
    return _struct(places, "h"), tuple(headers), _struct(places, "r")


def _struct(places: list[tuple[int, str]], wanted: str) -> Reader:
    """Reads the wanted places and passes over the others."""
    return Struct("".join(f"{size}{'s' if kind == wanted else 'x'}" for size, kind in places)).unpack_from
