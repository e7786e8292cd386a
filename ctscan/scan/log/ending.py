"""Ending of a pass over a log: its status, and the entries that it was to read and did not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ctscan.ct.coverage import position, unread
from ctscan.ct.strict_json import TIME_LIMIT
from ctscan.model import Gap, GapReason
from ctscan.model.coverage import merge_gaps
from ctscan.model.scan import PassNote
from ctscan.model.spans import clip, subtract, total
from ctscan.scan.request import LogStatus

if TYPE_CHECKING:
    from ctscan.model import LogState, Message, Span, TreeHead, VerifiedRange

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_PARTS = 3  # of other readers that notes name


class Ending(Struct, frozen=True):
    """Status of a pass, the text of an error, the gaps in the entries that the pass was to read, and notes."""

    status: LogStatus
    message: str = ""
    gaps: tuple[Gap, ...] = ()
    notes: tuple[Message, ...] = ()


STOPPED = Ending(LogStatus.STOPPED)


class Left(Struct, frozen=True):
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
    past = _past(left) if is_past else ()
    if left.gaps:
        return Ending(LogStatus.GAPS, gaps=left.gaps, notes=past)
    if left.held:
        return Ending(LogStatus.SHARED, notes=_held(left.held))
    if not is_past and left.asked[1] < size:
        return Ending(LogStatus.DONE, notes=(PassNote.PARTIAL_TILE(position=left.position, size=size),))
    if not is_past and left.asked[0] == left.asked[1] > 0:
        return Ending(LogStatus.DONE, notes=(PassNote.NOTHING_YET(),))
    return Ending(LogStatus.DONE, notes=past)


def without_newer_head(ending: Ending, head: TreeHead) -> Ending:
    """Note that the log showed only older heads than the known `head`: the log may have grown unseen."""
    signed = _EPOCH + timedelta(milliseconds=min(head.timestamp, TIME_LIMIT - 1))
    is_done = ending.status is LogStatus.DONE
    note = PassNote.AS_OF(time=signed) if is_done else PassNote.NO_NEWER_HEAD()
    return replace(ending, notes=(note, *ending.notes))


def beginning(name: str, start: int) -> str:
    """Say once of a log that its coverage begins at an entry above 0."""
    before = "the 1 entry before it is" if start == 1 else f"the {start:,} entries before it are"
    return f"{name}: coverage begins at entry {start:,}; {before} not read ('ctscan backfill' reads them)"


def _past(left: Left) -> tuple[Message, ...]:
    start, end = left.asked
    if start >= end:
        return (PassNote.PAST_EMPTY(end=end),)
    missing = total(gap.span for gap in left.gaps)
    read = (
        PassNote.PAST_READ_BUT(missing=missing, start=start, end=end)
        if missing
        else PassNote.PAST_READ(start=start, end=end)
    )
    return (read, PassNote.PAST_NOT_ASKED(entries=start)) if start else (read,)


def _held(parts: Sequence[Span]) -> tuple[Message, ...]:
    notes = [PassNote.HELD(start=start, end=end) for start, end in parts[:MAX_PARTS]]
    more = len(parts) - MAX_PARTS
    return (*notes, PassNote.MORE_HELD(count=more)) if more > 0 else tuple(notes)
