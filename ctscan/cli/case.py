"""`ctscan case`: the register of requests of data subjects."""

from __future__ import annotations

import click

from ctscan.cli.case_change import close, confirm, extend, fee, note, pause, resume
from ctscan.cli.case_decide import decide
from ctscan.cli.case_files import calendar, export
from ctscan.cli.case_identify import identify
from ctscan.cli.case_list import list_, search, show
from ctscan.cli.case_open import add, open_
from ctscan.cli.program import SETTINGS, Group


@click.group(
    "case",
    cls=Group,
    exits={0: "", 1: "the index can't be used", 2: "", 5: "list --due: something is due, or overdue"},
    example="ctscan case open jane@example.org --regime eu --received 2026-02-27 --requester 'Jane Roe'\n"
    "ctscan case list --due 7\n"
    "ctscan case show --case C-2026-0017",
    context_settings=SETTINGS,
)
def COMMAND() -> None:  # noqa: N802 - the name by which the program finds it
    """Keep the register of requests: cases with their deadlines, decisions and history.

    Deadlines follow from the law that you name, the day of receipt and what happened since. On a terminal each of these
    commands ends with what is due. A case is personal data; the audit trail records its number, never an identifier.
    """


for _command in (
    open_, add, list_, show, search, identify, confirm, extend, pause, resume, fee, decide, note, close, export,
    calendar,
):  # fmt: skip
    COMMAND.add_command(_command)
