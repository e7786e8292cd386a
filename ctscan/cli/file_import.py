"""`ctscan import`: the certificates of files into the index."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any, TextIO

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.file_names import name_files
from ctscan.cli.program import command, complain
from ctscan.cli.standard_input import say_how_to_type
from ctscan.config import load_settings
from ctscan.model.file_tally import FileTally

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctscan.config import Config
    from ctscan.model import Problem
    from ctscan.model.results import ImportResult

SHOWN = 50  # problems
INTERVAL = 0.2  # seconds between two updates of the line on a terminal


@command(
    "import",
    exits={
        0: "all inputs were read",
        1: "nothing was read, the import was stopped, or the index can't be used",
        2: "",
        4: "some inputs begin a known form and could not be read to their end, or broke a limit",
    },
    example="ctscan import certificates.zip --scope example.org --purpose 'case 2026-17'\n"
    "ctscan import signed-mail.mbox directory.ldif --everything --db files.db\n"
    "zcat certstream.jsonl.gz | ctscan import - --format json",
)
@click.argument("paths", metavar="FILE|DIR|-...", nargs=-1, required=True)
@options.scope
@options.purpose("with the import")
@options.password_file
@options.on_index("table", "json")
def COMMAND(paths: tuple[str, ...], password_file: str, verbose: int, **given: Any) -> int:  # noqa: N802 - the name by which the program finds it
    """Read certificates of files into the index: those in scope that hold personal data.

    The content of a file decides how it is read, as 'ctscan help inspect' says: certificates, archives, mail, exports
    of directories and databases, answers of logs, and any text with PEM or base64 in it. With '-', standard input is
    read. Directories are read whole. Files without certificates are counted, and named with -v. Certificate requests
    are named and left out: they aren't public.

    A file proves nothing: its certificates are unverified until a log is read that holds the same certificate. No
    network is used.
    """
    from ctscan.cli.consent import with_consent
    from ctscan.cli.logging import set_up
    from ctscan.cli.process import run

    config, passwords = load_settings(**given), app.passwords_of(password_file)
    set_up(verbose, os.environ)
    agreed = run(with_consent(config))
    if agreed is None:
        return 1
    if "-" in paths:
        say_how_to_type("certificates, in PEM for example")
    files = FileTally()
    result, problems = run(_import(agreed, paths, passwords, files))
    _print(result, problems, config.format)
    if verbose:
        name_files(files)
    return result.exit_code


async def _import(
    config: Config, paths: Sequence[str], passwords: Sequence[str], files: FileTally
) -> tuple[ImportResult, list[Problem]]:
    from ctscan.cli.process import account, stop_on_signal

    with stop_on_signal() as stop:
        progress = Progress(sys.stderr)
        try:
            result = await app.import_files(
                config, paths, who=account(), progress=progress.update, stop=stop, passwords=passwords, files=files
            )
        finally:
            progress.wipe()
    return result, progress.problems


class Progress:
    """Progress of an import: each problem up to a number, and on a terminal a line with the sums so far."""

    def __init__(self, out: TextIO) -> None:
        self.problems: list[Problem] = []
        self._out = out
        self._is_terminal = out.isatty()
        self._shown = 0.0

    def update(self, result: ImportResult, problems: tuple[Problem, ...]) -> None:
        """Receive the sums after each portion."""
        for problem in problems[: SHOWN - len(self.problems)]:
            self.wipe()
            complain(f"{problem.path}: {problem.what}")
            self.problems.append(problem)
        if self._is_terminal and time.monotonic() - self._shown > INTERVAL:
            self._shown = time.monotonic()
            self._out.write(f"\r\x1b[2Kimport: {result.read:,} certificates read, {result.kept:,} kept")
            self._out.flush()

    def wipe(self) -> None:
        """Take the line off the terminal."""
        if self._is_terminal:
            self._out.write("\r\x1b[2K")
            self._out.flush()


def _print(result: ImportResult, problems: Sequence[Problem], format: str) -> None:
    from ctscan.model import SearchState

    unnamed = result.problems + result.absences + result.requests - len(problems)
    if unnamed > 0:
        complain(f"import: {unnamed:,} more problems like these")
    if format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json(json.imported(result, problems))
        return
    from ctscan.views import listings, tables
    from ctscan.views.text import ENGLISH, texts

    out = tables.console()
    if result.counts.findings:
        tables.table(out, *listings.finding_counts(result.counts, "What was kept", texts(ENGLISH)))
        out.blank()
    tables.say(out, listings.import_line(result))
    if result.outcome == SearchState.INTERRUPTED:
        complain("import: stopped; what was read so far is kept, repeating the command reads all of it again")
