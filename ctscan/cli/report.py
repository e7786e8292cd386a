"""`ctscan report`: the exposure of domains and organisations."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import command, complain
from ctscan.config import load_settings
from ctscan.errors import UsageError
from ctscan.resources import languages

_LEAST_PERSONS = 10


@command(
    "report",
    exits={
        0: "the report is written, and everything in its basis was read",
        1: "the index or the file can't be used, or the report can't be recorded",
        2: "the command line or the settings are wrong, or a report to publish has fewer than N persons",
        4: "the report is written, and says on its first page what was not read",
    },
    example="ctscan report --scope example.org -o exposure.html\n"
    "ctscan report --scope 'organisation:Example Ltd' --since 2026-01-01 --format json\n"
    "ctscan report --publish -o published.json",
)
@click.option(
    "--scope",
    "terms",
    multiple=True,
    metavar="TERM",
    help="Report on a domain with everything below it, organisation:NAME or email:ADDRESS; may be repeated.  [default: "
    "the scope of the settings, else the whole index]",
)
@click.option(
    "--since", metavar="DATE", help="Compare with the state before DATE.  [default: the last report on this scope]"
)
@click.option(
    "--format", "form", type=click.Choice(app.REPORT_FORMS), help="[default: by the ending of FILE, else json]"
)
@click.option(
    "-o", "--output", "path", metavar="FILE", help="Write the report into this file.  [default: stdout, JSON]"
)
@click.option("--name-people", is_flag=True, help="List the people by name and address; the audit trail records it.")
@click.option("--publish", is_flag=True, help="Round counts to 5, and leave out names, small groups and the change.")
@click.option(
    "--k",
    type=click.IntRange(2, 1000),
    metavar="N",
    help="With --publish: least number of persons.  [default: 10]",
)
@options.purpose("with the report")
@click.option(
    "--lang",
    type=click.Choice(languages()),
    help="Language of the report; JSON is English.  [env: CTSCAN_LANG; default: en]",
)
@options.config
@options.db
@options.verbose
def COMMAND(  # noqa: N802 - the name by which the program finds it
    terms: tuple[str, ...], since: str | None, form: str | None, path: str | None, name_people: bool, publish: bool,
    k: int | None, verbose: int, **given: Any,
) -> int:  # fmt: skip
    """Report who is exposed in certificates, with what, through which CA, since when, and what to do.

    Certificates in the index are counted: people, addresses, categories of data, domains, issuers, kinds of
    certificate, logs and months. An internal report is exact and names nobody, unless with --name-people. Test data
    that [report] ignore lists in the settings is counted apart. Nothing is sent to anybody.
    """
    from ctscan.cli.process import account, run

    if publish and (name_people or since):
        raise UsageError("report: --publish names nobody and compares nothing; leave out --name-people and --since")
    if k is not None and not publish:
        raise UsageError("report: --k: expected --publish with it, got a report that isn't for publication")
    config = load_settings(**given)
    request = app.ReportOptions(
        scope=terms,
        since=_moment(since),
        with_people=name_people,
        k=(k or _LEAST_PERSONS) if publish else 0,
        form=form or app.report_form(path),
    )
    written = run(app.write_report(config, request, Path(path).expanduser() if path else None, who=account()))
    if path is None:
        click.echo(written.content.decode(), nl=False)
    if written.remark:
        complain(f"report: {written.remark}")
    if not written.complete:
        complain("report: not everything in its basis was read: the first page says what is missing")
    return 0 if written.complete else 4


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError("report: --since: expected a day as 2026-01-31, got another text") from None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
