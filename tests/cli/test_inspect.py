"""`ctscan inspect`: reads certificates on disk, including damaged files."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
from support.certs import EMAIL_PROTECTION, make_certificate, signed_data
from support.cli import error_line, run

FIELDS = ["source", "sha256", "serial", "issuer", "not_before", "not_after", "is_ca", "findings", "problems"]
FIELDS += ["partly_read", "request"]
FINDING_FIELDS = {"rule", "category", "categories", "value", "canonical", "where", "oid", "subject_kind", "why"} | {
    "confidence", "person", "sensitivity", "marks", "repaired", "tag", "raw"
}  # fmt: skip


def pem(der: bytes, label: str = "CERTIFICATE") -> str:
    body = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"


def certificate_of(name: str, address: str, serial: int = 10) -> bytes:
    der = make_certificate([("CN", name)], [("email", address)], eku=(EMAIL_PROTECTION,), serial=serial)
    assert isinstance(der, bytes)
    return der


JANE = certificate_of("Jane Roe", "Jane.Roe@example.org", 0x0A1B)
HOST = make_certificate([("CN", "www.example.org")], [("dns", "www.example.org")], serial=5)


def lines(*arguments: str | Path, stdin: bytes = b"", code: int = 0) -> list[dict[str, Any]]:
    result = run("inspect", *arguments, "--format", "jsonl", stdin=stdin)
    assert (result.exit_code, result.stderr) == (code, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_one_object_for_each_certificate(tmp_path: Path) -> None:
    path = tmp_path / "jane.pem"
    path.write_text(pem(JANE) + pem(HOST))
    jane, host = lines(path)
    assert list(jane) == FIELDS
    assert jane["source"] == str(path)
    assert jane["sha256"] == hashlib.sha256(JANE).hexdigest()
    assert jane["serial"] == "a1b"
    assert jane["not_before"].endswith("Z")
    assert {finding["category"] for finding in jane["findings"]} == {"user.contact.email", "user.name"}
    assert all(set(finding) >= FINDING_FIELDS for finding in jane["findings"])
    address = next(finding for finding in jane["findings"] if finding["where"] == "san.0.rfc822Name")
    assert (address["value"], address["canonical"]) == ("Jane.Roe@example.org", "jane.roe@example.org")
    assert (host["findings"], host["source"]) == ([], f"{path}#2")


def test_der_and_standard_input_and_directories(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "jane.bin").write_bytes(JANE)
    (tmp_path / "a" / "notes.txt").write_text("nothing here")
    assert [found["serial"] for found in lines(tmp_path)] == ["a1b"]
    assert [found["serial"] for found in lines("-", stdin=pem(HOST).encode())] == ["5"]


def test_certificates_in_pkcs7_files(tmp_path: Path) -> None:
    (tmp_path / "chain.p7b").write_text(pem(signed_data(JANE, HOST), "PKCS7"))
    (tmp_path / "chain.p7c").write_bytes(signed_data(HOST))
    jane, host, other = lines(tmp_path)
    assert [found["source"].rpartition("/")[2] for found in (jane, host, other)] == [
        "chain.p7b",
        "chain.p7b#2",
        "chain.p7c",
    ]
    assert (jane["sha256"], jane["serial"]) == (hashlib.sha256(JANE).hexdigest(), "a1b")
    assert jane["findings"]
    assert host["sha256"] == other["sha256"]


def test_a_damaged_pkcs7_file_is_searched_by_its_strings(tmp_path: Path) -> None:
    damaged = signed_data(JANE)[:-5]
    (tmp_path / "chain.p7b").write_bytes(damaged)
    result = run("inspect", tmp_path / "chain.p7b", "--format", "jsonl")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["sha256"]) == (1, hashlib.sha256(damaged).hexdigest())
    assert [finding["canonical"] for finding in found["findings"]] == ["jane.roe@example.org"]
    assert found["problems"][0]["what"].startswith("signed data: ")
    assert len(result.stderr.splitlines()) == 1


def test_json_is_an_array(tmp_path: Path) -> None:
    (tmp_path / "two.pem").write_text(pem(JANE) + pem(HOST))
    result = run("inspect", tmp_path, "--format", "json")
    assert [found["serial"] for found in json.loads(result.stdout)] == ["a1b", "5"]


def test_tables_show_the_people_and_count_the_rest(tmp_path: Path) -> None:
    (tmp_path / "two.pem").write_text(pem(JANE) + pem(HOST))
    result = run("inspect", tmp_path)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Jane.Roe@example.org  e-mail address, person (likely)" in result.stdout
    assert "serial a1b" in result.stdout
    assert "www.example.org" not in result.stdout
    assert re.search(r"^name +1 +1 +0$", result.stdout, re.M)
    assert result.stdout.endswith("2 certificates read, 1 with personal data.\n")
    assert " \n" not in result.stdout


def test_certificates_of_authorities_are_counted_apart(tmp_path: Path) -> None:
    authority = make_certificate([("CN", "Example CA"), ("emailAddress", "pki@example.net")], serial=8, ca=True)
    broken = make_certificate([("CN", "www.example.org")], [b"\x81\x07jane@example.org"], serial=9)
    (tmp_path / "three.pem").write_text(pem(JANE) + pem(authority) + pem(broken))
    result = run("inspect", tmp_path)
    said = "3 certificates read, 1 of CAs, 3 with personal data (1 of CAs), 1 with problems.\n"
    assert result.stdout.endswith(said)
    assert re.search(r"^e-mail address +\d +\d +1$", result.stdout, re.M)
    assert [found["is_ca"] for found in lines(tmp_path)] == [False, True, False]


def test_the_people_of_one_certificate_are_told_apart(tmp_path: Path) -> None:
    both = make_certificate([("GN", "Jane"), ("SN", "Roe")], issuer=[("CN", "CA"), ("emailAddress", "pki@example.net")])
    (tmp_path / "both.der").write_bytes(both)
    page = run("inspect", tmp_path).stdout
    subject, contact = page.index("About the subject"), page.index("About a contact of the certification authority")
    assert subject < page.index("Jane  given name, person (certain)") < contact < page.index("pki@example.net  e-mail")


def test_a_truncated_pem_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "cut.pem"
    path.write_text(pem(JANE)[:200])
    result = run("inspect", path)
    assert result.exit_code == 1
    assert error_line(result).startswith(f"ctscan: {path}: a PEM block without its END line")


def test_unreadable_input_is_an_object_beside_the_readable(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_text(pem(JANE))
    (tmp_path / "b.pem").write_text(pem(JANE)[:200])
    jane, cut = lines(tmp_path, code=4)
    assert jane["findings"]
    assert {field: cut[field] for field in FIELDS[2:7]} == dict.fromkeys(FIELDS[2:7])
    assert [set(problem) for problem in cut["problems"]] == [{"where", "what"}]


@pytest.mark.parametrize(
    ("what", "format"),
    [(what, "table") for what in ("directory", "missing", "text", "empty")]
    + [(what, format) for what in ("missing", "text") for format in ("json", "jsonl")],
)
def test_nothing_to_read_is_one_line_and_exit_code_1(tmp_path: Path, what: str, format: str) -> None:
    path = tmp_path / what
    if what == "directory":
        path.mkdir()
        (path / "notes.txt").write_text("nothing")
    elif what != "missing":
        path.write_text("x" * 5 if what == "text" else "")
    result = run("inspect", path, "--format", format)
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert str(path) in result.stderr


def test_a_certificate_can_not_write_to_the_terminal(tmp_path: Path) -> None:
    evil = "\x1b]0;owned\x07Jane\u202e [bold]Roe[/bold] :smile:"
    der = make_certificate([("GN", evil), ("CN", evil)], [("email", "jane\x1b[2J@example.org")])
    (tmp_path / "evil.der").write_bytes(der)
    for format in ("table", "json", "jsonl"):
        result = run("inspect", tmp_path, "--format", format)
        assert result.exit_code == 0
        assert not set(result.stdout) & {"\x1b", "\x07", "\u202e"}
    assert run("inspect", tmp_path, "--format", "table").stdout.count("[bold]Roe[/bold] :smile:") >= 1
