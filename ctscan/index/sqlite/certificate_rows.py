"""Conversion of certificates to rows, whether of an entry, a chain or a repository. Pure, no SQL.

All slow work - hashing, rendering, packing - is done here, before the transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

import ctscan.model as model
from ctscan.index.sqlite import fingerprints, rows
from ctscan.model import EntryKind
from ctscan.x509.certificate_use import hosts_of, uses_of

if TYPE_CHECKING:
    from ctscan.model import Certificate, ChainHit, Entry, Hit, LookupKey, Name, RepositoryHit, Unreadable


Render = Callable[["Name"], str]
"""Renderer of issuers and subjects."""


class CertificateRow(NamedTuple):
    """Entry ready to be written; all slow work is done before the transaction."""

    entry: Entry
    identity: bytes
    sha256: bytes | None
    serial: str
    issuer_hash: bytes
    issuer: str
    subject: str
    not_before: int | None  # seconds since 1970
    not_after: int | None
    is_ca: bool
    authority_key_id: bytes | None
    problem: str | None
    leaf_sha256: bytes
    leaf_sha1_head: int | None  # None: a precertificate
    leaf_der: bytes  # packed
    submitted_der: bytes  # packed like the leaf; b"" when none was submitted
    findings: tuple[rows.StoredFinding, ...]
    findings_check: int
    partly: bool
    uses: str = ""  # empty: nothing was read
    hosts: tuple[str, ...] = ()
    unkept: tuple[LookupKey, ...] = ()  # keys that are compared with people who objected, and not written


def row_of_hit(hit: Hit, render: Render) -> CertificateRow:
    """Convert a hit."""
    certificate: Certificate = hit.certificate
    findings = tuple(map(rows.stored_finding, hit.findings))
    return CertificateRow(
        entry=hit.entry,
        identity=certificate.identity,
        sha256=certificate.sha256,
        serial=certificate.serial_hex,
        issuer_hash=sha256(certificate.issuer.raw).digest(),
        issuer=rows.clean(render(certificate.issuer)),
        subject=rows.clean(render(certificate.subject)),
        not_before=rows.seconds(certificate.not_before),
        not_after=rows.seconds(certificate.not_after),
        is_ca=certificate.is_ca,
        authority_key_id=certificate.authority_key_id or None,
        problem=None,
        leaf_sha256=sha256(hit.entry.der).digest(),
        leaf_sha1_head=_sha1_head(hit.entry),
        leaf_der=rows.pack(hit.entry.der, level=rows.QUICK),
        submitted_der=rows.pack(hit.submitted, hit.entry.der, rows.QUICK) if hit.submitted else b"",
        findings=findings,
        findings_check=rows.findings_check(findings),
        partly=hit.partly_read,
        uses=" ".join(uses_of(certificate)),
        hosts=hosts_of(certificate),
        unkept=hit.unkept,
    )


def _sha1_head(entry: Entry) -> int | None:
    is_certificate = entry.kind is EntryKind.X509
    return fingerprints.head_of(fingerprints.sha1_of(entry.der)) if is_certificate else None


def row_of_unreadable(unreadable: Unreadable, entry: Entry) -> CertificateRow:
    """Convert an unreadable entry in scope. Its identity is the SHA-256 of its bytes, so that one certificate in
    several logs is one row; it has neither names nor serial number."""
    fingerprint = sha256(entry.der).digest()
    findings = tuple(map(rows.stored_finding, unreadable.findings))
    return CertificateRow(
        entry=entry,
        identity=fingerprint,
        sha256=fingerprint if entry.kind is EntryKind.X509 else None,
        serial="",
        issuer_hash=b"",
        issuer="",
        subject="",
        not_before=None,
        not_after=None,
        is_ca=False,
        authority_key_id=None,
        problem=rows.clean(unreadable.reason),
        leaf_sha256=fingerprint,
        leaf_sha1_head=_sha1_head(entry),
        leaf_der=rows.pack(entry.der),
        submitted_der=b"",
        findings=findings,
        findings_check=rows.findings_check(findings),
        partly=unreadable.partly_read,
        unkept=unreadable.unkept,
    )


def row_of_chain_hit(hit: ChainHit, render: Render) -> CertificateRow:
    """Convert a certificate of a chain as if it had an entry of its own, so that it shares certificate and leaf with
    its own entry."""
    entry = model.Entry(hit.log_id, hit.index, hit.timestamp, EntryKind.X509, hit.der, b"", b"")
    if hit.certificate is None:
        unreadable = model.Unreadable(
            hit.log_id, hit.index, b"", hit.reason, entry, hit.findings, hit.partly_read, hit.unkept
        )
        return row_of_unreadable(unreadable, entry)
    return row_of_hit(model.Hit(entry, hit.certificate, hit.findings, b"", hit.partly_read, hit.unkept), render)


def row_of_repository_hit(hit: RepositoryHit, render: Render) -> CertificateRow:
    """Convert a certificate of a repository as if it were an entry of a log, so that it shares certificate and leaf
    with that entry. Only a certificate has a fingerprint, a precertificate has none."""
    entry = model.Entry(b"", 0, 0, hit.kind, hit.leaf, b"", b"")
    if hit.certificate is None:
        unreadable = model.Unreadable(b"", 0, b"", hit.reason, entry, hit.findings, hit.partly_read, hit.unkept)
        row = row_of_unreadable(unreadable, entry)
    else:
        found = model.Hit(entry, hit.certificate, hit.findings, hit.submitted, hit.partly_read, hit.unkept)
        row = row_of_hit(found, render)
    return row._replace(sha256=row.leaf_sha256 if hit.kind is EntryKind.X509 else None)
