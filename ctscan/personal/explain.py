"""Explanations of findings: which rule found a value, which evidence decided whom it is about, and what was missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ctscan.model import Confidence, Finding, Message, SubjectKind
from ctscan.model.explanation import EvidenceKind, Explanation, Stance, Weighed, WeighedLine
from ctscan.personal.analyse import KEEP_ALL, Analysis, DerKind, ResultFilter, analyse
from ctscan.personal.attribution.trail import MAX_KEPT, Trail, recording
from ctscan.personal.rules import all_rules


def explain(
    der: bytes, kind: DerKind = DerKind.ANY, scope: ResultFilter = KEEP_ALL
) -> tuple[Analysis, tuple[Explanation, ...]]:
    """Analyse a certificate, and explain each of its findings from the decisions as they were taken.

    Returns:
        What `analyse` returns, and an explanation for each finding in the same order. No content of `der` makes it
        raise.
    """
    with recording() as trail:
        analysis = analyse(der, kind, scope)
    return analysis, explanations(analysis.findings, trail)


def explanations(findings: Sequence[Finding], trail: Trail | None = None) -> tuple[Explanation, ...]:
    """Explain findings from a trail; without a trail by their rules alone."""
    rules = {rule.id: rule for rule in all_rules()}
    chains = trail.chains if trail is not None else {}
    is_full = len(chains) >= MAX_KEPT
    explained = []
    for finding in findings:
        rule = rules[finding.rule]
        weighed = chains.get((finding.rule, finding.path, finding.category, finding.canonical, finding.value))
        chain = tuple(_lines(weighed or (), finding, depth=0))
        explained.append(
            Explanation(
                finding,
                rule.version,
                rule.looks_for,
                rule.cites,
                chain,
                _missing(chain, finding),
                is_recorded=weighed is not None or not is_full,
            )
        )
    return tuple(explained)


def _lines(chain: Sequence[Weighed], finding: Finding, depth: int) -> Iterator[WeighedLine]:
    for weighed in chain:
        yield WeighedLine(depth, weighed.evidence, _stance(weighed, finding), weighed.shown)
        yield from _lines(weighed.within, finding, depth + 1)


def _stance(weighed: Weighed, finding: Finding) -> Stance:
    shown = weighed.shown
    if shown is None:
        return Stance.ABSENT
    if (shown.kind, shown.confidence, shown.why) == (finding.subject_kind, finding.confidence, finding.why):
        return Stance.DECIDES
    return Stance.FOR if shown.kind is finding.subject_kind else Stance.AGAINST


_OF_OTHERS: Final = frozenset({EvidenceKind.AUTHORITY, EvidenceKind.LEGAL, EvidenceKind.MACHINE})
"""Evidence for subjects that aren't people, which a person doesn't lack."""


def _missing(chain: Sequence[WeighedLine], finding: Finding) -> tuple[Message, ...]:
    """Return the evidence that was absent before the decision, each once; not what only sums up other evidence."""
    if finding.confidence is Confidence.CERTAIN:
        return ()
    found: dict[Message, None] = {}
    for number, line in enumerate(chain):
        if line.stance is Stance.DECIDES and not _has_inside(chain, number):
            break
        is_of_other = line.evidence.code in _OF_OTHERS and finding.subject_kind is SubjectKind.PERSON
        if line.stance is Stance.ABSENT and not is_of_other and not _has_inside(chain, number):
            found[line.evidence] = None
    return tuple(found)


def _has_inside(chain: Sequence[WeighedLine], number: int) -> bool:
    return number + 1 < len(chain) and chain[number + 1].depth > chain[number].depth
