"""Contract of an index for certificates from chains: stored apart from entries, deleted with their entries."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pytest
from msgspec.structs import replace
from support.kept import (
    LOG,
    a_certificate_hit,
    a_head,
    a_hit,
    a_log,
    an_advance,
    commit,
    digest,
    email_finding,
    in_chain,
    later,
    pending,
    pending_advance,
    proof,
    proving_advance,
    rewind,
    started,
    verified,
    with_result,
)

from ctscan.index.protocols import Index
from ctscan.model import EntryKind, LookupKey, Match, ScanStep, Sighting

RunScenario = Callable[[Callable], None]
CONTACT = "contact@example.net"


async def find(index: Index, address: str = CONTACT) -> list[Match]:
    return await index.find_keys([LookupKey("email", address)], 10)


async def seen(index: Index) -> list[tuple[int, EntryKind, bool]]:
    return [(s.index, s.kind, s.verified) for match in await find(index) for s in match.sightings]


def test_a_certificate_of_a_chain_is_found_and_never_verified(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, an_advance(0, 256, chain_hits=(in_chain(5),)))
        (match,) = await find(index)
        assert match.certificate.is_ca
        assert match.findings == (email_finding(CONTACT),)
        assert match.sightings == (Sighting(LOG.name, LOG.id, 5, 1_900_000_000_005, EntryKind.CHAIN, False),)
        assert [m.certificate for m in await index.find_sha256(match.certificate.sha256 or b"")] == [match.certificate]
        assert [item async for item in index.evidence(None)] == []
        assert [kind async for _, _, kind in index.kept()] == ["x509"]
        assert await index.unproven(LOG.id, 0, 256) == []
        counts = await index.counts()
        assert (counts["certificates"], counts["sightings"], counts["sightings in chains"]) == (1, 0, 1)
        assert (await index.runs(1))[0].certificates == 0

    scenario(work)


def test_one_sighting_is_kept_for_each_log(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        other = a_log("Other 2031")
        run_id = await started(index, LOG, other)
        for start in range(0, 1024, 256):
            await commit(index, run_id, an_advance(start, start + 256, chain_hits=(in_chain(start + 7),)))
        await commit(
            index,
            run_id,
            an_advance(0, 256, log=other, chain_hits=(replace(in_chain(3), log_id=other.id, timestamp=1),)),
        )
        (match,) = await find(index)
        assert [(s.log, s.index) for s in match.sightings] == [(LOG.name, 7), (other.name, 3)]

    scenario(work)


def test_a_certificate_that_is_logged_itself_too_is_one(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        logged = replace(a_certificate_hit(300, "ca", email_finding(CONTACT)))
        await commit(index, run_id, an_advance(0, 256, chain_hits=(in_chain(5),)))
        await commit(index, run_id, an_advance(256, 512, logged, proofs=(proof(300, a_head(512)),)))
        (match,) = await find(index)
        assert await seen(index) == [(300, EntryKind.X509, True), (5, EntryKind.CHAIN, False)]
        assert match.certificate.sha256 == sha256(logged.entry.der).digest()
        assert [e.entry.index async for e in index.evidence(None)] == [300]
        assert (await index.counts())["certificates"] == (await index.runs(1))[0].certificates == 1

    scenario(work)


@pytest.mark.parametrize("chain_first", [True, False])
def test_what_an_entry_tells_replaces_what_a_chain_told(scenario: RunScenario, chain_first: bool) -> None:
    """An entry replaces a chain certificate of its identity (same TBS, other signature): only the entry is logged."""

    async def work(index: Index) -> None:
        run_id = await started(index)
        forged = replace(in_chain(5, address="forged@example.net"), der=b"another signature")
        assert forged.certificate is not None
        forged = replace(forged, certificate=replace(forged.certificate, sha256=sha256(forged.der).digest()))
        logged = a_certificate_hit(300, "ca", email_finding(CONTACT))
        steps = [an_advance(0, 256, chain_hits=(forged,)), an_advance(256, 512, logged)]
        for step in steps if chain_first else reversed(steps):
            await commit(index, run_id, step)
        (match,) = await find(index)
        assert match.certificate.sha256 == sha256(logged.entry.der).digest()
        assert match.findings == logged.findings
        assert await find(index, "forged@example.net") == []

    scenario(work)


def test_it_goes_with_the_range_that_is_given_up(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        step = with_result(pending_advance(0, 100, a_hit(9)), chain_hits=(in_chain(5),))
        await commit(index, run_id, step)
        assert await seen(index) == [(5, EntryKind.CHAIN, False)]
        await rewind(index, LOG.id, 0)
        assert await find(index) == []
        assert set((await index.counts()).values()) == {0}

    scenario(work)


def test_it_stays_when_the_range_is_proven(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, with_result(pending_advance(0, 100), chain_hits=(in_chain(5),)))
        await commit(index, run_id, proving_advance(0, 100))
        await rewind(index, LOG.id, 0)
        await commit(index, run_id, with_result(pending_advance(100, 200), chain_hits=(in_chain(150),)))
        assert await seen(index) == [(5, EntryKind.CHAIN, False)]

    scenario(work)


def test_the_one_in_a_range_that_is_proven_outlives_the_one_that_is_not(scenario: RunScenario) -> None:
    """After the rewind of a range, a chain certificate keeps its sighting in another range of the log."""

    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, with_result(pending_advance(0, 100), chain_hits=(in_chain(5),)))
        await commit(index, run_id, with_result(pending_advance(500, 600), chain_hits=(in_chain(505),)))
        await rewind(index, LOG.id, 0)
        assert await seen(index) == [(505, EntryKind.CHAIN, False)]

    scenario(work)


def test_two_ranges_that_are_both_proven_leave_one(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, with_result(pending_advance(0, 100), chain_hits=(in_chain(5),)))
        await commit(index, run_id, with_result(pending_advance(500, 600), chain_hits=(in_chain(505),)))
        for start in (500, 0):
            await commit(index, run_id, proving_advance(start, start + 100))
        assert await seen(index) == [(505, EntryKind.CHAIN, False)]
        assert (await index.counts())["sightings in chains"] == 1

    scenario(work)


def test_a_range_proven_in_part_keeps_the_rest_pending(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        other = in_chain(80, "other ca", "other@example.net")
        await commit(index, run_id, with_result(pending_advance(0, 100), chain_hits=(in_chain(5), other)))
        split = ScanStep(LOG.id, later(1), verified=verified(0, 50), clear_pending=0, pending=pending(50, 100))
        await commit(index, run_id, split)
        await rewind(index, LOG.id, 50)
        assert await find(index, "other@example.net") == []
        assert await seen(index) == [(5, EntryKind.CHAIN, False)]

    scenario(work)


def test_a_step_committed_twice_is_one(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        for step in (
            with_result(pending_advance(0, 100), chain_hits=(in_chain(5),)),
            an_advance(256, 512, chain_hits=(in_chain(300, "other ca"),)),
        ):
            await commit(index, run_id, step)
            before = (await find(index), await index.counts(), await index.runs(1))
            await commit(index, run_id, step)
            assert (await find(index), await index.counts(), await index.runs(1)) == before

    scenario(work)


def test_one_that_can_not_be_read_is_found_by_its_strings(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        broken = replace(in_chain(5), certificate=None, reason="it is cut off")
        await commit(index, run_id, an_advance(0, 256, chain_hits=(broken,)))
        (match,) = await find(index)
        assert (match.certificate.serial, match.certificate.is_ca) == ("", False)
        assert match.certificate.identity == sha256(broken.der).digest()
        assert (await index.counts())["unreadable"] == 0

    scenario(work)


def test_without_findings_it_goes_with_its_sighting(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, an_advance(0, 256, chain_hits=(in_chain(5),)))
        await index.replace_findings(digest("identity", "ca"), [], "rules-1")
        counts = await index.counts()
        assert (counts["certificates"], counts["sightings in chains"]) == (0, 0)

    scenario(work)
