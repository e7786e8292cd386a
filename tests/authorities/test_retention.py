"""Earliest end of the retention at a CA, by table: events, leap days, qualified certificates, texts without numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from support.profile_files import BASELINE, PROFILE, minimal, profile

from ctscan.app.ca_policies import shipped_profiles
from ctscan.authorities.retention import CertificateDates, earliest_end, later
from ctscan.model.ca_profile import CaProfile
from ctscan.model.ca_terms import RetentionCaveat
from ctscan.model.ca_vocabulary import FactKey

FROM, UNTIL = datetime(2020, 2, 29, tzinfo=UTC), datetime(2022, 2, 28, 23, 59, tzinfo=UTC)
REVOKED = datetime(2021, 6, 30, tzinfo=UTC)
VALID = CertificateDates(FROM, UNTIL)
FLOOR = profile(BASELINE, "floor.toml")


def with_retention(value: str, key: str = "retention") -> CaProfile:
    fact = f'[[facts]]\nkey = "{key}"\nvalue = {value}\nsection = "§5"\nsource = "privacy"\n'
    return profile(minimal("Example", facts=fact))


def shipped(id: str) -> CaProfile:
    return next(one for one in shipped_profiles() if one.id == id)


@pytest.mark.parametrize(
    ("value", "dates", "expected"),
    [
        ('{ years = 2, start = "expiry" }', VALID, date(2024, 2, 28)),
        ('{ years = 2, start = "expiry" }', CertificateDates(FROM, UNTIL, REVOKED), date(2024, 2, 28)),
        ('{ years = 2, start = "revocation" }', CertificateDates(FROM, UNTIL, REVOKED), date(2023, 6, 30)),
        ('{ years = 2, start = "revocation" }', VALID, date(2024, 2, 28)),
        ('{ years = 7, start = "expiry-or-revocation" }', CertificateDates(FROM, UNTIL, REVOKED), date(2028, 6, 30)),
        ('{ years = 7, start = "expiry-or-revocation" }', VALID, date(2029, 2, 28)),
        ('{ years = 7, start = "last-certificate" }', VALID, date(2029, 2, 28)),
        ('{ years = 2, start = "expiry-or-last-reliance" }', VALID, date(2024, 2, 28)),
        ("{ years = 10 }", VALID, date(2030, 2, 28)),
        ("{ years = 4 }", VALID, date(2024, 2, 29)),
        ("{ months = 30 }", VALID, date(2022, 8, 29)),
        ("{ years = 7, months = 6 }", VALID, date(2027, 8, 29)),
        ('{ years = 7, start = "expiry", qualified_years = 15 }', VALID, date(2029, 2, 28)),
        (
            '{ years = 7, start = "expiry", qualified_years = 15 }',
            CertificateDates(FROM, UNTIL, is_qualified=True),
            date(2037, 2, 28),
        ),
        ('{ years = 7, start = "expiry" }', CertificateDates(FROM, UNTIL, is_qualified=True), date(2029, 2, 28)),
        ('{ years = 7, start = "expiry" }', CertificateDates(FROM, None), None),
        ("{ years = 7 }", CertificateDates(None, None), None),
        ("{ years = 7 }", CertificateDates(None, UNTIL), date(2029, 2, 28)),
        ('{ years = 7, start = "expiry" }', CertificateDates(FROM, datetime(9999, 12, 31, tzinfo=UTC)), None),
    ],
)
def test_table(value: str, dates: CertificateDates, expected: date | None) -> None:
    found = earliest_end(with_retention(value), dates)
    assert found.on == expected
    first = RetentionCaveat.NOT_BEFORE if expected else RetentionCaveat.DATES_UNREADABLE
    assert found.caveats[0] is first
    assert found.caveats[-1] is RetentionCaveat.NO_END_IN_CT


@pytest.mark.parametrize(
    ("start", "years", "months", "expected"),
    [
        (date(2024, 2, 29), 1, 0, date(2025, 2, 28)),
        (date(2024, 2, 29), 4, 0, date(2028, 2, 29)),
        (date(2096, 2, 29), 4, 0, date(2100, 2, 28)),
        (date(2024, 1, 31), 0, 1, date(2024, 2, 29)),
        (date(2024, 8, 31), 0, 1, date(2024, 9, 30)),
        (date(2024, 12, 31), 0, 24, date(2026, 12, 31)),
        (date(9999, 1, 1), 1, 0, None),
        (date(9990, 6, 1), 9, 7, None),
    ],
)
def test_later_days(start: date, years: int, months: int, expected: date | None) -> None:
    assert later(start, years, months) == expected


def test_of_records_and_archive_the_longer_counts_and_the_other_is_named() -> None:
    found = earliest_end(shipped("identrust"), VALID)
    assert found.fact is not None
    assert (found.on, found.fact.key) == (date(2027, 8, 29), FactKey.RETENTION_ARCHIVE)
    assert found.counted_from == date(2020, 2, 29)
    assert {fact.source.id for fact in found.others} == {"privacy", "tls-cps"}
    caveats = (
        RetentionCaveat.NOT_BEFORE, RetentionCaveat.START_UNSTATED, RetentionCaveat.MINIMUM,
        RetentionCaveat.TEXTS_DISAGREE, RetentionCaveat.NO_END_IN_CT,
    )  # fmt: skip
    assert found.caveats == caveats
    long = earliest_end(shipped("identrust"), CertificateDates(FROM, datetime(2029, 1, 1, tzinfo=UTC)))
    assert (long.on, long.fact and long.fact.key) == (date(2031, 1, 1), FactKey.RETENTION)


def test_sectigo_counts_from_the_last_certificate_and_longer_for_qualified_ones() -> None:
    plain = earliest_end(shipped("sectigo"), VALID)
    assert plain.on == date(2029, 2, 28)
    assert RetentionCaveat.LAST_CERTIFICATE in plain.caveats
    assert RetentionCaveat.TEXTS_DISAGREE in plain.caveats
    assert [fact.source.id for fact in plain.others] == ["smime-cps"]
    qualified = earliest_end(shipped("sectigo"), CertificateDates(FROM, UNTIL, REVOKED, is_qualified=True))
    assert qualified.on == date(2036, 6, 30)
    assert RetentionCaveat.QUALIFIED in qualified.caveats


def test_without_a_number_the_baseline_is_the_floor() -> None:
    alone = earliest_end(shipped("trustcor"), VALID)
    assert (alone.on, alone.fact) == (None, None)
    assert alone.caveats == (RetentionCaveat.NO_NUMBER, RetentionCaveat.NO_END_IN_CT)
    found = earliest_end(shipped("trustcor"), VALID, FLOOR)
    assert found.on == date(2024, 2, 28)
    assert found.caveats[:2] == (RetentionCaveat.NO_NUMBER, RetentionCaveat.BASELINE_FLOOR)
    assert RetentionCaveat.LAST_RELIANCE in found.caveats
    assert len(found.caveats) == len(set(found.caveats))
    assert [fact.source.id for fact in found.others] == ["privacy"]


def test_the_baseline_says_that_it_is_one() -> None:
    for floor in (None, FLOOR):
        found = earliest_end(FLOOR, VALID, floor)
        assert found.on == date(2024, 2, 28)
        assert RetentionCaveat.BASELINE_FLOOR in found.caveats


def test_an_end_counts_in_utc_and_the_prevailing_text_counts() -> None:
    assert earliest_end(profile(PROFILE), VALID).on == date(2029, 2, 28)
    logs_alone = with_retention("{ years = 30 }", "retention-logs")
    assert earliest_end(logs_alone, VALID).on is None
