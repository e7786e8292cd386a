"""Use cases on the CCADB's list of CA owners: load it into the index, and show it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ctscan.app.recording import recorded
from ctscan.app.wiring import CLOCK, opened_client, opened_index
from ctscan.clock import Clock
from ctscan.errors import InputError
from ctscan.model import AuditAction

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model import Authority, AuthorityList
    from ctscan.model.ca_profile import AuthorityRecords
    from ctscan.model.results import LoadedAuthorities


async def update_authorities(
    config: Config, files: Sequence[str] = (), *, who: str, clock: Clock = CLOCK
) -> LoadedAuthorities:
    """Load the list of CA owners, in place of the list in the index.

    Args:
        files: saved reports; without any the reports are fetched from the CCADB.
        who: the account, for the record.

    Raises:
        UsageError: not exactly one report of certificates, or no contact for the network.
        InputError: a report can't be read.
        SourceError: the report of certificates can't be fetched.
    """
    import asyncio

    from ctscan.authorities.reports import fetch_reports, read_reports

    if files:
        loaded = await asyncio.to_thread(read_reports, files)
    else:
        async with opened_client(config) as client:
            loaded = await fetch_reports(client, clock.now())
    async with (
        recorded(config, AuditAction.AUTHORITIES, who=who, clock=clock),
        opened_index(config, create=True) as index,
    ):
        before = await index.authority_list()
        await index.save_authorities(loaded.authorities, loaded.which)
    return replace(loaded, replaced=before)


async def authorities(config: Config, query: str | None = None) -> tuple[AuthorityList, list[Authority]]:
    """Return the list of CA owners in the index, and its records: all, or those that a query finds.

    Args:
        query: part of an owner's or CA's name, a key identifier, or the SHA-256 of a CA certificate.

    Raises:
        InputError: the index holds no list.
    """
    from ctscan.authorities.ccadb import search

    async with opened_index(config) as index:
        which = await index.authority_list()
        if which is None:
            raise InputError("the index holds no list of CAs; 'ctscan ca update' loads that of the CCADB")
        found = await index.authorities()
    return which, found if query is None else search(found, query)


async def authority_records(config: Config, query: str) -> AuthorityRecords:
    """Return the records of a CA in the index, and its profiles.

    Args:
        query: as for `authorities`; profiles are found by whole words of their names and by their keys, or by the
            owner that the list gives for a key.

    Returns:
        The records; without a list where a profile answers and the index is missing or holds none.

    Raises:
        InputError: no profile answers, and the index holds no list.
        IndexFault: the index can't be read, or is missing and no profile answers.
    """
    from ctscan.app.ca_policies import ca_profiles
    from ctscan.authorities.profile_matching import profiles_named, profiles_of_key
    from ctscan.index.open import has_index
    from ctscan.model.ca_profile import AuthorityRecords

    known = await ca_profiles()
    profiles = tuple(profiles_named(known, query))
    if profiles and not has_index(config.db):
        return AuthorityRecords(None, (), profiles)
    try:
        which, found = await authorities(config, query)
    except InputError:
        if not profiles:
            raise
        return AuthorityRecords(None, (), profiles)
    return AuthorityRecords(which, tuple(found), profiles or tuple(profiles_of_key(known, found, query)))
