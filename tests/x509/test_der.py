from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.certs import indefinite_tlv, long_tlv, oid, tlv

from ctscan.errors import FormatError
from ctscan.x509 import der


def test_children_locate_elements() -> None:
    data = b"\xff" + tlv(0x02, b"\x05") + tlv(0x04, b"x" * 200) + tlv(0x30)
    found, problem = der.children(data, 1, len(data))
    assert problem is None
    assert [(tag, data[body:end]) for tag, _, body, end, _ in found] == [
        (0x02, b"\x05"),
        (0x04, b"x" * 200),
        (0x30, b""),
    ]
    assert [start for _, start, _, _, _ in found] == [1, 4, 207]
    assert found[-1][4] == len(data)


@pytest.mark.parametrize("octets", [1, 2, 4, 9])
def test_lengths_longer_than_needed_are_read(octets: int) -> None:
    data = long_tlv(0x04, b"abc", octets=octets)
    (element,), problem = der.children(data, 0, len(data))
    assert (problem, der.content(data, element)) == (None, b"abc")


def test_indefinite_lengths_nest() -> None:
    data = indefinite_tlv(0x30, indefinite_tlv(0x31, tlv(0x02, b"\0")), tlv(0x05)) + tlv(0x02, b"\x01")
    found, problem = der.children(data, 0, len(data))
    assert problem is None
    assert [element[0] for element in found] == [0x30, 0x02]
    inner, _ = der.children(data, found[0][2], found[0][3])
    assert [element[0] for element in inner] == [0x31, 0x05]


def test_high_tag_numbers_keep_their_number() -> None:
    data = b"\xbf\x81\x01\x02hi"
    (element,), problem = der.children(data, 0, len(data))
    assert problem is None
    assert element[0] == 129 << 8 | 0xBF
    assert data[element[2] : element[3]] == b"hi"


def test_a_length_past_the_container_is_clipped_and_reported() -> None:
    data = tlv(0x02, b"\x01") + b"\x04\x7fonly this"
    found, problem = der.children(data, 0, len(data))
    assert problem is not None
    assert "past the container" in problem
    assert data[found[1][2] : found[1][3]] == b"only this"


@pytest.mark.parametrize(
    "data",
    [
        b"\x30",
        b"\x04\x80abc\0\0",  # indefinite, but primitive
        b"\x04\xff" + bytes(127),
        b"\x04\x84\0\0",
        b"\x1f\xff\xff\xff\xff\xff\x7f\x01a",
        b"\x1f\x81",
    ],
)
def test_an_element_without_whole_header_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        der.element_at(data, 0, len(data))
    found, problem = der.children(b"\x05\x00" + data, 0, 2 + len(data))
    assert [element[0] for element in found] == [0x05]
    assert problem


def test_indefinite_lengths_have_a_depth() -> None:
    deep = b"\x30\x80" * 10_000
    (element, *_), problem = der.children(deep, 0, len(deep))
    assert problem is not None
    assert str(der.MAX_INDEFINITE) in problem
    assert element[3] == len(deep)


def test_children_are_counted() -> None:
    data = b"\x05\x00" * (der.MAX_CHILDREN + 1)
    found, problem = der.children(data, 0, len(data))
    assert len(found) == der.MAX_CHILDREN
    assert problem is not None
    assert "not read" in problem


def test_segments_of_a_constructed_string_are_joined_in_order() -> None:
    data = tlv(
        0x24, tlv(0x04, b"one "), indefinite_tlv(0x24, tlv(0x04, b"two "), tlv(0x04, b"three ")), tlv(0x04, b"four")
    )
    (element,), _ = der.children(data, 0, len(data))
    assert der.content(data, element) == b"one two three four"


def test_segments_have_a_depth() -> None:
    data = b""
    for _ in range(der.MAX_INDEFINITE * 3):
        data = tlv(0x24, data)
    (element,), _ = der.children(data, 0, len(data))
    assert len(der.content(data, element)) < len(data)


@pytest.mark.parametrize(
    "dotted", ["2.5.4.3", "1.2.840.113549.1.9.1", "0.9.2342.19200300.100.1.25", "2.999.3", "2.25.340282366920938463463"]
)
def test_object_identifiers(dotted: str) -> None:
    assert der.dotted(oid(dotted)[2:]) == dotted


@pytest.mark.parametrize("octets", [b"", b"\x55\x84", b"\x2a" + b"\x81" * 300 + b"\x01"])
def test_octets_that_are_no_object_identifier_are_refused(octets: bytes) -> None:
    with pytest.raises(FormatError):
        der.dotted(octets)


@given(st.binary(max_size=200))
def test_nothing_but_format_error_is_raised(data: bytes) -> None:
    found, _ = der.children(data, 0, len(data))
    at = 0
    for element in found:
        tag, start, body, end, after = element
        assert start == at < body <= end <= after <= len(data)
        assert tag & 0xFF == data[start]
        der.content(data, element)
        at = after


@given(st.lists(st.tuples(st.sampled_from([0x02, 0x04, 0x30, 0xA3]), st.binary(max_size=300))))
def test_encoded_elements_are_read_back(elements: list[tuple[int, bytes]]) -> None:
    data = b"".join(tlv(tag, content) for tag, content in elements)
    found, problem = der.children(data, 0, len(data))
    assert problem is None
    assert [(tag, data[body:end]) for tag, _, body, end, _ in found] == elements
