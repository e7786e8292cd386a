"""The byte-level filter before the full reading: drops an entry only if all of it is known to be impersonal.

Closed by default: a certificate that departs in any octet from the few layouts below is a candidate and is read in
full. What is dropped is DER with the shortest lengths, in which

    subject      is empty, or has one attribute to an RDN: a host name as CN, plain ASCII without "@" as C, L, ST, O,
                 with no word that sole traders have
    SAN          has only dNSNames of ASCII host characters
    issuer       is one of those that a full reading found nothing in (`learn_issuer`)
    extensions   are of the types in `layouts.py`, laid out so that no text but a plain http(s) URI has a place, and
                 without a policy for natural persons
    validity     is two times of digits

and that names none of the domains in whose hosts names of people are looked for.

Serial number, key and signatures are not looked into: no rule reads them. A rule that is to find something in what is
dropped here has to narrow this filter; tests/personal/test_prefilter.py proves that today's rules don't. What the
reader can't read is searched by its strings, so that nothing may be dropped that the reader would give up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from ctscan.errors import FormatError
from ctscan.personal.layouts import after, is_impersonal_extension, length_octets
from ctscan.personal.who.shapes import SOLE_TRADER

MAX_ISSUERS: Final = 20_000
MAX_ISSUER: Final = 1_024
"""Octets of an issuer name worth remembering; certificates of a larger one are never dropped."""

MAX_KNOWN: Final = 20_000
MAX_KNOWN_SIZE: Final = 512
"""Extensions and runs of them remembered, and the octets of one; larger ones are looked at each time."""

_VERSION_3: Final = b"\xa0\x03\x02\x01\x02"
_UTC_TIMES: Final = b"\x30\x1e\x17\x0d"  # two UTCTimes of 13 characters
_UTC_TIMES_SHAPE: Final = b"\x30\x1e\x17\x0d000000000000Z\x17\x0d000000000000Z"  # of both, with any digits
_UTC_TIMES_SIZE: Final = len(_UTC_TIMES_SHAPE)
_ANY_DIGIT: Final = bytes.maketrans(b"0123456789", b"0000000000")
_KEY_ID: Final = b"\x30\x1d\x06\x03\x55\x1d\x0e\x04\x16\x04\x14"  # subjectKeyIdentifier of 20 octets
_KEY_ID_SIZE: Final = 31
_SAN: Final = b"\x06\x03\x55\x1d\x11"
_SCT_LIST: Final = b"\x06\x0a\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02"
_CRITICAL: Final = b"\x01\x01\xff"

# 30 L, then twice 17 0D YYMMDDHHMMSSZ or 18 0F YYYYMMDDHHMMSSZ; whether L is right is checked beside
_VALIDITY: Final = re.compile(rb"\x30[\x1e\x20\x22](?:\x17\x0d[0-9]{12}Z|\x18\x0f[0-9]{14}Z){2}")
# 0x82 (dNSName), a length in one octet, host characters; whether the lengths are right is checked beside
_DNS_NAMES: Final = re.compile(rb"(?:\x82[\x01-\x7f][-.*_0-9A-Za-z]++)++")
_HOST_CHARACTERS: Final = re.compile(rb"[-.*_0-9A-Za-z]+")
# a host in small letters whose labels are no IDNA ("xn--")
_HOST: Final = re.compile(rb"(?:\*\.)?(?:[a-z0-9]++(?:-[a-z0-9]++)*+\.)++[a-z][a-z0-9]++")
# 06 03 55 04 03, a string type, a length, a host
_HOST_CN: Final = re.compile(rb"\x06\x03\x55\x04\x03[\x0c\x13\x16]([\x03-\x40])(" + _HOST.pattern + rb")")
# 30 L { 31 L { 30 L { CN of so many characters } } }: a host name as CN and nothing else
_HOST_SUBJECTS: Final = {
    bytes((0x30, size + 11, 0x31, size + 9, 0x30, size + 7, 0x06, 0x03, 0x55, 0x04, 0x03, kind, size)): size
    for size in range(3, 65)
    for kind in (0x0C, 0x13, 0x16)
}
_HOST_SUBJECT_HEAD: Final = 13
# 06 03 55 04 and C (6), L (7), ST (8) or O (10), a string type, a length, printable ASCII without "@"
_PLAIN_ATTRIBUTE: Final = re.compile(rb"\x06\x03\x55\x04[\x06\x07\x08\x0a][\x0c\x13\x16]([\x01-\x7f])([ -?A-~]+)")


_MARK_OF_TRADER: Final = re.compile(SOLE_TRADER.encode("ascii"))


class Prefilter:
    """Knows the issuers and the extensions that were looked at before. One for each process; not for threads.

    `domains`: canonical ones of the scope; whatever has one of them in it, in any case, is never dropped.
    """

    __slots__ = ("_domains", "_issuers", "_known", "_signers")

    def __init__(self, domains: Iterable[str] = ()) -> None:
        self._domains = tuple(domain.encode("ascii").lower() for domain in domains)
        self._issuers: set[bytes] = set()
        self._known: set[bytes] = set()
        self._signers: set[bytes] = set()  # algorithm and known issuer, as they follow each other

    def learn_issuer(self, name: bytes) -> None:
        """Remember an issuer Name (the whole element) in which a full reading found no personal data."""
        if len(name) <= MAX_ISSUER:
            if len(self._issuers) >= MAX_ISSUERS:
                self._issuers.clear()
            self._issuers.add(name)

    def is_impersonal(self, buffer: bytes, start: int, end: int, precert: bool) -> bool:
        """Whether nothing in the certificate (`precert`: the TBSCertificate) in `[start, end)` can be personal data.

        Never raises: whatever is cut off or malformed is not impersonal. The positions below may run past `end`; they
        only grow, so that the comparison with the end of the TBS catches that.
        """
        try:
            if end > len(buffer) or not self._is_impersonal(buffer, start, end, precert):
                return False
        except (IndexError, FormatError):  # cut off at the very end of the buffer, or no DER
            return False
        return not self._domains or not self._names_a_domain(buffer[start:end].lower())

    def _names_a_domain(self, octets: bytes) -> bool:
        return any(domain in octets for domain in self._domains)

    def _is_impersonal(self, buffer: bytes, start: int, end: int, precert: bool) -> bool:
        """In one piece, though long: a call costs as much as a field, and this runs for every entry of every log."""
        at = start
        stop = end
        if not precert:
            # 30 82 LL LL { TBS, 30 LL algorithm, 03 LL signature }; fewer than 256 octets hold no real certificate
            if buffer[at] != 0x30 or buffer[at + 1] != 0x82 or not buffer[at + 2]:
                return False
            if at + 4 + (buffer[at + 2] << 8 | buffer[at + 3]) != end:
                return False
            at += 4
            stop = at + 4 + (buffer[at + 2] << 8 | buffer[at + 3])
            if not _is_signature(buffer, stop, end):
                return False
        # 30 82 LL LL, version, 02 serial, 30 algorithm, 30 issuer, 30 validity, 30 subject, 30 key, A3 extensions
        head = _tbs_head(stop - at)
        if not head or not buffer.startswith(head, at) or buffer[at + 10] > 0x7F:
            return False
        at += 11 + buffer[at + 10]

        # most certificates of an issuer have the same algorithm and issuer between serial number and times
        times = buffer.find(_UTC_TIMES, at, stop)
        after_times = times + _UTC_TIMES_SIZE
        if (
            times > at
            and buffer[at:times] in self._signers
            and buffer[times:after_times].translate(_ANY_DIGIT) == _UTC_TIMES_SHAPE
        ):
            at = after_times
        else:
            at = self._after_times(buffer, at)
        if not at or buffer[at] != 0x30:
            return False
        if buffer[at + 1]:
            size = _HOST_SUBJECTS.get(buffer[at : at + _HOST_SUBJECT_HEAD])
            if size:
                at += _HOST_SUBJECT_HEAD
                if not _HOST.fullmatch(buffer, at, at + size):
                    return False
                at += size
            else:
                end = after(buffer, at)
                if not is_organisational(buffer, at, end):
                    return False
                at = end
        else:
            at += 2
        if buffer[at] != 0x30:
            return False
        at = at + 2 + buffer[at + 1] if buffer[at + 1] < 0x80 else after(buffer, at)

        # A3 LL { 30 LL { extensions } }, to the end of the TBS
        head = _extensions_head(stop - at)
        if not head or not buffer.startswith(head, at):
            return False
        return self._are_impersonal_extensions(buffer, at + len(head), stop)

    def _after_times(self, buffer: bytes, at: int) -> int:
        """Offset after algorithm, issuer and validity if the issuer is known; else 0. Learns what it has seen."""
        start = at
        if buffer[at] != 0x30 or buffer[at + 1] > 0x7F:
            return 0
        at += 2 + buffer[at + 1]
        end = after(buffer, at)
        validity = _VALIDITY.match(buffer, end)
        if buffer[at:end] not in self._issuers or not validity or validity.end() != end + 2 + buffer[end + 1]:
            return 0
        if len(self._signers) >= MAX_ISSUERS:
            self._signers.clear()
        self._signers.add(buffer[start:end])
        return validity.end()

    def _are_impersonal_extensions(self, buffer: bytes, at: int, stop: int) -> bool:
        """Whether `[at, stop)` is Extension elements without personal data.

        Most issuers write the same extensions around a key identifier and a SAN. Such a run of whole elements is known
        as one: it is the same octets, hence the same elements, and needs no walk. What is left is walked.
        """
        known = self._known
        key_id = buffer.find(_KEY_ID, at, stop)
        if key_id == at or (key_id > at and buffer[at:key_id] in known):
            at = key_id + _KEY_ID_SIZE
        san = buffer.find(_SAN, at, stop) - 2
        if san > at:
            if buffer[san] != 0x30:  # a length in two or three octets
                san -= 1 if buffer[san] == 0x81 else 2
            if buffer[at:san] in known:
                at = after(buffer, san)
                head = _san_head(at - san)
                if head and buffer.startswith(head, san):
                    if not _are_hosts(buffer[san + len(head) : at]):
                        return False
                elif not self._is_impersonal_extension(buffer[san:at]):
                    return False
        return (at < stop and buffer[at:stop] in known) or self._walk(buffer, at, stop)

    def _walk(self, buffer: bytes, at: int, stop: int) -> bool:
        """The same, element by element; learns the runs on the way."""
        known = self._known
        run = at
        while at < stop:
            end = after(buffer, at)
            extension = buffer[at:end]
            if extension not in known:
                if not self._is_impersonal_extension(extension):
                    return False
                if extension not in known:  # one of its kind
                    self._learn(buffer[run:at])
                    run = end
            at = end
        if at == stop:
            self._learn(buffer[run:at])
        return at == stop

    def _is_impersonal_extension(self, extension: bytes) -> bool:
        """An Extension that is not known; those that other certificates are likely to repeat are remembered."""
        size = len(extension)
        head = _san_head(size)
        if head and extension.startswith(head):
            return _are_hosts(extension[len(head) :])
        if size == _KEY_ID_SIZE and extension.startswith(_KEY_ID):
            return True
        head = _sct_list_head(size)
        if head and extension.startswith(head):
            return True
        if is_impersonal_extension(extension):
            self._learn(extension)
            return True
        head = _critical_san_head(size)
        return bool(head) and extension.startswith(head) and _are_hosts(extension[len(head) :])

    def _learn(self, extensions: bytes) -> None:
        """Remember a run of whole Extension elements."""
        if 0 < len(extensions) <= MAX_KNOWN_SIZE:
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            self._known.add(extensions)


def _is_signature(buffer: bytes, at: int, end: int) -> bool:
    """Whether `[at, end)` holds an algorithm and a BIT STRING, and nothing else."""
    if buffer[at] != 0x30 or buffer[at + 1] > 0x7F:
        return False
    at += 2 + buffer[at + 1]
    return buffer[at] == 0x03 and after(buffer, at) == end


def _are_hosts(names: bytes) -> bool:
    """Whether the content of a GeneralNames is dNSNames of host characters only, each as long as it says."""
    if names[0] == 0x82 and names[1] == len(names) - 2 and names[1] < 0x80:
        return _HOST_CHARACTERS.fullmatch(names, 2) is not None  # one name, as most have
    if not _DNS_NAMES.fullmatch(names):
        return _are_long_hosts(names)
    # no host character is 0x82 and no length either, so that splitting finds exactly the names
    _, *parts = names.split(b"\x82")
    for part in parts:  # noqa: SIM110  a generator costs more than the few names
        if part[0] != len(part) - 1:  # the octet before the host is its length
            return False
    return True


def _are_long_hosts(names: bytes) -> bool:
    """The same for any length of name."""
    at, end = 0, len(names)
    while at < end:
        stop = after(names, at)
        body = at + (2 if names[at + 1] < 0x80 else names[at + 1] - 0x7E)
        if names[at] != 0x82 or stop > end or not _HOST_CHARACTERS.fullmatch(names, body, stop):
            return False
        at = stop
    return end > 0


# --- subject -------------------------------------------------------------------------------------------------------


def is_organisational(buffer: bytes, at: int, end: int) -> bool:
    """Whether the Name in `[at, end)` holds only C, L, ST, O in printable ASCII without "@", and host names as CN.

    O may be the name of a person: under a policy for natural persons (see `layouts`) or with the mark of a sole trader.
    """
    at += 2 if buffer[at + 1] < 0x80 else buffer[at + 1] - 0x7E
    while at < end:
        # 31 L { 30 L { OID, string } }
        size = buffer[at + 1]
        if buffer[at] != 0x31 or size > 0x7F or buffer[at + 2] != 0x30 or buffer[at + 3] != size - 2:
            return False
        rdn_end = at + 2 + size
        found = _PLAIN_ATTRIBUTE.fullmatch(buffer, at + 4, rdn_end) or _HOST_CN.fullmatch(buffer, at + 4, rdn_end)
        if not found or found[1][0] != len(found[2]) or _MARK_OF_TRADER.search(found[2]):
            return False
        at = rdn_end
    return at == end


# --- headers by size -----------------------------------------------------------------------------------------------
# The size of an element alone tells the headers of all elements that it consists of, if they nest without siblings.


def _nested(head: bytes, size: int, tags: tuple[int, ...]) -> tuple[bytes, int]:
    """Headers of elements that fill `size` octets, each in the one before, appended to `head`, and the octets that are
    left for the content; `(b"", 0)` when no element is that long."""
    for tag in tags:
        content = size - (2 if size < 0x82 else 3 if size < 0x103 else 4)
        octets = length_octets(content) if 0 < content < 0x10000 else b""
        if 1 + len(octets) + content != size:
            return b"", 0
        head += bytes((tag,)) + octets
        size = content
    return head, size


def _extension_head(oid: bytes, tags: tuple[int, ...], size: int) -> tuple[bytes, int]:
    head, size = _nested(b"", size, (0x30,))
    return _nested(head + oid, size - len(oid), tags) if head else (b"", 0)


@lru_cache(maxsize=4096)
def _tbs_head(size: int) -> bytes:
    """The octets up to the tag of the serial number in a TBSCertificate of `size` octets; empty for one with less than
    256 octets of content, which is no real one."""
    head, _ = _nested(b"", size, (0x30,))
    return head + _VERSION_3 + b"\x02" if len(head) == 4 else b""


@lru_cache(maxsize=4096)
def _extensions_head(size: int) -> bytes:
    """The octets before the first Extension where [3] fills `size` octets; empty: it can't."""
    return _nested(b"", size, (0xA3, 0x30))[0]


@lru_cache(maxsize=4096)
def _san_head(size: int) -> bytes:
    """The octets before the general names in a subjectAltName extension of `size` octets; empty: none has that size."""
    return _extension_head(_SAN, (0x04, 0x30), size)[0]


@lru_cache(maxsize=4096)
def _critical_san_head(size: int) -> bytes:
    return _extension_head(_SAN + _CRITICAL, (0x04, 0x30), size)[0]


@lru_cache(maxsize=4096)
def _sct_list_head(size: int) -> bytes:
    """The octets before the first SCT (RFC 6962 section 3.3): OCTET STRING in OCTET STRING, length of the list."""
    head, left = _extension_head(_SCT_LIST, (0x04, 0x04), size)
    return head + (left - 2).to_bytes(2, "big") if left > 2 else b""
