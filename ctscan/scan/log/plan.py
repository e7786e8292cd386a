"""Where coverage shall begin, and which ranges of a log are therefore still to be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time

from ctscan.errors import UsageError
from ctscan.model import LogProtocol, LogState, RuleSet, VerifiedRange
from ctscan.personal.question_coverage import satisfies
from ctscan.scan.log.galloping import first_that
from ctscan.scan.log.trust import Trust

_INDEX_DIGITS = 18
LARGE = 10_000_000  # entries: before more than that a scan says what it takes
TILE_BYTES, ENTRIES_BYTES = 650, 2_600  # compressed on the wire for an entry, by tiles and by get-entries


def check_start(text: str | None, logs: int) -> None:
    """UsageError when `--from` is none of start, now, an index or a date. An index needs exactly one log."""
    if text is None or text in ("start", "now"):
        return
    if text.isascii() and text.isdigit():
        if len(text) > _INDEX_DIGITS:
            raise UsageError(f"--from: expected an index of at most {_INDEX_DIGITS} digits, got {len(text)}")
        if logs != 1:
            raise UsageError(f"--from {text}: an index belongs to one log: name exactly one with --log, got {logs}")
        return
    parse_date(text)


def parse_date(text: str) -> datetime:
    """A date or an RFC 3339 time, UTC unless it says otherwise. UsageError otherwise."""
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--from: expected start, now, an index or a date such as 2026-01-31, got {text!r}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def begin_at(start: str | None, state: LogState | None, trust: Trust, protocol: LogProtocol, joined: bool) -> int:
    """The index from which coverage shall reach to the head. Without `--from`: where this log's coverage began; for
    a log that joined the list after the first scan 0; else now."""
    known = [r.start for r in state.verified] + [p.start for p in state.pending] if state else []
    size = trust.head.size
    if start is None or start == "now":
        if known:
            return min(known)
        return 0 if joined else size
    if start == "start":
        return 0
    if start.isascii() and start.isdigit():
        return min(_aligned(int(start), protocol), size)
    return _aligned(await _first_since(parse_date(start), trust), protocol)


def _aligned(index: int, protocol: LogProtocol) -> int:
    return index // 256 * 256 if protocol is LogProtocol.STATIC_CT else index


async def _first_since(moment: datetime, trust: Trust) -> int:
    """The first entry with a timestamp of `moment` or later, by halving. Timestamps follow the order of entries only
    to within the log's maximum merge delay, so a day is taken off. Where an entry can't be had, the next that can
    decides; where that is late enough, all before it may be so too, and is taken in."""
    wanted = int(moment.timestamp() * 1000) - 86_400_000
    times: dict[int, int | None] = {}

    async def is_dated(index: int) -> bool:
        if index not in times:
            times[index] = await trust.timestamp_at(index)
        return times[index] is not None

    low, high = 0, trust.head.size
    while low < high:
        middle = (low + high) // 2
        at = middle if await is_dated(middle) else await first_that(middle, high, is_dated)
        then = times.get(at)
        if at < high and then is not None and then < wanted:
            low = at + 1
        else:
            high = middle
    return low


def counting(
    is_explicit: bool, scope: str, rules: RuleSet, rule_sets: Mapping[str, RuleSet]
) -> Callable[[VerifiedRange], bool]:
    """Which ranges needn't be read again. With an explicit `--from`, those that were read with this scope and these
    rules, or more; without, whatever was read stays read."""
    if not is_explicit:
        return lambda _: True
    return lambda r: satisfies(r, scope, rule_sets, rules)


def warning_before(name: str, entries: int, protocol: LogProtocol, rate: float, batch: int) -> str | None:
    """What reading so many entries takes; None when it isn't worth a word."""
    if entries <= LARGE:
        return None
    tiles = protocol is not LogProtocol.RFC6962
    gigabytes = entries * (TILE_BYTES if tiles else ENTRIES_BYTES) / 1e9
    hours = entries / (rate * batch) / 3600
    return f"{name}: {entries:,} entries to read, about {gigabytes:,.0f} GB and {hours:,.0f} hours at this log's rate"
