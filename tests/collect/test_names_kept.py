"""Filter of a search for a name: it keeps what a look-up of the name finds."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from support.kept import name_finding

from ctscan.collect.result_filter import IdentifierFilter
from ctscan.personal.identifiers import parse_identifier
from ctscan.personal.normalise.name_tokens import name_keys


@pytest.mark.parametrize(
    ("written", "is_kept"), [("GUENTER ROE", True), ("Roe, Gunter", True), ("Günter Röe", True), ("Gunther Roe", False)]
)
def test_every_spelling_of_an_accent_is_kept(written: str, is_kept: bool) -> None:
    finding = replace(name_finding(written), keys=name_keys(written))
    kept = IdentifierFilter(parse_identifier("name:Günter Roe")).keeps([finding], None, ())
    assert kept is is_kept
