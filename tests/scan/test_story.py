"""One story from the first scan on, over logs that go down, retire, lie, join and vanish: after each act the exit code,
the verdict, and the logs that the answer names stand in a table."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from support.cli import ROOT
from support.exchange import Answer as Reply
from support.logs import LogBuilder
from support.scanning import Heard, look_up, no_sleep, people_log, request
from support.simulator import Simulator
from support.words import english

from ctscan.app import decide_on_misbehaviour, drop_from_basis
from ctscan.clock import Clock
from ctscan.config import Config
from ctscan.model import Answer, LogProtocol
from ctscan.scan.run import ScanClock, run_scan
from ctscan.views.limits import doubts, limits
from ctscan.views.text import texts

JANE = "jane.roe@example.org"
TILED, UNTILED = LogProtocol.STATIC_CT, LogProtocol.RFC6962
ADDED = timedelta(minutes=1)


@dataclass
class Stage:
    """Simulated logs, the index, and a clock that a story moves on."""

    sim: Simulator
    db: Path
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    truth: LogBuilder | None = None  # the history of a log that lies

    def scan(self, **changes: object) -> int:
        """Scan with the clock of the stage, and return the exit code."""
        options = {"start": None, "give_up_after": 0.2, **changes}  # seconds until a log that is down is given up
        keys = request(self.sim, self.db).keys  # the configuration names the list; `logs` stands on the command line
        asked = request(self.sim, self.db, keys=keys, **options)
        clock = ScanClock(now=lambda: self.at, sleep=no_sleep)
        return asyncio.run(run_scan(asked, Heard().emit, asyncio.Event(), clock)).exit_code

    def pass_time(self, time: timedelta) -> None:
        """Move the clock on; logs that are up sign their heads anew."""
        self.at += time
        for log in self.sim.logs.values():
            log.began = int((self.at - ADDED).timestamp() * 1000)

    def add(self, name: str, protocol: LogProtocol, size: int) -> None:
        """Add a log of an operator of its own, of which `size` of 400 entries are published."""
        builder = people_log(name, 400, leaf_index=protocol is TILED, operator=f"Operator of {name}")
        self.sim.add(name, builder, protocol, size=size)
        self.pass_time(timedelta(0))
        self.new_edition()

    def new_edition(self) -> None:
        """Publish another edition of the log list."""
        self.sim.list_timestamp = self.at.isoformat()

    def answer(self) -> Answer:
        """Look Jane up."""
        return look_up(self.db, JANE, self.at)

    def drop(self, name: str) -> None:
        """Drop a log from the basis."""
        asyncio.run(
            drop_from_basis(self._config(), [name], who="a tester", reason="gone for good", clock=self._clock())
        )

    def dismiss(self, number: int) -> None:
        """Dismiss recorded misbehaviour."""
        dismissing = decide_on_misbehaviour(
            self._config(),
            number,
            dismiss=True,
            reason="explained",
            who="a tester",
            clock=self._clock(),
        )
        asyncio.run(dismissing)

    def _config(self) -> Config:
        return Config(db=str(self.db))

    def _clock(self) -> Clock:
        return Clock(now=lambda: self.at)


LOGS = ("Alpha", "Beta", "Gamma", "Delta")


def names_in(answer: Answer) -> dict[str, str]:
    """Map the names of logs to the lines that name them: doubts, limits and remarks of an answer."""
    lines = [*doubts(answer, texts("en")), *limits(answer, texts("en")), *map(english, answer.remarks)]
    return {name: " | ".join(found) for name in LOGS if (found := [line for line in lines if name in line])}


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOTHING: dict[str, str] = {}
DEMO = "file://" + str(ROOT / "data/demo-log")


def all_read_from_now_on(stage: Stage) -> int:
    return stage.scan(start="now")


def alpha_is_read_back(stage: Stage) -> int:
    return stage.scan(logs=("Alpha",), past=True)


def all_are_read_back(stage: Stage) -> int:
    return stage.scan(past=True)


def only_alpha_is_read(stage: Stage) -> int:
    return stage.scan(logs=("Alpha",))


def the_demo_log_is_read(stage: Stage) -> int:
    return stage.scan(logs=(DEMO,))


def beta_goes_down(stage: Stage) -> int:
    stage.sim.log("Beta").fault("", Reply(503))
    stage.pass_time(HOUR)
    for name in ("Alpha", "Beta", "Gamma"):
        stage.sim.log(name).size += 10
    return stage.scan()


def beta_stays_down(stage: Stage) -> int:
    stage.pass_time(2 * DAY)
    return stage.scan()


def beta_is_up_again(stage: Stage) -> int:
    stage.sim.log("Beta").faults.clear()
    stage.pass_time(HOUR)
    return stage.scan()


def gamma_retires(stage: Stage) -> int:
    stage.sim.log("Gamma").state = "retired"
    stage.new_edition()
    return stage.scan()


def a_month_passes(stage: Stage) -> int:
    stage.pass_time(30 * DAY)
    return stage.scan()


def alpha_lies(stage: Stage) -> int:
    alpha = stage.sim.log("Alpha")
    stage.truth, alpha.builder = alpha.builder, alpha.builder.fork(100, 400)
    return stage.scan()


def alpha_is_honest_again(stage: Stage) -> int:
    assert stage.truth is not None
    stage.sim.log("Alpha").rewrite(stage.truth)
    stage.pass_time(HOUR)
    return stage.scan()


def evidence_is_dismissed(stage: Stage) -> None:
    stage.dismiss(1)


def beta_leaves_and_delta_joins(stage: Stage) -> int:
    del stage.sim.logs["Beta"]
    stage.add("Delta", TILED, 350)
    return stage.scan()


def beta_is_dropped(stage: Stage) -> None:
    stage.drop("Beta")


def delta_retires_after_weeks_in_which_it_was_down(stage: Stage) -> int:
    delta = stage.sim.log("Delta")
    delta.fault("", Reply(503))
    stage.pass_time(20 * DAY)
    delta.size += 10  # nobody read these, and nobody will
    delta.state, delta.state_since = "retired", f"{stage.at - DAY:%Y-%m-%dT%H:%M:%SZ}"
    stage.new_edition()
    return stage.scan()


def delta_is_dropped(stage: Stage) -> None:
    stage.drop("Delta")


def next_scan(stage: Stage) -> int:
    return stage.scan()


DOWN = {"Beta": "failing since"}
STALE = {"Beta": "is stale"}
RETIRED = {"Gamma": "retired since 2026-01-01, as of the head signed on"}
ACCUSED = {**RETIRED, "Alpha": "contradicted itself"}
DISMISSED = {**RETIRED, "Alpha": "was dismissed on"}
GONE = {**DISMISSED, "Beta": "dropped from the basis on"}
UNREAD = "not read"

STORY: list[tuple[Callable[[Stage], int | None], int | None, bool, int, dict[str, str]]] = [
    # act, exit code, complete, revision of the basis, logs that the answer names with a part of the line
    (all_read_from_now_on, 0, False, 1, {"Alpha": UNREAD, "Beta": UNREAD, "Gamma": UNREAD}),
    (alpha_is_read_back, 0, False, 1, {"Beta": UNREAD, "Gamma": UNREAD}),
    (all_are_read_back, 0, True, 1, NOTHING),
    (only_alpha_is_read, 0, True, 1, NOTHING),
    (the_demo_log_is_read, 0, True, 1, NOTHING),
    (beta_goes_down, 1, True, 1, DOWN),  # an hour ago it was read whole
    (only_alpha_is_read, 0, True, 1, DOWN),
    (beta_stays_down, 1, False, 1, STALE),
    (only_alpha_is_read, 0, False, 1, STALE),  # a part that goes well makes no answer complete
    (the_demo_log_is_read, 0, False, 1, STALE),
    (beta_is_up_again, 0, True, 1, NOTHING),
    (gamma_retires, 0, True, 2, RETIRED),
    (a_month_passes, 0, True, 2, RETIRED),
    (alpha_lies, 3, False, 2, ACCUSED),
    (only_alpha_is_read, 3, False, 2, ACCUSED),
    (alpha_is_honest_again, 0, False, 2, ACCUSED),
    (evidence_is_dismissed, None, True, 2, DISMISSED),
    (beta_leaves_and_delta_joins, 0, True, 3, {**DISMISSED, "Beta": "no longer listed since"}),
    (a_month_passes, 0, False, 3, {**DISMISSED, "Beta": "ctscan basis drop"}),
    (beta_is_dropped, None, True, 4, GONE),
    (next_scan, 0, True, 4, GONE),
    (delta_retires_after_weeks_in_which_it_was_down, 0, False, 5, {**GONE, "Delta": "its last entries are missing"}),
    (a_month_passes, 0, False, 5, {**GONE, "Delta": "and 'ctscan basis drop' takes it out of the basis"}),
    (delta_is_dropped, None, True, 6, {**GONE, "Delta": "dropped from the basis on"}),
]


def test_each_answer_of_the_story_says_what_it_covers(tmp_path: Path) -> None:
    with Simulator() as sim:
        stage = Stage(sim, tmp_path / "db")
        stage.add("Alpha", TILED, 300)
        stage.add("Beta", UNTILED, 300)
        stage.add("Gamma", TILED, 300)
        for number, (act, code, complete, revision, named) in enumerate(STORY):
            step = f"{number}: {act.__name__}"
            assert (step, act(stage)) == (step, code)
            answer = stage.answer()
            found = names_in(answer)
            assert (step, answer.complete, answer.basis and answer.basis.revision) == (step, complete, revision)
            assert (step, found.keys()) == (step, named.keys())
            assert [(step, name, found[name]) for name in named if named[name] not in found[name]] == []
        seen = Counter(sighting.log for match in answer.matches for sighting in match.sightings)
        assert seen == dict.fromkeys(LOGS, 2) | {"ctscan demo log": 12}  # what was found stays, of logs that went, too
