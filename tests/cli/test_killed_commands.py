"""kill -9 while `search` or `status --refresh` ask: nothing left this machine unrecorded, the next command ends the
intent of the killed one, and repeating it ends as an undisturbed one does."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support import forked
from support.asgi import served
from support.ca_server import CaServer
from support.cli import ROOT, command
from support.fake_crtsh import FakeCrtsh, held
from support.forked import Forked
from support.refreshing import GOOD, REVOKED, World
from support.repositories import kept_rows, mailbox, named
from support.revoking import make_ca, make_crl, make_ocsp, revoked, single

from ctscan.index.open import open_trail
from ctscan.model import AuditAction, AuditEvent, AuditState

TODAY = datetime.now(UTC).replace(microsecond=0)
SLOWLY = 0.03
"""Seconds that a server takes for an answer, so that there is a time in which the one who asked can be killed."""


@dataclass
class Command:
    """Command that asks servers, and the record of what it sent."""

    db: Path
    words: list[str]
    action: AuditAction
    asked: list[str]
    disclosed: Callable[[list[str]], int]
    """Number of disclosures that are due before these requests are sent."""
    rows: Callable[[Path], object]
    before: int = field(default=0)

    def start(self) -> Forked:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CTSCAN_")}
        paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
        return forked.popen(
            self.words, cwd=self.db.parent, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env={**environment, "PYTHONPATH": paths},
        )  # fmt: skip

    def run(self) -> float:
        """Run it undisturbed; returns the seconds that it took."""
        began = time.monotonic()
        with self.start() as process:
            assert process.stderr is not None
            said = process.stderr.read()
            assert process.wait(60) == 0, said
        return time.monotonic() - began

    def kill(self, is_time: Callable[[float], bool]) -> None:
        """Kill it when it is time, or let it end before; then check what it left."""
        known, self.before = len(events(self.db)), len(self.asked)
        with self.start() as process:
            began = time.monotonic()
            while process.poll() is None and not is_time(time.monotonic() - began):
                time.sleep(0.002)
            process.kill()
        time.sleep(2 * SLOWLY)  # a request that was sent is heard
        self.check(events(self.db)[known:])

    def check(self, written: list[AuditEvent]) -> None:
        """Check that all that was sent is recorded, in the trail and in the index."""
        sent = self.asked[self.before :]
        intents = [event for event in written if (event.action, event.state) == (self.action, AuditState.INTENDED)]
        disclosures = [event for event in written if event.action == AuditAction.DISCLOSURE]
        assert len(intents) == 1 or not sent
        assert len(disclosures) >= self.disclosed(sent)
        if self.db.exists():
            with closing(sqlite3.connect(self.db)) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                recorded = {str(row[0]) for row in connection.execute("SELECT id FROM disclosure")}
            assert {event.detail for event in disclosures} <= recorded


def events(db: Path) -> list[AuditEvent]:
    """List the events of the trail, oldest first."""
    trail = db.with_name(f"{db.name}.audit")
    if not trail.exists() or not trail.stat().st_size:
        return []

    async def work() -> list[AuditEvent]:
        async with await open_trail(trail, create=True) as opened:
            return (await opened.events(10_000))[::-1]

    return asyncio.run(work())


def assert_intents_ended(db: Path, action: AuditAction) -> None:
    """Check that each intent has one end: the last is done, and those that were killed are interrupted."""
    found = events(db)
    ends = {event.intent: event.state for event in found if event.intent is not None}
    intents = [event.id for event in found if (event.action, event.state) == (action, AuditState.INTENDED)]
    assert sorted(ends) == intents and len([e for e in found if e.intent is not None]) == len(intents)
    assert ends[intents[-1]] == AuditState.DONE
    assert {ends[intent] for intent in intents[:-1]} <= {AuditState.INTERRUPTED, AuditState.DONE}
    assert AuditState.INTERRUPTED in ends.values()


def kill_and_repeat(calm: Command, disturbed: Command, kills: int) -> None:
    """Kill a command again and again; the last time it runs to its end, and leaves what the undisturbed one left.

    The first kills strike when so many requests were sent; where there are many, the others strike at random moments.
    """
    whole = calm.run()
    total, chance = len(calm.asked), random.Random(20261130)
    for number in range(kills):
        if number < 3:
            wanted = len(disturbed.asked) + 1 + number * (total - 1) // 3
            disturbed.kill(lambda _, wanted=wanted: len(disturbed.asked) >= wanted)  # type: ignore[misc]
        else:
            moment = whole * chance.uniform(0.2, 1.0)
            disturbed.kill(lambda passed, moment=moment: passed >= moment)  # type: ignore[misc]
    disturbed.run()
    assert disturbed.rows(disturbed.db) == calm.rows(calm.db)
    assert_intents_ended(disturbed.db, disturbed.action)


MANY = pytest.param(40, marks=pytest.mark.long)


# --- search --------------------------------------------------------------------------------------------------------


@contextmanager
def searching(folder: Path) -> Iterator[Command]:
    """Give a search for an address and a name, and a crt.sh of its own."""
    folder.mkdir()
    addresses = [held(mailbox(str(n), "jane@example.org").der, id=n) for n in range(1, 7)]
    crtsh = FakeCrtsh([*addresses, held(named("n", "Jane", "Roe").der, id=20)])

    async def slow(scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
        await asyncio.sleep(SLOWLY)
        await crtsh(scope, receive, send)

    with served(slow) as url:
        settings = f'purpose = "case 17"\n[tuning."crt.sh"]\nurl = "{url}"\nrate = 1000.0\n'
        (folder / "ctscan.toml").write_text(settings, encoding="utf-8")
        yield Command(
            db=folder / "ctscan.db",
            words=command("search", "jane@example.org", "Jane Roe", "--yes"),
            action=AuditAction.SEARCH,
            asked=crtsh.asked,
            disclosed=lambda sent: min(1, len(sent)) + any("Roe" in query for query in sent),
            rows=kept_rows,
        )


@pytest.mark.parametrize("kills", [3, MANY])
def test_a_killed_search_sent_nothing_unrecorded_and_its_repetition_ends_as_an_undisturbed_one(
    kills: int, tmp_path: Path
) -> None:
    with searching(tmp_path / "calm") as calm, searching(tmp_path / "db") as disturbed:
        kill_and_repeat(calm, disturbed, kills)
        assert any("Roe" in query for query in calm.asked)
    states = _states_of_searches(tmp_path / "db" / "ctscan.db")
    assert states[-2:] == ["whole", "whole"]


def _states_of_searches(db: Path) -> list[str]:
    with closing(sqlite3.connect(db)) as connection:
        return [str(row[0]) for row in connection.execute("SELECT outcome FROM search ORDER BY id")]


# --- status --refresh ----------------------------------------------------------------------------------------------

CA = make_ca("issuing")


@contextmanager
def refreshing(folder: Path) -> Iterator[Command]:
    """Give a refresh of six certificates by three CRLs, of four by two OCSP responders, and servers of their own."""
    folder.mkdir()
    with CaServer(delay=SLOWLY) as server:
        at = {"not_before": TODAY - timedelta(days=9), "not_after": TODAY + timedelta(days=90)}
        dates = {"this_update": TODAY - timedelta(hours=1), "next_update": TODAY + timedelta(days=5)}
        ders = []
        for serial in range(1, 7):
            name = f"{serial % 3}.crl"
            server.answers[f"/{name}"] = make_crl(CA, [revoked(1, reason=1), revoked(2)], **dates)  # type: ignore[arg-type]
            ders.append(CA.issue(serial, crls=[f"http://crl.example.net:{server.port}/{name}"], **at))  # type: ignore[arg-type]
        for serial in range(7, 11):
            url = f"http://ocsp{serial % 2}.example.net:{server.port}/{serial}"
            state = "revoked" if serial == 7 else "good"
            server.answers[f"/{serial}"] = make_ocsp(
                CA,
                [single(CA, serial, state, **dates)],
                produced_at=dates["this_update"],  # type: ignore[arg-type]
            )
            ders.append(CA.issue(serial, ocsp=url, **at))  # type: ignore[arg-type]
        World(folder).keep(*ders)
        yield Command(
            db=folder / "db",
            words=[sys.executable, "-m", "support.refresh_process", str(folder / "db"), str(server.port), "ocsp"],
            action=AuditAction.REFRESH,
            asked=server.asked,
            disclosed=lambda sent: len({one.partition("/")[0] for one in sent if one.startswith("ocsp")}),
            rows=_answers_of_cas,
        )


def _answers_of_cas(db: Path) -> object:
    """Read what is known of each certificate, and the number of kept CRLs, without the moment of each question."""
    said = [[(r.source, r.state, r.reason, r.why) for r in one.revocations] for one in World(db.parent).kept()]
    with closing(sqlite3.connect(db)) as connection:
        return said, connection.execute("SELECT count(*) FROM crl").fetchone()


@pytest.mark.parametrize("kills", [3, MANY])
def test_a_killed_refresh_sent_nothing_unrecorded_and_its_repetition_ends_as_an_undisturbed_one(
    kills: int, tmp_path: Path
) -> None:
    with refreshing(tmp_path / "calm") as calm, refreshing(tmp_path / "db") as disturbed:
        kill_and_repeat(calm, disturbed, kills)
        assert len({one.partition("/")[0] for one in calm.asked}) == 3
    states = [{r.source: r.state for r in one.revocations} for one in World(tmp_path / "db").kept()]
    assert [one["CRL"] for one in states[:6]] == [REVOKED, REVOKED, *[GOOD] * 4]
    assert [one["OCSP"] for one in states[6:]] == [REVOKED, *[GOOD] * 3]
