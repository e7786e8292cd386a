"""Measures of an index: exact values against a generated population, logs and cases, as Prometheus' own parser reads
them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families
from support.cases import a_case, an_event
from support.kept import LOG, a_gap, a_head, a_log, an_advance, commit, save_head, started
from support.population import LOGS, Held, fill, population
from support.scanning import with_index

from ctscan.app.measuring import log_labels, measure, render_measures
from ctscan.clock import Clock
from ctscan.config import Config
from ctscan.errors import IndexFault
from ctscan.index.open import open_index
from ctscan.index.protocols import Index
from ctscan.model import FailureKind, Message, MisbehaviourEvidence, MisbehaviourKind, ScanStep, SubjectKind
from ctscan.model.alert import AlertKind, AlertText, Condition, Route
from ctscan.model.case import CaseAction
from ctscan.model.metrics import MeasuredPart
from ctscan.views.metrics import OPENMETRICS, TEXT, media_type

NOW = datetime(2031, 6, 1, 12, tzinfo=UTC)
CLOCK = Clock(now=lambda: NOW)
HELD = population(120)
PEOPLE = (SubjectKind.PERSON, SubjectKind.ROLE, SubjectKind.UNKNOWN)
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def parsed(text: str) -> Samples:
    """Read the text format with Prometheus' own parser; no sample comes twice."""
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation and family.type in ("gauge", "counter"), family.name
        for sample in family.samples:
            key = sample.name, tuple(sorted(sample.labels.items()))
            assert key not in found, key
            found[key] = sample.value
    return found


def measured(db: Path, **settings: object) -> Samples:
    """Measure an index, and read both formats: they hold the same."""
    config = Config(db=str(db), **settings)  # type: ignore[arg-type]
    text, problems = asyncio.run(render_measures(config, clock=CLOCK))
    assert problems == ()
    other, _ = asyncio.run(render_measures(config, is_open=True, clock=CLOCK))
    assert {family.name for family in read_openmetrics(other.decode())} >= {"ctscan_log_backlog_entries"}
    return parsed(text.decode())


def made(db: Path, *steps: Callable[[Index], object], held: Iterable[Held] = ()) -> Path:
    """Make an index, with a population where there is one, and apply steps."""

    async def make() -> None:
        async with await open_index(db, create=True) as index:
            if held:
                await fill(index, list(held))
            for step in steps:
                await step(index)  # type: ignore[misc]

    asyncio.run(make())
    return db


def of(found: Samples, name: str, **labels: str) -> float | None:
    return found.get((name, tuple(sorted(labels.items()))))


def test_findings_are_those_of_the_population(tmp_path: Path) -> None:
    found = measured(made(tmp_path / "ctscan.db", held=HELD))
    expected = Counter(
        (one.category, str(one.sensitivity).replace(" ", "_"))
        for held in HELD
        for one in held.findings
        if one.subject_kind in PEOPLE
    )
    assert len(expected) > 4
    given = {key: value for key, value in found.items() if key[0] == "ctscan_findings"}
    assert {(dict(labels)["category"], dict(labels)["sensitivity"]): value for (_, labels), value in given.items()} == {
        key: float(count) for key, count in expected.items()
    }
    assert of(found, "ctscan_certificates") == len(HELD)


def test_hidden_certificates_are_not_counted(tmp_path: Path) -> None:
    db = made(tmp_path / "ctscan.db", held=HELD)
    import sqlite3

    connection = sqlite3.connect(db)
    columns = [row[1] for row in connection.execute("PRAGMA table_info(restricted_certificate)")]
    values = {"certificate": 1}
    connection.execute(
        f"INSERT INTO restricted_certificate ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",  # noqa: S608
        [values.get(column, 0) for column in columns],
    )
    connection.commit()
    connection.close()
    assert of(measured(db), "ctscan_certificates") == len(HELD) - 1


def test_values_of_logs(tmp_path: Path) -> None:
    bad = a_log("Bad log", operator="Example Operator 2")
    hour = timedelta(hours=1)

    async def read(index: Index) -> None:
        run_id = await started(index, LOG, bad, list_read=NOW)
        for log, read in ((LOG, 300), (bad, 100)):
            await save_head(index, a_head(300, int(NOW.timestamp() * 1000), log), NOW)
            await commit(index, run_id, an_advance(0, read, log=log))
        await index.record_success(LOG.id, NOW - hour, 12.5)
        async with index.lease(bad.id, 100, 150) as lease:
            await index.commit(run_id, ScanStep(bad.id, NOW, gaps=(a_gap(100, 150),)), lease)
        await index.record_error(bad.id, NOW - 2 * hour, "no connection within 10 s", FailureKind.UNAVAILABLE)
        evidence = MisbehaviourEvidence(MisbehaviourKind.TWO_ROOTS, (b"one", b"other"))
        await index.record_misbehaviour(bad.id, NOW, "two roots", evidence)

    found = measured(made(tmp_path / "ctscan.db", read))
    good, other = (
        {"log": "Example 2031", "operator": "Example Operator"},
        {"log": "Bad log", "operator": "Example Operator 2"},
    )
    expected = {
        "head_entries": (300, 300), "position_entries": (300, 100), "read_entries": (300, 100),
        "backlog_entries": (0, 150), "gaps": (0, 1), "gap_entries": (0, 50), "misbehaviours": (0, 1),
        "failing": (0, 1), "read_entries_per_second": (12.5, None),
        "head_signed_timestamp_seconds": (NOW.timestamp(), NOW.timestamp()),
        "last_success_timestamp_seconds": ((NOW - hour).timestamp(), None),
        "failing_since_timestamp_seconds": (None, (NOW - 2 * hour).timestamp()),
    }  # fmt: skip
    for name, values in expected.items():
        got = of(found, f"ctscan_log_{name}", **good), of(found, f"ctscan_log_{name}", **other)
        assert got == values, name
    assert of(found, "ctscan_log_condition", **good, condition="ok") == 1
    assert of(found, "ctscan_log_condition", **other, condition="ok") == 0
    assert of(found, "ctscan_log_condition", **other, condition="misbehaving") == 1
    assert of(found, "ctscan_basis_logs") == 2
    assert of(found, "ctscan_basis_complete") == 0
    assert of(found, "ctscan_run_outcome", outcome="running") == 1
    assert of(found, "ctscan_run_ended_timestamp_seconds") is None


def test_a_basis_that_was_read_is_complete_and_damage_takes_that_back(tmp_path: Path) -> None:
    from support.rotting import change
    from support.scanning import people_log, scan
    from support.simulator import Simulator

    with Simulator() as sim:
        sim.add("people", people_log())
        scan(sim, tmp_path / "ctscan.db", logs=("people",))
    config = Config(db=str(tmp_path / "ctscan.db"))

    def measured_now() -> Samples:
        return parsed(asyncio.run(render_measures(config))[0].decode())

    found = measured_now()
    assert (of(found, "ctscan_basis_complete"), of(found, "ctscan_index_damaged")) == (1, 0)
    assert of(found, "ctscan_audit_trail_sound") == 1
    change(tmp_path / "ctscan.db", "UPDATE coverage SET range_start = range_start + 5")
    found = measured_now()
    assert (of(found, "ctscan_basis_complete"), of(found, "ctscan_index_damaged")) == (0, 1)


def test_cases_are_counted_by_urgency(tmp_path: Path) -> None:
    def received(days: int, *more: CaseAction) -> Callable[[Index], object]:
        day = (NOW - timedelta(days=days)).date()
        events = tuple(an_event(action) for action in (CaseAction.OPENED, *more))
        return lambda index: index.save_case(a_case(received=day, events=events))

    db = made(tmp_path / "ctscan.db", received(1), received(27), received(29), received(90), received(400))
    found = measured(db)
    counts = [of(found, f"ctscan_cases_{name}") for name in ("open", "due_soon", "overdue")]
    assert counts == [5, 2, 2]


async def raised(index: Index, channel: str, at: datetime) -> None:
    """Raise an alert that goes to one channel."""
    failing = [Condition(AlertKind.LOG, f"log of {channel}", 2, AlertText.LOG_FAILING(log=""))]
    for conditions in ([], failing):  # recovered in silence, and failing again
        await index.note_conditions(conditions, {AlertKind.LOG}, at)
    await index.assign({channel: Route()}, at)


def test_alerts_are_counted_by_channel(tmp_path: Path) -> None:
    sent, failing, lost = "mail", "hook of jane.roe@example.org", "syslog"
    why = Message("delivery.timeout")

    async def work(index: Index) -> None:
        for channel in (sent, failing, failing, lost):
            await raised(index, channel, NOW - timedelta(hours=3))
        batches = {}
        for channel in (sent, failing, lost):
            (first, *_) = await index.due(channel, NOW, 10)
            batches[channel] = await index.begin(channel, [first.alert.id], NOW)
        await index.delivered(batches[sent], NOW)
        await index.failed(batches[failing], NOW - timedelta(hours=2), NOW + timedelta(hours=1), why)
        await index.dead(batches[lost], NOW, why)

    found = measured(made(tmp_path / "ctscan.db", work))
    shown = {
        dict(labels)["channel"]: tuple(
            of(found, f"ctscan_alerts_{name}", channel=dict(labels)["channel"])
            for name in ("pending", "dead", "delivered", "failing")
        )
        for metric, labels in found
        if metric == "ctscan_alerts_pending"
    }
    assert shown == {"mail": (0, 0, 1, 0), "hook of <email>": (2, 0, 0, 1), "syslog": (0, 1, 0, 1)}
    oldest = of(found, "ctscan_alerts_oldest_pending_timestamp_seconds", channel="hook of <email>")
    assert oldest == (NOW - timedelta(hours=3)).timestamp()
    assert of(found, "ctscan_alerts_oldest_pending_timestamp_seconds", channel="mail") is None
    assert of(found, "ctscan_alerts_last_delivered_timestamp_seconds", channel="mail") == NOW.timestamp()


def test_two_channels_have_two_labels(tmp_path: Path) -> None:
    async def work(index: Index) -> None:
        for channel in ("to jane.roe@example.org", "to john.roe@example.org", "mail"):
            await raised(index, channel, NOW)

    found = measured(made(tmp_path / "ctscan.db", work))
    shown = {dict(labels)["channel"] for metric, labels in found if metric == "ctscan_alerts_pending"}
    assert shown == {"mail", "to <email> 1", "to <email> 2"}


def test_a_part_that_fails_leaves_the_others_and_says_why(tmp_path: Path) -> None:
    db = made(tmp_path / "ctscan.db", lambda index: index.save_case(a_case(regime="atlantis")), held=HELD)
    text, problems = asyncio.run(render_measures(Config(db=str(db)), clock=CLOCK))
    found = parsed(text.decode())
    assert len(problems) == 1 and problems[0].startswith("cases: ")
    assert of(found, "ctscan_measured_success", part="cases") == 0
    assert of(found, "ctscan_measured_success", part="findings") == 1
    assert of(found, "ctscan_cases_open") is None
    assert of(found, "ctscan_certificates") == len(HELD)


def test_a_missing_index_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(IndexFault, match="there is no index"):
        asyncio.run(measure(Config(db=str(tmp_path / "none.db"))))


def test_what_was_counted_before_is_taken_over(tmp_path: Path) -> None:
    db = made(tmp_path / "ctscan.db", held=HELD)

    async def take() -> None:
        config = Config(db=str(db))
        before = await measure(config, clock=CLOCK)
        later = Clock(now=lambda: NOW + timedelta(hours=1))
        after = await measure(config, before=before, clock=later)
        assert after.findings is before.findings
        assert after.parts[MeasuredPart.FINDINGS].at == NOW
        assert after.parts[MeasuredPart.LOGS].at == NOW + timedelta(hours=1)

    asyncio.run(take())


# --- labels -------------------------------------------------------------------------------------------------------

HOSTILE = (
    'a "quoted" log', "back\\slash", "new\nline", 'x"} 1\nforged_metric{a="', "tab\there", "\x1b[31mred", "\u202etxet",
    "журнал 日志 λογ", "", "{}", "a,b=c", "# HELP forged", "x" * 5_000, "\x00", "lone \ud800 surrogate",
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_in_their_label(tmp_path: Path, name: str) -> None:
    logs = (replace(a_log("Hostile"), name=name, operator=name), LOG)

    async def read(index: Index) -> None:
        await started(index, *logs, list_read=NOW)

    found = measured(made(tmp_path / "ctscan.db", read))
    names = {dict(labels)["log"] for (metric, labels) in found if metric == "ctscan_log_gaps"}
    assert len(names) == 2
    (shown,) = names - {"Example 2031"}
    assert len(shown) < 2_000
    assert all(character.isprintable() for character in shown)
    assert all(metric.startswith("ctscan_") for metric, _ in found)


def test_two_logs_of_one_name_have_two_labels() -> None:
    ids = [bytes([at]) * 32 for at in range(3)]
    found = log_labels(zip(ids, ("One", "Two", "One"), strict=True))
    assert found == {ids[0]: f"One {'00' * 8}", ids[1]: "Two", ids[2]: f"One {'02' * 8}"}


def test_an_address_in_the_name_of_a_log_is_not_shown() -> None:
    assert log_labels([(b"1", "log of jane.roe@example.org")]) == {b"1": "log of <email>"}


def test_openmetrics_is_given_where_it_is_asked_for() -> None:
    scraper = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1"
    assert (media_type(scraper), media_type("*/*"), media_type("")) == (OPENMETRICS, TEXT, TEXT)


def test_labels_hold_nobody(tmp_path: Path) -> None:
    db = made(tmp_path / "ctscan.db", held=HELD)
    text, _ = asyncio.run(render_measures(Config(db=str(db)), clock=CLOCK))
    assert "@" not in text.decode()
    assert not any(word in text.decode() for word in ("Given", "Family", "example.org"))
    assert with_index(db, lambda index: index.log_states())[0].log.name in {log.name for log in LOGS}
