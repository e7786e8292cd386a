"""Reports for publication under attack: an attacker has two reports on populations that differ by one person."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from support.population import NOW, Held, fill, population, truth

from ctscan.errors import UsageError
from ctscan.exposure.figures import figures
from ctscan.exposure.publishing import published, rounded
from ctscan.exposure.weights import parse_weights
from ctscan.index.open import open_index
from ctscan.model.exposure import ExposureQuestion, ExposureReport, Ignored, ReportBasis, Structure
from ctscan.resources import data_text
from ctscan.views.json import exposure_report

PERSONS = 60
K = 10
WEIGHTS = parse_weights(data_text("exposure/weights.toml"))


def internal(held: list[Held], path: Path) -> ExposureReport:
    """Make the internal report of a population, with people and everything that a report for publication leaves out."""

    async def work() -> ExposureReport:
        async with await open_index(path, create=True, inline=True) as index:
            await fill(index, held)
            found = await index.exposure(ExposureQuestion(True, (), (), None, NOW, with_people=True))
        return ExposureReport(
            made_at=datetime(2031, 6, 1, tzinfo=UTC),
            version="1",
            scope=("everything",),
            basis=ReportBasis(None, False, ()),
            figures=figures(found, {}, WEIGHTS, NOW),
            structure=Structure(found.hosts, found.units),
            ignored=((Ignored("test"), 3),),
            people=found.people,
            are_people_named=True,
            domain_scores={},
            issuer_scores={},
            change=None,
            advice=(),
        )

    return asyncio.run(work())


def numbers(shape: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield every number in JSON with its path."""
    if isinstance(shape, dict):
        for key, value in shape.items():
            yield from numbers(value, (*path, key))
    elif isinstance(shape, int) and not isinstance(shape, bool):
        yield path, shape


def differences(one: ExposureReport, other: ExposureReport) -> dict[tuple[str, ...], int]:
    """Return the numbers in which two published reports differ; a number that is missing counts as 0."""
    first, second = (dict(numbers(exposure_report(published(report, K))["figures"])) for report in (one, other))
    return {path: abs(first.get(path, 0) - second.get(path, 0)) for path in first.keys() | second.keys()}


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> list[ExposureReport]:
    """Make a report of everybody, and one without each of the first persons."""
    folder = tmp_path_factory.mktemp("published")
    held = population(PERSONS)
    every = [internal(held, folder / "all.db")]
    for person in range(12):
        rest = [one for one in held if one.person != person]
        every.append(internal(rest, folder / f"without-{person}.db"))
    return every


def test_two_reports_are_equal_or_differ_by_five(reports: list[ExposureReport]) -> None:
    found = [gap for one in reports for other in reports for gap in differences(one, other).values()]
    assert all(gap == 0 or gap >= 5 for gap in found)
    assert any(found), "some counts crossed a limit"


def test_internal_reports_would_tell_one_person_from_none(reports: list[ExposureReport]) -> None:
    """The attack works on exact counts, so that the test above means something."""
    assert {reports[0].figures.persons - one.figures.persons for one in reports[1:]} & {1, 2}


def test_published_report_names_nobody_and_no_small_group(reports: list[ExposureReport]) -> None:
    assert reports[0].people
    shape = exposure_report(published(reports[0], K))
    assert not {"people", "structure", "ignored"} & shape.keys()
    assert (shape["score"], shape["change"], shape["advice"]) == ({"domains": {}, "issuers": {}}, {}, [])
    for name, counts in shape["figures"].items():
        if isinstance(counts, dict):
            small = {key: count for key, count in counts.items() if count < K and key != "other"}
            assert small == {}, name
        else:
            assert counts % 5 == 0


def test_scope_below_k_persons_is_refused(reports: list[ExposureReport]) -> None:
    persons = reports[0].figures.persons
    few = replace(reports[0], figures=replace(reports[0].figures, persons=K - 1))
    with pytest.raises(UsageError, match="at least 10 persons"):
        published(few, K)
    with pytest.raises(UsageError):
        published(reports[0], persons + 1)
    assert published(reports[0], persons).figures.persons == rounded(persons)


def test_scope_with_an_address_is_refused(reports: list[ExposureReport]) -> None:
    with pytest.raises(UsageError, match="an address among them"):
        published(replace(reports[0], scope=("domain:example.org", "email:jane@example.org")), K)


def test_domain_of_few_people_with_many_certificates_is_not_named(reports: list[ExposureReport]) -> None:
    exact = reports[0].figures
    counts, people = {"jane.example.org": 40, **exact.by_domain}, {"jane.example.org": 1, **exact.domain_people}
    found = published(replace(reports[0], figures=replace(exact, by_domain=counts, domain_people=people)), K)
    assert "jane.example.org" not in found.figures.by_domain
    assert found.figures.by_domain["other"] >= 40
    assert len(found.figures.by_domain) > 1


def test_rounding_goes_to_the_nearest_multiple_of_five() -> None:
    assert [rounded(count) for count in (0, 2, 3, 7, 8, 12)] == [0, 0, 5, 5, 10, 10]
    assert truth(population(20)).persons >= 20, "the referee counts the same population"
