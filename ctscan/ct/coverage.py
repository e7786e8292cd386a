"""Which ranges of a log were read and proven, and where the holes are. Pure arithmetic on half-open ranges."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from math import inf

from ctscan.model import Gap, GapReason, LogCoverage, LogState, PendingRange, Span, VerifiedRange

Judge = Callable[[VerifiedRange], GapReason | None]
"""Why a verified range doesn't count for a question; None when it does."""


def union(spans: Iterable[Span]) -> list[Span]:
    """Sorted, disjoint, non-adjacent ranges that cover the same."""
    found: list[Span] = []
    for start, end in sorted(s for s in spans if s[0] < s[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def subtract(span: Span, covered: Iterable[Span]) -> list[Span]:
    """What of `span` lies in none of `covered`."""
    left: list[Span] = []
    at, end = span
    for low, high in union(covered):
        if low >= end:
            break
        if low > at:
            left.append((at, low))
        at = max(at, high)
    if at < end:
        left.append((at, end))
    return left


def cut(span: Span, limits: Span) -> Span:
    """`span` cut to `limits`; empty (start >= end) when they don't meet."""
    return max(span[0], limits[0]), min(span[1], limits[1])


def parted(span: Span, at: int) -> list[Span]:
    """`span`, in two where `at` lies inside it."""
    return [(span[0], at), (at, span[1])] if span[0] < at < span[1] else [span]


def pending_end(pending: PendingRange) -> int:
    """One past the last entry of a pending range."""
    return pending.start + len(pending.hashes) // 32


def size(spans: Iterable[Span]) -> int:
    """Entries in the union."""
    return sum(end - start for start, end in union(spans))


def verified_size(state: LogState) -> int:
    """Entries read and proven, holes excluded."""
    return size((r.start, r.end) for r in state.verified)


def position(state: LogState) -> int:
    """One past the last entry read, proven or not; 0 when nothing was read."""
    ends = [r.end for r in state.verified] + [pending_end(p) for p in state.pending]
    return max(ends, default=0)


def backlog(state: LogState) -> int:
    """Entries between where coverage begins and the head that are still to be read, wherever they lie. Not what
    reading has left out with a reason."""
    if state.head is None:
        return 0
    read = [(r.start, r.end) for r in state.verified] + [(p.start, pending_end(p)) for p in state.pending]
    begin = min((start for start, _ in read), default=0)
    return size(subtract((begin, state.head.size), [*read, *((hole.start, hole.end) for hole in state.gaps)]))


def catch_up(state: LogState) -> float | None:
    """Seconds until a log is read to its head, which moves on meanwhile; `inf` where it grows at least as fast as it is
    read. None where nothing is left to be read, or one of the two isn't known. With a final head it grows no more."""
    left, growth = backlog(state), state.growth if state.log.final_head is None else 0.0
    if not left or state.rate is None or growth is None:
        return None
    return left / (state.rate - growth) if state.rate > growth else inf


def edge_known_at(state: LogState, index: int) -> VerifiedRange | None:
    """A verified range that ends at `index`: its edge lets reading go on from there."""
    return next((r for r in state.verified if r.end == index and (r.edge or index == 0)), None)


def unread(state: LogState, span: Span, counts: Callable[[VerifiedRange], bool]) -> list[Span]:
    """What of `span` is still to be read, given which verified ranges count."""
    return subtract(span, ((r.start, r.end) for r in state.verified if counts(r)))


def judge(state: LogState, judge_range: Judge, stale: bool) -> LogCoverage:
    """What of `[0, head)` answers a question. Every entry is in a verified range or in exactly one hole, whose reason
    is the best that is known: why a range that was read doesn't count, else why it couldn't be read, else not read."""
    head = state.head.size if state.head else 0
    judged = [(r, judge_range(r)) for r in state.verified]
    first = min((r for r, reason in judged if reason is None), key=lambda r: r.start, default=None)
    judged = [(r, reason) for r, reason in judged if r.start < min(r.end, head)]
    counted = [r for r, reason in judged if reason is None]
    holes: list[Gap] = []
    taken = [(r.start, r.end) for r in counted]
    reasons = [Gap(r.start, r.end, reason) for r, reason in judged if reason] + list(state.gaps)
    for known in [*reasons, Gap(0, head, GapReason.NOT_READ)]:
        for start, end in subtract(cut((known.start, known.end), (0, head)), taken):
            holes.append(Gap(start, end, known.reason, known.detail, known.tries))
            taken.append((start, end))
    return LogCoverage(
        log=state.log.name,
        log_id=state.log.id,
        head_size=head,
        verified=tuple(sorted((_clip(r, head) for r in counted), key=lambda r: (r.start, r.end, r.scope))),
        gaps=tuple(sorted(_join(holes), key=lambda h: h.start)),
        as_of=state.last_success,
        stale=stale,
        since=first.since if first else None,
    )


def _clip(verified: VerifiedRange, head: int) -> VerifiedRange:
    return replace(verified, end=min(verified.end, head), edge=())


def _join(holes: list[Gap]) -> list[Gap]:
    """Neighbours of one reason as one hole."""
    joined: list[Gap] = []
    for hole in sorted(holes, key=lambda h: h.start):
        last = joined[-1] if joined else None
        if last and last.end == hole.start and (last.reason, last.detail) == (hole.reason, hole.detail):
            joined[-1] = Gap(last.start, hole.end, last.reason, last.detail, max(last.tries, hole.tries))
        else:
            joined.append(hole)
    return joined
