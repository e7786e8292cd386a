"""Answers about one data subject: a look-up of each identifier of a case, recorded with the number of the case."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ctscan.app.answers import look_up, parse_identifier
from ctscan.app.wiring import CLOCK, opened_index
from ctscan.clock import Clock
from ctscan.errors import UsageError
from ctscan.model import AuditAction
from ctscan.model.case import Case

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model import Answer, Identifier, Match


def identifiers_of_case(case: Case) -> list[Identifier]:
    """Parse the identifiers of a case, each once, in the order of the case.

    Raises:
        UsageError: the case holds no identifier; the message names the case only.
    """
    found: dict[tuple[str, str], Identifier] = {}
    for given in case.identifiers:
        parsed = parse_identifier(given.text)
        found.setdefault((str(parsed.kind), parsed.canonical), parsed)
    if not found:
        raise UsageError(f"{case.number}: expected a case with an identifier, got one without; add one to the case")
    return list(found.values())


async def case_answers(
    config: Config,
    of: Case | Sequence[Identifier],
    *,
    who: str,
    purpose: str,
    at: datetime | None = None,
    action: AuditAction = AuditAction.LOOKUP,
    clock: Clock = CLOCK,
) -> list[Answer]:
    """Answer the look-ups of all identifiers of a case, in their order. Each is in the audit trail when it returns.

    Args:
        config: settings.
        of: case, whose number is recorded with each look-up, or identifiers without a case.
        who: account, for the record.
        purpose: purpose of the look-ups, for the record.
        at: moment for which statuses are judged; None takes the moment of each look-up.
        action: kind of look-up, for the record.
        clock: clock of the record.

    Raises:
        UsageError: the case holds no identifier, or the purpose names the person.
        IndexFault: the index is missing or can't be read, or the audit trail can't be written.
        InputError: the key file can't be used.
    """
    identifiers, number = (identifiers_of_case(of), of.number) if isinstance(of, Case) else (list(of), "")
    moment = None if at is None else await _not_before_the_index(config, at)
    looked_up = look_up(  # parts of a name too: who asks for the own data gets what is unclear as well
        config, identifiers, who=who, purpose=purpose, case=number, at=moment, action=action, partly=True, clock=clock
    )
    async with aclosing(looked_up) as answers:
        return [answer if at is None else with_statuses(answer, at) async for answer in answers]


async def _not_before_the_index(config: Config, at: datetime) -> datetime:
    """Return the moment for which the staleness of logs is judged: the newest time that the index knows, where `at` is
    earlier. An earlier moment would call a log that was read whole unread."""
    from ctscan.ct.freshness import time_known

    async with opened_index(config) as index:
        times = [time_known(state) for state in await index.log_states()]
    return max([at, *(time for time in times if time is not None)])


def with_statuses(answer: Answer, at: datetime) -> Answer:
    """Judge the statuses of an answer's certificates for a moment."""
    matches, mailboxes = (tuple(_judged(one, at) for one in some) for some in (answer.matches, answer.mailboxes))
    return replace(answer, matches=matches, mailboxes=mailboxes)


def _judged(match: Match, at: datetime) -> Match:
    from ctscan.revocation.status import status_of

    certificate = match.certificate
    return replace(match, status=status_of(certificate.not_before, certificate.not_after, match.revocations, at))
