"""Availability of entries: whether a log gives any, and the next entry that it gives, far beyond entries that it
doesn't give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctscan.ct.tiles import WIDTH as TILE
from ctscan.errors import BadAnswer, FormatError, Missing, PatienceSpent, Refused, SourceError, Throttled
from ctscan.model import GapReason
from ctscan.scan.log.galloping import WIDTH, first_true

if TYPE_CHECKING:
    from ctscan.model import Span
    from ctscan.sources import LogSource


async def failure_at(source: LogSource, index: int, size: int) -> SourceError | None:
    """Ask for an entry. Return the failure, however the log fails; None where the entry is there, even if it is
    garbled.

    Raises:
        PatienceSpent, Throttled: the answer says nothing of the entry.
    """
    try:
        await source.entries(index, index + 1, size)
    except (PatienceSpent, Throttled):
        raise
    except (FormatError, BadAnswer):
        return None
    except SourceError as error:
        return error
    return None


def reason_of(error: SourceError) -> GapReason:
    """Choose the reason of a gap by the failure of its entries."""
    if isinstance(error, Missing):
        return GapReason.PRUNED
    if isinstance(error, Refused):
        return GapReason.REFUSED
    return GapReason.QUARANTINED if isinstance(error, BadAnswer) else GapReason.FAILING


def is_definite(error: SourceError) -> bool:
    """Return True for an answer about the entries themselves; False where the server may be down."""
    return isinstance(error, Missing | Refused)


async def gives_any(source: LogSource, size: int, failed: Span, grain: int) -> bool:
    """Ask for up to eight entries beside a span that failed, far from it, and at its end: a log that gives none of them
    is down as a whole.

    Args:
        source: the log; an impatient source, or each entry costs a minute.
        size: size of the tree.
        failed: the span.
        grain: entries that come and fail together, 256 with tiles.
    """
    start, end = failed
    places = (start - 1, end, 0, size - 1, size // 2, end - 1, size // 4, 3 * size // 4)
    asked = {start // grain}
    for place in places:
        if not 0 <= place < size or place // grain in asked:
            continue
        asked.add(place // grain)
        try:
            await source.entries(place, place + 1, size)
        except (SourceError, FormatError):
            continue
        return True
    return False


def grain_of(*, proves_later: bool) -> int:
    """Return the number of entries that come and fail together: those of a tile, or a single entry."""
    return 1 if proves_later else TILE


async def next_available(
    source: LogSource, size: int, span: Span, *, newest_first: bool
) -> tuple[Span, Missing | Refused | None]:
    """Find the entries of `span` before the next entry that the log gives, in the order of reading: they begin at the
    start of `span`, or end at its end with `newest_first`. Some 130 requests are enough for any span.

    Returns:
        The entries, and the last answer of the log that refuses one; None where the next entry is there.

    Raises:
        SourceError: the log can't be reached, or fails at an entry.
    """
    start, end = span
    first, last = start // WIDTH, -(-end // WIDTH)  # numbers of blocks
    newest: Missing | Refused | None = None

    async def is_there(place: int) -> bool:
        nonlocal newest
        block = last - place // WIDTH if newest_first else first + place // WIDTH - 1
        error = await failure_at(source, min(max(block * WIDTH, start), end - 1), size)
        if error is not None and not isinstance(error, Missing | Refused):
            raise error
        newest = error or newest
        return error is None

    if start >= end:
        return span, None
    # places are counted in the order of reading, from a place before the first block
    found = await first_true(0, (last - first + 1) * WIDTH, is_there) // WIDTH
    if newest_first:
        return (max(start, (last - found + 1) * WIDTH), end), newest
    return (start, min(end, max(start, (first + found - 1) * WIDTH))), newest
