"""Use cases on tree heads: list and export the heads that passes saw, and compare them with another installation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from ctscan.app.recording import recorded
from ctscan.app.wiring import CLOCK, opened_index
from ctscan.clock import Clock
from ctscan.errors import FormatError, InputError, Misbehaviour, SourceError, Unproven, UsageError
from ctscan.model import AuditAction, FailureKind
from ctscan.model.comparison import HeadVerdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ctscan.config import Config
    from ctscan.ct.cosignature import Witness
    from ctscan.index.protocols import LogStore
    from ctscan.model import Log, LogState, SeenHead, TreeHead
    from ctscan.model.comparison import ComparedHead, HeadComparison, LogComparison, LogHeads
    from ctscan.scan.log.accusations import AccusationIndex
    from ctscan.scan.log.connect import Connection
    from ctscan.scan.network import Network

HEADS_FILE_LIMIT = 64 << 20
"""Bytes of an export of heads at most."""

MOST_ASKED = 50  # heads of one log for which the log is asked: the newest


def witnesses_of(config: Config) -> tuple[Witness, ...]:
    """Parse the verifier keys of the witnesses that the configuration names.

    Raises:
        UsageError: one of them is no verifier key.
    """
    if not config.witnesses:
        return ()
    from ctscan.ct.cosignature import parse_witness

    try:
        return tuple(parse_witness(vkey) for vkey in config.witnesses)
    except FormatError as error:
        raise UsageError(f"witnesses: {error}") from error


async def heads(config: Config) -> list[LogHeads]:
    """List the heads of each log that passes saw, with the cosignatures of the configured witnesses.

    Raises:
        UsageError: a verifier key of a witness is wrong.
    """
    from ctscan.ct.cosignature import cosignatures
    from ctscan.model.comparison import LogHeads, WitnessedHead

    witnesses = witnesses_of(config)
    async with opened_index(config) as index:
        found = []
        for state in await index.log_states():
            seen = await _seen(index, state)
            shown = tuple(WitnessedHead(one, cosignatures(one.head.raw, witnesses)) for one in seen)
            found.append(LogHeads(state.log, shown, len(witnesses)))
    return found


async def _seen(index: LogStore, state: LogState) -> list[SeenHead]:
    """Return the heads seen of a log. An index of an older version knows only the newest, and when it was checked."""
    from ctscan.model import SeenHead

    seen = await index.heads_seen(state.log.id)
    head, checked = state.head, state.last_check
    if not seen and head is not None and head.signature and checked is not None:
        return [SeenHead(head, checked, checked)]
    return seen


async def compare_heads(
    config: Config, exported: bytes, *, ask: bool, who: str, clock: Clock = CLOCK
) -> HeadComparison:
    """Compare an export of another installation with the heads of this index, and record contradictions.

    Args:
        config: settings.
        exported: the file.
        ask: ask each log for the consistency proofs of heads of other sizes.
        who: the account, for the record.
        clock: clock of the record.

    Raises:
        InputError: the file is no export of heads.
        UsageError: a contact is missing, and a log has to be asked.
    """
    from ctscan.ct.head_exchange import compare, parse_heads
    from ctscan.model.comparison import HeadComparison, LogComparison

    try:
        foreign = parse_heads(exported)
    except FormatError as error:
        raise InputError(f"{error}; expected a file of 'ctscan logs heads --export'") from error
    async with opened_index(config) as index:
        found: list[LogComparison] = []
        states = {state.log.id: state for state in await index.log_states()}
        for log in foreign:
            state = states.get(log.log_id)
            if state is None:
                found.append(LogComparison(log.log_id, log.name, is_known=False))
                continue
            own = [one.head for one in await _seen(index, state)]
            compared = tuple(compare(state.log, own, log.raws, clock.now()))
            found.append(LogComparison(log.log_id, state.log.name, True, compared))
        if ask:
            found = await _ask_logs(config, found, states, clock)
        await _record(config, index, found, who, clock)
    return HeadComparison(tuple(found))


async def _ask_logs(
    config: Config, found: Sequence[LogComparison], states: dict[bytes, LogState], clock: Clock
) -> list[LogComparison]:
    """Ask logs for the consistency of heads that are not comparable without."""
    from ctscan.personal.scope import Scope
    from ctscan.scan.network import open_network
    from ctscan.scan.run import ScanClock, ScanRequest

    request = ScanRequest(
        config.db, Scope(), contact=config.contact, tuning=config.tuning, give_up_after=config.timeouts.give_up
    )
    asked = []
    async with open_network(request, ScanClock(clock.now, clock.monotonic, clock.sleep)) as network:
        for log in found:
            state = states.get(log.log_id)
            open_heads = [one for one in log.heads if one.verdict is HeadVerdict.NOT_COMPARABLE]
            if state is None or state.head is None or not open_heads:
                asked.append(log)
                continue
            asked.append(replace(log, heads=await _ask_log(network, state, state.head, log.heads)))
    return asked


async def _ask_log(
    network: Network, state: LogState, own: TreeHead, compared: Sequence[ComparedHead]
) -> tuple[ComparedHead, ...]:
    """Ask one log about the newest of the heads that are not comparable."""
    not_comparable = [one for one in compared if one.verdict is HeadVerdict.NOT_COMPARABLE and one.head is not None]
    newest = sorted(not_comparable, key=lambda one: one.head.size if one.head else 0)[-MOST_ASKED:]
    connection = network.connect(state.log, 1, lambda _: None)
    try:
        answers = {id(one): await _consistency(connection, own, one) for one in newest}
    finally:
        await connection.source.aclose()
    return tuple(answers.get(id(one), one) for one in compared)


async def _consistency(connection: Connection, own: TreeHead, one: ComparedHead) -> ComparedHead:
    assert one.head is not None  # noqa: S101  only a head that the log signed is asked about
    smaller, larger = sorted((own, one.head), key=lambda head: head.size)
    try:
        await connection.verifier_of(larger).check_extends(smaller)
    except Misbehaviour as error:
        return replace(one, verdict=HeadVerdict.CONTRADICTS, own=own, detail=str(error), evidence=error.evidence)
    except Unproven as error:
        return replace(one, verdict=HeadVerdict.UNPROVEN, own=own, detail=str(error))
    except (SourceError, FormatError) as error:
        return replace(one, detail=str(error))
    return replace(one, verdict=HeadVerdict.CONSISTENT, own=own)


async def _record(
    config: Config, index: AccusationIndex, found: Sequence[LogComparison], who: str, clock: Clock
) -> None:
    """Record contradictions as misbehaviour of their logs; a log that proves nothing fails, and is in doubt."""
    kinds = (HeadVerdict.CONTRADICTS, HeadVerdict.UNPROVEN)
    against = [(log.log_id, one) for log in found for one in log.heads if one.verdict in kinds]
    if not against:
        return
    async with recorded(config, AuditAction.EVIDENCE, who=who, clock=clock) as change:
        change.detail = "compared heads with another installation"
        for log_id, one in against:
            state = await index.log_state(log_id)
            if state is not None:
                await _record_one(index, state.log, clock.now(), one)


async def _record_one(index: AccusationIndex, log: Log, at: datetime, one: ComparedHead) -> None:
    """Record misbehaviour only where the evidence verifies: the own head may be damaged in the index."""
    from ctscan.scan.log.accusations import verify_and_record

    reason = f"{one.detail}; the other head was shown to another installation"
    try:
        if one.evidence is None:
            raise Unproven(reason)
        await verify_and_record(index, log, at, Misbehaviour(reason, one.evidence))
    except Unproven as error:
        await index.record_error(log.id, at, str(error), FailureKind.UNPROVEN)
