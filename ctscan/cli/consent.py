"""Asking repositories, for the commands that do: who will be told what, opening them, and what is shown meanwhile."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO
from urllib.parse import urlsplit

from ctscan.cli.progress import INTERVAL, harmless
from ctscan.config.keys import shown
from ctscan.errors import UsageError
from ctscan.views.words import KINDS, count

if TYPE_CHECKING:
    from ctscan.collect.questions import Asked
    from ctscan.collect.search import Opened, SearchOutcome
    from ctscan.config import Config
    from ctscan.index.protocols import Index
    from ctscan.model import Question, Repository

PLURALS = {"email": "e-mail addresses", "host": "domains by their hosts"}


@dataclass(frozen=True, slots=True)
class Destination:
    """A repository and where it is asked, the configuration's overrides applied. `rate`: requests a second."""

    repository: Repository
    url: str | None = None
    rate: float | None = None

    @property
    def host(self) -> str:
        """Who is really asked."""
        return urlsplit(self.url or self.repository.url).hostname or self.repository.name

    @property
    def recipient(self) -> str:
        """For the record: the name, and the host where that says more."""
        name = self.repository.name
        return name if self.host == name else f"{name} ({self.host})"


def destinations(config: Config, names: Iterable[str]) -> list[Destination]:
    """The repositories of these names, each once. UsageError for a name that there is none of, or when one can't be
    asked because nobody said who asks."""
    from ctscan.http.client import NO_CONTACT
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


def check_openable(config: Config, chosen: Sequence[Destination]) -> None:
    """UsageError when a token or an extra that one of them needs is missing. Nothing is asked."""
    from ctscan.cli.wiring import run

    async def look() -> None:
        async with opened(config, chosen, lambda _: None):
            pass

    run(look())


@asynccontextmanager
async def opened(
    config: Config, chosen: Sequence[Destination], progress: Callable[[str], None]
) -> AsyncIterator[list[Opened]]:
    """The repositories, ready to be asked."""
    from ctscan.collect.search import Opened
    from ctscan.http.client import Client
    from ctscan.sources.repositories import Opening, open_repository

    async with AsyncExitStack() as stack:
        client = Client(config.contact or "", give_up_after=config.timeouts.give_up)
        stack.push_async_callback(client.aclose)
        ready = []
        for each in chosen:
            opening = Opening(client, os.environ, each.url, each.rate, progress=progress)
            source = open_repository(each.repository.name, opening)
            stack.push_async_callback(source.aclose)
            ready.append(Opened(source, each.recipient))
        yield ready


@asynccontextmanager
async def created_index(config: Config) -> AsyncIterator[Index]:
    """The index of the configuration, made where there is none."""
    from ctscan.index.open import open_index

    async with await open_index(config.db, create=True) as index:
        yield index


# --- what is said before --------------------------------------------------------------------------------------------


def check_purpose(config: Config, command: str, asked: Iterable[Asked]) -> None:
    """UsageError when nobody said what for, or by naming the person: it is recorded with each disclosure."""
    from ctscan.collect.safe_reasons import quotes

    if not config.purpose:
        raise UsageError(
            f"{command}: asking a repository tells it whom or what you look for, and why is recorded: "
            "set `purpose` in ctscan.toml, or give --purpose"
        )
    people = [one.question for one in asked if one.question.is_personal]
    if any(quotes(config.purpose, person) for person in people):
        raise UsageError(
            f"{command}: the purpose is recorded with each disclosure and must not name whom you ask for; "
            "give the number of the case, say"
        )


def announcement(chosen: Sequence[Destination], asked: Sequence[Asked], purpose: str) -> list[str]:
    """Exactly who will learn what. Kinds and numbers only, never whom."""
    from ctscan.collect.questions import unanswerable

    lines = []
    for each in chosen:
        told = [one.question for one in asked if one.question.kind in each.repository.finds]
        left = unanswerable([each.repository], asked)
        place = f"{each.repository.title} at {each.host}"
        tells = f" Who learns what: {each.repository.tells.rstrip('.')}." if each.repository.tells else ""
        if told:
            lines.append(f"{place} will be asked about {kinds(told)}.{tells}")
        if left:
            lines.append(f"{place} can't be asked about {kinds(left)}.")
    lines.append(f"Each question is recorded as a disclosure (see 'ctscan disclosures'), for this purpose: {purpose}")
    return lines


def kinds(questions: Iterable[Question]) -> str:
    """`2 e-mail addresses and 1 name`."""
    numbers = Counter(question.kind for question in questions)
    parts = [count(number, KINDS.get(kind, kind), PLURALS.get(kind, "")) for kind, number in numbers.items()]
    return " and ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else "".join(parts)


def say(line: str) -> None:
    """A line on stderr, without anything that could be an address."""
    sys.stderr.write(harmless(line) + "\n")
    sys.stderr.flush()


# --- what is shown meanwhile ----------------------------------------------------------------------------------------


class Shown(AbstractContextManager["Shown"]):
    """A `search.asking.Reporter` on stderr: the beginning and the end of each search, and how it goes: in one line that
    changes on a terminal, else every `INTERVAL` seconds. The same goes to the log."""

    def __init__(self, out: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        import structlog

        self._out, self._clock = out or sys.stderr, clock
        self._log = structlog.get_logger()
        self._is_terminal = self._out.isatty()
        self._told, self._began = clock(), clock()
        self._came, self._doing = "", ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wipe()

    def search_started(self, repository: str, kind: str) -> None:
        """Called by the worker; see `search.asking.Reporter`."""
        self._log.info("search started", repository=repository, kind=kind)
        self._told, self._came, self._doing = self._clock(), "", ""
        self._line(f"{repository}: asking for {_a(KINDS.get(kind, kind))}")

    def doing(self, text: str) -> None:
        """Called by sources: what is being done, without anything of the question."""
        self._log.debug("asking", doing=text)
        self._doing = text
        self._show()

    def came(self, repository: str, results: int, kept: int) -> None:
        """Called by the worker; see `search.asking.Reporter`."""
        self._log.debug("certificate came", repository=repository, results=results, kept=kept)
        self._came = f"{count(results, 'certificate')} so far, {kept:,} of them about what was asked for"
        self._doing = self._doing or repository
        self._show()

    def search_ended(self, outcome: SearchOutcome) -> None:
        """Called by the worker; see `search.asking.Reporter`."""
        self._log.info(
            "search ended",
            repository=outcome.repository,
            kind=outcome.kind,
            outcome=outcome.outcome,
            detail=outcome.detail,
            results=outcome.results,
            certificates=outcome.certificates,
        )
        self._line(ending_line(outcome))

    def _show(self) -> None:
        line = "; ".join(filter(None, (self._doing, self._came)))  # how far first: a narrow terminal cuts
        now = self._clock()
        if self._is_terminal:
            self._out.write(f"\r\x1b[2K{harmless(line)[: _columns(self._out) - 1]}")
            self._out.flush()
        elif now - self._told >= INTERVAL:
            self._told = now
            self._line(line)

    def _line(self, line: str) -> None:
        self._wipe()
        self._out.write(harmless(line) + "\n")
        self._out.flush()

    def _wipe(self) -> None:
        if self._is_terminal:
            self._out.write("\r\x1b[2K")
            self._out.flush()


def ending_line(outcome: SearchOutcome) -> str:
    """How one search ended, and why it isn't whole."""
    asked = f"{outcome.repository}, {KINDS.get(outcome.kind, outcome.kind)}"
    given = f"{count(outcome.results, 'certificate')} given, {outcome.certificates:,} of them new here"
    detail = f": {outcome.detail}" if outcome.detail else ""
    return f"{asked}: {outcome.outcome}, {given}{detail}"


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"


def _columns(out: TextIO) -> int:
    try:
        return os.get_terminal_size(out.fileno()).columns
    except OSError:
        return 80
