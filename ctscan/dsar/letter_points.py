"""Points of letters: the requests of each kind, with the articles of the regime. Pure.

A request that the law of the case doesn't know is not made. Others depend on the texts of the CA: nobody is asked to
suspend a certificate that can't be suspended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from ctscan.dsar.letter_basis import Citations
from ctscan.dsar.letter_identification import is_valid
from ctscan.dsar.letter_request import CaGroup
from ctscan.model.ca_profile import CaProfile
from ctscan.model.ca_terms import LegalBasis
from ctscan.model.ca_values import Assigned
from ctscan.model.ca_values import Right as StatedRight
from ctscan.model.ca_vocabulary import Condition, FactKey, RightStance
from ctscan.model.letter import LetterKind, Point
from ctscan.model.letter_text import LetterText
from ctscan.model.message import Message
from ctscan.model.regime import Right

PointMaker = Callable[[CaGroup, Citations], Iterator[Message]]


def points(kind: LetterKind, group: CaGroup, cite: Citations) -> tuple[Point, ...]:
    """Make the points of a letter to a CA.

    Args:
        kind: kind of the letter, one that claims a right.
        group: certificates of the CA.
        cite: citations of the regime.
    """
    return tuple(Point(text) for text in _POINTS[kind](group, cite))


def can_suspend(profile: CaProfile) -> bool:
    """Return whether the texts of a CA say that it suspends certificates, at least as a means of restriction."""
    fact, position = profile.fact(FactKey.SUSPENSION), profile.position(StatedRight.RESTRICTION)
    if fact is not None and isinstance(fact.value, bool):
        return fact.value
    is_granted = position is not None and position.stance is not RightStance.REFUSED
    return position is not None and is_granted and Condition.BY_SUSPENSION in position.conditions


def refuses_suspension(profile: CaProfile) -> bool:
    """Return whether the texts of a CA say that it does not suspend certificates."""
    fact = profile.fact(FactKey.SUSPENSION)
    return fact is not None and fact.value is False


def has_valid(group: CaGroup) -> bool:
    """Return whether a certificate of a CA is valid, as far as is known."""
    return any(is_valid(one) for one in group.owned)


# --- kinds ---------------------------------------------------------------------------------------------------------


def _access(group: CaGroup, cite: Citations) -> Iterator[Message]:
    yield LetterText.CONFIRM_AND_COPY(cite=cite.in_brackets(Right.ACCESS))
    yield LetterText.STATE_PURPOSES(
        cite=cite.in_brackets(Right.PURPOSES, Right.CATEGORIES, Right.STORAGE, Right.AUTOMATED)
    )
    yield LetterText.NAME_RECIPIENTS(cite=cite.in_brackets(Right.RECIPIENTS))
    yield LetterText.CONTROLLER_OR_PROCESSOR()
    yield LetterText.ENROLMENT_RECORD(cite=cite.in_brackets(Right.SOURCE))
    yield LetterText.STATE_PUBLICATIONS()
    yield LetterText.STATE_RETENTION(cite=cite.in_brackets(Right.STORAGE))
    yield LetterText.STATE_TRANSFERS(cite=cite.in_brackets(Right.TRANSFERS))
    yield _keep(cite)


def _rectification(group: CaGroup, cite: Citations) -> Iterator[Message]:
    yield LetterText.CORRECT_RECORDS(cite=cite.in_brackets(Right.RECTIFICATION, Right.ACCURACY))
    if has_valid(group):
        yield LetterText.REVOKE_AND_REPLACE()
        yield LetterText.REPLACEMENT_WITHOUT()
    else:
        yield LetterText.ENDED_ALREADY()
    yield from _restriction_while_checked(cite)
    yield LetterText.REMOVE_FROM_DIRECTORY()
    yield LetterText.PASS_ON(cite=cite.in_brackets(Right.NOTIFICATION))
    yield LetterText.CONTROLLER_OR_PROCESSOR()
    yield _keep(cite)


def _restriction_while_checked(cite: Citations) -> Iterator[Message]:
    if text := cite.in_brackets(Right.RESTRICTION_ACCURACY):
        yield LetterText.RESTRICT_WHILE_CHECKED(cite=text)


def _erasure(group: CaGroup, cite: Citations) -> Iterator[Message]:
    yield LetterText.ERASE(cite=cite.in_brackets(Right.ERASURE))
    yield LetterText.NAME_THE_LAW(cite=cite.in_brackets(Right.ERASURE_LIMIT))
    if text := cite.in_brackets(Right.RESTRICTION):
        yield LetterText.RESTRICT_WHAT_IS_KEPT(cite=text)
    if cite.in_brackets(Right.RESTRICTION_OBJECTION):
        yield LetterText.OBJECT_IN_ALTERNATIVE(cite=cite.in_brackets(Right.OBJECTION, Right.RESTRICTION_OBJECTION))
    yield from _withdrawal(group, cite)
    yield LetterText.REMOVE_FROM_DIRECTORY()
    yield LetterText.TELL_REPUBLISHERS(cite=cite.in_brackets(Right.PUBLICATION, Right.NOTIFICATION))
    yield LetterText.STATE_RETENTION(cite=cite.in_brackets(Right.STORAGE))
    yield LetterText.CONTROLLER_OR_PROCESSOR()
    yield _keep(cite)


def _restriction(group: CaGroup, cite: Citations) -> Iterator[Message]:
    yield LetterText.RESTRICT(cite=cite.in_brackets(Right.RESTRICTION))
    if has_valid(group):
        yield LetterText.SUSPEND() if can_suspend(group.profile) else LetterText.REVOKE_VALID()
    yield LetterText.REMOVE_FROM_DIRECTORY()
    yield LetterText.PASS_ON(cite=cite.in_brackets(Right.NOTIFICATION))
    yield LetterText.CONTROLLER_OR_PROCESSOR()
    yield _keep(cite)


def _objection(group: CaGroup, cite: Citations) -> Iterator[Message]:
    yield LetterText.OBJECT(cite=cite.in_brackets(Right.OBJECTION, Right.MARKETING))
    if text := cite.in_brackets(Right.RESTRICTION_OBJECTION):
        yield LetterText.RESTRICT_WHILE_WEIGHED(cite=text)
    yield LetterText.SHOW_GROUNDS()
    yield LetterText.REMOVE_FROM_DIRECTORY()
    yield from _withdrawal(group, cite)
    yield LetterText.CONTROLLER_OR_PROCESSOR()
    yield _keep(cite)


def _withdrawal(group: CaGroup, cite: Citations) -> Iterator[Message]:
    """Withdraw consent where a text of the CA rests on it, deemed consent included."""
    stated = {one.code for one in group.profile.assigned(FactKey.LEGAL_BASIS) if isinstance(one, Assigned)}
    if text := cite.in_brackets(Right.WITHDRAWAL):
        if LegalBasis.DEEMED_CONSENT in stated:
            yield LetterText.WITHDRAW_DEEMED_CONSENT(cite=text)
        elif LegalBasis.CONSENT in stated:
            yield LetterText.WITHDRAW_CONSENT(cite=text)


def _keep(cite: Citations) -> Message:
    return LetterText.KEEP_UNTIL_RECOURSE(cite=cite.in_brackets(Right.PRESERVATION))


_POINTS: Final[Mapping[LetterKind, PointMaker]] = MappingProxyType(
    {
        LetterKind.ACCESS: _access,
        LetterKind.RECTIFICATION: _rectification,
        LetterKind.ERASURE: _erasure,
        LetterKind.RESTRICTION: _restriction,
        LetterKind.OBJECTION: _objection,
    }
)
