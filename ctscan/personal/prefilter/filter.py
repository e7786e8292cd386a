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
import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ctscan.errors import FormatError
from ctscan.model import Span
from ctscan.personal.attribution.name_shapes import SOLE_TRADER
from ctscan.personal.prefilter.der_prefixes import (
    critical_san_head,
    extensions_head,
    san_head,
    sct_list_head,
    tbs_head,
)
from ctscan.personal.prefilter.dns_names import HOST, HOST_SUBJECT_HEAD, HOST_SUBJECTS, are_hosts
from ctscan.personal.prefilter.impersonal_extensions import after, is_impersonal_extension
from ctscan.personal.prefilter.templates import KEY_ID, KEY_ID_SIZE, UTC_TIMES, WINDOW, Moulds

MAX_ISSUERS: Final = 20_000
MAX_ISSUER: Final = 1_024
"""Octets of an issuer name worth remembering; certificates of a larger one are never dropped."""

MAX_KNOWN: Final = 20_000
MAX_KNOWN_SIZE: Final = 512
"""Extensions and runs of them remembered, and the octets of one; larger ones are looked at each time."""

_UTC_TIMES_SHAPE: Final = b"\x30\x1e\x17\x0d000000000000Z\x17\x0d000000000000Z"  # of both, with any digits
_UTC_TIMES_SIZE: Final = len(_UTC_TIMES_SHAPE)
_ANY_DIGIT: Final = bytes.maketrans(b"0123456789", b"0000000000")
_BETWEEN_TIMES: Final = b"Z\x17\x0d"
_NO_SUBJECT: Final = b"Z\x30\x00"
_HOST_WIDTHS: Final = {b"Z" + head: size for head, size in HOST_SUBJECTS.items()}  # by what is read after the digits
_ONE_NAME: Final = (b"", *(bytes((0x82, size)) for size in range(1, 65)))  # before the one dNSName of so many octets
_SAN: Final = b"\x06\x03\x55\x1d\x11"

# 30 L, then twice 17 0D YYMMDDHHMMSSZ or 18 0F YYYYMMDDHHMMSSZ; whether L is right is checked beside
_VALIDITY: Final = re.compile(rb"\x30[\x1e\x20\x22](?:\x17\x0d[0-9]{12}Z|\x18\x0f[0-9]{14}Z){2}")
# 06 03 55 04 03, a string type, a length, a host
_HOST_CN: Final = re.compile(rb"\x06\x03\x55\x04\x03[\x0c\x13\x16]([\x03-\x40])(" + HOST.pattern + rb")")
# 06 03 55 04 and C (6), L (7), ST (8) or O (10), a string type, a length, printable ASCII without "@"
_PLAIN_ATTRIBUTE: Final = re.compile(rb"\x06\x03\x55\x04[\x06\x07\x08\x0a][\x0c\x13\x16]([\x01-\x7f])([ -?A-~]+)")


_MARK_OF_TRADER: Final = re.compile(SOLE_TRADER.encode("ascii"))


class Prefilter:
    """Knows the issuers and the extensions that were looked at before. One for each process; not for threads.

    `domains`: canonical ones of the scope; whatever has one of them in it, in any case, is never dropped.
    """

    __slots__ = ("_domains", "_issuers", "_known", "_moulds", "_signers")

    def __init__(self, domains: Iterable[str] = ()) -> None:
        self._domains = tuple(domain.encode("ascii").lower() for domain in domains)
        self._issuers: set[bytes] = set()
        self._known: set[bytes] = {b""}  # no run of extensions at all is one, too
        self._moulds = Moulds()
        self._signers: set[bytes] = set()  # algorithm and known issuer, as they follow each other

    def learn_issuer(self, name: bytes) -> None:
        """Remember an issuer Name (the whole element) in which a full reading found no personal data."""
        if len(name) <= MAX_ISSUER:
            if len(self._issuers) >= MAX_ISSUERS:
                self._issuers.clear()
            self._issuers.add(name)

    def is_impersonal(self, buffer: bytes, start: int, end: int, precert: bool) -> bool:
        """Whether nothing in the certificate (`precert`: the TBSCertificate) in `[start, end)` can be personal data.
        Never raises: whatever is cut off or malformed is not impersonal."""
        return not any(True for _ in self.candidates(buffer, [(start, end)], [precert]))

    def candidates(self, buffer: bytes, spans: Sequence[Span], precerts: Sequence[bool]) -> Iterator[int]:
        """The positions in `spans` of the certificates that aren't impersonal.

        Lazy, so that an issuer that is learnt from one candidate is known from the next certificate on.
        In one piece, though long: a call costs as much as a field, and this runs for every entry of every log.
        """
        moulds, known, domains, table = self._moulds, self._known, self._domains, _ONE_NAME
        heads = moulds.heads
        for i, (start, end) in enumerate(spans):
            try:
                if precerts[i]:
                    serial = buffer[start + 10]
                    at = start + 11 + serial
                    head = heads[serial, buffer[at : at + WINDOW]]
                    header, signer, begin, between, close, subject = head.read(buffer, start)
                    at = start + head.size
                    width = _HOST_WIDTHS.get(subject, 0)
                    if width:
                        host = buffer[at : at + width]
                        fits = HOST.fullmatch(host) is not None
                        at += width
                    else:
                        host = b""
                        fits = subject.startswith(_NO_SUBJECT)
                        at -= HOST_SUBJECT_HEAD - 2
                    if (
                        fits
                        and signer in head.signers
                        and header == tbs_head(end - start)
                        and between == _BETWEEN_TIMES
                        and (begin + close).isdigit()
                    ):
                        tails = head.tails.get((end - at) << 8 | buffer[at + 1])
                        for read, headers, read_runs in moulds.tails(head, buffer, at, end) if tails is None else tails:
                            if read(buffer, at) == headers:
                                first, second, names, last = read_runs(buffer, at)
                                if (
                                    first in known
                                    and second in known
                                    and last in known
                                    and (names == table[width] + host or are_hosts(names))
                                ):
                                    break
                        else:
                            fits = False
                        if fits and not (domains and self._names_a_domain((host + names).lower())):
                            continue
            except (LookupError, FormatError, struct.error):  # of no mould, or cut off
                pass
            if not self._walks_through(buffer, start, end, precerts[i]):
                yield i

    def _walks_through(self, buffer: bytes, start: int, end: int, precert: bool) -> bool:
        """The same verdict without moulds, on which one is cast for others.

        The positions may run past `end`; they only grow, so that the comparison with the end of the TBS catches that.
        """
        known = len(self._known)
        try:
            if end > len(buffer) or not self._is_impersonal(buffer, start, end, precert):
                return False
        except (IndexError, FormatError):  # cut off at the very end of the buffer, or no DER
            return False
        if self._domains and self._names_a_domain(buffer[start:end].lower()):
            return False
        if precert and len(self._known) == known:  # nothing in it was new
            self._moulds.cast(buffer, start, end, self._known)
        return True

    def _names_a_domain(self, octets: bytes) -> bool:
        return any(domain in octets for domain in self._domains)

    def _is_impersonal(self, buffer: bytes, start: int, end: int, precert: bool) -> bool:
        """In one piece, for calls cost as much as fields, and half of all entries come here."""
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
        head = tbs_head(stop - at)
        if not head or not buffer.startswith(head, at) or buffer[at + 10] > 0x7F:
            return False
        at += 11 + buffer[at + 10]

        # most certificates of an issuer have the same algorithm and issuer between serial number and times
        times = buffer.find(UTC_TIMES, at, stop)
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
            size = HOST_SUBJECTS.get(buffer[at : at + HOST_SUBJECT_HEAD])
            if size:
                at += HOST_SUBJECT_HEAD
                if not HOST.fullmatch(buffer, at, at + size):
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
        head = extensions_head(stop - at)
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
        key_id = buffer.find(KEY_ID, at, stop)
        if key_id == at or (key_id > at and buffer[at:key_id] in known):
            at = key_id + KEY_ID_SIZE
        san = buffer.find(_SAN, at, stop) - 2
        if san > at:
            if buffer[san] != 0x30:  # a length in two or three octets
                san -= 1 if buffer[san] == 0x81 else 2
            if buffer[at:san] in known:
                at = after(buffer, san)
                head = san_head(at - san)
                if head and buffer.startswith(head, san):
                    if not are_hosts(buffer[san + len(head) : at]):
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
        head = san_head(size)
        if head and extension.startswith(head):
            return are_hosts(extension[len(head) :])
        if size == KEY_ID_SIZE and extension.startswith(KEY_ID):
            return True
        head = sct_list_head(size)
        if head and extension.startswith(head):
            return True
        if is_impersonal_extension(extension):
            self._learn(extension)
            return True
        head = critical_san_head(size)
        return bool(head) and extension.startswith(head) and are_hosts(extension[len(head) :])

    def _learn(self, extensions: bytes) -> None:
        """Remember a run of whole Extension elements, unless one of the domains is in it."""
        if 0 < len(extensions) <= MAX_KNOWN_SIZE and not self._names_a_domain(extensions.lower()):
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
                self._known.add(b"")
            self._known.add(extensions)


def _is_signature(buffer: bytes, at: int, end: int) -> bool:
    """Whether `[at, end)` holds an algorithm and a BIT STRING, and nothing else."""
    if buffer[at] != 0x30 or buffer[at + 1] > 0x7F:
        return False
    at += 2 + buffer[at + 1]
    return buffer[at] == 0x03 and after(buffer, at) == end


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
