"""Requests in messages of CMC and CMP, in PKCS#7, and in each other."""

from __future__ import annotations

import pytest
from asn1crypto import cms
from support.certs import general_name, integer, make_certificate, name, oid, string, tlv
from support.request_builders import (
    PKI_DATA,
    content_info,
    make_crmf,
    make_request,
    make_spkac,
    pki_data,
    pki_message,
    tagged_attribute,
)

from ctscan.errors import FormatError
from ctscan.model import Problem
from ctscan.x509.containers import extract_certificates
from ctscan.x509.containers.enrolment import MAX_NESTING, MAX_REQUESTS, is_enrolment_message, requests_in_message

JANE, JOHN = make_request([("CN", "Jane Roe")]), make_request([("CN", "John Doe")])
CRMF, OTHER = make_crmf([("CN", "Erika Muster")]), make_crmf([("CN", "Max Muster")], number=2)
CERTIFICATE = make_certificate([("CN", "Jane Roe")], serial=9)
SENDER, RECIPIENT = (general_name(("dir", [("CN", text)])) for text in ("Jane Roe", "Example CA"))
CONTROL = tagged_attribute("1.3.6.1.5.5.7.7.2", string("jane"))


def test_pkcs7_around_a_request_comes_with_its_certificates() -> None:
    wrapped = content_info(JANE, certificates=[CERTIFICATE])
    assert cms.ContentInfo.load(wrapped, strict=True)["content"]["encap_content_info"]["content"].native == JANE
    assert extract_certificates(wrapped) == [JANE, CERTIFICATE]
    assert extract_certificates(content_info(content_info(JANE))) == [JANE]


def test_cmc_gives_controls_and_requests_of_both_forms() -> None:
    message = pki_data(JANE, JOHN, controls=[CONTROL], messages=[CRMF])
    assert extract_certificates(content_info(message, PKI_DATA)) == [message, JANE, JOHN, CRMF]
    assert extract_certificates(message) == [message, JANE, JOHN, CRMF]
    assert extract_certificates(content_info(pki_data(JANE), PKI_DATA)) == [JANE]
    assert extract_certificates(pki_data(messages=[CRMF])) == [CRMF]


def test_cmc_within_cmc() -> None:
    inner = content_info(pki_data(JOHN), PKI_DATA)
    assert extract_certificates(content_info(pki_data(JANE, nested=[inner]), PKI_DATA)) == [JANE, JOHN]


def test_a_request_of_another_form_is_a_problem() -> None:
    other = tlv(0x30, tlv(0x30), tlv(0x30, tlv(0xA2, integer(1), oid("1.2.3"), string("x"))), tlv(0x30), tlv(0x30))
    (problem,) = extract_certificates(other)
    assert isinstance(problem, Problem)
    assert problem.what == "a request of another form in a CMC message; expected PKCS#10 or CRMF"


@pytest.mark.parametrize(("body", "is_list"), [(0, True), (2, True), (7, True), (9, True), (13, True), (4, False)])
def test_cmp_gives_its_header_and_requests(body: int, is_list: bool) -> None:
    content = tlv(0x30, CRMF, OTHER) if is_list else JANE
    message = pki_message(body, content, SENDER, RECIPIENT, certificates=[CERTIFICATE])
    requests = [CRMF, OTHER] if is_list else [JANE]
    assert extract_certificates(message) == [message, *requests, CERTIFICATE]


def test_cmp_within_cmp() -> None:
    inner = pki_message(4, JANE, SENDER, RECIPIENT)
    assert extract_certificates(pki_message(20, tlv(0x30, inner), SENDER, RECIPIENT))[1:] == [inner, JANE]


def test_an_answer_of_a_ca_gives_its_header_alone() -> None:
    answer = pki_message(3, tlv(0x30), RECIPIENT, SENDER)
    assert extract_certificates(answer) == [answer]


def test_a_list_of_crmf_gives_each_request() -> None:
    assert extract_certificates(tlv(0x30, CRMF, OTHER)) == [CRMF, OTHER]


def test_authenticated_data_around_cmc() -> None:
    inner = tlv(0x30, oid(PKI_DATA), tlv(0xA0, tlv(0x04, pki_data(JANE))))
    algorithm = tlv(0x30, oid("1.2.840.113549.2.9"))
    data = tlv(0x30, integer(0), tlv(0x31), algorithm, inner, tlv(0x04, b"mac"))
    wrapped = tlv(0x30, oid("1.2.840.113549.1.9.16.1.2"), tlv(0xA0, data))
    assert extract_certificates(wrapped) == [JANE]


def test_single_requests_and_other_structures_are_no_messages() -> None:
    for other in (JANE, CRMF, make_spkac("x"), CERTIFICATE, name([("CN", "Jane Roe")]), b"", b"\x30\x80"):
        assert not is_enrolment_message(other)


def test_messages_within_each_other_are_bounded() -> None:
    message = pki_message(4, JANE, SENDER, RECIPIENT)
    for _ in range(MAX_NESTING + 3):
        message = pki_message(20, tlv(0x30, message), SENDER, RECIPIENT)
    *found, last = requests_in_message(message)
    assert len(found) == MAX_NESTING + 1
    assert isinstance(last, Problem)
    assert "deep within each other" in last.what
    wrapped = JANE
    for _ in range(40):
        wrapped = content_info(wrapped)
    assert extract_certificates(wrapped) == []


def test_requests_of_a_message_are_bounded() -> None:
    *found, last = requests_in_message(tlv(0x30, CRMF * (MAX_REQUESTS + 1)))
    assert len(found) == MAX_REQUESTS
    assert isinstance(last, Problem)


def test_messages_without_requests_are_refused() -> None:
    with pytest.raises(FormatError, match="expected certificate requests in it, got none"):
        requests_in_message(pki_data())
    with pytest.raises(FormatError, match="split the file"):
        requests_in_message(tlv(0x30, bytes(17 << 20)))


def test_a_message_that_is_cut_off_gives_what_is_there() -> None:
    whole = pki_message(0, tlv(0x30, CRMF, OTHER), SENDER, RECIPIENT)
    for size in range(0, len(whole), 7):
        if is_enrolment_message(whole[:size]):
            assert requests_in_message(whole[:size])
    assert requests_in_message(whole[: len(whole) - 10])[1] == CRMF
