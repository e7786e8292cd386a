"""Report for publication: counts rounded to 5, small groups left out, nothing that names or compares. Pure.

Two reports that differ by one person are equal, or a count differs by at least 5: every count is a multiple of 5, and
the order of groups follows from the rounded counts alone. A group stands in it only with at least `k` certificates, a
domain only with the addresses of at least `k` people, an issuer only where its CA has a known owner: the issuer of a
certificate that somebody signed for themselves bears their name. The rest is summed up as `other` before it is rounded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec.structs import replace

from ctscan.errors import UsageError
from ctscan.exposure.figures import rank_of
from ctscan.model.exposure import ExposureReport, Figures, Structure
from ctscan.model.finding import Sensitivity

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
        by_category=_sensitive_first(grouped(exact.by_category)),
        by_sensitivity=_in_order(grouped(exact.by_sensitivity), exact.by_sensitivity),
        by_domain=_grouped(exact.by_domain, k, exact.domain_people),
        by_issuer=_grouped(exact.by_issuer, k, named=exact.owned_issuers),
        by_owner=grouped(exact.by_owner),
        by_kind=grouped(exact.by_kind),
        by_log=grouped(exact.by_log),
        by_month_issued=_by_name(grouped(exact.by_month_issued)),
        by_month_seen=_by_name(grouped(exact.by_month_seen)),
        by_subject_kind=grouped(exact.by_subject_kind),
        excess=grouped(exact.excess),
    )


def _grouped(
    counts: Mapping[str, int], k: int, people: Mapping[str, int] | None = None, named: Collection[str] | None = None
) -> dict[str, int]:
    """Round counts, the greatest first, and sum up small groups.

    Args:
        counts: exact counts.
        k: least number of certificates of a group, and of people where they are known.
        people: people of each group.
        named: groups that may be named; None: all.
    """
    large = {name for name, count in counts.items() if min(count, (people or counts).get(name, 0)) >= max(k, STEP)}
    shown = large if named is None else large & {*named}
    found = {name: rounded(count) for name, count in counts.items() if name in shown}
    rest = rounded(sum(count for name, count in counts.items() if name not in shown))
    if rest:
        found[OTHER] = found.get(OTHER, 0) + rest
    return dict(sorted(found.items(), key=lambda one: (one[0] == OTHER, -one[1], one[0])))


def _in_order(counts: Mapping[str, int], order: Iterable[str]) -> dict[str, int]:
    """Put counts into a fixed order."""
    return {name: counts[name] for name in (*order, OTHER) if name in counts}


def _sensitive_first(counts: Mapping[str, int]) -> dict[str, int]:
    """Order categories by their names alone: how sensitive a category is may follow from a single finding."""
    ordinary = str(Sensitivity.ORDINARY)
    return dict(sorted(counts.items(), key=lambda one: (one[0] == OTHER, rank_of(one[0], ordinary))))


def _by_name(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))
