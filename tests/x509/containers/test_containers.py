"""PKCS#7 and CMS: certificates come out octet for octet, and other structures are refused."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from hypothesis import example, given
from hypothesis import strategies as st
from support.certs import (
    PKCS7_DATA,
    PKCS7_SIGNED,
    indefinite_tlv,
    integer,
    long_tlv,
    make_certificate,
    oid,
    public_key,
    reencode,
    signed_data,
    string,
    tlv,
)

from ctscan.errors import FormatError
from ctscan.x509 import containers as structures
from ctscan.x509.certificate import read_certificate
from ctscan.x509.containers import certificates_in_signed_data

JANE = make_certificate([("CN", "Jana Nováková")], [("email", "jana@example.org")], serial=1, spki=public_key("jana"))
HOST = make_certificate([("CN", "www.example.org")], [("dns", "www.example.org")], serial=2, spki=public_key("host"))


def test_a_bundle_made_elsewhere_is_read_as_its_maker_reads_it() -> None:
    made = pkcs7.serialize_certificates([x509.load_der_x509_certificate(der) for der in (JANE, HOST)], Encoding.DER)
    assert sorted(certificates_in_signed_data(made)) == sorted([JANE, HOST])
    ours = signed_data(*sorted([JANE, HOST]))
    assert [
        c.public_bytes(Encoding.DER) for c in pkcs7.load_der_pkcs7_certificates(ours)
    ] == certificates_in_signed_data(ours)


@pytest.mark.parametrize("version", [1, 3, 5])
@pytest.mark.parametrize("content", [b"", tlv(0x04, b"signed text")])
def test_the_order_of_the_file_is_kept(version: int, content: bytes) -> None:
    for certificates in ([JANE, HOST], [HOST, JANE], [JANE], []):
        assert certificates_in_signed_data(signed_data(*certificates, version=version, content=content)) == certificates


def test_crls_and_obsolete_kinds_of_certificates_are_left_out() -> None:
    others = [tlv(tag, tlv(0x30, integer(1))) for tag in (0xA0, 0xA3)]
    crls = tlv(0xA1, tlv(0x30, tlv(0x30, integer(1))))
    assert certificates_in_signed_data(signed_data(JANE, *others, HOST, rest=[crls])) == [JANE, HOST]


@pytest.mark.parametrize("tag", [0xA1, 0xA2])
def test_attribute_certificates_come_out_as_they_stand_in_files(tag: int) -> None:
    attribute_certificate = tlv(0x30, tlv(0x30, integer(1)))
    tagged = bytes((tag,)) + attribute_certificate[1:]
    assert certificates_in_signed_data(signed_data(JANE, tagged, HOST)) == [JANE, attribute_certificate, HOST]


def test_ber_around_certificates_leaves_them_as_they_are() -> None:
    """Programs that sign a stream write indefinite lengths down to the set; certificates stay unchanged."""
    inner = indefinite_tlv(0x30, oid(PKCS7_DATA) + indefinite_tlv(0xA0, indefinite_tlv(0x24, tlv(0x04, b"text"))))
    for close in (indefinite_tlv, long_tlv):
        signed = close(0x30, integer(1) + tlv(0x31) + inner + close(0xA0, JANE + HOST) + tlv(0x31))
        assert certificates_in_signed_data(close(0x30, oid(PKCS7_SIGNED) + close(0xA0, signed))) == [JANE, HOST]


def test_a_certificate_that_no_library_reads_comes_out_whole() -> None:
    odd = long_tlv(0x30, make_certificate([("CN", "Jana")], [("email", "jana@example.org")])[4:])
    (out,) = certificates_in_signed_data(signed_data(odd))
    assert out == odd
    assert read_certificate(out).san


BAD = {
    "nothing": b"",
    "a certificate": JANE,
    "an octet too much": signed_data(JANE) + b"\0",
    "an element too much": signed_data(JANE) + tlv(0x05),
    "cut off": signed_data(JANE)[:-1],
    "another content type": tlv(0x30, oid("1.2.840.113549.1.7.3"), tlv(0xA0, tlv(0x30))),
    "no content": tlv(0x30, oid(PKCS7_SIGNED)),
    "content that is none": tlv(0x30, oid(PKCS7_SIGNED), tlv(0xA0, string("jana@example.org"))),
    "two contents": tlv(0x30, oid(PKCS7_SIGNED), tlv(0xA0, tlv(0x30)), tlv(0xA0, tlv(0x30))),
    "a certificate whose length lies": signed_data(JANE, b"\x30\x05x"),
    "a certificate that is cut off": signed_data(JANE[:-9]),
    "a set of text": signed_data(b"jana@example.org"),
}


@pytest.mark.parametrize("what", BAD)
def test_other_bytes_are_refused_in_one_line_without_content(what: str) -> None:
    with pytest.raises(FormatError, match=r"^signed data: .+") as caught:
        certificates_in_signed_data(BAD[what])
    assert "\n" not in str(caught.value)
    assert "jana" not in str(caught.value)


LONG_TAG = b"\x1f" + b"\xff" * 500_000 + b"\x01\x00"
LONG_OID = tlv(0x06, b"\xff" * 500_000 + b"\x01")
HOSTILE = {
    "tag number": LONG_TAG,
    "tag number inside": tlv(0x30, LONG_TAG),
    "tag number in the set": signed_data(LONG_TAG),
    "object identifier": tlv(0x30, LONG_OID, tlv(0xA0, tlv(0x30))),
    "content type": tlv(0x30, oid(PKCS7_SIGNED), tlv(0xA0, tlv(0x30, integer(1), tlv(0x31), LONG_OID))),
    "nesting": b"\x30\x80" * 250_000,
    "members": signed_data(tlv(0x30) * (structures.MAX_CERTIFICATES + 1)),
    "octets": b"\x30" + bytes(structures.MAX_SIGNED_DATA),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_sizes_are_refused_before_they_cost_anything(what: str) -> None:
    with pytest.raises(FormatError, match="signed data: "):
        certificates_in_signed_data(HOSTILE[what])


SMALL = [signed_data(tlv(0x30, integer(1)), version=1), signed_data(tlv(0x30), version=3, content=b"\x04\x01x")]
SMALL.append(reencode(SMALL[0], lambda tag, body: (indefinite_tlv if tag & 0x20 else tlv)(tag, body)))


@given(st.sampled_from(SMALL), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 255)), min_size=1, max_size=4))
@example(SMALL[0], [(17, 0x02)])
def test_nothing_but_a_format_error_is_raised(der: bytes, changes: list[tuple[int, int]]) -> None:
    changed = bytearray(der)
    for at, octet in changes:
        changed[at % len(changed)] = octet
    try:
        found = certificates_in_signed_data(bytes(changed))
    except FormatError:
        return
    assert all(member[0] == 0x30 for member in found)
