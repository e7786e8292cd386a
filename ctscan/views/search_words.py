"""Record of a search in words: the results that were kept, and the reasons why it isn't whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ctscan.model import QuestionKind, SearchScope, SearchShortfall
from ctscan.views.vocabulary import Word

if TYPE_CHECKING:
    from ctscan.model import Message, Search, Shortfall
    from ctscan.views.text import Texts

_KINDS = {
    QuestionKind.EMAIL: Word.KIND_EMAIL,
    QuestionKind.DOMAIN: Word.KIND_DOMAIN,
    QuestionKind.HOST: Word.KIND_DOMAIN,
    QuestionKind.NAME: Word.KIND_NAME,
    QuestionKind.ORGANISATION: Word.KIND_ORGANISATION,
    QuestionKind.IMPORT: Word.KIND_IMPORT,
}


def recorded_scope(search: Search, texts: Texts) -> str:
    """Write the scope of kept results: its terms and the number of its addresses, or the kind of the question."""
    return ", ".join(filter(None, (search.scope, *map(texts, scope_messages(search)))))


def scope_messages(search: Search) -> list[Message]:
    """Return the part of the scope of kept results that is no term: the number of its addresses, or the kind of the
    question."""
    if not search.scope and not search.scope_emails:
        return [SearchScope.ASKED_FOR(kind=_KINDS[search.kind])]
    return [SearchScope.ADDRESSES(count=search.scope_emails)] if search.scope_emails else []


def shortfalls(found: Iterable[Shortfall], texts: Texts) -> str:
    """Write the reasons why a search isn't whole, each with its number."""
    return "; ".join(times(one.reason, one.times, texts) for one in found)


def times(reason: Message, number: object, texts: Texts) -> str:
    """Write a reason, with the number of times that it was met where it is more than one."""
    if isinstance(number, int) and number > 1:
        return texts(SearchShortfall.TIMES(reason=texts(reason), number=number))
    return texts(reason)
