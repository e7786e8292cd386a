"""`ctscan prove` and `ctscan reindex` with certificates from repositories: `prove` skips them, `reindex` keeps them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from support.certs import EMAIL_PROTECTION, make_certificate
from support.cli import run
from support.kept import a_search
from support.logs import LogBuilder

from ctscan.index.open import open_index
from ctscan.model import EntryKind, RepositoryEntry, RepositoryHit
from ctscan.personal.rule_set import rule_set
from ctscan.personal.rules import find_personal_data
from ctscan.x509.certificate import read_certificate

JANE = make_certificate([("CN", "Jane Roe")], [("email", "jane@example.org")], eku=(EMAIL_PROTECTION,), serial=7)
HOST = make_certificate([("CN", "zoe-smith.example.net")], [("dns", "zoe-smith.example.net")], serial=8)
"""Holds a name for who looks for names in hosts of example.net, and nothing for who doesn't."""


def hit(reference: str, der: bytes, *domains: str) -> RepositoryHit:
    certificate = read_certificate(der)
    findings, _ = find_personal_data(certificate, domains)
    assert findings
    return RepositoryHit(RepositoryEntry(reference, der), EntryKind.X509, der, certificate, findings)


@pytest.fixture(scope="module", params=["domain:example.net", "host:example.net", ""])
def db(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Index two certificates from a repository: Jane's, which a log holds too, and a certificate in no log."""
    folder = tmp_path_factory.mktemp("proof")
    log = LogBuilder("Example log")
    log.add_certificate(JANE)
    log.write_static_tree(folder / "log")
    path = folder / "ctscan.db"
    scan = ("scan", "--db", path, "--log", (folder / "log").as_uri(), "--from", "start", "--everything")
    assert run(*scan).exit_code == 0

    async def search() -> None:
        async with await open_index(path, create=False) as index:
            scope = "domain:example.net, organisation:example widgets, 2 e-mail addresses"
            asked = a_search(request.param) if request.param else a_search("", kind="import", scope=scope)
            search_id = await index.start_search(asked, rule_set())
            await index.keep_found(search_id, [hit("1", JANE), hit("2", HOST, "example.net")])

    asyncio.run(search())
    return path


def test_what_repositories_gave_is_passed_over_and_said(db: Path) -> None:
    result = run("prove", "--all", "--db", db)
    assert (result.exit_code, "All proven: 1 sighting." in result.stdout) == (0, True)
    assert result.stderr == (
        "ctscan: prove: 1 certificate only came from repositories or files: "
        "nothing proves that until a log that holds the same is read\n"
    )
    assert run("prove", "jane@example.org", "--db", db).stderr == ""
    alone = run("prove", "example.net", "--db", db, "--format", "json")
    assert (alone.exit_code, alone.stdout) == (1, "[]\n")


def test_applying_the_rules_again_loses_nothing(db: Path) -> None:
    shape = json.loads(run("reindex", "--db", db, "--format", "json").stdout)
    assert (shape["unchanged"], shape["changed"], shape["removed"]) == (2, 0, 0)
