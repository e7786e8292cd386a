"""A submitted precertificate becomes the TBS in the log's leaf, or counts as a certificate."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.certs import (
    Precert,
    certificate,
    indefinite_tlv,
    make_certificate,
    make_precert,
    make_tbs,
    poison,
    reencode,
    tlv,
)

from ctscan.errors import FormatError
from ctscan.model import EntryKind
from ctscan.x509.certificate import read_certificate, read_tbs
from ctscan.x509.precertificate import split_precertificate

SUBJECT = [("CN", "Jāne Example"), ("emailAddress", "jane@example.org")]


def precert(poison_at: int = -1) -> Precert:
    return make_precert(SUBJECT, [("dns", "www.example.org")], poison_at=poison_at)


@pytest.mark.parametrize("position", [0, 1, 3, -1])
def test_leaf_of_a_precertificate_is_that_of_the_log(position: int) -> None:
    made = precert(poison_at=position)
    assert split_precertificate(made.submitted) == (EntryKind.PRECERT, made.tbs, made.submitted)


def test_leaf_has_the_identity_of_precertificate_and_certificate() -> None:
    made = precert()
    _, leaf, _ = split_precertificate(made.submitted)
    identities = {read_certificate(made.submitted).identity, read_certificate(made.final).identity}
    assert {read_tbs(leaf).identity} == identities


@pytest.mark.parametrize("size", [0, 20, 90, 107, 108, 109, 235, 236, 237, 300, 65_000, 65_400, 70_000])
def test_lengths_around_the_extensions_are_encoded_anew(size: int) -> None:
    filler = tlv(0x30, bytes.fromhex("06032a0304"), tlv(0x04, bytes(size)))
    made = make_precert([("CN", "a")], extensions=[filler])
    assert split_precertificate(made.submitted)[1] == made.tbs


def test_a_list_with_nothing_but_the_poison_becomes_an_empty_one() -> None:
    made = make_precert([("CN", "a")], extensions=[])
    assert split_precertificate(made.submitted)[1] == made.tbs
    assert made.tbs.endswith(b"\xa3\x02\x30\x00")


def test_a_certificate_is_its_own_leaf() -> None:
    der = precert().final
    assert split_precertificate(der) == (EntryKind.X509, der, b"")


ODD = {
    "two poisons": make_certificate(SUBJECT, extra=[poison(), poison()]),
    "octets after the end": precert().submitted + b"\0",
    "cut off": precert().submitted[:-1],
    "indefinite lengths": reencode(precert().submitted, lambda tag, c: (indefinite_tlv if tag & 0x20 else tlv)(tag, c)),
    "a TBS alone": make_tbs(SUBJECT, extra=[poison()]),
    "no signature": tlv(0x30, make_tbs(SUBJECT, extra=[poison()])),
    "poison in the subject": make_certificate([("1.3.6.1.4.1.11129.2.4.3", "a")]),
    "nothing": b"",
    "the name of the poison alone": bytes.fromhex("060a2b06010401d679020403"),
    "no extensions": certificate(tlv(0x30, *[poison()] * 8)),
    "extensions without a list": certificate(tlv(0x30, *[tlv(0x30)] * 6, tlv(0xA3, poison()))),
}


@pytest.mark.parametrize("der", ODD.values(), ids=ODD.keys())
def test_ambiguous_precertificates_count_as_certificates(der: bytes) -> None:
    assert split_precertificate(der) == (EntryKind.X509, der, b"")


@settings(max_examples=300)
@given(at=st.integers(0, len(precert().submitted) - 1), octet=st.integers(0, 255))
def test_broken_precertificates_are_split_without_loss_or_not_at_all(at: int, octet: int) -> None:
    der = precert().submitted
    der = der[:at] + bytes((octet,)) + der[at + 1 :]
    kind, leaf, submitted = split_precertificate(der)
    if kind is EntryKind.X509:
        assert (leaf, submitted) == (der, b"")
        return
    assert submitted == der
    try:
        whole = read_certificate(submitted)
    except FormatError:
        return
    assert read_tbs(leaf).identity == whole.identity
