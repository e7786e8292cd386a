"""`ctscan sources`: the worth of each source, whether it is ready, and never a token."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.cli import run

from ctscan.sources.repositories import repositories
from ctscan.sources.repositories.censys import ORGANISATION
from ctscan.sources.repositories.censys import TOKEN as CENSYS
from ctscan.sources.repositories.certspotter import TOKEN as CERTSPOTTER

NO_TOKENS: dict[str, str | None] = {CENSYS: None, CERTSPOTTER: None, ORGANISATION: None}


def listed(**environ: str | None) -> dict[str, Any]:
    result = run("sources", "--format", "json", env=NO_TOKENS | environ)
    assert (result.exit_code, result.stderr) == (0, "")
    return {one["name"]: one for one in json.loads(result.stdout)}


def test_every_repository_is_listed_between_logs_and_files() -> None:
    assert list(listed()) == ["logs", *(one.name for one in repositories()), "files"]


def test_logs_are_the_only_source_that_is_complete_and_verified() -> None:
    assert [name for name, one in listed().items() if one["verified"] or one["complete"]] == ["logs"]


def test_every_source_says_what_it_is_worth() -> None:
    for one in listed().values():
        assert one["finds"] and one["limits"] and one["tells"] and one["title"] and one["command"].startswith("ctscan ")
        assert all(limit.endswith(".") for limit in one["limits"])


def test_a_source_is_ready_when_its_token_is_there() -> None:
    before = listed()
    assert (before["censys"]["ready"], before["certspotter"]["ready"]) == (False, True)
    assert CENSYS in before["censys"]["lacks"]
    after = listed(**{CENSYS: "censys_abc"})
    assert (after["censys"]["ready"], after["censys"]["lacks"]) == (True, None)


@pytest.mark.parametrize("format", ["table", "json"])
def test_no_token_is_shown(format: str) -> None:
    secrets = {CENSYS: "censys_sésame", CERTSPOTTER: "k 1 sesame", ORGANISATION: "sesame"}
    for environ in (secrets, dict.fromkeys(secrets, "sesame")):
        result = run("sources", "--format", format, env=environ)
        assert result.exit_code == 0
        assert "sesame" not in result.output
        assert "sésame" not in result.output


def test_the_table_says_it_all() -> None:
    shown = " ".join(run("sources", env=NO_TOKENS).stdout.split())
    for one in repositories():
        for text in (one.title, one.tells, one.needs, *one.limits):
            assert " ".join(text.split()) in shown
    assert "verified: every entry is proven" in shown
    assert "ctscan import" in shown
