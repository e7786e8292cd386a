"""Complaints to a supervisory authority about a CA: the steps so far, from the register, and the wishes. Pure.

The register knows which letters were written and which were settled, not whether a letter was sent or an answer came:
the sender adds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ctscan.dsar.letter_basis import Citations, sole_authorities
from ctscan.dsar.letter_identification import addresses_in, certificate_section, names_in, person_rows
from ctscan.dsar.letter_notes import regime_notes
from ctscan.dsar.letter_request import CaGroup, LetterRequest
from ctscan.model.ca_values import SupervisoryAuthority
from ctscan.model.ca_vocabulary import FactKey
from ctscan.model.case import CaseAction, CaseEvent
from ctscan.model.letter import (
    KIND_NAMES,
    Block,
    Letter,
    LetterAddressee,
    LetterKind,
    Point,
    Prose,
    Row,
    Section,
    Sender,
)
from ctscan.model.letter_text import LetterNote, LetterText, MissingItem
from ctscan.model.message import Message
from ctscan.model.regime import Right


def complaint(request: LetterRequest, group: CaGroup) -> Letter:
    """Write a complaint about a CA.

    Args:
        request: the case and the choices of the sender.
        group: certificates of the CA.
    """
    lang = request.case.lang if request.case.lang in request.languages else "en"
    cite = Citations(request.regime, lang)
    addressee = authority_for(request, group, lang)
    is_represented = request.sender is Sender.REPRESENTATIVE
    name = request.case.requester or next(iter(names_in(group.owned)), "")
    sections = (
        Section(None, tuple(_opening(request, group, cite))),
        Section(LetterText.HEADING_PERSON(), person_rows(request.case, group.owned, None)),
        certificate_section(group.certificates, with_retention=False),
        Section(LetterText.HEADING_STEPS(), tuple(_steps(request, group))),
        Section(LetterText.HEADING_REQUEST(), tuple(Point(text) for text in _wishes(cite))),
        Section(None, (Prose(LetterText.COMPLAINT_ENCLOSED()),)),
    )
    letterhead = () if is_represented else (name, *addresses_in(group.owned)[:1])
    return Letter(
        case=request.case.number,
        kind=LetterKind.COMPLAINT,
        sender=request.sender,
        ca=group.ca,
        slug=group.slug,
        addressee=addressee,
        lang=lang,
        on=request.on,
        subject=LetterText.SUBJECT_COMPLAINT(ca=group.ca, basis=cite.basis(Right.COMPLAINT)),
        sections=sections,
        letterhead=letterhead if all(letterhead) else (),
        signatory="" if is_represented else name,
        certificates=tuple(one.certificate.identity for one in group.owned),
        missing=_missing(sections, addressee, "" if is_represented else name),
        notes=tuple(_notes(request, cite)),
    )


def authority_for(request: LetterRequest, group: CaGroup, lang: str) -> LetterAddressee:
    """Choose an authority: the only one of the regime, that of the controller's place, that of the CA's seat.

    Where none fits, its name stays empty: the person may always turn to the authority of their own residence.
    """
    known = request.regime.authorities
    places = [place for place in (request.controller.place if request.controller else "", group.profile.seat) if place]
    if named := sole_authorities(request.regime, lang):
        return LetterAddressee(None, named[0])
    for place in places:
        for one in known:
            if one.place and one.place == place[: len(one.place)]:
                return LetterAddressee(None, one.named(lang))
    for fact in group.profile.facts_of(FactKey.AUTHORITY):
        if isinstance(fact.value, SupervisoryAuthority):
            return LetterAddressee(None, fact.value.name, post=fact.value.address, email=fact.value.email)
    return LetterAddressee(None, "")


def written_to(request: LetterRequest, ca: str) -> tuple[CaseEvent, ...]:
    """List the letters to a CA that the register knew on the day of the complaint."""
    events = request.case.of(CaseAction.LETTER_WRITTEN)
    to_ca = (event for event in events if event.get("ca") == ca and event.get("kind") != LetterKind.COMPLAINT)
    return tuple(event for event in to_ca if event.at.date() <= request.on)


def _opening(request: LetterRequest, group: CaGroup, cite: Citations) -> Iterator[Block]:
    if request.sender is Sender.REPRESENTATIVE and request.mandate_seen is not None:
        yield Prose(LetterText.FROM_REPRESENTATIVE(day=request.mandate_seen))
    else:
        yield Prose(LetterText.FROM_REQUESTER())
    yield Prose(LetterText.COMPLAIN(ca=group.ca, basis=cite.basis(Right.COMPLAINT)))


def _steps(request: LetterRequest, group: CaGroup) -> Iterator[Block]:
    events = written_to(request, group.ca)
    settled = {(event.get("ca"), event.get("kind")) for event in request.case.of(CaseAction.LETTER_SETTLED)}
    for event in events:
        yield Prose(LetterText.STEP_WRITTEN(day=event.at, kind=_kind_name(event.get("kind"))))
        if (group.ca, event.get("kind")) not in settled and _is_over(event, request.on):
            yield Prose(LetterText.STEP_SILENT(day=event.get("follow_up")))
    if not events:
        yield Prose(LetterText.STEP_NONE(ca=group.ca))
    yield Row(LetterText.LABEL_ANSWER(), missing=MissingItem.ANSWER_OF_CA)


def _kind_name(kind: str) -> str:
    """Name a kind of letter by the code of its phrase; a kind of another version stays as it is."""
    return KIND_NAMES[LetterKind(kind)].code if kind in set(LetterKind) else kind


def _is_over(event: CaseEvent, on: date) -> bool:
    return "" < event.get("follow_up") < str(on)


def _wishes(cite: Citations) -> Iterator[Message]:
    yield LetterText.WISH_EXAMINE()
    yield LetterText.WISH_ORDER()
    yield LetterText.WISH_INFORM(cite=cite.in_brackets(Right.COMPLAINT))
    yield LetterText.WISH_CONFIDENTIAL()


def _missing(sections: tuple[Section, ...], addressee: LetterAddressee, signatory: str) -> tuple[MissingItem, ...]:
    rows = (block for section in sections for block in section.blocks if isinstance(block, Row))
    found = [row.missing for row in rows]
    found += [MissingItem.ADDRESSEE] if not addressee.name else []
    found += [MissingItem.ADDRESS_OF_ADDRESSEE] if not (addressee.post or addressee.email) else []
    found += [MissingItem.SIGNATORY] if not signatory else []
    return tuple(dict.fromkeys(item for item in (*found, MissingItem.SENDER_ADDRESS) if item is not None))


def _notes(request: LetterRequest, cite: Citations) -> Iterator[Message]:
    if request.sender is Sender.REPRESENTATIVE and request.mandate_seen is not None:
        yield LetterNote.DRAFT_OF_REPRESENTATIVE(day=request.mandate_seen)
    else:
        yield LetterNote.DRAFT_OF_REQUESTER()
    yield LetterNote.SENDING_DISCLOSES()
    yield from regime_notes(cite, (Right.COMPLAINT,), Right.COMPLAINT)
