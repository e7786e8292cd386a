"""Checks of CA profiles that are well formed: old and undated texts, conflicts, addresses that a text hides. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from ctscan.authorities.retention import later
from ctscan.model import Message
from ctscan.model.ca_profile import CaProfile, ProfileCheck, ProfileConflict
from ctscan.model.ca_terms import ProfileFault
from ctscan.model.ca_vocabulary import FactKey

OLD_MONTHS: Final = 24
"""Age from which a text is called old: CAs review a CP/CPS each year, and privacy policies follow new laws."""

_CHANNELS: Final = (FactKey.POST, FactKey.EMAIL, FactKey.WEB_FORM, FactKey.PHONE, FactKey.FAX, FactKey.OTHER_CHANNEL)


def check_profile(profile: CaProfile, on: date) -> ProfileCheck:
    """Check a profile on a day."""
    return ProfileCheck(profile, tuple(_faults(profile, on)))


def is_old(day: date, on: date) -> bool:
    """Return whether a text of `day` is older than 24 months."""
    limit = later(day, 0, OLD_MONTHS)
    return limit is not None and limit < on


def _faults(profile: CaProfile, on: date) -> Iterator[Message]:
    for source in profile.sources:
        if source.day > on:
            yield ProfileFault.FROM_FUTURE(source=source.title, day=source.day)
        elif source.is_undated:
            yield ProfileFault.UNDATED(source=source.title, day=source.day)
        if is_old(source.day, on):
            yield ProfileFault.OLD_TEXT(source=source.title, day=source.day, months=OLD_MONTHS)
    for conflict in profile.conflicts:
        yield _conflict(profile, conflict)
    hidden = (contact for contact in profile.contacts(FactKey.EMAIL) if contact.is_hidden)
    for use in dict.fromkeys(contact.use for contact in hidden):
        yield ProfileFault.HIDDEN_ADDRESS(use=use)
    if not (profile.is_baseline or profile.no_letter or _has_channel(profile)):
        yield ProfileFault.NO_ADDRESS()


def _conflict(profile: CaProfile, conflict: ProfileConflict) -> Message:
    titles = "; ".join(profile.source(id).title for id in conflict.sources)
    prevails = profile.source(conflict.prevails).title
    return ProfileFault.CONFLICT(key=conflict.key, sources=titles, prevails=prevails, reason=conflict.reason)


def _has_channel(profile: CaProfile) -> bool:
    return any(contact.text for key in _CHANNELS for contact in profile.contacts(key)) or bool(
        profile.words(FactKey.OTHER_CHANNEL)
    )
