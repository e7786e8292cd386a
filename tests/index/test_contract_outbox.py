"""Contract of an index for alerts on their way to channels, and for the conditions that raise some of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest
from support.kept import (
    AT,
    a_certificate,
    a_certificate_hit,
    a_hit,
    an_advance,
    commit,
    later,
    name_finding,
    started,
)
from support.suppressing import forgetting
from support.watching import EVERYTHING, a_watch, checked, states, watching

from ctscan.index.protocols import Index
from ctscan.model.alert import (
    AlertKind,
    AlertText,
    Assigned,
    Condition,
    DueAlert,
    NotedConditions,
    Route,
)
from ctscan.model.alert_record import AlertDisclosure
from ctscan.model.keep import KeepKind, PurgeBounds, Purged, summed
from ctscan.model.message import Message
from ctscan.model.suppression import Ground, Suppression, SuppressionKind
from ctscan.model.watch import MatchState, WatchKind, WatchReason

TIMEOUT, UNREACHABLE = Message("delivery.timeout"), Message("delivery.unreachable")
REFUSED = Message("delivery.refused", (("status", 410),))
"""Reasons of channels, of which an index knows nothing."""

Scenario = Callable[[Callable[[Index], Awaitable[None]]], None]


async def found(index: Index, count: int = 2) -> None:
    """Raise alerts about new certificates, and assign them."""
    run = await started(index)
    await watching(index, a_watch())
    await commit(index, run, an_advance(0, count, *map(a_hit, range(count))))
    await checked(index)
    await index.assign(EVERYTHING, AT)


async def due(index: Index, channel: str = "mail", now: datetime = AT, most: int = 100) -> list[DueAlert]:
    return await index.due(channel, now, most)


def rows_of(some: list[DueAlert]) -> list[int]:
    return [one.alert.id for one in some]


def test_an_alert_says_what_a_message_needs(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        run = await started(index)
        await watching(index, a_watch())
        await commit(index, run, an_advance(0, 1, a_certificate_hit(0, 7)))
        await checked(index)
        assert await index.assign(EVERYTHING, AT) == Assigned(1, 0)
        (one,) = await due(index)
        alert = one.alert
        assert (alert.kind, alert.watch, alert.owner, alert.at) == (AlertKind.FINDING, "ours", "privacy team", AT)
        assert alert.why == WatchReason.DOMAIN_ADDRESS(domain="example.org")
        assert (one.batch, one.tries, len(alert.uuid)) == ("", 0, 36)
        assert alert.match is not None
        assert alert.match.certificate.sha256 == a_certificate_hit(0, 7).certificate.sha256
        assert alert.match.findings == a_certificate_hit(0, 7).findings
        assert [(seen.log, seen.index, seen.verified) for seen in alert.match.sightings] == [("Example 2031", 0, True)]

    scenario(work)


def test_each_channel_takes_what_its_route_says_once(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        run = await started(index)
        await watching(index, a_watch(), a_watch("names", WatchKind.CATEGORY, "user.name"))
        await commit(index, run, an_advance(0, 2, a_hit(0), a_hit(1, name_finding("Ann Roe"))))
        await checked(index)
        stale = Condition(AlertKind.LOG, "Example 2031", 1, AlertText.LOG_STALE(log="Example 2031"))
        await index.note_conditions([stale], {AlertKind.LOG}, AT)
        assert await index.assign({}, AT) == Assigned()
        routes = {
            "all": Route(),
            "names": Route(watches=frozenset({"names"}), kinds=frozenset({AlertKind.FINDING})),
            "logs": Route(kinds=frozenset({AlertKind.LOG})),
        }
        assert await index.assign(routes, AT) == Assigned(5, 0)
        assert await index.assign(routes, AT) == Assigned()
        taken = {name: [(one.alert.kind, one.alert.watch) for one in await due(index, name)] for name in routes}
        log, ours, names = (AlertKind.LOG, ""), (AlertKind.FINDING, "ours"), (AlertKind.FINDING, "names")
        assert taken == {"all": [ours, names, log], "names": [names], "logs": [log]}

    scenario(work)


def test_an_alert_that_no_channel_takes_is_counted(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        run = await started(index)
        await watching(index, a_watch())
        await commit(index, run, an_advance(0, 1, a_hit(0)))
        await checked(index)
        assert await index.assign({"logs": Route(kinds=frozenset({AlertKind.LOG}))}, AT) == Assigned(0, 1)

    scenario(work)


def test_a_message_keeps_its_id_until_it_arrived(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        await found(index, 3)
        first = await due(index, most=2)
        assert len(first) == 2
        batch = await index.begin("mail", rows_of(first), AT)
        assert [(one.batch, one.tries) for one in await due(index)] == [(batch, 0), (batch, 0), ("", 0)]
        await index.failed(batch, AT, later(60), TIMEOUT)
        assert [one.batch for one in await due(index)] == [""]
        assert [(one.batch, one.tries) for one in await due(index, now=later(60), most=0)] == [(batch, 1), (batch, 1)]
        assert rows_of(await due(index, now=later(60), most=0)) == rows_of(first)
        await index.delivered(batch, later(61))
        await index.failed(batch, later(62), later(63), TIMEOUT)  # too late: it arrived
        assert [one.batch for one in await due(index, now=later(99))] == [""]
        assert await index.delivered_since("mail", later(61)) == 2
        assert await index.delivered_since("mail", later(62)) == 0

    scenario(work)


def test_an_alert_is_in_one_message_of_a_channel(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        await found(index)
        some = rows_of(await due(index))
        first = await index.begin("mail", some[:1], AT)
        batch = await index.begin("mail", some, AT)
        assert [one.alert.id for one in await due(index) if one.batch] == some[:1]
        await index.delivered(first, AT)
        assert [one.alert.id for one in await due(index) if one.batch == batch] == some[1:]
        assert await index.begin("mail", some, AT) == ""
        assert await index.begin("hook", some, AT) == ""

    scenario(work)


def test_a_dead_message_is_kept_and_tried_again_under_its_id(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        await found(index)
        batch = await index.begin("mail", rows_of(await due(index)), AT)
        await index.dead(batch, later(5), REFUSED)
        assert await due(index, now=later(99)) == []
        (queue,) = await index.pending()
        assert (queue.channel, queue.due, queue.delivered, queue.dead) == ("mail", 0, 0, 2)
        assert queue.last_error == REFUSED
        assert await index.retry_dead("hook") == 0
        assert await index.retry_dead("mail") == 2
        assert {one.batch for one in await due(index)} == {batch}

    scenario(work)


def test_the_standing_of_a_channel(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        assert await index.pending() == []
        await found(index)
        first, second = rows_of(await due(index))
        batch = await index.begin("mail", [first], AT)
        await index.failed(batch, later(1), later(60), UNREACHABLE)
        await index.failed(batch, later(60), later(120), TIMEOUT)
        (queue,) = await index.pending()
        assert (queue.due, queue.oldest, queue.next_at, queue.failing_since) == (2, AT, later(120), later(1))
        assert queue.last_error == TIMEOUT
        await index.delivered(await index.begin("mail", [second], AT), later(130))
        (queue,) = await index.pending()
        assert (queue.due, queue.delivered, queue.failing_since, queue.last_error) == (1, 1, None, None)
        assert queue.last_delivered == later(130)

    scenario(work)


def test_a_next_try_in_a_far_future_is_due(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        await found(index)
        batch = await index.begin("mail", rows_of(await due(index)), AT)
        await index.failed(batch, later(1), later(60), UNREACHABLE)
        assert await index.due("mail", AT, 10, later(60)) == []
        assert len(await index.due("mail", AT, 10, later(59))) == 2

    scenario(work)


# --- conditions ---------------------------------------------------------------------------------------------------


def a_condition(severity: int, subject: str = "one", kind: AlertKind = AlertKind.LOG) -> Condition:
    texts = [AlertText.LOG_RECOVERED, AlertText.LOG_STALE, AlertText.LOG_FAILING, AlertText.LOG_MISBEHAVING]
    return Condition(kind, subject, severity, texts[severity](log=subject))


def test_a_condition_alerts_once_on_each_change_to_worse_and_once_on_recovery(scenario: Scenario) -> None:
    course = [0, 1, 1, 2, 1, 2, 0, 0, 3]
    raised = [
        AlertText.LOG_STALE,
        AlertText.LOG_FAILING,
        AlertText.LOG_FAILING,
        AlertText.LOG_RECOVERED,
        AlertText.LOG_MISBEHAVING,
    ]

    async def work(index: Index) -> None:
        counts = [
            await index.note_conditions([a_condition(severity), a_condition(0, "two")], {AlertKind.LOG}, AT)
            for severity in course
        ]
        assert [one.worse for one in counts] == [0, 1, 0, 1, 0, 1, 0, 0, 1]
        assert [one.recovered for one in counts] == [0, 0, 0, 0, 0, 0, 1, 0, 0]
        await index.assign(EVERYTHING, AT)
        assert [(one.alert.why.code, one.alert.subject) for one in await due(index)] == [(w, "one") for w in raised]

    scenario(work)


def test_what_is_no_longer_there_is_dropped_without_an_alert_and_other_kinds_stay(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        some = [a_condition(1), a_condition(1, "two"), a_condition(1, "C-2031-0001", AlertKind.CASE)]
        await index.note_conditions(some, {AlertKind.LOG, AlertKind.CASE}, AT)
        assert await index.note_conditions(some[:1], {AlertKind.LOG}, AT) == NotedConditions()
        assert await index.note_conditions(some, {AlertKind.LOG}, AT) == NotedConditions(worse=1)  # "two" is new again
        assert await index.note_conditions(some[2:], {AlertKind.CASE}, AT) == NotedConditions()

    scenario(work)


def test_a_channel_does_not_tell_of_its_own_failure(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        fails = Condition(AlertKind.CHANNEL, "mail", 1, AlertText.CHANNEL_FAILING(channel="mail", since=AT, waiting=1))
        await index.note_conditions([fails], {AlertKind.CHANNEL}, AT)
        assert await index.assign({"mail": Route(), "hook": Route()}, AT) == Assigned(1, 0)
        assert await due(index) == []
        assert len(await due(index, "hook")) == 1

    scenario(work)


# --- people -------------------------------------------------------------------------------------------------------


def test_alerts_about_certificates_of_a_person_name_their_channels(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        await found(index)
        one, two = (a_certificate(label).identity for label in (0, 1))
        assert await index.alerts_about([one, two]) == []
        first, second = rows_of(await due(index))
        await index.delivered(await index.begin("mail", [first], AT), later(5))
        await index.begin("mail", [second], later(9), "security@example.net")
        assert await index.alerts_about([one, two]) == [
            AlertDisclosure(one, "mail", "mail", "ours", AT, later(5)),
            AlertDisclosure(two, "mail", "security@example.net", "ours", later(9), None),
        ]
        assert [told.identity for told in await index.alerts_about([two])] == [two]

    scenario(work)


def test_what_is_forgotten_is_not_told(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        await found(index)
        batch = await index.begin("mail", rows_of(await due(index)), AT)
        await index.forget(forgetting("person0@example.org"))
        (left,) = await due(index)
        assert left.batch == batch
        assert left.alert.match is not None
        assert left.alert.match.certificate.identity == a_certificate(1).identity
        rehearsed = await index.rehearse_forget(forgetting("person1@example.org"))
        done = await index.forget(forgetting("person1@example.org"))
        told = (AlertDisclosure(a_certificate(1).identity, "mail", "mail", "ours", AT, None),)
        assert rehearsed.told == done.told == told  # who has to hear of it
        assert await due(index) == []
        await index.delivered(batch, AT)  # the message is gone, and that is no error
        assert [(queue.due, queue.delivered) for queue in await index.pending()] == []

    scenario(work)


def test_what_a_message_left_out_under_a_restriction_is_told_when_the_restriction_ends(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        await found(index)
        batch = await index.begin("mail", rows_of(await due(index)), AT)
        done = await index.forget(forgetting("person0@example.org", restrict=True))
        assert len(await due(index)) == 1
        await index.delivered(batch, AT)
        assert await due(index) == []
        await index.lift_suppression(
            Suppression(2, AT, SuppressionKind.LIFTED, Ground.OBJECTION, lifts=done.entry.number)
        )
        (left,) = await due(index)
        assert left.batch == ""

    scenario(work)


@pytest.mark.parametrize("is_told", [False, True])
def test_old_alerts_go_and_the_match_stays_known(scenario: Scenario, *, is_told: bool) -> None:
    async def work(index: Index) -> None:
        await found(index)
        batch = await index.begin("mail", rows_of(await due(index)), AT)
        if is_told:
            await index.delivered(batch, AT)
        bounds = PurgeBounds(before={KeepKind.ALERTS: later(10)})
        counted = await index.count_old(bounds)
        done = summed([counts async for counts in index.purge_old(bounds)])
        assert done == counted == ({Purged.ALERTS: 2} if is_told else {})
        assert await states(index) == [MatchState.ALERTED] * 2
        assert await index.alerts_about([a_certificate(0).identity]) == [] or not is_told
        assert (await checked(index)).alerted == 0

    scenario(work)
