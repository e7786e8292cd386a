"""The byte-level filter before the full reading: drops an entry only if all of it is known to be impersonal.

Closed by default: a certificate that departs in any octet from the few layouts below is a candidate and is read in
full. A dropped certificate is DER with the shortest lengths, in which

    subject      is empty, or has one attribute to an RDN: a host name as CN, plain ASCII without "@" as C, L, ST, O,
                 without a word for sole traders
    SAN          has only dNSNames of ASCII host characters
    issuer       is known: a full reading found nothing in it (`learn_issuer`)
    extensions   are of the types in `impersonal_extensions.py`, laid out so that no text but a plain http(s) URI has a
                 place, and without a policy for natural persons
    validity     is two times of digits

and no host is at or below a domain in whose hosts names of people are looked for.

No rule reads serial number, key and signatures, so the filter ignores them. A new rule that is to find something in a
dropped certificate has to narrow this filter; tests/personal/prefilter/test_prefilter.py proves that today's rules
find nothing there. Strings of a certificate that the reader would reject are searched, so such a certificate is never
dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ctscan.errors import FormatError
from ctscan.model import Octets, Span
from ctscan.native_core import CORE, Core, is_of, unsure
from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.name_shapes import SOLE_TRADER
from ctscan.personal.prefilter.der_prefixes import (
    critical_san_prefix,
    extensions_prefix,
    san_prefix,
    sct_list_prefix,
    tbs_prefix,
)
from ctscan.personal.prefilter.dns_names import (
    HOST,
    HOST_SUBJECT_PREFIX,
    HOST_SUBJECTS,
    ScopeDomains,
    are_hosts,
)
from ctscan.personal.prefilter.impersonal_extensions import (
    POLICIES_OF_PEOPLE,
    end_of_element,
    is_impersonal_extension,
)

MAX_ISSUERS: Final = 20_000
MAX_ISSUER: Final = 1_024
"""Most octets of an issuer name that is remembered; certificates of a larger one are never dropped."""

MAX_KNOWN: Final = 20_000
MAX_KNOWN_SIZE: Final = 512
"""Most extensions and runs of them that are remembered, and most octets of one; larger ones are checked each time."""

KEY_ID: Final = b"\x30\x1d\x06\x03\x55\x1d\x0e\x04\x16\x04\x14"
"""Beginning of a subjectKeyIdentifier extension of 20 octets, before these octets."""

KEY_ID_SIZE: Final = 31

_SAN: Final = b"\x06\x03\x55\x1d\x11"

# 30 L, then twice 17 0D YYMMDDHHMMSSZ or 18 0F YYYYMMDDHHMMSSZ; L is checked elsewhere
_VALIDITY: Final = late_pattern(rb"\x30[\x1e\x20\x22](?:\x17\x0d[0-9]{12}Z|\x18\x0f[0-9]{14}Z){2}")
# 06 03 55 04 03, a string type, a length, a host
_HOST_CN: Final = late_pattern(rb"\x06\x03\x55\x04\x03[\x0c\x13\x16]([\x03-\x40])(" + HOST.pattern + rb")")
# 06 03 55 04 and C (6), L (7), ST (8) or O (10), a string type, a length, printable ASCII without "@"
_PLAIN_ATTRIBUTE: Final = late_pattern(rb"\x06\x03\x55\x04[\x06\x07\x08\x0a][\x0c\x13\x16]([\x01-\x7f])([ -?A-~]+)")


_MARK_OF_TRADER: Final = late_pattern(SOLE_TRADER.encode("ascii"))


class Prefilter:
    """Memory of the issuers and extensions that were checked before. One for each process; not for threads.

    Args:
        domains: canonical domains of the scope; a certificate with a host at or below one of them, in any case of
            letters, is never dropped.
        core: drops most of what this filter drops, where it is installed; this filter decides about the rest.
    """

    __slots__ = ("_core", "_core_filter", "_domains", "_issuers", "_known")

    def __init__(self, domains: Sequence[str] = (), core: Core | None = CORE) -> None:
        self._core = core
        self._core_filter = core.Filter(sorted(POLICIES_OF_PEOPLE), domains) if core is not None else None
        self._domains = ScopeDomains(domains) if domains else None
        self._issuers: set[bytes] = set()
        self._known: set[bytes] = {b""}  # the empty run of extensions is known, too

    def learn_issuer(self, name: bytes) -> None:
        """Remember an issuer Name (the whole element) in which a full reading found no personal data."""
        if len(name) <= MAX_ISSUER:
            if len(self._issuers) >= MAX_ISSUERS:
                self._issuers.clear()
                if self._core_filter is not None:
                    self._core_filter.forget_issuers()
            self._issuers.add(name)
            if self._core_filter is not None:
                self._core_filter.learn_issuer(name)

    def candidates(self, buffer: Octets, spans: Sequence[Span], precerts: Sequence[bool]) -> Iterator[int]:
        """Yield the positions in `spans` of the certificates that aren't impersonal.

        Lazy, so that an issuer that is learned from one candidate is known from the next certificate on.
        """
        if self._core_filter is not None and is_of(self._core, spans):
            for i in unsure(self._core_filter, buffer, spans, precerts):
                der = buffer[slice(*spans[i])]
                if not self.is_impersonal(der, 0, len(der), precerts[i]):
                    yield i
            return
        whole = bytes(buffer)
        for i, (start, end) in enumerate(spans):
            if not self.is_impersonal(whole, start, end, precerts[i]):
                yield i

    def is_impersonal(self, buffer: bytes, start: int, end: int, precert: bool) -> bool:
        """Return whether nothing in the certificate in `[start, end)` can be personal data.

        Positions may run past `end`; they only grow, so the comparison with the end of the TBS catches that.

        Args:
            buffer: holds the certificate.
            start: offset of its first octet.
            end: offset behind its last octet.
            precert: whether it is a bare TBSCertificate.

        Returns:
            False also for a certificate that is cut off or malformed; never raises for its octets.
        """
        try:
            at, stop = (start, end) if precert else _tbs_span(buffer, start, end)
            return end <= len(buffer) and self._is_impersonal(buffer, at, stop)
        except (IndexError, FormatError):  # cut off at the very end of the buffer, or no DER
            return False

    def _is_impersonal(self, buffer: bytes, at: int, stop: int) -> bool:
        """Check the TBSCertificate in `[at, stop)`, field after field: 30 82 LL LL, version, 02 serial, 30 algorithm,
        30 issuer, 30 validity, 30 subject, 30 key, A3 extensions. In one piece: calls cost as much as fields."""
        prefix = tbs_prefix(stop - at)
        if not prefix or not buffer.startswith(prefix, at) or buffer[at + 10] > 0x7F:
            return False
        at += 11 + buffer[at + 10]
        if buffer[at] != 0x30 or buffer[at + 1] > 0x7F:
            return False
        issuer = at + 2 + buffer[at + 1]
        at = end_of_element(buffer, issuer)
        validity = _VALIDITY.match(buffer, at)
        if buffer[issuer:at] not in self._issuers or not validity or validity.end() != at + 2 + buffer[at + 1]:
            return False
        at = self._end_of_subject(buffer, validity.end())
        if not at or buffer[at] != 0x30:
            return False
        at = at + 2 + buffer[at + 1] if buffer[at + 1] < 0x80 else end_of_element(buffer, at)

        # A3 LL { 30 LL { extensions } }, to the end of the TBS
        prefix = extensions_prefix(stop - at)
        if not prefix or not buffer.startswith(prefix, at):
            return False
        return self._are_impersonal_extensions(buffer, at + len(prefix), stop)

    def _end_of_subject(self, buffer: bytes, at: int) -> int:
        """Return the offset after a subject without personal data; 0 for another subject."""
        domains = self._domains
        size = HOST_SUBJECTS.get(buffer[at : at + HOST_SUBJECT_PREFIX])
        if size:
            end = at + HOST_SUBJECT_PREFIX + size
            is_host = HOST.fullmatch(buffer, end - size, end)
            return end if is_host and not (domains and domains.have(buffer[end - size : end])) else 0
        end = end_of_element(buffer, at)
        if buffer[at] != 0x30 or not is_organisational(buffer, at, end):
            return 0
        return 0 if domains and any(map(domains.have, _hosts(buffer, at, end))) else end

    def _are_impersonal_extensions(self, buffer: bytes, at: int, stop: int) -> bool:
        """Return whether `[at, stop)` is Extension elements without personal data.

        Most issuers write the same extensions around a key identifier and a SAN. Such a run of whole elements is
        remembered as one: the same octets are the same elements. Other extensions are checked one by one.
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
                at = end_of_element(buffer, san)
                if not self._is_impersonal_extension(buffer[san:at]):
                    return False
        return (at < stop and buffer[at:stop] in known) or self._slow_check_extensions(buffer, at, stop)

    def _slow_check_extensions(self, buffer: bytes, at: int, stop: int) -> bool:
        """Check extensions one by one, and learn the runs on the way."""
        known = self._known
        run = at
        while at < stop:
            end = end_of_element(buffer, at)
            extension = buffer[at:end]
            if extension not in known:
                if not self._is_impersonal_extension(extension):
                    return False
                if extension not in known:  # checked by its layout, not to be remembered
                    self._learn(buffer[run:at])
                    run = end
            at = end
        if at == stop:
            self._learn(buffer[run:at])
        return at == stop

    def _is_impersonal_extension(self, extension: bytes) -> bool:
        """Check an Extension that is not known, and remember it if other certificates are likely to repeat it."""
        size = len(extension)
        prefix = san_prefix(size)
        if prefix and extension.startswith(prefix):
            return self._are_foreign_hosts(extension[len(prefix) :])
        if size == KEY_ID_SIZE and extension.startswith(KEY_ID):
            return True
        prefix = sct_list_prefix(size)
        if prefix and extension.startswith(prefix):
            return True
        if is_impersonal_extension(extension):
            self._learn(extension)
            return True
        prefix = critical_san_prefix(size)
        return bool(prefix) and extension.startswith(prefix) and self._are_foreign_hosts(extension[len(prefix) :])

    def _are_foreign_hosts(self, names: bytes) -> bool:
        """Return whether the content of a GeneralNames is hosts, and none of them is of a domain of the scope."""
        return are_hosts(names) and not (self._domains and self._domains.have_any(names))

    def _learn(self, extensions: bytes) -> None:
        """Remember a run of whole Extension elements; none of them is a SAN."""
        if 0 < len(extensions) <= MAX_KNOWN_SIZE:
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
                self._known.add(b"")
            self._known.add(extensions)


def _tbs_span(buffer: bytes, at: int, end: int) -> Span:
    """Return the span of the TBSCertificate in the certificate in `[at, end)`; `(0, 0)` when it isn't laid out as
    30 82 LL LL { TBS, 30 LL algorithm, 03 LL signature }. Fewer than 256 octets hold no real certificate."""
    if buffer[at] != 0x30 or buffer[at + 1] != 0x82 or not buffer[at + 2]:
        return 0, 0
    if at + 4 + (buffer[at + 2] << 8 | buffer[at + 3]) != end:
        return 0, 0
    at += 4
    stop = at + 4 + (buffer[at + 2] << 8 | buffer[at + 3])
    return (at, stop) if _is_signature(buffer, stop, end) else (0, 0)


def _is_signature(buffer: bytes, at: int, end: int) -> bool:
    """Return whether `[at, end)` holds an algorithm and a BIT STRING, and nothing else."""
    if buffer[at] != 0x30 or buffer[at + 1] > 0x7F:
        return False
    at += 2 + buffer[at + 1]
    return buffer[at] == 0x03 and end_of_element(buffer, at) == end


# --- subject -------------------------------------------------------------------------------------------------------


def is_organisational(buffer: bytes, at: int, end: int) -> bool:
    """Return whether the Name in `[at, end)` holds only C, L, ST, O in printable ASCII without "@", and hosts as CN.

    O may be the name of a person under a policy for natural persons (see `impersonal_extensions.py`) or with the mark
    of a sole trader.
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


def _hosts(buffer: bytes, at: int, end: int) -> Iterator[bytes]:
    """Yield the hosts that are common names in an impersonal subject in `[at, end)`.

    The length bounds the host: octets of the next attribute may look like host characters.
    """
    for found in _HOST_CN.finditer(buffer, at, end):
        yield buffer[found.start(2) : found.start(2) + found[1][0]]
