"""Answers about one data subject: a look-up of each identifier of a case, recorded with the number of the case."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from datetime import datetime
from typing import TYPE_CHECKING

from ctscan.app.answers import look_up, parse_identifier
from ctscan.app.wiring import CLOCK
from ctscan.clock import Clock
from ctscan.errors import UsageError
from ctscan.model import AuditAction
from ctscan.model.case import Case

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model import Answer, Identifier


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
        at: moment for which statuses and staleness are judged; None takes the moment of each look-up.
        action: kind of look-up, for the record.
        clock: clock of the record.

    Raises:
        UsageError: the case holds no identifier, or the purpose names the person.
        IndexFault: the index is missing or can't be read, or the audit trail can't be written.
        InputError: the key file can't be used.
    """
    identifiers, number = (identifiers_of_case(of), of.number) if isinstance(of, Case) else (list(of), "")
    looked_up = look_up(config, identifiers, who=who, purpose=purpose, case=number, at=at, action=action, clock=clock)
    async with aclosing(looked_up) as answers:
        return [answer async for answer in answers]
