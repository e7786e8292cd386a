"""`ctscan search`: asks repositories about people, after saying who will learn what, and answers as `lookup` does."""

from __future__ import annotations

import os
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.identifiers import from_file, identifiers_of, taken
from ctscan.cli.program import command
from ctscan.config import load_settings
from ctscan.errors import UsageError
from ctscan.views.reports import report_formats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctscan.config import Config
    from ctscan.model import Identifier

DEFAULT = ("crt.sh",)


@command(
    "search",
    exits={
        0: "every search was whole: each repository gave all that it has (the answer says whether it is complete: only "
        "logs make it so)",
        1: "a search failed or was interrupted, nothing was asked, or the index can't be used",
        2: "",
        4: "a search is incomplete: a repository didn't give all that it has",
    },
    example="ctscan search --from-file people.txt --purpose 'access request 2026-17'\n"
    "ctscan search @example.org --in crt.sh --in censys\n"
    "ctscan search - --yes --format json < people.txt",
)
@taken
@click.option(
    "--in",
    "chosen",
    metavar="REPOSITORY",
    multiple=True,
    default=DEFAULT,
    show_default=True,
    help="Ask this repository; repeatable. 'ctscan sources' lists them.",
)
@from_file
@click.option(
    "--yes", is_flag=True, help="Agree in advance that the repositories learn the identifiers; needed in scripts."
)
@options.purpose("with each disclosure")
@options.contact("operators of repositories")
@options.language()
@options.on_index("table", "json", "jsonl", *report_formats())
def COMMAND(  # noqa: N802 - the name by which the program finds it
    identifiers: tuple[str, ...],
    chosen: tuple[str, ...],
    from_file: str | None,
    yes: bool,
    verbose: int,
    **given: Any,
) -> int:
    """Ask repositories such as crt.sh about a person, keep the certificates that match, and answer.

    Asking is telling: a repository learns whom you look for. The command first says what each repository will learn,
    and sends nothing before you agree (with --yes where nobody can be asked). Each question is recorded: see 'ctscan
    disclosures'.

    An IDENTIFIER is an e-mail address, @domain (all addresses at and below it) or a name. With -, or without any, they
    are read from stdin, one per line.
    """
    from ctscan.cli.consent import announce, is_agreed
    from ctscan.cli.logging import set_up
    from ctscan.cli.process import run

    config = load_settings(**given)
    set_up(verbose, os.environ)
    people = identifiers_of(identifiers, from_file)
    if not people:
        raise UsageError(
            "search: expected an identifier (an argument, a line of --from-file or of stdin), got none; "
            "see 'ctscan search --help'"
        )
    plan = run(app.plan_search(config, people, chosen))
    announce(plan)
    if not yes and not is_agreed():
        return 1
    return run(_search(config, plan, people))


async def _search(config: Config, plan: app.SearchPlan, people: Sequence[Identifier]) -> int:
    from ctscan.cli.output import print_answers
    from ctscan.cli.process import account, stop_on_signal
    from ctscan.cli.search_progress import SearchProgress

    with stop_on_signal() as stop, SearchProgress() as shown:
        results = await app.search(config, plan, who=account(), listener=shown, stop=stop)
    async with aclosing(app.look_up(config, people, who=account(), purpose=config.purpose)) as answers:
        await print_answers(answers, config.format, config.lang, is_single=lambda: True)
    return results.exit_code
