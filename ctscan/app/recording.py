"""Record of use cases in the audit trail: every look-up, and every change of an index.

    look-up:  answer ──► event, synced ──► shown
    change:   event INTENDED, synced ──► change ──► event DONE or FAILED

Without the event there is no answer, and no change begins. An intent whose process ended without a word is ended as
INTERRUPTED by the next process that records something.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ctscan.app.audit_signing import HeadSender, record_configuration, send_head, sign_where_possible
from ctscan.app.known_trail import check_trail, known_trail, lost, remember_trail
from ctscan.app.recorded_texts import check_recorded_text, check_texts
from ctscan.app.wiring import CLOCK, key_path, opened_trail, trail_path
from ctscan.errors import IndexFault, InputError
from ctscan.model import AuditAction, AuditEvent, AuditState
from ctscan.model.audit import verdict_of

if TYPE_CHECKING:
    from ctscan.clock import Clock
    from ctscan.config import Config
    from ctscan.index.protocols import Disclosures, Trail
    from ctscan.model import Answer, Disclosure, Identifier
    from ctscan.privacy.key_file import Key


class LookupRecorder(Struct, frozen=True):
    """Recorder of the look-ups of one command. The events differ in identifier and answer only."""

    trail: Trail
    key: Key
    event: AuditEvent
    clock: Clock
    heads: HeadSender

    async def record(self, answer: Answer) -> None:
        """Record an answer; it may be shown when this returns.

        Raises:
            IndexFault: the trail can't be written; the answer must not be shown.
            UsageError: purpose or case name the person: a list holds others than when all of it was compared.
        """
        event = self._event_about(answer.identifier)
        try:
            await self.trail.append(_answered(event, answer))
        except IndexFault as fault:
            raise _refusal(fault) from fault
        await self.heads.send()

    @asynccontextmanager
    async def in_parts(self, identifier: Identifier) -> AsyncIterator[PartsRecorder]:
        """Record that an answer begins; its first part may be shown in the body. A body that doesn't end the answer is
        recorded as failed.

        Raises:
            IndexFault: the trail can't be written; nothing may be shown.
            UsageError: purpose or case name the person.
        """
        event = replace(self._event_about(identifier), state=AuditState.INTENDED)
        async with AsyncExitStack() as stack:
            try:
                intent = await stack.enter_async_context(self.trail.intend(event))
            except IndexFault as fault:
                raise _refusal(fault) from fault
            await self.heads.send()
            parts = PartsRecorder(self, replace(event, intent=intent))
            try:
                yield parts
            except BaseException as error:
                await parts.break_off(error)
                raise

    def _event_about(self, identifier: Identifier) -> AuditEvent:
        check_texts(str(self.event.action), [identifier], self.event.purpose, self.event.case)
        kind = str(identifier.kind)
        digest = self.key.identifier_digest(kind, identifier.canonical)
        return replace(self.event, at=self.clock.now(), kind=kind, digest=digest)


def _answered(event: AuditEvent, answer: Answer) -> AuditEvent:
    """Add an answer to the event that records it."""
    return replace(
        event,
        answer=answer.header.id if answer.header else "",
        answer_digest=answer.digest,
        verdict=verdict_of(complete=answer.complete, found=answer.is_found, damaged=bool(answer.damaged)),
    )


class PartsRecorder(Struct):
    """Recorder of an answer in parts, which the trail knows as an intent."""

    recorder: LookupRecorder
    intent: AuditEvent
    is_ended: bool = False

    async def end(self, answer: Answer) -> None:
        """Record the answer; its verdict may be shown when this returns.

        Raises:
            IndexFault: the trail can't be written; the verdict must not be shown.
        """
        event = replace(self.intent, at=self.recorder.clock.now(), state=AuditState.DONE)
        try:
            await self.recorder.trail.append(_answered(event, answer))
        except IndexFault as fault:
            raise _refusal(fault) from fault
        self.is_ended = True
        await self.recorder.heads.send()

    async def break_off(self, error: BaseException) -> None:
        """Record that an answer was broken off, unless it was recorded. Where the trail can't be written, a later
        command ends the intent."""
        if self.is_ended:
            return
        event = replace(self.intent, at=self.recorder.clock.now(), state=AuditState.FAILED, detail=_reason_of(error))
        try:
            await self.recorder.trail.append(event)
        except IndexFault as fault:
            error.add_note(f"the end is not recorded: {fault}")


def _reason_of(error: BaseException) -> str:
    """Name the error; a reader who went away is none."""
    return "unread" if isinstance(error, GeneratorExit) else type(error).__name__


class ChangeRecorder(Struct):
    """Recorder of a change under way. `detail`, the number of the run for example, `case`, the number of a case that
    the change opens, and the state that follows from `exit_code`, the code of the result, are recorded at its end."""

    trail: Trail
    intent: AuditEvent
    clock: Clock
    detail: str = ""
    case: str = ""
    exit_code: int = 0

    @property
    def state(self) -> AuditState:
        """State of a change that came to its end: gaps (exit code 4) are no failure, every other code is."""
        return AuditState.DONE if self.exit_code in (0, 4) else AuditState.FAILED

    async def disclose(self, number: int, kind: str) -> None:
        """Record a disclosure by its number and its kind of question; it may be sent when this returns."""
        event = replace(
            self.intent, at=self.clock.now(), action=AuditAction.DISCLOSURE, state=AuditState.DONE, kind=kind
        )
        await self.trail.append(replace(event, detail=str(number)))

    async def end(self, state: AuditState) -> None:
        """Record the end."""
        event = replace(self.intent, at=self.clock.now(), state=state, detail=self.detail, intent=self.intent.id)
        await self.trail.append(replace(event, case=self.case or event.case))

    async def end_by(self, error: BaseException) -> None:
        """Record the end by an error. Where the trail can't be written either, the error carries a note, and the intent
        is ended by a later command."""
        self.detail = f"{self.detail} {type(error).__name__}".lstrip()
        try:
            await self.end(AuditState.FAILED)
        except IndexFault as fault:
            error.add_note(f"the end is not recorded: {fault}")


class RecordedDisclosures(Struct, frozen=True):
    """`Disclosures` of an index that are events of the trail, too, before anything is sent."""

    index: Disclosures
    change: ChangeRecorder

    async def record_disclosure(self, disclosure: Disclosure) -> int:
        """Record a disclosure in the index and in the trail."""
        number = await self.index.record_disclosure(disclosure)
        await self.change.disclose(number, str(disclosure.kind))
        return number

    async def disclosures(self, limit: int) -> list[Disclosure]:
        """Return the newest disclosures, newest first."""
        return await self.index.disclosures(limit)


@asynccontextmanager
async def recorded(
    config: Config,
    action: AuditAction,
    *,
    who: str,
    purpose: str | None = None,
    case: str = "",
    clock: Clock = CLOCK,
) -> AsyncIterator[ChangeRecorder]:
    """Record a change: its intent before the body runs, its end after it.

    Args:
        config: settings; they name the trail.
        action: kind of the change.
        who: the account.
        purpose: purpose of the change; None takes the purpose of the configuration.
        case: number of the case.
        clock: clock of the events.

    Raises:
        UsageError: the purpose holds an address.
        IndexFault: the trail can't be written; the body didn't run, or its end isn't recorded.
    """
    given = config.purpose if purpose is None else purpose
    check_recorded_text(str(action), "reason" if action == AuditAction.BASIS else "purpose", given)
    event = AuditEvent(0, clock.now(), who, action, AuditState.INTENDED, given, case)
    async with _trail_to_write(config, who, clock) as trail:
        async with trail.intend(event) as intent:
            await send_head(config, trail, clock)
            change = ChangeRecorder(trail, replace(event, id=intent), clock)
            try:
                yield change
            except BaseException as error:
                await change.end_by(error)
                raise
            await change.end(change.state)
        await remember_trail(config, trail, who, clock)  # of an index that the change made


@asynccontextmanager
async def recorded_lookups(
    config: Config,
    action: AuditAction,
    identifiers: Iterable[Identifier],
    *,
    who: str,
    purpose: str,
    case: str = "",
    inline: bool = False,
    clock: Clock = CLOCK,
) -> AsyncIterator[LookupRecorder]:
    """Open the trail for look-ups. The index has to be open: a look-up without an index leaves no trail behind.

    Args:
        config: settings; they name trail and key file.
        action: kind of look-up.
        identifiers: identifiers, none of which purpose and case may quote.
        who: the account.
        purpose: purpose of the look-ups.
        case: number of the case.
        inline: write in the calling thread.
        clock: clock of the events.

    Raises:
        UsageError: purpose or case name the person, or the case has another form.
        IndexFault: the trail can't be written: nothing may be answered.
        InputError: the key file is missing, or another than that of the trail.
    """
    check_texts(str(action), identifiers, purpose, case)
    event = AuditEvent(0, clock.now(), who, action, AuditState.DONE, purpose, case)
    async with _trail_to_write(config, who, clock, inline=inline) as trail:
        key = await key_of(config, trail)
        yield LookupRecorder(trail, key, event, clock, HeadSender(config, trail, clock))


async def record_reading(
    config: Config,
    action: AuditAction,
    detail: str,
    *,
    who: str,
    case: str = "",
    identifiers: Sequence[Identifier] = (),
    clock: Clock = CLOCK,
) -> None:
    """Record that something is read which is no answer: an event, or one for each identifier that is asked about, with
    its digest. What was read may be shown when this returns.

    Args:
        config: settings; they name trail, key file and purpose.
        action: kind of the reading.
        detail: the reading in a word.
        who: the account.
        case: number of the case.
        identifiers: identifiers that are asked about.
        clock: clock of the events.

    Raises:
        UsageError: the purpose names a person.
        IndexFault: the trail can't be written; nothing may be shown.
        InputError: the key file is missing, or another than that of the trail.
    """
    check_texts(str(action), identifiers, config.purpose)
    event = AuditEvent(0, clock.now(), who, action, AuditState.DONE, config.purpose, case, detail=detail)
    async with _trail_to_write(config, who, clock) as trail:
        if not identifiers:
            await trail.append(event)
            return
        key = await key_of(config, trail)
        for one in identifiers:
            digest = key.identifier_digest(str(one.kind), one.canonical)
            await trail.append(replace(event, kind=str(one.kind), digest=digest))


# --- trail and key ------------------------------------------------------------------------------------------------


@asynccontextmanager
async def _trail_to_write(config: Config, who: str, clock: Clock, *, inline: bool = False) -> AsyncIterator[Trail]:
    """Open the trail to write, and end the intents of processes that are gone. Make a missing trail, unless the index
    had one."""
    known = await known_trail(config, inline=inline)
    async with AsyncExitStack() as stack:
        try:
            if known is not None and not trail_path(config).exists():
                raise lost(config, known)
            trail = await stack.enter_async_context(opened_trail(config, create=known is None, inline=inline))
            await check_trail(config, known, trail)
            key = await sign_where_possible(config, trail, clock)
            await trail.end_abandoned(clock.now())
            await record_configuration(config, trail, key, who, clock)
        except IndexFault as fault:
            raise _refusal(fault) from fault
        if known is None:
            await remember_trail(config, trail, who, clock, inline=inline)
        try:
            yield trail
        finally:
            await send_head(config, trail, clock)


async def key_of(config: Config, trail: Trail) -> Key:
    """Load the key of the digests, which was made with the trail.

    Raises:
        InputError: the key file is missing, or holds another key than that of the trail.
    """
    from ctscan.privacy.key_file import load_key

    key = load_key(key_path(config))
    if key.id != await trail.key_id():
        raise InputError(
            f"{key.path}: holds another key than the one that the digests of the audit trail were made with; put that "
            "one back from its copy, or name its place: key_file under [privacy] in ctscan.toml, or CTSCAN_KEY_FILE. "
            "If it is lost, move the trail away, keep it, and begin another: ctscan audit begin --reason …"
        )
    return key


def _refusal(fault: IndexFault) -> IndexFault:
    return IndexFault(f"{fault}; nothing is answered or changed without its record")
