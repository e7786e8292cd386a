"""Public holidays of a place, from the library `holidays`, which the extra `dossier` installs. It asks no network.

The calendar is that of the controller's place: Regulation 1182/71 article 2(1) names the holidays of the place in which
the action is to be taken. Only this module imports the library, when a place is set.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from ctscan.dsar.day_counting import PlaceHolidays
from ctscan.errors import UsageError

MOST_SHOWN = 20

_MEANT = {"UK": ["GB"], "EL": ["GR"]}
"""Codes that people write for a country, and its code by ISO 3166."""


@cache
def holidays_of(place: str) -> PlaceHolidays | None:
    """Return the public holidays of a place as a predicate of days.

    Args:
        place: country, or country and subdivision, by ISO 3166: `DE-BE`; empty where none is set.

    Returns:
        The predicate, which knows its place; None without a place, or without the library. Then only weekends count,
        and the notes of the case say so.

    Raises:
        UsageError: the library knows no such place; the message lists places nearby.
    """
    code = place.strip().upper()
    if not code:
        return None
    try:
        import holidays
    except ImportError:
        return None
    country, dash, part = code.partition("-")
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        raise _unknown(place, _near(country, known))
    if dash and part not in known[country]:
        raise _unknown(place, [f"{country}-{one}" for one in known[country] if one.isupper() or one.isdigit()])
    days = holidays.country_holidays(country, subdiv=part or None)
    return PlaceHolidays(code, days.__contains__)


def _near(country: str, known: Iterable[str]) -> list[str]:
    """Return the country that a common code means, else those whose code begins or ends with a letter of this one."""
    return _MEANT.get(country) or sorted(one for one in known if country[:1] == one[0] or country[1:2] == one[1:])


def _unknown(place: str, near: list[str]) -> UsageError:
    more = f" and {len(near) - MOST_SHOWN} more" if len(near) > MOST_SHOWN else ""
    shown = ", ".join(near[:MOST_SHOWN]) + more if near else "a country by ISO 3166, such as DE or DE-BE"
    return UsageError(f"controller.place: expected a place with a known calendar ({shown}), got {ascii(place)[:40]}")
