"""OCSP queries, with consent: each query reveals to a CA the certificate in question."""

from __future__ import annotations

from collections.abc import Sequence

from ctscan.errors import FormatError, SourceError
from ctscan.model import Disclosure, KeptCertificate, Revocation, RevocationState, StatusReason
from ctscan.revocation.context import RefreshContext, read_kept
from ctscan.revocation.fetcher import host_of
from ctscan.revocation.issuer_fetch import IssuerFinder
from ctscan.x509.access_locations import access_locations, is_web
from ctscan.x509.ocsp import check_by_ocsp, ocsp_request

PORTION = 20
"""Answers that are kept at a time."""


async def ask_responder(context: RefreshContext, finder: IssuerFinder, host: str, identities: Sequence[bytes]) -> None:
    """Query a responder about certificates, in sequence. The disclosure is recorded before the first query."""
    await context.disclosures.record_disclosure(
        Disclosure(
            0, context.clock.now(), context.request.who, "certificate", host, context.request.purpose, "status --ocsp"
        )
    )
    for start in range(0, len(identities), PORTION):
        judged = []
        async for kept in context.index.kept_certificates(identities[start : start + PORTION]):
            judged.append((kept, await _ask(context, finder, kept)))
        await context.keep(judged)
        context.progress(f"{host}: asked about {min(start + PORTION, len(identities)):,} of {len(identities):,}")


async def _ask(context: RefreshContext, finder: IssuerFinder, kept: KeptCertificate) -> Revocation:
    certificate = read_kept(kept)
    url = responder_of(access_locations(certificate).ocsp) if certificate is not None else ""
    unknown = RevocationState.UNKNOWN
    if certificate is None or not url:
        return Revocation(unknown, "OCSP", context.clock.now(), why=StatusReason.NO_RESPONDER())
    issuers = await finder.find(kept, certificate)
    if not issuers.found:
        return Revocation(unknown, "OCSP", context.clock.now(), url, why=issuers.why)
    issuer = issuers.found[0].der
    try:
        answer = await context.fetcher.ocsp(url, ocsp_request(issuer, certificate.serial))
    except SourceError as error:
        why = context.failed(StatusReason.OCSP_MISSING(host=host_of(url), detail=str(error)))
        return Revocation(unknown, "OCSP", context.clock.now(), url, why=why)
    except FormatError as error:
        return Revocation(
            unknown, "OCSP", context.clock.now(), url, why=StatusReason.REQUEST_IMPOSSIBLE(detail=str(error))
        )
    return check_by_ocsp(answer, issuer, certificate.serial, context.clock.now(), url, not_after=certificate.not_after)


def responder_of(urls: Sequence[str]) -> str:
    """Return the first usable responder of a certificate; empty: none."""
    return next((url for url in urls if is_web(url)), "")
