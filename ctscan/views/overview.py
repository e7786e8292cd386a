"""Overview of the certificates of an answer: how many, of which standing, category and issuer, and since when. Pure.

It speaks of every match, also of those that a selection leaves out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ctscan.model import CertificateStanding, Code, Selection
from ctscan.on_first_use import late_pattern
from ctscan.views.answers import category
from ctscan.views.certificates import logged_at
from ctscan.views.json import time_text
from ctscan.views.say import Say
from ctscan.views.words import moment

if TYPE_CHECKING:
    from ctscan.model import Answer, MatchTally
    from ctscan.views.text import Texts

FEWEST = 2  # certificates; a single one says all of this itself
ISSUERS_SHOWN = 5
LONGEST_NAME = 80  # characters of an issuer


class Overview(Code):
    """Sentence, or part of a sentence, of an overview."""

    STANDINGS = "overview.standings"
    LIVE = "overview.live"
    NOT_YET_VALID = "overview.not-yet-valid"
    EXPIRED = "overview.expired"
    REVOKED = "overview.revoked"
    UNKNOWN = "overview.unknown"
    CATEGORIES = "overview.categories"
    IN = "overview.in"
    ISSUERS = "overview.issuers"
    ISSUERS_AND_MORE = "overview.issuers-and-more"
    LOGGED = "overview.logged"
    GIVEN = "overview.given"
    SHOWN = "overview.shown"
    SHOWN_MAILBOXES = "overview.shown-mailboxes"
    HIDDEN_FINDINGS = "overview.hidden-findings"


STANDINGS = {
    CertificateStanding.VALID: Overview.LIVE(),
    CertificateStanding.NOT_YET_VALID: Overview.NOT_YET_VALID(),
    CertificateStanding.EXPIRED: Overview.EXPIRED(),
    CertificateStanding.REVOKED: Overview.REVOKED(),
    CertificateStanding.UNKNOWN: Overview.UNKNOWN(),
}

_COMMON_NAME = late_pattern(r"(?:^|(?<!\\)[,+])(?:CN|O)=((?:\\.|[^\\,+])+)")
"""Common name of an issuer in the text of RFC 4514, else its organisation: whichever stands first."""


def overview_lines(answer: Answer, texts: Texts) -> list[str]:
    """Describe all matches together; none where there are too few."""
    if answer.number_found < FEWEST:
        return []
    sums = answer.sums
    certificates = texts(Say.CERTIFICATES(count=sums.found))
    lines = [
        texts(Overview.STANDINGS(certificates=certificates, parts=_standings(sums, texts))),
        *_categories(sums, texts),
        _issuers(sums, texts),
    ]
    return [*lines, *_logged(sums, texts)]


def selection_lines(answer: Answer, texts: Texts) -> list[str]:
    """Say which part of the answer is shown, by the options that chose it; nothing where everything is."""
    if answer.shown is None:
        return []
    chosen = answer.shown.selection
    options = " ".join(_options(chosen))
    lines = [texts(Overview.SHOWN(number=answer.number_shown, all=answer.number_found, options=options))]
    if answer.mailboxes:
        number = len(answer.shown_mailboxes)
        lines.append(texts(Overview.SHOWN_MAILBOXES(number=number, all=len(answer.mailboxes), options=options)))
    if hidden := _hidden_findings(answer):
        options = " ".join(_options(Selection(category=chosen.category, persons=chosen.persons)))
        lines.append(texts(Overview.HIDDEN_FINDINGS(count=hidden, options=options)))
    return lines if answer.number_found or answer.mailboxes else []


def _hidden_findings(answer: Answer) -> int:
    """Count the findings that are left out of the certificates that are shown."""
    held = {one.certificate.identity: len(one.findings) for one in (*answer.matches, *answer.mailboxes)}
    shown = (*answer.shown_matches, *answer.shown_mailboxes)
    return sum(held[one.certificate.identity] - len(one.findings) for one in shown)


def _options(chosen: Selection) -> Iterator[str]:
    """Write a selection as it is typed."""
    if chosen.live:
        yield "--live"
    if chosen.category:
        yield f"--category {chosen.category}"
    if chosen.since is not None:
        yield f"--since {time_text(chosen.since)}"
    if chosen.persons:
        yield "--persons"
    if chosen.limit is not None:
        yield f"--limit {chosen.limit}"
    if chosen.summary:
        yield "--summary"


def _standings(sums: MatchTally, texts: Texts) -> str:
    numbers = sums.standings
    return _parts(((texts(STANDINGS[one]), numbers[one]) for one in STANDINGS if numbers[one]), texts)


def _parts(numbers: Iterable[tuple[str, int]], texts: Texts) -> str:
    return ", ".join(texts(Say.NUMBER_OF(number=number, what=what)) for what, number in numbers)


def _categories(sums: MatchTally, texts: Texts) -> list[str]:
    """List the categories of personal data with the certificates that hold them, the most frequent first."""
    numbers = sums.categories.items()
    if not numbers:
        return []
    listed = sorted(((category(key, texts), number) for key, number in numbers), key=lambda one: (-one[1], one))
    return [texts(Overview.CATEGORIES(parts=_in(listed, texts)))]


def _in(numbers: Iterable[tuple[str, int]], texts: Texts) -> str:
    return ", ".join(texts(Overview.IN(what=what, number=number)) for what, number in numbers)


def _issuers(sums: MatchTally, texts: Texts) -> str:
    numbers: Counter[str] = Counter()
    for issuer, number in sums.issuers.items():
        numbers[issuer_name(issuer) or texts(Say.NO_NAME())] += number
    listed = sorted(numbers.items(), key=lambda one: (-one[1], one[0]))
    shown, rest = listed[:ISSUERS_SHOWN], listed[ISSUERS_SHOWN:]
    parts = _in(shown, texts)
    if rest:
        return texts(Overview.ISSUERS_AND_MORE(parts=parts, count=len(rest), number=sum(n for _, n in rest)))
    return texts(Overview.ISSUERS(parts=parts))


def issuer_name(issuer: str) -> str:
    """Shorten the name of an issuer to its common name, or to its organisation."""
    found = _COMMON_NAME.search(issuer)
    name = re.sub(r"\\(.)", r"\1", found[1]) if found else issuer
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"


def _logged(sums: MatchTally, texts: Texts) -> list[str]:
    """Say when logs recorded the certificates first and last, else when repositories or files showed them."""
    if sums.logged is not None:
        first, last = (logged_at(time // 1000 * 1000, texts) for time in sums.logged)
        return [texts(Overview.LOGGED(first=first, last=last, logs=texts(Say.LOGS(count=len(sums.logs)))))]
    if sums.given is None:
        return []
    first_given, last_given = map(moment, sums.given)
    return [texts(Overview.GIVEN(first=first_given, last=last_given))]
