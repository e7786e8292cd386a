"""Revocation lists are read as a whole or refused, and searched for many serial numbers."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from support.certs import (
    bit_string,
    extension,
    integer,
    key_usage,
    moment,
    name,
    reencode,
    tlv,
)
from support.revoking import (
    KINDS,
    NEXT_UPDATE,
    REVOKED_AT,
    THIS_UPDATE,
    generalized,
    make_ca,
    make_crl,
    make_key,
    point,
    revoked,
    scope,
    signed,
)

from ctscan.errors import FormatError, ProofError
from ctscan.x509.crl import MAX_ENTRIES, REASON_CODES, RevokedEntry, read_crl, verify_crl
from ctscan.x509.crl_header import ListScope

CA = make_ca("ca", kind="ed25519")
URL = "http://crl.example.net/1.crl"
PUBLISHER = name([("O", "Example Publisher")])
OTHER = name([("O", "Example Other")])


def content(serial: int) -> bytes:
    return integer(serial)[2:]


# --- the list's own statements -------------------------------------------------------------------------------------


def test_facts_of_a_complete_list() -> None:
    crl = read_crl(make_crl(CA, [revoked(7)], number=300))
    facts = crl.facts
    assert (facts.this_update, facts.next_update) == (THIS_UPDATE, NEXT_UPDATE)
    assert (facts.number, facts.base_number, facts.is_delta) == (300, None, False)
    assert facts.key_id == CA.key.id
    assert facts.issuer.raw == CA.subject
    assert facts.issuer_hash == CA.issuer().subject_hash
    assert facts.scope == ListScope()
    assert not facts.has_unknown
    assert crl.count == 1


def test_facts_of_a_delta_and_where_deltas_are() -> None:
    assert read_crl(make_crl(CA, base=4)).facts.base_number == 4
    assert read_crl(make_crl(CA, base=4)).facts.is_delta
    freshest = extension("2.5.29.46", tlv(0x30, point([URL])))
    assert [p.urls for p in read_crl(make_crl(CA, extra=[freshest])).facts.freshest] == [(URL,)]


@pytest.mark.parametrize(
    ("extension_", "expected"),
    [
        (scope([URL]), ListScope(names=(URL.encode(),), urls=(URL,))),
        (scope(only="user"), ListScope(only_user=True)),
        (scope(only="ca"), ListScope(only_ca=True)),
        (scope(only="attribute"), ListScope(only_attribute=True)),
        (scope(reasons=b"\x60"), ListScope(reasons=("keyCompromise", "cACompromise"))),
        (scope(reasons=b"\0"), ListScope(reasons=("unused",))),
        (scope(reasons=b"\x7f\x80"), ListScope()),
        (scope(reasons=b"\xff\x80"), ListScope()),
        (scope(indirect=True), ListScope(indirect=True)),
        (extension("2.5.29.28", tlv(0x30)), ListScope()),
        (extension("2.5.29.28", tlv(0x30, tlv(0x81, b"\0"))), ListScope()),
    ],
)
def test_scope_of_a_list(extension_: bytes, expected: ListScope) -> None:
    assert read_crl(make_crl(CA, scope=extension_)).facts.scope == expected


def test_unknown_critical_extensions_are_reported() -> None:
    assert read_crl(make_crl(CA, extra=[extension("1.2.3", b"\5\0", critical=True)])).facts.has_unknown
    assert not read_crl(make_crl(CA, extra=[extension("1.2.3", b"\5\0")])).facts.has_unknown


def test_a_list_may_say_how_long_it_keeps_the_expired() -> None:
    since = datetime(2020, 1, 1, tzinfo=UTC)
    assert read_crl(make_crl(CA, extra=[extension("2.5.29.60", generalized(since))])).facts.expired_since == since
    assert read_crl(make_crl(CA, extra=[extension("2.5.29.60", b"\x18\x02no")])).facts.expired_since is None


# --- entries -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("serial", [0, 1, 127, 128, 255, 256, 2**24, 2**31, 2**63, 2**159 - 1, 2**159, -1, -(2**40)])
def test_entries_are_found_by_serial_numbers_of_any_length(serial: int) -> None:
    others = [revoked(other) for other in (3, 129, 2**24 + 1, 2**40, 2**158, -2) if other != serial]
    crl = read_crl(make_crl(CA, [*others, revoked(serial, reason=1), revoked(5)]))
    assert crl.entries(content(serial)) == (RevokedEntry(REVOKED_AT, "keyCompromise", None),)
    assert crl.entries(b"\0\0" + content(serial)) == (crl.entries(content(serial)) if serial >= 0 else ())
    assert crl.entries(content(serial + 2**100)) == ()


@pytest.mark.parametrize("serial", [-(1 << 31), -(1 << 63), -(1 << 31) - 1, -1, 0xFFFFFFFFFF])
def test_negative_serial_numbers_are_found_in_their_shortest_form(serial: int) -> None:
    shortest = serial.to_bytes((serial if serial >= 0 else ~serial).bit_length() // 8 + 1, signed=True)
    crl = read_crl(make_crl(CA, [tlv(0x30, tlv(2, shortest), moment(REVOKED_AT))]))
    assert len(crl.entries(shortest)) == 1


def test_a_serial_number_of_octets_that_stand_in_every_entry_is_found_soon() -> None:
    """Octets of a date stand in every entry. An attacker who chooses them for many serial numbers would cost days of
    work."""
    common = bytes.fromhex("170d3236")
    entries = [revoked(0x5000_0000_0000 + i) for i in range(20_000)]
    crl = read_crl(make_crl(CA, [*entries, revoked(int.from_bytes(common))]))
    began = time.process_time()
    assert [len(crl.entries(common)) for _ in range(200)] == [1] * 200
    assert time.process_time() - began < 4
    assert len(crl.entries(content(0x5000_0000_0000))) == 1


def test_a_serial_number_that_stands_elsewhere_in_the_list_is_not_listed() -> None:
    hidden = 0x0123456789ABCDEF
    holder = extension("1.2.3", integer(hidden))
    crl = read_crl(make_crl(CA, [revoked(5, extra=[holder]), revoked(hidden << 8 | 1), revoked(6, extra=[holder])]))
    assert crl.entries(content(hidden)) == ()
    crl = read_crl(make_crl(CA, [revoked(5, extra=[holder]), revoked(hidden), revoked(6, extra=[holder])]))
    assert len(crl.entries(content(hidden))) == 1


@pytest.mark.parametrize(("code", "reason"), [*REASON_CODES.items(), (7, ""), (11, ""), (255, "")])
def test_reasons_have_their_names(code: int, reason: str) -> None:
    (entry,) = read_crl(make_crl(CA, [revoked(5, reason=code)])).entries(b"\5")
    assert entry.reason == reason


def test_a_date_that_cannot_be_read_does_not_hide_the_entry() -> None:
    entry = tlv(0x30, integer(5), tlv(0x17, b"yesterday"))
    assert read_crl(make_crl(CA, [entry])).entries(b"\5") == (RevokedEntry(None, "", None),)


def test_an_issuer_stands_for_the_entries_after_it() -> None:
    crl = read_crl(
        make_crl(
            CA,
            [revoked(1), revoked(2, issuer=PUBLISHER), revoked(3), revoked(4, issuer=OTHER), revoked(5, reason=1)],
            scope=scope(indirect=True),
        )
    )
    issuers = [entry.issuer for serial in range(1, 6) for entry in crl.entries(content(serial))]
    assert [issuer and issuer.raw for issuer in issuers] == [None, PUBLISHER, PUBLISHER, OTHER, OTHER]


def test_an_unreadable_entry_issuer_matches_no_name() -> None:
    for value in (b"\x30", b"", tlv(0x30), tlv(0x30, tlv(0x82, b"a.example")), tlv(0x30, tlv(0xA4, b"\x30\x05"))):
        entry = revoked(2, extra=[extension("2.5.29.29", value, critical=True)])
        (found,) = read_crl(make_crl(CA, [entry], scope=scope(indirect=True))).entries(b"\2")
        assert found.issuer is not None
        assert found.issuer.attributes == ()


def test_entries_with_one_serial_number_are_bounded() -> None:
    crl = read_crl(make_crl(CA, [revoked(2**70, issuer=PUBLISHER)] * (MAX_ENTRIES * 3)))
    assert len(crl.entries(content(2**70))) == MAX_ENTRIES


@given(st.lists(st.integers(-(2**70), 2**160), max_size=30), st.integers(-(2**70), 2**160))
def test_found_entries_are_the_listed_entries(serials: list[int], other: int) -> None:
    crl = read_crl(make_crl(CA, [revoked(serial) for serial in serials]))
    assert crl.count == len(serials)
    for serial in {*serials, other}:
        assert len(crl.entries(content(serial))) == serials.count(serial)


# --- forms ---------------------------------------------------------------------------------------------------------


def test_empty_lists_and_those_of_version_1() -> None:
    for der in (
        make_crl(CA, None),
        make_crl(CA, []),
        make_crl(CA, next_update=None),
        make_crl(CA, number=None, key_id=False),
        make_crl(CA, [revoked(5)], version=False),
        make_crl(CA, [], version=False, next_update=None),
    ):
        crl = read_crl(der)
        verify_crl(crl, CA.der)
        assert crl.entries(b"\6") == crl.entries(content(2**80)) == ()
        assert crl.facts.this_update == THIS_UPDATE


def test_an_empty_sequence_of_entries_is_an_empty_list() -> None:
    body = tlv(0x30, integer(1), CA.key.algorithm, CA.subject, moment(THIS_UPDATE), tlv(0x30))
    crl = read_crl(signed(body, CA.key))
    verify_crl(crl, CA.der)
    assert (crl.count, crl.entries(b"\1"), crl.entries(content(2**80))) == (0, (), ())


def test_generalized_times_are_times() -> None:
    der = make_crl(CA, this_update=generalized(THIS_UPDATE), next_update=generalized(NEXT_UPDATE))
    assert read_crl(der).facts.next_update == NEXT_UPDATE


def test_pem_and_octets_after_the_end() -> None:
    der = make_crl(CA, [revoked(5)])
    text = b"-----BEGIN X509 CRL-----\n" + base64.encodebytes(der) + b"-----END X509 CRL-----\n"
    for raw in (text, b"\xef\xbb\xbf" + text, b"issuer: Example\r\n" + text.replace(b"\n", b"\r\n"), der + b"\n"):
        crl = read_crl(raw)
        verify_crl(crl, CA.der)
        assert len(crl.entries(b"\5")) == 1


def test_longer_lengths_than_needed_are_read() -> None:
    longer = reencode(
        make_crl(CA, [revoked(5, reason=1)]), lambda tag, body: bytes((tag, 0x83)) + len(body).to_bytes(3) + body
    )
    assert [entry.reason for entry in read_crl(longer).entries(b"\5")] == ["keyCompromise"]


def body_of(*fields: bytes) -> bytes:
    return signed(tlv(0x30, integer(1), CA.key.algorithm, CA.subject, *fields), CA.key)


UTC_NOW = moment(THIS_UPDATE)
RSA = make_key("rsa", "rsa").algorithm
BROKEN = {
    "nothing": b"",
    "text": b"<html>moved</html>",
    "text that begins like a list": b"0 results",
    "cut off": make_crl(CA, [revoked(5)])[:-1],
    "a certificate": CA.der,
    "no times": body_of(),
    "a time that is none": body_of(tlv(0x17, b"now")),
    "a second time that is none": body_of(UTC_NOW, tlv(0x17, b"later")),
    "three times": body_of(UTC_NOW, UTC_NOW, UTC_NOW),
    "something after the extensions": body_of(UTC_NOW, tlv(0xA0, tlv(0x30)), tlv(0x30)),
    "an entry that is none": body_of(UTC_NOW, tlv(0x30, tlv(0x31, integer(5)))),
    "an entry longer than the list": body_of(UTC_NOW, b"\x30\x04" + b"\x30\x03\x02\x01"),
    "an entry much longer than the list": body_of(UTC_NOW, b"\x30\x05" + b"\x30\x82\xff\xff\x02"),
    "half an entry": body_of(UTC_NOW, b"\x30\x01\x30"),
    "extensions that are none": body_of(UTC_NOW, tlv(0xA0, tlv(0x30, tlv(0x30)))),
    "extensions of another kind": body_of(UTC_NOW, tlv(0xA0, tlv(0x30, integer(1)))),
    "the same extension twice": make_crl(CA, extra=[extension("2.5.29.20", integer(5))]),
    "a number that is none": make_crl(CA, extra=[extension("2.5.29.27", b"\4\1\1", critical=True)]),
    "an empty number": make_crl(CA, extra=[extension("2.5.29.27", b"\2\0", critical=True)]),
    "a scope that can't be read": make_crl(CA, extra=[extension("2.5.29.28", b"\x30\x05\x81")]),
    "a scope with more than it should": make_crl(CA, extra=[extension("2.5.29.28", tlv(0x30, tlv(0x89)))]),
    "a scope for an empty name": make_crl(CA, extra=[extension("2.5.29.28", tlv(0x30, tlv(0xA0)))]),
    "a scope for no name": make_crl(CA, extra=[extension("2.5.29.28", tlv(0x30, tlv(0xA0, tlv(0xA0))))]),
    "two algorithms": tlv(0x30, tlv(0x30, RSA, CA.subject, UTC_NOW), CA.key.algorithm, bit_string(b"")),
    "base64 that is none": b"-----BEGIN X509 CRL-----\n=A=\n-----END X509 CRL-----",
    "base64 without end": b"-----BEGIN X509 CRL-----\nMIIB",
}  # fmt: skip


@pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN.keys())
def test_broken_lists_are_refused(raw: bytes) -> None:
    with pytest.raises(FormatError):
        read_crl(raw)


@given(st.binary(max_size=200))
def test_no_octets_raise_another_error(raw: bytes) -> None:
    with pytest.raises(FormatError):
        read_crl(raw)


@settings(max_examples=300)
@given(st.integers(0, 400), st.integers(0, 255))
def test_no_list_changed_in_one_octet_raises_another_error(at: int, octet: int) -> None:
    der = bytearray(make_crl(CA, [revoked(5, reason=1, issuer=PUBLISHER), revoked(2**70)], scope=scope([URL])))
    der[at % len(der)] = octet
    try:
        crl = read_crl(bytes(der))
    except FormatError:
        return
    assert len(crl.entries(b"\5")) + len(crl.entries(content(2**70))) <= 2


# --- its signature -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_key_of_the_issuer_verifies(kind: str) -> None:
    right, wrong = make_ca("right", kind=kind), make_ca("wrong", kind=kind)
    crl = read_crl(make_crl(right, [revoked(5)]))
    verify_crl(crl, right.der)
    for _ in range(2):  # the answer is kept
        with pytest.raises(ProofError, match="doesn't verify"):
            verify_crl(crl, wrong.der)
    verify_crl(crl, right.der)


def test_a_ca_that_may_not_sign_lists_is_refused() -> None:
    no_lists = make_ca("ca", kind="ed25519", usage=key_usage(2, 0x04))
    assert no_lists.key == CA.key
    with pytest.raises(ProofError, match="doesn't let it sign lists"):
        verify_crl(read_crl(make_crl(CA)), no_lists.der)
    verify_crl(read_crl(make_crl(CA)), make_ca("ca", kind="ed25519", usage=None).der)


def test_an_issuer_that_cannot_be_read_verifies_nothing() -> None:
    with pytest.raises(ProofError, match="can't be read"):
        verify_crl(read_crl(make_crl(CA)), b"\x30\x00")


def test_every_signed_octet_is_signed() -> None:
    der = make_crl(CA, [revoked(5, reason=1)], scope=scope([URL]))
    for at in range(len(der)):
        changed = der[:at] + bytes((der[at] ^ 0x10,)) + der[at + 1 :]
        try:
            crl = read_crl(changed)
        except FormatError:
            continue
        with pytest.raises(ProofError):
            verify_crl(crl, CA.der)


# --- another reader ------------------------------------------------------------------------------------------------


def test_cryptography_reads_the_same() -> None:
    ca = make_ca("ca")
    der = make_crl(
        ca, [revoked(serial, reason=serial % 6) for serial in range(1, 300)], scope=scope([URL], only="user")
    )
    ours, theirs = read_crl(der), x509.load_der_x509_crl(der)
    assert ours.count == len(theirs)
    assert theirs.next_update_utc == ours.facts.next_update
    for serial in (1, 7, 150, 299, 300):
        entry = theirs.get_revoked_certificate_by_serial_number(serial)
        found = ours.entries(content(serial))
        assert [e.revoked_at for e in found] == ([entry.revocation_date_utc] if entry else [])


def test_lists_that_cryptography_builds_are_read() -> None:
    key = ec.derive_private_key(7, ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Example Trust")])
    entry = x509.RevokedCertificateBuilder().serial_number(2**90).revocation_date(REVOKED_AT)
    entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags.certificate_hold), critical=False)
    publisher = x509.CertificateIssuer([x509.DirectoryName(who)])
    builder = x509.CertificateRevocationListBuilder(issuer_name=who, last_update=THIS_UPDATE, next_update=NEXT_UPDATE)
    builder = builder.add_revoked_certificate(entry.add_extension(publisher, critical=True).build())
    point_ = x509.IssuingDistributionPoint([x509.UniformResourceIdentifier(URL)], None, False, False, frozenset([x509.ReasonFlags.superseded]), True, False)  # noqa: E501  # fmt: skip
    for value in (point_, x509.DeltaCRLIndicator(3), x509.CRLNumber(9)):
        builder = builder.add_extension(value, critical=not isinstance(value, x509.CRLNumber))
    crl = read_crl(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER))
    facts = crl.facts
    assert (facts.number, facts.base_number, facts.has_unknown) == (9, 3, False)
    assert facts.scope == ListScope((URL.encode(),), (URL,), reasons=("superseded",), indirect=True)
    (found,) = crl.entries(content(2**90))
    assert (found.reason, found.revoked_at) == ("certificateHold", REVOKED_AT)
    assert found.issuer is not None and found.issuer.raw == who.public_bytes()
