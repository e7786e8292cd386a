"""Advice of a report, as messages. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from ctscan.model import Message
from ctscan.model.exposure import UNKNOWN, ExposureCounts, Figures, ReportText, Weights

_MOST_FIELDS = 5
_MOST_ISSUERS = 20


def advice(
    found: ExposureCounts,
    figures: Figures,
    owners: Mapping[str, tuple[str, str]],
    weights: Weights,
    *,
    is_owner_list_there: bool = True,
) -> tuple[Message, ...]:
    """Advise on sensitive data first, then on each template, then on each CA.

    Args:
        found: counts of an index.
        figures: figures of the report.
        owners: by issuer, the owner of the CA and its profile; an empty profile has nothing of its own.
        weights: weights, which say which data a kind of certificate needs.
        is_owner_list_there: whether the list of the owners of CAs was loaded.
    """
    return (
        *_of_sensitive(figures),
        *_of_templates(found, weights),
        *_of_authorities(figures, owners),
        *([] if is_owner_list_there else _of_owners(figures)),
        *_of_standing(figures),
    )


def _of_sensitive(figures: Figures) -> Iterator[Message]:
    sensitive = sum(count for name, count in figures.by_sensitivity.items() if name != "ordinary")
    if sensitive:
        yield ReportText.REVOKE_FIRST(count=sensitive)
    roles = figures.addresses - figures.people_addresses
    if figures.people_addresses and not roles:
        yield ReportText.ROLE_MAILBOXES(count=figures.people_addresses)


def _of_templates(found: ExposureCounts, weights: Weights) -> Iterator[Message]:
    """Name issuers whose certificates carry more than their kind needs, with the fields that do."""
    counts: Counter[str] = Counter()
    fields: dict[str, Counter[str]] = defaultdict(Counter)
    for alike, count in found.counted.alike.items():
        issuer = found.issuers.get(alike.issuer) or UNKNOWN
        reasons = [one for one in weights.excess if not set(one.uses).isdisjoint(alike.uses)]
        traits = [found.counted.traits[trait] for trait in alike.traits]
        places = {t.place for t in traits if any(one.counts(t.category, t.sensitivity) for one in reasons)}
        if places:
            counts[issuer] += count
            fields[issuer].update(dict.fromkeys(map(_template_field, places), count))
    for issuer, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:_MOST_ISSUERS]:
        named = ", ".join(name for name, _ in fields[issuer].most_common(_MOST_FIELDS))
        yield ReportText.CHANGE_TEMPLATE(count=count, issuer=issuer, fields=named)


def _template_field(place: str) -> str:
    """Leave the numbers out of a path: `subject.1.emailAddress` is the field `subject.emailAddress`."""
    return ".".join(part for part in place.split(".") if not part.isdigit())


def _of_authorities(figures: Figures, owners: Mapping[str, tuple[str, str]]) -> Iterator[Message]:
    counts: Counter[tuple[str, str]] = Counter()
    for issuer, count in figures.by_issuer.items():
        counts[owners.get(issuer, (UNKNOWN, ""))] += count
    for (owner, profile), count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:_MOST_ISSUERS]:
        if profile:
            yield ReportText.ASK_CA(count=count, owner=owner, profile=profile)
        elif owner == UNKNOWN:
            yield ReportText.UNKNOWN_OWNER(count=count)
        else:
            yield ReportText.BASELINE_CA(count=count, owner=owner)


def _of_owners(figures: Figures) -> Iterator[Message]:
    """Say how to learn the owners of CAs, which decide whom to ask."""
    if count := figures.by_owner.get(UNKNOWN, 0):
        yield ReportText.LOAD_OWNERS(count=count)


def _of_standing(figures: Figures) -> Iterator[Message]:
    if figures.standings["unknown"]:
        yield ReportText.CHECK_STATUS(count=figures.standings["unknown"])
