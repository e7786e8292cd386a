"""Which process reads which log, and what is told of a log that several read."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import cast

import pytest
from support.scanning import Heard

from ctscan.model import Log, LogProtocol
from ctscan.scan.log.scanner import ScanContext
from ctscan.scan.request import Change, Ending, LogOutcome
from ctscan.scan.workers.aggregate import Joint, join
from ctscan.scan.workers.assignment import divide, is_near
from ctscan.scan.workers.pool import Crew

FAR = "https://ct.example.com/"


def a_log(number: int, operator: str, url: str = FAR) -> Log:
    return Log(bytes([number]) * 32, b"", f"log {number}", operator, LogProtocol.RFC6962, url=url)


def four(_: Log) -> int:
    return 4


def test_logs_of_an_operator_go_together_and_shares_are_about_equal() -> None:
    logs = [a_log(n, f"operator {n % 3}") for n in range(9)]
    division = divide(logs, 2, four)
    shares = [division.share(process, logs) for process in range(division.processes)]
    assert sorted(log.name for share in shares for log in share) == [f"log {n}" for n in range(9)]
    assert sorted(map(len, shares)) == [3, 6]


def test_processes_that_nobody_needs_help_where_most_is_to_do() -> None:
    logs = [a_log(n, "large") for n in range(6)] + [a_log(9, "small")]
    division = divide(logs, 4, four)
    assert [len(division.readers(log)) for log in (logs[0], logs[-1])] == [3, 1]
    assert division.processes == 4


def test_no_more_processes_read_a_log_than_it_may_be_asked_by_at_a_time() -> None:
    division = divide([a_log(1, "one")], 8, lambda _: 2)
    assert division.processes == 2 and division.readers(a_log(1, "one")) == {0, 1}
    assert divide([], 3, four).processes == 1


@pytest.mark.parametrize("url", ["file:///srv/archive/log/", "http://127.0.0.1:8765/", "http://localhost/"])
def test_logs_on_this_machine_are_read_by_all(url: str) -> None:
    near = a_log(1, "one", url)
    assert is_near(near) and not is_near(a_log(2, "one"))
    assert divide([near], 3, four).readers(near) == {0, 1, 2}


def test_an_operator_that_joins_is_read_by_the_first() -> None:
    assert divide([a_log(1, "one"), a_log(2, "two")], 2, four).readers(a_log(3, "three")) == {0}


# --- one pass of several ------------------------------------------------------------------------------------------


def outcome(ending: Ending, log: int = 1) -> LogOutcome:
    return LogOutcome(bytes([log]), f"log {log}", ending, ending.value)


@pytest.mark.parametrize(
    ("endings", "joined"),
    [
        ([Ending.DONE, Ending.SHARED], Ending.DONE),
        ([Ending.SHARED, Ending.SHARED], Ending.SHARED),
        ([Ending.DONE, Ending.INCOMPLETE], Ending.INCOMPLETE),
        ([Ending.STOPPED, Ending.MISBEHAVIOUR, Ending.INCOMPLETE], Ending.MISBEHAVIOUR),
        ([Ending.STOPPED, Ending.DONE], Ending.STOPPED),
    ],
)
def test_the_worst_of_several_counts(endings: list[Ending], joined: Ending) -> None:
    assert [o.ending for o in join(map(outcome, endings))] == [joined]


class Watching(Heard):
    def __init__(self) -> None:
        super().__init__()
        self.begun: list[tuple[str, int]] = []

    def log_started(self, log_id: bytes, name: str, entries: int) -> None:
        self.begun.append((name, entries))


def test_a_pass_begins_with_the_first_and_ends_with_the_last() -> None:
    heard, accused = Watching(), list[bytes]()
    joint = Joint(heard, accused.append)
    joint.expect(b"\1", frozenset((0, 1)))
    one, two = joint.of(0), joint.of(1)
    one.log_started(b"\1", "log 1", 100)
    one.log_done(outcome(Ending.SHARED))
    assert heard.done == []
    two.log_started(b"\1", "log 1", 20)
    two.advanced(b"\1", 20, 100, 0)
    two.log_done(outcome(Ending.DONE))
    assert heard.begun == [("log 1", 100)] and heard.entries == 20
    assert [o.ending for o in heard.done] == [Ending.DONE]
    one.log_started(b"\1", "log 1", 5)  # the next pass, while following
    two.log_done(outcome(Ending.MISBEHAVIOUR))
    assert accused == [b"\1"] and len(heard.done) == 1
    one.log_done(outcome(Ending.STOPPED))
    assert [o.ending for o in heard.done] == [Ending.DONE, Ending.MISBEHAVIOUR]


def test_a_log_that_another_process_found_out_is_left_alone_whatever_its_list_says() -> None:
    async def run() -> set[bytes]:
        context = cast(ScanContext, SimpleNamespace(joined=frozenset(), stop=asyncio.Event(), follow=False))
        crew = Crew(context, lambda _: pytest.fail("it was opened"))
        log = a_log(1, "one")
        crew.follow_list(Change(accused=frozenset((log.id,))))
        crew.follow_list(Change((log,)))
        return crew.reading

    assert asyncio.run(run()) == set()


def test_nobody_waits_for_a_process_that_is_gone() -> None:
    heard = Watching()
    joint = Joint(heard)
    joint.expect(b"\1", frozenset((0, 1)))
    joint.of(0).log_done(outcome(Ending.DONE))
    joint.gone(1)
    joint.of(0).log_done(outcome(Ending.DONE))
    assert len(heard.done) == 2
