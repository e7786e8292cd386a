"""E-mail addresses in every place, and texts with the look of an address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.certs import (
    STRING_TAGS,
    certificate_policies,
    cps_qualifier,
    extension,
    general_name,
    general_names,
    make_certificate,
    name,
    oid,
    other_name,
    string,
    tlv,
    user_notice,
)

from ctscan.model import Finding
from ctscan.personal.normalise.addresses import find_emails
from ctscan.personal.rules import find_personal_data
from ctscan.x509.certificate import read_certificate

ADDRESS = "jane.doe@example.org"


def findings_of(der: bytes) -> tuple[Finding, ...]:
    findings, problems = find_personal_data(read_certificate(der))
    assert problems == ()
    return findings


def emails(der: bytes) -> set[str]:
    """Find the values that a search by address finds."""
    return {key.key for finding in findings_of(der) for key in finding.keys if key.kind == "email"}


def inside(dotted: str, value: bytes) -> bytes:
    return make_certificate(extensions=[extension(dotted, value)])


def access(general: object) -> bytes:
    return tlv(0x30, tlv(0x30, oid("1.3.6.1.5.5.7.48.2"), general_name(general)))  # type: ignore[arg-type]


DIRECTORY = ("dir", [("O", f"Example {ADDRESS}")])
PLACES = {
    "subject": make_certificate([("O", f"Example, {ADDRESS}")]),
    "issuer": make_certificate(issuer=[("OU", ADDRESS)]),
    "multi-valued": make_certificate([[("CN", "x"), ("OU", ADDRESS)]]),
    "unknown attribute": make_certificate([("1.2.3.4", ADDRESS)]),
    "attribute of strings": make_certificate([("postalAddress", tlv(0x30, string("Street"), string(ADDRESS)), "raw")]),
    "attribute of octets": make_certificate([("1.2.3.4", ADDRESS, "octet")]),
    "bits": make_certificate([("x500UniqueIdentifier", ADDRESS, "bit")]),
    "unique identifier": make_certificate(unique_ids=tlv(0x82, b"\0" + ADDRESS.encode())),
    **{f"san {kind}": make_certificate([], [(kind, ADDRESS)]) for kind in ("email", "dns", "uri", "ip", "smtp", "upn")},
    "san directory": make_certificate([], [DIRECTORY]),
    "san other": make_certificate([], [other_name("1.2.3.4", tlv(0x30, string("x"), tlv(0xA0, string(ADDRESS))))]),
    "san other without tag": make_certificate([], [other_name("1.2.3.4", string(ADDRESS), explicit=False)]),
    "san edi": make_certificate([], [tlv(0xA5, tlv(0xA1, string(ADDRESS)))]),
    "san x400": make_certificate([], [tlv(0xA3, tlv(0x30, string(ADDRESS, "printable")))]),
    "ian": inside("2.5.29.18", general_names([("email", ADDRESS)])),
    "ian directory": inside("2.5.29.18", general_names([DIRECTORY])),
    "constraints": inside("2.5.29.30", tlv(0x30, tlv(0xA0, tlv(0x30, tlv(0x81, ADDRESS.encode()))))),
    "notice": make_certificate(
        extensions=[certificate_policies({"1.2.3": [user_notice(f"Write to {ADDRESS}.", "bmp")]})]
    ),
    "statement": make_certificate(extensions=[certificate_policies({"1.2.3": [cps_qualifier(f"mailto:{ADDRESS}")]})]),
    "comment": inside("2.16.840.1.113730.1.13", string(f"E-mail: {ADDRESS}", "ia5")),
    "crl": inside("2.5.29.31", tlv(0x30, tlv(0x30, tlv(0xA0, tlv(0xA0, general_name(("uri", f"mailto:{ADDRESS}"))))))),
    "crl issuer": inside("2.5.29.31", tlv(0x30, tlv(0x30, tlv(0xA2, general_name(DIRECTORY))))),
    "access": inside("1.3.6.1.5.5.7.1.1", access(("email", ADDRESS))),
    "access to a directory": inside("1.3.6.1.5.5.7.1.11", access(("uri", f"ldap:///E={ADDRESS},O=x"))),
    "authority": inside("2.5.29.35", tlv(0x30, tlv(0xA1, general_name(DIRECTORY)))),
    "directory attributes": inside("2.5.29.9", tlv(0x30, tlv(0x30, oid("1.2.3"), tlv(0x31, string(ADDRESS))))),
    "statements": inside("1.3.6.1.5.5.7.1.3", tlv(0x30, tlv(0x30, oid("1.2.3"), string(ADDRESS)))),
    "private": inside("1.2.3.4", string(ADDRESS, "bmp")),
    "private, raw text": inside("1.2.3.4", ADDRESS.encode()),
    "private, nested": inside("1.2.3.4", tlv(0x30, tlv(0xA1, tlv(0x31, string(ADDRESS, "t61"))))),
    "private, in octets": inside("1.2.3.4", tlv(0x30, tlv(0x04, string(ADDRESS)))),
    "private, octets": inside("1.2.3.4", tlv(0x30, tlv(0x04, ADDRESS.encode()))),
    "private, tagged": inside("1.2.3.4", tlv(0x30, tlv(0x82, ADDRESS.encode()))),
    "private, bits": inside("1.2.3.4", tlv(0x30, tlv(0x03, b"\0" + ADDRESS.encode()))),
    "private, cut off": inside("1.2.3.4", b"\x30\x60" + string(ADDRESS)),
    "owner": make_certificate([("2.5.4.32", name([("emailAddress", ADDRESS)]), "raw")]),
}


@pytest.mark.parametrize("place", PLACES)
def test_addresses_are_found_wherever_they_stand(place: str) -> None:
    assert emails(PLACES[place]) == {ADDRESS}


@pytest.mark.parametrize("kind", STRING_TAGS)
@pytest.mark.parametrize("attribute", ["emailAddress", "mail", "2.5.4.104", "O", "1.2.3.4"])
def test_addresses_are_found_in_every_type_of_string(kind: str, attribute: str) -> None:
    assert emails(make_certificate([(attribute, ADDRESS, kind)])) == {ADDRESS}


@pytest.mark.parametrize("oid", ["1.2.840.113549.1.9.1", "0.9.2342.19200300.100.1.3", "1.3.6.1.4.1.42.2.11.2.1"])
@pytest.mark.parametrize(
    "text",
    [
        *(f" {ADDRESS} ", f"{ADDRESS}\0", f"<{ADDRESS}>", f"Jane Doe <{ADDRESS}>", f"{ADDRESS} (work)", f"{ADDRESS},"),
        *(f"mailto:{ADDRESS}", f"MAILTO:{ADDRESS}?subject=x", f"e-mail: {ADDRESS}", f"email {ADDRESS}"),
        *(f"rfc822Name={ADDRESS}", f"mail: {ADDRESS}", f"'{ADDRESS}'", "mailto:jane%2Edoe%40example.org"),
        *("Jane.Doe@EXAMPLE.ORG", "ｊａｎｅ．ｄｏｅ＠ｅｘａｍｐｌｅ．ｏｒｇ", f"{ADDRESS}; {ADDRESS}"),
    ],
)
def test_what_stands_around_a_declared_address_is_taken_away(oid: str, text: str) -> None:
    assert emails(make_certificate([(oid, text, "utf8")])) == {ADDRESS}


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        (f"mailto:{ADDRESS}", [ADDRESS]),
        (f"mailto:{ADDRESS},k2%40example.com", [ADDRESS, "k2@example.com"]),
        (f"mailto:?to={ADDRESS}&CC=k2@example.com&bcc=k3@example.com", [ADDRESS, "k2@example.com", "k3@example.com"]),
        ("mailto:jane%2Bx@example.org", ["jane+x@example.org"]),
        (f"mailto:{ADDRESS}?body=or%20write%20to%20k2%40example.com", [ADDRESS, "k2@example.com"]),
        ("mailto:root@localhost", ["root@localhost"]),
        ("mailto:", []),
        ("mailto:%", []),
        (f"https://example.com/?mail={ADDRESS}", [ADDRESS]),
        ("https://example.com/?mail=jane.doe%40example.org", [ADDRESS]),
        (f"ldap:///CN=x,E={ADDRESS}", [ADDRESS]),
        ("https://user@example.com/", []),
        ("https://user@example.com", []),
        ("https://user:pass@example.com/?x=1", []),
        ("https://user%40example.com/", []),
        ("ssh://git@example.com/repository.git", []),
        ("https://example.org/o/r/release.yml@refs/heads/main", []),
        ("https://example.org/cps/cps@sign.html", []),
        ("https://example.org/@user", []),
        ("git@example.org:group/repository.git", []),
    ],
)
def test_uris(uri: str, expected: list[str]) -> None:
    assert emails(make_certificate([], [("uri", uri)])) == set(expected)


@pytest.mark.parametrize(
    "text",
    [
        *("NTR@NL-12345678", "041@1234@WIDGETS@00000001", "041@jane@example.org@00000001", "member: 00-A 00-B"),
        *("usg20_00005E005301", "00:11:22:33:44:55", "x@y", "a@b.1", "@example.org", "jane@", "@", "jane@@example.org"),
        *("user@192.0.2.1", "release.yml@refs/heads/main", "photo@2x.png", "a@b.c", "jane@.example.org"),
    ],
)
def test_false_friends_in_text(text: str) -> None:
    assert emails(make_certificate([("OU", text)])) == set()
    assert emails(inside("2.16.840.1.113730.1.13", string(text))) == set()


@pytest.mark.parametrize(
    "general",
    [
        ("upn", ADDRESS),
        ("uri", f"sip:{ADDRESS}"),
        ("uri", f"xmpp:{ADDRESS}/home"),
        other_name("1.3.6.1.5.5.7.8.5", string(ADDRESS)),
    ],
)
def test_accounts_that_look_like_addresses_are_told_once_and_found_by_both(general: object) -> None:
    (finding,) = findings_of(make_certificate([], [general]))
    assert finding.category == "user.account.username"
    assert {key.kind for key in finding.keys} == {"account", "email", "domain"}


def test_what_was_meant_as_an_address_is_told_though_it_cant_be_compared() -> None:
    host = ".".join(["a" * 60] * 6)
    (finding,) = findings_of(make_certificate([], [("email", f"Jane@{host}")]))
    assert (finding.canonical, finding.keys) == (f"jane@{host}", ())
    assert findings_of(make_certificate([], [("email", "jane@"), ("email", "@example.org"), ("email", "x@y z")])) == ()


def test_keys_are_no_text() -> None:
    identifier = tlv(0x04, b"jane@example.org!!!!")
    assert emails(inside("2.5.29.14", identifier)) == set()
    assert emails(inside("2.5.29.35", tlv(0x30, tlv(0x80, b"jane@example.org!!!!")))) == set()


def test_a_long_text_is_searched_to_its_end_and_told_in_part() -> None:
    text = "x" * 300_000 + f" write to {ADDRESS}. " + "y" * 300_000 + " or k2@example.com"
    findings = findings_of(make_certificate([("description", text)]))
    assert [finding.canonical for finding in findings] == [ADDRESS, "k2@example.com"]
    assert all(finding.canonical in finding.value and len(finding.value) < 500 for finding in findings)


def test_many_addresses_in_many_places_are_all_found() -> None:
    expected = {f"jane{number}@example.org" for number in range(400)}
    assert emails(make_certificate([("emailAddress", address) for address in expected])) == expected
    assert emails(make_certificate([("O", " ".join(expected))])) == expected


locals_ = st.from_regex(r"[a-z0-9]{1,10}([._+-][a-z0-9]{1,10}){0,2}", fullmatch=True)
hosts = st.from_regex(r"([a-z][a-z0-9]{0,9}\.){1,3}(example|org|com|xn--p1ai)", fullmatch=True)
addresses = st.builds("{}@{}".format, locals_, hosts)


@given(
    st.lists(addresses, min_size=1, max_size=5, unique=True), st.sampled_from([" ", ", ", "; ", "\n", ">, <", " | "])
)
def test_every_address_of_a_list_is_found(some: list[str], between: str) -> None:
    assert find_emails(f"E-Mail: <{between.join(some)}>") == some


@given(st.text(max_size=300))
def test_what_is_found_is_found_again(text: str) -> None:
    for address in find_emails(text):
        assert find_emails(f"see {address} there") == [address]
