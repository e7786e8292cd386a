"""`ctscan letters`: drafts of letters to certification authorities, to supervisory authorities and to recipients."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import command, complain
from ctscan.config import load_settings
from ctscan.errors import UsageError
from ctscan.model.letter import LetterKind, Sender

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model.letter import WrittenLetters


@command(
    "letters",
    exits={
        0: "the letters were written, or it was said why there is none",
        1: "the index or the folder can't be used, or the letters can't be recorded",
        2: "the command line or the settings are wrong, or the identity of the requester isn't settled",
    },
    example="ctscan letters --case C-2026-0017 -o letters\n"
    "ctscan letters --case C-2026-0017 -o letters --kind complaint\n"
    "ctscan letters --case C-2026-0017 --settled IdenTrust",
)
@click.option("--case", "number", metavar="N", required=True, help="Give the number of the case, such as C-2026-0017.")
@click.option("-o", "--output", "folder", metavar="DIR", help="Write the letters into this folder.")
@click.option(
    "--sender",
    type=click.Choice([str(sender) for sender in Sender]),
    default=str(Sender.REQUESTER),
    show_default=True,
    help="Say who sends them: rights are the requester's; notices and problem reports are the controller's.",
)
@click.option(
    "--mandate-seen", metavar="DATE", default="", help="Give the day on which a representative's mandate was seen."
)
@click.option(
    "--kind",
    "kinds",
    type=click.Choice([str(kind) for kind in LetterKind]),
    multiple=True,
    help="Write this kind instead of the kind that fits the case; repeatable.",
)
@click.option(
    "--identity-settled", metavar="HOW", default="", help="Say how the identity was settled, for this command."
)
@click.option("--override", metavar="REASON", default="", help="Say why the letters may go without a settled identity.")
@click.option(
    "--at", metavar="TIME", default="", help="Date the letters, and judge what is known, by this day or time."
)
@click.option("--settled", metavar="CA", default="", help="Record that no answer of this CA is awaited any longer.")
@options.purpose("with the look-ups")
@options.language()
@options.on_index("table", "json")
def COMMAND(  # noqa: N802 - the name by which the program finds it
    number: str,
    folder: str | None,
    sender: str,
    mandate_seen: str,
    kinds: tuple[str, ...],
    identity_settled: str,
    override: str,
    at: str,
    settled: str,
    verbose: int,
    **given: Any,
) -> None:
    """Write drafts of letters for a case, one for each CA and kind, as documents for word processors.

    A letter is filled from the certificates of the requester with the data that the CA asks for; missing data is
    marked. It cites the law of the case, and what the CA's own texts say. Nothing is sent. The follow-up of each letter
    is kept with the case until --settled ends it.
    """
    chosen = tuple(LetterKind(kind) for kind in kinds)
    config = load_settings(**given)
    if settled:
        _settle(config, number, settled, chosen)
        return
    if folder is None:
        raise UsageError("letters: expected -o DIR, the folder for the letters, got none")
    _write(
        config,
        number,
        app.LetterOptions(
            folder=Path(folder),
            sender=Sender(sender),
            kinds=chosen,
            mandate_seen=mandate_seen,
            identity_settled=identity_settled,
            override=override,
            at=at,
        ),
    )


def _settle(config: Config, number: str, ca: str, kinds: tuple[LetterKind, ...]) -> None:
    from ctscan.cli.process import account, run
    from ctscan.views import tables
    from ctscan.views.letters import listing
    from ctscan.views.text import texts

    name, count = run(app.settle_letters(config, number, ca, kinds, who=account()))
    if config.format == "json":
        from ctscan.cli.output import print_json

        print_json({"case": number, "ca": name, "settled": count})
        return
    tables.say(tables.console(), listing.settled(count, name, texts(config.lang)))


def _write(config: Config, number: str, chosen: app.LetterOptions) -> None:
    from ctscan.cli.process import account, run

    written = run(app.write_letters(config, number, chosen, who=account()))
    if config.format == "json":
        _print_json(written)
    else:
        _print_lines(config, written)


def _print_json(written: WrittenLetters) -> None:
    """Print the letters; why there is none for a CA is no letter, so it goes to stderr."""
    from ctscan.cli.output import print_json
    from ctscan.views import json
    from ctscan.views.letters import listing
    from ctscan.views.text import ENGLISH, texts

    for one in written.unwritten:
        complain(f"letters: {listing.reason(one, texts(ENGLISH))}")
    print_json(json.letters(written))


def _print_lines(config: Config, written: WrittenLetters) -> None:
    from ctscan.views import tables
    from ctscan.views.letters import listing
    from ctscan.views.text import texts

    say, out = texts(config.lang), tables.console()
    for one in written.letters:
        tables.say(out, listing.title(one, say), "bold")
        for line in listing.lines(one, say):
            tables.say(out, line, indent=2)
    for other in written.unwritten:
        tables.say(out, listing.reason(other, say))
    tables.say(out, listing.end(written, say))
