"""`ctscan dossier --case`: the case decides whose dossier it is, what leaves, and what is carried on."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from support.cli import error_line, run
from support.dossiers import JANE, JOHN, members, pdf_text, scanned

from ctscan.resources import languages
from ctscan.views.dossier.phrases import DossierText

SETTLED = ("--identity-settled", "came in person")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scanned(tmp_path_factory.mktemp("case"))


def opened(config: Path, *identifiers: str, **options: str) -> str:
    """Open a case; return its number."""
    given = {"regime": "eu", "received": "2026-11-02", "requester": "Jane Roe", **options}
    words = [word for name, value in given.items() for word in (f"--{name}", value)]
    found = run("case", "open", *identifiers, "--config", config, *words, "--format", "json")
    assert found.exit_code == 0, found.stderr
    return str(json.loads(found.stdout)["number"])


def dossier(config: Path, number: str, folder: Path, *options: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Make the dossier of a case; return its JSON and its package."""
    found = run("dossier", "--case", number, "--config", config, "-o", folder, *options)
    assert found.exit_code == 0, found.stderr
    package = members(folder / f"dossier-{number}.zip")
    return json.loads(package["dossier.json"]), package


def test_no_finding_leaves_before_the_identity_is_settled(config: Path, tmp_path: Path) -> None:
    number = opened(config, JANE)
    found = run("dossier", "--case", number, "--config", config, "-o", tmp_path / "out")
    assert found.exit_code == 2 and "identity" in error_line(found)
    assert not (tmp_path / "out").exists()
    made, package = dossier(config, number, tmp_path / "out", "--override", "a court asked for it at once")
    assert made["identity"] == {"how": "override", "text": "a court asked for it at once"}
    assert "before the identity of the requester was settled" in " ".join(pdf_text(package["dossier.pdf"]).split())


def test_the_case_records_the_dossier_and_the_trail_its_number(config: Path, tmp_path: Path) -> None:
    number = opened(config, JANE)
    run("dossier", "--case", number, "--config", config, "-o", tmp_path, *SETTLED)
    history = json.loads(run("case", "show", "--case", number, "--config", config, "--format", "json").stdout)[
        "history"
    ]
    assert history[-1]["what"] == "dossier made" and history[-1]["detail"]["settled"] == "came in person"
    events = json.loads(run("audit", "show", "--config", config, "--format", "json").stdout)
    assert {event["case"] for event in events if event["action"] == "dossier"} >= {number}


def test_all_identifiers_make_one_picture(config: Path, tmp_path: Path) -> None:
    number = opened(config, JANE, "Jane Roe")
    made, _ = dossier(config, number, tmp_path, *SETTLED)
    assert len(made["answers"]) == 2
    identities = [one["identity"] for one in made["certificates"]]
    assert len(identities) == len(set(identities)) == 3
    assert {tuple(one["matched_as"]) for one in made["certificates"]} == {("email", "name")}


def test_certificates_with_another_name_are_held_back_until_they_are_confirmed(config: Path, tmp_path: Path) -> None:
    number = opened(config, JOHN, requester="Jane Roe")
    made, _ = dossier(config, number, tmp_path, *SETTLED)
    assert made["certificates"] == [] and made["held_back"][0]["certificates"] >= 1
    assert made["held_back"][0]["reason_code"].startswith("doubt.")


def test_a_refused_certificate_is_left_out(config: Path, tmp_path: Path) -> None:
    number = opened(config, JANE)
    made, _ = dossier(config, number, tmp_path, *SETTLED)
    identity = made["certificates"][0]["identity"]
    reasons = ("--decision", "refused", "--ground", "rights-of-others", "--reasoning", "it names others")
    decided = run("case", "decide", "--case", number, "--config", config, *reasons, "--certificate", identity)
    assert decided.exit_code == 0, decided.stderr
    again, package = dossier(config, number, tmp_path, *SETTLED)
    assert len(again["certificates"]) == len(made["certificates"]) - 1
    assert [one["reason_code"] for one in again["held_back"]] == ["held.refused"]
    assert not any(identity in path for path in package)


@pytest.mark.parametrize(("kind", "shown"), [("access", False), ("erasure", True)])
def test_a_refused_request_for_access_gets_no_certificate(config: Path, tmp_path: Path, kind: str, shown: bool) -> None:
    number = opened(config, JANE, kind=kind)
    decide = ("case", "decide", "--case", number, "--config", config, "--reasoning", "nothing identifies her")
    refused = run(*decide, "--decision", "refused", "--ground", "no-match")
    assert refused.exit_code == 0, refused.stderr
    made, package = dossier(config, number, tmp_path, *SETTLED)
    assert bool(made["certificates"]) is shown and (made["nothing_found"] is False)
    assert ("dossier-note.refused" in {one["code"] for one in made["note_codes"]}) is not shown
    assert any(path.startswith("certificates/") for path in package) is shown
    letters = run("letters", "--case", number, "--config", config, "-o", tmp_path / "letters", *SETTLED)
    assert letters.exit_code == 0 and ("No letter was written" in letters.stdout) is not shown


def test_decisions_and_letters_are_told_in_the_language_of_the_case(config: Path, tmp_path: Path) -> None:
    number = opened(config, JANE, lang="fr")
    assert run("letters", "--case", number, "--config", config, "-o", tmp_path / "letters", *SETTLED).exit_code == 0
    words = ("--decision", "granted", "--reasoning", "tout est clair")
    assert run("case", "decide", "--case", number, "--config", config, *words).exit_code == 0
    _, package = dossier(config, number, tmp_path, *SETTLED)
    text = " ".join(pdf_text(package["dossier.pdf"]).split())
    assert "accès" in text and "; access" not in text
    assert "tout est clair" in text and "granted" not in text


def test_rights_that_the_law_of_the_case_does_not_know_are_not_promised(config: Path, tmp_path: Path) -> None:
    number = opened(config, JANE, regime="ccpa")
    _, package = dossier(config, number, tmp_path, *SETTLED)
    text = pdf_text(package["dossier.pdf"])
    assert "(erasure)" in text or "erase data" in text
    assert "restrict their use" not in text


def test_a_statement_is_carried(config: Path, tmp_path: Path) -> None:
    number = opened(config, JANE, kind="rectification")
    words = ("--decision", "rectified", "--reasoning", "it was wrong", "--statement", "Her name is Jane Roe-Doe.")
    decided = run("case", "decide", "--case", number, "--config", config, *words)
    assert decided.exit_code == 0, decided.stderr
    made, package = dossier(config, number, tmp_path, *SETTLED)
    assert made["case"]["statements"] == ["Her name is Jane Roe-Doe."]
    assert "Jane Roe-Doe" in pdf_text(package["dossier.pdf"])


def test_an_objection_hides_what_is_kept_from_then_on(tmp_path: Path) -> None:
    config = scanned(tmp_path)
    number = opened(config, JANE, kind="objection")
    out = tmp_path / "out"
    found = run("dossier", "--case", number, "--config", config, "-o", out, *SETTLED)
    assert found.exit_code == 4, "the answer leaves out what is restricted"
    package = members(out / f"dossier-{number}.zip")
    made = json.loads(package["dossier.json"])
    assert made["case"]["restricted"] is True
    assert made["certificates"] == []
    (answer,) = made["answers"]
    assert (answer["complete"], answer["suppressed"]["restricted"]) == (False, True)
    assert "remark.restricted" in [one["code"] for one in answer["remark_codes"]]


def test_the_history_ends_at_the_moment(config: Path, tmp_path: Path) -> None:
    number = opened(config, JANE)
    opening = json.loads(run("case", "show", "--case", number, "--config", config, "--format", "json").stdout)
    moment = opening["history"][0]["at"][:19] + "Z"
    run("case", "note", "--case", number, "--config", config, "a note of the handler")
    early = run("dossier", "--case", number, "--config", config, "-o", tmp_path, "--at", "2020-01-01", *SETTLED)
    assert early.exit_code == 2 and "after the opening" in early.stderr
    one, _ = dossier(config, number, tmp_path, *SETTLED)
    packages = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        dossier(config, number, folder, "--at", one["at"], *SETTLED)
        packages.append((folder / f"dossier-{number}.zip").read_bytes())
    assert packages[0] == packages[1] and moment


def test_a_closed_case_gets_no_dossier(config: Path, tmp_path: Path) -> None:
    number = opened(config, JANE)
    closed = run("case", "close", "--case", number, "--config", config, "--outcome", "answered")
    assert closed.exit_code == 0, closed.stderr
    found = run("dossier", "--case", number, "--config", config, "-o", tmp_path / "out", *SETTLED)
    assert found.exit_code == 2 and "closed" in error_line(found) and not (tmp_path / "out").exists()


@pytest.mark.parametrize("lang", languages())
def test_every_language_has_a_dossier_without_codes(config: Path, tmp_path: Path, lang: str) -> None:
    number = opened(config, JANE, lang=lang)
    made, package = dossier(config, number, tmp_path, *SETTLED)
    text = pdf_text(package["dossier.pdf"])
    assert made["lang"] == lang
    assert [str(code) for code in DossierText if re.search(rf"{code}\b", text)] == [], "codes without words"
