"""Checks of the table [keep] of `ctscan.toml`: how long each kind of record is kept. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ctscan.config.setting_checks import table_of, unexpected
from ctscan.model.keep import Keep, KeepKind, Period, Unit

if TYPE_CHECKING:
    from ctscan.config.setting_checks import Check

_UNITS = {
    "d": Unit.DAYS, "day": Unit.DAYS, "days": Unit.DAYS,
    "month": Unit.MONTHS, "months": Unit.MONTHS,
    "y": Unit.YEARS, "year": Unit.YEARS, "years": Unit.YEARS,
}  # fmt: skip
"""Units of a period. `m` is none of them: it stands for minutes elsewhere."""


def period(value: Any, where: str) -> Period:
    """Check a period: a whole number of days, months or years."""
    found = re.fullmatch(r"([0-9]{1,5})\s*([a-z]{1,6})", value.strip()) if isinstance(value, str) else None
    if found is None or found[2] not in _UNITS or not int(found[1]):
        raise unexpected(where, 'a period such as "12 months", "400d" or "3 years"', value)
    return Period(int(found[1]), _UNITS[found[2]])


KEEP: dict[str, Check] = {str(kind): period for kind in KeepKind}
"""Keys of the table."""


def keep(value: Any, where: str) -> Keep:
    """Check the table."""
    given = table_of(value, where, KEEP)
    return Keep(tuple((kind, given[kind]) for kind in KeepKind if kind in given))
