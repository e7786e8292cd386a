"""Last sections of letters to CAs: the limits of the request, proof of identity, time limit and further steps. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ctscan.dsar.follow_up import FollowUp, stated_period
from ctscan.dsar.letter_basis import Citations, section_of, sole_authorities, title_of
from ctscan.dsar.letter_points import has_valid
from ctscan.dsar.letter_request import CaGroup, LetterRequest
from ctscan.model.ca_profile import CaProfile
from ctscan.model.ca_terms import DisputeStep
from ctscan.model.ca_values import Words
from ctscan.model.ca_vocabulary import FactKey, IdentityCheck
from ctscan.model.letter import Block, Bullet, Prose, Section, Sender
from ctscan.model.letter_text import LetterText
from ctscan.model.message import Message
from ctscan.model.regime import Period, PeriodUnit, Regime, Right


def not_asked_section() -> Section:
    """Say what nobody is asked to do: no entry leaves a log of Certificate Transparency."""
    return Section(LetterText.HEADING_NOT_ASKED(), (Prose(LetterText.NOT_ASKED_LOGS()),))


def identity_section(request: LetterRequest, group: CaGroup, *, is_ca: bool) -> Section:
    """Offer a proof of identity that needs no copy of a document."""
    return Section(LetterText.HEADING_IDENTITY(), tuple(Prose(text) for text in _identity(request, group, is_ca)))


def _identity(request: LetterRequest, group: CaGroup, is_ca: bool) -> Iterator[Message]:
    if request.sender is Sender.REPRESENTATIVE and request.mandate_seen is not None:
        yield LetterText.MANDATE_SEEN(day=request.mandate_seen)
    if has_valid(group):
        yield LetterText.SIGNED_WITH_CERTIFICATE()
    if is_ca and IdentityCheck.BEFORE_ANSWER in group.profile.words(FactKey.IDENTITY_CHECK):
        yield LetterText.IDENTITY_FIRST()
    yield from _stated_checks(group.profile) if is_ca else ()
    yield LetterText.MORE_IDENTITY()


def _stated_checks(profile: CaProfile) -> Iterator[Message]:
    """Quote how a CA checks identity, and decisions on it."""
    for fact in profile.facts_of(FactKey.IDENTITY_CHECK):
        for check in fact.value.codes if isinstance(fact.value, Words) else ():
            if check is not IdentityCheck.BEFORE_ANSWER:
                yield LetterText.STATED_IDENTITY_CHECK(
                    title=title_of(fact.source), section=section_of(fact), check=str(check)
                )


def time_section(request: LetterRequest, group: CaGroup, cite: Citations, answer: FollowUp, *, is_ca: bool) -> Section:
    """State the time limit, by law and by the CA's own word, and the steps that follow silence.

    Args:
        request: the case and its regime.
        group: certificates of the CA.
        cite: citations of the regime.
        answer: day of follow-up.
        is_ca: the letter goes to the CA; the word of a CA binds no customer.
    """
    texts = (
        *_statutory(request.regime, cite),
        *(_stated(group.profile) if is_ca else ()),
        LetterText.REFUSAL_WITH_REASONS(cite=cite.in_brackets(Right.REFUSAL)),
        *_charge(cite),
        *_silence(request.regime, answer, cite),
    )
    blocks: list[Block] = [Prose(text) for text in texts]
    return Section(LetterText.HEADING_TIME(), (*blocks, *(_disputes(group.profile) if is_ca else ())))


def _statutory(regime: Regime, cite: Citations) -> Iterator[Message]:
    period = regime.answer
    if period is None:
        yield LetterText.STATUTORY_NO_NUMBER(law=cite.law)
        return
    yield _by_law(period, cite.basis(Right.TIME_LIMIT))


def _by_law(period: Period, basis: str) -> Message:
    match period.unit:
        case PeriodUnit.MONTHS:
            return LetterText.STATUTORY_MONTHS(count=period.count, basis=basis)
        case PeriodUnit.BUSINESS_DAYS:
            return LetterText.STATUTORY_BUSINESS_DAYS(count=period.count, basis=basis)
        case _:
            return LetterText.STATUTORY_DAYS(count=period.count, basis=basis)


def _stated(profile: CaProfile) -> Iterator[Message]:
    period, fact = stated_period(profile), profile.fact(FactKey.RESPONSE_TIME)
    if period is None or fact is None:
        return
    title, section, count = title_of(fact.source), section_of(fact), period.count
    match period.unit:
        case PeriodUnit.MONTHS:
            yield LetterText.STATED_MONTHS(title=title, section=section, count=count)
        case PeriodUnit.BUSINESS_DAYS:
            yield LetterText.STATED_BUSINESS_DAYS(title=title, section=section, count=count)
        case _:
            yield LetterText.STATED_DAYS(title=title, section=section, count=count)


def _charge(cite: Citations) -> Iterator[Message]:
    if text := cite.in_brackets(Right.FREE):
        yield LetterText.FREE_OF_CHARGE(cite=text)


def _silence(regime: Regime, answer: FollowUp, cite: Citations) -> Iterator[Message]:
    """Name the authorities; among those of several places the person chooses."""
    basis = cite.in_brackets(Right.COMPLAINT)
    if named := sole_authorities(regime):
        yield LetterText.IF_SILENT(on=answer.on, authority="; ".join(named), cite=basis)
    else:
        yield LetterText.IF_SILENT_NO_AUTHORITY(on=answer.on, cite=basis)


def _disputes(profile: CaProfile) -> Iterator[Block]:
    """Name the bodies that a CA's own way of disputes leads to, in their order."""
    fact = profile.fact(FactKey.DISPUTES)
    outside = (DisputeStep.JAMS, DisputeStep.BINDING_ARBITRATION, DisputeStep.FTC, DisputeStep.ARBITRATION,
               DisputeStep.ARBITRATION_BOARD)  # fmt: skip
    steps = [code for code in profile.words(FactKey.DISPUTES) if code in outside]
    if fact is not None and steps:
        yield Prose(LetterText.DISPUTE_STEPS(title=title_of(fact.source), section=section_of(fact)))
        yield from (Bullet(step()) for step in steps)
