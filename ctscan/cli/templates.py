"""`ctscan templates`: which templates of an internal CA put people into certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import command, complain
from ctscan.cli.standard_input import say_how_to_type
from ctscan.config import load_settings
from ctscan.errors import UsageError, worst

if TYPE_CHECKING:
    from ctscan.model.template import TemplateGroup, TemplateReport
    from ctscan.views.text import Texts


@command(
    "templates",
    exits={
        0: "certificates were read; with --fail-on: nothing in them fits",
        1: "no certificate was read, or the index can't be used",
        2: "",
        4: "an input or a certificate was not read whole, or the index is damaged",
        5: "with --fail-on: a finding fits",
    },
    example="ctscan templates issued/\nctscan templates --db ctscan.db --issuer 'Example Internal CA'\n"
    "ctscan templates export.p7b --fail-on national-identifier --format json",
)
@click.argument("paths", metavar="[FILE|DIR|-...]", nargs=-1)
@click.option("--issuer", metavar="TEXT", default="", help="Count only certificates whose issuer's name has this text.")
@click.option(
    "--fail-on",
    "fail_on",
    metavar="WORD,...",
    multiple=True,
    help="Exit with 5 at a finding about a person (person), of a category or of a sensitivity, as 'inspect' does.",
)
@options.language()
@options.on_index("table", "json")
def COMMAND(  # noqa: N802 - the name by which the program finds it
    paths: tuple[str, ...], issuer: str, fail_on: tuple[str, ...], verbose: int, **given: Any
) -> int:
    """Show which templates put people into certificates: of files, or of the index where no file is named.

    Certificates of one Microsoft certificate template are counted together, others by their shape: issuer, policies,
    key purposes, and the types of values in subject and alternative name. For each: the fields that hold data of
    people, whether the purpose needs them, and what to change. No value is shown.
    """
    config = load_settings(**given)
    wanted = app.TemplateOptions(issuer, fail_on)
    if paths and given.get("db"):
        raise UsageError("templates: expected files or --db, got both")
    if "-" in paths:
        say_how_to_type("certificates, in PEM for example")
    if paths:
        found = app.templates_of_files(paths, wanted)
    else:
        from ctscan.cli.process import run

        found = run(app.templates_of_index(config, wanted))
    for line in found.unread:
        complain(line)
    if config.format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views.json import template_report

        print_json(template_report(found))
    else:
        _print(found, config.lang)
    return worst(found.codes)


def _print(found: TemplateReport, lang: str) -> None:
    from ctscan.views import tables, template_listing
    from ctscan.views.text import texts

    out, say = tables.console(), texts(lang)
    shown = [group for group in found.groups if group.with_people]
    if len(shown) > 1:
        tables.table(out, template_listing.summary_headers(say), template_listing.summary_rows(found, say))
        out.blank()
    for number, group in enumerate(shown, 1 if len(shown) > 1 else 0):
        _print_group(out, number, group, say)
    for line in template_listing.closing_lines(found, say):
        tables.say(out, line)


def _print_group(out: Any, number: int, group: TemplateGroup, say: Texts) -> None:
    from ctscan.views import tables, template_listing

    tables.say(out, template_listing.numbered(number, group, say), "bold")
    for line in template_listing.group_lines(group, say):
        tables.say(out, line, indent=2)
    out.blank()
    tables.table(out, template_listing.field_headers(say), template_listing.field_rows(group, say))
    out.blank()
    for line in template_listing.advice_lines(group, say):
        tables.say(out, f"- {line}", indent=2)
    out.blank()
