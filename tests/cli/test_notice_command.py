"""`ctscan notice`: papers from a real index, refusals, the file, and the record in the trail."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from docx import Document
from support.cli import error_line, run
from support.dossiers import CONTROLLER, JANE, JOHN, people_log, scanned
from support.encrypted import needs_cipher, new_key

WHOLE = (
    CONTROLLER
    + """dpo = "Data Protection Officer"
legal_basis = "GDPR article 6(1)(f)"
legitimate_interest = "exposed data of our staff"
recipients = ["our IT security team"]
safeguards = ["no transfer"]
"""
)
PEOPLE = (JANE, JOHN, "Jane", "Roe", "John", "Smith", "60001019906", "1960-01-01")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scanned(tmp_path_factory.mktemp("notice"), settings=WHOLE)


def other(config: Path, tmp_path: Path, text: str) -> Path:
    """Write other settings for the same index."""
    path = tmp_path / "other.toml"
    path.write_text(f'db = "{config.parent / "ctscan.db"}"\n{text}', "utf-8")
    return path


def docx_text(path: Path) -> str:
    document = Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.mark.parametrize("kind", ["art14", "art30"])
@pytest.mark.parametrize("form", ["docx", "md"])
def test_a_paper_is_written_and_holds_nobodys_data(config: Path, tmp_path: Path, kind: str, form: str) -> None:
    path = tmp_path / f"paper.{form}"
    found = run("notice", kind, "--config", config, "-o", path)
    assert found.exit_code == 0 and found.stderr == "", found.stderr
    assert str(path) in found.stdout and "SHA-256 " in found.stdout
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = docx_text(path) if form == "docx" else path.read_text("utf-8")
    for words in ("Example Research Ltd", "exposure of staff", "Example log", "12 months", "e-mail address",
                  "national identity number", "our IT security team", "no transfer"):  # fmt: skip
        assert words in text
    assert [one for one in PEOPLE if one in text] == []
    assert [one for one in tmp_path.iterdir() if one != path] == []


def test_the_record_has_the_numbers_of_the_index(config: Path, tmp_path: Path) -> None:
    assert run("notice", "art30", "--config", config, "-o", tmp_path / "r.md").exit_code == 0
    text = (tmp_path / "r.md").read_text("utf-8")
    assert "| certificates | 4 |" in text and "| logs | 1 |" in text and "no limit" in text
    assert "| national identity number | national identifier (Art. 87 GDPR) | 2 | 2 |" in text
    assert "is not encrypted" in text and "Only the account that runs the search" in text


@pytest.mark.parametrize("lang", ["de", "fr", "es"])
def test_a_paper_has_its_language(config: Path, tmp_path: Path, lang: str) -> None:
    found = run("notice", "art14", "--config", config, "-o", tmp_path / "n.md", "--lang", lang)
    assert found.exit_code == 0
    words = {"de": "berechtigtes Interesse", "fr": "intérêt légitime", "es": "interés legítimo"}[lang]
    assert words in (tmp_path / "n.md").read_text("utf-8")


def test_the_same_twice_is_no_error_and_another_document_stays(config: Path, tmp_path: Path) -> None:
    path = tmp_path / "n.docx"
    first = run("notice", "art14", "--config", config, "-o", path)
    before = path.read_bytes()
    again = run("notice", "art14", "--config", config, "-o", path)
    assert first.exit_code == again.exit_code == 0 and path.read_bytes() == before
    path.write_bytes(before + b"edited")
    refused = run("notice", "art14", "--config", config, "-o", path)
    assert refused.exit_code == 1 and "got another document" in error_line(refused)
    assert path.read_bytes() == before + b"edited"


def test_what_the_settings_lack_is_one_line_on_stderr(config: Path, tmp_path: Path) -> None:
    bare = other(config, tmp_path, f'purpose = "exposure"\n{CONTROLLER}')
    found = run("notice", "art30", "--config", bare, "-o", tmp_path / "r.md")
    assert found.exit_code == 0 and len(found.stderr.splitlines()) == 1
    for key in ("retention", "controller.dpo", "controller.legal_basis", "controller.recipients"):
        assert key in found.stderr and key.replace("_", "\\_") in (tmp_path / "r.md").read_text("utf-8")


@pytest.mark.parametrize("missing", ["name", "address", "contact", "authority"])
def test_the_controller_has_to_be_named(config: Path, tmp_path: Path, missing: str) -> None:
    lines = [line for line in CONTROLLER.splitlines() if not line.startswith(missing)]
    bare = other(config, tmp_path, 'purpose = "exposure"\n' + "\n".join(lines))
    found = run("notice", "art14", "--config", bare, "-o", tmp_path / "n.md")
    assert found.exit_code == 2 and missing in error_line(found)


def test_a_purpose_has_to_be_stated(config: Path, tmp_path: Path) -> None:
    found = run("notice", "art14", "--config", other(config, tmp_path, CONTROLLER), "-o", tmp_path / "n.md")
    assert found.exit_code == 2 and "expected a purpose" in error_line(found)
    assert not (tmp_path / "n.md").exists()


@pytest.mark.parametrize("name", ["n.txt", "n", "n.docx.zip"])
def test_the_ending_or_the_format_chooses_the_form(config: Path, tmp_path: Path, name: str) -> None:
    found = run("notice", "art14", "--config", config, "-o", tmp_path / name)
    assert found.exit_code == 2 and ".docx or .md" in error_line(found)
    assert run("notice", "art14", "--config", config, "-o", tmp_path / name, "--format", "md").exit_code == 0
    assert (tmp_path / name).read_bytes().startswith(b"# ")


@pytest.mark.parametrize("place", ["file/n.md", "a\0b.md", "folder.md"])
def test_a_place_that_cant_be_written_is_a_line(config: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("no folder", "ascii")
    (tmp_path / "folder.md").mkdir()
    found = run("notice", "art14", "--config", config, "-o", f"{tmp_path}/{place}")
    assert found.exit_code in (1, 2) and len(found.stderr.splitlines()) == 1
    assert (tmp_path / "file").read_text("ascii") == "no folder" and not list((tmp_path / "folder.md").iterdir())


def test_a_missing_index_is_a_line(tmp_path: Path) -> None:
    path = tmp_path / "ctscan.toml"
    path.write_text(f'purpose = "exposure"\n{CONTROLLER}', "utf-8")
    found = run("notice", "art14", "--config", path, "-o", tmp_path / "n.md")
    assert found.exit_code == 1 and len(found.stderr.splitlines()) == 1
    assert [one.name for one in tmp_path.iterdir()] == ["ctscan.toml"]


def test_the_trail_records_it(config: Path, tmp_path: Path) -> None:
    made = run("notice", "art30", "--config", config, "-o", tmp_path / "r.md")
    digest = made.stdout.rsplit("SHA-256 ", 1)[1].strip()
    events = json.loads(run("audit", "show", "--config", config, "--format", "json").stdout)
    last = next(event for event in events if event["action"] == "notice")
    assert last["state"] == "done" and last["detail"] == f"art30 {digest}" and last["purpose"] == "exposure of staff"


def test_without_a_purpose_scans_and_answers_say_so(config: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.toml"
    bare.write_text("", "utf-8")
    log = (config.parent / "log").as_uri()
    done = run("scan", "--config", bare, "--log", log, "--from", "start", "--scope", "example.org")
    assert done.exit_code == 0
    assert [line for line in done.stderr.splitlines() if "no purpose is stated" in line] == [
        done.stderr.splitlines()[-1]
    ]
    answer = run("lookup", JANE, "--config", bare)
    assert "no purpose is stated" in answer.stdout
    shown = json.loads(run("lookup", JANE, "--config", bare, "--format", "json").stdout)
    assert shown["purpose"] is None and shown["complete"] is True
    stated = run("lookup", JANE, "--config", bare, "--purpose", "exposure")
    assert "no purpose is stated" not in stated.stdout and "purpose: exposure" in stated.stdout


@needs_cipher
def test_an_encrypted_index_and_heads_outside_are_measures(tmp_path: Path) -> None:
    log = people_log()
    log.write_static_tree(tmp_path / "log")
    new_key(tmp_path / "index.key")
    config = tmp_path / "ctscan.toml"
    config.write_text(
        f'purpose = "exposure"\n[audit]\nheads_to = ["{tmp_path / "heads"}"]\n'
        f'[index]\nkey_file = "{tmp_path / "index.key"}"\n{CONTROLLER}',
        "utf-8",
    )
    options = ("--log", (tmp_path / "log").as_uri(), "--from", "start", "--scope", "example.org")
    assert run("scan", "--config", config, *options).exit_code == 0
    assert run("notice", "art30", "--config", config, "-o", tmp_path / "r.md").exit_code == 0
    text = (tmp_path / "r.md").read_text("utf-8")
    assert "The file of the index is encrypted." in text and "not encrypted" not in text
    assert "also written to a place outside" in text and "no limit" not in text
