"""Attribute certificates: facts about the holder, in the fields of a certificate's subject."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from asn1crypto import cms
from hypothesis import given
from hypothesis import strategies as st
from support.certs import (
    ECDSA_SHA256,
    bit_string,
    extension,
    general_names,
    integer,
    make_certificate,
    make_tbs,
    name,
    oid,
    san_extension,
    string,
    tlv,
)

from ctscan.errors import FormatError
from ctscan.model import Certificate
from ctscan.personal.analyse import analyse
from ctscan.x509.attribute_certificate import read_attribute_certificate

JANE = [("CN", "Jane Doe"), ("emailAddress", "jane.doe@example.org")]
TRUST = [("O", "Example Trust"), ("CN", "Example Attribute Authority")]
ISSUER = tlv(0xA0, general_names([("dir", TRUST)]))
VALIDITY = tlv(0x30, tlv(0x18, b"20260101000000Z"), tlv(0x18, b"20260331235959Z"))


def attested(dotted: str, *values: bytes) -> bytes:
    return tlv(0x30, oid(dotted), tlv(0x31, *values))


ROLE = attested("2.5.4.72", tlv(0x30, tlv(0xA1, tlv(0x86, b"urn:example:auditor"))))
GROUP = attested(
    "1.3.6.1.5.5.7.10.4", tlv(0x30, tlv(0xA0, tlv(0x86, b"http://example.net")), tlv(0x30, string("Staff")))
)
TITLE = attested("2.5.4.12", string("Auditor"), string("Chief"))


def attribute_certificate(
    holder: bytes,
    *attributes: bytes,
    issuer: bytes = ISSUER,
    version: bytes = integer(1),
    extensions: bytes = b"",
    unique_id: bytes = b"",
) -> bytes:
    info = tlv(
        0x30, version, holder, issuer, ECDSA_SHA256, integer(7), VALIDITY, tlv(0x30, *attributes), unique_id, extensions
    )
    return tlv(0x30, info, ECDSA_SHA256, bit_string(b"signature"))


def holder(*names: object) -> bytes:
    """Encode entityName [1]."""
    return tlv(0x30, tlv(0xA1, general_names(names)[2:]))  # type: ignore[arg-type]


def said(certificate: Certificate) -> list[tuple[str, str | None]]:
    return [(place.path, place.text.value if place.text else None) for place in certificate.fields]


def test_the_holder_is_the_subject_and_attested_facts_are_attributes() -> None:
    der = attribute_certificate(
        holder(("dir", JANE), ("email", "jane@example.net")),
        TITLE,
        unique_id=bit_string(b"Authority 7"),
        extensions=tlv(0x30, extension("1.2.3", string("private")), san_extension([("email", "jd@example.com")])),
    )
    read = read_attribute_certificate(der)
    assert read.problems == ()
    assert said(read) == [
        ("subject.0.commonName", "Jane Doe"),
        ("subject.1.emailAddress", "jane.doe@example.org"),
        ("issuer.0.organizationName", "Example Trust"),
        ("issuer.1.commonName", "Example Attribute Authority"),
        ("issuerUniqueID", "Authority 7"),
        ("san.0.rfc822Name", "jd@example.com"),
        ("attributes.0.title", "Auditor"),
        ("attributes.0.title", "Chief"),
        ("extensions.0.1.2.3", "private"),
        ("holder.1.rfc822Name", "jane@example.net"),
    ]
    assert (read.sha256, read.serial, read.spki, read.is_ca) == (hashlib.sha256(der).digest(), b"\x07", b"", False)
    assert (read.not_before, read.not_after) == (
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC),
    )


def test_the_certificate_of_the_holder_is_named_by_issuer_and_number() -> None:
    base = tlv(0xA0, general_names([("dir", TRUST)]), integer(99), bit_string(b"unique"))
    read = read_attribute_certificate(attribute_certificate(tlv(0x30, base), ROLE))
    assert read.problems == ()
    assert read.subject.attributes == ()
    assert said(read) == [
        ("issuer.0.organizationName", "Example Trust"),
        ("issuer.1.commonName", "Example Attribute Authority"),
        ("attributes.0.role", None),
        ("attributes.0.role", "urn:example:auditor"),
        ("holderIssuer.serialNumber", None),
        ("holderIssuer.issuerUniqueID", None),
        ("holderIssuer.0.directoryName.0.organizationName", "Example Trust"),
        ("holderIssuer.0.directoryName.1.commonName", "Example Attribute Authority"),
    ]


def test_groups_and_a_digest_of_the_holder() -> None:
    digest = tlv(0xA2, tlv(0x0A, b"\1"), ECDSA_SHA256, bit_string(bytes(32)))
    read = read_attribute_certificate(attribute_certificate(tlv(0x30, digest), GROUP))
    assert said(read)[2:] == [
        ("attributes.0.group", None),
        ("attributes.0.group", "http://example.net"),
        ("attributes.0.group", "Staff"),
        ("holder.objectDigestInfo", None),
    ]
    assert read.problems == ()


V1 = [
    attribute_certificate(tlv(0xA1, general_names([("dir", JANE)])[2:]), TITLE, issuer=ISSUER[2:], version=integer(0)),
    attribute_certificate(tlv(0xA1, general_names([("dir", JANE)])[2:]), TITLE, issuer=ISSUER[2:], version=b""),
]


@pytest.mark.parametrize("der", V1)
def test_version_1(der: bytes) -> None:
    read = read_attribute_certificate(der)
    assert [a.text.value for a in read.subject.attributes if a.text] == ["Jane Doe", "jane.doe@example.org"]
    assert read.issuer.attributes[0].text is not None
    assert read.problems == ()


def test_octets_of_broken_parts_are_kept() -> None:
    secret = string("jane.doe@example.org")
    der = attribute_certificate(
        tlv(0x30, secret),
        secret,
        issuer=tlv(0xA0, secret, tlv(0xA0, secret)),
        extensions=tlv(0x30, secret) + secret,
    )
    read = read_attribute_certificate(der)
    wheres = {problem.path for problem in read.problems if b"jane.doe" in problem.unread}
    assert wheres == {"holder", "attributeIssuer", "attributes.0", "extensions.0", "info"}
    (finding,) = analyse(der).findings
    assert finding.canonical == "jane.doe@example.org"


def test_inspect_reads_them() -> None:
    inspected = analyse(attribute_certificate(holder(("dir", JANE)), TITLE))
    assert inspected.certificate is not None
    assert ("subject.1.emailAddress", "jane.doe@example.org") in [(f.path, f.canonical) for f in inspected.findings]


def test_asn1crypto_reads_the_same() -> None:
    der = attribute_certificate(holder(("dir", JANE)), TITLE)
    theirs = cms.AttributeCertificateV2.load(der, strict=True)["ac_info"]
    ours = read_attribute_certificate(der)
    assert theirs["holder"]["entity_name"][0].chosen.untag().dump() == ours.subject.raw
    assert theirs["issuer"].chosen["issuer_name"][0].chosen.untag().dump() == ours.issuer.raw
    assert theirs["serial_number"].contents == ours.serial
    assert theirs["att_cert_validity_period"]["not_after_time"].native == ours.not_after
    assert [a.contents for a in theirs["attributes"]] == [TITLE[2:]]


NONE = {
    "nothing": b"",
    "text": string("jane"),
    "a certificate": make_certificate(JANE),
    "a TBS": make_tbs(JANE),
    "a name": name(JANE),
    "too few fields": tlv(0x30, tlv(0x30, integer(1), holder(("dir", JANE)), ISSUER)),
    "no information": tlv(0x30, integer(1), ECDSA_SHA256, bit_string(b"x")),
}


@pytest.mark.parametrize("what", NONE)
def test_other_bytes_are_refused_without_their_content(what: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_attribute_certificate(NONE[what])
    assert "jane" not in str(caught.value).lower()


GOOD = attribute_certificate(holder(("dir", JANE), ("email", "jane@example.net")), TITLE, ROLE, GROUP)


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=5))
def test_nothing_but_a_format_error_is_raised(changes: list[tuple[int, int]]) -> None:
    changed = bytearray(GOOD)
    for at, octet in changes:
        changed[at] = octet
    try:
        read = read_attribute_certificate(bytes(changed))
    except FormatError:
        return
    assert read.sha256 == hashlib.sha256(changed).digest()
