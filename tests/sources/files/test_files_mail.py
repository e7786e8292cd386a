"""Signed mail and mailboxes: the signers' certificates are found amid any other content."""

from __future__ import annotations

import base64
import quopri
import time
from pathlib import Path

import pytest
from support.certs import oid, tlv
from support.holding import JANE, JOHN, SIGNATURE, a_mailbox, a_zip, found, pem, problems, read, signed_mail

from ctscan.sources.files import in_this_process, read_inputs
from ctscan.sources.files.formats import mail
from ctscan.x509.containers import extract_certificates

BOTH = [("-", JANE), ("-#2", JOHN)]


def part(kind: str, body: bytes, encoding: str = "base64") -> bytes:
    head = f"MIME-Version: 1.0\nContent-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n"
    return head.encode() + body


def around(*parts: bytes, boundary: str = "outer", kind: str = "mixed") -> bytes:
    edge = b"--" + boundary.encode()
    head = f"MIME-Version: 1.0\nContent-Type: multipart/{kind}; boundary={boundary}\n\n".encode()
    return head + b"".join(edge + b"\n" + inner + b"\n" for inner in parts) + edge + b"--\n"


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_a_detached_signature(line_end: bytes) -> None:
    assert found(signed_mail().replace(b"\n", line_end)) == BOTH


@pytest.mark.parametrize("kind", ["pkcs7-mime; smime-type=signed-data", "x-pkcs7-mime", "PKCS7-Mime; name=a"])
@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "binary"])
def test_an_opaque_signature_in_every_encoding(kind: str, encoding: str) -> None:
    bodies = {
        "base64": base64.encodebytes(SIGNATURE),
        "quoted-printable": quopri.encodestring(SIGNATURE),
        "binary": SIGNATURE,
    }
    assert found(part(f"application/{kind}", bodies[encoding], encoding)) == BOTH


def test_parts_within_parts_and_forwarded_messages() -> None:
    forwarded = part("message/rfc822", signed_mail(boundary="inner"), "7bit")
    assert (
        found(around(part("text/plain", b"See below", "7bit"), around(forwarded, boundary="b"), boundary="a")) == BOTH
    )


def test_attachments_are_recognised_by_their_content() -> None:
    parts = (
        part("application/octet-stream", base64.encodebytes(pem(JANE))),
        part("text/plain", b"My certificate:\n" + pem(JOHN), "8bit"),
        part("application/zip", base64.encodebytes(a_zip({"jane": JANE}))),
        part("image/png", base64.encodebytes(JOHN)),
    )
    assert [der for _, der in found(around(*parts))] == [JANE, JOHN, JANE, JOHN]  # whatever a part calls itself


def test_no_part_hides_a_certificate() -> None:
    inner = b"MIME-Version: 1.0\nContent-Type: text/plain\n\n" + pem(JANE)
    hidden = (
        part("message/rfc822", base64.encodebytes(inner)),
        part("multipart/mixed", base64.encodebytes(pem(JANE))),
        part("video/mp4", base64.encodebytes(JANE)),
    )
    for one in hidden:
        assert [der for _, der in found(around(part("text/plain", pem(JOHN), "7bit"), one))] == [JOHN, JANE]
    before = around(part("text/plain", pem(JOHN), "7bit")).replace(b"\n\n", b"\n\n" + pem(JANE), 1)
    assert sorted(der for _, der in found(before)) == sorted([JOHN, JANE])


def test_a_mailbox_is_read_message_by_message() -> None:
    data = a_mailbox(signed_mail(), b"From: x@example.org\n\nFrom here on,\n>From quoted\n", signed_mail(boundary="b"))
    assert found(data) == [("-#1", JANE), ("-#1.2", JOHN), ("-#3", JANE), ("-#3.2", JOHN)]


def test_a_damaged_signature_is_a_problem_and_the_next_message_is_read() -> None:
    inputs = read(a_mailbox(signed_mail(SIGNATURE[:-20]), signed_mail(b"no signature"), signed_mail()))
    assert [i.source for i in inputs] == ["-#1", "-#1.2", "-#2", "-#3", "-#3.2"]
    assert [i.der for i in inputs] == [JANE, None, None, JANE, JOHN]


def test_encrypted_messages_are_passed_over() -> None:
    enveloped = tlv(0x30, oid("1.2.840.113549.1.7.3"), tlv(0xA0, tlv(0x30, bytes(200))))
    secret = part("application/pkcs7-mime; smime-type=enveloped-data", base64.encodebytes(enveloped))
    assert found(a_mailbox(secret, signed_mail()))[0] == ("-#2", JANE)


def test_mail_without_signature_is_a_problem_only_when_it_is_named(tmp_path: Path) -> None:
    plain = b"From: Jane Doe <jane@example.org>\nMIME-Version: 1.0\nContent-Type: text/plain\n\nHello\n"
    (what,) = problems(plain)
    assert "jane" not in what
    (tmp_path / "plain.eml").write_bytes(plain)
    (tmp_path / "signed.eml").write_bytes(signed_mail())
    assert [i.der for i in read_inputs([tmp_path], in_this_process(extract_certificates))] == [JANE, JOHN]


def test_text_before_a_pem_block_is_no_mail() -> None:
    for before in (b"Certificate:\n    Data:\n        Version: 3\n\n", b"subject=CN = Jane\n\n", b"From here:\n\n"):
        assert found(before + pem(JANE)) == [("-", JANE)]


# --- hostile -------------------------------------------------------------------------------------------------------


def test_headers_without_end() -> None:
    endless = b"From x\nSubject: " + b"x" * 5_000_000
    folded = b"From x\nSubject: a\n" + b" b\n" * 1_000_000
    began = time.process_time()
    assert all("found none" in problems(data)[0] for data in (endless, folded))
    assert time.process_time() - began < 10
    assert [i.der for i in read(endless + b"\n\n" + a_mailbox(signed_mail())) if i.der] == [JANE, JOHN]


def test_a_thousand_levels_of_parts() -> None:
    data = signed_mail()
    for level in range(1000):
        data = around(data, boundary=f"b{level}")
    began = time.process_time()
    assert "deep" in problems(data)[0]
    assert time.process_time() - began < 5


@pytest.mark.parametrize("count", [15_000, pytest.param(50_000, marks=pytest.mark.long)])
def test_thousands_of_parts(count: int) -> None:
    many = around(*[part("text/plain", b"x", "7bit")] * count)
    began = time.process_time()
    assert f"{mail.MAX_PARTS} parts" in problems(many)[0]
    assert len(problems(many)) < 10
    assert time.process_time() - began < count / 5_000


def test_cut_off_or_damaged_anywhere_nothing_is_raised() -> None:
    whole = a_mailbox(signed_mail())
    for at in range(0, len(whole), 2):
        assert read(whole[:at])
        assert read(whole[:at] + b"\xff" + whole[at + 1 :])
