"""`ctscan dossier` with bad input: a clear line, and nothing half-written."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import error_line, run
from support.dossiers import CONTROLLER, JANE, members, pdf_text, scanned

SETTLED = ("--identity-settled", "came in person")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scanned(tmp_path_factory.mktemp("errors"))


def settings(config: Path, tmp_path: Path, text: str) -> Path:
    """Write other settings for the same index."""
    path = tmp_path / "other.toml"
    path.write_text(f'db = "{config.parent / "ctscan.db"}"\n{text}', "utf-8")
    return path


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((JANE,), "identity of the requester is not settled"),
        ((JANE, "--identity-settled", "seen", "--override", "why"), "got both"),
        ((JANE, "--case", "C-2026-0001", *SETTLED), "--case or identifiers, got both"),
        (("--case", "C-2026-9999", *SETTLED), "not in the register"),
        (("--case", "x", *SETTLED), "case"),
        ((JANE, "--at", "2999-01-01", *SETTLED), "isn't in the future"),
        ((JANE, "--at", "yesterday", *SETTLED), "--at: expected a time"),
        ((JANE, "--identity-settled", "a\x1b[2Jb"), "control characters"),
        ((JANE, "--identity-settled", "wrote from jane.roe@example.org"), "addresses"),
        ((JANE, "--lang", "tlh", *SETTLED), "lang"),
        ((JANE, "--purpose", "for Jane Roe", *SETTLED), "name the person"),
    ],
)
def test_a_wrong_command_line_is_a_line(config: Path, tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    found = run("dossier", *arguments, "--config", config, "-o", tmp_path / "out")
    assert found.exit_code == 2, found.stderr
    assert words in found.stderr
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("missing", ["name", "address", "contact", "authority"])
def test_the_controller_has_to_be_named(config: Path, tmp_path: Path, missing: str) -> None:
    lines = [line for line in CONTROLLER.splitlines() if not line.startswith(missing)]
    other = settings(config, tmp_path, 'purpose = "exposure"\n' + "\n".join(lines))
    found = run("dossier", JANE, "--config", other, "-o", tmp_path / "out", *SETTLED)
    assert found.exit_code == 2 and missing in error_line(found) and "[controller]" in found.stderr


def test_a_purpose_has_to_be_stated(config: Path, tmp_path: Path) -> None:
    found = run("dossier", JANE, "--config", settings(config, tmp_path, CONTROLLER), "-o", tmp_path / "out", *SETTLED)
    assert found.exit_code == 2 and "purpose" in error_line(found)


@pytest.mark.parametrize("text", ["short", "", "x" * 19, "two\nlines that are long enough", "\udcff" * 30, "x" * 2000])
def test_a_passphrase_has_to_be_long_enough(config: Path, tmp_path: Path, text: str) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(text.encode("utf-8", "surrogateescape"))
    found = run("dossier", JANE, "--config", config, "-o", tmp_path / "out", "--passphrase-file", secret, *SETTLED)
    assert found.exit_code == 2 and "at least 20 characters" in error_line(found)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("place", ["file", "file/below", "a\0b"])
def test_a_folder_that_cant_be_written_to_is_a_line(config: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("no folder", "ascii")
    found = run("dossier", JANE, "--config", config, "-o", f"{tmp_path}/{place}", *SETTLED)
    assert found.exit_code in (1, 2) and len(found.stderr.splitlines()) == 1
    assert (tmp_path / "file").read_text("ascii") == "no folder"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_letterhead_has_its_lines_its_logo_and_its_paragraphs(config: Path, tmp_path: Path) -> None:
    folder = tmp_path / "letterhead"
    folder.mkdir()
    (folder / "header.txt").write_text("Example Research Ltd\n#panic() $x$ *bold* <b>\n", "utf-8")
    (folder / "paragraphs.en.txt").write_text('First paragraph of our own.\n\n\n#read("/etc/passwd")\n', "utf-8")
    (folder / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>', "utf-8")
    text = f'purpose = "exposure"\n{CONTROLLER}letterhead = "{folder}"\n'
    found = run("dossier", JANE, "--config", settings(config, tmp_path, text), "-o", tmp_path / "out", *SETTLED)
    assert found.exit_code == 0, found.stderr
    (path,) = (tmp_path / "out").iterdir()
    shown = pdf_text(members(path)["dossier.pdf"])
    for words in ("#panic() $x$ *bold* <b>", "First paragraph of our own.", '#read("/etc/passwd")'):
        assert words in shown


@pytest.mark.parametrize(
    ("name", "content"),
    [("logo.png", b"no image"), ("logo.svg", b"x" * 300_000), ("header.txt", b"\xff\xfe"), ("logo.svg", b"<svg><")],
)
def test_a_bad_letterhead_is_a_line(config: Path, tmp_path: Path, name: str, content: bytes) -> None:
    folder = tmp_path / "letterhead"
    folder.mkdir()
    (folder / name).write_bytes(content)
    text = f'purpose = "exposure"\n{CONTROLLER}letterhead = "{folder}"\n'
    found = run("dossier", JANE, "--config", settings(config, tmp_path, text), "-o", tmp_path / "out", *SETTLED)
    assert found.exit_code == 1 and len(found.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())
