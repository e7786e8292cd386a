"""`ctscan forget`: deletes or hides the data of a person, and keeps them from coming back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.identifiers import from_file, identifiers_of, taken
from ctscan.cli.program import command
from ctscan.config import load_settings
from ctscan.model.suppression import Ground

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model.forgetting import ForgetReceipt


@command(
    "forget",
    exits={
        0: "it is done, or (without --yes) was tried",
        1: "index, trail, key or suppression file can't be used; nothing was forgotten",
        2: "an identifier is no single person's, or the case is open",
    },
    example="ctscan forget - --ground objection               # then type jane@example.org: nothing is done yet\n"
    "ctscan forget - --ground objection --yes\n"
    "ctscan forget --case C-2026-0017 --ground erasure --close --yes --format json > receipt.json",
)
@taken
@from_file
@click.option("--case", "case", metavar="N", default="", help="Forget the person of this case, such as C-2026-0017.")
@click.option("--ground", type=click.Choice(list(map(str, Ground))), required=True, help="Give the ground.")
@click.option("--restrict", is_flag=True, help="Hide instead of deleting, until the restriction is lifted.")
@click.option("--close", is_flag=True, help="Close an open case: what it knows of the person goes, too.")
@click.option("--yes", "confirmed", is_flag=True, help="Do it; without it, only say what would be done.")
@options.language()
@options.on_index("table", "json")
def COMMAND(  # noqa: N802 - the name by which the program finds it
    identifiers: tuple[str, ...],
    from_file: str | None,
    case: str,
    ground: str,
    restrict: bool,
    close: bool,
    confirmed: bool,
    verbose: int,
    **given: Any,
) -> None:
    """Delete what the index holds of a person, and keep every scan, search, import and copy from bringing it back.

    An IDENTIFIER is an e-mail address, a telephone number with its country, number:…, account:…, a name or a
    certificate. A name belongs to several people: only the certificates that it finds now are suppressed. Certificates
    that name other people too go as a whole; look-ups of these people say that one is missing.

    Without --yes nothing is changed. The receipt says what went, whom to tell, and what no index reaches. What is
    remembered are keyed digests, in the suppression file beside the key: keep copies of both.
    """
    from ctscan.cli.process import account, run

    config = load_settings(**given)
    asked = identifiers_of(identifiers, from_file, is_stdin_meant=not case)
    receipt = run(
        app.forget(
            config, asked, ground=ground, case=case, restrict=restrict, confirmed=confirmed, close=close, who=account()
        )
    )  # fmt: skip
    _print(config, receipt)


def _print(config: Config, receipt: ForgetReceipt) -> None:
    if config.format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json(json.forget_receipt(receipt))
        return
    from ctscan.views import suppressions, tables
    from ctscan.views.text import texts

    out = tables.console()
    for line in suppressions.receipt(receipt, texts(config.lang)):
        tables.say(out, line)
