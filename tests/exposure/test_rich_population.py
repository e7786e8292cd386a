"""Every figure of a report, every score and every person, against brute-force counts over a population that has every
category and kind of certificate: 400 people always, 10,000 in the long run."""

# ruff: noqa: S608 - statements contain names of views of our own

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from pathlib import Path

import pytest
from support.population import DOMAINS, NOW, Truth, fill, rich_population, truth

from ctscan.exposure.figures import KINDS, figures
from ctscan.exposure.scoring import domain_scores, issuer_scores
from ctscan.exposure.weights import parse_weights
from ctscan.index.open import open_index
from ctscan.model import Finding, Qualifier, SubjectKind
from ctscan.model.exposure import ExposureCounts, ExposureQuestion, Figures
from ctscan.personal.categories import CATEGORIES
from ctscan.resources import data_text

PAGE = (Path(__file__).parents[2] / "docs" / "sql.md").read_text(encoding="utf-8")
WEIGHTS = parse_weights(data_text("exposure/weights.toml"))
SINCE = NOW.replace(year=2030)


class Population:
    """Population and the index that holds it."""

    def __init__(self, persons: int, path: Path) -> None:
        self.held, self.path = rich_population(persons, sorted(CATEGORIES)), path
        asyncio.run(self._fill())

    async def _fill(self) -> None:
        async with await open_index(self.path, create=True) as index:
            await fill(index, self.held)

    def ask(self, domain: str | None = None) -> ExposureCounts:
        """Ask the index."""
        question = ExposureQuestion(
            domain is None, (domain,) if domain else (), (), None, NOW, since=SINCE, with_people=True
        )

        async def work() -> ExposureCounts:
            async with await open_index(self.path, create=False) as index:
                return await index.exposure(question)

        return asyncio.run(work())


@pytest.fixture(
    scope="module", params=[400, pytest.param(10_000, marks=pytest.mark.long)], ids=["400 people", "10,000 people"]
)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Population:
    return Population(request.param, tmp_path_factory.mktemp("rich") / "ctscan.db")


def owned(found: ExposureCounts) -> dict[tuple[int, bytes], str]:
    """Give each issuer an owner, but for one."""
    names = {one: found.issuers[one.issuer] for one in found.counted.alike}
    return {(one.issuer, one.key_id): f"{name}, Ltd" for one, name in names.items() if "Mail" not in name}


def shown(found: ExposureCounts) -> Figures:
    return figures(found, owned(found), WEIGHTS, NOW)


def assert_exact(found: Figures, expected: Truth) -> None:
    """Compare every field of the figures."""
    counts = ("certificates", "findings", "addresses", "people_addresses", "persons")
    assert {name: getattr(found, name) for name in counts} == {name: getattr(expected, name) for name in counts}
    assert {name: count for name, count in found.standings.items() if count} == expected.standings
    for name in ("category", "sensitivity", "domain", "issuer", "kind", "log", "month_issued", "month_seen"):
        assert getattr(found, f"by_{name}") == expected.by[name], name
    assert found.by_subject_kind == expected.by["subject_kind"]
    assert found.excess == expected.by["excess"]
    assert found.domain_people == {name: expected.by["domain_people"][name] for name in found.by_domain}
    pairs = {f"{issuer}: {name}": n for issuer, names in found.issuer_categories.items() for name, n in names.items()}
    assert pairs == expected.by["issuer_category"]
    owners: Counter[str] = Counter()
    for issuer, count in expected.by["issuer"].items():
        owners["unknown" if "Mail" in issuer else f"{issuer}, Ltd"] += count
    assert found.by_owner == owners


@pytest.mark.parametrize("domain", [None, *DOMAINS])
def test_every_figure_is_exact(made: Population, domain: str | None) -> None:
    found, expected = made.ask(domain), truth(made.held, domain)
    assert_exact(shown(found), expected)
    assert (found.hosts, found.units) == (len(expected.hosts), expected.by["unit"])
    before = truth([one for one in made.held if one.seen < SINCE], domain)
    assert found.before is not None and found.before.certificates > 0
    for name in ("certificates", "findings", "persons", "addresses", "people_addresses"):
        assert getattr(found.before, name) == getattr(before, name), name
    assert found.seen_since == expected.certificates - before.certificates


def test_population_has_everything(made: Population) -> None:
    """The exact counts mean something: no category, kind, standing or reason is missing."""
    expected = truth(made.held)
    assert expected.by["category"].keys() == CATEGORIES
    assert expected.by["kind"].keys() | {"ca"} >= {*KINDS} - {"ca"}
    assert len(expected.standings) == 5
    assert len(expected.by["sensitivity"]) == len(expected.by["excess"]) == 3
    assert max(map(len, expected.people)) >= 19, "a chain joins ten addresses by nine numbers"


@pytest.mark.parametrize("domain", [None, "mail.example.org"])
def test_every_person_is_listed_with_all_addresses(made: Population, domain: str | None) -> None:
    people, expected = made.ask(domain).people, truth(made.held, domain).people
    assert len(people) == len(expected)
    addresses = Counter(tuple(sorted(value for value in one if "@" in value)) for one in expected)
    assert Counter(one.addresses for one in people) == addresses


def test_scores_count_the_certificates_of_each_reason(made: Population) -> None:
    found = made.ask()
    scores = issuer_scores(found, WEIGHTS)
    counts = {issuer: {str(one.code): one.certificates for one in score.reasons} for issuer, score in scores.items()}
    expected: dict[str, Counter[str]] = {}
    for held in made.held:
        if people := [one for one in held.findings if str(one.subject_kind) in ("person", "role", "unknown")]:
            own = expected.setdefault(f"CN={held.issuer}", Counter())
            pairs = {(one.category, str(one.sensitivity)) for one in people}
            own.update(str(r.code) for r in WEIGHTS.reasons if any(r.counts(*pair) for pair in pairs))
            own.update(truth([held]).by["excess"])
    assert counts == expected
    domains = domain_scores(found.counted.domains, WEIGHTS)
    assert {domain: one.certificates for domain, one in domains.items()} == truth(made.held).by["domain"]


def test_page_says_how_the_view_of_persons_differs_from_a_report(made: Population) -> None:
    """The long query of the page gives the persons of a report; `person_key` is the key that the page describes."""
    (query,) = re.findall(r"```sql\n(WITH RECURSIVE.*?)```", PAGE, re.DOTALL)
    keys = set()
    for held in made.held:
        labels: dict[str, list[Finding]] = defaultdict(list)
        for one in held.findings:
            if one.subject_kind is SubjectKind.PERSON:
                labels[one.person].append(one)
        for label, own in labels.items():
            sure = [one for one in own if not {Qualifier.PARTIAL, Qualifier.INVALID} & set(one.qualifiers)]
            addresses = [one.canonical for one in sure if one.category == "user.contact.email"]
            numbers = [
                one.canonical for one in sure if one.category.startswith(("user.government_id", "user.unique_id"))
            ]
            keys.add(min(addresses, default=None) or min(numbers, default=None) or (held.number, label))
    with closing(sqlite3.connect(f"{made.path.as_uri()}?mode=ro", uri=True)) as connection:
        assert connection.execute(query).fetchone() == (made.ask().counted.persons,)
        (found,) = connection.execute("SELECT count(DISTINCT person_key) FROM exposure_persons").fetchone()
    assert found == len(keys) != made.ask().counted.persons


def test_views_count_the_same(made: Population) -> None:
    expected = truth(made.held)
    with closing(sqlite3.connect(f"{made.path.as_uri()}?mode=ro", uri=True)) as connection:
        people = "exposure_findings WHERE subject_kind IN ('person', 'role', 'unknown')"
        for name in ("category", "sensitivity", "subject_kind"):
            rows = connection.execute(f"SELECT {name}, count(*) FROM {people} GROUP BY {name}")
            assert dict(rows) == expected.by[name], name
        counted = f"certificate_id IN (SELECT certificate_id FROM {people})"
        rows = connection.execute(f"SELECT issuer, count(*) FROM exposure_certificates WHERE {counted} GROUP BY issuer")
        assert dict(rows) == expected.by["issuer"]
        rows = connection.execute(
            f"SELECT log, count(DISTINCT certificate_id) FROM exposure_sightings WHERE {counted} GROUP BY log"
        )
        assert dict(rows) == expected.by["log"]
        (addresses,) = connection.execute("SELECT count(*), sum(is_of_a_person) FROM exposure_addresses")
        assert addresses == (expected.addresses, expected.people_addresses)
