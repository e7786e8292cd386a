"""Whole run of a refresh: plan, check by CRL, then ask OCSP responders. See `revocation/__init__.py`."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from functools import partial

from msgspec import Struct, field

from ctscan.clock import Clock
from ctscan.http.client import Client
from ctscan.index.protocols import Disclosures
from ctscan.model import Certificate, KeptCertificate, Message, Revocation, RevocationState, StatusReason
from ctscan.model.results import RefreshResult
from ctscan.revocation.budget import RefreshLimits
from ctscan.revocation.context import (
    RefreshContext,
    RefreshRequest,
    RevocationIndex,
    gather_bounded,
    is_current,
    read_kept,
)
from ctscan.revocation.crls import CrlJudge, purge_crls
from ctscan.revocation.fetcher import Fetcher, host_of
from ctscan.revocation.issuer_fetch import IssuerFinder
from ctscan.revocation.ocsp_queries import ask_responder, responder_of
from ctscan.x509.access_locations import AccessLocations, access_locations, is_web

CRLS_AT_ONCE = 4
RESPONDERS_AT_ONCE = 8
MAX_CRLS = 4  # tried for a certificate, in sequence, while it stays unknown
BATCH = 200  # rows kept at a time


class _Plan(Struct):
    """CRLs and responders to ask, by identity of the certificate."""

    crls: dict[bytes, tuple[str, ...]] = field(default_factory=dict)
    responders: dict[bytes, str] = field(default_factory=dict)  # hosts; of unexpired certificates only
    urls: dict[str, str] = field(default_factory=dict)  # a single copy of each text that many certificates name


async def run_refresh(
    index: RevocationIndex,
    client: Client,
    request: RefreshRequest,
    progress: Callable[[str], None],
    stop: asyncio.Event,
    clock: Clock | None = None,
    limits: RefreshLimits | None = None,
    disclosures: Disclosures | None = None,
) -> RefreshResult:
    """Ask CAs about kept certificates and keep their answers.

    A set `stop` ends the run at once; answers kept so far stay.

    Args:
        client: needs a guarded transport
        progress: receives texts without any data of a certificate
        clock: time of day, and the seconds that each host costs
        limits: budget of the run
        disclosures: record of disclosures, by default that of the index

    Raises:
        IndexFault: the index failed
        UsageError: a contact is missing
    """
    clock = clock or Clock()
    fetcher = Fetcher(client, limits, clock.monotonic)
    context = RefreshContext(index, disclosures or index, fetcher, request, progress, clock)
    running = asyncio.create_task(_refresh(context))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([running, stopping], return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await running
        else:
            context.result.stopped = True
    finally:
        running.cancel()
        stopping.cancel()
        await asyncio.gather(running, stopping, return_exceptions=True)
    return context.result


async def _refresh(context: RefreshContext) -> None:
    finder = IssuerFinder(context)
    try:
        plan = await _plan(context)
        left = await _check_crls(context, finder, plan)
        if context.request.ocsp:
            await _ask_responders(context, finder, plan, left)
        await purge_crls(context)
    finally:
        await finder.aclose()


# --- the plan -----------------------------------------------------------------------------------------------------


async def _plan(context: RefreshContext) -> _Plan:
    """Walk over the certificates once. Certificates without a usable address are kept as unknown at once."""
    plan, unknown, key_ids = _Plan(), [], []
    async for kept in context.index.kept_certificates(context.request.identities):
        certificate = read_kept(kept)
        if certificate is None:
            continue
        if certificate.authority_key_id:
            key_ids.append((kept.identity, certificate.authority_key_id))
        if not context.request.force and is_current(kept, context.clock.now()):
            context.result.current += 1
            continue
        why = _place(context, plan, kept, certificate)
        if why:
            unknown.append((kept, Revocation(RevocationState.UNKNOWN, "CRL", context.clock.now(), why=why)))
        if len(unknown) + len(key_ids) >= BATCH:
            await _keep(context, unknown, key_ids)
            unknown, key_ids = [], []
    await _keep(context, unknown, key_ids)
    context.progress(f"to check by CRL: {len(plan.crls):,}; still known: {context.result.current:,}")
    return plan


async def _keep(
    context: RefreshContext, unknown: list[tuple[KeptCertificate, Revocation]], key_ids: list[tuple[bytes, bytes]]
) -> None:
    await context.keep(unknown)
    if key_ids:
        await context.index.save_key_ids(key_ids)


def _place(context: RefreshContext, plan: _Plan, kept: KeptCertificate, certificate: Certificate) -> Message | None:
    """Enter a certificate into the plan; returns the reason when it names no usable CRL."""
    named = access_locations(certificate)
    crls = [url for point in named.crls for url in point.urls if is_web(url)]
    if crls:
        plan.crls[kept.identity] = tuple(plan.urls.setdefault(url, url) for url in crls[:MAX_CRLS])
    is_expired = certificate.not_after is not None and certificate.not_after < context.clock.now()
    responder = responder_of(named.ocsp)
    if responder and not is_expired:
        host = host_of(responder)
        plan.responders[kept.identity] = plan.urls.setdefault(host, host)
    return None if crls else _why_no_crl(named, context.request.ocsp)


def _why_no_crl(named: AccessLocations, may_ask: bool) -> Message:
    if any(point.urls for point in named.crls):
        return StatusReason.NOT_BY_HTTP()
    if responder_of(named.ocsp):
        return StatusReason.NO_LIST() if may_ask else StatusReason.NO_LIST_OCSP_OFF()
    return StatusReason.NAMES_NOTHING()


# --- asking -------------------------------------------------------------------------------------------------------


async def _check_crls(context: RefreshContext, finder: IssuerFinder, plan: _Plan) -> set[bytes]:
    """Check by CRL and return the certificates that stay unknown. A certificate that its first CRL doesn't decide is
    checked by its next."""
    judge = CrlJudge(context, finder)
    open_ = dict(plan.crls)
    left = set(plan.responders) - set(open_)
    for turn in range(MAX_CRLS):
        by_url: defaultdict[str, list[bytes]] = defaultdict(list)
        for identity, urls in open_.items():
            by_url[urls[turn]].append(identity)
        unknown: set[bytes] = set()

        async def judge_one(url: str, identities: list[bytes], unknown: set[bytes] = unknown) -> None:
            unknown.update(await judge.judge(url, identities))

        await gather_bounded([partial(judge_one, url, some) for url, some in by_url.items()], CRLS_AT_ONCE)
        left |= {identity for identity in unknown if len(open_[identity]) <= turn + 1 or turn + 1 == MAX_CRLS}
        open_ = {identity: open_[identity] for identity in unknown - left}
        if not open_:
            break
    return left


async def _ask_responders(context: RefreshContext, finder: IssuerFinder, plan: _Plan, left: set[bytes]) -> None:
    by_host: defaultdict[str, list[bytes]] = defaultdict(list)
    for identity, host in plan.responders.items():
        if identity in left:
            by_host[host].append(identity)
    tasks = [partial(ask_responder, context, finder, host, some) for host, some in by_host.items()]
    await gather_bounded(tasks, RESPONDERS_AT_ONCE)
