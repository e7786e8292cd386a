"""Use cases that add to the history of a case: one for each thing that a handler does.

Each checks the texts of the handler, makes one or several events and adds them (`cases.add_events`), which refuses what
the state or the regime of the case doesn't permit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ctscan.app.case_register import add_events, case, case_identifiers, cases, new_event
from ctscan.app.case_texts import day_of, here, line_of, moment_of, text_of, today
from ctscan.app.person_requests import lift_of_case, restrict_added
from ctscan.app.recorded_texts import check_texts
from ctscan.app.wiring import CLOCK, opened_index
from ctscan.clock import Clock
from ctscan.errors import UsageError
from ctscan.model.case import CaseAction, DecisionKind

if TYPE_CHECKING:
    from datetime import date, datetime

    from ctscan.config import Config
    from ctscan.model import Identifier
    from ctscan.model.case import Case


async def extend_case(
    config: Config, number: str, *, reason: str, told: str | None, until: str | None, who: str, clock: Clock = CLOCK
) -> Case:
    """Extend the time to answer.

    Args:
        reason: reason as the requester was told it.
        told: date on which the requester was told; None: today.
        until: last day of the extension; None: the longest that the regime permits.

    Raises:
        UsageError: the regime permits no extension, or no longer.
    """
    now = clock.now()
    event = new_event(
        CaseAction.EXTENDED,
        who,
        now,
        reason=text_of("--reason", reason),
        told=str(today(now) if told is None else day_of("--told", told, now)),
        until="" if until is None else _coming_day("--until", until, now),
    )
    return await add_events(config, number, [event], who, clock)


async def pause_case(
    config: Config, number: str, *, ground: str, text: str, at: str | None, who: str, clock: Clock = CLOCK
) -> Case:
    """Stop the clock of a case on a ground that its regime knows; `text` says why in the handler's words."""
    now = clock.now()
    event = new_event(
        CaseAction.PAUSED,
        who,
        now,
        at=moment_of("--at", at, now),
        reason=_words("--ground", ground),
        text=text_of("--reason", text),
    )
    return await add_events(config, number, [event], who, clock)


async def resume_case(
    config: Config, number: str, *, text: str, at: str | None, who: str, clock: Clock = CLOCK
) -> Case:
    """Let the clock of a paused case run again."""
    return await _add_one(config, number, CaseAction.RESUMED, at, who, clock, text=_optional("--reason", text))


async def confirm_receipt(
    config: Config, number: str, *, channel: str, at: str | None, who: str, clock: Clock = CLOCK
) -> Case:
    """Record that the requester was told that the request has arrived."""
    detail = line_of("--channel", channel)
    return await _add_one(config, number, CaseAction.CONFIRMED_RECEIPT, at, who, clock, channel=detail)


async def record_fee(config: Config, number: str, *, at: str | None, who: str, clock: Clock = CLOCK) -> Case:
    """Record that a fee was paid: some regimes count from then."""
    return await _add_one(config, number, CaseAction.FEE_PAID, at, who, clock)


async def note_on_case(
    config: Config, number: str, *, text: str, at: str | None, who: str, clock: Clock = CLOCK
) -> Case:
    """Add a note in the handler's words."""
    return await _add_one(config, number, CaseAction.NOTED, at, who, clock, text=text_of("--text", text))


async def close_case(
    config: Config, number: str, *, outcome: str, at: str | None, who: str, clock: Clock = CLOCK
) -> Case:
    """Close a case: the answer was sent, or the request was withdrawn."""
    return await _add_one(config, number, CaseAction.CLOSED, at, who, clock, outcome=text_of("--outcome", outcome))


async def add_identifiers(
    config: Config, number: str, identifiers: Sequence[Identifier], *, who: str, clock: Clock = CLOCK
) -> Case:
    """Add identifiers to a case. Its identity has to be settled again then: a new identifier may be another's.

    Raises:
        UsageError: there are none, the case has all of them already, or the purpose names the person.
    """
    found = await case(config, number)
    known = {(one.kind, one.canonical) for one in found.identifiers}
    added = [one for one in case_identifiers(identifiers) if (one.kind, one.canonical) not in known]
    if not added:
        raise UsageError(f"case {found.number}: expected an identifier that the case doesn't have yet, got none")
    check_texts("case add", identifiers, config.purpose)
    events = [new_event(CaseAction.IDENTIFIER_ADDED, who, clock.now(), kind=str(one.kind)) for one in added]
    changed = await add_events(config, found.number, events, who, clock, known=len(found.events), identifiers=added)
    await restrict_added(config, changed, who=who, clock=clock)
    return changed


async def decide_case(
    config: Config,
    number: str,
    *,
    decision: str,
    ground: str,
    reasoning: str,
    certificates: Sequence[str] = (),
    statement: str = "",
    told: str | None = None,
    at: str | None = None,
    who: str,
    clock: Clock = CLOCK,
) -> Case:
    """Record a decision, on the whole request or on some certificates.

    Args:
        decision: `DecisionKind`; hyphens count as blanks.
        ground: ground of a refusal in a word of the regime; empty without one.
        reasoning: reasons in the handler's words.
        certificates: identities of certificates, in hex, that the decision is about; empty: the whole request.
        statement: statement of a rectification, which later answers carry.
        told: day on which the person was told that the restriction of an objection ends; the restriction ends with a
            rejection of the whole objection that has this day. Without the day it stays, and the case says so.

    Raises:
        UsageError: the decision doesn't fit the request, the regime doesn't know the ground, a certificate isn't in the
            index, or a statement comes without a rectification.
    """
    kind = _words("--decision", decision)
    now = clock.now()
    moment = moment_of("--at", at, now)
    if told is not None and (kind != DecisionKind.OBJECTION_REJECTED or certificates):
        raise UsageError(
            "case decide: --told: expected with --decision objection-rejected about the whole objection, got it with "
            "another decision or with --certificate"
        )
    texts = {
        "decision": kind,
        "ground": _words("--ground", ground),
        "reasoning": text_of("--reasoning", reasoning),
        "told": "" if told is None else str(day_of("--told", told, now)),
    }
    identities = await _identities(config, certificates)
    events = [
        new_event(CaseAction.DECIDED, who, now, at=moment, certificate=identity, **texts)
        for identity in identities or [""]
    ]
    if statement and kind != DecisionKind.RECTIFIED:
        raise UsageError("case decide: --statement: expected with --decision rectified, got it with another decision")
    if statement:
        text = text_of("--statement", statement)
        events.append(new_event(CaseAction.STATEMENT, who, now, at=moment, text=text))
    decided = await add_events(config, number, events, who, clock)
    if told is not None:
        await lift_of_case(config, decided.number, told, who=who, clock=clock)
    return decided


async def note_lifting(config: Config, number: str, told: date, *, who: str, clock: Clock) -> None:
    """Add to the history of a case that its restriction was ended, and the day on which the person was told.

    A case that isn't in this index (another index with the same suppression file) is passed over."""
    if number in {found.number for found in await cases(config)}:
        event = new_event(CaseAction.NOTED, who, clock.now(), restriction="ended", told=str(told))
        await add_events(config, number, [event], who, clock)


async def _add_one(
    config: Config, number: str, action: CaseAction, at: str | None, who: str, clock: Clock, **detail: str
) -> Case:
    now = clock.now()
    event = new_event(action, who, now, at=moment_of("--at", at, now), **detail)
    return await add_events(config, number, [event], who, clock)


async def _identities(config: Config, texts: Sequence[str]) -> list[str]:
    """Check that certificates are in the index, and return their identities in hex, each once."""
    found = list(dict.fromkeys(_identity(text) for text in texts))
    async with opened_index(config) as index:
        for identity in found:
            if not await index.find_identity(bytes.fromhex(identity)):
                raise UsageError(
                    f"--certificate: the index has no certificate of the identity {identity}; 'ctscan lookup … "
                    "--format json' names identities"
                )
    return found


def _identity(text: str) -> str:
    typed = text.strip().lower().removeprefix("identity:")
    if len(typed) != 64 or not set(typed) <= set("0123456789abcdef"):
        raise UsageError(
            "--certificate: expected the identity of a certificate, 64 hexadecimal digits, got something else of "
            f"{len(text)} characters; 'ctscan lookup … --format json' names identities"
        )
    return typed


def _words(option: str, text: str) -> str:
    """Return a word of a closed vocabulary: `claim-not-covered` is `claim not covered`."""
    return line_of(option, text).lower().replace("-", " ")


def _optional(option: str, text: str) -> str:
    return text_of(option, text) if text.strip() else ""


def _coming_day(option: str, text: str, now: datetime) -> str:
    """Read a date that may lie in the future."""
    far = here(now).replace(year=here(now).year + 20, day=1)
    return str(day_of(option, text, far))
