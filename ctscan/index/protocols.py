"""The roles of an index: protocols of a few methods each, and `Index`, which is all of them together.

A function asks for the roles that it uses. `open.open_index` opens an index; the scheme of its URL chooses the
implementation. An index stores and finds: it knows neither log protocols nor rules. Every method that writes is one
transaction. Every method raises IndexFault when the database can't do the work; only further errors are named below.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from ctscan.model import (
    AuditEvent,
    Authority,
    AuthorityList,
    Basis,
    Crl,
    Disclosure,
    Evidence,
    FailureKind,
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
    Shortfall,
    SkippedLog,
    TreeHead,
)


@dataclass(frozen=True, slots=True)
class Lease:
    """The exclusive right to read and commit the entries `[start, end)` of one log.

    `end` None: without an end. `token` grows with each lease of a database that has to check it; 0 where the operating
    system holds the range for this process.
    """

    log_id: bytes
    start: int
    end: int | None
    token: int = 0


class Runs(Protocol):
    """Scans: their beginning and end, the logs that they selected, the rule sets that they read with."""

    async def start_run(self, run: Run, rules: RuleSet, selected: Sequence[Log], skipped: Sequence[SkippedLog]) -> int:
        """Record the start of a scan.

        Args:
            run: the scan; `run.id` is ignored.
            rules: the rule set of the scan.
            selected: logs that answers cover from now on; they are saved as by `LogStore.save_log`.
            skipped: logs of the list that the scan leaves out. With both empty, answers cover the logs of the newest
                scan that named any.

        Returns:
            The id of the run.
        """

    async def extend_run(self, run_id: int, selected: Sequence[Log], skipped: Sequence[SkippedLog]) -> None:
        """Add a changed log list to a running scan: `selected` joins, `skipped` replaces the entries of its logs."""

    async def end_run(self, run_id: int, ended: datetime, outcome: RunState) -> None:
        """Record the end and the outcome of a scan."""

    async def runs(self, limit: int) -> list[Run]:
        """Return the newest runs, newest first."""

    async def selection(self) -> tuple[list[bytes], list[SkippedLog]]:
        """Return `(log ids, skipped logs)` of the newest run that named any log; two empty lists before the first."""

    async def rule_sets(self) -> dict[str, RuleSet]:
        """Return every rule set that a range was read with, by version."""


class LogStore(Protocol):
    """Logs: their list entries, tree heads, coverage, errors and misbehaviour."""

    async def log_states(self) -> list[LogState]:
        """Return all known logs, by name."""

    async def log_state(self, log_id: bytes) -> LogState | None:
        """Return one log; None for an unknown one."""

    async def save_log(self, log: Log) -> None:
        """Insert a log, or update its entry of the log list."""

    async def save_head(self, head: TreeHead, at: datetime, known: TreeHead | None) -> None:
        """Save a verified tree head by compare-and-set.

        The head becomes the log's head when it is the largest, or as large and newer. Signed heads give the growth of
        the log.

        Args:
            head: a head that is proven consistent with `known`.
            at: the time of saving.
            known: the head that the caller compared with; None: the log had none.

        Raises:
            HeadChanged: another process saved another head meanwhile. Nothing is written; the error carries that head,
                and the caller compares with it before the next try.
        """

    async def record_success(
        self, log_id: bytes, at: datetime, rate: float | None, since: datetime | None = None
    ) -> None:
        """Record that a log was read to its head, and clear its last error.

        Args:
            log_id: the log.
            at: the time of success.
            rate: entries per second; None keeps the rate before.
            since: start of the pass; errors that another process recorded after it stay. None clears any error.
        """

    async def record_rate(self, log_id: bytes, rate: float) -> None:
        """Record the speed of reading a log, in entries per second."""

    async def record_error(self, log_id: bytes, at: datetime, error: str, kind: FailureKind) -> None:
        """Record why a log could not be read to its head, and of which kind the failure is. The first failure after a
        success begins `LogState.failing_since`."""

    async def record_misbehaviour(self, log_id: bytes, at: datetime, reason: str, evidence: Sequence[bytes]) -> None:
        """Record that a log contradicted itself, with the raw tree heads; the same reason and heads once."""

    async def evidence_of_misbehaviour(self, log_id: bytes) -> list[tuple[datetime, str, list[bytes]]]:
        """Return `(time, reason, raw tree heads)` of each recorded misbehaviour, oldest first."""


class Ledger(Protocol):
    """Positions, coverage and rows of logs, which move together in one transaction."""

    async def commit(self, run_id: int, step: ScanStep, lease: Lease) -> None:
        """Write position, edge, coverage, rows, gaps, proofs and issuers of one step in one transaction.

        Committing a step twice changes nothing the second time.

        Args:
            run_id: the run that counts the entries.
            step: the step; its ranges lie in the lease.
            lease: a lease of the step's log.

        Raises:
            Locked: the lease was lost; nothing is written.
        """

    async def rewind(self, log_id: bytes, start: int, lease: Lease) -> None:
        """Give up the pending range that begins at `start`: delete its sightings, and certificates that no other entry
        and no repository shows.

        Raises:
            Locked: the lease was lost; nothing is deleted.
        """

    async def unproven(self, log_id: bytes, start: int, end: int) -> list[int]:
        """Return indexes in `[start, end)`, in order, of sightings that are pending or have no inclusion proof."""

    async def purge_quarantine(self, before: datetime) -> int:
        """Delete raw quarantined bytes older than `before`; return the number of deleted ranges."""


class Leases(Protocol):
    """Turns of several processes: ranges of logs, and requests to an operator."""

    def lease(self, log_id: bytes, start: int, end: int | None) -> AbstractAsyncContextManager[Lease]:
        """Hold `[start, end)` of a log against every other reader with this index, without waiting.

        A killed process holds nothing for long. An empty range (`end == start`) conflicts with no other.

        Args:
            log_id: the log.
            start: first entry.
            end: entry after the last; None: without an end.

        Raises:
            Locked: another reader holds a part of the range.
        """

    async def take_turn(self, operator: str, rate: float) -> float:
        """Take the next free turn for a request to an operator, and return the seconds until the turn.

        All processes with this index share the turns, `rate` per second.
        """


class Finder(Protocol):
    """Certificates by look-up key, name, fingerprint, serial number and identity."""

    async def find_keys(self, keys: Sequence[LookupKey], limit: int) -> list[Match]:
        """Return certificates with a finding that has any of the keys, newest sighting first.

        Kind `domain` finds the domain itself and everything below it; every other kind is exact. Names have
        `find_name`.

        Fewer than `limit` are all that match. Of more than a few thousand matches, the certificates that came into the
        index last are ranked.
        """

    async def find_name(self, words: Sequence[Collection[str]], limit: int, partly: int) -> list[Match]:
        """Return certificates that hold the words of a name.

        Order: most words in the certificate (given name and surname are often two findings), then most words in one
        finding, then newest. `score` is the share of the words in one finding.

        Args:
            words: each word in the forms (tokens) that it may have.
            limit: most certificates that hold every word. Fewer are all that match.
            partly: most certificates, after them, that hold some words. Fewer are all that match.

        Of more than a few thousand matches, the certificates that came into the index last are ranked: with every word,
        or with each single word.
        """

    async def find_sha256(self, fingerprint: bytes) -> list[Match]:
        """Return the certificate with this SHA-256, if the certificate itself was seen."""

    async def find_serial(self, serial: str) -> list[Match]:
        """Return certificates with this serial number: lower-case hex without leading zeros."""

    async def find_identity(self, identity: bytes) -> list[Match]:
        """Return the certificate with this identity."""

    async def counts(self) -> dict[str, int]:
        """Return the number of rows by noun: certificates, findings, sightings, sightings in chains and in
        repositories, unreadable, quarantined."""


class EvidenceStore(Protocol):
    """Log entries with their inclusion proofs."""

    def evidence(self, identities: Sequence[bytes] | None) -> AsyncIterator[Evidence]:
        """Iterate over the evidence of every sighting of these certificates; None: of all certificates."""


class BasisStore(Protocol):
    """The basis: the logs that answers speak of, in recorded revisions."""

    async def basis(self) -> Basis | None:
        """Return the newest revision; None before the first scan."""

    async def basis_history(self) -> list[Basis]:
        """Return all revisions, newest first."""

    async def save_basis(self, basis: Basis) -> bool:
        """Record a revision. Returns False, with nothing written, unless its number follows the newest one: another
        process recorded a revision meanwhile."""


class Trail(Protocol):
    """The audit trail, a database of its own beside the index. Events are only added; each is synced to the disk."""

    async def append(self, event: AuditEvent) -> int:
        """Add an event and return its id; `event.id` is ignored."""

    async def events(self, limit: int) -> list[AuditEvent]:
        """Return the newest events, newest first."""

    async def event_of_answer(self, answer: str) -> AuditEvent | None:
        """Return the event that records an answer, by the id of the answer."""


class Searches(Protocol):
    """Questions to repositories, and the certificates that they gave."""

    async def start_search(self, search: Search, rules: RuleSet) -> int:
        """Record that a repository is asked.

        Only a salted digest is kept of a question that names a person (`Question.is_personal`: every kind but domain,
        host, organisation and import).

        Args:
            search: the search; `search.id` is ignored.
            rules: the rule set that reads the results.

        Returns:
            The id of the search.
        """

    async def end_search(
        self, search_id: int, ended: datetime, outcome: SearchState, detail: Sequence[Shortfall], results: int
    ) -> None:
        """Record the end of a search; `results` counts the certificates that the repository gave."""

    async def keep_found(self, search_id: int, hits: Sequence[RepositoryHit]) -> int:
        """Keep certificates of a repository with their sightings there, dated by the start of the search. Keeping them
        twice changes nothing the second time.

        Certificates of a log are never replaced. Given again, a reference keeps the values that are left out this time
        (first_logged, owner, all coordinates), and moves when it means another certificate now. A revocation is kept
        under the name of the repository. Times that are no uint64 and indexes of more than 63 bits are left out.

        Returns:
            The number of new certificates.

        Raises:
            IndexFault: the search was never started.
        """

    async def known_references(self, repository: str, references: Sequence[str]) -> set[str]:
        """Return the references of a repository that are kept already and needn't be fetched again."""

    async def searches(self, questions: Sequence[str]) -> list[Search]:
        """Return, for each repository and each of these questions (`Question.text`), the newest search and the newest
        search that ended whole; newest first, each once, with `question` filled in."""

    async def newest_searches(self, limit: int) -> list[Search]:
        """Return the newest searches, newest first; `question` is empty where it named a person."""


class Disclosures(Protocol):
    """The record of questions that left the machine."""

    async def record_disclosure(self, disclosure: Disclosure) -> int:
        """Record a disclosure before anything is sent, and return its id; `disclosure.id` is ignored."""

    async def disclosures(self, limit: int) -> list[Disclosure]:
        """Return the newest disclosures, newest first."""


class Revocations(Protocol):
    """Issuers, CRLs, and the revocation status of certificates."""

    async def save_issuers(self, issuers: Sequence[Issuer]) -> None:
        """Keep CA certificates; certificates that are kept already stay as they are."""

    async def issuers(self, subject_hash: bytes) -> list[Issuer]:
        """Return the CA certificates with this subject (SHA-256 of its DER)."""

    def kept_certificates(self, identities: Sequence[bytes] | None) -> AsyncIterator[KeptCertificate]:
        """Iterate over these certificates, None: all, to check their status; unreadable certificates are left out."""

    def standings(self) -> AsyncIterator[tuple[datetime | None, datetime | None, tuple[Revocation, ...]]]:
        """Iterate over `(not before, not after, revocation by source)` of every readable certificate, to count them."""

    async def save_revocations(self, revocations: Sequence[tuple[bytes, Revocation]]) -> None:
        """Save `(identity, revocation)`; each replaces the earlier word of the same source. Certificates that aren't
        kept any longer are passed over."""

    async def save_key_ids(self, key_ids: Sequence[tuple[bytes, bytes]]) -> None:
        """Save `(identity, authority key identifier)` of certificates that were written without one; an identifier
        that is kept already stays."""

    async def crl(self, url: str) -> Crl | None:
        """Return the newest CRL that was fetched from a URL; None before the first."""

    async def save_crl(self, crl: Crl) -> None:
        """Save a CRL in place of the earlier one of its URL.

        Raises:
            IndexFault: it has more than 256 MiB.
        """

    async def purge_crls(self, now: datetime, endless: datetime, unused: datetime, octets: int) -> int:
        """Delete CRLs that are of no use any longer.

        Args:
            now: CRLs that end before go.
            endless: CRLs without an end that were fetched before go.
            unused: CRLs that were fetched before go.
            octets: of the rest, the CRLs fetched longest ago go until the packed bytes are at most as many.

        Returns:
            The number of deleted CRLs.
        """


class Authorities(Protocol):
    """The list of certificate authorities (CCADB)."""

    async def save_authorities(self, authorities: Sequence[Authority], which: AuthorityList) -> None:
        """Replace the whole list; of several records for one CA certificate the last counts."""

    async def authority_list(self) -> AuthorityList | None:
        """Return the description of the kept list; None before the first."""

    async def authorities(self) -> list[Authority]:
        """Return the whole list, in its order."""


class Reindex(Protocol):
    """Kept certificates, for applying rules again."""

    def kept(self) -> AsyncIterator[tuple[bytes, bytes, str]]:
        """Iterate over `(identity, leaf DER, kind)` of every kept certificate."""

    async def replace_findings(self, identity: bytes, findings: Sequence[Finding], rules: str) -> None:
        """Replace the findings of a kept certificate; no findings delete the certificate."""


class Index(
    Runs, LogStore, Ledger, Leases, Finder, EvidenceStore, Searches, Disclosures, Revocations, Authorities, Reindex,
    Protocol,
):  # fmt: skip
    """An open index, in every role. It has to be closed: by `async with`, or by `aclose`."""

    async def __aenter__(self) -> Self:
        """Return the index itself."""

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the index."""

    async def aclose(self) -> None:
        """Close the index; closing twice is no error."""
