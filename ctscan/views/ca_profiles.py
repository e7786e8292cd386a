"""Lines and tables of CA profiles, for `ctscan ca`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ctscan.model.ca_profile import CaProfile, ProfileCheck, ProfileConflict, ProfileFact
from ctscan.model.ca_vocabulary import word_of
from ctscan.views.listings import Listing
from ctscan.views.profile_values import ProfileSay, value_text
from ctscan.views.text import Texts


def profiles_table(found: Sequence[CaProfile], texts: Texts) -> Listing:
    """List profiles with owner, grade, number of facts, and the day of their oldest text."""
    headers = (
        ProfileSay.COLUMN_NAME(),
        ProfileSay.COLUMN_OWNER(),
        ProfileSay.COLUMN_GRADE(),
        ProfileSay.COLUMN_FACTS(),
        ProfileSay.COLUMN_AS_OF(),
        ProfileSay.COLUMN_NO_LETTER(),
    )
    return Listing([texts(header) for header in headers], [_row(profile, texts) for profile in found])


def _row(profile: CaProfile, texts: Texts) -> tuple[str, ...]:
    letter = ProfileSay.LETTER_NONE(reason=profile.no_letter) if profile.no_letter else ProfileSay.LETTER()
    grade = word_of(profile.grade).upper()
    return profile.name, profile.owner, grade, str(len(profile.facts)), str(profile.as_of), texts(letter)


def profile_title(profile: CaProfile, texts: Texts) -> str:
    """Name a profile with its grade and the meaning of the grade."""
    grade = word_of(profile.grade).upper()
    return texts(ProfileSay.PROFILE_TITLE(name=profile.name, grade=grade, meaning=profile.grade))


def profile_lines(profile: CaProfile, texts: Texts) -> Iterable[tuple[str, str]]:
    """Write the facts of a profile, each with the line of its source below; then the conflicts, and the texts."""
    if profile.is_baseline:
        yield texts(ProfileSay.FOR_EVERY_CA()), ""
    for fact in profile.facts:
        value = value_text(fact.value, texts)
        yield texts(ProfileSay.FACT(key=fact.key, value=value)), source_line(fact, texts)
    for conflict in profile.conflicts:
        yield conflict_line(profile, conflict, texts), ""
    for source in profile.sources:
        if source.url:
            yield texts(ProfileSay.TEXT_AT(source=source.title, url=source.url)), ""


def source_line(fact: ProfileFact, texts: Texts) -> str:
    """Name the text of a fact: title, version, section, date and grade."""
    title = " ".join(filter(None, (fact.source.title, fact.source.version)))
    grade = word_of(fact.grade).upper()
    if fact.source.is_undated:
        return texts(ProfileSay.FACT_UNDATED(section=fact.place, source=title, day=fact.day, grade=grade))
    return texts(ProfileSay.FACT_SOURCE(section=fact.place, source=title, day=fact.day, grade=grade))


def conflict_line(profile: CaProfile, conflict: ProfileConflict, texts: Texts) -> str:
    """Name the texts that disagree on a key, and the text that is followed."""
    titles = "; ".join(profile.source(id).title for id in conflict.sources)
    prevails = profile.source(conflict.prevails).title
    made = ProfileSay.PREVAILS(key=conflict.key, sources=titles, prevails=prevails, reason=conflict.reason)
    return texts(made)


def check_lines(found: ProfileCheck, texts: Texts) -> list[str]:
    """Write the faults of a profile, each behind the name of its file."""
    return [f"{found.profile.id}.toml: {texts(fault)}" for fault in found.faults]


def check_summary(found: Sequence[ProfileCheck], texts: Texts) -> list[str]:
    """Count the profiles, and the profiles with old texts."""
    old = sum(check.has_old_text for check in found)
    lines = [texts(ProfileSay.CHECKED(count=len(found)))]
    return lines + ([texts(ProfileSay.OLD(count=old))] if old else [])
