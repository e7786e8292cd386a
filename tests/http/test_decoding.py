"""Decompression of gzip bodies within limits; a body that is not gzip as announced is refused."""

from __future__ import annotations

import gzip

import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st
from support.simulator import gzip_bomb

from ctscan.errors import FormatError
from ctscan.http.decoding import decode_body, gunzip, unpack


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=4))
def test_gzip_of_several_members_is_undone(parts: list[bytes]) -> None:
    whole = b"".join(parts)
    assert gunzip(b"".join(gzip.compress(part) for part in parts), len(whole)) == whole


@given(st.binary(max_size=300), st.data())
def test_cut_off_gzip_is_refused(body: bytes, data: st.DataObject) -> None:
    packed = gzip.compress(body)
    cut = packed[: data.draw(st.integers(1, len(packed) - 1))]
    with pytest.raises(FormatError):
        gunzip(cut, 1000)


def test_a_flipped_bit_in_the_checksum_is_refused() -> None:
    packed = bytearray(gzip.compress(b"entries" * 50))
    packed[-6] ^= 1
    with pytest.raises(FormatError, match="no valid gzip"):
        gunzip(bytes(packed), 1000)


def test_bytes_behind_gzip_are_refused() -> None:
    with pytest.raises(FormatError):
        gunzip(gzip.compress(b"tile") + b"x", 1000)


def test_the_limit_is_exact() -> None:
    packed = gzip.compress(bytes(1000))
    assert len(gunzip(packed, 1000)) == 1000
    with pytest.raises(FormatError, match="grows beyond 999 bytes"):
        gunzip(packed, 999)


def test_the_limit_holds_for_all_members_together() -> None:
    with pytest.raises(FormatError, match="grows beyond"):
        gunzip(gzip.compress(bytes(600)) * 2, 1000)


def test_more_members_than_anybody_writes_are_refused() -> None:
    assert gunzip(gzip.compress(b"x") * 16, 1000) == b"x" * 16
    with pytest.raises(FormatError, match="members"):
        gunzip(gzip.compress(b"") * 100_000, 1000)


def test_a_bomb_costs_no_more_than_the_limit() -> None:
    import tracemalloc

    bomb = gzip_bomb(256 << 20).body
    tracemalloc.start()
    try:
        with pytest.raises(FormatError, match="grows beyond"):
            gunzip(bomb, 1 << 20)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["", "identity", " Identity "])
def test_plain_bodies_stay_as_they_are(encoding: str) -> None:
    packed = gzip.compress(b"tile")
    assert decode_body(packed, encoding, 1000) == packed


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip"])
def test_gzip_is_undone_where_announced(encoding: str) -> None:
    assert decode_body(gzip.compress(b"tile"), encoding, 1000) == b"tile"


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd"])
def test_other_encodings_are_refused(encoding: str) -> None:
    with pytest.raises(FormatError, match="not asked for"):
        decode_body(b"tile", encoding, 1000)


def test_a_body_that_is_not_as_announced_is_refused() -> None:
    with pytest.raises(FormatError, match="no valid gzip"):
        decode_body(b"tile", "gzip", 1000)


def test_unannounced_gzip_is_decompressed_only_on_request() -> None:
    packed = gzip.compress(b"tile")
    assert decode_body(packed, "", 1000) == packed
    assert unpack(packed, 1000) == b"tile"
    assert unpack(gzip.compress(packed), 1000) == b"tile"
    assert unpack(b"tile", 1000) == b"tile"
    with pytest.raises(FormatError, match="larger than 3 bytes"):
        unpack(b"tile", 3)


def test_packed_bodies_are_left_to_the_caller() -> None:
    packed = gzip.compress(b"tile")
    assert decode_body(packed, "gzip", 1000, packed=True) == packed
    assert decode_body(b"tile", "", 1000, packed=True) == b"tile"
    with pytest.raises(FormatError, match="no valid gzip"):
        decode_body(b"tile", "gzip", 1000, packed=True)
    with pytest.raises(FormatError, match="not asked for"):
        decode_body(packed, "br", 1000, packed=True)


def test_plain_bodies_have_the_same_limit() -> None:
    with pytest.raises(FormatError, match="larger than 3 bytes"):
        decode_body(b"tile", "", 3)


def test_zstd_is_undone_where_the_bytes_begin_so() -> None:
    body = b"tile" * 1000
    packed = zstd.compress(body)
    assert unpack(packed, len(body)) == body
    assert decode_body(packed, "", len(packed)) == packed
    for bad, limit in ((packed[:-1], 9999), (packed + b"x", 9999), (packed, len(body) - 1), (packed[:4], 9999)):
        with pytest.raises(FormatError):
            unpack(bad, limit)
    huge = zstd.compress(bytes(1 << 20), options={zstd.CompressionParameter.window_log: 27})
    with pytest.raises(FormatError, match=r"no valid zstd|grows beyond"):
        unpack(huge, 1000)
