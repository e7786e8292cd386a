"""`ctscan import`: the certificates of files into the index."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any, TextIO

import click

from ctscan.cli import options
from ctscan.cli.program import command, complain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctscan.collect.file_import import Tally
    from ctscan.config import Config
    from ctscan.model import Problem
    from ctscan.personal.scope import Scope

SHOWN = 50  # problems
INTERVAL = 0.2  # seconds between two looks of the line on a terminal


@command(
    "import",
    exits={
        0: "all inputs were read",
        1: "nothing was read, it was stopped, or the index can't be used",
        2: "",
        4: "some inputs could not be read",
    },
    example="ctscan import certificates.zip --scope example.org --purpose 'access request 2026-17'\n"
    "ctscan import signed-mail.mbox directory.ldif --everything --db files.db\n"
    "zcat certstream.jsonl.gz | ctscan import - --format json",
)
@click.argument("paths", metavar="FILE|DIR|-...", nargs=-1, required=True)
@click.option(
    "--scope",
    metavar="S",
    multiple=True,
    help="What may be indexed: domain:…, organisation:…, email:…, or a bare domain or address; repeatable.  "
    "[env: CTSCAN_SCOPE, several separated by ;]",
)
@click.option("--everything", is_flag=True, help="Index all personal data, of anybody.  [env: CTSCAN_EVERYTHING]")
@click.option("--purpose", metavar="TEXT", help="What for; recorded with the import.  [env: CTSCAN_PURPOSE]")
@options.on_index("table", "json")
def COMMAND(paths: tuple[str, ...], verbose: int, **given: Any) -> int:  # noqa: N802 - the name by which the program finds it
    """Read certificates of files into the index: those in scope that hold personal data.

    Files are told by their content: PEM, DER and base64; PKCS#7, CMS and PKCS#12 (without a password); zip, tar, gz,
    bz2 and xz of them; LDIF; signed mail and mailboxes; JSON, one value a line or in arrays, as certstream writes it.
    With '-', reads standard input. Directories are read whole; what holds no certificate is passed over there, and in
    archives.

    A file proves nothing: what it holds is unverified until a log was read that holds the same certificate. No network
    is used.
    """
    from ctscan.cli.logging import set_up
    from ctscan.cli.wiring import run
    from ctscan.personal.scope import parse_scope

    config = options.settle(**given)
    scope = parse_scope(config.scope, config.everything)
    set_up(verbose, os.environ)
    tally, problems = run(_import(config, scope, paths))
    _print(tally, problems, config.format)
    return tally.exit_code


async def _import(config: Config, scope: Scope, paths: Sequence[str]) -> tuple[Tally, list[Problem]]:
    from ctscan.cli.consent import created_index
    from ctscan.cli.scan_options import stop_on_signal, who
    from ctscan.collect.file_import import ImportRequest, run_import
    from ctscan.sources.files import read_inputs
    from ctscan.x509.containers import certificate_extractor

    request = ImportRequest(scope, who(), config.purpose)
    async with created_index(config) as index:
        with stop_on_signal() as stop:
            progress = Progress(sys.stderr)
            try:
                tally = await run_import(
                    index, read_inputs(paths, certificate_extractor()), request, progress.told, stop
                )
            finally:
                progress.wipe()
    return tally, progress.problems


class Progress:
    """Says each problem as it is met, up to a number, and on a terminal how far the import is."""

    def __init__(self, out: TextIO) -> None:
        self.problems: list[Problem] = []
        self._out = out
        self._is_terminal = out.isatty()
        self._shown = 0.0

    def told(self, tally: Tally, problems: tuple[Problem, ...]) -> None:
        """Called by the worker after each portion."""
        for problem in problems[: SHOWN - len(self.problems)]:
            self.wipe()
            complain(f"{problem.path}: {problem.what}")
            self.problems.append(problem)
        if self._is_terminal and time.monotonic() - self._shown > INTERVAL:
            self._shown = time.monotonic()
            self._out.write(f"\r\x1b[2Kimport: {tally.read:,} certificates read, {tally.kept:,} kept")
            self._out.flush()

    def wipe(self) -> None:
        """Take the line off the terminal."""
        if self._is_terminal:
            self._out.write("\r\x1b[2K")
            self._out.flush()


def _print(tally: Tally, problems: Sequence[Problem], format: str) -> None:
    from ctscan.model import SearchState
    from ctscan.views import file_import as importing
    from ctscan.views import tables

    if tally.problems > len(problems):
        complain(f"import: {tally.problems - len(problems):,} more problems like these")
    if format == "json":
        from ctscan.cli.wiring import print_json

        print_json(importing.imported(tally, problems))
        return
    from ctscan.views.words import category

    out = tables.console()
    if tally.findings:
        headers = ("What was kept", "Findings", "Of people", "Of CAs")
        rows = [
            (category(key), f"{number:,}", f"{tally.about_people[key]:,}", f"{tally.findings_of_authorities[key]:,}")
            for key, number in tally.findings.most_common()
        ]
        tables.table(out, headers, rows)
        out.print()
    tables.say(out, importing.summary(tally))
    if tally.outcome == SearchState.INTERRUPTED:
        complain("import: stopped; what was read so far is kept, repeating the command reads all of it again")
