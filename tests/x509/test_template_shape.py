"""Shapes of certificates: the template that Microsoft's CA names, types of values, and hostile extensions."""

from __future__ import annotations

import pytest
from support.certs import extension, integer, make_certificate, oid, string, tlv

from ctscan.x509.certificate import read_certificate
from ctscan.x509.template_shape import template_shape

BUILT_IN = "1.3.6.1.4.1.311.21.8.1.2.3.4.5.6.1.{}"


def shape(*extra: bytes) -> tuple[str, str, str]:
    found = template_shape(read_certificate(make_certificate([("CN", "x")], extra=extra)))
    return found.template_oid, found.template_name, found.built_in


@pytest.mark.parametrize(
    ("number", "name"),
    [(1, "User"), (5, "SmartcardLogon"), (16, "WebServer"), (18, "SubCA"), (24, "ExchangeUserSignature"),
     (33, "KerberosAuthentication"), (34, ""), (0, "")],
)  # fmt: skip
def test_built_in_templates_have_names(number: int, name: str) -> None:
    dotted = BUILT_IN.format(number)
    value = extension("1.3.6.1.4.1.311.21.7", tlv(0x30, oid(dotted), integer(1), integer(0)))
    assert shape(value) == (dotted, "", name)


def test_names_of_version_1_are_read_in_any_string_type() -> None:
    for kind in ("bmp", "utf8", "printable"):
        assert shape(extension("1.3.6.1.4.1.311.20.2", string("SmartcardUser", kind)))[1] == "SmartcardUser"
    assert len(shape(extension("1.3.6.1.4.1.311.20.2", string("x" * 5000)))[1]) == 100


@pytest.mark.parametrize(
    "value",
    [b"", b"\x30", b"\x30\x80", b"\x06\x00", b"\x30\x02\x06\x00", b"\x30\x03\x06\x01\x80", b"\xff" * 40,
     b"\x30\x84\xff\xff\xff\xff", b"\x30\x02\x02\x00"],
)  # fmt: skip
def test_damaged_extensions_name_no_template(value: bytes) -> None:
    assert shape(extension("1.3.6.1.4.1.311.21.7", value)) == ("", "", "")
    shape(extension("1.3.6.1.4.1.311.20.2", value))


def test_a_shape_holds_types_and_no_values() -> None:
    der = make_certificate(
        [("CN", "Jane Roe"), ("OU", "a"), ("OU", "b")], [("email", "jane.roe@example.org"), ("dns", "x.example.org")]
    )
    found = template_shape(read_certificate(der))
    assert found.subject_types == ("commonName", "organizationalUnitName")
    assert found.san_types == ("dNSName", "rfc822Name")
    assert not found.is_of_template
