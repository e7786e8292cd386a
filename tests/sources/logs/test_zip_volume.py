"""Zip files read in place: every member comes back from its ranges, and damaged files are refused."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctscan.errors import FormatError
from ctscan.sources.logs.zip_volume import DIRECTORY_LIMIT, TAIL, Member, read_directory, unpack

NAMES = st.text("abc/ü日", min_size=1, max_size=20)
FILES = st.dictionaries(NAMES, st.binary(max_size=3000), max_size=20)
METHODS = st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])


def made(files: dict[str, bytes], method: int = zipfile.ZIP_STORED, comment: bytes = b"", before: bytes = b"") -> bytes:
    raw = io.BytesIO(before)
    with zipfile.ZipFile(raw, "a", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.comment = comment
    return raw.getvalue()


def directory(raw: bytes, tail: int = TAIL) -> dict[str, Member]:
    """Read the directory, giving only the ranges that are asked for."""
    start = max(0, len(raw) - tail)
    pieces = {start: raw[start:]}
    for _ in range(6):
        found = read_directory(len(raw), pieces)
        if isinstance(found, dict):
            return found
        pieces[found[0]] = raw[slice(*found)]
    raise AssertionError("asked for more and more")


def content(raw: bytes, member: Member, limit: int = 1 << 20) -> bytes:
    span = member.range(len(raw))
    for _ in range(3):
        found = unpack(member, raw[slice(*span)], limit)
        if isinstance(found, bytes):
            return found
        span = found
    raise AssertionError("asked for more and more")


COMMENTS = st.binary(max_size=300).filter(lambda text: b"PK\x05\x06" not in text)  # an end record in it misleads


@given(FILES, METHODS, COMMENTS, st.sampled_from([22, 100, TAIL]))
def test_every_member_comes_back(files: dict[str, bytes], method: int, comment: bytes, tail: int) -> None:
    raw = made(files, method, comment)
    members = directory(raw, tail)
    assert members.keys() == files.keys()
    assert {name: content(raw, member) for name, member in members.items()} == files


def test_a_long_extra_field_is_asked_for() -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        info = zipfile.ZipInfo("a")
        info.extra = b"\xff\xff" + (2000).to_bytes(2, "little") + bytes(2000)
        archive.writestr(info, b"content")
    (member,) = directory(raw.getvalue()).values()
    assert isinstance(unpack(member, raw.getvalue()[slice(*member.range(500))], 100), tuple)
    assert content(raw.getvalue(), member) == b"content"


@given(FILES.filter(bool), METHODS, st.data())
def test_a_damaged_file_is_refused_or_gives_the_same(files: dict[str, bytes], method: int, data: st.DataObject) -> None:
    raw = bytearray(made(files, method))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        members = directory(bytes(raw))
    except FormatError:
        return
    for name, member in members.items():
        try:
            found = content(bytes(raw), member)
        except (FormatError, AssertionError):  # a length beyond the end is asked for, and never comes
            continue
        assert found == files.get(name, found)


def test_what_cannot_be_read_in_place_is_refused() -> None:
    good = made({"a": b"x" * 100}, zipfile.ZIP_DEFLATED)
    (member,) = directory(good).values()
    with pytest.raises(FormatError, match="larger than 99 bytes"):
        content(good, member, 99)
    other = made({"a": b"x" * 100}, zipfile.ZIP_BZIP2)
    with pytest.raises(FormatError, match="stored or deflated"):
        content(other, directory(other)["a"])
    locked = bytearray(good)
    locked[good.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(FormatError, match="an encrypted"):
        content(bytes(locked), directory(bytes(locked))["a"])
    for raw in (b"", b"PK", b"x" * 100_000, good[:-5]):
        with pytest.raises(FormatError, match="expected a zip file"):
            directory(raw)


def test_a_huge_directory_is_not_read() -> None:
    raw = bytearray(made({"a": b""}))
    at = raw.rindex(b"PK\x05\x06")
    raw[at + 12 : at + 16] = (DIRECTORY_LIMIT + 1).to_bytes(4, "little")
    size = DIRECTORY_LIMIT + len(raw) + 100
    with pytest.raises(FormatError, match="directory of at most 25165824 bytes"):
        read_directory(size, {size - len(raw): bytes(raw)})
