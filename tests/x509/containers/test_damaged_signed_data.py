"""SignedData that is cut off: the certificates that are whole come out, in DER and BER, at every place of the cut."""

from __future__ import annotations

import time

import pytest
from support.certs import indefinite_tlv, make_certificate, oid, reencode, signed_data, tlv

from ctscan.errors import FormatError
from ctscan.model import Problem
from ctscan.x509.containers import extract_certificates
from ctscan.x509.containers.damaged_signed_data import whole_certificates

JANE = make_certificate([("CN", "Jane Doe")], [("email", "jane@example.org")], serial=1)
JOHN = make_certificate([("CN", "John Roe")], [("email", "john@example.com")], serial=2)
WHOLE = signed_data(JANE, JOHN)


def in_indefinite_lengths(*members: bytes) -> bytes:
    """Build the outer levels with indefinite lengths, as programs that stream write them."""
    held = indefinite_tlv(0xA0, b"".join(members))
    inner = indefinite_tlv(0x30, oid("1.2.840.113549.1.7.1") + indefinite_tlv(0xA0, tlv(0x04, b"text")))
    signed = indefinite_tlv(0x30, tlv(0x02, b"\1") + tlv(0x31) + inner + held + tlv(0x31))
    return indefinite_tlv(0x30, oid("1.2.840.113549.1.7.2") + indefinite_tlv(0xA0, signed))


FORMS = {"DER": WHOLE, "BER": in_indefinite_lengths(JANE, JOHN)}


def parts(der: bytes) -> tuple[list[bytes], list[Problem]]:
    found = extract_certificates(der)
    return [one for one in found if isinstance(one, bytes)], [one for one in found if isinstance(one, Problem)]


@pytest.mark.parametrize("form", FORMS)
def test_one_octet_less_loses_no_certificate(form: str) -> None:
    assert parts(FORMS[form]) == ([JANE, JOHN], [])
    certificates, problems = parts(FORMS[form][:-1])
    assert certificates == [JANE, JOHN]
    assert len(problems) == 1
    assert "the certificates before that are read" in problems[0].what


@pytest.mark.parametrize("form", FORMS)
def test_a_cut_anywhere_gives_what_is_whole(form: str) -> None:
    whole = FORMS[form]
    ends = [whole.index(der) + len(der) for der in (JANE, JOHN)]
    for at in range(len(whole)):
        expected = [der for der, end in zip((JANE, JOHN), ends, strict=True) if end <= at]
        assert whole_certificates(whole[:at], 10)[0] == expected
        if expected:
            certificates, problems = parts(whole[:at])
            assert certificates == expected
            assert len(problems) == 1
            assert problems[0].unread == whole[ends[len(expected) - 1] : at]
        else:
            with pytest.raises(FormatError):
                extract_certificates(whole[:at])


def test_octets_behind_the_structure_and_too_many_certificates() -> None:
    assert parts(WHOLE + b"behind")[0] == [JANE, JOHN]
    assert whole_certificates(WHOLE[:-1], 1)[0] == [JANE]


def test_other_octets_hold_none_and_cost_little() -> None:
    began = time.process_time()
    for other in (b"", b"0", JANE, bytes(300), b"\x30\x80" * 100_000, WHOLE[:21] + b"\x30\x80" * 500_000):
        assert whole_certificates(other, 10)[0] == []
    assert time.process_time() - began < 2
    assert whole_certificates(reencode(WHOLE, tlv)[:-1], 10)[0] == [JANE, JOHN]
