"""Files taken apart in a process with limits: the same certificates as without one, at a bounded cost."""

from __future__ import annotations

import io
import os
import resource
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12
from support.certs import make_certificate, private_key, public_key
from support.holding import JANE, JOHN, a_line, a_mailbox, a_tar, a_zip, packed, pem, signed_mail, text

from ctscan.sources.files import BoundedReader, Input, in_this_process, read_inputs
from ctscan.sources.files.frames import MOST
from ctscan.sources.files.process_limits import CPU_SECONDS
from ctscan.sources.files.streams import BUFFER
from ctscan.x509.containers import extract_certificates

ROOT = Path(__file__).parents[3]
ALLOWED = CPU_SECONDS + 0.5  # of CPU: the limit itself is whole seconds, and this process reads what comes back


@pytest.fixture(scope="module")
def bounded() -> Iterator[BoundedReader]:
    with BoundedReader() as reader:
        yield reader


def read(bounded: BoundedReader, data: bytes) -> list[Input]:
    return list(read_inputs(["-"], bounded, io.BytesIO(data)))


FORMS = {
    "pem": pem(JANE) + pem(JOHN),
    "der": JANE,
    "zip": a_zip({"a.pem": pem(JANE), "b": JOHN, "c": b"text"}),
    "tar": a_tar({"a.pem": pem(JANE), "b": JOHN}),
    "tar.gz": packed(a_tar({"a.pem": pem(JANE), "inner.zip": a_zip({"b": JOHN})})),
    "lines": a_line(der=text(JANE)) + a_line(der=text(JOHN)),
    "mail": signed_mail(),
    "mailbox": a_mailbox(signed_mail(), signed_mail()),
    "nothing": b"nothing to see here",
    "empty": b"",
    "cut": a_zip({"a": JANE})[:-5],
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", ["stdin", "file"])
def test_the_process_gives_what_reading_here_gives(
    bounded: BoundedReader, tmp_path: Path, form: str, place: str
) -> None:
    file = tmp_path / "file"
    file.write_bytes(FORMS[form])
    paths = ["-"] if place == "stdin" else [str(file)]
    here = list(read_inputs(paths, in_this_process(extract_certificates), io.BytesIO(FORMS[form])))
    assert list(read_inputs(paths, bounded, io.BytesIO(FORMS[form]))) == here
    assert [one.problem.unread for one in here if one.problem] == [
        one.problem.unread for one in read_inputs(paths, bounded, io.BytesIO(FORMS[form])) if one.problem
    ]


def cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


HOSTILE = {
    "many lists": b"[" + b"[]," * 5_000_000 + b"[]]",
    "deep lists": b"[" * 8_000_000,
    "parameters": b"MIME-Version: 1.0\nContent-Type: multipart/mixed; " + b'a="' + b'\\";' * 1_000_000 + b"\n\nx",
    "boundaries": b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\n" * 2_000_000,
    "folded header": b"From x\nMIME-Version: 1.0\nSubject: a\n" + b" b\n" * 4_000_000,
}


SLOW = [pytest.param(kind, marks=pytest.mark.long) for kind in ("deep lists", "boundaries", "folded header")]


@pytest.mark.parametrize("kind", ["parameters", *SLOW])
def test_no_file_costs_more_than_its_limits(kind: str) -> None:
    data = HOSTILE[kind]
    assert len(data) <= 16 << 20
    before, began = cpu_of_children(), time.process_time()
    with BoundedReader() as reader:
        inputs = read(reader, data)
    assert inputs and all(one.problem for one in inputs)
    start_up = 0.6
    assert cpu_of_children() - before < CPU_SECONDS + start_up
    assert time.process_time() - began < ALLOWED


def test_a_directory_of_a_million_members_is_given_up() -> None:
    one = a_zip({"a": b""}, zipfile.ZIP_STORED)
    start, end = one.find(b"PK\x01\x02"), one.rfind(b"PK\x05\x06")
    many = one[:start] + one[start:end] * 340_000
    tail = one[end : end + 8] + b"\xff\xff\xff\xff" + (len(many) - start).to_bytes(4, "little")
    data = many + tail + start.to_bytes(4, "little") + b"\0\0"
    assert len(data) <= 16 << 20
    before = cpu_of_children()
    with BoundedReader() as reader:
        (found,) = read(reader, data)
    assert found.problem is not None
    assert cpu_of_children() - before < CPU_SECONDS + 0.6


def overlapping(data: bytes, count: int) -> bytes:
    """Make a zip archive whose directory names one member again and again."""
    one = a_zip({"a": data}, zipfile.ZIP_STORED)
    start, end = one.find(b"PK\x01\x02"), one.rfind(b"PK\x05\x06")
    entries = one[start:end] * count
    return one[:start] + entries + one[end : end + 8] + struct.pack("<HHIIH", count, count, len(entries), start, 0)


def test_reading_the_same_octets_again_allows_no_more_time(tmp_path: Path) -> None:
    block = b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"
    file = tmp_path / "overlapping.zip"
    file.write_bytes(overlapping(block * 40_000, 60_000))
    before = cpu_of_children()
    with BoundedReader() as reader:
        for found in read_inputs([file], reader):
            last = found.problem
    assert last is not None and "of CPU time" in last.what
    assert cpu_of_children() - before < CPU_SECONDS + 0.6


def test_a_file_that_is_read_as_a_whole_may_be_longer_than_a_message(bounded: BoundedReader, tmp_path: Path) -> None:
    file = tmp_path / "long.pem"
    file.write_bytes(pem(JANE) + b"\n" * (MOST + 2 * BUFFER) + pem(JOHN))
    for paths, given in (([file], b""), (["-"], file.read_bytes())):
        assert [one.der for one in read_inputs(paths, bounded, io.BytesIO(given))] == [JANE, JOHN]


def test_a_file_that_breaks_a_limit_is_named_what_came_before_stays_and_the_next_one_is_read(tmp_path: Path) -> None:
    hostile = a_tar({"jane": JANE, "lists": HOSTILE["many lists"]})
    assert len(hostile) <= 16 << 20
    for name, data in (("a", FORMS["zip"]), ("b", hostile), ("c", FORMS["tar"])):
        (tmp_path / name).write_bytes(data)
    before, began = cpu_of_children(), time.process_time()
    with BoundedReader() as reader:
        found = list(read_inputs([tmp_path / "a", tmp_path / "b", tmp_path / "c"], reader))
    assert [one.der for one in found] == [JANE, JOHN, JANE, None, JANE, JOHN]
    problem = found[3].problem
    assert problem is not None and problem.path.endswith("/b")
    assert "to be taken apart; take it apart first" in problem.what
    assert cpu_of_children() - before < CPU_SECONDS + 2 * 0.6, "it was started twice"
    assert time.process_time() - began < ALLOWED


def test_one_process_serves_many_files(bounded: BoundedReader, tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"{number:03}.zip").write_bytes(a_zip({"jane": JANE}))
    read(bounded, FORMS["zip"])  # it is warm
    before = cpu_of_children()
    assert len([one for one in read_inputs([tmp_path], bounded) if one.der]) == 300
    assert cpu_of_children() == before  # none ended, so none was begun


@pytest.mark.parametrize("scheme", [pkcs12.PBES.PBESv2SHA256AndAES256CBC, pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC])
def test_the_process_has_its_ciphers_and_gets_passwords_by_the_pipe(scheme: pkcs12.PBES) -> None:
    jane = make_certificate([("CN", "Jane Doe")], spki=public_key("jane"))
    encryption = PrivateFormat.PKCS12.encryption_builder().key_cert_algorithm(scheme).kdf_rounds(2000)
    data = pkcs12.serialize_key_and_certificates(
        b"jane", private_key("jane"), x509.load_der_x509_certificate(jane), None, encryption.build(b"a password")
    )
    with BoundedReader(("another", "a password")) as reader:
        assert [one.der for one in read(reader, data)] == [jane]
    with BoundedReader() as reader:
        assert "a password protects" in str([one.problem for one in read(reader, data)])


def test_a_file_beyond_the_size_of_a_message_is_read(bounded: BoundedReader) -> None:
    assert [one.der for one in read(bounded, b"text\n" * 8_000_000 + pem(JANE))] == [JANE]


def test_nothing_is_left_behind_when_the_reading_is_given_up() -> None:
    with BoundedReader() as reader:
        items = read_inputs(["-"], reader, io.BytesIO(FORMS["zip"]))
        assert next(items).der == JANE
        items.close()  # type: ignore[attr-defined]
        assert [one.der for one in read(reader, FORMS["tar"])] == [JANE, JOHN]


def test_the_process_ends_with_its_parent() -> None:
    code = (
        "import io, os, sys\n"
        "from ctscan.sources.files import BoundedReader, read_inputs\n"
        "reader = BoundedReader()\n"
        "list(read_inputs(['-'], reader, io.BytesIO(b'PK\\x05\\x06' + bytes(18))))\n"
        "print(reader._child._process.pid, flush=True)\n"
        "os._exit(0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    pid = int(done.stdout)
    for _ in range(200):
        if not Path(f"/proc/{pid}").exists():
            break
        time.sleep(0.02)
    else:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_the_process_can_open_nothing_and_take_no_more_memory() -> None:
    code = """
import os, socket
from ctscan.sources.files.process_limits import confine
confine()
attempts = (socket.socket, lambda: open('/etc/hostname'), os.pipe, lambda: bytearray(600 << 20))
for number, attempt in enumerate(attempts, 1):
    try:
        attempt()
    except (OSError, MemoryError):
        continue
    os._exit(number)
os._exit(0)
"""
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
