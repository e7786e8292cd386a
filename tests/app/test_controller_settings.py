"""Tests of the controller that dossiers and letters ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from ctscan.app.controller_settings import controller_of
from ctscan.config import Config
from ctscan.errors import UsageError
from ctscan.model.controller import Controller

WHOLE = Controller("Example Ltd", "1 Example Street; Berlin", "privacy@example.org", "Example Authority")


def test_four_texts_are_enough() -> None:
    assert controller_of(Config(controller=WHOLE), "dossier") == WHOLE


@pytest.mark.parametrize(
    ("controller", "said"),
    [
        (
            None,
            "found no name, no address, no contact, no authority; write into ctscan.toml, under [controller]: name =",
        ),
        (Controller("Example Ltd", "", "privacy@example.org", ""), "found no address, no authority; write into "),
    ],
)
def test_the_missing_ones_are_named(controller: Controller | None, said: str) -> None:
    with pytest.raises(UsageError, match=r"^letters: expected the controller") as caught:
        controller_of(Config(controller=controller), "letters")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_file_to_write_into_is_named() -> None:
    with pytest.raises(UsageError, match=r"write into /srv/ctscan\.toml, under \[controller\]: name = \"…\", "):
        controller_of(Config(path=Path("/srv/ctscan.toml")), "dossier")
