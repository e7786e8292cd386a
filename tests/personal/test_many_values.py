"""Certificates with very many or very long values: every person in them is found, or the certificate is partly read."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from support.certs import extension, general_name, length, make_certificate, make_precert, name, oid, string, tlv
from support.logs import LogBuilder

from ctscan.ct.extra_data import extra_of
from ctscan.ct.wire import cut_tile, entry_of
from ctscan.model import BatchResult, LookupKey
from ctscan.personal.analyse import Analysis, analyse
from ctscan.personal.batch import BatchAnalyser
from ctscan.personal.normalise.name_tokens import MAX_TEXT, name_keys
from ctscan.personal.prefilter.filter import Prefilter
from ctscan.personal.scope import parse_scope
from ctscan.x509.certificate import read_certificate

MANY = 30_000
HOST = [("CN", "www.example.net")]


def nested(depth: int, inner: bytes) -> bytes:
    """Encode SEQUENCEs within each other."""
    for _ in range(depth):
        inner = tlv(0x30, inner)
    return inner


DEEP = make_certificate(HOST, extra=[extension("1.2.3", nested(40, string("jane@example.org")))])
"""Certificate of a structure that is deeper than the reader goes."""


def with_addresses(count: int) -> bytes:
    """Make a certificate with as many addresses among its alternative names."""
    names = (f"jane{number}@example.org".encode() for number in range(count))
    listed = b"".join(b"\x81" + length(len(one)) + one for one in names)
    return make_certificate(HOST, extensions=[extension("2.5.29.17", tlv(0x30, listed))])


def addresses(found: Analysis) -> set[str]:
    """Return the addresses by which the certificate is found."""
    return {key.key for finding in found.findings for key in finding.keys if key.kind == "email"}


def keys(found: Analysis) -> set[LookupKey]:
    return {key for finding in found.findings for key in finding.keys}


def reasons(found: Analysis) -> list[str]:
    return [problem.what for problem in found.problems if problem.is_cut]


def test_every_address_of_thirty_thousand_is_found() -> None:
    found = analyse(with_addresses(MANY))
    assert len(addresses(found)) == MANY
    assert {f"jane{number}@example.org" for number in (0, 20_000, MANY - 1)} <= addresses(found)
    assert not found.partly_read


@pytest.mark.long
def test_every_address_of_two_hundred_thousand_is_found() -> None:
    found = analyse(with_addresses(200_000))
    assert len(addresses(found)) == 200_000
    assert not found.partly_read


@pytest.mark.long
def test_beyond_the_bound_a_certificate_is_partly_read() -> None:
    found = analyse(with_addresses(300_000))
    assert len(addresses(found)) > 200_000
    assert found.partly_read


def test_every_address_of_many_in_broken_octets_is_found() -> None:
    listed = " ".join(f"jane{number}@example.org" for number in range(12_000))
    for broken in (listed.encode(), make_certificate(HOST, [tlv(0x30, string(listed))])):
        found = analyse(broken)
        assert len(addresses(found)) == 12_000
        assert not found.partly_read


def test_every_attribute_of_a_long_name_is_found() -> None:
    subject = [("emailAddress", f"jane{number}@example.org") for number in range(3_000)]
    found = analyse(make_certificate([*HOST, *subject, ("GN", "Zoe"), ("O", "Example Ltd")]))
    assert len(addresses(found)) == 3_000
    assert LookupKey("name", "zoe") in keys(found)
    assert not found.partly_read
    assert parse_scope(["organisation:Example Ltd"]).keeps(found.findings, found.certificate)


LISTS = {
    "addresses in one text": ("O", " ".join(f"j{n}@example.org" for n in range(5_000)), "email", "j4999@example.org"),
    "words of a name": ("GN", " ".join(f"Jane{n:03}x" for n in range(500)), "name", "jane499x"),
    "a name of a long text": ("SN", "Ann " * 400 + "Zoe", "name", "zoe"),
    "telephone numbers": ("telephoneNumber", "/".join(f"+49 309018{n:05}" for n in range(9)), "phone", "4930901800008"),
    "a number in a long text": ("OU", "x" * 5_000 + " PESEL 44051401359", "number", "44051401359"),
}  # fmt: skip


@pytest.mark.parametrize("what", LISTS)
def test_no_value_of_a_list_is_lost(what: str) -> None:
    attribute, text, kind, key = LISTS[what]
    found = analyse(make_certificate([("C", "PL"), (attribute, text)]))
    assert LookupKey(kind, key) in keys(found)
    assert not found.partly_read


CUT = {
    "structures within each other": DEEP,
    "names within each other": make_certificate(
        [("2.5.4.32", name([("2.5.4.32", name([("2.5.4.32", name([("2.5.4.32", name([("2.5.4.32", name([
            ("2.5.4.32", name([("GN", "Jane")]), "raw")]), "raw")]), "raw")]), "raw")]), "raw")]), "raw")]
    ),
    "indefinite lengths": make_certificate(HOST, extra=[extension("1.2.3", b"\x30\x80" * 40 + b"\x02\x01\x01")]),
    "telephone numbers": make_certificate([("telephoneNumber", " / ".join(["+49 30 90180000"] * 100))]),
    "a long name": make_certificate([("GN", "Jane " * MAX_TEXT)]),
    "problems": make_certificate(HOST, [tlv(0x05)] * 2_100),
}  # fmt: skip


@pytest.mark.parametrize("what", CUT)
def test_a_part_that_is_left_unread_makes_the_certificate_partly_read(what: str) -> None:
    found = analyse(CUT[what])
    assert found.partly_read
    assert reasons(found)
    assert not any("Jane" in reason for reason in reasons(found))


def test_what_is_broken_and_searched_by_its_strings_is_not_partly_read() -> None:
    for broken in (b"jane@example.org is not DER", make_certificate(HOST, [tlv(0x30, string("jane@example.org"))])):
        found = analyse(broken)
        assert found.problems
        assert not found.partly_read


def scanned(scope: str, *ders: bytes) -> BatchResult:
    log = LogBuilder()
    for der in ders:
        log.add_certificate(der)
    batch = cut_tile(log.data_tile(0, len(ders)), log.id, 0, len(ders))
    return BatchAnalyser(parse_scope([scope]), entry_of, extra_of).analyse(batch)


def test_a_scan_keeps_what_is_partly_read_whatever_its_scope_is() -> None:
    plain = make_certificate(HOST, [("email", "jane@example.org")])
    result = scanned("domain:example.com", plain, DEEP)
    assert [(hit.entry.index, hit.findings, hit.partly_read) for hit in result.hits] == [(1, (), True)]
    (hit,) = scanned("domain:example.org", DEEP).hits
    assert hit.findings
    assert hit.partly_read


def test_the_prefilter_never_drops_what_is_partly_read() -> None:
    for der in (*CUT.values(), *(make_precert(HOST, extra=[deep]).tbs for deep in deep_extensions())):
        prefilter = Prefilter()
        for is_tbs in (False, True):
            found = analyse(der)
            if found.certificate is not None:
                prefilter.learn_issuer(found.certificate.issuer.raw)
            assert not prefilter.is_impersonal(der, 0, len(der), is_tbs)


def deep_extensions() -> Iterable[bytes]:
    for dotted in ("2.5.29.32", "2.5.29.31", "1.3.6.1.5.5.7.1.1", "2.5.29.19", "1.2.3"):
        yield extension(dotted, nested(40, string("jane@example.org")))


def test_more_keys_of_a_long_name_change_no_key_of_a_short_one() -> None:
    assert [key.key for key in name_keys("Müller, Zoë")] == ["mueller", "muller", "zoe"]


def test_windows_of_a_name_hold_all_of_its_attributes_in_order() -> None:
    subject = [("CN", f"n{number}") for number in range(600)]
    read = read_certificate(make_certificate(subject)).subject
    assert len(read.windows) == 3
    texts = [a.text.value for window in read.windows for a in window.attributes if a.text is not None]
    assert texts == [text for _, text in subject]
    assert {window.raw for window in read.windows} == {read.raw}


def test_a_deep_general_name_says_where_it_was_cut() -> None:
    der = make_certificate(HOST, [general_name(("other", "1.2.3", nested(40, oid("1.2.3"))))])
    (problem,) = [problem for problem in analyse(der).problems if problem.is_cut]
    assert problem.path == "san.0.1.2.3"
