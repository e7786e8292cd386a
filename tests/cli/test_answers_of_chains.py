"""CA certificates from chains in the output: counted apart, marked as unproven, skipped by `prove`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.certs import make_certificate
from support.cli import run
from support.logs import LogBuilder
from support.scanning import person_certificate, scan
from support.simulator import Simulator

from ctscan.model import LogProtocol

JANE, CONTACT, ROOT_CONTACT = "jane.roe@example.org", "ca.contact@example.org", "root.contact@example.org"
ISSUING = make_certificate([("CN", "Example CA"), ("emailAddress", CONTACT)], ca=True)
ROOT = make_certificate([("CN", "Example Root"), ("emailAddress", ROOT_CONTACT)], ca=True, serial=2)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Index a log with two people, whose chain holds contacts of two authorities, and with an entry for the root."""
    path = tmp_path_factory.mktemp("chains") / "ctscan.db"
    builder = LogBuilder("Example log", leaf_index=False)
    builder.add_certificate(person_certificate(JANE, 1), chain=(ISSUING, ROOT))
    builder.add_certificate(person_certificate("zoe@example.org", 2), chain=(ISSUING, ROOT))
    builder.add_certificate(ROOT)
    with Simulator() as sim:
        sim.add("example", builder, LogProtocol.RFC6962)
        assert scan(sim, path).exit_code == 0
    return path


@pytest.mark.parametrize(
    ("identifier", "words"),
    [
        ("@example.org", "Found in 2 certificates, and 2 of certification authorities; the answer is complete"),
        (CONTACT, "Found in 1 certificate of a certification authority; the answer is complete"),
        (JANE, "Found in 1 certificate; the answer is complete"),
    ],
)
def test_certificates_of_authorities_are_counted_apart(db: Path, identifier: str, words: str) -> None:
    result = run("lookup", identifier, "--db", db)
    assert result.exit_code == 0
    assert words in result.stdout


def test_a_sighting_in_a_chain_is_said_to_be_unproven(db: Path) -> None:
    result = run("lookup", CONTACT, "--db", db)
    assert "Certificate 1 of 1, of a certification authority" in result.stdout
    line = " ".join(result.stdout.split())
    assert "in the chain submitted with entry 0 of Example log, " in line
    assert "not proven: no log's tree covers chains, so it can't be" in line
    assert "logged in" not in line


def test_shape_of_an_answer(db: Path) -> None:
    def matches(identifier: str) -> list[tuple[bool, list[tuple[str, bool]]]]:
        found = json.loads(run("lookup", identifier, "--db", db, "--format", "json").stdout)["matches"]
        return [(m["certificate"]["is_ca"], [(s["kind"], s["verified"]) for s in m["sightings"]]) for m in found]

    assert matches(JANE) == [(False, [("x509", True)])]
    assert matches(CONTACT) == [(True, [("chain", False)])]
    assert matches(ROOT_CONTACT) == [(True, [("x509", True), ("chain", False)])]


def test_prove_passes_over_chains_and_says_so(db: Path) -> None:
    everything = run("prove", "--all", "--db", db)
    assert (everything.exit_code, "All proven: 3 sightings." in everything.stdout) == (0, True)
    assert everything.stderr == (
        "ctscan: prove: 1 certificate only came in chains submitted with entries: "
        "no log's tree covers chains, so nothing can prove that\n"
    )
    assert run("prove", ROOT_CONTACT, "--db", db).stderr == ""


def test_what_only_came_in_a_chain_is_not_proven(db: Path) -> None:
    result = run("prove", CONTACT, "--db", db, "--format", "json")
    assert (result.exit_code, result.stdout) == (1, "[]\n")
    assert "1 certificate only came in chains" in result.stderr


def test_reindex_keeps_it(db: Path) -> None:
    shape = json.loads(run("reindex", "--db", db, "--format", "json").stdout)
    assert (shape["unchanged"], shape["changed"], shape["removed"]) == (4, 0, 0)


def test_runs_count_what_was_logged(db: Path) -> None:
    (recorded,) = json.loads(run("runs", "--db", db, "--format", "json").stdout)
    assert (recorded["entries"], recorded["certificates"]) == (3, 3)
