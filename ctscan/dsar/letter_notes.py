"""Remarks for the sender of a letter: what to add, to check and to know before it is sent. Pure.

They stand on a sheet of their own, which isn't sent.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctscan.dsar.follow_up import FollowUp
from ctscan.dsar.letter_addressee import ChosenAddressee
from ctscan.dsar.letter_basis import RIGHTS, Citations, is_old, sole_authorities, title_of
from ctscan.dsar.letter_points import has_valid
from ctscan.dsar.letter_request import CaGroup, LetterRequest
from ctscan.dsar.letter_statements import texts_used
from ctscan.model.ca_terms import MatchReason
from ctscan.model.ca_vocabulary import FactKey, Item, RequestForm
from ctscan.model.letter import LetterKind, Sender
from ctscan.model.letter_text import LetterNote
from ctscan.model.message import Message
from ctscan.model.regime import Certainty, Right

_CITED = {
    LetterKind.ACCESS: (
        Right.ACCESS, Right.COPY, Right.PURPOSES, Right.RECIPIENTS, Right.SOURCE, Right.STORAGE, Right.TRANSFERS,
    ),
    LetterKind.RECTIFICATION: (Right.RECTIFICATION, Right.ACCURACY, Right.RESTRICTION_ACCURACY, Right.NOTIFICATION),
    LetterKind.ERASURE: (
        Right.ERASURE, Right.ERASURE_LIMIT, Right.RESTRICTION, Right.OBJECTION, Right.WITHDRAWAL, Right.PUBLICATION,
        Right.NOTIFICATION,
    ),
    LetterKind.RESTRICTION: (Right.RESTRICTION, Right.NOTIFICATION),
    LetterKind.OBJECTION: (Right.OBJECTION, Right.RESTRICTION_OBJECTION, Right.WITHDRAWAL),
}  # fmt: skip
"""Rights that the points of each kind cite."""

_OF_ALL = (Right.REFUSAL, Right.FREE, Right.PRESERVATION, Right.COMPLAINT)


def notes_of(
    request: LetterRequest, group: CaGroup, kind: LetterKind, chosen: ChosenAddressee, answer: FollowUp, lang: str
) -> tuple[Message, ...]:
    """Collect the remarks on a letter that claims a right."""
    found = (
        *_draft(request, group),
        *_sending(request, group, kind, chosen),
        *chosen.notes,
        *_time(group, chosen, answer),
        *regime_notes(Citations(request.regime, lang), _CITED[kind], RIGHTS[kind]),
        *_sources(request, group),
        *_retention(group),
        *_languages(request, lang),
    )
    return tuple(dict.fromkeys(found))


def _draft(request: LetterRequest, group: CaGroup) -> Iterator[Message]:
    if request.sender is Sender.REPRESENTATIVE and request.mandate_seen is not None:
        yield LetterNote.DRAFT_OF_REPRESENTATIVE(day=request.mandate_seen)
    else:
        yield LetterNote.DRAFT_OF_REQUESTER()
    yield LetterNote.SENDING_DISCLOSES()
    named_only = sum(one.is_by_name_only for one in group.owned)
    if named_only:
        yield LetterNote.BY_NAME_ONLY(count=named_only)
    if request.held_back:
        yield LetterNote.HELD_BACK(count=request.held_back)


def _sending(request: LetterRequest, group: CaGroup, kind: LetterKind, chosen: ChosenAddressee) -> Iterator[Message]:
    for form in chosen.addressee.forms:
        if form is not RequestForm.BY_ACCOUNT or chosen.is_ca:
            yield LetterNote.SEND_IN_FORM(form=str(form))
    if has_valid(group) and request.sender is Sender.REQUESTER:
        yield LetterNote.SIGN_WITH_CERTIFICATE()
    if kind in (LetterKind.RECTIFICATION, LetterKind.RESTRICTION) and has_valid(group):
        yield LetterNote.REVOCATION_ENDS_USE()
    asked = {*group.profile.words(FactKey.REQUIRED_ITEMS), *group.profile.words(FactKey.HELPFUL_ITEMS)}
    if Item.CERTIFICATE_COPY in asked:
        redacted = any(one.is_redacted for one in group.owned)
        yield LetterNote.ENCLOSE_NO_COPY() if redacted else LetterNote.ENCLOSE_COPY()


def _time(group: CaGroup, chosen: ChosenAddressee, answer: FollowUp) -> Iterator[Message]:
    yield answer.note
    if chosen.is_ca and group.profile.seat:
        yield LetterNote.HOLIDAYS_OF(country=group.profile.seat)
    else:
        yield LetterNote.HOLIDAYS_UNKNOWN()


# --- the regime ----------------------------------------------------------------------------------------------------


def regime_notes(cite: Citations, rights: tuple[Right, ...], claimed: Right) -> Iterator[Message]:
    """Remark on the regime: rights that it doesn't know, facts that nobody read in the law, and local demands.

    Args:
        cite: citations of the regime.
        rights: rights that the letter cites.
        claimed: right that the letter claims.
    """
    regime = cite.regime
    yield from citation_notes(cite, (*rights, *_OF_ALL), claimed)
    if regime.answer is not None and regime.answer.certainty is Certainty.TO_BE_CHECKED:
        yield LetterNote.TO_BE_CHECKED(article=cite.basis(Right.TIME_LIMIT))
    yield from _local(cite)


def citation_notes(cite: Citations, rights: tuple[Right, ...], claimed: Right) -> Iterator[Message]:
    """Remark on articles: a right without one, and those that nobody read in the law.

    Args:
        cite: citations of the regime.
        rights: rights that the letter cites.
        claimed: right or rule that the letter rests on.
    """
    regime = cite.regime
    if regime.article(claimed) is None:
        yield LetterNote.NO_RIGHT_IN_REGIME(law=cite.law)
    for right in dict.fromkeys(rights):
        found = regime.article(right)
        if found is not None and found.certainty is Certainty.TO_BE_CHECKED:
            yield LetterNote.TO_BE_CHECKED(article=cite.basis(right))


def _local(cite: Citations) -> Iterator[Message]:
    regime = cite.regime
    match regime.code:
        case "quebec":
            yield LetterNote.WORK_DATA_QUEBEC()
        case "turkey":
            yield LetterNote.TURKISH_NEEDED()
        case "ccpa":
            yield LetterNote.PUBLIC_DATA_CALIFORNIA()
        case _:
            pass
    if regime.complaint_first is not None:
        yield LetterNote.COMPLAIN_TO_CONTROLLER_FIRST(article=f"{regime.complaint_first.article} {cite.law}")
    if regime.authorities and not sole_authorities(regime):
        yield LetterNote.OWN_AUTHORITY()


# --- the texts of the CA ---------------------------------------------------------------------------------------------


def _sources(request: LetterRequest, group: CaGroup) -> Iterator[Message]:
    profile = group.profile
    if profile.is_baseline:
        yield _baseline(group)
    for source in texts_used(profile):
        if is_old(source, request.on):
            yield LetterNote.TEXT_OLD(title=title_of(source), day=source.day)
        yield LetterNote.TEXT_READ(title=title_of(source), grade=str(source.grade))


def _baseline(group: CaGroup) -> Message:
    if group.match.reason is MatchReason.BASELINE_TRAP:
        return LetterNote.BASELINE_TRAP(ca=group.ca)
    return LetterNote.BASELINE(ca=group.ca)


def _retention(group: CaGroup) -> Iterator[Message]:
    for caveat in dict.fromkeys(caveat for one in group.certificates for caveat in one.retention.caveats):
        yield LetterNote.RETENTION_CAVEAT(caveat=str(caveat))


def _languages(request: LetterRequest, lang: str) -> Iterator[Message]:
    if lang != request.case.lang:
        yield LetterNote.OTHER_LANGUAGE(lang=lang, case=request.case.lang)
