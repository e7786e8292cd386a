"""Contract of an index for the inventory of the personal data in it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from support.kept import (
    RULES,
    a_certificate_hit,
    a_disclosure,
    a_run,
    an_advance,
    commit,
    email_finding,
    name_finding,
    searching,
    started,
)

from ctscan.index.protocols import Index
from ctscan.model import QuestionKind, Sensitivity, SubjectKind
from ctscan.model.inventory import Inventory

RunScenario = Callable[[Callable], None]


def test_an_empty_index_holds_nothing(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        assert await index.inventory() == Inventory()

    scenario(work)


def test_data_of_people_is_counted_by_category_and_protection(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        host = replace(email_finding("h@example.org"), subject_kind=SubjectKind.HOST)
        special = replace(email_finding("s@example.org"), sensitivity=Sensitivity.SPECIAL_CATEGORY)
        jane = (name_finding("Jane Roe"), email_finding("a@example.org"), email_finding("b@example.org"))
        hits = [a_certificate_hit(4, "jane", *jane), a_certificate_hit(5, "other", jane[1], host, special)]
        await commit(index, run_id, an_advance(0, 256, *hits))
        held = await index.inventory()
        counted = [(one.category, one.sensitivity, one.certificates, one.findings) for one in held.categories]
        email, name = jane[1].category, jane[0].category
        assert sorted(counted) == sorted([
            (email, Sensitivity.ORDINARY, 2, 3), (name, Sensitivity.ORDINARY, 1, 1),
            (email, Sensitivity.SPECIAL_CATEGORY, 1, 1),
        ])  # fmt: skip
        assert counted[0] == (email, Sensitivity.ORDINARY, 2, 3), "the most frequent first"
        assert (held.certificates, held.findings, held.cases) == (2, 5, 0)

    scenario(work)


def test_repositories_recipients_imports_and_requests_are_named_or_counted(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await searching(index, repository="b.example")
        await searching(index, repository="a.example")
        await searching(index, repository="a.example")
        await searching(index, repository="files", kind=QuestionKind.IMPORT)
        for recipient in ("z.example", "a.example", "z.example"):
            await index.record_disclosure(a_disclosure(recipient=recipient))
        held = await index.inventory()
        assert held.repositories == ("a.example", "b.example")
        assert held.recipients == ("a.example", "z.example")
        assert (held.imports, held.is_unlimited) == (1, False)

    scenario(work)


def test_a_scan_or_an_import_without_a_limit_is_noticed(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await index.start_run(a_run(scope="domain:everything.example"), RULES, [], [])
        assert not (await index.inventory()).is_unlimited
        await index.start_run(a_run(scope="everything"), RULES, [], [])
        assert (await index.inventory()).is_unlimited

    scenario(work)
