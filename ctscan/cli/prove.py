"""`ctscan prove`: checks the stored evidence without a network."""

from __future__ import annotations

from collections import Counter
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.identifiers import from_file, identifiers_of, taken
from ctscan.cli.program import command, complain
from ctscan.config import load_settings
from ctscan.errors import UsageError
from ctscan.model.results import ProofCounts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ctscan.config import Config
    from ctscan.model import Identifier
    from ctscan.model.results import CheckedSighting


@command(
    "prove",
    exits={
        0: "every sighting is proven to be in a tree that its log signed, and the index agrees with it",
        1: "a sighting is not proven, none can be proven, an answer doesn't hold, or the index is damaged",
        2: "",
        4: "the index has moved on, so that an answer can't be checked in full",
    },
    example="ctscan prove --from-file people.txt\nctscan prove --all --format json\n"
    "ctscan prove --answer jane-answer.json",
)
@taken
@from_file
@click.option("--all", "everything", is_flag=True, help="Check the evidence of everything in the index.")
@click.option(
    "--answer",
    metavar="FILE",
    help="Check the saved answers of a look-up (JSON, an array, or JSONL) against their digests, the index and the "
    "audit trail. -: read stdin.",
)
@options.on_index("table", "json", "jsonl")
def COMMAND(  # noqa: N802 - the name by which the program finds it
    identifiers: tuple[str, ...],
    from_file: str | None,
    everything: bool,
    answer: str | None,
    verbose: int,
    **given: Any,
) -> int:
    """Check offline that the certificates found are in the logs, from the evidence kept with them.

    Each check rebuilds the entry, follows its inclusion proof to the kept tree head, and verifies the head's signature
    with the key of the log. Then it reads the entry again, and compares it with the index.

    No log's tree covers the chains that were submitted with entries, so certificates in chains can't be proven. The
    same holds for certificates from repositories and files.

    With --answer, check a saved answer instead: the file against its digest, its claims against the index, and the
    answer against the audit trail.
    """
    from ctscan.cli.process import run

    if (bool(identifiers or from_file), everything, answer is not None).count(True) != 1:
        raise UsageError("prove: expected identifiers, --all or --answer, one of the three; see 'ctscan prove --help'")
    config = load_settings(**given)
    if answer is not None:
        from ctscan.cli.saved_answer import prove_answers

        return run(prove_answers(config, answer))
    if everything:
        return run(_prove(config, None))
    asked = identifiers_of(identifiers, from_file, is_stdin_meant=False)
    if not asked:
        raise UsageError("prove: expected an identifier in the list, got none; --all checks everything in the index")
    return run(_prove(config, asked))


async def _prove(config: Config, asked: list[Identifier] | None) -> int:
    from ctscan.cli.process import account

    counts = ProofCounts()
    async with aclosing(app.prove(config, asked, counts, who=account())) as checked:
        if config.format == "table":
            await _print_table(checked, counts)
        else:
            await _print_json(checked, is_array=config.format == "json")
    _complain_of_missing(counts)
    return 0 if counts.is_proven else 1


def _complain_of_missing(counts: ProofCounts) -> None:
    from ctscan.views.words import missing_evidence

    for line in missing_evidence(counts):
        complain(f"prove: {line}")


async def _print_json(results: AsyncIterator[CheckedSighting], *, is_array: bool) -> None:
    from ctscan.cli.output import JsonItems
    from ctscan.views.json import checked_sighting

    items = JsonItems(is_array=is_array)
    async for checked in results:
        items.add(checked_sighting(checked))
    items.end()


async def _print_table(results: AsyncIterator[CheckedSighting], counts: ProofCounts) -> None:
    """Print sums for each log. Every sighting that isn't proven has a line of its own."""
    from ctscan.views import listings, tables

    out = tables.console()
    logs: Counter[tuple[str, str]] = Counter()
    async for checked in results:
        if checked.is_proven:
            logs[(checked.evidence.log.name, checked.trust)] += 1
        else:
            tables.say(out, listings.unproven_line(checked), "red")
    if logs:
        tables.table(out, *listings.proven(logs))
        out.blank()
    tables.say(out, *listings.proof_line(counts))
