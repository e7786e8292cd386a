"""Fields of names, general names and unique identifiers, in every encoding, and the bounds on all of it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.certs import (
    GeneralNameSpec,
    bit_string,
    extension,
    general_name,
    indefinite_tlv,
    integer,
    long_tlv,
    make_certificate,
    make_precert,
    name,
    oid,
    other_name,
    reencode,
    san_extension,
    string,
    tlv,
)

from ctscan.model import Certificate, DecodedString, Field
from ctscan.personal.view import View, strings_of
from ctscan.x509.certificate import read_certificate, read_tbs
from ctscan.x509.walk import MAX_FIELDS

JANE = [("CN", "Jane Doe"), ("emailAddress", "jane@example.org")]
IN_JANE = [("0.commonName", "Jane Doe"), ("1.emailAddress", "jane@example.org")]
Values = list[tuple[str, str | None]]


def said(certificate: Certificate) -> Values:
    return [(place.path, _best(place.text) if place.text else None) for place in certificate.fields]


def _best(text: DecodedString) -> str:
    return text.repaired or text.value


def subject(*specs: object) -> Certificate:
    return read_certificate(make_certificate(list(specs), extensions=[], issuer=[]))


def value(element: bytes, dotted: str = "2.5.4.3") -> Certificate:
    return subject((dotted, element, "raw"))


def san(*names: GeneralNameSpec) -> Certificate:
    return read_certificate(make_certificate(extensions=[san_extension(names)], issuer=[]))


# --- attributes ----------------------------------------------------------------------------------------------------

ENCODINGS = {
    "UTF8String": string("Žofie Nováková"),
    "PrintableString": string("Zofie Novakova", "printable"),
    "IA5String": string("Zofie Novakova", "ia5"),
    "T61String": string(b"\xcfZofie Nov\xc2akov\xc2a", "t61"),
    "T61String of Latin-1": string("Zofié".encode("latin-1"), "t61"),
    "BMPString": string("Žofie Nováková", "bmp"),
    "UniversalString": string("Žofie Nováková", "universal"),
    "VisibleString": string("Zofie Novakova", "visible"),
    "GeneralString": string("Zofie Novakova", "general"),
    "NumericString": string("123 456", "numeric"),
    "VideotexString": string("Zofie", "videotex"),
    "ObjectDescriptor": tlv(0x07, b"Zofie"),
    "BIT STRING": bit_string(b"Zofie Novakova"),
    "OCTET STRING": tlv(0x04, "Žofie".encode()),
    "OCTET STRING with NULs": tlv(0x04, b"Zofie\0\0"),
    "UTF-8 in PrintableString": string("Žofie".encode(), "printable"),
    "invalid UTF-8": string(b"Zofi\xe9", "utf8"),
    "NULs": string("Zo\0fie"),
    "long length": long_tlv(0x0C, b"Zofie"),
    "segments": indefinite_tlv(0x2C, string("Zo") + string("fie")),
    "an application tag": tlv(0x4C, b"Zofie"),
    "a context tag": tlv(0x80, b"Zofie"),
    "UTCTime": tlv(0x17, b"800229120000Z"),
    "GeneralizedTime": tlv(0x18, b"19800229120000Z"),
}
MEANT = {
    "T61String": "Žofie Nováková", "T61String of Latin-1": "Zofié", "UTF8String": "Žofie Nováková",
    "BMPString": "Žofie Nováková", "UniversalString": "Žofie Nováková", "NumericString": "123 456",
    "OCTET STRING": "Žofie", "UTF-8 in PrintableString": "Žofie", "invalid UTF-8": "Zofié",
    "UTCTime": "800229120000Z", "GeneralizedTime": "19800229120000Z",
}  # fmt: skip
SHORT = frozenset(ENCODINGS) - {"PrintableString", "IA5String", "VisibleString", "GeneralString", "BIT STRING"}


@pytest.mark.parametrize("what", ENCODINGS)
def test_a_value_in_every_encoding(what: str) -> None:
    meant = MEANT.get(what, "Zofie" if what in SHORT else "Zofie Novakova")
    (place,) = value(ENCODINGS[what]).fields
    assert place.text is not None
    assert _best(place.text) == meant
    assert (place.path, place.raw) == ("subject.0.commonName", ENCODINGS[what])


@pytest.mark.parametrize("what", ENCODINGS)
@pytest.mark.parametrize("wrap", [0x30, 0x31, 0xA0, 0x04])
def test_the_same_inside_a_value(what: str, wrap: int) -> None:
    outer, *inside = value(tlv(wrap, ENCODINGS[what])).fields
    assert (outer.text, outer.nested) == (None, False)
    assert [place.nested for place in inside] == [True]
    assert said(value(ENCODINGS[what]))[0][1] == said(value(tlv(wrap, ENCODINGS[what])))[1][1]


STRUCTURES: dict[str, tuple[bytes, list[str]]] = {
    "lines": (tlv(0x30, string("Street 1"), string("Town", "bmp")), ["Street 1", "Town"]),
    "DER in bits in octets": (tlv(0x04, bit_string(tlv(0x30, string("inner")))), ["inner"]),
    "DER in segments": (tlv(0x24, tlv(0x04, b"\x30\x05\x0c"), tlv(0x04, b"\x03abc")), ["abc"]),
    "readable runs": (tlv(0x30, tlv(0x04, b"\1\2\xff jane@example.org \0\1")), [" jane@example.org "]),
    "numbers and types": (tlv(0x30, integer(0x4A616E65), oid("1.2.3"), tlv(0x05)), []),
    "empty strings": (tlv(0x30, string(""), string("x")), ["x"]),
    "a hash": (tlv(0x30, tlv(0x04, bytes(range(20)))), []),
}


@pytest.mark.parametrize("what", STRUCTURES)
def test_the_strings_of_a_structure(what: str) -> None:
    element, expected = STRUCTURES[what]
    certificate = value(element, "1.2.3.4")
    assert said(certificate) == [("subject.0.1.2.3.4", None), *(("subject.0.1.2.3.4", text) for text in expected)]


@pytest.mark.parametrize(
    ("dotted", "label"),
    [
        ("2.5.4.31", "member"),
        ("2.5.4.32", "owner"),
        ("2.5.4.33", "roleOccupant"),
        ("2.5.4.34", "seeAlso"),
        ("2.5.4.49", "distinguishedName"),
        ("0.9.2342.19200300.100.1.10", "manager"),
        ("0.9.2342.19200300.100.1.21", "secretary"),
    ],
)
def test_a_name_as_value_has_fields_of_its_own(dotted: str, label: str) -> None:
    certificate = subject(("O", "Example"), (dotted, name(JANE), "raw"))
    path = f"subject.1.{label}"
    assert said(certificate)[1:] == [(path, None), *((f"{path}.{where}", text) for where, text in IN_JANE)]
    inner = certificate.fields[-1]
    assert (inner.part, inner.nested) == ("subject", False)
    assert inner.name is not None
    assert inner.name.raw == name(JANE)


def test_a_unique_member_is_a_name_and_a_number() -> None:
    member = tlv(0x30, name(JANE), bit_string(b"\x05"))
    assert said(value(member, "2.5.4.50"))[1:] == [(f"subject.0.uniqueMember.{w}", text) for w, text in IN_JANE]


def test_several_attributes_in_one_rdn_and_none() -> None:
    rdns = name([("C", "XX"), [("CN", "Jane"), ("CN", "Doe")], [], ("O", "Example")])
    certificate = read_certificate(make_certificate(rdns, extensions=[], issuer=[]))
    assert said(certificate) == [
        ("subject.0.countryName", "XX"),
        ("subject.1.commonName", "Jane"),
        ("subject.1.commonName", "Doe"),
        ("subject.3.organizationName", "Example"),
    ]
    assert [problem.path for problem in certificate.problems] == ["subject.2"]


def test_many_addresses_in_one_name() -> None:
    certificate = subject(*[("emailAddress", f"jane{i}@example.org") for i in range(80)])
    assert [text for _, text in said(certificate)] == [f"jane{i}@example.org" for i in range(80)]


# --- general names -------------------------------------------------------------------------------------------------

ORGANISATION = tlv(0x83, b"Example Ltd")
PERSONAL = tlv(0xA5, tlv(0x80, b"Doe"), tlv(0x81, b"Jane"), tlv(0x82, b"J"), tlv(0x83, b"Jr"))
COUNTRY, DOMAIN = tlv(0x61, string("XX", "printable")), tlv(0x62, string("EXAMPLE", "printable"))
STANDARD = tlv(0x30, COUNTRY, DOMAIN, ORGANISATION, PERSONAL, tlv(0xA6, string("Unit", "printable")))
DEFINED = tlv(0x30, tlv(0x30, string("RFC-822", "printable"), string("jane(a)example.org", "printable")))
EXTENDED = tlv(
    0x31,
    tlv(0x30, tlv(0x80, b"\1"), tlv(0xA1, string("Jane Doe", "printable"))),
    tlv(0x30, tlv(0x80, b"\4"), tlv(0xA1, tlv(0x31, tlv(0xA0, string("Doe", "t61"))))),
    tlv(0x30, tlv(0x80, b"\x11"), tlv(0xA1, tlv(0x31, string("Street 1", "printable")))),
)
GENERAL: dict[str, tuple[GeneralNameSpec, Values]] = {
    "rfc822Name": (("email", "jane@example.org"), [("rfc822Name", "jane@example.org")]),
    "dNSName": (("dns", "jane.example.org"), [("dNSName", "jane.example.org")]),
    "URI": (("uri", "ldap://example.org/cn=Jane%20Doe"), [
        ("uniformResourceIdentifier", "ldap://example.org/cn=Jane%20Doe"),
    ]),
    "directoryName": (("dir", JANE), [(f"directoryName.{where}", text) for where, text in IN_JANE]),
    "iPAddress": (("ip", bytes(4)), [("iPAddress", None)]),
    "iPAddress in text": (("ip", b"192.0.2.7"), [("iPAddress", "192.0.2.7")]),
    "registeredID": (("rid", "1.2.3"), [("registeredID", None)]),
    "user principal name": (("upn", "jane@example.org"), [("userPrincipalName", "jane@example.org")]),
    "otherName without tag": (other_name("1.2.3", string("x"), explicit=False), [("1.2.3", "x")]),
    "otherName that is a time": (("other", "1.2.3", tlv(0x18, b"19800229120000Z")), [("1.2.3", "19800229120000Z")]),
    "otherName that is a number": (("other", "1.2.3", integer(12345)), [("1.2.3", None)]),
    "otherName in octets": (("other", "1.2.3", tlv(0x04, b"Jane Doe\n12345\0")), [("1.2.3", "Jane Doe\n12345")]),
    "otherName of DER in octets": (("other", "1.2.3", tlv(0x04, string("Jane"))), [("1.2.3", None), ("1.2.3", "Jane")]),
    "otherName of a structure": (("other", "1.3.6.1.5.2.2", tlv(0x30, tlv(0xA0, string("EXAMPLE", "general")))), [
        ("KRB5PrincipalName", None), ("KRB5PrincipalName", "EXAMPLE"),
    ]),
    "otherName that is a name": (("other", "1.2.3", name(JANE)), [
        ("1.2.3", None), *((f"1.2.3.{where}", text) for where, text in IN_JANE),
    ]),
    "ediPartyName": (tlv(0xA5, tlv(0xA0, string("Register")), tlv(0xA1, string("Jane Doe"))), [
        ("ediPartyName", "Jane Doe"), ("ediPartyName.nameAssigner", "Register"),
    ]),
    "x400Address": (tlv(0xA3, STANDARD, DEFINED, EXTENDED), [
        ("x400Address", None),
        ("x400Address.0.countryName", "XX"),
        ("x400Address.1.organizationName", "Example Ltd"),
        ("x400Address.2.surname", "Doe"),
        ("x400Address.3.givenName", "Jane"),
        ("x400Address.4.initials", "J"),
        ("x400Address.5.generationQualifier", "Jr"),
        ("x400Address.6.organizationalUnitName", "Unit"),
        ("x400Address.7.commonName", "Jane Doe"),
        ("x400Address.8.surname", "Doe"),
        ("x400Address.9.streetAddress", "Street 1"),
        ("x400Address", "EXAMPLE"),
        ("x400Address", "RFC-822"),
        ("x400Address", "jane(a)example.org"),
    ]),
}  # fmt: skip


@pytest.mark.parametrize("what", GENERAL)
def test_general_names_of_every_kind(what: str) -> None:
    spec, expected = GENERAL[what]
    certificate = san(("dns", "example.org"), spec)
    assert said(certificate)[1:] == [(f"san.1.{where}", text) for where, text in expected]


def test_unique_identifiers_are_text_or_bits() -> None:
    ids = tlv(0x81, b"\0Authority 7") + tlv(0x82, b"\0\x01\x02")
    certificate = read_certificate(make_certificate(extensions=[], issuer=[], unique_ids=ids))
    assert said(certificate) == [("subjectUniqueID", None), ("issuerUniqueID", "Authority 7")]


# --- whole certificates --------------------------------------------------------------------------------------------

FULL = {
    "subject": [*JANE, ("2.5.4.32", name(JANE), "raw")],
    "san": [spec for spec, _ in GENERAL.values()],
    "extra": [extension("1.2.3", tlv(0x30, string("private"), name(JANE)))],
}


def test_precertificates_and_certificates_have_the_same_fields() -> None:
    made = make_precert(**FULL)  # type: ignore[no-untyped-call]
    assert read_tbs(made.tbs).fields == read_certificate(made.final).fields


@pytest.mark.parametrize("form", [long_tlv, lambda t, body: (indefinite_tlv if t & 0x20 else tlv)(t, body)])
def test_other_lengths_change_no_text(form: object) -> None:
    der = make_certificate(**FULL)
    assert said(read_certificate(reencode(der, form))) == said(read_certificate(der))  # type: ignore[arg-type]


def test_strings_belong_to_the_value_before_them() -> None:
    """Strings belong to the value before them even if two values share a path."""
    lines = [tlv(0x30, string(f"{place} 1"), string(f"{place} 2")) for place in ("Street", "Road")]
    attribute = tlv(0x30, oid("2.5.4.16"), tlv(0x31, *lines))
    certificate = read_certificate(make_certificate(extensions=[extension("2.5.29.9", tlv(0x30, attribute))]))
    view = View(certificate)
    found = [[text.value for text in strings_of(view, place)] for place in view.of("2.5.4.16")]
    assert found == [["Street 1", "Street 2"], ["Road 1", "Road 2"]]


MEGABYTE = 1_000_000


def nested(tag: int, depth: int, core: bytes) -> bytes:
    for _ in range(depth):
        core = tlv(tag, core)
    return core


HOSTILE = {
    "a long string": lambda size: make_certificate([("CN", b"f\xc8ur" * (size // 4), "t61")]),
    "long octets": lambda size: make_certificate([("CN", bytes(range(256)) * (size // 256), "octet")]),
    "short strings": lambda size: body(tlv(0x30, b"\x0c\1a" * (size // 3))),
    "octets in octets": lambda size: body(nested(0x04, 40, tlv(0x30, b"\x0c\1a" * (size // 3)))),
    "segments in segments": lambda size: body(nested(0x24, 30, b"\x04\1\1" * (size // 3))),
    "indefinite lengths": lambda size: body(b"\x30\x80" * 30 + b"\x0c\1a" * (size // 3) + b"\0\0" * 30),
    "addresses of several lines": lambda size: make_certificate(
        tlv(0x30, tlv(0x31, tlv(0x30, oid("2.5.4.16"), tlv(0x30, string("a")))) * (size // 14))
    ),
    "general names": lambda size: make_certificate([], [("dns", "a.b")] * (size // 8)),
    "extensions": lambda size: make_certificate(extensions=[extension("1.2.3", string("a"))] * (size // 18)),
    "names": lambda size: body(tlv(0x30, name([("CN", "a")]) * (size // 14))),
    "X.400": lambda size: make_certificate([], [tlv(0xA3, tlv(0x30), tlv(0x30, string("a")) * (size // 6))]),
    "points": lambda size: body(tlv(0x30, tlv(0x30, tlv(0xA0, tlv(0xA0, b"\x86\1a"))) * (size // 10)), "2.5.29.31"),
}


def body(whole: bytes, dotted: str = "1.2.3") -> bytes:
    return make_certificate([("CN", "Jane Doe")], extensions=[extension(dotted, whole)])


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("size", [MEGABYTE // 4, pytest.param(MEGABYTE, marks=pytest.mark.long)])
def test_a_megabyte_of_anything_is_bounded(what: str, size: int) -> None:
    der = HOSTILE[what](size)
    started = time.process_time()
    certificate = read_certificate(der)
    view = View(certificate)
    for place in view.fields:
        strings_of(view, place)
    most = 6 if size == MEGABYTE else 4  # a third, or an eighth, on an idle machine; quadratic work takes minutes
    assert time.process_time() - started < most
    assert len(certificate.fields) <= MAX_FIELDS
    if len(certificate.fields) == MAX_FIELDS:
        assert any(len(problem.unread) > size // 20 for problem in certificate.problems)


PRIMITIVES = [0x02, 0x03, 0x04, 0x06, 0x0C, 0x13, 0x16, 0x18, 0x1E, 0x80, 0x86]
CONSTRUCTED = [0x30, 0x31, 0xA0, 0xA1, 0xA4, 0x24, 0x04]
ELEMENTS = st.recursive(
    st.builds(tlv, st.sampled_from(PRIMITIVES), st.binary(max_size=12)),
    lambda inner: st.builds(
        lambda tag, parts: tlv(tag, *parts), st.sampled_from(CONSTRUCTED), st.lists(inner, max_size=4)
    ),
    max_leaves=12,
)
TYPES = ["2.5.29.1", "2.5.29.9", "2.5.29.18", "2.5.29.30", "2.5.29.31", "2.5.29.32", "2.5.29.35", "1.2.3"]
TYPES += ["1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.1.2", "1.3.6.1.5.5.7.1.3", "1.3.6.1.5.5.7.1.12", "2.5.29.19", "2.5.29.14"]


@settings(max_examples=300)
@given(st.sampled_from(TYPES), ELEMENTS, st.booleans())
def test_no_body_makes_the_reader_fail_and_no_string_gets_lost(dotted: str, element: bytes, cut: bool) -> None:
    """Every string in the input is a place, or stands in octets that a problem keeps."""
    whole = tlv(0x30, element, string("jane@example.org"))
    made = extension(dotted, whole[:-1] if cut else whole)
    certificate = read_certificate(make_certificate(extensions=[made], issuer=[]))
    texts = " ".join(place.text.value for place in certificate.fields if place.text)
    kept = b" ".join(problem.unread for problem in certificate.problems)
    assert "jane@example.or" in texts or b"jane@example.or" in kept


def test_a_name_among_general_names_reaches_its_attributes() -> None:
    (place,) = [p for p in san(general_name(("dir", JANE))).fields if p.oid == "1.2.840.113549.1.9.1"]
    assert isinstance(place, Field)
    assert place.name is not None
