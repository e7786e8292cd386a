"""Locations named by certificates: bounded, in order, without repetition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.certs import (
    certificate_policies,
    cps_qualifier,
    extension,
    general_name,
    make_certificate,
    name,
    oid,
    tlv,
    user_notice,
)
from support.revoking import point

from ctscan.x509.access_locations import MAX_LOCATIONS, MAX_URL, AccessLocations, access_locations, is_web, url_key
from ctscan.x509.certificate import read_certificate

PUBLISHER = name([("O", "Example Publisher")])
CRL, DELTA, ACCESS = "2.5.29.31", "2.5.29.46", "1.3.6.1.5.5.7.1.1"
OCSP, ISSUERS = "1.3.6.1.5.5.7.48.1", "1.3.6.1.5.5.7.48.2"


def of(*extensions: bytes) -> AccessLocations:
    return access_locations(read_certificate(make_certificate([("CN", "a")], extensions=extensions)))


def points(*listed: bytes, kind: str = CRL) -> bytes:
    return extension(kind, tlv(0x30, *listed))


def access(*pairs: tuple[str, str]) -> bytes:
    return extension(ACCESS, tlv(0x30, *(tlv(0x30, oid(o), general_name(("uri", url))) for o, url in pairs)))


def test_all_kinds_of_location_are_read() -> None:
    found = of(
        points(point(["http://a.example/1.crl", "ldap://a.example/cn=1"]), point(["http://b.example/1.crl"])),
        access((OCSP, "http://ocsp.example"), (ISSUERS, "http://a.example/ca.cer"), (OCSP, "http://ocsp2.example")),
        certificate_policies({"1.2.3": [cps_qualifier("https://a.example/cps")], "1.2.4": [user_notice("read it")]}),
    )
    assert [p.urls for p in found.crls] == [
        ("http://a.example/1.crl", "ldap://a.example/cn=1"),
        ("http://b.example/1.crl",),
    ]
    assert found.ocsp == ("http://ocsp.example", "http://ocsp2.example")
    assert found.issuers == ("http://a.example/ca.cer",)
    assert found.policies == ("https://a.example/cps",)


def test_a_certificate_without_any_has_none() -> None:
    assert of() == AccessLocations()


def test_reasons_and_publishers_of_a_point() -> None:
    (found,) = of(points(point(["http://a.example/1.crl"], reasons=b"\x60\x80", issuer=PUBLISHER))).crls
    assert found.reasons == ("keyCompromise", "cACompromise", "aACompromise")
    assert [issuer.raw for issuer in found.issuers] == [PUBLISHER]


def test_a_point_for_all_reasons_is_one_without() -> None:
    (found,) = of(points(point(["http://a.example/1.crl"], reasons=b"\x7f\x80"))).crls
    assert found.reasons == ()


def test_a_point_without_url_is_identified_by_its_names() -> None:
    directory = tlv(0xA4, name([("CN", "List 1")]))
    relative = tlv(0x30, tlv(0xA0, tlv(0xA1, tlv(0x30, oid("2.5.4.3"), tlv(0x0C, b"List 1")))))
    found = of(points(tlv(0x30, tlv(0xA0, tlv(0xA0, directory))), relative)).crls
    assert [p.urls for p in found] == [(), ()]
    assert found[0].names == (directory,)
    assert len(found[1].names) == 1


def test_each_url_is_given_once_and_in_its_order() -> None:
    found = of(access((OCSP, "http://b.example"), (OCSP, "http://a.example"), (OCSP, "http://b.example")))
    assert found.ocsp == ("http://b.example", "http://a.example")
    repeated = point(["http://a.example/1.crl", "http://a.example/1.crl"])
    assert [p.urls for p in of(points(repeated, repeated)).crls] == [("http://a.example/1.crl",)]


def test_locations_are_bounded() -> None:
    many = [f"http://{i}.example" for i in range(50)]
    found = of(points(*(point([url]) for url in many)), access(*((OCSP, url) for url in many)))
    assert len(found.crls) == len(found.ocsp) == MAX_LOCATIONS
    twice = of(points(*(point([url]) for url in many[:10])), points(*(point([url]) for url in many[10:20])))
    assert len(twice.crls) == MAX_LOCATIONS
    (one,) = of(points(point(many))).crls
    assert len(one.urls) == len(one.names) == MAX_LOCATIONS


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("http://a.example/" + "x" * (MAX_URL - 17), True),
        ("http://a.example/" + "x" * (MAX_URL - 16), False),
        ("http://a.example/" + "x" * 1_000_000, False),
        ("http://a.example/a b", False),
        ("http://a.example/\r\nHost: b.example", False),
        ("http://a.example/é", False),
        ("a.example", False),
        ("", False),
    ],
)
def test_only_urls_of_bounded_length_and_printable_ascii_are_given(url: str, kept: bool) -> None:
    assert of(access((OCSP, url))).ocsp == ((url,) if kept else ())


def test_spaces_around_a_url_are_not_part_of_it() -> None:
    assert of(access((OCSP, " http://a.example\n"))).ocsp == ("http://a.example",)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a", True),
        ("HTTPS://a", True),
        ("ldap://a", False),
        ("file:///a", False),
        ("httpx://a", False),
        ("", False),
    ],
)
def test_http_is_distinguished_from_other_schemes(url: str, expected: bool) -> None:
    assert is_web(url) is expected


def test_scheme_and_host_are_the_same_in_any_case() -> None:
    assert url_key("HTTP://A.Example/Path") == url_key("http://a.example/Path") != url_key("http://a.example/path")


@given(st.sampled_from([CRL, DELTA, ACCESS, "2.5.29.32"]), st.binary(max_size=60))
def test_no_extension_value_raises(kind: str, value: bytes) -> None:
    found = of(extension(kind, value))
    assert all(len(url) <= MAX_URL for url in (*found.ocsp, *found.issuers, *found.policies))


@given(st.integers(0, 200), st.integers(0, 255))
def test_no_damaged_extension_raises(at: int, octet: int) -> None:
    value = bytearray(tlv(0x30, point(["http://a.example/1.crl"], reasons=b"\x40", issuer=PUBLISHER)))
    value[at % len(value)] = octet
    for found in of(extension(CRL, bytes(value))).crls:
        assert len(found.urls) <= 1
