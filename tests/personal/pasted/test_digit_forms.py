"""Forms of digits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctscan.personal.pasted.digit_forms import hex_digits, is_broken_hex, is_phone_like, of_decimal, printed_serial


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("4A8C12", "4a8c12"),
        ("0x4A8C", "4a8c"),
        ("4a:8c:12", "4a8c12"),
        ("4a: 8c: 12", "4a8c12"),
        ("4:8c", "048c"),
        ("4A-8C-12", "4a8c12"),
        ("4a 8c 12", "4a8c12"),
        ("4a8c 12af 33", "4a8c12af33"),
        ("ABCDEF01 23456789", "abcdef0123456789"),
        ("4a8c12.", "4a8c12"),
        ("", ""),
        ("Ed Bea", ""),
        ("dead beef", ""),
        ("4a 8c1 2", ""),
        ("4a8g", ""),
        ("４Ａ", ""),
    ],
)
def test_hexadecimal_digits_in_groups(text: str, digits: str) -> None:
    assert hex_digits(text) == digits


@given(st.binary(min_size=1, max_size=40), st.sampled_from([":", "-"]))
def test_pairs_come_back(octets: bytes, sign: str) -> None:
    assert hex_digits(octets.hex(sign).upper()) == octets.hex()


@given(st.integers(min_value=1, max_value=2**160))
def test_a_decimal_serial_number_is_the_same_number(serial: int) -> None:
    assert int(of_decimal(str(serial)), 16) == serial
    assert printed_serial(f"{serial} (0x{serial:x})").lstrip("0") == f"{serial:x}"


@given(st.integers(min_value=-(2**150), max_value=-1))
def test_a_negative_serial_number_is_that_of_its_octets(serial: int) -> None:
    for text in (f"{serial} (-0x{-serial:x})", f"-{-serial:02X}", f"(Negative){(-serial).to_bytes(20).hex(':')}"):
        assert int.from_bytes(bytes.fromhex(printed_serial(text)), signed=True) == serial


@pytest.mark.parametrize("text", ["", "0", "012", "12a", "1" * 201, "٣"])
def test_texts_that_are_no_decimal_serial_number(text: str) -> None:
    assert of_decimal(text or "0") == ""


@pytest.mark.parametrize("text", ["4660 (0x1235)", "4660", "(0x1234)", "-", "(Negative)", "-x"])
def test_texts_that_say_no_serial_number(text: str) -> None:
    assert printed_serial(text) == ""


@pytest.mark.parametrize(
    ("text", "is_broken"),
    [
        ("C3:45:G1:B2:11:22:33:44", True),
        ("a1" * 19 + "O1", True),
        ("a1" * 20, False),
        ("Jane Roe of the house at the end of the road", False),
        ("x" * 40, False),
    ],
)
def test_hexadecimal_digits_with_an_error(text: str, is_broken: bool) -> None:
    assert is_broken_hex(text) is is_broken


@pytest.mark.parametrize(
    ("text", "is_like"),
    [("(030) 901-820", True), ("+49 30/901820", True), ("1234", False), ("1" * 18, False), ("030 x", False)],
)
def test_the_look_of_a_telephone_number(text: str, is_like: bool) -> None:
    assert is_phone_like(text) is is_like
