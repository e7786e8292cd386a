"""Letters of a case: which are written, and what each contains. Pure.

    certificates of the requester ──► by CA ──► for each kind: addressee, identification, points, statements, time limit
                                         └────► no letter, with the reason

Letters that claim rights are the person's: the requester sends them, or a representative. The controller's own letters
are in `controller_letters.py`. Nothing is sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from ctscan.dsar.complaint_letters import complaint
from ctscan.dsar.controller_letters import notices, problem_report
from ctscan.dsar.follow_up import follow_up
from ctscan.dsar.letter_addressee import ChosenAddressee, choose_addressee
from ctscan.dsar.letter_basis import RIGHTS, Citations
from ctscan.dsar.letter_closing import identity_section, not_asked_section, time_section
from ctscan.dsar.letter_identification import addresses_in, certificate_section, names_in, person_rows
from ctscan.dsar.letter_notes import notes_of
from ctscan.dsar.letter_points import has_valid, points
from ctscan.dsar.letter_request import CaGroup, LetterRequest, by_ca, divided
from ctscan.dsar.letter_statements import statements
from ctscan.errors import UsageError
from ctscan.model.ca_vocabulary import Addressee, FactKey, Item
from ctscan.model.case import CaseKind
from ctscan.model.letter import (
    OF_THE_CONTROLLER,
    OF_THE_PERSON,
    Block,
    Letter,
    LetterKind,
    Letters,
    Prose,
    Row,
    Section,
    Sender,
    Unwritten,
)
from ctscan.model.letter_text import LetterNote, LetterText, MissingItem
from ctscan.model.message import Message
from ctscan.model.regime import Right


def kinds_of(case: CaseKind, sender: Sender, chosen: tuple[LetterKind, ...]) -> tuple[LetterKind, ...]:
    """Choose the kinds of letters of a case: the chosen ones, else the kind that fits the case.

    Raises:
        UsageError: a chosen kind isn't the sender's to send, or the controller sends none of its own in such a case.
    """
    allowed = OF_THE_CONTROLLER if sender is Sender.CONTROLLER else OF_THE_PERSON
    if wrong := [kind for kind in chosen if kind not in allowed]:
        raise UsageError(
            f"--kind: expected one of {', '.join(allowed)} with --sender {sender}, got {wrong[0]}; the rights are the "
            "person's, and notices and problem reports are the controller's"
        )
    if chosen:
        return tuple(dict.fromkeys(chosen))
    if sender is not Sender.CONTROLLER:
        return (LetterKind(str(case)),)
    if case in (CaseKind.RECTIFICATION, CaseKind.ERASURE, CaseKind.RESTRICTION):
        return (LetterKind.NOTICE,)
    raise UsageError(f"--kind: expected one of {', '.join(allowed)} in a case of {case}, got none")


def letters(request: LetterRequest) -> Letters:
    """Write the letters of a case: one for each CA and kind, and each recipient.

    Args:
        request: the case, its certificates and the choices of the sender.

    Returns:
        The letters in the order of the certificates, and the CAs to which none is written, with the reason.
    """
    found: list[Letter] = []
    unwritten: list[Unwritten] = []
    if LetterKind.NOTICE in request.kinds:
        told = notices(request)
        found += told.letters
        unwritten += told.unwritten
    others = tuple(kind for kind in request.kinds if kind is not LetterKind.NOTICE)
    issued, own = divided(request.certificates)
    groups = by_ca(issued) if others else ()
    if own and others:
        unwritten.append(Unwritten("", LetterNote.SELF_ISSUED(count=own)))
    for group, kind in product(groups, others):
        why = _why_not(group, kind)
        if why is not None:
            unwritten.append(Unwritten(group.ca, why))
        else:
            found.append(_letter(request, group, kind))
    if others and not groups:
        unwritten.append(Unwritten("", LetterNote.NO_CERTIFICATES()))
    return Letters(tuple(found), tuple(dict.fromkeys(unwritten)))


def _why_not(group: CaGroup, kind: LetterKind) -> Message | None:
    """Return the reason why no letter of a kind is written to a CA; None where it is written."""
    if group.profile.no_letter is not None:
        return LetterNote.NO_PERSON(ca=group.ca)
    if kind is LetterKind.PROBLEM_REPORT and not has_valid(group):
        return LetterNote.NOTHING_TO_REVOKE(ca=group.ca)
    return None


def language_of(request: LetterRequest, group: CaGroup) -> str:
    """Choose the language: the case's where the CA has texts in it, else one of the CA's, else English."""
    theirs = group.profile.languages
    wanted = (request.case.lang, *theirs) if request.case.lang in theirs else theirs
    return next((lang for lang in wanted if lang in request.languages), "en")


def _letter(request: LetterRequest, group: CaGroup, kind: LetterKind) -> Letter:
    if kind is LetterKind.PROBLEM_REPORT:
        return problem_report(request, group)
    if kind is LetterKind.COMPLAINT:
        return complaint(request, group)
    return _request(request, group, kind)


def _request(request: LetterRequest, group: CaGroup, kind: LetterKind) -> Letter:
    """Write a letter that claims a right."""
    lang = language_of(request, group)
    cite = Citations(request.regime, lang)
    chosen = choose_addressee(group, kind)
    seat = group.profile.seat if chosen.is_ca else ""
    holidays = request.is_holiday_in(seat) if seat else None
    answer = follow_up(group.profile if chosen.is_ca else None, request.regime, request.on, holidays)
    sections = (
        Section(None, tuple(_opening(request, group, kind, chosen, cite))),
        Section(LetterText.HEADING_PERSON(), _person(request, group, kind)),
        certificate_section(group.certificates),
        Section(LetterText.HEADING_REQUEST(), points(kind, group, cite)),
        Section(LetterText.HEADING_STATEMENTS(), statements(kind, group.profile)),
        not_asked_section(),
        identity_section(request, group, is_ca=chosen.is_ca),
        time_section(request, group, cite, answer, is_ca=chosen.is_ca),
    )
    signatory, letterhead = _signatory(request, group), _letterhead(request, group)
    return Letter(
        case=request.case.number,
        kind=kind,
        sender=request.sender,
        ca=group.ca,
        slug=group.slug,
        addressee=chosen.addressee,
        lang=lang,
        on=request.on,
        subject=_subject(kind, cite),
        sections=tuple(section for section in sections if section.blocks),
        letterhead=letterhead,
        signatory=signatory,
        certificates=tuple(one.certificate.identity for one in group.owned),
        enclosed=_enclosed(group),
        missing=_missing(sections, chosen, signatory, letterhead),
        follow_up=answer.on,
        notes=notes_of(request, group, kind, chosen, answer, lang),
    )


def _subject(kind: LetterKind, cite: Citations) -> Message:
    basis = cite.basis(RIGHTS[kind])
    match kind:
        case LetterKind.ACCESS:
            return LetterText.SUBJECT_ACCESS(basis=basis)
        case LetterKind.RECTIFICATION:
            return LetterText.SUBJECT_RECTIFICATION(basis=basis)
        case LetterKind.ERASURE:
            return LetterText.SUBJECT_ERASURE(basis=basis)
        case LetterKind.RESTRICTION:
            return LetterText.SUBJECT_RESTRICTION(basis=basis)
        case _:
            return LetterText.SUBJECT_OBJECTION(basis=basis)


def _opening(
    request: LetterRequest, group: CaGroup, kind: LetterKind, chosen: ChosenAddressee, cite: Citations
) -> Iterator[Block]:
    if request.sender is Sender.REPRESENTATIVE and request.mandate_seen is not None:
        yield Prose(LetterText.FROM_REPRESENTATIVE(day=request.mandate_seen))
    else:
        yield Prose(LetterText.FROM_REQUESTER())
    yield Prose(_ask(kind, cite))
    if chosen.addressee.party is Addressee.REGISTRATION_AUTHORITY:
        yield Prose(LetterText.TO_REGISTRATION_AUTHORITY(ca=group.ca))
    elif not chosen.is_ca:
        yield Prose(LetterText.TO_CUSTOMER(ca=group.ca))
    yield Prose(LetterText.SCOPE_OF_REQUEST())


def _ask(kind: LetterKind, cite: Citations) -> Message:
    basis = cite.basis(RIGHTS[kind])
    match kind:
        case LetterKind.ACCESS:
            return LetterText.ASK_ACCESS(basis=basis)
        case LetterKind.RECTIFICATION:
            return LetterText.ASK_RECTIFICATION(basis=basis)
        case LetterKind.ERASURE if cite.in_brackets(Right.RESTRICTION):
            return LetterText.ASK_ERASURE_OR_RESTRICTION(basis=basis)
        case LetterKind.ERASURE:
            return LetterText.ASK_ERASURE(basis=basis)
        case LetterKind.RESTRICTION:
            return LetterText.ASK_RESTRICTION(basis=basis)
        case _:
            return LetterText.ASK_OBJECTION(basis=basis)


def _person(request: LetterRequest, group: CaGroup, kind: LetterKind) -> tuple[Block, ...]:
    """Describe the person, with the rows that the sender of this kind of letter has to fill."""
    rows = list(person_rows(request.case, group.owned, group.profile))
    if kind is LetterKind.RECTIFICATION:
        rows.append(Row(LetterText.LABEL_DATUM(), missing=MissingItem.WHAT_IS_WRONG))
        rows.append(Row(LetterText.LABEL_CORRECT(), missing=MissingItem.CORRECT_VALUE))
    if kind is LetterKind.OBJECTION:
        rows.append(Row(LetterText.LABEL_GROUNDS(), missing=MissingItem.GROUNDS))
    return tuple(rows)


def _enclosed(group: CaGroup) -> tuple[bytes, ...]:
    """List the certificates to enclose where the CA asks for a copy; none with other people's data."""
    asked = {*group.profile.words(FactKey.REQUIRED_ITEMS), *group.profile.words(FactKey.HELPFUL_ITEMS)}
    if Item.CERTIFICATE_COPY not in asked:
        return ()
    return tuple(one.certificate.identity for one in group.owned if not one.is_redacted)


def _signatory(request: LetterRequest, group: CaGroup) -> str:
    """Name the requester, whose letter it is; a representative signs with a name that only the sender knows."""
    if request.sender is Sender.REPRESENTATIVE:
        return ""
    return request.case.requester or next(iter(names_in(group.owned)), "")


def _letterhead(request: LetterRequest, group: CaGroup) -> tuple[str, ...]:
    """Head the requester's letter with name and e-mail address, by which an answer reaches them; a representative has
    a letterhead of their own."""
    if request.sender is Sender.REPRESENTATIVE:
        return ()
    addresses = addresses_in(group.owned)[:1]
    return (_signatory(request, group), *addresses) if addresses else ()


def _missing(
    sections: tuple[Section, ...], chosen: ChosenAddressee, signatory: str, letterhead: tuple[str, ...]
) -> tuple[MissingItem, ...]:
    found = [block.missing for section in sections for block in section.blocks if isinstance(block, Row)]
    addressee = chosen.addressee
    if not addressee.name:
        found.append(MissingItem.ADDRESSEE)
    if not (addressee.post or addressee.email or addressee.web_form):
        found.append(MissingItem.ADDRESS_OF_ADDRESSEE)
    if not signatory:
        found.append(MissingItem.SIGNATORY)
    if not letterhead:
        found.append(MissingItem.SENDER_ADDRESS)
    return tuple(dict.fromkeys(item for item in found if item is not None))
