"""Use cases of the register of cases: open a case, read it, find it, add to its history.

    request ──► checked ──► event INTENDED of the trail ──► case, with its number ──► event DONE

Every change, every look at a case and every search is in the audit trail, with the number of the case and without an
identifier. The case itself is personal data and holds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ctscan.app.case_rules import check_events
from ctscan.app.case_texts import case_number, checked_day, here, line_of
from ctscan.app.person_requests import restrict_case
from ctscan.app.recorded_texts import check_texts
from ctscan.app.recording import record_reading, recorded
from ctscan.app.wiring import CLOCK, opened_index
from ctscan.clock import Clock
from ctscan.errors import IndexFault, UsageError
from ctscan.model import AuditAction
from ctscan.model.case import Case, CaseAction, CaseEvent, CaseIdentifier, CaseKind

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.index.protocols import Cases
    from ctscan.model import Identifier, IdentifierKind
    from ctscan.model.case import CaseRequest

MOST_IDENTIFIERS = 1_000
IDENTIFIER_LIMIT = 1_000


_AT_ONCE = {CaseKind.OBJECTION: "objection"}
"""Kinds of request that restrict the processing from their receipt on, and the reason."""


async def open_case(config: Config, request: CaseRequest, who: str, clock: Clock = CLOCK) -> Case:
    """Open a case: check the request, give it the next number of the year, and keep it.

    Args:
        request: the request.
        who: the account, for the record.

    Raises:
        UsageError: the request has no identifier, an impossible date, an unknown regime or language, or characters that
            steer a terminal; or the purpose, which is recorded, names the person.
    """
    now = clock.now()
    case = _new_case(request, who, now)
    check_events(config, replace(case, events=()), case.events)
    check_texts("case open", request.identifiers, config.purpose)
    async with (
        opened_index(config) as index,
        recorded(config, AuditAction.CASE, who=who, clock=clock) as change,
    ):
        change.detail = str(CaseAction.OPENED)
        saved = await index.save_case(case)
        change.case = saved.number
        if saved.kind in _AT_ONCE:
            await restrict_case(config, index, saved, change.trail, clock)
        return saved


async def case(config: Config, number: str) -> Case:
    """Read a case for another use case, which records its own work; `show_case` is for readers.

    Raises:
        UsageError: the text is no number of a case, or the register has no such case.
    """
    async with opened_index(config) as index:
        return await _case(index, number)


async def show_case(config: Config, number: str, who: str, clock: Clock = CLOCK) -> Case:
    """Read a case for a reader: the trail records who saw it.

    Raises:
        UsageError: as `case`.
    """
    found = await case(config, number)
    await record_reading(config, AuditAction.CASE, "shown", who=who, case=found.number, clock=clock)
    return found


async def cases(config: Config) -> list[Case]:
    """Return all cases, in the order of their opening."""
    async with opened_index(config) as index:
        return await index.cases()


async def find_cases(config: Config, identifiers: Sequence[Identifier], who: str, clock: Clock = CLOCK) -> list[Case]:
    """Find the cases that have one of these identifiers in any of its readings, or a requester or a name with these
    words.

    The trail records who searched, with the digest of each identifier.
    """
    if not identifiers:
        raise UsageError("case search: expected an identifier, got none; give it as an argument, or by - from stdin")
    from ctscan.personal.identifiers import name_in

    keys = [(one.kind, one.canonical) for identifier in identifiers for one in identifier.readings]
    keys += _pseudonyms(config, keys)
    async with opened_index(config) as index:
        found = await index.find_cases(keys)
        for identifier in identifiers:
            found += await index.find_cases_of(name_in(identifier.value))
    await record_reading(config, AuditAction.CASE, "searched", who=who, identifiers=identifiers, clock=clock)
    return sorted({one.number: one for one in found}.values(), key=_order)


def _pseudonyms(config: Config, keys: Sequence[tuple[IdentifierKind, str]]) -> list[tuple[IdentifierKind, str]]:
    """Return the pseudonyms that stand for identifiers in cases closed long ago; none without the key file."""
    from ctscan.app.wiring import key_path
    from ctscan.model.case import pseudonym
    from ctscan.privacy.key_file import load_key
    from ctscan.privacy.pseudonym import pseudonym_digest

    if not key_path(config).exists():
        return []
    key = load_key(key_path(config))
    return [(kind, pseudonym(pseudonym_digest(key, str(kind), text))) for kind, text in keys]


async def add_events(
    config: Config,
    number: str,
    events: Sequence[CaseEvent],
    who: str,
    clock: Clock = CLOCK,
    *,
    known: int | None = None,
    identifiers: Sequence[CaseIdentifier] = (),
) -> Case:
    """Add events to the history of a case, and return the case as it is then. The trail records their actions.

    Args:
        number: number of the case.
        events: events, in their order (see `new_event`).
        who: the account, for the record.
        clock: clock of the record.
        known: number of events that the decision rests on; None: those that are there now.
        identifiers: identifiers that come to the case.

    Raises:
        UsageError: there is no such case, or its state or its regime doesn't allow an event.
        IndexFault: another command has added to the case meanwhile; nothing was written.
    """
    async with opened_index(config) as index:
        before = await _case(index, number)
        check_events(config, before, events)
        async with recorded(config, AuditAction.CASE, who=who, case=before.number, clock=clock) as change:
            change.detail = ", ".join(dict.fromkeys(str(event.action) for event in events))
            await append_events(index, before, events, known=known, identifiers=identifiers)
        return await _case(index, before.number)


async def append_events(
    index: Cases,
    before: Case,
    events: Sequence[CaseEvent],
    *,
    known: int | None = None,
    identifiers: Sequence[CaseIdentifier] = (),
) -> None:
    """Add events, which were checked, to the history of a case, for a use case that records its own work.

    Raises:
        IndexFault: another command has added to the case meanwhile; nothing was written.
    """
    expected = len(before.events) if known is None else known
    if not await index.add_events(before.number, expected, events, identifiers):
        raise IndexFault(
            f"case {before.number}: another command has added to it meanwhile, and nothing was written; look at it "
            f"('ctscan case show --case {before.number}'), and repeat the command if it still fits"
        )


def new_event(action: CaseAction, who: str, now: datetime, *, at: datetime | None = None, **detail: str) -> CaseEvent:
    """Make an event of a case. Empty texts of the detail are left out.

    Args:
        action: what happened.
        who: the account.
        now: moment at which it is written.
        at: moment at which it happened; None: now. Its day is the day in the time zone of this machine.
        detail: texts by key: see `CaseAction`.
    """
    happened, written = (here(moment).replace(microsecond=0) for moment in (at or now, now))
    texts = sorted((key, text) for key, text in detail.items() if text)
    return CaseEvent(happened, written, who, action, tuple(texts))


async def _case(index: Cases, number: str) -> Case:
    wanted = case_number(number)
    found = await index.case(wanted)
    if found is None:
        raise UsageError(f"case {wanted}: not in the register; 'ctscan case list --all' shows the numbers")
    return found


def _new_case(request: CaseRequest, who: str, now: datetime) -> Case:
    """Check a request, and make the case that it opens."""
    if not request.identifiers:
        raise UsageError(
            "case open: expected at least one identifier of the requester, got none; give them as arguments, by - from "
            "stdin, or with --from-file"
        )
    if len(request.identifiers) > MOST_IDENTIFIERS:
        raise UsageError(f"case open: expected at most {MOST_IDENTIFIERS:,} identifiers, got more; open several cases")
    if request.since is not None:
        checked_day("--since", request.since, now)
    opened = new_event(CaseAction.OPENED, who, now, restriction=_AT_ONCE.get(request.kind, ""))
    return Case(
        number="",
        kind=request.kind,
        regime=request.regime,
        received=checked_day("--received", request.received, now),
        lang=request.lang,
        identifiers=tuple(case_identifiers(request.identifiers)),
        channel=line_of("--channel", request.channel),
        requester=line_of("--requester", request.requester),
        since=request.since,
        events=(opened,),
    )


def case_identifiers(identifiers: Sequence[Identifier]) -> list[CaseIdentifier]:
    """Return identifiers as a case keeps them: as they were typed, with the form to compare, each once."""
    found: dict[tuple[IdentifierKind, str], CaseIdentifier] = {}
    for one in identifiers:
        text = line_of("identifier", one.value, limit=IDENTIFIER_LIMIT)
        found.setdefault((one.kind, one.canonical), CaseIdentifier(text, one.kind, one.canonical))
    return list(found.values())


def _order(case: Case) -> tuple[int, int]:
    """Return the key that sorts cases by number."""
    year, ordinal = case.number.split("-")[1:]
    return int(year), int(ordinal)
