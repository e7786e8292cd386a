"""Use cases about misbehaviour of logs: show and export evidence, dismiss it, restore it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctscan.app.recorded_texts import check_recorded_text
from ctscan.app.recording import recorded
from ctscan.app.wiring import CLOCK, opened_index
from ctscan.clock import Clock
from ctscan.errors import ProofError, UsageError
from ctscan.model import AuditAction
from ctscan.model.number_ranges import numbers_text

if TYPE_CHECKING:
    from pathlib import Path

    from ctscan.config import Config
    from ctscan.index.protocols import MisbehaviourStore
    from ctscan.model import Log, RecordedMisbehaviour
    from ctscan.model.results import CheckedMisbehaviour
    from ctscan.scan.log.accusations import AccusationIndex


async def misbehaviour_of_logs(
    config: Config, name: str | None = None, *, who: str, clock: Clock = CLOCK
) -> list[CheckedMisbehaviour]:
    """Check all recorded misbehaviour anew, offline. Accusations of older versions are reviewed first: those that no
    third party can verify are dismissed, which is a change that the trail records.

    Args:
        config: settings.
        name: name or log ID (base64) of a log; None shows all logs.
        who: the account, for the record.
        clock: clock of dismissals.

    Raises:
        UsageError: the index knows no such log.
    """
    async with opened_index(config) as index:
        logs = _named([state.log for state in await index.log_states()], name)
        await _review(config, index, logs, who, clock)
        return [_checked(log, one) for log in logs for one in await index.misbehaviour(log.id)]


async def _review(config: Config, index: AccusationIndex, logs: list[Log], who: str, clock: Clock) -> None:
    from ctscan.scan.log.accusations import old_accusations, review_old

    old = [log for log in logs if await old_accusations(index, log)]
    if not old:
        return
    async with recorded(config, AuditAction.EVIDENCE, who=who, clock=clock) as change:
        change.detail = "reviewed accusations of an older version"
        for log in old:
            await review_old(index, log, clock.now())


async def export_evidence(config: Config, name: str | None, file: Path, *, who: str, clock: Clock = CLOCK) -> int:
    """Write evidence that verifies to a new file, with all that a third party needs to verify it.

    Args:
        config: settings.
        name: name or log ID (base64) of a log; None exports the evidence of all logs.
        file: the file.
        who: the account, for the record.
        clock: clock of the record.

    Returns:
        The number of contradictions in the file.

    Raises:
        UsageError: the index knows no such log, or holds no evidence of it.
        InputError: the file exists, or can't be written.
    """
    from ctscan.privacy.permissions import write_new
    from ctscan.views.json import exported_misbehaviour, to_json

    found = [one for one in await misbehaviour_of_logs(config, name, who=who, clock=clock) if one.proven]
    if not found:
        raise UsageError("logs evidence: there is no evidence that verifies, so nothing was exported")
    async with recorded(config, AuditAction.EVIDENCE, who=who, clock=clock) as change:
        change.detail = f"exported {numbers_text(one.recorded.number for one in found)}"
        write_new(file, to_json(exported_misbehaviour(found)) + "\n", "--export")
    return len(found)


async def decide_on_misbehaviour(
    config: Config, number: int, *, dismiss: bool, reason: str, who: str, clock: Clock = CLOCK
) -> None:
    """Dismiss recorded misbehaviour, or restore what was dismissed. Answers name it either way.

    Args:
        config: settings.
        number: number of the misbehaviour.
        dismiss: False restores it.
        reason: reason in words; it is kept with account and time.
        who: the account.
        clock: clock of the decision.

    Raises:
        UsageError: there is no misbehaviour of this number, it is in that state already, or the reason is empty.
    """
    from ctscan.model import LEGACY, Message, MisbehaviourDecision

    if not reason.strip():
        raise UsageError("logs evidence: expected a reason, found none; give --reason")
    check_recorded_text("logs evidence", "reason", reason)
    async with opened_index(config) as index:
        _check_number(await _numbered(index, number), number, dismiss=dismiss)
        async with recorded(config, AuditAction.EVIDENCE, who=who, clock=clock) as change:
            change.detail = f"{'dismissed' if dismiss else 'restored'} {number}"
            decision = MisbehaviourDecision(clock.now(), who, dismiss, Message(LEGACY, (("text", reason.strip()),)))
            await index.decide(number, decision)


async def _numbered(index: MisbehaviourStore, number: int) -> RecordedMisbehaviour | None:
    return next((one for one in await index.misbehaviour(None) if one.number == number), None)


def _check_number(found: RecordedMisbehaviour | None, number: int, *, dismiss: bool) -> None:
    if found is None:
        raise UsageError(f"logs evidence: there is no evidence {number}; 'ctscan logs evidence' lists all")
    if dismiss == (found.dismissal is not None):
        raise UsageError(f"logs evidence: evidence {number} is {'dismissed already' if dismiss else 'not dismissed'}")


def _named(logs: list[Log], name: str | None) -> list[Log]:
    from ctscan.scan.log_names import matching

    if name is None:
        return logs
    found = matching(name, logs)
    if not found:
        raise UsageError("logs evidence: no log of this index has that name or log ID; 'ctscan logs' lists all")
    return found


def _checked(log: Log, found: RecordedMisbehaviour) -> CheckedMisbehaviour:
    from ctscan.ct.misbehaviour import verify_evidence
    from ctscan.model.results import CheckedMisbehaviour

    try:
        return CheckedMisbehaviour(log, found, verify_evidence(log.key, found.evidence))
    except ProofError as error:
        return CheckedMisbehaviour(log, found, "", str(error))
