"""`ctscan reindex`: applies today's rules to the certificates that are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ctscan.cli import options
from ctscan.cli.program import command

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.index.protocols import Index
    from ctscan.model import Finding

OUTCOMES = ("unchanged", "changed", "removed")


@command(
    "reindex",
    exits={0: "", 1: "the index can't be read or written", 2: ""},
    example="ctscan reindex",
)
@options.on_index("table", "json")
def COMMAND(verbose: int, **given: Any) -> None:  # noqa: N802 - the name by which the program finds it
    """Apply today's rules to the certificates in the index again, without reading any log.

    New rules then find more in what is kept. Certificates that older rules passed over were not kept: only reading
    their logs again ('ctscan scan --from …') finds those.
    """
    from ctscan.cli.wiring import run

    config = options.settle(**given)
    counts = run(_reindex(config))
    shape = {"rules": _version(), **{outcome: counts[outcome] for outcome in OUTCOMES}}
    if config.format == "json":
        from ctscan.cli.wiring import print_json

        print_json(shape)
    else:
        from ctscan.views import tables

        out = tables.console()
        rows = [(outcome, f"{counts[outcome]:,}") for outcome in OUTCOMES]
        tables.table(out, ("Certificates", "Number"), rows)
        tables.say(out, f"Rule set {_version()} applied to {counts.total():,} certificates.")


def _version() -> str:
    from ctscan.personal.rules import rule_set

    return rule_set().version


async def _reindex(config: Config) -> Counter[str]:
    from ctscan.cli.wiring import existing_index
    from ctscan.model import EntryKind
    from ctscan.personal.analyse import analyse, kind_of_leaf
    from ctscan.personal.scope import Scope

    counts: Counter[str] = Counter()
    async with existing_index(config) as index:
        scope = Scope(everything=True, domains=await scanned_domains(index))
        async for identity, der, kind in index.kept():
            analysis = analyse(der, kind_of_leaf(EntryKind(kind)), scope)
            counts[await _apply(index, identity, analysis.findings)] += 1
    return counts


_ALL = (1 << 63) - 1


async def scanned_domains(index: Index) -> tuple[str, ...]:
    """The domains of every scope that a range was read with, and of every search of a repository: in their hosts names
    of people are looked for."""
    from ctscan.model import QuestionKind
    from ctscan.personal.scope import scope_from_text

    states = await index.log_states()
    scopes = {verified.scope for state in states for verified in state.verified}
    scopes |= {pending.scope for state in states for pending in state.pending}
    domains = {domain for scope in scopes for domain in scope_from_text(scope).domains}
    for search in await index.newest_searches(_ALL):  # what it kept is said in words, or in terms of a scope
        terms = (term.partition(":") for term in (search.question, *search.scope.split(", ")))
        domains |= {value for kind, _, value in terms if kind in (QuestionKind.DOMAIN, QuestionKind.HOST)}
    return tuple(sorted(domains))


async def _apply(index: Index, identity: bytes, findings: tuple[Finding, ...]) -> str:
    """Write what is found in a certificate now, and say what came of it."""
    before = [finding for match in await index.find_identity(identity) for finding in match.findings]
    await index.replace_findings(identity, findings, _version())
    if not findings:
        return "removed"
    return "unchanged" if _same(before, findings) else "changed"


def _same(before: Iterable[Finding], now: Iterable[Finding]) -> bool:
    return sorted(map(repr, before)) == sorted(map(repr, now))
