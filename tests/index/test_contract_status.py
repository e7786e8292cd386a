"""Contract of an index for certificate status: issuers, revocations, CRLs, authorities."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.kept import (
    AT,
    LOG,
    a_certificate_hit,
    a_crl,
    a_hit,
    a_repository_hit,
    a_repository_precert,
    a_revocation,
    an_advance,
    an_authority,
    an_entry,
    an_issuer,
    an_unreadable,
    commit,
    digest,
    email_finding,
    in_chain,
    later,
    pending_advance,
    proving_advance,
    rewind,
    searching,
    started,
    with_result,
)

from ctscan.errors import IndexFault
from ctscan.index.protocols import Index
from ctscan.index.sqlite import rows
from ctscan.model import (
    Authority,
    AuthorityList,
    EntryKind,
    KeptCertificate,
    LookupKey,
    Match,
    Revocation,
    RevocationState,
    StatusReason,
)

RunScenario = Callable[[Callable], None]

LIST = AuthorityList(AT, "https://ccadb.example.org/list.csv", 3)


async def match_of(index: Index, label: object) -> Match:
    (match,) = await index.find_identity(digest("identity", label))
    return match


async def kept(index: Index, *labels: object) -> list[KeptCertificate]:
    identities = [digest("identity", label) for label in labels] if labels else None
    return [certificate async for certificate in index.kept_certificates(identities)]


# --- issuers ------------------------------------------------------------------------------------------------------


def test_issuers_are_found_by_their_subject(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        old, cross, other = an_issuer(1), an_issuer(2, origin="AIA"), an_issuer(3, "other subject")
        await index.save_issuers([old, cross, other, old])
        assert await index.issuers(digest("subject")) == [old, cross]
        assert await index.issuers(digest("other subject")) == [other]
        assert await index.issuers(digest("unknown")) == []

    scenario(work)


def test_an_issuer_that_is_kept_stays_as_it_is(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        first = an_issuer()
        await index.save_issuers([first])
        await index.save_issuers([dataclasses.replace(first, origin="AIA")])
        await index.save_issuers([])
        assert await index.issuers(digest("subject")) == [first]

    scenario(work)


def test_issuers_come_with_the_step_that_brings_them(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        step = an_advance(0, 256, a_hit(5), issuers=(an_issuer(1), an_issuer(2)))
        for _ in range(2):
            await commit(index, run_id, step)
            assert await index.issuers(digest("subject")) == [an_issuer(1), an_issuer(2)]
        await commit(index, run_id, with_result(pending_advance(256, 260), issuers=(an_issuer(3),)))
        await rewind(index, LOG.id, 256)
        assert await index.issuers(digest("subject")) == [an_issuer(1), an_issuer(2), an_issuer(3)]

    scenario(work)


# --- revocations --------------------------------------------------------------------------------------------------


def test_each_source_has_its_say(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, an_advance(0, 256, a_hit(1), a_hit(2)))
        unknown = Revocation(RevocationState.UNKNOWN, "OCSP", later(5), why=StatusReason.NOT_A_RESPONSE())
        said = [a_revocation("crt.sh"), unknown, a_revocation("CRL")]
        await index.save_revocations([(digest("identity", 1), each) for each in said])
        assert (await match_of(index, 1)).revocations == (a_revocation("CRL"), unknown, a_revocation("crt.sh"))
        assert (await match_of(index, 2)).revocations == ()
        assert [certificate.revocations for certificate in await kept(index, 1)] == [
            (a_revocation("CRL"), unknown, a_revocation("crt.sh"))
        ]

    scenario(work)


def test_a_source_that_says_something_else_replaces_what_it_said(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await commit(index, await started(index), an_advance(0, 256, a_hit(1)))
        held = replace(a_revocation(), reason="certificateHold")
        released = Revocation(RevocationState.NOT_REVOKED, "CRL", later(99))
        for each in (held, released, released):
            await index.save_revocations([(digest("identity", 1), each)])
            assert (await match_of(index, 1)).revocations == (each,)

    scenario(work)


def test_a_revocation_goes_with_its_certificate(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await commit(index, await started(index), an_advance(0, 256, a_hit(1), a_hit(2)))
        await index.save_revocations([(digest("identity", i), a_revocation()) for i in (1, 77, 2)])
        assert (await match_of(index, 2)).revocations == (a_revocation(),)
        await index.replace_findings(digest("identity", 1), [], "rules-1")
        await commit(index, 1, an_advance(256, 512, a_hit(300, label=1)))
        assert (await match_of(index, 1)).revocations == ()

    scenario(work)


ZONES = st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))
EARLIEST, LATEST = (datetime(year, 6, 1) for year in (1, 9999))  # noqa: DTZ001 - the zone is drawn


@given(st.datetimes(EARLIEST, LATEST, timezones=ZONES))
def test_any_time_comes_back_as_the_same_moment(at: datetime) -> None:
    text = rows.time_text(at)
    assert rows.time_of(text) == at
    assert rows.time_of(text).tzinfo is not None  # type: ignore[union-attr]
    assert (text < rows.time_text(AT)) == (at < AT)


def test_texts_that_can_not_be_stored_and_times_of_other_zones_are_no_fault(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await commit(index, await started(index), an_advance(0, 256, a_hit(1)))
        elsewhere = later(0).astimezone(timezone(timedelta(hours=9)))
        odd = a_revocation(
            url="http://crl\ud800.example.org/", why=StatusReason.CLAIMED_ONLY(source="\udfff"), checked=elsewhere
        )
        await index.save_revocations([(digest("identity", 1), odd)])
        (stored,) = (await match_of(index, 1)).revocations
        assert (stored.url, stored.why, stored.checked) == (
            "http://crl\ufffd.example.org/",
            StatusReason.CLAIMED_ONLY(source="\ufffd"),
            later(0),
        )
        assert stored.checked.tzinfo is UTC
        crl = a_crl("http://crl\ud800.example.org/")
        await index.save_crl(crl)
        assert await index.crl(crl.url) == crl

    scenario(work)


# --- certificates to check ----------------------------------------------------------------------------------------


def test_the_certificate_itself_is_checked_where_it_was_seen(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, an_advance(0, 256, a_hit(1), a_hit(2), a_certificate_hit(3, 3)))
        await index.keep_found(await searching(index), [a_repository_hit(2), a_repository_precert(4)])
        key = digest("issuer key")
        assert await kept(index) == [
            KeptCertificate(digest("identity", 1), an_entry(1).der, EntryKind.PRECERT, (key,), ()),
            KeptCertificate(digest("identity", 2), a_repository_hit(2).leaf, EntryKind.X509, (key,), ()),
            KeptCertificate(digest("identity", 3), a_certificate_hit(3, 3).entry.der, EntryKind.X509, (), ()),
            KeptCertificate(
                digest("identity", 4), an_entry(4).der, EntryKind.PRECERT, (), (), (a_repository_precert(4).submitted,)
            ),
        ]
        assert await kept(index, 3, 77, 1, 3) == [(await kept(index))[0], (await kept(index))[2]]
        assert [certificate async for certificate in index.kept_certificates([])] == []

    scenario(work)


def test_only_what_is_in_the_tree_tells_the_key_of_the_issuer(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        other = a_hit(7, label=5)
        other = replace(other, entry=replace(other.entry, issuer_key_hash=digest("other key")))
        await commit(index, run_id, pending_advance(0, 10, a_hit(5), a_hit(6, label=5), other))
        assert [certificate.issuer_key_hashes for certificate in await kept(index)] == [()]
        await commit(index, run_id, proving_advance(0, 10))
        (certificate,) = await kept(index)
        assert sorted(certificate.issuer_key_hashes) == sorted((digest("issuer key"), digest("other key")))

    scenario(work)


def test_what_can_not_be_read_can_not_be_checked(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        broken = an_unreadable(70, email_finding("salvaged@example.org"))
        await commit(index, run_id, an_advance(0, 256, a_hit(1), unreadable=(broken,), chain_hits=(in_chain(2),)))
        assert [certificate.identity for certificate in await kept(index)] == [
            digest("identity", 1),
            digest("identity", "ca"),
        ]
        (match,) = await index.find_keys([LookupKey("email", "salvaged@example.org")], 10)
        assert [c async for c in index.kept_certificates([match.certificate.identity])] == []

    scenario(work)


def test_many_are_gone_through_whole_while_they_change(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, an_advance(0, 1024, *(a_hit(i) for i in range(450))))
        seen = []
        async for certificate in index.kept_certificates(None):
            seen.append(certificate.identity)
            await index.save_revocations([(certificate.identity, a_revocation())])
        assert seen == [digest("identity", i) for i in range(450)]
        asked = [identity async for identity in index.kept_certificates(seen)]
        assert [(c.identity, c.revocations) for c in asked] == [(identity, (a_revocation(),)) for identity in seen]

    scenario(work)


# --- lists of revoked certificates --------------------------------------------------------------------------------


def test_the_newest_list_from_a_url_is_kept(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        first = a_crl(der=bytes(range(256)) * 999)
        newer = a_crl(der=b"newer", fetched=later(4000), this_update=None, next_update=None)
        other = a_crl("http://crl.example.org/2.crl")
        for crl in (first, other):
            await index.save_crl(crl)
        assert [await index.crl(url) for url in (first.url, other.url, "")] == [first, other, None]
        await index.save_crl(newer)
        assert [await index.crl(url) for url in (first.url, other.url)] == [newer, other]

    scenario(work)


def test_lists_that_ran_out_or_that_nobody_fetches_any_more_go(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        lists = {
            "ran out": a_crl(next_update=later(3599)),
            "counts": a_crl(next_update=later(3600)),
            "endless": a_crl(next_update=None, fetched=later(99)),
            "endless, newer": a_crl(next_update=None, fetched=later(100)),
            "not fetched any more": a_crl(next_update=later(1e9), fetched=later(9)),
            "for a long time": a_crl(next_update=later(1e9), fetched=later(10)),
        }
        for url, crl in lists.items():
            await index.save_crl(replace(crl, url=url))
        assert await index.purge_crls(later(3600), later(100), later(10), 1 << 40) == 3
        left = [url for url in lists if await index.crl(url) is not None]
        assert left == ["counts", "endless, newer", "for a long time"]
        assert await index.purge_crls(later(3600), later(100), later(10), 1 << 40) == 0

    scenario(work)


def test_the_lists_fetched_longest_ago_go_when_there_are_too_many(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        noise = [b"".join(digest("noise", number, part) for part in range(4000)) for number in range(4)]  # 128 kB each
        order = (2, 0, 3, 1)
        for number in order:
            await index.save_crl(a_crl(str(number), noise[number], fetched=later(number)))
        assert await index.purge_crls(later(0), later(0), later(0), 300_000) == 2
        assert [await index.crl(str(number)) is not None for number in range(4)] == [False, False, True, True]

    scenario(work)


def test_a_list_larger_than_any_certificate_is_kept(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        large = a_crl(der=bytes((1 << 24) + 7))
        await index.save_crl(large)
        assert await index.crl(large.url) == large

    scenario(work)


def test_a_list_that_is_too_large_is_refused_and_the_old_one_stays(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await index.save_crl(a_crl())
        with pytest.raises(IndexFault, match="a CRL of 268,435,457 bytes was not kept"):
            await index.save_crl(a_crl(der=bytes((1 << 28) + 1)))
        assert await index.crl(a_crl().url) == a_crl()

    scenario(work)


# --- authorities --------------------------------------------------------------------------------------------------


def test_a_match_tells_who_runs_the_ca(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        keys = (b"key", b"key", b"", b"other key")
        hits = [a_hit(i, authority_key_id=key) for i, key in enumerate(keys, start=1)]
        await commit(index, await started(index), an_advance(0, 256, *hits))
        authorities = [
            an_authority("cross", b"key", status="Revoked"),
            an_authority("keyless", b""),
            an_authority("root", b"key", policies=(), contact="\ud800"),
        ]
        assert await index.authority_list() is None
        await index.save_authorities(authorities, LIST)
        assert await index.authority_list() == LIST
        assert [a.name for a in await index.authorities()] == [a.name for a in authorities]
        expected = (authorities[0], replace(authorities[2], contact="\ufffd"))
        assert [(await match_of(index, i)).authorities for i in (1, 2, 3, 4)] == [expected, expected, (), ()]

    scenario(work)


def test_a_new_list_replaces_the_old_one_whole(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await commit(index, await started(index), an_advance(0, 256, a_hit(1, authority_key_id=b"key")))
        await index.save_authorities([an_authority("old", b"key"), an_authority("both", b"key")], LIST)
        newer = replace(LIST, fetched=later(5), origin="list.csv")
        both: Authority = an_authority("both", b"key", owner="New Owner")
        for _ in range(2):
            await index.save_authorities([an_authority("both", b"key"), both], newer)
            assert await index.authority_list() == newer
            assert (await match_of(index, 1)).authorities == (both,)
        await index.save_authorities([], replace(newer, records=0))
        assert (await match_of(index, 1)).authorities == ()

    scenario(work)


def test_a_key_identifier_is_kept_once_it_is_known(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await index.save_authorities([an_authority(i, b"key %d" % i) for i in range(5)], LIST)
        await commit(index, run_id, an_advance(0, 256, *(a_hit(i) for i in range(3))))
        first, second = digest("identity", 0), digest("identity", 1)
        await index.save_key_ids([(first, b"key 0"), (second, b""), (b"unknown", b"key 0")])
        await index.save_key_ids([(first, b"key 4")])
        await commit(index, run_id, an_advance(256, 512, a_hit(300, label=2, authority_key_id=b"key 2")))
        found = [[a.key_id for a in (await match_of(index, i)).authorities] for i in range(3)]
        assert found == [[b"key 0"], [], [b"key 2"]]

    scenario(work)
