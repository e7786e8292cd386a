"""Words that several views share: kinds, numbers, times. Announcements of searches and proofs. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from math import inf
from typing import TYPE_CHECKING

from ctscan.model import Message
from ctscan.views.json import time_text, timestamp_text
from ctscan.views.say import Say
from ctscan.views.search_words import shortfalls
from ctscan.views.text import ENGLISH, texts

if TYPE_CHECKING:
    from ctscan.model import PlannedDisclosure, Question
    from ctscan.model.results import ProofCounts, SearchResult
    from ctscan.views.text import Texts
    from ctscan.views.vocabulary import Word

KINDS = {
    "email": "e-mail address",
    "domain": "domain",
    "host": "domain by its hosts",
    "name": "name",
    "number": "number",
    "phone": "telephone number",
    "account": "account name",
    "sha256": "fingerprint",
    "serial": "serial number",
    "identity": "certificate",
}

PLURALS = {"email": "e-mail addresses", "host": "domains by their hosts"}


def word(code: Word, texts: Texts) -> str:
    """Write a word that stands alone."""
    return texts(Message(str(code)))


def count(number: int, noun: str, plural: str = "") -> str:
    """Write a number and its noun: `1 log`, `2 logs`, `1,234 entries`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def question_kinds(questions: Iterable[Question]) -> str:
    """Count questions by kind: `2 e-mail addresses and 1 name`."""
    numbers = Counter(question.kind for question in questions)
    parts = [count(number, KINDS.get(kind, kind), PLURALS.get(kind, "")) for kind, number in numbers.items()]
    return " and ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else "".join(parts)


def announcement(disclosures: Iterable[PlannedDisclosure], purpose: str) -> list[str]:
    """Say which repository will learn how many questions of which kind, never the person."""
    lines = []
    for each in disclosures:
        place = f"{each.title} at {each.host}"
        tells = f" Who learns what: {each.tells.rstrip('.')}." if each.tells else ""
        if each.asked:
            lines.append(f"{place} will be asked about {question_kinds(each.asked)}.{tells}")
        if each.impossible:
            lines.append(f"{place} can't be asked about {question_kinds(each.impossible)}.")
    lines.append(f"Each question is recorded as a disclosure (see 'ctscan disclosures'), for this purpose: {purpose}")
    return lines


def search_result_line(result: SearchResult) -> str:
    """Say how a search ended, with the reason where it isn't whole."""
    asked = f"{result.repository}, {KINDS.get(result.kind, result.kind)}"
    given = f"{count(result.results, 'certificate')} given, {result.certificates:,} of them new here"
    detail = f": {shortfalls(result.detail, texts(ENGLISH))}" if result.detail else ""
    return f"{asked}: {result.outcome}, {given}{detail}"


def missing_evidence(counts: ProofCounts) -> list[str]:
    """Say why certificates have no evidence: no tree covers their origin, rows are missing, or damage may hide them."""
    lines = []
    if counts.damaged:
        lines.append(
            f"the index is damaged ({', '.join(counts.damaged)}) and may hide certificates; `ctscan reindex` repairs "
            "what it can"
        )
    if counts.in_chains:
        lines.append(
            f"{count(counts.in_chains, 'certificate')} only came in chains submitted with entries: "
            "no log's tree covers chains, so nothing can prove that"
        )
    if counts.in_repositories:
        lines.append(
            f"{count(counts.in_repositories, 'certificate')} only came from repositories or files: "
            "nothing proves that until a log that holds the same is read"
        )
    parts = [count(counts.bare, "certificate") + " without any evidence"] if counts.bare else []
    parts += [count(counts.lost, "sighting") + " without a certificate"] if counts.lost else []
    if parts:
        lines.append(f"the index was changed or is damaged: {', '.join(parts)}; restore it from a copy, or scan again")
    return lines


def moment(at: datetime | None) -> str:
    """Write a time to the second, in UTC."""
    return (time_text(at.replace(microsecond=0)) or "") if at else "never"


def timestamp(milliseconds: int) -> str | None:
    """Write the timestamp of a log to the second, in UTC; None for a time that no calendar holds."""
    return timestamp_text(milliseconds // 1000 * 1000)


def day(at: datetime | None) -> str:
    """Write the date of a time, in UTC."""
    return (time_text(at) or "")[:10] if at else "?"


def duration(seconds: float) -> str:
    """Write a duration: `45 s`, `12 min`, `3 h 20 min`, `2 d 4 h`."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min"
    return f"{hours // 24} d {hours % 24} h"


def per_second(rate: float | None) -> str:
    """Write a rate: `0.4/s`, `120/s`; `-` for an unknown rate."""
    if rate is None:
        return "-"
    return f"{rate:.2g}/s" if rate < 10 else f"{rate:,.0f}/s"


def until_head(seconds: float | None, texts: Texts) -> str:
    """Write the time until reading reaches the head of a log."""
    if seconds is None:
        return "-"
    return texts(Say.NEVER_AT_THIS_RATE()) if seconds == inf else duration(seconds)
