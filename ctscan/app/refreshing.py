"""Use case that asks CAs whether certificates were revoked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ctscan.app.answers import matches_of
from ctscan.app.wiring import CLOCK, guarded_client, opened_index
from ctscan.clock import Clock
from ctscan.errors import UsageError

if TYPE_CHECKING:
    import asyncio

    from ctscan.config import Config
    from ctscan.model import Identifier
    from ctscan.model.results import RefreshResult


async def refresh(
    config: Config,
    identifiers: Sequence[Identifier],
    *,
    who: str,
    force: bool = False,
    progress: Callable[[str], None],
    stop: asyncio.Event,
    clock: Clock = CLOCK,
) -> RefreshResult:
    """Fetch revocation lists, and with the consent `config.ocsp` ask OCSP responders.

    Args:
        identifiers: whose certificates; empty refreshes all certificates in the index.
        who: the account, for the record.
        force: ask also where the last statement of a CA still holds.
        progress: receives lines that hold nothing of a certificate.

    Raises:
        UsageError: no contact; for OCSP no purpose, or one that names the person.
    """
    from ctscan.revocation.context import RefreshRequest
    from ctscan.revocation.refresh import run_refresh

    check_refresh(config, identifiers)
    async with opened_index(config) as index, guarded_client(config) as client:
        matches = await matches_of(index, identifiers, clock.now()) if identifiers else None
        identities = None if matches is None else tuple(match.certificate.identity for match in matches)
        request = RefreshRequest(who, identities, config.ocsp, config.purpose, force)
        return await run_refresh(index, client, request, progress, stop, clock)


def check_refresh(config: Config, identifiers: Sequence[Identifier]) -> None:
    """Check the settings of a refresh before anything is opened. UsageError as for `refresh`."""
    from ctscan.http.client import NO_CONTACT

    if not config.contact:
        raise UsageError(NO_CONTACT)
    if not config.ocsp:
        return
    if not config.purpose:
        raise UsageError(
            "status: expected a purpose for OCSP, found none: a CA learns which certificate you look at, and the "
            "purpose is recorded; set `purpose` in ctscan.toml, or give --purpose"
        )
    _check_purpose(config.purpose, identifiers)


def _check_purpose(purpose: str, identifiers: Sequence[Identifier]) -> None:
    from ctscan.collect.safe_reasons import quotes_question
    from ctscan.model import IdentifierKind, Question, QuestionKind

    people = (one for one in identifiers if one.kind != IdentifierKind.DOMAIN)
    forms = ((one.kind == IdentifierKind.NAME, text) for one in people for text in (one.value, one.canonical) if text)
    kinds = {True: QuestionKind.NAME, False: QuestionKind.EMAIL}  # only of names the order of words is no matter
    if any(quotes_question(purpose, Question(kinds[is_name], text)) for is_name, text in forms):
        raise UsageError(
            "status: expected a purpose that doesn't name the person, got one that does: it is recorded with each "
            "disclosure; give the number of the case, for example"
        )
