"""The part of `ctscan scan` that asks repositories for the configured scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ctscan.cli.consent import (
    Destination,
    Shown,
    announcement,
    check_openable,
    check_purpose,
    created_index,
    destinations,
    kinds,
    opened,
    say,
)
from ctscan.collect.questions import asked_for_scope, unanswerable
from ctscan.collect.search import Outcome, SearchOutcome, SearchRequest, run_search
from ctscan.errors import UsageError

if TYPE_CHECKING:
    import asyncio

    from ctscan.collect.questions import Asked
    from ctscan.config import Config

COMMAND = "scan --repository"  # as recorded; what was typed may hold an address


@dataclass(frozen=True, slots=True)
class SearchesOutcome:
    """How the searches ended. `left_out`: terms of the scope that were not asked for, at all of the repositories."""

    outcome: Outcome
    left_out: int

    @property
    def exit_code(self) -> int:
        return self.outcome.exit_code or (4 if self.left_out else 0)

    @property
    def shapes(self) -> list[dict[str, Any]]:
        """For JSON."""
        return [_shape(search) for search in self.outcome.searches]


@dataclass(frozen=True, slots=True)
class SearchesOfScope:
    """What will be asked, where, and what of the scope won't."""

    config: Config
    where: Sequence[Destination]
    asked: Sequence[Asked]
    left_out: Sequence[str]  # lines that say what, and why
    number_left_out: int
    who: str

    async def run(self, stop: asyncio.Event) -> SearchesOutcome:
        """Ask. IndexFault when the index fails; what goes wrong with a repository is in the outcome."""
        for line in (*announcement(self.where, self.asked, self.config.purpose), *self.left_out):
            say(line)
        request = SearchRequest(tuple(self.asked), self.who, self.config.purpose, COMMAND)
        async with created_index(self.config) as index:
            with Shown() as shown:
                async with opened(self.config, self.where, shown.doing) as ready:
                    outcome = await run_search(index, ready, request, shown, stop)
        return SearchesOutcome(outcome, self.number_left_out)


def plan(config: Config, who: str) -> SearchesOfScope:
    """What the configuration says to ask. UsageError when a repository can't be asked, or for nothing at all."""
    asked = asked_for_scope(config.scope, config.everything)
    where = destinations(config, config.repositories)
    check_purpose(config, COMMAND, asked)
    people = [one for one in asked if one.question.is_personal and not config.search_people]
    allowed = [one for one in asked if one not in people]
    impossible = unanswerable([each.repository for each in where], allowed)
    lines = []
    if people:
        left = kinds(one.question for one in people)
        lines.append(
            f"{COMMAND}: {left} of the scope left out: asking tells the repository who that is; "
            "search_people = true in ctscan.toml allows it"
        )
    if impossible:
        names = " and ".join(each.repository.name for each in where)
        lines.append(f"{COMMAND}: {kinds(impossible)} of the scope left out: {names} can't be asked for that")
    possible = [one for one in allowed if one.about not in impossible]
    if not possible:
        raise UsageError(lines[0])
    check_openable(config, where)
    return SearchesOfScope(config, where, possible, lines, len(people) + len(impossible), who)


def _shape(search: SearchOutcome) -> dict[str, Any]:
    return {
        "repository": search.repository,
        "kind": search.kind,
        "outcome": search.outcome,
        "detail": search.detail or None,
        "results": search.results,
        "certificates": search.certificates,
    }
