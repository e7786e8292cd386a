"""`ctscan inspect` and `import` of files in many forms: what is counted, named, and tried with a password."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from support.certs import EMAIL_PROTECTION, make_certificate, private_key, public_key, signed_data
from support.cli import error_line, run
from support.holding import pem
from support.text_forms import FORMS

PASSWORD = "geheim-Wörter 42"
JANE = make_certificate(
    [("CN", "Jane Roe")], [("email", "jane@example.org")], eku=(EMAIL_PROTECTION,), spki=public_key("jane")
)
FILES = {
    "a.txt": FORMS["quoted"](JANE),
    "b.txt": b"nothing in here",
    "c.pem": pem(JANE)[:-60],
    "d.bin": bytes(range(256)),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    for name, data in FILES.items():
        (made / name).write_bytes(data)
    return made


def protected() -> bytes:
    """Make a PKCS#12 file with a password."""
    certificate = x509.load_der_x509_certificate(JANE)
    encryption = BestAvailableEncryption(PASSWORD.encode())
    return pkcs12.serialize_key_and_certificates(b"jane", private_key("jane"), certificate, None, encryption)


def test_files_are_counted_by_what_came_of_them(folder: Path) -> None:
    result = run("inspect", folder)
    assert result.exit_code == 4
    assert result.stdout.endswith("4 files looked at, 2 files without any, 1 file not understood.\n")
    (folder / "c.pem").unlink()
    result = run("inspect", folder)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.endswith("3 files looked at, 2 files without any.\n")


@pytest.mark.parametrize("format", ["table", "jsonl"])
def test_verbose_names_the_files_without_and_those_not_understood(folder: Path, format: str) -> None:
    result = run("inspect", folder, "-v", "--format", format)
    assert result.exit_code == 4
    said = result.stderr
    assert "files: 4 read, 2 without a certificate, 1 not understood" in said
    assert [f"{folder / name}: holds no certificate" in said for name in FILES] == [False, True, False, True]
    assert f"{folder / 'c.pem'}: not understood" in said


def test_a_named_file_without_a_certificate_is_no_damage(folder: Path) -> None:
    result = run("inspect", folder / "a.txt", folder / "b.txt")
    assert result.exit_code == 0
    assert "expected certificates" in result.stderr
    assert run("inspect", folder / "b.txt").exit_code == 1
    assert run("inspect", folder / "a.txt", folder / "missing").exit_code == 4


def test_a_cut_signature_gives_its_certificates_and_is_not_understood(tmp_path: Path) -> None:
    (tmp_path / "cut.p7m").write_bytes(signed_data(JANE)[:-1])
    result = run("inspect", tmp_path, "--format", "jsonl")
    assert result.exit_code == 4
    whole, rest = map(json.loads, result.stdout.splitlines())
    assert {one["canonical"] for one in whole["findings"]} >= {"jane@example.org"}
    assert "the certificates before that are read" in rest["problems"][0]["what"]


def test_import_counts_alike(folder: Path, tmp_path: Path) -> None:
    given = ("--everything", "--db", tmp_path / "a.db", "--purpose", "test")
    result = run("import", folder, *given, "--format", "json")
    shape = json.loads(result.stdout)
    assert (result.exit_code, shape["files"], shape["files_without"], shape["files_not_understood"]) == (4, 4, 2, 1)
    result = run("import", folder / "a.txt", folder / "b.txt", *given, "-v")
    assert result.exit_code == 0
    assert f"{folder / 'b.txt'}: holds no certificate" in result.stderr
    assert "1 file without any" in result.stdout


# --- passwords -----------------------------------------------------------------------------------------------------


def test_a_password_from_a_file_opens_pkcs12(tmp_path: Path) -> None:
    (tmp_path / "jane.p12").write_bytes(protected())
    (tmp_path / "words").write_text(f"another\n{PASSWORD}\n")
    refused = run("inspect", tmp_path / "jane.p12")
    assert refused.exit_code == 1
    assert "--password-file" in error_line(refused)
    result = run("inspect", tmp_path / "jane.p12", "--password-file", tmp_path / "words", "--format", "jsonl")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "jane@example.org" in result.stdout
    assert PASSWORD not in result.stdout
    given = ("--everything", "--db", tmp_path / "a.db", "--purpose", "test")
    found = run("import", tmp_path / "jane.p12", *given, "--password-file", tmp_path / "words")
    assert (found.exit_code, found.stderr) == (0, "")
    looked = ("lookup", "--certificate", tmp_path / "jane.p12", "--password-file", tmp_path / "words")
    assert "jane@example.org" in run(*looked, "--db", tmp_path / "a.db").stdout


def test_a_password_that_does_not_fit_is_quoted_nowhere(tmp_path: Path) -> None:
    (tmp_path / "jane.p12").write_bytes(protected())
    (tmp_path / "words").write_text("another password\n")
    result = run("inspect", tmp_path / "jane.p12", "-v", "--password-file", tmp_path / "words")
    assert result.exit_code == 1
    assert "another password than those given protects" in result.stderr
    assert "another password\n" not in result.stdout + result.stderr


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\xff", b"x\n" * 17, None])
def test_a_file_of_passwords_that_is_none(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "words").write_bytes(content)
    result = run("inspect", os.devnull, "--password-file", tmp_path / "words")
    assert result.exit_code == 2
    assert "--password-file" in error_line(result)
