"""Golden certificates of several countries with several people: each person has one label, and nobody else has it."""

from __future__ import annotations

import importlib

import make_golden
import pytest

from ctscan.model import SubjectKind
from ctscan.personal.analyse import analyse

AREAS = ("people_iberia", "people_brazil", "people_europe", "people_japan")
PEOPLE: dict[str, list[set[str]]] = {
    f"{area}/{case}": people
    for area in AREAS
    for case, people in importlib.import_module(f"cases.{area}").PEOPLE.items()
}


@pytest.mark.parametrize("case", PEOPLE)
def test_each_person_has_one_label(case: str) -> None:
    found = [f for f in analyse(make_golden.build(case)).findings if f.person != "ca contact"]
    labels = [{f.person for f in found if f.canonical in values} for values in PEOPLE[case]]
    unknown = [values - {f.canonical for f in found} for values in PEOPLE[case]]
    assert not any(unknown), "values that are no findings"
    assert all(len(label) == 1 for label in labels), "a person with several labels"
    everybody = {f.person for f in found if f.subject_kind is SubjectKind.PERSON}
    assert set.union(*labels) == everybody and len(everybody) == len(labels), "people with the same label, or unnamed"


def test_there_are_enough_cases() -> None:
    assert len(PEOPLE) >= 60
