"""Ranking: the certificates that keys find, in order. Functions of an open transaction. Certificates are rows.

A cut answer is as good as its order, and cutting must cost no more than the certificates that are shown. A few thousand
certificates are therefore ranked exactly; of more, the ones that came into the index last.
"""

# ruff: noqa: S608 - statements contain question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from ctscan.index.sqlite import controls, posting_lists, postings, row_checks, rows
from ctscan.index.sqlite.posting_lists import Certificates
from ctscan.index.sqlite.rows import within
from ctscan.model import IdentifierKind

if TYPE_CHECKING:
    from ctscan.model import LookupKey

RANKED = 2_000
"""Certificates that are ranked exactly at least, even for a smaller limit."""

SEARCHED = 256
"""Certificates of the rarest word of a name among which an estimate counts: two common words that are rarely together
are in tens of thousands."""

RANKED_WHOLE = 100
"""Certificates with a whole name that are ranked exactly at least. Each costs a search for its findings, and the first
page of a common name would cost hundreds of pages."""

_AT_ONCE = 500

NEWEST = (
    "coalesce((SELECT max(timestamp) FROM leaf CROSS JOIN sighting ON sighting.leaf = leaf.id WHERE certificate = {0}),"
    " (SELECT max(first_logged) FROM leaf CROSS JOIN repository_sighting ON repository_sighting.leaf = leaf.id"
    " WHERE certificate = {0}))"
)
"""Time a certificate was logged last, by a log, else by a repository; null when neither knows."""

Word = Mapping[int, Certificates]
"""Certificates by the key of each form of a word; empty when no certificate holds it."""


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
    found = _last(posting_lists.read(connection, ids).values(), max(limit, RANKED) + len(without))
    return _newest_first(connection, [id for id in found if id not in without], limit)


def _latest_with_any(
    connection: sqlite3.Connection, keys: Collection[LookupKey], limit: int, pool: int
) -> Sequence[int]:
    """Return the last certificates with any of the keys, at most a pool of them, ascending. Fewer than the limit are
    all, and no key was lost: a cut answer claims nothing."""
    domains = [key.key for key in keys if key.kind == IdentifierKind.DOMAIN]
    exact = [(str(key.kind), key.key) for key in keys if key.kind != IdentifierKind.DOMAIN]
    ids = set(postings.ids_of(connection, exact).values())
    ids.update(*[postings.ids_below(connection, domain) for domain in domains])
    found = _last_of(connection, sorted(ids), pool)
    if len(found) < limit:
        postings.check_keys(connection, exact)
        for domain in domains:
            controls.check_domain(connection, domain)
    return found


def _last_of(connection: sqlite3.Connection, ids: Sequence[int], pool: int) -> Sequence[int]:
    """Return the last certificates with any of the keys `ids`, at most a pool of them, ascending. A domain may have any
    number of domains below it."""
    found: Sequence[int] = ()
    for some in rows.portions(ids, _AT_ONCE):
        found = _last([*posting_lists.read(connection, some).values(), found], pool)
    return found


def _last(lists: Iterable[Sequence[int]], pool: int) -> Sequence[int]:
    """Return the last certificates of any of the ascending lists, at most a pool of them, ascending."""
    filled = [certificates[-pool:] for certificates in lists if certificates]
    return filled[0] if len(filled) == 1 else sorted(set(chain.from_iterable(filled)))[-pool:]


def _newest_first(connection: sqlite3.Connection, found: Sequence[int], limit: int) -> list[int]:
    """Put the last of ascending certificates in order."""
    if len(found) < 2:
        return list(found)[:limit]
    ranked = found[-max(limit, RANKED) :]
    newest = _newest(connection, ranked)
    return sorted(filter(newest.__contains__, ranked), key=newest.__getitem__)[:limit]


def _newest(connection: sqlite3.Connection, certificates: Sequence[int]) -> dict[int, int]:
    """Return sort keys by certificate: newest first, certificates without a time last. Certificates that a posting
    names and that aren't there are left out, and noted as damage."""
    times: dict[int, int] = {}
    for some in rows.portions(certificates, _TOGETHER):
        ids, logged = connection.execute(*within(_LOGGED, some)).fetchone()
        for id, time in zip(_numbers(ids), _numbers(logged), strict=True):
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


def _numbers(listed: str | None) -> Iterable[int]:
    return map(int, listed.split(",")) if listed else ()


_TOGETHER = 1_000

_LOGGED = (
    "SELECT group_concat(certificate), group_concat(timestamp)"
    " FROM leaf CROSS JOIN sighting ON sighting.leaf = leaf.id WHERE certificate IN ({})"
)
"""Sightings of certificates. They come as two texts: rows of two numbers take as long as the search for them."""

_NEWEST = f"SELECT id, {NEWEST.format('certificate.id')} FROM certificate WHERE id IN ({{}})"


# --- words --------------------------------------------------------------------------------------------------------


def with_words(connection: sqlite3.Connection, words: Sequence[Collection[str]], limit: int, partly: int) -> list[int]:
    """Return certificates that hold all words of a name, each given in its forms, at most `limit`; then at most
    `partly` that hold some. Order: most words, then most words in one finding, then newest.

    Of more than `max(limit, RANKED_WHOLE)` with all words, the last in the index are ranked; of certificates with some
    words, the last `max(partly, RANKED)` of each word.
    """
    keys, asked = _words_of(connection, words)
    whole = _with_all(asked, max(limit, RANKED_WHOLE))
    found = _ranked(connection, dict.fromkeys(whole, len(asked)), asked)[:limit]
    if len(found) == limit:  # a cut answer claims nothing
        return found
    some = _with_some(asked, max(partly, RANKED), whole) if len(asked) > 1 and partly else {}
    if len(some) < partly or not partly:
        postings.check_keys(connection, keys)
    return found + _ranked(connection, some, asked)[:partly]


def number_with_words(connection: sqlite3.Connection, words: Sequence[Collection[str]], limit: int) -> int:
    """Count the certificates that hold all words of a name, up to the limit. Above zero no key is looked for that was
    lost: the number only leads to a look-up, which does so."""
    keys, asked = _words_of(connection, words)
    found = len(_with_all(asked, limit)) if asked else 0
    if not found:
        postings.check_keys(connection, keys)
    return found


def estimate_with_words(
    connection: sqlite3.Connection, words: Sequence[Collection[str]], limit: int
) -> tuple[int, bool]:
    """Count as `number_with_words` does, but only among the last `SEARCHED` certificates of the rarest word, unless
    none of them holds all words; return whether there may be more, too."""
    keys, asked = _words_of(connection, words)
    if asked and all(asked):
        rarest = min(asked, key=lambda word: (min(_size(word), SEARCHED), sorted(word)))
        last = _last(rarest.values(), SEARCHED)
        found = min(limit, len(_also_with(set(last), [word for word in asked if word is not rarest])))
        found = found or len(_with_all(asked, 1))
        if found:
            return found, found == limit or _size(rarest) >= SEARCHED
    postings.check_keys(connection, keys)
    return 0, False


def _words_of(
    connection: sqlite3.Connection, words: Sequence[Collection[str]]
) -> tuple[list[tuple[str, str]], list[Word]]:
    """Return the look-up keys of all forms, and for each word those that are in the index, with their certificates."""
    kind = str(IdentifierKind.NAME)
    keys = sorted({(kind, form) for word in words for form in word})
    ids = postings.ids_of(connection, keys)
    lists = posting_lists.read(connection, ids.values())
    return keys, [{ids[kind, form]: lists[ids[kind, form]] for form in word if (kind, form) in ids} for word in words]


def _with_all(words: Sequence[Word], pool: int) -> list[int]:
    """Return the last certificates that hold all words, the newest first: certificates of the rarest word that every
    other word has, too."""
    if not all(words):
        return []
    rarest = min(words, key=_size)
    others = [word for word in words if word is not rarest]
    found: list[int] = []
    candidates = _certificates(rarest)
    for end in range(len(candidates), 0, -_CANDIDATES):
        also = _also_with(set(candidates[max(0, end - _CANDIDATES) : end]), others)
        found += sorted(also, reverse=True)
        if len(found) >= pool:
            break
    return found[:pool]


_CANDIDATES = 2_000
"""Certificates of the rarest word that are looked for in the others together. Of two common words the last suffice."""


def _size(word: Word) -> int:
    return sum([len(certificates) for certificates in word.values()])


def _certificates(word: Word) -> Sequence[int]:
    """Return the certificates of a word, ascending."""
    lists = list(word.values())
    return lists[0] if len(lists) == 1 else sorted(set(chain.from_iterable(lists)))


def _also_with(candidates: set[int], words: Iterable[Word]) -> set[int]:
    """Return the candidates that every word has."""
    for word in words:
        candidates = set().union(*[_common(candidates, certificates) for certificates in word.values()])
    return candidates


def _common(candidates: set[int], certificates: Certificates) -> set[int]:
    """Return the candidates that are among ascending certificates: of few each is searched for, of many the
    certificates are gone through."""
    if not candidates:
        return candidates
    first = bisect_left(certificates, min(candidates))
    behind = bisect_right(certificates, max(candidates), first)
    if behind - first < _SEARCH * len(candidates):
        return candidates.intersection(certificates[first:behind])
    return {one for one in candidates if certificates[bisect_left(certificates, one, first, behind - 1)] == one}


_SEARCH = 16
"""Certificates that are gone through in the time of a search."""


def _with_some(words: Sequence[Word], pool: int, whole: Collection[int]) -> dict[int, int]:
    """Count, by certificate, the words that it holds, for certificates that don't hold all: the last of each word, at
    least a pool of them."""
    latest = {id for word in words if word for id in _last(word.values(), pool + len(whole))}
    latest.difference_update(whole)
    return Counter(id for word in words if word for id in _also_with(latest, [word]))


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
