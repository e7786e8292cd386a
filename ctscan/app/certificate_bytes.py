"""Bytes of the certificates of a dossier, and the proofs of their sightings, one certificate after another.

The bytes are analysed with the rules of today before they go out: the findings of the index may come from older rules,
and bytes that name another person stay here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from hashlib import sha256
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from ctscan.answer.proof import check
from ctscan.ct.wire import leaf_of
from ctscan.dsar.other_people import OwnValues, hidden_in, with_hidden
from ctscan.index.protocols import EvidenceStore, Revocations
from ctscan.model import EntryKind, Evidence
from ctscan.model.picture import ByteForm, PersonCertificate
from ctscan.model.results import CheckedSighting
from ctscan.personal.analyse import DerKind, analyse


class BytesIndex(EvidenceStore, Revocations, Protocol):
    """Index in the roles that give the bytes of certificates."""


class GivenBytes(Struct, frozen=True):
    """Certificate as a dossier holds it, with its bytes (empty where they are left out), and its proofs: each checked
    sighting with its MerkleTreeLeaf."""

    certificate: PersonCertificate
    der: bytes
    proofs: tuple[tuple[CheckedSighting, bytes], ...] = ()


async def given_bytes(
    index: BytesIndex, certificates: Sequence[PersonCertificate], own: OwnValues
) -> AsyncIterator[GivenBytes]:
    """Yield each certificate with its bytes and proofs.

    Args:
        index: index.
        certificates: certificates of a picture.
        own: values of the requester.
    """
    for certificate in certificates:
        if certificate.is_redacted:
            yield GivenBytes(replace(certificate, form=ByteForm.LEFT_OUT), b"")
            continue
        evidence = [one async for one in index.evidence([certificate.certificate.identity])]
        der, form = await _bytes(index, certificate, evidence)
        yield _checked(certificate, der, form, evidence, own)


async def _bytes(
    index: BytesIndex, certificate: PersonCertificate, evidence: Sequence[Evidence]
) -> tuple[bytes, ByteForm]:
    """Choose the whole certificate where it was seen, else the TBS that a log proves, else a copy of a repository."""
    whole = [one.entry.der for one in evidence if one.entry.kind is EntryKind.X509]
    if whole:
        shown = (der for der in whole if sha256(der).digest() == certificate.certificate.sha256)
        return next(shown, whole[0]), ByteForm.CERTIFICATE
    if evidence:
        return evidence[0].entry.der, ByteForm.PRECERTIFICATE
    async for kept in index.kept_certificates([certificate.certificate.identity]):
        is_tbs = kept.kind is EntryKind.PRECERT
        return kept.der, ByteForm.PRECERTIFICATE if is_tbs else ByteForm.CERTIFICATE
    return b"", ByteForm.NOT_KEPT


def _checked(
    certificate: PersonCertificate, der: bytes, form: ByteForm, evidence: Sequence[Evidence], own: OwnValues
) -> GivenBytes:
    if not der:
        return GivenBytes(replace(certificate, form=form), b"")
    analysis = analyse(der, DerKind.ANY)
    hidden = hidden_in(analysis.findings, certificate, own)
    if not hidden.is_empty or analysis.partly_read or analysis.unreadable:
        return GivenBytes(replace(with_hidden(certificate, hidden), form=ByteForm.LEFT_OUT), b"")
    proofs = tuple((check(one), leaf_of(one.entry)) for one in evidence)
    return GivenBytes(replace(certificate, form=form, has_proofs=bool(proofs)), der, proofs)
