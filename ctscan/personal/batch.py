"""Analysis of batches of log entries: the hot path from a batch to its entries with personal data in scope.

    prefilter (all entries) -> full reading (candidates) -> rules -> scope -> Hit
                               chains of candidates      -> rules -> scope -> ChainHit

Independent of the encodings of logs: the caller hands in how to take an entry and its extra data from a batch
(`ct.wire.entry_of` and `ct.extra_data.extra_of`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, Protocol

from msgspec.structs import replace

from ctscan.errors import FormatError
from ctscan.model import (
    EMPTY_RESULT,
    Batch,
    BatchResult,
    Certificate,
    ChainHit,
    Entry,
    Hit,
    Issuer,
    IssuerOrigin,
    IssuerRequest,
    Problem,
    Unreadable,
)
from ctscan.personal.analyse import Analysis, DerKind, ResultFilter, analyse, salvage
from ctscan.personal.chains import MAX_SEEN, ChainReader
from ctscan.personal.issuers import issuer_in
from ctscan.personal.prefilter.filter import Prefilter
from ctscan.x509.certificate import POISON, read_identity

_LEAF_PREFIX: Final = b"\0\0\0"  # of the leaf hash, version v1, timestamped_entry (RFC 6962 sections 2.1 and 3.4)


class _Extra(Protocol):
    """Extra data that a log gives with a leaf, outside the tree: the submitted precertificate (or b""), and the
    certificates of the chain or their fingerprints."""

    @property
    def submitted(self) -> bytes: ...

    @property
    def chain(self) -> tuple[bytes, ...]: ...

    @property
    def issuers(self) -> tuple[bytes, ...]: ...


MAX_CHAIN: Final = 10
"""Most issuers that are kept or requested for an entry; real chains have two to five."""

PART: Final = 16
"""Candidates in a part of a batch, which take a few milliseconds together."""

EntryOf = Callable[[Batch, int], Entry]
"""Function that takes entry i from a batch; raises FormatError when the leaf can't be parsed."""

ExtraOf = Callable[[Batch, int], _Extra]
"""Function that takes the extra data of entry i from a batch; raises FormatError when they can't be parsed."""


class BatchAnalyser:
    """Analyser of batches for one scope. It learns impersonal issuers, so use it for a whole pass over a log.

    Only the chains of candidates are analysed: all chains would cost more than everything else together. An issuer is
    learned from an entry whose chain was analysed, and until then all entries of the issuer are candidates. So at least
    one chain of every issuer name is analysed; personal data in another chain of the same issuer are found when that
    chain comes with a candidate.

    Args:
        scope: decides which certificates are kept.
        entry_of: takes an entry from a batch.
        extra_of: takes the extra data of an entry from a batch.
    """

    def __init__(self, scope: ResultFilter, entry_of: EntryOf, extra_of: ExtraOf) -> None:
        self._scope = scope
        self._entry_of = entry_of
        self._extra_of = extra_of
        self.forget()

    def forget(self) -> None:
        """Forget all issuers and chains, because analysed entries proved not to be in the tree.

        The caller drops the chain hits of these entries, so the same certificates must be found again in later chains.
        """
        self._prefilter = Prefilter(self._scope.domains)
        self._chains = ChainReader(self._scope)
        self._issuers: set[bytes] = set()  # fingerprints of issuers that were given or requested

    def analyse(self, batch: Batch) -> BatchResult:
        """Find the entries with personal data in scope, and the unreadable entries.

        Args:
            batch: consecutive entries of a log.

        Returns:
            The result of the batch. No content of an entry makes it raise.
        """
        return sum(self.analyse_in_parts(batch), EMPTY_RESULT)

    def analyse_in_parts(self, batch: Batch) -> Iterator[BatchResult]:
        """Yield the results of every `PART` candidates and of the rest; the result of the batch is their sum.

        A batch that is rich in candidates takes long: the caller takes turns between the parts.
        """
        part = EMPTY_RESULT
        for i in self._prefilter.candidates(batch.data, batch.certs, batch.precerts):
            part += self._analyse_candidate(batch, i)
            if part.candidates == PART:
                yield part
                part = EMPTY_RESULT
        yield replace(part, entries=len(batch.certs))

    def _analyse_candidate(self, batch: Batch, i: int) -> BatchResult:
        extra, chain_hits = self._beside(batch, i)
        read = self._read(batch, i, extra)
        hits = (read,) if isinstance(read, Hit) else ()
        unreadable = (read,) if isinstance(read, Unreadable) else ()
        requests = self._requests(extra, hits[0].entry) if hits else ()
        issuers = self._issuers_in(extra) if hits or chain_hits else ()
        return BatchResult(hits, unreadable, chain_hits, issuers, requests, candidates=1)

    def analyse_issuer(self, request: IssuerRequest, der: bytes, origin: IssuerOrigin) -> BatchResult:
        """Return a requested issuer, if it can be read, and its personal data in scope.

        Args:
            request: names the issuer and the entry of the hit that it belongs to.
            der: the certificate of the issuer.
            origin: where it was found.
        """
        issuer = issuer_in(der, origin)
        chain_hits = self._chains.analyse((der,), lambda: request.entry)
        return BatchResult(issuers=(issuer,) if issuer else (), chain_hits=tuple(chain_hits))

    def _issuers_in(self, extra: _Extra | None) -> tuple[Issuer, ...]:
        """Return the readable certificates of a chain that weren't given before."""
        chain = extra.chain[:MAX_CHAIN] if extra is not None else ()
        fresh = [der for der in chain if self._is_new(hashlib.sha256(der).digest())]
        return tuple(issuer for der in fresh if (issuer := issuer_in(der, IssuerOrigin.CHAIN)))

    def _requests(self, extra: _Extra | None, entry: Entry) -> tuple[IssuerRequest, ...]:
        fingerprints = extra.issuers[:MAX_CHAIN] if extra is not None else ()
        return tuple(IssuerRequest(fingerprint, entry) for fingerprint in fingerprints if self._is_new(fingerprint))

    def _is_new(self, fingerprint: bytes) -> bool:
        """Return whether an issuer is given or requested for the first time, and remember it."""
        if fingerprint in self._issuers:
            return False
        if len(self._issuers) >= MAX_SEEN:
            self._issuers.clear()
        self._issuers.add(fingerprint)
        return True

    def _beside(self, batch: Batch, i: int) -> tuple[_Extra | None, tuple[ChainHit, ...]]:
        """Return the extra data of a candidate and the hits in its chain.

        None and no hits when the extra data can't be parsed, or the chain has a hit and the entry can't be parsed.
        """
        try:
            extra = self._extra_of(batch, i)
            return extra, tuple(self._chains.analyse(extra.chain, partial(self._entry_of, batch, i)))
        except FormatError:
            return None, ()

    def _read(self, batch: Batch, i: int, extra: _Extra | None) -> Hit | Unreadable | None:
        """Read a candidate in full; None when it holds nothing in scope.

        `extra` is None when the chain wasn't analysed: then the issuer isn't learned.
        """
        analysis = self._analyse_leaf(batch, i)
        certificate = analysis.certificate
        if certificate is None:
            return self._unreadable(batch, i, analysis)
        if extra is not None and analysis.is_complete and _has_impersonal_issuer(analysis):
            self._prefilter.learn_issuer(certificate.issuer.raw)
        if not (analysis.in_scope or analysis.partly_read):
            return None
        try:
            entry = self._entry_of(batch, i)
        except FormatError as error:
            start, end = batch.certs[i]
            unreadable = salvage(batch.data[start:end], Problem("entry", str(error)), self._scope)
            return self._unreadable(batch, i, unreadable)
        submitted = _submitted(batch.precerts[i], extra, certificate)
        return Hit(
            entry, certificate, analysis.findings_in_scope, submitted, analysis.partly_read, analysis.unkept_keys
        )

    def _analyse_leaf(self, batch: Batch, i: int) -> Analysis:
        start, end = batch.certs[i]
        if end:
            kind = DerKind.TBS if batch.precerts[i] else DerKind.CERTIFICATE
            return analyse(batch.data[start:end], kind, self._scope)
        start, end = batch.leaves[i]
        return salvage(batch.data[start:end], Problem("entry", "the TimestampedEntry doesn't parse"), self._scope)

    def _unreadable(self, batch: Batch, i: int, analysis: Analysis) -> Unreadable:
        """Record an unreadable entry, with its findings only when it is in scope, and with its bytes also when it was
        partly read."""
        start, end = batch.leaves[i]
        leaf_hash = hashlib.sha256(_LEAF_PREFIX + batch.data[start:end]).digest()
        record = Unreadable(batch.log_id, batch.start + i, leaf_hash, analysis.unreadable)
        if not (analysis.in_scope or analysis.partly_read):
            return record
        findings = analysis.findings_in_scope
        try:
            entry = self._entry_of(batch, i)
        except FormatError:  # without an entry the findings have no place in the index
            return replace(record, findings=findings, partly_read=bool(findings) or analysis.partly_read)
        unkept = analysis.unkept_keys
        return replace(record, entry=entry, findings=findings, partly_read=analysis.partly_read, unkept=unkept)


def _submitted(is_precert: bool, extra: _Extra | None, certificate: Certificate) -> bytes:
    """Return the submitted precertificate if it has the identity of the TBS in the leaf, else b"".

    The tree doesn't cover the submitted precertificate, so it counts only by this comparison.
    """
    if not is_precert or extra is None:
        return b""
    try:
        identity, extensions = read_identity(extra.submitted)
    except FormatError:
        return b""
    is_precertificate = any(extension.oid == POISON for extension in extensions)
    return extra.submitted if is_precertificate and identity == certificate.identity else b""


def _has_impersonal_issuer(analysis: Analysis) -> bool:
    """Return whether the name of the issuer was read without a problem and holds no finding."""
    places = [finding.path for finding in analysis.findings] + [problem.path for problem in analysis.problems]
    return not any(place == "issuer" or place.startswith("issuer.") for place in places)
