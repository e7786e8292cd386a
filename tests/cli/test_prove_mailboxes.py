"""`ctscan prove --answer` on answers about names: mailboxes are checked as matches are; offers claim no entries."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.certs import EMAIL_PROTECTION, make_certificate
from support.cli import run
from support.logs import LogBuilder

from ctscan.views.json import digest


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Index a log with a certificate of a name and one of a mailbox, and save an answer about the name."""
    folder, log = tmp_path_factory.mktemp("mailboxes"), LogBuilder("Example log")
    jane = [("GN", "Jane"), ("SN", "Roe"), ("CN", "Jane Roe")]
    for serial, subject, address in ((7, jane, "jane@example.org"), (8, [], "jane.roe@example.org")):
        log.add_certificate(make_certificate(subject, [("email", address)], eku=(EMAIL_PROTECTION,), serial=serial))
    log.fill(20)
    log.write_static_tree(folder / "log")
    scan = ("scan", "--db", folder / "ctscan.db", "--log", (folder / "log").as_uri(), "--from", "start", "--everything")
    assert run(*scan).exit_code == 0
    found = run("lookup", "Jane Roe", "--db", folder / "ctscan.db", "--format", "json")
    (folder / "saved.json").write_text(found.stdout, encoding="utf-8")
    return folder


@pytest.fixture
def saved(folder: Path) -> Any:
    saved = json.loads((folder / "saved.json").read_text("utf-8"))
    assert (len(saved["matches"]), len(saved["mailboxes"])) == (1, 1)
    return saved


def checked(folder: Path, given: Any, tmp_path: Path) -> tuple[int, Any]:
    """Prove an answer with a digest that fits it; return the exit code and the checks."""
    given["digest"] = digest(given)
    (tmp_path / "given.json").write_text(json.dumps(given), encoding="utf-8")
    result = run("prove", "--answer", tmp_path / "given.json", "--db", folder / "ctscan.db", "--format", "json")
    (found,) = json.loads(result.stdout)
    return result.exit_code, found


def test_an_answer_with_mailboxes_holds(folder: Path, saved: Any, tmp_path: Path) -> None:
    code, found = checked(folder, saved, tmp_path)
    assert (code, found["holds"]) == (0, True)
    assert found["index"]["notes"] == []


def _other_identity(mailbox: Any) -> None:
    mailbox["certificate"]["identity"] = "ab" * 32


def _other_serial(mailbox: Any) -> None:
    mailbox["certificate"]["serial"] = "9"


def _other_finding(mailbox: Any) -> None:
    mailbox["findings"][0]["value"] = "jane.doe@example.org"


def _other_entry(mailbox: Any) -> None:
    mailbox["sightings"][0]["index"] = 15


@pytest.mark.parametrize("change", [_other_identity, _other_serial, _other_finding, _other_entry])
def test_a_changed_mailbox_is_noticed(folder: Path, saved: Any, tmp_path: Path, change: Callable[[Any], None]) -> None:
    change(saved["mailboxes"][0])
    code, found = checked(folder, saved, tmp_path)
    assert (code, found["file"]["state"], found["index"]["state"]) == (1, "holds", "fails")


def test_offers_are_under_the_digest_and_claim_no_entries(folder: Path, saved: Any, tmp_path: Path) -> None:
    offer = {"identifier": "x", "reason": "", "reason_code": "offer.dots", "reason_params": {}, "certificates": 1}
    saved["offers"] = [{**offer, "at_least": False}]
    code, found = checked(folder, saved, tmp_path)
    assert (code, found["index"]["state"], found["trail"]["state"]) == (1, "holds", "fails")
    assert found["file"]["state"] == "fails"  # the sentence isn't the one of its code


def test_an_answer_of_a_version_without_mailboxes_and_offers_is_checked(
    folder: Path, saved: Any, tmp_path: Path
) -> None:
    del saved["mailboxes"], saved["offers"], saved["identifier"]["readings"]
    for match in saved["matches"]:
        del match["matched_as"]
    _, found = checked(folder, saved, tmp_path)
    assert (found["file"]["state"], found["index"]["state"]) == ("holds", "holds")


@pytest.mark.parametrize("wrong", [None, 1, "x", {}, [1], [{}]])
def test_a_field_of_another_type_is_an_error(folder: Path, saved: Any, tmp_path: Path, wrong: Any) -> None:
    saved["mailboxes"] = wrong
    (tmp_path / "given.json").write_text(json.dumps(saved), encoding="utf-8")
    result = run("prove", "--answer", tmp_path / "given.json", "--db", folder / "ctscan.db")
    assert result.exit_code == 1
    assert "mailboxes" in result.stderr
