"""`ctscan status`: the status of the certificates that are kept, and questions to their CAs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.identifiers import from_file, identifiers_of, taken
from ctscan.cli.program import command, complain
from ctscan.cli.wrapping import hint
from ctscan.config import load_settings
from ctscan.errors import UsageError

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model import Identifier, Match
    from ctscan.model.results import RefreshResult, StandingCounts


COUNT_WITHIN = 0.5
"""Seconds for counting certificates after a stop."""


@command(
    "status",
    exits={
        0: "",
        1: "the index can't be read or is damaged there, or the refresh was stopped before its end",
        2: "",
        4: "with --refresh: a list, an issuer or an OCSP answer could not be fetched",
    },
    example="ctscan status\nctscan status --from-file people.txt\n"
    "ctscan status --refresh --contact ct@example.org\n"
    "ctscan status --from-file people.txt --refresh --ocsp --purpose 'case 2026-17'",
)
@taken
@from_file
@click.option("--refresh", is_flag=True, help="Ask the CAs first: fetch the revocation lists that certificates name.")
@click.option(
    "--ocsp",
    is_flag=True,
    default=None,
    help="With --refresh: ask OCSP responders where no list decides. A CA learns which certificate you look at, and "
    "each question is recorded.  [env: CTSCAN_OCSP]",
)
@click.option("--force", is_flag=True, help="With --refresh: ask also where the last answer of a CA still holds.")
@options.purpose("with each disclosure")
@options.contact("operators of CAs")
@options.language()
@options.on_index("table", "json", "jsonl")
def COMMAND(  # noqa: N802 - the name by which the program finds it
    identifiers: tuple[str, ...], from_file: str | None, refresh: bool, force: bool, verbose: int, **given: Any
) -> int:
    """Show the status of certificates: valid, expired, revoked, or unknown and why.

    For an IDENTIFIER (as 'ctscan lookup' takes it, with - from stdin, one per line) each certificate is listed; without
    one all certificates in the index are counted.

    Only --refresh uses the network. A revocation list covers many certificates, so fetching it doesn't reveal which one
    you look at, unless a CA gives each certificate an address of its own. Only servers that certificates name are
    asked, on the public internet, and without proxies.
    """
    from ctscan.cli.logging import set_up
    from ctscan.cli.process import run

    config = load_settings(**given)
    set_up(verbose, os.environ)
    asked = identifiers_of(identifiers, from_file, is_stdin_meant=False)
    if not asked and (identifiers or from_file):
        raise UsageError("status: expected an identifier in the list, got none; leave the list out to count everything")
    if not refresh and (given["ocsp"] or force):
        raise UsageError("status: --ocsp and --force work with --refresh only; give --refresh, or leave them out")
    if refresh:
        app.check_refresh(config, asked)
    return run(_status(config, asked, refresh=refresh, force=force))


async def _status(config: Config, asked: Sequence[Identifier], *, refresh: bool, force: bool) -> int:
    from ctscan.cli.process import account

    done = await _refresh(config, asked, force) if refresh else None
    if asked:
        _print_matches(config, await app.certificates(config, asked, who=account()), done)
    elif (counts := await _counted(config, done)) is not None:
        _print_standings(config, counts, done)
    return done.exit_code if done else 0


async def _counted(config: Config, done: RefreshResult | None) -> StandingCounts | None:
    """Count all certificates. A refresh that was stopped leaves a moment for it: None where that is too short."""
    import asyncio

    try:
        return await asyncio.wait_for(app.standings(config), COUNT_WITHIN if done and done.stopped else None)
    except TimeoutError:
        complain("status: stopped before all certificates were counted; 'ctscan status' counts them")
        return None


async def _refresh(config: Config, asked: Sequence[Identifier], force: bool) -> RefreshResult:
    from ctscan.cli.process import account, stop_on_signal
    from ctscan.cli.progress import harmless

    with stop_on_signal() as stop:
        return await app.refresh(
            config,
            asked,
            who=account(),
            force=force,
            progress=lambda line: hint(harmless(line)),
            stop=stop,
        )


def _print_matches(config: Config, matches: Sequence[Match], done: RefreshResult | None) -> None:
    from ctscan.cli.output import print_json
    from ctscan.views import json, listings
    from ctscan.views.say import Say
    from ctscan.views.text import texts

    say = texts(config.lang)

    if config.format == "json":
        print_json(json.certificate_statuses(matches, done))
        return
    if config.format == "jsonl":
        for match in matches:
            print_json(json.certificate_status(match), indent=None)
        for line in listings.refresh_lines(done, say):
            hint(line)
        return
    from ctscan.views import tables

    out = tables.console()
    if matches:
        tables.table(out, *listings.statuses(matches, out.width, say))
    else:
        tables.say(out, say(Say.NO_CERTIFICATE_OF_THAT()))
    tables.below(out, [(line, "") for line in listings.refresh_lines(done, say)])


def _print_standings(config: Config, counts: StandingCounts, done: RefreshResult | None) -> None:
    from ctscan.cli.output import print_json
    from ctscan.views import json, listings
    from ctscan.views.say import Say
    from ctscan.views.text import texts

    say = texts(config.lang)

    if config.format != "table":
        print_json(json.standing_counts(counts, done), indent=2 if config.format == "json" else None)
        return
    from ctscan.views import tables

    out = tables.console()
    if counts.standings:
        tables.table(out, *listings.standings(counts, say))
    else:
        tables.say(out, say(Say.NO_CERTIFICATE_YET()))
    tables.below(out, [(say(remark), "") for remark in counts.remarks])
    tables.below(out, [(line, "") for line in listings.refresh_lines(done, say)])
