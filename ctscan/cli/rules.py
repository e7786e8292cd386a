"""`ctscan rules`: what is looked for, where that is specified, and what becomes of every type that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ctscan.cli import options
from ctscan.cli.program import command

if TYPE_CHECKING:
    from ctscan.personal.rules import Rule
    from ctscan.personal.taxonomy import Coverage


@command(
    "rules", exits={0: "", 2: ""}, example="ctscan rules\nctscan rules --types\nctscan rules --types --format json"
)
@click.option("--types", is_flag=True, help="List the known types of values instead, each with what reads it.")
@options.output("table", "json", from_config=False)
@options.verbose
def COMMAND(types: bool, format: str, verbose: int) -> None:  # noqa: N802 - the name by which the program finds it
    """List the kinds of personal data that are looked for, each with its category and citation.

    With --types: every type of attribute, otherName and extension (OID) known to hold personal data somewhere or to
    tell whom a certificate is about, with the rules that read it, or why none has to.
    """
    if format == "json":
        from ctscan.cli.wiring import print_json

        print_json([_type_shape(one) for one in _coverage()] if types else [_shape(rule) for rule in _rules()])
    elif types:
        _print_types(_coverage())
    else:
        from ctscan.views import tables
        from ctscan.views.words import category

        rows = [(rule.id, rule.looks_for, category(rule.category), "; ".join(rule.cites)) for rule in _rules()]
        tables.table(tables.console(), ("Rule", "Looks for", "Category", "Specified in"), rows)


def _rules() -> list[Rule]:
    from ctscan.personal.rules import all_rules

    return sorted(all_rules(), key=lambda rule: rule.id)


def _coverage() -> list[Coverage]:
    from ctscan.personal.attribution.evidence import CLASSIFIERS
    from ctscan.personal.taxonomy import coverage

    return list(coverage(_rules(), CLASSIFIERS))


def _shape(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "version": rule.version,
        "what": rule.looks_for,
        "category": rule.category,
        "kinds": list(rule.kinds),
        "citations": list(rule.cites),
        "types": list(rule.covers),
    }


def _type_shape(covered: Coverage) -> dict[str, Any]:
    return {
        "oid": covered.type.oid,
        "kind": str(covered.type.kind),
        "name": covered.type.name,
        "treatment": str(covered.treatment),
        "rules": list(covered.rules),
        "evidence": covered.is_evidence,
        "why": covered.why,
    }


def _print_types(covered: list[Coverage]) -> None:
    from collections import Counter

    from ctscan.views import tables

    out = tables.console()
    rows = [(one.type.oid, one.type.name, str(one.type.kind), _told(one)) for one in covered]
    tables.table(out, ("Type", "Name", "Stands as", "What becomes of it"), rows)
    sums = Counter(str(one.treatment) for one in covered)
    out.print()
    tables.say(out, f"{len(covered)} types: {', '.join(f'{number} {words}' for words, number in sums.most_common())}.")


def _told(covered: Coverage) -> str:
    """`found by es.fnmt`, `used as evidence`, `organisation: names or numbers …`."""
    from ctscan.personal.taxonomy import Treatment

    if covered.treatment is Treatment.FOUND:
        also = "; also used as evidence" if covered.is_evidence else ""
        return f"found by {', '.join(covered.rules)}{also}"
    if covered.treatment is Treatment.EVIDENCE:
        return "used as evidence" + (f" by {', '.join(covered.rules)}" if covered.rules else "")
    return f"{covered.treatment}: {covered.why}" if covered.why else str(covered.treatment)
