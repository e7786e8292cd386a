from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st
from support import certs
from support.certs import (
    Precert,
    extension,
    indefinite_tlv,
    long_tlv,
    make_certificate,
    make_precert,
    make_tbs,
    oid,
    reencode,
    san_extension,
    string,
    tlv,
)

from ctscan.errors import FormatError
from ctscan.model import Certificate, Problem
from ctscan.x509.certificate import POISON, SCT_LIST, read_certificate, read_identity, read_tbs

PERSON = [("C", "XX"), ("CN", "Jana Nováková"), ("emailAddress", "jana@example.org")]
NAMES = [
    ("upn", "jana@example.org"),
    ("email", "jana@example.org"),
    ("dns", "www.example.org"),
    ("x400", tlv(0x30, tlv(0x61, string("XX", "printable")))),
    ("dir", [("CN", "Jana Nováková"), ("O", "Example")]),
    ("edi", tlv(0xA1, string("Jana"))),
    ("uri", "https://example.org/jana"),
    ("ip", bytes((192, 0, 2, 7))),
    ("rid", "1.2.3.4"),
]


def subject(certificate: Certificate) -> list[tuple[int, str, str | None]]:
    return [(a.rdn, a.oid, a.text.value if a.text else None) for a in certificate.subject.attributes]


def values(certificate: Certificate) -> list[tuple[int, str | None]]:
    return [(name.kind, name.text.value if name.text else None) for name in certificate.san]


# --- good certificates ---------------------------------------------------------------------------------------------


def test_every_field_of_a_certificate_is_read() -> None:
    der = make_certificate(PERSON, NAMES, serial=0x80, eku=(certs.EMAIL_PROTECTION,), spki=certs.public_key("jana"))
    read = read_certificate(der)
    assert read.problems == ()
    assert read.sha256 == hashlib.sha256(der).digest()
    assert read_identity(der) == (read.identity, read.extensions)
    assert subject(read) == [
        (0, "2.5.4.6", "XX"),
        (1, "2.5.4.3", "Jana Nováková"),
        (2, "1.2.840.113549.1.9.1", "jana@example.org"),
    ]
    assert read.subject.raw == certs.name(PERSON)
    assert read.issuer.raw == certs.name(certs.ISSUER)
    assert read.serial == b"\0\x80"
    assert (read.not_before, read.not_after) == (certs.NOT_BEFORE, certs.NOT_AFTER)
    assert (read.is_ca, read.eku, read.policies) == (False, (certs.EMAIL_PROTECTION,), (certs.DOMAIN_VALIDATED,))
    assert read.spki == certs.public_key("jana")
    usage = read.extensions[0]
    assert certs.extension(usage.oid, usage.value, critical=usage.critical) == certs.key_usage()
    assert [(e.oid, e.critical) for e in read.extensions[:3]] == [
        ("2.5.29.15", True),
        ("2.5.29.37", False),
        ("2.5.29.19", True),
    ]


def test_all_nine_kinds_of_general_name() -> None:
    read = read_certificate(make_certificate(PERSON, NAMES))
    assert values(read) == [
        (0, "jana@example.org"),
        (1, "jana@example.org"),
        (2, "www.example.org"),
        (3, None),
        (4, None),
        (5, "Jana"),
        (6, "https://example.org/jana"),
        (7, None),
        (8, None),
    ]
    assert (read.san[0].oid, read.san[0].raw) == (certs.UPN, string("jana@example.org"))
    directory = read.san[4].name
    assert directory is not None
    assert [a.text.value for a in directory.attributes if a.text] == ["Jana Nováková", "Example"]
    assert read.san[7].raw == bytes((192, 0, 2, 7))


def test_agrees_with_another_reader() -> None:
    der = make_certificate(PERSON, NAMES[1:3], serial=2**150, ca=True, spki=certs.public_key("jana"))
    read, other = read_certificate(der), x509.load_der_x509_certificate(der)
    assert [(a.oid, a.text.value) for a in read.subject.attributes if a.text] == [
        (a.oid.dotted_string, a.value) for rdn in other.subject.rdns for a in rdn
    ]
    san = other.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [name.text.value for name in read.san if name.text] == [name.value for name in san]
    assert int.from_bytes(read.serial, "big") == other.serial_number
    assert (read.not_before, read.not_after) == (other.not_valid_before_utc, other.not_valid_after_utc)
    assert read.is_ca
    assert [e.oid for e in read.extensions] == [e.oid.dotted_string for e in other.extensions]


def test_version_1_without_extensions() -> None:
    fields = {"subject": certs.name(PERSON), "issuer": certs.name([]), "serial": certs.integer(-1), "version": b""}
    times = {"not_before": certs.moment(certs.NOT_BEFORE), "not_after": certs.moment(certs.NOT_AFTER)}
    read = read_tbs(certs.tbs(extensions=None, spki=certs.public_key("jana"), **fields, **times))
    assert (read.problems, read.extensions, read.issuer.attributes, read.serial) == ((), (), (), b"\xff")
    assert len(read.subject.attributes) == 3


def test_repeated_attributes_and_sets_of_several_keep_their_order() -> None:
    rdns: list[certs.RdnSpec] = [[("CN", "One"), ("CN", "Two")], ("OU", "Three"), ("OU", "Three"), ("CN", "One")]
    assert subject(read_certificate(make_certificate(rdns))) == [
        (0, "2.5.4.3", "One"),
        (0, "2.5.4.3", "Two"),
        (1, "2.5.4.11", "Three"),
        (2, "2.5.4.11", "Three"),
        (3, "2.5.4.3", "One"),
    ]


@pytest.mark.parametrize("kind", certs.STRING_TAGS)
@pytest.mark.parametrize("value", ["jana@example.org", "Jana Novak"])
def test_attributes_and_other_names_in_every_string_type(kind: str, value: str) -> None:
    san = [
        certs.other_name(certs.UPN, string(value, kind)),
        certs.other_name(certs.UPN, string(value, kind), explicit=False),
    ]
    read = read_certificate(make_certificate([("CN", value, kind)], san))
    assert subject(read) == [(0, "2.5.4.3", value)]
    assert values(read) == [(0, value), (0, value)]


def test_a_value_that_is_no_string_is_kept_raw() -> None:
    lines = tlv(0x30, string("1 Example Street"), string("Example"))
    read = read_certificate(make_certificate([("postalAddress", lines, "raw")]))
    (attribute,) = read.subject.attributes
    assert (attribute.tag, attribute.raw, attribute.text, read.problems) == (0x30, lines, None, ())


# --- identity ------------------------------------------------------------------------------------------------------


def identities(made: Precert) -> list[bytes]:
    return [
        read_tbs(made.tbs).identity,
        read_certificate(made.submitted).identity,
        read_certificate(made.final).identity,
    ]


def test_identity_is_a_hash_of_the_spans() -> None:
    exts = [certs.key_usage(), san_extension([("dns", "www.example.org")])]
    read = read_tbs(make_tbs([("CN", "www.example.org")], extensions=exts))
    tbs = make_tbs([("CN", "www.example.org")], extensions=exts)
    head = tbs[tbs.index(b"\xa0\x03\x02\x01\x02") : tbs.index(b"\xa3" + certs.length(len(tlv(0x30, *exts))))]
    assert read.identity == hashlib.sha256(head + b"".join(exts)).digest()


@given(
    st.integers(0, 12),
    st.integers(0, 12),
    st.lists(st.sampled_from("abcdefgh"), max_size=40),
    st.integers(0, 2**160 - 1),
    st.booleans(),
)
def test_precertificate_and_certificate_are_one(
    poison_at: int, scts_at: int, labels: list[str], serial: int, ids: bool
) -> None:
    unique_ids = tlv(0x82, b"\0id") if ids else b""
    san = [("dns", f"{label}{i}.example.org") for i, label in enumerate(labels)]
    made = make_precert(PERSON, san, serial=serial, poison_at=poison_at, scts_at=scts_at, unique_ids=unique_ids)
    assert len(set(identities(made))) == 1
    other = make_precert(PERSON, san, serial=serial + 1, poison_at=poison_at, scts_at=scts_at, unique_ids=unique_ids)
    assert set(identities(other)).isdisjoint(identities(made))


def test_without_extensions_the_poison_alone_makes_no_difference_to_the_fields() -> None:
    assert len(set(identities(make_precert(PERSON, extensions=[])))) == 1


def test_identity_covers_order_and_every_other_extension() -> None:
    first, second = certs.key_usage(), certs.basic_constraints()
    seen = {
        read_tbs(make_tbs(PERSON, extensions=list(extensions))).identity
        for extensions in ([first, second], [second, first], [first], [first, first, second], [])
    }
    assert len(seen) == 5


def test_misplaced_bytes_count_for_the_identity() -> None:
    plain = make_tbs(PERSON)
    body = plain[len(plain) - int.from_bytes(plain[2:4], "big") :]
    assert read_tbs(tlv(0x30, body, tlv(0x04, b"x"))).identity != read_tbs(plain).identity


# --- odd and broken certificates -----------------------------------------------------------------------------------


def forms(tag: int, content: bytes) -> bytes:
    return indefinite_tlv(tag, content) if tag & 0x20 else long_tlv(tag, content)


def test_other_encodings_read_the_same() -> None:
    strict = read_certificate(make_certificate(PERSON, NAMES))
    ber = read_certificate(reencode(make_certificate(PERSON, NAMES), forms))
    assert subject(ber) == subject(strict)
    assert values(ber) == values(strict)
    assert (ber.problems, ber.serial, ber.not_after, ber.eku) == ((), strict.serial, strict.not_after, strict.eku)


def test_strings_in_segments() -> None:
    value = tlv(0x2C, string("jana@"), string("example.org"))
    san = [tlv(0xA1, tlv(0x04, b"jana@"), tlv(0x04, b"example.org"))]
    read = read_certificate(make_certificate([("CN", value, "raw")], san))
    assert subject(read) == [(0, "2.5.4.3", "jana@example.org")]
    assert values(read) == [(1, "jana@example.org")]


@pytest.mark.parametrize(
    "broken",
    [
        extension("2.5.29.15", b""),
        extension("2.5.29.32", b"\x30\x7f\x30"),
        extension("2.5.29.37", b"not DER at all"),
        extension("2.5.29.19", b"\x31\x00"),
        tlv(0x30),
        tlv(0x30, oid("2.5.29.32")),
        tlv(0x30, oid("2.5.29.32"), certs.boolean(True)),
        tlv(0x30, tlv(0x04, b"no type")),
        tlv(0x31, oid("2.5.29.15"), tlv(0x04, b"")),
        tlv(0x02, b"\x01"),
        extension("2.5.29.17", b"\x30\x05\x81\x20jan"),
    ],
)
def test_a_broken_extension_hides_no_other(broken: bytes) -> None:
    read = read_certificate(
        make_certificate(PERSON, extensions=[broken, san_extension([("email", "jana@example.org")])])
    )
    assert (1, "jana@example.org") in values(read)
    if broken != extension("2.5.29.15", b""):  # its value isn't read at all
        assert read.problems


def test_two_subject_alternative_names_are_both_read() -> None:
    two = [san_extension([("email", "jana@example.org")]), san_extension([("email", "jan@example.net")])]
    read = read_certificate(make_certificate(PERSON, extensions=two))
    assert values(read) == [(1, "jana@example.org"), (1, "jan@example.net")]
    assert any("2.5.29.17" in problem.what for problem in read.problems)


@pytest.mark.parametrize(
    ("san", "expected"),
    [
        (extension("2.5.29.17", tlv(0x81, b"jana@example.org")), (1, "jana@example.org")),  # no SEQUENCE
        (extension("2.5.29.17", tlv(0x30, string("jana@example.org", "ia5"))), (1, "jana@example.org")),  # no tag
        (extension("2.5.29.17", b"\x30\x40\x81\x3ejana@example.org"), (1, "jana@example.org")),  # lengths too long
        (tlv(0x30, oid("2.5.29.17"), tlv(0x30, tlv(0x81, b"jana@example.org"))), (1, "jana@example.org")),  # no OCTETS
        (extension("2.5.29.17", tlv(0x30, tlv(0xA0, oid(certs.UPN)))), (0, None)),
        (extension("2.5.29.17", tlv(0x30, tlv(0xA0))), (0, None)),
    ],
)
def test_malformed_general_names(san: bytes, expected: tuple[int, str | None]) -> None:
    read = read_certificate(make_certificate(PERSON, extensions=[san]))
    assert values(read) == [expected]
    assert read.problems


def test_directory_names_without_the_sequence() -> None:
    rdns = certs.name([("CN", "Jana Novak"), ("O", "Example")])
    san = [tlv(0xA4, rdns[2:])]
    read = read_certificate(make_certificate(PERSON, san))
    (name,) = read.san
    assert name.name is not None
    assert [a.text.value for a in name.name.attributes if a.text] == ["Jana Novak", "Example"]
    assert read.problems


def test_malformed_names() -> None:
    pair = certs.attribute(("CN", "Jana Novak"))
    broken = tlv(0x31, tlv(0x30, oid("2.5.4.10")))
    no_type = tlv(0x31, tlv(0x30, tlv(0x06, b"\x55\x84"), string("x")))
    read = read_certificate(make_certificate(tlv(0x30, tlv(0x31), pair, broken, no_type, tlv(0x31, pair))))
    assert subject(read) == [(1, "2.5.4.3", "Jana Novak"), (3, "", "x"), (4, "2.5.4.3", "Jana Novak")]
    assert {problem.path for problem in read.problems} == {"subject.0", "subject.1", "subject.2", "subject.3"}


def test_trailing_and_missing_bytes_are_problems() -> None:
    der = make_certificate(PERSON)
    assert "after the end" in read_certificate(der + b"\0").problems[0].what
    short = read_certificate(der[:-40])
    assert subject(short) == subject(read_certificate(der))
    assert short.problems


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        (b"\x17\x0d260101000000Z", datetime(2026, 1, 1, tzinfo=UTC)),
        (b"\x17\x0d490101000000Z", datetime(2049, 1, 1, tzinfo=UTC)),
        (b"\x17\x0d500101000000Z", datetime(1950, 1, 1, tzinfo=UTC)),
        (b"\x17\x0b2601010000Z", datetime(2026, 1, 1, tzinfo=UTC)),
        (b"\x17\x11260101013000+0130", datetime(2026, 1, 1, tzinfo=UTC)),
        (b"\x17\x11251231223000-0130", datetime(2026, 1, 1, tzinfo=UTC)),
        (b"\x18\x0f20260101000000Z", datetime(2026, 1, 1, tzinfo=UTC)),
        (b"\x18\x1220260101000000.50Z", datetime(2026, 1, 1, tzinfo=UTC)),
        (b"\x18\x0f99991231235959Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (b"\x18\x1399991231235959-0100", None),
        (b"\x17\x0d260230000000Z", None),
        (b"\x17\x0d260101240000Z", None),
        (b"\x17\x0d2601010000 0Z", None),
        (b"\x17\x00", None),
        (b"\x04\x0d260101000000Z", None),
        ("\x17\x0f٢٦0101000000Z".encode(), None),
    ],
)
def test_times(element: bytes, expected: datetime | None) -> None:
    read = read_certificate(make_certificate(PERSON, not_after=element))
    assert read.not_after == expected
    assert read.not_before == certs.NOT_BEFORE
    assert [problem.path for problem in read.problems] == ([] if expected else ["notAfter"])


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"\x30",
        b"-----BEGIN CERTIFICATE-----",
        tlv(0x30),
        tlv(0x30, tlv(0x02, b"\x01")),
        tlv(0x30, tlv(0x30, certs.integer(1), certs.ECDSA_SHA256)),
        tlv(0x31, make_tbs(PERSON)),
        make_certificate(PERSON)[:60],
        b"\x30\x80" * 5_000,
        make_tbs(PERSON),
    ],
)
def test_other_bytes_are_refused_without_their_content(der: bytes) -> None:
    with pytest.raises(FormatError) as refused:
        read_certificate(der)
    assert "example" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_problems_hold_no_content() -> None:
    der = make_certificate(PERSON, NAMES)
    told = [p.what + p.path for cut in range(200, len(der), 7) for p in problems_of(der[:cut])]
    assert told
    assert not [line for line in told if "jana" in line.lower() or "example" in line]


def problems_of(der: bytes) -> list[Problem]:
    try:
        return list(read_certificate(der).problems)
    except FormatError:
        return []


@given(st.data())
def test_damage_raises_format_errors_only(data: st.DataObject) -> None:
    der = bytearray(make_certificate(PERSON, NAMES))
    for _ in range(data.draw(st.integers(1, 6))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    for read in (read_certificate, read_tbs):
        try:
            certificate = read(bytes(der))
        except FormatError:
            continue
        assert len(certificate.identity) == 32


def test_the_poison_and_the_sct_list_are_extensions_like_others() -> None:
    made = make_precert(PERSON)
    assert read_certificate(made.submitted).extensions[-1].oid == POISON
    assert read_certificate(made.final).extensions[-1].oid == SCT_LIST


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (tlv(0x30, tlv(0x80, b"key id")), b"key id"),
        (tlv(0x30, tlv(0x80, b"key id"), tlv(0xA1), tlv(0x82, b"\1")), b"key id"),
        (tlv(0x30, tlv(0xA1), tlv(0x82, b"\1"), tlv(0x80, b"key id")), b"key id"),
        (tlv(0x30, tlv(0xA0, tlv(0x04, b"key id"))), b"key id"),
        (tlv(0x30, tlv(0x80, bytes(256))), bytes(256)),
        (tlv(0x30, tlv(0x80, bytes(257))), b""),
        (tlv(0x30, tlv(0xA1), tlv(0x82, b"\1")), b""),
        (tlv(0x30), b""),
        (tlv(0x04, b"key id"), b""),
        (b"\x30\x80\x80", b""),
        (b"", b""),
    ],
)
def test_key_identifier_of_the_authority(value: bytes, expected: bytes) -> None:
    der = make_certificate(PERSON, extensions=[extension("2.5.29.35", value)])
    assert read_certificate(der).authority_key_id == expected


def test_the_first_key_identifier_counts_and_there_may_be_none() -> None:
    key_ids = [certs.authority_key_identifier(key_id) for key_id in (b"one", b"two")]
    assert read_certificate(make_certificate(PERSON, extensions=key_ids)).authority_key_id == b"one"
    assert read_certificate(make_certificate(PERSON, extensions=[])).authority_key_id == b""
