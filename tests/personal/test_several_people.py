"""Golden certificates of several countries with several people, or with services: each person has one label, nobody
else has it, and no service is a person."""

from __future__ import annotations

import importlib

import make_golden
import pytest

from ctscan.model import Confidence, Finding, SubjectKind
from ctscan.personal.analyse import analyse

AREAS = ("people_iberia", "people_brazil", "people_europe", "people_japan")
WITH_SERVICES = (
    "mixed_iberia",
    "mixed_brazil",
    "mixed_europe",
    "mixed_asia",
    "mixed_second",
    "mixed_third",
    "mailboxes",
)
CASES: dict[str, list[set[str]]] = {
    f"{area}/{case}": people
    for area in (*AREAS, *WITH_SERVICES)
    for case, people in importlib.import_module(f"cases.{area}").PEOPLE.items()
}
PEOPLE = {case: people for case, people in CASES.items() if people}
NOBODY: dict[str, set[str]] = {
    f"{area}/{case}": set(values.split("|"))
    for area in WITH_SERVICES
    for case, values in importlib.import_module(f"cases.{area}").NOBODY.items()
}


def findings(case: str) -> list[Finding]:
    return [f for f in analyse(make_golden.build(case)).findings if f.person != "ca contact"]


def sure_people(case: str) -> list[Finding]:
    return [
        f for f in findings(case) if f.subject_kind is SubjectKind.PERSON and f.confidence is not Confidence.POSSIBLE
    ]


@pytest.mark.parametrize("case", PEOPLE)
def test_each_person_has_one_label(case: str) -> None:
    found = findings(case)
    labels = [{f.person for f in found if f.canonical in values} for values in PEOPLE[case]]
    unknown = [values - {f.canonical for f in found} for values in PEOPLE[case]]
    assert not any(unknown), "values that are no findings"
    assert all(len(label) == 1 for label in labels), "a person with several labels"
    everybody = {f.person for f in found if f.subject_kind is SubjectKind.PERSON}
    named = set.union(*labels)
    assert everybody <= named and len(named) == len(labels), "people with the same label, or unnamed"


@pytest.mark.parametrize("case", sorted(CASES.keys() - PEOPLE.keys()))
def test_a_service_is_no_person(case: str) -> None:
    assert not sure_people(case)


@pytest.mark.parametrize("case", NOBODY)
def test_a_service_beside_a_person_is_none(case: str) -> None:
    assert not {f.canonical for f in sure_people(case)} & NOBODY[case]


def test_there_are_enough_cases() -> None:
    assert len(PEOPLE) >= 120
    assert len(CASES) - len(PEOPLE) >= 15
