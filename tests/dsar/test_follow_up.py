"""Days of follow-up: the CA's own word, else the law, else ours; moved to a working day of the CA's place."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from ctscan.app.ca_policies import shipped_profiles
from ctscan.app.holidays_of_place import holidays_of
from ctscan.dsar.follow_up import follow_up
from ctscan.dsar.regimes import regime
from ctscan.model.ca_profile import CaProfile
from ctscan.model.letter_text import LetterNote

PROFILES = {profile.id: profile for profile in shipped_profiles()}


def day(profile: str, on: date, code: str = "eu", holidays: Any = None) -> date:
    return follow_up(PROFILES[profile], regime(code), on, holidays).on


@pytest.mark.parametrize(
    ("profile", "on", "expected"),
    [
        ("identrust", date(2026, 3, 2), date(2026, 4, 1)),  # 30 days
        ("identrust", date(2026, 1, 30), date(2026, 3, 2)),  # they end on a Sunday
        ("sectigo", date(2026, 1, 31), date(2026, 3, 2)),  # a month: the last of February is a Saturday
        ("sectigo", date(2028, 1, 31), date(2028, 2, 29)),  # in a leap year it is a Tuesday
        ("trustcor", date(2026, 3, 4), date(2026, 4, 6)),  # no word of its own: the month of the law
    ],
)
def test_the_day_follows_from_the_word_of_the_ca_or_from_the_law(profile: str, on: date, expected: date) -> None:
    assert day(profile, on) == expected


def test_holidays_of_the_cas_country_move_the_day() -> None:
    assert day("trustcor", date(2026, 3, 4), holidays=holidays_of("CA")) == date(2026, 4, 6)
    assert day("sectigo", date(2026, 3, 4), holidays=holidays_of("GB")) == date(2026, 4, 6)
    assert day("sectigo", date(2026, 3, 4), holidays=holidays_of("DE")) == date(2026, 4, 7)  # Easter Monday
    assert day("identrust", date(2026, 6, 4), holidays=holidays_of("US")) == date(2026, 7, 6)  # after 3 and 4 July


def test_a_month_of_our_own_where_neither_names_a_number() -> None:
    silent = replace(regime("eu"), answer=None, customary=None)
    found = follow_up(None, silent, date(2026, 3, 2), None)
    assert (found.on, found.note) == (date(2026, 4, 1), LetterNote.FOLLOW_UP_OWN(on=date(2026, 4, 1)))


def test_the_word_of_a_ca_binds_no_customer() -> None:
    profile: CaProfile = PROFILES["identrust"]
    stated = follow_up(profile, regime("eu"), date(2026, 3, 2), None)
    assert stated.note.code == LetterNote.FOLLOW_UP_STATED
    assert follow_up(None, regime("eu"), date(2026, 3, 2), None).note.code == LetterNote.FOLLOW_UP
