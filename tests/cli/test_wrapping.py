"""Lines on stderr: wrapped by words on a terminal, whole elsewhere; and every screen fits its terminal."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from support.certs import EMAIL_PROTECTION, make_certificate
from support.cli import ROOT, run
from support.crossing import crossed
from support.terminal import on_terminal

from ctscan.cli.wrapping import wrap, wrapped

LINE = "Each question is recorded as a disclosure (see 'ctscan disclosures'), for this purpose: exposure check"


def test_words_stay_whole_and_what_is_wrapped_hangs() -> None:
    assert wrap(LINE, 60).splitlines() == [
        "Each question is recorded as a disclosure (see 'ctscan",
        "  disclosures'), for this purpose: exposure check",
    ]
    assert wrap("  - one two three", 12) == "  - one two\n    three"


def test_elsewhere_a_line_stays_whole() -> None:
    assert wrapped(LINE * 10, io.StringIO()) == LINE * 10


@given(st.lists(st.text("abc漢🎉", min_size=1, max_size=12), min_size=1, max_size=30), st.integers(30, 100))
def test_no_line_is_too_wide_and_no_word_is_lost(words: list[str], width: int) -> None:
    lines = wrap(" ".join(words), width).splitlines()
    assert [word for line in lines for word in line.split()] == words
    assert all(cell_len(line) <= width for line in lines)


def test_a_word_that_is_longer_than_a_line_stays_whole() -> None:
    assert wrap("see https://example.org/a/long/address for more", 20) == (
        "see https://example.org/a/long/address\n  for more"
    )


# --- screens ----------------------------------------------------------------------------------------------------------

PEOPLE = [
    ([("CN", "Maximiliane von und zu Musterhausen-Beispielstadt"),
      ("O", "Gesellschaft für außerordentlich lange Namen mbH")], "maximiliane@abteilung.zertifikate.example.org"),
    ([("CN", "山田 太郎"), ("O", "株式会社サンプル例示産業ホールディングス東京本社")], "taro@example.org"),
    ([("CN", "יעל כהן"), ("O", "חברה לדוגמה בעמ")], "yael@example.org"),
    ([("CN", "Zoë 👩‍🔬 Roe"), ("O", "Émoji GmbH 🎉🎉🎉")], "zoe@example.org"),
    ([("CN", "Jane\u3164Roe\u2800"), ("O", 'A,B+C\\D;E"F')], "filler@example.org"),
]  # fmt: skip

COMMANDS = (
    "runs", "runs --searches", "logs", "logs heads", "health", "basis show", "basis show --history", "audit show",
    "status", "status @example.org", "lookup @example.org", "prove @example.org", "sources", "rules", "rules --types",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("screens")
    certificates = folder / "certificates"
    certificates.mkdir()
    for number, (subject, address) in enumerate(PEOPLE):
        made = make_certificate(subject, [("email", address)], eku=(EMAIL_PROTECTION,), serial=(1 << 156) + number)
        (certificates / f"{number}.der").write_bytes(made)
    terms = [f"--scope=d{number}.example.com" for number in range(200)]
    to = ("--db", folder / "kept.db", "--purpose", LINE)
    log = (ROOT / "data" / "demo-log").as_uri()
    assert run("scan", "--log", log, "--from", "start", *terms, "--scope=example.org", *to).exit_code == 0
    assert run("import", certificates, "--everything", *to).exit_code == 0
    return folder


@pytest.mark.parametrize(("columns", "command"), crossed([60, 120, 80], COMMANDS))
def test_every_screen_fits_its_terminal(folder: Path, command: str, columns: int) -> None:
    index = () if command.startswith(("sources", "rules")) else ("--db", folder / "kept.db")
    result = run(*command.split(), *index, env={"COLUMNS": str(columns)})
    lines = result.stdout.splitlines()
    assert lines
    assert max(map(cell_len, lines)) <= columns
    assert not set("\u3164\u2800") & set(result.stdout)


@pytest.mark.parametrize("command", ["runs", "status @example.org", "lookup @example.org", "rules"])
def test_in_a_pipe_each_row_is_a_line(folder: Path, command: str) -> None:
    index = () if command == "rules" else ("--db", folder / "kept.db")
    piped = run(*command.split(), *index, env={"COLUMNS": None}).stdout
    assert LINE in piped or command != "runs"
    assert not any(line.endswith((" of", " the", " and", " a")) for line in piped.splitlines())
    assert "\n\n\n" not in piped
    assert max(map(len, piped.splitlines())) < 2000


def test_lists_of_look_ups_in_a_pipe_have_short_lines_between_answers(folder: Path) -> None:
    (folder / "people.txt").write_text("taro@example.org\nnobody@example.org\nyael@example.org\n", encoding="utf-8")
    piped = run(
        "lookup", "--from-file", folder / "people.txt", "--db", folder / "kept.db", env={"COLUMNS": None}
    ).stdout
    rules = [line for line in piped.splitlines() if set(line) == {"─"}]
    assert rules and max(map(len, rules)) < 200


@pytest.mark.parametrize("columns", [60, 120])
def test_errors_and_hints_on_a_terminal(folder: Path, columns: int) -> None:
    code, shown = on_terminal("status", "--ocsp", "--db", "none.db", cwd=folder, columns=columns)
    assert code == 2
    assert max(map(len, shown.splitlines())) <= columns
    assert "work with --refresh only; give --refresh, or leave them out" in " ".join(shown.split())


@pytest.mark.parametrize(("columns", "is_below"), [(60, True), (120, False)])
def test_next_steps_fit_the_terminal(tmp_path: Path, columns: int, is_below: bool) -> None:
    code, shown = on_terminal("init", "--config", "mine.toml", cwd=tmp_path, columns=columns)
    lines = shown.splitlines()
    assert code == 0 and max(map(len, lines)) <= columns
    assert ("  ctscan scan --config mine.toml" in lines) is is_below
    assert ("      read the logs from now on; repeat it to go on" in lines) is is_below
