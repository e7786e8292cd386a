"""Request, shared state and common steps of a refresh."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from msgspec import Struct, field

from ctscan.clock import Clock
from ctscan.errors import FormatError
from ctscan.index.protocols import Disclosures, Revocations
from ctscan.model import Certificate, EntryKind, KeptCertificate, LookupKey, Message, Revocation, RevocationState
from ctscan.model.results import RefreshResult
from ctscan.revocation.fetcher import Fetcher
from ctscan.revocation.status import CHECKED_BY_CA, has_run_out
from ctscan.x509.certificate import read_certificate, read_tbs

T = TypeVar("T")

HOLD = "certificateHold"

ASK_AGAIN = timedelta(days=7)
"""Age of an answer after which the CA is asked again, even where the answer claims a longer validity: a CRL valid for a
whole year would hide later revocations. CAs issue CRLs of subscriber certificates at least as often (Baseline
Requirements, section 4.9.7)."""


class RefreshRequest(Struct, frozen=True):
    """Request for a refresh.

    `identities`: certificates to check (None: all kept ones). `ocsp`: consent to reveal to CAs the certificates in
    question. `force`: ask again where the CA's answer still counts. `keys_in`: reader of the people in the certificate
    of a CA, which isn't kept where one of them objected.
    """

    who: str
    identities: tuple[bytes, ...] | None = None
    ocsp: bool = False
    purpose: str = ""
    force: bool = False
    keys_in: Callable[[bytes], tuple[LookupKey, ...]] = lambda der: ()


class RevocationIndex(Revocations, Disclosures, Protocol):
    """Index in the roles that a refresh needs."""


class RefreshContext(Struct):
    """State shared by all parts of a refresh. `progress` receives texts without any data of a certificate."""

    index: RevocationIndex
    disclosures: Disclosures
    fetcher: Fetcher
    request: RefreshRequest
    progress: Callable[[str], None]
    clock: Clock = field(default_factory=Clock)
    result: RefreshResult = field(default_factory=RefreshResult)

    def failed(self, why: Message) -> Message:
        """Record a host's failure, and return the reason for the certificates concerned."""
        self.result.failures[why] = None
        return why

    async def keep(self, judged: Iterable[tuple[KeptCertificate, Revocation]]) -> None:
        """Keep new revocation states, unless a kept answer that still counts says more."""
        fresh = []
        for certificate, revocation in judged:
            if revocation.state is not RevocationState.UNKNOWN or certificate.identity not in self.result.said:
                self.result.said[certificate.identity] = revocation.state
            before = [r for r in certificate.revocations if r.source == revocation.source]
            if any(_says_less(revocation, r, self.clock.now()) for r in before):
                continue
            fresh.append((certificate.identity, revocation))
        if fresh:
            await self.index.save_revocations(fresh)


def is_current(certificate: KeptCertificate, now: datetime) -> bool:
    """Return whether a CA's answer about a certificate still counts, so that it needn't be asked again: revoked for
    good, or not revoked by a recent answer that hasn't expired."""
    return any(
        r.reason != HOLD if r.state is RevocationState.REVOKED else _is_fresh(r, now)
        for r in certificate.revocations
        if r.source in CHECKED_BY_CA
    )


def _is_fresh(revocation: Revocation, now: datetime) -> bool:
    """Return whether a "not revoked" is recent. An answer dated in the future came from a wrong clock."""
    is_recent = abs(now - revocation.checked) < ASK_AGAIN
    return is_recent and revocation.next_update is not None and _still_counts(revocation, now)


def _says_less(revocation: Revocation, before: Revocation, now: datetime) -> bool:
    """Return whether an answer is unknown beside a kept answer that still counts, or older than a revocation: CRLs and
    OCSP answers are mostly fetched without TLS, and an attacker on the path can replay old ones."""
    if revocation.state is RevocationState.UNKNOWN:
        return _still_counts(before, now)
    is_revoked, was_revoked = (r.state is RevocationState.REVOKED for r in (revocation, before))
    return was_revoked and not is_revoked and _made(revocation) < _made(before)


def _made(revocation: Revocation) -> datetime:
    return revocation.this_update or revocation.checked


def _still_counts(revocation: Revocation, now: datetime) -> bool:
    return revocation.state is not RevocationState.UNKNOWN and not has_run_out(revocation, now)


def read_kept(kept: KeptCertificate) -> Certificate | None:
    """Parse a kept certificate; None when it can't be read."""
    try:
        return (read_tbs if kept.kind is EntryKind.PRECERT else read_certificate)(kept.der)
    except FormatError:
        return None


async def gather_bounded(calls: Sequence[Callable[[], Awaitable[None]]], width: int) -> None:
    """Run all calls, at most `width` concurrently. The first exception ends them all."""
    waiting = iter(calls)

    async def work() -> None:
        for call in waiting:
            await call()

    tasks = [asyncio.create_task(work()) for _ in range(min(width, len(calls)))]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
