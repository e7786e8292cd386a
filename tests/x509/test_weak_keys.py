"""RSA of 1,024 bits: enough to identify the issuer of an old certificate, too weak for revocation today."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from support.certs import NOT_AFTER, extended_key_usage, integer
from support.revoking import NOW, OCSP_SIGNING, Ca, Key, make_ca, make_crl, make_key, make_ocsp, revoked, single
from support.words import english

from ctscan.errors import ProofError
from ctscan.model import RevocationState
from ctscan.x509.certificate import read_certificate
from ctscan.x509.crl import read_crl, verify_crl
from ctscan.x509.crl_check import check_by_crl
from ctscan.x509.issuer_lookup import find_issuers
from ctscan.x509.ocsp import check_by_ocsp

UNKNOWN = RevocationState.UNKNOWN
URL = "http://crl.example.net/1.crl"


def rsa_key(bits: int) -> Key:
    private = rsa.generate_private_key(65537, bits)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    spki = private.public_key().public_bytes(serialization.Encoding.DER, form)
    algorithm = make_key("any", "rsa").algorithm
    return Key(spki, algorithm, lambda data: private.sign(data, padding.PKCS1v15(), hashes.SHA256()))


WEAK_KEY = rsa_key(1024)
WEAK = make_ca("weak", key=WEAK_KEY)


def test_a_weak_key_still_identifies_the_issuer() -> None:
    der = WEAK.issue(7)
    found = find_issuers(read_certificate(der), der, (), [WEAK.issuer()])
    assert [issuer.der for issuer in found.found] == [WEAK.der]


def test_lists_signed_with_a_weak_key_leave_the_state_unknown() -> None:
    crl = read_crl(make_crl(WEAK, [revoked(7)]))
    with pytest.raises(ProofError, match="too weak: expected RSA of 2040 bits, got 1024"):
        verify_crl(crl, WEAK.der)
    der = WEAK.issue(7, crls=[URL])
    certificate = read_certificate(der)
    issuers = find_issuers(certificate, der, (), [WEAK.issuer()])
    said = check_by_crl(certificate, issuers, crl, NOW, URL)
    assert (said.state, "too weak" in english(said.why)) == (UNKNOWN, True)


def ocsp(ca: Ca, response: bytes) -> tuple[RevocationState, bool]:
    said = check_by_ocsp(response, ca.der, integer(7)[2:], NOW, URL, not_after=NOT_AFTER)
    return said.state, "too weak" in english(said.why)


def test_responses_below_a_weak_issuer_leave_the_state_unknown() -> None:
    assert ocsp(WEAK, make_ocsp(WEAK, [single(WEAK, 7)])) == (UNKNOWN, True)
    assert ocsp(WEAK, make_ocsp(WEAK, [single(WEAK, 7)], responder=WEAK.responder())) == (UNKNOWN, True)


def test_responses_of_a_responder_with_a_weak_key_leave_the_state_unknown() -> None:
    strong = make_ca("strong")
    proper = strong.responder("weak one")
    weak = Ca(
        proper.subject,
        WEAK_KEY,
        strong.issue(900, subject=proper.subject, spki=WEAK_KEY.spki, extra=[extended_key_usage([OCSP_SIGNING])]),
    )
    assert ocsp(strong, make_ocsp(strong, [single(strong, 7)], responder=weak)) == (UNKNOWN, True)
    assert ocsp(strong, make_ocsp(strong, [single(strong, 7)], responder=proper)) == (
        RevocationState.NOT_REVOKED,
        False,
    )


@pytest.mark.parametrize("bits", [2045, *(pytest.param(bits, marks=pytest.mark.long) for bits in (2048, 3072))])
def test_keys_of_2048_bits_count_even_with_leading_zeros(bits: int) -> None:
    ca = make_ca("large", key=rsa_key(bits))
    verify_crl(read_crl(make_crl(ca)), ca.der)
