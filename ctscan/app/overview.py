"""Use cases that list: runs, searches, disclosures, audit events, logs; and the sources, rules and types that ctscan
knows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ctscan.app.head_comparison import witnesses_of
from ctscan.app.known_trail import known_trail, lost
from ctscan.app.wiring import CLOCK, opened_index, opened_trail, trail_path
from ctscan.clock import Clock
from ctscan.model import Source

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model import AuditEvent, Disclosure, Repository, Run, Search
    from ctscan.model.results import LogReport, RuleInfo, TypeInfo


async def runs(config: Config, limit: int) -> list[Run]:
    """List scans, the newest first."""
    async with opened_index(config) as index:
        return await index.runs(limit)


async def searches(config: Config, limit: int) -> list[Search]:
    """List questions to repositories and imports of files, the newest first."""
    async with opened_index(config) as index:
        return await index.newest_searches(limit)


async def disclosures(config: Config, limit: int) -> list[Disclosure]:
    """List disclosures, the newest first."""
    async with opened_index(config) as index:
        return await index.disclosures(limit)


async def audit_events(config: Config, limit: int, *, inline: bool = False) -> list[AuditEvent]:
    """List events of the audit trail, the newest first; `inline` reads in the calling thread.

    Raises:
        IndexFault: the trail can't be read, is missing, or is not the one of the index.
    """
    known = await known_trail(config, inline=inline)
    if known is not None and not trail_path(config).exists():
        raise lost(config, known)
    async with opened_trail(config, inline=inline) as trail:
        return await trail.events(limit)


async def logs(config: Config, *, clock: Clock = CLOCK) -> list[LogReport]:
    """Report the progress and health of each log, and the cosignatures on its newest head.

    Raises:
        UsageError: a verifier key of a witness is wrong.
    """
    from ctscan.answer.log_report import log_report
    from ctscan.ct.freshness import retirements

    at, witnesses = clock.now(), witnesses_of(config)
    async with opened_index(config) as index:
        basis = await index.basis()
        retired = retirements(basis)
        left = {log.id for log in basis.logs if log.reason} if basis else set[bytes]()
        return [
            log_report(
                state,
                await index.misbehaviour(state.log.id),
                at,
                config.stale_after,
                retirement=retired.get(state.log.id),
                is_read=state.log.id not in left,
                witnesses=witnesses,
            )
            for state in await index.log_states()
        ]


# --- what ctscan knows --------------------------------------------------------------------------------------------

LOGS = Source(
    name="logs",
    title="Certificate Transparency logs, read from where coverage begins",
    url="",
    finds=("everything that can be looked up",),
    limits=(
        "What was logged before coverage begins isn't found; 'ctscan scan --from' reaches back as far as a log does.",
        "Certificates that were never logged are in no log.",
    ),
    needs="a contact, and time: a log is read as a whole",
    tells="operators of logs learn that you read their logs, and nothing of whom you look for",
    is_verified=True,
    command="ctscan scan",
)

FILES = Source(
    name="files",
    title="certificates in files and on stdin",
    url="",
    finds=("everything that can be looked up",),
    limits=("Only what the files hold; that a certificate was logged is not known until a log confirms it.",),
    needs="",
    tells="nobody",
    is_verified=False,
    command="ctscan import",
)


async def sources(environ: Mapping[str, str] = os.environ) -> list[Source]:
    """List the sources of certificates. No request is sent; tokens are looked for in `environ`."""
    from ctscan.sources.repositories import repositories

    return [LOGS, *[await _source_of(repository, environ) for repository in repositories()], FILES]


async def _source_of(repository: Repository, environ: Mapping[str, str]) -> Source:
    return Source(
        name=repository.name,
        title=repository.title,
        url=repository.url,
        finds=repository.finds,
        limits=repository.limits,
        needs=repository.needs,
        tells=repository.tells,
        is_verified=False,
        command=f"ctscan search --in {repository.name}",
        lacks=await _lacks(repository, environ),
    )


async def _lacks(repository: Repository, environ: Mapping[str, str]) -> str:
    """Open a repository to see whether it lacks a token or an extra here."""
    from ctscan.errors import UsageError
    from ctscan.http.client import Client
    from ctscan.sources.repositories import SourceOptions, open_repository

    client = Client()
    try:
        await open_repository(repository.name, SourceOptions(client, environ)).aclose()
    except UsageError as error:
        return str(error)
    finally:
        await client.aclose()
    return ""


def rules() -> list[RuleInfo]:
    """List the rules by id."""
    from ctscan.model.results import RuleInfo
    from ctscan.personal.rules import all_rules

    return [
        RuleInfo(rule.id, rule.version, rule.looks_for, rule.category, rule.kinds, rule.cites, rule.covers)
        for rule in sorted(all_rules(), key=lambda rule: rule.id)
    ]


def known_types() -> list[TypeInfo]:
    """List the known types of values, each with the rules that read it."""
    from ctscan.model.results import TypeInfo
    from ctscan.personal.attribution.evidence import CLASSIFIERS
    from ctscan.personal.rules import all_rules
    from ctscan.personal.taxonomy import coverage

    return [
        TypeInfo(
            one.type.oid, str(one.type.kind), one.type.name, str(one.treatment), one.rules, one.is_evidence, one.why
        )
        for one in coverage(sorted(all_rules(), key=lambda rule: rule.id), CLASSIFIERS)
    ]
