"""Contract of an index for misbehaviour of logs: evidence verbatim, and decisions about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from support.kept import AT, LOG, digest, later

from ctscan.errors import IndexFault
from ctscan.index.protocols import Index
from ctscan.model import (
    LEGACY,
    DismissalReason,
    Message,
    MisbehaviourDecision,
    MisbehaviourEvidence,
    MisbehaviourKind,
)

RunScenario = Callable[[Callable], None]

TWO = MisbehaviourEvidence(MisbehaviourKind.TWO_ROOTS, (b"one\xff", b"two\0"))
EXTENDED = MisbehaviourEvidence(MisbehaviourKind.NOT_EXTENDED, (b"small", b"large"), (digest("a"), digest("b")))
OLD = MisbehaviourEvidence(None, (b"",))
NOTHING = MisbehaviourEvidence(None, ())


def decision(at: datetime, is_dismissal: bool, reason: Message) -> MisbehaviourDecision:
    return MisbehaviourDecision(at, "auditor", is_dismissal, reason)


def text(words: str) -> Message:
    return Message(LEGACY, (("text", words),))


def test_misbehaviour_is_kept_verbatim_once_for_each_evidence(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await index.save_log(LOG)
        assert await index.misbehaviour(LOG.id) == await index.misbehaviour(None) == []
        for second in range(3):
            await index.record_misbehaviour(LOG.id, later(second), "two roots", TWO)
        await index.record_misbehaviour(LOG.id, later(8), "doesn't extend", EXTENDED)
        await index.record_misbehaviour(LOG.id, later(9), "bad signature", OLD)
        await index.record_misbehaviour(LOG.id, later(10), "no evidence", NOTHING)
        found = await index.misbehaviour(LOG.id)
        assert [(one.log_id, one.at, one.reason, one.evidence, one.decisions) for one in found] == [
            (LOG.id, AT, "two roots", TWO, ()),
            (LOG.id, later(8), "doesn't extend", EXTENDED, ()),
            (LOG.id, later(9), "bad signature", OLD, ()),
            (LOG.id, later(10), "no evidence", NOTHING, ()),
        ]
        assert await index.misbehaviour(None) == found
        assert len({one.number for one in found}) == 4
        state = await index.log_state(LOG.id)
        assert state is not None
        assert state.misbehaviour == ("two roots", "doesn't extend", "bad signature", "no evidence")
        assert await index.misbehaviour(digest("another log")) == []
        with pytest.raises(IndexFault):
            await index.record_misbehaviour(digest("another log"), AT, "two roots", TWO)

    scenario(work)


def test_old_heads_with_a_kind_are_other_evidence_than_without(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await index.save_log(LOG)
        for kind in (None, MisbehaviourKind.TWO_ROOTS, MisbehaviourKind.SHRANK):
            await index.record_misbehaviour(LOG.id, AT, "reason", MisbehaviourEvidence(kind, TWO.heads))
        old, named, _ = await index.misbehaviour(LOG.id)
        await index.name_misbehaviour(old.number, MisbehaviourKind.SHRANK)
        await index.name_misbehaviour(named.number, MisbehaviourKind.SHRANK)
        kinds = [one.evidence.kind for one in await index.misbehaviour(LOG.id)]
        assert kinds == [MisbehaviourKind.SHRANK, MisbehaviourKind.TWO_ROOTS, MisbehaviourKind.SHRANK]

    scenario(work)


def test_the_newest_decision_counts_and_all_are_kept(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await index.save_log(LOG)
        await index.record_misbehaviour(LOG.id, AT, "two roots", TWO)
        await index.record_misbehaviour(LOG.id, later(1), "no proof", OLD)
        first, second = await index.misbehaviour(LOG.id)
        made = [
            decision(later(3), True, text('["remark.cut"] looks like a code')),
            decision(later(2), False, text("an error")),
        ]
        for one in made:
            await index.decide(first.number, one)
        await index.decide(second.number, decision(later(4), True, DismissalReason.UNVERIFIABLE()))
        first, second = await index.misbehaviour(LOG.id)
        assert list(first.decisions) == made and first.dismissal is None
        assert second.dismissal == second.decisions[0]
        state = await index.log_state(LOG.id)
        assert state is not None and state.misbehaviour == ("two roots",)
        assert [(one.number, one.at, one.reason) for one in state.dismissed] == [
            (second.number, later(4), DismissalReason.UNVERIFIABLE())
        ]
        await index.record_misbehaviour(LOG.id, later(9), "no proof", OLD)
        assert (await index.log_states())[0].misbehaviour == ("two roots",), "the same evidence stays dismissed"
        with pytest.raises(IndexFault):
            await index.decide(999, decision(AT, True, text("of nothing")))

    scenario(work)
