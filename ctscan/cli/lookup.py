"""`ctscan lookup`: answers whether personal data of somebody is in the logs, and how sure that answer is."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.identifiers import from_file, identifiers_of
from ctscan.cli.program import command
from ctscan.config import load_settings
from ctscan.errors import UsageError

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model import Identifier


@command(
    "lookup",
    exits={
        0: "the answer is complete",
        1: "the index or an input can't be read, or the look-up can't be recorded",
        2: "",
        4: "the answer may be incomplete, whether or not something was found",
    },
    example="ctscan lookup jane@example.org\nctscan lookup 'Jane Roe' @example.com number:12345678Z --case 2026-17\n"
    "ctscan lookup --from-file people.txt --format json",
)
@click.argument("identifiers", metavar="[IDENTIFIER|-]...", nargs=-1)
@from_file
@click.option(
    "--certificate", metavar="FILE", multiple=True, help="Look up this certificate (PEM, DER, PKCS#7); repeatable."
)
@options.purpose("with the look-up")
@options.case
@options.language()
@options.on_index("table", "json", "jsonl")
def COMMAND(  # noqa: N802 - the name by which the program finds it
    identifiers: tuple[str, ...],
    from_file: str | None,
    certificate: tuple[str, ...],
    case: str,
    verbose: int,
    **given: Any,
) -> int:
    """Look people up in the index, and say exactly what was searched.

    An IDENTIFIER is an e-mail address, @domain (all addresses at and below it), a name, a telephone number (+49 30 …),
    number:12345678Z (of a person or a card), account:NAME, a SHA-256 fingerprint or a serial number in hex. With -, or
    without any, they are read from stdin, one per line.

    Each look-up is recorded before its answer is shown: account, time, purpose, case and verdict, and of the identifier
    a digest only. See 'ctscan audit show'.
    """
    from ctscan.cli.process import run_inline

    config = load_settings(**given)
    asked = identifiers_of(identifiers, from_file, certificate)
    if not asked:
        raise UsageError(
            "lookup: expected an identifier, --from-file or --certificate, got none; see 'ctscan lookup --help'"
        )
    return run_inline(_look_up(config, asked, case))


async def _look_up(config: Config, asked: list[Identifier], case: str) -> int:
    from ctscan.cli.output import print_answers
    from ctscan.cli.process import account

    found = app.look_up(config, asked, who=account(), purpose=config.purpose, case=case, inline=True)
    async with aclosing(found) as answers:
        complete = await print_answers(answers, config.format, config.lang, is_single=len(asked) == 1)
    return 0 if complete else 4
