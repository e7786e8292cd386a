"""Papers of a controller, built from settings and the inventory of the index. Pure.

settings ───────┐
inventory ──────┼──► Notice ──► views/notices
measures, logs ─┘
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from msgspec import Struct

from ctscan.model.controller import Controller
from ctscan.model.finding import Sensitivity
from ctscan.model.inventory import Inventory
from ctscan.model.message import Message
from ctscan.model.notice import Block, Fact, Gap, Item, Notice, NoticeKind, NoticeSection, NoticeText, Prose, Table
from ctscan.on_first_use import late_pattern

_POINT_F = late_pattern(r"\bf\b", re.IGNORECASE)
"""Mark of article 6(1)(f) in a legal basis, in any language: only this basis needs a legitimate interest."""

_PROTECTION = {
    Sensitivity.ORDINARY: NoticeText.ORDINARY(),
    Sensitivity.NATIONAL_IDENTIFIER: NoticeText.NATIONAL_IDENTIFIER(),
    Sensitivity.SPECIAL_CATEGORY: NoticeText.SPECIAL_CATEGORY(),
}


class Measures(Struct, frozen=True):
    """Security measures that were found to hold, or not to.

    Attributes:
        heads_outside: heads of the audit log are also written to a place of their own.
        is_private: no other account of the machine can read index, trail or key, or replace them.
        is_encrypted: the file of the index is encrypted.
    """

    heads_outside: bool
    is_private: bool
    is_encrypted: bool


class NoticeFacts(Struct, frozen=True):
    """Facts that a paper states.

    Attributes:
        controller: controller.
        purpose: purpose.
        retention: period of storage; empty where it isn't stated.
        keep: rules that are applied, by kind of record.
        quarantine_days: days for which data of logs that contradict themselves is kept.
        logs: names of the logs of the basis.
        inventory: inventory of the index.
        measures: security measures.
        channels: channels of alerts that are configured, each with its recipient.
    """

    controller: Controller
    purpose: str
    retention: str
    quarantine_days: int
    logs: tuple[str, ...]
    inventory: Inventory
    measures: Measures
    keep: tuple[Message, ...] = ()
    channels: tuple[str, ...] = ()


def make_notice(kind: NoticeKind, facts: NoticeFacts, on: date) -> Notice:
    """Make a paper.

    Args:
        kind: kind.
        facts: facts.
        on: day that it speaks of.
    """
    if kind is NoticeKind.ART14:
        return Notice(kind, on, NoticeText.TITLE_ART14(), _opening(facts), tuple(_public_notice(facts)))
    return Notice(kind, on, NoticeText.TITLE_ART30(), (), tuple(_record_of_processing(facts)))


def _public_notice(facts: NoticeFacts) -> Iterator[NoticeSection]:
    yield _section(NoticeText.CONTROLLER(), _controller(facts))
    yield _section(NoticeText.PURPOSES(), _purposes(facts))
    yield _section(NoticeText.CATEGORIES(), _categories(facts))
    yield _section(NoticeText.SOURCES(), _sources(facts))
    yield _section(NoticeText.RECIPIENTS(), (*_recipients(facts), *_alerted_some(facts)))
    yield _section(NoticeText.TRANSFERS(), _listed(facts.controller.safeguards, "controller.safeguards"))
    yield _section(NoticeText.STORAGE(), _storage(facts))
    yield _section(NoticeText.RIGHTS(), _rights(facts))
    authority = facts.controller.authority
    yield _section(NoticeText.COMPLAINT(), [Prose(NoticeText.COMPLAINT_TEXT(authority=authority))])
    yield _section(NoticeText.DECISIONS(), [Prose(NoticeText.DECISIONS_TEXT())])


def _record_of_processing(facts: NoticeFacts) -> Iterator[NoticeSection]:
    yield _section(NoticeText.CONTROLLER(), _controller(facts))
    yield _section(NoticeText.PURPOSES(), _purposes(facts))
    yield _section(NoticeText.SUBJECTS(), _subjects(facts))
    yield _section(NoticeText.CATEGORIES(), _categories_counted(facts))
    yield _section(NoticeText.NUMBERS(), _numbers(facts))
    yield _section(NoticeText.SOURCES(), _sources(facts))
    yield _section(NoticeText.RECIPIENTS(), (*_recipients(facts), *_alerted(facts)))
    yield _section(NoticeText.TRANSFERS(), _listed(facts.controller.safeguards, "controller.safeguards"))
    yield _section(NoticeText.LIMITS_OF_TIME(), _storage(facts))
    yield _section(NoticeText.MEASURES(), _measures(facts.measures))


def _section(heading: Message, blocks: Iterable[Block]) -> NoticeSection:
    return NoticeSection(heading, tuple(blocks))


# --- sections of both papers ------------------------------------------------------------------------------------------


def _controller(facts: NoticeFacts) -> Iterator[Block]:
    controller = facts.controller
    yield Fact(NoticeText.NAME(), (controller.name,))
    yield Fact(NoticeText.ADDRESS(), tuple(controller.address.split("; ")))
    yield Fact(NoticeText.CONTACT(), (controller.contact,))
    yield _fact(NoticeText.OFFICER(), controller.dpo, "controller.dpo")
    yield Fact(NoticeText.AUTHORITY(), (controller.authority,))


def _purposes(facts: NoticeFacts) -> Iterator[Block]:
    controller = facts.controller
    yield Fact(NoticeText.PURPOSE(), (facts.purpose,))
    yield _fact(NoticeText.LEGAL_BASIS(), controller.legal_basis, "controller.legal_basis")
    if controller.legitimate_interest or not controller.legal_basis or _POINT_F.search(controller.legal_basis):
        yield _fact(NoticeText.INTEREST(), controller.legitimate_interest, "controller.legitimate_interest")


def _fact(label: Message, value: str, key: str) -> Fact:
    return Fact(label, (value,) if value else (), key)


def _sources(facts: NoticeFacts) -> Iterator[Block]:
    held = facts.inventory
    yield Prose(NoticeText.SOURCES_TEXT())
    yield from _named(facts.logs, NoticeText.LOGS(), NoticeText.NO_LOGS())
    yield from _named(held.repositories, NoticeText.REPOSITORIES(), NoticeText.NO_REPOSITORIES())
    if held.imports:
        yield Prose(NoticeText.FILES(count=held.imports))


def _recipients(facts: NoticeFacts) -> Iterator[Block]:
    yield Prose(NoticeText.RECIPIENTS_TEXT())
    yield from _listed(facts.controller.recipients, "controller.recipients")
    yield from _named(facts.inventory.recipients, NoticeText.ASKED(), NoticeText.NOBODY_ASKED())


def _alerted(facts: NoticeFacts) -> Iterator[Block]:
    """Name the channels of alerts, configured ones and those that got alerts before."""
    names = sorted({*facts.channels, *facts.inventory.alerted})
    if names:
        yield Prose(NoticeText.ALERTED())
        yield from map(Item, names)


def _alerted_some(facts: NoticeFacts) -> Iterator[Block]:
    """Say that there are recipients of alerts: paths and hosts of the organisation aren't published."""
    if facts.channels or facts.inventory.alerted:
        yield Prose(NoticeText.ALERTED_SOME())


def _named(names: tuple[str, ...], some: Message, none: Message) -> Iterator[Block]:
    yield Prose(some if names else none)
    yield from map(Item, names)


def _listed(values: tuple[str, ...], key: str) -> Iterator[Block]:
    yield from map(Item, values)
    if not values:
        yield Gap(key)


def _storage(facts: NoticeFacts) -> Iterator[Block]:
    if facts.retention:
        yield Prose(facts.retention)
    yield from map(Item, facts.keep)
    if not facts.retention and not facts.keep:
        yield Gap("retention")
    yield Prose(NoticeText.QUARANTINE(count=facts.quarantine_days))


def _protected(facts: NoticeFacts) -> Iterator[Block]:
    """Say that data of special protection is among those that are held."""
    degrees = {one.sensitivity for one in facts.inventory.categories}
    if Sensitivity.SPECIAL_CATEGORY in degrees:
        yield Prose(NoticeText.SPECIAL())
    if Sensitivity.NATIONAL_IDENTIFIER in degrees:
        yield Prose(NoticeText.NATIONAL())


def _category(key: str) -> Message:
    return Message(f"category.{key}")


# --- public notice ----------------------------------------------------------------------------------------------------


def _opening(facts: NoticeFacts) -> tuple[Block, ...]:
    why = NoticeText.WHY(controller=facts.controller.name)
    return Prose(why), Prose(NoticeText.WHAT_CERTIFICATES_ARE())


def _categories(facts: NoticeFacts) -> Iterator[Block]:
    """List the categories without numbers: small ones could point to somebody."""
    keys = dict.fromkeys(one.category for one in facts.inventory.categories)
    yield Prose(NoticeText.CATEGORIES_TEXT() if keys else NoticeText.NO_DATA())
    yield from (Item(_category(key)) for key in keys)
    yield from _protected(facts)


def _rights(facts: NoticeFacts) -> Iterator[Block]:
    rights = (
        NoticeText.RIGHT_OBJECTION(),  # first, as article 21(4) wants it set apart
        NoticeText.RIGHT_ACCESS(),
        NoticeText.RIGHT_RECTIFICATION(),
        NoticeText.RIGHT_ERASURE(),
        NoticeText.RIGHT_RESTRICTION(),
        NoticeText.RIGHT_CONSENT(),
    )
    yield Prose(NoticeText.RIGHTS_TEXT(contact=facts.controller.contact))
    yield from map(Item, rights)
    yield Prose(NoticeText.LIMITS())


# --- record of processing ---------------------------------------------------------------------------------------------


def _subjects(facts: NoticeFacts) -> Iterator[Block]:
    yield Item(NoticeText.SUBJECTS_EVERYTHING() if facts.inventory.is_unlimited else NoticeText.SUBJECTS_SCOPE())
    if facts.inventory.cases:
        yield Item(NoticeText.SUBJECTS_REQUESTERS())
    yield Item(NoticeText.SUBJECTS_STAFF())


def _categories_counted(facts: NoticeFacts) -> Iterator[Block]:
    rows = tuple(
        (_category(one.category), _PROTECTION[one.sensitivity], one.certificates, one.findings)
        for one in facts.inventory.categories
    )
    if rows:
        labels = (NoticeText.LABEL_CATEGORY(), NoticeText.LABEL_PROTECTION())
        yield Table((*labels, NoticeText.LABEL_CERTIFICATES(), NoticeText.LABEL_FINDINGS()), rows)
    else:
        yield Prose(NoticeText.NO_DATA())
    yield from _protected(facts)
    if facts.inventory.cases:
        yield Prose(NoticeText.REQUESTERS_DATA())
    yield Prose(NoticeText.STAFF_DATA())


def _numbers(facts: NoticeFacts) -> Iterator[Block]:
    held = facts.inventory
    yield Fact(NoticeText.NUMBER_CERTIFICATES(), (held.certificates,))
    yield Fact(NoticeText.NUMBER_FINDINGS(), (held.findings,))
    yield Fact(NoticeText.NUMBER_LOGS(), (len(facts.logs),))
    yield Fact(NoticeText.NUMBER_CASES(), (held.cases,))
    yield Prose(NoticeText.NUMBERS_TEXT())


def _measures(found: Measures) -> Iterator[Block]:
    yield Item(NoticeText.MEASURE_TRAIL())
    yield Item(NoticeText.MEASURE_HEADS() if found.heads_outside else NoticeText.MEASURE_NO_HEADS())
    yield Item(NoticeText.MEASURE_KEY())
    yield Item(NoticeText.MEASURE_PRIVATE() if found.is_private else NoticeText.MEASURE_EXPOSED())
    yield Item(NoticeText.MEASURE_ENCRYPTED() if found.is_encrypted else NoticeText.MEASURE_PLAIN())
    yield Item(NoticeText.MEASURE_DISCLOSURE())
    yield Item(NoticeText.MEASURE_OUTPUT())
