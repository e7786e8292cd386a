"""Revocation checks by CRL: each CRL is fetched and read once, for all certificates that name it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from itertools import islice

from msgspec.structs import replace

from ctscan.errors import FormatError, ProofError, SourceError
from ctscan.model import Certificate, Crl, Issuer, KeptCertificate, Message, Revocation, RevocationState, StatusReason
from ctscan.revocation.context import ASK_AGAIN, RefreshContext, read_kept
from ctscan.revocation.fetcher import host_of
from ctscan.revocation.issuer_fetch import IssuerFinder
from ctscan.x509.access_locations import is_web
from ctscan.x509.crl import RevocationList, read_crl, verify_crl
from ctscan.x509.crl_check import check_by_crl
from ctscan.x509.issuer_lookup import Issuers

PORTION = 200
"""Certificates that are checked and kept at a time."""

WITHOUT_END = timedelta(days=1)
"""Time for which a CRL without nextUpdate is reused."""

KEPT = timedelta(days=90)
"""Age after which a CRL is deleted unless it was fetched again, even where it is still valid."""

ALL_KEPT = 4 * 1024 * 1024 * 1024
"""Most octets of all CRLs in the index, compressed; CRLs beyond are fetched again when needed."""

Judged = tuple[KeptCertificate, Revocation]


class CrlJudge:
    """Checker by CRLs. A CRL is released once all of its certificates were checked: the largest have tens of MB."""

    def __init__(self, context: RefreshContext, finder: IssuerFinder) -> None:
        self._context, self._finder = context, finder

    async def judge(self, url: str, identities: Sequence[bytes]) -> list[bytes]:
        """Check the certificates that name this CRL, and keep the results. Returns the identities that stay unknown."""
        cached = await self._context.index.crl(url)
        if cached is not None and not self._context.request.force and self._is_fresh(cached):
            left = await self._judge_by(cached, identities, is_new=False)
            if left is not None:
                return left
        try:
            raw = await self._context.fetcher.crl(url)
        except SourceError as error:
            why = self._context.failed(StatusReason.LIST_MISSING(host=host_of(url), detail=str(error)))
            return await self._without_new(cached, url, identities, why)
        fetched = Crl(url, raw, self._context.clock.now(), None, None)
        if cached is not None and await asyncio.to_thread(_is_older, fetched, cached):
            self._context.failed(StatusReason.LIST_OLDER(host=host_of(url)))
            left = await self._judge_by(cached, identities, is_new=False)
        else:
            left = await self._judge_by(fetched, identities, is_new=True)
        if left is not None:
            return left
        why = self._context.failed(StatusReason.LIST_INVALID(host=host_of(url)))
        return await self._without_new(cached, url, identities, why)

    async def _without_new(
        self, cached: Crl | None, url: str, identities: Sequence[bytes], why: Message
    ) -> list[bytes]:
        """Use the cached CRL while it is valid, because no new CRL is available."""
        if cached is not None and self._counts(cached):
            left = await self._judge_by(cached, identities, is_new=False)
            if left is not None:
                return left
        return await self._give_up(url, identities, why)

    def _counts(self, crl: Crl) -> bool:
        return self._context.clock.now() < (crl.next_update or crl.fetched + WITHOUT_END)

    def _is_fresh(self, crl: Crl) -> bool:
        return self._counts(crl) and abs(self._context.clock.now() - crl.fetched) < ASK_AGAIN

    async def _judge_by(self, fetched: Crl, identities: Sequence[bytes], *, is_new: bool) -> list[bytes] | None:
        """Check by a CRL; None when the CRL can't be read."""
        try:
            crl = await asyncio.to_thread(read_crl, fetched.der)
        except FormatError:
            return None
        delta = await self._delta(crl)
        signers = await self._finder.named(crl.facts.issuer.raw)
        left: list[bytes] = []
        is_signed = False
        for portion in _portions(identities):
            judged, signed = await self._portion(fetched, crl, delta, signers, portion)
            await self._context.keep(judged)
            is_signed = is_signed or signed
            left += [kept.identity for kept, answer in judged if answer.state is RevocationState.UNKNOWN]
        if is_new and is_signed:  # an unsigned CRL is not trusted for its whole validity
            await self._context.index.save_crl(
                Crl(fetched.url, fetched.der, fetched.fetched, crl.facts.this_update, crl.facts.next_update)
            )
        self._context.progress(f"{host_of(fetched.url)}: {len(identities):,} judged by a list of {crl.count:,}")
        return left

    async def _delta(self, crl: RevocationList) -> RevocationList | None:
        """Fetch the delta CRL where the CRL names one; without it the CRL is used as it is."""
        urls = [url for point in crl.facts.freshest for url in point.urls if is_web(url)]
        if crl.facts.is_delta or not urls:
            return None
        try:
            return await asyncio.to_thread(read_crl, await self._context.fetcher.crl(urls[0]))
        except SourceError as error:
            self._context.failed(StatusReason.CHANGES_MISSING(host=host_of(urls[0]), detail=str(error)))
        except FormatError:
            self._context.failed(StatusReason.LIST_INVALID(host=host_of(urls[0])))
        return None

    async def _portion(
        self,
        fetched: Crl,
        crl: RevocationList,
        delta: RevocationList | None,
        signers: Sequence[Issuer],
        identities: Sequence[bytes],
    ) -> tuple[list[Judged], bool]:
        kept = [item async for item in self._context.index.kept_certificates(identities)]
        known = []
        for item, certificate in await asyncio.to_thread(_read_all, kept):
            known.append((item, certificate, await self._finder.find(item, certificate)))
        now = self._context.clock.now()

        def judge() -> tuple[list[Judged], bool]:
            judged = []
            for item, certificate, issuers in known:
                answer = check_by_crl(certificate, issuers, crl, now, fetched.url, delta=delta, signers=signers)
                judged.append((item, replace(answer, checked=fetched.fetched)))  # the time of the CA's answer
            is_decided = any(revocation.state is not RevocationState.UNKNOWN for _, revocation in judged)
            return judged, is_decided or _is_signed(crl, [issuers for _, _, issuers in known])

        return await asyncio.to_thread(judge)

    async def _give_up(self, url: str, identities: Sequence[bytes], why: Message) -> list[bytes]:
        """Keep these certificates as unknown."""
        for portion in _portions(identities):
            unknown = Revocation(RevocationState.UNKNOWN, "CRL", self._context.clock.now(), url, why=why)
            await self._context.keep([(kept, unknown) async for kept in self._context.index.kept_certificates(portion)])
        return list(identities)


async def purge_crls(context: RefreshContext) -> None:
    """Delete the CRLs that no refresh will use again."""
    now = context.clock.now()
    await context.index.purge_crls(now, now - WITHOUT_END, now - KEPT, ALL_KEPT)


def _is_older(fetched: Crl, cached: Crl) -> bool:
    """Return whether a fetched CRL is older than the cached CRL of the same CA, key and scope."""
    try:
        new = read_crl(fetched.der).facts
        if cached.this_update is None or new.this_update >= cached.this_update:
            return False
        old = read_crl(cached.der).facts
    except FormatError:
        return False
    return (new.issuer.raw, new.key_id, new.scope) == (old.issuer.raw, old.key_id, old.scope)


def _is_signed(crl: RevocationList, issuers: Sequence[Issuers]) -> bool:
    """Return whether any of the issuers signed the CRL."""
    ders = {issuer.der for some in issuers for issuer in some.found}
    for der in islice(ders, PORTION):
        try:
            verify_crl(crl, der)
        except ProofError:
            continue
        return True
    return False


def _read_all(kept: Sequence[KeptCertificate]) -> list[tuple[KeptCertificate, Certificate]]:
    return [(item, certificate) for item in kept if (certificate := read_kept(item)) is not None]


def _portions(identities: Sequence[bytes]) -> list[Sequence[bytes]]:
    return [identities[i : i + PORTION] for i in range(0, len(identities), PORTION)]
