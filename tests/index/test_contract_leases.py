"""Contract of leases on ranges of a log: `Leases` grants them, `Ledger` requires them."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable

import pytest
from msgspec.structs import replace
from support.kept import LOG, a_log, an_advance, later, started

from ctscan.errors import Locked
from ctscan.index.protocols import Index, Lease

RunScenario = Callable[[Callable[[Index], Awaitable[None]]], None]


@pytest.mark.parametrize("start", [0, 5])
def test_parts_of_a_log_are_held(scenario: RunScenario, start: int) -> None:
    async def work(index: Index) -> None:
        async with index.lease(LOG.id, start, 10):
            with pytest.raises(Locked, match="locked"):
                async with index.lease(LOG.id, 9, None):
                    pass
            async with index.lease(LOG.id, 10, None), index.lease(a_log("Other").id, 0, None):
                pass
        async with index.lease(LOG.id, 0, None):
            pass

    scenario(work)


def test_a_lease_says_what_it_holds(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        async with index.lease(LOG.id, 5, 10) as lease:
            assert isinstance(lease, Lease)
            assert (lease.log_id, lease.start, lease.end) == (LOG.id, 5, 10)

    scenario(work)


def test_an_empty_range_conflicts_with_no_other(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        async with index.lease(LOG.id, 0, None), index.lease(LOG.id, 7, 7), index.lease(LOG.id, 7, 7):
            pass
        async with index.lease(LOG.id, 7, 7), index.lease(LOG.id, 0, None):
            pass

    scenario(work)


def test_a_lease_of_another_log_commits_nothing(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        async with index.lease(a_log("Other").id, 0, None) as lease:
            with pytest.raises(ValueError, match="a lease of log"):
                await index.commit(run_id, an_advance(0, 256), lease)
            with pytest.raises(ValueError, match="a lease of log"):
                await index.rewind(LOG.id, 0, lease)
        state = await index.log_state(LOG.id)
        assert state is not None and state.verified == ()

    scenario(work)


# --- holders ------------------------------------------------------------------------------------------------------


def test_a_holder_is_known_from_its_lease_to_its_release_and_commits_are_its_progress(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        async with index.lease(LOG.id, 0, 512, who="operator", at=later(0)) as lease:
            (holder,) = await index.holders(later(1))
            assert (holder.log_id, holder.start, holder.end) == (LOG.id, 0, 512)
            assert (holder.pid, holder.who, bool(holder.host)) == (os.getpid(), "operator", True)
            assert holder.since == holder.progressed_at == later(0)
            await index.commit(run_id, replace(an_advance(0, 256), at=later(60)), lease)
            assert await index.holders(later(60)) == []
            (holder,) = await index.holders(later(61))
            assert (holder.since, holder.progressed_at) == (later(0), later(60))
        assert await index.holders(later(10**6)) == []

    scenario(work)


def test_an_empty_range_and_an_unknown_log_have_no_holder(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await started(index)
        async with index.lease(LOG.id, 7, 7, at=later(0)), index.lease(a_log("Other").id, 0, 9, at=later(0)) as lease:
            assert (lease.holder, await index.holders(later(1))) == (0, [])

    scenario(work)
