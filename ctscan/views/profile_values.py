"""Values of the facts of CA profiles as text in any language."""

from __future__ import annotations

from collections.abc import Iterable

from ctscan.model import Code, Message
from ctscan.model.ca_terms import RetentionStart, RetentionTerm, TimeUnit
from ctscan.model.ca_values import (
    Assigned,
    Contact,
    FactValue,
    Party,
    ResponseTime,
    Retention,
    RightPosition,
    SupervisoryAuthority,
    Transfers,
    Words,
)
from ctscan.model.ca_vocabulary import Circumstance
from ctscan.views.text import Texts


class ProfileSay(Code):
    """Sentences and headings around the facts of a profile."""

    YEARS = "ca-say.years"
    MONTHS = "ca-say.months"
    YEARS_AND_MONTHS = "ca-say.years-and-months"
    AT_LEAST = "ca-say.at-least"
    AT_MOST = "ca-say.at-most"
    COUNTED = "ca-say.counted"
    QUALIFIED = "ca-say.qualified"
    AIM = "ca-say.aim"
    MAY_TAKE_LONGER = "ca-say.may-take-longer"
    IN_CASE = "ca-say.in-case"
    WITH_USE = "ca-say.with-use"
    HIDDEN = "ca-say.hidden"
    BY_SEAT = "ca-say.by-seat"
    STANCE = "ca-say.stance"
    YES = "ca-say.yes"
    NO = "ca-say.no"
    COLUMN_NAME = "ca-say.column-name"
    COLUMN_OWNER = "ca-say.column-owner"
    COLUMN_GRADE = "ca-say.column-grade"
    COLUMN_FACTS = "ca-say.column-facts"
    COLUMN_AS_OF = "ca-say.column-as-of"
    COLUMN_NO_LETTER = "ca-say.column-no-letter"
    LETTER = "ca-say.letter"
    LETTER_NONE = "ca-say.letter-none"
    PROFILE_TITLE = "ca-say.profile-title"
    FACT = "ca-say.fact"
    FACT_SOURCE = "ca-say.fact-source"
    FACT_UNDATED = "ca-say.fact-undated"
    TEXT_AT = "ca-say.text-at"
    PREVAILS = "ca-say.prevails"
    FOR_EVERY_CA = "ca-say.for-every-ca"
    CHECKED = "ca-say.checked"
    OLD = "ca-say.old"


def value_text(value: FactValue, texts: Texts) -> str:
    """Write the value of a fact."""
    match value:
        case bool():
            return texts(ProfileSay.YES() if value else ProfileSay.NO())
        case str() | int():
            return str(value)
        case Words(codes):
            return words_text(codes, texts)
        case Retention():
            return retention_text(value, texts)
        case ResponseTime():
            return time_text(value, texts)
        case RightPosition():
            return position_text(value, texts)
        case Assigned(code, when):
            return _in_case(texts(code()), when, texts)
        case Party(name, when):
            return _in_case(name, when, texts)
        case Contact():
            return contact_text(value, texts)
        case SupervisoryAuthority():
            return authority_text(value, texts)
        case Transfers(countries, means):
            return "; ".join(filter(None, (", ".join(countries), words_text(means, texts))))


def words_text(codes: Iterable[Code], texts: Texts) -> str:
    """Write words of a closed vocabulary as a list."""
    return ", ".join(texts(code()) for code in codes)


def retention_text(found: Retention, texts: Texts) -> str:
    """Write a retention period with its start, minimum and maximum."""
    if found.term is not RetentionTerm.PERIOD:
        return texts(found.term())
    period = _period(found.years, found.months, texts)
    if found.is_minimum:
        period = texts(ProfileSay.AT_LEAST(period=period))
    if found.at_most_years:
        period = texts(ProfileSay.AT_MOST(period=period, most=_period(found.at_most_years, 0, texts)))
    separator = "," if found.start is RetentionStart.UNSTATED else ""
    counted = texts(ProfileSay.COUNTED(period=f"{period}{separator}", start=found.start))
    if not found.qualified_years:
        return counted
    return texts(ProfileSay.QUALIFIED(period=counted, longer=_period(found.qualified_years, 0, texts)))


def _period(years: int, months: int, texts: Texts) -> str:
    parts = [texts(ProfileSay.YEARS(count=years))] if years else []
    parts += [texts(ProfileSay.MONTHS(count=months))] if months else []
    return texts(ProfileSay.YEARS_AND_MONTHS(years=parts[0], months=parts[1])) if len(parts) == 2 else "".join(parts)


def time_text(found: ResponseTime, texts: Texts) -> str:
    """Write a time limit that a CA sets itself."""
    time = texts(_limit(found))
    if found.is_aim:
        time = texts(ProfileSay.AIM(time=time))
    return texts(ProfileSay.MAY_TAKE_LONGER(time=time)) if found.may_take_longer else time


def _limit(found: ResponseTime) -> Message:
    match found.unit:
        case TimeUnit.HOURS:
            return TimeUnit.HOURS(count=found.count)
        case TimeUnit.DAYS:
            return TimeUnit.DAYS(count=found.count)
        case TimeUnit.BUSINESS_DAYS:
            return TimeUnit.BUSINESS_DAYS(count=found.count)
        case TimeUnit.MONTHS:
            return TimeUnit.MONTHS(count=found.count)
        case TimeUnit.AS_LAW_REQUIRES:
            return TimeUnit.AS_LAW_REQUIRES()


def position_text(found: RightPosition, texts: Texts) -> str:
    """Write the position on a right with its conditions."""
    if not found.conditions:
        return texts(found.stance())
    return texts(ProfileSay.STANCE(stance=found.stance, conditions=words_text(found.conditions, texts)))


def contact_text(found: Contact, texts: Texts) -> str:
    """Write an address with its use; a hidden address is said to be hidden."""
    if found.is_hidden:
        return texts(ProfileSay.HIDDEN(use=found.use))
    return texts(ProfileSay.WITH_USE(name=found.text, use=found.use))


def authority_text(found: SupervisoryAuthority, texts: Texts) -> str:
    """Write a supervisory authority; one that no text names is said to follow from the seat."""
    known = ", ".join(filter(None, (found.name, found.address, found.email)))
    return texts(ProfileSay.BY_SEAT(authority=known)) if found.is_by_seat else known


def _in_case(name: str, when: Circumstance, texts: Texts) -> str:
    return name if when is Circumstance.ALWAYS else texts(ProfileSay.IN_CASE(name=name, when=when))
