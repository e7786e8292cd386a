from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.certs import string

from ctscan.personal.normalise.addresses import canonical_email, find_emails
from ctscan.x509 import text
from ctscan.x509.text import decode_text, read_text, salvage_strings

UTF8, NUMERIC, PRINTABLE, T61, IA5, VISIBLE, GENERAL, UNIVERSAL, BMP = 12, 18, 19, 20, 22, 26, 27, 28, 30
EIGHT_BIT = (PRINTABLE, T61, IA5, VISIBLE, GENERAL)


@pytest.mark.parametrize("tag", [UTF8, NUMERIC, *EIGHT_BIT])
def test_ascii_is_ascii_in_every_type(tag: int) -> None:
    decoded = decode_text(tag, b"Jana Example 7")
    assert (decoded.value, decoded.repaired, decoded.tag, decoded.raw) == (
        "Jana Example 7",
        None,
        tag,
        b"Jana Example 7",
    )


@pytest.mark.parametrize(
    ("tag", "raw", "value", "repaired"),
    [
        (UTF8, "Łukasz Żółć".encode(), "Łukasz Żółć", None),
        (UTF8, "Ελένη 山田花子 محمد".encode(), "Ελένη 山田花子 محمد", None),
        (UTF8, "Müller".encode("latin-1"), "M\ufffdller", "Müller"),
        (UTF8, "Müller".encode().decode("latin-1").encode(), "MÃ¼ller", "Müller"),
        (PRINTABLE, "Müller".encode(), "MÃ¼ller", "Müller"),
        (PRINTABLE, "Müller".encode("latin-1"), "Müller", None),
        (IA5, "jürgen@example.org".encode(), "jÃ¼rgen@example.org", "jürgen@example.org"),
        (IA5, b"it\x92s", "it’s", None),
        (T61, "Spółka".encode(), "SpÃ³Å‚ka", "Spółka"),
        (T61, "Çelik Ångström".encode("latin-1"), "Çelik Ångström", None),
        (T61, "ÂNGELA FRANÇOIS".encode("latin-1"), "ÂNGELA FRANÇOIS", None),
        (T61, b"Beh\xc8orde f\xc8ur Stra\xfbe", "BehÈorde fÈur Straûe", "Behörde für Straße"),
        (T61, b"\xc8Ubung", "ÈUbung", "Übung"),
        (T61, b"Dvo\xcfr\xc2ak", "DvoÏrÂak", "Dvořák"),
        (T61, b"f\xc8ur \xc8\xc8", "fÈur ÈÈ", None),
        (BMP, "Жанна".encode("utf-16-be"), "Жанна", None),
        (BMP, "Жанна".encode("utf-16-be") + b"\x04", "Жанна\ufffd", None),
        (BMP, "Jana".encode("utf-16-le"), "䨀愀渀愀", "Jana"),
        (BMP, b"Jana Example", "䩡湡⁅硡浰汥", "Jana Example"),
        (BMP, b"jana@example.org!", "橡湡䁥硡浰汥⹯牧\ufffd", "jana@example.org!"),
        (UNIVERSAL, "Ünal".encode("utf-32-be"), "Ünal", None),
        (UNIVERSAL, b"Jana Example", "\ufffd" * 3, "Jana Example"),
        (PRINTABLE, b"Jana\0", "Jana\0", "Jana"),
        (PRINTABLE, "Jana".encode("utf-16-be"), "\0J\0a\0n\0a", "Jana"),
        (UTF8, b"", "", None),
    ],
)
def test_decoded_and_repaired(tag: int, raw: bytes, value: str, repaired: str | None) -> None:
    decoded = decode_text(tag, raw)
    assert (decoded.value, decoded.repaired) == (value, repaired)


@pytest.mark.parametrize("kind", ["utf8", "bmp", "universal", "bit", "octet"])
@pytest.mark.parametrize("value", ["Jana Nováková", "Zoë", "Петър", "李小龍", "jana@example.org"])
def test_types_that_hold_any_alphabet(kind: str, value: str) -> None:
    element = string(value, kind)
    decoded = read_text(element[0], element[2:])
    assert decoded is not None
    assert value == decoded.value


@pytest.mark.parametrize(
    ("tag", "raw"),
    [
        (0x03, b"\0\x01\x02"),
        (0x04, b"\x30\x03abc"),
        (0x04, b""),
        (0x02, b"abc"),
        (0x06, b"abc"),
        (0x30, b"abc"),
        (0xA0, b"abc"),
    ],
)
def test_elements_without_text(tag: int, raw: bytes) -> None:
    assert read_text(tag, raw) is None


def test_a_context_tag_may_hold_text() -> None:
    decoded = read_text(0x80, "Jürgen".encode())
    assert decoded is not None
    assert decoded.value == "Jürgen"


@given(st.integers(0, 31), st.binary(max_size=64))
def test_decoding_never_fails(tag: int, raw: bytes) -> None:
    decoded = decode_text(tag, raw)
    assert decoded.raw == raw
    assert decoded.repaired is None or decoded.repaired != decoded.value
    read_text(tag, raw)


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x24F), max_size=40))
def test_utf8_in_any_eight_bit_type_is_found(value: str) -> None:
    for tag in (UTF8, *EIGHT_BIT):
        decoded = decode_text(tag, value.encode())
        assert value in (decoded.value, decoded.repaired)


# --- salvage -------------------------------------------------------------------------------------------------------


def test_runs_of_three_kinds_are_salvaged() -> None:
    broken = (
        b"\x00\x01jana@example.org\x02" + "Łukasz".encode() + b"\xff\xff" + "Жанна".encode("utf-16-be") + b"\xff\x03abc"
    )
    assert list(salvage_strings(broken)) == ["jana@example.org", "Łukasz", "Жанна"]


@pytest.mark.parametrize("kind", ["utf8", "printable", "ia5", "t61", "octet"])
@pytest.mark.parametrize("padding", [0, 1, 3, 4, 20, 40, 90, 120, 190])
def test_headers_do_not_become_part_of_an_address(kind: str, padding: int) -> None:
    address = "j" * padding + "ana@example.org"
    broken = b"\x30\x7f" + string(address, kind) + b"\x31\x1b\x30\x19\x06\x03" + string("Jana Example", "utf8")
    assert list(salvage_strings(broken)) == [address, "Jana Example"]


def test_a_general_name_is_salvaged_whole() -> None:
    address = "jana.example.with.a.long.local.part@example.org"
    octets = b"\xff\x81" + bytes((len(address),)) + address.encode() + b"\x82\x0bexample.org"
    assert list(salvage_strings(octets)) == [address, "example.org"]


@pytest.mark.parametrize("length", [1, 5, 15, 17, 0x20, 0x40, 0x41, 0x7F, 0xFF])
def test_a_length_that_lies_cuts_no_address(length: int) -> None:
    broken = b"\x30\x7f\x81" + bytes((length,)) + b"jana@example.org\x82\x0bexample.com"
    assert {"jana@example.org", "example.com"} <= set(salvage_strings(broken))


def test_all_strings_are_salvaged() -> None:
    many = [f"name{i:05}" for i in range(30_000)]
    assert list(salvage_strings("\0".join([*many, *many]).encode()))[: len(many)] == many


@pytest.mark.parametrize("around", [" ", ",", "-", "\n"])
@pytest.mark.parametrize(
    "address", ["jana@example.org", '"jana novak"@example.org', "j" * 64 + "@" + "e" * 63 + ".org"]
)
def test_a_cut_through_a_long_run_loses_no_address_and_invents_none(around: str, address: str) -> None:
    for before in range(text.MAX_STRING - 400, text.MAX_STRING + 10, 7):
        long = around * before + " " + address + " " + "y" * 5_000
        pieces = list(text.pieces_of(long))
        assert max(map(len, pieces)) <= text.MAX_STRING
        assert {found for piece in pieces for found in find_emails(piece)} == {canonical_email(address)}


def test_a_run_without_spaces_is_cut_with_an_overlap() -> None:
    pieces = list(text.pieces_of("x" * 10_000))
    assert len(pieces) == 3
    assert len("".join(pieces)) == 10_000 + 2 * 320


@given(st.binary(max_size=300))
def test_salvage_never_fails(data: bytes) -> None:
    for found in salvage_strings(data):
        assert len(found) >= 1
