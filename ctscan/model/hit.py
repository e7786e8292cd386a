"""Entries and chain certificates that are written to the index."""

from __future__ import annotations

from dataclasses import dataclass

from ctscan.model.certificate import Certificate
from ctscan.model.entry import Entry
from ctscan.model.finding import Finding


@dataclass(frozen=True, slots=True)
class Hit:
    """Entry with personal data in scope, to be written to the index.

    `submitted` is the submitted precertificate (or b""), compared with the TBS but not covered by the tree.
    """

    entry: Entry
    certificate: Certificate
    findings: tuple[Finding, ...]
    submitted: bytes = b""


@dataclass(frozen=True, slots=True)
class ChainHit:
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


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Entry whose certificate can't be read. In scope (`everything`, or a salvaged string is): with its findings
    and bytes; else only index, hash and reason."""

    log_id: bytes
    index: int
    leaf_hash: bytes
    reason: str
    entry: Entry | None = None
    findings: tuple[Finding, ...] = ()
