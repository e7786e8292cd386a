"""The client reports the outcome of each attempt to the window of the log and to the gate of its operator."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from msgspec.structs import replace
from support import simulator as sims
from support.exchange import Answer
from support.logs import LogBuilder, cheap_certificate
from support.patience import FakeTime
from support.reading import patient_client, with_client
from support.simulator import SimulatedLog, Simulator

from ctscan.errors import BadAnswer, FormatError, Missing, SourceError
from ctscan.http.client import Client
from ctscan.http.rate_limit import ConcurrencyWindow
from ctscan.model import LogProtocol
from ctscan.scan.log.connect import connect
from ctscan.sources.logs.tuning import Tuning

LIMIT = 1 << 20
GOOD = httpx.Response(200, content=b"x")


class Told(ConcurrencyWindow):
    """Window that records its reports: seconds for good answers, None for failures."""

    __slots__ = ("heard",)

    def __init__(self, limit: int = 8) -> None:
        super().__init__(limit)
        self.heard: list[float | None] = []

    def succeed(self, seconds: float, now: float) -> None:
        self.heard.append(seconds)
        super().succeed(seconds, now)

    def back_off(self, now: float) -> None:
        self.heard.append(None)
        super().back_off(now)


def scripted(time: FakeTime, answers: list[httpx.Response | Exception], takes: float = 0.0) -> Client:
    """Build a client whose requests get these answers in turn, each after `takes` seconds."""

    def handle(_: httpx.Request) -> httpx.Response:
        time.now += takes
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return patient_client(time, transport=httpx.MockTransport(handle))


def heard(client: Client, validate: Callable[[bytes], object] | None = None) -> list[float | None]:
    window = Told()

    async def use(client: Client) -> None:
        await client.get("https://log.example.org/x", operator="Example", limit=LIMIT, validate=validate, window=window)

    with_client(client, use)
    return window.heard


def test_a_window_learns_the_time_of_a_good_answer_without_the_wait_for_its_turn() -> None:
    time = FakeTime()

    async def use(client: Client) -> list[float | None]:
        window = Told()
        client.pace("Example", 0.5)
        for number in range(3):
            await client.get(f"https://log.example.org/{number}", operator="Example", limit=LIMIT, window=window)
        return window.heard

    assert with_client(scripted(time, [GOOD] * 3, takes=0.25), use) == [0.25, 0.25, 0.25]
    assert time.slept > 3


@pytest.mark.parametrize(
    "trouble", [httpx.Response(429), httpx.Response(503), httpx.Response(500), httpx.Response(408),
                httpx.ReadTimeout("x"), httpx.ConnectError("x"), httpx.ReadError("x")],
)  # fmt: skip
def test_a_window_learns_of_each_failed_try(trouble: httpx.Response | Exception) -> None:
    assert heard(scripted(FakeTime(), [trouble, trouble, GOOD])) == [None, None, 0.0]


def test_failures_unrelated_to_load_leave_the_window_alone() -> None:
    bodies = [b"no", b"yes"]

    def validate(_: bytes) -> None:
        if bodies.pop(0) == b"no":
            raise FormatError("not what it should be")

    page = httpx.Response(200, content=b"<html>", headers={"Content-Type": "text/html"})
    assert heard(scripted(FakeTime(), [page, GOOD, GOOD]), validate) == [0.0]
    window = Told()
    client = scripted(FakeTime(), [httpx.Response(404), httpx.Response(302)])

    async def use(client: Client) -> None:
        for kind in (Missing, BadAnswer):
            with pytest.raises(kind):
                await client.get("https://log.example.org/x", operator="Example", limit=LIMIT, window=window)

    with_client(client, use)
    assert window.heard == []


@pytest.mark.parametrize(
    ("trouble", "rate"),
    [(httpx.Response(503), 1.0), (httpx.Response(500), 3.92), (httpx.ReadTimeout("x"), 3.92)],
)
def test_the_rate_of_an_operator_gives_way_to_failures(trouble: httpx.Response | Exception, rate: float) -> None:
    client = scripted(FakeTime(), [trouble] * 3 + [GOOD], takes=1.0)
    seen: list[float] = []

    async def use(client: Client) -> None:
        client.pace("Example", 8.0)
        await client.get(
            "https://log.example.org/x",
            operator="Example",
            limit=LIMIT,
            validate=lambda _: seen.append(client.current_rate("Example")),
        )

    with_client(client, use)
    assert seen == pytest.approx([rate])


def test_a_dead_operator_is_asked_ever_more_slowly_but_at_least_every_two_seconds() -> None:
    client = scripted(FakeTime(), [httpx.ConnectError("x")] * 100, takes=1.0)

    async def use(client: Client) -> None:
        client.pace("Example", 8.0)
        for _ in range(2):
            with pytest.raises(SourceError):
                await client.get("https://log.example.org/x", operator="Example", limit=LIMIT)
        assert client.current_rate("Example") == 0.5

    with_client(client, use)


# --- the sources of logs --------------------------------------------------------------------------------------------


def small_log() -> LogBuilder:
    builder = LogBuilder("Small log")
    for number in range(300):
        builder.add_certificate(cheap_certificate(number, f"host-{number}.example.org"))
    return builder


def size_after(log: SimulatedLog, fault: str, answer: Answer) -> int:
    """Read a head and some entries from a log with up to 8 requests, and return the window's size."""
    log.fault(fault, answer, times=1)

    async def use(client: Client) -> int:
        connection = connect(log.log(), client, Tuning(concurrency=8, batch=256))
        assert connection.source.window.size == 4
        head = await connection.source.head()
        await connection.source.entries(0, 256, head.size)
        return connection.source.window.size

    return with_client(patient_client(FakeTime()), use)


@pytest.mark.parametrize("protocol", list(LogProtocol))
def test_requests_for_entries_inform_the_window_of_their_log(protocol: LogProtocol) -> None:
    with Simulator() as sim:
        log = sim.add("a", small_log(), protocol)
        where = "get-entries" if protocol is LogProtocol.RFC6962 else "tile/data"
        assert size_after(log, where, sims.server_error(500)) == 2
        assert size_after(log, "checkpoint|get-sth", sims.server_error(500)) == 4, "a head is no entry"


def test_processes_that_read_one_log_share_its_window() -> None:
    log = small_log().log("https://log.example.org/")

    async def use(client: Client) -> list[int]:
        return [connect(log, client, Tuning(concurrency=8), readers=n).source.window.limit for n in (1, 2, 3, 16)]

    assert with_client(patient_client(FakeTime()), use) == [8, 4, 2, 1]


def test_processes_that_ask_one_operator_take_turns() -> None:
    time, taken = FakeTime(), list[tuple[str, float]]()

    async def take_turn(operator: str, rate: float) -> float:
        taken.append((operator, rate))
        return 7.0

    async def use(client: Client) -> float:
        client.pace("Example", 2.0)
        client.take_turns(take_turn)
        began = time.now
        for url in ("https://log.example.org/", "http://127.0.0.1/"):  # loopback requests don't wait
            await client.get(url, operator="Example", limit=LIMIT)
        return time.now - began

    assert with_client(scripted(time, [GOOD, GOOD]), use) == 7.0
    assert taken == [("Example", 2.0)]


def test_retry_after_also_holds_for_requests_that_wait_for_their_turn() -> None:
    time = FakeTime()
    turns = [0.0, 1.0]

    async def take_turn(operator: str, rate: float) -> float:
        return turns.pop(0)

    async def use(client: Client) -> float:
        client.take_turns(take_turn)
        bucket = client._bucket("Example", "log.example.org")
        await client.get("https://log.example.org/", operator="Example", limit=LIMIT)
        bucket.pause_for(30.0)
        began = time.now
        await client.get("https://log.example.org/", operator="Example", limit=LIMIT)
        return time.now - began

    assert with_client(scripted(time, [GOOD, GOOD]), use) == 30.0


def test_a_directory_is_read_with_all_requests_at_once() -> None:
    log = replace(small_log().log("https://log.example.org/"), monitoring_url="file:///srv/archive/")

    async def use(client: Client) -> int:
        return connect(log, client, Tuning(concurrency=8)).source.window.size

    assert with_client(patient_client(FakeTime()), use) == 8
