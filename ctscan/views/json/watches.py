"""JSON shapes of `ctscan watch` and `ctscan ack`."""

from __future__ import annotations

from datetime import timedelta

from ctscan.model.watch import Ack, MatchState, WatchStanding
from ctscan.views.json.values import Shape, time_text


def watch(given: WatchStanding) -> Shape:
    """`ctscan watch list`: shape a watch with the numbers of its matches."""
    one = given.watch
    return {
        "name": one.name,
        "kind": str(one.kind),
        "term": one.term,
        "owner": one.owner,
        "purpose": one.purpose or None,
        "at": time_text(one.at),
        "who": one.who,
        "matches": {str(state): given.count(state) for state in MatchState},
    }


def ack(given: Ack) -> Shape:
    """`ctscan ack list`: shape an acknowledgement; `until` is the last day on which it holds."""
    return {
        "number": given.id,
        "kind": str(given.kind),
        "value": given.value,
        "reason": given.reason,
        "until": None if given.until is None else f"{given.until - timedelta(days=1):%Y-%m-%d}",
        "at": time_text(given.at),
        "who": given.who,
    }
