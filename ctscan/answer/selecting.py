"""Selections of an answer: the certificates and findings that are shown. Pure.

The answer keeps all of its matches: verdict, completeness and overview speak of them. Where it is in doubt whether a
certificate belongs to a selection, it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ctscan.model import (
    CertificateStanding,
    ShownPart,
    SubjectKind,
)

if TYPE_CHECKING:
    from ctscan.model import (
        Answer,
        Finding,
        Match,
        RepositorySighting,
        Selection,
    )

_OVER = (CertificateStanding.EXPIRED, CertificateStanding.REVOKED)


def selected(answer: Answer, selection: Selection) -> Answer:
    """Return an answer that shows the part of a selection. The limit holds for matches and for mailboxes each."""
    shown = ShownPart(selection, _part(answer.matches, selection), _part(answer.mailboxes, selection))
    return replace(answer, shown=shown)


def _part(matches: Sequence[Match], selection: Selection) -> tuple[Match, ...]:
    if selection.summary:
        return ()
    chosen = [_with_findings(match, selection) for match in matches if _is_of_time(match, selection)]
    return tuple(match for match in chosen if match.findings or not selection.chooses_findings)[: selection.limit]


def _is_of_time(match: Match, selection: Selection) -> bool:
    if selection.live and match.status is not None and match.status.standing in _OVER:
        return False
    return selection.since is None or _was_seen_since(match, selection.since)


def _was_seen_since(match: Match, since: datetime) -> bool:
    """Return whether a log recorded a certificate, or a repository showed it, at a time or later."""
    milliseconds = since.timestamp() * 1000
    return any(seen.timestamp >= milliseconds for seen in match.sightings) or any(
        _is_since(seen, since, milliseconds) for seen in match.repositories
    )


def _is_since(seen: RepositorySighting, since: datetime, milliseconds: float) -> bool:
    """Judge by the times at which logs recorded the certificate as a repository says, else by the time at which it was
    shown to us."""
    logged = [seen.first_logged, *(entry.timestamp for entry in seen.coordinates)]
    times = [time for time in logged if time is not None]
    return max(times) >= milliseconds if times else seen.seen >= since


def _with_findings(match: Match, selection: Selection) -> Match:
    if not selection.chooses_findings:
        return match
    return replace(match, findings=tuple(found for found in match.findings if _is_chosen(found, selection)))


def _is_chosen(finding: Finding, selection: Selection) -> bool:
    if selection.persons and finding.subject_kind is not SubjectKind.PERSON:
        return False
    return not selection.category or any(_is_at_or_below(one, selection.category) for one in finding.categories)


def _is_at_or_below(category: str, above: str) -> bool:
    return category == above or category.startswith(f"{above}.")
