"""Politeness towards a slow log that fails at times and asks for patience.

A scan reads every entry and never exceeds the configured number of concurrent requests.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from support.scanning import people_log, scan, states
from support.simulator import Simulator, dropped, server_error, slow, too_many_requests

from ctscan.ct.coverage import verified_size
from ctscan.model import LogProtocol

REQUESTS = 6  # concurrent requests at most


@pytest.mark.parametrize("protocol", [LogProtocol.RFC6962, LogProtocol.STATIC_CT])
def test_a_log_in_trouble_is_read_whole_within_its_limits(protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = sim.add("people", people_log(leaf_index=protocol is LogProtocol.STATIC_CT), protocol)
        log.max_batch = 20
        where = "/get-entries|/tile/data/"
        faults = [log.fault(where, slow(0.02))]
        faults.append(log.fault(where, dropped(), times=2))
        faults.append(log.fault(where, server_error(500), times=3))
        faults.append(log.fault(where, too_many_requests(), times=3))
        faults.append(log.fault(where, too_many_requests("0"), times=1))
        outcome = scan(sim, tmp_path / "db", tuning={"people": {"concurrency": REQUESTS, "batch": 20}})
        assert outcome.exit_code == 0
        assert [fault.hits for fault in faults[1:]] == [2, 3, 3, 1] and faults[0].hits >= 4
        assert sim.connections <= REQUESTS + 4  # one for the log list, one for heads and proofs, two broken connections
    state = states(tmp_path / "db")["people"]
    assert (verified_size(state), state.gaps) == (1000, ())
    assert state.rate is not None
