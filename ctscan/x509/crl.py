"""Certificate revocation lists (RFC 5280 section 5), read once and searched for many serial numbers.

    CertificateList  SEQUENCE { tbs, algorithm, signature }
    tbs              SEQUENCE { version?, algorithm, issuer, thisUpdate, nextUpdate?, revoked?, [0] extensions? }
    revoked          SEQUENCE OF SEQUENCE { serial, date, extensions? }

Lists have up to millions of entries. The reader walks over them once and keeps the offset of each entry, four octets an
entry. A search looks for the octets of the serial number and parses only the entries that contain them. `crl_check.py`
decides the meaning of a list for a certificate.
"""

from __future__ import annotations

import binascii
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from msgspec import Struct

from ctscan.errors import FormatError, ProofError
from ctscan.model import Extension, Name
from ctscan.x509.access_locations import directory_names
from ctscan.x509.common_fields import read_extension
from ctscan.x509.crl_header import ListFacts, list_facts
from ctscan.x509.der import Element, children, element_at
from ctscan.x509.der_reader import SEQUENCE, DerReader
from ctscan.x509.general_names import read_name
from ctscan.x509.issuer_lookup import read_signer
from ctscan.x509.signatures import STRONG_RSA, Signed, read_signed, verify_signed
from ctscan.x509.times import GENERALIZED_TIME, UTC_TIME, parse_time

MAX_SIZE: Final = 512 * 1024 * 1024
"""Octets of a list; the longest known lists have a tenth of it."""

MAX_ENTRIES: Final = 64
"""Entries returned for a serial number; an indirect list may have one for each issuer."""


_REASON, _CERTIFICATE_ISSUER = "2.5.29.21", "2.5.29.29"
_CERTIFICATE_ISSUER_OID: Final = bytes.fromhex("0603551d1d")
_OPTIONAL_FIELDS: Final[tuple[list[int], ...]] = ([], [SEQUENCE], [0xA0], [SEQUENCE, 0xA0])  # entries?, extensions?
_PEM: Final = b"-----BEGIN X509 CRL-----"

REASON_CODES: Final = {
    0: "unspecified",
    1: "keyCompromise",
    2: "cACompromise",
    3: "affiliationChanged",
    4: "superseded",
    5: "cessationOfOperation",
    6: "certificateHold",
    8: "removeFromCRL",
    9: "privilegeWithdrawn",
    10: "aACompromise",
}
"""CRLReason (RFC 5280 section 5.3.1)."""

HOLD: Final = "certificateHold"
REMOVED: Final = "removeFromCRL"


class RevokedEntry(Struct, frozen=True):
    """Entry of a list. `issuer`: the certificate's issuer, when it isn't the list's issuer."""

    revoked_at: datetime | None
    reason: str  # name of the CRLReason; empty: none given
    issuer: Name | None


class RevocationList:
    """A parsed list, which keeps the octets of its encoding."""

    __slots__ = ("_data", "_issuers", "_offsets", "_signed", "_sorted", "_verifications", "facts")

    def __init__(self, data: bytes, signed: Signed, facts: ListFacts, offsets: array[int]) -> None:
        self.facts = facts
        self._data = data
        self._signed = signed
        self._offsets = offsets  # start of each entry, and end of the last
        self._issuers: array[int] | None = None
        self._sorted: array[int] | None = None
        self._verifications: dict[bytes, str] = {}

    @property
    def count(self) -> int:
        """Number of certificates on the list."""
        return max(len(self._offsets) - 1, 0)

    def entries(self, serial: bytes) -> tuple[RevokedEntry, ...]:
        """Find the entries with a serial number.

        Args:
            serial: content of the INTEGER; leading zeros don't matter.

        Returns:
            At most MAX_ENTRIES entries.
        """
        wanted = int.from_bytes(serial, signed=True)
        found: list[RevokedEntry] = []
        for position in self._candidate_positions(wanted):
            entry = self._entry(position)
            if len(found) < MAX_ENTRIES and self._serial(entry) == wanted:
                found.append(self._read(position, entry))
        return tuple(found)

    def verify(self, spki: bytes) -> None:
        """Verify that a key signed the list, and cache the answer, because lists are long.

        Args:
            spki: SubjectPublicKeyInfo, DER.

        Raises:
            ProofError: the key didn't sign the list.
        """
        if spki not in self._verifications:
            try:
                verify_signed(self._data, self._signed, spki, "list", min_rsa_bits=STRONG_RSA)
            except ProofError as error:
                self._verifications[spki] = str(error)
            else:
                self._verifications[spki] = ""
        if self._verifications[spki]:
            raise ProofError(self._verifications[spki])

    def _candidate_positions(self, wanted: int) -> list[int]:
        """Return positions of entries that may have the serial number.

        These are the entries that contain its octets. Numbers of few octets, and numbers whose octets occur in every
        entry, match too many entries; sorted hashes find such a number.
        """
        needle = wanted.to_bytes(wanted.bit_length() // 8 + 1, signed=True).lstrip(b"\0\xff")
        found = self._positions_by_octets(needle) if len(needle) >= 4 and self._sorted is None else None
        return self._positions_by_hash(wanted) if found is None else found

    def _positions_by_octets(self, needle: bytes) -> list[int] | None:
        """Find the entries that contain these octets; None when there are too many."""
        offsets, found = self._offsets, array("I")
        at = self._data.find(needle, offsets[0], offsets[-1]) if self.count else -1
        while at >= 0:
            if len(found) == MAX_ENTRIES:
                return None
            found.append(bisect_right(offsets, at) - 1)
            at = self._data.find(needle, offsets[found[-1] + 1], offsets[-1])
        return found.tolist()

    def _positions_by_hash(self, wanted: int) -> list[int]:
        """Find entries by the sorted hashes of all serial numbers: one walk over the list, eight octets an entry."""
        if self._sorted is None:
            serials = ((position, self._serial(self._entry(position))) for position in range(self.count))
            hashed = (_hash(serial) << 32 | position for position, serial in serials if serial is not None)
            self._sorted = array("Q", sorted(hashed))
        first = bisect_left(self._sorted, _hash(wanted) << 32)
        last = bisect_left(self._sorted, _hash(wanted) + 1 << 32, first)
        return [both & 0xFFFFFFFF for both in self._sorted[first:last]]

    def _entry(self, position: int) -> list[Element]:
        """Return the elements of an entry."""
        outer, _ = element_at(self._data, self._offsets[position], self._offsets[position + 1])
        return children(self._data, outer[2], outer[3])[0]

    def _serial(self, entry: list[Element]) -> int | None:
        if not entry or entry[0][0] != 0x02:
            return None
        return int.from_bytes(self._data[entry[0][2] : entry[0][3]], signed=True)

    def _read(self, position: int, entry: list[Element]) -> RevokedEntry:
        data = self._data
        when = parse_time(entry[1][0], data[entry[1][2] : entry[1][3]]) if len(entry) > 1 else None
        values = {e.oid: e.value for e in _entry_extensions(data, entry)}
        code = values.get(_REASON, b"")
        reason = REASON_CODES.get(code[2], "") if len(code) == 3 and code[0] == 0x0A else ""
        return RevokedEntry(when, reason, self._issuer_at(position))

    def _issuer_at(self, position: int) -> Name | None:
        """Return the certificateIssuer of an entry, or of the nearest earlier entry that has it (RFC 5280 section
        5.3.3)."""
        if self._issuers is None:
            self._issuers = array("I", self._positions_with_issuer())
        at = bisect_right(self._issuers, position) - 1
        if at < 0:
            return None
        value = _issuer_value(self._data, self._entry(self._issuers[at])) or b""
        names = [name for outer in children(value, 0, len(value))[0][:1] for name in directory_names(value, outer)]
        return names[0] if names else Name(value, ())  # a name that no issuer has

    def _positions_with_issuer(self) -> Iterator[int]:
        """Yield positions of the entries that have a certificateIssuer."""
        offsets = self._offsets
        at = self._data.find(_CERTIFICATE_ISSUER_OID, offsets[0], offsets[-1]) if self.count else -1
        while at >= 0:
            position = bisect_right(offsets, at) - 1
            if _issuer_value(self._data, self._entry(position)) is not None:
                yield position
            at = self._data.find(_CERTIFICATE_ISSUER_OID, offsets[position + 1], offsets[-1])


def read_crl(raw: bytes) -> RevocationList:
    """Read a list in DER, or in PEM as some CAs serve it.

    Args:
        raw: the list, at most MAX_SIZE octets.

    Raises:
        FormatError: anything but the extensions of single entries is broken; such a list is evidence about no
            certificate.
    """
    if len(raw) > MAX_SIZE:
        raise FormatError(f"list: expected at most {MAX_SIZE} octets, got {len(raw)}")
    data = _decode_pem(raw)
    signed = read_signed(data, "list")
    fields, problem = children(data, signed.body[2], signed.body[3])
    tags = [field[0] for field in fields]
    first = 1 if tags[:1] == [0x02] else 0
    times = 2 if tags[first + 3 : first + 4] in ([UTC_TIME], [GENERALIZED_TIME]) else 1
    rest = fields[first + 2 + times :]
    if problem or tags[first : first + 2] != [SEQUENCE] * 2 or tags[first + 2 + times :] not in _OPTIONAL_FIELDS:
        raise FormatError("list: expected issuer, times and entries, got other elements; is it a revocation list?")
    algorithm, issuer = fields[first : first + 2]
    if data[algorithm[1] : algorithm[4]] != signed.algorithm:
        raise FormatError("list: expected one signature algorithm, got two")
    updates = [parse_time(at[0], data[at[2] : at[3]]) for at in fields[first + 2 : first + 2 + times]]
    name = read_name(DerReader(data), "issuer", issuer)
    facts = list_facts(data, name, updates, rest[-1] if tags[-1:] == [0xA0] else None)
    listed = next((field for field in rest if field[0] == SEQUENCE), None)
    return RevocationList(data, signed, facts, _offsets(data, listed) if listed else array("I"))


def verify_crl(crl: RevocationList, issuer_der: bytes) -> None:
    """Verify that the CA with this certificate signed the list, and may sign lists.

    Args:
        crl: the list.
        issuer_der: certificate of the CA, DER.

    Raises:
        ProofError: the CA didn't sign the list, or its keyUsage forbids it.
    """
    try:
        signer = read_signer(issuer_der)
    except FormatError:
        raise ProofError("the certificate of the issuer of the list can't be read") from None
    crl.verify(signer.certificate.spki)
    if signer.signs_lists is False:
        raise ProofError("the certificate of the issuer of the list doesn't let it sign lists")


def _hash(serial: int) -> int:
    """Compute 32 bits that outsiders can't predict, because Python seeds the hash of octets for each process."""
    return hash(serial.to_bytes(serial.bit_length() // 8 + 1, signed=True)) & 0xFFFFFFFF


def _decode_pem(raw: bytes) -> bytes:
    at = raw.find(_PEM, 0, 4096) if raw[:1] != b"\x30" else -1
    if at < 0:
        return raw
    text, dashes, _ = raw[at + len(_PEM) :].partition(b"-----END")
    try:
        if dashes:
            return binascii.a2b_base64(text)
    except binascii.Error:
        pass
    raise FormatError("list: expected base64 between BEGIN and END, got something else")


def _offsets(data: bytes, listed: Element) -> array[int]:
    """Return the start of each entry, and the end of the last. Raises FormatError when they don't fill the list."""
    offsets = array("I")
    add = offsets.append
    at, end = listed[2], listed[3]
    while at < end:
        add(at)
        if data[at] == SEQUENCE and data[at + 1] < 0x80:
            at += 2 + data[at + 1]
            continue
        element, problem = element_at(data, at, end)
        if problem or element[0] != SEQUENCE:
            raise FormatError(
                f"list: entry {len(offsets) - 1}: expected a whole SEQUENCE, got {problem or f'tag {element[0]:#x}'}"
            )
        at = element[4]
    if at != end:
        raise FormatError("list: the last entry is longer than the list")
    add(end)
    return offsets


def _entry_extensions(data: bytes, entry: list[Element]) -> Iterator[Extension]:
    reader = DerReader(data)
    for outer in entry[2:3]:
        for element in reader.children("entry", outer):
            extension = read_extension(reader, "entry", element)
            if extension is not None:
                yield extension


def _issuer_value(data: bytes, entry: list[Element]) -> bytes | None:
    return next((e.value for e in _entry_extensions(data, entry) if e.oid == _CERTIFICATE_ISSUER), None)
