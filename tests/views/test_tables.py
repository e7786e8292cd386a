"""Drawing: words are wrapped, bullets hang, pipes get one line per row, and narrow terminals get lines."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest
from rich.cells import cell_len
from support.cli import ROOT

from ctscan.views import tables
from ctscan.views.console import NARROWEST, PIPE_WIDTH, Console

SENTENCE = "the signed head is older than the maximum merge delay of the log and the time that you set together"


def drawn(width: int) -> Console:
    return Console(file=io.StringIO(), width=width)


def lines_of(out: Console) -> list[str]:
    assert isinstance(out.file, io.StringIO)
    return [line.rstrip() for line in out.file.getvalue().splitlines()]


@pytest.mark.parametrize("width", [40, 60, 80])
def test_bullets_hang(width: int) -> None:
    out = drawn(width)
    tables.say(out, f"- {SENTENCE}", indent=2)
    first, *rest = lines_of(out)
    assert first.startswith("  - the signed")
    assert rest and all(line.startswith("    ") and line[4] != " " for line in rest)
    assert max(map(len, [first, *rest])) <= width
    assert " ".join(line.strip() for line in [first, *rest]) == f"- {SENTENCE}"


def test_the_rest_of_an_indented_line_stands_to_the_right() -> None:
    out = drawn(40)
    tables.say(out, SENTENCE, indent=2)
    first, *rest = lines_of(out)
    assert first.startswith("  the") and all(line.startswith("    ") for line in rest)


def test_a_sentence_without_indent_is_a_paragraph() -> None:
    out = drawn(40)
    tables.say(out, SENTENCE)
    assert all(line[0] != " " for line in lines_of(out))


def test_wide_characters_count_as_they_are_shown() -> None:
    out = drawn(30)
    tables.say(out, "- 株式会社サンプル例示産業ホールディングス東京本社 山田太郎 👩‍🔬🎉 Zoë", indent=2)
    tables.table(out, ("Name", "Organisation"), [("山田 太郎", "株式会社サンプル例示産業ホールディングス")])
    assert max(map(cell_len, lines_of(out))) <= 30


def test_in_a_pipe_nothing_is_wrapped() -> None:
    out = drawn(PIPE_WIDTH)
    tables.table(out, ("Log", "Reason"), [("one", SENTENCE * 20), ("two", SENTENCE)])
    tables.say(out, f"- {SENTENCE * 30}", indent=2)
    header, _rule, one, two, bullet = lines_of(out)
    assert header.startswith("Log") and one.endswith(SENTENCE * 20) and two.endswith(SENTENCE)
    assert bullet == f"  - {SENTENCE * 30}"


def test_the_line_between_answers_is_short_in_a_pipe() -> None:
    for width, expected in ((PIPE_WIDTH, tables.RULE), (60, 60)):
        out = drawn(width)
        tables.rule(out)
        assert len(lines_of(out)[0]) == expected


def test_cells_with_blanks_in_front_hang_below_their_beginning() -> None:
    out = drawn(40)
    tables.table(out, ("Standing", "Certificates"), [("unknown", "3"), (f"  {SENTENCE}", "3")])
    rows = lines_of(out)[3:]
    assert len(rows) > 2 and all(row.startswith("  ") and row[2] != " " for row in rows)


def test_a_narrow_terminal_gets_lines_or_blocks() -> None:
    rows = [("first", SENTENCE, SENTENCE)]
    out = drawn(40)
    tables.table(out, ("Log", "Why", "Since when it lasts"), rows)
    lines = lines_of(out)
    assert lines[0] == f"Log:{'':17}first"
    assert all(line.startswith(" " * 21) for line in lines[2:4])
    out = drawn(40)
    tables.table(out, ("Log", "Why", "Since when it lasts"), rows, lines=[["Log first", "Why: " + SENTENCE]])
    lines = lines_of(out)
    assert lines[:1] == ["Log first"] and lines[1].startswith("  Why: the") and lines[2].startswith("    ")


@pytest.mark.parametrize("filler", "\u3164\u115f\u1160\uffa0\u2800\u034f\u17b4\u202e\u200b")
def test_characters_without_ink_are_shown(filler: str) -> None:
    out = drawn(80)
    tables.table(out, ("Name",), [(f"Jane{filler}Roe",)])
    tables.say(out, f"Jane{filler}Roe")
    shown = "\n".join(lines_of(out))
    assert filler not in shown and shown.count(f"Jane\\u{ord(filler):04x}Roe") == 2


def test_blocks_are_apart_and_lines_below_a_table_too() -> None:
    for width in (20, 80):
        out = drawn(width)
        tables.table(out, ("Log", "Why"), [("one", SENTENCE[:20]), ("two", SENTENCE[:20])])
        tables.below(out, [("done", ""), ("and more", "")])
        lines = lines_of(out)
        assert lines[-3:] == ["", "done", "and more"]
        assert lines.count("") == (2 if width == 20 else 1) and lines[-4] != ""
    tables.below(out, [])
    assert lines_of(out) == lines


@pytest.mark.parametrize("width", [20, 24])
def test_tiny_terminals_show_everything(width: int) -> None:
    out = drawn(width)
    tables.table(out, ("Serial number", "Subject"), [("4a8c58", "CN=山田 太郎"), ("01", "CN=Jane Roe")])
    tables.say(out, "- a bullet with 漢字", indent=2)
    lines = lines_of(out)
    assert max(map(cell_len, lines)) <= width
    shown = "".join("".join(lines).split())
    assert shown == "Serialnumber:4a8c58Subject:CN=山田太郎Serialnumber:01Subject:CN=JaneRoe-abulletwith漢字"


@pytest.mark.parametrize(("columns", "expected"), [("1", NARROWEST), ("60", 60), ("", PIPE_WIDTH)])
def test_the_width_of_the_console(columns: str, expected: int) -> None:
    code = "from ctscan.views import tables; print(tables.console().width)"
    environment = {**os.environ, "COLUMNS": columns, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert int(done.stdout) == expected
