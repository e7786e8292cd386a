"""Unreadable parts of readable certificates: searched by their strings, in a scan as in `ctscan inspect`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.certs import (
    GeneralNameSpec,
    extension,
    make_certificate,
    make_precert,
    string,
    tlv,
)
from support.logs import LogBuilder

from ctscan.ct.extra_data import extra_of
from ctscan.ct.wire import cut_tile, entry_of
from ctscan.model import BatchResult
from ctscan.personal.analyse import analyse
from ctscan.personal.batch import BatchAnalyser
from ctscan.personal.rule_set import rule_set
from ctscan.personal.rules import find_personal_data
from ctscan.personal.scope import parse_scope
from ctscan.x509.certificate import read_certificate

ADDRESS = "jana.novak@example.org"
HOST = [("CN", "www.example.net")]
STRANGE = tlv(0x30, string(ADDRESS))
"""Element that is no general name, no attribute and no extension."""

BROKEN = {
    "general name": make_certificate(HOST, [("dns", "www.example.net"), STRANGE]),
    "subject": make_certificate(tlv(0x30, tlv(0x31, STRANGE))),
    "issuer": make_certificate(HOST, issuer=tlv(0x30, tlv(0x31, STRANGE))),
    "extension": make_certificate(HOST, extra=[STRANGE]),
    "key purpose": make_certificate(HOST, extra=[extension("2.5.29.37", STRANGE)]),
    "validity": make_certificate(HOST, not_after=STRANGE),
    "end": make_certificate(HOST) + STRANGE,
}


def found(der: bytes) -> list[tuple[str, str, str]]:
    findings, failures = find_personal_data(read_certificate(der))
    assert failures == ()
    return [(finding.rule, finding.path, finding.canonical) for finding in findings]


def scan(scope: str, *entries: bytes) -> BatchResult:
    log = LogBuilder()
    for der in entries:
        log.add_certificate(der)
    batch = cut_tile(log.data_tile(0, len(entries)), log.id, 0, len(entries))
    return BatchAnalyser(parse_scope([scope]), entry_of, extra_of).analyse(batch)


@pytest.mark.parametrize("what", BROKEN)
def test_an_address_in_a_broken_part_is_found_by_scan_and_inspect(what: str) -> None:
    clean = make_certificate(HOST, [("dns", "www.example.net")])
    result = scan("domain:example.org", clean, BROKEN[what], clean)
    assert [(hit.entry.index, [f.canonical for f in hit.findings]) for hit in result.hits] == [(1, [ADDRESS])]
    assert result.unreadable == ()
    assert analyse(BROKEN[what]).findings == result.hits[0].findings
    (finding,) = result.hits[0].findings
    assert (finding.rule, finding.subject_kind.value) == ("email.salvaged", "unknown")
    assert finding.path in [problem.path for problem in result.hits[0].certificate.problems]


def test_the_scope_counts_for_what_is_salvaged_too() -> None:
    assert scan("domain:example.com", *BROKEN.values()).hits == ()
    assert len(scan(f"email:{ADDRESS}", *BROKEN.values()).hits) == len(BROKEN)


def test_a_precertificate_gives_what_its_certificate_gives() -> None:
    made = make_precert(HOST, [STRANGE])
    assert analyse(made.tbs).findings == analyse(made.final).findings != ()


def test_what_was_read_is_not_told_again() -> None:
    san: list[GeneralNameSpec] = [("email", ADDRESS), STRANGE, tlv(0x30, string("jan@example.com"))]
    assert found(make_certificate(HOST, san)) == [
        ("email.rfc822Name", "san.0.rfc822Name", ADDRESS),
        ("email.salvaged", "san.2", "jan@example.com"),
    ]


def test_the_smallest_part_that_holds_it_is_its_place() -> None:
    cut_off = tlv(0x30, STRANGE + b"\x82\x20www.example.net")
    assert found(make_certificate(HOST, extensions=[extension("2.5.29.17", cut_off)])) == [
        ("email.salvaged", "san.0", ADDRESS)
    ]


def test_roles_are_told_from_people() -> None:
    der = make_certificate(HOST, [tlv(0x30, string("postmaster@example.org"))])
    assert [f.subject_kind.value for f in analyse(der).findings] == ["role"]


def test_an_issuer_with_text_inside_a_value_is_never_taken_for_impersonal() -> None:
    issuer = [("O", "Example Trust"), ("postalAddress", tlv(0x30, string(ADDRESS)), "raw")]
    ders = [make_certificate(HOST, issuer=issuer, serial=serial) for serial in (1, 2, 3)]
    assert len(scan("domain:example.org", *ders).hits) == 3


def test_lines_of_a_postal_address_are_searched_one_by_one() -> None:
    lines = (string("c/o jana.novak"), string("@example.org"), string(ADDRESS, "universal"), string(ADDRESS, "bmp"))
    for value in (tlv(0x30, *lines), tlv(0x31, tlv(0x30, *lines))):
        der = make_certificate([("postalAddress", value, "raw")])
        assert found(der) == [("email.text", "subject.0.postalAddress", ADDRESS)]


def test_ranges_read_before_count_as_read_with_older_rules() -> None:
    versions = {rule.id: rule.version for rule in rule_set().rules}
    assert versions["email.salvaged"] >= 3  # 1: unparsable certificates; 2: unreadable parts too
    assert versions["email.text"] >= 4


def test_a_text_rule_that_fails_is_one_problem_and_the_others_go_on(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[2]); import ctscan.personal.rules as rules;"
        "rules.__path__.append(sys.argv[1]); from ctscan.x509.certificate import read_certificate;"
        "findings, problems = rules.find_personal_data(read_certificate(sys.stdin.buffer.read()));"
        "print(len(findings), *(problem.path + ' ' + problem.what for problem in problems), sep='|')"
    )
    (tmp_path / "broken.py").write_text(
        "from ctscan.personal.rules import text_rule\n"
        "@text_rule(id='a.broken', version=1, category='user.name', kinds=('name',), cites=('RFC 5280',))\n"
        "def broken(strings):\n    '''Breaks.'''\n    raise KeyError(next(iter(strings)))\n"
    )
    der = make_certificate(HOST, [STRANGE, STRANGE])
    arguments = [sys.executable, "-c", code, str(tmp_path), str(Path(__file__).parents[1])]
    out = subprocess.run(arguments, input=der, capture_output=True, check=True).stdout.decode()
    assert out.startswith("1|rule a.broken the rule failed (KeyError)")
    assert out.count("|") == 1
    assert "jana" not in out


HOSTILE = {
    "extensions": (make_certificate(HOST, extensions=[tlv(0x05)] * 20_000), 0),
    "general names": (make_certificate(HOST, [tlv(0x05)] * 20_000), 0),
    "addresses": (make_certificate(HOST, [tlv(0x30, string("a@b.example " * 20_000))]), 3),  # long runs are cut
    "nesting": (make_certificate(HOST, [b"\xa1\x80" * 100_000]), 0),
    "lengths that lie": (make_certificate(HOST, [tlv(0x30, (b"\xc3\x85 " + b"a" * 32) * 8_000)]), 0),
    "attributes": (make_certificate(tlv(0x30, *[tlv(0x31, tlv(0x30, string("x")))] * 10_000)), 0),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_certificates_give_no_more_than_they_hold(what: str) -> None:
    der, most = HOSTILE[what]
    inspected = analyse(der)
    assert inspected.problems
    assert len(inspected.findings) <= most
