"""Report for publication: counts rounded to 5, small groups left out, nothing that names or compares. Pure.

Two reports that differ by one person are equal, or each count differs by at least 5: every count is a multiple of
5. A group stands in it only with at least `k` certificates, a domain only with the addresses of at least `k` people,
so that its name says nothing of a single person. The rest is summed up as `other` before it is rounded. Nothing is
computed from rounded counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ctscan.errors import UsageError
from ctscan.model.exposure import ExposureReport, Figures, Structure

STEP = 5
OTHER = "other"


def published(report: ExposureReport, k: int) -> ExposureReport:
    """Make a report fit for publication.

    Raises:
        UsageError: there are fewer than `k` persons in the scope, or a term of it is somebody's address.
    """
    if any(term.startswith("email:") for term in report.scope):
        raise UsageError("report: --publish: expected domains and organisations as scope, got an address among them")
    if report.figures.persons < k:
        raise UsageError(
            f"report: --publish: expected a scope with at least {k} persons, got fewer; widen the scope, or make an "
            "internal report without --publish"
        )
    return replace(
        report,
        figures=_figures(report.figures, k),
        structure=Structure(0, {}),
        ignored=(),
        people=(),
        are_people_named=False,
        domain_scores={},
        issuer_scores={},
        change=None,
        advice=(),
        k=k,
    )


def rounded(count: int) -> int:
    """Round to the nearest multiple of 5."""
    return (count + STEP // 2) // STEP * STEP


def _figures(exact: Figures, k: int) -> Figures:
    def grouped(counts: Mapping[str, int]) -> dict[str, int]:
        return _grouped(counts, k)

    return Figures(
        certificates=rounded(exact.certificates),
        addresses=rounded(exact.addresses),
        people_addresses=rounded(exact.people_addresses),
        persons=rounded(exact.persons),
        findings=rounded(exact.findings),
        standings={name: rounded(count) for name, count in exact.standings.items()},
        by_category=grouped(exact.by_category),
        by_sensitivity=grouped(exact.by_sensitivity),
        by_domain=_grouped(exact.by_domain, k, exact.domain_people),
        by_issuer=grouped(exact.by_issuer),
        by_owner=grouped(exact.by_owner),
        by_kind=grouped(exact.by_kind),
        by_log=grouped(exact.by_log),
        by_month_issued=dict(sorted(grouped(exact.by_month_issued).items())),
        by_month_seen=dict(sorted(grouped(exact.by_month_seen).items())),
        by_subject_kind=grouped(exact.by_subject_kind),
        excess=grouped(exact.excess),
    )


def _grouped(counts: Mapping[str, int], k: int, people: Mapping[str, int] | None = None) -> dict[str, int]:
    """Round counts; sum up the groups with fewer than `k` certificates, or fewer than `k` people where they are
    known."""
    small = {name for name, count in counts.items() if min(count, (people or counts).get(name, 0)) < k}
    found = {name: rounded(count) for name, count in counts.items() if name not in small}
    rest = rounded(sum(counts[name] for name in small))
    if rest:
        found[OTHER] = found.get(OTHER, 0) + rest
    return found
