"""Purposes and hosts of certificates."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.certs import (
    CLIENT_AUTH,
    EMAIL_PROTECTION,
    SERVER_AUTH,
    basic_constraints,
    certificate_policies,
    extended_key_usage,
    extension,
    make_certificate,
    oid,
    san_extension,
    tlv,
)

from ctscan.model import Attribute, DecodedString, Name
from ctscan.x509.certificate import read_certificate
from ctscan.x509.certificate_use import hosts_of, reversed_host, uses_of
from ctscan.x509.name_text import render_name
from ctscan.x509.subject_text import values_in

QUALIFIED = extension("1.3.6.1.5.5.7.1.3", tlv(0x30, tlv(0x30, oid("0.4.0.1862.1.1"))))
EMAIL, DNS = [("email", "jane@example.org")], [("dns", "www.example.org")]
CODE, DOCUMENT = "1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.36"


def eku(*purposes: str) -> bytes:
    return extended_key_usage(purposes)


CASES: dict[str, tuple[list[bytes], tuple[str, ...]]] = {
    "server": ([eku(SERVER_AUTH), san_extension(DNS)], ("tls",)),
    "server and client": ([eku(SERVER_AUTH, CLIENT_AUTH)], ("tls", "client")),
    "mail": ([eku(EMAIL_PROTECTION), san_extension(EMAIL)], ("smime",)),
    "mail and client": ([eku(CLIENT_AUTH, EMAIL_PROTECTION)], ("client", "smime")),
    "code": ([eku(CODE)], ("code",)),
    "document": ([eku(DOCUMENT)], ("document",)),
    "unknown purpose": ([eku("1.2.3.4")], ("other",)),
    "any purpose, with a host": ([san_extension(DNS)], ("tls",)),
    "any purpose, with an address": ([san_extension(EMAIL)], ("smime",)),
    "any purpose, qualified": ([QUALIFIED], ("document", "qualified")),
    "any purpose, with nothing": ([], ("other",)),
    "qualified by policy": ([eku(CLIENT_AUTH), certificate_policies(["0.4.0.194112.1.2"])], ("client", "qualified")),
    "domain validated": ([eku(SERVER_AUTH), certificate_policies(["2.23.140.1.2.1"])], ("tls", "dv")),
    "authority": ([basic_constraints(ca=True), eku(SERVER_AUTH)], ("ca",)),
}


def made(extensions: list[bytes], subject: Any = (("CN", "Jane Roe"),)) -> Any:
    return read_certificate(make_certificate(list(subject), extensions=extensions))


@pytest.mark.parametrize("case", CASES)
def test_purposes_follow_from_key_usage_then_content(case: str) -> None:
    extensions, expected = CASES[case]
    assert uses_of(made(extensions)) == expected


def test_hosts_are_lower_case_each_once_and_without_wildcards() -> None:
    san = san_extension([("dns", "*.Example.org"), ("dns", "www.example.org"), ("dns", "local"), ("dns", "a b.org")])
    assert hosts_of(made([san], [("CN", "WWW.example.org")])) == ("example.org", "www.example.org")
    assert hosts_of(made([], [("CN", "Jane Roe")])) == ()


def test_hosts_are_bounded() -> None:
    many = san_extension([("dns", f"h{at}.example.org") for at in range(150)])
    assert len(hosts_of(made([many]))) == 100


def test_labels_are_reversed() -> None:
    assert reversed_host("www.example.org") == "org.example.www."


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=4, unique=True))
def test_values_of_a_rendered_name_are_read_back(values: list[str]) -> None:
    attributes = [Attribute(at, "2.5.4.11", 12, b"", DecodedString(b"", 12, text)) for at, text in enumerate(values)]
    attributes.append(Attribute(99, "2.5.4.3", 12, b"", DecodedString(b"", 12, "a,OU=not one\\")))
    assert set(values_in(render_name(Name(b"", tuple(attributes))), "OU")) == set(values)


def test_names_without_the_attribute_have_no_value() -> None:
    assert values_in("CN=Jane Roe,O=Example\\, Ltd", "OU") == ()
    assert values_in("CN=Jane Roe,O=Example\\, Ltd", "O") == ("Example, Ltd",)
