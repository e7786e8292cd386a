"""Contract of an index for reports of exposure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest
from support.population import NOW, fill, population, truth

from ctscan.index.protocols import Index
from ctscan.model.exposure import EXPOSURE_VIEWS, ExposureQuestion

RunScenario = Callable[[Callable], None]

HELD = population(40, seed=7)


def test_counts_of_a_population_are_the_truth(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await fill(index, HELD)
        for domains in ((), ("example.org",)):
            found = await index.exposure(ExposureQuestion(not domains, domains, (), None, NOW))
            expected = truth(HELD, *domains)
            assert found.counted.persons == expected.persons
            assert found.counted.findings == expected.findings
            assert {name: one.certificates for name, one in found.counted.domains.items()} == expected.by["domain"]

    scenario(work)


def test_single_addresses_are_a_scope(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await fill(index, HELD)
        address = next(f.canonical for one in HELD for f in one.findings if "@" in f.canonical)
        found = await index.exposure(ExposureQuestion(False, (), (address,), None, NOW))
        of_address = [one for one in HELD if any(f.canonical == address for f in one.findings)]
        assert found.counted.certificates == len(of_address)
        assert (found.counted.addresses, found.counted.persons) == (1, 1)

    scenario(work)


def test_organisations_are_asked_by_the_subject(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await fill(index, HELD)
        asked: list[str] = []

        def has_organisation(subject: str) -> bool:
            asked.append(subject)
            return "OU=Sales" in subject

        found = await index.exposure(ExposureQuestion(False, (), (), has_organisation, NOW))
        of_sales = truth(one for one in HELD if one.unit == "Sales")
        assert (found.counted.certificates, found.counted.persons) == (of_sales.certificates, of_sales.persons)
        assert found.counted.addresses == of_sales.addresses
        assert len(asked) == len(HELD)

    scenario(work)


def test_empty_index_has_no_exposure(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        found = await index.exposure(ExposureQuestion(True, (), (), None, NOW, since=NOW))
        assert (found.counted.certificates, found.counted.persons, found.standings) == (0, 0, ())
        assert found.before is not None
        assert found.before.findings == 0

    scenario(work)


def test_views_give_their_rows_on_one_snapshot(scenario: RunScenario) -> None:
    def take(columns: Sequence[str], rows: Iterator[Sequence[object]]) -> tuple[int, int]:
        return len(columns), sum(len(row) == len(columns) for row in rows)

    async def work(index: Index) -> None:
        await fill(index, HELD)
        for view in EXPOSURE_VIEWS:
            columns, count = await index.read_view(view, take)
            assert columns > 1
            assert count > 0, view
        assert await index.read_view("exposure_certificates", take) == (14, len(HELD))
        with pytest.raises(Exception, match="rows don't fit"):
            await index.read_view("certificate", take)

    scenario(work)
