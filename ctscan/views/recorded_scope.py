"""Scope of a search in words: the results that were kept."""

from __future__ import annotations

from ctscan.model import QuestionKind, Search, SearchScope
from ctscan.views.say import Word
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
    if not search.scope and not search.scope_emails:
        return texts(SearchScope.ASKED_FOR(kind=_KINDS[search.kind]))
    counted = texts(SearchScope.ADDRESSES(count=search.scope_emails)) if search.scope_emails else ""
    return ", ".join(filter(None, (search.scope, counted)))
