"""Logs outside the basis: a log that `--log` read is told apart from logs that nobody read."""

from __future__ import annotations

from datetime import UTC, datetime

from support.kept import a_head, a_log

from ctscan.answer.outside import logs_outside
from ctscan.model import Basis, BasisChange, BasisSource, Log, LogState, Message, SkippedLog, SkipReason

READ, NAMED, DROPPED = a_log("Read"), a_log("Named"), a_log("Dropped")


def skipped(log: Log, reason: Message) -> SkippedLog:
    return SkippedLog(log.id, log.name, log.operator, reason)


def test_a_log_that_was_read_apart_is_not_called_unselected() -> None:
    dropped = skipped(DROPPED, SkipReason.DROPPED(since="2026-11-02"))
    outside = (*(skipped(log, SkipReason.NOT_SELECTED()) for log in (READ, NAMED)), dropped)
    at, change, source = datetime(2026, 11, 30, tzinfo=UTC), BasisChange.FIRST_SCAN(), BasisSource.DEFAULT
    basis = Basis(1, at, "jane", change, "", source, None, None, (), outside)
    heads = {READ: a_head(9, log=READ), NAMED: None, DROPPED: a_head(9, log=DROPPED)}
    states = {log.id: LogState(log, head, (), (), (), None, None, ()) for log, head in heads.items()}
    assert logs_outside(basis, states) == (
        skipped(READ, SkipReason.READ_APART()),
        skipped(NAMED, SkipReason.NOT_SELECTED()),
        dropped,
    )
    assert logs_outside(None, states) == ()
