"""The connection to crt.sh's database: the data it sends, its reaction to faults, and its error messages."""

from __future__ import annotations

import asyncio
import os
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.asking import Asked
from support.patience import FakeTime
from support.postgres import CrtshDatabase

from ctscan.errors import BadAnswer, Refused, SourceError, UsageError
from ctscan.http.client import Client
from ctscan.model import Question
from ctscan.sources.repositories import SourceOptions
from ctscan.sources.repositories.crtsh_sql import URL, CrtshSql
from ctscan.sources.repositories.crtsh_sql.limits import Limits
from ctscan.sources.repositories.crtsh_sql.sql_session import Session, Statement, TooLong, conninfo
from ctscan.sources.repositories.crtsh_sql.validity_ranges import Range

pytest.importorskip("psycopg", reason="the extra 'postgres' isn't installed")

ADDRESS = "jane@example.org"
CANCEL = "SELECT pg_cancel_backend(pid) FROM listing"
TERMINATE = "SELECT pg_terminate_backend(pid) FROM listing"


def options(url: str, time: FakeTime | None = None) -> SourceOptions:
    client = Client(transport=httpx.MockTransport(lambda request: httpx.Response(500)))
    return SourceOptions(client, url=url, sleep=(time or FakeTime()).sleep)


def ask(url: str, limits: Limits | None = None, time: FakeTime | None = None) -> Asked:
    return asyncio.run(Asked().search(CrtshSql(options(url, time), limits), "email", ADDRESS))


def hold(database: CrtshDatabase, id: int, *, not_after: str = "2026-05-05", seconds: float = 0.0) -> None:
    database.hold(id, [("san:rfc822Name", ADDRESS)], not_after=not_after, seconds=seconds)


# --- a real server, disturbed ----------------------------------------------------------------------------------------


async def until(database: CrtshDatabase, statement: str, expected: bool = True) -> None:
    """Wait until a statement returns rows or, if not `expected`, no rows."""
    async with asyncio.timeout(20):
        while bool(database.admin.execute(statement).fetchall()) != expected:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("how", [CANCEL, TERMINATE])
def test_statement_that_the_server_ends_is_asked_again(certwatch: CrtshDatabase, how: str) -> None:
    hold(certwatch, 1, seconds=30)
    time, told = FakeTime(), list[str]()

    async def disturb() -> None:
        await until(certwatch, "TABLE listing")
        certwatch.admin.execute("UPDATE fixture SET seconds = 0")
        certwatch.admin.execute(how)

    async def search() -> Asked:
        client = options(certwatch.url).client
        source = CrtshSql(SourceOptions(client, url=certwatch.url, sleep=time.sleep, progress=told.append))
        asked, _ = await asyncio.gather(Asked().search(source, "email", ADDRESS), disturb())
        return asked

    asked = asyncio.run(search())
    assert (asked.references, asked.incomplete_reasons) == ([1], [])
    assert time.naps == [2.0, 2.0, 2.0, 2.0]  # the pace, the wait after the failure, the pace
    assert any("asking again" in line for line in told)
    assert not any(ADDRESS in line for line in told)


def test_search_that_is_disturbed_gives_the_same_in_the_end(certwatch: CrtshDatabase) -> None:
    for id in range(1, 41):
        hold(certwatch, id, not_after=f"{2010 + id % 25}-0{1 + id % 9}-01", seconds=0.005)
    limits = Limits(rows=9, batch=4)
    undisturbed = ask(certwatch.url, limits)

    ended = []

    async def disturb() -> None:
        for end in (CANCEL, TERMINATE) * 2:  # fewer times than a statement is tried
            await until(certwatch, end)
            ended.append(end)

    async def search() -> Asked:
        disturbing = asyncio.create_task(disturb())
        asked = await Asked().search(CrtshSql(options(certwatch.url), limits), "email", ADDRESS)
        disturbing.cancel()
        await asyncio.gather(disturbing, return_exceptions=True)
        return asked

    disturbed = asyncio.run(search())
    assert len(ended) == 4
    assert undisturbed.references == list(range(1, 41))
    assert (disturbed.references, disturbed.incomplete_reasons) == (undisturbed.references, [])
    assert {entry.der for entry in disturbed.entries} == {entry.der for entry in undisturbed.entries}


def test_connection_that_goes_between_statements_is_made_anew(certwatch: CrtshDatabase) -> None:
    async def search() -> Asked:
        source = CrtshSql(options(certwatch.url))
        await Asked().search(Kept(source), "email", ADDRESS)
        certwatch.admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'guest'")
        hold(certwatch, 1)
        return await Asked().search(source, "email", ADDRESS)

    assert asyncio.run(search()).references == [1]


class Kept:
    """Source that stays open for the next search."""

    def __init__(self, source: CrtshSql) -> None:
        self.repository, self.search = source.repository, source.search

    async def aclose(self) -> None:
        """Do nothing: the next search needs the source."""


def test_statement_that_takes_too_long_is_halved_and_what_remains_is_named(certwatch: CrtshDatabase) -> None:
    hold(certwatch, 1, not_after="2026-05-05", seconds=30)
    hold(certwatch, 2, not_after="2019-01-01")
    hold(certwatch, 3, not_after="2026-07-01")
    asked = ask(certwatch.url, Limits(seconds=0.25))
    assert asked.references == [2, 3]
    (reason,) = asked.incomplete_reasons
    assert reason.startswith("certificates with an end of validity in 2026-04-01/2026-07-01 could not be listed: ")
    assert reason.endswith("no answer within 0.25 s")


def test_we_hang_up_ourselves_where_the_timeout_of_the_server_is_lost(certwatch: CrtshDatabase) -> None:
    async def wait() -> None:
        session = Session(certwatch.url, options(certwatch.url), 1.0, Limits(seconds=60, slack=-59.7))
        try:
            await session.rows(Statement("SELECT 1 FROM pg_sleep(30)", {}, ((int,),), 1, 0))
        finally:
            await until(certwatch, "SELECT 1 FROM pg_stat_activity WHERE usename = 'guest'", expected=False)

    with pytest.raises(TooLong):
        asyncio.run(wait())


def test_search_that_is_abandoned_leaves_no_statement_behind(certwatch: CrtshDatabase) -> None:
    hold(certwatch, 1, seconds=30)

    async def search() -> None:
        task = asyncio.create_task(Asked().search(CrtshSql(options(certwatch.url)), "email", ADDRESS))
        await until(certwatch, "TABLE listing")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(certwatch, "SELECT 1 FROM pg_stat_activity WHERE usename = 'guest'", expected=False)

    asyncio.run(search())


def test_a_statement_that_keeps_failing_makes_the_search_incomplete_after_the_first_answer(
    certwatch: CrtshDatabase,
) -> None:
    hold(certwatch, 1)
    certwatch.admin.execute("ALTER TABLE ct_log RENAME TO moved")
    certwatch.admin.execute("CREATE VIEW ct_log AS SELECT 1 / 0 AS id, ''::text AS url")
    certwatch.admin.execute("GRANT SELECT ON ct_log TO guest")
    certwatch.admin.execute("INSERT INTO moved VALUES (1, 'https://log.example')")
    certwatch.admin.execute("INSERT INTO ct_log_entry VALUES (1, 1, '2026-01-01', 1)")
    try:
        asked = ask(certwatch.url)
    finally:
        certwatch.admin.execute("DROP VIEW ct_log")
        certwatch.admin.execute("ALTER TABLE moved RENAME TO ct_log")
    assert asked.entries == []
    (reason,) = asked.incomplete_reasons
    assert reason.startswith("1 certificate could not be fetched: ")
    assert "SQLSTATE 22012" in reason


DEEP = "can't be read|rows of other types"
"""Of arrays in arrays some versions of Python give up the reading, others read all."""

WORDS = "SELECT repeat('x', 10) FROM generate_series(1, 5)"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (Statement(WORDS, {}, ((str,),), 4, 50), "expected at most 4 rows"),
        (Statement(WORDS, {}, ((str,),), 5, 49), "49 bytes, got more"),
        (Statement(WORDS, {}, ((int,),), 5, 50), "rows of other types"),
        (Statement("SELECT 'x', 1", {}, ((str,),), 5, 50), "rows of other types"),
        (Statement("SELECT 'infinity'::date", {}, ((str,),), 5, 50), r"\(DataError\)"),
        (Statement("SELECT 1 / 0", {}, ((int,),), 5, 50), "SQLSTATE 22012"),
        (Statement("SELECT (repeat('[', 3000) || repeat(']', 3000))::json", {}, ((str,),), 5, 50), DEEP),
    ],
)
def test_answers_of_other_shapes_are_refused(certwatch: CrtshDatabase, statement: Statement, told: str) -> None:
    async def rows() -> object:
        session = Session(certwatch.url, options(certwatch.url), 1.0, Limits())
        try:
            assert len(await session.rows(Statement(WORDS, {}, ((str,),), 5, 50))) == 5
            return await session.rows(statement)
        finally:
            await session.aclose()

    with pytest.raises(BadAnswer, match=told):
        asyncio.run(rows())


# --- a fake server that records the startup packet -------------------------------------------------------------------


@dataclass
class Pooler:
    """Fake pooler that refuses TLS, reads the startup packet, sends the scripted answer and closes the connection."""

    answer: bytes
    startups: list[dict[str, str]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            (length,) = struct.unpack("!i", await reader.readexactly(4))
            packet = await reader.readexactly(length - 4)
            while packet[:4] != struct.pack("!HH", 3, 0) and packet[:4] != struct.pack("!HH", 3, 2):
                writer.write(b"N")  # neither TLS nor GSSAPI
                (length,) = struct.unpack("!i", await reader.readexactly(4))
                packet = await reader.readexactly(length - 4)
            words = packet[4:].decode().split("\0")
            self.startups.append({key: value for key, value in zip(words[::2], words[1::2], strict=False) if key})
            writer.write(self.answer)
            await writer.drain()
        finally:
            writer.close()


def fatal(state: str, said: str) -> bytes:
    fields = b"".join(kind + text.encode() + b"\0" for kind, text in ((b"S", "FATAL"), (b"C", state), (b"M", said)))
    return b"E" + struct.pack("!i", len(fields) + 5) + fields + b"\0"


@asynccontextmanager
async def listening(pooler: Pooler) -> AsyncIterator[str]:
    server = await asyncio.start_server(pooler.serve, "127.0.0.1", 0)
    async with server:
        yield f"postgresql://guest@127.0.0.1:{server.sockets[0].getsockname()[1]}/certwatch"


def against(pooler: Pooler, work: Callable[[str], Awaitable[object]]) -> None:
    async def run() -> None:
        async with listening(pooler) as url:
            await work(url)

    asyncio.run(run())


def test_startup_packet_holds_nothing_that_a_pooler_does_not_know() -> None:
    """Run in a process whose environment would make libpq send more parameters and ask another server."""
    pooler = Pooler(fatal("08P01", "unsupported startup parameter: statement_timeout"))
    program = (
        "import asyncio, sys, httpx\n"
        "sys.path.insert(0, sys.argv[2])\n"
        "from sources.repositories.test_crtsh_sql_session import ask\n"
        "from ctscan.errors import Refused\n"
        "try:\n    ask(sys.argv[1])\n"
        "except Refused as error:\n    print(error)\n"
    )
    odd = {"PGOPTIONS": "-c statement_timeout=1", "PGHOSTADDR": "192.0.2.1", "PGCLIENTENCODING": "LATIN1"}
    odd |= {"PGAPPNAME": "other", "PGUSER": "other", "PGDATABASE": "other"}

    async def work(url: str) -> None:
        tests = Path(__file__).parents[2]
        command = [sys.executable, "-c", program, url, str(tests)]
        done = await asyncio.to_thread(
            subprocess.run, command, env=os.environ | odd, capture_output=True, text=True, cwd=tests.parent
        )
        assert "a pooler refuses a parameter of the connection" in done.stdout, done.stderr

    against(pooler, work)
    expected = {"user": "guest", "database": "certwatch", "application_name": "ctscan", "client_encoding": "UTF8"}
    assert pooler.startups == [expected]


@pytest.mark.parametrize(
    ("state", "said", "kind", "told", "times"),
    [
        ("28P01", f'password authentication failed for "{ADDRESS}"', Refused, "refuses the user or the password", 1),
        ("3D000", f'database "{ADDRESS}" does not exist', Refused, "has no such database", 1),
        ("57P03", "the database system is starting up, in recovery", SourceError, "recovering, 3 times in a row", 3),
        ("53300", "sorry, too many clients already", SourceError, "too many connections, 3 times in a row", 3),
        ("XX000", ADDRESS, SourceError, "the connection failed, 3 times in a row", 3),
    ],
)
def test_refusals_at_connection_time(state: str, said: str, kind: type[SourceError], told: str, times: int) -> None:
    pooler = Pooler(fatal(state, said))

    async def work(url: str) -> None:
        with pytest.raises(kind, match=told) as failed:
            await Asked().search(CrtshSql(options(url), Limits(attempts=3)), "email", ADDRESS)
        assert ADDRESS not in str(failed.value)

    against(pooler, work)
    assert len(pooler.startups) == times


def test_server_that_is_not_there_is_asked_a_few_times_with_growing_waits() -> None:
    time = FakeTime()

    async def search() -> None:
        async with listening(Pooler(b"")) as url:
            closed = url
        await Asked().search(CrtshSql(options(closed, time)), "email", ADDRESS)

    with pytest.raises(SourceError, match=r"127\.0\.0\.1:\d+: the connection was refused, 5 times in a row; try again"):
        asyncio.run(search())
    assert time.naps == [2.0, 4.0, 8.0, 16.0]


def test_another_protocol_is_reported() -> None:
    async def work(url: str) -> None:
        with pytest.raises(SourceError, match="2 times in a row"):
            await Asked().search(CrtshSql(options(url), Limits(attempts=2)), "email", ADDRESS)

    against(Pooler(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 100), work)


# --- addresses -------------------------------------------------------------------------------------------------------


def test_address_of_crtsh_gives_the_parameters_of_the_connection() -> None:
    given = conninfo(URL)
    assert (given["host"], given["port"], given["dbname"], given["user"]) == ("crt.sh", "5432", "certwatch", "guest")
    assert (given["sslmode"], given["options"]) == ("prefer", "")


def test_address_can_ask_for_tls_but_not_for_options() -> None:
    given = conninfo("postgres://me:secret@db.example/mirror?sslmode=verify-full&options=-c%20statement_timeout%3D1")
    assert (given["sslmode"], given["options"], given["password"], given["port"]) == (
        "verify-full",
        "",
        "secret",
        "5432",
    )


@pytest.mark.parametrize("url", ["https://crt.sh/", "postgresql://", "postgresql://me:secret@h:x?y=z", "crt.sh"])
def test_anything_else_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(UsageError, match="expected a URL such as postgresql://guest@") as refused:
        CrtshSql(options(url))
    assert "secret" not in str(refused.value)


def test_without_psycopg_the_message_names_the_package() -> None:
    program = (
        "import sys\n"
        "sys.modules['psycopg'] = None\n"
        "from ctscan.errors import UsageError\n"
        "from ctscan.http.client import Client\n"
        "from ctscan.sources.repositories import SourceOptions, open_repository\n"
        "try:\n    open_repository('crt.sh-sql', SourceOptions(Client()))\n"
        "except UsageError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "pip install 'ctscan[postgres]'" in done.stdout


# --- halving ---------------------------------------------------------------------------------------------------------

TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001 - as the server keeps them


@given(st.lists(TIMES, min_size=1, max_size=50))
def test_both_halves_hold_a_time_seen(seen: list[datetime]) -> None:
    halves = Range().halved(seen)
    if halves is None:
        assert len(set(seen)) == 1
        return
    later, earlier = halves
    assert later.low == earlier.high is not None
    assert {time >= later.low for time in seen} == {True, False}


@given(TIMES, TIMES)
def test_halving_by_calendar_comes_to_an_end_without_a_gap(one: datetime, other: datetime) -> None:
    whole = Range(min(one, other), max(one, other))
    waiting, leaves = [whole], list[Range]()
    for _ in range(2000):
        if not waiting:
            break
        within = waiting.pop()
        halves = within.halved_by_calendar()
        leaves += [within] if halves is None else []
        waiting += halves or ()
    assert waiting == []
    leaves.sort(key=lambda leaf: (leaf.low, leaf.high))
    assert (leaves[0].low, leaves[-1].high) == (whole.low, whole.high)
    assert all(left.high == right.low for left, right in pairwise(leaves))


def test_question_names_its_kind_only() -> None:
    async def search() -> None:
        async for _ in CrtshSql(options(URL)).search(Question("number", "36805280109"), None, None):  # type: ignore[arg-type]
            raise AssertionError

    with pytest.raises(UsageError) as refused:
        asyncio.run(search())
    assert "36805280109" not in str(refused.value)
