"""Exposure scores of domains and CAs, with their reasons. A person has none: that would be profiling. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from ctscan.model.exposure import (
    UNKNOWN,
    Alike,
    Counted,
    DomainCount,
    ExposureCounts,
    ReasonWeight,
    Score,
    ScoreReason,
    Weights,
)

_HIGHEST = 100


def domain_scores(domains: Mapping[str, DomainCount], weights: Weights) -> dict[str, Score]:
    """Score domains by the categories in their certificates, the highest first."""
    return _highest_first(
        {
            domain: _score(
                one.certificates,
                [(reason, _most(one, reason)) for reason in weights.reasons],
            )
            for domain, one in domains.items()
        }
    )


def _most(found: DomainCount, reason: ReasonWeight) -> int:
    """Count the certificates that have a reason: of several categories the most frequent, a lower bound."""
    return max((count for one, count in found.classes.items() if reason.counts(*one)), default=0)


def issuer_scores(found: ExposureCounts, weights: Weights) -> dict[str, Score]:
    """Score issuers by the data in their certificates, and by data that the kind of certificate doesn't need."""
    certificates: Counter[str] = Counter()
    reasons: dict[str, Counter[int]] = defaultdict(Counter)
    every = (*weights.reasons, *weights.excess)
    for alike, count in found.counted.alike.items():
        name = found.issuers.get(alike.issuer) or UNKNOWN
        certificates[name] += count
        for at, reason in enumerate(every):
            if _has(alike, found.counted, reason):
                reasons[name][at] += count
    return _highest_first(
        {
            name: _score(count, [(reason, reasons[name][at]) for at, reason in enumerate(every)])
            for name, count in certificates.items()
        }
    )


def _has(alike: Alike, counted: Counted, reason: ReasonWeight) -> bool:
    if reason.uses and set(reason.uses).isdisjoint(alike.uses):
        return False
    traits = (counted.traits[trait] for trait in alike.traits)
    return any(reason.counts(trait.category, trait.sensitivity) for trait in traits)


def _score(certificates: int, counts: Iterable[tuple[ReasonWeight, int]]) -> Score:
    reasons = [
        ScoreReason(reason.code, round(reason.points * count / certificates, 1), count)
        for reason, count in counts
        if count
    ]
    ordered = tuple(sorted(reasons, key=lambda one: (-one.points, one.code)))
    return Score(min(_HIGHEST, round(sum(one.points for one in ordered))), certificates, ordered)


def _highest_first(scores: Mapping[str, Score]) -> dict[str, Score]:
    return dict(sorted(scores.items(), key=lambda one: (-one[1].points, -one[1].certificates, one[0])))
