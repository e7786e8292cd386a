"""Use cases that settle the identity of a requester: one-time codes, other proofs, and the handler's word on single
certificates.

    make     case ──► code ──► digest in the history ──► sent by SMTP, or shown to the handler once
    check    code ──► verdict in the history ──► shown

What is written comes before what is shown or sent. Two checks at once can't share a try: an event is added only to the
history that its check has read.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, TypeVar

from ctscan.app.case_register import add_events, case, new_event
from ctscan.app.case_rules import check_events
from ctscan.app.case_texts import here, moment_of
from ctscan.app.controller_settings import controller_of
from ctscan.app.identity_gate import checked_text
from ctscan.app.recording import RecordedDisclosures, recorded
from ctscan.app.wiring import CLOCK, key_path, opened_index
from ctscan.clock import Clock
from ctscan.errors import IndexFault, InputError, SourceError, UsageError
from ctscan.model import AuditAction
from ctscan.model.case import CaseAction
from ctscan.model.identifier import IdentifierKind

if TYPE_CHECKING:
    from ctscan.app.recording import ChangeRecorder
    from ctscan.config import Config
    from ctscan.index.protocols import Cases, Disclosures
    from ctscan.model import Identifier
    from ctscan.model.case import Case, CaseEvent, CaseIdentifier
    from ctscan.model.identity_code import CodeCheck, MadeCode
    from ctscan.model.mail import Mail
    from ctscan.privacy.key_file import Key

COMMAND = "case identify"

REACHED = (IdentifierKind.EMAIL, IdentifierKind.PHONE, IdentifierKind.ACCOUNT)
"""Kinds of identifier at which a code reaches somebody."""

_WRITERS = 10  # times that a change begins again because another command has added to the case
Result = TypeVar("Result")


async def make_code(
    config: Config, number: str, which: int | Identifier | None, *, send: bool, who: str, clock: Clock = CLOCK
) -> MadeCode:
    """Make a one-time code for an identifier of a case. An earlier code for it counts no longer.

    Args:
        config: settings.
        number: number of the case.
        which: position of the identifier in the case, from 1, or the identifier itself; None: the only one at which a
            code reaches somebody.
        send: send it by the server of `[mail]`; otherwise the result holds it, for the handler.
        who: account, for the record.
        clock: clock of the record.

    Raises:
        UsageError: there is no such identifier, a code reaches nobody at it, or settings to send are missing.
        SourceError: the server doesn't take the message. The code that was made counts for nobody then.
        IndexFault: the index can't be written.
        InputError: the key file can't be used.
    """
    from ctscan.mail.smtp import PASSWORD_VARIABLE

    before = await case(config, number)
    position = _position(before, which)
    password = os.environ.get(PASSWORD_VARIABLE, "")
    if send:
        _check_sending(config, before, position, password)
    async with opened_index(config) as index, _recorded(config, before, who, clock) as change:
        made = await _made(config, index, before, position, send=send, who=who, clock=clock)
        change.detail = str(CaseAction.CODE_MADE)
        if send:
            await _send(config, index, change, made.mail, password, who, clock)
    return made


async def check_code(
    config: Config,
    number: str,
    text: str,
    *,
    which: int | Identifier | None = None,
    who: str,
    clock: Clock = CLOCK,
) -> CodeCheck:
    """Check a code that the requester gave. The verdict is in the history when this returns.

    Args:
        config: settings.
        number: number of the case.
        text: the code, in any case and grouping.
        which: identifier that it is for; None: any.
        who: account, for the record.
        clock: clock of the record.

    Raises:
        UsageError: the text has not the form of a code, which costs no try; or the case is closed.
        IndexFault: the index can't be written.
        InputError: the key file is not the one that the code was made with.
    """
    from ctscan.dsar import identity_codes as codes

    typed = codes.typed_code(text)
    if typed is None:
        raise UsageError(
            f"{COMMAND}: expected a code of ten letters and digits, such as 4K7TQ-9XW2M, got something else of "
            f"{len(text.strip())} characters; nothing was counted as a try"
        )
    before = await case(config, number)
    position = None if which is None else _position(before, which)

    def check(found: Case) -> tuple[CodeCheck, Sequence[CaseEvent]]:
        now = here(clock.now())
        _check_key(key, [code.key_id for code in codes.open_codes(found, now, position)])
        checked = codes.check_code(found, typed, key=key.derive(codes.KEY_USE), now=now, who=who, position=position)
        return checked, checked.events

    async with opened_index(config) as index, _recorded(config, before, who, clock) as change:
        key = _key(config)
        checked = await _added(config, index, before.number, check)
        change.detail = ", ".join(dict.fromkeys(str(event.action) for event in checked.events)) or "no code open"
    return checked


async def identify_otherwise(
    config: Config, number: str, seen: str, *, at: str | None = None, who: str, clock: Clock = CLOCK
) -> Case:
    """Record that the identity was settled in another way.

    Args:
        config: settings.
        number: number of the case.
        seen: what was seen, in words; never a copy or a number of a document.
        at: day on which it was seen; None: now.
        who: account, for the record.
        clock: clock of the record.

    Raises:
        UsageError: the text has another form, or the case is closed.
    """
    now = clock.now()
    text = checked_text(COMMAND, "seen", seen)
    event = new_event(CaseAction.IDENTIFIED, who, now, at=moment_of("--at", at, now), how=text)
    return await add_events(config, number, [event], who, clock)


# --- making and sending ---------------------------------------------------------------------------------------------


def _position(found: Case, which: int | Identifier | None) -> int:
    """Return the position of the identifier that a code is for."""
    reached = [at for at, one in enumerate(found.identifiers, 1) if one.kind in REACHED]
    if which is None and len(reached) == 1:
        return reached[0]
    listed = ", ".join(f"{at} ({found.identifiers[at - 1].kind})" for at in reached) or "none"
    if which is None:
        raise UsageError(
            f"{COMMAND}: expected --for with the identifier that the code is for; a code reaches somebody at {listed}"
        )
    position = which if isinstance(which, int) else _place_of(found, which)
    if position not in reached:
        raise UsageError(
            f"{COMMAND}: --for: expected an identifier of the case at which a code reaches somebody: {listed}; got "
            "another one"
        )
    return position


def _place_of(found: Case, wanted: Identifier) -> int:
    forms = {(reading.kind, reading.canonical) for reading in wanted.readings}
    return next((at for at, one in enumerate(found.identifiers, 1) if (one.kind, one.canonical) in forms), 0)


def _check_sending(config: Config, found: Case, position: int, password: str) -> None:
    """Check before anything is written that a code can be sent."""
    from ctscan.mail.smtp import check_ready
    from ctscan.model.mail import MailSettings

    controller_of(config, f"{COMMAND} --send")
    check_ready(config.mail or MailSettings(), password)
    if found.identifiers[position - 1].kind != IdentifierKind.EMAIL:
        raise UsageError(f"{COMMAND}: --send: expected an e-mail address, got another identifier; leave --send out")


async def _made(
    config: Config, index: Cases, before: Case, position: int, *, send: bool, who: str, clock: Clock
) -> MadeCode:
    """Make a code and add its digest to the history."""
    from ctscan.dsar import identity_codes as codes
    from ctscan.model.identity_code import MadeCode
    from ctscan.views.identity import code_mail

    key, random, now = _key(config), secrets.token_bytes(codes.RANDOM_BYTES), here(clock.now())

    def make(found: Case) -> tuple[str, Sequence[CaseEvent]]:
        code, event = codes.new_code(
            found,
            position,
            key=key.derive(codes.KEY_USE),
            key_id=key.id.hex(),
            random=random,
            now=now,
            who=who,
            sent="smtp" if send else "handler",
        )
        return code, [event]

    code = await _added(config, index, before.number, make)
    identifier, expires = before.identifiers[position - 1], now + codes.LIFETIME
    mail = code_mail(before, _mailbox(identifier), code, expires, config.controller)
    host = config.mail.host if config.mail and send else ""
    return MadeCode(before.number, position, identifier.kind, expires, codes.TRIES, mail, "" if send else code, host)


def _mailbox(identifier: CaseIdentifier) -> str:
    """Return the address of an identifier as a server takes it: the local part as it was typed, since its canonical
    form may be another mailbox (`weiss` of `weiß`), and the domain in A-labels."""
    local, at, _ = identifier.text.strip().rpartition("@")
    if not at or re.search(r"[\s<>:;,\"]", local):  # an address with words around it
        return identifier.canonical
    return f"{local}@{identifier.canonical.rpartition('@')[2]}"


async def _send(
    config: Config, index: Disclosures, change: ChangeRecorder, mail: Mail, password: str, who: str, clock: Clock
) -> None:
    """Record that the server of mail learns of the address, and send the code."""
    from ctscan.mail.smtp import send
    from ctscan.model.repository import Disclosure

    if config.mail is None:
        raise UsageError(f"{COMMAND}: --send: expected a server under [mail] in ctscan.toml, got none")
    purpose = config.purpose or f"case {change.intent.case}"
    disclosure = Disclosure(0, clock.now(), who, "email", config.mail.host, purpose, f"{COMMAND} --send")
    await RecordedDisclosures(index, change).record_disclosure(disclosure)
    try:
        await send(config.mail, mail, password=password, now=here(clock.now()))
    except SourceError as error:
        raise type(error)(f"{error}. The code that was made is lost: make another") from None


# --- history and key ------------------------------------------------------------------------------------------------


async def _added(
    config: Config, index: Cases, number: str, work: Callable[[Case], tuple[Result, Sequence[CaseEvent]]]
) -> Result:
    """Add the events that follow from a case to its history. Where another command was faster, the work begins again
    with the case as it is then.

    Raises:
        UsageError: the case permits none of these events.
        IndexFault: other commands were faster each time.
    """
    for _ in range(_WRITERS):
        found = await index.case(number)
        if found is None:
            break
        result, events = work(found)
        check_events(config, found, events)
        if not events or await index.add_events(number, len(found.events), events):
            return result
    raise IndexFault(f"case {number}: other commands add to it all the time, and nothing was written; try again")


def _recorded(config: Config, found: Case, who: str, clock: Clock) -> AbstractAsyncContextManager[ChangeRecorder]:
    return recorded(config, AuditAction.CASE, who=who, case=found.number, clock=clock)


def _key(config: Config) -> Key:
    """Load the key file; `recorded` has made it with a new trail."""
    from ctscan.privacy.key_file import load_key

    return load_key(key_path(config))


def _check_key(key: Key, key_ids: Sequence[str]) -> None:
    if any(id != key.id.hex() for id in key_ids):
        raise InputError(
            f"{key.path}: holds another key than the one that the code was made with; put that one back from its copy, "
            "or make another code with --make-code"
        )
