"""A wrong beginning of a scan: it is a usage error, found as early as can be, and covers nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.attacking import ALL
from support.crossing import crossed
from support.scanning import people_log, ranges, scan, states
from support.simulator import Simulator

from ctscan.errors import UsageError
from ctscan.model import LogChoice, LogProtocol


@pytest.mark.parametrize(("protocol", "past", "jobs"), crossed(ALL, [False, True], [1, 2]))
def test_an_index_beyond_the_head_is_a_usage_error_and_covers_nothing(
    protocol: LogProtocol, past: bool, jobs: int, tmp_path: Path
) -> None:
    with Simulator() as sim:
        sim.add("people", people_log(size=300), protocol)
        with pytest.raises(UsageError, match="--from 301: beyond the head of the log: expected an index up to 300"):
            scan(sim, tmp_path / "db", start="301", past=past, jobs=jobs)
        assert ranges(tmp_path / "db", "people") == []
        assert scan(sim, tmp_path / "db", start="300").exit_code == 0
    assert states(tmp_path / "db")["people"].verified[-1].end == 300


def test_a_date_in_the_future_is_a_usage_error_before_the_network_is_asked(tmp_path: Path) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    with Simulator() as sim:
        sim.add("people", people_log(size=300))
        for start in (tomorrow, "2999-12-31T00:00:00+02:00"):
            with pytest.raises(UsageError, match=r"lies in the future: on this machine it is \d{4}-"):
                scan(sim, tmp_path / "db", start=start)
        assert sim.requests == []
        assert scan(sim, tmp_path / "db", start=datetime.now(UTC).date().isoformat()).exit_code == 0


@pytest.mark.parametrize("content", [None, b"", b"{}", b"[1]", b"\xff"])
def test_a_wrong_log_list_file_is_found_before_the_network_is_asked(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    if content is not None:
        path.write_bytes(content)
    with Simulator() as sim:
        sim.add("people", people_log(size=300))
        for keys in (None, LogChoice((sim.list_url,)), LogChoice((str(path),))):
            for given in (str(path), sim.list_url):
                if str(path) in (given, *(keys.log_lists if keys else ())):
                    with pytest.raises(UsageError, match=r"list\.json"):
                        scan(sim, tmp_path / "db", log_lists=(given,), keys=keys)
        assert sim.requests == []
    assert not (tmp_path / "db").exists()


def test_an_unknown_log_of_a_list_file_is_found_before_the_network_is_asked(tmp_path: Path) -> None:
    with Simulator() as sim:
        sim.add("people", people_log(size=300))
        (tmp_path / "list.json").write_bytes(sim.log_list())
        given = {"log_lists": (str(tmp_path / "list.json"),), "logs": ("nowhere",)}
        with pytest.raises(UsageError, match="not in the log list"):
            scan(sim, tmp_path / "db", keys=LogChoice((sim.list_url,)), **given)
        assert sim.requests == []
