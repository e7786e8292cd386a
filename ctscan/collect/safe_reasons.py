"""Reasons why a search is incomplete, in words that are safe to show and keep: without any part of the question. Pure
but for the place of an error."""

from __future__ import annotations

import re
import traceback
from collections import Counter
from pathlib import PurePath
from urllib.parse import unquote_plus

from ctscan.errors import CtscanError
from ctscan.model import Question, QuestionKind

MAX_REASONS = 5
MAX_DETAIL = 600  # characters


def describe_incompleteness(reasons: Counter[str], question: Question) -> str:
    """Join the most frequent reasons, each with its number."""
    described = [f"{reason} ({number:,} times)" if number > 1 else reason for reason, number in reasons.most_common()]
    more = [f"and {len(described) - MAX_REASONS:,} other reasons"] if len(described) > MAX_REASONS else []
    return _safe_line("; ".join(described[:MAX_REASONS] + more), question)


def describe_error(error: Exception, question: Question) -> str:
    """Return the message of an error of ours. For foreign errors return class and place only: their text may quote the
    request."""
    if isinstance(error, CtscanError):
        return _safe_line(str(error), question)
    place = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"unexpected error {type(error).__name__} at {PurePath(place.filename).name}:{place.lineno}; please report it"
    )


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


def _safe_line(text: str, question: Question) -> str:
    """Reduce a text to one line of bounded length. Sources leave the question out of their messages; a line that quotes
    it is withheld as a whole."""
    line = " ".join(text.split())
    if question.is_personal and quotes_question(line, question):
        return f"a reason of {len(line)} characters that quotes the question and is withheld"
    return line if len(line) <= MAX_DETAIL else line[: MAX_DETAIL - 1] + "…"
