"""`ctscan ca list` and `ctscan ca check`: the profiles of CAs that ship with ctscan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import command, complain
from ctscan.config import load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ctscan.model.ca_profile import CaProfile, ProfileCheck
    from ctscan.views.console import Console


@command(
    "list",
    exits={0: "", 1: "a profile is broken", 2: ""},
    example="ctscan ca list\nctscan ca list --format json",
)
@options.language()
@options.on_index("table", "json")
def list_profiles(verbose: int, **given: Any) -> None:
    """List the profiles of CAs: owner, grade, number of facts, and the day of the oldest text.

    The grade says how much of the text behind a profile was read: A all of it, B all of an old text, C the opening.
    No index is needed.
    """
    from ctscan.cli.process import run

    config = load_settings(**given)
    found = run(app.ca_profiles())
    if config.format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json([json.profile_row(profile) for profile in found])
        return
    from ctscan.views import ca_profiles, tables
    from ctscan.views.text import texts

    tables.table(tables.console(), *ca_profiles.profiles_table(found, texts(config.lang)))


@command(
    "check",
    exits={0: "every profile has its form; warnings name old texts", 1: "a profile is broken", 2: ""},
    example="ctscan ca check\nctscan ca check --at 2027-01-31\nctscan ca check identrust.toml",
)
@click.argument("files", metavar="[FILE]...", nargs=-1)
@click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Judge the age of texts on this day.  [default: today]",
)
@options.language()
@options.on_index("table", "json")
def check(files: tuple[str, ...], at: datetime | None, verbose: int, **given: Any) -> int:
    """Check the profiles of CAs: their form, texts older than 24 months, texts that disagree, hidden addresses.

    Only a broken form fails; everything else is a warning, as each letter says from when its text is. Without FILE the
    profiles of the installation are checked. No index is needed.
    """
    from ctscan.cli.process import run

    config = load_settings(**given)
    checks, errors = run(app.check_ca_profiles(files, at and at.date()))
    for error in errors:
        complain(error)
    _print_checks(checks, config.format, config.lang)
    return 1 if errors else 0


def _print_checks(checks: list[ProfileCheck], format: str, lang: str) -> None:
    if format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json(json.profile_checks(checks))
        return
    from ctscan.views import ca_profiles, tables
    from ctscan.views.text import texts

    out = tables.console()
    for found in checks:
        for line in ca_profiles.check_lines(found, texts(lang)):
            tables.say(out, line)
    for line in ca_profiles.check_summary(checks, texts(lang)):
        tables.say(out, line)


def print_profiles(out: Console, profiles: Sequence[CaProfile], lang: str) -> None:
    """Print profiles with facts, sources and conflicts."""
    from ctscan.views import ca_profiles, tables
    from ctscan.views.text import texts

    for profile in profiles:
        tables.say(out, ca_profiles.profile_title(profile, texts(lang)), "bold")
        for line, source in ca_profiles.profile_lines(profile, texts(lang)):
            tables.say(out, line, indent=2)
            if source:
                tables.say(out, source, "dim", indent=4)
