"""`ctscan prove`: checks the stored evidence without a network."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from ctscan.cli import options
from ctscan.cli.program import command, complain
from ctscan.errors import UsageError

if TYPE_CHECKING:
    from ctscan.answer.proof import Checked
    from ctscan.config import Config
    from ctscan.index.protocols import Index
    from ctscan.model import Certificate, CertificateSummary, Entry, Finding, Identifier, Match


@command(
    "prove",
    exits={
        0: "every sighting is proven to be in a tree that its log signed, and says what the index says",
        1: "a sighting is not proven, there is none that can be, or the index can't be read",
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
    key of the log. Then reads the entry again: what the index tells of it must stand in it. Sightings in chains that
    were submitted with entries are passed over, as no log's tree covers chains, and what repositories and files gave.
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
        held = await index.counts() if asked is None else None
        identities = [identity async for identity, _, _ in index.kept()] if asked is None else None
        missing = _Missing()
        checked = _checked(index, await _identities(index, asked or ()) if identities is None else identities, missing)
        if config.format == "table":
            counts = await _print_table(checked)
        else:
            counts = await _print_json(checked, is_array=config.format == "json")
    is_whole = _tell_missing(missing, held, len(identities or ()), counts.total())
    return 0 if counts[True] and not counts[False] and is_whole else 1


async def _identities(index: Index, asked: Iterable[Identifier]) -> list[bytes]:
    """The certificates that answer the identifiers, each once."""
    from datetime import UTC, datetime

    from ctscan.answer.lookup import answer

    found: dict[bytes, None] = {}
    for identifier in asked:
        given = await answer(index, identifier, now=datetime.now(UTC))
        found |= dict.fromkeys(match.certificate.identity for match in given.matches)
    return list(found)


async def _checked(index: Index, identities: Iterable[bytes], missing: _Missing) -> AsyncIterator[Checked]:
    """Every sighting of the certificates, checked; `missing` counts the certificates that have none."""
    from ctscan.answer.proof import check
    from ctscan.cli.reindex import scanned_domains

    domains = await scanned_domains(index)
    for identity in identities:
        matches = await index.find_identity(identity)
        seen = False
        async for evidence in index.evidence([identity]):
            seen = True
            yield _compared(check(evidence), matches, domains)
        if not seen:
            missing.count(matches)


def _compared(checked: Checked, matches: Iterable[Match], domains: tuple[str, ...]) -> Checked:
    """A proven entry must also say what the index says of it."""
    if checked.is_proven and any(_differs(checked.evidence.entry, match, domains) for match in matches):
        problem = (
            "the entry is in the log, but the index says something else than the entry; "
            "'ctscan reindex' finds again what stands in it"
        )
        return replace(checked, is_proven=False, problem=problem)
    return checked


def _differs(entry: Entry, match: Match, domains: tuple[str, ...]) -> bool:
    """Whether certificate and findings in the index are others than those in the entry. Of what can't be parsed the
    index may hold less: only strings in scope. In hosts of `domains` names are found where one of the scopes with that
    domain read them, so the index may hold those or not."""
    from ctscan.personal.analyse import analyse, kind_of_leaf
    from ctscan.personal.scope import Scope

    kind = kind_of_leaf(entry.kind)
    analysis = analyse(entry.der, kind, Scope(everything=True, domains=domains))
    certificate, most, here = analysis.certificate, _facts(analysis.findings), _facts(match.findings)
    if certificate is None:
        return not here <= most
    least = _facts(analyse(entry.der, kind).findings) if domains else most
    told = match.certificate
    return (
        not least <= here <= most
        or not _is_same(certificate, told)
        or (certificate.sha256 is not None and certificate.sha256 != told.sha256)
    )


def _is_same(certificate: Certificate, told: CertificateSummary) -> bool:
    from ctscan.x509.name_text import render_name

    return (
        certificate.identity,
        certificate.serial_hex,
        render_name(certificate.issuer),
        render_name(certificate.subject),
        certificate.not_before,
        certificate.not_after,
        certificate.is_ca,
    ) == (told.identity, told.serial, told.issuer, told.subject, told.not_before, told.not_after, told.is_ca)


def _facts(findings: Iterable[Finding]) -> set[tuple[object, ...]]:
    """What is claimed, without the place, which differs between a precertificate and its certificate."""
    return {(f.category, f.value, f.canonical, f.raw, f.repaired, f.qualifiers, frozenset(f.keys)) for f in findings}


@dataclass(slots=True)
class _Missing:
    """Certificates without evidence: `in_chains` and `in_repositories` those that can't have any, `bare` those that
    ought to."""

    bare: int = 0
    in_chains: int = 0
    in_repositories: int = 0

    def count(self, matches: Iterable[Match]) -> None:
        """One certificate that has none."""
        from ctscan.model import EntryKind

        in_chain = any(s.kind is EntryKind.CHAIN for match in matches for s in match.sightings)
        in_repository = not in_chain and any(match.repositories for match in matches)
        self.in_chains += in_chain
        self.in_repositories += in_repository
        self.bare += not in_chain and not in_repository


def _tell_missing(missing: _Missing, held: dict[str, int] | None, certificates: int, sightings: int) -> bool:
    """Say what has no evidence: because it only came in chains or from repositories, or rows were deleted by hand or
    the file is damaged; whether nothing was."""
    from ctscan.views.words import count

    if missing.in_chains:
        complain(
            f"prove: {count(missing.in_chains, 'certificate')} only came in chains submitted with entries: "
            "no log's tree covers chains, so nothing can prove that"
        )
    if missing.in_repositories:
        complain(
            f"prove: {count(missing.in_repositories, 'certificate')} only came from repositories or files: "
            "nothing proves that until a log that holds the same is read"
        )
    bare = missing.bare
    if held:
        bare += max(0, held["certificates"] - certificates)
    lost = max(0, held["sightings"] - sightings) if held else 0
    parts = [count(bare, "certificate") + " without any evidence"] if bare else []
    parts += [count(lost, "sighting") + " without a certificate"] if lost else []
    if parts:
        complain(
            f"prove: the index was changed or is damaged: {', '.join(parts)}; restore it from a copy, or scan again"
        )
    return not parts


def _shape(checked: Checked) -> dict[str, Any]:
    from ctscan.views.json import base64_text, timestamp_text

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
    from ctscan.cli.wiring import is_ascii_only
    from ctscan.views.json import to_json

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
    from ctscan.views import tables
    from ctscan.views.words import count

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
        tables.say(out, "Nothing to prove: the index holds no entry of a log with that.", "yellow")
    elif counts[False]:
        tables.say(out, f"{count(counts[False], 'sighting')} NOT proven, {counts[True]:,} proven.", "red")
    else:
        tables.say(out, f"All proven: {count(counts[True], 'sighting')}.", "green")
    return counts
