"""Contract of an index for retention: a purge deletes what was counted, all of it and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace
from support.cases import JANE, a_case, an_event
from support.kept import (
    AT,
    SCOPE,
    a_certificate,
    a_disclosure,
    a_head,
    a_hit,
    a_repository_hit,
    an_advance,
    commit,
    email_finding,
    later,
    proof,
    save_head,
    searching,
    started,
    verified,
)

from ctscan.index.open import open_index
from ctscan.index.protocols import Index
from ctscan.index.sqlite.retention import AT_ONCE
from ctscan.model import RunState, SearchState
from ctscan.model.case import CaseAction
from ctscan.model.keep import KeepKind, KeptRule, Limits, Period, PurgeBounds, Purged, Unit, summed
from ctscan.personal.keeping import is_kept
from ctscan.personal.scope import parse_scope, scope_within

Scenario = Callable[[Callable[[Index], Awaitable[None]]], None]
YEAR = Period(1, Unit.YEARS)
MARCH = datetime(2031, 3, 1, tzinfo=UTC)


def rule(kind: KeepKind, before: datetime, period: Period = YEAR) -> KeptRule:
    return KeptRule(kind, period, before)


def limits(**before: datetime) -> Limits:
    return Limits(tuple(rule(KeepKind(kind), moment) for kind, moment in before.items()))


async def purged(index: Index, bounds: PurgeBounds) -> dict[Purged, int]:
    """Purge, after the numbers of a dry run, which have to be the same."""
    counted = await index.count_old(bounds)
    done = summed([counts async for counts in index.purge_old(bounds)])
    assert done == counted
    assert await index.count_old(bounds) == {}
    return done


DATES: list[tuple[datetime | None, datetime | None]] = [
    (start, end)
    for start in (None, MARCH - timedelta(seconds=1), MARCH, MARCH + timedelta(days=1))
    for end in (None, MARCH - timedelta(seconds=1), MARCH, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
]


@pytest.mark.parametrize("kinds", [("expired",), ("findings",), ("expired", "findings"), ()])
def test_a_purge_keeps_what_ingest_keeps(scenario: Scenario, kinds: Iterable[str]) -> None:
    bound = limits(**dict.fromkeys(kinds, MARCH))

    async def work(index: Index) -> None:
        run = await started(index)
        hits = [a_hit(i, not_before=start, not_after=end) for i, (start, end) in enumerate(DATES)]
        await commit(index, run, an_advance(0, len(hits), *hits))
        kept = {hit.certificate.identity for hit, dates in zip(hits, DATES, strict=True) if is_kept(*dates, bound)}
        done = await purged(index, PurgeBounds(bound))
        assert done.get(Purged.CERTIFICATES, 0) == len(hits) - len(kept)
        assert {identity async for identity, *_ in index.kept()} == kept

    scenario(work)


def test_a_purge_of_many_certificates_goes_in_short_steps(scenario: Scenario) -> None:
    """So that memory doesn't grow with the index, and other writers don't wait."""
    number = 2 * AT_ONCE + 10

    async def work(index: Index) -> None:
        hits = [a_hit(i, not_after=MARCH - timedelta(days=1)) for i in range(number)]
        await commit(index, await started(index), an_advance(0, number, *hits))
        for _ in range(AT_ONCE + 10):
            await index.record_disclosure(a_disclosure())
        bounds = PurgeBounds(limits(expired=MARCH), {KeepKind.DISCLOSURES: later(60)})
        steps = [dict(counts) async for counts in index.purge_old(bounds)]
        assert [step.get(Purged.CERTIFICATES, 0) for step in steps] == [AT_ONCE, AT_ONCE, 10, 0, 0]
        assert [step.get(Purged.DISCLOSURES, 0) for step in steps] == [0, 0, 0, AT_ONCE, 10]

    scenario(work)


def test_nothing_of_a_certificate_stays_and_others_keep_their_proofs(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        run = await started(index)
        old, young = a_hit(1, not_after=MARCH - timedelta(days=1)), a_hit(2, not_after=MARCH)
        head = a_head(10)
        await save_head(index, head, AT)
        await commit(index, run, an_advance(0, 10, old, young, proofs=(proof(1, head), proof(2, head))))
        done = await purged(index, PurgeBounds(limits(expired=MARCH)))
        assert done == {Purged.CERTIFICATES: 1, Purged.FINDINGS: 1}
        assert await index.find_keys(email_finding("person1@example.org").keys[:1], 10) == []
        assert [one.entry.index async for one in index.evidence(None)] == [2]
        (evidence,) = [one async for one in index.evidence(None)]
        assert evidence.proof == proof(2, head)
        assert (await index.log_states())[0].gaps == ()  # what the rules exclude is no gap

    scenario(work)


def test_a_limit_never_moves_back(scenario: Scenario) -> None:
    long = Period(3, Unit.YEARS)

    async def work(index: Index) -> None:
        assert await index.kept_limits() == Limits()
        await index.note_limits(limits(expired=MARCH))
        await index.note_limits(Limits((rule(KeepKind.EXPIRED, MARCH - timedelta(days=700), long),)))
        assert await index.kept_limits() == limits(expired=MARCH)  # the stricter rule is what the answers lack
        newer = Limits((rule(KeepKind.EXPIRED, MARCH + timedelta(days=1), long),))
        await index.note_limits(newer)
        assert await index.kept_limits() == newer
        await index.note_limits(Limits())
        assert await index.kept_limits() == newer

    scenario(work)


def test_records_go_by_their_age(scenario: Scenario) -> None:
    moment = later(60)

    async def work(index: Index) -> None:
        first = await started(index)
        await index.end_run(first, later(1), RunState.DONE)
        second = await started(index)
        await index.end_run(second, later(1), RunState.DONE)
        for at in (AT, later(120)):
            await index.record_disclosure(replace(a_disclosure(), at=at))
        needed, unneeded, running = [await searching(index, f"domain:{n}.example.org") for n in range(3)]
        await index.keep_found(needed, [a_repository_hit("kept")])
        for number in (needed, unneeded):
            await index.end_search(number, later(2), SearchState.WHOLE, (), 1)
        kinds = (KeepKind.RUNS, KeepKind.DISCLOSURES, KeepKind.SEARCHES, KeepKind.QUARANTINE, KeepKind.CRLS)
        done = await purged(index, PurgeBounds(before=dict.fromkeys(kinds, moment)))
        assert done == {Purged.RUNS: 1, Purged.DISCLOSURES: 1, Purged.SEARCHES: 1}
        assert [run.id for run in await index.runs(9)] == [second]  # the newest stays: the trail names it
        assert {one.id for one in await index.newest_searches(9)} == {needed, running}
        assert [one.at for one in await index.disclosures(9)] == [later(120)]

    scenario(work)


def test_a_search_goes_with_its_last_certificate(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        number = await searching(index)
        await index.keep_found(number, [a_repository_hit("old")])
        await index.end_search(number, later(2), SearchState.WHOLE, (), 1)
        bounds = PurgeBounds(limits(expired=datetime(2032, 1, 1, tzinfo=UTC)), {KeepKind.SEARCHES: later(60)})
        assert await purged(index, bounds) == {Purged.CERTIFICATES: 1, Purged.FINDINGS: 1, Purged.SEARCHES: 1}

    scenario(work)


def test_proofs_go_and_entries_stay(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        run, head = await started(index), a_head(10)
        await save_head(index, head, AT)
        await commit(index, run, an_advance(0, 10, a_hit(1), a_hit(2), proofs=(proof(1, head), proof(2, head))))
        assert await purged(index, PurgeBounds(before={KeepKind.EVIDENCE: later(-60)})) == {}
        assert await purged(index, PurgeBounds(before={KeepKind.EVIDENCE: later(60)})) == {Purged.EVIDENCE: 2}
        assert [one.proof async for one in index.evidence(None)] == [None, None]
        (match,) = await index.find_identity(a_certificate(1).identity)
        assert match.sightings[0].verified

    scenario(work)


def closed_case(days: int = 0):  # type: ignore[no-untyped-def]
    events = (an_event(CaseAction.OPENED), an_event(CaseAction.CLOSED, minutes=60 * 24 * days, outcome="Jane is told"))
    return a_case(JANE, requester="Jane Roe", events=events)


def test_cases_go_by_their_closing(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        old, young = await index.save_case(closed_case(1)), await index.save_case(closed_case(9))
        still_open = await index.save_case(a_case())
        moment = old.events[-1].at + timedelta(days=1)
        assert await purged(index, PurgeBounds(before={KeepKind.CASES: moment})) == {Purged.CASES: 1}
        assert [one.number for one in await index.cases()] == [young.number, still_open.number]
        assert (await index.save_case(a_case())).number not in (old.number, young.number, still_open.number)

    scenario(work)


def test_a_closed_case_loses_its_people_and_keeps_its_dates(scenario: Scenario) -> None:
    digest = partial(lambda kind, text: f"{kind} {text}".encode().ljust(32))

    async def work(index: Index) -> None:
        before, still_open = await index.save_case(closed_case()), await index.save_case(a_case())
        bounds = PurgeBounds(cases_by_regime={"": before.events[-1].at + timedelta(seconds=1)})
        (row,) = await index.naming_cases(bounds)
        assert await index.pseudonymise_case(row, digest) == 1
        after = await index.case(before.number)
        assert after is not None
        assert after.is_pseudonymous
        assert after.requester == ""
        assert [(e.at, e.recorded, e.who, e.action) for e in after.events] == [
            (e.at, e.recorded, e.who, e.action) for e in before.events
        ]
        assert "Jane" not in repr(after)
        assert await index.naming_cases(bounds) == []
        assert await index.pseudonymise_case(row, digest) == 0
        assert await index.case(still_open.number) == still_open
        spared = PurgeBounds(cases_by_regime={"": after.events[-1].at, "eu": after.events[0].at - timedelta(days=9)})
        assert await index.naming_cases(spared) == []

    scenario(work)


def test_coverage_counts_for_the_narrower_scope_only(scenario: Scenario) -> None:
    narrowed = partial(scope_within, limit=parse_scope(["example.org"]))

    async def work(index: Index) -> None:
        run = await started(index)
        wide = replace(an_advance(0, 5, a_hit(1)), verified=verified(0, 5, scope=SCOPE))
        await commit(index, run, wide)
        await commit(index, run, an_advance(5, 9, verified=verified(5, 9, scope="domain:example.com")))
        assert await index.count_wider(narrowed) == 2
        assert await index.narrow_coverage(narrowed) == 2
        assert await index.count_wider(narrowed) == 0
        (state,) = await index.log_states()
        assert {(r.span, r.scope) for r in state.verified} == {
            ((0, 5), "domain:example.org"),
            ((5, 9), "domain:nothing.invalid"),
        }
        assert state.verified[0].edge == wide.verified.edge if wide.verified else None
        assert await index.drop_identities([a_certificate(1).identity, a_certificate(7).identity]) == {
            Purged.CERTIFICATES: 1,
            Purged.FINDINGS: 1,
        }

    scenario(work)


@pytest.mark.parametrize(
    ("text", "limit", "left"),
    [
        ("everything", "example.org", "domain:example.org"),
        ("domain:example.org", "everything", "domain:example.org"),
        ("domain:example.org", "mail.example.org", "domain:mail.example.org"),
        ("domain:mail.example.org", "example.org", "domain:mail.example.org"),
        ("domain:example.org, email:jane@example.com", "example.com", "email:jane@example.com"),
        ("organisation:example ltd", "example.org", "domain:nothing.invalid"),
    ],
)
def test_two_scopes_share_what_both_keep(text: str, limit: str, left: str) -> None:
    everything = limit == "everything"
    assert scope_within(text, parse_scope([] if everything else [limit], everything)) == left
    again = scope_within(left, parse_scope([] if everything else [limit], everything))
    assert again in (left, "domain:nothing.invalid")


def test_what_is_restricted_stays(tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    path = tmp_path / "ctscan.db"

    async def fill() -> None:
        async with await open_index(path, create=True) as index:
            await commit(index, await started(index), an_advance(0, 9, a_hit(1), a_hit(2)))

    async def purge() -> dict[Purged, int]:
        async with await open_index(path, create=False) as index:
            bounds = PurgeBounds(limits(expired=datetime(2040, 1, 1, tzinfo=UTC)))
            return summed([counts async for counts in index.purge_old(bounds)])

    asyncio.run(fill())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO restricted_certificate (certificate, suppression) VALUES (1, 1)")
    assert asyncio.run(purge()) == {Purged.CERTIFICATES: 1, Purged.FINDINGS: 1}
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT id FROM certificate").fetchall() == [(1,)]
