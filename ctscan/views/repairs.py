"""The repair of an index, in words."""

from __future__ import annotations

from ctscan.model.results import ReindexResult
from ctscan.views.words import count


def repaired(result: ReindexResult) -> list[str]:
    """Say what was damaged, and what to do now; nothing for a sound index."""
    found = result.repaired
    if found is None:
        return []
    lines = [f"The index was damaged ({', '.join(result.damaged)}). Findings and look-up keys were made again."]
    if found.dropped:
        lines.append(f"{count(found.dropped, 'certificate')} could not be kept: the bytes were damaged.")
    if found.unread:
        lines.append(f"{count(found.unread, 'entry', 'entries')} count as not read now: run 'ctscan backfill'.")
    if found.unrepaired:
        lines.append(
            f"Not repaired: {', '.join(found.unrepaired)}. Restore the index from a copy, or scan into a new one: "
            "until then no answer is complete."
        )
    return lines
