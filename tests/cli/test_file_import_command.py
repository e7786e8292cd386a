"""`ctscan import`: certificates from files in the index, the outcome of each input, and the disclosure record."""

from __future__ import annotations

import hashlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from support.certs import (
    EMAIL_PROTECTION,
    integer,
    make_certificate,
    make_precert,
    oid,
    public_key,
    signed_data,
    string,
    tlv,
)
from support.cli import error_line, run
from support.holding import a_line, a_mailbox, a_tar, a_zip, ldif, packed, pem, signed_mail, text

from ctscan.cli.file_import import SHOWN, Progress
from ctscan.collect.file_import import PORTION
from ctscan.index.open import open_index
from ctscan.model import Issuer, Problem, Search
from ctscan.model.results import ImportResult
from ctscan.views.search_words import shortfalls
from ctscan.views.text import texts


def of(name: str, address: str, serial: int = 10) -> bytes:
    return make_certificate([("CN", name)], [("email", address)], eku=(EMAIL_PROTECTION,), serial=serial)


JANE = of("Jane Roe", "jane.roe@example.org")
JOHN = of("John Doe", "john@example.com", 11)
HOST = make_certificate([("CN", "www.example.org")], [("dns", "www.example.org")], serial=12)
ROOT = make_certificate([("CN", "Example Root")], ca=True, serial=13, spki=public_key("root"))


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "index" / "kept.db"


@pytest.fixture
def folder(tmp_path: Path, db: Path) -> Path:
    db.parent.mkdir()
    made = tmp_path / "files"
    made.mkdir()
    return made


def imported(db: Path, *arguments: str | Path, everything: bool = True, stdin: bytes = b"") -> Result:
    scope = ["--everything"] if everything else []
    return run("import", *arguments, *scope, "--db", db, stdin=stdin)


def as_json(db: Path, *arguments: str | Path, stdin: bytes = b"") -> dict[str, Any]:
    result = imported(db, *arguments, "--format", "json", stdin=stdin)
    shape: dict[str, Any] = json.loads(result.stdout)
    assert shape["exit_code"] == result.exit_code
    return shape


def looked_up(db: Path, identifier: str) -> list[dict[str, Any]]:
    result = run("lookup", identifier, "--db", db, "--format", "json")
    matches: list[dict[str, Any]] = json.loads(result.stdout)["matches"]
    return matches


async def record(db: Path) -> tuple[list[Search], list[Issuer], dict[str, int]]:
    from ctscan.x509.certificate import read_certificate

    subject = hashlib.sha256(read_certificate(ROOT).subject.raw).digest()
    async with await open_index(db, create=False) as index:
        return await index.newest_searches(10), await index.issuers(subject), await index.counts()


def recorded(db: Path) -> tuple[list[Search], list[Issuer], dict[str, int]]:
    import asyncio

    return asyncio.run(record(db))


def test_what_a_file_holds_is_found_and_is_unverified(db: Path, folder: Path) -> None:
    (folder / "bundle.zip").write_bytes(a_zip({"all.pem": pem(JANE) + pem(HOST) + pem(ROOT)}))
    result = imported(db, folder / "bundle.zip")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "3 certificates read from 1 file, 1 of CAs, 1 kept, 1 of them new here." in result.stdout
    (match,) = looked_up(db, "jane.roe@example.org")
    assert match["sightings"] == []
    (sighting,) = match["repositories"]
    place = f"{folder}/bundle.zip!all.pem (SHA-256 {hashlib.sha256(JANE).hexdigest()[:16]})"
    assert (sighting["repository"], sighting["reference"], sighting["confirmed"]) == ("files", place, False)


def test_the_record_says_what_was_imported_for_what(db: Path, folder: Path) -> None:
    (folder / "a.pem").write_bytes(pem(JANE) + pem(ROOT))
    assert imported(db, folder, "--purpose", "access request 17").exit_code == 0
    (search,), (issuer,), counts = recorded(db)
    assert (search.repository, search.kind, search.question) == ("files", "import", "")
    assert (search.outcome, search.results, search.certificates, search.detail) == ("whole", 2, 1, ())
    assert (search.scope, search.purpose) == ("everything", "access request 17")
    assert (issuer.der, issuer.origin) == (ROOT, "file")
    assert counts["certificates"] == 1


def test_only_what_is_in_scope_is_kept(db: Path, folder: Path) -> None:
    (folder / "a.pem").write_bytes(pem(JANE) + pem(JOHN) + pem(ROOT))
    result = imported(db, folder, "--scope", "example.org", "--scope", "john.other@example.net", everything=False)
    assert "1 kept" in result.stdout
    assert looked_up(db, "jane.roe@example.org")
    assert looked_up(db, "john@example.com") == []
    (search,), (_,), _ = recorded(db)
    assert (search.scope, search.scope_emails) == ("domain:example.org", 1)


def test_a_scope_is_needed(db: Path, folder: Path) -> None:
    (folder / "a.pem").write_bytes(pem(JANE))
    result = imported(db, folder, everything=False)
    assert result.exit_code == 2
    assert "scope" in error_line(result)
    assert not db.exists()


def test_every_form_in_one_folder(db: Path, folder: Path) -> None:
    people = [of("Jane Roe", f"jane{i}@example.org", 100 + i) for i in range(9)]
    (folder / "1.der").write_bytes(people[0])
    (folder / "2.p7b").write_bytes(signed_data(people[1]))
    (folder / "3.tar.gz").write_bytes(packed(a_tar({"x": people[2]})))
    (folder / "4.ldif").write_bytes(ldif(("userCertificate;binary", people[3])))
    (folder / "5.mbox").write_bytes(a_mailbox(signed_mail(signed_data(people[4]))))
    (folder / "6.jsonl.gz").write_bytes(packed(a_line(data={"leaf_cert": {"as_der": text(people[5])}})))
    (folder / "7.eml").write_bytes(signed_mail(signed_data(people[6])))
    (folder / "8.zip").write_bytes(a_zip({"y": pem(people[7])}))
    (folder / "9.json").write_bytes(json.dumps([text(people[8])], indent=1).encode())
    shape = as_json(db, folder)
    assert (shape["exit_code"], shape["files"], shape["certificates"], shape["new"]) == (0, 9, 9, 9)
    assert shape["findings"]["user.contact.email"] == {"findings": 9, "of_people": 9, "of_authorities": 0}


def test_doing_it_again_changes_nothing(db: Path, folder: Path) -> None:
    (folder / "a.pem").write_bytes(pem(JANE) + pem(JANE))
    assert (as_json(db, folder)["new"], recorded(db)[2]) == (1, recorded(db)[2])
    before = recorded(db)[2]
    again = as_json(db, folder)
    assert (again["certificates"], again["repeated"], again["kept"], again["new"]) == (1, 1, 1, 0)
    assert recorded(db)[2] == before


def test_another_certificate_at_the_same_place_leaves_the_first_one(db: Path, folder: Path) -> None:
    for der in (JANE, JOHN):
        assert as_json(db, "-", stdin=der)["new"] == 1
    assert looked_up(db, "jane.roe@example.org")
    assert looked_up(db, "john@example.com")


def test_inputs_that_can_not_be_read_are_told_and_the_others_are_kept(db: Path, folder: Path) -> None:
    (folder / "a.pem").write_bytes(pem(JANE)[:-40])
    (folder / "b.pem").write_bytes(pem(JOHN))
    result = imported(db, folder, folder / "missing")
    assert result.exit_code == 4
    assert len(result.stderr.splitlines()) == 2
    assert "2 inputs could not be read" in result.stdout
    (search,), _, _ = recorded(db)
    assert (search.outcome, shortfalls(search.detail, texts("en"))) == (
        "incomplete",
        "2 inputs could not be read",
    )
    shape = as_json(db, folder)
    assert shape["problem_count"] == 1
    assert shape["problems"][0]["where"] == f"{folder}/a.pem"


def test_nothing_read_is_a_failure(db: Path, folder: Path) -> None:
    assert as_json(db, folder)["exit_code"] == 1
    assert as_json(db, "-", stdin=b"")["certificates"] == 0


def test_what_can_not_be_read_is_kept_for_its_strings(db: Path, folder: Path) -> None:
    broken = tlv(0x30, tlv(0x30, string("jane.roe@example.org"), bytes(120)))
    cut_off = signed_data(JOHN)[:-9]
    (folder / "a.der").write_bytes(broken)
    (folder / "b.p7b").write_bytes(cut_off)
    shape = as_json(db, folder / "a.der", folder / "b.p7b")
    assert (shape["certificates"], shape["kept"], shape["problem_count"], shape["exit_code"]) == (0, 2, 2, 4)
    assert "jane" not in json.dumps(shape["problems"])
    assert len(looked_up(db, "jane.roe@example.org")) == len(looked_up(db, "john@example.com")) == 1


def test_precertificates_and_their_certificates_are_one(db: Path, folder: Path) -> None:
    made = make_precert([("CN", "Jane Roe")], [("email", "jane.roe@example.org")])
    (folder / "a.json").write_bytes(a_line(der=text(made.submitted)) + a_line(der=text(made.final)))
    (folder / "b").write_bytes(made.tbs)
    assert as_json(db, folder / "a.json", folder / "b")["kept"] == 3
    (match,) = looked_up(db, "jane.roe@example.org")
    assert len(match["repositories"]) == 3
    assert run("reindex", "--db", db).exit_code == 0
    assert len(looked_up(db, "jane.roe@example.org")) == 1


@pytest.mark.parametrize("scope", ["example.org", "org:Example Widgets, example.org, jane@example.net"])
def test_names_in_hosts_of_the_scope_stay_when_indexed_anew(db: Path, folder: Path, scope: str) -> None:
    host = make_certificate([("CN", "zoe-smith.example.org")], [("dns", "zoe-smith.example.org")], serial=14)
    (folder / "a.pem").write_bytes(pem(host))
    scopes = [word for term in scope.split(", ") for word in ("--scope", term)]
    assert "1 kept" in imported(db, folder, *scopes, everything=False).stdout
    before = looked_up(db, "Zoe Smith")
    assert [finding["rule"] for finding in before[0]["findings"]] == ["name.host_label"] * 2
    shape = json.loads(run("reindex", "--db", db, "--format", "json").stdout)
    assert (shape["unchanged"], shape["changed"], shape["removed"]) == (1, 0, 0)
    assert looked_up(db, "Zoe Smith")[0]["findings"] == before[0]["findings"]


def attribute_certificate() -> bytes:
    person = tlv(0x30, tlv(0x31, tlv(0x30, oid("1.2.840.113549.1.9.1"), string("jane.roe@example.org", "ia5"))))
    names = tlv(0xA4, person)
    algorithm = tlv(0x30, oid("1.2.840.10045.4.3.2"))
    times = tlv(0x30, tlv(0x18, b"20260101000000Z"), tlv(0x18, b"20270101000000Z"))
    issuer = tlv(0xA0, tlv(0x30, names))
    body = (integer(1), tlv(0x30, tlv(0xA1, names)), issuer, algorithm, integer(5), times, tlv(0x30))
    return tlv(0x30, tlv(0x30, *body), algorithm, tlv(0x03, b"\0signature"))


def test_attribute_certificates_are_kept_and_indexed_anew(db: Path, folder: Path) -> None:
    (folder / "a").write_bytes(pem(attribute_certificate(), "ATTRIBUTE CERTIFICATE"))
    assert as_json(db, folder)["kept"] == 1
    before = looked_up(db, "jane.roe@example.org")
    assert run("reindex", "--db", db, "--format", "json").exit_code == 0
    assert looked_up(db, "jane.roe@example.org")[0]["findings"] == before[0]["findings"]


def test_more_than_one_portion(db: Path, folder: Path) -> None:
    count = 2 * PORTION + 7
    lines = b"".join(a_line(der=text(of("Jane Roe", f"jane{i}@example.org", i + 1))) for i in range(count))
    shape = as_json(db, "-", stdin=lines)
    assert (shape["certificates"], shape["new"]) == (count, count)
    assert recorded(db)[2]["certificates"] == count


# --- output --------------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_one_line_on_a_terminal_and_nothing_else() -> None:
    terminal, pipe = Terminal(), io.StringIO()
    for out in (terminal, pipe):
        progress = Progress(out)
        progress.update(ImportResult(read=1200, kept=3), ())
        progress.wipe()
    assert re.sub(r"\x1b\[2K|\r", "", terminal.getvalue()) == "import: 1,200 certificates read, 3 kept"
    assert pipe.getvalue() == ""


def test_problems_are_told_one_by_one_up_to_a_number(db: Path, folder: Path) -> None:
    lines = b"not JSON\n" * (SHOWN + 5)
    result = imported(db, "-", stdin=a_line(der=text(JANE)) + lines)
    told = result.stderr.splitlines()
    assert len(told) == SHOWN + 1
    assert told[0].startswith("ctscan: -:2: expected JSON")
    assert told[-1] == "ctscan: import: 5 more problems like these"


def test_problems_of_one_portion_never_exceed_what_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(io.StringIO())
    for _ in range(3):
        progress.update(ImportResult(), tuple(Problem(f"file:{i}", "damaged") for i in range(SHOWN)))
    assert len(progress.problems) == SHOWN
    assert len(capsys.readouterr().err.splitlines()) == SHOWN


def test_nothing_on_stderr_names_anybody(db: Path, folder: Path) -> None:
    (folder / "jane.roe@example.org.pem").write_bytes(pem(JANE)[:-40])
    (folder / "members.zip").write_bytes(a_zip({"jane.roe@example.org.p7b": signed_data(JANE)[:-9]}))
    (folder / "note.jsonl").write_bytes(a_line(der=text(JOHN)) + a_line(der="jane.roe@example.org"))
    (folder / "signed.eml").write_bytes(signed_mail(signed_data(JANE)[:-9]))
    result = imported(db, folder, "-vv")
    assert len(result.stderr.splitlines()) >= 4
    assert "jane" not in result.stderr.lower()
    assert "roe" not in result.stderr.lower()
