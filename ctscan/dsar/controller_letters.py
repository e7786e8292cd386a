"""Letters of the controller in its own name: notices to recipients, and problem reports to CAs. Pure.

A notice (GDPR article 19) tells a recipient that data was rectified, erased or restricted. Both kinds name certificates
by fingerprint and serial number, and nobody by name: a letter is a disclosure, too.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctscan.dsar.day_counting import last_day
from ctscan.dsar.letter_addressee import choose_addressee
from ctscan.dsar.letter_basis import Citations
from ctscan.dsar.letter_identification import certificate_section, is_valid
from ctscan.dsar.letter_notes import citation_notes
from ctscan.dsar.letter_request import CaGroup, LetterRequest, short, slug_of
from ctscan.errors import UsageError
from ctscan.model.ca_values import ResponseTime
from ctscan.model.ca_vocabulary import FactKey
from ctscan.model.case import CaseKind
from ctscan.model.controller import Controller
from ctscan.model.letter import (
    Letter,
    LetterAddressee,
    LetterKind,
    Letters,
    Point,
    Prose,
    Row,
    Section,
    Sender,
    Unwritten,
)
from ctscan.model.letter_text import LetterNote, LetterText, MissingItem
from ctscan.model.message import Message
from ctscan.model.regime import Certainty, Period, PeriodUnit, Right

_REPORT_TIME = Period(5, PeriodUnit.DAYS, rolls=True, article="", certainty=Certainty.TO_BE_CHECKED)
"""Days in which a CA revokes a certificate with inaccurate information: Baseline Requirements section 4.9.1.1."""


def notices(request: LetterRequest) -> Letters:
    """Write a notice to each recipient that the settings name.

    Args:
        request: the case, its certificates, and the controller.

    Raises:
        UsageError: the settings name no controller.
    """
    controller = controller_of(request)
    if not controller.recipients:
        return Letters((), (Unwritten("", LetterNote.NO_RECIPIENTS()),))
    if not request.certificates:
        return Letters((), (Unwritten("", LetterNote.NO_CERTIFICATES()),))
    return Letters(tuple(_notice(request, controller, recipient) for recipient in controller.recipients))


def controller_of(request: LetterRequest) -> Controller:
    """Return the controller, whose name its letters bear.

    Raises:
        UsageError: the settings name none.
    """
    if request.controller is None:
        raise UsageError(
            "--sender controller: expected a table [controller] with name, address, contact and authority in the "
            "settings, got none; letters of the requester need none"
        )
    return request.controller


def _notice(request: LetterRequest, controller: Controller, recipient: str) -> Letter:
    lang = _language(request)
    cite = Citations(request.regime, lang)
    sections = (
        Section(None, (Prose(LetterText.FROM_CONTROLLER()), Prose(_change(request, cite)))),
        certificate_section(request.certificates, with_retention=False),
        Section(
            LetterText.HEADING_CHANGE(),
            (
                Point(LetterText.NOTICE_DO()),
                Point(LetterText.NOTICE_CONFIRM()),
                Prose(LetterText.NOTICE_NO_NAMES()),
            ),
        ),
    )
    return Letter(
        case=request.case.number,
        kind=LetterKind.NOTICE,
        sender=Sender.CONTROLLER,
        ca=short(recipient),
        slug=slug_of("recipient", recipient),
        addressee=LetterAddressee(None, recipient),
        lang=lang,
        on=request.on,
        subject=LetterText.SUBJECT_NOTICE(basis=cite.basis(Right.NOTIFICATION)),
        sections=sections,
        letterhead=_letterhead(controller),
        signatory=controller.name,
        certificates=tuple(one.own.certificate.identity for one in request.certificates),
        missing=(MissingItem.ADDRESS_OF_ADDRESSEE,),
        notes=(*_draft(), *citation_notes(cite, (Right.NOTIFICATION,), Right.NOTIFICATION)),
    )


def _change(request: LetterRequest, cite: Citations) -> Message:
    basis = cite.basis(Right.NOTIFICATION)
    match request.case.kind:
        case CaseKind.RECTIFICATION:
            return LetterText.NOTICE_RECTIFIED(basis=basis)
        case CaseKind.ERASURE:
            return LetterText.NOTICE_ERASED(basis=basis)
        case _:
            return LetterText.NOTICE_RESTRICTED(basis=basis)


def problem_report(request: LetterRequest, group: CaGroup) -> Letter:
    """Write a report to a CA about certificates that hold inaccurate data.

    Raises:
        UsageError: the settings name no controller.
    """
    controller = controller_of(request)
    chosen = choose_addressee(group, LetterKind.PROBLEM_REPORT)
    valid = tuple(one for one in group.certificates if is_valid(one.own))
    wrong = Row(LetterText.LABEL_WHAT_IS_WRONG(), missing=MissingItem.WHAT_IS_WRONG)
    sections = (
        Section(None, (Prose(LetterText.FROM_CONTROLLER()), Prose(LetterText.REPORT_INACCURATE()), wrong)),
        certificate_section(valid, with_retention=False),
        Section(
            LetterText.HEADING_REQUEST(),
            (
                Point(LetterText.REPORT_REVOKE()),
                Point(LetterText.REPORT_CONFIRM()),
                Prose(LetterText.REPORT_NO_NAMES()),
            ),
        ),
    )
    has_address = chosen.addressee.post or chosen.addressee.email or chosen.addressee.web_form
    return Letter(
        case=request.case.number,
        kind=LetterKind.PROBLEM_REPORT,
        sender=Sender.CONTROLLER,
        ca=group.ca,
        slug=group.slug,
        addressee=chosen.addressee,
        lang=_of_ca(request, group),
        on=request.on,
        subject=LetterText.SUBJECT_PROBLEM_REPORT(count=len(valid)),
        sections=sections,
        letterhead=_letterhead(controller),
        signatory=controller.name,
        certificates=tuple(one.own.certificate.identity for one in valid),
        missing=(MissingItem.WHAT_IS_WRONG, *(() if has_address else (MissingItem.ADDRESS_OF_ADDRESSEE,))),
        follow_up=last_day(request.on, _report_time(group), request.is_holiday_in(group.profile.seat)).on,
        notes=(*_draft(), *chosen.notes, LetterNote.REVOCATION_ENDS_USE()),
    )


def _report_time(group: CaGroup) -> Period:
    """Take the CA's own time for problem reports, where it states one in days."""
    fact = group.profile.fact(FactKey.PROBLEM_TIME)
    if fact is not None and isinstance(fact.value, ResponseTime) and str(fact.value.unit) == "ca-unit.days":
        return Period(fact.value.count, PeriodUnit.DAYS, rolls=True, article="", certainty=Certainty.TEXT)
    return _REPORT_TIME


def _draft() -> Iterator[Message]:
    yield LetterNote.DRAFT_OF_CONTROLLER()
    yield LetterNote.SENDING_DISCLOSES()


def _language(request: LetterRequest) -> str:
    return request.case.lang if request.case.lang in request.languages else "en"


def _of_ca(request: LetterRequest, group: CaGroup) -> str:
    return next((lang for lang in group.profile.languages if lang in request.languages), "en")


def _letterhead(controller: Controller) -> tuple[str, ...]:
    lines = (part.strip() for part in controller.address.split(";"))
    return (controller.name, *(line for line in lines if line), controller.contact)
