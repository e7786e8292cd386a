"""Contract of the audit trail: events are added and numbered, intents are held and ended, nothing is changed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from ctscan.errors import IndexFault
from ctscan.index.open import beside, open_trail
from ctscan.index.protocols import Trail
from ctscan.model import AuditAction, AuditEvent, AuditState
from ctscan.model.audit import Verdict

AT = datetime(2026, 2, 1, 5, 30, tzinfo=UTC)
LOOKUP = AuditEvent(
    0, AT, "privacy", AuditAction.LOOKUP, AuditState.DONE, "access request", "2026-17", "email", bytes(range(32)),
    "0f" * 16, "ab" * 32, Verdict.COMPLETE_FOUND,
)  # fmt: skip
SCAN = AuditEvent(0, AT, "cron", AuditAction.SCAN, AuditState.INTENDED, "exposure")

Scenario = Callable[[Trail], Awaitable[None]]


@pytest.fixture(params=["inline", "thread"])
def scenario(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Scenario], None]:
    """Return a function that runs an async scenario with a new trail."""

    def run(work: Scenario) -> None:
        async def with_trail() -> None:
            inline = request.param == "inline"
            async with await open_trail(tmp_path / "ctscan.db.audit", create=True, inline=inline) as trail:
                await work(trail)

        asyncio.run(with_trail())

    return run


def test_events_are_numbered_and_listed_newest_first(scenario: Callable[[Scenario], None]) -> None:
    async def work(trail: Trail) -> None:
        assert await trail.events(10) == []
        other = replace(LOOKUP, answer="", answer_digest="", who="Zoë \ud800", at=AT + timedelta(microseconds=1))
        assert [await trail.append(LOOKUP), await trail.append(other), await trail.append(SCAN)] == [1, 2, 3]
        assert await trail.events(10) == [
            replace(SCAN, id=3),
            replace(other, id=2, who="Zoë �"),
            replace(LOOKUP, id=1),
        ]
        assert [event.id for event in await trail.events(1)] == [3]

    scenario(work)


def test_the_event_of_an_answer_is_found_by_its_id(scenario: Callable[[Scenario], None]) -> None:
    async def work(trail: Trail) -> None:
        await trail.append(replace(LOOKUP, answer=""))
        await trail.append(LOOKUP)
        assert await trail.event_of_answer(LOOKUP.answer) == replace(LOOKUP, id=2)
        assert await trail.event_of_answer("00" * 16) is None
        assert await trail.event_of_answer("") is None
        with pytest.raises(IndexFault):
            await trail.append(LOOKUP)  # an answer is recorded once
        assert len(await trail.events(10)) == 2

    scenario(work)


def test_an_intent_is_held_until_it_ends_and_ends_once(scenario: Callable[[Scenario], None]) -> None:
    async def work(trail: Trail) -> None:
        async with trail.intend(SCAN) as intent:
            assert intent == 1
            assert await trail.end_abandoned(AT) == []  # this very process holds it
            ended = replace(SCAN, state=AuditState.DONE, detail="7", intent=intent)
            assert await trail.append(ended) == 2
        assert await trail.end_abandoned(AT) == []
        with pytest.raises(IndexFault):
            await trail.append(ended)

    scenario(work)


def test_an_intent_that_nobody_ended_is_ended_as_interrupted(scenario: Callable[[Scenario], None]) -> None:
    async def work(trail: Trail) -> None:
        async with trail.intend(SCAN) as first, trail.intend(replace(SCAN, action=AuditAction.IMPORT)) as second:
            pass
        later = AT + timedelta(days=1)
        assert await trail.end_abandoned(later) == [first, second]
        newest = await trail.events(2)
        assert [(event.intent, event.action, event.state) for event in newest] == [
            (second, AuditAction.IMPORT, AuditState.INTERRUPTED),
            (first, AuditAction.SCAN, AuditState.INTERRUPTED),
        ]
        assert {(event.who, event.purpose, event.at) for event in newest} == {("cron", "exposure", later)}
        assert await trail.end_abandoned(later) == []

    scenario(work)


def test_an_intent_that_could_not_be_written_is_not_held(scenario: Callable[[Scenario], None]) -> None:
    async def work(trail: Trail) -> None:
        with pytest.raises(IndexFault):
            async with trail.intend(replace(SCAN, intent=99)):  # no such event
                pass
        async with trail.intend(SCAN) as intent:
            assert intent == 1

    scenario(work)


def test_the_first_key_of_a_trail_stays(scenario: Callable[[Scenario], None]) -> None:
    async def work(trail: Trail) -> None:
        assert await trail.key_id() is None
        assert await trail.save_key_id(b"one", AT) == b"one"
        assert await trail.save_key_id(b"two", AT) == b"one"
        assert await trail.key_id() == b"one"

    scenario(work)


def test_a_missing_trail_is_made_only_on_request(tmp_path: Path) -> None:
    with pytest.raises(IndexFault, match=r"there is no audit trail here; .*CTSCAN_AUDIT_PATH"):
        asyncio.run(open_trail(tmp_path / "none.audit", create=False))
    assert list(tmp_path.iterdir()) == []


def test_the_files_of_an_index_lie_beside_the_file_that_a_link_names(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "real.db").touch()
    (tmp_path / "link.db").symlink_to(tmp_path / "data" / "real.db")
    assert beside(str(tmp_path / "link.db"), ".audit") == (tmp_path / "data" / "real.db.audit").resolve()
    assert beside(f"sqlite:///{tmp_path}/new.db", ".key") == tmp_path.resolve() / "new.db.key"
