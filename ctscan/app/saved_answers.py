"""Use case that checks saved answers: the file, the index and the trail against each other."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable
from contextlib import suppress
from typing import TYPE_CHECKING

from ctscan.app.answers import parse_identifier, recorded_identities
from ctscan.app.wiring import CLOCK, opened_index, opened_trail, trail_path
from ctscan.clock import Clock
from ctscan.errors import IndexFault, UsageError
from ctscan.model import AuditAction

if TYPE_CHECKING:
    from typing import Protocol

    from ctscan.answer.lookup import AnswerIndex
    from ctscan.answer.saved_answer_check import CheckedIndex
    from ctscan.app.reindexing import ScopeIndex
    from ctscan.config import Config
    from ctscan.index.protocols import DamageNoting, TrailMemory
    from ctscan.model import Identifier
    from ctscan.model.audit import KnownTrail
    from ctscan.model.saved_answer import Check, CheckedAnswer, SavedAnswer, SavedMatch

    class ProvingIndex(CheckedIndex, ScopeIndex, DamageNoting, TrailMemory, Protocol):
        """Index in the roles that a check of an answer needs."""


async def prove_answers(
    config: Config, raw: bytes, where: str, *, who: str, clock: Clock = CLOCK
) -> AsyncGenerator[CheckedAnswer, None]:
    """Check saved answers, one by one.

    Args:
        config: settings; they name index and trail.
        raw: a file of answers in JSON.
        where: its name in errors.
        who: account, for the record: the check looks for certificates that came since.
        clock: clock of the events.

    Raises:
        InputError: the file holds something else than answers.
        IndexFault: index or trail can't be opened.
    """
    from ctscan.answer.saved_answer_check import check_file, merged
    from ctscan.model.saved_answer import CheckedAnswer
    from ctscan.resources import version
    from ctscan.views.json.saved_answer import saved_answers

    answers = saved_answers(raw, where)
    async with opened_index(config) as index:
        for saved in answers:
            trail = await _against_trail(config, saved, await index.known_trail())
            claims = await _or_fault(_against_index(index, saved))
            since = await _or_fault(_since(config, index, saved, who, clock))
            yield CheckedAnswer(saved, check_file(saved, version()), merged([claims, since]), trail)


async def _or_fault(work: Awaitable[Check]) -> Check:
    """Make a problem of an index that can't be read: the other checks are made all the same."""
    from ctscan.model.saved_answer import AnswerCheck, Check

    try:
        return await work
    except IndexFault as fault:
        return Check((AnswerCheck.INDEX_FAULT(detail=str(fault)),))


async def _against_trail(config: Config, saved: SavedAnswer, known: KnownTrail | None) -> Check:
    from ctscan.answer.saved_answer_check import check_trail
    from ctscan.model.saved_answer import AnswerCheck, Check

    if not trail_path(config).exists():
        return Check((AnswerCheck.NO_TRAIL(),))
    async with opened_trail(config) as trail:
        event = await trail.event_of_answer(saved.id) if saved.id else None
    is_later = known is not None and known.reason != "" and saved.at is not None and saved.at < known.at
    if event is None and known is not None and is_later:
        return Check(unmade=(AnswerCheck.TRAIL_BEGUN_SINCE(time=f"{known.at:%Y-%m-%dT%H:%M:%SZ}"),))
    return check_trail(saved, event)


async def _against_index(index: ProvingIndex, saved: SavedAnswer) -> Check:
    from ctscan.answer.saved_answer_check import check_claims, merged
    from ctscan.app.reindexing import scanned_domains
    from ctscan.model.saved_answer import AnswerCheck, Check
    from ctscan.personal.rule_set import rule_set
    from ctscan.views import json
    from ctscan.views.json.saved_answer import saved_match

    held: dict[bytes, SavedMatch] = {}
    with index.noted_damage() as damage:
        for claimed in saved.certificates:
            for found in await index.find_identity(claimed.identity):
                held[claimed.identity] = saved_match(json.match(found))
        checked = await check_claims(index, saved, held, rule_set().version, await scanned_domains(index))
    if not damage:
        return checked
    return merged([checked, Check((AnswerCheck.DAMAGED(parts=", ".join(sorted(damage))),))])


async def _since(config: Config, index: AnswerIndex, saved: SavedAnswer, who: str, clock: Clock) -> Check:
    """Look the identifier up again, as it was looked up then, to count the certificates that came since."""
    from ctscan.answer.saved_answer_check import not_in
    from ctscan.model.saved_answer import AnswerCheck, Check

    identifier = _identifier_of(saved)
    if identifier is None:
        return Check(notes=(AnswerCheck.NOT_LOOKED_UP(),))
    found = await recorded_identities(
        config, index, AuditAction.PROVE, [identifier], who, clock, partly=not saved.only_whole
    )
    return not_in(saved, found)


def _identifier_of(saved: SavedAnswer) -> Identifier | None:
    """Parse the identifier of an answer; None where it can't be understood, as in a file that was changed."""
    for text in (saved.value, f"{saved.kind}:{saved.value}", f"{saved.kind}:{saved.canonical}"):
        with suppress(UsageError):
            found = parse_identifier(text)
            if (found.kind, found.canonical) == (saved.kind, saved.canonical):
                return found
    return None
