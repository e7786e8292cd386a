"""Checks of new certificates against the watches. Functions of an open transaction.

    unwatched ──► facts ──► matches ──┐
                                      ├──► proven? ──► acknowledged? ──► alert
    waiting, silence that ended ──────┘       └► waiting    └► acknowledged

A match that exists is never made twice, and a known one (baseline, alerted) never judged again.
"""

# ruff: noqa: S608 - statements contain question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from ctscan.index.sqlite import alerts, rows
from ctscan.index.sqlite.rows import placeholders
from ctscan.index.sqlite.sightings import IS_VERIFIED
from ctscan.index.sqlite.watch_facts import AT_ONCE, NOT_RESTRICTED, facts_of, proven
from ctscan.model.watch import (
    MatchState,
    WatchCheck,
    ends_of_silence,
)

if TYPE_CHECKING:
    from ctscan.model.watch import (
        Ack,
        FoundMatch,
        WatchedCertificate,
        WatchMatcher,
    )

_OPEN = (MatchState.WAITING, MatchState.ACKNOWLEDGED)
"""States of matches that are judged again."""

_IS_PROVEN = (
    "EXISTS (SELECT 1 FROM leaf CROSS JOIN sighting ON sighting.leaf = leaf.id"
    f" WHERE leaf.certificate = watch_match.certificate AND {IS_VERIFIED})"
)
TO_JUDGE = (
    f"SELECT certificate FROM watch_match WHERE state = 'waiting' AND certificate {NOT_RESTRICTED} AND {_IS_PROVEN}"
    " UNION SELECT certificate FROM watch_match"
    f" WHERE state = 'acknowledged' AND judge_at <= :now AND certificate {NOT_RESTRICTED}"
)
"""Certificates with an open match that is to be judged now. Parameter: now."""

NEW = f"SELECT certificate FROM unwatched WHERE certificate {NOT_RESTRICTED}"
"""Certificates that are to be compared."""

_WRITE = (
    "INSERT INTO watch_match (watch, certificate, state, why, at, judge_at) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (watch, certificate) DO UPDATE SET state = excluded.state, why = excluded.why, at = excluded.at,"
    " judge_at = excluded.judge_at"
)


class _Check(Struct):
    """One transaction of a check."""

    connection: sqlite3.Connection
    matcher: WatchMatcher
    watches: dict[int, tuple[int, str, str]]  # row, name and owner by row
    acks: Sequence[Ack]
    now: datetime
    counts: WatchCheck = field(default_factory=WatchCheck)

    def run(self, most: int) -> WatchCheck:
        """Check a portion; see `Watching.check_watches`."""
        new = self._ids(f"{NEW} ORDER BY certificate LIMIT :most", most)
        self._take(new)
        self.connection.executemany("DELETE FROM unwatched WHERE certificate = ?", ((id,) for id in new))
        again = self._ids(f"{TO_JUDGE} ORDER BY 1 LIMIT :most", most)
        self._take(again)
        self.counts = replace(self.counts, checked=len(new), left=self._left(), waiting=self._waiting())
        return self.counts

    def _ids(self, sql: str, most: int) -> list[int]:
        return [id for (id,) in self.connection.execute(sql, {"now": rows.time_text(self.now), "most": most})]

    def _left(self) -> int:
        found = self.connection.execute(f"SELECT count(*) FROM ({NEW} UNION ALL {TO_JUDGE})", _bound(self.now))
        return int(found.fetchone()[0])

    def _waiting(self) -> int:
        return int(self.connection.execute("SELECT count(*) FROM watch_match WHERE state = 'waiting'").fetchone()[0])

    def _take(self, ids: Sequence[int]) -> None:
        for some in rows.portions(ids, AT_ONCE):
            facts = facts_of(self.connection, some)
            found = {id: dict(self.matcher.matches(facts[id])) for id in some if id in facts}
            known = self._known(some)
            self._drop_unmatched(found, known)
            is_proven = proven(self.connection, some)
            for id, matches in found.items():
                for watch, match in sorted(matches.items()):
                    state = known.get((watch, id))
                    if state is None or state in _OPEN:
                        self._judge(watch, id, facts[id], match, state, is_proven=id in is_proven)

    def _known(self, ids: Sequence[int]) -> dict[tuple[int, int], MatchState]:
        sql = f"SELECT watch, certificate, state FROM watch_match WHERE certificate IN ({placeholders(ids)})"
        return {(watch, id): MatchState(state) for watch, id, state in self.connection.execute(sql, ids)}

    def _drop_unmatched(
        self, found: dict[int, dict[int, FoundMatch]], known: dict[tuple[int, int], MatchState]
    ) -> None:
        """Drop open matches of certificates that other findings took out of the watch."""
        gone = [key for key, state in known.items() if state in _OPEN and key[0] not in found.get(key[1], {})]
        self.connection.executemany("DELETE FROM watch_match WHERE watch = ? AND certificate = ?", gone)

    def _judge(
        self,
        watch: int,
        certificate: int,
        facts: WatchedCertificate,
        match: FoundMatch,
        before: MatchState | None,
        *,
        is_proven: bool,
    ) -> None:
        """Give a match its state, and raise an alert where that is due."""
        state, judge_at = self._state_of(certificate, facts, match, before, is_proven=is_proven)
        at = rows.time_text(self.now)
        values = (watch, certificate, state, match.reason.encoded, at, rows.optional_time_text(judge_at))
        self.connection.execute(_WRITE, values)
        if state is MatchState.ALERTED:
            alerts.raise_finding(self.connection, self.watches[watch], certificate, match.reason, self.now)
        self.counts = replace(
            self.counts,
            matched=self.counts.matched + (before is None),
            alerted=self.counts.alerted + (state is MatchState.ALERTED),
            acknowledged=self.counts.acknowledged
            + (state is MatchState.ACKNOWLEDGED and before is not MatchState.ACKNOWLEDGED),
        )

    def _state_of(
        self,
        certificate: int,
        facts: WatchedCertificate,
        match: FoundMatch,
        before: MatchState | None,
        *,
        is_proven: bool,
    ) -> tuple[MatchState, datetime | None]:
        """Return the state of a match, and when to judge it again."""
        if not is_proven:
            return MatchState.WAITING, None
        is_silent, until = ends_of_silence(self.acks, facts, match, self.matcher, self.now)
        if is_silent:
            return MatchState.ACKNOWLEDGED, until
        if before is MatchState.ACKNOWLEDGED and self._is_over(certificate):
            return MatchState.ACKNOWLEDGED, None  # silence ended behind the certificate
        return MatchState.ALERTED, None

    def _is_over(self, certificate: int) -> bool:
        sql = "SELECT 1 FROM certificate WHERE id = ? AND not_after < ?"
        return self.connection.execute(sql, (certificate, rows.seconds(self.now))).fetchone() is not None


def check(
    connection: sqlite3.Connection,
    matcher: WatchMatcher,
    watches: Iterable[tuple[int, str, str]],
    acks: Sequence[Ack],
    now: datetime,
    most: int,
) -> WatchCheck:
    """Check a portion in a writing transaction.

    Args:
        connection: in a writing transaction.
        matcher: matcher of all watches.
        watches: row, name and owner of every watch.
        acks: all acknowledgements.
        now: time.
        most: size of the portion.
    """
    by_row = {watch[0]: watch for watch in watches}
    if matcher.watches != by_row.keys():
        return WatchCheck(is_outdated=True)
    if not by_row:
        return WatchCheck()
    return _Check(connection, matcher, by_row, acks, now).run(most)


def _bound(now: datetime) -> dict[str, str]:
    return {"now": rows.time_text(now)}
