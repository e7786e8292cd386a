"""Alerts about people who were forgotten, hidden or purged before the alert went: nothing of them is sent."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.alerting import an_index, clock_at, config_of
from support.suppressing import forgetting

from ctscan.app.alert_rounds import alert_round
from ctscan.app.wiring import opened_index
from ctscan.config import Config
from ctscan.index.protocols import Index
from ctscan.model.delivery import ChannelResult
from ctscan.model.keep import KeepKind, KeptRule, Limits, Period, PurgeBounds, Unit

NOW = datetime(2031, 5, 6, 12, 0, tzinfo=UTC)
GONE = "jane.roe1@example.org"


def settings(folder: Path, path: str) -> Config:
    channel = f'[[alerts.channel]]\nname = "file"\nkind = "jsonl"\npath = "{path}"\nkinds = ["finding"]\n'
    return config_of(folder, channel + 'values = "full"\n')


def send(config: Config, at: datetime = NOW) -> ChannelResult:
    return asyncio.run(alert_round(config, who="jane", command="scan", clock=clock_at(at)))[0]


def values(path: Path) -> set[str]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {found["value"] for line in lines for found in json.loads(line)["findings"]}


async def forget(index: Index) -> None:
    await index.forget(forgetting(GONE))


async def restrict(index: Index) -> None:
    await index.forget(forgetting(GONE, restrict=True))


async def purge(index: Index) -> None:
    rule = KeptRule(KeepKind.FINDINGS, Period(1, Unit.DAYS), datetime(2100, 1, 1, tzinfo=UTC))
    async for _ in index.purge_old(PurgeBounds(Limits((rule,)), {}, {})):
        pass


def change(config: Config, work: object) -> None:
    async def do() -> None:
        async with opened_index(config) as index:
            await work(index)  # type: ignore[operator]

    asyncio.run(do())


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize(("work", "left"), [(forget, 2), (restrict, 2), (purge, 0)])
def test_what_is_gone_or_hidden_is_not_sent(tmp_path: Path, begun: bool, work: object, left: int) -> None:
    """`begun`: the message was tried once before the person went."""
    an_index(tmp_path / "ctscan.db", 0, 1, 2)
    if begun:
        assert send(settings(tmp_path, f"{tmp_path}/none/file")).reason is not None
    config = settings(tmp_path, f"{tmp_path}/file.jsonl")
    change(config, work)
    result = send(config, NOW + timedelta(hours=1))
    assert (result.delivered, result.reason) == (left, None)
    found = values(tmp_path / "file.jsonl")
    assert GONE not in found
    assert ("jane.roe0@example.org" in found) is (left > 0)
