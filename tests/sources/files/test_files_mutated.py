"""Mutated files of every form: the reader raises nothing, stays fast, and reports every problem."""

from __future__ import annotations

import base64
import random
import time

from support.holding import (
    JANE,
    JOHN,
    SIGNATURE,
    a_line,
    a_mailbox,
    a_tar,
    a_zip,
    ldif,
    packed,
    pem,
    read,
    signed_mail,
    text,
)
from support.text_forms import FORMS

RUNS = 4000
NEAR = 400  # octets of the beginning, which hold most of the structure

WHOLE = (
    signed_mail(),
    a_mailbox(signed_mail()),
    ldif(("userCertificate;binary", JANE)),
    a_line(der=text(JANE)),
    a_zip({"a": JANE}),
    a_tar({"a": JANE, "x" * 200: JOHN}),
    packed(pem(JANE)),
    SIGNATURE,
    base64.encodebytes(SIGNATURE),
    a_zip({"m": signed_mail(), "t": a_tar({"q": packed(JANE)})}),
    *(form(JANE) for form in FORMS.values()),
)
WORDS = (
    b"boundary*0*=", b"boundary*=utf-8''%ff", b"charset*99999=", b'"', b";", b"=", b"\n", b"\r\n", b" ", b"\0", b"\xff",
    b"\x30\x80", b"Content-Type:", b"Content-Transfer-Encoding: base64\n\n", b"multipart/x; ", b"boundary=", b"{",
    b"=?utf-8?q?x?=", b"[", b"\\", b"::", b":<", b"From ", b"*", b"''", b"%", b"--edge", b"PK\x03\x04", b"PK\x05\x06",
)  # fmt: skip


def changed(whole: bytes, chance: random.Random) -> bytes:
    data = bytearray(whole)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data) + 1 if chance.random() < 0.4 else min(NEAR, len(data) + 1))
        match chance.randrange(4):
            case 0:
                data[at:at] = chance.choice(WORDS)
            case 1:
                del data[at : at + chance.randint(1, 20)]
            case 2:
                data[at : at + 1] = bytes((chance.randrange(256),))
            case _:
                data[at : at + chance.randint(1, 30)] = chance.choice(WORDS) * chance.randint(1, 5)
    return bytes(data)


def test_changed_files_break_nothing() -> None:
    chance = random.Random(20310506)
    for _ in range(RUNS):
        data = changed(chance.choice(WHOLE), chance)
        began = time.process_time()
        inputs = read(data)
        assert inputs
        assert all((found.der is None) != (found.problem is None) for found in inputs)
        assert all(found.source.isprintable() for found in inputs)
        assert time.process_time() - began < 1
