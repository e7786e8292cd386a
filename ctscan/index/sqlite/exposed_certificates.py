"""Dates, logs, hosts and standings of the certificates of a report of exposure. Functions of an open transaction,
behind `exposed_findings`."""

# ruff: noqa: S608 - statements contain names of tables of our own

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from msgspec import Struct, field

from ctscan.index.sqlite import revocations, rows
from ctscan.index.sqlite.exposed_scope import LAST_TIME
from ctscan.model.exposure import UNKNOWN, DatedCertificates
from ctscan.x509.subject_text import values_in

_SEEN_IN = (
    "(SELECT group_concat({0}.log || ':' || {0}.timestamp) FROM leaf CROSS JOIN {0} ON {0}.leaf = leaf.id"
    " WHERE leaf.certificate = exposed.certificate)"
)
_DATES = f"""
    SELECT not_before, subject, {_SEEN_IN.format("sighting")}, {_SEEN_IN.format("chain_sighting")},
        (SELECT min(first_logged) FROM leaf CROSS JOIN repository_sighting ON repository_sighting.leaf = leaf.id
            WHERE leaf.certificate = exposed.certificate AND first_logged BETWEEN 0 AND {LAST_TIME})
    FROM temp.exposed_certificate AS exposed CROSS JOIN certificate ON certificate.id = exposed.certificate
"""

_STANDINGS = """
    SELECT count(*), min(exposed.certificate),
        not_after < :now AS is_over, not_before > :now AS is_to_come,
        not_before IS NULL OR not_after IS NULL AS is_open,
        (SELECT group_concat(source || state || (reason = 'certificateHold')
            || CASE WHEN next_update IS NOT NULL THEN next_update < :text
               ELSE coalesce(this_update, checked) < :usable END
            || CASE WHEN why LIKE '["%' THEN substr(why, 1, instr(substr(why, 3), '"') + 2) ELSE why END)
            FROM revocation WHERE revocation.certificate = exposed.certificate) AS said
    FROM temp.exposed_certificate AS exposed CROSS JOIN certificate ON certificate.id = exposed.certificate
    GROUP BY is_over, is_to_come, is_open, said
"""
_USABLE_FOR = timedelta(days=10)  # of an answer without an end, as `revocation.status` has it


class Dates(Struct):
    """Counts of certificates by month, log and organisational unit."""

    logs: Counter[str] = field(default_factory=Counter)
    issued: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)


def dates(connection: sqlite3.Connection) -> Dates:
    """Count the certificates by log, by month of issuance and of first sighting, and by organisational unit."""
    found = Dates()
    logs, issued, seen = Counter[str](), Counter[int](), Counter[int]()
    for not_before, subject, logged, chained, listed in connection.execute(_DATES):
        first = _first(logged, chained, listed, logs)
        issued[_UNKNOWN_DAY if not_before is None else not_before // _DAY] += 1
        seen[_UNKNOWN_DAY if first is None else first // (1000 * _DAY)] += 1
        if "OU=" in subject:
            found.units.update(units_in(subject))
    names = dict(connection.execute("SELECT id, name FROM log"))
    for log, count in logs.items():
        found.logs[names.get(int(log), UNKNOWN)] += count
    found.issued, found.seen = _months(issued), _months(seen)
    return found


_DAY = 86_400
_UNKNOWN_DAY = -1


def _first(logged: str | None, chained: str | None, listed: int | None, logs: Counter[str]) -> int | None:
    """Count the logs of a certificate, and return its first sighting in milliseconds.

    Args:
        logged: `log:time` of each entry, between commas; likewise `chained`.
        listed: earliest time that a repository states.
        logs: counts by row of the log.
    """
    if logged is not None and chained is None and listed is None and "," not in logged:  # the usual case
        log, _, stamp = logged.partition(":")
        logs[log] += 1
        return time if 0 <= (time := int(stamp)) <= LAST_TIME else None
    pairs = [one.partition(":") for text in (logged, chained) if text for one in text.split(",")]
    logs.update({log for log, _, _ in pairs})
    times = [time for _, _, stamp in pairs if 0 <= (time := int(stamp)) <= LAST_TIME]
    return min(times + ([listed] if listed is not None else []), default=None)


def _months(days: Counter[int]) -> Counter[str]:
    """Sum up days since 1970 by their months."""
    months: Counter[str] = Counter()
    for day, count in days.items():
        is_known = 0 <= day <= LAST_TIME // (1000 * _DAY)
        months[f"{datetime.fromtimestamp(day * _DAY, UTC):%Y-%m}" if is_known else UNKNOWN] += count
    return months


def units_in(subject: str) -> tuple[str, ...]:
    """Return the organisational units in a subject. Many subjects end alike, behind the name of the person."""
    at = subject.find(",OU=")
    is_whole = at < 1 or subject.startswith("OU=") or "\\" in subject[:at] or "+OU=" in subject
    return values_in(subject, "OU") if is_whole else _units_of_end(subject[at + 1 :])


@lru_cache(maxsize=4096)
def _units_of_end(text: str) -> tuple[str, ...]:
    return values_in(text, "OU")


def hosts(connection: sqlite3.Connection) -> int:
    """Count the distinct hosts."""
    found = connection.execute(
        "SELECT count(DISTINCT host) FROM certificate_host"
        " WHERE certificate IN (SELECT certificate FROM temp.exposed_certificate)"
    )
    return int(found.fetchone()[0])


def standings(connection: sqlite3.Connection, now: datetime) -> tuple[DatedCertificates, ...]:
    """Group the certificates whose dates and revocations lead to the same standing."""
    given = {
        "now": int(now.timestamp()),
        "text": rows.time_text(now),
        "usable": rows.time_text(now - _USABLE_FOR),
    }
    found = connection.execute(_STANDINGS, given).fetchall()
    groups = []
    for count, id, *_ in found:
        start, end = connection.execute("SELECT not_before, not_after FROM certificate WHERE id = ?", (id,)).fetchone()
        said = tuple(revocations.by_certificate(connection, [id])[id])
        groups.append(DatedCertificates(rows.time_at(start), rows.time_at(end), said, count))
    return tuple(groups)
