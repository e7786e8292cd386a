"""Import of files: reads their certificates and keeps the certificates in scope.

    files -> certificates -> analyse -> certificates in scope -> keep

An import is recorded like a search, and its certificates like a repository's: claims of a file, unproven. Files are
read and certificates analysed off the event loop, in portions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

from msgspec import Struct, field

from ctscan.clock import Clock, unless_stopped
from ctscan.collect.result_filter import repository_hit
from ctscan.errors import IndexFault
from ctscan.index.protocols import Revocations, Searches
from ctscan.model import (
    Certificate,
    Issuer,
    IssuerOrigin,
    Problem,
    QuestionKind,
    RepositoryEntry,
    RepositoryHit,
    Search,
    SearchShortfall,
    SearchState,
    Shortfall,
)
from ctscan.model.file_tally import FileTally
from ctscan.model.results import ImportResult
from ctscan.personal.analyse import DerKind, ResultFilter
from ctscan.personal.issuers import issuer_in
from ctscan.personal.rule_set import rule_set
from ctscan.sources.files import STDIN, Input
from ctscan.x509.request_shapes import request_form

REPOSITORY: Final = "files"
PORTION: Final = 200  # certificates analysed, and kept in one transaction
PATIENCE: Final = 0.5  # seconds after which a smaller portion is kept
MAX_SEEN: Final = 500_000
"""Fingerprints remembered, some 50 MB; beyond that all are forgotten, and certificates are read again."""


class ImportRequest(Struct, frozen=True):
    """Scope (with the limits of retention), person and purpose of an import."""

    scope: ResultFilter
    who: str
    purpose: str


OnPortion = Callable[[ImportResult, tuple[Problem, ...]], None]
"""Called after each portion with the result so far, and the problems that this portion added."""


class ImportIndex(Searches, Revocations, Protocol):
    """Index in the roles that an import needs."""


async def run_import(
    index: ImportIndex,
    inputs: Iterator[Input],
    request: ImportRequest,
    on_portion: OnPortion,
    stop: asyncio.Event,
    clock: Clock | None = None,
    files: FileTally | None = None,
) -> ImportResult:
    """Keep the certificates in scope of all inputs, until `stop` is set. Problems of an input are part of the result.

    Args:
        files: counts the files while the inputs are read.

    Raises:
        IndexFault: the index failed
    """
    importing = _Importing(index, inputs, request, on_portion, clock or Clock(), files)
    return await importing.run(stop)


class _Portion(Struct):
    """Certificates, issuers and problems of a portion, and the sums up to its end."""

    tally: ImportResult
    hits: list[RepositoryHit] = field(default_factory=list)
    issuers: list[Issuer] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    is_last: bool = False


class _Importing(Struct):
    index: ImportIndex
    inputs: Iterator[Input]
    request: ImportRequest
    on_portion: OnPortion
    clock: Clock
    files: FileTally | None = None
    tally: ImportResult = field(default_factory=ImportResult)
    seen: set[bytes] = field(default_factory=set)
    last_file: str | None = None

    async def run(self, stop: asyncio.Event) -> ImportResult:
        search_id = self.tally.number = await self._begin()
        try:
            await self._read(search_id, stop)
        except IndexFault:
            raise  # nothing can be recorded any more
        except BaseException as error:
            self.tally.outcome = (
                SearchState.INTERRUPTED if isinstance(error, asyncio.CancelledError) else SearchState.FAILED
            )
            await self._end(search_id)
            raise
        await self._end(search_id)
        return self.tally

    async def _begin(self) -> int:
        rules, request = rule_set(), self.request
        search = Search(
            id=0,
            repository=REPOSITORY,
            kind=QuestionKind.IMPORT,
            question="",
            who=request.who,
            purpose=request.purpose,
            scope=request.scope.scope_text,
            scope_emails=request.scope.scope_emails,
            rules=rules.version,
            started=self.clock.now(),
        )
        return await self.index.start_search(search, rules)

    async def _end(self, search_id: int) -> None:
        problems = self.tally.problems
        detail = (Shortfall(SearchShortfall.UNREADABLE_INPUTS(count=problems)),) if problems else ()
        await self.index.end_search(search_id, self.clock.now(), self.tally.outcome, detail, self.tally.read)

    async def _read(self, search_id: int, stop: asyncio.Event) -> None:
        while not stop.is_set():
            read = await unless_stopped(asyncio.to_thread(self._portion, deepcopy(self.tally), stop), stop)
            if read is None:
                break  # its thread waits for a stream, or takes a large certificate apart; nothing of it is kept
            portion, self.tally = read[0], read[0].tally
            if portion.issuers:
                await self.index.save_issuers(portion.issuers)
            if portion.hits:
                self.tally.new += await self.index.keep_found(search_id, portion.hits)
            self.on_portion(self.tally, tuple(portion.problems))
            if portion.is_last:
                self.tally.outcome = SearchState.INCOMPLETE if self.tally.problems else SearchState.WHOLE
                return
        self.tally.outcome = SearchState.INTERRUPTED

    def _portion(self, tally: ImportResult, stop: asyncio.Event) -> _Portion:
        """Read and analyse the next inputs; runs in a thread."""
        portion, began = _Portion(tally, is_last=True), self.clock.monotonic()
        for count, found in enumerate(self.inputs, 1):
            self._take(found, portion)
            if count >= PORTION or self.clock.monotonic() - began > PATIENCE or stop.is_set():
                portion.is_last = False
                break
        if (files := self.files) is not None:
            tally.files, tally.without, tally.not_understood = files.files, files.without, files.not_understood
        return portion

    def _take(self, found: Input, portion: _Portion) -> None:
        tally = portion.tally
        if found.file != self.last_file:
            tally.files += 1
            self.last_file = found.file
        der = found.der if found.der is not None else found.problem.unread if found.problem else b""
        fingerprint = sha256(der).digest()
        if fingerprint in self.seen:
            tally.repeated += 1
            return
        if der and request_form(der) is not None:
            self._leave_out(found, fingerprint, portion)
            return
        problem = found.problem
        if der:
            entry = RepositoryEntry(reference_of(found.source, der), der)
            hit, analysis = repository_hit(entry, self.request.scope, DerKind.ANY)
            certificate = analysis.certificate
            _count(tally, certificate, hit)
            if hit is not None:
                portion.hits.append(hit)
            if certificate is not None and certificate.is_ca and (issuer := issuer_in(der, IssuerOrigin.FILE)):
                portion.issuers.append(issuer)
            if certificate is not None:
                self._remember(fingerprint)
            elif problem is None and not analysis.partly_read:
                problem = Problem(found.source, "expected a certificate, got something that can't be read as one")
            if analysis.partly_read:
                self.tally.partly_read += 1
                why = next(one.what for one in analysis.problems if one.is_cut)
                problem = problem or Problem(found.source, f"read only in part: {why}")
        if problem is not None:
            tally.absences += found.is_absence
            tally.problems += not found.is_absence
            portion.problems.append(replace(problem, unread=b""))

    def _leave_out(self, found: Input, fingerprint: bytes, portion: _Portion) -> None:
        """Name a certificate request and leave it out: it isn't public, and the index holds public certificates."""
        what = "a certificate request, which isn't public and isn't kept; 'ctscan inspect' shows what it asks for"
        portion.tally.requests += 1
        portion.problems.append(Problem(found.source, what))
        self._remember(fingerprint)

    def _remember(self, fingerprint: bytes) -> None:
        """Remember a certificate or a request that was read; an unreadable certificate is a problem at every place."""
        if len(self.seen) >= MAX_SEEN:
            self.seen.clear()
        self.seen.add(fingerprint)


def _count(tally: ImportResult, certificate: Certificate | None, hit: RepositoryHit | None) -> None:
    """Count a certificate that was read or is kept."""
    is_authority = certificate is not None and certificate.is_ca
    tally.read += certificate is not None
    tally.of_authorities += is_authority
    if hit is not None:
        tally.kept += 1
        tally.counts.add(hit.findings, is_authority=is_authority)


def reference_of(source: str, der: bytes) -> str:
    """Return a permanent reference to a certificate in a file: the whole path and the start of its SHA-256, as the file
    may change."""
    path = source if source == STDIN or source.startswith((f"{STDIN}!", f"{STDIN}:", f"{STDIN}#")) else _whole(source)
    return f"{path} (SHA-256 {sha256(der).hexdigest()[:16]})"


def _whole(source: str) -> str:
    return str(Path.cwd() / source)
