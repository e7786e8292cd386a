"""Saved answers whose certificates retention has deleted since: they can't be checked, and that is no fault."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime
from typing import Protocol

from ctscan.index.protocols import LogStore, Retention
from ctscan.model import LogState
from ctscan.model.saved_answer import SavedAnswer, SavedCoverage, SavedMatch
from ctscan.model.spans import clip
from ctscan.personal.keeping import is_kept
from ctscan.personal.scope import scope_includes


class PurgedIndex(LogStore, Retention, Protocol):
    """Index in the roles that the question needs."""


async def is_purged(index: PurgedIndex, claimed: SavedMatch, saved: SavedAnswer) -> bool:
    """Return whether retention explains that a certificate of an answer is gone: it is older than the limits that were
    applied, or what the answer searched counts for a narrower scope now."""
    dates = _date(claimed, "not_before"), _date(claimed, "not_after")
    if not is_kept(*dates, await index.kept_limits()):
        return True
    for coverage in saved.coverage:
        state = await index.log_state(coverage.log_id)
        if state is not None and _is_narrower(coverage, state):
            return True
    return False


def _date(claimed: SavedMatch, field: str) -> datetime | None:
    """Read a date of a certificate as an answer gives it; None where there is none."""
    with suppress(ValueError, TypeError):
        return datetime.fromisoformat(json.loads(dict(claimed.certificate).get(field, "null")))
    return None


def _is_narrower(claimed: SavedCoverage, state: LogState) -> bool:
    """Return whether a range of an answer was searched with a wider scope than it counts for now, by no other rules."""
    return any(
        held.rules == one.rules and held.scope != one.scope and scope_includes(one.scope, held.scope)
        for one in claimed.verified
        for held in state.verified
        for start, end in [clip(held.span, one.span)]
        if start < end
    )
