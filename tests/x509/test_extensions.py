"""Bodies of extensions: every value of every known layout is a field, and octets outside the layout are kept."""

from __future__ import annotations

import pytest
from support.certs import (
    GeneralNameSpec,
    bit_string,
    boolean,
    certificate_policies,
    cps_qualifier,
    extension,
    general_name,
    general_names,
    integer,
    make_certificate,
    name,
    oid,
    string,
    tlv,
    user_notice,
)

from ctscan.model import Certificate, Field
from ctscan.x509.certificate import read_certificate
from ctscan.x509.extensions import BINARY

JANE = [("CN", "Jane Doe"), ("emailAddress", "jane@example.org")]
MAIL = general_name(("email", "jane@example.org"))
PAGE = general_name(("uri", "http://example.net/jane"))
DIRECTORY = general_name(("dir", JANE))
TEXT = string("jane@example.org")
IN_JANE = [("0.commonName", "Jane Doe"), ("1.emailAddress", "jane@example.org")]


def read(dotted: str, value: bytes) -> Certificate:
    return read_certificate(make_certificate(extensions=[extension(dotted, value)], issuer=[]))


def said(certificate: Certificate) -> list[tuple[str, str | None]]:
    return [(place.path, place.text.value if place.text else None) for place in certificate.fields]


def under(path: str, found: list[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    return [(f"{path}.{where}", text) for where, text in found]


def seq(*parts: bytes) -> bytes:
    return tlv(0x30, *parts)


def access(location: bytes) -> bytes:
    return seq(oid("1.3.6.1.5.5.7.48.2"), location)


def full_name(*names: bytes) -> bytes:
    return tlv(0xA0, tlv(0xA0, *names))


AVA = seq(oid("2.5.4.3"), string("Jane Doe"))
QC = "1.3.6.1.5.5.7.1.3"
QC_TYPE, QC_SEMANTICS = "0.4.0.1862.1.6", "1.3.6.1.5.5.7.11.2"
NATURAL = "0.4.0.194121.1.1"
HASH = tlv(0x04, bytes(range(32)))
LOGO = seq(seq(seq(string("image/svg+xml", "ia5"), seq(seq(HASH)), seq(string("http://example.net/logo", "ia5")))))

GOOD = {
    "issuerAltName": ("2.5.29.18", seq(MAIL, DIRECTORY), [
        ("ian.0.rfc822Name", "jane@example.org"),
        *under("ian.1.directoryName", IN_JANE),
    ]),
    "authority information": ("1.3.6.1.5.5.7.1.1", seq(access(PAGE), access(MAIL), access(DIRECTORY)), [
        ("authorityInfoAccess.0.uniformResourceIdentifier", "http://example.net/jane"),
        ("authorityInfoAccess.1.rfc822Name", "jane@example.org"),
        *under("authorityInfoAccess.2.directoryName", IN_JANE),
    ]),
    "subject information": ("1.3.6.1.5.5.7.1.11", seq(access(PAGE)), [
        ("subjectInfoAccess.0.uniformResourceIdentifier", "http://example.net/jane"),
    ]),
    "distribution points": ("2.5.29.31", seq(
        seq(full_name(PAGE, DIRECTORY)),
        seq(tlv(0x81, b"\0\x80"), tlv(0xA2, DIRECTORY)),
        seq(tlv(0xA0, tlv(0xA1, AVA))),
    ), [
        ("cRLDistributionPoints.0.0.uniformResourceIdentifier", "http://example.net/jane"),
        *under("cRLDistributionPoints.0.1.directoryName", IN_JANE),
        *under("cRLDistributionPoints.1.cRLIssuer.0.directoryName", IN_JANE),
        ("cRLDistributionPoints.2.0.commonName", "Jane Doe"),
    ]),
    "freshest CRL, relative name of several attributes": ("2.5.29.46", seq(seq(tlv(0xA0, tlv(0xA1, AVA, AVA)))), [
        ("freshestCRL.0.0.commonName", "Jane Doe"), ("freshestCRL.0.0.commonName", "Jane Doe"),
    ]),
    "name constraints": ("2.5.29.30", seq(
        tlv(0xA0, seq(MAIL), seq(DIRECTORY, tlv(0x80, b"\0")), seq(general_name(("ip", bytes(8))))),
        tlv(0xA1, seq(general_name(("dns", ".example.org")), tlv(0x81, b"\1"))),
    ), [
        ("nameConstraints.permitted.0.rfc822Name", "jane@example.org"),
        *under("nameConstraints.permitted.1.directoryName", IN_JANE),
        ("nameConstraints.permitted.2.iPAddress", None),
        ("nameConstraints.excluded.0.dNSName", ".example.org"),
    ]),
    "authority key": ("2.5.29.35", seq(tlv(0x80, b"jane"), tlv(0xA1, DIRECTORY, MAIL), tlv(0x82, b"\7")), [
        *under("authorityKeyIdentifier.0.directoryName", IN_JANE),
        ("authorityKeyIdentifier.1.rfc822Name", "jane@example.org"),
    ]),
    "authority key, alone": ("2.5.29.35", seq(tlv(0x80, b"jane@example.org")), []),
    "directory attributes": ("2.5.29.9", seq(
        seq(oid("1.3.6.1.5.5.7.9.1"), tlv(0x31, tlv(0x18, b"19800229120000Z"))),
        seq(oid("1.3.6.1.5.5.7.9.3"), tlv(0x31, string("F", "printable"), string("f"))),
        seq(oid("2.5.4.16"), tlv(0x31, seq(string("Street 1"), string("Town")))),
        seq(oid("2.5.4.34"), tlv(0x31, name(JANE))),
    ), [
        ("subjectDirectoryAttributes.0.dateOfBirth", "19800229120000Z"),
        ("subjectDirectoryAttributes.1.gender", "F"),
        ("subjectDirectoryAttributes.1.gender", "f"),
        ("subjectDirectoryAttributes.2.postalAddress", None),
        ("subjectDirectoryAttributes.2.postalAddress", "Street 1"),
        ("subjectDirectoryAttributes.2.postalAddress", "Town"),
        ("subjectDirectoryAttributes.3.seeAlso", None),
        *under("subjectDirectoryAttributes.3.seeAlso", IN_JANE),
    ]),
    "statements": (QC, seq(
        seq(oid("0.4.0.1862.1.1")),
        seq(oid(QC_TYPE), seq(oid(f"{QC_TYPE}.1"))),
        seq(oid(QC_SEMANTICS), seq(oid(NATURAL), seq(MAIL, DIRECTORY))),
        seq(oid("0.4.0.1862.1.5"), seq(seq(string("https://example.net/pds", "ia5"), string("en", "printable")))),
        seq(oid("1.2.3"), string("a statement")),
        seq(oid("0.4.0.1862.1.2"), seq(string("EUR", "printable"), integer(5), integer(3))),
    ), [
        ("qcStatements.0", None),
        ("qcStatements.1", None), ("qcStatements.1", None),
        ("qcStatements.2", None), ("qcStatements.2", None),
        ("qcStatements.2.0.rfc822Name", "jane@example.org"),
        *under("qcStatements.2.1.directoryName", IN_JANE),
        ("qcStatements.3", None), ("qcStatements.3", "https://example.net/pds"), ("qcStatements.3", "en"),
        ("qcStatements.4", "a statement"),
        ("qcStatements.5", None), ("qcStatements.5", "EUR"),
    ]),
    "biometrics": ("1.3.6.1.5.5.7.1.2", seq(
        seq(integer(0), seq(oid("2.16.840.1.101.3.4.2.1")), HASH, string("http://example.net/face.png", "ia5")),
        seq(oid("1.2.3"), seq(oid("2.16.840.1.101.3.4.2.1")), HASH),
    ), [
        ("extensions.0.biometricInfo", None),
        ("extensions.0.biometricInfo.0.type", None), ("extensions.0.biometricInfo.0.hash", None),
        ("extensions.0.biometricInfo.0.sourceDataUri", "http://example.net/face.png"),
        ("extensions.0.biometricInfo.1.type", None), ("extensions.0.biometricInfo.1.hash", None),
    ]),
    "logotype": ("1.3.6.1.5.5.7.1.12", seq(tlv(0xA2, tlv(0xA0, LOGO))), [
        ("extensions.0.logotype", None),
        ("extensions.0.logotype.subjectLogo", "image/svg+xml"),
        ("extensions.0.logotype.subjectLogo", "http://example.net/logo"),
    ]),
    "security identifier": ("1.3.6.1.4.1.311.25.2", general_names([
        ("other", "1.3.6.1.4.1.311.25.2.1", tlv(0x04, b"S-1-5-21-1-2-3-1000")),
    ]), [("ntdsCaSecurity.0.1.3.6.1.4.1.311.25.2.1", "S-1-5-21-1-2-3-1000")]),
    "old alternative names": ("2.5.29.7", seq(MAIL), [("san.0.rfc822Name", "jane@example.org")]),
    "old policies": ("2.5.29.3", seq(seq(oid("1.2.3"), TEXT)), [
        ("extensions.0.certificatePolicies", None), ("extensions.0.certificatePolicies", "jane@example.org"),
    ]),
    "period of the private key": ("2.5.29.16", seq(tlv(0x80, b"20260101000000Z")), [
        ("extensions.0.2.5.29.16", None), ("extensions.0.2.5.29.16", "20260101000000Z"),
    ]),
    "template name": ("1.3.6.1.4.1.311.20.2", string("SmartcardUser", "bmp"), [
        ("extensions.0.enrollCertType", "SmartcardUser"),
    ]),
    "template": ("1.3.6.1.4.1.311.21.7", seq(oid("1.2.3"), integer(1)), [("extensions.0.certificateTemplate", None)]),
    "comment": ("2.16.840.1.113730.1.13", string("ask jane@example.org", "ia5"), [
        ("extensions.0.netscape-comment", "ask jane@example.org"),
    ]),
    "declaration of majority": ("1.3.36.8.3.5", tlv(0x82, b"19800229120000Z"), [
        ("extensions.0.declarationOfMajority", "19800229120000Z"),
    ]),
    "procuration": ("1.3.36.8.3.2", seq(tlv(0xA3, tlv(0xA1, DIRECTORY))), [
        ("extensions.0.procuration", None), *under("extensions.0.procuration", IN_JANE),
    ]),
    "private string": ("1.2.3", TEXT, [("extensions.0.1.2.3", "jane@example.org")]),
    "private choice": ("1.2.3", tlv(0x80, b"110101190001011"), [("extensions.0.1.2.3", "110101190001011")]),
    "private time": ("1.2.3", tlv(0x17, b"260101000000Z"), [("extensions.0.1.2.3", "260101000000Z")]),
    "private text without DER": ("1.2.3", "https://example.org/žluť".encode(), [
        ("extensions.0.1.2.3", "https://example.org/žluť"),
    ]),
    "private lines without DER": ("1.2.3", b"Jane Doe\r\nStreet 1\0", [
        ("extensions.0.1.2.3", "Jane Doe\r\nStreet 1\0"),
    ]),
    "private structure": ("1.2.3", seq(
        TEXT, tlv(0x04, seq(string("inner"))), bit_string(string("bits")), boolean(True),
    ), [
        ("extensions.0.1.2.3", None), ("extensions.0.1.2.3", "jane@example.org"),
        ("extensions.0.1.2.3", "inner"), ("extensions.0.1.2.3", "bits"),
    ]),
    "private names": ("1.2.3", seq(name(JANE), name(JANE)), [
        ("extensions.0.1.2.3", None), *under("extensions.0.1.2.3", IN_JANE), *under("extensions.0.1.2.3#2", IN_JANE),
    ]),
    "private nothing": ("1.2.3", b"\x05\0", [("extensions.0.1.2.3", None)]),
    "flags": ("2.5.29.19", seq(boolean(True), integer(3)), []),
}  # fmt: skip


@pytest.mark.parametrize("what", GOOD)
def test_each_value_of_a_body_is_a_field(what: str) -> None:
    dotted, value, expected = GOOD[what]
    certificate = read(dotted, value)
    assert said(certificate) == expected
    assert certificate.problems == ()
    assert {place.part for place in certificate.fields} <= {where.partition(".")[0] for where, _ in expected}


def test_policies_give_their_pointers_and_notices() -> None:
    reference = seq(seq(string("Example CA", "ia5"), seq(integer(1))), string("Call Jane Doe", "bmp"))
    notice = seq(oid("1.3.6.1.5.5.7.2.2"), reference)
    own = seq(oid("1.2.3.4"), string("own qualifier"))
    qualifiers = [cps_qualifier("http://example.net/cps"), notice, user_notice("Hello", "visible"), own]
    certificate = read_certificate(
        make_certificate(extensions=[certificate_policies({"1.2.3": qualifiers, "1.2.4": ()})], issuer=[])
    )
    assert said(certificate) == [
        ("certificatePolicies.0.cPSuri", "http://example.net/cps"),
        ("certificatePolicies.0.userNotice", "Example CA"),
        ("certificatePolicies.0.userNotice", "Call Jane Doe"),
        ("certificatePolicies.0.userNotice", "Hello"),
        ("certificatePolicies.0.1.2.3.4", "own qualifier"),
    ]
    assert certificate.problems == ()


def test_statements_go_by_their_own_type() -> None:
    value = seq(seq(oid(QC_TYPE), seq(oid(f"{QC_TYPE}.1"))), seq(oid(QC_SEMANTICS), seq(oid(NATURAL))))
    assert [place.oid for place in read(QC, value).fields] == [QC_TYPE, f"{QC_TYPE}.1", QC_SEMANTICS, NATURAL]


BAD = {
    "constraints of a third kind": ("2.5.29.30", seq(tlv(0xA2, seq(MAIL)))),
    "a constraint without base": ("2.5.29.30", seq(tlv(0xA0, seq(), tlv(0x30, b"\x81\x40jane@example.org")))),
    "more than a base": ("2.5.29.30", seq(tlv(0xA0, seq(general_name(("dns", "x")), TEXT)))),
    "a distribution point of another kind": ("2.5.29.31", seq(seq(tlv(0xA5, TEXT)))),
    "an access without location": ("1.3.6.1.5.5.7.1.1", seq(seq(TEXT))),
    "a key of another kind": ("2.5.29.35", seq(tlv(0x80, b"k"), tlv(0xA7, TEXT))),
    "an attribute without values": ("2.5.29.9", seq(seq(TEXT))),
    "a qualifier without type": ("2.5.29.32", seq(seq(oid("1.2"), seq(seq(TEXT))))),
    "a statement that is text": (QC, seq(TEXT)),
    "biometrics of two parts": ("1.3.6.1.5.5.7.1.2", seq(seq(integer(1), TEXT))),
    "constraints that are cut off": ("2.5.29.30", seq(tlv(0xA0, seq(MAIL), seq(PAGE)))[:-1]),
    "a structure that is cut off": ("1.2.3", seq(seq(b"\x0c\x40jane@example.org"))),
    "names beyond names": ("1.2.3", name([("2.5.4.32", name([("2.5.4.32", name([("2.5.4.32", name([("2.5.4.32",
        name([("2.5.4.32", name(JANE), "raw")]), "raw")]), "raw")]), "raw")]), "raw")])),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_parts_outside_the_layout_are_problems_with_their_octets(what: str) -> None:
    certificate = read(*BAD[what])
    assert [problem.path for problem in certificate.problems if b"jane@example.org" in problem.unread]
    assert "jane" not in repr(certificate.problems)


READ_ALL_THE_SAME = {
    "fullName without its tag": ("2.5.29.31", seq(seq(tlv(0xA0, MAIL))), "cRLDistributionPoints.0.0.rfc822Name"),
    "a point that is a name": ("2.5.29.31", seq(MAIL), "cRLDistributionPoints.0.0.rfc822Name"),
    "a subtree that is a base": ("2.5.29.30", seq(tlv(0xA0, MAIL)), "nameConstraints.permitted.0.rfc822Name"),
    "an issuer under an explicit tag": ("2.5.29.35", seq(tlv(0xA1, seq(MAIL))), "authorityKeyIdentifier.0.rfc822Name"),
    "an attribute without SET": ("2.5.29.9", seq(seq(oid("2.5.4.3"), TEXT)), "subjectDirectoryAttributes.0.commonName"),
    "a name in an old authority key": ("2.5.29.1", seq(tlv(0xA1, name([("mail", "jane@example.org")]))),
        "authorityKeyIdentifier.0.directoryName.0.mail"),
    "octets that are no DER": ("1.2.3", b"\x30\x44\1\xff jane@example.org \2", "extensions.0.1.2.3"),
    "a key identifier that is text": ("2.5.29.14", TEXT, "extensions.0.subjectKeyIdentifier"),
    "a key usage that is text": ("2.5.29.15", TEXT, "extensions.0.keyUsage"),
    "constraints that are text": ("2.5.29.19", seq(TEXT), "basicConstraints"),
}  # fmt: skip


@pytest.mark.parametrize("what", READ_ALL_THE_SAME)
def test_sloppy_bodies_are_read_as_meant(what: str) -> None:
    dotted, value, where = READ_ALL_THE_SAME[what]
    texts = [(place.path, place.text.value.strip()) for place in read(dotted, value).fields if place.text]
    assert (where, "jane@example.org") in texts


BINARY_TAGS = {dotted: tag for dotted, tag in BINARY.items() if tag > 0}


@pytest.mark.parametrize("dotted", BINARY_TAGS)
def test_binary_bodies_are_not_searched(dotted: str) -> None:
    certificate = read(dotted, tlv(BINARY_TAGS[dotted], b"jane@example.org"))
    assert certificate.fields == ()
    assert certificate.problems == ()


def test_a_broken_extension_hides_no_other_and_each_of_a_pair_is_read() -> None:
    bodies = [("2.5.29.30", b"\x30\x50"), ("2.5.29.18", seq(MAIL)), ("2.5.29.18", seq(PAGE)), ("2.5.29.15", b"")]
    der = make_certificate(extensions=[extension(*body) for body in bodies], issuer=[])
    certificate = read_certificate(der)
    assert said(certificate) == [
        ("ian.0.rfc822Name", "jane@example.org"),
        ("ian.0.uniformResourceIdentifier", "http://example.net/jane"),
    ]
    assert {problem.path for problem in certificate.problems} == {"nameConstraints", "extensions"}


def test_a_cached_body_gives_the_same_fields() -> None:
    def places(position: int) -> tuple[Field, ...]:
        filler = [extension("2.5.29.15", tlv(0x03, b"\0"))] * position
        broken = extension("1.2.3", seq(TEXT, b"\x0c\x40"))
        return read_certificate(make_certificate(extensions=[*filler, broken])).fields

    first, again, moved = places(1), places(1), places(2)
    assert first == again
    assert [place.path for place in moved] == [p.path.replace("extensions.1", "extensions.2") for p in first]


NAMES: list[GeneralNameSpec] = [("email", "jane@example.org")]


def test_problems_of_a_cached_body_are_reported_again() -> None:
    for _ in range(2):
        assert read("2.5.29.30", seq(tlv(0xA4, *map(general_name, NAMES)))).problems
