"""`ctscan watch`: standing questions, of whose new certificates somebody is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import SETTINGS, Group, command, complain
from ctscan.config import load_settings
from ctscan.errors import UsageError
from ctscan.model.watch import WatchKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctscan.config import Config
    from ctscan.model.watch import WatchStanding


@click.group(
    "watch",
    cls=Group,
    exits={0: "", 1: "the index or the audit trail can't be used", 2: ""},
    example="ctscan watch add ours --scope example.org --owner 'privacy team'\n"
    "ctscan watch list\nctscan watch remove ours",
    context_settings=SETTINGS,
)
def COMMAND() -> None:  # noqa: N802 - the name by which the program finds it
    """Watch for new certificates of a scope, with a category of data, of a CA, or about a person.

    Each watch begins with a baseline: what matches already is known and raises no alert. 'ctscan ack' keeps more of it
    silent.
    """


@command(
    "add",
    exits={
        0: "it watches",
        1: "the index or the audit trail can't be written",
        2: "a text can't be used, the name is taken, or the person objected",
    },
    example="ctscan watch add ours --scope example.org --owner 'privacy team'\n"
    "ctscan watch add numbers --category user.government_id\n"
    "ctscan watch add internal-ca --ca 'Example Internal CA'\n"
    "ctscan watch add C-2026-0017 --person - --purpose 'case C-2026-0017'\n"
    "ctscan watch add C-2026-0018 --from-file person.txt --purpose 'case C-2026-0018'",
)
@click.argument("name", metavar="NAME")
@click.option("--scope", metavar="TERM", help="Watch a scope: domain:…, organisation:…, email:…, everything; -: stdin.")
@click.option("--category", metavar="KEY", help="Watch a category with all below it, such as user.contact.email.")
@click.option("--ca", metavar="WORDS", help="Watch a CA: words of the issuer's name, or of the CA's owner.")
@click.option("--person", metavar="IDENTIFIER", help="Watch a person: an address, number or name; -: read from stdin.")
@click.option(
    "--from-file",
    metavar="FILE",
    multiple=True,
    callback=options.only_one,
    help="Watch the person in a file of one line: a process list doesn't show it.",
)
@click.option("--owner", metavar="TEAM", default="", help="Name who answers for it; default: your account.")
@options.purpose("with the watch, and a person needs one")
@options.language()
@options.on_index("table", "json")
def add(
    name: str,
    scope: str | None,
    category: str | None,
    ca: str | None,
    person: str | None,
    from_file: str | None,
    owner: str,
    verbose: int,
    **given: Any,
) -> None:
    """Add a watch; certificates that match already are its baseline.

    NAME stands in alerts: it names nobody. No watch can be set on a person who objected.
    """
    from ctscan.cli.process import account, run

    terms = {WatchKind.SCOPE: scope, WatchKind.CATEGORY: category, WatchKind.CA: ca, WatchKind.PERSON: person}
    kind, term = _term(terms, from_file)
    config = load_settings(**given)
    request = app.WatchRequest(name, kind, term, owner)
    is_beyond_scans = app.is_beyond_scans(config, request)
    _print(config, [run(app.add_watch(config, request, who=account()))])
    if is_beyond_scans:
        complain(
            "watch add: the scope of the settings doesn't hold all of this watch: scans keep, and watches see, only "
            "what is in both; widen scope in ctscan.toml"
        )


def _term(terms: dict[WatchKind, str | None], from_file: str | None) -> tuple[WatchKind, str]:
    """Return kind and term of the only option that was given; read a term from stdin or a file."""
    given = [(kind, term) for kind, term in terms.items() if term is not None]
    if len(given) + (from_file is not None) != 1:
        raise UsageError(
            "watch add: expected one of --scope, --category, --ca, --person and --from-file, got "
            f"{len(given) + (from_file is not None)}; see 'ctscan watch add --help'"
        )
    kind, term = given[0] if given else (WatchKind.PERSON, None)
    if term is not None and (term != "-" or kind not in (WatchKind.PERSON, WatchKind.SCOPE)):
        return kind, term
    return kind, _read(from_file)


def _read(from_file: str | None) -> str:
    from ctscan.cli.identifiers import identifiers_of

    found = identifiers_of(() if from_file else ("-",), from_file, is_stdin_meant=False)
    if len(found) != 1:
        raise UsageError(f"watch add: expected one line with one identifier, got {len(found)}")
    return found[0].value


@command(
    "list",
    exits={0: "", 1: "the index or the audit trail can't be used", 2: ""},
    example="ctscan watch list\nctscan watch list --format json",
)
@options.language()
@options.on_index("table", "json")
def show(verbose: int, **given: Any) -> None:
    """List the watches, with the numbers of their matches.

    known: matched when the watch was made. waiting: no log proves the certificate yet. acknowledged: see 'ctscan ack'.
    alerted: an alert was raised. The audit trail records the list where a watch is on a person.
    """
    from ctscan.cli.process import account, run

    config = load_settings(**given)
    _print(config, run(app.watches(config, who=account())))


@command(
    "remove",
    exits={0: "it is removed", 1: "the index or the audit trail can't be written", 2: "there is no such watch"},
    example="ctscan watch remove ours",
)
@click.argument("name", metavar="NAME")
@options.on_index("table")
def remove(name: str, verbose: int, **given: Any) -> None:
    """Remove a watch with its matches, and its alerts of which nobody was told yet."""
    from ctscan.cli.process import account, run

    run(app.remove_watch(load_settings(**given), name, who=account()))


def _print(config: Config, found: Sequence[WatchStanding]) -> None:
    if config.format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json([json.watch(one) for one in found])
        return
    from ctscan.views import tables, watches
    from ctscan.views.text import texts
    from ctscan.views.watches import WatchText

    out, say = tables.console(), texts(config.lang)
    if found:
        tables.table(out, *watches.watches(found, say))
    else:
        tables.say(out, say(WatchText.NO_WATCHES()))


COMMAND.add_command(add)
COMMAND.add_command(show)
COMMAND.add_command(remove)
