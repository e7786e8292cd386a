"""How fast each log grows, by the sizes and times of its own signed tree heads.

Of each hour the first head is kept, of the newest two days; the newest head of all is the log's (`index.logs`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from ctscan.model import TreeHead

HOUR = 3_600_000  # ms
DAY = 24 * HOUR
KEPT = 2 * DAY
SHORTEST = 5 * 60_000  # ms: over less than that, how often a log signs its heads is all that would be seen
_LAST = 2**63  # what no clock shows and SQLite doesn't hold

Point = tuple[int, int]
"""Milliseconds since 1970, and how many entries the log had then."""


def growth(points: Sequence[Point], head: TreeHead | None) -> float | None:
    """Entries a second over the newest day of points, that of `head` among them; where only one is of that day, since
    the one before it. None where no two are some minutes apart."""
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
    """None for a head that nobody signed (the final one that a log list states), or without a time."""
    return (head.timestamp, head.size) if head.signature and 0 < head.timestamp < _LAST else None


def keep(connection: sqlite3.Connection, log: int, head: TreeHead) -> None:
    """Keep the point of a log's largest head; what is older than two days goes, and what claims to be newer."""
    if (point := point_of(head)) is None:
        return
    at, size = point
    connection.execute("DELETE FROM head_size WHERE log = ? AND (timestamp < ? OR timestamp > ?)", (log, at - KEPT, at))
    connection.execute(
        "INSERT INTO head_size (log, hour, timestamp, size) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (log, at // HOUR, at, size),
    )


def known(connection: sqlite3.Connection, log: int) -> list[Point]:
    """What is kept of a log."""
    return connection.execute("SELECT timestamp, size FROM head_size WHERE log = ?", (log,)).fetchall()
