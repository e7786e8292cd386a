"""Revisions of the basis: its logs after a first scan, an edit of the keys, a new edition of the log list, a decision.

A member is a log that answers speak of. Once a member, a log stays: where the list or an edit no longer names it, or
the list marks it as unreadable, it keeps its place with that reason and answers are as old as its last entry. Only a
decision with a reason takes it out. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ctscan.model import Basis, BasisChange, BasisLog, BasisSource, LogChoice, SkippedLog, SkipReason
from ctscan.scan.selection import split_names

if TYPE_CHECKING:
    from ctscan.model import Log, Message
    from ctscan.scan.selection import Selection

NAMES_SHOWN = 3  # logs that a line names


class Act(Struct, frozen=True):
    """Record of a change: its time, the account, and the reason that a person gave."""

    at: datetime
    who: str
    note: str = ""


class Choosing(Struct, frozen=True):
    """Choices of a scan.

    `basis` is the choice that the basis follows, None where the scan reads a part and changes nothing. `reading` is the
    choice that the scan reads. `change` is the cause of a revision, a `BasisChange`.
    """

    basis: LogChoice | None
    reading: LogChoice
    source: BasisSource
    change: Message


def choosing(basis: Basis | None, keys: LogChoice | None, given: LogChoice | None) -> Choosing:
    """Decide which choice of logs the basis follows and which a scan reads.

    Args:
        basis: the newest revision; None at the first scan.
        keys: choice of file and environment; None: they give none.
        given: choice of the command line; None: it gives none.
    """
    chosen, source = (keys, BasisSource.CONFIGURATION) if keys else (LogChoice(), BasisSource.DEFAULT)
    if basis is None:
        if given and not keys:
            chosen, source = given, BasisSource.COMMAND_LINE
        return Choosing(chosen, given or chosen, source, BasisChange.FIRST_SCAN())
    if given:
        return Choosing(None, given, basis.source, BasisChange.LIST_CHANGED())
    if basis.change == BasisChange.MIGRATED() or basis.choice is None or basis.keys != keys:
        return Choosing(chosen, chosen, source, BasisChange.KEYS_EDITED())
    return Choosing(basis.choice, basis.choice, basis.source, BasisChange.LIST_CHANGED())


def first_basis(chosen: Choosing, selection: Selection, keys: LogChoice | None, act: Act) -> Basis:
    """Make revision 1 of the logs that the first scan's choice selects."""
    skipped = {log.id: log for log in selection.skipped if log.id}
    logs = tuple(_member(log, skipped.get(log.id), act.at) for log in selection.logs)
    inside = {log.id for log in logs}
    outside = tuple(log for log in selection.skipped if log.id not in inside)
    return Basis(
        1, act.at, act.who, chosen.change, act.note, chosen.source, chosen.basis, keys, logs, outside,
        selection.edition,
    )  # fmt: skip


def next_basis(before: Basis, chosen: Choosing, selection: Selection, keys: LogChoice | None, act: Act) -> Basis | None:
    """Make the revision that follows `before`; None when neither the choice nor a log has changed."""
    readmitted = {log.id for log in selection.logs} if chosen.change.code == BasisChange.SET else frozenset[bytes]()
    logs = _members(before, selection, readmitted, act.at, has_list=_has_list(chosen.basis))
    outside = _outside(before, selection, logs)
    is_same = logs == before.logs and set(outside) == set(before.outside)
    if is_same and chosen.change.code == BasisChange.LIST_CHANGED:
        return None
    return Basis(
        before.revision + 1, act.at, act.who, chosen.change, act.note, chosen.source, chosen.basis, keys, logs, outside,
        selection.edition,
    )  # fmt: skip


def without(before: Basis, dropped: Collection[bytes], act: Act) -> Basis:
    """Make the revision in which members are dropped: they are named as not covered, and scans leave them out."""
    reason = SkipReason.DROPPED(since=act.at.date())
    gone = [SkippedLog(log.id, log.name, log.operator, reason) for log in before.logs if log.id in dropped]
    return replace(
        before,
        revision=before.revision + 1,
        at=act.at,
        who=act.who,
        change=BasisChange.DROPPED(),
        note=act.note,
        logs=tuple(log for log in before.logs if log.id not in dropped),
        outside=(*gone, *before.outside),
    )


def dropped_of(basis: Basis) -> frozenset[bytes]:
    """Return the logs that scans leave out by decision."""
    return frozenset(log.id for log in basis.outside if _is(log.reason, SkipReason.DROPPED))


def joined(history: Sequence[Basis]) -> frozenset[bytes]:
    """Find the logs that joined the log list after the first scan, which are read from entry 0.

    A log joined when a new edition of the list made it a member, or when an edit or a decision chose it and the
    revision before named it as unreadable. A log that a person left out before did not join.

    Args:
        history: all revisions, newest first.
    """
    found: set[bytes] = set()
    for after, before in pairwise(history):
        known = {log.id for log in before.logs}
        named = {log.id: log.reason for log in before.outside}
        for log in after.logs:
            reason = named.get(log.id)
            is_of_list = after.change.code == BasisChange.LIST_CHANGED or reason is not None
            if log.id not in known and is_of_list and not _is(reason, SkipReason.NOT_SELECTED, SkipReason.DROPPED):
                found.add(log.id)
    return frozenset(found)


def described(before: Basis | None, after: Basis) -> str:
    """Describe a revision in a line: the number of logs, their origin, and the difference from the revision before."""
    count = f"{len(after.logs):,} log{'' if len(after.logs) == 1 else 's'}"
    if before is None:
        return f"basis: {count} of {_origin(after)} (revision 1)"
    known = {log.id: log for log in before.logs}
    new = [log.name for log in after.logs if log.id not in known]
    left = [log.name for log in after.logs if log.reason is not None and _reads(known.get(log.id))]
    back = [log.name for log in after.logs if log.reason is None and log.id in known and not _reads(known[log.id])]
    parts = [
        f"{words} {names_text(names)}"
        for words, names in (("joined", new), ("back", back), ("no longer read", left))
        if names
    ]
    cause = _CAUSES.get(after.change.code, "a decision")
    changes = f": {'; '.join(parts)}" if parts else ""
    return f"basis: {count} of {_origin(after)} (revision {after.revision}: {cause}{changes})"


def names_text(names: Sequence[str]) -> str:
    """Write the first names, and the number of the others."""
    more = f" and {len(names) - NAMES_SHOWN:,} more" if len(names) > NAMES_SHOWN else ""
    return ", ".join(names[:NAMES_SHOWN]) + more


_CAUSES: dict[str, str] = {
    BasisChange.KEYS_EDITED: "the keys logs and log_list changed",
    BasisChange.LIST_CHANGED: "the log list changed",
}


def _origin(basis: Basis) -> str:
    if basis.source is BasisSource.COMMAND_LINE:
        return "the command line"
    if basis.source is BasisSource.CONFIGURATION:
        return "the configuration"
    return "Google's list" if basis.choice == LogChoice() else "the choice that 'ctscan basis show' shows"


def _reads(log: BasisLog | None) -> bool:
    return log is not None and log.reason is None


def _member(log: Log, skipped: SkippedLog | None, since: datetime) -> BasisLog:
    """Return a log that scans read as a member; with its retirement, where they read an archive of it."""
    if skipped is None or not log.is_archive:
        return BasisLog(log.id, log.name, log.operator)
    return BasisLog(log.id, log.name, log.operator, skipped.reason, since)


def _has_list(choice: LogChoice | None) -> bool:
    """Return False for a choice of directories only, which asks no list."""
    return choice is None or not choice.logs or bool(split_names(choice.logs)[1])


def _members(
    before: Basis, selection: Selection, readmitted: Collection[bytes], at: datetime, *, has_list: bool
) -> tuple[BasisLog, ...]:
    chosen = {log.id: log for log in selection.logs}
    skipped = {log.id: log for log in selection.skipped if log.id}
    dated = selection.edition.dated if selection.edition is not None else None
    at = max(at, dated) if dated is not None else at  # nobody notices before the list says so, whatever the clock says
    stay = [_later(log, chosen.get(log.id), skipped.get(log.id), at, has_list) for log in before.logs]
    known = {log.id for log in before.logs} | (dropped_of(before) - set(readmitted))
    return (*stay, *(_member(log, skipped.get(log.id), at) for log in selection.logs if log.id not in known))


def _later(log: BasisLog, chosen: Log | None, skipped: SkippedLog | None, at: datetime, has_list: bool) -> BasisLog:
    """Return a member as the list names it now."""
    if chosen is not None:
        return _member(chosen, skipped, log.since or at)
    if skipped is None or _is(skipped.reason, SkipReason.NOT_SELECTED):
        is_left_out = skipped is not None or not has_list
        reason = SkipReason.NO_LONGER_CHOSEN if is_left_out else SkipReason.NO_LONGER_LISTED
        return log if _is(log.reason, reason) else replace(log, reason=_left_since(reason, at), since=at)
    since = log.since if log.reason is not None and log.reason.code == skipped.reason.code else at
    return BasisLog(log.id, skipped.name, skipped.operator, skipped.reason, since)


def _left_since(reason: SkipReason, at: datetime) -> Message:
    day = at.date()
    if reason is SkipReason.NO_LONGER_CHOSEN:
        return SkipReason.NO_LONGER_CHOSEN(since=day)
    return SkipReason.NO_LONGER_LISTED(since=day)


def _outside(before: Basis, selection: Selection, members: Iterable[BasisLog]) -> tuple[SkippedLog, ...]:
    inside = {log.id for log in members}
    dropped = [log for log in before.outside if _is(log.reason, SkipReason.DROPPED) and log.id not in inside]
    apart = inside | {log.id for log in dropped}
    return (*dropped, *(log for log in selection.skipped if log.id not in apart))


def _is(reason: Message | None, *codes: SkipReason) -> bool:
    return reason is not None and reason.code in codes
