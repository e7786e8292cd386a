"""Accusations of logs: recorded as misbehaviour only where the evidence verifies. Those of older versions are reviewed.

Older versions kept heads without the kind of the contradiction, and accused logs of faults that nobody else can verify.
Such a row stays where its heads alone prove a contradiction, or where two heads that the log signed may still turn out
to contradict each other; any other row is dismissed. A log that was not read well since such a row stays in doubt.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from ctscan.ct.misbehaviour import of_heads, signed_head, verify_evidence
from ctscan.errors import (
    ContradictsList,
    CtscanError,
    FutureHead,
    ProofError,
    SourceError,
    Unproven,
    WrongOrigin,
)
from ctscan.index.protocols import LogStore, MisbehaviourStore
from ctscan.model import DismissalReason, FailureKind, MisbehaviourDecision

if TYPE_CHECKING:
    from ctscan.errors import (
        Misbehaviour,
    )
    from ctscan.model import Log, RecordedMisbehaviour, TreeHead

PROGRAM = "ctscan"
"""Account of decisions that no person made."""


class AccusationIndex(LogStore, MisbehaviourStore, Protocol):
    """Index in the roles that verify accusations and review those of older versions."""


def failure_kind(error: Exception) -> FailureKind:
    """Classify the error that ended a pass."""
    match error:
        case FutureHead():
            return FailureKind.FUTURE_HEAD
        case WrongOrigin():
            return FailureKind.WRONG_ORIGIN
        case ContradictsList():
            return FailureKind.CONTRADICTS_LIST
        case Unproven():
            return FailureKind.UNPROVEN
        case _:
            return FailureKind.UNAVAILABLE


async def verify_and_record(index: MisbehaviourStore, log: Log, at: datetime, error: Misbehaviour) -> None:
    """Verify the evidence of an accusation, and record it as misbehaviour.

    Raises:
        Unproven: the evidence doesn't verify, and nothing is recorded.
    """
    try:
        verify_evidence(log.key, error.evidence)
    except ProofError as problem:
        raise Unproven(f"{error}; but no third party could verify that: {problem}") from error
    await index.record_misbehaviour(log.id, at, str(error), error.evidence)


async def review_old(index: AccusationIndex, log: Log, at: datetime) -> None:
    """Check the evidence that an older version recorded of a log: name its kind, or dismiss it. Nothing is asked."""
    for row in await old_accusations(index, log):
        try:
            found = of_heads(log.key, row.evidence.heads)
        except ProofError:
            if len(_signed(log, row)) < 2:
                await _dismiss(index, log, row, at)
        else:
            if found.kind is not None:
                await index.name_misbehaviour(row.number, found.kind)


async def settle_old(
    index: AccusationIndex, log: Log, head: TreeHead, check_extends: Callable[[TreeHead], Awaitable[None]], at: datetime
) -> None:
    """Settle old accusations that two signed heads alone don't prove: prove that the tree of today extends both.

    Args:
        index: the index.
        log: the log.
        head: the head of this pass.
        check_extends: proves that the tree of `head` extends that of a smaller head.
        at: time of a dismissal.

    Raises:
        Misbehaviour: the tree of today doesn't extend such a head, and that can be proven.
    """
    for row in await old_accusations(index, log):
        heads = _signed(log, row)
        if not all(known.size <= head.size for known in heads):
            continue
        try:
            for known in heads:
                await check_extends(known)
        except (SourceError, Unproven):
            continue  # neither proven nor refuted: the accusation stands
        await _dismiss(index, log, row, at)


async def old_accusations(index: MisbehaviourStore, log: Log) -> list[RecordedMisbehaviour]:
    """List accusations without a kind that nobody decided about."""
    return [row for row in await index.misbehaviour(log.id) if row.evidence.kind is None and not row.decisions]


def _signed(log: Log, row: RecordedMisbehaviour) -> list[TreeHead]:
    """List the heads of an accusation that the log signed."""
    found = []
    for raw in row.evidence.heads:
        try:
            found.append(signed_head(log.key, raw))
        except CtscanError:
            continue
    return found


async def _dismiss(index: AccusationIndex, log: Log, row: RecordedMisbehaviour, at: datetime) -> None:
    """Dismiss an accusation. Where the log was not read well after it, a doubt takes its place."""
    state = await index.log_state(log.id)
    if state is not None and (state.last_success is None or state.last_success < row.at):
        await index.record_error(log.id, at, row.reason, FailureKind.UNPROVEN)
    await index.decide(row.number, MisbehaviourDecision(at, PROGRAM, True, DismissalReason.UNVERIFIABLE()))
