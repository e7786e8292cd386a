"""Fields of extensions that hold names, compared with asn1crypto: both read the same values.

Generated bodies are well-formed, because asn1crypto is strict; test_extensions.py covers bodies that it refuses.
"""

from __future__ import annotations

from typing import Any

from asn1crypto import x509 as asn1
from hypothesis import given, settings
from hypothesis import strategies as st
from support.certs import (
    GeneralNameSpec,
    attribute,
    certificate_policies,
    cps_qualifier,
    extension,
    general_name,
    make_certificate,
    oid,
    string,
    tlv,
    user_notice,
)
from test_reference_readers import addresses, directory_attributes, general_names, hosts, texts

from ctscan.model import Certificate, Field
from ctscan.x509.certificate import read_certificate
from ctscan.x509.der import dotted

Values = list[tuple[Any, ...]]

some = general_names.filter(bool)
one = some.map(lambda names: names[0])


def seq(*parts: bytes) -> bytes:
    return tlv(0x30, *parts)


def read(dotted_type: str, value: bytes) -> tuple[Certificate, Any]:
    der = make_certificate(extensions=[extension(dotted_type, value)], issuer=[])
    theirs = asn1.Certificate.load(der, strict=True)["tbs_certificate"]["extensions"][0]["extn_value"].parsed
    ours = read_certificate(der)
    assert ours.problems == ()
    return ours, theirs


def our_names(places: tuple[Field, ...]) -> Values:
    return [_ours(place) for place in places if not place.nested]


def _ours(place: Field) -> tuple[Any, ...]:
    if place.name is not None:
        return "attribute", place.oid, place.text.value if place.text else None
    if place.kind == 0:
        return "other_name", place.oid, place.raw
    if place.kind == 8:
        return "registered_id", dotted(place.raw)
    return place.kind, place.raw


def their_names(names: Any) -> Values:
    said: Values = []
    for general in names:
        chosen = general.chosen
        if general.name == "directory_name":
            said += (("attribute", *pair) for rdn in chosen.chosen for pair in _pairs(rdn))
        elif general.name == "other_name":
            said.append(("other_name", chosen["type_id"].dotted, chosen["value"].parsed.untag().dump()))
        elif general.name == "registered_id":
            said.append(("registered_id", chosen.dotted))
        else:
            said.append((chosen.tag, chosen.contents))
    return said


def _pairs(rdn: Any) -> list[tuple[str, str]]:
    return [(pair["type"].dotted, pair["value"].native) for pair in rdn]


@settings(max_examples=50)
@given(some)
def test_issuer_alternative_names(names: list[GeneralNameSpec]) -> None:
    ours, theirs = read("2.5.29.18", seq(*map(general_name, names)))
    assert our_names(ours.fields) == their_names(theirs)


@settings(max_examples=50)
@given(some)
def test_access_locations(names: list[GeneralNameSpec]) -> None:
    method = oid("1.3.6.1.5.5.7.48.2")
    ours, theirs = read("1.3.6.1.5.5.7.1.1", seq(*(seq(method, general_name(name)) for name in names)))
    assert our_names(ours.fields) == their_names(access["access_location"] for access in theirs)


@settings(max_examples=50)
@given(some, some, directory_attributes)
def test_distribution_points(full: list[GeneralNameSpec], issuer: list[GeneralNameSpec], relative: Any) -> None:
    value = seq(
        seq(tlv(0xA0, tlv(0xA0, *map(general_name, full))), tlv(0xA2, *map(general_name, issuer))),
        seq(tlv(0xA0, tlv(0xA1, attribute(relative)))),
    )
    ours, (first, second) = read("2.5.29.31", value)
    expected = their_names(first["distribution_point"].chosen) + their_names(first["crl_issuer"])
    expected += (("attribute", *pair) for pair in _pairs(second["distribution_point"].chosen))
    assert our_names(ours.fields) == expected


@settings(max_examples=50)
@given(st.lists(addresses.map(lambda a: ("email", a)) | hosts.map(lambda h: ("dns", h)), min_size=1), one)
def test_name_constraints(permitted: list[GeneralNameSpec], excluded: GeneralNameSpec) -> None:
    if excluded[0] == "ip":
        excluded = ("dns", "example.org")  # with a mask there; asn1crypto gives it as text
    sides = tlv(0xA0, *(seq(general_name(n)) for n in permitted)), tlv(0xA1, seq(general_name(excluded)))
    ours, theirs = read("2.5.29.30", seq(*sides))
    trees = [*theirs["permitted_subtrees"], *theirs["excluded_subtrees"]]
    assert our_names(ours.fields) == their_names(tree["base"] for tree in trees)


@settings(max_examples=50)
@given(some)
def test_authority_keys(names: list[GeneralNameSpec]) -> None:
    value = seq(tlv(0x80, b"key"), tlv(0xA1, *map(general_name, names)), tlv(0x82, b"\1"))
    ours, theirs = read("2.5.29.35", value)
    assert our_names(ours.fields) == their_names(theirs["authority_cert_issuer"])


@settings(max_examples=50)
@given(hosts, texts, texts)
def test_policies(host: str, organisation: str, notice: str) -> None:
    reference = seq(seq(string(organisation), seq()), string(notice, "bmp" if notice.isascii() else "utf8"))
    qualifiers = [cps_qualifier(f"http://{host}"), user_notice(notice), seq(oid("1.3.6.1.5.5.7.2.2"), reference)]
    der = make_certificate(extensions=[certificate_policies({"1.2.3": qualifiers})], issuer=[])
    (policy,) = asn1.Certificate.load(der, strict=True).certificate_policies_value
    uri, simple, full = (qualifier["qualifier"] for qualifier in policy["policy_qualifiers"])
    assert [place.text.value for place in read_certificate(der).fields if place.text] == [
        uri.native,
        simple["explicit_text"].native,
        full["notice_ref"]["organization"].native,
        full["explicit_text"].native,
    ]


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from(["1.3.6.1.5.5.7.9.2", "1.2.3"]), st.lists(texts, min_size=1)), min_size=1))
def test_directory_attributes(attributes: list[tuple[str, list[str]]]) -> None:
    value = seq(*(seq(oid(kind), tlv(0x31, *map(string, values))) for kind, values in attributes))
    der = make_certificate(extensions=[extension("2.5.29.9", value)], issuer=[])
    theirs = asn1.Certificate.load(der, strict=True).subject_directory_attributes_value
    expected = [(one["type"].dotted, value.native) for one in theirs for value in one["values"]]
    assert [(p.oid, p.text.value if p.text else None) for p in read_certificate(der).fields] == expected
