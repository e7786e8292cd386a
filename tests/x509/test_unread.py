"""Octets that a reader abandons: kept with the problem, for their strings; octets read after all are not kept."""

from __future__ import annotations

import pytest
from support import certs
from support.certs import (
    SMTP_UTF8_MAILBOX,
    extension,
    general_names,
    make_certificate,
    make_tbs,
    oid,
    other_name,
    string,
    tlv,
)

from ctscan.model import Certificate, Problem
from ctscan.x509.certificate import read_certificate, read_tbs

ADDRESS = "jana@example.org"
HOST = [("CN", "www.example.org")]
TEXT = string(ADDRESS)
TIME = certs.moment(certs.NOT_AFTER)


def san(*names: certs.GeneralNameSpec) -> Certificate:
    return read_certificate(make_certificate(HOST, names))


def subject(*rdns: bytes) -> Certificate:
    return read_certificate(make_certificate(tlv(0x30, *rdns)))


def extensions(*whole: bytes) -> Certificate:
    return read_certificate(make_certificate(HOST, extensions=whole))


def rdn(*parts: bytes) -> bytes:
    return tlv(0x31, tlv(0x30, *parts))


NAMES = general_names([("email", ADDRESS), ("dns", "www.example.org")])
EMAIL = oid("1.2.840.113549.1.9.1")
UNREAD = {
    "general name of another class": (san(("dns", "www.example.org"), tlv(0x30, TEXT)), "san.1"),
    "general name that is another string": (san(tlv(0x5E, ADDRESS.encode())), "san.0"),
    "general name whose length is too long": (san(b"\x81\x7f" + ADDRESS.encode()), "san"),
    "general name whose length is too short": (san(b"\x81\x05" + ADDRESS.encode()), "san"),
    "constructed string without segments": (san(tlv(0xA1, ADDRESS.encode())), "san.0"),
    "constructed string of other things": (san(tlv(0xA1, tlv(0x30, TEXT))), "san.0"),
    "otherName without type": (san(tlv(0xA0, tlv(0xA0, TEXT))), "san.0"),
    "otherName whose type is none": (san(tlv(0xA0, tlv(0x06, b"\x80"), tlv(0xA0, TEXT))), "san.0"),
    "otherName with two values": (san(other_name("1.2.3", TEXT + TEXT)), "san.0"),
    "otherName with three parts": (san(tlv(0xA0, oid("1.2.3"), tlv(0xA0, tlv(0x05)), TEXT)), "san.0"),
    "mailbox that is no string": (san(other_name(SMTP_UTF8_MAILBOX, tlv(0x30, TEXT))), "san.0"),
    "iPAddress that is text": (san(("ip", ADDRESS.encode() + b" ")), "san.0"),
    "SAN that is no SEQUENCE": (extensions(extension("2.5.29.17", tlv(0x02, ADDRESS.encode()))), "san.0"),
    "SAN that is cut off": (extensions(extension("2.5.29.17", NAMES[:-1])), "san"),
    "RDN that is text": (subject(TEXT), "subject.0"),
    "RDN of nothing": (subject(tlv(0x11, ADDRESS.encode())), "subject.0"),
    "attribute without type": (subject(rdn(TEXT)), "subject.0"),
    "attribute whose type is text": (subject(rdn(TEXT, TEXT)), "subject.0"),
    "attribute with three parts": (subject(rdn(EMAIL, string("x"), TEXT)), "subject.0"),
    "attribute in octets": (subject(rdn(EMAIL, tlv(0x04, b"\0" + ADDRESS.encode()))), "subject.0"),
    "attribute in constructed octets": (
        subject(rdn(EMAIL, tlv(0x24, tlv(0x04, b"\0" + ADDRESS.encode())))),
        "subject.0",
    ),
    "attribute of broken segments": (subject(rdn(EMAIL, tlv(0x2C, tlv(0x30, TEXT)))), "subject.0"),
    "attribute that runs on": (subject(tlv(0x31, b"\x30\x40" + EMAIL + TEXT)), "subject.0"),
    "extension that is text": (extensions(TEXT), "extensions.0"),
    "extension of nothing": (extensions(tlv(0x10, ADDRESS.encode())), "extensions.0"),
    "extension with three parts": (extensions(tlv(0x30, oid("1.2.3"), TEXT, tlv(0x04))), "extensions.0"),
    "extension without type": (extensions(tlv(0x30, tlv(0x01, b"\0"), tlv(0x04, TEXT))), "extensions.0"),
    "extension without octets": (extensions(tlv(0x30, oid("1.2.3"), TEXT)), "extensions.0"),
    "key purposes that are text": (extensions(extension("2.5.29.37", TEXT)), "extKeyUsage"),
    "a key purpose that is text": (extensions(extension("2.5.29.37", tlv(0x30, TEXT))), "extKeyUsage"),
    "a time that is text": (read_certificate(make_certificate(HOST, not_after=TEXT)), "notAfter"),
    "a third time": (read_certificate(make_certificate(HOST, not_after=TIME + TEXT)), "validity"),
    "a field at the end": (read_tbs(tlv(0x30, make_tbs(HOST)[4:] + TEXT)), "tbsCertificate"),
    "something after the end": (read_certificate(make_certificate(HOST) + TEXT), "certificate"),
    "a fourth part": (read_certificate(tlv(0x30, make_certificate(HOST)[4:] + TEXT)), "certificate"),
}  # fmt: skip


@pytest.mark.parametrize("what", UNREAD)
def test_abandoned_octets_are_kept_with_the_problem(what: str) -> None:
    certificate, where = UNREAD[what]
    holding = [problem.path for problem in certificate.problems if ADDRESS.encode() in problem.unread]
    assert where in holding
    assert "jana" not in repr(certificate.problems)


READ = {
    "an RDN without its SET": subject(tlv(0x30, EMAIL, TEXT)),
    "an RDN in a SEQUENCE": subject(tlv(0x30, tlv(0x30, EMAIL, TEXT))),
    "general names without SEQUENCE": extensions(extension("2.5.29.17", certs.general_name(("email", ADDRESS)))),
    "an address as a string": san(TEXT),
    "an otherName without its tag": san(other_name(SMTP_UTF8_MAILBOX, TEXT, explicit=False)),
    "a SAN that comes twice": extensions(*[certs.san_extension([("email", ADDRESS)])] * 2),
    "extensions without SEQUENCE": read_tbs(
        tlv(0x30, make_tbs(HOST, extensions=[])[3:-4] + tlv(0xA3, certs.san_extension([("email", ADDRESS)])))
    ),
}


@pytest.mark.parametrize("what", READ)
def test_repaired_reading_keeps_no_octets(what: str) -> None:
    certificate = READ[what]
    assert certificate.problems
    assert [problem for problem in certificate.problems if problem.unread] == []
    texts = [a.text for a in certificate.subject.attributes] + [general.text for general in certificate.san]
    assert ADDRESS in [text.value for text in texts if text]


def test_equality_of_problems_ignores_octets() -> None:
    assert Problem("san", "broken", b"jana@example.org") == Problem("san", "broken")
    assert "jana" not in repr(Problem("san", "broken", b"jana@example.org"))


def test_bits_that_identify_are_no_text_that_could_not_be_read() -> None:
    assert subject(rdn(oid("2.5.4.45"), tlv(0x03, b"\0\0\1"))).problems == ()
