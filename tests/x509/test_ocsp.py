"""OCSP: one request, one signed response; everything else is unknown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from hypothesis import given
from hypothesis import strategies as st
from support.certs import NOT_AFTER, extension, integer, oid, tlv
from support.revoking import (
    KINDS,
    NEXT_UPDATE,
    NOW,
    REVOKED_AT,
    THIS_UPDATE,
    Ca,
    generalized,
    make_ca,
    make_key,
    make_ocsp,
    ocsp_error,
    single,
)
from support.words import english

from ctscan.errors import FormatError
from ctscan.model import Revocation, RevocationState, StatusReason
from ctscan.x509.ocsp import MAX_RESPONSE, MAX_SERIAL, check_by_ocsp, ocsp_request

CA = make_ca("ca", kind="ed25519")
OTHER = make_ca("other", kind="ed25519")  # CA with the same name
SERIAL = 2**70 + 7
URL = "http://ocsp.example.net"
REVOKED, NOT_REVOKED, UNKNOWN = RevocationState.REVOKED, RevocationState.NOT_REVOKED, RevocationState.UNKNOWN
RESPONDER = CA.responder()
WRONG_SIGNATURE = StatusReason.RESPONSE_UNVERIFIED(
    detail="the signature of the response doesn't verify with the key of its issuer"
)
NO_RESPONSE = StatusReason.NOT_A_RESPONSE()


def content(serial: int) -> bytes:
    return integer(serial)[2:]


def judge(
    response: bytes,
    *,
    ca: Ca = CA,
    serial: int = SERIAL,
    now: datetime = NOW,
    not_after: datetime | None = NOT_AFTER,
) -> Revocation:
    return check_by_ocsp(response, ca.der, content(serial), now, URL, not_after=not_after)


def short(said: Revocation) -> tuple[RevocationState, str]:
    return said.state, said.why or said.reason


# --- the request ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("serial", [1, 128, SERIAL, 2**158])
def test_request_is_the_one_of_others(serial: int) -> None:
    ca = make_ca("ca")
    request = ocsp_request(ca.der, content(serial))
    theirs = ocsp.load_der_ocsp_request(request)
    assert (theirs.serial_number, theirs.hash_algorithm.name) == (serial, "sha1")
    issuer = x509.load_der_x509_certificate(ca.der)
    subject = x509.load_der_x509_certificate(ca.issue(serial, spki=make_key("leaf").spki))
    builder = ocsp.OCSPRequestBuilder().add_certificate(subject, issuer, hashes.SHA1())  # noqa: S303
    assert request == builder.build().public_bytes(serialization.Encoding.DER)


def test_request_names_the_serial_number_as_it_is_encoded() -> None:
    assert tlv(0x02, b"\0\0\x07") in ocsp_request(CA.der, b"\0\0\x07")
    assert len(ocsp_request(CA.der, bytes(MAX_SERIAL))) > MAX_SERIAL


@pytest.mark.parametrize("serial", [b"", bytes(MAX_SERIAL + 1)])
def test_no_request_for_impossible_serial_numbers(serial: bytes) -> None:
    with pytest.raises(FormatError):
        ocsp_request(CA.der, serial)


def test_no_request_about_an_issuer_that_cannot_be_read() -> None:
    with pytest.raises(FormatError):
        ocsp_request(b"\x30\x00", b"\1")


# --- statements ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("delegated", [False, True])
def test_good_revoked_and_unknown(kind: str, delegated: bool) -> None:
    ca = make_ca("answering", kind=kind)
    responder = ca.responder() if delegated else None

    def answer(state: str) -> Revocation:
        return judge(make_ocsp(ca, [single(ca, SERIAL, state, reason=1)], responder=responder), ca=ca)

    assert answer("good") == Revocation(NOT_REVOKED, "OCSP", NOW, URL, None, "", THIS_UPDATE, NEXT_UPDATE)
    assert answer("revoked") == Revocation(
        REVOKED, "OCSP", NOW, URL, REVOKED_AT, "keyCompromise", THIS_UPDATE, NEXT_UPDATE
    )
    assert short(answer("unknown")) == (UNKNOWN, StatusReason.NOT_KNOWN_TO_RESPONDER())


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
@pytest.mark.parametrize("by_key", [False, True])
def test_hashes_of_the_issuer_and_names_of_responders(algorithm: str, by_key: bool) -> None:
    response = make_ocsp(CA, [single(CA, SERIAL, algorithm=algorithm)], responder=RESPONDER, by_key=by_key)
    assert judge(response).state is NOT_REVOKED


def test_revoked_without_reason_and_on_hold() -> None:
    assert short(judge(make_ocsp(CA, [single(CA, SERIAL, "revoked")]))) == (REVOKED, "")
    assert short(judge(make_ocsp(CA, [single(CA, SERIAL, "revoked", reason=6)]))) == (REVOKED, "certificateHold")


def test_never_issued_is_not_revoked() -> None:
    never = single(CA, SERIAL, "revoked", reason=6, at=datetime(1970, 1, 1, tzinfo=UTC))
    assert short(judge(make_ocsp(CA, [never]))) == (UNKNOWN, StatusReason.NEVER_ISSUED())
    long_ago = single(CA, SERIAL, "revoked", reason=1, at=datetime(1970, 1, 1, tzinfo=UTC))
    assert short(judge(make_ocsp(CA, [long_ago]))) == (REVOKED, "keyCompromise")


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (1, StatusReason.REQUEST_UNREADABLE()),
        (2, StatusReason.RESPONDER_ERROR()),
        (3, StatusReason.TRY_LATER()),
        (5, StatusReason.SIGNED_REQUESTS_ONLY()),
        (6, StatusReason.NOT_AUTHORISED()),
        (4, StatusReason.UNKNOWN_ERROR()),
        (77, StatusReason.UNKNOWN_ERROR()),
    ],
)
def test_errors_of_responders(status: int, why: str) -> None:
    assert judge(ocsp_error(status)) == Revocation(UNKNOWN, "OCSP", NOW, URL, why=why)


# --- times ---------------------------------------------------------------------------------------------------------


def test_outdated_responses_revoke_but_never_clear() -> None:
    later = NEXT_UPDATE + timedelta(seconds=1)
    assert short(judge(make_ocsp(CA, [single(CA, SERIAL)]), now=later)) == (UNKNOWN, StatusReason.RESPONSE_RUN_OUT())
    assert judge(make_ocsp(CA, [single(CA, SERIAL, "revoked")]), now=later).state is REVOKED
    assert judge(make_ocsp(CA, [single(CA, SERIAL)]), now=NEXT_UPDATE).state is NOT_REVOKED
    assert judge(make_ocsp(CA, [single(CA, SERIAL, next_update=None)]), now=later).state is NOT_REVOKED


@pytest.mark.parametrize("state", ["good", "revoked"])
def test_responses_dated_in_the_future_leave_the_state_unknown(state: str) -> None:
    ahead = NOW + timedelta(minutes=6)
    for response in (
        make_ocsp(CA, [single(CA, SERIAL, state)], produced_at=ahead),
        make_ocsp(CA, [single(CA, SERIAL, state, this_update=ahead)]),
    ):
        assert short(judge(response)) == (UNKNOWN, StatusReason.RESPONSE_IN_FUTURE())
    assert judge(make_ocsp(CA, [single(CA, SERIAL)], produced_at=NOW + timedelta(minutes=4))).state is NOT_REVOKED


def test_good_counts_little_for_expired_certificates() -> None:
    expired = THIS_UPDATE - timedelta(days=1)
    why = StatusReason.EXPIRED_AT_RESPONDER()
    assert short(judge(make_ocsp(CA, [single(CA, SERIAL)]), not_after=expired)) == (UNKNOWN, why)
    assert judge(make_ocsp(CA, [single(CA, SERIAL, "revoked")]), not_after=expired).state is REVOKED
    for cutoff, state in ((expired, NOT_REVOKED), (expired + timedelta(seconds=1), UNKNOWN)):
        keeps = extension("1.3.6.1.5.5.7.48.1.6", generalized(cutoff))
        assert judge(make_ocsp(CA, [single(CA, SERIAL, extensions=[keeps])]), not_after=expired).state is state


# --- certificates answered for -------------------------------------------------------------------------------------


ANOTHER = StatusReason.OTHER_CERTIFICATE()


def test_responses_about_other_certificates_leave_the_state_unknown() -> None:
    for listed in ([single(CA, SERIAL + 1)], [single(OTHER, SERIAL)], []):
        assert short(judge(make_ocsp(CA, listed))) == (UNKNOWN, ANOTHER)
    elsewhere = make_ca("ca", kind="ed25519", subject=[("O", "Example Elsewhere")])
    assert short(judge(make_ocsp(CA, [single(elsewhere, SERIAL, "revoked")]))) == (UNKNOWN, ANOTHER)


def test_the_right_one_of_several_is_found() -> None:
    listed = [single(CA, SERIAL - 1), single(CA, SERIAL, "revoked", reason=4), single(CA, SERIAL + 1)]
    assert short(judge(make_ocsp(CA, listed))) == (REVOKED, "superseded")
    earlier = single(CA, SERIAL, this_update=THIS_UPDATE - timedelta(days=1))
    assert judge(make_ocsp(CA, [*listed, earlier])).state is REVOKED
    assert judge(make_ocsp(CA, [single(CA, SERIAL), *listed])).state is REVOKED
    held = single(CA, SERIAL, "revoked", reason=6, this_update=THIS_UPDATE - timedelta(days=1))
    assert judge(make_ocsp(CA, [held, single(CA, SERIAL)])).state is NOT_REVOKED


def test_zeros_before_a_serial_number_are_no_difference() -> None:
    said = check_by_ocsp(make_ocsp(CA, [single(CA, SERIAL)]), CA.der, b"\0" + content(SERIAL), NOW, URL)
    assert said.state is NOT_REVOKED


# --- signer --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["good", "revoked"])
def test_a_wrong_key_leaves_the_state_unknown(state: str) -> None:
    listed = [single(CA, SERIAL, state)]
    for response in (
        make_ocsp(CA, listed, sign_with=OTHER.key),
        make_ocsp(OTHER, listed),
        make_ocsp(OTHER, listed, certificates=[OTHER.der, CA.der]),
        make_ocsp(CA, listed, responder=RESPONDER, sign_with=OTHER.key),
        make_ocsp(CA, listed, responder=RESPONDER, certificates=[]),
    ):
        assert judge(response).state is UNKNOWN
    assert short(judge(make_ocsp(CA, listed, sign_with=OTHER.key))) == (UNKNOWN, WRONG_SIGNATURE)


@pytest.mark.parametrize(
    ("responder", "why"),
    [
        (OTHER.responder(), "the issuer didn't certify the responder"),
        (CA.responder(eku=()), english(StatusReason.RESPONDER_NOT_FOR_SIGNING())),
        (CA.responder(eku=("1.3.6.1.5.5.7.3.1",)), english(StatusReason.RESPONDER_NOT_FOR_SIGNING())),
        (CA.responder(not_after=NOW - timedelta(seconds=1)), english(StatusReason.RESPONDER_NOT_VALID())),
        (CA.responder(not_before=NOW + timedelta(hours=1)), english(StatusReason.RESPONDER_NOT_VALID())),
    ],
    ids=["certified by another", "for nothing", "for something else", "expired", "not yet valid"],
)
def test_uncertified_responders_leave_the_state_unknown(responder: Ca, why: str) -> None:
    for state in ("good", "revoked"):
        said = judge(make_ocsp(CA, [single(CA, SERIAL, state)], responder=responder))
        assert said.state is UNKNOWN
        assert english(said.why).startswith(why)


def test_a_responder_since_the_first_day_of_the_calendar_is_no_error() -> None:
    since = CA.responder(not_before=tlv(0x18, b"00010101000000Z"))
    assert judge(make_ocsp(CA, [single(CA, SERIAL)], responder=since)).state is NOT_REVOKED


def test_a_subscriber_of_the_ca_is_no_responder() -> None:
    key = make_key("subscriber")
    subscriber = Ca(RESPONDER.subject, key, CA.issue(5, subject=RESPONDER.subject, spki=key.spki))
    assert judge(make_ocsp(CA, [single(CA, SERIAL)], responder=subscriber)).state is UNKNOWN


def test_the_responder_is_found_among_other_certificates() -> None:
    certificates = [b"\x30\x00", CA.responder("another").der, OTHER.der, RESPONDER.der]
    response = make_ocsp(CA, [single(CA, SERIAL)], responder=RESPONDER, certificates=certificates)
    assert judge(response).state is NOT_REVOKED


def test_an_unreadable_issuer_is_reported() -> None:
    said = check_by_ocsp(make_ocsp(CA, [single(CA, SERIAL)]), b"\x30\x00", b"\1", NOW, URL)
    assert short(said) == (UNKNOWN, StatusReason.ISSUER_UNREADABLE())


# --- hostile responses ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("response", "why"),
    [
        (b"", NO_RESPONSE),
        (b"<html>moved</html>", NO_RESPONSE),
        (b"\x30\x00", NO_RESPONSE),
        (tlv(0x30, tlv(0x0A, b"\0")), NO_RESPONSE),
        (tlv(0x30, tlv(0x0A, b"\0"), tlv(0xA0, tlv(0x30))), NO_RESPONSE),
        (tlv(0x30, tlv(0x0A, b"\0"), tlv(0xA0, tlv(0x30, oid("1.2.3"), tlv(4)))),
         StatusReason.UNKNOWN_KIND()),
        (tlv(0x30, tlv(0x0A, b"\0"), tlv(0xA0, tlv(0x30, oid("1.3.6.1.5.5.7.48.1.1"), tlv(4)))), NO_RESPONSE),
        (make_ocsp(CA, [single(CA, SERIAL)])[:-1], NO_RESPONSE),
        (bytes(MAX_RESPONSE + 1), StatusReason.RESPONSE_TOO_LONG()),
        (CA.der, NO_RESPONSE),
        (make_ocsp(CA, [single(CA, SERIAL, extensions=[extension("1.2.3", b"\5\0", critical=True)])]),
         StatusReason.RESPONSE_CRITICAL()),
    ],
)  # fmt: skip
def test_other_octets_than_a_response_leave_the_state_unknown(response: bytes, why: str) -> None:
    assert short(judge(response)) == (UNKNOWN, why)


@given(st.binary(max_size=200))
def test_no_octets_raise(response: bytes) -> None:
    assert judge(response).state is UNKNOWN


@pytest.mark.parametrize("state", ["good", "revoked"])
@pytest.mark.parametrize("mask", [0x01, 0x20, 0xFF])
def test_a_response_changed_in_one_octet_gives_the_same_state_or_unknown(mask: int, state: str) -> None:
    response = make_ocsp(CA, [single(CA, SERIAL, state, reason=1)], responder=RESPONDER)
    right = judge(response)
    assert right.state is not UNKNOWN
    for at in range(len(response)):
        said = judge(response[:at] + bytes((response[at] ^ mask,)) + response[at + 1 :])
        assert said == right or said.state is UNKNOWN, at


def test_reasons_hold_no_names() -> None:
    for responder in (OTHER.responder(), CA.responder(eku=())):
        assert "xample" not in english(judge(make_ocsp(CA, [single(CA, SERIAL)], responder=responder)).why)


# --- another writer ------------------------------------------------------------------------------------------------


def test_responses_that_cryptography_builds_are_read() -> None:
    key = ec.derive_private_key(7, ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Example Trust")])
    builder = x509.CertificateBuilder(who, who, key.public_key(), SERIAL, THIS_UPDATE, NEXT_UPDATE)
    own = builder.sign(key, hashes.SHA256())
    answer = ocsp.OCSPResponseBuilder().add_response(
        own, own, hashes.SHA256(), ocsp.OCSPCertStatus.REVOKED, THIS_UPDATE, NEXT_UPDATE, REVOKED_AT,
        x509.ReasonFlags.key_compromise,
    )  # fmt: skip
    answer = answer.responder_id(ocsp.OCSPResponderEncoding.HASH, own).add_extension(x509.OCSPNonce(b"12345678"), False)
    response = answer.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    der = own.public_bytes(serialization.Encoding.DER)
    now = max(datetime.now(UTC), NOW)  # cryptography takes the time of production from the clock
    said = check_by_ocsp(response, der, content(SERIAL), now, URL)
    assert (said.state, said.revoked_at, said.reason) == (REVOKED, REVOKED_AT, "keyCompromise")
