"""Search for the issuers of kept certificates: in the index, else at the certificate's caIssuers address."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256

from ctscan.errors import FormatError, SourceError
from ctscan.model import Certificate, Issuer, IssuerOrigin, KeptCertificate, LookupKey, StatusReason
from ctscan.revocation.context import RefreshContext
from ctscan.revocation.fetcher import host_of
from ctscan.sources.files.blocks import split_certificates
from ctscan.x509.access_locations import access_locations, is_web
from ctscan.x509.containers import certificates_in_signed_data
from ctscan.x509.issuer_lookup import Issuers, find_issuers, issuer_of

REMEMBERED = 256  # names of CAs whose certificates are cached
MAX_FETCHED = 10  # certificates read from a caIssuers file
MAX_URLS = 3


class IssuerFinder:
    """Finder of issuers for one run; fetches each URL once, whether that succeeds or not."""

    def __init__(self, context: RefreshContext) -> None:
        self._context = context
        self._named: OrderedDict[bytes, list[Issuer]] = OrderedDict()
        self._fetched: dict[str, asyncio.Task[list[Issuer]]] = {}
        self._saved: set[Issuer] = set()

    async def find(self, kept: KeptCertificate, certificate: Certificate) -> Issuers:
        """Return the issuers of a certificate, or the reason why they aren't known."""
        found = self._among(kept, certificate, await self.named(certificate.issuer.raw))
        if found.found:
            return found
        for url in [url for url in access_locations(certificate).issuers if is_web(url)][:MAX_URLS]:
            fetched = await self._fetch(url)
            again = self._among(kept, certificate, fetched) if fetched else found
            if again.found:
                await self._save(again.found)
                return again
        return found

    def _among(self, kept: KeptCertificate, certificate: Certificate, candidates: Sequence[Issuer]) -> Issuers:
        return find_issuers(certificate, kept.der, kept.issuer_key_hashes, candidates, kept.submitted)

    async def named(self, subject: bytes) -> list[Issuer]:
        """Return the kept CA certificates with this subject (DER of the name)."""
        key = sha256(subject).digest()
        if key not in self._named:
            self._named[key] = await self._context.index.issuers(key)
            if len(self._named) > REMEMBERED:
                self._named.popitem(last=False)
        return self._named[key]

    async def _fetch(self, url: str) -> list[Issuer]:
        if url not in self._fetched:
            self._fetched[url] = asyncio.ensure_future(self._fetch_once(url))
        return await self._fetched[url]

    async def _fetch_once(self, url: str) -> list[Issuer]:
        try:
            raw = await self._context.fetcher.certificates(url)
        except SourceError as error:
            self._context.failed(StatusReason.ISSUER_MISSING(host=host_of(url), detail=str(error)))
            return []
        found = await asyncio.to_thread(_issuers_in, raw, self._context.request.keys_in)
        if not found:
            self._context.failed(StatusReason.ISSUER_INVALID(host=host_of(url)))
        return found

    async def _save(self, issuers: Sequence[Issuer]) -> None:
        """Keep the issuers of kept certificates only: a server's other certificates could crowd out the CAs of that
        name."""
        new = [issuer for issuer in issuers if issuer not in self._saved]
        if new:
            self._saved.update(new)
            await self._context.index.save_issuers(new)
            for issuer in new:
                self._named.pop(issuer.subject_hash, None)

    async def aclose(self) -> None:
        """Cancel the requests under way."""
        for task in self._fetched.values():
            task.cancel()
        await asyncio.gather(*self._fetched.values(), return_exceptions=True)


def _issuers_in(raw: bytes, keys_in: Callable[[bytes], tuple[LookupKey, ...]]) -> list[Issuer]:
    """Read DER, PEM and PKCS#7 (RFC 5280 section 4.2.2.1), but no PKCS#12, which can be made costly."""
    found: list[Issuer] = []
    for der in split_certificates(raw, certificates_in_signed_data):
        if isinstance(der, bytes) and len(found) < MAX_FETCHED:
            try:
                found.append(replace(issuer_of(der, IssuerOrigin.AIA), keys=keys_in(der)))
            except FormatError:
                continue
    return found
