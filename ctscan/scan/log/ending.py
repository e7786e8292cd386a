"""Ending of a pass over a log: its status, and the entries that it was to read and did not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from ctscan.ct.coverage import position, unread
from ctscan.ct.strict_json import TIME_LIMIT
from ctscan.model import Gap, GapReason, LogState, Span, TreeHead, VerifiedRange
from ctscan.model.coverage import merge_gaps
from ctscan.model.spans import clip, subtract, total
from ctscan.scan.request import LogStatus

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_REASONS = 3  # that a message names

_WORDS = {
    GapReason.NOT_READ: "unavailable",
    GapReason.PRUNED: "pruned",
    GapReason.REFUSED: "refused",
    GapReason.QUARANTINED: "quarantined",
    GapReason.PURGED: "purged",
}


@dataclass(frozen=True, slots=True)
class Ending:
    """Status of a pass, the message for the user, and the gaps in the entries that the pass was to read."""

    status: LogStatus
    message: str = ""
    gaps: tuple[Gap, ...] = ()


STOPPED = Ending(LogStatus.STOPPED)


@dataclass(frozen=True, slots=True)
class Left:
    """Span that a pass was to read, the index after the last entry that is read, the spans that other readers hold, and
    the gaps."""

    asked: Span
    position: int
    held: tuple[Span, ...]
    gaps: tuple[Gap, ...]


def left_of(state: LogState, asked: Span, held: list[Span], counts: Callable[[VerifiedRange], bool]) -> Left:
    """Find the unread entries of `asked`, given which verified ranges count. Entries that another reader holds are no
    gap. A gap without a known reason was not read."""
    gaps: list[Gap] = []
    missing = [piece for span in unread(state, asked, counts) for piece in subtract(span, held)]
    for span in missing:
        known = [(gap, clip(gap.span, span)) for gap in state.gaps]
        inside = [(gap, part) for gap, part in known if part[0] < part[1]]
        gaps += [replace(gap, start=start, end=end) for gap, (start, end) in inside]
        rest = subtract(span, (part for _, part in inside))
        gaps += [Gap(*part, GapReason.NOT_READ) for part in rest]
    return Left(asked, position(state), tuple(held), tuple(merge_gaps(gaps, across_tries=True)))


def ending_of(left: Left, size: int, *, is_past: bool) -> Ending:
    """Judge a pass that came to its end over a tree of `size` entries: gaps go before parts that others read."""
    told = _past(left) if is_past else ""
    if left.gaps:
        return Ending(LogStatus.GAPS, "; ".join(filter(None, (told, _several(_gap_lines(left.gaps))))), left.gaps)
    if left.held:
        parts = [f"entries {start:,} to {end:,} are being read by another scan" for start, end in left.held]
        return Ending(LogStatus.SHARED, _several(parts))
    if not is_past and left.asked[1] < size:
        told = f"read up to {left.position:,} of {size:,}; the last partial tile follows"
    elif not is_past and left.asked[0] == left.asked[1] > 0:
        told = "no entry to read yet"
    return Ending(LogStatus.DONE, told)


def without_newer_head(ending: Ending, head: TreeHead) -> Ending:
    """Say that the log showed only older heads than the known `head`: the log may have grown unseen."""
    signed = _EPOCH + timedelta(milliseconds=min(head.timestamp, TIME_LIMIT - 1))
    told = f"no newer head; read to the head signed on {signed:%Y-%m-%dT%H:%M:%SZ}"
    if ending.status is not LogStatus.DONE:
        told = "no newer head"
    return replace(ending, message="; ".join(filter(None, (told, ending.message))))


def beginning(name: str, start: int) -> str:
    """Say once of a log that its coverage begins at an entry above 0."""
    before = "the 1 entry before it is" if start == 1 else f"the {start:,} entries before it are"
    return f"{name}: coverage begins at entry {start:,}; {before} not read ('ctscan backfill' reads them)"


def _past(left: Left) -> str:
    start, end = left.asked
    if start >= end:
        return f"nothing to read: scans begin at entry {end:,}"
    missing = total(gap.span for gap in left.gaps)
    share = f"all but {missing:,} that can't be had" if missing else "all"
    before = f"; {start:,} before them were not asked for (--from start)" if start else ""
    return f"{share} of the entries from {start:,} to {end:,} are read{before}"


def _gap_lines(gaps: tuple[Gap, ...]) -> list[str]:
    lines = []
    for gap in gaps:
        cause = f" ({gap.cause})" if gap.cause else ""
        lines.append(f"entries {gap.start:,} to {gap.end:,} {_WORDS.get(gap.reason, str(gap.reason))}{cause}")
    return lines


def _several(reasons: list[str]) -> str:
    more = [f"and {len(reasons) - MAX_REASONS} more such gaps"] if len(reasons) > MAX_REASONS else []
    return "; ".join(reasons[:MAX_REASONS] + more)
