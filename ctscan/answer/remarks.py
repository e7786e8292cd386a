"""Remarks of an answer: limits of the look-up, doubts about logs, and advice. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import ctscan.model as model
from ctscan.ct.freshness import MMD_LIMIT
from ctscan.model import FailureKind, IdentifierKind, QuestionKind, Remark
from ctscan.model.identifier import KEY_KINDS

if TYPE_CHECKING:
    from ctscan.model import DismissedMisbehaviour, Identifier, LogState, MatchTally, Message, Search

_FINGERPRINTS = (IdentifierKind.SHA256, IdentifierKind.SHA1)
_ASKED_FOR = (IdentifierKind.EMAIL, IdentifierKind.DOMAIN, IdentifierKind.NAME)
"""Kinds of identifier that repositories can search for."""


def limiting_remarks(identifier: Identifier, read: Sequence[LogState], *, is_found: bool) -> list[Message]:
    """Return the reasons why an answer can't be complete, whatever logs were read: contradictions of logs, and meanings
    of the identifier that "nothing found" can't exclude."""
    limits = [
        Remark.CONTRADICTED(log=state.log.name, detail=state.misbehaviour[-1].removeprefix(f"{state.log.name}: "))
        for state in read
        if state.misbehaviour
    ]
    limits += [_doubt(state) for state in read if state.failure is not None and state.failure.is_doubt]
    if is_found:
        return limits
    if any(reading.guessed for reading in identifier.readings):
        limits.append(Remark.GUESSED())
    if any(reading.kind in _FINGERPRINTS for reading in identifier.readings):
        limits.append(Remark.PRECERTIFICATE_ONLY())
    return limits


def _doubt(state: LogState) -> Message:
    """Return the remark on a log that contradicted itself or its list, where no third party can verify that."""
    detail = state.last_error or ""
    if state.failure is FailureKind.CONTRADICTS_LIST:
        return Remark.CONTRADICTS_LIST(log=state.log.name, detail=detail)
    return Remark.UNPROVEN(log=state.log.name, detail=detail)


def dismissals(read: Sequence[LogState]) -> list[Message]:
    """Return remarks on misbehaviour that was dismissed: it leaves an answer complete, but never unsaid."""
    return [_dismissal(state.log.name, one) for state in read for one in state.dismissed]


def _dismissal(log: str, found: DismissedMisbehaviour) -> Message:
    day = f"{found.at:%Y-%m-%d}"
    if found.reason.code == model.DismissalReason.UNVERIFIABLE:
        return Remark.DISMISSED_UNVERIFIABLE(log=log, number=found.number, day=day)
    return Remark.DISMISSED(log=log, number=found.number, day=day)


def long_delays(read: Sequence[LogState]) -> list[Message]:
    """Return remarks on logs whose MMD in the log list isn't believed (`ct.freshness`)."""
    return [
        Remark.MMD_TOO_LONG(log=state.log.name, mmd=state.log.mmd, limit=MMD_LIMIT)
        for state in read
        if state.log.mmd > MMD_LIMIT
    ]


def remarks_on_identifier(identifier: Identifier, sums: MatchTally, *, only_whole: bool = False) -> list[Message]:
    """Return remarks on the ways in which an identifier is compared, and on the reach of "nothing found".

    Args:
        identifier: the identifier.
        sums: sums over the certificates of the answer.
        only_whole: certificates with only a part of the name were not looked for.
    """
    kinds = [reading.kind for reading in identifier.readings]
    remarks = [Remark.ONLY_WHOLE_NAME()] if only_whole else []
    remarks += [remark for kind, remark in _COMPARED.items() if kind in kinds]
    if any(_is_latin_name(reading) for reading in identifier.readings):
        remarks.append(Remark.NAME_IN_LATIN_LETTERS())
    if IdentifierKind.DOMAIN in kinds:
        remarks.append(Remark.DOMAIN_AS_SPELLED())
    if not KEY_KINDS.issuperset(kinds):
        remarks.append(Remark.ONLY_WITH_PERSONAL_DATA())
    if not sums.found:
        remarks.append(Remark.LIMITS_OF_RECOGNITION())
    return remarks


def _is_latin_name(reading: Identifier) -> bool:
    """Return whether a reading is a name in Latin letters, which may stand for a script that hides its sound."""
    return reading.kind == IdentifierKind.NAME and any("a" <= char <= "ɏ" for char in reading.canonical)


_COMPARED = {
    IdentifierKind.NAME: Remark.NAME_COMPARED(),
    IdentifierKind.NUMBER: Remark.NUMBER_COMPARED(),
    IdentifierKind.PHONE: Remark.PHONE_COMPARED(),
    IdentifierKind.ACCOUNT: Remark.ACCOUNT_COMPARED(),
}
"""Remarks on identifiers that can be written in several ways."""


def remarks_on_repositories(
    identifier: Identifier, sums: MatchTally, searches: Sequence[Search], complete: bool
) -> list[Message]:
    """Return remarks on certificates that only repositories show, and on repositories that could be asked."""
    remarks = [Remark.UNCONFIRMED(count=sums.unconfirmed)] if sums.unconfirmed else []
    if complete or not any(reading.kind in _ASKED_FOR for reading in identifier.readings):
        return remarks
    if not searches:
        remarks.append(Remark.NO_REPOSITORY())
    elif all(search.kind == QuestionKind.HOST for search in searches):
        remarks.append(Remark.ONLY_HOSTS())
    return remarks
