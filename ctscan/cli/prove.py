"""`ctscan prove`: checks the stored evidence without a network."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING, Any

import click

from ctscan.cli import options
from ctscan.cli.program import command
from ctscan.errors import UsageError

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.index import Index
    from ctscan.model import Identifier
    from ctscan.proof import Checked


@command(
    "prove",
    exits={
        0: "every sighting is proven to be in a tree that its log signed",
        1: "a sighting is not proven, there is none, or the index can't be read",
        2: "",
    },
    example="ctscan prove jane@example.org\nctscan prove --all --format json",
)
@click.argument("identifiers", metavar="[IDENTIFIER]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Check the evidence of everything in the index.")
@options.on_index("table", "json", "jsonl")
def COMMAND(identifiers: tuple[str, ...], everything: bool, verbose: int, **given: Any) -> int:  # noqa: N802 - the name by which the program finds it
    """Check offline that what was found really is in the logs, from the evidence kept with it.

    Rebuilds each entry, follows its inclusion proof to the kept tree head, and verifies the head's signature with the
    key of the log.
    """
    from ctscan.cli.wiring import run
    from ctscan.personal.identifiers import parse_identifier

    if bool(identifiers) == everything:
        raise UsageError("prove: expected identifiers or --all, one of the two; see 'ctscan prove --help'")
    config = options.settle(**given)
    return run(_prove(config, [parse_identifier(text) for text in identifiers] or None))


async def _prove(config: Config, asked: list[Identifier] | None) -> int:
    from ctscan.cli.wiring import existing_index

    async with existing_index(config) as index:
        identities = None if asked is None else await _identities(index, asked)
        checked = _checked(index, identities)
        if config.format == "table":
            counts = await _print_table(checked)
        else:
            counts = await _print_json(checked, is_array=config.format == "json")
    return 0 if counts[True] and not counts[False] else 1


async def _identities(index: Index, asked: Iterable[Identifier]) -> list[bytes]:
    """The certificates that answer the identifiers, each once."""
    from datetime import UTC, datetime

    from ctscan.lookup import answer

    found: dict[bytes, None] = {}
    for identifier in asked:
        given = await answer(index, identifier, now=datetime.now(UTC))
        found |= dict.fromkeys(match.certificate.identity for match in given.matches)
    return list(found)


async def _checked(index: Index, identities: list[bytes] | None) -> AsyncIterator[Checked]:
    from ctscan.proof import check

    async for evidence in index.evidence(identities):
        yield check(evidence)


def _shape(checked: Checked) -> dict[str, Any]:
    from ctscan.cli.render.shapes import base64_text, timestamp_text

    entry, proof = checked.evidence.entry, checked.evidence.proof
    head = proof and {
        "size": proof.head.size,
        "root": proof.head.root.hex(),
        "timestamp": timestamp_text(proof.head.timestamp),
        "raw": base64_text(proof.head.raw),
    }
    return {
        "log": checked.evidence.log.name,
        "log_id": base64_text(entry.log_id),
        "index": entry.index,
        "timestamp": timestamp_text(entry.timestamp),
        "kind": str(entry.kind),
        "proven": checked.is_proven,
        "trust": checked.trust or None,
        "problem": checked.problem or None,
        "tree_head": head,
    }


async def _print_json(results: AsyncIterator[Checked], *, is_array: bool) -> Counter[bool]:
    from ctscan.cli.render.shapes import to_json
    from ctscan.cli.wiring import is_ascii_only

    counts: Counter[bool] = Counter()
    before, between, after = ("[\n", ",\n", "\n]\n") if is_array else ("", "\n", "\n")
    async for checked in results:
        counts[checked.is_proven] += 1
        click.echo(before + to_json(_shape(checked), indent=None, ascii_only=is_ascii_only()), nl=False)
        before = between
    click.echo(after if counts else ("[]\n" if is_array else ""), nl=False)
    return counts


async def _print_table(results: AsyncIterator[Checked]) -> Counter[bool]:
    """Sums for each log; a sighting that isn't proven has a line of its own."""
    from ctscan.cli.render import tables
    from ctscan.cli.render.words import count

    out = tables.console()
    counts: Counter[bool] = Counter()
    logs: Counter[tuple[str, str]] = Counter()
    async for checked in results:
        counts[checked.is_proven] += 1
        if checked.is_proven:
            logs[(checked.evidence.log.name, checked.trust)] += 1
        else:
            tables.say(
                out, f"{checked.evidence.log.name}, entry {checked.evidence.entry.index:,}: {checked.problem}", "red"
            )
    if logs:
        rows = [(log, f"{number:,}", trust) for (log, trust), number in sorted(logs.items())]
        tables.table(out, ("Log", "Proven sightings", "Tree head rests on"), rows)
    if not counts:
        tables.say(out, "Nothing to prove: no certificate in the index matches.", "yellow")
    elif counts[False]:
        tables.say(out, f"{count(counts[False], 'sighting')} NOT proven, {counts[True]:,} proven.", "red")
    else:
        tables.say(out, f"All proven: {count(counts[True], 'sighting')}.", "green")
    return counts
