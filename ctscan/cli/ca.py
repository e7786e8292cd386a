"""`ctscan ca`: the CCADB's list of who runs which CA, loaded and shown."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ctscan.cli import options
from ctscan.cli.program import SETTINGS, Group, command

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.http.client import Client
    from ctscan.model import Authority, AuthorityList

SHOWN = 100  # records for eyes; JSON has them all


@click.group(
    "ca",
    cls=Group,
    exits={0: "", 1: "the list can't be had, or the index can't be read", 2: "", 4: "loaded without its contacts"},
    example="ctscan ca update --contact ct@example.org\nctscan ca show 'Example Trust'",
    context_settings=SETTINGS,
)
def COMMAND() -> None:  # noqa: N802 - the name by which the program finds it
    """Load and show who runs which CA, with its policies and contact, as the CCADB says.

    Answers name the owner of the CA of each certificate by this list. It is fetched only when told to.
    """


@dataclass(frozen=True, slots=True)
class Loaded:
    """A list as it was read. `remarks`: what it lacks, and why."""

    which: AuthorityList
    authorities: tuple[Authority, ...]
    remarks: tuple[str, ...] = ()


# --- update -------------------------------------------------------------------------------------------------------


@command(
    "update",
    exits={
        0: "the list was loaded",
        1: "the list can't be had, or the index can't be written",
        2: "",
        4: "loaded, but without contacts for problem reports",
    },
    example="ctscan ca update --contact ct@example.org\n"
    "ctscan ca update --from AllCertificateRecordsCSVFormatV5 --from AllProblemReportingMechanismsCSV",
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
    help="Where the CCADB's operator reaches you; needed for the network.  [env: CTSCAN_CONTACT]",
)
@options.on_index("table", "json")
def update(files: tuple[str, ...], verbose: int, **given: Any) -> int:
    """Load the CCADB's list of CAs into the index, in place of the one that is there.

    Two reports are fetched: AllCertificateRecordsCSVFormatV5, and AllProblemReportingMechanismsCSV for the contacts.
    The CCADB learns your IP address and contact, and nothing of whom you look up.
    """
    from ctscan.cli.logging import set_up
    from ctscan.cli.wiring import run

    config = options.settle(**given)
    set_up(verbose, os.environ)
    loaded, before = run(_update(config, files))
    _print_update(loaded, before, config.format)
    return 4 if loaded.remarks else 0


async def _update(config: Config, files: Sequence[str]) -> tuple[Loaded, AuthorityList | None]:
    """What was loaded, and which list it replaced."""
    import asyncio

    from ctscan.index.open import open_index

    loaded = await (asyncio.to_thread(read, files) if files else _fetch(config))
    index = await open_index(config.db, create=True)
    try:
        before = await index.authority_list()
        await index.save_authorities(loaded.authorities, loaded.which)
    finally:
        await index.aclose()
    return loaded, before


def read(files: Sequence[str]) -> Loaded:
    """From saved reports, told apart by their columns. As old as the file says."""
    from ctscan.authorities.ccadb import is_records, parse_authorities, parse_contacts
    from ctscan.authorities.reports import read_report
    from ctscan.errors import FormatError, InputError, UsageError

    records: dict[str, bytes] = {}
    contacts: dict[str, str] = {}
    for path in files:
        data = read_report(path)
        try:
            if is_records(data):
                records[path] = data
            else:
                contacts |= parse_contacts(data)
        except FormatError as error:
            raise InputError(f"{path}: {error}") from error
    if len(records) != 1:
        raise UsageError(f"--from: expected one report of certificates (AllCertificateRecords…), got {len(records)}")
    ((path, data),) = records.items()
    try:
        authorities = parse_authorities(data, contacts)
    except FormatError as error:
        raise InputError(f"{path}: {error}") from error
    lacks = "contacts for problem reports are missing: also give --from AllProblemReportingMechanismsCSV"
    return _loaded(
        path, datetime.fromtimestamp(Path(path).stat().st_mtime, UTC), authorities, () if contacts else (lacks,)
    )


async def _fetch(config: Config) -> Loaded:
    from ctscan.http.client import Client

    client = Client(config.contact, give_up_after=config.timeouts.give_up)
    try:
        return await fetch(client)
    finally:
        await client.aclose()


async def fetch(client: Client) -> Loaded:
    """From the CCADB; without its contacts where only those can't be had."""
    import asyncio

    from ctscan.authorities.ccadb import is_records, parse_authorities, parse_contacts
    from ctscan.authorities.reports import CONTACTS_URL, RECORDS_URL, fetch_report
    from ctscan.errors import FormatError, SourceError

    def check(body: bytes) -> None:
        if not is_records(body):
            raise FormatError("expected the report of certificates, got another table")

    data = await fetch_report(RECORDS_URL, client, check)
    contacts: dict[str, str] = {}
    lacks = "their report holds none"
    try:
        contacts = parse_contacts(await fetch_report(CONTACTS_URL, client, parse_contacts))
    except SourceError as error:
        lacks = str(error)
    remarks = () if contacts else (f"contacts for problem reports are missing: {lacks}",)
    try:
        authorities = await asyncio.to_thread(parse_authorities, data, contacts)
    except FormatError as error:
        raise SourceError(f"{RECORDS_URL}: {error}") from error
    return _loaded(RECORDS_URL, datetime.now(UTC), authorities, remarks)


def _loaded(origin: str, at: datetime, authorities: tuple[Authority, ...], remarks: tuple[str, ...]) -> Loaded:
    from ctscan.model import AuthorityList

    return Loaded(AuthorityList(at, origin, len(authorities)), authorities, remarks)


def _print_update(loaded: Loaded, before: AuthorityList | None, format: str) -> None:
    from ctscan.cli.program import complain

    for remark in loaded.remarks:
        complain(remark)
    if format == "json":
        from ctscan.cli.wiring import print_json
        from ctscan.views.authorities import list_shape

        print_json(list_shape(loaded.which, loaded.authorities, loaded.remarks) | {"replaced": _shape(before)})
        return
    from ctscan.views import tables
    from ctscan.views.authorities import list_lines

    out = tables.console()
    for line in list_lines(loaded.which, loaded.authorities):
        tables.say(out, line)
    if before is not None:
        tables.say(out, f"It replaces a list of {before.records:,} records.")


def _shape(which: AuthorityList | None) -> dict[str, Any] | None:
    from ctscan.views.json import authority_list

    return None if which is None else authority_list(which)


# --- show ---------------------------------------------------------------------------------------------------------


@command(
    "show",
    exits={0: "", 1: "the index can't be read, or holds no list", 2: ""},
    example="ctscan ca show\nctscan ca show 'Example Trust'\nctscan ca show 142eb317b75856cbae500940e61faf9d8b14c2c6",
)
@click.argument("what", metavar="[OWNER|KEY-ID]", required=False)
@options.on_index("table", "json")
def show(what: str | None, verbose: int, **given: Any) -> None:
    """Show which list is loaded, or what it says of a CA.

    A CA is named by part of its owner's name or its own, by its key identifier (the authority key identifier of what it
    issued) or by the SHA-256 of its certificate, both in hex.
    """
    from ctscan.cli.wiring import run

    config = options.settle(**given)
    which, authorities = run(_kept(config))
    if what is None:
        _print_list(which, authorities, config.format)
    else:
        from ctscan.authorities.ccadb import search

        _print_found(which, search(authorities, what), config.format)


async def _kept(config: Config) -> tuple[AuthorityList, list[Authority]]:
    from ctscan.cli.wiring import existing_index
    from ctscan.errors import InputError

    async with existing_index(config) as index:
        which = await index.authority_list()
        if which is None:
            raise InputError("the index holds no list of CAs; 'ctscan ca update' loads that of the CCADB")
        return which, await index.authorities()


def _print_list(which: AuthorityList, authorities: Sequence[Authority], format: str) -> None:
    if format == "json":
        from ctscan.cli.wiring import print_json
        from ctscan.views.authorities import list_shape

        print_json(list_shape(which, authorities))
        return
    from ctscan.views import tables
    from ctscan.views.authorities import list_lines

    out = tables.console()
    for line in list_lines(which, authorities):
        tables.say(out, line)


def _print_found(which: AuthorityList, found: Sequence[Authority], format: str) -> None:
    if format == "json":
        from ctscan.cli.wiring import print_json
        from ctscan.views import json as shapes

        print_json({"list": shapes.authority_list(which), "authorities": [shapes.authority(one) for one in found]})
        return
    from ctscan.views import tables
    from ctscan.views.authorities import found_line, list_line, record_lines

    out = tables.console()
    for one in found[:SHOWN]:
        title, *lines = record_lines(one)
        tables.say(out, title, "bold")
        for line in lines:
            tables.say(out, line, indent=2)
    tables.say(out, found_line(len(found), SHOWN))
    tables.say(out, list_line(which))


COMMAND.add_command(update)
COMMAND.add_command(show)
