"""Retention: how long each kind of record is kept, and the limits that follow from it at a moment.

[keep] of the settings ──► Keep ──► at a moment: Limits of certificates ──► ingest and purge
                                └─► at a moment: a time for each other kind ──► purge
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ctscan.model.message import Code

if TYPE_CHECKING:
    from ctscan.model.message import Message


class Unit(StrEnum):
    """Unit of a period of the calendar."""

    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


class PeriodText(Code):
    """Length of a period. Parameter: count."""

    DAYS = "period.days"
    MONTHS = "period.months"
    YEARS = "period.years"


_LEAP = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Period(Struct, frozen=True):
    """Period of whole days, months or years."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        """Write the period as the settings take it."""
        return f"{self.count} {self.unit if self.count != 1 else str(self.unit)[:-1]}"

    @property
    def message(self) -> Message:
        """Length in words."""
        if self.unit is Unit.DAYS:
            return PeriodText.DAYS(count=self.count)
        is_months = self.unit is Unit.MONTHS
        return PeriodText.MONTHS(count=self.count) if is_months else PeriodText.YEARS(count=self.count)

    def before(self, at: datetime) -> datetime:
        """Return the moment that lies this period before a time, in whole seconds of UTC. A day that its month doesn't
        have is the last one of that month; a time before the year 1 is the first of all times."""
        moment = at.astimezone(UTC).replace(microsecond=0)
        try:
            return moment - timedelta(days=self.count) if self.unit is Unit.DAYS else self._months_before(moment)
        except (OverflowError, ValueError):
            return datetime.min.replace(tzinfo=UTC)

    def _months_before(self, moment: datetime) -> datetime:
        months = self.count * (12 if self.unit is Unit.YEARS else 1)
        year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
        if year < 1:
            raise ValueError("a time before the year 1")
        is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        last = 28 if month == 1 and not is_leap else _LEAP[month]
        return moment.replace(year=year, month=month + 1, day=min(moment.day, last))

    @property
    def days(self) -> int:
        """Longest length in days."""
        return self.count * {Unit.DAYS: 1, Unit.MONTHS: 31, Unit.YEARS: 366}[self.unit]


class KeepKind(StrEnum):
    """Kind of record that has a rule of its own under `[keep]`."""

    FINDINGS = "findings"  # certificates and all in them, after their issuing
    EXPIRED = "expired"  # the same, after their expiry
    EVIDENCE = "evidence"  # inclusion proofs and submitted precertificates, after they were saved
    CASES = "cases"  # whole cases, after their closing
    CASE_IDENTIFIERS = "case_identifiers"  # people in cases, after their closing
    TRAIL = "trail"  # bodies of events of the audit trail
    DISCLOSURES = "disclosures"  # questions that left the machine
    SEARCHES = "searches"  # searches of repositories and imports that no certificate needs
    RUNS = "runs"  # records of scans, but for the newest
    QUARANTINE = "quarantine"  # bytes of batches that contradict their log
    CRLS = "crls"  # fetched lists of revoked certificates
    ALERTS = "alerts"  # alerts that were delivered or given up


class KeepText(Code):
    """Rule of a kind of record, as papers state it. Parameters: count, and unit, a `LengthText`."""

    FINDINGS = "keep.findings"
    EXPIRED = "keep.expired"
    EVIDENCE = "keep.evidence"
    CASES = "keep.cases"
    CASE_IDENTIFIERS = "keep.case-identifiers"
    TRAIL = "keep.trail"
    DISCLOSURES = "keep.disclosures"
    SEARCHES = "keep.searches"
    RUNS = "keep.runs"
    CRLS = "keep.crls"
    ALERTS = "keep.alerts"


class LengthText(Code):
    """Unit of a period behind its number."""

    DAY = "length.day"
    DAYS = "length.days"
    MONTH = "length.month"
    MONTHS = "length.months"
    YEAR = "length.year"
    YEARS = "length.years"


CERTIFICATE_RULES = (KeepKind.EXPIRED, KeepKind.FINDINGS)
"""Rules that a certificate decides alone, so that they hold at ingest as well."""

CASE_IDENTIFIERS = Period(12, Unit.MONTHS)
"""How long a closed case names people where the settings don't say."""

LONGER_CASES: Mapping[str, Period] = {"ccpa": Period(24, Unit.MONTHS)}
"""Regimes whose records of requests have to be kept for longer (CCPA regulations, 11 CCR section 7101)."""


class KeptText(Code):
    """Rule under which certificates are kept, in an answer."""

    EXPIRED = "kept.expired"  # parameter: period, a code with the parameter count
    EXPIRED_BEFORE = "kept.expired-before"  # parameter: day
    FINDINGS = "kept.findings"
    FINDINGS_BEFORE = "kept.findings-before"


class KeptRule(Struct, frozen=True):
    """Rule that was applied to the certificates of an index.

    Attributes:
        kind: `EXPIRED` or `FINDINGS`.
        period: period of the rule.
        before: certificates that expired (were issued) before this moment are not kept.
    """

    kind: KeepKind
    period: Period
    before: datetime

    def holds_by_period(self, now: datetime) -> bool:
        """Return whether the period, counted back from now, tells the whole truth: nothing younger was left out. False
        where the clock went back since the rule was applied."""
        return self.period.before(now) >= self.before


class Limits(Struct, frozen=True):
    """Limits of certificates at a moment: one for each rule, at most one of a kind."""

    rules: tuple[KeptRule, ...] = ()

    def before(self, kind: KeepKind) -> datetime | None:
        """Return the limit of a kind; None without a rule."""
        return next((rule.before for rule in self.rules if rule.kind is kind), None)


NO_LIMITS = Limits()


class Keep(Struct, frozen=True):
    """Rules of the settings, by kind. A kind without a rule is kept, but for the people in closed cases."""

    periods: tuple[tuple[KeepKind, Period], ...] = ()

    def period(self, kind: KeepKind) -> Period | None:
        """Return the period of a kind; None: it is kept."""
        return dict(self.periods).get(kind)

    @property
    def statements(self) -> tuple[Message, ...]:
        """Rules as papers state them. Quarantine has a sentence of its own there."""
        return tuple(
            KeepText[kind.name](count=period.count, unit=_length(period).code)
            for kind, period in self.periods
            if kind is not KeepKind.QUARANTINE
        )

    def limits(self, now: datetime) -> Limits:
        """Return the limits of certificates at a moment."""
        found = ((kind, self.period(kind)) for kind in CERTIFICATE_RULES)
        return Limits(tuple(KeptRule(kind, period, period.before(now)) for kind, period in found if period))

    def before(self, kind: KeepKind, now: datetime) -> datetime | None:
        """Return the moment before which records of a kind go; None: they are kept."""
        period = self.period(kind)
        return None if period is None else period.before(now)

    def case_identifiers_before(self, regime: str, now: datetime) -> datetime:
        """Return the moment: cases that were closed before name nobody any longer. A regime may ask for more time."""
        chosen = self.period(KeepKind.CASE_IDENTIFIERS) or CASE_IDENTIFIERS
        needed = LONGER_CASES.get(regime, chosen)
        return min(chosen.before(now), needed.before(now))


def _length(period: Period) -> Message:
    name = period.unit.name
    return LengthText[name if period.count != 1 else name.removesuffix("S")]()


# --- purging ------------------------------------------------------------------------------------------------------


class Purged(StrEnum):
    """Kind of record in a receipt."""

    CERTIFICATES = "certificates"
    FINDINGS = "findings"
    EVIDENCE = "evidence"
    CASES = "cases"
    CASE_IDENTIFIERS = "case_identifiers"
    TRAIL = "trail"
    DISCLOSURES = "disclosures"
    SEARCHES = "searches"
    RUNS = "runs"
    QUARANTINE = "quarantine"
    CRLS = "crls"
    ALERTS = "alerts"
    OUT_OF_SCOPE = "out_of_scope"  # certificates
    RANGES = "ranges"  # searched with a wider scope, that now count for the configured scope only


class PurgeBounds(Struct, frozen=True):
    """Moments before which records go, by kind, at the time of a purge."""

    limits: Limits = NO_LIMITS
    before: Mapping[KeepKind, datetime] = field(default_factory=dict)
    cases_by_regime: Mapping[str, datetime] = field(default_factory=dict)

    def of(self, kind: KeepKind) -> datetime | None:
        """Return the moment of a kind; None: its records are kept."""
        return self.before.get(kind)


class PurgeReceipt(Struct, frozen=True):
    """Receipt of a purge, or the numbers of one that was tried.

    Attributes:
        at: time.
        is_done: False: nothing was deleted, the numbers say what would be.
        counts: number of records by kind; zeros are left out.
        is_stopped: it was stopped before the end; repeating it goes on.
        is_deferred: a reader kept deleted bytes in the write-ahead log.
        rules: rules of certificates in force.
    """

    at: datetime
    is_done: bool
    counts: Mapping[Purged, int]
    is_stopped: bool = False
    is_deferred: bool = False
    rules: tuple[KeptRule, ...] = ()

    @property
    def total(self) -> int:
        """Number of all records."""
        return sum(self.counts.values())


def summed(parts: Iterable[Mapping[Purged, int]]) -> dict[Purged, int]:
    """Add counts up, in the order of `Purged`, without zeros."""
    found = list(parts)
    sums = {kind: sum(part.get(kind, 0) for part in found) for kind in Purged}
    return {kind: number for kind, number in sums.items() if number}
