"""Plan of a pass: the index where coverage begins, and the verified ranges that needn't be read again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from ctscan.ct.tiles import WIDTH
from ctscan.errors import UsageError
from ctscan.model import LogProtocol
from ctscan.personal.question_coverage import satisfies
from ctscan.scan.log.galloping import first_true

if TYPE_CHECKING:
    from ctscan.model import LogState, RuleSet, VerifiedRange
    from ctscan.personal.scope import Scope
    from ctscan.scan.log.verifier import Verifier

_INDEX_DIGITS = 18
LARGE = 10_000_000  # entries: a scan of more warns how much it takes
TILE_BYTES, ENTRIES_BYTES = 650, 2_600  # compressed on the wire for an entry, by tiles and by get-entries


def check_start(text: str | None, now: datetime) -> None:
    """Check `--from` before a log is asked.

    Raises:
        UsageError: it is none of start, now, an index or a date, or a date in the future.
    """
    if text is None or text in ("start", "now"):
        return
    if _is_index(text):
        if len(text) > _INDEX_DIGITS:
            raise UsageError(f"--from: expected an index of at most {_INDEX_DIGITS} digits, got {len(text)}")
    elif parse_date(text) > now:
        raise UsageError(
            f"--from {text}: lies in the future: on this machine it is {now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}; 'now' "
            "begins with the next entries"
        )


def check_start_index(text: str | None, logs: int) -> None:
    """Check that `--from` with an index is given for a single log.

    Raises:
        UsageError: the scan reads another number of logs.
    """
    if text is not None and _is_index(text) and logs != 1:
        raise UsageError(f"--from {text}: an index belongs to one log: name exactly one with --log, got {logs}")


def _is_index(text: str) -> bool:
    return text.isascii() and text.isdigit()


def parse_date(text: str) -> datetime:
    """Parse a date or an RFC 3339 time, UTC unless it has an offset.

    Raises:
        UsageError: the text is neither.
    """
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"--from (key from): expected start, now, an index or a date such as 2026-01-31, got {text!r}"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def start_index(start: str | None, state: LogState | None, verifier: Verifier, is_added: bool) -> int:
    """Find the index from which coverage shall reach to the head.

    Args:
        start: `--from`; None begins where the coverage of the log begins, or else now.
        state: knowledge of the index about the log.
        verifier: verifier against the head; with hash tiles, coverage begins at the start of a tile.
        is_added: the log joined the list after the first scan, or is an archive, and is read from 0.

    Raises:
        UsageError: an index beyond the head.
    """
    covered = [r.start for r in state.verified] + [p.start for p in state.pending] if state else []
    size = verifier.head.size
    if start is None or start == "now":
        if covered:
            return min(covered)
        return 0 if is_added else size
    if start == "start":
        return 0
    if _is_index(start):
        if int(start) > size:
            raise UsageError(
                f"--from {start}: beyond the head of the log: expected an index up to {size}, its number of entries; "
                "'now' begins with the next entries"
            )
        return _aligned(int(start), verifier)
    return _aligned(await _first_index_at(parse_date(start), verifier), verifier)


def _aligned(index: int, verifier: Verifier) -> int:
    return index if verifier.proves_later else index // WIDTH * WIDTH


async def _first_index_at(moment: datetime, verifier: Verifier) -> int:
    """Find the first entry with a timestamp of `moment` or later, by halving.

    Timestamps follow the order of entries only to within the log's maximum merge delay, so a day is taken off. Where an
    entry can't be had, the next available entry decides; if that is late enough, all entries before it may be late
    enough as well, and are included.
    """
    earliest = int(moment.timestamp() * 1000) - 86_400_000
    times: dict[int, int | None] = {}

    async def is_dated(index: int) -> bool:
        if index not in times:
            times[index] = await verifier.timestamp_at(index)
        return times[index] is not None

    low, high = 0, verifier.head.size
    while low < high:
        middle = (low + high) // 2
        found = middle if await is_dated(middle) else await first_true(middle, high, is_dated)
        timestamp = times.get(found)
        if found < high and timestamp is not None and timestamp < earliest:
            low = found + 1
        else:
            high = middle
    return low


def range_filter(
    is_explicit: bool, scope: Scope, rules: RuleSet, rule_sets: Mapping[str, RuleSet]
) -> Callable[[VerifiedRange], bool]:
    """Return a filter for verified ranges that needn't be read again.

    With an explicit `--from` these are ranges that were read with this scope and these rules, or more; without it all
    ranges.
    """
    if not is_explicit:
        return lambda _: True
    text = scope.text
    return lambda verified: satisfies(verified, text, rule_sets, rules)


def warning_before(name: str, entries: int, protocol: LogProtocol, rate: float, batch: int) -> str | None:
    """Estimate bytes and hours of reading many entries; None for few."""
    if entries <= LARGE:
        return None
    tiles = protocol is not LogProtocol.RFC6962
    gigabytes = entries * (TILE_BYTES if tiles else ENTRIES_BYTES) / 1e9
    hours = entries / (rate * batch) / 3600
    return f"{name}: {entries:,} entries to read, about {gigabytes:,.0f} GB and {hours:,.0f} hours at this log's rate"
