"""Tree heads for readers: seen by passes, cosigned by witnesses, compared with another installation. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ctscan.model.comparison import HeadVerdict
from ctscan.views.json import base64_text
from ctscan.views.listings import Listing
from ctscan.views.witnesses import cosigned
from ctscan.views.words import count, moment, timestamp

if TYPE_CHECKING:
    from ctscan.model.comparison import HeadComparison, LogComparison, LogHeads

SHOWN = 10  # heads of one log that are named one by one


def seen(found: Sequence[LogHeads], limit: int) -> Listing:
    """List the newest heads of each log."""
    rows = [
        (
            log.log.name,
            f"{one.seen.head.size:,}",
            timestamp(one.seen.head.timestamp) or "?",
            base64_text(one.seen.head.root),
            moment(one.seen.last_seen),
            cosigned(one.cosignatures, log.witnesses),
        )
        for log in found
        for one in log.heads[:limit]
    ]
    return Listing(("Log", "Size", "Signed", "Root", "Last seen", "Cosigned"), rows, ("Size",))


def comparison_lines(found: HeadComparison) -> Iterator[tuple[str, str]]:
    """Describe the comparison, log by log: lines, each with its colour."""
    if not found.logs:
        yield "The export holds no log.", "yellow"
    for log in found.logs:
        yield _summary(log), "red" if log.counts[HeadVerdict.CONTRADICTS] else ""
        yield from _single(log)
    counts = sum((Counter(log.counts) for log in found.logs), Counter[HeadVerdict]())
    if not counts[HeadVerdict.CONTRADICTS] and (counts[HeadVerdict.AGREES] or counts[HeadVerdict.CONSISTENT]):
        yield "No contradiction.", ""


def _summary(log: LogComparison) -> str:
    if not log.is_known:
        return f"{log.name} ({base64_text(log.log_id)}): not known here, not used"
    parts = [_number(verdict, number) for verdict in HeadVerdict if (number := log.counts[verdict])]
    return f"{log.name}: {', '.join(parts) or 'no heads'}"


def _number(verdict: HeadVerdict, number: int) -> str:
    words = _ONE.get(verdict, _WORDS[verdict]) if number == 1 else _WORDS[verdict]
    return f"{count(number, 'head')} {words}"


_WORDS = {
    HeadVerdict.AGREES: "agree",
    HeadVerdict.CONSISTENT: "consistent by the log's proof",
    HeadVerdict.CONTRADICTS: "CONTRADICT ours",
    HeadVerdict.UNPROVEN: "that the log doesn't prove consistent",
    HeadVerdict.NOT_COMPARABLE: "not comparable without asking the log (--ask)",
    HeadVerdict.NOT_SIGNED: "not signed by the log, not used",
}


_ONE = {
    HeadVerdict.AGREES: "agrees",
    HeadVerdict.CONTRADICTS: "CONTRADICTS ours",
}
"""Words for one head, where they differ."""


def _single(log: LogComparison) -> Iterator[tuple[str, str]]:
    named = [one for one in log.heads if one.detail]
    for one in named[:SHOWN]:
        size = "" if one.head is None else f"size {one.head.size:,}: "
        yield f"  {one.verdict}: {size}{one.detail}", "red" if one.verdict is HeadVerdict.CONTRADICTS else ""
    if len(named) > SHOWN:
        yield f"  and {len(named) - SHOWN:,} more; --format json has them all", ""
