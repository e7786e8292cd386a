"""Contract of an index for look-ups, evidence and reindexing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from hashlib import sha1, sha256

from msgspec.structs import replace
from support.kept import (
    LOG,
    NEWER_RULES,
    RULES,
    a_certificate_hit,
    a_head,
    a_hit,
    a_log,
    a_name,
    an_advance,
    an_unreadable,
    commit,
    digest,
    email_finding,
    in_chain,
    name_finding,
    number_finding,
    proof,
    started,
    verified,
)

from ctscan.index.protocols import Index
from ctscan.model import CertificateSummary, EntryKind, Evidence, LookupKey, Match, Qualifier, Sensitivity, Sighting

RunScenario = Callable[[Callable], None]


def email(address: str) -> LookupKey:
    return LookupKey("email", address)


def indexes(matches: list[Match]) -> list[int]:
    return [match.sightings[0].index for match in matches]


def test_a_match_says_all_that_is_known(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        findings = (name_finding("Jane Roe"), email_finding("jane@example.org"))
        whole = a_certificate_hit(4, "jane", *findings)
        await commit(index, run_id, an_advance(0, 256, whole))
        (match,) = await index.find_keys([email("jane@example.org")], 10)
        assert match == Match(
            certificate=CertificateSummary(
                sha256=sha256(whole.entry.der).digest(),
                identity=digest("identity", "jane"),
                issuer="CN=Example CA",
                serial=digest("serial", "jane")[:8].hex().lstrip("0"),
                subject="CN=Person jane",
                not_before=datetime(2030, 1, 1, tzinfo=UTC),
                not_after=datetime(2031, 1, 1, tzinfo=UTC),
                also=(),
            ),
            findings=(findings[1], findings[0]),  # matching findings come first
            sightings=(Sighting(LOG.name, LOG.id, 4, 1_900_000_000_004, EntryKind.X509, True),),
            score=1.0,
        )

    scenario(work)


def test_a_finding_comes_back_as_it_was(scenario: RunScenario) -> None:
    plain = replace(name_finding("jane"), categories=("user.name",), person="", tag=0)
    rich = number_finding("12345678Z", "representative")
    odd = replace(rich, value="\ud800Ω", canonical="ω", repaired="", raw=b"\0" * 5000, qualifiers=(), categories=())

    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, an_advance(0, 256, a_hit(1, plain, rich, odd)))
        (match,) = await index.find_keys([LookupKey("number", "12345678Z")], 10)
        assert match.findings == (rich, replace(odd, value="\ufffdΩ"), plain)
        rewritten = replace(
            rich, qualifiers=(Qualifier.HASHED,), sensitivity=Sensitivity.SPECIAL_CATEGORY, repaired=None
        )
        await index.replace_findings(match.certificate.identity, (rewritten,), RULES.version)
        (match,) = await index.find_identity(match.certificate.identity)
        assert match.findings == (rewritten,)

    scenario(work)


def test_numbers_telephones_and_accounts_are_found_exactly(scenario: RunScenario) -> None:
    kinds = ("number", "phone", "account")

    async def work(index: Index) -> None:
        run_id = await started(index)
        hits = [
            a_hit(i, replace(number_finding("4930"), keys=(LookupKey(kind, "4930"),))) for i, kind in enumerate(kinds)
        ]
        await commit(index, run_id, an_advance(0, 256, *hits))
        for i, kind in enumerate(kinds):
            assert indexes(await index.find_keys([LookupKey(kind, "4930")], 10)) == [i]
            assert await index.find_keys([LookupKey(kind, "493")], 10) == []
        assert indexes(await index.find_keys([LookupKey(kind, "4930") for kind in kinds], 10)) == [2, 1, 0]

    scenario(work)


def test_an_address_is_found_exactly_and_no_other(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        addresses = [
            "jane@example.org",
            "jane@example.org.uk",
            "ajane@example.org",
            "Jane@example.org",
            "ja_e@example.org",
        ]
        hits = [a_hit(i, email_finding(address)) for i, address in enumerate(addresses)]
        await commit(index, run_id, an_advance(0, 256, *hits))
        assert indexes(await index.find_keys([email("jane@example.org")], 10)) == [0]
        assert indexes(await index.find_keys([email("ja_e@example.org")], 10)) == [4]
        assert await index.find_keys([email("ja%@example.org")], 10) == []
        both = [email("jane@example.org"), email("Jane@example.org"), email("nobody@example.org")]
        found = await index.find_keys(both, 10)
        assert (indexes(found), [match.score for match in found]) == ([3, 0], [1.0, 1.0])
        assert await index.find_keys([], 10) == []

    scenario(work)


def test_a_domain_is_found_with_everything_below_it(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        domains = ["example.org", "mail.example.org", "notexample.org", "example.orgx", "é.example.org", "org"]
        hits = [a_hit(i, email_finding(f"jane@{domain}")) for i, domain in enumerate(domains)]
        await commit(index, run_id, an_advance(0, 256, *hits))
        assert indexes(await index.find_keys([LookupKey("domain", "org.example.")], 10)) == [4, 1, 0]
        assert indexes(await index.find_keys([LookupKey("domain", "org.example.mail.")], 10)) == [1]
        assert indexes(await index.find_keys([LookupKey("domain", "org.")], 10)) == [5, 4, 2, 1, 0]

    scenario(work)


def test_the_newest_come_first_and_a_limit_keeps_them(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        order = [5, 200, 30, 7]
        hits = [a_hit(i, email_finding("team@example.org"), label=f"of {i}") for i in order]
        await commit(index, run_id, an_advance(0, 256, *hits))
        assert indexes(await index.find_keys([email("team@example.org")], 10)) == [200, 30, 7, 5]
        assert indexes(await index.find_keys([email("team@example.org")], 2)) == [200, 30]
        await commit(index, run_id, an_advance(256, 512, a_hit(400, label="of 5")))
        assert indexes(await index.find_keys([email("team@example.org")], 2)) == [400, 200]

    scenario(work)


def test_names_are_ranked_by_the_share_that_one_finding_holds(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        hits = [
            a_hit(0, name_finding("Jane Maria Roe")),
            a_hit(1, name_finding("Jane", "subject.0.givenName"), name_finding("Roe", "subject.1.surname")),
            a_hit(2, name_finding("Jane Doe")),
            a_hit(3, name_finding("Max Mustermann")),
            a_hit(4, email_finding("jane@example.org"), name_finding("Roe Jane")),
        ]
        await commit(index, run_id, an_advance(0, 256, *hits))
        found = await index.find_name([["jane"], ["roe"]], 10, 10)
        assert [(match.sightings[0].index, match.score) for match in found] == [(4, 1.0), (0, 1.0), (1, 0.5), (2, 0.5)]
        assert found[0].findings[0].value == "Roe Jane"
        assert indexes(await index.find_name([["jane"], ["roe"]], 3, 10)) == [4, 0, 1]
        assert [m.score for m in await index.find_name([["jane"], ["roe"]], 1, 0)] == [1.0]
        assert await index.find_name([["ja"]], 10, 10) == []

    scenario(work)


def test_hundreds_of_keys_and_matches_are_no_trouble(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, an_advance(0, 2000, *(a_hit(i) for i in range(1100))))
        assert len(await index.find_keys([LookupKey("domain", "org.example.")], 5000)) == 1100
        asked = [email(f"person{i}@example.org") for i in range(1500)]
        assert len(await index.find_keys(asked, 5000)) == 1100

    scenario(work)


def test_a_fingerprint_finds_a_certificate_that_was_seen_itself(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        whole = a_certificate_hit(1, "jane")
        resigned = replace(whole, entry=replace(whole.entry, index=2, der=b"the same TBS, signed once more"))
        tbs_only = a_hit(3, label="roe")
        await commit(index, run_id, an_advance(0, 256, whole, resigned, tbs_only))
        for der in (whole.entry.der, resigned.entry.der):
            (match,) = await index.find_sha256(sha256(der).digest())
            assert match.certificate.identity == digest("identity", "jane")
        assert await index.find_sha256(sha256(tbs_only.entry.der).digest()) == []

    scenario(work)


def test_a_sha1_finds_a_certificate_that_was_seen_itself(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        whole = a_certificate_hit(1, "jane")
        resigned = replace(whole, entry=replace(whole.entry, index=2, der=b"the same TBS, signed once more"))
        tbs_only = a_hit(3, label="roe")
        broken = an_unreadable(70, email_finding("salvaged@example.org"))
        assert broken.entry is not None
        entry = replace(broken.entry, kind=EntryKind.X509, der=b"no certificate, but kept")
        broken = replace(broken, entry=entry)
        step = an_advance(0, 256, whole, resigned, tbs_only, unreadable=(broken,), chain_hits=(in_chain(5, "of a CA"),))
        await commit(index, run_id, step)
        for der in (whole.entry.der, resigned.entry.der):
            (match,) = await index.find_sha1(sha1_of(der))
            assert match.certificate.identity == digest("identity", "jane")
        assert len(await index.find_sha1(sha1_of(b"no certificate, but kept"))) == 1
        assert len(await index.find_sha1(sha1_of(in_chain(5, "of a CA").der))) == 1
        assert await index.find_sha1(sha1_of(tbs_only.entry.der)) == []
        assert await index.find_sha1(sha1_of(whole.entry.der)[:4] + bytes(16)) == []  # only the beginning is the same

    scenario(work)


def sha1_of(der: bytes) -> bytes:
    return sha1(der, usedforsecurity=False).digest()


def test_a_serial_finds_every_certificate_that_has_it_newest_first(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        hits = [
            a_hit(0, serial=b"\x00\xab\xcd"),
            a_hit(1, serial=b"\x0a\xbc"),
            a_hit(2, serial=b"\xab\xcd", issuer=a_name("Other CA")),
            a_hit(3, serial=b"\x00"),
        ]
        await commit(index, run_id, an_advance(0, 256, *hits))
        assert indexes(await index.find_serial("abcd")) == [2, 0]
        assert indexes(await index.find_serial("abc")) == [1]
        assert indexes(await index.find_serial("0")) == [3]
        assert await index.find_serial("") == []

    scenario(work)


def test_same_issuer_and_serial_is_named_as_probably_the_same(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        hits = [a_hit(i, serial=b"\1\2") for i in range(3)]
        await commit(index, run_id, an_advance(0, 256, *hits, a_hit(3, serial=b"\1\2", issuer=a_name("Other CA"))))
        (match,) = await index.find_identity(digest("identity", 1))
        assert match.certificate.also == (digest("identity", 0), digest("identity", 2))
        (match,) = await index.find_identity(digest("identity", 3))
        assert match.certificate.also == ()
        assert await index.find_identity(digest("identity", 4)) == []

    scenario(work)


# --- evidence, rules applied again --------------------------------------------------------------------------------


async def all_evidence(index: Index, identities: list[bytes] | None) -> list[Evidence]:
    return [item async for item in index.evidence(identities)]


def test_evidence_rebuilds_the_leaf_and_brings_the_proof(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        other = a_log("Beispiel 2031")
        run_id = await started(index, LOG, other)
        head = a_head(256)
        jane, roe = a_hit(1, label="jane"), a_certificate_hit(2, "roe")
        elsewhere = a_hit(1, label="jane", log=other)
        await commit(index, run_id, an_advance(0, 256, jane, roe, proofs=(proof(1, head),)))
        await commit(index, run_id, an_advance(0, 256, elsewhere, log=other))
        expected = [
            Evidence(LOG, jane.entry, proof(1, head), True),
            Evidence(LOG, roe.entry, None, True),
            Evidence(other, elsewhere.entry, None, True),
        ]
        assert await all_evidence(index, None) == expected
        assert await all_evidence(index, [jane.certificate.identity]) == [expected[0], expected[2]]
        identities = [roe.certificate.identity, digest("unknown"), jane.certificate.identity]
        assert await all_evidence(index, identities) == [expected[1], expected[0], expected[2]]
        assert await all_evidence(index, []) == []

    scenario(work)


def test_a_large_index_is_gone_through_whole(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        hits = [a_hit(i, label=i // 3) for i in range(700)]
        await commit(index, run_id, an_advance(0, 1000, *hits))
        evidence = [item.entry for item in await all_evidence(index, None)]
        assert sorted(evidence, key=lambda entry: entry.index) == [hit.entry for hit in hits]
        assert [identity async for identity, _, _ in index.kept()] == [digest("identity", i) for i in range(234)]

    scenario(work)


def test_kept_gives_the_whole_certificate_where_it_was_seen(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        tbs, whole, alone = a_hit(1, label="jane"), a_certificate_hit(2, "jane"), a_hit(3, label="roe")
        await commit(index, run_id, an_advance(0, 256, tbs, whole, alone))
        assert [item async for item in index.kept()] == [
            (digest("identity", "jane"), whole.entry.der, "x509"),
            (digest("identity", "roe"), alone.entry.der, "precert"),
        ]

    scenario(work)


def test_findings_are_replaced_while_going_through_what_is_kept(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await started(index, rules=NEWER_RULES)
        await commit(index, run_id, an_advance(0, 500, *(a_hit(i) for i in range(450))))
        number = 0
        async for identity, _, _ in index.kept():
            findings = () if number % 2 else (email_finding("new@example.com"),)
            await index.replace_findings(identity, findings, NEWER_RULES.version)
            number += 1
        assert number == 450
        counts = await index.counts()
        assert (counts["certificates"], counts["findings"], counts["sightings"]) == (225, 225, 225)
        assert await index.find_keys([email("person0@example.org")], 10) == []
        assert len(await index.find_keys([email("new@example.com")], 1000)) == 225
        # the findings already have this rule set: a second reading of the entry with these rules changes nothing
        again = an_advance(500, 600, a_hit(550, label=0), verified=verified(500, 600, rules=NEWER_RULES.version))
        await commit(index, run_id, again)
        assert await index.find_keys([email("person0@example.org")], 10) == []
        await index.replace_findings(digest("unknown"), (email_finding("x@example.org"),), NEWER_RULES.version)
        assert (await index.counts())["certificates"] == 225

    scenario(work)


# --- several searches at once -------------------------------------------------------------------------------------


def test_everything_is_still_there_after_opening_again(opener: Callable[[], Awaitable[Index]]) -> None:
    async def work() -> None:
        index = await opener()
        run_id = await started(index)
        await commit(index, run_id, an_advance(0, 256, a_hit(1, email_finding("jane@example.org"))))
        before = (await index.log_states(), await index.runs(9), await index.counts())
        await index.aclose()
        await index.aclose()
        index = await opener()
        assert (await index.log_states(), await index.runs(9), await index.counts()) == before
        await index.aclose()

    asyncio.run(work())


def test_a_look_up_during_a_scan_sees_whole_steps_only(opener: Callable[[], Awaitable[Index]]) -> None:
    async def work() -> None:
        writer, reader = await opener(), await opener()
        run_id = await started(writer)
        writing = asyncio.create_task(commit_many(writer, run_id))
        seen = set()
        while not writing.done():
            matches = await reader.find_keys([LookupKey("domain", "org.example.")], 1000)
            assert len(matches) % 4 == 0
            assert all(match.sightings[0].verified for match in matches)
            seen.add(len(matches))
            await asyncio.sleep(0)
        await writing
        await writer.aclose()
        assert len(await reader.find_keys([LookupKey("domain", "org.example.")], 1000)) == 400
        assert len(seen) > 1
        await reader.aclose()

    asyncio.run(work())


async def commit_many(index: Index, run_id: int) -> None:
    for start in range(0, 400, 4):
        await commit(index, run_id, an_advance(start, start + 4, *(a_hit(start + i) for i in range(4))))


def test_tasks_that_write_at_once_do_not_mix_and_a_cancelled_one_leaves_no_trace_of_itself(
    scenario: RunScenario,
) -> None:
    async def work(index: Index) -> None:
        logs = [a_log(f"Log {i}") for i in range(4)]
        run_id = await started(index, *logs)

        async def scan(log):
            for start in range(0, 40, 4):
                await commit(index, run_id, an_advance(start, start + 4, a_hit(start, log=log), log=log))

        tasks = [asyncio.create_task(scan(log)) for log in logs]
        await asyncio.sleep(0.005)
        tasks[0].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for state in await index.log_states():
            end = state.verified[0].end if state.verified else 0
            kept = [e.entry.index for e in await all_evidence(index, None) if e.log.id == state.log.id]
            assert kept == list(range(0, end, 4))
            assert end == 40 or state.log == logs[0]

    scenario(work)
