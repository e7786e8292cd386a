"""Requests to forget or hide a person, as the index needs them: proven forms, the certificates of names, those of CAs
that name the person, and questions to repositories."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from ctscan.app.case_answers import identifiers_of_case
from ctscan.app.recording import key_of, recorded
from ctscan.app.wiring import opened_index
from ctscan.clock import Clock
from ctscan.errors import UsageError
from ctscan.index.protocols import Cases, Finder, Searches, Suppressing, Watching
from ctscan.model import AuditAction, IdentifierKind
from ctscan.model.forgetting import ForgetRequest, Forgotten
from ctscan.model.suppression import Ground, Suppression, SuppressionKind

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.index.protocols import Trail
    from ctscan.model import Identifier
    from ctscan.model.case import Case


class ForgettingIndex(Suppressing, Finder, Searches, Cases, Watching, Protocol):
    """Index in the roles that forgetting needs."""


_OF_CERTIFICATES = (IdentifierKind.NAME, IdentifierKind.SHA256, IdentifierKind.SHA1, IdentifierKind.SERIAL,
                    IdentifierKind.IDENTITY)  # fmt: skip
"""Kinds that name certificates instead of a person: only the certificates that are found now are suppressed."""


async def request_of(
    index: ForgettingIndex,
    asked: Sequence[Identifier],
    ground: Ground,
    at: datetime,
    of: Case | None,
    *,
    restrict: bool,
) -> ForgetRequest:
    """Make the request of identifiers, or of those of a case.

    Raises:
        UsageError: an identifier is no person's, or may mean several things.
    """
    from ctscan.personal.identifiers import READER_VERSION
    from ctscan.personal.proven_forms import proven_forms
    from ctscan.personal.question_coverage import questions_about

    forms = tuple(dict.fromkeys(form for one in asked for form in proven_forms(one)))
    identities = [found for one in asked if one.kind in _OF_CERTIFICATES for found in await _certificates(index, one)]
    identities += await _partly_read(index, forms)
    questions = dict.fromkeys(text for one in asked for text in questions_about(one) if _names_somebody(text))
    return ForgetRequest(
        at=at,
        ground=ground,
        forms=forms,
        identities=tuple(dict.fromkeys(identities)),
        issuers=() if restrict else await _issuers(index, forms),
        questions=tuple(questions),
        restrict=restrict,
        normalisation=READER_VERSION,
        case=of.number if of else "",
        watches=() if restrict else await _watches(index, asked),
    )


async def _watches(index: Watching, asked: Sequence[Identifier]) -> tuple[str, ...]:
    """Return the names of the watches on the person, also on a name, which is no proven form of anybody."""
    from ctscan.answer.objections import forms_of_question

    found = await index.watches_on([form for one in asked for form in forms_of_question(one)])
    return tuple(one.name for one in found)


def _names_somebody(question: str) -> bool:
    from ctscan.model.search import NAMES_NOBODY

    return question.partition(":")[0] not in {str(kind) for kind in NAMES_NOBODY}


async def _certificates(index: ForgettingIndex, identifier: Identifier) -> list[bytes]:
    """Return the identities of the certificates that an identifier of certificates, or a whole name, finds now."""
    from ctscan.answer.matching import find_matches

    found = (await find_matches(index, identifier, _MOST)).matches
    return [match.certificate.identity for match in found if match.score >= 1]


_MOST = 1_000_000


async def _partly_read(index: ForgettingIndex, forms: Sequence[tuple[IdentifierKind, str]]) -> list[bytes]:
    """Return the identities of certificates that are kept because they were partly read, without the findings that are
    out of scope, and that name the person all the same."""
    return [identity async for identity, der in index.kept_partly_read() if await _names(der, forms)]


async def _issuers(index: ForgettingIndex, forms: Sequence[tuple[IdentifierKind, str]]) -> tuple[bytes, ...]:
    """Return the SHA-256 of certificates of CAs, kept to check statements, in which the person is named."""
    return tuple([sha256 async for sha256, der in index.kept_issuers() if await _names(der, forms)])


async def _names(der: bytes, forms: Sequence[tuple[IdentifierKind, str]]) -> bool:
    """Return whether a certificate names somebody by one of the forms."""
    import asyncio

    from ctscan.personal.analyse import analyse
    from ctscan.privacy.suppression import forms_of

    wanted = {(str(kind), text) for kind, text in forms}
    analysis = await asyncio.to_thread(analyse, der)
    keys = {(str(key.kind), key.key) for finding in analysis.findings for key in finding.keys}
    return any(form in wanted for kind, text in keys for form in forms_of(kind, text))


async def restrict_case(
    config: Config, index: ForgettingIndex, case: Case, trail: Trail, clock: Clock
) -> Forgotten | None:
    """Hide the certificates of the person of a case that was just opened, until it is decided (GDPR article 18(1)(d)).
    Names are left out: others have them, too. Part of a use case that records its own work."""
    asked = [one for one in identifiers_of_case(case) if _is_proven(one)]
    if not asked:
        return None
    await key_of(config, trail)
    request = await request_of(index, asked, Ground.OBJECTION, clock.now(), case, restrict=True)
    return await index.forget(request)


async def restrict_added(config: Config, case: Case, *, who: str, clock: Clock) -> None:
    """Hide the certificates of identifiers that came to the case of an objection, unless it was rejected."""
    from ctscan.dsar.reminders import restricted_since

    if restricted_since(case) is None:
        return
    async with (
        opened_index(config) as index,
        recorded(config, AuditAction.FORGET, who=who, case=case.number, clock=clock) as change,
    ):
        done = await restrict_case(config, index, case, change.trail, clock)
        change.detail = f"restricted {done.entry.number}" if done else "restricted nothing"


async def lift_of_case(config: Config, case: str, told: str, *, who: str, clock: Clock) -> None:
    """Take the restrictions of a case back: what they hid is shown again.

    Args:
        config: settings.
        case: number of the case.
        told: day on which the person was told (GDPR article 18(3)).
        who: the account, for the record.
        clock: clock of the record.
    """
    from ctscan.app.case_texts import day_of

    now = clock.now()
    day = day_of("--told", told, now)
    async with opened_index(config) as index:
        entries = await index.suppressions()
        lifted = {entry.lifts for entry in entries}
        held = [one for one in entries if one.case == case and one.kind is SuppressionKind.RESTRICTED]
        for found in (one for one in held if one.number not in lifted):
            async with recorded(config, AuditAction.FORGET, who=who, case=case, clock=clock) as change:
                change.detail = f"lifted {found.number}"
                await index.lift_suppression(lifting(found, now, day))


def lifting(found: Suppression, at: datetime, told: date | None) -> Suppression:
    """Make the entry that takes another one back."""
    return replace(
        found,
        number=0,
        at=at,
        kind=SuppressionKind.LIFTED,
        identifiers=(),
        certificates=(),
        lifts=found.number,
        told=told,
    )


def _is_proven(identifier: Identifier) -> bool:
    from ctscan.personal.proven_forms import proven_forms

    try:
        return identifier.kind != IdentifierKind.NAME and bool(proven_forms(identifier))
    except UsageError:
        return False
