"""Statements of a CA that letters quote back: its role, its retention, its refusals, and texts that disagree. Pure.

Each names the text and its section. A letter repeats a refusal and asks for the remedy that the same texts grant
instead; where two texts disagree it asks for the one that prevails.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ctscan.dsar.letter_addressee import is_processor
from ctscan.dsar.letter_basis import section_of, title_of
from ctscan.dsar.letter_points import can_suspend, refuses_suspension
from ctscan.model.ca_profile import CaProfile, ProfileFact, ProfileSource
from ctscan.model.ca_terms import RetentionTerm
from ctscan.model.ca_values import Assigned, Retention, Right, RightPosition, Words
from ctscan.model.ca_vocabulary import Circumstance, Condition, FactKey, RightStance, Role
from ctscan.model.letter import Block, LetterKind, Prose
from ctscan.model.letter_text import LetterText
from ctscan.model.message import Message

_RIGHTS: Final = {
    LetterKind.ACCESS: (Right.ACCESS,),
    LetterKind.RECTIFICATION: (Right.RECTIFICATION,),
    LetterKind.ERASURE: (Right.ERASURE, Right.RESTRICTION, Right.OBJECTION),
    LetterKind.RESTRICTION: (Right.RESTRICTION,),
    LetterKind.OBJECTION: (Right.OBJECTION,),
}

_OF_ALL: Final = (FactKey.RETENTION, FactKey.RETENTION_ARCHIVE, FactKey.RETENTION_LOGS, FactKey.SUSPENSION)
"""Keys on which a conflict matters in every letter."""

_QUOTED: Final = frozenset({
    FactKey.RETENTION, FactKey.RETENTION_ARCHIVE, FactKey.ROLE, FactKey.SUSPENSION, FactKey.RESPONSE_TIME,
    FactKey.REQUIRED_ITEMS, FactKey.HELPFUL_ITEMS, FactKey.ADDRESSEE, FactKey.AFTER_END,
    *(right.key for right in Right),
})  # fmt: skip
"""Keys whose facts a letter may rest on."""


def statements(kind: LetterKind, profile: CaProfile) -> tuple[Block, ...]:
    """Make the paragraphs on the statements of a CA, for a kind of letter that claims a right."""
    return tuple(Prose(text) for text in _statements(kind, profile))


def texts_used(profile: CaProfile) -> tuple[ProfileSource, ...]:
    """List the texts of a CA that its letters rest on, in the order of the profile."""
    used = {fact.source.id for fact in profile.facts if fact.key in _QUOTED}
    return tuple(source for source in profile.sources if source.id in used)


def _statements(kind: LetterKind, profile: CaProfile) -> Iterator[Message]:
    yield from _role(profile)
    yield from _positions(kind, profile)
    yield from _retention(profile)
    yield from _after_end(profile)
    yield from _conflicts(kind, profile)
    if profile.is_baseline:
        yield LetterText.BASELINE_POLICY()
        yield LetterText.BASELINE_RETENTION()
    else:
        yield from _as_of(profile)


def _role(profile: CaProfile) -> Iterator[Message]:
    fact = is_processor(profile)
    if fact is not None:
        yield LetterText.STATED_PROCESSOR(title=title_of(fact.source), section=section_of(fact))
        return
    for fact in profile.facts_of(FactKey.ROLE):
        if isinstance(fact.value, Assigned) and fact.value.code is Role.PROCESSOR and fact.value.when not in _APART:
            when = str(fact.value.when)
            yield LetterText.STATED_PROCESSOR_SOMETIMES(
                title=title_of(fact.source), section=section_of(fact), when=when
            )


# --- positions on rights -------------------------------------------------------------------------------------------


def _positions(kind: LetterKind, profile: CaProfile) -> Iterator[Message]:
    for right in _RIGHTS[kind]:
        fact = profile.fact(right.key)
        if fact is None or not isinstance(fact.value, RightPosition):
            continue
        title, section, named = title_of(fact.source), section_of(fact), str(right.key)
        if fact.value.stance is RightStance.REFUSED:
            yield LetterText.STATED_REFUSAL(title=title, section=section, right=named)
        for condition in (one for one in fact.value.conditions if one in _SAID):
            yield LetterText.STATED_CONDITION(title=title, section=section, right=named, condition=str(condition))
    yield from _alternatives(kind, profile)


_APART: Final = (Circumstance.OTHER_PRODUCTS, Circumstance.WEBSITE, Circumstance.MARKETING)
"""Circumstances that have nothing to do with certificates."""

_SAID: Final = frozenset({
    Condition.BY_REPLACEMENT, Condition.BY_REVOCATION, Condition.BY_SUSPENSION, Condition.BY_ACCOUNT,
    Condition.BY_CUSTOMER_ACCOUNT, Condition.BY_NEW_ISSUANCE, Condition.NOT_FEASIBLE, Condition.NATURE_OF_CERTIFICATES,
    Condition.RETENTION_DUTY, Condition.COURT_ORDER_ONLY, Condition.LEGITIMATE_INTERESTS_PREVAIL,
    Condition.WHILE_ACCURACY_CHECKED, Condition.LEADS_TO_ERASURE,
    Condition.MARKETING_ONLY,
})  # fmt: skip
"""Conditions that a letter repeats, because an answer may rest on them."""


def _alternatives(kind: LetterKind, profile: CaProfile) -> Iterator[Message]:
    """Ask for the remedies that the texts grant in place of a refused right."""
    refused = any(
        position is not None and position.stance is RightStance.REFUSED
        for position in (profile.position(right) for right in _RIGHTS[kind])
    )
    granted = {
        condition
        for right in (Right.RECTIFICATION, Right.RESTRICTION)
        if (position := profile.position(right)) is not None and position.stance is not RightStance.REFUSED
        for condition in position.conditions
    }
    if refused and Condition.BY_REPLACEMENT in granted:
        yield LetterText.ALTERNATIVE_REPLACEMENT()
    if kind in (LetterKind.ERASURE, LetterKind.RESTRICTION, LetterKind.OBJECTION):
        yield from _suspension(profile)


def _suspension(profile: CaProfile) -> Iterator[Message]:
    if refuses_suspension(profile):
        yield LetterText.STATED_NO_SUSPENSION()
    elif can_suspend(profile):
        yield LetterText.ALTERNATIVE_SUSPENSION()


# --- retention, conflicts ------------------------------------------------------------------------------------------


def _retention(profile: CaProfile) -> Iterator[Message]:
    if profile.is_baseline:
        return
    facts = [fact for key in (FactKey.RETENTION, FactKey.RETENTION_ARCHIVE) for fact in profile.facts_of(key)]
    for fact in facts:
        if isinstance(fact.value, Retention):
            yield from _retention_of(fact, fact.value)


def _retention_of(fact: ProfileFact, value: Retention) -> Iterator[Message]:
    title, section, years, start = title_of(fact.source), section_of(fact), value.years, str(value.start)
    if value.term is not RetentionTerm.PERIOD or not (years or value.months):
        yield LetterText.STATED_NO_NUMBER(title=title, section=section, term=str(value.term))
    elif value.months:
        yield LetterText.STATED_ARCHIVE_MONTHS(title=title, section=section, years=years, months=value.months)
    elif value.is_minimum:
        yield LetterText.STATED_RETENTION_MINIMUM(title=title, section=section, years=years, start=start)
    else:
        yield LetterText.STATED_RETENTION(title=title, section=section, years=years, start=start)
    if value.qualified_years:
        yield LetterText.STATED_RETENTION_QUALIFIED(title=title, section=section, years=value.qualified_years)


def _after_end(profile: CaProfile) -> Iterator[Message]:
    for fact in profile.facts_of(FactKey.AFTER_END):
        if isinstance(fact.value, Words):
            for after in fact.value.codes:
                yield LetterText.STATED_AFTER_END(
                    title=title_of(fact.source), section=section_of(fact), after=str(after)
                )


def _conflicts(kind: LetterKind, profile: CaProfile) -> Iterator[Message]:
    """Name the conflicts that the answer may turn on."""
    keys = {*_OF_ALL, *(right.key for right in _RIGHTS[kind])}
    for conflict in (one for one in profile.conflicts if one.key in keys):
        first, *others = (title_of(profile.source(id)) for id in conflict.sources)
        if others:
            yield LetterText.STATED_CONFLICT(key=str(conflict.key), first=first, second="”, “".join(others))


# --- the texts -----------------------------------------------------------------------------------------------------


def _as_of(profile: CaProfile) -> Iterator[Message]:
    for source in texts_used(profile):
        if source.is_undated:
            yield LetterText.STATED_TEXT_UNDATED(title=title_of(source), day=source.day)
        else:
            yield LetterText.STATED_TEXT(title=title_of(source), day=source.day)
    yield LetterText.NEWER_TEXT()
