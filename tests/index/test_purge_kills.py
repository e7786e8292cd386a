"""kill -9 while an index is purged: every certificate and every case is whole or gone, and the next purge ends as an
undisturbed one."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.cases import JANE, a_case, an_event
from support.kept import (
    AT,
    a_disclosure,
    a_head,
    a_hit,
    an_advance,
    commit,
    email_finding,
    later,
    proof,
    save_head,
    started,
)
from support.killing import kill_often

from ctscan.index.open import open_index
from ctscan.model.case import CaseAction
from ctscan.model.keep import KeepKind, KeptRule, Limits, Period, PurgeBounds, Unit

MARCH = datetime(2031, 3, 1, tzinfo=UTC)
NUMBER = 420  # a purge deletes 200 records at once
BOUNDS = PurgeBounds(
    Limits((KeptRule(KeepKind.EXPIRED, Period(1, Unit.YEARS), MARCH),)),
    {KeepKind.DISCLOSURES: later(60), KeepKind.EVIDENCE: later(60)},
    {"": AT},
)


def purge(folder: Path) -> None:
    """Purge the index in a folder."""

    async def work() -> None:
        async with await open_index(folder / "ctscan.db", create=False) as index:
            await index.note_limits(BOUNDS.limits)
            async for _ in index.purge_old(BOUNDS):
                pass
            for case in await index.naming_cases(BOUNDS):
                await index.pseudonymise_case(case, lambda kind, text: f"{kind} {text}".encode().ljust(32))
            await index.empty_log()

    asyncio.run(work())


def fill(folder: Path) -> None:
    """Write an index with two expired certificates in three, proofs, disclosures and closed cases."""

    async def work() -> None:
        async with await open_index(folder / "ctscan.db", create=True) as index:
            run, head = await started(index), a_head(NUMBER)
            await save_head(index, head, AT)
            hits = [
                a_hit(i, email_finding(f"p{i}@example.org"), not_after=MARCH + timedelta(days=i % 3 - 2))
                for i in range(NUMBER)
            ]
            proofs = tuple(proof(i, head) for i in range(NUMBER))
            await commit(index, run, an_advance(0, NUMBER, *hits, proofs=proofs))
            for _ in range(220):
                await index.record_disclosure(a_disclosure())
            for _ in range(10):
                events = (an_event(CaseAction.OPENED), an_event(CaseAction.CLOSED, minutes=9, outcome="told"))
                await index.save_case(a_case(JANE, events=events))

    asyncio.run(work())


def state(folder: Path) -> tuple[set[bytes], int, int, set[bool]]:
    """Return the certificates, the numbers of proofs and disclosures, and whether cases are pseudonymous; assert that
    nothing is damaged, and that each certificate is found by its key."""

    async def work() -> tuple[set[bytes], int, int, set[bool]]:
        async with await open_index(folder / "ctscan.db", create=False) as index:
            assert await index.damaged_parts(lambda: False) == set()
            identities = {identity async for identity, *_ in index.kept()}
            for i in range(0, NUMBER, 7):
                found = await index.find_keys(email_finding(f"p{i}@example.org").keys[:1], 10)
                assert {match.certificate.identity for match in found} <= identities
            proofs = [evidence.proof async for evidence in index.evidence(None)]
            cases = await index.cases()
            assert all(one.is_pseudonymous or (one.requester and JANE in one.identifiers) for one in cases)
            kept = {one.is_pseudonymous for one in cases}
            return identities, sum(map(bool, proofs)), len(await index.disclosures(999)), kept

    return asyncio.run(work())


@pytest.mark.parametrize("kills", [2, pytest.param(200, marks=pytest.mark.long)])
def test_a_killed_purge_leaves_whole_records_and_the_next_one_ends_it(kills: int, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    fill(whole)
    folders = [Path(shutil.copytree(whole, tmp_path / str(number))) for number in range(kills)]
    before = state(whole)
    purge(whole)
    after = state(whole)
    assert len(before[0]) == NUMBER
    assert (len(after[0]), after[1:]) == (NUMBER // 3, (0, 0, {True}))
    kill_often("index.test_purge_kills:purge", folders)
    for folder in folders:
        identities, *_ = state(folder)
        assert after[0] <= identities <= before[0]
        purge(folder)
        assert state(folder) == after
