"""`ctscan lookup`: answers whether personal data of somebody is in the logs, and how sure that answer is."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.identifiers import asked_identifiers, from_file, taken
from ctscan.cli.list_progress import ListProgress
from ctscan.cli.program import command
from ctscan.config import load_settings
from ctscan.errors import CtscanError, UsageError, worst
from ctscan.model import Selection
from ctscan.views.reports import report_formats

if TYPE_CHECKING:
    from ctscan.cli.identifiers import AskedIdentifiers
    from ctscan.config import Config
    from ctscan.model.lookup_counts import LookupCounts


@command(
    "lookup",
    exits={
        0: "the answer is complete",
        1: "the index or an input can't be read, or the look-up can't be recorded",
        2: "the command line is wrong, or a line of a list was not understood; the others are answered",
        4: "the answer may be incomplete, whether or not something was found",
    },
    example="ctscan lookup -                      # then type jane@example.org: no process list shows it\n"
    "ctscan lookup --from-file people.txt --format csv > people.csv\n"
    "ctscan lookup @example.com --case 2026-17",
)
@taken
@from_file
@click.option(
    "--certificate",
    metavar="FILE",
    multiple=True,
    help="Look up this certificate (in any form that 'inspect' reads); repeatable.",
)
@options.password_file
@click.option("--summary", is_flag=True, help="Show no certificate: only the verdict, the overview and the coverage.")
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Show at most N certificates of each answer.")
@click.option(
    "--partly", is_flag=True, help="Look for certificates with a part of a name, too, which mostly name others."
)
@click.option("--live", is_flag=True, help="Leave out certificates that are expired or revoked.")
@click.option(
    "--category", metavar="KEY", help="Show findings of this category or below: user.contact, user.name.last, …"
)
@click.option("--since", metavar="DATE", help="Show certificates that were logged since, or shown by a repository.")
@click.option("--persons", is_flag=True, help="Show findings about natural persons only.")
@options.purpose("with the look-up")
@options.case
@options.language()
@options.on_index("table", "json", "jsonl", *report_formats())
def COMMAND(  # noqa: N802 - the name by which the program finds it
    identifiers: tuple[str, ...],
    from_file: str | None,
    certificate: tuple[str, ...],
    password_file: str,
    case: str,
    summary: bool,
    limit: int | None,
    partly: bool,
    live: bool,
    category: str | None,
    since: str | None,
    persons: bool,
    verbose: int,
    **given: Any,
) -> int:
    """Look people up in the index, and say exactly what was searched.

    An IDENTIFIER is an e-mail address, @domain (all addresses at and below it), a name, a telephone number (+49 30 …),
    number:12345678Z (of a person or a card), account:NAME, a SHA-256 fingerprint or a serial number in hex. With -, or
    without any, they are read from stdin, one per line. A list may hold labels (jane@example.org  # HR 17). A line that
    isn't understood is named by its number, and the others are answered; a line that repeats another is answered once.

    Certificates with only a part of a name are looked for where none holds the whole name, and with --partly.

    --summary, --limit, --live, --category, --since and --persons choose the part of an answer that is shown. The
    verdict and the overview speak of everything that was found; with --limit a long answer has no overview. A long
    answer is printed while it is read: its verdict stands at the end.

    Each look-up is recorded before its answer is shown: account, time, purpose, case and verdict, and of the identifier
    a digest only. See 'ctscan audit show'.
    """
    from ctscan.cli.process import run_inline

    config = load_settings(**given)
    selection = app.make_selection(
        summary=summary, limit=limit, live=live, category=category, since=since, persons=persons
    )
    progress = ListProgress()
    reading = asked_identifiers(
        identifiers,
        from_file,
        certificate,
        passwords=app.passwords_of(password_file),
        complain=progress.complain,
        is_read_twice=bool(config.purpose or case),
    )
    with progress, reading as asked:
        if asked.is_empty():
            raise UsageError(
                "lookup: expected an identifier (an argument, a line of --from-file or of stdin) or --certificate, "
                "got none; see 'ctscan lookup --help'"
            )
        return run_inline(_look_up(config, asked, case, selection, partly, progress))


async def _look_up(
    config: Config,
    asked: AskedIdentifiers,
    case: str,
    selection: Selection | None,
    partly: bool,
    progress: ListProgress,
) -> int:
    from ctscan.cli.output import print_answers
    from ctscan.cli.process import account

    look_up = app.look_up_in_parts if _comes_in_parts(config.format, asked, selection) else app.look_up
    found = look_up(
        config,
        asked,
        who=account(),
        purpose=config.purpose,
        case=case,
        selection=selection,
        partly=partly,
        inline=True,
    )

    def is_single() -> bool:
        return not asked.passed_over and (asked.has_lists or asked.is_alone)

    async with aclosing(found) as answers:
        counted = progress.counted(answers, asked.done)
        try:
            counts = await print_answers(counted, config.format, config.lang, is_single=is_single)
        except CtscanError:
            if progress.is_in_answer:
                progress.complain(
                    "lookup: the answer was broken off behind its first certificates, and is not complete"
                )
            if asked.has_lists and progress.answers:
                progress.complain(f"lookup: stopped, after this number of answers: {progress.answers:,}")
            raise
    counts.not_understood, counts.repeated = asked.not_understood, asked.repeated
    if asked.has_lists:
        _print_sums(config, counts, progress)
    return worst([4 if counts.incomplete else 0, 2 if asked.not_understood else 0])


def _comes_in_parts(format: str, asked: AskedIdentifiers, selection: Selection | None) -> bool:
    """Return whether long answers are printed while they are read. In CSV each row has the verdict; whether JSON is an
    array is known behind a list only; and a choice of certificates needs all of them for its sums."""
    is_format = format in ("table", "jsonl") or (format == "json" and not asked.has_lists)
    return is_format and (selection is None or selection == Selection(limit=selection.limit))


def _print_sums(config: Config, counts: LookupCounts, progress: ListProgress) -> None:
    """Print the sums of a list: below tables, and else on stderr, for there is no place for them in the data."""
    from ctscan.views.answers import counts_line
    from ctscan.views.text import texts

    line = counts_line(counts, texts(config.lang))
    if config.format != "table":
        progress.complain(f"lookup: {line}")
        return
    from ctscan.views import tables

    out = tables.console()
    tables.rule(out)
    tables.say(out, line, "bold")
