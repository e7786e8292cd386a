"""Redaction: stderr holds no personal data, and a certificate's text can't steer a terminal."""

from __future__ import annotations

import io
import json
import logging
import re
import unicodedata
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from ctscan.cli.logging import LEVELS, PERSONAL_KEYS, QUIET, level_of, set_up
from ctscan.errors import InputError, UsageError
from ctscan.privacy.redaction import one_line, safe_traceback, visible, without_addresses
from ctscan.views.json import to_json


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no such file: jane@example.org.pem", "no such file: <email>"),
        ("<jane.roe@example.org>, 'zoë@exämple.org'", "<<email>>, '<email>'"),
        ("mailto:jane%40example.org?x", "mailto:<email>"),
        ("jane＠example.org", "<email>"),
        ("GET https://jane@example.org/a", "GET https://<email>/a"),
        ("Google 'Argon2026h1' log: 5 of 10 at 2026-01-31T00:00:00Z", None),
        ("call +49 30 901820 or (+1) 212-555-0199", "call <phone> or (<phone>"),
        ("tel:+49-30-901820; +49 (30) 901820.", "tel:<phone>; <phone>."),
        ("2026-01-31T00:00:00+00:00 20,000 entries, 123456789012", None),
        ("expected start, now, an index or a date", None),
        ("expected an address such as email:name@example.org, got 3", None),
        ("myname@example.org, name@example.org.uk, Name@example.org", "<email>, <email>, <email>"),
    ],
)
def test_addresses_are_replaced(text: str, expected: str | None) -> None:
    assert without_addresses(text) == (text if expected is None else expected)


@given(st.from_regex(r"[a-zäжع]{1,8}[.+-]?[a-z0-9]{1,8}@[a-zäж]{1,8}\.example\.(org|com)", fullmatch=True), st.text())
def test_no_address_survives_whatever_stands_around_it(address: str, around: str) -> None:
    assert address not in without_addresses(f"{around} {address} {around}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain, Ünïcödé, 漢字, עברית", None),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("a\tb\nc\rd\0", "a\\tb\\nc\\rd\\x00"),
        ("\x9b2J", "\\x9b2J"),
        ("abc\u202ecba", "abc\\u202ecba"),
        ("a\u2028b\u200bc\ufeff", "a\\u2028b\\u200bc\\ufeff"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("half \ud83d", "half \\ud83d"),
        ("می\u200cخواهم", None),  # the joiner belongs to the spelling
        ("क्\u200dष 👩\u200d🔬 ❤\ufe0f 葛\U000e0100 ᠠ\u180b", None),
        ("jane\u200croe\u200d", "jane\\u200croe\\u200d"),  # here it hides a difference
        ("می\u200c\u200cخ", "می\u200c\\u200cخ"),
        ("jane\ufe0f\U000e0101 ❤\ufe0f\ufe0f", "jane\\ufe0f\\U000e0101 ❤\ufe0f\\ufe0f"),
        ("Jane\u3164Roe \u115f\u1160\uffa0\u2800", "Jane\\u3164Roe \\u115f\\u1160\\uffa0\\u2800"),
        ("\u17b4\u17b5\u180e\u034f\u00ad\u2061", "\\u17b4\\u17b5\\u180e\\u034f\\xad\\u2061"),
        ("\U00013441\U00016fe4\U0001d159", "\\U00013441\\U00016fe4\\U0001d159"),
    ],
)
def test_what_would_steer_a_terminal_is_visible(text: str, expected: str | None) -> None:
    assert visible(text) == (text if expected is None else expected)


DEFAULT_IGNORABLE = [
    *range(0x180B, 0x1810), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070),
    *range(0xFE00, 0xFE10), *range(0xFFF0, 0xFFF9), *range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B),
    *range(0xE0000, 0xE1000), 0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0,
]  # fmt: skip
"""Characters that a terminal may leave out (Unicode 16, DerivedCoreProperties.txt, Default_Ignorable_Code_Point)."""


def test_no_ignorable_character_stays_behind_a_latin_letter() -> None:
    assert [f"{n:04x}" for n in DEFAULT_IGNORABLE if not visible(f"a{chr(n)}b").isascii()] == []


@given(st.text())
def test_visible_text_has_nothing_unsafe(text: str) -> None:
    shown = visible(text)
    categories = {unicodedata.category(c) for c in shown if c not in "\u200c\u200d"}
    assert not categories & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not set("\u3164\u115f\u1160\uffa0\u2800\u034f\u17b4\u17b5") & set(shown)
    assert visible(shown) == shown
    assert "\n" not in one_line(text)


@given(st.text())
def test_json_holds_every_text_exactly_and_nothing_that_steers_a_terminal(text: str) -> None:
    rendered = to_json({"value": text}, indent=None)
    assert json.loads(rendered) == {"value": text}
    assert all(
        c.isprintable() or c in "\u200c\u200d" or unicodedata.category(c) in ("Zs", "Cn", "Co") for c in rendered
    )
    assert to_json({"value": text}, indent=None, ascii_only=True).isascii()


def test_json_keeps_alphabets_readable() -> None:
    assert to_json(["Žofie", "\u202eevil\x7f\x9b"], indent=None) == '["Žofie", "\\u202eevil\\u007f\\u009b"]'


def test_traceback_shows_only_messages_that_quote_nothing() -> None:
    try:
        try:
            int("Jane Roe")
        except ValueError as error:
            raise InputError("a.pem: expected this, got that") from error
    except InputError as error:
        shown = safe_traceback(error)
    assert "ValueError: (message of" in shown
    assert "ctscan.errors.InputError: a.pem: expected this, got that" in shown
    assert 'Jane Roe")' in shown  # the line of this test's source code, which is no value
    assert "'Jane Roe'" not in shown


def test_traceback_of_errors_in_a_circle_ends() -> None:
    first, second = ValueError("a"), ValueError("b")
    first.__context__, second.__context__ = second, first
    assert safe_traceback(first).count("builtins.ValueError") == 2


# --- log lines ------------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    """Stream that claims to be a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Point structlog at this stream at debug level; afterwards restore its defaults."""
    out = io.StringIO()
    set_up(2, {}, out)
    yield out
    structlog.reset_defaults()


def test_log_lines_are_json_without_personal_data(stream: io.StringIO) -> None:
    structlog.get_logger().info(
        "found jane@example.org",
        log="Example log",
        entries=5,
        value="Jane Roe",
        finding={"any": "thing"},
        detail={"where": "san.0", "canonical": "jane roe", "list": ["x@example.org", 1, None]},
        raw_bytes=b"Jane",
        error=ValueError("Jane Roe"),
    )
    line = json.loads(stream.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "found <email>",
        "level": "info",
        "log": "Example log",
        "entries": 5,
        "value": "<hidden>",
        "finding": "<hidden>",
        "detail": {"where": "san.0", "canonical": "<hidden>", "list": ["<email>", 1, None]},
        "raw_bytes": "<4 bytes>",
        "error": "<ValueError>",
    }


@pytest.mark.parametrize("key", sorted(PERSONAL_KEYS))
def test_personal_keys_are_hidden(stream: io.StringIO, key: str) -> None:
    structlog.get_logger().warning("x", **{key: "Jane Roe"})
    assert "Jane" not in stream.getvalue()


def test_exceptions_are_logged_without_their_messages(stream: io.StringIO) -> None:
    try:
        int("Jane")
    except ValueError:
        structlog.get_logger().exception("failed")
    line = json.loads(stream.getvalue())
    assert "(message of" in line["exception"]
    assert "'Jane'" not in line["exception"]


def test_short_lines_on_a_terminal() -> None:
    out = Terminal()
    set_up(1, {}, out)
    log = structlog.get_logger()
    log.info("tree head", log="Example\x1b[31m log", size=10)
    log.debug("not at this level")
    structlog.reset_defaults()
    clock, _, rest = out.getvalue().partition(" ")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", clock)
    assert rest == "info tree head log=Example\\x1b[31m log size=10\n"


@pytest.mark.parametrize(
    ("verbose", "environ", "level"),
    [
        (0, {}, "warning"),
        (1, {}, "info"),
        (2, {"CTSCAN_LOG_LEVEL": "error"}, "debug"),
        (0, {"CTSCAN_LOG_LEVEL": "Error"}, "error"),
        (0, {"CTSCAN_LOG_LEVEL": ""}, "warning"),
    ],
)
def test_levels(verbose: int, environ: dict[str, str], level: str) -> None:
    assert level_of(verbose, environ) == LEVELS[level]


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(UsageError, match="CTSCAN_LOG_LEVEL: expected one of debug, info, warning, error"):
        level_of(0, {"CTSCAN_LOG_LEVEL": "loud"})


def test_loggers_of_libraries_are_silent(stream: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    for name in QUIET:
        logging.getLogger(name).critical("GET https://example.org/?q=jane@example.org")
        logging.getLogger(f"{name}.child").error("jane@example.org")
    assert stream.getvalue() == ""
    assert capsys.readouterr().err == ""
