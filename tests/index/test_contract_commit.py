"""Contract of an index for scan steps: ranges, entries and proofs, and their rewind."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from support.kept import (
    AT,
    LOG,
    NEWER_RULES,
    a_certificate_hit,
    a_gap,
    a_head,
    a_hit,
    a_log,
    a_name,
    an_advance,
    an_entry,
    an_unreadable,
    commit,
    digest,
    email_finding,
    later,
    name_finding,
    pending,
    pending_advance,
    proof,
    proving_advance,
    rewind,
    started,
    verified,
    with_result,
)

from ctscan.errors import IndexFault
from ctscan.index.protocols import Index
from ctscan.model import CompactRange, GapDetail, GapReason, Hit, LogState, LookupKey, Match, ScanStep

RunScenario = Callable[[Callable], None]


async def the_state(index: Index) -> LogState:
    state = await index.log_state(LOG.id)
    assert state is not None
    return state


async def find(index: Index, address: str) -> list[Match]:
    return await index.find_keys([LookupKey("email", address)], 10)


async def everything(index: Index) -> tuple[object, ...]:
    """Read every answer of an index, to compare two of its states."""
    evidence = [item async for item in index.evidence(None)]
    kept = [item async for item in index.kept()]
    matches = await index.find_keys([LookupKey("domain", "org.example.")], 1000)
    return await index.log_states(), await index.runs(100), evidence, kept, matches, await index.counts()


# --- coverage -----------------------------------------------------------------------------------------------------


def test_batches_in_a_row_become_one_range_with_the_last_edge(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        for start in range(0, 1024, 256):
            await commit(index, run_id, an_advance(start, start + 256))
        assert (await the_state(index)).verified == (verified(0, 1024),)

    scenario(work)


def test_a_range_that_bridges_two_merges_them(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        for start, end in ((512, 768), (0, 256), (1024, 1280)):
            await commit(index, run_id, an_advance(start, end))
        assert (await the_state(index)).verified == (verified(0, 256), verified(512, 768), verified(1024, 1280))
        await commit(index, run_id, an_advance(200, 1024))
        assert (await the_state(index)).verified == (verified(0, 1280),)
        await commit(index, run_id, an_advance(10, 20))
        assert (await the_state(index)).verified == (verified(0, 1280),)

    scenario(work)


def test_a_partial_tile_read_again_whole_extends_its_range(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, an_advance(0, 300))
        await commit(index, run_id, an_advance(256, 512))
        assert (await the_state(index)).verified == (verified(0, 512),)

    scenario(work)


def test_ranges_of_another_scope_or_other_rules_stay_apart(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await started(index, rules=NEWER_RULES)
        narrow = verified(0, 256, scope="domain:example.org")
        newer = verified(100, 300, rules=NEWER_RULES.version)
        for one in (narrow, newer, verified(256, 512)):
            await commit(index, run_id, an_advance(0, 0, verified=one))
        assert (await the_state(index)).verified == (narrow, newer, verified(256, 512))

    scenario(work)


def test_an_empty_range_keeps_a_proven_edge_until_reading_begins_there(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, an_advance(1000, 1000))
        assert (await the_state(index)).verified == (verified(1000, 1000),)
        await commit(index, run_id, an_advance(1000, 1256))
        assert (await the_state(index)).verified == (verified(1000, 1256),)

    scenario(work)


def test_a_range_with_unknown_rules_is_refused_whole(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        with pytest.raises(IndexFault, match="never recorded"):
            await commit(index, run_id, an_advance(0, 256, a_hit(1), verified=verified(0, 256, rules="unheard of")))
        assert (await the_state(index)).verified == ()
        assert (await index.counts())["certificates"] == 0

    scenario(work)


# --- the same step twice ------------------------------------------------------------------------------------------


def test_every_kind_of_step_can_be_done_twice(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        hit = Hit(an_entry(5), a_hit(5).certificate, (email_finding("jane@example.org"),), b"submitted precertificate")
        steps = [
            an_advance(0, 256, hit, unreadable=(an_unreadable(7), an_unreadable(8, email_finding("z@example.org")))),
            an_advance(256, 512, a_hit(300), proofs=(proof(300, a_head(512)),), candidates=9),
            an_advance(0, 0, verified=None, gaps=(a_gap(512, 768),), quarantine=((512, 768, b"raw" * 50),)),
            pending_advance(768, 800, a_hit(770)),
            pending_advance(768, 900, a_hit(850)),
            proving_advance(768, 900, [770, 850]),
        ]
        for step in steps:
            await commit(index, run_id, step)
            once = await everything(index)
            await commit(index, run_id, step)
            assert await everything(index) == once

    scenario(work)


def test_a_step_done_twice_counts_once(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        for _ in range(3):
            await commit(index, run_id, an_advance(0, 256, a_hit(1), candidates=4))
        (run,) = await index.runs(1)
        assert (run.entries, run.candidates, run.certificates) == (256, 4, 1)

    scenario(work)


# --- pending ranges -----------------------------------------------------------------------------------------------


def test_a_pending_range_grows_and_is_replaced_by_its_start(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        for end in (14, 24, 39):
            await commit(index, run_id, pending_advance(4, end))
            assert (await the_state(index)).pending == (pending(4, end),)
        edge = CompactRange(4, (digest("another edge"),))
        others = (pending(4, 34), pending(4, 39, salt="other"), pending(4, 9), replace(pending(4, 10), edge=edge))
        for other in others:
            await commit(index, run_id, ScanStep(LOG.id, AT, pending=other))
            assert (await the_state(index)).pending == (other,)
        await commit(index, run_id, ScanStep(LOG.id, AT, pending=pending(50, 60)))
        assert (await the_state(index)).pending == (others[-1], pending(50, 60))

    scenario(work)


def test_what_came_with_other_hashes_is_not_proven_by_new_ones(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, pending_advance(0, 100, a_hit(42, label="before")))
        await commit(
            index, run_id, with_result(ScanStep(LOG.id, AT, pending=pending(0, 100, salt="other")), hits=(a_hit(43),))
        )
        await commit(index, run_id, proving_advance(0, 100, [43]))
        assert [(item.entry.index, item.verified) async for item in index.evidence(None)] == [(43, True)]

    scenario(work)


def test_a_pending_entry_is_unverified_until_its_range_is_proven(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, pending_advance(0, 100, a_hit(42, email_finding("jane@example.org"))))
        (match,) = await find(index, "jane@example.org")
        assert [sighting.verified for sighting in match.sightings] == [False]
        assert await index.unproven(LOG.id, 0, 100) == [42]
        await commit(index, run_id, proving_advance(0, 100, [42]))
        (match,) = await find(index, "jane@example.org")
        assert [sighting.verified for sighting in match.sightings] == [True]
        assert await index.unproven(LOG.id, 0, 100) == []
        state = await the_state(index)
        assert (state.pending, state.verified) == ((), (verified(0, 100),))
        (evidence,) = [item async for item in index.evidence(None)]
        assert (evidence.verified, evidence.proof) == (True, proof(42, a_head(100)))

    scenario(work)


def test_a_range_proven_in_part_stays_pending_from_there(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, pending_advance(0, 100, a_hit(10), a_hit(90)))
        step = replace(proving_advance(0, 50, [10]), pending=pending(50, 100))
        await commit(index, run_id, step)
        assert await index.unproven(LOG.id, 0, 100) == [90]
        state = await the_state(index)
        assert (state.verified, state.pending) == ((verified(0, 50),), (pending(50, 100),))
        await rewind(index, LOG.id, 50)
        assert [item.entry.index async for item in index.evidence(None)] == [10]

    scenario(work)


def test_a_rewind_takes_back_what_came_with_the_range(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, an_advance(0, 100, a_hit(5, label="both"), a_certificate_hit(6, "kept")))
        before = await everything(index)
        hits = (a_hit(105, label="both"), a_hit(106, label="new"), a_certificate_hit(107, "both"))
        broken = (an_unreadable(108), an_unreadable(109, email_finding("z@example.org")))
        await commit(index, run_id, with_result(pending_advance(100, 200, *hits), unreadable=broken, entries=0))
        (match,) = await index.find_identity(digest("identity", "both"))
        assert match.certificate.sha256 is not None
        assert (await index.counts())["unreadable"] == 2
        await rewind(index, LOG.id, 100)
        after = await everything(index)
        assert replace(after[1][0], certificates=0) == replace(before[1][0], certificates=0)
        assert (after[0], after[2:]) == (before[0], before[2:])
        await rewind(index, LOG.id, 100)
        assert await everything(index) == after

    scenario(work)


def test_clearing_a_pending_range_without_proof_takes_it_back_too(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, pending_advance(0, 100, a_hit(5)))
        await commit(index, run_id, ScanStep(LOG.id, AT, clear_pending=0))
        assert (await the_state(index)).pending == ()
        assert (await index.counts())["certificates"] == 0

    scenario(work)


def test_reading_again_with_a_wider_scope_never_weakens_what_was_proven(scenario: RunScenario) -> None:
    """An unproven second reading of a proven range changes no proven entry and verifies no other entry."""

    async def work(index: Index) -> None:
        run_id = await started(index)
        narrow = verified(0, 100, scope="domain:example.org")
        jane = a_hit(42, email_finding("jane@example.org"), label="jane")
        await commit(index, run_id, an_advance(0, 100, jane, verified=narrow, proofs=(proof(42, a_head(100)),)))
        forged = a_hit(42, email_finding("forged@example.org"), label="forged")
        extra = a_hit(43, email_finding("extra@example.com"), label="extra")
        await commit(index, run_id, pending_advance(0, 100, forged, extra))
        assert await find(index, "forged@example.org") == []
        (match,) = await find(index, "extra@example.com")
        assert not match.sightings[0].verified
        (match,) = await find(index, "jane@example.org")
        assert match.sightings[0].verified
        await rewind(index, LOG.id, 0)
        assert await find(index, "extra@example.com") == []
        (evidence,) = [item async for item in index.evidence(None)]
        assert (evidence.entry, evidence.proof, evidence.verified) == (jane.entry, proof(42, a_head(100)), True)

    scenario(work)


def test_reading_again_with_newer_rules_renews_the_findings_of_proven_entries(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        newer_run = await started(index, rules=NEWER_RULES)
        await commit(index, run_id, an_advance(0, 100, a_hit(42, email_finding("jane@example.org"), label="jane")))
        again = a_hit(42, email_finding("jane@example.org"), name_finding("Jane Roe"), label="jane")
        await commit(index, newer_run, pending_advance(0, 100, again, rules=NEWER_RULES.version))
        (match,) = await find(index, "jane@example.org")
        assert match.findings == again.findings
        assert match.sightings[0].verified
        await rewind(index, LOG.id, 0)
        assert len(await find(index, "jane@example.org")) == 1

    scenario(work)


# --- gaps ---------------------------------------------------------------------------------------------------------


def test_neighbouring_holes_alike_are_one(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        for start in (0, 512, 256):
            await commit(index, run_id, ScanStep(LOG.id, AT, gaps=(a_gap(start, start + 256),)))
        assert (await the_state(index)).gaps == (a_gap(0, 768),)
        other = a_gap(768, 800, detail=GapDetail.UNAVAILABLE(detail="other"))
        await commit(index, run_id, ScanStep(LOG.id, AT, gaps=(other,)))
        assert (await the_state(index)).gaps == (a_gap(0, 768), other)

    scenario(work)


def test_the_newest_reason_of_a_hole_counts_and_tries_are_kept_for_the_same_reason(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, ScanStep(LOG.id, AT, gaps=(a_gap(0, 300, tries=4),)))
        pruned = a_gap(100, 200, reason=GapReason.PRUNED)
        await commit(index, run_id, ScanStep(LOG.id, AT, gaps=(pruned, a_gap(250, 300))))
        assert (await the_state(index)).gaps == (a_gap(0, 100, tries=4), pruned, a_gap(200, 300, tries=4))

    scenario(work)


def test_a_hole_is_filled_where_it_was_read(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, ScanStep(LOG.id, AT, gaps=(a_gap(0, 100), a_gap(200, 300))))
        await commit(index, run_id, an_advance(40, 60))
        await commit(index, run_id, an_advance(250, 400))
        await commit(index, run_id, an_advance(500, 600))
        assert (await the_state(index)).gaps == (a_gap(0, 40), a_gap(60, 100), a_gap(200, 250))
        await commit(index, run_id, an_advance(0, 240))
        assert (await the_state(index)).gaps == (a_gap(240, 250),)

    scenario(work)


def test_empty_ranges_make_and_cut_no_holes(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, ScanStep(LOG.id, AT, gaps=(a_gap(0, 100), a_gap(50, 50), a_gap(200, 200))))
        await commit(index, run_id, an_advance(60, 60))
        assert (await the_state(index)).gaps == (a_gap(0, 100),)

    scenario(work)


# --- entries ------------------------------------------------------------------------------------------------------


def test_a_precertificate_and_its_certificate_are_one_with_two_sightings(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, an_advance(0, 256, a_hit(7, label="jane")))
        (match,) = await index.find_identity(digest("identity", "jane"))
        assert match.certificate.sha256 is None
        whole = a_certificate_hit(300, "jane")
        await commit(index, run_id, an_advance(256, 512, whole))
        (match,) = await index.find_identity(digest("identity", "jane"))
        assert match.certificate.sha256 == whole.certificate.sha256
        assert [(s.index, str(s.kind)) for s in match.sightings] == [(300, "x509"), (7, "precert")]
        await commit(index, run_id, an_advance(512, 768, a_hit(600, label="jane")))
        (match,) = await index.find_identity(digest("identity", "jane"))
        assert match.certificate.sha256 == whole.certificate.sha256

    scenario(work)


def test_one_certificate_in_two_logs_is_one(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        other = a_log("Beispiel 2031")
        run_id = await started(index, LOG, other)
        await commit(index, run_id, an_advance(0, 256, a_hit(9, label="jane")))
        await commit(index, run_id, an_advance(0, 256, a_hit(9, label="jane", log=other), log=other))
        (match,) = await index.find_identity(digest("identity", "jane"))
        assert [(s.log, s.log_id, s.index) for s in match.sightings] == [
            ("Beispiel 2031", other.id, 9),
            ("Example 2031", LOG.id, 9),
        ]
        assert (await index.counts())["certificates"] == 1

    scenario(work)


def test_findings_are_renewed_by_other_rules_only(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await started(index, rules=NEWER_RULES)
        await commit(index, run_id, an_advance(0, 256, a_hit(1, email_finding("a@example.org"), label="x")))
        await commit(index, run_id, an_advance(256, 512, a_hit(300, email_finding("b@example.org"), label="x")))
        assert len(await find(index, "a@example.org")) == 1
        assert await find(index, "b@example.org") == []
        newer = verified(512, 768, rules=NEWER_RULES.version)
        step = an_advance(512, 768, a_hit(600, email_finding("b@example.org"), label="x"), verified=newer)
        await commit(index, run_id, step)
        assert await find(index, "a@example.org") == []
        assert len(await find(index, "b@example.org")) == 1

    scenario(work)


def test_an_unreadable_entry_in_scope_is_found_by_what_could_be_salvaged(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        broken = an_unreadable(8, email_finding("zoe@example.org"))
        step = an_advance(0, 256, unreadable=(an_unreadable(7), broken), proofs=(proof(8, a_head(256)),))
        await commit(index, run_id, step)
        counts = await index.counts()
        assert (counts["unreadable"], counts["certificates"], counts["sightings"]) == (2, 1, 1)
        (match,) = await find(index, "zoe@example.org")
        assert match.findings == broken.findings
        assert (match.certificate.issuer, match.certificate.serial, match.certificate.also) == ("", "", ())
        assert match.sightings[0].verified
        (evidence,) = [item async for item in index.evidence(None)]
        assert (evidence.entry, evidence.proof) == (broken.entry, proof(8, a_head(256)))

    scenario(work)


def test_an_entry_that_a_better_reader_can_read_moves_to_its_certificate(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await started(index, rules=NEWER_RULES)
        broken = an_unreadable(8, email_finding("zoe@example.org"))
        await commit(index, run_id, an_advance(0, 256, unreadable=(broken,)))
        assert broken.entry is not None
        read = replace(a_hit(8, email_finding("zoe@example.org"), name_finding("Zoë Roe")), entry=broken.entry)
        step = an_advance(0, 256, read, verified=verified(0, 256, rules=NEWER_RULES.version))
        await commit(index, run_id, step)
        (match,) = await find(index, "zoe@example.org")
        assert (match.certificate.identity, len(match.findings)) == (read.certificate.identity, 2)
        counts = await index.counts()
        assert (counts["unreadable"], counts["certificates"], counts["sightings"]) == (0, 1, 1)

    scenario(work)


def test_hostile_values_are_kept_or_replaced_but_never_stop_a_log(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        odd = "jane\udc80\0 ros\u0301e\u202e@example.org"
        finding = replace(email_finding("x@example.org"), value=odd, keys=(LookupKey("email", odd),) * 2)
        hit = a_hit(1, finding, issuer=a_name("CA \ud800"), serial=b"\0\0\xab", not_before=None)
        hit = replace(hit, entry=replace(hit.entry, timestamp=2**64 - 1, extensions=b"x" * 65535))
        await commit(index, run_id, an_advance(0, 256, hit))
        (match,) = await find(index, odd)
        assert match.findings[0].value == odd.replace("\udc80", "\ufffd")
        assert match.sightings[0].timestamp == 2**64 - 1
        assert (match.certificate.serial, match.certificate.not_before) == ("ab", None)
        (evidence,) = [item async for item in index.evidence(None)]
        assert evidence.entry == hit.entry
        with pytest.raises(IndexFault, match="63 bits"):
            await commit(index, run_id, an_advance(0, 2**64))

    scenario(work)


# --- retention ----------------------------------------------------------------------------------------------------


def test_quarantined_bytes_go_when_their_time_is_over(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        for day, start in enumerate((0, 256, 512)):
            raw = ((start, start + 256, b"raw bytes" * 100),)
            await commit(index, run_id, ScanStep(LOG.id, later(day * 86400), quarantine=raw))
        assert (await index.counts())["quarantined"] == 3
        assert await index.purge_quarantine(later(86400)) == 1
        assert await index.purge_quarantine(later(86400)) == 0
        assert await index.purge_quarantine(later(10 * 86400)) == 2

    scenario(work)
