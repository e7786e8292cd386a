"""Queries of an index about misbehaviour and doubts, after a scan."""

from __future__ import annotations

from pathlib import Path

from support.scanning import look_up, states, with_index
from support.third_party import convince

from ctscan.ct.misbehaviour import verify_evidence
from ctscan.index.protocols import Index
from ctscan.model import FailureKind, RecordedMisbehaviour
from ctscan.model.results import CheckedMisbehaviour
from ctscan.views.json import exported_misbehaviour


def misbehaviour_in(db: Path) -> list[RecordedMisbehaviour]:
    """List all recorded misbehaviour. All of it verifies, by ctscan and, once exported, by other software."""

    async def ask(index: Index) -> list[CheckedMisbehaviour]:
        logs = {state.log.id: state.log for state in await index.log_states()}
        return [
            CheckedMisbehaviour(logs[one.log_id], one, verify_evidence(logs[one.log_id].key, one.evidence))
            for one in await index.misbehaviour(None)
        ]

    found = with_index(db, ask)
    for item in exported_misbehaviour(found)["evidence"]:
        convince(item)
    return [one.recorded for one in found]


def doubt(db: Path) -> tuple[FailureKind | None, str]:
    """Return the kind of the doubt about the only log, and the remark by which an answer names it. Nothing is accused,
    and the answer isn't complete."""
    assert misbehaviour_in(db) == []
    (state,) = states(db).values()
    answer = look_up(db, "jane.roe@example.org")
    assert not answer.complete
    named = [remark.code for remark in answer.remarks if dict(remark.params).get("log") == state.log.name]
    return state.failure, ", ".join(named)


def assert_healed(db: Path) -> None:
    """Hold that the only log was read well again, and that nothing is left of the doubt."""
    (state,) = states(db).values()
    assert (state.failure, state.last_error, state.misbehaviour) == (None, None, ())
    assert look_up(db, "jane.roe@example.org").complete
    assert misbehaviour_in(db) == []
