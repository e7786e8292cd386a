"""Whole refresh for tests: a real index, and CAs at the transport."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx
from support.kept import LOG, RULES, a_run, an_advance, commit, email_finding
from support.patience import FakeTime
from support.reading import patient_client
from support.revoking import NOW, make_ca

from ctscan.clock import Clock
from ctscan.http.client import Client
from ctscan.http.ssrf_guard import guarded_transport
from ctscan.index.open import open_index
from ctscan.index.protocols import Index
from ctscan.model import Entry, EntryKind, Hit, Issuer, KeptCertificate, Message, RevocationState
from ctscan.model.results import RefreshResult
from ctscan.revocation.budget import RefreshLimits
from ctscan.revocation.context import RefreshRequest
from ctscan.revocation.refresh import run_refresh
from ctscan.x509.certificate import read_certificate

CA, OTHER = make_ca("issuing"), make_ca("another")
CRL, OCSP, AIA = "http://crl.example.net/1.crl", "http://ocsp.example.net/", "http://ca.example.net/ca.cer"
REVOKED, GOOD, UNKNOWN = RevocationState.REVOKED, RevocationState.NOT_REVOKED, RevocationState.UNKNOWN
Answer = httpx.Response | Callable[[httpx.Request], httpx.Response] | Exception


def ok(body: bytes) -> httpx.Response:
    return httpx.Response(200, content=body)


@dataclass
class World:
    """Servers by URL, the URLs requested from them, and an index with certificates."""

    folder: Path
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    addresses: dict[str, list[str]] = field(default_factory=dict)
    disclosed: list[tuple[str, str, str, str]] = field(default_factory=list)
    time: FakeTime = field(default_factory=FakeTime)
    limits: RefreshLimits | None = None

    def handle(self, request: httpx.Request) -> httpx.Response:
        url = f"{request.url.scheme}://{request.headers['host']}{request.url.path}"
        self.asked.append(url)
        answer = self.answers.get(url, httpx.Response(404))
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else httpx.Response(answer.status_code, content=answer.content)

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        return self.addresses.get(host, ["93.184.215.14"])

    def client(self, contact: str = "ct@example.org") -> Client:
        transport = guarded_transport(resolve=self.resolve, inner=httpx.MockTransport(self.handle))
        return patient_client(self.time, contact, transport=transport, give_up_after=20.0)

    def keep(self, *ders: bytes, issuers: Sequence[Issuer] = (CA.issuer(),)) -> None:
        """Put certificates into the index."""

        async def work() -> None:
            async with await open_index(self.folder / "db", create=True) as index:
                await index.save_log(LOG)
                run = await index.start_run(a_run(), RULES, [LOG], [])
                hits = [a_hit(i, der) for i, der in enumerate(ders)]
                await commit(index, run, an_advance(0, len(hits), *hits, issuers=tuple(issuers)))

        asyncio.run(work())

    def refresh(self, now: datetime = NOW, client: Client | None = None, **request: object) -> RefreshResult:
        """Run a whole refresh while the time stands still."""

        async def work() -> RefreshResult:
            ready = client or self.client()
            async with await open_index(self.folder / "db", create=False) as index:
                try:
                    asked = RefreshRequest("tester", **request)  # type: ignore[arg-type]
                    done = await run_refresh(
                        index,
                        ready,
                        asked,
                        self.lines.append,
                        asyncio.Event(),
                        Clock(now=lambda: now, monotonic=self.time.clock),
                        self.limits,
                    )
                finally:
                    await ready.aclose()
                self.disclosed = [(d.kind, d.recipient, d.purpose, d.command) for d in await index.disclosures(50)]
                return done

        return asyncio.run(work())

    def kept(self) -> list[KeptCertificate]:
        async def work() -> list[KeptCertificate]:
            async with await open_index(self.folder / "db", create=False) as index:
                return [one async for one in index.kept_certificates(None)]

        return asyncio.run(work())

    def said(self) -> list[list[tuple[str, RevocationState, Message | None]]]:
        """List source, state and reason of each certificate's revocations."""
        return [[(r.source, r.state, r.why) for r in one.revocations] for one in self.kept()]

    def with_index(self, ask: Callable[[Index], object]) -> object:
        async def work() -> object:
            async with await open_index(self.folder / "db", create=False) as index:
                return await ask(index)  # type: ignore[misc]

        return asyncio.run(work())


def a_hit(index: int, der: bytes) -> Hit:
    entry = Entry(LOG.id, index, 1_900_000_000_000 + index, EntryKind.X509, der, b"", b"")
    return Hit(entry, read_certificate(der), (email_finding(f"person{index}@example.org"),))
