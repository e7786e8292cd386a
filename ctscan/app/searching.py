"""Use cases that ask repositories: plan the questions, then put them. A plan says who will learn how much
before any request is sent, so that a face can ask for consent."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from ctscan.app.recorded_texts import check_texts
from ctscan.app.recording import RecordedDisclosures, recorded
from ctscan.app.scoping import check_consent, configured_scope, scope_terms
from ctscan.app.wiring import CLOCK, opened_client, opened_index
from ctscan.errors import UsageError
from ctscan.model import AuditAction, PlannedDisclosure
from ctscan.model.number_ranges import numbers_text

if TYPE_CHECKING:
    import asyncio

    from ctscan.app.search_listener import SearchListener
    from ctscan.clock import Clock
    from ctscan.collect.questions import PlannedQuestion
    from ctscan.collect.search import OpenSource
    from ctscan.config import Config
    from ctscan.index.protocols import Suppressing
    from ctscan.model import Identifier, Question, Repository
    from ctscan.model.results import SearchResults

SCOPE_COMMAND = "scan --repository"  # as recorded; the command line may hold an address


class Destination(Struct, frozen=True):
    """Repository, and the address where it is asked: its own, or the override of the configuration. `rate`: requests
    per second."""

    repository: Repository
    url: str | None = None
    rate: float | None = None

    @property
    def host(self) -> str:
        """Host that receives the questions."""
        return urlsplit(self.url or self.repository.url).hostname or self.repository.name

    @property
    def recipient(self) -> str:
        """Recipient for the record: the repository's name, and the host where the name is another."""
        name = self.repository.name
        return name if self.host == name else f"{name} ({self.host})"


class SearchPlan(Struct, frozen=True):
    """Questions to repositories, ready to be put. `left_out`: lines about terms of the scope for which no repository is
    asked, `number_left_out` such terms."""

    destinations: tuple[Destination, ...]
    asked: tuple[PlannedQuestion, ...]
    purpose: str
    command: str
    left_out: tuple[str, ...] = ()
    number_left_out: int = 0

    @property
    def disclosures(self) -> tuple[PlannedDisclosure, ...]:
        """What each repository will learn."""
        from ctscan.collect.questions import unanswerable

        return tuple(
            PlannedDisclosure(
                title=each.repository.title,
                host=each.host,
                tells=each.repository.tells,
                asked=tuple(a.question for a in self.asked if a.question.kind in each.repository.finds),
                impossible=tuple(unanswerable([each.repository], self.asked)),
            )
            for each in self.destinations
        )


async def plan_search(
    config: Config,
    identifiers: Sequence[Identifier],
    repositories: Iterable[str],
    *,
    environ: Mapping[str, str] = os.environ,
) -> SearchPlan:
    """Plan the questions about identifiers. No request is sent.

    Raises:
        UsageError: no purpose, or one that names the person; an unknown repository; a repository that lacks its token;
            an identifier for which none of the repositories can be asked.
    """
    from ctscan.collect.questions import plan_questions, unanswerable
    from ctscan.views.words import question_kinds

    asked = tuple({one.text: one for person in identifiers for one in plan_questions(person)}.values())
    check_purpose(config.purpose, "search", identifiers)
    chosen = destinations(config, repositories)
    impossible = unanswerable([each.repository for each in chosen], asked)
    if impossible:
        raise UsageError(
            f"search: {_names(chosen)} can't be asked for {question_kinds(impossible)}; give another repository "
            "with --in ('ctscan sources' lists them)"
        )
    await _check_openable(config, chosen, environ)
    return SearchPlan(tuple(chosen), asked, config.purpose, "search")


async def plan_scope_search(config: Config, *, environ: Mapping[str, str] = os.environ) -> SearchPlan | None:
    """Plan the questions about the scope for the configured repositories; None when no repository is configured.

    Raises:
        UsageError: as `plan_search`, or when no term of the scope is left to ask for.
    """
    if not config.repositories:
        return None
    from ctscan.collect.questions import plan_scope_questions, unanswerable
    from ctscan.views.words import question_kinds

    configured_scope(config)  # its errors name the place of a term
    await check_consent(config)
    asked = plan_scope_questions([term.text for term in scope_terms(config)], config.everything)
    chosen = destinations(config, config.repositories)
    check_purpose(config.purpose, SCOPE_COMMAND, _people_of(one.question for one in asked))
    people = [one for one in asked if one.question.is_personal and not config.search_people]
    allowed = [one for one in asked if one not in people]
    impossible = unanswerable([each.repository for each in chosen], allowed)
    lines = []
    if people:
        left = question_kinds(one.question for one in people)
        lines.append(
            f"{SCOPE_COMMAND}: {left} of the scope left out: asking tells the repository who that is; "
            "search_people = true in ctscan.toml allows it"
        )
    if impossible:
        left = question_kinds(impossible)
        lines.append(f"{SCOPE_COMMAND}: {left} of the scope left out: {_names(chosen)} can't be asked for that")
    possible = tuple(one for one in allowed if one.about not in impossible)
    if not possible:
        raise UsageError(lines[0])
    await _check_openable(config, chosen, environ)
    number = len(people) + len(impossible)
    return SearchPlan(tuple(chosen), possible, config.purpose, SCOPE_COMMAND, tuple(lines), number)


async def search(
    config: Config,
    plan: SearchPlan,
    *,
    who: str,
    listener: SearchListener,
    stop: asyncio.Event,
    clock: Clock = CLOCK,
    environ: Mapping[str, str] = os.environ,
) -> SearchResults:
    """Put the questions of a plan, and keep the certificates that match. Every question is recorded as a disclosure.

    Raises:
        IndexFault: the index can't be used. Faults of a repository are in the result.
    """
    from ctscan.collect.search import SearchRequest, run_search
    from ctscan.personal.keeping import Keeping

    limits = config.keep.limits(clock.now())
    wanted = [replace(one, result_filter=Keeping(one.result_filter, limits)) for one in plan.asked]
    async with (
        recorded(config, AuditAction.SEARCH, who=who, purpose=plan.purpose, clock=clock) as change,
        opened_index(config, create=True) as index,
        _opened(config, plan.destinations, environ, listener.doing) as ready,
    ):
        asked = tuple([one for one in wanted if not await _has_objected(index, one.question)])
        request = SearchRequest(asked, who, plan.purpose, plan.command)
        await index.note_limits(limits)
        disclosures = RecordedDisclosures(index, change)
        found = await run_search(index, ready, request, listener, stop, clock, disclosures=disclosures)
        results = replace(found, left_out=plan.number_left_out)
        change.detail = numbers_text(search.number for search in found.searches)
        change.exit_code = results.exit_code
    return results


async def _has_objected(index: Suppressing, question: Question) -> bool:
    """Return whether a question names somebody who objected: asking would tell a third party of them."""
    if not question.is_personal:
        return False
    from ctscan.answer.objections import forms_of_question

    (person,) = _people_of([question])
    return (await index.suppressions_of(forms_of_question(person), [])).suppressed is not None


# --- checks -------------------------------------------------------------------------------------------------------


def destinations(config: Config, names: Iterable[str]) -> list[Destination]:
    """Find repositories by name, each once.

    Raises:
        UsageError: an unknown name, or no contact for a repository on the network.
    """
    from ctscan.config.setting_checks import shown
    from ctscan.http.contact import NO_CONTACT
    from ctscan.http.urls import is_loopback
    from ctscan.sources.repositories import repositories

    known = {repository.name: repository for repository in repositories()}
    for name, override in config.tuning.items():
        if "url" in override and name not in known:
            raise UsageError(
                f'configuration: [tuning."{shown(name)}"]: url: expected the name of a repository, '
                f"one of {', '.join(known)}"
            )
    found = []
    for name in dict.fromkeys(names):
        if name not in known:
            raise UsageError(
                f"repository: expected one of {', '.join(known)}, got another name of {len(name)} characters; "
                "see 'ctscan sources'"
            )
        override = config.tuning.get(name, {})
        found.append(Destination(known[name], override.get("url"), override.get("rate")))
    if not config.contact and not all(is_loopback(each.host) for each in found):
        raise UsageError(NO_CONTACT)
    return found


def check_purpose(purpose: str, command: str, people: Iterable[Identifier]) -> None:
    """Check the purpose, which is recorded with each disclosure.

    Raises:
        UsageError: no purpose, or one that names a person who is asked about, or anybody by an address.
    """
    if not purpose:
        raise UsageError(
            f"{command}: expected a purpose, found none: a repository learns the subject of each question, and the "
            "purpose is recorded; set `purpose` in ctscan.toml, or give --purpose"
        )
    check_texts(command, people, purpose)


def _people_of(questions: Iterable[Question]) -> list[Identifier]:
    from ctscan.personal.identifiers import parse_identifier

    return [parse_identifier(f"{one.kind}:{one.value}") for one in questions if one.is_personal]


async def _check_openable(config: Config, chosen: Sequence[Destination], environ: Mapping[str, str]) -> None:
    """Raise UsageError when a repository lacks its token or an extra. No request is sent."""
    async with _opened(config, chosen, environ, lambda _: None):
        pass


@asynccontextmanager
async def _opened(
    config: Config, chosen: Sequence[Destination], environ: Mapping[str, str], progress: Callable[[str], None]
) -> AsyncIterator[list[OpenSource]]:
    from ctscan.collect.search import OpenSource
    from ctscan.sources.repositories import SourceOptions, open_repository

    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(opened_client(config))
        ready = []
        for each in chosen:
            opening = SourceOptions(client, environ, each.url, each.rate, progress=progress)
            source = open_repository(each.repository.name, opening)
            stack.push_async_callback(source.aclose)
            ready.append(OpenSource(source, each.recipient))
        yield ready


def _names(chosen: Sequence[Destination]) -> str:
    return " and ".join(each.repository.name for each in chosen)
