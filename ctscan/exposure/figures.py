"""Figures of a report, from the counts of an index. Pure.

Findings are counted by category and sensitivity, certificates by everything else. A certificate counts once for its
issuer, owner and months, and once for each of its kinds, domains and logs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from ctscan.model import CertificateStanding
from ctscan.model.exposure import (
    UNKNOWN,
    Alike,
    Counted,
    DatedCertificates,
    ExposureCounts,
    Figures,
    Trait,
    Weights,
)
from ctscan.model.finding import Sensitivity
from ctscan.revocation.status import status_of

Names = Callable[[Alike], list[str]]
"""Names under which a certificate counts."""

KINDS = ("tls", "smime", "client", "code", "document", "ca", "other", "qualified")
"""Kinds of certificate; `qualified` is a property beside the others."""

STANDINGS = {
    CertificateStanding.VALID: "live",
    CertificateStanding.NOT_YET_VALID: "not_yet_valid",
    CertificateStanding.EXPIRED: "expired",
    CertificateStanding.REVOKED: "revoked",
    CertificateStanding.UNKNOWN: "unknown",
}
"""Standings of `ctscan status`, and their names in a report."""

_SENSITIVE_FIRST = (
    "user.government_id",
    "user.demographic.date_of_birth",
    "user.demographic.age_range",
    "user.contact.address",
    "user.contact.phone_number",
    "user.contact.fax_number",
)


def figures(found: ExposureCounts, owners: Mapping[tuple[int, bytes], str], weights: Weights, now: datetime) -> Figures:
    """Make the figures.

    Args:
        found: counts of an index.
        owners: owner of the CA by issuer and key identifier.
        weights: weights, which say which data a kind of certificate needs.
        now: moment of the standings.
    """
    counted = found.counted
    categories, sensitivities = Counter[tuple[str, str]](), Counter[str]()
    subjects: Counter[str] = Counter()
    for alike, count in counted.alike.items():
        for trait in _traits(alike, counted):
            categories[trait.category, trait.sensitivity] += count
            sensitivities[trait.sensitivity] += count
            subjects[trait.subject_kind] += count
    return Figures(
        certificates=counted.certificates,
        addresses=counted.addresses,
        people_addresses=counted.people_addresses,
        persons=counted.persons,
        findings=counted.findings,
        standings=standings(found.standings, now),
        by_category=_by_category(categories),
        by_sensitivity={str(one): sensitivities[one] for one in _RANKED if sensitivities[one]},
        by_domain=most_first({domain: one.certificates for domain, one in counted.domains.items()}),
        by_issuer=most_first(_by(counted, lambda alike: [found.issuers.get(alike.issuer) or UNKNOWN])),
        by_owner=most_first(_by(counted, lambda alike: [owners.get((alike.issuer, alike.key_id)) or UNKNOWN])),
        by_kind={kind: count for kind, count in _by(counted, _kinds).items() if count},
        by_log=most_first(found.logs),
        by_month_issued=dict(sorted(found.issued.items())),
        by_month_seen=dict(sorted(found.seen.items())),
        by_subject_kind=most_first(subjects),
        excess=_excess(counted, weights),
        issuer_categories=_issuer_categories(found),
        owned_issuers=_owned_issuers(found, owners),
        domain_people={domain: one.people_addresses for domain, one in counted.domains.items()},
    )


def standings(found: Iterable[DatedCertificates], now: datetime) -> dict[str, int]:
    """Count certificates by standing, as `ctscan status` judges them."""
    counts = dict.fromkeys(STANDINGS.values(), 0)
    for one in found:
        status = status_of(one.not_before, one.not_after, one.revocations, now)
        counts[STANDINGS[status.standing]] += one.count
    return counts


def most_first(counts: Mapping[str, int]) -> dict[str, int]:
    """Order counts: the greatest first, equal ones by name."""
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


_RANKED = (Sensitivity.SPECIAL_CATEGORY, Sensitivity.NATIONAL_IDENTIFIER, Sensitivity.ORDINARY)


def rank_of(category: str, sensitivity: str) -> tuple[int, int]:
    """Return the rank of a category in a report: sensitive ones first."""
    by_law = [str(one) for one in _RANKED].index(sensitivity) if sensitivity in _RANKED else len(_RANKED)
    listed = [at for at, one in enumerate(_SENSITIVE_FIRST) if f"{category}.".startswith(f"{one}.")]
    return by_law, listed[0] if listed else len(_SENSITIVE_FIRST)


def _by_category(counts: Mapping[tuple[str, str], int]) -> dict[str, int]:
    ranks: dict[str, tuple[int, int]] = {}
    totals: Counter[str] = Counter()
    for (category, sensitivity), count in counts.items():
        ranks[category] = min(ranks.get(category, (99, 99)), rank_of(category, sensitivity))
        totals[category] += count
    return dict(sorted(totals.items(), key=lambda one: (ranks[one[0]], -one[1], one[0])))


def _traits(alike: Alike, counted: Counted) -> list[Trait]:
    return [counted.traits[trait] for trait in alike.traits]


def _by(counted: Counted, names: Names) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for alike, count in counted.alike.items():
        for name in names(alike):
            counts[name] += count
    return dict(counts)


def _kinds(alike: Alike) -> list[str]:
    return [kind for kind in KINDS if kind in alike.uses] or [UNKNOWN]


def _owned_issuers(found: ExposureCounts, owners: Mapping[tuple[int, bytes], str]) -> frozenset[str]:
    """Return the issuers whose every key has a known owner."""
    names: dict[bool, set[str]] = {True: set(), False: set()}
    for alike in found.counted.alike:
        is_known = owners.get((alike.issuer, alike.key_id), UNKNOWN) != UNKNOWN
        names[is_known].add(found.issuers.get(alike.issuer) or UNKNOWN)
    return frozenset(names[True] - names[False])


def _excess(counted: Counted, weights: Weights) -> dict[str, int]:
    """Count certificates that carry more than their kind needs, by reason."""
    counts: Counter[str] = Counter()
    for alike, count in counted.alike.items():
        found = _traits(alike, counted)
        for reason in weights.excess:
            is_such = not set(reason.uses).isdisjoint(alike.uses)
            if is_such and any(reason.counts(trait.category, trait.sensitivity) for trait in found):
                counts[str(reason.code)] += count
    return {str(reason.code): counts[reason.code] for reason in weights.excess if counts[reason.code]}


def _issuer_categories(found: ExposureCounts) -> dict[str, dict[str, int]]:
    """Count findings by issuer and category."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for alike, count in found.counted.alike.items():
        name = found.issuers.get(alike.issuer) or UNKNOWN
        for trait in _traits(alike, found.counted):
            counts[name][trait.category] += count
    return {name: dict(one) for name, one in counts.items()}
