"""Escape text: any bytes survive, and ambiguous text is read in every possible way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import certwatch

from ctscan.sources.repositories.crtsh.escape_text import decode, encode, readings


@given(st.binary(max_size=60))
def test_any_bytes_survive(raw: bytes) -> None:
    assert decode(encode(raw)) == raw
    assert encode(raw).isascii()
    assert encode(raw) == certwatch.escaped(raw)


@given(st.text(max_size=60))
def test_any_text_can_be_decoded(text: str) -> None:
    assert isinstance(decode(text), bytes)
    assert all(readings(text)) or not text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"M\xc3\xbcller", r"M\303\274ller"),
        (b"M\xfcller", r"M\374ller"),
        (b"\0M\0\xfc", r"\000M\000\374"),
        (b"a\\b", r"a\\b"),
        (b"tab\tdel\x7f\n", "tab\tdel\x7f\n"),
        (b"\\303", r"\\303"),
    ],
)
def test_escape_text_equals_that_of_postgresql(raw: bytes, text: str) -> None:
    assert encode(raw) == text
    assert decode(text) == raw


def test_other_text_stays_as_it_is() -> None:
    assert decode("\\9 \\40 \\477 Zoë\\") == "\\9 \\40 \\477 Zoë\\".encode()


@pytest.mark.parametrize("name", ["Jürgen Weißbrodt", "山田太郎", "Māra Kalniņa", "Jane Roe"])
def test_a_name_is_read_in_its_encoding(name: str) -> None:
    assert readings(encode(name.encode())) == (name,)
    assert readings(encode(name.encode("utf-16-be")))[0] == name


def test_latin_1_is_among_the_readings() -> None:
    assert "Müller" in readings(encode("Müller".encode("latin-1")))
    assert readings(encode("Zoë".encode("latin-1"))) == ("Zoë",)
