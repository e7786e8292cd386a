"""Prefilter: it drops impersonal certificates, and never a certificate in which a rule finds something."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import certs
from support.both_paths import check_candidates, gives_the_same, tile_of
from support.certs import (
    GeneralNameSpec,
    RdnSpec,
    extension,
    indefinite_tlv,
    long_tlv,
    make_certificate,
    make_precert,
    make_tbs,
    oid,
    string,
    tlv,
)

from ctscan.errors import FormatError
from ctscan.model import Certificate
from ctscan.native_core import CORE
from ctscan.personal.prefilter import filter as module
from ctscan.personal.prefilter.filter import Prefilter
from ctscan.personal.rules import find_personal_data
from ctscan.x509.certificate import read_certificate, read_tbs

HOST = [("CN", "www.example.org")]
HOSTS: list[GeneralNameSpec] = [("dns", "www.example.org"), ("dns", "*.example.org")]
ISSUER = certs.name(certs.ISSUER)
TIMES = tlv(0x30, certs.moment(certs.NOT_BEFORE), certs.moment(certs.NOT_AFTER))
CRITICAL_SAN = certs.extension("2.5.29.17", certs.general_names(HOSTS), critical=True)


def knowing(*issuers: bytes) -> Prefilter:
    prefilter = Prefilter()
    for issuer in (ISSUER, *issuers):
        prefilter.learn_issuer(issuer)
    return prefilter


def drops(prefilter: Prefilter, der: bytes, precert: bool = False) -> bool:
    """Run the prefilter on `der` inside a buffer four times: learning must not change the decision.

    Where the native core is installed, it has to decide alike."""
    buffer = b"\x30\x82" + der + b"\x30\x82\x01"
    first = prefilter.is_impersonal(buffer, 2, 2 + len(der), precert)
    assert all(prefilter.is_impersonal(buffer, 2, 2 + len(der), precert) == first for _ in range(3))
    assert CORE is None or gives_the_same(der)
    return first


# --- dropped -------------------------------------------------------------------------------------------------------


def plain_extensions(*more: bytes) -> list[bytes]:
    return [certs.key_usage(), certs.san_extension(HOSTS), *more]


IMPERSONAL: dict[str, bytes] = {
    "host": make_certificate(HOST, HOSTS),
    "empty subject": make_certificate([], HOSTS),
    "critical SAN": make_certificate([], extensions=[certs.key_usage(), CRITICAL_SAN]),
    "no SAN": make_certificate(HOST),
    "wildcard": make_certificate([("CN", "*.example.org", "printable")], HOSTS),
    "hundred hosts": make_certificate(HOST, [("dns", f"host-{i}.example.org") for i in range(100)]),
    "very long host": make_certificate(HOST, [("dns", "a" * 60 + "." + "b" * 63 + "." + "c" * 63 + ".example.org")]),
    "organisation": make_certificate([("C", "XX"), ("ST", "X"), ("L", "Y"), ("O", "Example Ltd."), *HOST], HOSTS),
    "organisation alone": make_certificate([("C", "XX"), ("O", "Example, Inc", "printable")], HOSTS),
    "long key identifier": make_certificate(HOST, extra=[certs.subject_key_identifier(bytes(32))]),
    "SCT list": make_precert(HOST, HOSTS).final,
    "three SCTs": make_certificate(HOST, HOSTS, extra=[certs.sct_list(b"seed", 3)]),
    "SCTs first": make_precert(HOST, HOSTS, scts_at=0).final,
    "poison": make_precert(HOST, HOSTS).submitted,
    "serial and key of the largest kind": make_certificate(HOST, HOSTS, serial=2**159, spki=tlv(0x30, bytes(550))),
    "CPS": make_certificate(
        HOST,
        extensions=plain_extensions(
            certs.certificate_policies({"1.2.3": [certs.cps_qualifier("https://cps.example.net")]})
        ),
    ),
    "TLS feature": make_certificate(HOST, HOSTS, extra=[extension("1.3.6.1.5.5.7.1.24", b"\x30\x03\x02\x01\x05")]),
    "GeneralizedTime": make_certificate(HOST, HOSTS, not_after=b"\x18\x0f20500101000000Z"),
}


@pytest.mark.parametrize("what", IMPERSONAL)
def test_certificates_of_hosts_are_dropped(what: str) -> None:
    assert drops(knowing(), IMPERSONAL[what])
    assert find_personal_data(read_certificate(IMPERSONAL[what])) == ((), ())


def test_a_tbs_is_dropped_as_a_precertificate_only() -> None:
    tbs = make_tbs(HOST, HOSTS)
    assert drops(knowing(), tbs, precert=True)
    assert not drops(knowing(), tbs)
    assert not drops(knowing(), make_certificate(HOST, HOSTS), precert=True)


def test_an_issuer_is_dropped_once_it_was_examined() -> None:
    prefilter = Prefilter()
    der = make_certificate(HOST, HOSTS)
    assert not drops(prefilter, der)
    prefilter.learn_issuer(ISSUER)
    assert drops(prefilter, der)
    assert not drops(prefilter, make_certificate(HOST, HOSTS, issuer=[("CN", "Another CA")]))


def test_what_is_remembered_is_bounded() -> None:
    prefilter = knowing()
    for i in range(module.MAX_KNOWN + 10):
        uri = f"http://crl.example.net/{i}.crl"
        assert prefilter._is_impersonal_extension(certs.crl_distribution(uri))
    assert len(prefilter._known) <= module.MAX_KNOWN
    for i in range(module.MAX_ISSUERS + 10):
        prefilter.learn_issuer(certs.name([("CN", f"CA {i}")]))
    prefilter.learn_issuer(certs.name([("CN", "x" * module.MAX_ISSUER)]))
    assert len(prefilter._issuers) <= module.MAX_ISSUERS
    assert max(map(len, prefilter._issuers)) <= module.MAX_ISSUER


# --- never dropped -------------------------------------------------------------------------------------------------

ADDRESS = "jana.novak@example.org"
POLICIES = certs.certificate_policies({"1.2.3": [certs.user_notice(f"Contact {ADDRESS}")]})
AT_URI = f"http://crl.example.net/{ADDRESS}"

PERSONAL: dict[str, bytes] = {
    "subject mail": make_certificate([*HOST, ("emailAddress", ADDRESS)], HOSTS),
    "CN of a person": make_certificate([("CN", "Jana Novak")], HOSTS),
    "CN of one word": make_certificate([("CN", "jana")], HOSTS),
    "two attributes in one RDN": make_certificate([[("CN", "www.example.org"), ("GN", "Jana")]], HOSTS),
    "given name": make_certificate([*HOST, ("GN", "Jana")], HOSTS),
    "SAN mail": make_certificate(HOST, [*HOSTS, ("email", ADDRESS)]),
    "SAN mail first": make_certificate(HOST, [("email", ADDRESS), *HOSTS]),
    "second SAN": make_certificate(HOST, HOSTS, extra=[certs.san_extension([("email", ADDRESS)])]),
    "critical second SAN": make_certificate(
        HOST, HOSTS, extra=[extension("2.5.29.17", certs.general_names([("email", ADDRESS)]), critical=True)]
    ),
    "mail in dNSName": make_certificate(HOST, [("dns", ADDRESS)]),
    "mail in the second dNSName": make_certificate(HOST, [*HOSTS, ("dns", ADDRESS)]),
    "mail in a long dNSName": make_certificate(HOST, [("dns", "x" * 120 + ADDRESS)]),
    "directoryName": make_certificate(HOST, [*HOSTS, ("dir", [("CN", "Jana Novak")])]),
    "mail in a dNSName before a NUL": make_certificate(HOST, [("dns", ADDRESS + "\0.evil.example")]),
    "a dNSName with a NUL": make_certificate(HOST, [("dns", "www.example.org\0.evil.example")]),
    "a common name with a NUL": make_certificate([("CN", "www.example.org\0.evil.example")], HOSTS),
    "UPN": make_certificate(HOST, [("upn", ADDRESS)]),
    "SmtpUTF8Mailbox": make_certificate(HOST, [("smtp", "žofie@example.org")]),
    "issuer": make_certificate(HOST, HOSTS, issuer=[("CN", "Example CA"), ("emailAddress", ADDRESS)]),
    "issuer alternative name": make_certificate(
        HOST, HOSTS, extra=[extension("2.5.29.18", certs.general_names([("email", ADDRESS)]))]
    ),
    "user notice": make_certificate(HOST, HOSTS, extra=[POLICIES]),
    "comment": make_certificate(HOST, HOSTS, extra=[extension("2.16.840.1.113730.1.13", string(ADDRESS, "ia5"))]),
    "private extension": make_certificate(HOST, HOSTS, extra=[extension("1.3.6.1.4.1.99999.1", ADDRESS.encode())]),
    "CRL URI": make_certificate(HOST, HOSTS, extra=[certs.crl_distribution(AT_URI)]),
    "LDAP URI": make_certificate(HOST, HOSTS, extra=[certs.crl_distribution("ldap://example.org/CN=Jana")]),
    "AIA URI": make_certificate(HOST, HOSTS, extra=[certs.authority_information("http://ocsp.example.net", AT_URI)]),
    "AKI with issuer": make_certificate(
        HOST,
        HOSTS,
        extra=[certs.authority_key_identifier(bytes(20), tlv(0xA1, tlv(0xA4, certs.name([("CN", "Jana")]))))],
    ),
    "subject unique id": make_certificate(HOST, HOSTS, unique_ids=tlv(0x82, b"\0jana")),
    "key usage that holds text": make_certificate(HOST, HOSTS, extra=[extension("2.5.29.15", string(ADDRESS))]),
    "EKU that holds text": make_certificate(
        HOST, HOSTS, extra=[extension("2.5.29.37", tlv(0x30, oid("1.2.3"), string(ADDRESS)))]
    ),
    "basic constraints with a long number": make_certificate(
        HOST, HOSTS, extra=[extension("2.5.29.19", tlv(0x30, tlv(0x02, ADDRESS.encode())))]
    ),
    "trailing bytes in an extension": make_certificate(
        HOST, HOSTS, extra=[extension("2.5.29.15", tlv(0x03, b"\x05\xa0") + string(ADDRESS))]
    ),
    "trailing element in an Extension": make_certificate(
        HOST, HOSTS, extra=[tlv(0x30, oid("2.5.29.15"), tlv(0x04, tlv(0x03, b"\x05\xa0")), string(ADDRESS))]
    ),
    "trailing bytes": make_certificate(HOST, HOSTS) + string(ADDRESS),
    "a time that is text": make_certificate(HOST, HOSTS, not_after=string(ADDRESS)),
    "a UTCTime that is text": make_certificate(HOST, HOSTS, not_after=tlv(0x17, b"me@example.es")),
    "a GeneralizedTime that is text": make_certificate(HOST, HOSTS, not_after=tlv(0x18, b"you@example.org")),
    "a third time": make_certificate(HOST, HOSTS, not_after=certs.moment(certs.NOT_AFTER) + string(ADDRESS)),
    "EKU that ends in the middle": make_certificate(
        HOST, HOSTS, extra=[extension("2.5.29.37", tlv(0x30, tlv(0x06, ADDRESS.encode() + b"\x80")))]
    ),
    "policy that ends in the middle": make_certificate(
        HOST, HOSTS, extra=[extension("2.5.29.32", tlv(0x30, tlv(0x30, tlv(0x06, ADDRESS.encode() + b"\x80"))))]
    ),
    "EKU that is very long": make_certificate(
        HOST, HOSTS, extra=[extension("2.5.29.37", tlv(0x30, tlv(0x06, ADDRESS.encode() + bytes(300))))]
    ),
    "empty EKU": make_certificate(HOST, HOSTS, extra=[extension("2.5.29.37", tlv(0x30, tlv(0x06)))]),
    "no version": make_certificate(HOST, HOSTS).replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x01"),
}


INDIVIDUALS = [
    *("2.23.140.1.2.3", "0.4.0.194112.1.0", "0.4.0.194112.1.2", "2.16.840.1.101.3.2.1.3.13"),
    *(f"2.23.140.1.5.{kind}.{level}" for kind in (3, 4) for level in (1, 2, 3)),
]


@pytest.mark.parametrize("policy", INDIVIDUALS)
def test_an_organisation_under_a_policy_for_people_is_a_candidate(policy: str) -> None:
    extensions = plain_extensions(certs.certificate_policies([certs.DOMAIN_VALIDATED, policy]))
    assert not drops(knowing(), make_certificate([("C", "XX"), ("O", "Jana Novak"), *HOST], extensions=extensions))


@pytest.mark.parametrize(
    "name", ["Jana Novak e.K.", "Inh. Jana Novak", "Jana Novak, e. Kfr.", "Jana Novak (sole trader)"]
)
def test_an_organisation_with_the_mark_of_a_sole_trader_is_a_candidate(name: str) -> None:
    der = make_certificate([("C", "XX"), ("O", name), *HOST], HOSTS)
    assert not drops(knowing(), der)
    assert find_personal_data(read_certificate(der))[0]


@pytest.mark.skipif(CORE is None, reason="the native core is not installed")
@pytest.mark.parametrize("domains", [(), ("example.org",), ("example.net", "org")])
def test_the_native_core_decides_alike(domains: tuple[str, ...]) -> None:
    personal = [der for der in PERSONAL.values() if len(der) > 300]
    plain = [certs.extension(*one) for one in LONG_VALUES]
    found = [*IMPERSONAL.values(), *personal, *(make_certificate(HOST, HOSTS, extra=[one]) for one in plain)]
    candidates = check_candidates(tile_of(found), 2 * len(found), domains)
    assert len(candidates) < 2 * len(found) - 10 or domains


LONG_VALUES = [
    ("2.5.29.15", tlv(0x03, b"\0" + b"mail@" * 2)),
    ("1.3.6.1.5.5.7.1.24", tlv(0x30, tlv(0x02, bytes(9)))),
    ("2.5.29.32", tlv(0x30, tlv(0x30, tlv(0x06, b"\x2a\x80")))),
    ("2.5.29.32", tlv(0x30, tlv(0x30, tlv(0x06, b"\x2a" * 257)))),
    ("2.5.29.32", tlv(0x30, tlv(0x30, tlv(0x06, b"")))),
    ("2.5.29.37", tlv(0x30)),
    ("2.5.29.35", tlv(0x30)),
    ("2.5.29.31", tlv(0x30, tlv(0x30, tlv(0xA0, tlv(0xA0))))),
    ("1.3.6.1.4.1.11129.2.4.2", tlv(0x04, b"\0\1\0")),
    ("1.3.6.1.4.1.11129.2.4.2", tlv(0x04, b"\0\2\0")),
    ("1.3.6.1.4.1.11129.2.4.2", tlv(0x04, b"\0\0")),
]
"""Values at the edges of the layouts."""


SCOPES = [("example.org", "xn--bcher-kva.example"), (*(f"other-{i}.example" for i in range(200)), "example.org")]


@pytest.mark.parametrize("domains", SCOPES)
def test_a_host_of_a_domain_of_the_scope_makes_a_candidate(domains: tuple[str, ...]) -> None:
    at_home, elsewhere = Prefilter([*domains, "xn--bcher-kva.example"]), Prefilter(["example.com", "novak.example.org"])
    for prefilter in (at_home, elsewhere):
        prefilter.learn_issuer(ISSUER)
    long = "a" * 60 + "." + "b" * 63 + "." + "c" * 63 + ".example.org"
    for host in (
        *("jana-novak.example.org", "JANA-NOVAK.EXAMPLE.ORG", "xn--jana-novk-41a.xn--bcher-kva.example"),
        *("example.org", "jana.example.org.", "*.example.org", long, "x" * 44 + ".example.org"),
    ):
        for hosts in ([host], ["www.example.net", host], [host, "www.example.net"]):
            names: list[GeneralNameSpec] = [("dns", one) for one in hosts]
            for critical in (False, True):
                san = extension("2.5.29.17", certs.general_names(names), critical=critical)
                der = make_certificate([], extensions=[certs.key_usage(), san])
                assert not drops(at_home, der)
                assert drops(elsewhere, der)
    plain: list[list[RdnSpec]] = [[("CN", "jana-novak.example.org")], [*HOST, ("O", "x")], [("O", "x"), *HOST, *HOST]]
    for subject in plain:
        assert not drops(at_home, make_certificate(subject))
        assert drops(elsewhere, make_certificate(subject))
    for other in ("www.example.net", "wwwXexample.org", "wwwexample.org", "example.org.example.net", "org"):
        assert drops(at_home, make_certificate([], [("dns", other)]))


@pytest.mark.parametrize("size", [66, 126, 127, 128, 129, 130, 131, 253])
def test_a_host_that_is_a_long_domain_of_the_scope_makes_a_candidate(size: int) -> None:
    """A host of 128 octets or more has its length in several octets, one of which may be 0x82."""
    labels = "".join("." if at % 50 == 49 else "a" for at in range(size - len("b.example.org")))
    domain = f"{labels}b.example.org"
    at_home, elsewhere = Prefilter([domain, "example.com"]), Prefilter(["example.com", f"x{domain[1:]}"])
    for prefilter in (at_home, elsewhere):
        prefilter.learn_issuer(ISSUER)
    for hosts in ([domain], [f"{domain}."], ["www.example.net", domain], [domain, "www.example.net."]):
        der = make_certificate([], [("dns", host) for host in hosts])
        assert not drops(at_home, der)
        assert drops(elsewhere, der)


@pytest.mark.parametrize("what", PERSONAL)
def test_whatever_else_a_certificate_holds_makes_it_a_candidate(what: str) -> None:
    prefilter = knowing()
    for der in IMPERSONAL.values():
        assert drops(prefilter, der)
    assert not drops(prefilter, PERSONAL[what])


@pytest.mark.parametrize("kind", certs.STRING_TAGS)
@pytest.mark.parametrize("short", ["C", "L", "ST", "O", "CN", "OU", "emailAddress"])
@pytest.mark.parametrize("value", [ADDRESS, "jana\uff20example.org", "Jana Nováková"])
def test_an_address_in_any_attribute_and_string_type(kind: str, short: str, value: str) -> None:
    assert not drops(knowing(), make_certificate([(short, value, kind), *HOST], HOSTS))
    assert not drops(knowing(), make_certificate([*HOST, (short, value.encode(), kind)], HOSTS))


def test_a_san_whose_lengths_lie_is_a_candidate() -> None:
    host = b"www.example.org"
    for names in (
        b"\x82\x0e" + host,
        b"\x82\x10" + host,
        b"\x82\x07" + host + b"\x82\x17" + host,
        b"\x82\x20" + host + b"\x82\x0f" + host,
        b"\x82" + host,
        b"",
        b"\x82\x00",
        b"\x82\x81\x0f" + host,
        b"\x82\x9c" + b"x" * 0x9C,
        b"\x82\x81\xff" + b"x" * 0x9C,
    ):
        san = certs.extension("2.5.29.17", tlv(0x30, names))
        assert not drops(knowing(), make_certificate(HOST, extensions=[certs.key_usage(), san])), names.hex()


@pytest.mark.parametrize("last", [certs.key_usage(), certs.crl_distribution("http://crl.example.net"), CRITICAL_SAN])
def test_an_extension_that_runs_past_the_tbs_is_a_candidate(last: bytes) -> None:
    whole = make_tbs(HOST, extensions=[certs.basic_constraints(), last])
    prefilter = knowing()
    assert prefilter.is_impersonal(whole, 0, len(whole), True)
    for cut in range(1, len(last)):
        short = make_tbs(HOST, extensions=[certs.basic_constraints(), last[:-cut]])
        assert not prefilter.is_impersonal(short + last[-cut:], 0, len(short), True)


@pytest.mark.parametrize("digits", [(13, 11), (11, 13), (0, 24), (24, 0)])
def test_times_of_other_lengths_are_a_candidate(digits: tuple[int, int]) -> None:
    tbs = make_tbs(HOST, HOSTS)
    prefilter = knowing()
    assert prefilter.is_impersonal(tbs, 0, len(tbs), True)
    at = tbs.index(b"\x30\x1e\x17\x0d") + 4
    odd = tbs[:at] + b"1" * digits[0] + b"Z\x17\x0d" + b"1" * digits[1] + b"Z" + tbs[at + 28 :]
    assert len(odd) == len(tbs)
    assert not prefilter.is_impersonal(odd, 0, len(odd), True)


def test_a_tbs_that_ends_behind_a_known_issuer_is_a_candidate() -> None:
    issuer: list[RdnSpec] = [("O", "x" * 120), ("OU", "y" * 120), ("CN", "z" * 60)]
    whole = make_tbs(HOST, HOSTS, issuer=issuer)
    prefilter = knowing(certs.name(issuer))
    assert prefilter.is_impersonal(whole, 0, len(whole), True)
    end = whole.index(certs.name(issuer)) + len(certs.name(issuer))
    for more in range(3):
        short = tlv(0x30, whole[4:end] + bytes(more))
        assert not prefilter.is_impersonal(short, 0, len(short), True)


@pytest.mark.parametrize("subject", [[], HOST, [("O", "Example Ltd."), *HOST]])
def test_a_subject_that_is_no_sequence_is_a_candidate(subject: list[RdnSpec]) -> None:
    der = make_tbs(subject, HOSTS)
    at = der.index(TIMES) + len(TIMES)
    assert drops(knowing(), der, precert=True)
    for tag in (0x31, 0x04, 0x0C, 0xB0):
        assert not drops(knowing(), der[:at] + bytes((tag,)) + der[at + 1 :], precert=True)


def test_no_extensions_at_all_is_a_candidate_without_version_3() -> None:
    assert not drops(knowing(), certs.certificate(make_tbs(HOST, extensions=[]).replace(b"\xa3\x02\x30\x00", b"")))


def longer(tag: int, content: bytes) -> bytes:
    return long_tlv(tag, content, octets=3)


def test_every_length_but_the_shortest_is_a_candidate() -> None:
    """One element after the other gets a longer length. The prefilter misses it only where no rule searches for text:
    in the two algorithms (one OID each), and the four elements within the key."""
    der = make_precert(HOST, HOSTS).final
    prefilter = knowing()
    assert drops(prefilter, der)
    unnoticed = [i for i in range(count_elements(der)) if drops(prefilter, reencode_one(der, i, longer))]
    assert len(unnoticed) == 6


def test_every_length_but_the_shortest_in_an_extension_is_a_candidate() -> None:
    built = read_tbs(make_tbs(HOST, HOSTS)).extensions
    prefilter = knowing()
    assert len(built) == 9
    for one in built:
        plain = extension(one.oid, one.value, critical=one.critical)
        assert drops(prefilter, make_certificate(HOST, extensions=[certs.key_usage(), plain]))
        for i in range(count_elements(one.value)):
            changed = extension(one.oid, reencode_one(one.value, i, longer), critical=one.critical)
            assert not drops(prefilter, make_certificate(HOST, extensions=[certs.key_usage(), changed])), (one.oid, i)


def count_elements(der: bytes) -> int:
    closed: list[int] = []

    def count(tag: int, content: bytes) -> bytes:
        closed.append(tag)
        return tlv(tag, content)

    certs.reencode(der, count)
    return len(closed)


def reencode_one(der: bytes, position: int, form: Callable[[int, bytes], bytes]) -> bytes:
    """Give the element that closes as number `position` another length form; the enclosing elements grow with it."""
    closed = itertools.count()
    return certs.reencode(der, lambda tag, content: (form if next(closed) == position else tlv)(tag, content))


# --- soundness -----------------------------------------------------------------------------------------------------

TEXTS = [
    "www.example.org",
    "*.example.net",
    "Example Ltd",
    "Jana Nováková",
    "NOVAK,JANA",
    "jana",
    ADDRESS,
    "žofie@example.org",
]
TEXTS += [
    "Жанна Иванова",
    "李小龍",
    "xn--bcher-kva.example",
    "jana.novak",
    "a..b.example.org",
    "192.0.2.7",
    "",
    "Jana Novak 1234567890",
]
texts = st.sampled_from(TEXTS)
string_types = st.sampled_from(list(certs.STRING_TAGS))
attributes = st.tuples(st.sampled_from(list(certs.ATTRIBUTES)), texts, string_types)
strange = st.builds(tlv, st.sampled_from([0x05, 0x0C, 0x30, 0x5E, 0x81, 0x89, 0xA0, 0xA1]), st.builds(string, texts))
"""Elements with a text that belong nowhere, and elements that belong in a SAN."""
host_attributes = st.sampled_from(
    [
        ("CN", "www.example.org", "utf8"),
        ("CN", "jana-novak.example.org", "utf8"),
        ("C", "XX", "printable"),
        ("L", "Town", "utf8"),
        ("O", "Example Ltd", "utf8"),
        ("O", "Jana Novak", "utf8"),
        ("O", "Jana Novak e.K.", "printable"),
    ]
)
rdns: st.SearchStrategy[RdnSpec] = st.one_of(
    host_attributes,
    host_attributes,
    attributes,
    st.lists(attributes, min_size=1, max_size=2),
    st.tuples(st.sampled_from(list(certs.ATTRIBUTES)), strange, st.just("raw")),
)
names = st.lists(rdns, max_size=3)
general_names: st.SearchStrategy[GeneralNameSpec] = st.one_of(
    st.tuples(st.just("dns"), st.sampled_from(["www.example.org", "*.example.net", "x" * 63 + ".example.org"])),
    st.tuples(st.just("dns"), st.sampled_from(["www.example.org", "jana-novak.example.org"])),
    st.tuples(st.sampled_from(["email", "dns", "uri", "upn", "smtp"]), texts),
    st.tuples(st.just("dir"), names),
    strange,
    st.builds(
        certs.other_name, st.sampled_from([certs.UPN, certs.SMTP_UTF8_MAILBOX]), st.builds(string, texts, string_types)
    ),
)
policies = st.sampled_from([*[certs.DOMAIN_VALIDATED] * 6, *INDIVIDUALS, "0.4.0.194112.1.1", "0.4.0.1456.1.1"])
extra_extensions = st.sampled_from(
    [*(e for e in plain_extensions(POLICIES)), certs.sct_list(b"s"), certs.poison(), CRITICAL_SAN]
) | st.builds(extension, st.sampled_from(["2.5.29.17", "2.5.29.19", "2.5.29.37", "2.5.29.32"]), strange)


def length_form(draw: Callable[[], int]) -> Callable[[int, bytes], bytes]:
    """Choose DER for most elements, now and then a longer length, or an indefinite length."""

    def form(tag: int, content: bytes) -> bytes:
        choice = draw()
        if choice == 1:
            return long_tlv(tag, content)
        return indefinite_tlv(tag, content) if choice == 2 and tag & 0x20 else tlv(tag, content)

    return form


BLIND = {"certificate", "tbsCertificate", "serialNumber", "subjectPublicKeyInfo", "issuer", "subject", "san"}
"""Places of problems that could hide text; times and repeated extensions can't."""


def is_sound(prefilter: Prefilter, der: bytes, precert: bool, domains: tuple[str, ...] = ()) -> tuple[bool, bool]:
    """Return `(dropped, personal)`; fail when the prefilter drops a certificate in which a rule finds something."""
    dropped = drops(prefilter, der, precert)
    try:
        certificate: Certificate = (read_tbs if precert else read_certificate)(der)
    except FormatError:
        assert not dropped
        return dropped, False
    findings, failures = find_personal_data(certificate, domains)
    assert not failures
    assert not (dropped and findings)
    assert not (dropped and BLIND & {problem.path.partition(".")[0] for problem in certificate.problems})
    if not any(found.path.startswith("issuer") for found in [*findings, *certificate.problems]):
        prefilter.learn_issuer(certificate.issuer.raw)
    return dropped, bool(findings)


PREFILTER = knowing()  # shared by all examples: each tries the knowledge from the examples before
DOMAINS = ("example.org",)
AT_HOME = Prefilter(DOMAINS)
AT_HOME.learn_issuer(ISSUER)
OUTCOMES: Counter[tuple[bool, bool]] = Counter()


@settings(max_examples=400)
@given(st.data())
def try_any_certificate(data: st.DataObject) -> None:
    draw = data.draw
    plain = draw(st.booleans())
    arguments = {
        "subject": draw(st.lists(host_attributes, max_size=2)) if plain else draw(names),
        "san": HOSTS if plain and draw(st.booleans()) else draw(st.lists(general_names, max_size=3)),
        "issuer": certs.ISSUER if draw(st.booleans()) else draw(names),
        "eku": [draw(st.sampled_from([certs.SERVER_AUTH, certs.CLIENT_AUTH, certs.EMAIL_PROTECTION]))],
        "ca": draw(st.booleans()),
        "extra": [certs.certificate_policies([draw(policies)]), *draw(st.lists(extra_extensions, max_size=2))],
    }
    if draw(st.integers(0, 9)) == 0:
        arguments["not_after"] = draw(strange)
    precert = draw(st.booleans())
    der = make_tbs(**arguments) if precert else make_certificate(**arguments)
    if draw(st.integers(0, 3)) == 0:
        seeded = random.Random(draw(st.integers(0, 2**32)))
        der = certs.reencode(der, length_form(lambda: seeded.choices((0, 1, 2), (30, 1, 1))[0]))
    OUTCOMES[is_sound(PREFILTER, der, precert)] += 1
    is_sound(AT_HOME, der, precert, DOMAINS)


def test_what_any_rule_finds_is_let_through_among_examples_of_both_kinds() -> None:
    OUTCOMES.clear()
    try_any_certificate()
    assert OUTCOMES[True, False] > 20
    assert OUTCOMES[False, True] > 100


@settings(max_examples=300)
@given(st.data())
def test_damaged_certificates_of_hosts_are_let_through_or_still_impersonal(data: st.DataObject) -> None:
    der = bytearray(data.draw(st.sampled_from(list(IMPERSONAL.values()))))
    for _ in range(data.draw(st.integers(1, 4))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(
            st.integers(0, 255) | st.sampled_from(b"@\x16\x0c\x30\x81\x82\x80")
        )
    is_sound(PREFILTER, bytes(der), False)


@given(st.data())
def test_cut_off_anywhere_is_a_candidate(data: st.DataObject) -> None:
    der = data.draw(st.sampled_from(list(IMPERSONAL.values())))
    cut = data.draw(st.integers(0, len(der) - 1))
    assert not knowing().is_impersonal(der[:cut], 0, cut, False)
    assert not knowing().is_impersonal(der, 0, cut, False)
    assert not knowing().is_impersonal(der[:cut], 0, len(der), False)


labels = st.text("abcxyz019-", min_size=1, max_size=12)


@given(
    st.lists(labels, min_size=1, max_size=4), st.sampled_from(["", "*."]), st.sampled_from(sorted(certs.STRING_TAGS))
)
def test_a_common_name_that_passes_for_a_host_names_nobody(parts: list[str], star: str, kind: str) -> None:
    """A policy for natural persons changes nothing, although it makes a name of anything but a host."""
    extra = [certs.certificate_policies(["2.23.140.1.2.3"])]
    der = make_certificate([("CN", star + ".".join(parts), kind)], extensions=[certs.key_usage(), *extra])
    is_sound(knowing(), der, False)
