"""From a batch of verified or verifiable entries to those that hold personal data in scope: the hot path.

    prefilter (all entries) -> full reading (candidates) -> rules -> scope -> Hit
                               chains of candidates      -> rules -> scope -> ChainHit

Knows nothing of encodings of logs: how an entry and its extra data are taken from a batch is handed in
(`ct.wire.entry_of` and `ct.wire.extra_of`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, Protocol

from ctscan.errors import FormatError
from ctscan.model import Batch, Certificate, ChainHit, Entry, Finding, Hit, Issuer, Problem, Unreadable
from ctscan.personal.chains import MAX_SEEN, ChainReader
from ctscan.personal.issuers import issuer_in
from ctscan.personal.prefilter.filter import Prefilter
from ctscan.personal.rules import find_in_text, find_personal_data
from ctscan.personal.scope import Scope
from ctscan.x509.certificate import POISON, read_certificate, read_identity, read_tbs
from ctscan.x509.text import salvage_strings

_LEAF_PREFIX: Final = b"\0\0\0"  # of the leaf hash, version v1, timestamped_entry (RFC 6962 sections 2.1 and 3.4)


class _Extra(Protocol):
    """What a log gives beside a leaf, and the tree doesn't cover: the submitted precertificate (or b""), and the chain
    where it comes with the entry, or the fingerprints of its certificates."""

    @property
    def submitted(self) -> bytes: ...

    @property
    def chain(self) -> tuple[bytes, ...]: ...

    @property
    def issuers(self) -> tuple[bytes, ...]: ...


MAX_CHAIN: Final = 10
"""Issuers that are kept or asked for because of one entry; real chains have two to five."""

PART: Final = 16
"""Candidates between two turns of others: a few milliseconds."""

EntryOf = Callable[[Batch, int], Entry]
"""Entry i of a batch; raises FormatError when its leaf can't be taken apart."""

ExtraOf = Callable[[Batch, int], _Extra]
"""What the log gave with entry i; raises FormatError when it isn't in the format."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An issuer that a log names by its SHA-256, and the entry of the hit whose chain it is in."""

    fingerprint: bytes
    entry: Entry


@dataclass(slots=True)
class Examined:
    """What a batch of `entries` held; `candidates` of them were read in full."""

    hits: list[Hit]
    unreadable: list[Unreadable]
    candidates: int
    entries: int
    in_chains: list[ChainHit] = field(default_factory=list)
    issuers: list[Issuer] = field(default_factory=list)  # in the chains of what is kept, each once
    wanted: list[Wanted] = field(default_factory=list)  # named in their place by fingerprint, each once


class Examiner:
    """Examines batches for one scope. Learns impersonal issuers as it goes, so one is kept for a whole pass.

    Chains are looked at with candidates only: to look at every one would cost more than all the rest. An issuer is
    learnt from an entry whose chain was looked at, and before that all its entries are candidates; so at least one
    chain of every issuer name is. What another chain of the same issuer holds is found where it comes with a candidate.
    """

    def __init__(self, scope: Scope, entry_of: EntryOf, extra_of: ExtraOf) -> None:
        self._scope = scope
        self._entry_of = entry_of
        self._extra_of = extra_of
        self.forget()

    def forget(self) -> None:
        """Forget what was learnt and seen: entries that were examined turned out not to be in the tree. What was found
        in their chains is given up with them, and has to be found again in those of others."""
        self._prefilter = Prefilter(self._scope.domains)
        self._chains = ChainReader(self._scope)
        self._issuers: set[bytes] = set()  # fingerprints of those that were given or asked for

    def examine(self, batch: Batch) -> Examined:
        """Find the entries with personal data in scope, and those that can't be read. Never raises for what an entry
        holds."""
        *_, examined = self.examine_in_parts(batch)
        return examined

    def examine_in_parts(self, batch: Batch) -> Iterator[Examined]:
        """The same value again and again as it grows, after every `PART` candidates and at the end: a batch that is
        rich in candidates takes long, and whoever has other things to do takes a turn in between."""
        examined = Examined([], [], 0, len(batch.certs))
        for i in self._prefilter.candidates(batch.data, batch.certs, batch.precerts):
            examined.candidates += 1
            self._examine_candidate(batch, i, examined)
            if not examined.candidates % PART:
                yield examined
        yield examined

    def _examine_candidate(self, batch: Batch, i: int, examined: Examined) -> None:
        before = len(examined.in_chains)
        extra = self._beside(batch, i, examined.in_chains)
        result = self._read(batch, i, extra)
        if isinstance(result, Hit):
            examined.hits.append(result)
            examined.wanted.extend(self._wanted(extra, result.entry))
        elif result is not None:
            examined.unreadable.append(result)
        if isinstance(result, Hit) or len(examined.in_chains) > before:
            examined.issuers.extend(self._issuers_in(extra))

    def examine_issuer(self, wanted: Wanted, der: bytes, origin: str) -> tuple[list[Issuer], list[ChainHit]]:
        """What an issuer that was asked for is, if it can be read, and what it holds in scope."""
        issuer = issuer_in(der, origin)
        return [issuer] if issuer else [], self._chains.examine((der,), lambda: wanted.entry)

    def _issuers_in(self, extra: _Extra | None) -> list[Issuer]:
        """The certificates of a chain that weren't given before, as far as they can be read."""
        chain = extra.chain[:MAX_CHAIN] if extra is not None else ()
        fresh = [der for der in chain if self._is_new(hashlib.sha256(der).digest())]
        return [issuer for der in fresh if (issuer := issuer_in(der, "chain"))]

    def _wanted(self, extra: _Extra | None, entry: Entry) -> list[Wanted]:
        fingerprints = extra.issuers[:MAX_CHAIN] if extra is not None else ()
        return [Wanted(fingerprint, entry) for fingerprint in fingerprints if self._is_new(fingerprint)]

    def _is_new(self, fingerprint: bytes) -> bool:
        """Whether an issuer wasn't given or asked for before; from now on it was."""
        if fingerprint in self._issuers:
            return False
        if len(self._issuers) >= MAX_SEEN:
            self._issuers.clear()
        self._issuers.add(fingerprint)
        return True

    def _beside(self, batch: Batch, i: int, in_chains: list[ChainHit]) -> _Extra | None:
        """What came with a candidate, its chain looked at; None when it isn't in the format, or something was found in
        the chain and the entry that it came with can't be told."""
        try:
            extra = self._extra_of(batch, i)
            in_chains += self._chains.examine(extra.chain, partial(self._entry_of, batch, i))
        except FormatError:
            return None
        return extra

    def _read(self, batch: Batch, i: int, extra: _Extra | None) -> Hit | Unreadable | None:
        """Read one candidate in full: None when it holds nothing in scope. `extra`: None when its chain wasn't looked
        at."""
        start, end = batch.certs[i]
        if not end:
            return self._unreadable(batch, i, "the TimestampedEntry doesn't parse", batch.leaves[i])
        der = batch.data[start:end]
        try:
            certificate = (read_tbs if batch.precerts[i] else read_certificate)(der)
        except FormatError as error:
            return self._unreadable(batch, i, str(error), batch.certs[i])
        except Exception as error:  # one bad leaf must not end the scan of a log; the type alone, it may quote
            return self._unreadable(batch, i, f"the reader failed with {type(error).__name__}", batch.certs[i])
        findings, failures = find_personal_data(certificate, self._scope.domains)
        if failures:
            certificate = replace(certificate, problems=certificate.problems + failures)
        elif extra is not None and _has_impersonal_issuer(certificate, findings):
            self._prefilter.learn_issuer(certificate.issuer.raw)
        if not findings and failures:
            return self._unreadable(batch, i, _reason(failures), batch.certs[i])
        if not findings or not self._scope.keeps(findings, certificate):
            return None
        try:
            entry = self._entry_of(batch, i)
        except FormatError as error:
            return self._unreadable(batch, i, str(error), batch.certs[i])
        return Hit(entry, certificate, findings, _submitted(batch.precerts[i], extra, certificate))

    def _unreadable(self, batch: Batch, i: int, reason: str, span: tuple[int, int]) -> Unreadable:
        """Salvage the strings in `span`; findings and bytes are kept only if one of the strings is in scope."""
        start, end = batch.leaves[i]
        leaf_hash = hashlib.sha256(_LEAF_PREFIX + batch.data[start:end]).digest()
        index = batch.start + i
        strings = salvage_strings(batch.data[span[0] : span[1]])
        if not self._scope.keeps_text(strings):
            return Unreadable(batch.log_id, index, leaf_hash, reason)
        findings, failures = find_in_text(strings)
        if failures:
            reason = f"{reason}; {_reason(failures)}"
        try:
            entry = self._entry_of(batch, i)
        except FormatError:
            entry = None
        return Unreadable(batch.log_id, index, leaf_hash, reason, entry, findings)


def _submitted(is_precert: bool, extra: _Extra | None, certificate: Certificate) -> bytes:
    """The submitted precertificate if it is one and has the identity of the TBS in the leaf; else b"".

    The tree doesn't cover it, so it is compared and never believed.
    """
    if not is_precert or extra is None:
        return b""
    try:
        identity, extensions = read_identity(extra.submitted)
    except FormatError:
        return b""
    is_precertificate = any(extension.oid == POISON for extension in extensions)
    return extra.submitted if is_precertificate and identity == certificate.identity else b""


def _has_impersonal_issuer(certificate: Certificate, findings: tuple[Finding, ...]) -> bool:
    """Whether the issuer's name was read without a problem and nothing was found in it."""
    places = [finding.path for finding in findings] + [problem.path for problem in certificate.problems]
    return not any(place == "issuer" or place.startswith("issuer.") for place in places)


def _reason(failures: tuple[Problem, ...]) -> str:
    return "; ".join(f"{failure.path}: {failure.what}" for failure in failures)
