"""CA certificates in the chains of candidates: read once, kept in scope, never in the way of the entries."""

from __future__ import annotations

import hashlib

import pytest
from msgspec.structs import replace
from support.certs import make_certificate, make_precert, string
from support.logs import LogBuilder, timestamped_x509, u24

from ctscan.ct.extra_data import extra_of
from ctscan.ct.wire import cut_get_entries, cut_tile, entry_of
from ctscan.model import Batch, BatchResult, ChainHit, Entry
from ctscan.personal import chains
from ctscan.personal.batch import BatchAnalyser
from ctscan.personal.chains import ChainReader
from ctscan.personal.scope import Scope, parse_scope

EVERYTHING = parse_scope([], everything=True)
CONTACT = "ca.contact@example.net"
HOST, HOSTS = [("CN", "www.example.org")], [("dns", "www.example.org")]
ISSUING = make_certificate([("CN", "Example CA"), ("emailAddress", CONTACT)], ca=True)
ROOT = make_certificate([("CN", "Example Root")], ca=True, serial=2)
BROKEN = b"\x30\x82\x7f\xff\x30\x05" + string(CONTACT, "ia5") + b"\x02"


def host(serial: int = 1, issuer: str = "Example CA") -> bytes:
    der = make_certificate(HOST, HOSTS, serial=serial, issuer=[("CN", issuer)])
    assert isinstance(der, bytes)
    return der


def batch_of(*entries: tuple[bytes, tuple[bytes, ...]]) -> Batch:
    """Build an answer of get-entries: certificates with their chains."""
    log = LogBuilder(leaf_index=False)
    for der, chain in entries:
        log.add_certificate(der, chain=chain)
    return cut_get_entries(log.get_entries(0, log.size), log.id, 0, log.size)


def analyse(batch: Batch, scope: Scope = EVERYTHING) -> BatchResult:
    return BatchAnalyser(scope, entry_of, extra_of).analyse(batch)


def addresses(hits: list[ChainHit]) -> list[tuple[int, list[str]]]:
    return [(hit.index, [f.canonical for f in hit.findings if f.category == "user.contact.email"]) for hit in hits]


def test_the_contact_of_an_authority_is_found_with_the_first_entry_that_brings_it() -> None:
    batch = batch_of((host(1), (ISSUING, ROOT)), (host(2), (ISSUING, ROOT)))
    result = analyse(batch)
    (hit,) = result.chain_hits
    assert addresses([hit]) == [(0, [CONTACT])]
    assert (hit.log_id, hit.timestamp, hit.der, hit.reason) == (
        batch.log_id,
        entry_of(batch, 0).timestamp,
        ISSUING,
        "",
    )
    assert hit.certificate is not None
    assert hit.certificate.is_ca
    assert (result.hits, result.unreadable, result.candidates) == ((), (), 1)


def test_each_certificate_is_read_once_in_all_batches() -> None:
    analyser = BatchAnalyser(EVERYTHING, entry_of, extra_of)
    batches = [batch_of((host(n, f"Example CA {n}"), (ISSUING, ROOT))) for n in range(3)]
    assert [len(analyser.analyse(batch).chain_hits) for batch in batches] == [1, 0, 0]


def test_what_is_taken_back_is_found_again() -> None:
    analyser = BatchAnalyser(EVERYTHING, entry_of, extra_of)
    batch = batch_of((host(), (ISSUING,)))
    assert len(analyser.analyse(batch).chain_hits) == 1
    analyser.forget()
    again = analyser.analyse(batch)
    assert (again.candidates, len(again.chain_hits)) == (1, 1)


def test_the_chain_of_a_dropped_entry_is_not_looked_at() -> None:
    result = analyse(batch_of((host(1), ()), (host(2), (ISSUING,))))
    assert (result.candidates, result.chain_hits) == (1, ())


def test_a_precertificate_has_a_chain_too() -> None:
    made = make_precert(HOST, [("email", "jana@example.org")])
    log = LogBuilder(leaf_index=False)
    log.add_precert(made.tbs, bytes(32), made.submitted, chain=(ISSUING,))
    result = analyse(cut_get_entries(log.get_entries(0, 1), log.id, 0, 1))
    assert addresses(result.chain_hits) == [(0, [CONTACT])]
    assert result.hits[0].submitted == made.submitted


def test_tiles_name_issuers_by_fingerprints_alone() -> None:
    log = LogBuilder()
    log.add_certificate(host(), chain=(ISSUING,))
    assert analyse(cut_tile(log.data_tile(0, 1), log.id, 0, 1)).chain_hits == ()


@pytest.mark.parametrize(("scope", "kept"), [("domain:example.net", 1), ("domain:example.com", 0)])
def test_only_what_is_in_scope_is_kept(scope: str, kept: int) -> None:
    batch = batch_of((host(), (ISSUING, BROKEN)))
    assert len(analyse(batch, parse_scope([scope])).chain_hits) == 2 * kept


def test_what_can_not_be_read_is_kept_for_its_strings() -> None:
    (hit,) = analyse(batch_of((host(), (BROKEN,)))).chain_hits
    assert (hit.certificate, addresses([hit])) == (None, [(0, [CONTACT])])
    assert hit.reason
    assert "example" not in hit.reason


@pytest.mark.parametrize("der", [b"", b"\x30", b"\x30\x80" * 3_000, BROKEN[:6], ROOT[:60]])
def test_what_holds_nothing_readable_is_let_go_and_hides_nothing(der: bytes) -> None:
    person = make_certificate(HOST, [("email", "jana@example.org")])
    result = analyse(batch_of((person, (der, ISSUING, der))))
    assert addresses(result.chain_hits) == [(0, [CONTACT])]
    assert [hit.entry.index for hit in result.hits] == [0]


def test_an_issuer_is_not_learnt_from_an_entry_whose_chain_can_not_be_cut() -> None:
    log = LogBuilder(leaf_index=False)
    log.add_raw(timestamped_x509(host(1), 1), extra=b"\0\0\7abc")
    log.add_certificate(host(2), chain=(ISSUING,))
    result = analyse(cut_get_entries(log.get_entries(0, 2), log.id, 0, 2))
    assert (result.candidates, addresses(result.chain_hits)) == (2, [(1, [CONTACT])])


def test_nor_from_one_whose_own_time_can_not_be_told() -> None:
    log = LogBuilder(leaf_index=False)
    log.add_raw(timestamped_x509(host(1), 2**63), extra=u24(u24(ISSUING)))
    log.add_certificate(host(2), chain=(ISSUING,))
    result = analyse(cut_get_entries(log.get_entries(0, 2), log.id, 0, 2))
    assert (result.candidates, addresses(result.chain_hits)) == (2, [(1, [CONTACT])])


def test_garbled_extra_data_costs_the_chain_alone() -> None:
    batch = batch_of((make_certificate(HOST, [("email", "jana@example.org")]), (ISSUING,)))
    result = analyse(replace(batch, extra=b"", extras=[(0, 0)]))
    assert (result.chain_hits, len(result.hits)) == ((), 1)


def test_what_is_remembered_is_bounded() -> None:
    reader = ChainReader(EVERYTHING)

    def never() -> Entry:
        raise AssertionError("there is nothing to tell of")

    for number in range(0, chains.MAX_SEEN + 10, 1000):
        many = [number.to_bytes(4, "big") + i.to_bytes(4, "big") for i in range(1000)]
        assert reader.analyse(many, never) == []
    assert len(reader._seen) <= chains.MAX_SEEN
    assert hashlib.sha256(many[-1]).digest() in reader._seen
