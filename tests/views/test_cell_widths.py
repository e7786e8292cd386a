"""Widths of text: those of rich, and lines that fit and lose nothing but blanks."""

from __future__ import annotations

import io
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ctscan.privacy.redaction import visible
from ctscan.views.cell_widths import cells_of, lines_in
from ctscan.views.console import STYLES, Console

TEXTS = st.text(st.sampled_from("ab-ä é\n漢字ｱ👩\u0301"), max_size=60).map(visible)


def test_letters_in_front_of_the_combining_marks_take_one_cell_each() -> None:
    for number in range(0x300):
        shown = visible(chr(number))
        assert cells_of(shown) == len(shown) == cell_len(shown)


@given(TEXTS, st.integers(2, 30))
def test_lines_fit_and_only_blanks_are_lost(text: str, width: int) -> None:
    found = lines_in(text, width)
    shown = [text[begin:end] for begin, end in found]
    assert all(cell_len(line) <= width for line in shown)
    assert "".join("".join(shown).split()) == "".join(text.split())
    assert all(end <= begin for (_, end), (begin, _) in pairwise(found))


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("", 5, [""]),
        ("one two three", 13, ["one two three"]),
        ("one two three", 8, ["one two", "three"]),
        ("one  two \n\nthree", 4, ["one", "two", "", "thre", "e"]),
        ("a longerword b", 5, ["a", "longe", "rword", "b"]),
        ("漢字漢字 a", 5, ["漢字", "漢字", "a"]),
        ("漢字", 1, ["漢", "字"]),  # no room for either: each stands alone
        ("aaaa \u0301\u0301 b", 4, ["aaaa", "\u0301\u0301 b"]),  # marks without a letter take no room
        ("ab-ä" * 2, 4, ["ab-ä", "ab-ä"]),
    ],
)
def test_words_are_wrapped_and_long_ones_cut(text: str, width: int, expected: list[str]) -> None:
    assert [text[begin:end] for begin, end in lines_in(text, width)] == expected


@pytest.mark.parametrize("letter", ["ä", "漢", "e\u0301"])
def test_a_word_of_a_certificate_is_cut_in_time_that_grows_with_its_length(letter: str) -> None:
    began = time.process_time()
    found = lines_in(letter * 100_000, 40)
    assert time.process_time() - began < 4  # a fifth on an idle machine; quadratic: minutes
    assert found[-1][1] == 100_000 * len(letter)


def test_a_style_goes_on_in_the_next_line_and_ends_with_its_text() -> None:
    out = Console(io.StringIO(), 20, STYLES)
    out.line(("a bold beginning", "bold red"), ("  and more", ""), indent=2, hang=2)
    out.line(("", "bold"))
    out.line(("word", "unknown"))
    assert isinstance(out.file, io.StringIO)
    assert out.file.getvalue() == "  \x1b[1;31ma bold beginning\x1b[0m\n    and more\n\nword\n"


def test_a_line_is_of_hyphens_where_the_stream_shows_ascii_only() -> None:
    for encoding, expected in (("ascii", "--"), ("utf-8", "──")):
        assert Console(io.TextIOWrapper(io.BytesIO(), encoding), 80).ruled(2) == expected
