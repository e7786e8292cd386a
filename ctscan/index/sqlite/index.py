"""Index in an SQLite file: every method of `Index` as one transaction.

The modules that hold the statements, and are imported here, document the tables. Opening and transactions are in
`connection`, leases in `leases`, turns in `rate_slots`. The contracts are in `index.protocols`.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ctscan.errors import IndexFault
from ctscan.index.protocols import Lease
from ctscan.index.sqlite import (
    basis,
    certificates,
    commit,
    heads_seen,
    holders,
    iteration,
    logs,
    lookups,
    misbehaviour,
    repositories,
    revocations,
    row_checks,
    rows,
    runs,
    sieving,
)
from ctscan.index.sqlite.connection import open_database
from ctscan.index.sqlite.leases import check_lease, is_held, lock_range
from ctscan.index.sqlite.rate_slots import take_turn
from ctscan.index.sqlite.remembered import once
from ctscan.index.sqlite.roles import SqliteRoles
from ctscan.index.sqlite.suppressing import SuppressionGate

if TYPE_CHECKING:
    from ctscan.index.store_key import StoreKey
    from ctscan.model import (
        Authority,
        AuthorityList,
        Basis,
        Crl,
        Disclosure,
        Evidence,
        FailureKind,
        Finding,
        Holder,
        Issuer,
        KeptCertificate,
        Log,
        LogListEdition,
        LogState,
        LookupKey,
        Match,
        MisbehaviourDecision,
        MisbehaviourEvidence,
        MisbehaviourKind,
        PartlyRead,
        RecordedMisbehaviour,
        RepositoryHit,
        Revocation,
        RuleSet,
        Run,
        RunState,
        ScanStep,
        Search,
        SearchState,
        SeenHead,
        Shortfall,
        SkippedLog,
        Span,
        TreeHead,
    )
    from ctscan.model.results import Repaired
    from ctscan.model.suppression import PrivacyFiles


async def open_sqlite(
    path: Path, *, create: bool, privacy: PrivacyFiles, inline: bool = False, key: StoreKey | None = None
) -> SqliteIndex:
    """Open the index file at `path`; see `index.open.open_index`."""
    gate = SuppressionGate(privacy)
    return SqliteIndex(await open_database(path, create=create, inline=inline, key=key, gate=gate))


class SqliteIndex(SqliteRoles):
    """`Index` in one file, shared by any number of processes: one writes at a time, readers never wait."""

    def noted_damage(self) -> AbstractContextManager[set[str]]:
        return self._database.noted_damage()

    async def known_damage(self) -> set[str]:
        return await self._database.read(row_checks.known_damage)

    def snapshot(self) -> AbstractAsyncContextManager[None]:
        return self._database.snapshot()

    # --- runs ---

    async def start_run(self, run: Run, rules: RuleSet, selected: Sequence[Log], skipped: Sequence[SkippedLog]) -> int:
        await self._drop_dead_holders()
        return await self._database.write(lambda c: runs.start(c, run, rules, selected, skipped))

    async def extend_run(self, run_id: int, selected: Sequence[Log], skipped: Sequence[SkippedLog]) -> None:
        await self._database.write(lambda c: runs.extend(c, run_id, selected, skipped))

    async def end_run(self, run_id: int, ended: datetime, outcome: RunState) -> None:
        await self._database.write(lambda c: runs.end(c, run_id, ended, outcome))

    async def runs(self, limit: int) -> list[Run]:
        return await self._database.read(lambda c: runs.newest(c, limit))

    async def rule_sets(self) -> dict[str, RuleSet]:
        return await self._database.read(once(runs.rule_sets))

    # --- basis ---

    async def basis(self) -> Basis | None:
        return await self._database.read(once(basis.newest))

    async def basis_history(self) -> list[Basis]:
        return await self._database.read(basis.history)

    async def save_basis(self, revision: Basis) -> bool:
        return await self._database.write(lambda c: basis.save(c, revision))

    async def note_edition(self, revision: int, edition: LogListEdition) -> None:
        await self._database.write(lambda c: basis.note_edition(c, revision, edition))

    # --- logs ---

    async def log_states(self) -> list[LogState]:
        states = await self._database.read(once(logs.states, logs.are_settled))
        return list(states)

    async def log_state(self, log_id: bytes) -> LogState | None:
        return await self._database.read(lambda c: logs.state(c, log_id))

    async def save_log(self, log: Log) -> None:
        await self._database.write(lambda c: logs.save(c, log))

    async def save_head(self, head: TreeHead, at: datetime, known: TreeHead | None) -> None:
        await self._database.write(lambda c: logs.save_head(c, head, at, known))

    async def record_seen(self, head: TreeHead, at: datetime) -> None:
        await self._database.write(lambda c: heads_seen.keep(c, logs.row_of(c, head.log_id), head, at))

    async def heads_seen(self, log_id: bytes) -> list[SeenHead]:
        return await self._database.read(lambda c: heads_seen.seen(c, log_id))

    async def forget_times_after(self, at: datetime) -> None:
        if await self._database.read(lambda c: heads_seen.has_times_after(c, at)):
            await self._database.write(lambda c: heads_seen.forget_times_after(c, at))

    async def record_success(
        self, log_id: bytes, at: datetime, rate: float | None, since: datetime | None = None
    ) -> None:
        await self._database.write(lambda c: logs.record_success(c, log_id, at, rate, since))

    async def record_error(self, log_id: bytes, at: datetime, error: str, kind: FailureKind) -> None:
        await self._database.write(lambda c: logs.record_error(c, log_id, at, error, kind))

    async def record_misbehaviour(
        self, log_id: bytes, at: datetime, reason: str, evidence: MisbehaviourEvidence
    ) -> None:
        await self._database.write(lambda c: misbehaviour.record(c, logs.row_of(c, log_id), at, reason, evidence))

    async def misbehaviour(self, log_id: bytes | None) -> list[RecordedMisbehaviour]:
        return await self._database.read(lambda c: misbehaviour.recorded(c, log_id))

    async def name_misbehaviour(self, number: int, kind: MisbehaviourKind) -> None:
        await self._database.write(lambda c: misbehaviour.set_kind(c, number, kind))

    async def decide(self, number: int, decision: MisbehaviourDecision) -> None:
        await self._database.write(lambda c: misbehaviour.decide(c, number, decision))

    async def commit(self, run_id: int, step: ScanStep, lease: Lease) -> None:
        check_lease(lease, step.log_id)
        await self._database.write_prepared(
            lambda: commit.prepare(step), lambda c, prepared: commit.commit(c, run_id, prepared, lease.holder)
        )

    async def rewind(self, log_id: bytes, start: int, lease: Lease) -> None:
        check_lease(lease, log_id)
        await self._database.write(lambda c: commit.rewind(c, log_id, start))

    async def unproven(self, log_id: bytes, start: int, end: int) -> list[int]:
        return await self._database.read(lambda c: iteration.unproven(c, log_id, start, end), whole=True)

    @asynccontextmanager
    async def lease(
        self, log_id: bytes, start: int, end: int | None, *, who: str = "", at: datetime | None = None
    ) -> AsyncIterator[Lease]:
        with lock_range(self._database.path, log_id, start, end):
            if start == end:  # nothing is held
                yield Lease(log_id, start, end)
                return
            own = holders.this_process(log_id, start, end, who, at or datetime.now(UTC))
            row = await self._database.write(lambda c: holders.hold(c, own))
            try:
                yield Lease(log_id, start, end, holder=row)
            finally:
                with suppress(IndexFault):  # a row that stays goes with the next lease
                    await self._database.write(lambda c: holders.release(c, [row]))

    async def holders(self, before: datetime) -> list[Holder]:
        return [holder for _, holder in await self._holders(before) if self._is_alive(holder)]

    async def _holders(self, before: datetime | None = None) -> list[tuple[int, Holder]]:
        found = await self._database.read(holders.all_holders)
        return [(row, holder) for row, holder in found if before is None or holder.progressed_at < before]

    def _is_alive(self, holder: Holder) -> bool:
        return is_held(self._database.path, holder.log_id, holder.start, holder.end)

    async def _drop_dead_holders(self) -> None:
        dead = [row for row, holder in await self._holders() if not self._is_alive(holder)]
        if dead:
            await self._database.write(lambda c: holders.release(c, dead))

    async def take_turn(self, operator: str, rate: float) -> float:
        import asyncio  # not at the top: a look-up needs no event loop

        return await asyncio.to_thread(take_turn, self._database.path, operator, rate, time.time())

    # --- finding ---

    async def find_keys(self, keys: Sequence[LookupKey], limit: int) -> list[Match]:
        return await self._database.read(lambda c: lookups.by_keys(c, keys, limit))

    async def find_name(self, words: Sequence[Collection[str]], limit: int, partly: int) -> list[Match]:
        return await self._database.read(lambda c: lookups.by_name(c, words, limit, partly))

    async def find_sha256(self, fingerprint: bytes) -> list[Match]:
        return await self._database.read(lambda c: lookups.by_sha256(c, fingerprint))

    async def find_sha1(self, fingerprint: bytes) -> list[Match]:
        return await self._database.read(lambda c: lookups.by_sha1(c, fingerprint))

    async def find_serial(self, serial: str) -> list[Match]:
        return await self._database.read(lambda c: lookups.by_serial(c, serial))

    async def find_identity(self, identity: bytes) -> list[Match]:
        return await self._database.read(lambda c: lookups.by_identity(c, identity))

    async def partly_read(self, limit: int) -> tuple[int, list[PartlyRead]]:
        return await self._database.read(lambda c: lookups.known_partly_read(c, limit))

    async def evidence(self, identities: Sequence[bytes] | None) -> AsyncIterator[Evidence]:
        for identity in [None] if identities is None else identities:
            row = 0
            while portion := await self._evidence_after(identity, row):
                for row, evidence in portion:  # noqa: B007 - the next portion begins after it
                    yield evidence

    async def _evidence_after(self, identity: bytes | None, row: int) -> list[tuple[int, Evidence]]:
        return await self._database.read(lambda c: iteration.evidence_after(c, identity, row))

    # --- repositories ---

    async def start_search(self, search: Search, rules: RuleSet) -> int:
        return await self._database.write(lambda c: repositories.start(c, search, rules))

    async def end_search(
        self, search_id: int, ended: datetime, outcome: SearchState, detail: Sequence[Shortfall], results: int
    ) -> None:
        await self._database.write(lambda c: repositories.end(c, search_id, ended, outcome, detail, results))

    async def keep_found(self, search_id: int, hits: Sequence[RepositoryHit]) -> int:
        return await self._database.write_prepared(
            lambda: repositories.prepare(hits), lambda c, found: repositories.keep(c, search_id, found)
        )

    async def known_references(self, repository: str, references: Sequence[str]) -> set[str]:
        return await self._database.read(lambda c: repositories.known(c, repository, references), whole=True)

    async def searches(self, questions: Sequence[str]) -> list[Search]:
        return await self._database.read(lambda c: repositories.of_questions(c, questions))

    async def newest_searches(self, limit: int) -> list[Search]:
        return await self._database.read(lambda c: repositories.newest(c, limit))

    async def record_disclosure(self, disclosure: Disclosure) -> int:
        return await self._database.write(lambda c: repositories.record_disclosure(c, disclosure))

    async def disclosures(self, limit: int) -> list[Disclosure]:
        return await self._database.read(lambda c: repositories.disclosures(c, limit))

    # --- what became of certificates ---

    async def save_issuers(self, issuers: Sequence[Issuer]) -> None:
        await self._database.write_prepared(lambda: revocations.issuer_rows(issuers), sieving.save_issuers)

    async def issuers(self, subject_hash: bytes) -> list[Issuer]:
        return await self._database.read(lambda c: revocations.issuers(c, subject_hash))

    async def kept_certificates(self, identities: Sequence[bytes] | None) -> AsyncIterator[KeptCertificate]:
        if identities is not None:
            for some in rows.portions(list(dict.fromkeys(identities)), iteration.PORTION):
                for _, certificate in await self._to_check(some):
                    yield certificate
            return
        row = 0
        while portion := await self._to_check_after(row):
            for row, certificate in portion:  # noqa: B007 - the next portion begins after it
                yield certificate

    async def _to_check(self, identities: Sequence[bytes]) -> list[tuple[int, KeptCertificate]]:
        return await self._database.read(lambda c: iteration.to_check(c, identities))

    async def _to_check_after(self, row: int) -> list[tuple[int, KeptCertificate]]:
        return await self._database.read(lambda c: iteration.to_check_after(c, row))

    async def standings(self) -> AsyncIterator[tuple[datetime | None, datetime | None, tuple[Revocation, ...]]]:
        row = 0
        while portion := await self._standings_after(row):
            for row, found in portion:  # noqa: B007 - the next portion begins after it
                yield found

    async def _standings_after(
        self, row: int
    ) -> list[tuple[int, tuple[datetime | None, datetime | None, tuple[Revocation, ...]]]]:
        return await self._database.read(lambda c: iteration.standings_after(c, row))

    async def save_revocations(self, found: Sequence[tuple[bytes, Revocation]]) -> None:
        await self._database.write(lambda c: revocations.save_revocations(c, found))

    async def save_key_ids(self, key_ids: Sequence[tuple[bytes, bytes]]) -> None:
        await self._database.write(lambda c: revocations.save_key_ids(c, key_ids))

    async def crl(self, url: str) -> Crl | None:
        return await self._database.read(lambda c: revocations.crl(c, url))

    async def save_crl(self, crl: Crl) -> None:
        await self._database.write_prepared(lambda: revocations.crl_row(crl), revocations.save_crl)

    async def purge_crls(self, now: datetime, endless: datetime, unused: datetime, octets: int) -> int:
        return await self._database.write(lambda c: revocations.purge_crls(c, (now, endless, unused), octets))

    async def save_authorities(self, authorities: Sequence[Authority], which: AuthorityList) -> None:
        await self._database.write(lambda c: revocations.save_authorities(c, authorities, which))

    async def authority_list(self) -> AuthorityList | None:
        return await self._database.read(once(revocations.authority_list))

    async def authorities(self) -> list[Authority]:
        return await self._database.read(revocations.all_authorities)

    # --- rules applied again, retention ---

    async def kept(self, *, whole: bool = False) -> AsyncIterator[tuple[bytes, bytes, str]]:
        row = 0
        while portion := await self._kept_after(row, whole):
            for row, identity, der, kind in portion:  # noqa: B007 - the next portion begins after it
                yield identity, der, kind

    async def _kept_after(self, row: int, whole: bool) -> list[iteration.LeafRow]:
        return await self._database.read(lambda c: iteration.kept_after(c, row), whole=whole)

    async def replace_findings(
        self, identity: bytes, findings: Sequence[Finding], rules: str, *, partly_read: bool = False
    ) -> None:
        await self._database.write(
            lambda c: sieving.replace_findings(c, identity, findings, rules, partly_read=partly_read)
        )

    async def mark_partly_read(self, identity: bytes, partly_read: bool) -> None:
        await self._database.write(lambda c: certificates.mark_partly_read(c, identity, partly_read))

    async def certificates_in(self, ranges: Sequence[tuple[bytes, Span]]) -> int:
        return await self._database.read(lambda c: iteration.certificates_in(c, ranges))

    async def damaged_parts(self, is_stopped: Callable[[], bool]) -> set[str]:
        from ctscan.index.sqlite import repair  # not at the top: a look-up repairs nothing

        return await self._database.interruptible(repair.damaged_parts, is_stopped) or set()

    async def begin_repair(self, at: datetime, is_stopped: Callable[[], bool]) -> Repaired | None:
        from ctscan.index.sqlite import repair

        return await self._database.interruptible(lambda c: repair.begin(c, at), is_stopped)

    async def end_repair(self) -> None:
        from ctscan.index.sqlite import repair

        await self._database.write(repair.end)

    async def purge_quarantine(self, before: datetime) -> int:
        return await self._database.write(lambda c: iteration.purge_quarantine(c, before))

    async def counts(self) -> dict[str, int]:
        return await self._database.read(iteration.counts)
