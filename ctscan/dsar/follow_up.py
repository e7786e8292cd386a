"""Days of follow-up: the day after which the silence of an addressee is a reason to write again. Pure."""

from __future__ import annotations

from datetime import date
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ctscan.dsar.day_counting import IsHoliday, last_day
from ctscan.model.ca_profile import CaProfile
from ctscan.model.ca_terms import TimeUnit
from ctscan.model.letter_text import LetterNote
from ctscan.model.message import Message
from ctscan.model.regime import Certainty, Period, PeriodUnit, Regime

_UNITS: Final = {
    TimeUnit.DAYS: PeriodUnit.DAYS,
    TimeUnit.BUSINESS_DAYS: PeriodUnit.BUSINESS_DAYS,
    TimeUnit.MONTHS: PeriodUnit.MONTHS,
}

_OWN: Final = Period(30, PeriodUnit.DAYS, rolls=True, article="", certainty=Certainty.TO_BE_CHECKED)
"""Time that we allow where neither the CA nor the law names a number."""


class FollowUp(Struct, frozen=True):
    """Day of follow-up, and the remark on its ground."""

    on: date
    note: Message


def stated_period(profile: CaProfile) -> Period | None:
    """Return the response time that a CA states, as a period; None where it states no number of days or months."""
    stated = profile.response_time()
    if stated is None or stated.unit not in _UNITS or stated.count < 1:
        return None
    return Period(stated.count, _UNITS[stated.unit], rolls=True, article="", certainty=Certainty.TEXT)


def follow_up(profile: CaProfile | None, regime: Regime, on: date, is_holiday: IsHoliday | None) -> FollowUp:
    """Find the day of follow-up of a letter: by the CA's stated response time, else by the law, else by our own.

    The day always moves to a working day of the CA's place: a CA that answers on the last day of its time must not be
    called late.

    Args:
        profile: profile of the CA; None where the addressee is no CA.
        regime: rules of the case.
        on: day of the letter.
        is_holiday: public holidays of the CA's seat; None: weekends only.
    """
    stated = stated_period(profile) if profile is not None else None
    period = stated or regime.answer or regime.customary
    day = last_day(on, replace(period or _OWN, rolls=True), is_holiday).on
    if stated is not None:
        return FollowUp(day, LetterNote.FOLLOW_UP_STATED(on=day))
    return FollowUp(day, LetterNote.FOLLOW_UP(on=day) if period is not None else LetterNote.FOLLOW_UP_OWN(on=day))
