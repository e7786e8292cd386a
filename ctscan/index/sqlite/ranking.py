"""Ranking: the certificates that keys find, in order. Functions of an open transaction. Certificates are rows.

A cut answer is as good as its order, and cutting must cost no more than the certificates that are shown. A few thousand
certificates are therefore ranked exactly; of more, the ones that came into the index last.
"""

# ruff: noqa: S608 - statements contain question marks of our own; values are bound

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from functools import cache
from itertools import count
from typing import TYPE_CHECKING

from ctscan.index.sqlite import controls, postings, row_checks, rows
from ctscan.index.sqlite.rows import placeholders, within
from ctscan.model import IdentifierKind

if TYPE_CHECKING:
    from ctscan.model import LookupKey

RANKED = 2_000
"""Certificates that are ranked exactly at least, even for a smaller limit."""

SEARCHED = 1_000
"""Certificates of the rarest word of a name among which an estimate counts: two common words that are rarely together
are in tens of thousands."""

RANKED_WHOLE = 100
"""Certificates with a whole name that are ranked exactly at least. Each costs a search in the postings of every word,
and the first page of a common name would cost hundreds of pages."""

_AT_ONCE = 500

_REAL = f"certificate < {postings.CONTROL}"  # a posting, and no control row

NEWEST = (
    "coalesce((SELECT max(timestamp) FROM leaf CROSS JOIN sighting ON sighting.leaf = leaf.id WHERE certificate = {0}),"
    " (SELECT max(first_logged) FROM leaf CROSS JOIN repository_sighting ON repository_sighting.leaf = leaf.id"
    " WHERE certificate = {0}))"
)
"""Time a certificate was logged last, by a log, else by a repository; null when neither knows."""

Word = Sequence[int]
"""Keys of the forms of a word; empty when no certificate holds it."""


# --- keys ---------------------------------------------------------------------------------------------------------


def with_any(connection: sqlite3.Connection, keys: Collection[LookupKey], limit: int) -> list[int]:
    """Return the newest certificates with any of the keys, in order. Of more than `max(limit, RANKED)` the last in the
    index are ranked."""
    found = _latest_with_any(connection, keys, limit, max(limit, RANKED))
    return _newest_first(connection, found, limit)


def number_with_any(connection: sqlite3.Connection, keys: Collection[LookupKey], limit: int) -> int:
    """Count the certificates with any of the keys, up to the limit."""
    return min(limit, len(_latest_with_any(connection, keys, limit, limit)))


def with_rows(connection: sqlite3.Connection, ids: Collection[int], limit: int, without: Collection[int]) -> list[int]:
    """Return the newest certificates with any of the keys, which are given as rows, except some; see `with_any`."""
    found = _latest_of(connection, ids, max(limit, RANKED) + len(without)).difference(without)
    if len(found) < limit:
        postings.check_postings(connection, sorted(ids))
    return _newest_first(connection, found, limit)


def _latest_with_any(connection: sqlite3.Connection, keys: Collection[LookupKey], limit: int, pool: int) -> set[int]:
    """Return the last certificates with any of the keys, at least a pool of them. Fewer than the limit are all, and
    checked: a cut answer claims nothing."""
    domains = [key.key for key in keys if key.kind == IdentifierKind.DOMAIN]
    exact = [(str(key.kind), key.key) for key in keys if key.kind != IdentifierKind.DOMAIN]
    ids = postings.ids_of(connection, exact)
    found = _latest_of(connection, ids.values(), pool)
    for domain in domains:
        found |= _at_or_below(connection, domain, pool)
    if len(found) < limit:
        postings.check_keys(connection, exact, sorted(ids.values()))
        for domain in domains:
            postings.check_domain(connection, domain)
    return found


def _latest_of(connection: sqlite3.Connection, ids: Collection[int], pool: int) -> set[int]:
    """Return the last certificates with any of the keys `ids`, at least a pool of them."""
    if len(ids) <= _AT_ONCE:
        return _latest(connection, sorted(ids), pool)
    return {id for some in rows.portions(sorted(ids), _AT_ONCE) for id in _latest(connection, some, pool)}


def _newest_first(connection: sqlite3.Connection, found: Collection[int], limit: int) -> list[int]:
    if len(found) < 2:
        return list(found)[:limit]
    newest = _newest(connection, sorted(found)[-max(limit, RANKED) :])
    return [id for _, id in sorted(zip(newest.values(), newest, strict=True))[:limit]]


def _at_or_below(connection: sqlite3.Connection, domain: str, pool: int) -> set[int]:
    """Return the last certificates with a domain or a subdomain."""
    below = "kind = 'domain' AND lookup_key.key BETWEEN ? AND ?"
    span = (domain, domain + controls.LAST)
    ids = [id for (id,) in connection.execute(f"SELECT id FROM lookup_key WHERE {below} LIMIT 2", span)]
    if len(ids) < 2:
        return _latest(connection, ids, pool)
    cursor = connection.execute(
        "SELECT DISTINCT certificate FROM lookup_key CROSS JOIN posting ON posting.key = lookup_key.id"
        f" WHERE {below} AND {_REAL} ORDER BY certificate DESC LIMIT ?",
        (*span, pool),
    )
    return {certificate for (certificate,) in cursor.fetchall()}


def _latest(connection: sqlite3.Connection, keys: Sequence[int], pool: int) -> set[int]:
    """Return the last certificates with any of the keys."""
    if not keys:
        return set()
    cursor = connection.execute(
        f"SELECT DISTINCT certificate FROM posting WHERE {_is_one_of(keys)} AND {_REAL}"
        " ORDER BY certificate DESC LIMIT ?",
        (*keys, pool),
    )
    return {certificate for (certificate,) in cursor.fetchall()}


def _is_one_of(keys: Sequence[int], name: str = "posting") -> str:
    """Write the condition for keys. With `=` SQLite knows that the postings of one key are in order already."""
    return f"{name}.key = ?" if len(keys) == 1 else f"{name}.key IN ({placeholders(keys)})"


def _newest(connection: sqlite3.Connection, certificates: Sequence[int]) -> dict[int, int]:
    """Return sort keys by certificate: newest first, certificates without a time last. Certificates that a posting
    names and that aren't there are left out, and noted as damage."""
    times: dict[int, int] = {}
    for id, time in connection.execute(_LOGGED, (json.dumps(certificates),)):
        if id not in times or time > times[id]:
            times[id] = time
    newest = {id: -time for id, time in times.items()}
    others = [id for id in certificates if id not in newest]
    for some in rows.portions(others, _AT_ONCE):
        for id, time in connection.execute(*within(_NEWEST, some)):
            newest[id] = _NEVER if time is None else -time
    if len(newest) < len(certificates):
        row_checks.note(connection, "certificate")
    return newest


_NEVER = 1 << 64  # behind every time

_LOGGED = (
    "SELECT certificate, timestamp FROM json_each(?) AS asked CROSS JOIN leaf ON leaf.certificate = asked.value"
    " CROSS JOIN sighting ON sighting.leaf = leaf.id"
)
"""Sightings of certificates. They come as one text: a list of parameters would be sorted in portions, and the groups of
`max` put in order, which takes as long as the search."""

_NEWEST = f"SELECT id, {NEWEST.format('certificate.id')} FROM certificate WHERE id IN ({{}})"


# --- words --------------------------------------------------------------------------------------------------------


def with_words(connection: sqlite3.Connection, words: Sequence[Collection[str]], limit: int, partly: int) -> list[int]:
    """Return certificates that hold all words of a name, each given in its forms, at most `limit`; then at most
    `partly` that hold some. Order: most words, then most words in one finding, then newest.

    Of more than `max(limit, RANKED_WHOLE)` with all words, the last in the index are ranked; of certificates with some
    words, the last `max(partly, RANKED)` of each word.
    """
    keys, asked = _words_of(connection, words)
    whole = _with_all(connection, asked, max(limit, RANKED_WHOLE))
    found = _ranked(connection, dict.fromkeys(whole, len(asked)), asked)[:limit]
    if len(found) == limit:  # a cut answer claims nothing
        return found
    some = _with_some(connection, asked, max(partly, RANKED), whole) if len(asked) > 1 and partly else {}
    if len(some) < partly or not partly:
        _check(connection, keys, asked)
    return found + _ranked(connection, some, asked)[:partly]


def number_with_words(connection: sqlite3.Connection, words: Sequence[Collection[str]], limit: int) -> int:
    """Count the certificates that hold all words of a name, up to the limit. Above zero no posting is looked for that
    was lost: the number only leads to a look-up, which does so."""
    keys, asked = _words_of(connection, words)
    found = len(_with_all(connection, asked, limit)) if asked else 0
    if not found:
        _check(connection, keys, asked)
    return found


def estimate_with_words(
    connection: sqlite3.Connection, words: Sequence[Collection[str]], limit: int
) -> tuple[int, bool]:
    """Count as `number_with_words` does, but only among the last `SEARCHED` certificates of the rarest word, unless
    none of them holds all words; return whether there may be more, too."""
    keys, asked = _words_of(connection, words)
    if asked and all(asked):
        number, rarest = min(zip(_counts(connection, asked, SEARCHED), asked, strict=True))
        others = [word for word in asked if word != rarest]
        found = _number_also_with(connection, rarest, others, limit) or len(_with_all(connection, asked, 1))
        if found:
            return found, found == limit or number == SEARCHED
    _check(connection, keys, asked)
    return 0, False


def _words_of(
    connection: sqlite3.Connection, words: Sequence[Collection[str]]
) -> tuple[list[tuple[str, str]], list[Word]]:
    """Return the look-up keys of all forms, and for each word the rows of those that are in the index."""
    kind = str(IdentifierKind.NAME)
    keys = sorted({(kind, form) for word in words for form in word})
    ids = postings.ids_of(connection, keys)
    return keys, [sorted({ids[kind, form] for form in word if (kind, form) in ids}) for word in words]


def _check(connection: sqlite3.Connection, keys: Sequence[tuple[str, str]], words: Sequence[Word]) -> None:
    """Check that no key is lost, and none of the postings of the words; note damage."""
    postings.check_keys(connection, keys, sorted({key for word in words for key in word}))


def _with_all(connection: sqlite3.Connection, words: Sequence[Word], pool: int) -> list[int]:
    """Return the last certificates that hold all words: certificates of the rarest word that every other word finds
    too."""
    if not all(words):
        return []
    rarest = _rarest(connection, words) if len(words) > 1 else 0
    others = [word for number, word in enumerate(words) if number != rarest]
    return _also_with(connection, words[rarest], others, pool)


def _also_with(connection: sqlite3.Connection, word: Word, others: Sequence[Word], pool: int) -> list[int]:
    """Return the last certificates of a word that every other word finds too."""
    cursor = connection.execute(
        f"SELECT DISTINCT one.certificate FROM posting AS one{_joined(others)}"
        f" WHERE {_is_one_of(word, 'one')} AND one.{_REAL}{_also(others)} ORDER BY one.certificate DESC LIMIT ?",
        (*word, *(key for other in others for key in other), pool),
    )
    return [certificate for (certificate,) in cursor]


def _number_also_with(connection: sqlite3.Connection, word: Word, others: Sequence[Word], limit: int) -> int:
    """Count the certificates that every other word finds too among the last `SEARCHED` of a word; counting stops at the
    limit."""
    last = (
        f"SELECT DISTINCT certificate FROM posting WHERE {_is_one_of(word)} AND {_REAL}"
        f" ORDER BY certificate DESC LIMIT {SEARCHED:d}"
    )
    also = f"SELECT DISTINCT one.certificate FROM ({last}) AS one{_joined(others)} WHERE TRUE{_also(others)} LIMIT ?"
    given = (*word, *(key for other in others for key in other), limit)
    return int(connection.execute(f"SELECT count(*) FROM ({also})", given).fetchone()[0])


_JOINED = 8
"""Words whose postings are joined. A subquery is slower, as it opens the table anew for each certificate, but SQLite
joins 64 tables at most."""


def _joined(others: Sequence[Word]) -> str:
    return "".join(f" CROSS JOIN posting AS other_{number}" for number in range(len(others[:_JOINED])))


def _also(others: Sequence[Word]) -> str:
    """Write the condition that a certificate `one` has a posting of every other word."""
    return "".join(f" AND {_is_also(number, other)}" for number, other in enumerate(others))


def _is_also(number: int, word: Word) -> str:
    name = f"other_{number}"
    is_there = f"{_is_one_of(word, name)} AND {name}.certificate = one.certificate"
    return is_there if number < _JOINED else f"EXISTS (SELECT 1 FROM posting AS {name} WHERE {is_there})"


def _rarest(connection: sqlite3.Connection, words: Sequence[Word]) -> int:
    """Return the number of the word that finds the fewest certificates. Counting stops soon after."""
    for bound in (64 << 2 * step for step in count()):
        counts = _counts(connection, words, bound)
        if min(counts) < bound:
            break
    return counts.index(min(counts))


def _counts(connection: sqlite3.Connection, words: Sequence[Word], bound: int) -> Sequence[int]:
    """Count the postings of each word, up to a bound."""
    found = (f"SELECT 1 FROM posting WHERE {_is_one_of(word)} AND {_REAL} LIMIT {bound:d}" for word in words)
    sql = f"SELECT {', '.join(f'(SELECT count(*) FROM ({one}))' for one in found)}"
    counts: Sequence[int] = connection.execute(sql, [key for word in words for key in word]).fetchone()
    return counts


def _with_some(
    connection: sqlite3.Connection, words: Sequence[Word], pool: int, whole: Collection[int]
) -> dict[int, int]:
    """Count, by certificate, the words that it holds, for certificates that don't hold all: the last of each word, at
    least a pool of them."""
    latest = {id for word in words if word for id in _latest(connection, word, pool + len(whole))}
    latest.difference_update(whole)
    if len(words) == 2:
        return dict.fromkeys(latest, 1)
    held = dict.fromkeys(latest, 0)
    for word in filter(None, words):
        for some in rows.portions(sorted(latest), _AT_ONCE):
            for (id,) in connection.execute(
                f"SELECT DISTINCT certificate FROM posting WHERE {_is_one_of(word)}"
                f" AND certificate IN ({placeholders(some)})",
                (*word, *some),
            ):
                held[id] += 1
    return held


def _ranked(connection: sqlite3.Connection, held: dict[int, int], words: Sequence[Word]) -> list[int]:
    """Sort certificates by the number of words that they hold."""
    if len(held) < 2:
        return list(held)
    best = _best(connection, [id for id, number in held.items() if number > 1], words)
    newest = _newest(connection, sorted(held))
    return sorted(newest, key=lambda id: (-held[id], -best.get(id, 1), newest[id], id))


def _best(connection: sqlite3.Connection, certificates: Sequence[int], words: Sequence[Word]) -> dict[int, int]:
    """Return the most words that one finding holds, by certificate."""
    forms = [{str(key) for key in word} for word in words]

    @cache  # findings with one name have the same keys
    def number(keys: str) -> int:
        found = set(keys.split(","))
        return sum(not word.isdisjoint(found) for word in forms)

    best: dict[int, int] = {}
    for some in rows.portions(certificates, _AT_ONCE):
        for id, keys in connection.execute(*within(_KEYS, some)):
            best[id] = max(number(keys), best.get(id, 0))
    return best


_KEYS = "SELECT certificate, keys FROM finding WHERE certificate IN ({}) AND keys <> ''"
