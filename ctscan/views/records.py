"""Records for readers: scans, questions to repositories and imports, disclosures. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ctscan.model import Disclosure, Run, Search
from ctscan.on_first_use import late_pattern
from ctscan.views.listings import Listing
from ctscan.views.search_words import scope_messages
from ctscan.views.text import ENGLISH, texts
from ctscan.views.words import KINDS, count, moment

TERMS_SHOWN = 3
"""Terms of a kind that are named; JSON has all."""

_TERM = late_pattern(r", (?=(?:domain|email|organisation):)")
_NOUNS = {"domain": ("domain", "domains"), "email": ("address", "addresses"), "organisation": ("organisation", "")}


def scope_words(scope: str) -> str:
    """Write a scope: its terms where there are few, else the first terms of each kind and their number,
    `200 domains: a.example, b.example, c.example and 197 more`."""
    terms = _TERM.split(scope)
    if len(terms) <= TERMS_SHOWN:
        return scope
    kinds: dict[str, list[str]] = {}
    for term in terms:
        kind, _, value = term.partition(":")
        kinds.setdefault(kind, []).append(value)
    return "; ".join(_kind_words(*_NOUNS.get(kind, (kind, kind)), values) for kind, values in kinds.items())


def _kind_words(noun: str, plural: str, values: Sequence[str]) -> str:
    shown, rest = ", ".join(values[:TERMS_SHOWN]), len(values) - TERMS_SHOWN
    return f"{count(len(values), noun, plural)}: {shown}{f' and {rest:,} more' if rest > 0 else ''}"


def runs(found: Sequence[Run]) -> Listing:
    """List scans."""
    headers = ("Run", "Who", "Started", "Ended", "Outcome", "Entries", "Certificates", "Scope", "Purpose")
    rows = [
        (
            run.id,
            run.who,
            moment(run.started),
            _end(run.ended),
            run.outcome,
            f"{run.entries:,}",
            f"{run.certificates:,}",
            scope_words(run.scope),
            run.purpose or "-",
        )
        for run in found
    ]
    return Listing(headers, rows, whole=("Started", "Ended"), lines=[_run_lines(run) for run in found])


def _run_lines(run: Run) -> list[str]:
    return [
        f"Run {run.id}: {run.outcome}",
        f"{moment(run.started)} to {_end(run.ended)}, by {run.who}",
        f"{count(run.entries, 'entry', 'entries')} read, {count(run.certificates, 'certificate')}",
        f"Scope: {scope_words(run.scope)}",
        f"Purpose: {run.purpose or '-'}",
    ]


def searches(found: Sequence[Search]) -> Listing:
    """List questions to repositories and imports of files."""
    headers = ("Search", "Who", "Started", "Ended", "Source", "Asked for", "Outcome", "Given", "New", "Kept", "Purpose")
    rows = [
        (
            search.id,
            search.who,
            moment(search.started),
            _end(search.ended),
            search.repository,
            search.question or search.kind,
            search.outcome,
            f"{search.results:,}",
            f"{search.certificates:,}",
            _kept(search),
            search.purpose or "-",
        )
        for search in found
    ]
    return Listing(headers, rows, whole=("Started", "Ended"), lines=[_search_lines(search) for search in found])


def _search_lines(search: Search) -> list[str]:
    return [
        f"Search {search.id}: {search.repository}, asked for {search.question or search.kind}: {search.outcome}",
        f"{moment(search.started)} to {_end(search.ended)}, by {search.who}",
        f"{count(search.results, 'certificate')} given, {search.certificates:,} of them new here",
        f"Kept: {_kept(search)}",
        f"Purpose: {search.purpose or '-'}",
    ]


def _kept(search: Search) -> str:
    """Write the scope of kept results: its terms and the number of its addresses, or the kind of the question."""
    said = map(texts(ENGLISH), scope_messages(search))
    return ", ".join(filter(None, (scope_words(search.scope) if search.scope else "", *said)))


def _end(at: datetime | None) -> str:
    return moment(at) if at else "-"


def disclosures(found: Sequence[Disclosure]) -> Listing:
    """List disclosures."""
    headers = ("No.", "When", "Who", "Kind of identifier", "Told to", "Purpose", "Command")
    rows = [
        (d.id, moment(d.at), d.who, KINDS.get(d.kind, d.kind), d.recipient, d.purpose or "-", d.command) for d in found
    ]
    return Listing(headers, rows, whole=("When",))
