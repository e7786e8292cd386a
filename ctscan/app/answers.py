"""Use cases that answer from the index: look-ups, the status of certificates, and proofs."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ctscan.app.recording import recorded_lookups
from ctscan.app.wiring import CLOCK, opened_index
from ctscan.errors import IndexFault
from ctscan.model import AuditAction, Remark

if TYPE_CHECKING:
    from ctscan.answer.lookup import AnswerIndex
    from ctscan.app.recording import LookupRecorder
    from ctscan.clock import Clock
    from ctscan.config import Config
    from ctscan.model import Answer, AnswerHeader, AnswerPart, Identifier, Match, Selection
    from ctscan.model.results import CheckedSighting, ProofCounts, StandingCounts


def parse_identifier(text: str) -> Identifier:
    """Parse an identifier as a person types it. UsageError when it can't be understood."""
    from ctscan.personal import identifiers

    return identifiers.parse_identifier(text)


def is_label_of_number(text: str) -> bool:
    """Return whether a text is the label of a number (`Serial`, `ID`) without the number."""
    from ctscan.personal.pasted import plain_words, printed_labels

    return printed_labels.is_label_of_digits(text) or plain_words.is_word_for_numbers(text)


async def look_up(
    config: Config,
    identifiers: Iterable[Identifier],
    *,
    who: str,
    purpose: str = "",
    case: str = "",
    selection: Selection | None = None,
    partly: bool = False,
    at: datetime | None = None,
    action: AuditAction = AuditAction.LOOKUP,
    inline: bool = False,
    clock: Clock = CLOCK,
) -> AsyncGenerator[Answer, None]:
    """Answer look-ups, one by one, each for its own moment. Each answer is a document with a head and a digest, and is
    in the audit trail before it is yielded.

    Args:
        config: settings.
        identifiers: identifiers to look up. They are iterated twice where purpose or case is given: all are compared
            with these texts before the first is answered.
        who: account that asks.
        purpose: purpose of the look-ups.
        case: number of the case that they belong to.
        selection: choice of the certificates that answers show; None shows all.
        partly: look for certificates with a part of a name also where others hold the whole name.
        at: moment for which statuses and staleness are judged; None takes the moment of each look-up.
        action: kind of look-up, for the record.
        inline: ask the index in the calling thread; the coroutine then never waits.
        clock: clock of the answers.

    Raises:
        IndexFault: the index is missing or can't be read, or the audit trail can't be written.
        InputError: the key file can't be used.
        UsageError: purpose or case name a person that is looked up.
    """
    async with (
        opened_index(config, inline=inline) as index,
        recorded_lookups(
            config,
            action,
            identifiers,
            who=who,
            purpose=purpose,
            case=case,
            inline=inline,
            clock=clock,
        ) as recorder,
    ):
        from ctscan.answer.lookup import answer
        from ctscan.answer.selecting import selected

        for identifier in identifiers:
            now = at or clock.now()  # for each: a scan may go on beside a long list
            found = await answer(index, identifier, now=now, stale_after=config.stale_after, partly=partly)
            chosen = found if selection is None else selected(found, selection)
            given = _document(chosen, _header(now, who, purpose, case))
            await recorder.record(given)
            yield given


async def look_up_in_parts(
    config: Config,
    identifiers: Iterable[Identifier],
    *,
    who: str,
    purpose: str = "",
    case: str = "",
    selection: Selection | None = None,
    partly: bool = False,
    inline: bool = False,
    clock: Clock = CLOCK,
) -> AsyncGenerator[AnswerPart, None]:
    """Answer look-ups as `look_up` does, but give the certificates of a long answer while it is read. That it begins is
    in the audit trail before its first part is yielded, and its verdict before the last. A selection may only limit.

    Raises: as `look_up`, also behind the first parts of an answer, which then has no verdict.
    """
    async with (
        opened_index(config, inline=inline) as index,
        recorded_lookups(
            config, AuditAction.LOOKUP, identifiers, who=who, purpose=purpose, case=case, inline=inline, clock=clock
        ) as recorder,
    ):
        from ctscan.answer.in_parts import answer_in_parts

        shown = None if selection is None else selection.limit
        for identifier in identifiers:
            now = clock.now()
            parts = answer_in_parts(
                index, identifier, now=now, stale_after=config.stale_after, partly=partly, shown=shown
            )
            documents = _documents(parts, recorder, _header(now, who, purpose, case), selection)
            async with aclosing(parts), aclosing(documents):
                async for part in documents:
                    yield part


async def _documents(
    parts: AsyncIterator[AnswerPart], recorder: LookupRecorder, header: AnswerHeader, selection: Selection | None
) -> AsyncGenerator[AnswerPart, None]:
    """Make a document of an answer, and record it, part by part."""
    from ctscan.answer.selecting import selected
    from ctscan.model import Answer, AnswerBegun, MatchPage
    from ctscan.views import json

    first = await anext(parts)
    if isinstance(first, Answer):
        given = _document(first if selection is None else selected(first, selection), header)
        await recorder.record(given)
        yield given
        return
    assert isinstance(first, AnswerBegun)  # noqa: S101  pages stand behind a beginning
    begun = _headed(first.answer if selection is None else selected(first.answer, selection), header)
    digest = json.GrowingAnswerDigest(begun)
    async with recorder.in_parts(begun.identifier) as recording:
        yield AnswerBegun(begun)
        async for part in parts:
            if isinstance(part, MatchPage):
                yield part
                digest.add(part.matches)  # behind it: who waits for certificates needn't wait for their digest
            elif isinstance(part, Answer):
                ended = _headed(part if selection is None else selected(part, selection), header)
                ended = replace(ended, digest=digest.end(ended))
                await recording.end(ended)
                yield ended


def _header(at: datetime, who: str, purpose: str, case: str) -> AnswerHeader:
    """Make the head of an answer, with an id of its own."""
    from secrets import token_hex

    from ctscan.model import AnswerHeader
    from ctscan.personal.rule_set import rule_set
    from ctscan.resources import version

    texts = map(_unicode, (who, purpose, case))
    return AnswerHeader(token_hex(16), at, version(), rule_set().version, *texts)


def _document(found: Answer, header: AnswerHeader) -> Answer:
    """Make a document of an answer: give it a head, then the digest over all of it."""
    from ctscan.views import json

    headed = _headed(found, header)
    return replace(headed, digest=json.answer_digest(headed))


def _headed(found: Answer, header: AnswerHeader) -> Answer:
    asked = found.identifier
    identifier = replace(
        asked,
        value=_unicode(asked.value),
        canonical=_unicode(asked.canonical),
        label=_unicode(asked.label),
        variants=tuple(map(_unicode, asked.variants)),
    )
    offers = tuple(replace(offer, identifier=_unicode(offer.identifier)) for offer in found.offers)
    return replace(found, header=header, identifier=identifier, offers=offers)


def _unicode(text: str) -> str:
    """Replace lone surrogates, which stand for bytes of a command line that are no UTF-8: JSON can't hold them."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


async def certificates(
    config: Config, identifiers: Sequence[Identifier], *, who: str, clock: Clock = CLOCK
) -> list[Match]:
    """Find the certificates of identifiers, each once, with their status. `who` is the account, for the record.

    Raises:
        IndexFault: the index can't be read, or is damaged where it was asked.
    """
    async with opened_index(config) as index:
        return await recorded_matches(config, index, AuditAction.STATUS, identifiers, who, clock)


async def standings(config: Config, *, clock: Clock = CLOCK) -> StandingCounts:
    """Count all certificates in the index by their standing."""
    from ctscan.model.results import StandingCounts
    from ctscan.revocation.status import status_of

    counts, at = StandingCounts(), clock.now()
    async with opened_index(config) as index:
        async for not_before, not_after, said in index.standings():
            counts.add(status_of(not_before, not_after, said, at), said)
        word = await index.suppressions_of([], [])
        counts.remarks = (Remark.WITHOUT_OBJECTORS(),) if word.any else ()
        if word.lost is not None:
            counts.remarks += (Remark.SUPPRESSIONS_LOST(day=f"{word.lost:%Y-%m-%d}"),)
    return counts


async def recorded_matches(
    config: Config,
    index: AnswerIndex,
    action: AuditAction,
    identifiers: Sequence[Identifier],
    who: str,
    clock: Clock,
    *,
    partly: bool = False,
) -> list[Match]:
    """Find the certificates of identifiers in an open index, each once, and record the look-ups. `partly` is that of
    `answer.lookup.answer`.

    Raises:
        IndexFault: a look-up met damage, which may hide certificates: "there is none" would be a false answer.
    """
    found, damaged = await _matches_and_damage(config, index, action, identifiers, who, clock, partly=partly)
    if damaged:
        raise _damage(config, damaged)
    return found


def _damage(config: Config, damaged: Iterable[str]) -> IndexFault:
    return IndexFault(
        f"{config.db}: the index is damaged ({', '.join(sorted(damaged))}) and may hide certificates; `ctscan reindex` "
        "repairs what it can and says what to scan again"
    )


async def _matches_and_damage(
    config: Config,
    index: AnswerIndex,
    action: AuditAction,
    identifiers: Sequence[Identifier],
    who: str,
    clock: Clock,
    *,
    partly: bool = False,
) -> tuple[list[Match], set[str]]:
    from ctscan.answer.lookup import answer

    found: dict[bytes, Match] = {}
    damaged: set[str] = set()
    if not identifiers:
        return [], damaged
    async with recorded_lookups(config, action, identifiers, who=who, purpose=config.purpose, clock=clock) as recorder:
        for identifier in identifiers:
            given = await answer(index, identifier, now=clock.now(), stale_after=config.stale_after, partly=partly)
            await recorder.record(given)
            damaged.update(given.damaged)
            for match in given.matches:
                found.setdefault(match.certificate.identity, match)
    return list(found.values()), damaged


async def recorded_identities(
    config: Config,
    index: AnswerIndex,
    action: AuditAction,
    identifiers: Sequence[Identifier],
    who: str,
    clock: Clock,
    *,
    partly: bool = False,
) -> list[bytes]:
    """Find the identities of the certificates of identifiers, and record the look-ups; see `recorded_matches`."""
    found = await recorded_matches(config, index, action, identifiers, who, clock, partly=partly)
    return [match.certificate.identity for match in found]


async def prove(
    config: Config,
    identifiers: Sequence[Identifier] | None,
    counts: ProofCounts,
    *,
    who: str,
    clock: Clock = CLOCK,
) -> AsyncGenerator[CheckedSighting, None]:
    """Check the evidence of certificates offline, sighting by sighting.

    Args:
        identifiers: whose certificates; None checks everything in the index.
        counts: is filled; its sums are final when the iterator has ended.
        who: the account, for the record of the look-ups.

    Raises:
        IndexFault: the index can't be read, or nothing was found where it is damaged. Certificates that were found are
            checked all the same, and `counts.damaged` names the damage that may hide others.
    """
    from ctscan.answer.proof import check, compare
    from ctscan.app.reindexing import scanned_domains

    async with opened_index(config) as index:
        with index.noted_damage():  # what is damaged differs from the entry, or is left out
            domains = await scanned_domains(index)
        held = await index.counts() if identifiers is None else None
        if identifiers is None:
            identities = [identity async for identity, _, _ in index.kept()]
        else:
            asked = await _matches_and_damage(config, index, AuditAction.PROVE, identifiers, who, clock)
            identities = [match.certificate.identity for match in asked[0]]
            counts.damaged = tuple(sorted(asked[1]))
            if counts.damaged and not identities:
                raise _damage(config, counts.damaged)
        for identity in identities:
            with index.noted_damage():
                matches = await index.find_identity(identity)
            seen = False
            async for evidence in index.evidence([identity]):
                seen = True
                checked = compare(check(evidence), matches, domains)
                counts.proven += checked.is_proven
                counts.unproven += not checked.is_proven
                yield checked
            if not seen:
                counts.add_certificate_without_evidence(matches)
        if held:
            counts.bare += max(0, held["certificates"] - len(identities))
            counts.lost += max(0, held["sightings"] - counts.proven - counts.unproven)
