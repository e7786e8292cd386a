"""Values of platforms and professions: numbers in octets, accounts, owners, and unspecified layouts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.certs import CLIENT_AUTH, extension, indefinite_tlv, make_certificate, other_name, tlv

from ctscan.model import Finding, SubjectKind
from ctscan.personal.parsers.accounts import is_machine
from ctscan.personal.parsers.elements import part_of, parts_of
from ctscan.personal.parsers.professions import is_institution, is_technical, tells_health_or_law
from ctscan.personal.parsers.repository_owners import owner_in_path, owner_in_url
from ctscan.personal.rules import find_personal_data
from ctscan.x509.certificate import read_certificate

STRUCTURED_NAMES = (
    *("1.3.36.8.4.1", "1.3.6.1.5.5.7.8.1", "1.3.6.1.5.5.7.8.3", "1.3.6.1.5.5.7.8.4", "1.3.6.1.5.5.7.8.6"),
    *("1.3.6.1.5.2.2", "2.16.840.1.101.3.6.6", "1.3.6.1.4.1.311.25.1", "1.3.6.1.4.1.311.25.2.1"),
)
STRUCTURED_EXTENSIONS = (
    *("1.3.36.8.3.2", "1.3.36.8.3.3", "1.3.36.8.3.5", "1.3.36.8.3.6", "1.3.6.1.5.5.7.1.2", "1.3.6.1.5.5.7.1.12"),
    *("2.16.840.1.101.3.6.9.1", "1.3.6.1.4.1.57264.1.24", "1.3.6.1.4.1.311.25.2"),
)


def in_name(dotted: str, value: bytes) -> list[Finding]:
    der = make_certificate(san=[other_name(dotted, value)], eku=(CLIENT_AUTH,))
    findings, problems = find_personal_data(read_certificate(der))
    assert problems == ()
    return list(findings)


def test_the_number_of_the_specification_is_decoded() -> None:
    octets = bytes.fromhex("d0439458210c2c19a0846d83685a1082108ce73984108ca3fc")
    findings = [f for f in in_name("2.16.840.1.101.3.6.6", tlv(0x04, octets)) if f.rule == "us.fascn"]
    assert [(f.category, f.canonical) for f in findings] == [
        ("user.unique_id", "00320001092446"),
        ("user.unique_id", "1112223333"),
        ("user.workplace", "agency 0032"),
        ("user.job_title", "civil"),
    ]


elements = st.recursive(
    st.builds(
        tlv,
        st.sampled_from((0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0C, 0x13, 0x18, 0x1B, 0x80, 0x81, 0x82)),
        st.binary(max_size=30),
    ),
    lambda inner: st.builds(
        lambda form, tag, parts: form(tag, *parts),
        st.sampled_from((tlv, indefinite_tlv)),
        st.sampled_from((0x30, 0x31, 0xA0, 0xA1, 0xA2, 0xA3, 0xA4)),
        st.lists(inner, max_size=4),
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(value=elements | st.binary(min_size=1, max_size=40))
def test_no_rule_fails_whatever_a_value_is(value: bytes) -> None:
    names = [other_name(kind, value) for kind in STRUCTURED_NAMES]
    extra = [extension(kind, value) for kind in STRUCTURED_EXTENSIONS]
    findings, problems = find_personal_data(read_certificate(make_certificate(san=names, extra=extra)))
    assert problems == ()
    assert all(len(finding.value) <= 4096 for finding in findings)


@given(st.binary(max_size=200))
def test_parts_are_bounded_and_never_raise(data: bytes) -> None:
    for part in parts_of(data):
        assert part.parts is not None
        assert isinstance(part.texts, tuple)
        assert isinstance(part.oid, str)
    assert (part_of(data) is None) == (parts_of(data) == ())


@pytest.mark.parametrize(
    "name", ["host/www.example.org@EXAMPLE.ORG", "krbtgt/EXAMPLE.ORG", "PC17$@example.org", "HTTP/www.example.org"]
)
def test_accounts_of_machines(name: str) -> None:
    assert is_machine(name)


@pytest.mark.parametrize("name", ["jane@example.org", "jane/admin@EXAMPLE.ORG", "hostess@example.org", "127"])
def test_accounts_of_people(name: str) -> None:
    assert not is_machine(name)


def test_owners_of_repositories() -> None:
    assert owner_in_url("https://github.com/jane/widgets/.github/workflows/x.yml@refs/heads/main") == "github.com/jane"
    assert owner_in_url("https://user@git.example.org:8443/jane") == "git.example.org/jane"
    assert owner_in_url("https://git.example.org/jane", known=True) is None
    assert owner_in_url("https://github.com/features") is None
    assert owner_in_url("https://github.com/") is None
    assert owner_in_url("github.com/jane") is None
    assert owner_in_path("jane/widgets") == "jane"
    assert owner_in_path("jane") is None
    assert owner_in_path("-/widgets") is None


@pytest.mark.parametrize(
    "words", ["Ärztin/Arzt", "RECHTSANWALT", "Huisarts", "Abogada", "Médecin", "Врач", "Registered Nurse"]
)
def test_professions_of_health_and_law(words: str) -> None:
    assert tells_health_or_law(words)
    assert not is_institution(words)


@pytest.mark.parametrize("words", ["CEO", "Vermessungsingenieurin", "Software Developer", "Professor", ""])
def test_other_professions(words: str) -> None:
    assert not tells_health_or_law(words)


def test_institutions_and_technical_roles() -> None:
    assert is_institution("Betriebsstätte Arzt")
    assert is_institution("Öffentliche Apotheke")
    assert is_technical("1.2.276.0.76.4.260")
    assert not is_technical("1.2.276.0.76.4.30")
    assert not is_technical("1.2.276.0.76.4.50")


def test_an_account_of_a_machine_is_never_told_as_an_address() -> None:
    (finding,) = [
        f for f in in_name("1.3.6.1.4.1.311.20.2.3", tlv(0x0C, b"PC17$@example.org")) if f.rule == "microsoft.upn"
    ]
    assert finding.subject_kind is SubjectKind.DEVICE
    assert [key.kind for key in finding.keys] == ["account"]
