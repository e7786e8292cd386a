"""Figures of reports against brute-force counts over a generated population."""

# ruff: noqa: S608 - statements contain names of views of our own

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support.cli import copy_index
from support.kept import a_certificate
from support.population import DOMAINS, NOW, Held, Truth, truth, without

from ctscan.app.exposure_report import classify
from ctscan.exposure.figures import figures
from ctscan.exposure.weights import parse_weights
from ctscan.index.open import open_index
from ctscan.model.exposure import ExposureCounts, ExposureQuestion, Figures, Ignored
from ctscan.resources import data_text


def question(domain: str | None = None, **fields: object) -> ExposureQuestion:
    return ExposureQuestion(domain is None, (domain,) if domain else (), (), None, NOW, **fields)  # type: ignore[arg-type]


def ask(database: Path, asked: ExposureQuestion) -> ExposureCounts:
    async def work() -> ExposureCounts:
        async with await open_index(database, create=False) as index:
            return await index.exposure(asked)

    return asyncio.run(work())


def made(found: ExposureCounts) -> Figures:
    return figures(found, {}, parse_weights(data_text("exposure/weights.toml")), NOW)


def assert_equal(found: Figures, expected: Truth) -> None:
    assert found.certificates == expected.certificates > 0
    assert found.findings == expected.findings
    assert (found.addresses, found.people_addresses) == (expected.addresses, expected.people_addresses)
    assert found.persons == expected.persons
    assert {name: count for name, count in found.standings.items() if count} == expected.standings
    for name in ("category", "sensitivity", "domain", "issuer", "kind", "log", "month_issued", "month_seen"):
        assert getattr(found, f"by_{name}") == expected.by[name], name


@pytest.mark.parametrize("domain", [None, *DOMAINS])
def test_every_figure_equals_a_brute_force_count(database: Path, held: list[Held], domain: str | None) -> None:
    found = ask(database, question(domain))
    expected = truth(held, domain)
    assert_equal(made(found), expected)
    assert found.units == expected.by["unit"]


def test_standings_sum_up_to_the_certificates_and_occur(database: Path) -> None:
    found = made(ask(database, question()))
    assert sum(found.standings.values()) == found.certificates
    assert all(found.standings.values()), "the population has every standing"


def test_change_counts_the_certificates_seen_before_a_moment(database: Path, held: list[Held]) -> None:
    since = NOW.replace(year=2030)
    found = ask(database, question("example.org", since=since))
    expected = truth([one for one in held if one.seen < since], "example.org")
    before = found.before
    assert before is not None
    assert (before.certificates, before.findings) == (expected.certificates, expected.findings)
    assert (before.persons, before.addresses) == (expected.persons, expected.addresses)
    assert found.seen_since == found.counted.certificates - expected.certificates > 0


def test_people_are_listed_with_their_values_only_on_request(database: Path, held: list[Held]) -> None:
    assert ask(database, question("example.org")).people == ()
    found = ask(database, question("example.org", with_people=True))
    assert len(found.people) == found.counted.persons == truth(held, "example.org").persons
    assert found.people[0].sensitivities != ("ordinary",), "sensitive ones first"
    joined = [one for one in found.people if any(a.startswith("alias") for a in one.addresses)]
    assert any(len(one.addresses) > 1 for one in joined), "a number joins two addresses"


def test_ignored_data_is_counted_apart(database: Path, held: list[Held]) -> None:
    ignored = (
        Ignored("test domain", value="mail.example.org"),
        Ignored("test CA", issuer="server ca", rule="name.full"),
    )
    found = ask(database, question(ignored=ignored))
    rest, counts = without(held, ignored)
    assert found.counted.ignored == counts
    assert found.counted.findings == truth(held).findings - sum(counts.values())
    assert_equal(made(found), truth(rest))
    assert "mail.example.org" not in found.counted.domains
    named = ask(database, question(ignored=ignored, with_people=True)).people
    assert len(named) == found.counted.persons
    assert not [a for one in named for a in one.addresses if a.endswith("@mail.example.org")]


def test_ignored_address_takes_its_person_out(database: Path, held: list[Held]) -> None:
    """The names beside the address would stay, joined with nobody: a person more for each certificate."""
    before = truth(held)
    own = {address for person in before.people for address in person if len(person) == 1 and "@" in address}
    several = [o for o in own if sum(o in {p.canonical for p in one.findings} for one in held) > 1]
    ignored = (Ignored("test person", value=min(several)),)
    found = ask(database, question(ignored=ignored, with_people=True))
    assert found.counted.persons == len(found.people) == before.persons - 1
    assert_equal(made(found), truth(without(held, ignored)[0]))


def test_restricted_certificates_count_nowhere(database: Path, tmp_path: Path, held: list[Held]) -> None:
    path = tmp_path / "ctscan.db"
    copy_index(database, path)
    gone = next(one for one in held if one.person >= 0)
    with closing(sqlite3.connect(path)) as connection:
        identity = a_certificate(gone.number).identity
        connection.execute(
            "INSERT INTO restricted_certificate SELECT id, 1 FROM certificate WHERE identity = ?", (identity,)
        )
        connection.commit()
        views = ("findings", "certificates", "sightings", "hosts")
        shown = [connection.execute(f"SELECT count(*) FROM exposure_{view}").fetchone()[0] for view in views]
    rest = [one for one in held if one is not gone]
    assert_equal(made(ask(path, question())), truth(rest))
    assert shown == [
        sum(len(one.findings) for one in rest), len(rest), len(rest), sum(bool(one.host) for one in rest)
    ]  # fmt: skip


def test_certificates_of_an_older_version_get_their_purposes(database: Path, tmp_path: Path) -> None:
    path = tmp_path / "ctscan.db"
    copy_index(database, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM certificate_use")
        connection.commit()

    async def work() -> tuple[int, int, int]:
        async with await open_index(path, create=False) as index:
            before = (await index.exposure(question())).unclassified
            read = await classify(index)
            return before, read, (await index.exposure(question())).unclassified

    before, read, after = asyncio.run(work())
    assert before > 0
    assert read >= before
    assert after == 0
