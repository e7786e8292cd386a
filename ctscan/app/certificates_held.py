"""Use cases about the certificates that a case holds back: show them, confirm them, reject them.

Each looks the identifiers of the case up, as the dossier does, so that the handler decides about certificates that are
there; each look-up is in the audit trail, with the number of the case.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ctscan.app.case_answers import case_answers
from ctscan.app.case_register import add_events, case, new_event
from ctscan.app.wiring import CLOCK
from ctscan.clock import Clock
from ctscan.errors import UsageError
from ctscan.model.case import CaseAction
from ctscan.model.identifier import IdentifierKind

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model import Answer, Match
    from ctscan.model.case import Case
    from ctscan.model.picture import HeldBack

COMMAND = "case identify"


async def held_certificates(
    config: Config, number: str, *, who: str, clock: Clock = CLOCK
) -> tuple[Case, Sequence[HeldBack]]:
    """Return a case with the certificates that are held back, each with the reason.

    Raises:
        UsageError: there is no such case, or the purpose names the person.
        IndexFault: the index or the trail can't be used.
        InputError: the key file can't be used.
    """
    from ctscan.dsar.held_back import held_back
    from ctscan.dsar.picture import picture

    found = await case(config, number)
    answers = await case_answers(config, found, who=who, purpose=config.purpose, clock=clock)
    release = held_back(found, [match for answer in answers for match in answer.matches])
    return found, picture(answers, held_back=release.reasons, confirmed=release.confirmed).held_back


async def decide_on_certificates(
    config: Config,
    number: str,
    *,
    confirmed: Sequence[str] = (),
    rejected: Sequence[str] = (),
    who: str,
    clock: Clock = CLOCK,
) -> Case:
    """Record that certificates are the requester's, or somebody else's.

    Args:
        config: settings.
        number: number of the case.
        confirmed: certificates of the requester, each by identity or SHA-256 fingerprint.
        rejected: certificates of somebody else.
        who: account, for the record.
        clock: clock of the record.

    Raises:
        UsageError: a text is no fingerprint, no look-up of the case finds such a certificate, one is in both lists, or
            the case is closed.
        IndexFault: the index or the trail can't be used.
        InputError: the key file can't be used.
    """
    wanted = {CaseAction.FINDING_CONFIRMED: confirmed, CaseAction.FINDING_REJECTED: rejected}
    digits = {action: [_fingerprint(text) for text in texts] for action, texts in wanted.items()}
    before = await case(config, number)
    found = _found(await case_answers(config, before, who=who, purpose=config.purpose, clock=clock))
    identities = {action: [_identity(before, found, text) for text in texts] for action, texts in digits.items()}
    if set(identities[CaseAction.FINDING_CONFIRMED]) & set(identities[CaseAction.FINDING_REJECTED]):
        raise UsageError(f"{COMMAND}: expected --confirm or --reject for a certificate, got both for one of them")
    events = [
        new_event(action, who, clock.now(), certificate=identity)
        for action, some in identities.items()
        for identity in dict.fromkeys(some)
    ]
    return await add_events(config, before.number, events, who, clock, known=len(before.events))


def _fingerprint(text: str) -> str:
    """Return the digits of a certificate's identity or SHA-256 fingerprint."""
    from ctscan.app.answers import parse_identifier

    parsed = parse_identifier(text)
    for reading in parsed.readings:
        if reading.kind in (IdentifierKind.SHA256, IdentifierKind.IDENTITY):
            return reading.canonical
    raise UsageError(
        f"{COMMAND}: expected a certificate as the identity or SHA-256 fingerprint of 64 hexadecimal digits, got "
        f"something else of {len(text.strip())} characters; 'ctscan {COMMAND} --case N' lists what is held back"
    )


def _found(answers: Iterable[Answer]) -> dict[str, str]:
    """Return the identities of the certificates of answers by identity and by fingerprint, in hex."""
    found: dict[str, str] = {}
    for match in (match for answer in answers for match in (*answer.matches, *answer.mailboxes)):
        found |= dict.fromkeys(_names(match), match.certificate.identity.hex())
    return found


def _names(match: Match) -> list[str]:
    names = (match.certificate.identity, match.certificate.sha256)
    return [name.hex() for name in names if name is not None]


def _identity(before: Case, found: dict[str, str], digits: str) -> str:
    if digits not in found:
        raise UsageError(
            f"{COMMAND}: no look-up of {before.number} finds the certificate {digits[:16]}…; 'ctscan {COMMAND} --case "
            f"{before.number}' lists what is held back"
        )
    return found[digits]
