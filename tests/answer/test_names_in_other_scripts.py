"""Names in other scripts: a Latin spelling finds them in the index, they find Latin spellings, and a remark says which
scripts hide the sound of a name."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.answering import answered, certificates

from ctscan.model import Answer, Remark

HELD = ("Юлия Хомякова", "Iuliia Khomiakova", "이길동", "יעל כהן")


def whole(given: Answer) -> set[str]:
    """Return the names of the certificates with every word that was asked for."""
    return {match.findings[0].value for match in given.matches if match.score == 1}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Yulia Homyakova", {"Юлия Хомякова"}),
        ("Iuliia Khomiakova", {"Юлия Хомякова", "Iuliia Khomiakova"}),
        ("Юлия Хомякова", {"Юлия Хомякова", "Iuliia Khomiakova"}),
        ("Gil-dong Lee", {"이길동"}),
        ("Yael Cohen", {"יעל כהן"}),
        ("Yulia Lee", set()),
    ],
)
def test_latin_spellings_and_scripts_find_each_other(asked: str, found: set[str], tmp_path: Path) -> None:
    (given,) = answered(tmp_path, certificates(*HELD), asked)
    assert whole(given) == found


@pytest.mark.parametrize(
    ("asked", "is_said"),
    [("Yael Cohen", True), ("Zoë Żak", True), ("יעל כהן", False), ("Юлия", False), ("yael@example.org", False)],
)
def test_a_name_in_latin_letters_is_told_the_scripts_that_hide_the_sound(
    asked: str, is_said: bool, tmp_path: Path
) -> None:
    (given,) = answered(tmp_path, certificates(*HELD), asked)
    assert (Remark.NAME_IN_LATIN_LETTERS() in given.remarks) is is_said
