"""Reasons why a search is incomplete, in words that are safe to show and keep: without any part of the question. Pure
but for the place of an error."""

from __future__ import annotations

import re
import traceback
from collections import Counter
from pathlib import PurePath
from urllib.parse import unquote_plus

from ctscan.errors import CtscanError
from ctscan.model import Message, Question, QuestionKind, SearchShortfall, Shortfall

MAX_REASONS = 5
MAX_DETAIL = 300  # characters of a parameter


def describe_incompleteness(reasons: Counter[Message], question: Question) -> tuple[Shortfall, ...]:
    """Return the most frequent reasons, each with its number, and the number of the other reasons."""
    safe: Counter[Message] = Counter()
    for reason, number in reasons.items():
        safe[_safe(reason, question)] += number
    shown = [Shortfall(reason, number) for reason, number in safe.most_common(MAX_REASONS)]
    if len(safe) > MAX_REASONS:
        shown.append(Shortfall(SearchShortfall.OTHERS(count=len(safe) - MAX_REASONS)))
    return tuple(shown)


def describe_error(error: Exception, question: Question) -> tuple[Shortfall, ...]:
    """Return the message of an error of ours. For foreign exceptions only class and place: their text may hold the
    question."""
    if isinstance(error, CtscanError):
        return (Shortfall(_safe(SearchShortfall.FAILED(detail=str(error)), question)),)
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{PurePath(place.filename).name}:{place.lineno}"
    return (Shortfall(SearchShortfall.UNEXPECTED(error=type(error).__name__, place=where)),)


def quotes_question(line: str, question: Question) -> bool:
    """Return whether a line quotes the question, in any case and escaped up to twice; for a name, whether it holds all
    words, in any order."""
    once = unquote_plus(line)
    for shown in (line, once, unquote_plus(once)):
        if question.value.casefold() in shown.casefold():
            return True
        if question.kind == QuestionKind.NAME and _words(question.value) <= _words(shown):
            return True
    return False


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _safe(reason: Message, question: Question) -> Message:
    """Keep a reason with short parameters on one line. Sources leave the question out of reasons; a reason that quotes
    the question all the same is withheld: the parameters are compared uncut and together, since a cut or several of
    them may share the question between them."""
    said = " ".join(value for _, value in reason.params if isinstance(value, str))
    if question.is_personal and quotes_question(" ".join(said.split()), question):
        return SearchShortfall.WITHHELD()
    return Message(reason.code, tuple((name, _line(v) if isinstance(v, str) else v) for name, v in reason.params))


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_DETAIL else line[: MAX_DETAIL - 1] + "…"
