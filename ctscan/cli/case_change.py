"""`ctscan case extend`, `pause`, `resume`, `confirm`, `fee`, `note`, `close`: what happened to a case."""

from __future__ import annotations

from typing import Any

import click

import ctscan.app as app
from ctscan.cli import case_options
from ctscan.cli.case_options import change, text_of
from ctscan.cli.program import command

_WRITTEN = {0: "it is in the history of the case", 1: "the index can't be written, or the case was changed meanwhile"}


@command(
    "extend",
    exits={**_WRITTEN, 2: "the law permits no extension, or no longer"},
    example="ctscan case extend --case C-2026-0017 --reason 'certificates of 14 CAs' --told 2026-03-20",
)
@case_options.number
@click.option("--reason", metavar="TEXT", required=True, help="Give the reason that the requester was told; -: stdin.")
@click.option("--told", metavar="DATE", help="Give the day on which the requester was told.  [default: today]")
@click.option("--until", metavar="DATE", help="Give the last day, where it is less than the law permits.")
@case_options.on_register
def extend(number: str, reason: str, told: str | None, until: str | None, verbose: int, **given: Any) -> None:
    """Extend the time to answer, as far as the law of the case permits it, counted from where its clock began."""
    text = text_of("--reason", reason)
    change(given, lambda config, who: app.extend_case(config, number, reason=text, told=told, until=until, who=who))


@command(
    "pause",
    exits={**_WRITTEN, 2: "the law knows no such pause"},
    example="ctscan case pause --case C-2026-0017 --ground identity --reason 'a second person has this name'",
)
@case_options.number
@click.option("--ground", metavar="WORD", required=True, help="Give the ground of the law: identity, clarification, …")
@click.option("--reason", metavar="TEXT", required=True, help="Say why, in your words; -: read it from stdin.")
@case_options.at("the requester was asked")
@case_options.on_register
def pause(number: str, ground: str, reason: str, at: str | None, verbose: int, **given: Any) -> None:
    """Stop the clock of a case, on a ground that its law names."""
    text = text_of("--reason", reason)
    change(given, lambda config, who: app.pause_case(config, number, ground=ground, text=text, at=at, who=who))


@command("resume", exits={**_WRITTEN, 2: ""}, example="ctscan case resume --case C-2026-0017 --at 2026-03-12")
@case_options.number
@click.option("--reason", metavar="TEXT", default="", help="Say what came, in your words; -: read it from stdin.")
@case_options.at("the answer of the requester came")
@case_options.on_register
def resume(number: str, reason: str, at: str | None, verbose: int, **given: Any) -> None:
    """Let the clock of a paused case run again."""
    text = text_of("--reason", reason)
    change(given, lambda config, who: app.resume_case(config, number, text=text, at=at, who=who))


@command("confirm", exits={**_WRITTEN, 2: ""}, example="ctscan case confirm --case C-2026-0017 --channel letter")
@case_options.number
@click.option("--channel", metavar="TEXT", default="", help="Say how the requester was told.")
@case_options.at("the requester was told")
@case_options.on_register
def confirm(number: str, channel: str, at: str | None, verbose: int, **given: Any) -> None:
    """Record that the requester was told that the request arrived; some laws give days for that."""
    change(given, lambda config, who: app.confirm_receipt(config, number, channel=channel, at=at, who=who))


@command("fee", exits={**_WRITTEN, 2: ""}, example="ctscan case fee --case C-2026-0017 --at 2026-03-05")
@case_options.number
@case_options.at("the fee was paid")
@case_options.on_register
def fee(number: str, at: str | None, verbose: int, **given: Any) -> None:
    """Record that the requester paid a fee that the law permits; some laws count from that day."""
    change(given, lambda config, who: app.record_fee(config, number, at=at, who=who))


@command(
    "note", exits={**_WRITTEN, 2: ""}, example="ctscan case note --case C-2026-0017 --text 'asked for the old address'"
)
@case_options.number
@click.option("--text", metavar="TEXT", required=True, help="Give the note; -: read it from stdin.")
@case_options.at("it happened")
@case_options.on_register
def note(number: str, text: str, at: str | None, verbose: int, **given: Any) -> None:
    """Add a note to the history of a case."""
    words = text_of("--text", text)
    change(given, lambda config, who: app.note_on_case(config, number, text=words, at=at, who=who))


@command(
    "close",
    exits={**_WRITTEN, 2: ""},
    example="ctscan case close --case C-2026-0017 --outcome 'dossier sent by letter'",
)
@case_options.number
@click.option("--outcome", metavar="TEXT", required=True, help="Say how it ended; -: read it from stdin.")
@case_options.at("the answer was sent")
@case_options.on_register
def close(number: str, outcome: str, at: str | None, verbose: int, **given: Any) -> None:
    """Close a case: the answer was sent, or the request was withdrawn."""
    text = text_of("--outcome", outcome)
    change(given, lambda config, who: app.close_case(config, number, outcome=text, at=at, who=who))
