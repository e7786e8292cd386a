"""Use case that asks CAs whether certificates were revoked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ctscan.app.answers import recorded_identities
from ctscan.app.recorded_texts import check_texts
from ctscan.app.recording import RecordedDisclosures, recorded
from ctscan.app.wiring import CLOCK, guarded_client, opened_index
from ctscan.clock import Clock
from ctscan.errors import UsageError
from ctscan.model import AuditAction

if TYPE_CHECKING:
    import asyncio

    from ctscan.config import Config
    from ctscan.http.ssrf_guard import GuardedTransport
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
    transport: GuardedTransport | None = None,
) -> RefreshResult:
    """Fetch revocation lists, and with the consent `config.ocsp` ask OCSP responders.

    Args:
        identifiers: whose certificates; empty refreshes all certificates in the index.
        who: the account, for the record.
        force: ask also where the last statement of a CA still holds.
        progress: receives lines that hold nothing of a certificate.
        transport: makes the connections; by default those that `http.ssrf_guard` allows.

    Raises:
        UsageError: no contact; no purpose for OCSP; a purpose that names the person.
        IndexFault: the index or the audit trail can't be used.
    """
    from ctscan.personal.issuers import keys_in
    from ctscan.revocation.context import RefreshRequest
    from ctscan.revocation.refresh import run_refresh

    check_refresh(config, identifiers)
    async with (
        opened_index(config) as index,
        recorded(config, AuditAction.REFRESH, who=who, clock=clock) as change,
        guarded_client(config, transport) as client,
    ):
        found = await recorded_identities(config, index, AuditAction.STATUS, identifiers, who, clock)
        request = RefreshRequest(
            who, tuple(found) if identifiers else None, config.ocsp, config.purpose, force, keys_in
        )
        disclosures = RecordedDisclosures(index, change)
        result = await run_refresh(index, client, request, progress, stop, clock, disclosures=disclosures)
        change.exit_code = result.exit_code
    return result


def check_refresh(config: Config, identifiers: Sequence[Identifier]) -> None:
    """Check the settings of a refresh before anything is opened. UsageError as for `refresh`."""
    from ctscan.http.contact import NO_CONTACT

    if not config.contact:
        raise UsageError(NO_CONTACT)
    if config.ocsp and not config.purpose:
        raise UsageError(
            "status: expected a purpose for OCSP, found none: a CA learns which certificate you look at, and the "
            "purpose is recorded; set `purpose` in ctscan.toml, or give --purpose"
        )
    check_texts("status", identifiers, config.purpose)
