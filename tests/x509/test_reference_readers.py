"""Our reader against two reference readers, over generated certificates: all three give the same values.

The reference readers are stricter, so the generated certificates are well-formed: each string type holds only its own
characters. test_certificate.py covers certificates that they refuse or read with losses.
"""

from __future__ import annotations

import string as letters
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st
from support.certs import (
    SMTP_UTF8_MAILBOX,
    UPN,
    GeneralNameSpec,
    RdnSpec,
    attribute,
    make_certificate,
    make_tbs,
    string,
)

from ctscan.model import Certificate, GeneralName, Name
from ctscan.x509.certificate import read_certificate, read_tbs
from ctscan.x509.der import dotted

WORDS = letters.ascii_letters + letters.digits + " "
CHARACTERS: dict[str, st.SearchStrategy[str]] = {
    # characters that the type allows and that all three readers take for it
    "utf8": st.characters(codec="utf-8"),
    "bmp": st.characters(codec="utf-8", max_codepoint=0xFFFF),
    "universal": st.characters(codec="utf-8"),
    "printable": st.sampled_from(WORDS + "'()+,-./:=?"),
    "ia5": st.characters(max_codepoint=127),
    "t61": st.sampled_from(WORDS),  # beyond letters, every reader decodes T.61 differently
    "visible": st.characters(min_codepoint=32, max_codepoint=126),
    "numeric": st.sampled_from(letters.digits + " "),
}
DIRECTORY_TYPES = ["CN", "SN", "GN", "O", "OU", "L", "ST", "street", "title", "pseudonym", "name"]
DIRECTORY_STRINGS = ["utf8", "bmp", "universal", "printable", "t61"]

kinds = st.sampled_from(DIRECTORY_TYPES)
directory_attributes = st.sampled_from(DIRECTORY_STRINGS).flatmap(
    lambda kind: st.tuples(kinds, st.text(CHARACTERS[kind], min_size=1, max_size=20), st.just(kind))
)
own_attributes = st.sampled_from(list(CHARACTERS)).flatmap(
    lambda kind: st.tuples(st.just("1.2.3.4"), st.text(CHARACTERS[kind], min_size=1, max_size=20), st.just(kind))
)
several = st.lists(directory_attributes, min_size=2, max_size=3, unique_by=lambda spec: spec[:2])
names: st.SearchStrategy[list[RdnSpec]] = st.lists(
    st.one_of(
        directory_attributes,
        own_attributes,
        several.map(lambda rdn: sorted(rdn, key=attribute)),  # a SET OF, in the order of DER
    ),
    max_size=5,
)

labels = st.text(letters.ascii_lowercase + letters.digits, min_size=1, max_size=10)
hosts = st.lists(labels, min_size=2, max_size=3).map(".".join)
addresses = st.tuples(st.text(letters.ascii_letters + "._+-", min_size=1, max_size=12), hosts).map("@".join)
texts = st.text(CHARACTERS["utf8"], min_size=1, max_size=20)
arcs = st.lists(st.integers(0, 10**9), min_size=1, max_size=5)
general_names: st.SearchStrategy[list[GeneralNameSpec]] = st.lists(
    st.one_of(
        st.tuples(st.just("email"), addresses),
        st.tuples(st.just("dns"), hosts),
        st.tuples(st.just("uri"), hosts.map("https://{}/jana".format)),
        st.tuples(st.just("ip"), st.binary(min_size=4, max_size=4) | st.binary(min_size=16, max_size=16)),
        st.tuples(st.just("rid"), arcs.map(lambda last: ".".join(map(str, [1, 2, *last])))),
        st.tuples(st.just("dir"), names),
        st.tuples(st.just("other"), st.sampled_from([UPN, SMTP_UTF8_MAILBOX, "1.2.3.4"]), texts.map(string)),
    ),
    max_size=6,
)
moments = st.integers(-631_152_000, 253_402_300_799).map(lambda s: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(0, s))
"""Seconds from 1950 to 9999: as UTCTime and as GeneralizedTime."""

Values = dict[str, Any]
"""Values that a reader finds in a certificate, in a comparable form."""


def ours(read: Certificate) -> Values:
    assert read.problems == ()
    return {
        "subject": our_name(read.subject),
        "san": [our_general(general) for general in read.san],
        "serial": int.from_bytes(read.serial, signed=True),
        "validity": (read.not_before, read.not_after),
    }


def our_name(name: Name) -> list[tuple[int, str, str | None]]:
    return [(a.rdn, a.oid, a.text.value if a.text else None) for a in name.attributes]


def our_general(general: GeneralName) -> tuple[int, Any]:
    if general.name is not None:
        return general.kind, our_name(general.name)
    if general.kind == 0:
        return 0, (general.oid, general.raw)
    if general.kind == 8:
        return 8, dotted(general.raw)
    return general.kind, general.raw if general.text is None else general.text.value


def theirs(der: bytes) -> Values:
    """Read a certificate with `cryptography`."""
    read = x509.load_der_x509_certificate(der)
    found = [e.value for e in read.extensions if isinstance(e.value, x509.SubjectAlternativeName)]
    return {
        "subject": their_name(read.subject),
        "san": [their_general(general) for value in found for general in value],
        "serial": read.serial_number,
        "validity": (read.not_valid_before_utc, read.not_valid_after_utc),
    }


def their_name(name: x509.Name) -> list[tuple[int, str, str | bytes]]:
    return [(i, a.oid.dotted_string, a.value) for i, rdn in enumerate(name.rdns) for a in rdn]


def their_general(general: x509.GeneralName) -> tuple[int, Any]:
    match general:
        case x509.OtherName():
            return 0, (general.type_id.dotted_string, general.value)
        case x509.RFC822Name():
            return 1, general.value
        case x509.DNSName():
            return 2, general.value
        case x509.DirectoryName():
            return 4, their_name(general.value)
        case x509.UniformResourceIdentifier():
            return 6, general.value
        case x509.IPAddress():
            return 7, general.value.packed
        case x509.RegisteredID():
            return 8, general.value.dotted_string
    raise AssertionError(f"not generated: {type(general)}")


def asn1_says(der: bytes) -> Values:
    """Read a certificate with asn1crypto."""
    read = asn1.Certificate.load(der, strict=True)
    san = read.subject_alt_name_value
    return {
        "subject": asn1_name(read.subject),
        "san": [asn1_general(general) for general in san] if san is not None else [],
        "serial": read.serial_number,
        "validity": (read.not_valid_before, read.not_valid_after),
    }


def asn1_name(name: asn1.Name) -> list[tuple[int, str, str]]:
    return [(i, pair["type"].dotted, pair["value"].native) for i, rdn in enumerate(name.chosen) for pair in rdn]


def asn1_general(general: asn1.GeneralName) -> tuple[int, Any]:
    chosen = general.chosen
    match general.name:
        case "other_name":
            return 0, (chosen["type_id"].dotted, chosen["value"].parsed.untag().dump())
        case "rfc822_name":
            return 1, chosen.contents.decode("ascii")
        case "dns_name":
            return 2, chosen.contents.decode("ascii")
        case "directory_name":
            return 4, asn1_name(chosen)
        case "uniform_resource_identifier":
            return 6, chosen.contents.decode("ascii")
        case "ip_address":
            return 7, chosen.contents
        case "registered_id":
            return 8, chosen.dotted
    raise AssertionError(f"not generated: {general.name}")


@settings(max_examples=100)
@given(names, general_names, st.integers(1, 2**159), moments, moments)
def test_three_readers_agree(
    subject: list[RdnSpec], san: list[GeneralNameSpec], serial: int, not_before: datetime, not_after: datetime
) -> None:
    arguments = {"san": san, "serial": serial, "not_before": not_before, "not_after": not_after}
    der = make_certificate(subject, **arguments)
    said = ours(read_certificate(der))
    assert said == theirs(der)
    assert said == asn1_says(der)
    assert said == ours(read_tbs(make_tbs(subject, **arguments)))


@pytest.mark.parametrize("kind", [*CHARACTERS, "general", "graphic"])
def test_every_string_type(kind: str) -> None:
    text = (
        "1926 07" if kind == "numeric" else "Жанна Novák 李" if kind in ("utf8", "bmp", "universal") else "Jana Novak"
    )
    said = ours(read_certificate(der := make_certificate([("1.2.3.4", text, kind)])))
    assert said["subject"] == [(0, "1.2.3.4", text)]
    assert said == asn1_says(der)
    if kind in CHARACTERS:  # `cryptography` doesn't know the other two kinds
        assert said == theirs(der)


@pytest.mark.parametrize("serial", [0, -1, -128, -(2**64), 127, 128, 255, 2**159 - 1])
def test_every_sign_and_size_of_serial_numbers(serial: int) -> None:
    """All signs and sizes are read the same; `cryptography` warns of numbers that RFC 5280 forbids."""
    der = make_certificate([], serial=serial)
    assert ours(read_certificate(der))["serial"] == serial == asn1_says(der)["serial"]
