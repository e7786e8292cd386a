"""Judges certificates by the revocation lists that they name: each list is fetched and read once, for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice

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
"""Certificates that are judged and kept at a time."""

WITHOUT_END = timedelta(days=1)
"""How long a list that doesn't say when the next one comes is used again."""

KEPT = timedelta(days=90)
"""After which a list that wasn't fetched any more is deleted, however long it counts."""

ALL_KEPT = 4 * 1024 * 1024 * 1024
"""Octets of all lists in the index, packed: what is beyond is fetched again when it is needed."""

Judged = tuple[KeptCertificate, Revocation]


class CrlJudge:
    """Judges by lists. Each is let go when all of its certificates were judged: the largest have tens of MB."""

    def __init__(self, context: RefreshContext, finder: IssuerFinder) -> None:
        self._context, self._finder = context, finder

    async def judge(self, url: str, identities: Sequence[bytes]) -> list[bytes]:
        """Judge the certificates that name this list, and keep what it says. Returns those that it leaves unknown."""
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
        """The list can't be had: the one before is used while it counts."""
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
        """None when it can't be read."""
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
            left += [kept.identity for kept, said in judged if said.state is RevocationState.UNKNOWN]
        if is_new and is_signed:  # what nobody signed isn't believed for as long as it says
            await self._context.index.save_crl(
                Crl(fetched.url, fetched.der, fetched.fetched, crl.facts.this_update, crl.facts.next_update)
            )
        self._context.progress(f"{host_of(fetched.url)}: {len(identities):,} judged by a list of {crl.count:,}")
        return left

    async def _delta(self, crl: RevocationList) -> RevocationList | None:
        """The changes to a list, where it says that there are some; without them it is used as it is."""
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
        kept = [one async for one in self._context.index.kept_certificates(identities)]
        known = []
        for one, certificate in await asyncio.to_thread(_read_all, kept):
            known.append((one, certificate, await self._finder.find(one, certificate)))
        now = self._context.clock.now()

        def judge() -> tuple[list[Judged], bool]:
            judged = []
            for one, certificate, issuers in known:
                said = check_by_crl(certificate, issuers, crl, now, fetched.url, delta=delta, signers=signers)
                judged.append((one, replace(said, checked=fetched.fetched)))  # when the CA was asked
            is_told = any(revocation.state is not RevocationState.UNKNOWN for _, revocation in judged)
            return judged, is_told or _is_signed(crl, [issuers for _, _, issuers in known])

        return await asyncio.to_thread(judge)

    async def _give_up(self, url: str, identities: Sequence[bytes], why: Message) -> list[bytes]:
        """Nothing can be told from there."""
        for portion in _portions(identities):
            unknown = Revocation(RevocationState.UNKNOWN, "CRL", self._context.clock.now(), url, why=why)
            await self._context.keep([(one, unknown) async for one in self._context.index.kept_certificates(portion)])
        return list(identities)


async def purge_crls(context: RefreshContext) -> None:
    """Delete the lists that no refresh will use again."""
    now = context.clock.now()
    await context.index.purge_crls(now, now - WITHOUT_END, now - KEPT, ALL_KEPT)


def _is_older(fetched: Crl, cached: Crl) -> bool:
    """Whether it is a list of the same CA and key, and of the same part, from before the cached one."""
    try:
        one = read_crl(fetched.der).facts
        if cached.this_update is None or one.this_update >= cached.this_update:
            return False
        other = read_crl(cached.der).facts
    except FormatError:
        return False
    return (one.issuer.raw, one.key_id, one.scope) == (other.issuer.raw, other.key_id, other.scope)


def _is_signed(crl: RevocationList, issuers: Sequence[Issuers]) -> bool:
    """Whether any of them signed the list."""
    ders = {issuer.der for some in issuers for issuer in some.found}
    for der in islice(ders, PORTION):
        try:
            verify_crl(crl, der)
        except ProofError:
            continue
        return True
    return False


def _read_all(kept: Sequence[KeptCertificate]) -> list[tuple[KeptCertificate, Certificate]]:
    return [(one, certificate) for one in kept if (certificate := read_kept(one)) is not None]


def _portions(identities: Sequence[bytes]) -> list[Sequence[bytes]]:
    return [identities[i : i + PORTION] for i in range(0, len(identities), PORTION)]
