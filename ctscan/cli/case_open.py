"""`ctscan case open` and `case add`: a request becomes a case, and a case gets further identifiers."""

from __future__ import annotations

from typing import Any

import click

import ctscan.app as app
from ctscan.cli import case_options, identifiers, options
from ctscan.cli.program import command
from ctscan.config import load_settings
from ctscan.errors import UsageError
from ctscan.model.case import CaseKind
from ctscan.resources import languages


@command(
    "open",
    exits={0: "the case is in the register", 1: "the index can't be written", 2: ""},
    example="ctscan case open jane@example.org 'Jane Roe' --regime eu --received 2026-02-27 --requester 'Jane Roe'\n"
    "ctscan case open --from-file identifiers.txt --regime uk --received 2026-02-27 --kind erasure --format json",
)
@identifiers.taken
@identifiers.from_file
@click.option("--regime", metavar="CODE", required=True, help="Give the law that counts: eu, uk, ccpa, ch, br, …")
@click.option("--received", metavar="DATE", required=True, help="Give the day on which the request arrived.")
@click.option(
    "--kind",
    type=click.Choice([str(kind) for kind in CaseKind]),
    default=str(CaseKind.ACCESS),
    help="Give the right that the request claims.  [default: access]",
)
@click.option("--channel", metavar="TEXT", default="", help="Say how the request came: letter, e-mail, form.")
@click.option("--requester", metavar="TEXT", default="", help="Give the requester's name; -: read it from stdin.")
@click.option("--since", metavar="DATE", help="Give the first day on which the addresses were the requester's.")
@click.option(
    "--lang",
    type=click.Choice(languages()),
    help="Language of dossier and letters.  [env: CTSCAN_LANG; default: en]",
)
@options.on_index("table", "json")
def open_(
    identifiers: tuple[str, ...],
    from_file: str | None,
    regime: str,
    received: str,
    kind: str,
    channel: str,
    requester: str,
    since: str | None,
    verbose: int,
    **given: Any,
) -> None:
    """Open a case for a request, and count its deadlines from the day of receipt.

    The case gets the next number of the year. It holds the identifiers, which lists and the audit trail don't. An
    objection restricts the processing from then on, while its grounds are weighed.
    """
    from ctscan.cli.identifiers import identifiers_of
    from ctscan.cli.process import account, run

    config = load_settings(**given)
    if requester == "-" and "-" in (*identifiers, from_file):
        raise UsageError("case open: expected one of identifiers and --requester from stdin, got both; name a file")
    name = case_options.text_of("--requester", requester)
    found = identifiers_of(identifiers, from_file, is_stdin_meant=requester != "-")
    request = app.case_request(
        found, regime=regime, received=received, kind=kind, channel=channel, requester=name, since=since,
        lang=config.lang,
    )  # fmt: skip
    case_options.show_changed(config, run(app.open_case(config, request, account())))
    case_options.say_what_is_due(config)


@command(
    "add",
    exits={0: "the identifiers are in the case", 1: "the index can't be written", 2: ""},
    example="ctscan case add j.roe@example.com --case C-2026-0017\nctscan case add - --case C-2026-0017 < more.txt",
)
@identifiers.taken
@identifiers.from_file
@case_options.number
@case_options.on_register
def add(identifiers: tuple[str, ...], from_file: str | None, number: str, verbose: int, **given: Any) -> None:
    """Add identifiers to a case. Its identity has to be settled again: a new identifier may be another person's."""
    from ctscan.cli.identifiers import identifiers_of

    found = identifiers_of(identifiers, from_file)
    case_options.change(given, lambda config, who: app.add_identifiers(config, number, found, who=who))
