"""Coverage of one log: entries read and proven, entries still to be read, and the gaps with their reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ctscan.model import Gap, GapDetail, GapReason, LogCoverage, VerifiedRange
from ctscan.model.coverage import merge_gaps
from ctscan.model.spans import clip, subtract, total

if TYPE_CHECKING:
    from ctscan.ct.freshness import Judgement
    from ctscan.model import LogState, Span

Judge = Callable[[VerifiedRange], GapReason | None]
"""Reason why a verified range doesn't count for a question; None when it does."""


_UNAVAILABLE = (GapReason.NOT_READ, GapReason.PRUNED, GapReason.REFUSED)


def verified_size(state: LogState) -> int:
    """Count the entries read and proven, without gaps."""
    return total(r.span for r in state.verified)


def position(state: LogState) -> int:
    """Return the index after the last entry read, proven or not; 0 when nothing was read."""
    ends = [r.end for r in state.verified] + [p.end for p in state.pending]
    return max(ends, default=0)


def backlog(state: LogState) -> int:
    """Count the entries between the beginning of coverage and the head that are still to be read. Gaps that a reader
    left with a reason don't count."""
    if state.head is None:
        return 0
    read = [r.span for r in state.verified] + [p.span for p in state.pending]
    begin = min((start for start, _ in read), default=0)
    return total(subtract((begin, state.head.size), [*read, *(gap.span for gap in state.gaps)]))


def catch_up(state: LogState) -> float | None:
    """Estimate the seconds until a log is read to its head, which moves on meanwhile.

    `inf` where the log grows at least as fast as it is read. None where nothing is left to be read, or a rate isn't
    known. A log with a final head grows no more.
    """
    left, growth = backlog(state), state.growth if state.log.final_head is None else 0.0
    if not left or state.rate is None or growth is None:
        return None
    return left / (state.rate - growth) if state.rate > growth else inf


def edge_known_at(state: LogState, index: int) -> VerifiedRange | None:
    """Find a verified range that ends at `index`: its edge lets reading go on from there."""
    return next((r for r in state.verified if r.end == index and r.edge is not None), None)


def unread(state: LogState, span: Span, counts: Callable[[VerifiedRange], bool]) -> list[Span]:
    """Return the parts of `span` that are still to be read, given which verified ranges count."""
    return subtract(span, (r.span for r in state.verified if counts(r)))


def unavailable(span: Span, detail: str, known: Iterable[Gap], reason: GapReason) -> list[Gap]:
    """Make the gaps of entries that a log does not give, in the order of the entries.

    Entries are pruned (404, 410) or refused (other 4xx) where an earlier pass met the same, else only not read yet.
    Entries at which the log fails are named so at once: other entries were given meanwhile.

    Args:
        span: the entries.
        detail: the answer of the log.
        known: gaps of earlier passes.
        reason: PRUNED, REFUSED or FAILING.
    """
    alike = (GapReason.FAILING,) if reason is GapReason.FAILING else _UNAVAILABLE
    seen = (gap.span for gap in known if gap.reason in alike and gap.tries)
    first = subtract(span, seen)
    answer = GapDetail.UNAVAILABLE(detail=detail)
    at_first = reason if reason is GapReason.FAILING else GapReason.NOT_READ
    gaps = [
        *(Gap(*part, at_first, answer, tries=1) for part in first),
        *(Gap(*part, reason, answer, tries=2) for part in subtract(span, first)),
    ]
    return sorted(gaps, key=lambda gap: gap.start)


def judge(state: LogState, judge_range: Judge, age: Judgement) -> LogCoverage:
    """Judge which ranges of `[0, head)` answer a question; `age` is the freshness of the head.

    Every entry is in a verified range or in exactly one gap. The gap's reason is the best that is known: why a range
    that was read doesn't count, else why it couldn't be read, else not read.
    """
    head = state.head.size if state.head else 0
    judged = [(r, judge_range(r)) for r in state.verified]
    first = min((r for r, reason in judged if reason is None), key=lambda r: r.start, default=None)
    judged = [(r, reason) for r, reason in judged if r.start < min(r.end, head)]
    counted = [r for r, reason in judged if reason is None]
    gaps: list[Gap] = []
    taken = [r.span for r in counted]
    reasons = [Gap(r.start, r.end, reason) for r, reason in judged if reason] + list(state.gaps)
    for known in [*reasons, Gap(0, head, GapReason.NOT_READ)]:
        for start, end in subtract(clip(known.span, (0, head)), taken):
            gaps.append(replace(known, start=start, end=end))
            taken.append((start, end))
    return LogCoverage(
        log=state.log.name,
        log_id=state.log.id,
        head_size=head,
        verified=tuple(sorted((_clip(r, head) for r in counted), key=lambda r: (r.start, r.end, r.scope))),
        gaps=tuple(merge_gaps(gaps, across_tries=True)),
        as_of=state.last_success,
        since=first.since if first else None,
        freshness=age[0],
        head_time=state.head.timestamp if state.head and state.head.signature else None,
        stale_reason=age[1],
        failing_since=state.failing_since,
        failure=state.failure,
    )


def _clip(verified: VerifiedRange, head: int) -> VerifiedRange:
    return replace(verified, end=min(verified.end, head), edge=None)
