"""First page of a dossier, for a reader who knows nothing of certificates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ctscan.model import Message
from ctscan.model.dossier import Dossier, Figures
from ctscan.views.dossier import blocks
from ctscan.views.dossier.blocks import Block
from ctscan.views.dossier.phrases import DossierText
from ctscan.views.kept_rules import rules_of
from ctscan.views.text import Texts
from ctscan.views.words import moment


def first_page(made: Dossier, counted: Figures, notes: Sequence[Message], texts: Texts) -> Iterator[Block]:
    """Make the blocks of the first page."""
    yield blocks.facts(_head(made, texts))
    yield blocks.heading(2, texts(DossierText.WHAT_THIS_IS()))
    yield blocks.text(
        texts(DossierText.WHAT_THIS_IS_TEXT(controller=made.controller.name)),
        texts(DossierText.WHAT_CERTIFICATES_ARE()),
    )
    yield blocks.heading(2, texts(DossierText.WHAT_WAS_FOUND()))
    yield from _found(made, counted, texts)
    yield blocks.heading(2, texts(DossierText.THREE_THINGS()))
    yield blocks.items(map(texts, _things(made)), is_numbered=True)
    yield from _about_request(made, texts)
    if notes:
        yield blocks.heading(2, texts(DossierText.LIMITS()))
        yield blocks.items(map(texts, notes))
    if made.paragraphs:
        yield blocks.text(*made.paragraphs)
    yield blocks.heading(2, texts(DossierText.CONTENTS()))
    yield blocks.text(texts(DossierText.CONTENTS_TEXT()))


def _head(made: Dossier, texts: Texts) -> Iterator[tuple[str, list[str]]]:
    controller = made.controller
    yield texts(DossierText.NUMBER()), [made.number]
    yield texts(DossierText.AS_OF()), [moment(made.at)]
    if made.case is not None:
        yield texts(DossierText.REQUESTER()), [made.case.requester]
        yield texts(DossierText.RECEIVED()), [str(made.case.received)]
    yield texts(DossierText.CONTROLLER()), [controller.name, *controller.address.split("; ")]
    yield texts(DossierText.CONTACT()), [controller.contact]
    yield texts(DossierText.OFFICER()), [controller.dpo]


def _found(made: Dossier, counted: Figures, texts: Texts) -> Iterator[Block]:
    left_out = list(_left_out(made))
    yield from (blocks.note(texts(one)) for one in left_out)
    if not counted.certificates:
        if not left_out or made.picture.held_back:
            yield blocks.note(texts(_nothing(made, texts)))
        return
    yield blocks.text(texts(DossierText.FOUND(count=counted.certificates)))
    rows = [
        (counted.data, DossierText.FIGURE_DATA()),
        (counted.certificates, DossierText.FIGURE_CERTIFICATES()),
        (counted.valid, DossierText.FIGURE_VALID()),
        (counted.logs, DossierText.FIGURE_LOGS()),
        (counted.owners, DossierText.FIGURE_OWNERS()),
        (counted.sensitive, DossierText.FIGURE_SENSITIVE()),
    ]
    yield blocks.figures((number, texts(label)) for number, label in rows)
    if counted.oldest and counted.newest:
        yield blocks.text(texts(DossierText.PERIOD(first=counted.oldest, last=counted.newest)))
    if not made.is_complete:
        yield blocks.note(texts(DossierText.INCOMPLETE()))


def _things(made: Dossier) -> tuple[Message, ...]:
    """Choose the three things that the person can do."""
    contact, authority = made.controller.contact, made.controller.authority
    if made.picture.certificates:
        check, turn = DossierText.THING_CHECK(contact=contact), DossierText.THING_AUTHORITY(authority=authority)
        return check, DossierText.THING_CONTROLLER(), turn
    other, complain = DossierText.THING_OTHER(contact=contact), DossierText.THING_COMPLAINT(authority=authority)
    return other, DossierText.THING_CONTROLLER(), complain


def _left_out(made: Dossier) -> Iterator[Message]:
    """Say why certificates aren't shown, or are gone, because somebody objected: "we hold nothing" would be untrue."""
    if made.hidden_since is not None:
        yield DossierText.HIDDEN(since=made.hidden_since.date(), contact=made.controller.contact)
    if made.erased_at is not None:
        yield DossierText.ERASED(day=made.erased_at.date())
    if made.is_shared_left_out:
        yield DossierText.SHARED_LEFT_OUT()


def _nothing(made: Dossier, texts: Texts) -> Message:
    if made.picture.held_back:
        return DossierText.NOTHING_SHOWN()
    rules = next(filter(None, (rules_of(answer, texts) for answer in made.answers)), "")
    if made.is_complete and rules:
        return DossierText.NOTHING_KEPT(rules=rules)
    return DossierText.NOTHING_COMPLETE() if made.is_complete else DossierText.NOTHING_INCOMPLETE()


def _about_request(made: Dossier, texts: Texts) -> Iterator[Block]:
    """Carry the restriction and the corrections of the case."""
    if made.case is None:
        return
    if made.case.is_restricted:
        yield blocks.note(texts(DossierText.RESTRICTED()))
    if made.case.statements:
        yield blocks.heading(2, texts(DossierText.STATEMENTS()))
        yield blocks.items(made.case.statements)
