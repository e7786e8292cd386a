"""Archives and packed files: every member is recognised by its content, and hostile archives do no harm."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import time
import zipfile
from pathlib import Path

import pytest
from support.holding import (
    JANE,
    JOHN,
    a_line,
    a_mailbox,
    a_tar,
    a_zip,
    found,
    packed,
    pem,
    problems,
    read,
    signed_mail,
    text,
)

from ctscan.sources.files import MAX_DEPTH, MAX_FILE, Input, in_this_process, read_inputs
from ctscan.sources.files.streams import FREE
from ctscan.x509.containers import extract_certificates

MEMBERS = {"jane.pem": pem(JANE), "notes/README": b"nothing here", "john": JOHN}
BOTH = [("-!jane.pem", JANE), ("-!john", JOHN)]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_compressed_files_are_read_by_their_content(pack) -> None:  # type: ignore[no-untyped-def]
    assert found(pack(pem(JANE) + pem(JOHN))) == [("-", JANE), ("-#2", JOHN)]
    assert found(pack(JANE)) == [("-", JANE)]
    assert found(pack(a_tar(MEMBERS))) == BOTH
    assert found(pack(pem(JANE)) + pack(pem(JOHN))) == [("-", JANE), ("-#2", JOHN)]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_members_of_zip_archives(method: int) -> None:
    assert found(a_zip(MEMBERS, method)) == BOTH


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_members_of_tar_archives(form: int) -> None:
    assert found(a_tar(MEMBERS, form)) == BOTH


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_and_foreign_names_are_labels(form: int) -> None:
    long, foreign = "a/" * 70 + "jane", "Grüße/Žofie.pem"
    assert found(a_tar({long: JANE, foreign: JOHN}, form)) == [(f"-!{long}", JANE), (f"-!{foreign}", JOHN)]
    assert found(a_zip({foreign: JANE})) == [(f"-!{foreign}", JANE)]


def test_files_on_disk_are_read_in_place(tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(a_zip(MEMBERS))
    (tmp_path / "a.tar.gz").write_bytes(packed(a_tar(MEMBERS)))
    places = [i.source for i in read_inputs([tmp_path], in_this_process(extract_certificates))]
    assert places == [
        f"{tmp_path}/{name}!{member}" for name in ("a.tar.gz", "b.zip") for member in ("jane.pem", "john")
    ]


def test_archives_within_archives() -> None:
    inner = a_zip({"chain.pem": pem(JANE) + pem(JOHN)})
    assert found(a_tar({"inner.zip": inner})) == [
        ("-!inner.zip!chain.pem", JANE),
        ("-!inner.zip!chain.pem#2", JOHN),
    ]
    lines = packed(a_line(der_b64=text(JANE)) + a_line(der_b64=text(JOHN)))
    assert found(a_zip({"data.jsonl.gz": lines})) == [("-!data.jsonl.gz:1", JANE), ("-!data.jsonl.gz:2", JOHN)]


def test_nesting_ends() -> None:
    data = JANE
    for _ in range(MAX_DEPTH):
        data = packed(data)
    assert found(data) == [("-", JANE)]
    assert "deep" in problems(packed(data))[0]
    nested = JANE
    for _ in range(500):
        nested = a_tar({"m": nested})[: len(nested) + 2048]
    assert any("deep" in what for what in problems(nested))


def test_a_zip_archive_behind_something_else() -> None:
    assert found(a_zip({"jane": JANE})) == [("-!jane", JANE)]
    inner = b"PK\x03\x04" + bytes(100) + a_zip({"jane": JANE})
    assert [i.der for i in read(inner) if i.der] == [JANE]


def test_paths_and_links_are_neither_followed_nor_written(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name in ("/etc/passwd", "../../outside", "jane"):
            member = tarfile.TarInfo(name)
            member.size = len(JANE)
            archive.addfile(member, io.BytesIO(JANE))
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE):
            member = tarfile.TarInfo("link")
            member.type, member.linkname = kind, "/etc/hostname"
            archive.addfile(member)
        last = tarfile.TarInfo("last")
        last.size = len(JOHN)
        archive.addfile(last, io.BytesIO(JOHN))
    places = [("-!/etc/passwd", JANE), ("-!../../outside", JANE), ("-!jane", JANE), ("-!last", JOHN)]
    assert found(out.getvalue()) == places
    assert list(tmp_path.iterdir()) == []


def test_names_can_not_steer_a_terminal() -> None:
    name = "\x1b[2Jevil\r\nname\u202e.pem"
    for data in (a_zip({name: JANE}), a_tar({name: JANE})):
        ((place, _),) = found(data)
        assert place.isprintable()
        assert "evil" in place
    ((place, _),) = found(a_tar({"x" * 5000: JANE}))
    assert len(place) < 400


def test_forms_read_piece_by_piece_have_no_total_limit() -> None:
    blank = (b" " * 4095 + b"\n") * (MAX_FILE // 4096 + 1)
    lines = a_line(der=text(JANE)) + blank + a_line(der=text(JOHN))
    assert [der for _, der in found(lines)] == [JANE, JOHN]
    large = blank + b"From: x\n"
    assert [der for _, der in found(a_tar({"a": large, "jane": JANE}))] == [JANE]
    many = a_mailbox(*[b"Subject: x\n\n" + blank[: MAX_FILE // 2]] * 3, signed_mail())
    assert [der for _, der in found(many)] == [JANE, JOHN]


def test_octets_that_the_directory_does_not_name_are_read_too() -> None:
    one, other = a_zip({"jane": JANE}), a_zip({"john": JOHN})
    assert sorted(der for _, der in found(one + other)) == sorted([JANE, JOHN])  # two in a row
    assert [one.problem is None for one in read(b"PK\x03\x04" + pem(JANE) + other)] == [True, False]  # said, at least
    both = a_zip({"jane": JANE, "john": JOHN}, zipfile.ZIP_STORED)
    entry = both.index(b"PK\x01\x02")
    second = both.index(b"PK\x01\x02", entry + 1)
    tail = bytearray(both[both.rindex(b"PK\x05\x06") :])
    tail[8:12] = b"\1\0\1\0"
    tail[12:20] = (second - entry).to_bytes(4, "little") + entry.to_bytes(4, "little")
    inputs = read(both[:second] + bytes(tail))  # the second member isn't named
    assert JANE in [one.der for one in inputs]
    assert [one for one in inputs if one.der == JOHN or one.problem]


def test_nothing_hides_behind_padding() -> None:
    assert [der for _, der in found(packed(pem(JANE)) + bytes(200_000) + packed(pem(JOHN)))] == [JANE, JOHN]
    inputs = read(a_tar({"jane": JANE}) + a_tar({"john": JOHN}))
    assert inputs[0].der == JANE
    assert "follow the end" in str(inputs[1].problem)


# --- damage --------------------------------------------------------------------------------------------------------


def test_a_damaged_member_is_a_problem_and_reading_goes_on() -> None:
    data = bytearray(a_zip({"a": JANE, "b": JOHN}, zipfile.ZIP_STORED))
    data[data.find(JANE) + 100] ^= 1
    inputs = read(bytes(data))
    assert [i.source for i in inputs if i.problem] == ["-!a"]
    assert "checksum" in inputs[1].problem.what  # type: ignore[union-attr]
    assert inputs[-1] == Input("-!b", JOHN)


def test_a_member_with_a_password_is_a_problem() -> None:
    data = bytearray(a_zip({"a": JANE, "b": JOHN}))
    entry = data.find(b"PK\x01\x02")
    data[entry + 8] |= 1
    assert [(i.source, i.der) for i in read(bytes(data))] == [("-!a", None), ("-!b", JOHN)]
    assert "password" in problems(bytes(data))[0]


def test_an_unknown_packing_is_a_problem() -> None:
    data = bytearray(a_zip({"a": JANE}))
    data[data.find(b"PK\x01\x02") + 10] = 97
    assert "method 97" in problems(bytes(data))[0]


def test_certificates_before_the_damage_are_read() -> None:
    data = packed(pem(JANE) * 300 + pem(JOHN))
    inputs = read(data[: len(data) - 12])
    assert inputs[0].der == JANE
    assert "cut off" in str(inputs[-1].problem)
    damaged = data[:-8] + bytes(8)
    assert "damaged" in problems(damaged)[0]


def test_an_archive_without_certificates_is_a_problem_when_it_is_named(tmp_path: Path) -> None:
    for data in (a_zip({"a": b"text"}), a_zip({}), a_tar({"a": b"text"}), packed(b"text"), packed(b"")):
        assert len(problems(data)) == 1
    (tmp_path / "documents.zip").write_bytes(a_zip({"a": b"text"}))
    (tmp_path / "jane").write_bytes(JANE)
    assert [i.der for i in read_inputs([tmp_path], in_this_process(extract_certificates))] == [JANE]


SMALL = {
    "gz": packed(JANE),
    "bz2": bz2.compress(JANE),
    "xz": lzma.compress(JANE),
    "zip": a_zip({"jane": JANE}),
    "tar": a_tar({"jane": JANE}, tarfile.USTAR_FORMAT)[:2048],
}


@pytest.mark.parametrize("kind", SMALL)
def test_a_cut_anywhere_raises_no_error_and_is_reported(kind: str) -> None:
    whole = SMALL[kind]
    for size in range(len(whole)):
        inputs = read(whole[:size])
        assert inputs
        assert any(i.problem for i in inputs) or inputs == read(whole)


@pytest.mark.parametrize("kind", SMALL)
def test_damaged_anywhere_nothing_is_raised(kind: str) -> None:
    whole = SMALL[kind]
    for at in range(0, len(whole), 3):
        for value in (0, 0xFF, whole[at] ^ 1):
            assert read(whole[:at] + bytes((value,)) + whole[at + 1 :])


# --- hostile sizes -------------------------------------------------------------------------------------------------


def bomb(size: int) -> bytes:
    return gzip.compress(bytes(size), mtime=0)


def test_a_decompression_bomb_is_not_read_to_its_end() -> None:
    data = bomb(FREE + 1024 * 1024)
    began = time.process_time()
    assert "times its size" in problems(packed(data))[0]
    assert time.process_time() - began < 5
    assert "found none" in problems(data)[0]  # within the budget: all of it is looked at


def test_many_members_share_one_budget() -> None:
    data = a_zip({f"{i}": bytes(FREE // 4) for i in range(5)} | {"jane": JANE})
    (what,) = problems(data)
    assert "times its size" in what


def test_members_that_overlap_are_counted_each_time() -> None:
    """A body of zeros counts once for each of the thousand directory entries that point to it."""
    one = a_zip({"a": bytes(20_000_000)})
    start = one.find(b"PK\x01\x02")
    end = one.rfind(b"PK\x05\x06")
    entry = one[start:end]
    count = 1000
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(entry) * count, start, 0)
    assert any("times its size" in what for what in problems(one[:start] + entry * count + tail))


def test_members_without_content_are_counted_by_their_input() -> None:
    """Deflated data without output counts by its input: it can go on for ever, and many members may share it."""
    empty = b"\0\0\0\xff\xff" * 200_000
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(empty), 0, 1, 0) + b"a" + empty
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, len(empty), 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    many = entry * 2000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2000, 2000, len(many), len(local), 0)
    began = time.process_time()
    assert "times its size" in problems(local + many + end)[-1]
    assert time.process_time() - began < 20


@pytest.mark.parametrize("number", [20_000, pytest.param(100_000, marks=pytest.mark.long)])
def test_many_members_are_walked_through(number: int) -> None:
    block = a_tar({"x": b""}, tarfile.USTAR_FORMAT)[:512]
    began = time.process_time()
    assert found(block * number + a_tar({"jane": JANE})) == [("-!jane", JANE)]
    assert time.process_time() - began < number / 5_000


def test_false_sizes() -> None:
    header = bytearray(a_tar({"x" * 200: JANE}, tarfile.GNU_FORMAT))
    header[124:136] = b"\x80" + (1 << 60).to_bytes(11)
    header[148:156] = b"        "
    header[148:156] = f"{sum(header[:512]):06o}\0 ".encode()
    assert "cut off" in problems(bytes(header))[0] or "damaged" in problems(bytes(header))[0]
    data = bytearray(a_zip({"a": JANE}))
    at = data.rfind(b"PK\x05\x06")
    data[at + 12 : at + 20] = b"\xfe\xff\xff\x7f\xfe\xff\xff\x7f"
    assert "directory" in problems(bytes(data))[0]


def test_large_directories_of_zip64_are_read() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, archive.open(zipfile.ZipInfo("jane"), "w", force_zip64=True) as member:
        member.write(JANE)
    assert found(out.getvalue()) == [("-!jane", JANE)]
    many = a_zip({f"{i}": b"" for i in range(65_536)} | {"jane": JANE}, zipfile.ZIP_STORED)
    assert found(many) == [("-!jane", JANE)]


def test_a_member_without_octets_that_claims_content_is_a_problem() -> None:
    made = bytearray(a_zip({"host.pem": pem(JOHN), "jane.pem": pem(JANE)}))
    at = made.rindex(b"PK\x01\x02") + 20
    made[at : at + 4] = bytes(4)
    assert problems(bytes(made)) == ["the compressed data is damaged or cut off; get the file again"]
