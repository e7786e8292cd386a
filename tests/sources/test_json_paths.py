"""Tokens from the environment, and JSON from untrusted servers."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctscan.errors import FormatError, UsageError
from ctscan.sources.json_paths import base_url, bearer_header, member, parse_json, strings_in

VARIABLE = "CTSCAN_SOME_TOKEN"


def test_a_token_becomes_a_header() -> None:
    assert bearer_header({VARIABLE: " abc \n"}, VARIABLE) == {"Authorization": "Bearer abc"}
    assert bearer_header({VARIABLE: "  "}, VARIABLE) == bearer_header({}, VARIABLE) == {}


@pytest.mark.parametrize("token", ["se cret", "secret\r\nX-Other: 1", "sécret", "x" * 5000])
def test_a_token_that_can_not_be_sent_is_refused_without_repeating_it(token: str) -> None:
    with pytest.raises(UsageError, match=VARIABLE) as error:
        bearer_header({VARIABLE: token}, VARIABLE)
    assert "cret" not in str(error.value)


def test_a_token_travels_encrypted_or_not_at_all() -> None:
    headers = {"Authorization": "Bearer abc"}
    assert base_url("https://repository.example.org/", headers) == "https://repository.example.org"
    assert base_url("http://127.0.0.1:8080", headers) == "http://127.0.0.1:8080"
    assert base_url("http://repository.example.org", {}) == "http://repository.example.org"
    with pytest.raises(UsageError, match="https"):
        base_url("http://repository.example.org", headers)


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"\xff\xfe\xfd", b"[" * 200_000, b"1" * 20_000])
def test_other_content_than_json_is_a_format_error(body: bytes) -> None:
    with pytest.raises(FormatError):
        parse_json(body)


@given(st.binary(max_size=60))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    try:
        parse_json(body)
    except FormatError:
        return


@pytest.mark.parametrize("value", [b"{}", b"[]", b"1", b'{"a":{}}'])
def test_answers_that_would_fill_the_memory_are_refused_before_they_are_read(value: bytes) -> None:
    body = b"[" + b",".join([value] * 2_100_000) + b"]"
    tracemalloc.start()
    try:
        with pytest.raises(FormatError, match="values"):
            parse_json(body)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_members_and_texts() -> None:
    shown = {"a": {"b": ["one", 2, None, {"c": "three"}]}, "d": "four"}
    assert member(shown, "a", "b", "c") is None
    assert member(shown, "d") == "four"
    assert member(None, "d") is None
    assert list(strings_in(shown)) == ["one", "three", "four"]
    deep: object = "bottom"
    for _ in range(5000):
        deep = [deep]
    assert list(strings_in(deep)) == []
