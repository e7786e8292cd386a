"""Waits of a scan: an answer that never comes fails no log, and the events say which answer is waited for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support.attacking import endings
from support.scanning import Heard, people_log, ranges, scan
from support.simulator import Simulator, server_error, slow

from ctscan.scan.events import Event, Waiting


@dataclass
class Listening(Heard):
    """Receiver that remembers waits, too."""

    waits: list[tuple[str, int]] = field(default_factory=list)

    def emit(self, event: Event) -> None:
        if isinstance(event, Waiting):
            self.waits.append((event.name, event.attempt))
        super().emit(event)


def test_waits_are_told_with_the_number_of_the_try(tmp_path: Path) -> None:
    heard = Listening()
    with Simulator() as sim:
        log = sim.add("people", people_log())
        log.fault("/checkpoint$", server_error(500), times=2)
        assert scan(sim, tmp_path / "db", heard).exit_code == 0
    assert heard.waits == [("the log list", 1), ("people", 1), ("people", 2), ("people", 3)]


@pytest.mark.parametrize("where", ["/checkpoint$", "/tile/data/001"])
def test_one_answer_that_never_comes_fails_no_log(where: str, tmp_path: Path) -> None:
    heard = Listening()
    with Simulator() as sim:
        log = sim.add("people", people_log())
        log.fault(where, slow(3600), times=1)
        outcome = scan(sim, tmp_path / "db", heard, give_up_after=2.0)  # a try gets half a second of it
        assert (endings(outcome), outcome.exit_code) == ({"people": "done"}, 0)
    assert ranges(tmp_path / "db", "people") == [(0, 1000, "everything")]
    assert ("people", 2) in heard.waits
