"""Use cases that keep promises towards people: forget or hide a person, list what was promised, take a promise back.

identifiers, or a case ──► proven forms ──► recipients, while they are known ──► event INTENDED
    ──► index: rows deleted or hidden, entry of the suppression file ──► event DONE ──► receipt
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ctscan.app.case_answers import identifiers_of_case
from ctscan.app.person_requests import lifting, request_of
from ctscan.app.recorded_texts import check_recorded_text, check_texts
from ctscan.app.recording import key_of, record_reading, recorded
from ctscan.app.wiring import CLOCK, index_key_path, opened_index, privacy_files
from ctscan.clock import Clock
from ctscan.errors import UsageError
from ctscan.model import AuditAction, IdentifierKind
from ctscan.model.forgetting import ForgetNote, ForgetReceipt, ForgetRequest, Forgotten, KnownRecipient
from ctscan.model.suppression import Ground, Suppression, SuppressionKind

if TYPE_CHECKING:
    from ctscan.app.person_requests import ForgettingIndex
    from ctscan.config import Config
    from ctscan.model import Identifier, Message, Search
    from ctscan.model.case import Case


async def forget(
    config: Config,
    identifiers: Sequence[Identifier],
    *,
    ground: str,
    case: str = "",
    restrict: bool = False,
    confirmed: bool = False,
    close: bool = False,
    who: str,
    clock: Clock = CLOCK,
) -> ForgetReceipt:
    """Delete the data of a person, or hide them, and promise that no scan, search, import or copy brings them back.

    Args:
        config: settings.
        identifiers: identifiers of the person; none with a case.
        ground: `Ground`.
        case: number of the case whose identifiers are meant; empty without one.
        restrict: hide instead of deleting.
        confirmed: do it; else only say what would be done.
        close: close an open case first.
        who: the account, for the record.
        clock: clock of the record.

    Raises:
        UsageError: identifiers and a case were given, or neither; an identifier is no person's; or the case is open.
        IndexFault: the index, the trail or the suppression file can't be used; nothing was deleted.
        InputError: the key file can't be used.
    """
    from ctscan.dsar.known_recipients import recipients

    of = await _case_to_forget(config, case, restrict=restrict, close=close, confirmed=confirmed, who=who, clock=clock)
    asked = _identifiers(identifiers, of)
    check_texts("forget", asked, config.purpose)
    async with opened_index(config) as index:
        request = await request_of(index, asked, Ground(ground), clock.now(), of, restrict=restrict)
        searches, cases = await _disclosed(index, asked, request)
        outside = await _outside(config, index, request, of)
        if not confirmed:
            done = await index.rehearse_forget(request)
            await record_reading(
                config, AuditAction.FORGET, "rehearsed", who=who, case=request.case, identifiers=asked, clock=clock
            )
        else:
            done = await _forget(config, index, request, who, clock)
    return _receipt(done, request, recipients(searches, cases, done.told), outside, is_done=confirmed)


async def suppressions(config: Config) -> tuple[Suppression, ...]:
    """Return all entries of the suppression file, in their order."""
    async with opened_index(config) as index:
        return await index.suppressions()


async def lift_suppression(
    config: Config, number: int, *, told: str | None, who: str, clock: Clock = CLOCK
) -> Suppression:
    """Take a promise back. What was hidden is shown again; what was deleted stays deleted, and may be written again.

    Args:
        config: settings.
        number: number of the entry.
        told: day on which the person was told; a restriction needs it (GDPR article 18(3)).
        who: the account, for the record.
        clock: clock of the record.

    Raises:
        UsageError: there is no such entry, it was lifted before, or the day is missing.
    """
    from ctscan.app.case_changes import note_lifting
    from ctscan.app.case_texts import day_of

    now = clock.now()
    async with opened_index(config) as index:
        found = _entry_to_lift(await index.suppressions(), number)
        if told is None and found.kind is SuppressionKind.RESTRICTED:
            raise UsageError(
                "suppressions lift: --told: expected the day on which the person was told that the restriction ends, "
                "got none; tell them first (GDPR article 18(3))"
            )
        day = None if told is None else day_of("--told", told, now)
        entry = lifting(found, now, day)
        async with recorded(config, AuditAction.FORGET, who=who, case=found.case, clock=clock) as change:
            change.detail = f"lifted {number}"
            lifted = (await index.lift_suppression(entry)).entry
        if found.case and day is not None and not _restricts(await index.suppressions(), found.case):
            await note_lifting(config, found.case, day, who=who, clock=clock)
        return lifted


async def accept_loss(config: Config, *, reason: str, who: str, clock: Clock = CLOCK) -> Suppression:
    """Go on without suppressions that are lost for good: every answer says so from then on, and none is complete.

    Args:
        config: settings.
        reason: what became of suppression file or key.
        who: the account, for the record.
        clock: clock of the record.

    Raises:
        UsageError: there is no reason, or the suppressions are there.
        IndexFault: index, suppression file or trail can't be written.
    """
    from ctscan.index.open import accept_loss

    if not reason.strip():
        raise UsageError("suppressions accept-loss: --reason: expected what became of them, got nothing")
    check_recorded_text("suppressions accept-loss", "reason", reason)
    key_file, privacy = index_key_path(config), privacy_files(config)
    entry = await accept_loss(config.db, key_file=key_file, privacy=privacy, at=clock.now())
    purpose = reason.strip()
    async with recorded(config, AuditAction.FORGET, who=who, purpose=purpose, clock=clock) as change:
        change.detail = "suppressions lost"
    return entry


def _restricts(entries: Sequence[Suppression], case: str) -> bool:
    """Return whether a restriction of a case holds."""
    lifted = {entry.lifts for entry in entries}
    return any(
        one.case == case and one.kind is SuppressionKind.RESTRICTED and one.number not in lifted for one in entries
    )


def _entry_to_lift(entries: Sequence[Suppression], number: int) -> Suppression:
    found = next((entry for entry in entries if entry.number == number), None)
    if found is None or found.kind in (SuppressionKind.LIFTED, SuppressionKind.LOST):
        raise UsageError(f"suppressions lift: no suppression {number}; 'ctscan suppressions list' shows the numbers")
    if any(entry.lifts == number for entry in entries):
        raise UsageError(f"suppressions lift: suppression {number} was lifted before")
    return found


# --- the person ---------------------------------------------------------------------------------------------------


async def _case_to_forget(
    config: Config, number: str, *, restrict: bool, close: bool, confirmed: bool, who: str, clock: Clock
) -> Case | None:
    """Return the case whose person is forgotten; close an open one where that was asked for."""
    from ctscan.app.case_changes import close_case
    from ctscan.app.case_register import case as read_case
    from ctscan.model.case import CaseAction

    if not number:
        return None
    found = await read_case(config, number)
    is_open = not found.of(CaseAction.CLOSED)
    if restrict or not is_open:
        return found
    if not close:
        raise UsageError(
            f"forget: case {found.number} is open, and forgetting would take its data away: answer it first, or close "
            "it with --close"
        )
    if confirmed:
        return await close_case(config, found.number, outcome="forgotten", at=None, who=who, clock=clock)
    return found


def _identifiers(given: Sequence[Identifier], of: Case | None) -> list[Identifier]:
    if bool(given) == (of is not None):
        raise UsageError("forget: expected identifiers or --case, got both or neither; give one of the two")
    return list(given) if of is None else identifiers_of_case(of)


# --- doing it -----------------------------------------------------------------------------------------------------


async def _forget(config: Config, index: ForgettingIndex, request: ForgetRequest, who: str, clock: Clock) -> Forgotten:
    async with recorded(config, AuditAction.FORGET, who=who, case=request.case, clock=clock) as change:
        await key_of(config, change.trail)  # one key for both: nobody could compare with another
        done = await index.forget(request)
        change.detail = f"{'restricted' if request.restrict else 'forgotten'} {done.entry.number}"
        return done


def _receipt(
    done: Forgotten,
    request: ForgetRequest,
    recipients: tuple[KnownRecipient, ...],
    outside: tuple[Message, ...],
    *,
    is_done: bool,
) -> ForgetReceipt:
    return ForgetReceipt(
        at=done.entry.at,
        ground=done.entry.ground,
        suppressed=done.entry.identifiers,
        removed=done.removed,
        deferred=(ForgetNote.READER(),) if done.deferred else (),
        recipients=recipients,
        outside=outside,
        is_done=is_done,
        restrict=request.restrict,
        number=done.entry.number if is_done else 0,
    )


async def _outside(
    config: Config, index: ForgettingIndex, request: ForgetRequest, of: Case | None
) -> tuple[Message, ...]:
    """Return what forgetting doesn't reach."""
    from ctscan.model.case import CaseAction

    notes = [] if request.restrict else [ForgetNote.SNAPSHOTS(), ForgetNote.BACKUPS()]
    notes += [ForgetNote.FILES(), ForgetNote.TRAIL(), ForgetNote.LOGS()]
    addresses = [text for kind, text in request.forms if kind == IdentifierKind.EMAIL]
    if any(f"email:{address}" in term or term == address for address in addresses for term in config.scope):
        notes.append(ForgetNote.SCOPE())
    others = await index.find_cases(request.forms)
    open_cases = [one.number for one in others if not one.of(CaseAction.CLOSED) and one != of]
    return (*notes, *(ForgetNote.OPEN_CASE(case=number) for number in open_cases))


async def _disclosed(
    index: ForgettingIndex, asked: Sequence[Identifier], request: ForgetRequest
) -> tuple[Sequence[Search], Sequence[Case]]:
    """Return the searches and cases that show recipients of the person's data, before they name nobody any longer."""
    searches = await index.searches(request.questions)
    return searches, await index.find_cases([(one.kind, one.canonical) for one in asked])
