"""Offline checks of kept evidence: is a sighting in the tree that its log signed, and does the index agree with it?

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from ctscan.ct.merkle import leaf_hash, verify_inclusion
from ctscan.ct.signature import verify_head
from ctscan.ct.wire import leaf_of
from ctscan.errors import CtscanError
from ctscan.model import Certificate, CertificateSummary, Entry, Evidence, FinalHead, Finding, Match, TreeHead
from ctscan.model.results import CheckedSighting
from ctscan.personal.analyse import analyse, kind_of_leaf
from ctscan.personal.scope import Scope
from ctscan.x509.name_text import render_name


def check(evidence: Evidence) -> CheckedSighting:
    """Rebuild the leaf, follow the audit path to the root of the kept head, verify the head with the log's key."""
    proof = evidence.proof
    if proof is None:
        return CheckedSighting(evidence, False, "", "no inclusion proof yet: the range was read but not proven")
    trust = "signature" if proof.head.signature else "log list"
    if not proof.head.signature and not _is_final(evidence.log.final_head, proof.head):
        return CheckedSighting(evidence, False, "", "its tree head has no signature and is not the log's final one")
    try:
        verify_inclusion(
            evidence.entry.index, proof.head.size, leaf_hash(leaf_of(evidence.entry)), proof.path, proof.head.root
        )
        if proof.head.signature:
            verify_head(proof.head, evidence.log.key)
    except CtscanError as error:
        return CheckedSighting(evidence, False, trust, str(error))
    return CheckedSighting(evidence, True, trust)


def _is_final(final: FinalHead | None, head: TreeHead) -> bool:
    """Return whether a head is the log's final head of the log list, the only head that needs no signature."""
    return final is not None and (final.size, final.root) == (head.size, head.root)


# --- the index against the entry ----------------------------------------------------------------------------------


def compare(checked: CheckedSighting, matches: Iterable[Match], domains: tuple[str, ...]) -> CheckedSighting:
    """Compare a proven entry with the certificate and the findings that the index holds of it.

    Args:
        matches: the certificate as the index holds it.
        domains: domains of all scopes, in whose hosts a scan may have looked for names or not.

    Returns:
        The sighting as it was checked, or not proven where the index differs.
    """
    if checked.is_proven and any(_differs(checked.evidence.entry, match, domains) for match in matches):
        problem = (
            "the entry is in the log, but the index says something else than the entry; "
            "'ctscan reindex' finds again what stands in it"
        )
        return replace(checked, is_proven=False, problem=problem)
    return checked


def _differs(entry: Entry, match: Match, domains: tuple[str, ...]) -> bool:
    """Return True when the index holds another certificate or other findings than the entry.

    Of bytes that can't be parsed the index may hold fewer findings: only strings in scope were kept. Names in hosts of
    `domains` may be missing too, where another scope read the entry.
    """
    kind = kind_of_leaf(entry.kind)
    analysis = analyse(entry.der, kind, Scope(everything=True, domains=domains))
    if analysis.partly_read and not match.certificate.partly_read:
        return True
    is_kept_for_its_rest = match.certificate.partly_read and not match.findings
    certificate, most, here = analysis.certificate, _facts(analysis.findings), _facts(match.findings)
    if certificate is None:
        return not here <= most
    least = _facts(analyse(entry.der, kind).findings) if domains else most
    held = match.certificate
    return (
        not (is_kept_for_its_rest or least <= here <= most)
        or not _is_same(certificate, held)
        or (certificate.sha256 is not None and certificate.sha256 != held.sha256)
    )


def _is_same(certificate: Certificate, held: CertificateSummary) -> bool:
    return (
        certificate.identity,
        certificate.serial_hex,
        render_name(certificate.issuer),
        render_name(certificate.subject),
        certificate.not_before,
        certificate.not_after,
        certificate.is_ca,
    ) == (held.identity, held.serial, held.issuer, held.subject, held.not_before, held.not_after, held.is_ca)


def _facts(findings: Iterable[Finding]) -> set[tuple[object, ...]]:
    """Reduce findings to their claims, without the path, which differs between precertificate and certificate."""
    return {(f.category, f.value, f.canonical, f.raw, f.repaired, f.qualifiers, frozenset(f.keys)) for f in findings}
