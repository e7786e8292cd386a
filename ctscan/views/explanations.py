"""Explanations of findings: the chain of evidence as lines for people, and as JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ctscan.model import Code
from ctscan.model.explanation import Explanation, Stance, WeighedLine
from ctscan.views.answers import CONFIDENCES, SUBJECTS, shown_value, what
from ctscan.views.json import Shape, local_certificate
from ctscan.views.json.values import message
from ctscan.views.words import word

if TYPE_CHECKING:
    from ctscan.model.results import LocalCertificate
    from ctscan.views.text import Texts

Line = tuple[int, str]
"""Indent and text of a line."""


class Explained(Code):
    """Sentence, or part of a sentence, of an explanation."""

    PLACE = "explained.place"
    RULE = "explained.rule"
    CITES = "explained.cites"
    WEIGHED = "explained.weighed"
    ABSENT = "explained.absent"
    NOT_ENOUGH = "explained.not-enough"
    FOR = "explained.for"
    AGAINST = "explained.against"
    DECIDES = "explained.decides"
    BY_RULE = "explained.by-rule"
    DECIDED = "explained.decided"
    MISSING = "explained.missing"
    MISSING_ITEM = "explained.missing-item"
    UNRECORDED = "explained.unrecorded"


def explanation_lines(explanation: Explanation, texts: Texts) -> Iterator[Line]:
    """Yield the lines of an explanation: the value, the rule, the evidence in its order, the decision, what was
    missing."""
    finding = explanation.finding
    yield 0, f"{shown_value(finding, texts)}  {what(finding, texts)}"
    yield 2, texts(Explained.PLACE(place=finding.path, person=finding.person))
    looks_for, version = explanation.looks_for, explanation.version
    yield 2, texts(Explained.RULE(rule=finding.rule, version=version, looks_for=looks_for))
    yield 2, texts(Explained.CITES(cites="; ".join(explanation.cites)))
    if not explanation.is_recorded:
        yield 2, texts(Explained.UNRECORDED())
    if explanation.chain:
        yield 2, texts(Explained.WEIGHED())
        depths = [line.depth for line in explanation.chain]
        insides = [inside > depth for depth, inside in zip(depths, [*depths[1:], 0], strict=True)]
        for number, line, has_inside in zip(_numbers(depths), explanation.chain, insides, strict=True):
            yield 4 + 2 * line.depth, f"{number} {_weighed(line, has_inside, texts)}"
    is_weighed = any(line.stance is Stance.DECIDES for line in explanation.chain)
    why = texts(finding.why)
    yield 2, texts(Explained.DECIDED(why=why) if is_weighed else Explained.BY_RULE(why=why))
    if explanation.missing:
        yield 2, texts(Explained.MISSING())
        for evidence in explanation.missing:
            yield 4, texts(Explained.MISSING_ITEM(evidence=texts(evidence)))


def _numbers(depths: Sequence[int]) -> Iterator[str]:
    """Yield the number of each line by its depth: `1`, `2`, `2.1`, `2.2`, `3`."""
    counts: list[int] = []
    for depth in depths:
        counts = [*counts[: depth + 1], *[0] * (depth + 1 - len(counts))]
        counts[depth] += 1
        yield ".".join(map(str, counts))


def _weighed(line: WeighedLine, has_inside: bool, texts: Texts) -> str:
    evidence, shown = texts(line.evidence), line.shown
    if shown is None:
        return texts(Explained.NOT_ENOUGH(evidence=evidence) if has_inside else Explained.ABSENT(evidence=evidence))
    subject, confidence = word(SUBJECTS[shown.kind], texts), word(CONFIDENCES[shown.confidence], texts)
    why = texts(shown.why)
    match line.stance:
        case Stance.DECIDES:
            said = Explained.DECIDES(evidence=evidence, subject=subject, confidence=confidence, why=why)
        case Stance.FOR:
            said = Explained.FOR(evidence=evidence, subject=subject, confidence=confidence, why=why)
        case _:
            said = Explained.AGAINST(evidence=evidence, subject=subject, confidence=confidence, why=why)
    return texts(said)


def explained_certificate(found: LocalCertificate) -> Shape:
    """`ctscan inspect --explain`: shape a certificate, and the explanations of the findings that were asked for."""
    return local_certificate(found) | {"explained": [_explanation(one) for one in found.explained]}


def _explanation(explanation: Explanation) -> Shape:
    finding = explanation.finding
    return {
        "where": finding.path,
        "category": finding.category,
        "value": finding.value,
        "canonical": finding.canonical,
        "person": finding.person,
        "subject_kind": str(finding.subject_kind),
        "confidence": str(finding.confidence),
        **message("why", finding.why),
        "rule": finding.rule,
        "rule_version": explanation.version,
        "looks_for": explanation.looks_for,
        "cites": list(explanation.cites),
        "recorded": explanation.is_recorded,
        "weighed": [_line(line) for line in explanation.chain],
        "missing": [message("evidence", one) for one in explanation.missing],
    }


def _line(line: WeighedLine) -> Shape:
    shown = line.shown
    return {
        "depth": line.depth,
        **message("evidence", line.evidence),
        "stance": str(line.stance),
        "subject_kind": str(shown.kind) if shown else None,
        "confidence": str(shown.confidence) if shown else None,
        **message("why", shown.why if shown else None),
    }
