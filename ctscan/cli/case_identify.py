"""`ctscan case identify`: one-time codes, other proofs of identity, and certificates that are held back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct

import ctscan.app as app
from ctscan.cli import case_options, options
from ctscan.cli.case_options import change, text_of
from ctscan.cli.program import command
from ctscan.config import load_settings
from ctscan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctscan.config import Config
    from ctscan.model import Identifier
    from ctscan.views.json import Shape

MOST_POSITION_DIGITS = 4
"""Digits of a position in a case; more digits are a number of a person."""


class _Asked(Struct, frozen=True):
    """Options that say what is to be done."""

    make_code: bool
    which: str | None
    send: bool
    code: str | None
    seen: str | None
    at: str | None
    confirmed: tuple[str, ...]
    rejected: tuple[str, ...]


@command(
    "identify",
    exits={
        0: "the code is made, or right; the proof is in the history; or what is held back is listed",
        1: "the code is wrong, or none counts any longer; the message could not be sent; the index can't be written",
        2: "the command line or the settings are wrong, or the case has no such identifier or certificate",
    },
    example="ctscan case identify --case C-2026-0017 --make-code --send\n"
    "ctscan case identify --case C-2026-0017 --code -\n"
    "ctscan case identify --case C-2026-0017 --seen 'identity card, shown at the desk'\n"
    "ctscan case identify --case C-2026-0017",
)
@case_options.number
@click.option("--make-code", is_flag=True, help="Make a one-time code, and show it this once.")
@click.option(
    "--for",
    "which",
    metavar="POSITION|IDENTIFIER|-",
    help="Make or check the code for this identifier of the case: its position, itself, or -: read it from stdin.",
)
@click.option("--send", is_flag=True, help="Send the code by the server under [mail], and don't show it.")
@click.option("--code", metavar="CODE|-", help="Check a code that the requester gave; -: read it from stdin.")
@click.option("--seen", metavar="TEXT|-", help="Say what proves the identity otherwise; never a document's number.")
@case_options.at("the proof was seen, with --seen")
@click.option(
    "--confirm",
    "confirmed",
    metavar="CERTIFICATE",
    multiple=True,
    help="Confirm a certificate as the requester's, by identity or SHA-256; repeatable.",
)
@click.option(
    "--reject",
    "rejected",
    metavar="CERTIFICATE",
    multiple=True,
    help="Say that a certificate is somebody else's, by identity or SHA-256; repeatable.",
)
@options.purpose("with the look-ups")
@case_options.on_register
def identify(
    number: str,
    make_code: bool,
    which: str | None,
    send: bool,
    code: str | None,
    seen: str | None,
    at: str | None,
    confirmed: tuple[str, ...],
    rejected: tuple[str, ...],
    verbose: int,
    **given: Any,
) -> int:
    """Settle the identity of the requester; without it no finding leaves the case.

    A code proves today's mailbox of one identifier, for 7 days and 5 tries. It proves no name, and not whose mailbox
    it was before: certificates with another name, or from before --since of the case, are held back until you confirm
    or reject each. Without an option, the command lists them with the reasons.
    """
    asked = _Asked(make_code, which, send, code, seen, at, confirmed, rejected)
    _check_options(asked)
    if seen is not None:
        text = text_of("--seen", seen)
        change(given, lambda config, who: app.identify_otherwise(config, number, text, at=at, who=who))
        return 0
    if confirmed or rejected:
        change(
            given,
            lambda config, who: app.decide_on_certificates(
                config, number, confirmed=confirmed, rejected=rejected, who=who
            ),
        )
        return 0
    config = load_settings(**given)
    exit_code = _run(config, number, asked)
    case_options.say_what_is_due(config)
    return exit_code


def _check_options(asked: _Asked) -> None:
    """Check that the options ask for one thing, and that stdin is read once."""
    deeds = {
        "--make-code": asked.make_code,
        "--code": asked.code is not None,
        "--seen": asked.seen is not None,
        "--confirm or --reject": bool(asked.confirmed or asked.rejected),
    }
    given = [name for name, is_given in deeds.items() if is_given]
    if len(given) > 1:
        raise UsageError(f"case identify: expected one of {', '.join(deeds)}, got {' and '.join(given)}")
    if asked.send and not asked.make_code:
        raise UsageError("case identify: --send: expected with --make-code, got it without")
    if asked.which is not None and not (asked.make_code or asked.code is not None):
        raise UsageError("case identify: --for: expected with --make-code or --code, got it without")
    if asked.at is not None and asked.seen is None:
        raise UsageError("case identify: --at: expected with --seen, got it without")
    if asked.which == "-" and asked.code == "-":
        raise UsageError("case identify: expected - for --for or --code, got it for both; stdin is one text")


def _run(config: Config, number: str, asked: _Asked) -> int:
    """Make a code, check one, or list what is held back; return the exit code."""
    if asked.make_code:
        return _make(config, number, _identifier(asked.which), send=asked.send)
    if asked.code is not None:
        return _check(config, number, text_of("--code", asked.code), _identifier(asked.which))
    return _review(config, number)


def _identifier(which: str | None) -> int | Identifier | None:
    if which is None:
        return None
    typed = text_of("--for", which).strip()
    is_position = typed.isascii() and typed.isdigit() and len(typed) <= MOST_POSITION_DIGITS
    return int(typed) if is_position else app.parse_identifier(typed)


def _make(config: Config, number: str, which: int | Identifier | None, *, send: bool) -> int:
    from ctscan.cli.process import account, run
    from ctscan.views import identity, json
    from ctscan.views.text import texts

    made = run(app.make_code(config, number, which, send=send, who=account()))
    _print(config, json.made_code(made), identity.made_lines(made, texts(config.lang)))
    return 0


def _check(config: Config, number: str, code: str, which: int | Identifier | None) -> int:
    from ctscan.cli.process import account, run
    from ctscan.model.identity_code import CodeVerdict
    from ctscan.views import identity, json
    from ctscan.views.text import texts

    checked = run(app.check_code(config, number, code, which=which, who=account()))
    _print(config, json.checked_code(checked), [identity.check_line(checked, texts(config.lang))])
    return 0 if checked.verdict is CodeVerdict.RIGHT else 1


def _review(config: Config, number: str) -> int:
    from ctscan.cli.process import account, run
    from ctscan.views import identity, json
    from ctscan.views.text import texts

    found, held = run(app.held_certificates(config, number, who=account()))
    is_settled = app.case_report(config, found).standing.is_identity_settled
    shape = json.identity_review(found.number, held, is_settled=is_settled)
    _print(config, shape, identity.review_lines(held, texts(config.lang), is_settled=is_settled))
    return 0


def _print(config: Config, shape: Shape, lines: Iterable[str]) -> None:
    if config.format == "json":
        from ctscan.cli.output import print_json

        print_json(shape)
        return
    from ctscan.views import tables

    out = tables.console()
    for line in lines:
        if line:
            tables.say(out, line)
        else:
            out.blank()
