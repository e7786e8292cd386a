"""Scans of archives: the past of a log from a folder or zip files, proven whole, before and beside the log itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.archives import pack, range_server
from support.scanning import Heard, look_up, people_log, scan, states
from support.simulator import Simulator

from ctscan.errors import UsageError
from ctscan.model import Freshness, GapReason, LogChoice
from ctscan.model.log import LogKey

JANE = "jane.roe@example.org"


def archive(folder: Path, size: int = 600) -> str:
    """Write an archive of one volume; return its address."""
    people_log(size=size).write_static_tree(folder / "tree")
    pack(folder / "tree", folder / "000.zip")
    return (folder / "000.zip").as_uri()


@pytest.mark.parametrize(
    ("form", "jobs"),
    [("tree", 1), ("000.zip", 1), ("", 1), ("000.zip", 2)]
    + [pytest.param(form, 2, marks=pytest.mark.long) for form in ("tree", "")],
)
def test_an_archive_is_read_from_its_start_and_answers_are_complete(tmp_path: Path, form: str, jobs: int) -> None:
    archive(tmp_path)
    place = (tmp_path / form).as_uri()
    with Simulator() as sim:
        keys = LogChoice((), (place,))
        assert scan(sim, tmp_path / "db", logs=(place,), log_lists=(), keys=keys, start=None, jobs=jobs).exit_code == 0
        assert sim.requests == []
    (found,) = look_up(tmp_path / "db", JANE).coverage
    assert (found.freshness, states(tmp_path / "db")["people"].verified[0].start) == (Freshness.FROZEN, 0)
    answer = look_up(tmp_path / "db", JANE)
    assert answer.complete and answer.matches


def test_an_archive_on_the_network_is_read_by_ranges(tmp_path: Path) -> None:
    archive(tmp_path)
    with Simulator() as sim, range_server() as server:
        server.files["000.zip"] = (tmp_path / "000.zip").read_bytes()
        place = f"{server.url}/first/000.zip"
        given = {"logs": (place,), "log_lists": (), "keys": LogChoice((), (place,)), "start": None}
        assert scan(sim, tmp_path / "db", **given).exit_code == 0
        assert scan(sim, tmp_path / "db", **given).exit_code == 0
        server.files.clear()
        assert scan(sim, tmp_path / "db", **given).exit_code == 1  # the log fails, by its name
    answer = look_up(tmp_path / "db", JANE)
    assert answer.matches and answer.complete  # frozen: what it said was read


def test_the_archive_gives_the_past_of_a_log_that_is_still_read(tmp_path: Path) -> None:
    place = archive(tmp_path)
    with Simulator() as sim:
        sim.add("people", people_log(size=600))
        keys = LogChoice((sim.list_url,))
        assert scan(sim, tmp_path / "db", start="512", keys=keys).exit_code == 0
        assert not look_up(tmp_path / "db", JANE).complete
        served = len(sim.requests)
        assert scan(sim, tmp_path / "db", logs=(place,), keys=keys, start="0").exit_code == 0
        assert not [one for one in sim.requests[served:] if "tile/data" in one.path]
    assert look_up(tmp_path / "db", JANE).complete
    assert states(tmp_path / "db")["people"].log.monitoring_url.startswith("http://127.0.0.1")


def test_a_member_that_is_damaged_makes_a_gap_and_the_rest_is_read(tmp_path: Path) -> None:
    archive(tmp_path)
    file = tmp_path / "000.zip"
    raw = bytearray(file.read_bytes())
    at = raw.index((tmp_path / "tree/tile/data/001").read_bytes())
    raw[at + 1000] ^= 1
    file.write_bytes(raw)
    place, heard = file.as_uri(), Heard()
    with Simulator() as sim:
        keys = LogChoice((), (place,))
        assert scan(sim, tmp_path / "db", heard, logs=(place,), log_lists=(), keys=keys, start=None).exit_code == 4
        assert sim.requests == []
    assert [(gap.start, gap.end, gap.reason) for gap in states(tmp_path / "db")["people"].gaps] == [
        (256, 512, GapReason.QUARANTINED)
    ]
    assert not look_up(tmp_path / "db", JANE).complete


@pytest.mark.parametrize("length", [1_000, 0])
def test_a_file_that_is_damaged_makes_a_gap_and_the_rest_is_read(tmp_path: Path, length: int) -> None:
    people_log(size=600).write_static_tree(tmp_path / "tree")
    file = tmp_path / "tree/tile/data/001"
    file.write_bytes(file.read_bytes()[:length])
    place = (tmp_path / "tree").as_uri()
    with Simulator() as sim:
        given = {"logs": (place,), "log_lists": (), "keys": LogChoice((), (place,)), "start": None}
        assert scan(sim, tmp_path / "db", **given).exit_code == 4
        assert sim.requests == []
    assert [(gap.start, gap.end) for gap in states(tmp_path / "db")["people"].gaps] == [(256, 512)]


def test_a_folder_is_read_with_key_and_origin_once_and_known_from_then_on(tmp_path: Path) -> None:
    builder = people_log(size=600)
    builder.write_static_tree(tmp_path / "log")
    (tmp_path / "log/log.v3.json").unlink()
    (tmp_path / "key.der").write_bytes(builder.key)
    place = (tmp_path / "log").as_uri()
    given = {"logs": (place,), "log_lists": (), "keys": LogChoice((), (place,)), "start": None}
    with Simulator() as sim:
        with pytest.raises(UsageError, match="holds no log"):
            scan(sim, tmp_path / "db", **given)
        key = LogKey(str(tmp_path / "key.der"), builder.origin)
        assert scan(sim, tmp_path / "db", log_key=key, **given).exit_code == 0
        assert scan(sim, tmp_path / "db", **given).exit_code == 0
    assert look_up(tmp_path / "db", JANE).complete


def test_a_folder_with_another_key_than_that_of_the_log_is_not_believed(tmp_path: Path) -> None:
    people_log(size=600).write_static_tree(tmp_path / "log")
    (tmp_path / "log/log.v3.json").unlink()
    (tmp_path / "key.der").write_bytes(people_log("another").key)
    place = (tmp_path / "log").as_uri()
    with Simulator() as sim:
        key = LogKey(str(tmp_path / "key.der"), people_log().origin)
        result = scan(
            sim, tmp_path / "db", logs=(place,), log_lists=(), keys=LogChoice((), (place,)), start=None, log_key=key
        )
        assert result.exit_code == 1
    assert not look_up(tmp_path / "db", JANE).complete


@pytest.mark.parametrize(("since", "complete"), [("2026-11-01T00:00:00Z", False), ("2026-01-01T00:00:00Z", True)])
def test_an_archive_that_ends_before_its_log_retired_makes_no_answer_complete(
    tmp_path: Path, since: str, complete: bool
) -> None:
    place = archive(tmp_path)
    with Simulator() as sim:
        log = sim.add("people", people_log(size=1000))
        sim.add("other", people_log("other", size=300))
        log.state, log.state_since = "retired", since
        keys = LogChoice((sim.list_url,), (place, "other"))
        for _ in range(2):
            assert scan(sim, tmp_path / "db", logs=(place, "other"), keys=keys).exit_code == 0
            answer = look_up(tmp_path / "db", JANE)
            assert (answer.complete, answer.basis and answer.basis.revision) == (complete, 1)
    found = next(one for one in answer.coverage if one.log == "people")
    assert found.freshness is (Freshness.FROZEN if complete else Freshness.STALE)
