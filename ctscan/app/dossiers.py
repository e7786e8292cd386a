"""Use case that makes the dossier of a data subject.

identity settled? ──► look-ups, recorded ──► picture ──► bytes and proofs ──► package, by rename ──► case, trail
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from ctscan.app.ca_policies import shipped_profiles
from ctscan.app.case_answers import case_answers, identifiers_of_case
from ctscan.app.case_register import add_events, new_event
from ctscan.app.dossier_request import COMMAND, DossierOptions, prepared_request
from ctscan.app.identity_gate import IN_CASE, OVERRIDE
from ctscan.app.passphrase_file import passphrase_of
from ctscan.app.recording import recorded
from ctscan.app.wiring import CLOCK, key_path, opened_index, opened_trail
from ctscan.clock import Clock
from ctscan.model import AuditAction
from ctscan.model.case import CaseAction
from ctscan.on_first_use import late_pattern

if TYPE_CHECKING:
    from datetime import datetime

    from ctscan.config import Config
    from ctscan.dsar.dossier import Request
    from ctscan.index.protocols import Outbox, Watching
    from ctscan.model import Answer, Identifier, Match
    from ctscan.model.dossier import WatchRecord, WrittenDossier
    from ctscan.model.picture import Picture

    class WatchedIndex(Watching, Outbox, Protocol):
        """Index in the roles that know of watches and alerts."""


_ORGANISATION = late_pattern(r"(?:^|[,+])O=((?:[^,+\\]|\\.)*)")


async def make_dossier(
    config: Config, of: str | Sequence[Identifier], options: DossierOptions, *, who: str, clock: Clock = CLOCK
) -> WrittenDossier:
    """Make a dossier and write its package. The case and the trail record it.

    Args:
        config: settings.
        of: number of a case, or identifiers of one person without a case.
        options: options.
        who: account, for the record.
        clock: clock of the record.

    Raises:
        UsageError: no controller, purpose or identifier; the identity is not settled; an option can't be used; the
            extra `dossier` isn't installed.
        InputError: the folder can't be written to, or a file of the letterhead or the key can't be used.
        IndexFault: the index is missing or damaged, or the trail can't be written.
    """
    from ctscan.app.dossier_writing import DossierContent, write_package  # not at the top: heavy
    from ctscan.dsar.dossier import number_without_case
    from ctscan.views.dossier.typesetting import check_installed

    check_installed(COMMAND)
    request, installation, letterhead = await prepared_request(config, of, options, clock)
    identifiers = identifiers_of_case(request.case) if request.case else [one for one in of if not isinstance(one, str)]
    passphrase, is_made = passphrase_of(options.passphrase_file) if options.passphrase_file else ("", False)
    number = request.case.number if request.case else ""
    async with recorded(config, AuditAction.DOSSIER, who=who, case=number, clock=clock) as change:
        answers = await _answers(config, request, identifiers, who, clock)
        digests = _digests(config, identifiers)
        async with opened_trail(config) as trail:
            events = await trail.events_about(number, digests)
        shown = _picture(request, identifiers, answers)
        numbered = request if number else replace(request, number=number_without_case(digests, request.at))
        async with opened_index(config, inline=True) as index:  # a call for each certificate
            watched = await _watched(index, identifiers, shown, request.at)
            content = DossierContent(numbered, installation, letterhead, answers, shown, events, options.paper, watched)
            written = await write_package(index, content, options.folder, passphrase)
        change.detail = written.sha256
    await _tell_case(config, request, written, who, clock)
    return replace(written, passphrase_made=str(options.passphrase_file) if is_made else "")


async def _answers(
    config: Config, request: Request, identifiers: Sequence[Identifier], who: str, clock: Clock
) -> list[Answer]:
    return await case_answers(
        config,
        request.case or identifiers,
        who=who,
        purpose=config.purpose,
        at=request.at,
        action=AuditAction.DOSSIER,
        clock=clock,
    )


def _picture(request: Request, identifiers: Sequence[Identifier], answers: Sequence[Answer]) -> Picture:
    from ctscan.dsar.dossier import refused_certificates
    from ctscan.dsar.held_back import held_back, held_without_case
    from ctscan.dsar.picture import picture

    matches = [match for answer in answers for match in (*answer.matches, *answer.mailboxes)]
    if request.case is None:
        return picture(answers, held_back=held_without_case(identifiers, matches), profile_of=profile_name)
    is_stated = request.identity[0] == OVERRIDE or request.identity[1] != IN_CASE
    release = held_back(request.case, matches, is_stated=is_stated)
    held = {**release.reasons, **refused_certificates(request.case, (one.certificate.identity for one in matches))}
    return picture(answers, held_back=held, confirmed=release.confirmed, profile_of=profile_name)


async def _watched(index: WatchedIndex, identifiers: Sequence[Identifier], shown: Picture, at: datetime) -> WatchRecord:
    """Return the watches on the person, and the alerts about the certificates that the dossier shows."""
    from ctscan.answer.objections import forms_of_question
    from ctscan.dsar.watch_record import watch_record

    watches = await index.watches_on([form for one in identifiers for form in forms_of_question(one)])
    told = await index.alerts_about([one.certificate.identity for one in shown.certificates])
    return watch_record(watches, told, at)


def profile_name(match: Match) -> str:
    """Name the profile of the CA that issued a certificate; empty where there is none of its own."""
    from ctscan.authorities.profile_matching import IssuerFacts, match_profile

    names = (re.sub(r"\\(.)", r"\1", name) for name in _ORGANISATION.findall(match.certificate.issuer))
    facts = IssuerFacts(tuple(one.key_id for one in match.authorities), tuple(names))
    found = match_profile(facts, shipped_profiles(), match.authorities).profile
    return "" if found.is_baseline else found.name


def _digests(config: Config, identifiers: Sequence[Identifier]) -> list[bytes]:
    """Compute the keyed digests by which the trail knows identifiers."""
    from ctscan.privacy.key_file import load_key

    key = load_key(key_path(config))
    return [key.identifier_digest(str(one.kind), one.canonical) for one in identifiers]


async def _tell_case(config: Config, request: Request, written: WrittenDossier, who: str, clock: Clock) -> None:
    """Record in the case that the dossier was made, and how the identity was settled."""
    if request.case is None:
        return
    how, text = request.identity
    event = new_event(CaseAction.DOSSIER_MADE, who, clock.now(), at=None, sha256=written.sha256, **{how: text})
    await add_events(config, request.case.number, [event], who, clock)
