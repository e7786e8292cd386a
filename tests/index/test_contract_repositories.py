"""Contract of an index for repositories: searches, certificates, sightings, disclosures."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pytest
from msgspec.structs import replace
from support.kept import (
    AT,
    LOG,
    NEWER_RULES,
    RULES,
    a_certificate_hit,
    a_coordinate,
    a_disclosure,
    a_head,
    a_hit,
    a_repository_hit,
    a_repository_precert,
    a_revocation,
    a_search,
    an_advance,
    an_unreadable,
    commit,
    digest,
    email_finding,
    in_chain,
    later,
    pending_advance,
    proof,
    proving_advance,
    rewind,
    searching,
    started,
    with_result,
)

from ctscan.errors import IndexFault
from ctscan.index.protocols import Index
from ctscan.model import (
    Coordinate,
    Finding,
    LookupKey,
    Match,
    RepositoryHit,
    RepositorySighting,
    SearchShortfall,
    Shortfall,
)

RunScenario = Callable[[Callable], None]

FORGED = email_finding("forged@example.net")


LOST = (Shortfall(SearchShortfall.GONE(), 2), Shortfall(SearchShortfall.NO_ID()))


async def find(index: Index, label: object = 1) -> Match:
    """Return the only certificate with the address of this label."""
    (match,) = await index.find_keys([LookupKey("email", f"person{label}@example.org")], 10)
    return match


async def found(index: Index, address: str) -> list[Match]:
    return await index.find_keys([LookupKey("email", address)], 10)


def forged(label: object, *findings: Finding) -> RepositoryHit:
    """Build the certificate with another signature and the same identity, as identity depends on the TBS alone."""
    hit = a_repository_hit(label, *findings or (FORGED,), reference="forged")
    der = b"another signature on " + hit.leaf
    assert hit.certificate is not None
    certificate = replace(hit.certificate, sha256=sha256(der).digest())
    return replace(hit, entry=replace(hit.entry, der=der), leaf=der, certificate=certificate)


# --- certificates found -------------------------------------------------------------------------------------------


def test_a_certificate_of_a_repository_is_found_with_where_it_was_seen(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        search_id = await searching(index)
        coordinates = (a_coordinate(7, timestamp=1_900_000_000_000), a_coordinate(9))
        hit = a_repository_hit(1, first_logged=1_899_999_999_999, coordinates=coordinates, owner="Example Trust")
        assert await index.keep_found(search_id, [hit]) == 1
        match = await find(index)
        assert hit.certificate is not None
        assert match.certificate.sha256 == hit.certificate.sha256
        assert match.findings == hit.findings
        assert match.sightings == ()
        assert match.repositories == (
            RepositorySighting("crt.sh", "id 1", AT, 1_899_999_999_999, coordinates, "Example Trust", confirmed=False),
        )
        assert [m.certificate for m in await index.find_sha256(hit.certificate.sha256 or b"")] == [match.certificate]
        assert [m.certificate for m in await index.find_identity(digest("identity", 1))] == [match.certificate]
        assert [m.certificate for m in await index.find_serial(match.certificate.serial)] == [match.certificate]
        counts = await index.counts()
        assert (counts["certificates"], counts["sightings"], counts["sightings in repositories"]) == (1, 0, 1)

    scenario(work)


def test_nothing_of_it_is_evidence_but_all_of_it_is_read_again(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        whole, precert = a_repository_hit(1), a_repository_precert(2)
        await index.keep_found(await searching(index), [whole, precert])
        assert [item async for item in index.evidence(None)] == []
        assert [kept async for kept in index.kept()] == [
            (digest("identity", 1), whole.leaf, "x509"),
            (digest("identity", 2), precert.leaf, "precert"),
        ]
        await index.replace_findings(digest("identity", 1), [email_finding("new@example.org")], NEWER_RULES.version)
        (match,) = await found(index, "new@example.org")
        assert [s.reference for s in match.repositories] == ["id 1"]
        await index.replace_findings(digest("identity", 2), [], NEWER_RULES.version)
        assert (await index.counts())["sightings in repositories"] == 1

    scenario(work)


def test_a_precertificate_has_no_fingerprint_of_its_own(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        hit = a_repository_precert(1)
        assert hit.certificate is not None
        hit = replace(hit, certificate=replace(hit.certificate, sha256=sha256(hit.submitted).digest()))
        await index.keep_found(await searching(index), [hit])
        assert (await find(index)).certificate.sha256 is None

    scenario(work)


def test_what_is_kept_twice_is_kept_once(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        search_id = await searching(index)
        broken = replace(a_repository_hit(3, email_finding("salvaged@example.org")), certificate=None, reason="cut off")
        hits = [
            a_repository_hit(1, coordinates=(a_coordinate(7), a_coordinate(7)), revocation=a_revocation("crt.sh")),
            a_repository_precert(1),
            a_repository_precert(2),
            broken,
        ]
        assert await index.keep_found(search_id, hits) == 3
        before = [await find(index, 1), await find(index, 2), *await found(index, "salvaged@example.org")]
        counts = await index.counts()
        assert await index.keep_found(search_id, hits) == 0
        assert [await find(index, 1), await find(index, 2), *await found(index, "salvaged@example.org")] == before
        assert await index.counts() == counts
        assert [s.reference for s in before[0].repositories] == ["id 1", "id of precert 1"]
        assert before[2].certificate.identity == sha256(broken.leaf).digest()
        assert (await index.newest_searches(1))[0].certificates == 3

    scenario(work)


def test_what_is_given_again_is_seen_again(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        first, second = await searching(index), await searching(index, started=later(3600))
        whole = a_repository_hit(1, first_logged=5, coordinates=(a_coordinate(7),), owner="Example Trust")
        await index.keep_found(first, [whole])
        assert await index.keep_found(second, [a_repository_hit(1)]) == 0
        (sighting,) = (await find(index)).repositories
        assert sighting == RepositorySighting(
            "crt.sh", "id 1", later(3600), 5, (a_coordinate(7),), "Example Trust", confirmed=False
        )
        await index.keep_found(
            second, [a_repository_hit(1, first_logged=4, coordinates=(a_coordinate(8),), owner="New")]
        )
        (sighting,) = (await find(index)).repositories
        assert (sighting.first_logged, sighting.coordinates, sighting.owner) == (4, (a_coordinate(8),), "New")
        await index.keep_found(first, [whole])
        assert (await find(index)).repositories[0].seen == later(3600)

    scenario(work)


def test_several_repositories_are_told_apart_the_last_seen_first(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        hit = a_repository_hit(1, reference="7")
        for hours, repository in enumerate(("crt.sh", "Censys")):
            search_id = await searching(index, repository=repository, started=later(3600 * hours))
            assert await index.keep_found(search_id, [hit]) == (repository == "crt.sh")
        assert [s.repository for s in (await find(index)).repositories] == ["Censys", "crt.sh"]
        assert await index.known_references("Censys", ["7", "8"]) == {"7"}

    scenario(work)


def test_a_reference_that_means_another_certificate_moves(scenario: RunScenario) -> None:
    """A reference, such as a file name, moves to the new certificate."""

    async def work(index: Index) -> None:
        old = a_repository_hit(1, reference="a.pem", first_logged=5, coordinates=(a_coordinate(7),), owner="Old")
        await index.keep_found(await searching(index, "import:a.pem"), [old])
        again = await searching(index, "import:a.pem", started=later(60))
        assert await index.keep_found(again, [a_repository_hit(2, reference="a.pem")]) == 1
        assert await found(index, "person1@example.org") == []
        (sighting,) = (await find(index, 2)).repositories
        assert (sighting.first_logged, sighting.coordinates, sighting.owner) == (None, (), "")
        assert (await index.counts())["certificates"] == 1

    scenario(work)


def test_a_revocation_that_a_repository_claims_is_never_taken_for_the_word_of_the_ca(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        search_id = await searching(index)
        await index.keep_found(search_id, [a_repository_hit(1, revocation=a_revocation("CRL"))])
        assert (await find(index)).revocations == (a_revocation("crt.sh"),)
        await index.keep_found(search_id, [a_repository_hit(1)])
        assert (await find(index)).revocations == (a_revocation("crt.sh"),)

    scenario(work)


def test_what_is_known_need_not_be_fetched_again(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        many = [f"{i}" for i in range(1200)]
        hits = [a_repository_hit(1, reference=reference) for reference in many[::2]]
        await index.keep_found(await searching(index), hits)
        assert await index.known_references("crt.sh", many) == set(many[::2])
        assert await index.known_references("crt.sh", []) == set()
        assert await index.known_references("other", many) == set()

    scenario(work)


def test_references_that_are_no_text_stay_apart(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        paths = ["a\udcfe.pem", "a\udcff.pem", "ä.pem", "nul\0.pem"]
        hits = [a_repository_hit(i, reference=path) for i, path in enumerate(paths)]
        assert await index.keep_found(await searching(index), hits) == 4
        assert await index.known_references("crt.sh", [*paths, "b.pem"]) == set(paths)

    scenario(work)


@pytest.mark.parametrize("number", [0, (1 << 63) - 1, 1 << 63, (1 << 64) - 1])
def test_any_time_that_a_log_can_have_is_kept(scenario: RunScenario, number: int) -> None:
    async def work(index: Index) -> None:
        hit = a_repository_hit(1, first_logged=number, coordinates=(a_coordinate(7, timestamp=number),))
        await index.keep_found(await searching(index), [hit])
        (sighting,) = (await find(index)).repositories
        assert (sighting.first_logged, sighting.coordinates) == (number, hit.entry.coordinates)

    scenario(work)


def test_numbers_and_texts_that_can_not_be_are_no_fault(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        coordinates = (
            Coordinate("https://log\ud800.example.org/", 1, -1),
            a_coordinate(-1),
            a_coordinate(1 << 63),
            a_coordinate((1 << 63) - 1, timestamp=1 << 64),
        )
        hit = a_repository_hit(1, first_logged=1 << 70, coordinates=coordinates, owner="\udfff")
        lost = (Shortfall(SearchShortfall.FAILED(detail="\ud800")),)
        search_id = await searching(index, repository="\ud800", who="\ud800", detail=lost)
        await index.keep_found(search_id, [hit])
        assert await index.known_references("\ud800", ["id 1"]) == {"id 1"}
        (sighting,) = (await find(index)).repositories
        assert (sighting.first_logged, sighting.owner, sighting.repository) == (None, "\ufffd", "\ufffd")
        assert sighting.coordinates == (
            a_coordinate((1 << 63) - 1),
            Coordinate("https://log\ufffd.example.org/", 1),
        )

    scenario(work)


def test_nothing_is_kept_for_a_search_that_was_never_started(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        with pytest.raises(IndexFault, match="search 7 is not in this index"):
            await index.keep_found(7, [a_repository_hit(1)])
        with pytest.raises(IndexFault, match="search 7 is not in this index"):
            await index.end_search(7, AT, "whole", (), 0)
        assert set((await index.counts()).values()) == {0}

    scenario(work)


# --- repositories beside logs -------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["log", "repository"])
def test_a_certificate_that_is_in_a_log_as_well_is_one_and_confirmed(scenario: RunScenario, first: str) -> None:
    async def work(index: Index) -> None:
        run_id, search_id = await started(index), await searching(index)
        logged = an_advance(0, 256, a_certificate_hit(5, 1))
        if first == "log":
            await commit(index, run_id, logged)
        assert await index.keep_found(search_id, [a_repository_hit(1)]) == (first == "repository")
        if first == "repository":
            assert not (await find(index)).repositories[0].confirmed
            await commit(index, run_id, logged)
        match = await find(index)
        assert [(s.index, s.verified) for s in match.sightings] == [(5, True)]
        assert [s.confirmed for s in match.repositories] == [True]
        assert len([kept async for kept in index.kept()]) == (await index.counts())["certificates"] == 1
        assert (await index.runs(1))[0].certificates == 1

    scenario(work)


def test_only_what_is_proven_confirms(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await index.keep_found(await searching(index), [a_repository_hit(1), a_repository_hit("ca")])
        await commit(index, run_id, with_result(pending_advance(0, 100, a_hit(9, label=1)), chain_hits=(in_chain(9),)))
        assert not (await find(index)).repositories[0].confirmed
        await commit(index, run_id, proving_advance(0, 100, [9]))
        assert (await find(index)).repositories[0].confirmed
        (authority,) = await index.find_identity(digest("identity", "ca"))
        assert authority.sightings
        assert not authority.repositories[0].confirmed

    scenario(work)


@pytest.mark.parametrize("first", ["log", "repository"])
@pytest.mark.parametrize("rules", [RULES.version, NEWER_RULES.version])
def test_what_a_log_tells_is_never_replaced_by_what_a_repository_tells(
    scenario: RunScenario, first: str, rules: str
) -> None:
    async def work(index: Index) -> None:
        run_id, search_id = await started(index), await searching(index, rules=rules)
        logged = a_certificate_hit(300, 1)
        if first == "log":
            await commit(index, run_id, an_advance(256, 512, logged))
        await index.keep_found(search_id, [forged(1)])
        if first == "repository":
            assert len(await found(index, "forged@example.net")) == 1
            await commit(index, run_id, an_advance(256, 512, logged))
        match = await find(index)
        assert match.certificate.sha256 == sha256(logged.entry.der).digest()
        assert match.findings == logged.findings
        assert await found(index, "forged@example.net") == []
        assert [der async for _, der, _ in index.kept()] == [logged.entry.der]

    scenario(work)


def test_the_fingerprint_is_that_of_the_certificate_whose_word_goes_first(scenario: RunScenario) -> None:
    """The fingerprint comes from a logged certificate, else from a chain, else from a repository.

    A logged precertificate doesn't hold the signature.
    """

    async def work(index: Index) -> None:
        run_id = await started(index)
        chain = in_chain(6, 1, "person1@example.org")
        logged = a_certificate_hit(300, 1)
        hit = forged(1)
        await commit(index, run_id, an_advance(0, 256, a_hit(5, label=1)))
        await index.keep_found(await searching(index), [hit])
        assert (await find(index)).certificate.sha256 == sha256(hit.leaf).digest()
        await commit(index, run_id, with_result(pending_advance(256, 260), chain_hits=(replace(chain, index=256),)))
        assert (await find(index)).certificate.sha256 == sha256(chain.der).digest()
        await rewind(index, LOG.id, 256)
        assert (await find(index)).certificate.sha256 == sha256(hit.leaf).digest()
        await commit(index, run_id, an_advance(256, 512, logged))
        assert (await find(index)).certificate.sha256 == sha256(logged.entry.der).digest()
        assert [s.reference for s in (await find(index)).repositories] == ["forged"]

    scenario(work)


def test_what_a_chain_tells_goes_before_what_a_repository_tells(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id, search_id = await started(index), await searching(index)
        await index.keep_found(search_id, [forged("ca")])
        await commit(index, run_id, an_advance(0, 256, chain_hits=(in_chain(5),)))
        (match,) = await found(index, "contact@example.net")
        assert match.certificate.sha256 == sha256(in_chain(5).der).digest()
        await index.keep_found(search_id, [forged("ca")])
        assert await found(index, "contact@example.net") == [match]
        assert (await index.runs(1))[0].certificates == 0

    scenario(work)


def test_a_range_that_is_given_up_takes_nothing_from_a_repository(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id, search_id = await started(index), await searching(index)
        step = pending_advance(0, 100, a_hit(8, label=1), a_certificate_hit(9, 1), a_hit(10, label=2))
        await commit(index, run_id, step)
        await index.keep_found(search_id, [a_repository_hit(1), a_repository_precert(2)])
        await rewind(index, LOG.id, 0)
        match = await find(index, 1)
        assert (match.sightings, len(match.findings)) == ((), 1)
        assert match.certificate.sha256 == sha256(a_repository_hit(1).leaf).digest()
        assert [s.reference for s in (await find(index, 2)).repositories] == ["id of precert 2"]
        assert [kind async for _, _, kind in index.kept()] == ["x509", "precert"]
        await commit(index, run_id, step)
        assert (await index.counts())["certificates"] == 2

    scenario(work)


def test_an_entry_that_shows_something_else_later_takes_nothing_from_a_repository(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await index.keep_found(await searching(index), [a_repository_precert(1)])
        await commit(index, run_id, pending_advance(0, 10, a_hit(5, label=1)))
        await commit(index, run_id, with_result(pending_advance(0, 20, a_hit(5, label=2))))
        assert (await find(index, 1)).sightings == ()
        assert len((await find(index, 2)).sightings) == 1

    scenario(work)


def test_one_that_could_be_read_before_stays_so(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id, search_id = await started(index), await searching(index)
        await commit(index, run_id, an_advance(0, 256, a_certificate_hit(5, 1)))
        broken = replace(a_repository_hit(1), certificate=None, reason="cut off")
        assert await index.keep_found(search_id, [broken]) == 0
        match = await find(index)
        assert match.certificate.serial != ""
        assert [s.confirmed for s in match.repositories] == [True]

    scenario(work)


def test_one_that_can_be_read_now_is_no_longer_unreadable(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        search_id = await searching(index)
        broken = replace(a_repository_hit(1), certificate=None, reason="cut off")
        await index.keep_found(search_id, [broken])
        assert (await find(index)).certificate.serial == ""
        assert await index.keep_found(search_id, [a_repository_hit(1)]) == 1
        assert (await find(index)).certificate.serial != ""
        assert (await index.counts())["certificates"] == 1

    scenario(work)


def test_an_unreadable_entry_and_the_same_bytes_of_a_repository_are_one(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id, search_id = await started(index), await searching(index)
        logged = an_unreadable(70, email_finding("salvaged@example.org"))
        assert logged.entry is not None
        await commit(index, run_id, an_advance(0, 256, unreadable=(logged,)))
        hit = a_repository_precert(1, *logged.findings)
        hit = replace(hit, leaf=logged.entry.der, certificate=None, reason="cut off")
        assert await index.keep_found(search_id, [hit]) == 0
        (match,) = await found(index, "salvaged@example.org")
        assert (len(match.sightings), len(match.repositories)) == (1, 1)

    scenario(work)


def test_the_newest_come_first_whoever_says_when(scenario: RunScenario) -> None:
    """For the same certificate the time of a log precedes that of a repository; matches without a time come last."""

    async def work(index: Index) -> None:
        run_id, search_id = await started(index), await searching(index)
        shared = email_finding("jane@example.org")
        await commit(index, run_id, an_advance(0, 256, a_hit(5, shared), a_hit(50, shared)))
        times = {"none": None, "new": 1_900_000_000_020, "oldest": 3}
        hits = [a_repository_hit(label, shared, first_logged=time) for label, time in times.items()]
        hits += [a_repository_precert(5, shared, first_logged=1_900_000_000_900)]
        await index.keep_found(search_id, hits)
        matches = await found(index, "jane@example.org")
        labels = {digest("identity", label): label for label in (5, 50, "none", "new", "oldest")}
        assert [labels[m.certificate.identity] for m in matches] == [50, "new", 5, "oldest", "none"]
        limited = await index.find_keys([LookupKey("email", "jane@example.org")], 2)
        assert limited == matches[:2]

    scenario(work)


def test_proofs_of_logs_are_none_of_a_repository_s_business(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, an_advance(0, 256, a_hit(5, label=1), proofs=(proof(5, a_head(256)),)))
        await index.keep_found(await searching(index), [a_repository_precert(1), a_repository_hit(1)])
        (evidence,) = [item async for item in index.evidence([digest("identity", 1)])]
        assert (evidence.entry.index, evidence.verified, evidence.proof) == (5, True, proof(5, a_head(256)))
        assert await index.unproven(LOG.id, 0, 256) == []

    scenario(work)


# --- searches -----------------------------------------------------------------------------------------------------

JANE = "email:jane@example.org"


def test_a_search_is_told_as_it_was_recorded(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        search_id = await searching(index)
        assert await index.newest_searches(10) == [a_search(id=search_id)]
        await index.keep_found(search_id, [a_repository_hit(1)])
        await index.end_search(search_id, later(60), "incomplete", LOST, 12)
        ended = a_search(
            id=search_id,
            ended=later(60),
            outcome="incomplete",
            detail=LOST,
            results=12,
            certificates=1,
        )
        assert await index.newest_searches(10) == await index.searches(["domain:example.org"]) == [ended]
        assert await index.rule_sets() == {RULES.version: RULES}

    scenario(work)


@pytest.mark.parametrize(
    ("question", "is_kept"),
    [
        ("domain:example.org", True),
        ("host:example.org", True),
        ("organisation:Example Widgets", True),
        ("import:certificates.zip", True),
        (JANE, False),
        ("name:Jane Roe", False),
    ],
)
def test_a_question_that_names_a_person_is_found_but_not_kept(
    scenario: RunScenario, question: str, is_kept: bool
) -> None:
    async def work(index: Index) -> None:
        await searching(index, question)
        assert [search.question for search in await index.newest_searches(10)] == [question if is_kept else ""]
        assert [search.question for search in await index.searches(["email:other@example.org", question])] == [question]
        assert await index.searches([question + "x", "", JANE.upper()]) == []

    scenario(work)


def test_the_newest_whole_search_is_told_and_the_newest_of_all(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        outcomes = [
            ("crt.sh", JANE, "whole"),
            ("crt.sh", JANE, "failed"),
            ("Censys", JANE, "failed"),
            ("Censys", JANE, "incomplete"),
            ("crt.sh", JANE, "whole"),
            ("crt.sh", JANE, "running"),
            ("crt.sh", "domain:example.org", "whole"),
            ("crt.sh", "domain:example.net", "whole"),
        ]
        for repository, question, outcome in outcomes:
            search_id = await searching(index, question, repository=repository)
            if outcome != "running":
                await index.end_search(search_id, later(1), outcome, (), 0)
        asked = await index.searches([JANE, "domain:example.org", JANE])
        assert [search.id for search in asked] == [7, 6, 5, 4]
        assert [(s.repository, s.question, s.outcome) for s in asked] == [outcomes[i] for i in (6, 5, 4, 3)]
        assert await index.searches([]) == []
        assert [search.id for search in await index.newest_searches(3)] == [8, 7, 6]

    scenario(work)


# --- disclosures --------------------------------------------------------------------------------------------------


def test_disclosures_are_told_newest_first(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        first = a_disclosure()
        second = a_disclosure(at=later(1), kind="certificate", recipient="ocsp.example.org", command="status --ocsp")
        assert [await index.record_disclosure(each) for each in (first, second)] == [1, 2]
        assert await index.disclosures(10) == [replace(second, id=2), replace(first, id=1)]
        assert await index.disclosures(1) == [replace(second, id=2)]

    scenario(work)
