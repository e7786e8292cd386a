"""Names of people in host names, and the rule that searches for them below the domains of a scope."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.certs import make_certificate
from support.logs import LogBuilder

from ctscan.ct.extra_data import extra_of
from ctscan.ct.wire import cut_tile, entry_of
from ctscan.personal.attribution.host_labels import people_in_host
from ctscan.personal.batch import BatchAnalyser
from ctscan.personal.rules import find_personal_data
from ctscan.personal.scope import parse_scope
from ctscan.x509.certificate import read_certificate

DOMAINS = ("example.org",)


@pytest.mark.parametrize(
    ("host", "names"),
    [
        ("jane-doe.example.org", ["jane doe"]),
        ("doe-jane.example.org", ["doe jane"]),
        ("jane_doe.example.org", ["jane doe"]),
        ("jane.doe.example.org", ["jane doe"]),
        ("jane-q-doe.example.org", ["jane q doe"]),
        ("john-smith2.vpn.example.org", ["john smith"]),
        ("jdoe-laptop.example.org", ["doe"]),
        ("janes-macbook-pro.example.org", ["jane"]),
        ("mary-pc.lan.example.org", ["mary"]),
        ("jane-doe.john-smith.example.org", ["jane doe", "john smith"]),
        ("jane-doe.jane-doe.example.org", ["jane doe"]),
    ],
)
def test_labels_made_of_names(host: str, names: list[str]) -> None:
    assert list(people_in_host(host, DOMAINS)) == names


@pytest.mark.parametrize(
    "host",
    [
        *("example.org", "www.example.org", "api-gateway.example.org", "smart-home.example.org", "jane.example.org"),
        *("robin.example.org", "mark-server.example.org", "test.martin.example.org", "dev.doe.example.org"),
        *(
            "a-b.example.org",
            "jane-doe.example.com",
            "jane-doe.notexample.org",
            "jane-doe",
            "*.example.org",
            "-.example.org",
        ),
        "x" * 300 + "-doe.example.org",
    ],
)
def test_labels_of_nobody(host: str) -> None:
    assert list(people_in_host(host, DOMAINS)) == []


def test_hosts_are_looked_at_only_below_the_domains_given() -> None:
    certificate = read_certificate(
        make_certificate([("CN", "jane-doe.example.org")], [("dns", "JANE-DOE.Example.ORG")])
    )
    assert find_personal_data(certificate) == ((), ())
    assert find_personal_data(certificate, ("example.com",)) == ((), ())
    findings, failures = find_personal_data(certificate, DOMAINS)
    assert {(f.rule, f.canonical, f.confidence.value) for f in findings} == {
        ("name.host_label", "jane doe", "possible")
    }
    assert {key.key for f in findings for key in f.keys} == {"jane", "doe"}
    assert not failures


def test_the_examiner_hands_the_domains_of_its_scope_on() -> None:
    log = LogBuilder()
    log.add_certificate(make_certificate([("CN", "Jane-Doe.Example.org")]))
    batch = cut_tile(log.data_tile(0, 1), log.id, 0, 1)
    for scope, hits in (("domain:example.org", 1), ("domain:example.com", 0)):
        analyser = BatchAnalyser(parse_scope([scope]), entry_of, extra_of)
        for _ in range(3):  # the issuer is known after the first pass
            found = analyser.analyse(batch).hits
            assert [f.canonical for hit in found for f in hit.findings] == ["jane doe"] * hits


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789-.*_", max_size=260))
def test_any_host_is_read_without_harm(host: str) -> None:
    for name in people_in_host(host, (*DOMAINS, "a.b")):
        assert name.strip()
