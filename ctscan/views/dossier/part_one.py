"""Part I of a dossier: what the controller holds and did (GDPR article 15(1)(a) to (h), (2) and (3))."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ctscan.model import Answer, Message, Search
from ctscan.model.dossier import Dossier
from ctscan.model.regime import Right
from ctscan.personal.scope_terms import EVERYTHING
from ctscan.views.answers import KINDS, SEARCH_STATES, category
from ctscan.views.case_details import details_line
from ctscan.views.case_words import ACTIONS, STATES
from ctscan.views.case_words import KINDS as KINDS_OF_CASES
from ctscan.views.dossier import blocks
from ctscan.views.dossier.blocks import Block
from ctscan.views.dossier.cells import article, gaps, kind_of, marks, stated
from ctscan.views.dossier.phrases import DossierText
from ctscan.views.kept_rules import rules_of
from ctscan.views.limits import as_of, number_of_logs
from ctscan.views.say import Say
from ctscan.views.text import Texts
from ctscan.views.words import moment, word

LOOKUPS_SHOWN = 200


def part_one(made: Dossier, texts: Texts) -> Iterator[Block]:
    """Make the blocks of part I."""
    yield blocks.page_break()
    yield blocks.heading(1, texts(DossierText.PART_ONE()))
    yield blocks.text(texts(DossierText.PART_ONE_TEXT(controller=made.controller.name)))
    yield from _held(made, texts)
    yield from _why(made, texts)
    yield from _recipients(made, texts)
    yield from _rights(made, texts)
    yield from _done(made, texts)
    yield from _searched(made, texts)


def _heading(made: Dossier, title: Message, right: Right | None, texts: Texts) -> Block:
    return blocks.heading(2, texts(title), article(made, right) if right else "")


def _held(made: Dossier, texts: Texts) -> Iterator[Block]:
    yield _heading(made, DossierText.HELD(), Right.ACCESS, texts)
    count = len(made.picture.certificates)
    held = DossierText.HELD_TEXT(count=count) if count else DossierText.HELD_NOTHING()
    case = texts(DossierText.HELD_CASE(number=made.case.number)) if made.case else ""
    yield blocks.text(texts(held), case)
    yield _heading(made, DossierText.CATEGORIES(), Right.CATEGORIES, texts)
    found = Counter((one.category, marks(one.sensitivity, one.qualifiers, texts)) for one in made.picture.data)
    if not found:
        yield blocks.text(texts(DossierText.NONE()))
        return
    headers = [texts(one) for one in (DossierText.LABEL_WHAT(), DossierText.LABEL_PROTECTION())]
    rows = [
        (category(key, texts), words or texts(DossierText.LABEL_ORDINARY()), number)
        for (key, words), number in sorted(found.items())
    ]
    yield blocks.table([*headers, texts(DossierText.LABEL_NUMBER())], rows, (4, 4, 1))


def _why(made: Dossier, texts: Texts) -> Iterator[Block]:
    yield _heading(made, DossierText.PURPOSES(), Right.PURPOSES, texts)
    yield blocks.items(made.processing.purposes)
    yield blocks.facts([(texts(DossierText.LEGAL_BASIS()), [stated(made.controller.legal_basis, made, texts)])])
    yield _heading(made, DossierText.RETENTION(), Right.STORAGE, texts)
    days = DossierText.QUARANTINE(count=made.processing.quarantine_days)
    is_stated = made.processing.retention or not made.processing.keep
    yield blocks.text(stated(made.processing.retention, made, texts) if is_stated else "", texts(days))
    if made.processing.keep:
        yield blocks.items(map(texts, made.processing.keep))
    yield _heading(made, DossierText.SOURCE(), Right.SOURCE, texts)
    yield blocks.text(texts(DossierText.SOURCE_TEXT()))
    yield _heading(made, DossierText.DECISIONS(), Right.AUTOMATED, texts)
    yield blocks.text(texts(DossierText.DECISIONS_TEXT()))


def _recipients(made: Dossier, texts: Texts) -> Iterator[Block]:
    yield _heading(made, DossierText.RECIPIENTS(), Right.RECIPIENTS, texts)
    if made.controller.recipients:
        yield blocks.text(texts(DossierText.RECIPIENTS_TEXT()))
        yield blocks.items(made.controller.recipients)
    else:
        yield blocks.text(stated("", made, texts))
    searches = dict.fromkeys((one, answer.identifier.value) for answer in made.answers for one in answer.searches)
    if searches:
        yield blocks.text(texts(DossierText.ASKED_REPOSITORIES()))
        headers = (DossierText.LABEL_REPOSITORY(), DossierText.LABEL_IDENTIFIER(), DossierText.LABEL_WHEN(),
                   DossierText.LABEL_RESULT(), DossierText.LABEL_PURPOSE())  # fmt: skip
        rows = [_search(search, text, texts) for search, text in searches]
        yield blocks.table([texts(one) for one in headers], rows, (3, 4, 3, 3, 4))
    else:
        yield blocks.text(texts(DossierText.NOT_ASKED()))
    if made.processing.responders:
        yield blocks.text(texts(DossierText.ASKED_RESPONDERS()))
        yield blocks.items(made.processing.responders)
    yield from _alerted(made, texts)
    yield _heading(made, DossierText.TRANSFERS(), Right.TRANSFERS, texts)
    yield blocks.text(stated(texts.listed(made.controller.safeguards), made, texts))


def _alerted(made: Dossier, texts: Texts) -> Iterator[Block]:
    """Name the watches on the person, and the recipients of alerts."""
    watched = made.processing.watched
    if watched.watches:
        yield blocks.text(texts(DossierText.WATCHED()))
        headers = [texts(one) for one in (DossierText.LABEL_WHEN(), DossierText.LABEL_PURPOSE())]
        yield blocks.table(headers, [(moment(one.since), one.purpose) for one in watched.watches], (3, 8))
    if watched.alerts:
        yield blocks.text(texts(DossierText.ALERTED_TEXT()))
        words = (
            DossierText.LABEL_RECIPIENT(),
            DossierText.LABEL_CERTIFICATES(),
            DossierText.LABEL_FIRST(),
            DossierText.LABEL_LAST(),
        )
        rows = [(one.recipient, one.certificates, moment(one.first), moment(one.last)) for one in watched.alerts]
        yield blocks.table([texts(one) for one in words], rows, (5, 2, 3, 3))


def _search(search: Search, text: str, texts: Texts) -> tuple[str, ...]:
    asked = f"{text} ({word(KINDS[search.kind], texts)})"
    outcome = word(SEARCH_STATES[search.outcome], texts)
    return search.repository, asked, moment(search.started), outcome, search.purpose


def _rights(made: Dossier, texts: Texts) -> Iterator[Block]:
    yield _heading(made, DossierText.RIGHTS(), Right.RIGHTS, texts)
    yield blocks.text(texts(DossierText.RIGHTS_TEXT()))
    rights = (
        (DossierText.RIGHT_RECTIFICATION(), Right.RECTIFICATION),
        (DossierText.RIGHT_ERASURE(), Right.ERASURE),
        (DossierText.RIGHT_RESTRICTION(), Right.RESTRICTION),
        (DossierText.RIGHT_OBJECTION(), Right.OBJECTION),
    )
    known = {one.right for one in made.regime.articles} if made.regime else {right for _, right in rights}
    cited = ((texts(words), article(made, right)) for words, right in rights if right in known)
    yield blocks.items(f"{words} ({where})" if where else words for words, where in cited)
    yield _heading(made, DossierText.SUPERVISION(), Right.COMPLAINT, texts)
    yield blocks.text(texts(DossierText.SUPERVISION_TEXT(authority=made.controller.authority)))


def _done(made: Dossier, texts: Texts) -> Iterator[Block]:
    yield blocks.heading(2, texts(DossierText.DONE()))
    when, step = texts(DossierText.LABEL_WHEN()), texts(DossierText.LABEL_ACTION())
    if made.case is not None:
        kind, state = texts(KINDS_OF_CASES[made.case.kind]), texts(STATES[made.case.state])
        yield blocks.facts(((texts(DossierText.RIGHT()), [kind]), (texts(DossierText.STATE()), [state])))
        yield blocks.heading(3, texts(DossierText.HISTORY()))
        rows = [
            (moment(one.at), texts(ACTIONS[one.action]), details_line(one.action, one.details, texts))
            for one in made.case.records
        ]
        yield blocks.table([when, step, texts(DossierText.LABEL_DETAIL())], rows, (3, 3, 6))
    yield blocks.heading(3, texts(DossierText.LOOKUPS()))
    yield blocks.text(texts(DossierText.LOOKUPS_TEXT()))
    if not made.processing.lookups:
        yield blocks.text(texts(DossierText.NONE()))
        return
    headers = [when, *map(texts, (DossierText.LABEL_IDENTIFIER(), DossierText.LABEL_PURPOSE()))]
    found = made.processing.lookups[-LOOKUPS_SHOWN:]
    kinds = {one.kind: word(KINDS[one.kind], texts) if one.kind in KINDS else one.kind for one in found}
    rows = [(moment(one.at), kinds[one.kind], one.purpose) for one in found]
    yield blocks.table(headers, rows, (3, 3, 5))


def _searched(made: Dossier, texts: Texts) -> Iterator[Block]:
    yield blocks.heading(2, texts(DossierText.SEARCHED()))
    yield blocks.text(texts(DossierText.SEARCHED_TEXT()))
    for rules in dict.fromkeys(filter(None, (rules_of(answer, texts) for answer in made.answers))):
        yield blocks.text(texts(DossierText.SEARCHED_KEPT(rules=rules)))
    above: list[str] | None = None
    for answer in made.answers:
        yield blocks.text(_searched_line(answer, texts))
        missing = list(gaps(answer, texts))
        if missing and missing == above:
            yield blocks.text(texts(DossierText.COVERAGE_AS_ABOVE()))
        elif missing:
            yield blocks.items(missing)
        above = missing
    scopes = (texts(DossierText.SCOPE_ALL()) if scope == EVERYTHING else scope for scope in made.processing.scopes)
    yield blocks.facts([(texts(DossierText.SCOPES()), scopes)])


def _searched_line(answer: Answer, texts: Texts) -> str:
    identifier, kind = answer.identifier.value, kind_of(answer, texts)
    time, logs = as_of(answer, texts), texts(Say.LOGS(count=number_of_logs(answer)))
    if answer.complete:
        return texts(DossierText.SEARCHED_COMPLETE(identifier=identifier, kind=kind, time=time, logs=logs))
    return texts(DossierText.SEARCHED_INCOMPLETE(identifier=identifier, kind=kind, time=time, logs=logs))
