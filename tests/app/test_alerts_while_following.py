"""Alerts while a scan follows: they go beside the reading, and a channel that hangs doesn't hold it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.alerting import SECRET, config_of
from support.scanning import Heard, people_log
from support.simulator import Simulator
from support.webhook_server import webhook_server

import ctscan.app as app
from ctscan.app.watching import WatchRequest
from ctscan.config import Config, load_config
from ctscan.model.watch import WatchKind
from ctscan.scan.request import ScanClock


async def soon(seconds: float) -> None:
    """Wait a twentieth of the time: an interval of a second is one of 50 ms."""
    await asyncio.sleep(min(seconds, 60) / 20)


async def until(is_so: Callable[[], bool]) -> None:
    for _ in range(1500):
        if is_so():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("waited in vain")


def follow(config: Config, heard: Heard, body: Callable[[], Awaitable[None]]) -> float:
    """Follow a log while `body` runs; return the seconds from the stop to the end."""

    async def work() -> float:
        stop, clock = asyncio.Event(), ScanClock(sleep=soon, commit_every=0.05, poll=2.0, partial_wait=0.0)

        @contextmanager
        def reading():  # type: ignore[no-untyped-def]
            yield heard.emit

        scanning = asyncio.create_task(
            app.scan(config, who="jane", command="scan --follow", reading=reading, stop=stop, clock=clock)
        )
        try:
            await body()
        finally:
            stop.set()
            began = asyncio.get_running_loop().time()
            await scanning
        return asyncio.get_running_loop().time() - began

    return asyncio.run(work())


@pytest.mark.parametrize("hangs", [False, True])
def test_new_certificates_are_told_beside_the_reading(
    tmp_path: Path, hangs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CTSCAN_ALERT_SECRET_SOC", SECRET)
    heard, told = Heard(), tmp_path / "alerts.jsonl"
    file = f'[[alerts.channel]]\nname = "file"\nkind = "jsonl"\npath = "{told}"\nkinds = ["finding"]\n'
    with Simulator() as sim, webhook_server(*["hang"] * 50 if hangs else ()) as server:
        log = sim.add("people", people_log("people", 600), size=256)
        soc = f'[[alerts.channel]]\nname = "soc"\nkind = "webhook"\nurl = "{server.url}"\nkinds = ["finding"]\n'
        config_of(tmp_path, file + soc, every="2s", patience="20s" if hangs else "5s")
        settings = (tmp_path / "ctscan.toml").read_text(encoding="utf-8")
        keys = f'everything = true\nfollow = true\nfrom = "start"\nlog_list = "{sim.list_url}"\n'
        (tmp_path / "ctscan.toml").write_text(keys + settings, encoding="utf-8")
        config = load_config({}, {}, tmp_path)

        def heard_of_the_file() -> bool:
            return any(notice.startswith("alerts: file: ") for notice in heard.notices)

        async def body() -> None:
            await until(lambda: heard.entries >= 256)
            watch = WatchRequest("ours", WatchKind.SCOPE, "example.org")
            await app.add_watch(config, watch, who="jane")
            log.publish(512)
            await until(lambda: heard.entries >= 512)
            await until(told.exists)
            if hangs:
                await until(lambda: bool(server.received))
                log.publish(600)
                await until(lambda: heard.entries >= 600)  # the channel hangs, the reading goes on
            else:
                await until(lambda: bool(server.received) and heard_of_the_file())

        assert follow(config, heard, body) < 5
    lines = [json.loads(line) for line in told.read_text(encoding="utf-8").splitlines()]
    assert {line["watch"] for line in lines} == {"ours"}
    assert all(256 <= line["seen"][0]["index"] < 600 for line in lines)
    assert heard.notices[0].startswith("alerts: no watch yet")
    assert hangs or heard_of_the_file()  # else the round was under way when the scan was stopped
