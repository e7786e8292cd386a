"""`ctscan ca`: loads the CCADB's list from files or from its site, and shows its statements about a CA."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from support.cli import error_line, run
from support.patience import FakeTime
from support.reading import patient_client, with_client

from ctscan.authorities.reports import CONTACTS_URL, RECORDS_URL, REPORT_LIMIT, fetch_report, fetch_reports, read_report
from ctscan.errors import BadAnswer, InputError, SourceError, UsageError
from ctscan.http.client import Client
from ctscan.index.open import open_index
from ctscan.model.results import LoadedAuthorities

HEADER = (
    "CA Owner,Certificate Name,Subordinate CA Owner,Revocation Status,SHA-256 Fingerprint,Parent SHA-256 Fingerprint,"
    "Subject Key Identifier,CP Same as Parent,Certificate Policy (CP) URL,CPS Same as Parent,"
    "Certificate Practice Statement (CPS) URL,CP/CPS Same as Parent,Certificate Practice & Policy Statement"
)
ROWS = (
    f"Example Trust,Example Root,,,{'01' * 32},,AAECAwQFBgcICQoLDA0ODxAREhM=,False,https://example.com/cp,False,,False,",
    f"Example Trust,Issuing,Example University,Revoked,{'02' * 32},{'01' * 32},FBUWFxgZGhs=,True,,False,,False,",
    f"Other Trust,Other Root,,,{'03' * 32},,,False,,False,,False,",
)
RECORDS = "\r\n".join((HEADER, *ROWS, "")).encode()
CONTACTS = b"CA Owner,Problem Reporting Mechanism\r\nExample Trust,report@example.com\r\n"
KEY = bytes(range(20)).hex()


@pytest.fixture
def saved(tmp_path: Path) -> tuple[Path, Path]:
    records, contacts = tmp_path / "records.csv", tmp_path / "contacts.csv"
    records.write_bytes(RECORDS)
    contacts.write_bytes(CONTACTS)
    os.utime(records, (1_767_225_600, 1_767_225_600))
    return records, contacts


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "index.db"


# --- from files ---------------------------------------------------------------------------------------------------


def test_a_list_is_loaded_and_shown(saved: tuple[Path, Path], db: Path) -> None:
    for files in (saved, saved[::-1]):
        done = run("ca", "update", "--from", files[0], "--from", files[1], "--db", db)
        assert (done.exit_code, done.stderr) == (0, "")
        assert "List of 2026-01-01T00:00:00Z" in done.stdout
        assert "from the CCADB" in done.stdout
        assert "CDLA-Permissive-2.0" in done.stdout
        assert "3 CA certificates of 3 owners; 2 with policies, 2 with a contact" in done.stdout
    assert "It replaces a list of 3 records." in done.stdout
    shown = run("ca", "show", "--db", db)
    assert shown.exit_code == 0
    assert shown.stdout in done.stdout


def test_what_the_list_says_of_a_ca(saved: tuple[Path, Path], db: Path) -> None:
    run("ca", "update", "--from", saved[0], "--from", saved[1], "--db", db)
    for what in (KEY, KEY.upper(), "01" * 32, "example root"):
        shown = run("ca", "show", what, "--db", db)
        assert shown.exit_code == 0
        lines = [line.strip() for line in shown.stdout.splitlines()]
        assert lines[:6] == [
            "Example Root", "Owner: Example Trust", f"Key identifier: {KEY}", f"SHA-256: {'01' * 32}",
            "Policy: https://example.com/cp", "Problem reports: report@example.com",
        ]  # fmt: skip
        assert lines[6] == "1 CA certificate."
        assert "from the CCADB" in lines[7]
    university = run("ca", "show", "university", "--db", db).stdout
    assert "Status: Revoked" in university
    assert "Policy: https://example.com/cp" in university
    assert "Problem reports: report@example.com (Example Trust)" in university
    assert "no contact known" in run("ca", "show", "other", "--db", db).stdout
    assert run("ca", "show", "nobody", "--db", db).stdout.startswith("0 CA certificates.")


def test_json(saved: tuple[Path, Path], db: Path) -> None:
    done = run("ca", "update", "--from", saved[0], "--from", saved[1], "--db", db, "--format", "json")
    loaded = json.loads(done.stdout)
    assert loaded["list"] == {"fetched": "2026-01-01T00:00:00Z", "origin": str(saved[0]), "records": 3}
    assert (loaded["owners"], loaded["with_contact"], loaded["remarks"], loaded["replaced"]) == (3, 2, [], None)
    assert "CCADB" in loaded["attribution"]
    found = json.loads(run("ca", "show", KEY, "--db", db, "--format", "json").stdout)
    assert found["list"] == loaded["list"]
    assert [(one["owner"], one["key_id"]) for one in found["authorities"]] == [("Example Trust", KEY)]
    assert json.loads(run("ca", "show", "--db", db, "--format", "json").stdout)["owners"] == 3


def test_a_list_without_contacts_is_loaded_and_says_so(saved: tuple[Path, Path], db: Path) -> None:
    done = run("ca", "update", "--from", saved[0], "--db", db)
    assert done.exit_code == 4
    assert "contacts for problem reports are missing" in done.stderr
    assert "0 with a contact" in done.stdout


def test_a_list_that_can_not_be_read_leaves_the_one_that_is_there(saved: tuple[Path, Path], db: Path) -> None:
    run("ca", "update", "--from", saved[0], "--from", saved[1], "--db", db)
    before = run("ca", "show", "--db", db).stdout
    saved[0].write_bytes(RECORDS.replace(b"Subordinate CA Owner", b"Renamed Column"))
    failed = run("ca", "update", "--from", saved[0], "--db", db)
    assert failed.exit_code == 1
    assert "Subordinate CA Owner" in error_line(failed)
    assert run("ca", "show", "--db", db).stdout == before


@pytest.mark.parametrize("content", [b"", b"\0", b"<html>", HEADER.encode()])
def test_a_file_that_is_no_report_is_an_input_error(content: bytes, tmp_path: Path, db: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes(content)
    failed = run("ca", "update", "--from", path, "--db", db)
    assert failed.exit_code == 1
    assert "odd.csv" in error_line(failed)
    assert not db.exists()


def test_one_report_of_certificates_is_needed(saved: tuple[Path, Path], tmp_path: Path, db: Path) -> None:
    twin = tmp_path / "twin.csv"
    twin.write_bytes(RECORDS)
    saved[0].write_bytes(RECORDS.replace(b"Subject Key Identifier", b"X"))
    assert "Subject Key Identifier" in error_line(run("ca", "update", "--from", saved[0], "--db", db))
    saved[0].write_bytes(RECORDS)
    for files in ([saved[1]], [saved[0], twin]):
        failed = run("ca", "update", *(word for path in files for word in ("--from", path)), "--db", db)
        assert failed.exit_code == 2
        assert "one report of certificates" in error_line(failed)


def test_without_a_list_it_says_what_to_do(db: Path) -> None:
    async def empty() -> None:
        await (await open_index(db, create=True)).aclose()

    assert "no index" in error_line(run("ca", "show", "--db", db))
    asyncio.run(empty())
    for what in ([], ["example"]):
        shown = run("ca", "show", *what, "--db", db)
        assert shown.exit_code == 1
        assert "ctscan ca update" in error_line(shown)


def test_files_are_bounded_and_have_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be read"):
        read_report(str(tmp_path / "none.csv"))
    with pytest.raises(InputError, match="can't be read"):
        read_report("\0")
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(REPORT_LIMIT + 1)
    with pytest.raises(InputError, match="larger"):
        read_report(str(large))


# --- over the network ---------------------------------------------------------------------------------------------

Handler = Callable[[httpx.Request], httpx.Response]


async def fetch_now(client: Client) -> LoadedAuthorities:
    return await fetch_reports(client, datetime.now(UTC))


def fetched(handler: Handler, contact: str = "ct@example.org") -> LoadedAuthorities:
    return with_client(patient_client(FakeTime(), contact, transport=httpx.MockTransport(handler)), fetch_now)


def site(records: httpx.Response, contacts: httpx.Response) -> Handler:
    def handler(request: httpx.Request) -> httpx.Response:
        answer = {RECORDS_URL: records, CONTACTS_URL: contacts}[str(request.url)]
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    return handler


def csv(content: bytes) -> httpx.Response:
    return httpx.Response(200, content=content, headers={"Content-Type": "text/csv; charset=UTF-8"})


PAGE = httpx.Response(200, content=b"<html>Down for Maintenance</html>", headers={"Content-Type": "text/html"})


def test_both_reports_are_fetched() -> None:
    loaded = fetched(site(csv(RECORDS), csv(CONTACTS)))
    assert (loaded.which.origin, loaded.which.records, loaded.remarks) == (RECORDS_URL, 3, ())
    assert [one.contact for one in loaded.authorities][:1] == ["report@example.com"]


@pytest.mark.parametrize(
    "answer", [PAGE, httpx.Response(404), httpx.Response(503), csv(b"Country\nAustria\n"), csv(CONTACTS[:41])]
)
def test_without_the_contacts_the_rest_is_loaded_and_it_says_so(answer: httpx.Response) -> None:
    loaded = fetched(site(csv(RECORDS), answer))
    assert loaded.which.records == 3
    assert len(loaded.remarks) == 1
    assert "contacts for problem reports are missing" in loaded.remarks[0]


@pytest.mark.parametrize("answer", [PAGE, csv(b""), csv(CONTACTS), csv(b"\0")])
def test_what_is_no_report_is_a_bad_answer(answer: httpx.Response) -> None:
    with pytest.raises(BadAnswer, match="AllCertificateRecordsCSVFormatV5"):
        fetched(site(answer, csv(CONTACTS)))


def test_a_report_with_other_columns_is_a_source_error() -> None:
    with pytest.raises(SourceError, match="Subordinate CA Owner"):
        fetched(site(csv(RECORDS.replace(b"Subordinate CA Owner", b"X")), csv(CONTACTS)))


def test_redirects_and_floods_are_refused() -> None:
    with pytest.raises(BadAnswer, match="redirect"):
        fetched(site(httpx.Response(302, headers={"Location": "https://other.example.com"}), csv(CONTACTS)))
    flood = {"Content-Length": str(REPORT_LIMIT + 1), "Content-Type": "text/csv"}
    client = patient_client(FakeTime(), transport=httpx.MockTransport(lambda _: httpx.Response(200, headers=flood)))
    with pytest.raises(BadAnswer, match="at most"):
        with_client(client, lambda c: fetch_report(RECORDS_URL, c, bytes))


def test_without_a_contact_nothing_is_fetched(db: Path) -> None:
    with pytest.raises(UsageError, match="contact"):
        fetched(site(csv(RECORDS), csv(CONTACTS)), contact="")
    failed = run("ca", "update", "--db", db, env={"CTSCAN_CONTACT": None})
    assert failed.exit_code == 2
    assert "a contact is needed" in error_line(failed)
    assert not db.exists()
