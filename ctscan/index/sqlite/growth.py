"""Growth of each log, from the sizes and times of its signed tree heads.

The first head of each hour of the newest two days is stored; the newest head of all is the log's (`logs`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctscan.model import TreeHead

HOUR = 3_600_000  # ms
DAY = 24 * HOUR
KEPT = 2 * DAY
SHORTEST = 5 * 60_000  # ms; over less, the growth shows only how often a log signs its heads
_LAST = 2**63  # no clock shows it, and SQLite can't hold it

Point = tuple[int, int]
"""Milliseconds since 1970, and the entries of the log at that time."""


def growth(points: Sequence[Point], head: TreeHead | None) -> float | None:
    """Return entries per second over the newest day of points, including `head`; where the day has only one point,
    since the point before it. None unless two points are at least `SHORTEST` apart."""
    now = point_of(head) if head else None
    points = [*points, now] if now else points
    if not points:
        return None
    newest, size = max(points)
    earlier = [point for point in points if newest - point[0] >= SHORTEST]
    if not earlier:
        return None
    of_the_day = [point for point in earlier if newest - point[0] <= DAY]
    since, before = min(of_the_day) if of_the_day else max(earlier)
    return max(0, size - before) / ((newest - since) / 1000)


def point_of(head: TreeHead) -> Point | None:
    """Return the point of a head; None for an unsigned head (the final head of a log list) or a head without a time."""
    return (head.timestamp, head.size) if head.signature and 0 < head.timestamp < _LAST else None


def keep(connection: sqlite3.Connection, log: int, head: TreeHead) -> None:
    """Store the point of a log's largest head; delete points older than two days, and points that claim to be newer."""
    if (point := point_of(head)) is None:
        return
    at, size = point
    connection.execute("DELETE FROM head_size WHERE log = ? AND (timestamp < ? OR timestamp > ?)", (log, at - KEPT, at))
    connection.execute(
        "INSERT INTO head_size (log, hour, timestamp, size) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (log, at // HOUR, at, size),
    )


def known(connection: sqlite3.Connection, log: int) -> list[Point]:
    """Return the stored points of a log."""
    return connection.execute("SELECT timestamp, size FROM head_size WHERE log = ?", (log,)).fetchall()
