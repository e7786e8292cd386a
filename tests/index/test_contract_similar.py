"""Contract of an index for look-ups beside the identifier: mailboxes, similar addresses, numbers of certificates."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from support.kept import a_hit, an_advance, commit, digest, email_finding, name_finding, number_finding, started

from ctscan.index.protocols import Index
from ctscan.model import Finding, LookupKey, Match

RunScenario = Callable[[Callable], None]


def indexes(matches: Sequence[Match]) -> list[int]:
    return [match.sightings[0].index for match in matches]


async def holding(index: Index, *findings: Finding) -> None:
    """Commit a certificate for each finding, at the entries 0, 1, 2 and so on."""
    run_id = await started(index)
    await commit(index, run_id, an_advance(0, 256, *(a_hit(i, one) for i, one in enumerate(findings))))


def of_addresses(work: Callable[[Index], Awaitable[None]], *addresses: str) -> Callable[[Index], Awaitable[None]]:
    """Make a scenario of an index with a certificate for each address."""

    async def run(index: Index) -> None:
        await holding(index, *map(email_finding, addresses))
        await work(index)

    return run


def test_a_mailbox_is_found_at_every_host_with_tags_and_numbers(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        found, is_cut = await index.find_mailboxes(["jane.roe"], 100, ())
        assert (indexes(found), is_cut) == ([5, 4, 3, 2, 1, 0], False)
        assert {match.score for match in found} == {1.0}
        assert indexes((await index.find_mailboxes(["janeroe"], 100, ()))[0]) == [7]
        assert indexes((await index.find_mailboxes(["roe", "jane-roe", "nobody"], 100, ()))[0]) == [9, 8]
        assert await index.find_mailboxes([], 100, ()) == ([], False)

    addresses = (
        "jane.roe@example.org", "jane.roe@example.com", "jane.roe2@example.org", "jane.roe-03@example.org",
        "jane.roe+lists@example.net", "jane.roe7+x@[192.0.2.1]", "jane.roe.jr@example.org", "janeroe@example.org",
        "jane-roe@example.org", "roe@example.org", "xjane.roe@example.org", "jane2roe@example.org",
    )  # fmt: skip
    scenario(of_addresses(work, *addresses))


def test_mailboxes_are_cut_at_the_limit_and_the_newest_are_kept(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        found, is_cut = await index.find_mailboxes(["jane.roe"], 2, ())
        assert (indexes(found), is_cut) == ([3, 2], True)
        found, is_cut = await index.find_mailboxes(["jane.roe"], 4, ())
        assert (indexes(found), is_cut) == ([3, 2, 1, 0], False)

    scenario(of_addresses(work, *(f"jane.roe@host{i}.example.org" for i in range(4))))


def test_certificates_that_are_known_already_are_left_out_and_take_no_place(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        known = [digest("identity", i) for i in (4, 3, 1)]
        found, is_cut = await index.find_mailboxes(["jane.roe"], 2, known)
        assert (indexes(found), is_cut) == ([2, 0], False)
        assert await index.find_mailboxes(["jane.roe"], 2, [*known, *map(digest, "ab")]) == (found, False)
        found, is_cut = await index.find_mailboxes(["jane.roe"], 1, known)
        assert (indexes(found), is_cut) == ([2], True)

    scenario(of_addresses(work, *["jane.roe@example.org"] * 5))


def test_mailboxes_in_other_scripts_and_quotes(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        assert indexes((await index.find_mailboxes(["günter.roe"], 9, ()))[0]) == [0]
        assert indexes((await index.find_mailboxes(["анна"], 9, ()))[0]) == [1]
        assert indexes((await index.find_mailboxes(["007"], 9, ()))[0]) == [2]
        assert indexes((await index.find_mailboxes(["+x"], 9, ()))[0]) == [3]
        assert (await index.find_mailboxes(["\ud800"], 9, ()))[0] == []

    scenario(of_addresses(work, "günter.roe@example.org", "анна@example.org", "007@example.org", "+x@example.org"))


def test_similar_addresses_have_the_same_letters_at_the_same_host(scenario: RunScenario) -> None:
    addresses = (
        "jane.roe@example.org", "janeroe@example.org", "jane.roe+x@example.org", "jane.roe2@example.org",
        "jane.roe@example.com", "jane.doe@example.org", "jane_roe+y@example.org",
    )  # fmt: skip
    like = sorted({*addresses[:3], addresses[6]})

    async def work(index: Index) -> None:
        assert await index.similar_addresses(["jane.roe@example.org"], 9) == like
        assert await index.similar_addresses(["j.a.n.e.roe+z@example.org"], 9) == like
        assert await index.similar_addresses(["jane.roe@"], 9) == sorted([*like, *addresses[3:5]])
        assert len(await index.similar_addresses(["jane.roe@example.org"], 2)) == 2
        assert await index.similar_addresses(["nobody@example.org", "jane.roe@example.net"], 9) == []
        assert await index.similar_addresses([], 9) == []

    scenario(of_addresses(work, *addresses))


def test_certificates_are_counted_each_once_up_to_the_limit(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        both = (email_finding("jane@example.org"), email_finding("roe@example.org"))
        hits = [a_hit(i, *both) for i in range(5)] + [a_hit(9, number_finding("12"))]
        await commit(index, run_id, an_advance(0, 256, *hits))
        keys = [LookupKey("email", "jane@example.org"), LookupKey("email", "roe@example.org")]
        assert await index.count_keys(keys, 100) == 5
        assert await index.count_keys(keys, 3) == 3
        assert await index.count_keys([LookupKey("number", "12"), LookupKey("phone", "12")], 9) == 1
        assert await index.count_keys([LookupKey("domain", "org.")], 100) == 5
        assert await index.count_keys([LookupKey("email", "nobody@example.org")], 9) == 0
        assert await index.count_keys([], 9) == 0

    scenario(work)


def test_certificates_are_counted_that_hold_every_word_of_a_name(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await holding(index, *map(name_finding, ("Jane Roe", "Roe Jane Maria", "Jane", "Roe", "Jane Muller")))
        assert await index.count_name([("jane",), ("roe", "roh")], 9) == 2
        assert await index.count_name([("jane",)], 9) == 4
        assert await index.count_name([("jane",)], 2) == 2
        assert await index.count_name([("jane",), ("nobody",)], 9) == 0
        assert await index.count_name([("jane",), ("mueller", "muller")], 9) == 1
        assert await index.count_name([], 9) == 0

    scenario(work)


def test_an_address_goes_with_its_last_certificate(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        for i in range(2):
            assert await index.similar_addresses(["jane.roe@example.org"], 9) == ["jane.roe+x@example.org"]
            await index.replace_findings(digest("identity", i), [email_finding("john@example.org")], "rules-1")
        assert await index.similar_addresses(["jane.roe@example.org"], 9) == []
        assert (await index.find_mailboxes(["jane.roe"], 9, ())) == ([], False)
        assert indexes((await index.find_mailboxes(["john"], 9, ()))[0]) == [1, 0]

    scenario(of_addresses(work, "jane.roe+x@example.org", "jane.roe+x@example.org"))
