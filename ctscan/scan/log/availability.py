"""Availability of entries: the next entry that a log gives, far beyond entries that it doesn't give."""

from __future__ import annotations

from ctscan.errors import BadAnswer, FormatError, Missing, Refused
from ctscan.model import Span
from ctscan.scan.log.galloping import WIDTH, first_true
from ctscan.sources import LogSource


async def refusal_at(source: LogSource, index: int, size: int) -> Missing | Refused | None:
    """Ask for an entry. Return the answer of a log that has no such entry or refuses it; None where the entry is there,
    even if it is garbled. Other failures are raised."""
    try:
        await source.entries(*source.next_range(index, size), size)
    except (Missing, Refused) as error:
        return error
    except (FormatError, BadAnswer):
        return None
    return None


async def next_available(
    source: LogSource, size: int, span: Span, *, newest_first: bool
) -> tuple[Span, Missing | Refused | None]:
    """Find the entries of `span` before the next entry that the log gives, in the order of reading: they begin at the
    start of `span`, or end at its end with `newest_first`. Some 130 requests are enough for any span.

    Returns:
        The entries, and the last answer of the log that refuses one; None where the next entry is there.

    Raises:
        SourceError: the log can't be reached.
    """
    start, end = span
    first, last = start // WIDTH, -(-end // WIDTH)  # numbers of blocks
    newest: Missing | Refused | None = None

    async def is_there(place: int) -> bool:
        nonlocal newest
        block = last - place // WIDTH if newest_first else first + place // WIDTH - 1
        error = await refusal_at(source, min(max(block * WIDTH, start), end - 1), size)
        newest = error or newest
        return error is None

    if start >= end:
        return span, None
    # places are counted in the order of reading, from a place before the first block
    found = await first_true(0, (last - first + 1) * WIDTH, is_there) // WIDTH
    if newest_first:
        return (max(start, (last - found + 1) * WIDTH), end), newest
    return (start, min(end, max(start, (first + found - 1) * WIDTH))), newest
