"""The worker of an import: the record at each kind of end. The tests of `ctscan import` cover the kept certificates."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Iterator
from contextlib import chdir, closing
from datetime import UTC, datetime, timedelta
from functools import wraps
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from support.certs import EMAIL_PROTECTION, make_certificate

from ctscan.clock import Clock
from ctscan.collect.file_import import PATIENCE, PORTION, ImportRequest, reference_of, run_import
from ctscan.errors import IndexFault
from ctscan.index.open import open_index
from ctscan.model import Problem, Search
from ctscan.model.results import ImportResult
from ctscan.personal.scope import Scope
from ctscan.sources.files import Input

AT = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
REQUEST = ImportRequest(Scope(everything=True), "jane", "a test")


def inputs() -> Iterator[Input]:
    """Yield certificates of invented people without end."""
    for i in count(1):
        der = make_certificate([], [("email", f"jane{i}@example.org")], eku=(EMAIL_PROTECTION,), serial=i)
        yield Input(f"people.jsonl:{i}", der, file="people.jsonl")


def damaged(after: int) -> Iterator[Input]:
    for _, found in zip(range(after), inputs(), strict=False):
        yield found
    raise RuntimeError("an error of our own")


def in_a_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run a coroutine test in an event loop."""

    @wraps(test)
    def run(*arguments: Any, **named: Any) -> None:
        asyncio.run(test(*arguments, **named))

    return run


class Seconds:
    """Clock that advances by `step` at each reading."""

    def __init__(self, step: float = 0.0) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def clock(step: float = 0.0) -> Clock:
    moments = (AT + timedelta(seconds=i) for i in count())
    return Clock(now=lambda: next(moments), monotonic=Seconds(step))


@in_a_loop
async def test_a_stopped_import_keeps_its_certificates(tmp_path: Path) -> None:
    stop = asyncio.Event()

    def told(tally: ImportResult, problems: tuple[Problem, ...]) -> None:
        if tally.read >= 2 * PORTION:
            stop.set()

    async with await open_index(tmp_path / "kept.db", create=True) as index:
        tally = await run_import(index, inputs(), REQUEST, told, stop, clock())
        (search,) = await index.newest_searches(9)
        counts = await index.counts()
    assert (tally.outcome, tally.exit_code, tally.read, tally.new) == ("interrupted", 1, 2 * PORTION, 2 * PORTION)
    assert (search.outcome, search.results, search.certificates) == ("interrupted", 2 * PORTION, 2 * PORTION)
    assert (search.started, search.ended) == (AT, AT + timedelta(seconds=1))
    assert counts["certificates"] == 2 * PORTION


@in_a_loop
async def test_a_portion_is_kept_when_it_took_long(tmp_path: Path) -> None:
    stop, portions = asyncio.Event(), []

    def told(tally: ImportResult, problems: tuple[Problem, ...]) -> None:
        portions.append(tally.read)
        if len(portions) == 3:
            stop.set()

    async with await open_index(tmp_path / "kept.db", create=True) as index:
        await run_import(index, inputs(), REQUEST, told, stop, clock(PATIENCE / 4))
    assert portions == [5, 10, 15]


async def ended(path: Path) -> Search:
    async with await open_index(path, create=False) as index:
        (search,) = await index.newest_searches(9)
        return search


@in_a_loop
async def test_an_error_is_recorded_as_the_end(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    async with await open_index(path, create=True) as index:
        with pytest.raises(RuntimeError):
            await run_import(index, damaged(PORTION + 1), REQUEST, lambda *_: None, asyncio.Event(), clock())
    search = await ended(path)
    assert (search.outcome, search.certificates) == ("failed", PORTION)


@in_a_loop
async def test_being_cancelled_is_recorded_as_the_end(tmp_path: Path) -> None:
    path, begun = tmp_path / "kept.db", asyncio.Event()
    async with await open_index(path, create=True) as index:
        work = run_import(index, inputs(), REQUEST, lambda *_: begun.set(), asyncio.Event(), clock())
        task = asyncio.create_task(work)
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert (await ended(path)).outcome == "interrupted"


@in_a_loop
async def test_an_index_fault_is_raised_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"

    def lose_the_record(tally: ImportResult, problems: tuple[Problem, ...]) -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("DELETE FROM search")

    async with await open_index(path, create=True) as index:
        with pytest.raises(IndexFault):
            await run_import(index, inputs(), REQUEST, lose_the_record, asyncio.Event(), clock())


@pytest.mark.parametrize(
    ("read", "kept", "problems", "outcome", "code"),
    [
        (1, 0, 0, "whole", 0),
        (1, 1, 1, "incomplete", 4),
        (0, 1, 1, "incomplete", 4),
        (0, 0, 1, "incomplete", 1),
        (1, 1, 0, "interrupted", 1),
        (1, 1, 0, "failed", 1),
    ],
)
def test_exit_codes(read: int, kept: int, problems: int, outcome: str, code: int) -> None:
    assert ImportResult(read=read, kept=kept, problems=problems, outcome=outcome).exit_code == code


def test_references_last(tmp_path: Path) -> None:
    with chdir(tmp_path):
        assert reference_of("a.pem#2", b"x") == f"{tmp_path}/a.pem#2 (SHA-256 2d711642b726b044)"
    assert reference_of("/a.zip!b", b"x") == "/a.zip!b (SHA-256 2d711642b726b044)"
    assert reference_of("-:17", b"x") == "-:17 (SHA-256 2d711642b726b044)"
    assert reference_of("-a.pem", b"x").startswith(f"{Path.cwd()}/-a.pem ")
