"""Changes of the scope between scans: entries not searched for new terms, certificates kept under terms that are gone.

Pure; the lines are for the user, and hold no term: a term may be an address.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.model.spans import merge, subtract, total
from ctscan.personal.scope import count_missing, scope_includes

if TYPE_CHECKING:
    from ctscan.model import LogState, Span
    from ctscan.personal.scope import Scope


class Unsearched(Struct, frozen=True):
    """Entries that were read, but not searched for all terms of the scope. `start` is the value of `--from` that
    searches them; `terms` counts the terms that the narrowest of these ranges lacks."""

    entries: int
    logs: int
    terms: int
    start: str


def unsearched(states: Iterable[LogState], members: Collection[bytes], scope: Scope) -> Unsearched | None:
    """Sum the entries of the basis that were read with a scope which doesn't include this one; None without any."""
    entries = logs = terms = 0
    starts: list[str] = []
    for state in states:
        lacking = _lacking(state, scope) if state.log.id in members else []
        if lacking:
            entries += total(lacking)
            logs += 1
            terms = max(terms, *(count_missing(text, scope) for text in {r.scope for r in state.verified}))
            starts.append(_begin(state))
    if not entries:
        return None
    return Unsearched(entries, logs, terms, "start" if "start" in starts else min(starts))


def widened_line(found: Unsearched) -> str:
    """Say what was not searched, and what to type."""
    logs, terms = _count(found.logs, "log"), _count(found.terms, "term")
    return (
        f"scope: {_count(found.entries, 'entry', 'entries')} of {logs} were read before, but not searched for {terms} "
        f"of today's scope: 'ctscan scan --from {found.start}' searches them"
    )


def is_narrower(scope: Scope, before: str) -> bool:
    """Return whether a scope leaves out something that the scope text of the scan before includes."""
    return not scope_includes(scope.text, before)


def wider_ranges(states: Iterable[LogState], scope: Scope) -> list[tuple[bytes, Span]]:
    """List the ranges that were read with a scope which this one doesn't include, by log."""
    return [
        (state.log.id, span)
        for state in states
        for span in merge(r.span for r in state.verified if not scope_includes(scope.text, r.scope))
    ]


def narrowed_line(certificates: int) -> str:
    """Say what is kept although the scope may no longer allow it, and how it was counted."""
    return (
        f"scope: terms of the scan before are gone, and nothing is deleted: up to "
        f"{_count(certificates, 'certificate')} stay that today's scope may not allow (counted: all in entries that "
        "were read with another scope); for an index without them scan into a new one with --db"
    )


def _lacking(state: LogState, scope: Scope) -> Sequence[Span]:
    searched = [r.span for r in state.verified if scope_includes(r.scope, scope.text)]
    return [piece for span in merge(r.span for r in state.verified) for piece in subtract(span, searched)]


def _begin(state: LogState) -> str:
    """Return the value of `--from` at which the coverage of a log begins."""
    first = min(state.verified, key=lambda r: r.start)
    if first.start == 0 or first.since is None:
        return "start"
    try:
        return datetime.fromtimestamp(first.since / 1000, UTC).date().isoformat()
    except (OverflowError, OSError, ValueError):  # a log may claim any 64 bits
        return "start"


def _count(number: int, noun: str, plural: str = "") -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
