"""Asks OCSP responders, with consent: each question tells a CA which certificate is looked at."""

from __future__ import annotations

from collections.abc import Sequence

from ctscan.errors import FormatError, SourceError
from ctscan.model import Disclosure, KeptCertificate, Revocation, RevocationState, StatusReason
from ctscan.revocation.context import Job, read
from ctscan.revocation.fetcher import host_of
from ctscan.revocation.issuer_fetch import IssuerFinder
from ctscan.x509.access_locations import access_locations, is_web
from ctscan.x509.ocsp import check_by_ocsp, ocsp_request

PORTION = 20
"""Answers that are kept at a time."""


async def ask_responder(job: Job, finder: IssuerFinder, host: str, identities: Sequence[bytes]) -> None:
    """Ask one responder about certificates, one after the other. What is asked is recorded before the first
    question."""
    await job.index.record_disclosure(
        Disclosure(0, job.clock.now(), job.request.who, "certificate", host, job.request.purpose, "status --ocsp")
    )
    for start in range(0, len(identities), PORTION):
        judged = []
        async for kept in job.index.kept_certificates(identities[start : start + PORTION]):
            judged.append((kept, await _ask(job, finder, kept)))
        await job.keep(judged)
        job.progress(f"{host}: asked about {min(start + PORTION, len(identities)):,} of {len(identities):,}")


async def _ask(job: Job, finder: IssuerFinder, kept: KeptCertificate) -> Revocation:
    certificate = read(kept)
    url = responder_of(access_locations(certificate).ocsp) if certificate is not None else ""
    unknown = RevocationState.UNKNOWN
    if certificate is None or not url:
        return Revocation(unknown, "OCSP", job.clock.now(), why=StatusReason.NO_RESPONDER())
    issuers = await finder.find(kept, certificate)
    if not issuers.found:
        return Revocation(unknown, "OCSP", job.clock.now(), url, why=issuers.why)
    issuer = issuers.found[0].der
    try:
        answer = await job.fetcher.ocsp(url, ocsp_request(issuer, certificate.serial))
    except SourceError as error:
        why = job.failed(StatusReason.OCSP_MISSING(host=host_of(url), detail=str(error)))
        return Revocation(unknown, "OCSP", job.clock.now(), url, why=why)
    except FormatError as error:
        return Revocation(unknown, "OCSP", job.clock.now(), url, why=StatusReason.REQUEST_IMPOSSIBLE(detail=str(error)))
    return check_by_ocsp(answer, issuer, certificate.serial, job.clock.now(), url, not_after=certificate.not_after)


def responder_of(urls: Sequence[str]) -> str:
    """The responder that is asked, of those that a certificate names; empty: none that can be."""
    return next((url for url in urls if is_web(url)), "")
