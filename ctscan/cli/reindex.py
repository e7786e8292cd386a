"""`ctscan reindex`: applies today's rules to the certificates that are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import command, complain
from ctscan.config import load_settings

if TYPE_CHECKING:
    from ctscan.model.results import ReindexResult


@command(
    "reindex",
    exits={
        0: "",
        1: "the index can't be read or written, a damaged part can't be repaired, or the reindex was stopped",
        2: "",
        4: "the index was damaged, and entries have to be read again: run 'ctscan scan'",
    },
    example="ctscan reindex",
)
@options.on_index("table", "json")
def COMMAND(verbose: int, **given: Any) -> int:  # noqa: N802 - the name by which the program finds it
    """Apply today's rules to the certificates in the index again, without reading any log.

    New rules then find more in the certificates that are kept. Certificates that older rules passed over were not kept:
    only reading their logs again ('ctscan backfill') finds those.

    The index is checked first. What is damaged is made again from the certificates, or given up: entries that count as
    not read then are read again by 'ctscan scan'.
    """
    from ctscan.cli.process import account, run, stop_on_signal

    async def work() -> ReindexResult:
        with stop_on_signal() as stop:
            return await app.reindex(config, who=account(), stop=stop)

    config = load_settings(**given)
    result = run(work())
    if config.format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json(json.reindexed(result))
    else:
        from ctscan.views import listings, repairs, tables

        out = tables.console()
        tables.table(out, *listings.reindexed(result))
        total = result.unchanged + result.changed + result.removed
        said = [f"Rule set {result.rules} applied to {total:,} certificates.", *repairs.repaired(result)]
        tables.below(out, [(line, "") for line in said])
    if result.stopped:
        complain("reindex: stopped; repeating the command begins anew")
    return result.exit_code
