"""Tests that a search names its person to the repository alone: after any answer of the repository, at the most verbose
level, progress, log lines and records hold no name or address. Only the URL of a confirmed search may."""

from __future__ import annotations

import asyncio
import io
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus, unquote_plus

import pytest
from support.asgi import served
from support.cli import process
from support.fake_crtsh import FAULTS, FakeCrtsh, held
from support.patience import FakeTime
from support.repositories import mailbox, named

from ctscan.cli.logging import set_up
from ctscan.cli.search_progress import SearchProgress
from ctscan.collect.questions import plan_questions, plan_scope_questions
from ctscan.collect.search import OpenSource, SearchRequest, run_search
from ctscan.errors import EXIT_CODES
from ctscan.http.client import Client
from ctscan.index.open import open_index
from ctscan.model.results import SearchResults
from ctscan.personal.identifiers import parse_identifier
from ctscan.privacy.redaction import safe_traceback
from ctscan.sources.repositories import SourceOptions, open_repository

ADDRESS, NAME = "zuzanna.k@example.org", "Zuzanna Kowalczykowa"
SECRET = ["zuzanna", "kowalczykowa", "kowalczykowá"]
RECORDS = ("search", "disclosure", "rule_set", "run")


def holding(broken: Callable[[str], str | None] = lambda _: None) -> FakeCrtsh:
    certificates = [
        held(mailbox("1", ADDRESS).der, id=11),
        held(mailbox("2", f"mary-{ADDRESS}").der, id=12),
        held(named("3", *NAME.split()).der, id=13),
    ]
    return FakeCrtsh(certificates, broken=broken)


def assert_silent(said: str, where: str) -> None:
    text = unquote_plus(said).casefold()
    for secret in SECRET:
        for spelling in (secret, secret.encode("unicode_escape").decode(), quote(secret), quote_plus(secret)):
            assert spelling.casefold() not in text, f"{where} says {spelling!r}"


def assert_records_are_silent(db: Path) -> None:
    with sqlite3.connect(db) as connection:
        for table in RECORDS:
            assert_silent(repr(connection.execute(f"SELECT * FROM {table}").fetchall()), table)  # noqa: S608
        assert connection.execute("SELECT count(*) FROM disclosure").fetchone() != (0,)
    connection.close()


# --- every failure, at the worker -----------------------------------------------------------------------------------


def searched(db: Path, app: FakeCrtsh, request: SearchRequest) -> tuple[SearchResults, str]:
    """Search the fake, and return the results and the command line's progress and log lines."""
    said, time = io.StringIO(), FakeTime()
    set_up(2, {}, said)
    shown = SearchProgress(said, clock=time.clock)
    client = Client(
        "ct@example.org",
        transport=app.transport,
        clock=time.clock,
        wall=time.wall,
        sleep=time.sleep,
        random=lambda: 0.5,
    )

    async def run() -> SearchResults:
        async with await open_index(db, create=True) as index:
            source = open_repository("crt.sh", SourceOptions(client, sleep=time.sleep, progress=shown.doing))
            try:
                return await run_search(index, [OpenSource(source, "crt.sh")], request, shown, asyncio.Event())
            finally:
                await source.aclose()
                await client.aclose()

    return asyncio.run(run()), said.getvalue()


@pytest.mark.parametrize("fault", [*FAULTS, None])
def test_whatever_a_repository_answers(tmp_path: Path, fault: str | None) -> None:
    everything = tuple(
        one for text in (ADDRESS, NAME, "@example.org") for one in plan_questions(parse_identifier(text))
    )
    request = SearchRequest(everything, "tester", "case 17")
    for of in ("", "d="):  # all requests, or only requests for certificates
        app, db = holding(lambda query, of=of: fault if query.startswith(of) else None), tmp_path / f"db{of}"  # type: ignore[misc]
        outcome, said = searched(db, app, request)
        assert len(outcome.searches) == 3
        assert '"search ended"' in said
        assert any("zuzanna" in query for query in app.asked)  # else the test would prove nothing
        assert not any("zuzanna" in agent for agent in app.user_agents)
        assert_silent(said, f"a search that meets {fault}")
        assert_silent(repr(outcome), "its outcome")
        assert_records_are_silent(db)


def test_a_scope_with_people(tmp_path: Path) -> None:
    request = SearchRequest(
        tuple(plan_scope_questions(("example.net", ADDRESS))), "tester", "audit", "scan --repository"
    )
    outcome, said = searched(tmp_path / "db", holding(), request)
    assert [search.outcome for search in outcome.searches] == ["whole", "whole"]
    assert_silent(said, "a scan of a repository")
    assert_records_are_silent(tmp_path / "db")


def test_a_bug_in_a_source(tmp_path: Path) -> None:
    class Broken(FakeCrtsh):
        async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def]
            raise ValueError(f"{scope['query_string']!r}: {ADDRESS} {NAME}")

    asked = (*plan_questions(parse_identifier(ADDRESS)), *plan_questions(parse_identifier(NAME)))
    request = SearchRequest(asked, "t", "case")
    outcome, said = searched(tmp_path / "db", Broken(), request)
    assert {search.outcome for search in outcome.searches} == {"failed"}
    assert_silent(said, "a failure")
    assert_records_are_silent(tmp_path / "db")
    try:
        raise ValueError(ADDRESS)
    except ValueError as error:
        assert_silent(safe_traceback(error), "a traceback")


# --- the whole program ----------------------------------------------------------------------------------------------


def configured(directory: Path, url: str) -> None:
    text = f'purpose = "case 17"\nscope = ["{ADDRESS}"]\nsearch_people = true\n[tuning."crt.sh"]\nurl = "{url}"\n'
    (directory / "ctscan.toml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("fault", [None, "blocked"])
def test_the_program_says_nothing_but_the_answer(tmp_path: Path, fault: str | None) -> None:
    app = holding(lambda _: fault)
    with served(app) as url:
        configured(tmp_path, url)
        for arguments in (("search", ADDRESS), ("search", NAME)):
            refused = process(*arguments, "-vv", cwd=tmp_path)
            assert (refused.returncode, refused.stdout, app.requests) == (2, b"", 0)
            assert_silent(refused.stderr.decode(), "a search that isn't agreed to")
        runs = [
            process("search", ADDRESS, NAME, "--yes", "-vv", cwd=tmp_path),
            process("search", "-", "--yes", "-vv", cwd=tmp_path, stdin=f"{NAME}\n".encode()),
            process("scan", "--repository", "crt.sh", "-vv", cwd=tmp_path),
        ]
        assert {done.returncode for done in runs} == ({1} if fault else {0})
        for done in runs:
            assert b"search started" in done.stderr
            assert_silent(done.stderr.decode(), "the program")
        assert_silent(runs[2].stdout.decode(), "a scan's stdout")
        assert "zuzanna" in runs[0].stdout.decode().casefold()  # the answer names the person
        shown = process("disclosures", cwd=tmp_path)
        assert_silent((shown.stdout + shown.stderr).decode(), "the list of disclosures")
    assert_records_are_silent(tmp_path / "ctscan.db")
    assert any("zuzanna" in query for query in app.asked)


@pytest.mark.parametrize(
    "arguments",
    [
        ("search", "-vv", "zuzanna.k@@example.org", "--yes"),
        ("search", "-vv", ADDRESS, "--yes", "--db", "/nowhere/at/all.db"),
        ("search", "-vv", ADDRESS, "--yes", "--db", "."),
        ("search", "-vv", NAME, "--yes", "--in", NAME),
        ("search", "-vv", NAME, "--yes", "--in", "certspotter", "--contact", "ct@example.org"),
        ("search", "-vv", f"account:{NAME}", "--yes"),
        ("search", "-vv", ADDRESS, "--yes", "--purpose", f"about {ADDRESS}"),
        ("search", "-vv", NAME, "--yes", "--purpose", f"about {NAME}"),
        ("search", "-vv", "--yes", NAME, "--limit", NAME),
        ("search", "-vv", "--from-file", "/nowhere"),
        ("scan", "-vv", "--repository", NAME, "--scope", ADDRESS),
        ("scan", "-vv", "--repository", "crt.sh", "--scope", "zuzanna.k@@example.org"),
        ("disclosures", "-vv", NAME),
    ],
    ids=lambda a: f"{a[0]}{len(a)}",
)
def test_errors_do_not_name_anybody(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    app = holding()
    with served(app) as url:
        configured(tmp_path, url)
        done = process(*arguments, cwd=tmp_path)
    assert done.returncode in (set(EXIT_CODES) - {0})
    assert done.stderr
    assert_silent(done.stderr.decode(), "an error")
    assert (app.requests, done.stdout) == (0, b"")
