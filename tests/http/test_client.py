"""The client over real loopback connections, or over a transport in memory for addresses other than loopback."""

from __future__ import annotations

import asyncio
import logging
import time as real_time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from support import simulator as sims
from support.exchange import Answer
from support.logs import LogBuilder
from support.patience import FakeTime
from support.reading import patient_client, with_client
from support.simulator import Simulator, slow

from ctscan.errors import BadAnswer, CtscanError, FormatError, Missing, SourceError, Throttled, UsageError
from ctscan.http.client import Client, Response
from ctscan.http.urls import is_loopback

LIMIT = 1 << 20
Made = Callable[..., Client]
Handler = Callable[[httpx.Request], httpx.Response]


def small_log(entries: int = 300) -> LogBuilder:
    builder = LogBuilder("Small log")
    builder.fill(entries)
    return builder


def get(client: Client, url: str, **options: Any) -> Response:
    options.setdefault("limit", LIMIT)
    return with_client(client, lambda c: c.get(url, operator="Example", **options))


@pytest.fixture(params=["straight", "httpx"])
def patient(request: pytest.FixtureRequest) -> Made:
    """Return a maker of patient clients over real connections, for each of the two transports."""

    def made(time: FakeTime, contact: str = "ct@example.org", **options: Any) -> Client:
        if request.param == "httpx":
            options["transport"] = httpx.AsyncHTTPTransport()
        return patient_client(time, contact, **options)

    return made


def in_memory(handler: Handler, time: FakeTime | None = None, contact: str = "ct@example.org") -> Client:
    return patient_client(time or FakeTime(), contact, transport=httpx.MockTransport(handler))


# --- requests -----------------------------------------------------------------------------------------------------


def test_requests_name_the_client_and_accept_gzip(patient: Made) -> None:
    with Simulator() as sim:
        log = sim.add("a", small_log())
        response = get(patient(FakeTime()), f"{log.url}checkpoint", accept="text/plain", headers={"X-A": "b"})
        sent = log.requests[0].headers
    assert response.body == log.builder.checkpoint(timestamp=log.head_time(log.size))
    assert sent["user-agent"].startswith("ctscan/")
    assert sent["user-agent"].endswith(" (+ct@example.org)")
    assert sent["accept-encoding"] == "gzip, identity"
    assert sent["accept"] == "text/plain"
    assert sent["x-a"] == "b"
    assert sent["connection"] == "keep-alive"


def test_connections_are_reused_unless_switched_off(patient: Made) -> None:
    async def five(client: Client, url: str, keep_alive: bool) -> None:
        for _ in range(5):
            await client.get(url, operator="Example", limit=LIMIT, keep_alive=keep_alive)

    with Simulator() as sim:
        url = f"{sim.add('a', small_log()).url}checkpoint"
        with_client(patient(FakeTime()), lambda c: five(c, url, True))
        assert sim.connections == 1
        with_client(patient(FakeTime()), lambda c: five(c, url, False))
        assert sim.connections == 6


def test_many_connections_at_once_are_all_used_again() -> None:
    async def rush(client: Client, url: str) -> None:
        async def ask() -> None:
            for _ in range(4):
                await client.get(url, operator="Example", limit=LIMIT)

        await asyncio.gather(*(ask() for _ in range(100)))

    with Simulator() as sim:
        log = sim.add("a", small_log())
        log.fault("checkpoint", slow(0.05))
        with_client(patient_client(FakeTime()), lambda c: rush(c, f"{log.url}checkpoint"))
        assert len(log.requests) == 400
        assert sim.connections == 100


def test_cookies_are_neither_kept_nor_sent(patient: Made) -> None:
    async def twice(client: Client, url: str) -> None:
        for _ in range(2):
            await client.get(url, operator="Example", limit=LIMIT)

    with Simulator() as sim:
        log = sim.add("a", small_log())
        log.fault("x", Answer(200, b"", {"Set-Cookie": "who=jane; Path=/"}))
        with_client(patient(FakeTime()), lambda c: twice(c, f"{log.url}x"))
        assert len(log.requests) == 2
        assert all("cookie" not in request.headers for request in log.requests)


def test_without_a_contact_no_request_leaves_the_machine() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise AssertionError("a request was sent")

    with pytest.raises(UsageError, match=r"--contact") as error:
        get(in_memory(refuse, contact=""), "https://log.example.org/checkpoint")
    assert "CTSCAN_CONTACT" in str(error.value)
    assert "ctscan.toml" in str(error.value)


def test_without_a_contact_loopback_is_read(patient: Made) -> None:
    with Simulator() as sim:
        log = sim.add("a", small_log())
        assert get(patient(FakeTime(), ""), f"{log.url}checkpoint").status == 200
        assert "+" not in log.requests[0].headers["user-agent"]


@pytest.mark.parametrize(
    "contact", ["a\r\nX-Evil: 1", "j\u00e4ne@example.org", "a\tb", "a\x7f", "a(b)", "a\\b", "x" * 201]
)
def test_a_contact_that_does_not_fit_a_header_is_refused_without_repeating_it(contact: str) -> None:
    with pytest.raises(UsageError) as error:
        Client(contact)
    assert "\n" not in str(error.value)
    assert contact not in str(error.value)


@pytest.mark.parametrize(
    "url", ["", "log.example.org/", "ftp://log.example.org/", "https://", "https://[::1", "http://exa\0mple.org/"]
)
def test_other_addresses_than_http_are_usage_errors(url: str) -> None:
    with pytest.raises(UsageError):
        get(in_memory(lambda _: httpx.Response(200)), url)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("a.localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("log.example.org", False),
        ("localhost.example.org", False),
        ("192.0.2.1", False),
        ("0.0.0.0", False),  # noqa: S104 (an address to be judged, nothing is bound to it)
    ],
)
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_proxies_of_the_environment_are_used_but_not_for_loopback() -> None:
    """Run in a separate process, because a client reads the environment when it is made."""
    import os
    import subprocess
    import sys

    program = """
import asyncio, sys
from ctscan.errors import SourceError
from ctscan.http.client import Client
async def main():
    client = Client("ct@example.org", give_up_after=0.0)
    print((await client.get(sys.argv[1], operator="x", limit=100000)).status)
    try:
        await client.get("http://log.example.org/checkpoint", operator="x", limit=1000)
    except SourceError as error:
        print(error)
    await client.aclose()
asyncio.run(main())
"""
    with Simulator() as sim:
        log = sim.add("a", small_log())
        environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        environment |= {"HTTP_PROXY": sim.url, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        done = subprocess.run(
            [sys.executable, "-c", program, f"{log.url}checkpoint"],
            env=environment, capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        assert [r.target for r in sim.requests] == ["/a/checkpoint", "http://log.example.org/checkpoint"]
    assert done.stdout.splitlines()[0] == "200"
    assert "log.example.org/checkpoint: not there (404" in done.stdout


def test_settings_that_make_no_client_are_usage_errors(tmp_path: Path) -> None:
    import os
    import subprocess
    import sys

    program = """
from ctscan.errors import UsageError
from ctscan.http.client import Client
try:
    Client("ct@example.org")
except UsageError as error:
    print(error)
"""
    clean = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    clean["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
    for name, value, expected in (
        ("HTTPS_PROXY", "gopher://secret:word@proxy.example.org", "HTTPS_PROXY"),
        ("SSL_CERT_FILE", str(tmp_path / "nothing.pem"), "SSL_CERT_FILE"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", program], env=clean | {name: value},
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        assert expected in done.stdout
        assert "secret" not in done.stdout


# --- answers ------------------------------------------------------------------------------------------------------


def test_gzip_is_undone_once(patient: Made) -> None:
    with Simulator() as sim:
        log = sim.add("a", small_log())
        assert get(patient(FakeTime()), f"{log.url}tile/data/000").body == log.builder.data_tile(0)


@pytest.mark.parametrize("status", [404, 410])
def test_a_missing_resource_fails_at_once(patient: Made, status: int) -> None:
    time = FakeTime()
    with Simulator() as sim:
        log = sim.add("a", small_log())
        log.fault("tile", Answer(status))
        with pytest.raises(Missing, match=rf"tile/0/000: not there \({status}"):
            get(patient(time), f"{log.url}tile/0/000")
        assert len(log.requests) == 1
    assert time.naps == []


@pytest.mark.parametrize("status", [400, 401, 403, 405, 451])
def test_a_refusal_is_final(patient: Made, status: int) -> None:
    time = FakeTime()
    with Simulator() as sim:
        log = sim.add("a", small_log())
        log.fault("tile", Answer(status))
        with pytest.raises(SourceError, match=rf"refused \({status}"):
            get(patient(time), f"{log.url}tile/0/000")
        assert len(log.requests) == 1


def test_a_status_that_the_caller_understands_is_returned(patient: Made) -> None:
    with Simulator() as sim:
        log = sim.add("a", small_log())
        log.fault("tile", Answer(403, b"no"))
        found = get(patient(FakeTime()), f"{log.url}tile/0/000", statuses=frozenset({403}), validate=refuse_all)
    assert (found.status, found.body) == (403, b"no")


def refuse_all(_: bytes) -> None:
    raise FormatError("not what it should be")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(patient: Made, status: int) -> None:
    with Simulator() as sim:
        log = sim.add("a", small_log())
        log.fault("tile", Answer(status, b"", {"Location": f"{log.url}checkpoint"}))
        with pytest.raises(BadAnswer, match=f"redirect.*{status}"):
            get(patient(FakeTime()), f"{log.url}tile/0/000")
        assert len(log.requests) == 1


TROUBLE: dict[str, Answer | sims.Change] = {
    "503": sims.server_error(503),
    "500": sims.server_error(500),
    "429": sims.too_many_requests(),
    "408": Answer(408),
    "204": Answer(204),
    "html": sims.garbage(),
    "bomb": sims.gzip_bomb(8 << 20),
    "wrong encoding": sims.wrong_encoding("gzip"),
    "unknown encoding": sims.wrong_encoding("br"),
    "truncated": sims.truncated(100),
    "dropped": sims.dropped(),
    "oversized": Answer(200, bytes(LIMIT + 1)),
    "no http": lambda _request, honest: Answer(200, b"", {"X\x00": "\x00"}),
    "not valid": sims.shortened(10),
}


def whole_tile(body: bytes) -> None:
    if len(body) != 8192:
        raise FormatError(f"expected 8192 bytes, got {len(body)}")


@pytest.mark.parametrize("name", TROUBLE)
def test_passing_trouble_is_sat_out(patient: Made, name: str) -> None:
    time = FakeTime()
    with Simulator() as sim:
        log = sim.add("a", small_log())
        fault = log.fault("tile", TROUBLE[name], times=3)
        client = patient(time)
        assert get(client, f"{log.url}tile/0/000", validate=whole_tile).body == log.builder.hash_tile(0, 0)
        assert fault.hits == 3
        assert client.requests == 4
    assert time.naps == [0.5, 1.0, 2.0]


@pytest.mark.parametrize("name", TROUBLE)
def test_lasting_trouble_is_given_up_after_a_minute(patient: Made, name: str) -> None:
    time = FakeTime()
    with Simulator() as sim:
        log = sim.add("a", small_log())
        log.fault("tile", TROUBLE[name])
        with pytest.raises(SourceError, match="try again later") as error:
            get(patient(time), f"{log.url}tile/0/000?secret=jane", validate=whole_tile)
    assert 30 <= time.slept <= 60
    assert "/a/tile/0/000: failed 7 times in 32 s" in str(error.value)
    assert "secret" not in str(error.value)
    assert "\n" not in str(error.value)
    from_server = name in {"503", "500", "429", "408", "truncated", "dropped", "no http"}
    kind = Throttled if name == "429" else SourceError if from_server else BadAnswer
    assert type(error.value) is kind


def test_the_message_of_the_validation_is_in_the_error(patient: Made) -> None:
    with Simulator() as sim:
        log = sim.add("a", small_log())
        with pytest.raises(BadAnswer, match=r"a bad answer: not what it should be"):
            get(patient(FakeTime()), f"{log.url}checkpoint", validate=refuse_all)


def test_other_errors_of_the_validation_pass_through_at_once(patient: Made) -> None:
    def misread(_: bytes) -> None:
        raise SourceError("mine")

    with Simulator() as sim:
        log = sim.add("a", small_log())
        with pytest.raises(SourceError, match=r"^mine$"):
            get(patient(FakeTime()), f"{log.url}checkpoint", validate=misread)
        assert len(log.requests) == 1


def test_read_returns_the_last_parsed_value(patient: Made) -> None:
    with Simulator() as sim:
        log = sim.add("a", small_log())
        log.fault("checkpoint", sims.shortened(5), times=1)

        def parse(body: bytes) -> int:
            if len(body) < 10:
                raise FormatError("short")
            return len(body)

        client = patient(FakeTime())
        found = with_client(client, lambda c: c.read(f"{log.url}checkpoint", parse, operator="Example", limit=LIMIT))
    assert found == len(log.builder.checkpoint(timestamp=log.head_time(log.size)))


def test_a_body_as_large_as_the_limit_is_read(patient: Made) -> None:
    with Simulator() as sim:
        log = sim.add("a", small_log())
        log.fault("x", Answer(200, bytes(5000)))
        assert len(get(patient(FakeTime()), f"{log.url}x", limit=5000).body) == 5000


def test_a_body_without_length_is_capped_while_it_comes() -> None:
    sent = 0

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self):  # type: ignore[no-untyped-def]  # an async generator
            nonlocal sent
            while True:
                sent += 1
                yield bytes(1000)

    client = in_memory(lambda _: httpx.Response(200, stream=Endless()))
    with pytest.raises(BadAnswer, match="larger than 5000 bytes"):
        get(client, "https://log.example.org/x", limit=5000)
    assert sent == 6 * client.requests


def test_a_refused_connection_is_a_source_error_in_our_words(patient: Made) -> None:
    with Simulator() as sim:
        url = sim.url
    time = FakeTime()
    with pytest.raises(SourceError, match="no connection") as error:
        get(patient(time), f"{url}checkpoint?mail=jane")
    assert error.value.__cause__ is None
    assert "jane" not in str(error.value)


@pytest.mark.parametrize(
    "fault",
    [
        httpx.ConnectTimeout("x https://log.example.org/?jane"),
        httpx.ReadTimeout("x ?jane"),
        httpx.ReadError("x ?jane"),
        httpx.WriteError("x ?jane"),
        httpx.ProxyError("x ?jane"),
        httpx.RemoteProtocolError("x ?jane"),
        httpx.UnsupportedProtocol("x ?jane"),
        httpx.PoolTimeout("x ?jane"),
    ],
)
def test_no_exception_of_httpx_escapes(fault: httpx.HTTPError) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise fault

    with pytest.raises(SourceError) as error:
        get(in_memory(fail), "https://log.example.org/x?jane")
    assert "jane" not in str(error.value)


def test_credentials_of_an_address_stay_out_of_errors() -> None:
    with pytest.raises(Missing) as error:
        get(in_memory(lambda _: httpx.Response(404)), "https://user:word@log.example.org/x?jane#y")
    assert str(error.value) == "https://log.example.org/x: not there (404 Not Found)"


# --- time ---------------------------------------------------------------------------------------------------------


def test_a_silent_server_is_given_up() -> None:
    with Simulator() as sim:
        log = sim.add("a", small_log())
        log.fault("tile", sims.slow(30))
        client = Client(read_timeout=0.1, give_up_after=0.05)
        began = real_time.monotonic()
        with pytest.raises(SourceError, match=r"nothing received for 0\.1 s"):
            get(client, f"{log.url}tile/0/000")
    assert real_time.monotonic() - began < 5


def test_a_request_that_never_ends_is_given_up() -> None:
    class Drip(httpx.AsyncByteStream):
        async def __aiter__(self):  # type: ignore[no-untyped-def]  # an async generator
            while True:
                await asyncio.sleep(0.01)
                yield b"."

    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Drip()))
    client = Client("ct@example.org", transport=transport, whole_timeout=0.1, give_up_after=0.05)
    with pytest.raises(SourceError, match=r"no whole answer within 0\.1 s"):
        get(client, "https://log.example.org/x")


def test_slow_answers_are_awaited() -> None:
    with Simulator() as sim:
        log = sim.add("a", small_log())
        log.fault("tile", sims.slow(0.1))
        assert len(get(Client(), f"{log.url}tile/0/000").body) == 8192


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_in_seconds_is_waited_for(patient: Made, status: int) -> None:
    time = FakeTime()
    with Simulator() as sim:
        log = sim.add("a", small_log())
        log.fault("tile", Answer(status, b"", {"Retry-After": "17"}), times=1)
        get(patient(time), f"{log.url}tile/0/000")
    assert time.naps == [17.0]


def test_retry_after_as_a_date_is_waited_for(patient: Made) -> None:
    time = FakeTime()  # its wall clock starts at 2026-01-01 00:00:00
    with Simulator() as sim:
        log = sim.add("a", small_log())
        log.fault("tile", sims.too_many_requests("Thu, 01 Jan 2026 00:00:21 GMT"), times=1)
        get(patient(time), f"{log.url}tile/0/000")
    assert time.naps == [21.0]


def test_retry_after_beyond_our_patience_ends_the_request_and_keeps_the_operator_closed(patient: Made) -> None:
    time = FakeTime()

    async def use(client: Client) -> None:
        with pytest.raises(SourceError, match=r"come back in 300 s \(status 429"):
            await client.get(f"{log.url}tile/0/000", operator="Example", limit=LIMIT)
        time.now += 100
        with pytest.raises(SourceError, match="come back in 200 s"):
            await client.get(f"{log.url}checkpoint", operator="Example", limit=LIMIT)
        assert len(log.requests) == 1
        assert (await client.get(f"{log.url}checkpoint", operator="Other", limit=LIMIT)).status == 200
        time.now += 150
        assert (await client.get(f"{log.url}checkpoint", operator="Example", limit=LIMIT)).status == 200
        assert time.naps == [50.0]

    with Simulator() as sim:
        log = sim.add("a", small_log())
        log.fault("tile", sims.too_many_requests("300"), times=1)
        with_client(patient(time), use)


def test_repeated_retry_after_ends_within_the_minute(patient: Made) -> None:
    time = FakeTime()
    with Simulator() as sim:
        log = sim.add("a", small_log())
        log.fault("tile", sims.too_many_requests("25"))
        with pytest.raises(SourceError, match="come back in 25 s"):
            get(patient(time), f"{log.url}tile/0/000")
        assert len(log.requests) == 3
    assert time.slept == pytest.approx(50)


def test_an_operator_is_asked_at_its_rate_without_delaying_other_operators() -> None:
    time = FakeTime()

    async def use(client: Client) -> None:
        client.pace("Example", 2.0)
        for number in range(12):
            await client.get(f"https://log.example.org/{number}", operator="Example", limit=LIMIT)
        assert time.slept == pytest.approx(5.0, rel=0.01)
        await client.get("https://log.example.net/", operator="Other", limit=LIMIT)
        assert time.slept == pytest.approx(5.0, rel=0.01)

    with_client(in_memory(lambda _: httpx.Response(200), time), use)


def test_the_rate_gives_way_on_429_and_grows_back() -> None:
    time = FakeTime()
    statuses = [429, 200, 503, 200]

    async def use(client: Client) -> None:
        client.pace("Example", 8.0)
        await client.get("https://log.example.org/1", operator="Example", limit=LIMIT)
        assert client.current_rate("Example") == 4.0
        time.now += 1
        await client.get("https://log.example.org/2", operator="Example", limit=LIMIT)
        assert client.current_rate("Example") == 2.0
        for _ in range(200):
            await client.get("https://log.example.org/3", operator="Example", limit=LIMIT)
        assert client.current_rate("Example") == 8.0

    with_client(in_memory(lambda _: httpx.Response(statuses.pop(0) if statuses else 200), time), use)


def test_a_cancelled_request_leaves_the_client_in_order() -> None:
    async def use(client: Client) -> None:
        asking = asyncio.create_task(client.get(f"{log.url}tile/0/000", operator="Example", limit=LIMIT))
        await asyncio.to_thread(fault.struck.wait, 10)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert (await client.get(f"{log.url}checkpoint", operator="Example", limit=LIMIT)).status == 200

    with Simulator() as sim:
        log = sim.add("a", small_log())
        fault = log.fault("tile", sims.slow(30))
        with_client(Client(), use)


def test_many_requests_at_once(patient: Made) -> None:
    async def use(client: Client) -> list[bytes]:
        asked = (client.get(f"{log.url}tile/0/{n % 3:03d}", operator="Example", limit=LIMIT) for n in range(60))
        return [response.body for response in await asyncio.gather(*asked)]

    with Simulator() as sim:
        log = sim.add("a", small_log(768))
        bodies = with_client(patient(FakeTime()), use)
    assert bodies == [log.builder.hash_tile(0, n % 3) for n in range(60)]


# --- silence ------------------------------------------------------------------------------------------------------


def test_nothing_is_logged_by_the_libraries(patient: Made, caplog: pytest.LogCaptureFixture) -> None:
    with Simulator() as sim, caplog.at_level(logging.DEBUG):
        log = sim.add("a", small_log())
        client = patient(FakeTime())
        get(client, f"{log.url}checkpoint?mail=jane")
    assert [r for r in caplog.records if r.name.startswith(("httpx", "httpcore"))] == []


def test_every_error_is_one_line_of_ours(patient: Made) -> None:
    raised: list[CtscanError] = []
    for answer in (Answer(404), Answer(302), Answer(418), Answer(599), sims.garbage()):
        with Simulator() as sim:
            log = sim.add("a", small_log())
            log.fault("x", answer)
            with pytest.raises(CtscanError) as error:
                get(patient(FakeTime()), f"{log.url}x")
            raised.append(error.value)
    assert all("\n" not in str(error) and str(error).startswith("http://127.0.0.1:") for error in raised)
