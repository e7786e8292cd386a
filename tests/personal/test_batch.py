from __future__ import annotations

import dataclasses
import hashlib

import pytest
from msgspec.structs import replace
from support import certs
from support.certs import Precert, extension, make_certificate, make_precert, string, tlv
from support.logs import LogBuilder, timestamped_x509

from ctscan.ct.extra_data import extra_of
from ctscan.ct.wire import cut_get_entries, cut_tile, entry_of
from ctscan.model import Batch, BatchResult, EntryKind, Hit
from ctscan.personal.batch import BatchAnalyser
from ctscan.personal.scope import Scope, parse_scope

EVERYTHING = parse_scope([], everything=True)
ADDRESS = "jana.novak@example.org"
HOST = [("CN", "www.example.org")]
HOSTS = [("dns", "www.example.org")]
MAIL = [("email", ADDRESS)]
KEY_HASH = bytes(range(32))
BROKEN = b"\x30\x82\x7f\xff\x30\x05" + string("jana.novak@example.org", "ia5") + b"\x02"


def batch_of(*entries: bytes | Precert) -> Batch:
    """Build a tile of certificates (bytes) and precertificates, with entry 0 first."""
    log = LogBuilder()
    for entry in entries:
        if isinstance(entry, Precert):
            log.add_precert(entry.tbs, KEY_HASH, entry.submitted)
        else:
            log.add_certificate(entry)
    return cut_tile(log.data_tile(0, len(entries)), log.id, 0, len(entries))


def analyse(batch: Batch, scope: Scope = EVERYTHING) -> BatchResult:
    return BatchAnalyser(scope, entry_of, extra_of).analyse(batch)


def values(hit: Hit) -> set[tuple[str, str]]:
    return {(finding.path, finding.canonical) for finding in hit.findings}


def test_a_certificate_with_an_address_is_a_hit() -> None:
    der = make_certificate(HOST, [*HOSTS, *MAIL])
    result = analyse(batch_of(make_certificate(HOST, HOSTS), der))
    (hit,) = result.hits
    assert (hit.entry.index, hit.entry.kind, hit.entry.der, hit.submitted) == (1, EntryKind.X509, der, b"")
    assert hit.certificate.sha256 == hashlib.sha256(der).digest()
    assert values(hit) == {("san.1.rfc822Name", ADDRESS)}
    assert (result.entries, result.unreadable) == (2, ())


def test_hosts_of_an_issuer_are_candidates_until_it_is_known() -> None:
    analyser = BatchAnalyser(EVERYTHING, entry_of, extra_of)
    batch = batch_of(*(make_certificate(HOST, HOSTS, serial=i) for i in range(1, 6)))
    assert (analyser.analyse(batch).candidates, analyser.analyse(batch).candidates) == (1, 0)


@pytest.mark.parametrize(
    "issuer",
    [
        [("CN", "Example CA"), ("emailAddress", "pki@example.net")],
        [("CN", "Example CA"), ("GN", "Jana")],
        tlv(0x30, tlv(0x31), tlv(0x31, certs.attribute(("CN", "Example CA")))),
    ],
)
def test_an_issuer_with_findings_or_problems_is_never_known(issuer: list[certs.RdnSpec] | bytes) -> None:
    analyser = BatchAnalyser(EVERYTHING, entry_of, extra_of)
    batch = batch_of(*(make_certificate(HOST, HOSTS, serial=i, issuer=issuer) for i in range(1, 6)))
    assert [analyser.analyse(batch).candidates for _ in range(2)] == [5, 5]


def test_a_precertificate_is_kept_with_what_was_submitted() -> None:
    made = make_precert(HOST, MAIL)
    (hit,) = analyse(batch_of(made)).hits
    assert (hit.entry.kind, hit.entry.der, hit.submitted) == (EntryKind.PRECERT, made.tbs, made.submitted)
    assert hit.certificate.sha256 is None
    assert hit.entry.issuer_key_hash == KEY_HASH


OTHER = make_precert(HOST, MAIL, serial=2)
MADE = make_precert(HOST, MAIL)


@pytest.mark.parametrize("submitted", [OTHER.submitted, MADE.final, MADE.tbs, b"", b"\x30\x03abc", MADE.submitted[:50]])
def test_another_submitted_precertificate_is_not_believed(submitted: bytes) -> None:
    (hit,) = analyse(batch_of(dataclasses.replace(MADE, submitted=submitted))).hits
    assert hit.submitted == b""


def test_precertificate_and_certificate_have_one_identity() -> None:
    hits = analyse(batch_of(MADE, MADE.final)).hits
    assert len({hit.certificate.identity for hit in hits}) == 1


def test_extra_data_in_no_format_costs_only_the_extra_data() -> None:
    batch = batch_of(MADE)
    (hit,) = analyse(replace(batch, extra=b"", extras=[(0, 0)])).hits
    assert hit.submitted == b""


def test_out_of_scope_is_not_kept() -> None:
    batch = batch_of(make_certificate(HOST, MAIL), make_certificate([], [("email", "jan@example.com")]))
    result = analyse(batch, parse_scope(["domain:example.com"]))
    assert [hit.entry.index for hit in result.hits] == [1]
    assert (result.candidates, result.entries) == (2, 2)


def test_a_certificate_without_personal_data_is_no_hit_in_any_scope() -> None:
    result = analyse(batch_of(make_certificate([("OU", "Example"), *HOST], HOSTS)))
    assert (result.hits, result.unreadable, result.candidates) == ((), (), 1)


# --- unreadable ----------------------------------------------------------------------------------------------------


def test_an_unreadable_certificate_is_kept_with_what_its_strings_tell() -> None:
    batch = batch_of(BROKEN, make_certificate(HOST, MAIL))
    result = analyse(batch)
    (unreadable,) = result.unreadable
    start, end = batch.leaves[0]
    assert unreadable.leaf_hash == hashlib.sha256(b"\0\0\0" + batch.data[start:end]).digest()
    assert (unreadable.index, unreadable.log_id) == (0, batch.log_id)
    assert unreadable.entry is not None
    assert unreadable.entry.der == BROKEN
    assert [(finding.canonical, finding.path) for finding in unreadable.findings] == [(ADDRESS, "salvaged")]
    assert [hit.entry.index for hit in result.hits] == [1]


def test_an_unreadable_certificate_out_of_scope_leaves_no_bytes() -> None:
    (unreadable,) = analyse(batch_of(BROKEN), parse_scope(["domain:example.com"])).unreadable
    assert (unreadable.entry, unreadable.findings) == (None, ())
    assert unreadable.reason
    (kept,) = analyse(batch_of(BROKEN), parse_scope(["domain:example.org"])).unreadable
    assert kept.entry is not None
    assert kept.findings


@pytest.mark.parametrize("der", [b"", b"\x30", ADDRESS.encode(), BROKEN, b"\x30\x80" * 3_000, tlv(0x30, tlv(0x30))])
def test_no_bad_leaf_ends_a_scan_or_tells_its_content(der: bytes) -> None:
    result = analyse(batch_of(der, dataclasses.replace(MADE, tbs=der), make_certificate(HOST, MAIL)))
    assert [unreadable.index for unreadable in result.unreadable] == [0, 1]
    assert [hit.entry.index for hit in result.hits] == [2]
    assert not [unreadable for unreadable in result.unreadable if "example" in unreadable.reason]


def test_a_timestamped_entry_that_does_not_parse() -> None:
    log = LogBuilder(leaf_index=False)
    log.add_certificate(make_certificate(HOST, MAIL))
    log.add_raw(b"\0" + bytes(7) + b"\0\x07" + string(ADDRESS, "ia5"))
    result = analyse(cut_get_entries(log.get_entries(0, 2), log.id, 0, 2))
    (unreadable,) = result.unreadable
    assert (unreadable.index, unreadable.leaf_hash, unreadable.entry) == (1, log.hashes[1], None)
    assert [finding.canonical for finding in unreadable.findings] == [ADDRESS]
    assert [hit.entry.index for hit in result.hits] == [0]


def test_an_entry_from_the_far_future_is_unreadable_with_its_findings() -> None:
    log = LogBuilder(leaf_index=False)
    log.add_raw(timestamped_x509(make_certificate(HOST, MAIL), 2**63))
    (unreadable,) = analyse(cut_get_entries(log.get_entries(0, 1), log.id, 0, 1)).unreadable
    assert unreadable.entry is None
    assert [finding.canonical for finding in unreadable.findings] == [ADDRESS]


def test_a_broken_extension_does_not_hide_an_address() -> None:
    der = make_certificate(HOST, extensions=[extension("2.5.29.32", b"\x30\x7f"), certs.san_extension(MAIL)])
    (hit,) = analyse(batch_of(der)).hits
    assert hit.certificate.problems
    assert values(hit) == {("san.0.rfc822Name", ADDRESS)}
