"""Scopes on the command line: files, consent to wide terms, and places of terms in errors."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.certs import EMAIL_PROTECTION, make_certificate
from support.cli import error_line, run
from support.terminal import on_terminal

JANE = make_certificate([("CN", "Jane Roe")], [("email", "jane@shop.co.uk")], eku=(EMAIL_PROTECTION,))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "jane.der").write_bytes(JANE)
    return tmp_path


def imported(folder: Path, *arguments: str | Path) -> tuple[int, str]:
    result = run("import", folder / "jane.der", "--db", folder / "kept.db", *arguments)
    return result.exit_code, result.stdout or result.stderr


@pytest.mark.parametrize("command", ["scan", "backfill", "import"])
@pytest.mark.parametrize("term", ["co.uk", "github.io", "organisation:HP"])
def test_a_wide_term_is_refused_without_consent(folder: Path, command: str, term: str) -> None:
    files = [folder / "jane.der"] if command == "import" else []
    result = run(command, *files, "--scope", "example.org", "--scope", term, "--db", folder / "kept.db")
    assert result.exit_code == 2
    line = error_line(result)
    assert line.startswith("ctscan: --scope, term 2: expected a domain or an organisation of its own, got ")
    assert "--yes" in line and "wide_scope" in line
    assert term not in line
    assert not (folder / "kept.db").exists()


def test_repositories_are_not_asked_for_a_wide_term(folder: Path) -> None:
    result = run("scan", "--repository", "crt.sh", "--scope", "co.uk", "--purpose", "audit", "--db", folder / "kept.db")
    assert result.exit_code == 2
    assert "--scope, term 1" in error_line(result)


def test_consent_by_option_by_key_and_by_variable(folder: Path) -> None:
    assert imported(folder, "--scope", "co.uk", "--yes")[0] == 0
    (folder / "ctscan.toml").write_text('scope = ["co.uk"]\nwide_scope = true\n', encoding="utf-8")
    assert imported(folder, "--config", folder / "ctscan.toml")[0] == 0
    env = {"CTSCAN_SCOPE": "example.org; uk", "CTSCAN_WIDE_SCOPE": "1"}
    files = (folder / "jane.der", "--db", folder / "other.db")
    assert run("import", *files, env=env).exit_code == 0
    refused = run("import", *files, env=env | {"CTSCAN_WIDE_SCOPE": "0"})
    assert refused.exit_code == 0  # the index was begun with it
    refused = run("import", *files[:1], "--db", folder / "third.db", env=env | {"CTSCAN_WIDE_SCOPE": "0"})
    assert (refused.exit_code, "CTSCAN_SCOPE, term 2" in error_line(refused)) == (2, True)


def test_an_index_that_was_begun_with_a_wide_term_goes_on(folder: Path) -> None:
    assert imported(folder, "--scope", "co.uk", "--scope", "organisation:HP", "--yes")[0] == 0
    assert imported(folder, "--scope", "co.uk", "--scope", "example.org")[0] == 0
    code, line = imported(folder, "--scope", "co.uk", "--scope", "org.uk")
    assert (code, "--scope, term 2" in line) == (2, True)


def test_everything_is_no_consent_to_a_wide_term(folder: Path) -> None:
    assert imported(folder, "--everything")[0] == 0
    assert imported(folder, "--scope", "co.uk")[0] == 2


@pytest.mark.parametrize(("typed", "code"), [(b"y\n", 0), (b"n\n", 1), (b"\n", 1)])
def test_on_a_terminal_it_asks(folder: Path, typed: bytes, code: int) -> None:
    (folder / "scope.txt").write_text("[Shops]\nco.uk\n", encoding="utf-8")
    arguments = ("import", "jane.der", "--scope-file", "scope.txt", "--db", "kept.db")
    ended, shown = on_terminal(*arguments, cwd=folder, typed=typed)
    assert ended == code
    shown = " ".join(shown.split())
    assert "co.uk [Shops] (" in shown and "line 2) is a public suffix" in shown
    assert "[y/N]" in shown
    assert ("Nothing was read." in shown) is (code == 1)
    assert (folder / "kept.db").exists() is (code == 0)


# --- scope files ------------------------------------------------------------------------------------------------------


def test_a_scope_file_beside_options_and_as_a_key(folder: Path) -> None:
    path = folder / "scope.txt"
    path.write_bytes(b"\xef\xbb\xbf# ours\r\nshop.co.uk\r\n")
    code, out = imported(folder, "--scope-file", path, "--scope", "example.org")
    assert (code, "1 kept" in out) == (0, True)
    assert "domain:example.org, domain:shop.co.uk" in run("runs", "--searches", "--db", folder / "kept.db").stdout
    (folder / "ctscan.toml").write_text('scope_file = "scope.txt"', encoding="utf-8")  # relative to the configuration
    assert imported(folder, "--config", folder / "ctscan.toml")[0] == 0
    code, out = imported(folder, "--config", folder / "ctscan.toml", "--scope", "example.org")  # replaces the key
    assert (code, "0 kept" in out) == (0, True)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"example.org\n\xff\n", "scope.txt, line 2: expected UTF-8"),
        (b"# " + b"x" * (1 << 20), "scope.txt: expected a scope file of at most 1,048,576 bytes"),
        (b"# nothing\n", "scope.txt: expected 1 to 10,000 terms, one a line, got 0"),
        (b"example.org\nemail:jane.doe@exa mple\n", "scope.txt, line 2: expected an address"),
        (b"example.org\x00\n", "scope.txt, line 1: expected domain:"),
        (None, "scope.txt: can't be read: No such file or directory; expected a scope file"),
    ],
)
def test_files_that_are_refused(folder: Path, content: bytes | None, expected: str) -> None:
    path = folder / "scope.txt"
    if content is not None:
        path.write_bytes(content)
    code, line = imported(folder, "--scope-file", path)
    assert code == 2
    assert expected in line and "jane" not in line
    assert not (folder / "kept.db").exists()


def test_a_scope_file_excludes_everything(folder: Path) -> None:
    code, line = imported(folder, "--scope-file", folder / "scope.txt", "--scope-file", folder / "other.txt")
    assert (code, "--scope-file: expected one file, got 2" in line) == (2, True)
    code, line = imported(folder, "--scope-file", folder / "scope.txt", "--everything")
    assert (code, "got both" in line) == (2, True)


# --- the text of a bad term -------------------------------------------------------------------------------------------


def test_the_text_of_a_bad_term_is_shown_on_a_terminal_only(folder: Path) -> None:
    arguments = ("import", "jane.der", "--scope", "example.org", "--scope", "email:jane.doe@exa mple")
    code, shown = on_terminal(*arguments, cwd=folder, columns=300)
    assert code == 2
    assert "--scope, term 2: expected an address" in shown
    assert "(given: email:jane.doe@exa mple)" in shown
    piped = run(*arguments[:1], folder / "jane.der", *arguments[2:])
    assert "term 2" in error_line(piped) and "jane" not in error_line(piped)


def test_a_scope_of_inspect_is_named_too(folder: Path) -> None:
    result = run("inspect", folder / "jane.der", "--scope", "exa mple")
    assert (result.exit_code, error_line(result).startswith("ctscan: --scope, term 1: ")) == (2, True)
