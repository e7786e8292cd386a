"""The same subject and extensions give the same findings in a certificate request as in a certificate."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from support.certs import (
    CLIENT_AUTH,
    EMAIL_PROTECTION,
    ISSUER,
    NOT_AFTER,
    NOT_BEFORE,
    certificate,
    certificate_policies,
    extended_key_usage,
    extension,
    integer,
    moment,
    name,
    public_key,
    san_extension,
    string,
    tbs,
)
from support.people import LATIN
from support.request_builders import (
    CHALLENGE_PASSWORD,
    UNSTRUCTURED_NAME,
    client_info,
    extension_request,
    make_crmf,
    make_request,
    request_attribute,
)

from ctscan.model import Finding
from ctscan.personal.analyse import analyse
from ctscan.personal.explain import explain
from ctscan.personal.request_search import stays
from ctscan.x509.certificate import read_certificate

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(path.relative_to(GOLDEN).with_suffix("").as_posix() for path in GOLDEN.rglob("*.pem"))
ATTRIBUTES = [
    request_attribute(CHALLENGE_PASSWORD, string("a secret of letters")),
    request_attribute(UNSTRUCTURED_NAME, string("Erika Muster, erika.muster@example.com")),
    client_info("PC17", "EXAMPLE\\erika.muster", "certreq.exe"),
]


def certificate_with(subject: bytes, extensions: list[bytes]) -> bytes:
    parts = {"not_before": moment(NOT_BEFORE), "not_after": moment(NOT_AFTER), "spki": public_key("request")}
    return certificate(tbs(subject=subject, issuer=name(ISSUER), serial=integer(7), extensions=extensions, **parts))


DATED_BY_ISSUE = ("mx.rfc", "user.demographic.date_of_birth")
"""Birth date with a year of two digits, whose century the day of issue decides: a request has no such day."""


def of_subject(findings: tuple[Finding, ...]) -> list[Finding]:
    own = (one for one in findings if not one.path.startswith("issuer.") and not stays(one.path))
    return [one for one in own if (one.rule, one.category) != DATED_BY_ISSUE]


def assert_same_findings(subject: bytes, extensions: list[bytes]) -> None:
    expected = of_subject(analyse(certificate_with(subject, extensions)).findings)
    for attributes in ([], ATTRIBUTES):
        request = make_request(subject, [*attributes, *([extension_request(*extensions)] if extensions else [])])
        assert of_subject(analyse(request).findings) == expected
    assert of_subject(analyse(make_crmf(subject, extensions)).findings) == expected


def encoded_parts(der: bytes) -> tuple[bytes, list[bytes]]:
    """Return the subject and the extensions of a certificate as encoded."""
    read = read_certificate(der)
    return read.subject.raw, [extension(one.oid, one.value, critical=one.critical) for one in read.extensions]


def readable_certificates(cases: list[str]) -> list[str]:
    """Return the golden certificates whose parts were all read: what is unread is searched by its strings."""
    from test_rules import golden_analysis

    found = []
    for case in cases:
        analysis = golden_analysis(case)
        certificate_ = analysis.certificate
        if certificate_ is None or certificate_.request is not None or certificate_.problems or analysis.is_tbs:
            continue
        if not certificate_.attributes and certificate_.spki and not certificate_.subject_unique_id:
            found.append(case)
    return found


@pytest.mark.parametrize("share", [0, 1, *(pytest.param(share, marks=pytest.mark.long) for share in range(2, 8))])
def test_golden_certificates_asked_for_by_requests(share: int) -> None:
    from test_rules import golden_der

    cases = readable_certificates(CASES[share::8])
    assert len(cases) > 40
    for case in cases:
        assert_same_findings(*encoded_parts(golden_der(case)))


TEXTS = st.sampled_from(
    [one for person in LATIN[:6] for one in (person.full, person.given, person.family, person.mailbox, person.wide)]
    + ["www.example.org", "Example Ltd", "山田 太郎", "Иван Петров", "12345678Z", "+49 30 0000000"]
)
TYPES = st.sampled_from(["CN", "GN", "SN", "O", "emailAddress", "serialNumber"])
SUBJECTS = st.lists(st.tuples(TYPES, TEXTS), max_size=5)
NAMES = st.lists(st.tuples(st.sampled_from(["email", "upn", "dns"]), TEXTS), max_size=3)
PURPOSES = st.sampled_from([(), (EMAIL_PROTECTION,), (CLIENT_AUTH, EMAIL_PROTECTION)])
POLICIES = st.sampled_from([(), ("2.23.140.1.5.4.1",), ("0.4.0.194112.1.2",)])


@settings(max_examples=60, deadline=None)
@given(SUBJECTS, NAMES, PURPOSES, POLICIES)
def test_any_subject_and_names_asked_for_by_requests(
    subject: list[tuple[str, str]], names: list[tuple[str, str]], purposes: tuple[str, ...], policies: tuple[str, ...]
) -> None:
    extensions = [san_extension(names)] if names else []
    extensions += [extended_key_usage(purposes)] if purposes else []
    extensions += [certificate_policies(policies)] if policies else []
    assert_same_findings(name(subject), extensions)


def test_attributes_give_findings_of_their_own_behind_those_of_the_certificate() -> None:
    found = analyse(make_request([("CN", "Jane Roe")], ATTRIBUTES)).findings
    assert [stays(one.path) for one in found] == sorted(stays(one.path) for one in found)
    assert {one.value for one in found if stays(one.path)} >= {"a secret of letters", "EXAMPLE\\erika.muster", "PC17"}


def test_what_an_attribute_repeats_is_found_there_as_well() -> None:
    address = "jane.roe@example.org"
    request = make_request([("emailAddress", address)], [request_attribute(UNSTRUCTURED_NAME, string(address))])
    assert [one.path for one in analyse(request).findings] == [
        "subject.0.emailAddress",
        "requestAttributes.0.unstructuredName",
    ]


def test_rules_of_requests_find_nothing_in_certificates() -> None:
    """Their types in a certificate would make ranges of logs depend on rules that no range was read with."""
    rdn = ("1.3.6.1.4.1.311.21.20", "EXAMPLE\\erika.muster")
    found = analyse(certificate_with(name([rdn]), [])).findings
    assert not [one for one in found if one.rule.startswith("request.")]


def test_findings_of_requests_are_explained() -> None:
    analysis, explained = explain(make_request([("CN", "Jane Roe")], ATTRIBUTES))
    assert [one.finding for one in explained] == list(analysis.findings)
    assert all(one.chain for one in explained if one.finding.rule == "name.common")


def test_an_unread_attribute_is_searched_and_stays() -> None:
    broken = request_attribute("1.2.3.4", b"\x30\x05jane.roe@example.org")
    found = analyse(make_request([("CN", "www.example.org")], [broken])).findings
    assert {stays(one.path) for one in found} == {True}
    assert "jane.roe@example.org" in {one.canonical for one in found}


def test_a_request_is_no_certificate_to_the_doors_of_logs() -> None:
    from ctscan.personal.analyse import DerKind

    request = make_request([("CN", "Jane Roe")])
    for kind in (DerKind.CERTIFICATE, DerKind.TBS, DerKind.LEAF):
        assert analyse(request, kind).certificate is None
    found = analyse(request).certificate
    assert found is not None
    assert replace(found, request=None).serial == b""
