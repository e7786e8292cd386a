"""Known runs of extensions: no octet of a certificate can imitate learned ones."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import certs
from support.certs import make_tbs

from ctscan.personal.prefilter.filter import Prefilter

HOST = [("CN", "www.example.org")]
ISSUER = certs.name(certs.ISSUER)
SAN = certs.general_names([("dns", "www.example.org")])
TWO = certs.general_names([("dns", "www.example.org"), ("dns", "example.org")])
BEFORE = [certs.key_usage(), certs.basic_constraints()]
AFTER = [certs.certificate_policies([certs.DOMAIN_VALIDATED]), certs.crl_distribution("http://crl.example.net/7.crl")]
KEY_ID = certs.subject_key_identifier(bytes(range(20)))


def san(names: bytes, critical: bool = False) -> bytes:
    return certs.extension("2.5.29.17", names, critical=critical)


LAYOUTS: dict[str, bytes] = {
    "key identifier before": make_tbs(HOST, extensions=[*BEFORE, KEY_ID, *AFTER, san(SAN)]),
    "key identifier and more behind": make_tbs(HOST, extensions=[KEY_ID, *BEFORE, san(TWO), *AFTER]),
    "no key identifier": make_tbs(HOST, extensions=[*BEFORE, san(SAN), *AFTER]),
    "key identifier last": make_tbs(HOST, extensions=[*BEFORE, san(TWO), *AFTER, KEY_ID]),
    "critical": make_tbs([], extensions=[*BEFORE, KEY_ID, san(TWO, critical=True), *AFTER]),
    "empty subject": make_tbs([], extensions=[*BEFORE, KEY_ID, san(SAN), *AFTER]),
}


def fresh(domains: tuple[str, ...] = ()) -> Prefilter:
    prefilter = Prefilter(domains)
    prefilter.learn_issuer(ISSUER)
    return prefilter


def taught(*more: bytes) -> Prefilter:
    """Build a prefilter that knows the runs of every layout."""
    prefilter = fresh()
    for _ in range(3):
        assert all(passes(prefilter, der) for der in [*LAYOUTS.values(), *more])
    return prefilter


def passes(prefilter: Prefilter, der: bytes) -> bool:
    return prefilter.is_impersonal(b"\0" + der + b"\0", 1, 1 + len(der), True)


TAUGHT = taught()


@pytest.mark.parametrize("what", LAYOUTS)
def test_no_changed_octet_passes_that_the_check_of_each_extension_would_stop(what: str) -> None:
    der = LAYOUTS[what]
    for at in range(len(der)):
        for value in {0, der[at] ^ 1, der[at] ^ 0x80, 0x40, 0x82, (der[at] + 1) & 0xFF}:
            changed = der[:at] + bytes((value,)) + der[at + 1 :]
            assert passes(TAUGHT, changed) == passes(fresh(), changed), (at, value)


@given(st.integers(0, 2**32), st.sampled_from(sorted(LAYOUTS)), st.sampled_from(sorted(LAYOUTS)))
def test_nor_does_a_splice_of_two(seed: int, one: str, other: str) -> None:
    draw = random.Random(seed)
    left, right = LAYOUTS[one], LAYOUTS[other]
    cut, more = draw.randrange(len(left)), draw.randrange(-4, 5)
    spliced = bytearray(left[:cut] + right[max(0, cut + more) :])
    if draw.random() < 0.8:
        spliced[2:4] = (len(spliced) - 4).to_bytes(2, "big")
    assert passes(TAUGHT, bytes(spliced)) == passes(fresh(), bytes(spliced))


ADDRESS = "jana.novak@example.org"


@pytest.mark.parametrize(
    ("subject", "names"),
    [
        ([("CN", "www.example.or@")], SAN),
        ([("CN", "Jana Novak-Svob")], SAN),
        (HOST, certs.general_names([("email", "www.example.org")])),
        (HOST, certs.general_names([("dns", "jana@example.or")])),
        ([], certs.general_names([("dns", "")])),
        (HOST, certs.general_names([("email", ADDRESS)])),
    ],
)
def test_personal_data_of_the_same_length_is_stopped(subject: list[certs.RdnSpec], names: bytes) -> None:
    for extensions in ([*BEFORE, KEY_ID, *AFTER, san(names)], [*BEFORE, san(names), *AFTER]):
        der = make_tbs(subject, extensions=extensions)
        assert not passes(TAUGHT, der)


def test_another_issuer_of_the_same_length_is_stopped() -> None:
    der = LAYOUTS["no key identifier"]
    at = der.index(ISSUER) + len(ISSUER) - 1
    assert not passes(TAUGHT, der[:at] + b"@" + der[at + 1 :])


@pytest.mark.parametrize("what", LAYOUTS)
def test_a_domain_of_the_scope_is_stopped_in_names_beside_known_runs(what: str) -> None:
    at_home, at_the_crl = fresh(("example.org",)), fresh(("crl.example.net",))
    plain = make_tbs([("CN", "www.example.com")], extensions=[*BEFORE, san(SAN.replace(b"org", b"com")), *AFTER])
    for _ in range(3):
        assert passes(at_home, plain)
        assert passes(at_the_crl, plain)  # no rule reads the host of a URI as the host of the certificate
        assert not passes(at_home, LAYOUTS[what])
        assert passes(at_the_crl, LAYOUTS[what])
