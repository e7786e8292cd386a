"""`ctscan ca`: the CCADB's list of CA owners, loaded and shown, and profiles of CAs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.ca_profiles import check, list_profiles, print_profiles
from ctscan.cli.program import SETTINGS, Group, command, complain
from ctscan.config import load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctscan.model import Authority, AuthorityList
    from ctscan.model.ca_profile import AuthorityRecords
    from ctscan.model.results import LoadedAuthorities

SHOWN = 100  # records for readers; JSON has them all


@click.group(
    "ca",
    cls=Group,
    exits={
        0: "",
        1: "the list can't be fetched, the index can't be used, or a profile is broken",
        2: "",
        4: "loaded without its contacts, or a profile has an old text",
    },
    example="ctscan ca update --contact ct@example.org\nctscan ca show IdenTrust\nctscan ca list",
    context_settings=SETTINGS,
)
def COMMAND() -> None:  # noqa: N802 - the name by which the program finds it
    """Load and show the owners of CAs, with their policies and contacts, as the CCADB publishes them, and the profiles
    of CAs.

    Answers name the owner of the CA of each certificate by this list. Only 'ctscan ca update' fetches it. A profile
    holds the statements of a CA's texts on requests of data subjects; profiles ship with ctscan.
    """


@command(
    "update",
    exits={
        0: "the list was loaded",
        1: "the list can't be fetched or read, or the index can't be written",
        2: "",
        4: "loaded, but without contacts for problem reports",
    },
    example="ctscan ca update --contact ct@example.org\nctscan ca update --from records.csv --from contacts.csv",
)
@click.option(
    "--from",
    "files",
    metavar="FILE",
    multiple=True,
    help="Read a saved report instead of fetching it; repeatable: the report of certificates, and that of contacts.",
)
@click.option(
    "--contact",
    metavar="ADDRESS|URL",
    help="Give the CCADB's operator an address to reach you; needed for the network.  [env: CTSCAN_CONTACT]",
)
@options.on_index("table", "json")
def update(files: tuple[str, ...], verbose: int, **given: Any) -> int:
    """Load the CCADB's list of CAs into the index, in place of the one that is there.

    Two reports are fetched: AllCertificateRecordsCSVFormatV5, and AllProblemReportingMechanismsCSV for the contacts.
    The CCADB learns your IP address and contact, and nothing about the people you look up.
    """
    from ctscan.cli.logging import set_up
    from ctscan.cli.process import account, run

    config = load_settings(**given)
    set_up(verbose, os.environ)
    loaded = run(app.update_authorities(config, files, who=account()))
    _print_update(loaded, config.format)
    return 4 if loaded.remarks else 0


def _print_update(loaded: LoadedAuthorities, format: str) -> None:
    for remark in loaded.remarks:
        complain(remark)
    if format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json(json.loaded_authorities(loaded))
        return
    from ctscan.views import listings, tables

    out = tables.console()
    for line in listings.authority_list_lines(loaded.which, loaded.authorities):
        tables.say(out, line)
    if loaded.replaced is not None:
        tables.say(out, f"It replaces a list of {loaded.replaced.records:,} records.")


@command(
    "show",
    exits={0: "", 1: "the index can't be read or holds no list, and no profile has the name", 2: ""},
    example="ctscan ca show\nctscan ca show IdenTrust\nctscan ca show 142eb317b75856cbae500940e61faf9d8b14c2c6",
)
@click.argument("what", metavar="[OWNER|KEY-ID]", required=False)
@options.language()
@options.on_index("table", "json")
def show(what: str | None, verbose: int, **given: Any) -> None:
    """Show which list is loaded, or its records of a CA, and the CA's profile.

    A CA is named by part of its owner's name or its own, by its key identifier (the authority key identifier of the
    certificates that it issued) or by the SHA-256 of its certificate, both in hex. A profile is found by whole words
    of its names, or by the key identifier of a root; it is shown without an index, too.
    """
    from ctscan.cli.process import run

    config = load_settings(**given)
    if what is None:
        _print_list(*run(app.authorities(config)), config.format)
    else:
        _print_found(run(app.authority_records(config, what)), config.format, config.lang)


def _print_list(which: AuthorityList, authorities: Sequence[Authority], format: str) -> None:
    if format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json(json.authorities(which, authorities))
        return
    from ctscan.views import listings, tables

    out = tables.console()
    for line in listings.authority_list_lines(which, authorities):
        tables.say(out, line)


def _print_found(found: AuthorityRecords, format: str, lang: str) -> None:
    if format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json(json.authorities_found(found))
        return
    from ctscan.views import listings, tables

    out = tables.console()
    print_profiles(out, found.profiles, lang)
    if found.which is None:
        return
    for one in found.authorities[:SHOWN]:
        title, *lines = listings.authority_lines(one)
        tables.say(out, title, "bold")
        for line in lines:
            tables.say(out, line, indent=2)
    tables.say(out, listings.authorities_line(len(found.authorities), SHOWN))
    tables.say(out, listings.authority_list_line(found.which))


COMMAND.add_command(update)
COMMAND.add_command(show)
COMMAND.add_command(list_profiles)
COMMAND.add_command(check)
