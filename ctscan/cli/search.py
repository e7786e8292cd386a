"""`ctscan search`: asks repositories about people, after saying who will be told, and answers as `lookup` does."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from ctscan.cli import options
from ctscan.cli.program import command
from ctscan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctscan.cli.consent import Destination
    from ctscan.collect.questions import Asked
    from ctscan.config import Config
    from ctscan.model import Identifier

DEFAULT = ("crt.sh",)


@command(
    "search",
    exits={
        0: "every search was whole: each repository gave all that it has about it (whether the answer is complete is "
        "said in it: only logs make it so)",
        1: "a search failed or was interrupted, nothing was asked, or the index can't be used",
        2: "",
        4: "a search is incomplete: a repository didn't give all that it has",
    },
    example="ctscan search jane@example.org --purpose 'access request 2026-17' --contact ct@example.org\n"
    "ctscan search @example.org 'Jane Roe' --in crt.sh --in censys\n"
    "ctscan search --from-file people.txt --yes --format json",
)
@click.argument("identifiers", metavar="[IDENTIFIER|-]...", nargs=-1)
@click.option(
    "--in",
    "chosen",
    metavar="REPOSITORY",
    multiple=True,
    default=DEFAULT,
    show_default=True,
    help="Which repository to ask; repeatable. 'ctscan sources' lists them.",
)
@click.option(
    "--from-file",
    metavar="FILE",
    help="Read identifiers from a file, one on each line; lines that begin with # are comments (-: from stdin).",
)
@click.option("--yes", is_flag=True, help="Don't ask whether the repositories may be told; needed in scripts.")
@click.option("--purpose", metavar="TEXT", help="What for; recorded with each disclosure.  [env: CTSCAN_PURPOSE]")
@click.option(
    "--contact", metavar="ADDRESS|URL", help="Where operators of repositories reach you.  [env: CTSCAN_CONTACT]"
)
@options.on_index("table", "json", "jsonl")
def COMMAND(  # noqa: N802 - the name by which the program finds it
    identifiers: tuple[str, ...],
    chosen: tuple[str, ...],
    from_file: str | None,
    yes: bool,
    verbose: int,
    **given: Any,
) -> int:
    """Ask repositories such as crt.sh for what was logged before, keep what is about whom was asked for, and answer.

    Asking is telling: a repository learns whom you look for. So what it will be told is said first, and nothing is sent
    before you agree (or without --yes, where nobody can be asked). Each question is recorded: 'ctscan disclosures'.

    An IDENTIFIER is an e-mail address, @domain (all addresses at and below it) or a name. With -, or without any, they
    are read from stdin, one on each line.
    """
    from ctscan.cli.consent import check_openable, check_purpose, destinations
    from ctscan.cli.logging import set_up
    from ctscan.cli.lookup import asked_for
    from ctscan.cli.wiring import run
    from ctscan.collect.questions import asked_about

    config = options.settle(**given)
    set_up(verbose, os.environ)
    people = list(asked_for(identifiers, from_file, ()))
    if not people:
        raise UsageError("search: expected an identifier or --from-file, got none; see 'ctscan search --help'")
    asked = list({one.text: one for person in people for one in asked_about(person)}.values())
    check_purpose(config, "search", asked)
    where = destinations(config, chosen)
    _check_answerable(where, asked)
    check_openable(config, where)
    if not _is_agreed(config, where, asked, is_agreed=yes):
        return 1
    return run(_search(config, where, asked, people))


def _check_answerable(where: Sequence[Destination], asked: Sequence[Asked]) -> None:
    from ctscan.cli.consent import kinds
    from ctscan.collect.questions import unanswerable

    left = unanswerable([each.repository for each in where], asked)
    if left:
        names = " and ".join(each.repository.name for each in where)
        raise UsageError(f"search: {names} can't be asked for {kinds(left)}; give another with --in ('ctscan sources')")


def _is_agreed(config: Config, where: Sequence[Destination], asked: Sequence[Asked], *, is_agreed: bool) -> bool:
    """Say who will be told what, and whether that is agreed to. UsageError where nobody can be asked."""
    from ctscan.cli.consent import announcement, say

    for line in announcement(where, asked, config.purpose):
        say(line)
    if is_agreed:
        return True
    if not sys.stdin.isatty():
        raise UsageError("search: nobody is there to agree to this (stdin is no terminal); give --yes if you do")
    if click.confirm("Ask?", default=False, err=True):
        return True
    say("Nothing was sent.")
    return False


async def _search(
    config: Config, where: Sequence[Destination], asked: Sequence[Asked], people: Sequence[Identifier]
) -> int:
    from ctscan.answer.lookup import answer
    from ctscan.cli.consent import Shown, created_index, opened
    from ctscan.cli.lookup import print_answers
    from ctscan.cli.scan_options import stop_on_signal, who
    from ctscan.collect.search import SearchRequest, run_search

    request = SearchRequest(tuple(asked), who(), config.purpose)
    async with created_index(config) as index:
        with stop_on_signal() as stop, Shown() as shown:
            async with opened(config, where, shown.doing) as ready:
                outcome = await run_search(index, ready, request, shown, stop)
        now = datetime.now(UTC)
        answers = (await answer(index, one, now=now, stale_after=config.stale_after) for one in people)
        await print_answers(answers, config.format, is_single=len(people) == 1)
    return outcome.exit_code
