"""What ctscan keeps: the `Index` protocol. `sqlite.py` implements it; the URL scheme chooses the implementation.

An index stores and finds; it knows neither protocols nor rules. Every write method is one transaction.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from types import EllipsisType
from typing import Protocol

from ctscan.model import (
    Authority,
    AuthorityList,
    Crl,
    Disclosure,
    Evidence,
    Finding,
    Issuer,
    KeptCertificate,
    Log,
    LogState,
    LookupKey,
    Match,
    RepositoryHit,
    Revocation,
    RuleSet,
    Run,
    RunState,
    ScanStep,
    Search,
    SearchState,
    SkippedLog,
    TreeHead,
)

Known = TreeHead | None | EllipsisType
"""The head that a caller takes for the log's: None when there is none, `...` when it doesn't matter."""


class Index(Protocol):
    """One database of findings, coverage and evidence."""

    # --- runs ---
    async def start_run(self, run: Run, rules: RuleSet, selected: Sequence[Log], skipped: Sequence[SkippedLog]) -> int:
        """Record that a scan began and which logs it selected and skipped, if it is to say what answers cover; returns
        its id. `run.id` is ignored."""
        ...

    async def extend_run(self, run_id: int, selected: Sequence[Log], skipped: Sequence[SkippedLog]) -> None:
        """The log list changed while the scan runs: add to (selected) and replace (skipped) what it names."""
        ...

    async def end_run(self, run_id: int, ended: datetime, outcome: RunState) -> None:
        """Record how a scan ended."""
        ...

    async def runs(self, limit: int) -> list[Run]:
        """The newest runs first."""
        ...

    async def selection(self) -> tuple[list[bytes], list[SkippedLog]]:
        """`(log ids, skipped)` of the newest run that selected or skipped any; empty when nothing was scanned."""
        ...

    async def rule_sets(self) -> dict[str, RuleSet]:
        """Every rule set that a range was read with, by version."""
        ...

    # --- one log ---
    async def log_states(self) -> list[LogState]:
        """All logs known, by name."""
        ...

    async def log_state(self, log_id: bytes) -> LogState | None:
        """One log; None when it was never seen."""
        ...

    async def save_log(self, log: Log) -> None:
        """Insert or update what the log list says of a log."""
        ...

    async def save_head(self, head: TreeHead, at: datetime, known: Known = ...) -> TreeHead | None:
        """A verified head that is consistent with `known` and all before that. It becomes the log's head if it is the
        largest, or as large and newer. A signed one tells how fast the log grows. Where another head than `known` is
        the log's by now, which another process saved, nothing is written and that one is returned: it has to be
        compared first. (Left out: `known` is whatever is the log's head.)"""
        ...

    async def record_success(
        self, log_id: bytes, at: datetime, rate: float | None, since: datetime | None = None
    ) -> None:
        """The head was read to its end (or was already); clears the last error, but for one that was recorded `since`:
        by another process that read another part."""
        ...

    async def record_rate(self, log_id: bytes, rate: float) -> None:
        """How fast the log is being read, in entries a second."""
        ...

    async def record_error(self, log_id: bytes, at: datetime, error: str) -> None:
        """The log could not be read to its head."""
        ...

    async def record_misbehaviour(self, log_id: bytes, at: datetime, reason: str, evidence: Sequence[bytes]) -> None:
        """The log contradicted itself; keeps the raw heads verbatim."""
        ...

    async def evidence_of_misbehaviour(self, log_id: bytes) -> list[tuple[datetime, str, list[bytes]]]:
        """What `record_misbehaviour` kept, oldest first."""
        ...

    async def commit(self, run_id: int, advance: ScanStep) -> None:
        """Position, edge, coverage, rows, holes, proofs and issuers of one step, in one transaction. Idempotent."""
        ...

    async def rewind(self, log_id: bytes, start: int) -> None:
        """Give up the pending range that begins at `start`: its sightings go, and certificates that no other entry
        and no repository shows."""
        ...

    async def unproven(self, log_id: bytes, start: int, end: int) -> list[int]:
        """Indexes of the sightings in `[start, end)` of a log that have no inclusion proof yet."""
        ...

    def lock(self, log_id: bytes, start: int, end: int | None) -> AbstractContextManager[None]:
        """Hold `[start, end)` of a log (None: to wherever it grows) against every other scan with this index; held
        by the system, so a killed process holds nothing. Locked when a part of it is held already."""
        ...

    async def take_turn(self, operator: str, rate: float) -> float:
        """Take the next free turn to send a request to an operator, of `rate` in a second; returns the seconds until
        then. Whoever reads with this index takes turns, whatever process it is."""
        ...

    async def fill_hole(self, log_id: bytes, start: int, end: int) -> None:
        """`[start, end)` is no hole any longer (it was read in this pass); cuts holes that reach beyond it."""
        ...

    async def count_try(self, log_id: bytes, start: int, end: int, detail: str) -> None:
        """A hole was tried once again without success."""
        ...

    # --- finding ---
    async def find_keys(self, keys: Sequence[LookupKey], limit: int) -> list[Match]:
        """Certificates with a finding that has any of the keys, newest sighting first. Kinds `email` and `name` are
        exact, `domain` finds the domain itself and everything below it. Several `name` keys are words of one form each:
        see `find_name`. `score` is then the share of them in one finding.

        When more certificates match than are asked for, and than a few thousand, the newest are looked for among those
        that came into the index last. Fewer than `limit` are all that there are."""
        ...

    async def find_name(self, words: Sequence[Collection[str]], limit: int, partly: int) -> list[Match]:
        """Certificates that hold the words of a name, each word given in the forms (tokens) that it may have: all that
        hold every word, at most `limit`, then at most `partly` that hold some. Most words in the certificate come first
        (given name and surname are often two findings), then most words in one finding, then the newest. `score`: the
        share of the words in one finding.

        Fewer than `limit` with every word are all that there are, and so are fewer than `partly` with some. Where there
        are more, and more than a few thousand, the order is that of those that came into the index last: with every
        word, or with each single one."""
        ...

    async def find_sha256(self, fingerprint: bytes) -> list[Match]:
        """The certificate with this SHA-256, if it was seen itself."""
        ...

    async def find_serial(self, serial: str) -> list[Match]:
        """Certificates with this serial number: lower-case hex without leading zeros."""
        ...

    async def find_identity(self, identity: bytes) -> list[Match]:
        """The certificate with this identity."""
        ...

    def evidence(self, identities: Sequence[bytes] | None) -> AsyncIterator[Evidence]:
        """Evidence of every sighting of these certificates (None: of all), for `prove`."""
        ...

    # --- repositories ---
    async def start_search(self, search: Search, rules: RuleSet) -> int:
        """Record that a repository is asked; returns the id. `search.id` is ignored. Of a question that names a person
        (`Question.is_personal`: any kind but domain, host, organisation and import) only a salted digest is
        kept."""
        ...

    async def end_search(
        self, search_id: int, ended: datetime, outcome: SearchState, detail: str, results: int
    ) -> None:
        """Record how a search ended."""
        ...

    async def keep_found(self, search_id: int, hits: Sequence[RepositoryHit]) -> int:
        """Keep certificates that a repository gave, with where they were seen there; returns how many are new. They
        were seen when the search began. Idempotent.

        What was read from a log is never replaced by what a repository gave. Given again, a reference keeps what is
        left out this time (first_logged, owner, all coordinates), and moves where it means another certificate now. A
        revocation is kept as the word of the repository, whatever `source` says. Times that are no uint64 and indexes
        of more than 63 bits, which no log has, are left out.

        IndexFault for a search that was never started."""
        ...

    async def known_references(self, repository: str, references: Sequence[str]) -> set[str]:
        """Which of these are kept already: they need not be fetched again."""
        ...

    async def searches(self, questions: Sequence[str]) -> list[Search]:
        """For each repository and each of these questions (`Question.text`) the newest search that ended whole, if any,
        and the newest of all, once where it is the same; newest first. `question` is filled in."""
        ...

    async def newest_searches(self, limit: int) -> list[Search]:
        """All searches, newest first; `question` is empty where it named a person."""
        ...

    async def record_disclosure(self, disclosure: Disclosure) -> int:
        """Recorded before anything is sent; returns the id. `disclosure.id` is ignored."""
        ...

    async def disclosures(self, limit: int) -> list[Disclosure]:
        """The newest first."""
        ...

    # --- what became of certificates ---
    async def save_issuers(self, issuers: Sequence[Issuer]) -> None:
        """Keep certificates of CAs; those that are kept already stay as they are."""
        ...

    async def issuers(self, subject_hash: bytes) -> list[Issuer]:
        """CA certificates with this subject (SHA-256 of its DER)."""
        ...

    def kept_certificates(self, identities: Sequence[bytes] | None) -> AsyncIterator[KeptCertificate]:
        """These certificates (None: all), to check their status; but for those that can't be read."""
        ...

    def standings(self) -> AsyncIterator[tuple[datetime | None, datetime | None, tuple[Revocation, ...]]]:
        """`(not before, not after, what each source says)` of every certificate that can be read, to count them."""
        ...

    async def save_revocations(self, revocations: Sequence[tuple[bytes, Revocation]]) -> None:
        """`(identity, what one source says)`: replaces what the same source said before. A certificate that isn't kept
        any longer is passed over."""
        ...

    async def save_key_ids(self, key_ids: Sequence[tuple[bytes, bytes]]) -> None:
        """`(identity, authority key identifier)` of certificates that were written without one; one that is kept
        already stays as it is."""
        ...

    async def crl(self, url: str) -> Crl | None:
        """The newest list that was fetched from there."""
        ...

    async def save_crl(self, crl: Crl) -> None:
        """Replaces what was fetched from there before. IndexFault for one of more than 256 MiB."""
        ...

    async def purge_crls(self, now: datetime, endless: datetime, unused: datetime, octets: int) -> int:
        """Delete lists whose end is before `now`, those without an end fetched before `endless`, whatever was fetched
        before `unused`, and of what is left the ones fetched longest ago, until they take at most `octets`, packed as
        they are kept. Returns how many."""
        ...

    async def save_authorities(self, authorities: Sequence[Authority], which: AuthorityList) -> None:
        """Replaces the whole list; of several records for one CA certificate the last counts."""
        ...

    async def authority_list(self) -> AuthorityList | None:
        """Which list is kept; None: none was loaded."""
        ...

    async def authorities(self) -> list[Authority]:
        """The whole list, in its order."""
        ...

    # --- rules applied again, retention ---
    def kept(self) -> AsyncIterator[tuple[bytes, bytes, str]]:
        """`(identity, leaf DER, kind)` of every certificate that is kept, for `reindex`."""
        ...

    async def replace_findings(self, identity: bytes, findings: Sequence[Finding], rules: str) -> None:
        """New findings of a kept certificate; none at all removes it."""
        ...

    async def purge_quarantine(self, before: datetime) -> int:
        """Delete raw quarantined bytes older than `before`; returns how many."""
        ...

    async def counts(self) -> dict[str, int]:
        """Rows by noun: certificates, findings, sightings, sightings in chains and in repositories, unreadable; for
        `logs` and tests."""
        ...

    async def aclose(self) -> None:
        """Close the database."""
        ...
