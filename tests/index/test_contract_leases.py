"""Contract of leases on ranges of a log: `Leases` grants them, `Ledger` requires them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from support.kept import LOG, a_log, an_advance, started

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
