"""Entries and chain certificates with personal data, as the examination of a batch gives them to the index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

from msgspec import Struct

if TYPE_CHECKING:
    from ctscan.model.authority import Issuer
    from ctscan.model.certificate import Certificate
    from ctscan.model.entry import Entry
    from ctscan.model.finding import Finding
    from ctscan.model.identifier import LookupKey


class Hit(Struct, frozen=True):
    """Entry with personal data in scope, to be written to the index.

    `submitted` is the submitted precertificate (or b""), compared with the TBS but not covered by the tree. Of a
    certificate that was `partly_read` the rest may hold personal data in scope, so it is kept even without findings.
    `unkept` are the look-up keys of its findings then: out of scope and never written, but they may be somebody's who
    objected.
    """

    entry: Entry
    certificate: Certificate
    findings: tuple[Finding, ...]
    submitted: bytes = b""
    partly_read: bool = False
    unkept: tuple[LookupKey, ...] = ()


class ChainHit(Struct, frozen=True):
    """Certificate with personal data in scope in the chain submitted with an entry; no tree covers chains.

    `certificate` is None when the certificate can't be read; `reason` then says why, and the findings are those of its
    readable strings.
    """

    log_id: bytes
    index: int  # of the entry
    timestamp: int  # ms, of the entry
    der: bytes
    certificate: Certificate | None
    findings: tuple[Finding, ...]
    reason: str = ""
    partly_read: bool = False
    unkept: tuple[LookupKey, ...] = ()  # as of a Hit


class Unreadable(Struct, frozen=True):
    """Entry whose certificate can't be read. In scope (`everything`, or a salvaged string is) or partly read: with its
    findings and bytes; else only index, hash and reason."""

    log_id: bytes
    index: int
    leaf_hash: bytes
    reason: str
    entry: Entry | None = None
    findings: tuple[Finding, ...] = ()
    partly_read: bool = False  # not all of its strings were searched, or its findings can't be kept
    unkept: tuple[LookupKey, ...] = ()  # as of a Hit


class IssuerRequest(Struct, frozen=True):
    """Issuer that a log names by its SHA-256, and the entry of the hit whose chain it is in."""

    fingerprint: bytes
    entry: Entry


class BatchResult(Struct, frozen=True):
    """Personal data in scope of consecutive entries; results of neighbouring batches add up.

    `candidates` of the `entries` were read in full. `issuers` are the CA certificates in the chains of hits;
    `issuer_requests` name the issuers that a log gives by fingerprint instead, each once.
    """

    hits: tuple[Hit, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    chain_hits: tuple[ChainHit, ...] = ()
    issuers: tuple[Issuer, ...] = ()
    issuer_requests: tuple[IssuerRequest, ...] = ()
    entries: int = 0
    candidates: int = 0

    def __add__(self, other: Self) -> BatchResult:
        return BatchResult(
            self.hits + other.hits,
            self.unreadable + other.unreadable,
            self.chain_hits + other.chain_hits,
            self.issuers + other.issuers,
            self.issuer_requests + other.issuer_requests,
            self.entries + other.entries,
            self.candidates + other.candidates,
        )


EMPTY_RESULT: Final = BatchResult()
"""Result of no entries: the start of every sum."""
