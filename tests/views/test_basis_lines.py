"""Head of `ctscan basis show`: the choice that scans follow is named as it was given."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ctscan.model import Basis, BasisChange, BasisSource, LogChoice
from ctscan.views.basis import basis_lines


@pytest.mark.parametrize(
    ("choice", "shown"),
    [
        (LogChoice(), "every log of Google's list"),
        (LogChoice((), ("Example",)), "Example of Google's list"),
        (LogChoice((), ("file:///srv/a/", "Example")), "file:///srv/a/, Example of Google's list"),
        (LogChoice((), ("file:///srv/a/", "file:///srv/b/")), "file:///srv/a/, file:///srv/b/"),
        (LogChoice(("/srv/logs.json",)), "every log of /srv/logs.json"),
    ],
)
def test_directories_alone_are_of_no_list(choice: LogChoice, shown: str) -> None:
    at, change = datetime(2026, 11, 30, tzinfo=UTC), BasisChange.SET()
    basis = Basis(2, at, "jane", change, "", BasisSource.DECISION, choice, None, (), ())
    assert basis_lines(basis)[-1].endswith(f"Chosen by a decision: {shown}.")
