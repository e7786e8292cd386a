"""`ctscan status`: what became of the certificates that are kept, and asking their CAs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from ctscan.cli import options
from ctscan.cli.program import command
from ctscan.errors import UsageError

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.index.protocols import Index
    from ctscan.model import Identifier, Match
    from ctscan.revocation.context import Outcome


@command(
    "status",
    exits={
        0: "",
        1: "the index can't be read, or the refresh was stopped before its end",
        2: "",
        4: "with --refresh: a list, an issuer or an OCSP answer could not be had",
    },
    example="ctscan status\nctscan status jane@example.org\n"
    "ctscan status --refresh --contact ct@example.org\n"
    "ctscan status jane@example.org --refresh --ocsp --purpose 'access request 2026-17'",
)
@click.argument("identifiers", metavar="[IDENTIFIER]...", nargs=-1)
@click.option("--refresh", is_flag=True, help="Ask the CAs first: fetch the revocation lists that certificates name.")
@click.option(
    "--ocsp",
    is_flag=True,
    default=None,
    help="With --refresh: ask OCSP responders for what no list tells. That tells a CA which certificate you look at, "
    "and is recorded.  [env: CTSCAN_OCSP]",
)
@click.option("--force", is_flag=True, help="With --refresh: also ask where what a CA said still counts.")
@click.option("--purpose", metavar="TEXT", help="What for; recorded with each disclosure.  [env: CTSCAN_PURPOSE]")
@click.option("--contact", metavar="ADDRESS|URL", help="Where operators of CAs reach you.  [env: CTSCAN_CONTACT]")
@options.on_index("table", "json", "jsonl")
def COMMAND(  # noqa: N802 - the name by which the program finds it
    identifiers: tuple[str, ...], refresh: bool, force: bool, verbose: int, **given: Any
) -> int:
    """Show what became of certificates: valid, expired, revoked, or not known and why.

    For an IDENTIFIER (as 'ctscan lookup' takes it) each certificate is listed; without one all that are kept are
    counted. Nothing is asked over the network without --refresh. A list covers many certificates, so fetching it
    doesn't tell for which, unless a CA gives each certificate an address of its own. Servers are those that
    certificates name, on the public internet only, and proxies are not used.
    """
    from ctscan.cli.logging import set_up
    from ctscan.cli.wiring import run
    from ctscan.personal.identifiers import parse_identifier

    config = options.settle(**given)
    set_up(verbose, os.environ)
    asked = [parse_identifier(text) for text in identifiers]
    _check(config, refresh, ocsp=bool(given["ocsp"]), force=force)
    if refresh and config.ocsp:
        _check_purpose(config.purpose, asked)
    return run(_status(config, asked, refresh=refresh, force=force))


def _check(config: Config, refresh: bool, *, ocsp: bool, force: bool) -> None:
    from ctscan.http.client import NO_CONTACT

    if not refresh and (ocsp or force):
        raise UsageError("status: --ocsp and --force say how to ask; give --refresh with them")
    if refresh and not config.contact:
        raise UsageError(NO_CONTACT)
    if refresh and config.ocsp and not config.purpose:
        raise UsageError(
            "status: an OCSP question tells a CA which certificate you look at, and why is recorded: set `purpose` in "
            "ctscan.toml, or give --purpose"
        )


def _check_purpose(purpose: str, asked: Sequence[Identifier]) -> None:
    from ctscan.collect.safe_reasons import quotes
    from ctscan.model import IdentifierKind, Question, QuestionKind

    people = (one for one in asked if one.kind != IdentifierKind.DOMAIN)
    forms = ((one.kind == IdentifierKind.NAME, text) for one in people for text in (one.value, one.canonical) if text)
    kinds = {True: QuestionKind.NAME, False: QuestionKind.EMAIL}  # only of names the order of words is no matter
    if any(quotes(purpose, Question(kinds[is_name], text)) for is_name, text in forms):
        raise UsageError(
            "status: the purpose is recorded with each disclosure and must not name whom you ask for; "
            "give the number of the case, say"
        )


async def _status(config: Config, asked: Sequence[Identifier], *, refresh: bool, force: bool) -> int:
    from ctscan.cli.wiring import existing_index

    async with existing_index(config) as index:
        done = await _refresh(config, index, asked, force) if refresh else None
        if asked:
            _print_matches(config.format, await _matches(index, asked), done)
        else:
            await _print_summary(config.format, index, done)
    return done.exit_code if done else 0


async def _matches(index: Index, asked: Sequence[Identifier]) -> list[Match]:
    """The certificates of all identifiers, each once."""
    from ctscan.answer.lookup import answer

    now = datetime.now(UTC)
    found: dict[bytes, Match] = {}
    for one in asked:
        for match in (await answer(index, one, now=now)).matches:
            found.setdefault(match.certificate.identity, match)
    return list(found.values())


async def _refresh(config: Config, index: Index, asked: Sequence[Identifier], force: bool) -> Outcome:
    from ctscan.cli.progress import harmless
    from ctscan.cli.scan_options import stop_on_signal, who
    from ctscan.http.client import Client
    from ctscan.http.ssrf_guard import guarded_transport
    from ctscan.revocation.context import RefreshRequest
    from ctscan.revocation.refresh import run_refresh

    identities = tuple(match.certificate.identity for match in await _matches(index, asked)) if asked else None
    request = RefreshRequest(who(), identities, config.ocsp, config.purpose, force)
    client = Client(config.contact, transport=guarded_transport(), give_up_after=min(20.0, config.timeouts.give_up))
    try:
        with stop_on_signal() as stop:
            return await run_refresh(index, client, request, lambda line: click.echo(harmless(line), err=True), stop)
    finally:
        await client.aclose()


# --- what is shown ------------------------------------------------------------------------------------------------


def _print_matches(format: str, matches: Sequence[Match], done: Outcome | None) -> None:
    from ctscan.cli.wiring import print_json
    from ctscan.views import status as render

    if format == "jsonl":
        for match in matches:
            print_json(render.shape(match), indent=None)
        for line in render.refreshed_words(done) if done else ():
            click.echo(line, err=True)
    elif format == "json":
        shape = {"certificates": [render.shape(match) for match in matches]}
        print_json(shape | {"refresh": render.refreshed(done) if done else None})
    else:
        from ctscan.views import tables

        out = tables.console()
        if not matches:
            tables.say(out, "No certificate of that is kept; 'ctscan lookup' says what was searched.")
        else:
            headers = ("Serial number", "Subject", "Until", "Status")
            tables.table(out, headers, [render.row(match) for match in matches])
        for line in render.refreshed_words(done) if done else ():
            tables.say(out, line)


async def _print_summary(format: str, index: Index, done: Outcome | None) -> None:
    from ctscan.cli.wiring import print_json
    from ctscan.revocation.status import status_of
    from ctscan.views import status as render

    summary, now = render.Summary(), datetime.now(UTC)
    async for not_before, not_after, said in index.standings():
        summary.add(status_of(not_before, not_after, said, now), said)
    if format != "table":
        shape = summary.shape() | {"refresh": render.refreshed(done) if done else None}
        print_json(shape, indent=2 if format == "json" else None)
        return
    from ctscan.views import tables

    out = tables.console()
    rows = [(str(standing), f"{number:,}") for standing, number in summary.standings.most_common()]
    rows += [(f"  {why}", f"{number:,}") for why, number in summary.reasons.most_common(20)]
    if rows:
        tables.table(out, ("Standing, and why it isn't known", "Certificates"), rows)
    else:
        tables.say(out, "No certificate is kept yet: run 'ctscan scan'.")
    for line in render.refreshed_words(done) if done else ():
        tables.say(out, line)
