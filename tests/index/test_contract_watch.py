"""Contract of an index for watches: the baseline, the queue of new certificates, and acknowledgements."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace
from support.kept import (
    AT,
    LOG,
    NEWER_RULES,
    a_certificate,
    a_certificate_hit,
    a_hit,
    a_repository_hit,
    an_advance,
    an_authority,
    commit,
    email_finding,
    later,
    name_finding,
    number_finding,
    pending_advance,
    proving_advance,
    rewind,
    searching,
    started,
)
from support.suppressing import forgetting
from support.watching import a_watch, an_ack, checked, states, watching

from ctscan.index.protocols import Index
from ctscan.model import Attribute, AuthorityList, DecodedString, Name
from ctscan.model.alert import Route
from ctscan.model.suppression import Ground, Suppression, SuppressionKind
from ctscan.model.watch import AckKind, MatchState, WatchCheck, WatchKind, WatchReason
from ctscan.personal.watch_matching import matcher_of

Scenario = Callable[[Callable[[Index], Awaitable[None]]], None]
BASELINE, WAITING, ACKNOWLEDGED, ALERTED = (
    MatchState.BASELINE,
    MatchState.WAITING,
    MatchState.ACKNOWLEDGED,
    MatchState.ALERTED,
)


async def alerts(index: Index) -> list[str]:
    """Return the reasons of the alerts that were raised since the last call, on one channel."""
    await index.assign({"mail": Route()}, AT)
    due = await index.due("mail", AT, 1000)
    if due:
        await index.delivered(await index.begin("mail", [one.alert.id for one in due], AT), AT)
    return [one.alert.why.code for one in due]


def test_a_watch_begins_with_what_matches_already_and_tells_what_comes_after(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        run = await started(index)
        await commit(index, run, an_advance(0, 3, a_hit(0), a_hit(1, email_finding("ann@example.net")), a_hit(2)))
        assert await watching(index, a_watch()) == [2]
        assert await checked(index) == WatchCheck()
        assert await states(index) == [BASELINE, BASELINE]
        assert await alerts(index) == []
        new = (a_hit(3), a_hit(4, email_finding("ann@example.net")), a_hit(5, email_finding("bo@hr.example.org")))
        await commit(index, run, an_advance(3, 6, *new))
        assert await checked(index) == WatchCheck(checked=3, matched=2, alerted=2)
        assert await alerts(index) == [WatchReason.DOMAIN_ADDRESS] * 2
        assert await checked(index) == WatchCheck()
        assert await states(index) == [ALERTED, ALERTED, BASELINE, BASELINE]

    scenario(work)


def test_a_name_is_given_once_and_a_removed_watch_leaves_nothing(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        await commit(index, run := await started(index), an_advance(0, 1, a_hit(0)))
        assert await watching(index, a_watch(), a_watch(term="example.net")) == [1, None]
        (standing,) = await index.watches()
        assert standing.watch == replace(a_watch(), id=standing.watch.id)
        assert standing.matches == {BASELINE: 1}
        await commit(index, run, an_advance(1, 2, a_hit(1)))
        await checked(index)
        assert await index.remove_watch("ours")
        assert not await index.remove_watch("ours")
        assert await index.watches() == []
        assert await alerts(index) == []  # nobody was told of it
        assert await index.match_states("ours") == {}
        await commit(index, run, an_advance(2, 3, a_hit(2)))
        assert await watching(index, a_watch()) == [3]
        assert await checked(index) == WatchCheck()

    scenario(work)


def test_a_check_with_the_watches_of_before_does_nothing(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        run = await started(index)
        await watching(index, a_watch())
        old = matcher_of([one.watch for one in await index.watches()])
        await index.remove_watch("ours")
        await watching(index, a_watch())  # another watch, though of the same name
        await commit(index, run, an_advance(0, 1, a_hit(0)))
        assert await index.check_watches(AT, old) == WatchCheck(is_outdated=True)
        assert (await checked(index)).alerted == 1

    scenario(work)


def test_portions_add_up(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        run = await started(index)
        await watching(index, a_watch())
        await commit(index, run, an_advance(0, 7, *map(a_hit, range(7))))
        matcher = matcher_of([one.watch for one in await index.watches()])
        parts = [await index.check_watches(AT, matcher, 3) for _ in range(4)]
        assert [(one.checked, one.alerted, one.left) for one in parts] == [(3, 3, 4), (3, 3, 1), (1, 1, 0), (0, 0, 0)]

    scenario(work)


PEOPLE = {
    "email": (email_finding("ann.roe@example.net"),),
    "name": (name_finding("Ann Roe"),),
    "number": (number_finding("12345678Z"),),
    "other": (email_finding("bo@example.com"), name_finding("Bo Roe")),
}


def of_organisation(name: str) -> Name:
    """Build a name with an organisation."""
    raw = name.encode()
    return Name(raw, (Attribute(0, "2.5.4.10", 12, raw, DecodedString(raw, 12, name)),))


@pytest.mark.parametrize(
    ("kind", "term", "expected", "why"),
    [
        (WatchKind.SCOPE, "example.net", {"email"}, WatchReason.DOMAIN_ADDRESS),
        (WatchKind.SCOPE, "email:ann.roe@example.net", {"email"}, WatchReason.ADDRESS),
        (WatchKind.SCOPE, "organisation:Example Ltd", {"other"}, WatchReason.ORGANISATION),
        (WatchKind.SCOPE, "everything", set(PEOPLE), WatchReason.EVERYTHING),
        (WatchKind.CATEGORY, "user.name", {"name", "other"}, WatchReason.CATEGORY),
        (WatchKind.CATEGORY, "user.contact", {"email", "other"}, WatchReason.CATEGORY),
        (WatchKind.CA, "example ca", set(PEOPLE), WatchReason.ISSUER),
        (WatchKind.CA, "trust services", {"number"}, WatchReason.OWNER),
        (WatchKind.CA, "ample", set(), ""),
        (WatchKind.PERSON, "ann.roe@example.net", {"email"}, WatchReason.PERSON),
        (WatchKind.PERSON, "name:Roe Ann", {"name"}, WatchReason.PERSON),
        (WatchKind.PERSON, "number:12345678Z", {"number"}, WatchReason.PERSON),
    ],
)
def test_each_kind_of_watch_means_the_same_before_and_after(
    scenario: Scenario, kind: WatchKind, term: str, expected: set[str], why: str
) -> None:
    """The baseline is found by indexes, new certificates one by one: both are the same matches."""

    async def work(index: Index) -> None:
        run = await started(index)
        await index.save_authorities([an_authority()], AuthorityList(later(0), "https://ccadb.example.org/", 1))
        fields: dict[str, dict[str, object]] = {
            "number": {"authority_key_id": b"key id"},
            "other": {"subject": of_organisation("Example Ltd")},
        }
        hits = [a_hit(i, *found, label=name, **fields.get(name, {})) for i, (name, found) in enumerate(PEOPLE.items())]
        other = a_watch("after", kind, term)
        await watching(index, other)
        await commit(index, run, an_advance(0, 4, *hits))
        await checked(index)
        await watching(index, a_watch("before", kind, term))
        wanted = {a_certificate(name).identity for name in expected}
        assert set(await index.match_states("after")) == wanted
        assert set(await index.match_states("before")) == wanted
        assert await alerts(index) == [why] * len(expected)

    scenario(work)


def test_a_match_waits_until_a_log_proves_the_certificate(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        run = await started(index)
        await watching(index, a_watch())
        await commit(index, run, pending_advance(0, 2, a_hit(0), a_hit(1)))
        assert await checked(index) == WatchCheck(checked=2, matched=2, waiting=2)
        assert await alerts(index) == []
        await commit(index, run, proving_advance(0, 2))
        assert await checked(index) == WatchCheck(alerted=2)
        assert len(await alerts(index)) == 2
        assert await states(index) == [ALERTED, ALERTED]

    scenario(work)


def test_a_rewound_certificate_takes_its_match_along_and_comes_back_as_new(scenario: Scenario) -> None:
    """Its row is given to another certificate, which isn't taken for it."""

    async def work(index: Index) -> None:
        run = await started(index)
        await watching(index, a_watch())
        await commit(index, run, pending_advance(0, 1, a_hit(0)))
        await checked(index)
        await rewind(index, LOG.id, 0)
        assert await states(index) == []
        await commit(index, run, an_advance(0, 1, a_hit(0, label="another")))
        assert (await checked(index)).alerted == 1
        await commit(index, run, an_advance(1, 2, a_hit(1, label=0)))
        assert (await checked(index)).alerted == 1
        assert len(await alerts(index)) == 2

    scenario(work)


def test_a_certificate_of_a_repository_waits_for_a_log(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        run = await started(index)
        await watching(index, a_watch())
        await index.keep_found(await searching(index), [a_repository_hit(5)])
        assert await checked(index) == WatchCheck(checked=1, matched=1, waiting=1)
        await commit(index, run, an_advance(0, 1, a_certificate_hit(0, 5)))
        assert (await checked(index)).alerted == 1

    scenario(work)


def test_newer_rules_raise_an_alert_only_where_they_find_something_new(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        run = await started(index)
        hits = (a_hit(0), a_hit(1, email_finding("ann@example.net")))
        await commit(index, run, an_advance(0, 2, *hits))
        await watching(index, a_watch(), a_watch("names", WatchKind.CATEGORY, "user.name"))
        for hit in hits:
            found = (*hit.findings, name_finding("Ann Roe"))
            await index.replace_findings(hit.certificate.identity, found, NEWER_RULES.version, partly_read=False)
        assert await checked(index) == WatchCheck(checked=2, matched=2, alerted=2)
        assert await alerts(index) == [WatchReason.CATEGORY] * 2
        assert await states(index) == [BASELINE]

    scenario(work)


# --- acknowledgements ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value", "silent"),
    [
        (AckKind.CERTIFICATE, a_certificate(0).identity.hex(), [0]),
        (AckKind.ISSUER, "example ca", [0, 1]),
        (AckKind.ISSUER, "another", []),
        (AckKind.RULE, "email", [0]),  # the other certificate has a name, too
        (AckKind.RULE, "name", []),
    ],
)
def test_an_acknowledgement_keeps_silent_what_it_covers_entirely(
    scenario: Scenario, kind: AckKind, value: str, silent: list[int]
) -> None:
    async def work(index: Index) -> None:
        run = await started(index)
        await watching(index, a_watch("all", WatchKind.SCOPE, "everything"))
        await index.add_ack(an_ack(kind, value))
        both = (email_finding("ann@example.org"), name_finding("Ann Roe"))
        await commit(index, run, an_advance(0, 2, a_hit(0), a_hit(1, *both)))
        done = await checked(index)
        assert (done.acknowledged, done.alerted) == (len(silent), 2 - len(silent))
        found = await index.match_states("all")
        quiet = {identity for identity, state in found.items() if state is ACKNOWLEDGED}
        assert quiet == {a_certificate(label).identity for label in silent}

    scenario(work)


def test_acknowledged_rules_cover_a_match_together(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        run = await started(index)
        await watching(index, a_watch("all", WatchKind.SCOPE, "everything"))
        await index.add_ack(an_ack(AckKind.RULE, "email", until=later(100)))
        await index.add_ack(an_ack(AckKind.RULE, "name"))
        both = (email_finding("ann@example.org"), name_finding("Ann Roe"))
        await commit(index, run, an_advance(0, 1, a_hit(0, *both, not_after=later(10_000))))
        assert (await checked(index)).acknowledged == 1
        assert await checked(index, later(99)) == WatchCheck()
        assert await checked(index, later(100)) == WatchCheck(alerted=1)
        assert await states(index, "all") == [ALERTED]

    scenario(work)


@pytest.mark.parametrize("is_over", [False, True])
def test_behind_its_end_a_certificate_is_told_unless_it_expired(scenario: Scenario, *, is_over: bool) -> None:
    async def work(index: Index) -> None:
        run = await started(index)
        await watching(index, a_watch())
        await index.add_ack(an_ack(AckKind.RULE, "email", until=later(100)))
        end = AT + timedelta(seconds=50 if is_over else 1_000)
        await commit(index, run, an_advance(0, 1, a_hit(0, not_after=end)))
        await checked(index)
        assert (await checked(index, later(200))).alerted == (not is_over)
        assert await checked(index, later(300)) == WatchCheck()
        assert await states(index) == [ACKNOWLEDGED if is_over else ALERTED]

    scenario(work)


def test_a_removed_acknowledgement_no_longer_keeps_silent(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        run = await started(index)
        await watching(index, a_watch())
        number = await index.add_ack(an_ack(AckKind.RULE, "email"))
        assert [(ack.id, ack.value) for ack in await index.acks()] == [(number, "email")]
        await commit(index, run, an_advance(0, 1, a_hit(0, not_after=later(100))))
        await checked(index)
        assert await index.remove_ack(number)
        assert not await index.remove_ack(number)
        assert await index.acks() == []
        assert await checked(index) == WatchCheck(alerted=1)

    scenario(work)


# --- people who objected ------------------------------------------------------------------------------------------


def test_a_restricted_certificate_raises_no_alert_until_the_restriction_is_lifted(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        run = await started(index)
        await watching(index, a_watch())
        done = await index.forget(forgetting("person0@example.org", restrict=True))
        await commit(index, run, an_advance(0, 2, a_hit(0), a_hit(1)))
        assert await checked(index) == WatchCheck(checked=1, matched=1, alerted=1)
        lift = Suppression(2, AT, SuppressionKind.LIFTED, Ground.OBJECTION, lifts=done.entry.number)
        await index.lift_suppression(lift)
        assert await checked(index) == WatchCheck(checked=1, matched=1, alerted=1)
        assert len(await alerts(index)) == 2

    scenario(work)


def test_a_restriction_holds_an_alert_back_that_was_raised_already(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        run = await started(index)
        await watching(index, a_watch())
        await commit(index, run, an_advance(0, 2, a_hit(0), a_hit(1)))
        await checked(index)
        await index.assign({"mail": Route()}, AT)
        (both, _) = await index.due("mail", AT, 10)
        await index.forget(forgetting("person0@example.org", restrict=True))
        (left,) = await index.due("mail", AT, 10)
        assert left.alert.id != both.alert.id
        assert await index.begin("mail", [both.alert.id], AT) == ""

    scenario(work)


def test_a_forgotten_person_leaves_neither_watch_nor_match_nor_alert_nor_acknowledgement(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        run = await started(index)
        address = "person0@example.org"
        one = a_watch("person", WatchKind.PERSON, address)
        term = a_watch("address", WatchKind.SCOPE, f"email:{address}")
        await watching(index, a_watch(), one, term)
        await index.add_ack(an_ack(AckKind.CERTIFICATE, a_certificate(0).identity.hex(), until=AT))
        await commit(index, run, an_advance(0, 2, a_hit(0), a_hit(1)))
        await checked(index)
        assert len(await index.watches_on([("email", address)])) == 2
        await index.forget(forgetting(address))
        assert [one.watch.name for one in await index.watches()] == ["ours"]
        assert await index.acks() == []
        assert len(await index.match_states("ours")) == 1
        assert len(await alerts(index)) == 1

    scenario(work)
