"""Earliest possible end of the retention at a CA. Pure.

    ceased to be valid + years of the text that prevails = not before

The end is a bound and never a promise: a CA may keep longer, may count from an event that nobody outside sees, and a
text may give no number. The copy in logs of Certificate Transparency has no end at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Final

from msgspec import Struct

from ctscan.model.ca_profile import CaProfile, ProfileFact, RetentionEnd
from ctscan.model.ca_terms import RetentionCaveat, RetentionStart, RetentionTerm
from ctscan.model.ca_values import Retention
from ctscan.model.ca_vocabulary import FactKey, Layer

_KEYS: Final = (FactKey.RETENTION, FactKey.RETENTION_ARCHIVE)
_YEAR_LIMIT: Final = 9999  # of the calendar


class CertificateDates(Struct, frozen=True):
    """Facts of a certificate that retention counts from. `is_qualified`: its qcStatements or a policy say so."""

    not_before: datetime | None
    not_after: datetime | None
    revoked_at: datetime | None = None
    is_qualified: bool = False


def earliest_end(profile: CaProfile, dates: CertificateDates, floor: CaProfile | None = None) -> RetentionEnd:
    """Compute the earliest day on which a CA may stop keeping the records of a certificate.

    Args:
        profile: the CA's; of facts that disagree, the prevailing one counts, and the longest of records and archive.
        dates: of the certificate.
        floor: the baseline, for a profile without a number.

    Returns:
        The end with its fact and caveats; without a date where no text gives a number, or the certificate no date.
    """
    facts = [fact for key in _KEYS for fact in profile.facts_of(key)]
    counting = [fact for key in _KEYS for fact in profile.facts_of(key)[:1] if _is_period(fact)]
    if not counting and floor is not None and floor is not profile:
        found = earliest_end(floor, dates)
        caveats = (RetentionCaveat.NO_NUMBER, RetentionCaveat.BASELINE_FLOOR, *found.caveats)
        return RetentionEnd(found.on, found.counted_from, found.fact, tuple(facts), tuple(dict.fromkeys(caveats)))
    if not counting:
        return RetentionEnd(None, None, None, tuple(facts), (RetentionCaveat.NO_NUMBER, RetentionCaveat.NO_END_IN_CT))
    ends = [(_end(fact.value, dates), fact) for fact in counting if isinstance(fact.value, Retention)]
    (on, start), fact = max(ends, key=lambda end: end[0][0] or date.min)
    others = tuple(one for one in facts if one is not fact)
    return RetentionEnd(on, start, fact, others, tuple(_caveats(profile, fact, dates, on)))


def _is_period(fact: ProfileFact) -> bool:
    return isinstance(fact.value, Retention) and fact.value.term is RetentionTerm.PERIOD


def _end(found: Retention, dates: CertificateDates) -> tuple[date | None, date | None]:
    start = _start(found.start, dates)
    if start is None:
        return None, None
    years = found.qualified_years if dates.is_qualified and found.qualified_years else found.years
    return later(start, years, found.months), start


def _start(start: RetentionStart, dates: CertificateDates) -> date | None:
    """Return the earliest day from which a period may count."""
    until = _day(dates.not_after)
    revoked = _day(dates.revoked_at)
    match start:
        case RetentionStart.EXPIRY | RetentionStart.EXPIRY_OR_LAST_RELIANCE:
            return until
        case RetentionStart.REVOCATION:
            return revoked or until
        case RetentionStart.EXPIRY_OR_REVOCATION | RetentionStart.LAST_CERTIFICATE:
            return min((day for day in (until, revoked) if day is not None), default=None)
        case RetentionStart.UNSTATED:
            return _day(dates.not_before) or until


def _day(at: datetime | None) -> date | None:
    return None if at is None else at.astimezone(UTC).date()


def later(start: date, years: int, months: int = 0) -> date | None:
    """Add years and months to a day; 29 February becomes the 28th, the 31st the last of a shorter month.

    Returns:
        None for a day beyond the calendar: some certificates end in the year 9999.
    """
    month_count = start.month - 1 + months
    year, month = start.year + years + month_count // 12, month_count % 12 + 1
    if year > _YEAR_LIMIT:
        return None
    for day in range(start.day, 27, -1):
        try:
            return date(year, month, day)
        except ValueError:  # the month is shorter
            continue
    return date(year, month, start.day)


def _caveats(
    profile: CaProfile, fact: ProfileFact, dates: CertificateDates, on: date | None
) -> Iterator[RetentionCaveat]:
    found = fact.value
    if not isinstance(found, Retention):
        return
    yield RetentionCaveat.NOT_BEFORE if on is not None else RetentionCaveat.DATES_UNREADABLE
    if found.start is RetentionStart.LAST_CERTIFICATE:
        yield RetentionCaveat.LAST_CERTIFICATE
    if found.start is RetentionStart.EXPIRY_OR_LAST_RELIANCE:
        yield RetentionCaveat.LAST_RELIANCE
    if found.start is RetentionStart.UNSTATED:
        yield RetentionCaveat.START_UNSTATED
    if found.is_minimum:
        yield RetentionCaveat.MINIMUM
    if found.qualified_years and dates.is_qualified:
        yield RetentionCaveat.QUALIFIED
    if any(profile.conflict(key) is not None for key in _KEYS):
        yield RetentionCaveat.TEXTS_DISAGREE
    if fact.source.layer is Layer.BASELINE:
        yield RetentionCaveat.BASELINE_FLOOR
    yield RetentionCaveat.NO_END_IN_CT
