"""`ctscan status`: counts, lists, refreshes; refusals; exit codes."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.cli import error_line, run
from support.kept import LOG, RULES, a_run, an_advance, commit, email_finding
from support.revoking import make_ca
from support.words import english

from ctscan.index.open import open_index
from ctscan.model import Entry, EntryKind, Hit, Revocation, RevocationState, StatusReason
from ctscan.x509.certificate import read_certificate

TODAY = datetime.now(UTC).replace(microsecond=0)
SOON = TODAY + timedelta(days=5)
CA = make_ca("issuing")
INSIDE = "http://127.0.0.1:9/inside.crl"
CONTACT = ("--contact", "ct@example.org")


def issue(serial: int, days: int = 100, **fields: object) -> bytes:
    dates = {"not_before": TODAY - timedelta(days=200), "not_after": TODAY + timedelta(days=days)}
    return CA.issue(serial, **{**dates, **fields})  # type: ignore[arg-type]


def said(state: RevocationState, **fields: object) -> Revocation:
    return Revocation(state, "CRL", TODAY, "http://crl.example.net/1.crl", **fields)  # type: ignore[arg-type]


GOOD = said(RevocationState.NOT_REVOKED, this_update=TODAY, next_update=SOON)
REVOKED = said(
    RevocationState.REVOKED, this_update=TODAY, revoked_at=datetime(2026, 2, 1, tzinfo=UTC), reason="keyCompromise"
)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Index five certificates: good, revoked, revoked and expired, never checked, with a CRL at a loopback address."""
    made = [
        (issue(16), GOOD),
        (issue(17), REVOKED),
        (issue(18, days=-10), REVOKED),
        (issue(19), None),
        (issue(20, crls=[INSIDE]), None),
    ]

    async def work() -> None:
        async with await open_index(tmp_path / "db", create=True) as index:
            await index.save_log(LOG)
            run_id = await index.start_run(a_run(), RULES, [LOG], [])
            await commit(index, run_id, an_advance(0, len(made), *(a_hit(i, der) for i, (der, _) in enumerate(made))))
            known = [(read_certificate(der).identity, revocation) for der, revocation in made if revocation]
            await index.save_revocations(known)

    asyncio.run(work())
    return tmp_path / "db"


def a_hit(index: int, der: bytes) -> Hit:
    entry = Entry(LOG.id, index, 1_900_000_000_000 + index, EntryKind.X509, der, b"", b"")
    return Hit(entry, read_certificate(der), (email_finding(f"person{index}@example.org"),))


def test_without_anybody_all_are_counted(db: Path) -> None:
    result = run("status", "--db", db, "--format", "json")
    shape = json.loads(result.stdout)
    assert result.exit_code == 0
    assert shape["certificates"] == 5
    assert shape["standings"] == {"valid": 1, "not yet valid": 0, "expired": 0, "revoked": 2, "unknown": 2}
    why = {"why": english(StatusReason.NEVER_CHECKED()), "why_code": "status.never-checked", "why_params": {}}
    assert shape["unknown"] == [{**why, "certificates": 2}]
    assert shape["checked_since"] == TODAY.isoformat().replace("+00:00", "Z")
    table = run("status", "--db", db).stdout
    assert all(word in table for word in ("valid", "revoked", "unknown", "never checked"))


@pytest.mark.parametrize(
    ("person", "words"),
    [
        (0, "valid; not revoked, as the CA's list of"),
        (1, "revoked on 2026-02-01 (keyCompromise), as the CA's list of"),
        (2, "; expired"),
        (3, "unknown: revocation was never checked"),
    ],
)
def test_certificates_of_somebody_are_listed(person: int, words: str, db: Path) -> None:
    result = run("status", f"person{person}@example.org", "--db", db)
    assert result.exit_code == 0
    assert words in result.stdout
    lines = run("status", f"person{person}@example.org", "--db", db, "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["serial"] for line in lines] == [f"{16 + person:x}"]


def test_a_certificate_of_several_that_are_asked_for_is_shown_once(db: Path) -> None:
    result = run("status", "person1@example.org", "@example.org", "--db", db, "--format", "json")
    certificates = json.loads(result.stdout)["certificates"]
    assert len(certificates) == 5
    assert certificates[0]["status"]["standing"] == "revoked"
    assert certificates[0]["revocations"][0]["reason"] == "keyCompromise"


def test_of_nobody_known_there_is_nothing(db: Path) -> None:
    result = run("status", "nobody@example.org", "--db", db)
    assert (result.exit_code, "No such certificate is in the index" in result.stdout) == (0, True)


def test_refreshing_asks_no_server_inside_and_tells_what_it_couldnt_do(db: Path) -> None:
    """The only named CRL is at a loopback address; revoked certificates stay revoked without a new check."""
    result = run("status", "--refresh", "--db", db, "--format", "json", *CONTACT)
    shape = json.loads(result.stdout)
    assert result.exit_code == shape["refresh"]["exit_code"] == 4
    assert shape["refresh"]["still_known"] == 3
    assert shape["refresh"]["asked"] == {"revoked": 0, "not revoked": 0, "unknown": 2}
    (failure,) = shape["refresh"]["failures"]
    assert failure == "127.0.0.1: a list could not be fetched: not asked, its port isn't 80 or 443"
    assert {one["why"] for one in shape["unknown"]} == {failure, english(StatusReason.NAMES_NOTHING())}
    assert "person" not in result.stderr


def test_lines_for_machines_leave_what_failed_to_stderr(db: Path) -> None:
    result = run("status", "person4@example.org", "--refresh", "--db", db, "--format", "jsonl", *CONTACT)
    (line,) = result.stdout.splitlines()
    assert (result.exit_code, json.loads(line)["serial"]) == (4, "14")
    assert "127.0.0.1: a list could not be fetched" in result.stderr


def test_refreshing_those_of_somebody_leaves_the_others(db: Path) -> None:
    result = run("status", "person3@example.org", "--refresh", "--db", db, "--format", "json", *CONTACT)
    shape = json.loads(result.stdout)
    assert result.exit_code == 0
    assert [one["status"]["why"] for one in shape["certificates"]] == [english(StatusReason.NAMES_NOTHING())]
    again = json.loads(run("status", "--db", db, "--format", "json").stdout)
    assert sum(one["certificates"] for one in again["unknown"] if "never checked" in one["why"]) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--ocsp",), "give --refresh"),
        (("--force",), "give --refresh"),
        (("--refresh",), "a contact is needed"),
        (("--refresh", "--ocsp", *CONTACT), "--purpose"),
    ],
)
def test_what_is_refused(arguments: tuple[str, ...], words: str, db: Path) -> None:
    result = run("status", *arguments, "--db", db)
    assert result.exit_code == 2
    assert words in error_line(result)


def test_consent_of_the_configuration_is_for_refreshing_only(db: Path) -> None:
    config = db.with_name("ctscan.toml")
    config.write_text('ocsp = true\npurpose = "case 7"\ncontact = "ct@example.org"\n')
    assert run("status", "--db", db, "--config", config).exit_code == 0
    assert run("status", "person3@example.org", "--refresh", "--db", db, "--config", config).exit_code == 0


def test_without_an_index_there_is_nothing_to_tell(tmp_path: Path) -> None:
    assert run("status", "--db", tmp_path / "none").exit_code == 1


@pytest.mark.parametrize(
    ("identifier", "purpose"), [("Jane@Example.org", "request of jane@example.org"), ("Jane Roe", "of Ms Roe, Jane")]
)
def test_the_purpose_of_a_disclosure_names_nobody(db: Path, identifier: str, purpose: str) -> None:
    result = run("status", identifier, "--refresh", "--ocsp", "--purpose", purpose, *CONTACT, "--db", db)
    assert result.exit_code == 2
    assert "doesn't name the person" in error_line(result)
