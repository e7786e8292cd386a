"""Tests of the use cases, called as a web page would call them: with a configuration and a clock, no terminal."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncGenerator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from msgspec.structs import replace
from support.certs import make_certificate
from support.cli import ROOT
from support.logs import LogBuilder

import ctscan.app as app
import ctscan.personal.analyse as door
from ctscan.clock import Clock
from ctscan.config import Config
from ctscan.errors import IndexFault, InputError, UsageError
from ctscan.model import Answer, CertificateStanding, Disclosure, Finding, Identifier, Match, Problem
from ctscan.model.results import ProofCounts
from ctscan.model.scan_report import ScanReport
from ctscan.scan.request import ScanClock

T = TypeVar("T")
PERSON = make_certificate([("CN", "Jane Roe"), ("emailAddress", "jane.roe@example.org")], serial=0x4A0F92)
CLOCK = Clock(now=lambda: datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Scan a log in a directory, and return the configuration of the new index."""
    folder = tmp_path_factory.mktemp("app")
    log = LogBuilder("App log")
    log.fill(3)
    log.add_certificate(PERSON)
    log.fill(3)
    log.write_static_tree(folder / "log")
    made = Config(
        db=str(folder / "made.db"),
        logs=((folder / "log").as_uri(),),
        start="start",
        everything=True,
        purpose="test",
    )
    report = asyncio.run(_scan(made))
    assert (report.exit_code, [log.outcome for log in report.logs]) == (0, ["done"])
    return made


async def _scan(config: Config) -> ScanReport:
    clock = ScanClock(now=CLOCK.now)
    return await app.scan(config, who="a web page", command="scan", stop=asyncio.Event(), clock=clock)


def gathered(items: AsyncGenerator[T, None]) -> list[T]:
    """Gather all items of a use case."""

    async def gather() -> list[T]:
        return [item async for item in items]

    return asyncio.run(gather())


def look_up(config: Config, text: str) -> Answer:
    (answer,) = gathered(app.look_up(config, [app.parse_identifier(text)], who="a web page", clock=CLOCK))
    return answer


def test_a_person_is_looked_up_at_the_moment_given(config: Config) -> None:
    answer = look_up(config, "jane.roe@example.org")
    (match,) = answer.matches
    assert answer.complete
    assert match.certificate.serial == "4a0f92"
    assert [seen.log for seen in match.sightings] == ["App log"]
    late = Clock(now=lambda: datetime(3000, 1, 1, tzinfo=UTC))
    (found,) = asyncio.run(app.certificates(config, [answer.identifier], who="tester", clock=late))
    assert found.status is not None
    assert found.status.standing is CertificateStanding.EXPIRED


def test_an_answer_needs_no_event_loop(config: Config) -> None:
    async def first() -> Answer:
        items = app.look_up(
            config, [app.parse_identifier("jane.roe@example.org")], who="a web page", inline=True, clock=CLOCK
        )
        (answer,) = [item async for item in items]
        return answer

    work = first()
    with pytest.raises(StopIteration) as done:
        work.send(None)
    assert done.value.value.complete


class ChangingList:
    """List of identifiers that holds Jane Roe only when it is read again, as a file that is written meanwhile."""

    def __init__(self) -> None:
        self.readings = 0

    def __iter__(self) -> Iterator[Identifier]:
        self.readings += 1
        yield app.parse_identifier("jane.roe@example.org" if self.readings > 1 else "mary@example.org")


def test_a_list_that_changes_puts_no_name_into_the_trail(config: Config) -> None:
    people = ChangingList()
    with pytest.raises(UsageError, match="doesn't name the person"):
        gathered(app.look_up(config, people, who="a web page", purpose="request of Jane Roe", clock=CLOCK))
    assert people.readings == 2
    trail = Path(f"{config.db}.audit").read_bytes()
    assert b"Jane Roe" not in trail


def test_nobody_is_found_completely(config: Config) -> None:
    answer = look_up(config, "mary@example.org")
    assert (answer.matches, answer.complete) == ((), True)


def test_evidence_is_proven(config: Config) -> None:
    for identifiers in ([app.parse_identifier("jane.roe@example.org")], None):
        counts = ProofCounts()
        checked = gathered(app.prove(config, identifiers, counts, who="tester", clock=CLOCK))
        assert [one.is_proven for one in checked] == [True]
        assert (counts.is_proven, counts.proven, counts.bare, counts.lost) == (True, 1, 0, 0)


def test_records_and_sums(config: Config) -> None:
    (run,) = asyncio.run(app.runs(config, 10))
    assert (run.who, run.command, run.purpose, run.started) == ("a web page", "scan", "test", CLOCK.now())
    (log,) = asyncio.run(app.logs(config, clock=CLOCK))
    assert (log.health, log.verified_size, log.backlog) == ("ok", 7, 0)
    counts = asyncio.run(app.standings(config, clock=CLOCK))
    assert counts.standings.total() == 1
    assert asyncio.run(app.searches(config, 10)) == []
    assert asyncio.run(app.disclosures(config, 10)) == list[Disclosure]()
    reindexed = asyncio.run(app.reindex(config, who="tester"))
    assert (reindexed.unchanged, reindexed.changed, reindexed.removed) == (1, 0, 0)


@pytest.mark.parametrize("broken", ["reader", "rules"])
def test_a_reader_or_a_rule_that_fails_takes_nothing_away(
    broken: str, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> tuple[tuple[Finding, ...], tuple[Problem, ...]]:
        if broken == "reader":
            raise KeyError(PERSON)
        return (), (Problem("rule a.broken", "the rule failed"),)

    (before,) = look_up(config, "jane.roe@example.org").matches
    with monkeypatch.context() as patched:
        patched.setattr(door, "find_in_text", lambda _: ((), ()))
        patched.setattr(door, "find_personal_data", fail)
        result = asyncio.run(app.reindex(config, who="tester"))
    assert (result.unchanged, result.changed, result.removed) == (0, 1, 0)
    assert look_up(config, "jane.roe@example.org").matches == (as_partly_read(before),)
    another = look_up(config, "john.doe@example.org")
    assert "remark.partly-read" in [remark.code for remark in another.remarks]
    assert not another.complete
    assert asyncio.run(app.reindex(config, who="tester")).changed == 1
    assert look_up(config, "jane.roe@example.org").matches == (before,)
    assert look_up(config, "john.doe@example.org").complete


def as_partly_read(match: Match) -> Match:
    return replace(match, certificate=replace(match.certificate, partly_read=True))


def test_a_file_is_inspected_and_imported(tmp_path: Path) -> None:
    file = tmp_path / "jane.der"
    file.write_bytes(PERSON)
    (found,) = app.inspect([str(file)])
    assert found.certificate is not None
    assert found.certificate.serial == "4a0f92"
    config = Config(db=str(tmp_path / "files.db"), scope=("example.org",))

    async def work() -> tuple[int, int]:
        heard: list[int] = []
        result = await app.import_files(
            config,
            [str(file)],
            who="a web page",
            progress=lambda sums, _: heard.append(sums.read),
            stop=asyncio.Event(),
            clock=CLOCK,
        )
        return result.new, heard[-1]

    assert asyncio.run(work()) == (1, 1)
    (identifier,) = app.identifiers_in(str(file))
    (answer,) = gathered(app.look_up(config, [identifier], who="a web page", clock=CLOCK))
    assert [seen.repository for seen in answer.matches[0].repositories] == ["files"]


def test_faults_are_errors_by_party(tmp_path: Path) -> None:
    nowhere = Config(db=str(tmp_path / "none.db"))
    with pytest.raises(IndexFault):
        look_up(nowhere, "jane@example.org")
    with pytest.raises(UsageError, match="scope"):
        asyncio.run(_scan(nowhere))
    with pytest.raises(UsageError, match="contact"):
        app.check_refresh(nowhere, [])
    with pytest.raises(UsageError, match="purpose"):
        asyncio.run(app.plan_search(nowhere, [app.parse_identifier("jane@example.org")], ["crt.sh"]))


def test_a_plan_says_who_will_learn_what_before_anything_is_sent() -> None:
    config = Config(contact="ct@example.org", purpose="case 17")
    plan = asyncio.run(app.plan_search(config, [app.parse_identifier("jane@example.org")], ["crt.sh"]))
    (disclosure,) = plan.disclosures
    assert (disclosure.host, [question.kind for question in disclosure.asked]) == ("crt.sh", ["email"])


def test_a_list_of_authorities_is_asked_for_before_it_is_loaded(config: Config) -> None:
    with pytest.raises(InputError, match="ca update"):
        asyncio.run(app.authorities(config))


def test_profiles_of_cas_need_no_list_and_no_index(config: Config, tmp_path: Path) -> None:
    profiles = asyncio.run(app.ca_profiles())
    for where in (config, Config(db=str(tmp_path / "none.db"))):
        found = asyncio.run(app.authority_records(where, "Sectigo"))
        assert (found.which, found.authorities) == (None, ())
        assert [profile.name for profile in found.profiles] == ["Sectigo"]
    checks, errors = asyncio.run(app.check_ca_profiles())
    assert ([check.profile for check in checks], errors) == (list(profiles), [])
    with pytest.raises(InputError, match="ca update"):
        asyncio.run(app.authority_records(config, "nobody"))


def test_the_use_cases_need_no_terminal_and_load_nothing_heavy() -> None:
    probe = "import sys, ctscan.app; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"click", "rich", "structlog", "asyncio", "sqlite3", "aiosqlite", "httpx", "cryptography"}


def test_a_day_later_the_answer_is_still_whole_because_a_directory_does_not_grow(config: Config) -> None:
    later = Clock(now=lambda: CLOCK.now() + timedelta(days=2))
    (answer,) = gathered(
        app.look_up(config, [app.parse_identifier("jane.roe@example.org")], who="a web page", clock=later)
    )
    assert answer.complete


def test_the_head_of_a_look_up_is_outside_before_its_answer_is_given(config: Config, tmp_path: Path) -> None:
    """A list writes a head with its first answer, then one a second, and one at its end."""
    times = iter([0.0] * 20)
    started = datetime(2026, 3, 1, 12, tzinfo=UTC)
    clock = Clock(now=lambda: started + timedelta(seconds=next(times, 5.0)))
    witnessed = replace(config, heads_to=(str(tmp_path / "heads"),))
    people = [Identifier("email", f"nobody-{n}@example.org", f"nobody-{n}@example.org", ()) for n in range(12)]

    async def look_up() -> list[int]:
        sizes = []
        async for _ in app.look_up(witnessed, people, who="a web page", clock=clock):
            sizes.append((tmp_path / "heads").read_bytes().count(b"\n\n\xe2"))
        return [*sizes, (tmp_path / "heads").read_bytes().count(b"\n\n\xe2")]

    seen = asyncio.run(look_up())
    assert seen[0] == 1 and seen[-1] > seen[-2] > 1 and len(set(seen)) < len(people)


# --- before it is public --------------------------------------------------------------------------------------------


def test_a_gate_judges_without_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "jane.der").write_bytes(PERSON)
    (judged,) = app.judge_files([str(tmp_path)], app.GateOptions(words=("user.contact",)))
    states = {one.finding.category: str(one.state) for one in judged.findings}
    assert states == {"user.contact.email": "stops", "user.name": "passes"}
    known = tmp_path / "known.json"
    assert app.write_baseline(known, [judged]) == 1
    (later,) = app.judge_files(
        [str(tmp_path / "jane.der")], app.GateOptions(words=("user.contact",), baseline=str(known))
    )
    assert "known" in {str(one.state) for one in later.findings}
    with pytest.raises(UsageError):
        app.judge_files([str(tmp_path)], app.GateOptions(words=("people",)))


def test_templates_of_an_index(config: Config) -> None:
    report = asyncio.run(app.templates_of_index(config, app.TemplateOptions(words=("person",))))
    assert (report.from_index, report.certificates, report.codes) == (True, 1, (5,))
    (group,) = report.groups
    assert {one.field for one in group.fields} == {"subject.commonName", "subject.emailAddress"}
