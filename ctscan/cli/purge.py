"""`ctscan purge`: deletes what is too old to keep, and what the scope no longer allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import command
from ctscan.config import load_settings

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model.keep import PurgeReceipt


@command(
    "purge",
    exits={
        0: "it is done, or (without --yes) was counted",
        1: "index, trail or key can't be used, or the purge was stopped; repeating it goes on",
        2: "",
    },
    example="ctscan purge\nctscan purge --yes\nctscan purge --out-of-scope --yes --format json > receipt.json",
)
@click.option(
    "--out-of-scope", is_flag=True, help="Also delete certificates that the configured scope no longer allows."
)
@click.option("--yes", "confirmed", is_flag=True, help="Do it; without it, only say what would be deleted.")
@options.language()
@options.on_index("table", "json")
def COMMAND(  # noqa: N802 - the name by which the program finds it
    out_of_scope: bool, confirmed: bool, verbose: int, **given: Any
) -> int:
    """Delete what is older than the rules under [keep] in ctscan.toml, and make cases that were closed long ago
    pseudonymous. Every scan does so at its end.

    With --out-of-scope, certificates go that the scope of ctscan.toml no longer allows. What was searched with a wider
    scope then counts for this scope only: look-ups of anything else are incomplete, and say so.

    Without --yes nothing is changed. Certificates whose processing is restricted stay.
    """
    from ctscan.cli.process import account, run, stop_on_signal

    config = load_settings(**given)

    async def work() -> PurgeReceipt:
        with stop_on_signal() as stop:
            return await app.purge(config, who=account(), out_of_scope=out_of_scope, confirmed=confirmed, stop=stop)

    receipt = run(work())
    _print(config, receipt)
    return int(receipt.is_stopped)


def _print(config: Config, receipt: PurgeReceipt) -> None:
    if config.format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json(json.purge_receipt(receipt))
        return
    from ctscan.views import purges, tables
    from ctscan.views.text import texts

    out = tables.console()
    for line in purges.receipt(receipt, texts(config.lang)):
        tables.say(out, line)
