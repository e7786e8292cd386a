"""JSON shapes of tree heads that passes saw, their export, and their comparison with another installation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ctscan.model import Cosignature, TreeHead
from ctscan.model.comparison import HeadVerdict
from ctscan.views.json.values import Shape, base64_text, time_text, timestamp_text

if TYPE_CHECKING:
    from ctscan.model.comparison import ComparedHead, HeadComparison, LogComparison, LogHeads, WitnessedHead

EXPORT_FORMAT = "ctscan heads 1"


def log_heads(found: LogHeads, limit: int) -> Shape:
    """`ctscan logs heads`: shape the newest heads of a log."""
    return {
        "log": found.log.name,
        "log_id": base64_text(found.log.id),
        "witnesses": found.witnesses,
        "heads": [_seen(one) for one in found.heads[:limit]],
    }


def _seen(one: WitnessedHead) -> Shape:
    return {
        **tree_head(one.seen.head),
        "first_seen": time_text(one.seen.first_seen),
        "last_seen": time_text(one.seen.last_seen),
        "cosignatures": cosignatures(one.cosignatures),
    }


def tree_head(head: TreeHead) -> Shape:
    """Shape a tree head. `raw`: verbatim, base64."""
    return {
        "size": head.size,
        "time": timestamp_text(head.timestamp),
        "root": base64_text(head.root),
        "raw": base64_text(head.raw),
    }


def cosignatures(found: Sequence[Cosignature]) -> list[Shape]:
    """Shape the cosignatures of the witnesses that the configuration names."""
    return [
        {
            "witness": one.witness,
            "time": None if one.time is None else timestamp_text(one.time * 1000),
            "verified": one.time is not None,
        }
        for one in found
    ]


def exported_heads(found: Iterable[LogHeads]) -> Shape:
    """`ctscan logs heads --export`: shape the file for another installation. It holds what logs signed, and neither
    times nor data of ours."""
    return {
        "format": EXPORT_FORMAT,
        "logs": [
            {
                "log_id": base64_text(log.log.id),
                "name": log.log.name,
                "heads": [base64_text(one.seen.head.raw) for one in log.heads],
            }
            for log in found
            if log.heads
        ],
    }


def head_comparison(found: HeadComparison) -> Shape:
    """`ctscan logs heads --compare`: shape the comparison. Heads that agree or are consistent are only counted."""
    return {"exit_code": found.exit_code, "logs": [_comparison(log) for log in found.logs]}


def _comparison(log: LogComparison) -> Shape:
    good = (HeadVerdict.AGREES, HeadVerdict.CONSISTENT)
    return {
        "log": log.name,
        "log_id": base64_text(log.log_id),
        "known": log.is_known,
        **{str(verdict).replace(" ", "_"): log.counts[verdict] for verdict in HeadVerdict},
        "heads": [_compared(one) for one in log.heads if one.verdict not in good],
    }


def _compared(one: ComparedHead) -> Shape:
    return {
        "verdict": str(one.verdict),
        "detail": one.detail or None,
        "theirs": None if one.head is None else tree_head(one.head),
        "ours": None if one.own is None else tree_head(one.own),
    }
