"""UTCTime and GeneralizedTime (X.680 sections 46 and 47), also in forms that DER forbids but certificates contain."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from ctscan.on_first_use import late_pattern

UTC_TIME: Final = 0x17
GENERALIZED_TIME: Final = 0x18

_ZONE = rb"(?:Z|([+-])(\d\d)(\d\d))?"
_FORMS: Final = {
    UTC_TIME: late_pattern(rb"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?" + _ZONE),
    GENERALIZED_TIME: late_pattern(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)?(\d\d)?(?:[.,]\d+)?" + _ZONE),
}

_USUAL: Final = 13  # octets of YYMMDDHHMMSSZ, as most times are written
_Z: Final = 0x5A


def parse_time(tag: int, raw: bytes) -> datetime | None:
    """Parse the content of a Time element, to the second.

    Two-digit years mean 1950 to 2049 (RFC 5280 section 4.1.2.5.1). Missing minutes or seconds are 0, a missing zone is
    UTC.

    Args:
        tag: identifier octet, UTC_TIME or GENERALIZED_TIME.
        raw: content octets.

    Returns:
        The time in UTC, or None when it can't be parsed.
    """
    if tag == UTC_TIME and len(raw) == _USUAL and raw[-1] == _Z and (digits := raw[:-1]).isdigit():
        return _usual_time(int(digits))
    form = _FORMS.get(tag)
    found = form.fullmatch(raw) if form else None
    if not found:
        return None
    *numbers, sign, hours, minutes = found.groups(b"0")
    year, month, day, hour, minute, second = map(int, numbers)
    if tag == UTC_TIME:
        year += 1900 if year >= 50 else 2000
    try:
        when = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        if sign != b"0":
            away = timedelta(hours=int(hours), minutes=int(minutes))
            when = when - away if sign == b"+" else when + away
    except (ValueError, OverflowError):
        return None
    return when


def _usual_time(digits: int) -> datetime | None:
    """Return the time with the digits YYMMDDHHMMSS."""
    day, clock = divmod(digits, 10**6)
    year, month, hour, minute = day // 10_000, day // 100 % 100, clock // 10_000, clock // 100 % 100
    try:
        return datetime(year + (1900 if year >= 50 else 2000), month, day % 100, hour, minute, clock % 100, tzinfo=UTC)
    except ValueError:
        return None
