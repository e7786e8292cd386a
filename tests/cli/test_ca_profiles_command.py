"""`ctscan ca list`, `ctscan ca check`, and the profiles of `ctscan ca show`: JSON as agreed, with and without index."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from support.cli import error_line, run
from support.profile_files import PROFILE, minimal, with_fact

from ctscan.index.open import open_index
from ctscan.resources import data_path

HEADER = (
    "CA Owner,Certificate Name,Subordinate CA Owner,Revocation Status,SHA-256 Fingerprint,Parent SHA-256 Fingerprint,"
    "Subject Key Identifier,CP Same as Parent,Certificate Policy (CP) URL,CPS Same as Parent,"
    "Certificate Practice Statement (CPS) URL,CP/CPS Same as Parent,Certificate Practice & Policy Statement"
)
ROW = f"Sectigo,Example Mail CA,,,{'01' * 32},,AAECAwQFBgcICQoLDA0ODxAREhM=,False,https://example.com/cp,False,,False,"


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "index.db"


@pytest.fixture
def loaded(tmp_path: Path, db: Path) -> Path:
    records = tmp_path / "records.csv"
    records.write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    assert run("ca", "update", "--from", records, "--db", db).exit_code == 4
    return db


def shown(db: Path, what: str, *more: str) -> Any:
    done = run("ca", "show", what, "--db", db, "--format", "json", *more)
    assert (done.exit_code, done.stderr) == (0, "")
    return json.loads(done.stdout)


# --- list ----------------------------------------------------------------------------------------------------------


def test_the_list_has_a_row_for_each_profile_and_needs_no_index(db: Path) -> None:
    done = run("ca", "list", "--format", "json")
    assert (done.exit_code, done.stderr) == (0, "")
    rows = json.loads(done.stdout)
    assert len(rows) == len(list(data_path("ca_policies").glob("*.toml")))
    for row in rows:
        assert set(row) == {"name", "owner", "grade", "facts", "as_of", "baseline", "no_letter"}
        assert row["name"] and row["owner"] and row["grade"] in "ABC" and row["facts"] > 0
    found = {row["name"]: row for row in rows}
    assert found["IdenTrust"]["owner"] == "IdenTrust Services, LLC"
    assert found["Sectigo"]["as_of"] == "2021-11-15"
    assert found["Let's Encrypt"]["no_letter"] == "no-person"
    assert [row["name"] for row in rows if row["baseline"]] == ["Baseline Requirements for S/MIME"]
    assert not db.exists()


def test_the_list_as_a_table() -> None:
    done = run("ca", "list")
    assert done.exit_code == 0
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[0] == ["Profile", "Owner", "Grade", "Facts", "As", "of", "Letter"]
    assert any(line[:3] == ["Sectigo", "Sectigo", "A"] for line in lines)
    assert "none: its certificates have no field for a person" in done.stdout


# --- show ----------------------------------------------------------------------------------------------------------


def test_a_profile_is_shown_without_an_index(db: Path) -> None:
    found = shown(db, "IdenTrust")
    assert (found["list"], found["authorities"]) == (None, [])
    (profile,) = found["profiles"]
    assert (profile["name"], profile["grade"]) == ("IdenTrust", "A")
    for fact in profile["facts"]:
        assert set(fact) == {
            "key", "value", "data", "section", "source", "url", "layer", "date", "undated", "version", "grade",
        }  # fmt: skip
        assert all(isinstance(fact[name], str) and fact[name] for name in ("key", "value", "section", "source", "date"))
    facts = {(fact["key"], fact["layer"]): fact for fact in profile["facts"]}
    time = facts["response-time", "privacy-policy"]
    assert (time["value"], time["date"]) == ("30 days", "2023-09-20")
    assert time["data"] == {"count": 30, "unit": "days", "aim": False, "may_take_longer": False}
    assert facts["required-items", "privacy-policy"]["data"] == ["full-name", "email", "postal-address", "year"]
    assert facts["erasure", "privacy-policy"]["value"].startswith("refused")
    assert facts["retention-archive", "cp-cps"]["value"] == (
        "at least 7 years, 6 months, from an event that the text doesn't state"
    )
    assert {one["key"] for one in profile["conflicts"]} == {"retention", "rectification"}
    assert not db.exists()


def test_a_profile_is_shown_beside_the_records_of_the_list(loaded: Path) -> None:
    found = shown(loaded, "sectigo")
    assert found["list"]["records"] == 1
    assert [one["name"] for one in found["authorities"]] == ["Example Mail CA"]
    assert [one["name"] for one in found["profiles"]] == ["Sectigo"]
    assert shown(loaded, "Example Mail")["profiles"] == []
    for number in (bytes(range(20)).hex(), "01" * 32):
        assert [one["name"] for one in shown(loaded, number)["profiles"]] == ["Sectigo"]
    assert shown(loaded, "02" * 32)["profiles"] == []
    assert "profiles" not in json.loads(run("ca", "show", "--db", loaded, "--format", "json").stdout)


def test_a_profile_is_shown_with_an_index_without_a_list(db: Path) -> None:
    async def empty() -> None:
        await (await open_index(db, create=True)).aclose()

    asyncio.run(empty())
    found = shown(db, "TrustCor Systems")
    assert (found["list"], found["authorities"], len(found["profiles"])) == (None, [], 1)
    for what in ("Entrust", "nobody"):
        failed = run("ca", "show", what, "--db", db)
        assert failed.exit_code == 1
        assert "ctscan ca update" in error_line(failed)


def test_a_name_that_no_profile_has_needs_an_index(db: Path) -> None:
    for what in ("Entrust", "nobody", "54b07bad45b8e2407ffb0a6efbbe33c93ca384d5"):
        failed = run("ca", "show", what, "--db", db)
        assert failed.exit_code == 1
        assert "no index" in error_line(failed)


def test_a_damaged_index_is_an_error_though_a_profile_answers(db: Path) -> None:
    db.write_bytes(b"no database, but a file of another program\n" * 100)
    db.chmod(0o600)
    failed = run("ca", "show", "IdenTrust", "--db", db)
    assert failed.exit_code == 1
    assert "index.db" in error_line(failed)


def test_a_profile_is_found_by_the_key_of_a_root(db: Path) -> None:
    (profile,) = shown(db, "ED:44:19:C0:D3:F0:06:8B:EE:A4:7B:BE:42:E7:26:54:C8:8E:36:76")["profiles"]
    assert profile["name"] == "IdenTrust"
    assert {"key_id": "ed4419c0d3f0068beea47bbe42e72654c88e3676", "name": "Commercial Root CA 1"} in profile["keys"]


def test_a_profile_is_readable(db: Path) -> None:
    done = run("ca", "show", "Sectigo", "--db", db)
    assert (done.exit_code, done.stderr) == (0, "")
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert lines[0] == "Profile Sectigo, grade A: whole text read"
    at = lines.index(
        "retention of records: 7 years after expiry or revocation of the last certificate under the agreement; "
        "15 years for qualified certificates"
    )
    assert lines[at + 1] == "Sectigo Privacy Policy, How we use your information, l. 447-452; as of 2021-11-15; grade A"
    assert "e-mail address: hidden by the text (privacy requests)" in lines
    assert (
        "retention of records: Sectigo Privacy Policy; Sectigo S/MIME CP/CPS disagree; Sectigo Privacy Policy is "
        "followed (the longer period is shown)"
    ) in lines
    at = lines.index("e-mail address: DPOfficer@sectigo.com (data protection officer)")
    assert lines[at + 1].endswith("as of 2026-07-21; grade C")
    assert "Sectigo Privacy Policy: https://www.sectigo.com/privacy-policy" in lines


def test_the_baseline_says_for_whom_it_holds(db: Path) -> None:
    done = run("ca", "show", "baseline", "--db", db)
    assert "holds for every public CA of e-mail certificates that has no profile" in done.stdout


# --- check ---------------------------------------------------------------------------------------------------------


def test_every_shipped_profile_is_well_formed_and_old_texts_are_named() -> None:
    done = run("ca", "check", "--at", "2026-12-01")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "sectigo.toml: Sectigo Privacy Policy: of 2021-11-15, older than 24 months; look for a newer text" in (
        done.stdout
    )
    assert f"{len(list(data_path('ca_policies').glob('*.toml')))} profiles are well formed." in done.stdout


def test_the_check_as_json() -> None:
    rows = {row["name"]: row for row in json.loads(run("ca", "check", "--format", "json", "--at", "2026-12-01").stdout)}
    assert len(rows) == len(list(data_path("ca_policies").glob("*.toml")))
    sectigo = rows["Sectigo"]
    assert (sectigo["file"], sectigo["old"]) == ("sectigo.toml", True)
    codes = [fault["code"] for fault in sectigo["fault_codes"]]
    assert codes == ["ca-fault.old-text", *["ca-fault.conflict"] * 2, *["ca-fault.hidden-address"] * 2]
    assert len(sectigo["faults"]) == len(codes)
    assert rows["emSign"] == {
        "name": "emSign", "file": "emsign.toml", "old": False, "faults": [], "fault_codes": [],
    }  # fmt: skip


def test_own_files_are_checked_and_the_day_decides(tmp_path: Path) -> None:
    path = tmp_path / "example.toml"
    path.write_text(PROFILE, encoding="utf-8")
    young = run("ca", "check", path, "--at", "2027-01-31")
    assert (young.exit_code, young.stderr) == (0, "")
    assert "1 profile is well formed." in young.stdout
    old = run("ca", "check", path, "--at", "2027-02-01")
    assert old.exit_code == 0
    assert "1 profile has an old text." in old.stdout


def test_a_broken_profile_is_named_and_the_others_are_checked(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(with_fact("email", '{ hidden = true, use = "privacy" }', minimal("Other")), encoding="utf-8")
    bad.write_text(PROFILE.replace('grade = "b"', 'grade = "x"'), encoding="utf-8")
    done = run("ca", "check", bad, good, "--at", "2026-12-01")
    assert done.exit_code == 1
    assert done.stderr == "ctscan: bad.toml: sources.cps.grade: expected a, b, c, got text of 1 character\n"
    assert "good.toml: the text hides its e-mail address (privacy requests); give it by hand" in done.stdout


def test_two_files_of_one_ca_are_an_error(tmp_path: Path) -> None:
    for name in ("one.toml", "two.toml"):
        (tmp_path / name).write_text(PROFILE, encoding="utf-8")
    done = run("ca", "check", tmp_path / "one.toml", tmp_path / "two.toml", "--at", "2026-12-01")
    assert done.exit_code == 1
    assert "expected it in one profile, got it in two.toml, too" in done.stderr


@pytest.mark.parametrize("name", ["none.toml", "folder", "\0.toml"])
def test_a_file_that_can_not_be_read_is_an_error(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    done = run("ca", "check", f"{tmp_path}/{name}")
    assert done.exit_code == 1
    assert "can't be read" in done.stderr
    assert str(tmp_path) not in done.stderr


@pytest.mark.parametrize("day", ["2026-13-01", "tomorrow", "2026-12-01T00:00:00", ""])
def test_an_impossible_day_is_a_usage_error(day: str) -> None:
    done = run("ca", "check", "--at", day)
    assert done.exit_code == 2
    assert "--at" in error_line(done)
