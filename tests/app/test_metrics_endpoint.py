"""Endpoint of metrics: beside a scan that follows, whatever clients do; kept measures; and the settings."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families
from support.cli import error_line, run
from support.population import fill, population
from support.scanning import Heard, people_log
from support.simulator import Simulator

import ctscan.app as app
from ctscan.app.metrics_endpoint import COUNTED, KEPT, KeptMeasures, check_endpoint
from ctscan.clock import Clock
from ctscan.config import Config, load_config
from ctscan.config.metrics_checks import ListenAddress
from ctscan.errors import UsageError
from ctscan.index.open import open_index
from ctscan.model.scan_report import ScanReport
from ctscan.scan.events import Emit
from ctscan.scan.request import ScanClock

ANY_PORT = ListenAddress("127.0.0.1", 0)


async def get(port: int, path: str = "/metrics", accept: str = "*/*") -> tuple[bytes, bytes]:
    """Ask for the page; return head and body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\n\r\n".encode())
    head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    return head, body


def value(body: bytes, name: str) -> float:
    (sample,) = (
        sample
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
        if sample.name == name
    )
    return sample.value


async def short_sleep(seconds: float) -> None:
    await asyncio.sleep(min(seconds, 0.01))


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("waited in vain")


@asynccontextmanager
async def following(sim: Simulator, db: Path, listen: ListenAddress, heard: Heard) -> AsyncIterator[Heard]:
    """Follow the logs of a simulator with an endpoint, until the end of the block."""
    config = Config(
        db=str(db), log_lists=(sim.list_url,), everything=True, start="start", follow=True, metrics_listen=listen
    )
    stop, clock = asyncio.Event(), ScanClock(sleep=short_sleep, poll=0.01, reload=0.02, partial_wait=0.0)

    @contextmanager
    def reading() -> Iterator[Emit]:
        yield heard.emit

    work = app.scan(config, who="jane", command="scan", reading=reading, stop=stop, clock=clock)
    task: asyncio.Task[ScanReport] = asyncio.create_task(work)
    try:
        yield heard
    finally:
        stop.set()
        report = await task
    assert report.exit_code == 0


def followed(db: Path, script: Callable[[Simulator, Heard], Awaitable[None]], listen: ListenAddress = ANY_PORT) -> None:
    async def go(sim: Simulator) -> None:
        async with following(sim, db, listen, Heard()) as heard:
            await script(sim, heard)

    with Simulator() as sim:
        sim.add("people", people_log(), size=300)
        asyncio.run(go(sim))


async def port_of(heard: Heard) -> int:
    """Wait for the line that says where the metrics are."""
    await until(lambda: any("/metrics" in line for line in heard.notices))
    (line,) = (line for line in heard.notices if "/metrics" in line)
    return int(re.fullmatch(r"metrics: http://127\.0\.0\.1:(\d+)/metrics", line)[1])  # type: ignore[index]


def test_a_scan_that_follows_shows_what_it_has_read(tmp_path: Path) -> None:
    async def script(sim: Simulator, heard: Heard) -> None:
        port = await port_of(heard)
        await until(lambda: heard.entries == 300)
        head, body = await get(port)
        assert head.startswith(b"HTTP/1.1 200 ")
        assert value(body, "ctscan_log_read_entries") == 300
        assert value(body, "ctscan_certificates") == 2
        head, body = await get(port, accept="application/openmetrics-text;version=1.0.0")
        assert b"Content-Type: application/openmetrics-text" in head
        assert body.endswith(b"# EOF\n")
        assert (await get(port, "/"))[0].startswith(b"HTTP/1.1 404 ")

    followed(tmp_path / "ctscan.db", script)


def test_no_client_stops_the_reading(tmp_path: Path) -> None:
    async def script(sim: Simulator, heard: Heard) -> None:
        port = await port_of(heard)
        held = []
        for request in (
            b"",
            b"GET /met",
            b"\xff" * 20_000,
            b"GET /metrics HTTP/1.1\r\n\r\n",
            b"POST / HTTP/1.1\r\n\r\n",
        ):
            for _ in range(4):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(request)
                held.append(writer)
        sim.log("people").publish(700)
        await until(lambda: heard.entries == 700)
        for writer in held:
            writer.transport.abort()
        await asyncio.sleep(0.05)
        assert (await get(port))[0].startswith(b"HTTP/1.1 200 ")

    followed(tmp_path / "ctscan.db", script)


def test_an_address_in_use_is_said_and_the_scan_goes_on(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]

        async def script(sim: Simulator, heard: Heard) -> None:
            await until(lambda: heard.entries == 300)
            (line,) = (line for line in heard.notices if line.startswith("metrics: "))
            assert line.startswith(f"metrics: can't listen on 127.0.0.1:{port}: ")
            assert line.endswith("; the scan goes on without")

        followed(tmp_path / "ctscan.db", script, ListenAddress("127.0.0.1", port))


# --- kept measures ------------------------------------------------------------------------------------------------


class Watch:
    """Clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.clock = Clock(monotonic=lambda: self.seconds)


def test_measures_are_kept_and_counts_for_longer(tmp_path: Path) -> None:
    db = tmp_path / "ctscan.db"
    watch = Watch()

    async def add(persons: int, first: int) -> None:
        async with await open_index(db, create=True) as index:
            held = [replace(one, number=one.number + first) for one in population(persons)]
            await fill(index, held)

    async def script() -> None:
        kept = KeptMeasures(Config(db=str(db)), lambda line: None, watch.clock)
        await add(10, 0)
        first = (await kept.page("")).body
        count, revision = value(first, "ctscan_certificates"), value(first, "ctscan_basis_revision")
        await add(20, 10_000)
        watch.seconds += KEPT - 1
        assert (await kept.page("")).body == first
        watch.seconds += 2
        second = (await kept.page("")).body
        assert value(second, "ctscan_basis_revision") == revision + 1
        assert value(second, "ctscan_certificates") == count
        watch.seconds += COUNTED
        third = (await kept.page("")).body
        assert value(third, "ctscan_certificates") > count
        await kept.end()

    asyncio.run(script())


def test_many_requests_at_once_measure_once(tmp_path: Path) -> None:
    async def script() -> None:
        async with await open_index(tmp_path / "ctscan.db", create=True) as index:
            await fill(index, population(10))
        kept = KeptMeasures(Config(db=str(tmp_path / "ctscan.db")), lambda line: None)
        pages = await asyncio.gather(*[kept.page("") for _ in range(20)])
        assert {page.status for page in pages} == {200}
        assert len({page.body for page in pages}) == 1  # the time of measuring is in it

    asyncio.run(script())


def test_an_index_that_cannot_be_read_is_a_503_and_said_once(tmp_path: Path) -> None:
    async def script() -> None:
        said: list[str] = []
        kept = KeptMeasures(Config(db=str(tmp_path / "ctscan.db")), said.append)
        pages = [await kept.page("") for _ in range(3)]
        assert [page.status for page in pages] == [503] * 3
        assert len(said) == 1 and "there is no index" in said[0]
        async with await open_index(tmp_path / "ctscan.db", create=True) as index:
            await fill(index, population(10))
        assert (await kept.page("")).status == 200

    asyncio.run(script())


# --- settings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:9187", "127.0.0.1", 9187),
        ("localhost:9187", "127.0.0.1", 9187),
        ("[::1]:9187", "::1", 9187),
        ("127.9.9.9:0", "127.9.9.9", 0),
    ],
)
def test_addresses_of_this_machine_are_taken(tmp_path: Path, text: str, host: str, port: int) -> None:
    config = load_config({}, {"CTSCAN_METRICS_LISTEN": text}, tmp_path)
    assert config.metrics_listen == ListenAddress(host, port)
    check_endpoint(config)


@pytest.mark.parametrize("text", ["0.0.0.0:9187", "[::]:9187", "192.0.2.1:9187", "[2001:db8::1]:1", "0.0.0.0:0"])
def test_other_addresses_need_a_setting_of_their_own(tmp_path: Path, text: str) -> None:
    (tmp_path / "ctscan.toml").write_text(f'[metrics]\nlisten = "{text}"\n')
    with pytest.raises(UsageError, match="beyond_loopback = true"):
        check_endpoint(load_config({}, {}, tmp_path))
    (tmp_path / "ctscan.toml").write_text(f'[metrics]\nlisten = "{text}"\nbeyond_loopback = true\n')
    check_endpoint(load_config({}, {}, tmp_path))


@pytest.mark.parametrize(
    "text",
    ["9187", ":9187", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "example.org:9187", "::1:9187", "[127.0.0.1]:1",
     "127.0.0.1:9187/metrics", "http://127.0.0.1:9187", "127.0.0:1", "[fe80::1%eth0]:1"],
)  # fmt: skip
def test_other_texts_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="METRICS_LISTEN: expected an IP address and a port"):
        load_config({}, {"CTSCAN_METRICS_LISTEN": text}, tmp_path)


def test_a_scan_with_a_wrong_address_reads_nothing(tmp_path: Path) -> None:
    (tmp_path / "ctscan.toml").write_text('[metrics]\nlisten = "0.0.0.0:9187"\n')
    log = people_log("people", 10)
    log.write_static_tree(tmp_path / "log")
    words = ("--log", (tmp_path / "log").as_uri(), "--everything", "--config", tmp_path / "ctscan.toml")
    result = run("scan", *words, "--db", tmp_path / "ctscan.db")
    assert result.exit_code == 2
    assert "listen under [metrics]" in error_line(result)
    assert not (tmp_path / "ctscan.db").exists()
