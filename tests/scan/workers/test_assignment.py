"""Assignment of logs to worker processes, and the merged events of a log that several workers read."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import cast

import pytest
from support.scanning import Heard

from ctscan.model import Log, LogProtocol
from ctscan.scan.events import Event, LogDone, LogStarted, Progress
from ctscan.scan.log.scanner import ScanContext
from ctscan.scan.request import LogListChange, LogOutcome, LogStatus
from ctscan.scan.workers.aggregate import ProgressAggregator, join
from ctscan.scan.workers.assignment import assign, is_local
from ctscan.scan.workers.pool import LogPool

FAR = "https://ct.example.com/"


def a_log(number: int, operator: str, url: str = FAR) -> Log:
    return Log(bytes([number]) * 32, b"", f"log {number}", operator, LogProtocol.RFC6962, url=url)


def four(_: Log) -> int:
    return 4


def test_logs_of_an_operator_go_together_and_shares_are_about_equal() -> None:
    logs = [a_log(n, f"operator {n % 3}") for n in range(9)]
    assignment = assign(logs, 2, four)
    shares = [assignment.logs_of(process, logs) for process in range(assignment.processes)]
    assert sorted(log.name for share in shares for log in share) == [f"log {n}" for n in range(9)]
    assert sorted(map(len, shares)) == [3, 6]


def test_processes_that_nobody_needs_help_where_most_is_to_do() -> None:
    logs = [a_log(n, "large") for n in range(6)] + [a_log(9, "small")]
    assignment = assign(logs, 4, four)
    assert [len(assignment.readers(log)) for log in (logs[0], logs[-1])] == [3, 1]
    assert assignment.processes == 4


def test_no_more_processes_read_a_log_than_it_may_be_asked_by_at_a_time() -> None:
    assignment = assign([a_log(1, "one")], 8, lambda _: 2)
    assert assignment.processes == 2 and assignment.readers(a_log(1, "one")) == {0, 1}
    assert assign([], 3, four).processes == 1


@pytest.mark.parametrize("url", ["file:///srv/archive/log/", "http://127.0.0.1:8765/", "http://localhost/"])
def test_logs_on_this_machine_are_read_by_all(url: str) -> None:
    near = a_log(1, "one", url)
    assert is_local(near) and not is_local(a_log(2, "one"))
    assert assign([near], 3, four).readers(near) == {0, 1, 2}


def test_an_operator_that_joins_is_read_by_the_first() -> None:
    assert assign([a_log(1, "one"), a_log(2, "two")], 2, four).readers(a_log(3, "three")) == {0}


# --- one pass of several workers ----------------------------------------------------------------------------------


def outcome(ending: LogStatus, log: int = 1) -> LogOutcome:
    return LogOutcome(bytes([log]), f"log {log}", ending, ending.value)


@pytest.mark.parametrize(
    ("endings", "joined"),
    [
        ([LogStatus.DONE, LogStatus.SHARED], LogStatus.DONE),
        ([LogStatus.SHARED, LogStatus.SHARED], LogStatus.SHARED),
        ([LogStatus.DONE, LogStatus.INCOMPLETE], LogStatus.INCOMPLETE),
        ([LogStatus.SHARED, LogStatus.GAPS, LogStatus.DONE], LogStatus.GAPS),
        ([LogStatus.GAPS, LogStatus.INCOMPLETE], LogStatus.INCOMPLETE),
        ([LogStatus.STOPPED, LogStatus.MISBEHAVIOUR, LogStatus.INCOMPLETE], LogStatus.MISBEHAVIOUR),
        ([LogStatus.STOPPED, LogStatus.DONE], LogStatus.STOPPED),
    ],
)
def test_the_worst_of_several_counts(endings: list[LogStatus], joined: LogStatus) -> None:
    assert [o.status for o in join(map(outcome, endings))] == [joined]


class Watching(Heard):
    def __init__(self) -> None:
        super().__init__()
        self.begun: list[tuple[str, int]] = []

    def emit(self, event: Event) -> None:
        if isinstance(event, LogStarted):
            self.begun.append((event.name, event.entries))
        super().emit(event)


def test_a_pass_begins_with_the_first_and_ends_with_the_last() -> None:
    heard, accused = Watching(), list[bytes]()
    aggregator = ProgressAggregator(heard.emit, accused.append)
    aggregator.expect(b"\1", frozenset((0, 1)))
    one, two = aggregator.emitter(0), aggregator.emitter(1)
    one(LogStarted(b"\1", "log 1", 100))
    one(LogDone(outcome(LogStatus.SHARED)))
    assert heard.done == []
    two(LogStarted(b"\1", "log 1", 20))
    two(Progress(b"\1", 20, 100, 0))
    two(LogDone(outcome(LogStatus.DONE)))
    assert heard.begun == [("log 1", 100)] and heard.entries == 20
    assert [o.status for o in heard.done] == [LogStatus.DONE]
    one(LogStarted(b"\1", "log 1", 5))  # the next pass, while following
    two(LogDone(outcome(LogStatus.MISBEHAVIOUR)))
    assert accused == [b"\1"] and len(heard.done) == 1
    one(LogDone(outcome(LogStatus.STOPPED)))
    assert [o.status for o in heard.done] == [LogStatus.DONE, LogStatus.MISBEHAVIOUR]


def test_a_log_that_another_process_found_out_is_left_alone_whatever_its_list_says() -> None:
    async def run() -> set[bytes]:
        context = cast(
            ScanContext, SimpleNamespace(added=frozenset(), stop=asyncio.Event(), request=SimpleNamespace(follow=False))
        )
        pool = LogPool(context, lambda _: pytest.fail("it was opened"))
        log = a_log(1, "one")
        pool.follow_list(LogListChange(misbehaving=frozenset((log.id,))))
        pool.follow_list(LogListChange((log,)))
        return pool.reading

    assert asyncio.run(run()) == set()


def test_nobody_waits_for_a_process_that_is_gone() -> None:
    heard = Watching()
    aggregator = ProgressAggregator(heard.emit)
    aggregator.expect(b"\1", frozenset((0, 1)))
    aggregator.emitter(0)(LogDone(outcome(LogStatus.DONE)))
    aggregator.gone(1)
    aggregator.emitter(0)(LogDone(outcome(LogStatus.DONE)))
    assert len(heard.done) == 2
