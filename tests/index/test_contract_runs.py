"""Contract of an index for runs, rule sets and the state of logs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from msgspec.structs import replace
from support.kept import (
    AT,
    LOG,
    NEWER_RULES,
    RULES,
    a_head,
    a_hit,
    a_log,
    a_run,
    an_advance,
    commit,
    digest,
    later,
    proof,
    save_head,
    started,
)

from ctscan.errors import HeadChanged, IndexFault
from ctscan.index.protocols import Index
from ctscan.model import FailureKind, FinalHead, LogProtocol, SkippedLog, SkipReason

RunScenario = Callable[[Callable], None]


def test_a_run_is_recorded_with_all_it_says_and_how_it_ended(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        first = await index.start_run(a_run(purpose="Prüfung – проверка"), RULES, [LOG], [])
        second = await index.start_run(a_run(started=later(60), rules=NEWER_RULES.version), NEWER_RULES, [LOG], [])
        assert first != second
        await index.end_run(first, later(59.5), "done")
        newest, older = await index.runs(10)
        assert newest == a_run(id=second, started=later(60), rules=NEWER_RULES.version)
        assert older == a_run(id=first, purpose="Prüfung – проверка", ended=later(59.5), outcome="done")
        assert [run.id for run in await index.runs(1)] == [second]

    scenario(work)


def test_the_rule_set_of_every_run_can_be_read_back(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        assert await index.rule_sets() == {}
        for rules in (RULES, NEWER_RULES, RULES):
            await started(index, rules=rules)
        assert await index.rule_sets() == {RULES.version: RULES, NEWER_RULES.version: NEWER_RULES}

    scenario(work)


def test_counters_of_a_run_add_up_and_certificates_count_once(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, an_advance(0, 256, a_hit(1), a_hit(2), candidates=5))
        await commit(index, run_id, an_advance(256, 512, a_hit(300, label=1), a_hit(301), candidates=7))
        (run,) = await index.runs(1)
        assert (run.entries, run.candidates, run.certificates) == (512, 12, 3)

    scenario(work)


def test_a_run_that_does_not_exist_is_an_error(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await index.save_log(LOG)
        with pytest.raises(IndexFault, match="run 77 is not in this index"):
            await index.end_run(77, AT, "done")
        with pytest.raises(IndexFault, match="run 77"):
            await index.extend_run(77, [LOG], [])
        run_id = await started(index)
        with pytest.raises(IndexFault, match="run 77"):
            await commit(index, 77, an_advance(0, 256, a_hit(1)))
        assert (await index.counts())["sightings"] == 0
        await commit(index, run_id, an_advance(0, 256, a_hit(1)))

    scenario(work)


def test_the_logs_of_a_run_are_saved_also_those_that_join_while_it_runs(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        joins = a_log("Example 2033")
        run_id = await index.start_run(a_run(), RULES, [LOG], [])
        retired = SkippedLog(digest("retired"), "Example 2019", "Example Operator", SkipReason.RETIRED())
        await index.extend_run(run_id, [joins], [retired])
        assert {state.log.id for state in await index.log_states()} == {LOG.id, joins.id}

    scenario(work)


# --- one log ------------------------------------------------------------------------------------------------------


def test_what_the_list_says_of_a_log_is_kept_whole_and_renewed(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        assert await index.log_state(LOG.id) is None
        await index.save_log(LOG)
        state = await index.log_state(LOG.id)
        assert state is not None and state.log == LOG
        assert (state.head, state.verified, state.pending, state.gaps, state.misbehaviour) == (None, (), (), (), ())
        assert (state.last_success, state.last_error, state.rate) == (None, None, None)
        frozen = replace(
            LOG,
            name="Beispiel ’31",
            protocol=LogProtocol.HYBRID,
            state="readonly",
            monitoring_url="https://tiles.example.org/",
            origin="log.example.org/2031",
            final_head=FinalHead(5, digest("final"), None),
            mmd=60,
        )
        await index.save_log(frozen)
        assert [state.log for state in await index.log_states()] == [frozen]
        timed = replace(frozen, final_head=FinalHead(0, digest("final"), 17))
        await index.save_log(timed)
        assert [state.log for state in await index.log_states()] == [timed]

    scenario(work)


def test_logs_come_by_name(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        for name in ("Zebra", "Alpha", "Middle"):
            await index.save_log(a_log(name))
        assert [state.log.name for state in await index.log_states()] == ["Alpha", "Middle", "Zebra"]

    scenario(work)


def test_the_head_is_the_largest_and_among_equals_the_newest(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await index.save_log(LOG)
        steps = [
            (a_head(100, 5), a_head(100, 5)),
            (a_head(90, 9), a_head(100, 5)),
            (a_head(100, 7), a_head(100, 7)),
            (a_head(100, 6), a_head(100, 7)),
            (a_head(200, 1), a_head(200, 1)),
        ]
        for offered, expected in steps:
            await save_head(index, offered, AT)
            state = await index.log_state(LOG.id)
            assert state is not None and state.head == expected

    scenario(work)


def test_a_head_that_a_proof_leads_to_outlives_newer_heads(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        old = a_head(256)
        await save_head(index, old, AT)
        await commit(index, run_id, an_advance(0, 256, a_hit(3), proofs=(proof(3, old),)))
        for size in (300, 400):
            await save_head(index, a_head(size), AT)
        (evidence,) = [item async for item in index.evidence(None)]
        assert evidence.proof == proof(3, old)

    scenario(work)


def test_a_head_is_saved_by_whoever_compared_with_the_head_of_now(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await index.save_log(LOG)
        await index.save_head(a_head(100), AT, None)
        with pytest.raises(HeadChanged) as missed:
            await index.save_head(a_head(300), AT, None)
        assert missed.value.head == a_head(100)
        await index.save_head(a_head(200), AT, a_head(100))
        with pytest.raises(HeadChanged) as changed:
            await index.save_head(a_head(300), AT, a_head(100))
        assert changed.value.head == a_head(200)
        state = await index.log_state(LOG.id)
        assert state is not None and state.head == a_head(200)

    scenario(work)


def test_success_clears_the_error_and_keeps_the_last_rate(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await index.save_log(LOG)
        await index.record_error(LOG.id, AT, "HTTP 503 eleven times", FailureKind.UNAVAILABLE)
        state = await index.log_state(LOG.id)
        assert state is not None and (state.last_error, state.last_success) == ("HTTP 503 eleven times", None)
        await index.record_success(LOG.id, later(1), 1234.5)
        state = await index.log_state(LOG.id)
        assert state is not None and (state.last_error, state.last_success, state.rate) == (None, later(1), 1234.5)
        await index.record_success(LOG.id, later(2), None)
        await index.record_error(LOG.id, later(3), "timeout", FailureKind.UNAVAILABLE)
        state = await index.log_state(LOG.id)
        assert state is not None and (state.last_error, state.last_success, state.rate) == ("timeout", later(2), 1234.5)

    scenario(work)


def test_a_log_fails_since_the_first_failure_after_its_last_success(scenario: RunScenario) -> None:
    async def failing(index: Index) -> tuple[datetime | None, FailureKind | None]:
        state = await index.log_state(LOG.id)
        assert state is not None
        return state.failing_since, state.failure

    async def work(index: Index) -> None:
        await index.save_log(LOG)
        assert await failing(index) == (None, None)
        await index.record_error(LOG.id, later(1), "timeout", FailureKind.UNAVAILABLE)
        await index.record_error(LOG.id, later(2), "head of tomorrow", FailureKind.FUTURE_HEAD)
        assert await failing(index) == (later(1), FailureKind.FUTURE_HEAD)
        await index.record_success(LOG.id, later(3), None)
        assert await failing(index) == (None, None)
        await index.record_error(LOG.id, later(4), "timeout", FailureKind.UNAVAILABLE)
        await index.record_error(LOG.id, later(6), "timeout", FailureKind.UNAVAILABLE)
        await index.record_success(LOG.id, later(7), None, since=later(5))
        assert await failing(index) == (later(6), FailureKind.UNAVAILABLE), "another process failed meanwhile"
        await index.record_success(LOG.id, later(9), None, since=later(8))
        assert await failing(index) == (None, None)

    scenario(work)


def test_the_rate_of_reading_is_kept_while_a_log_is_read(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await index.save_log(LOG)
        await index.record_error(LOG.id, AT, "timeout", FailureKind.UNAVAILABLE)
        await index.record_rate(LOG.id, 80.5)
        state = await index.log_state(LOG.id)
        assert state is not None and (state.rate, state.last_error, state.last_success) == (80.5, "timeout", None)
        with pytest.raises(IndexFault):
            await index.record_rate(digest("another log"), 1.0)

    scenario(work)


def test_the_entries_that_a_log_gives_at_a_time_are_kept(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await index.save_log(LOG)
        for entries in (32, 1, None):
            await index.record_batch(LOG.id, entries)
            await index.save_log(LOG)
            state = await index.log_state(LOG.id)
            assert state is not None and state.batch == entries
        with pytest.raises(IndexFault):
            await index.record_batch(digest("another log"), 1)

    scenario(work)


def test_growth_is_seen_from_the_heads_that_are_saved(scenario: RunScenario) -> None:
    noon = 1_900_000_800_000

    async def growth(index: Index) -> float | None:
        (state,) = await index.log_states()
        return state.growth

    async def work(index: Index) -> None:
        await index.save_log(LOG)
        assert await growth(index) is None
        for minutes, size in ((0, 1000), (1, 1060), (4, 1240)):
            await save_head(index, a_head(size, noon + minutes * 60_000), AT)
            assert await growth(index) is None, "too near to each other"
        await save_head(index, a_head(1600, noon + 600_000), AT)
        assert await growth(index) == 1.0
        await save_head(index, replace(a_head(5000, noon + 700_000), signature=b""), AT)
        assert await growth(index) is None, "what a list states of a log's end is no sign of growth"
        await save_head(index, a_head(87_400, noon + 86_400_000), AT)
        assert await growth(index) == 1.0
        await save_head(index, a_head(87_400, noon + 2 * 86_400_000), AT)
        assert await growth(index) == 0.0

    scenario(work)


def test_a_doubt_stays_through_an_outage_until_a_success(scenario: RunScenario) -> None:
    async def failing(index: Index) -> tuple[str | None, FailureKind | None, datetime | None]:
        state = await index.log_state(LOG.id)
        assert state is not None
        return state.last_error, state.failure, state.failing_since

    async def work(index: Index) -> None:
        await index.save_log(LOG)
        await index.record_error(LOG.id, later(1), "timeout", FailureKind.UNAVAILABLE)
        await index.record_error(LOG.id, later(2), "no proof", FailureKind.UNPROVEN)
        await index.record_error(LOG.id, later(3), "timeout", FailureKind.UNAVAILABLE)
        assert await failing(index) == ("no proof", FailureKind.UNPROVEN, later(1))
        await index.record_error(LOG.id, later(4), "beyond the final head", FailureKind.CONTRADICTS_LIST)
        assert await failing(index) == ("beyond the final head", FailureKind.CONTRADICTS_LIST, later(1))
        await index.record_success(LOG.id, later(6), None, since=later(5))
        assert await failing(index) == (None, None, None)

    scenario(work)


def test_nothing_is_recorded_of_a_log_that_was_never_saved(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        stranger = a_log("Never saved")
        with pytest.raises(IndexFault, match="not in this index"):
            await commit(index, run_id, an_advance(0, 256, log=stranger))
        with pytest.raises(IndexFault, match="not in this index"):
            await save_head(index, a_head(1, log=stranger), AT)
        with pytest.raises(IndexFault, match="not in this index"):
            await index.record_error(stranger.id, AT, "unreachable", FailureKind.UNAVAILABLE)

    scenario(work)
