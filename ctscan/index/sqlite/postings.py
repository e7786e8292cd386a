"""Findings as rows: their own values, their kind, their look-up keys, and the certificates that a key finds. Functions
of an open transaction.

Many findings have rule, field, category, reason and more in common: this is their kind, one row for all of them (table
`trait`). Many certificates have keys in common: a key is one row, and its certificates are a list (`posting_lists`).
The findings of a certificate are written and deleted together, its places in the lists with them, and keys without
certificates. `certificate.findings_check` is the check of all findings of a certificate, with their kinds and keys as
they are told.
"""

# ruff: noqa: S608 - statements contain column lists and question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from ctscan.index.sqlite import controls, mailboxes, many_rows, posting_lists, remembered, row_checks, rows
from ctscan.index.sqlite.rows import StoredFinding, StoredKind, within
from ctscan.model import IdentifierKind, LookupKey

if TYPE_CHECKING:
    from ctscan.model import Finding

AT_ONCE = 500

Findings = Sequence[tuple[int, Sequence[StoredFinding]]]
"""`(certificate, its findings)`."""


# --- writing ------------------------------------------------------------------------------------------------------


def replace(connection: sqlite3.Connection, certificate: int, findings: Sequence[StoredFinding], rules: str) -> None:
    """Replace the findings of a certificate by those of a rule set."""
    remove(connection, certificate)
    connection.execute(
        "UPDATE certificate SET rules = ?, findings_check = ? WHERE id = ?",
        (rules, rows.findings_check(findings), certificate),
    )
    write(connection, [(certificate, findings)])


def remove(connection: sqlite3.Connection, certificate: int) -> None:
    """Delete the findings of a certificate, its postings, and keys without any other posting."""
    found = connection.execute("SELECT keys FROM finding WHERE certificate = ? AND keys <> ''", (certificate,))
    keys = {int(key) for (keys,) in found for key in keys.split(",")}
    _drop_keys(connection, posting_lists.remove(connection, certificate, keys))
    connection.execute("DELETE FROM finding WHERE certificate = ?", (certificate,))


def _drop_keys(connection: sqlite3.Connection, ids: Sequence[int]) -> None:
    """Delete look-up keys, also from the control totals."""
    gone = [
        row
        for id in ids
        for row in connection.execute("DELETE FROM lookup_key WHERE id = ? RETURNING id, kind, key, hash", (id,))
    ]
    _control(connection, gone, -1)


def _control(connection: sqlite3.Connection, keys: Sequence[tuple[int, str, str, int]], sign: int = 1) -> None:
    """Add keys to the control totals and the mailboxes, or take them away."""
    terms = [controls.hash_term(hashed, id) for id, _, _, hashed in keys]
    controls.add(connection, controls.Family.KEY, terms, sign)
    domains = [(id, key, hashed) for id, kind, key, hashed in keys if kind == IdentifierKind.DOMAIN]
    controls.add_domains(connection, domains, sign)
    addresses = [(id, key) for id, kind, key, _ in keys if kind == IdentifierKind.EMAIL]
    (mailboxes.add if sign > 0 else mailboxes.remove)(connection, addresses)


def write(connection: sqlite3.Connection, found: Findings) -> None:
    """Write findings of certificates that have none."""
    all_keys = [finding.keys for _, findings in found for finding in findings]
    keys, new_keys = _key_ids(connection, set(chain.from_iterable(all_keys)))
    kinds = _finding_kind_ids(connection, {finding.finding_kind for _, findings in found for finding in findings})
    plain: list[tuple[Any, ...]] = []
    full: list[tuple[Any, ...]] = []
    postings: list[tuple[int, int]] = []
    texts = {key: str(id) for key, id in keys.items()}
    for certificate, findings in found:
        own: set[tuple[str, str]] = set()
        for ordinal, (kind, its, value, canonical, raw, repaired) in enumerate(findings):
            own.update(its)
            row = (certificate, ordinal, kinds[kind], ",".join([texts[key] for key in its]), value, canonical)
            if raw is None and repaired is None:
                plain.append(row)
            else:
                full.append((*row, raw, repaired))
        postings += [(keys[key], certificate) for key in own]
    many_rows.insert(connection, f"INSERT INTO finding ({_PLAIN})", plain)
    many_rows.insert(connection, f"INSERT INTO finding ({_PLAIN}, raw, repaired)", full)
    posting_lists.add(connection, postings, new_keys)


_PLAIN = "certificate, ordinal, trait, keys, value, canonical"
_FINDING_KIND_MARKS = ", ".join("?" * len(rows.FINDING_KIND_COLUMNS.split(", ")))
_IS_FINDING_KIND = " AND ".join(f"{column} = ?" for column in rows.FINDING_KIND_COLUMNS.split(", "))


def _finding_kind_ids(connection: sqlite3.Connection, finding_kinds: Iterable[StoredKind]) -> dict[StoredKind, int]:
    """Return the rows of finding kinds; insert new kinds."""
    ids = {}
    for kind in finding_kinds:
        found = connection.execute(f"SELECT id FROM trait WHERE {_IS_FINDING_KIND}", kind.columns).fetchone()
        if found is None:
            insert = f"INSERT INTO trait ({rows.FINDING_KIND_COLUMNS}) VALUES ({_FINDING_KIND_MARKS}) RETURNING id"
            found = connection.execute(insert, kind.columns).fetchone()
        ids[kind] = found[0]
    return ids


def _key_ids(
    connection: sqlite3.Connection, keys: Collection[tuple[str, str]]
) -> tuple[dict[tuple[str, str], int], range]:
    """Return the rows of look-up keys, and which of them are new; insert new keys."""
    hashes = row_checks.key_hashes(keys)
    ids = _ids_by_hash(connection, hashes)
    new = sorted(hashes.keys() - ids.keys())
    if not new:
        return ids, range(0)
    first = 1 + connection.execute("SELECT coalesce(max(id), 0) FROM lookup_key").fetchone()[0]
    rows_of_new = [(id, *key, hashes[key]) for id, key in enumerate(new, first)]
    many_rows.insert(connection, "INSERT OR FAIL INTO lookup_key (id, kind, key, hash)", rows_of_new)
    _control(connection, rows_of_new)
    ids.update({(kind, key): id for id, kind, key, _ in rows_of_new})
    return ids, range(first, first + len(new))


def ids_of(connection: sqlite3.Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the rows of the keys `(kind, key)` that are in the index. They are found by their hashes, which are
    shorter; different keys may have one hash."""
    return _ids_by_hash(connection, {key: row_checks.key_hash(*key) for key in keys})


def _ids_by_hash(connection: sqlite3.Connection, hashes: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    found = {}
    for some in rows.portions(list(set(hashes.values())), AT_ONCE):
        for id, hashed, kind, key in connection.execute(*within(_BY_HASH, some)):
            if hashes.get((kind, key)) == hashed:
                found[kind, key] = id
            elif row_checks.key_hash(kind, key) != hashed:
                row_checks.note(connection, "lookup_key")
    return found


_BY_HASH = "SELECT id, hash, kind, key FROM lookup_key WHERE hash IN ({})"


# --- reading ------------------------------------------------------------------------------------------------------


def read(connection: sqlite3.Connection, checks: Mapping[int, int]) -> dict[int, list[Finding]]:
    """Return the findings of at most `AT_ONCE` certificates, in their order.

    Args:
        connection: in a transaction.
        checks: by certificate, the check of its findings. Where it is another, they are left out.
    """
    read = _read(connection, tuple(checks))
    return {certificate: _sound(connection, some, checks[certificate]) for certificate, some in read.items()}


def checks_of(connection: sqlite3.Connection, certificates: Sequence[int]) -> dict[int, int]:
    """Compute the checks of the findings of at most `AT_ONCE` certificates, as they are."""
    return {certificate: _check(some) for certificate, some in _read(connection, certificates).items()}


def _read(connection: sqlite3.Connection, certificates: Sequence[int]) -> dict[int, list[_ReadFinding]]:
    """Return rows of findings with their kinds and keys, by certificate."""
    found = connection.execute(*within(_FINDINGS, certificates)).fetchall()
    kinds = _finding_kinds(connection, {kind for _, kind, *_ in found})
    ids = {keys: tuple(map(int, keys.split(","))) if keys else () for _, _, keys, *_ in found}
    pairs = _keys(connection, {id for some in ids.values() for id in some})
    keys = {text: _ReadKeys(tuple([pairs.get(id, ("", "")) for id in some])) for text, some in ids.items()}
    read: dict[int, list[_ReadFinding]] = {certificate: [] for certificate in certificates}
    for certificate, kind, its, *own in found:
        read[certificate].append((kinds.get(kind, _NO_KIND), keys[its], own))
    return read


_FINDINGS = (
    "SELECT certificate, trait, keys, value, canonical, raw, repaired FROM finding"
    " WHERE certificate IN ({}) ORDER BY certificate, ordinal"
)


def _check(read: Sequence[_ReadFinding]) -> int:
    return rows.check_of_findings((kind.check, keys.pairs, *own) for kind, keys, own in read)


class _ReadKind:
    """Kind of findings as it was read. Its values are parsed when its check was found right."""

    __slots__ = ("_columns", "_parsed", "check")

    def __init__(self, columns: tuple[Any, ...]) -> None:
        self._columns = columns
        self._parsed: rows.FindingKind | None = None
        self.check = rows.check_of_kind(columns)

    @property
    def values(self) -> rows.FindingKind:
        """Values of the model."""
        if self._parsed is None:
            self._parsed = _parsed_kind(self._columns)
        return self._parsed


_NO_KIND = _ReadKind(())


class _ReadKeys:
    """Look-up keys of a finding, `(kind, key)`, as they were read. Findings with the same keys share the object."""

    __slots__ = ("_made", "pairs")

    def __init__(self, pairs: tuple[tuple[str, str], ...]) -> None:
        self.pairs = pairs
        self._made: tuple[LookupKey, ...] | None = None

    @property
    def values(self) -> tuple[LookupKey, ...]:
        """Values of the model."""
        if self._made is None:
            self._made = tuple([LookupKey(_KIND_OF[kind], key) for kind, key in self.pairs])
        return self._made


_KIND_OF = {str(kind): kind for kind in IdentifierKind}

_ReadFinding = tuple[_ReadKind, _ReadKeys, list[Any]]
"""Kind of a finding, its keys, and `(value, canonical, raw, repaired)`."""


def _sound(connection: sqlite3.Connection, read: Sequence[_ReadFinding], check: int) -> list[Finding]:
    """Build the findings of a certificate; none of them, and note the damage, where their check is another."""
    if check != _check(read):
        row_checks.note(connection, "finding")
        return []
    return [rows.finding_of(kind.values, keys.values, own) for kind, keys, own in read]


_parsed_kind = lru_cache(maxsize=4096)(rows.finding_kind_of)


_KINDS_KEPT = 4_096  # kinds of findings in memory


def _finding_kinds(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, _ReadKind]:
    """Return finding kinds by row, these and others that were read from this state of the file."""
    kinds: dict[int, _ReadKind] = remembered.recall(connection, _finding_kinds, lambda _: {})
    if len(kinds) > _KINDS_KEPT:
        kinds.clear()
    for some in rows.portions([id for id in ids if id not in kinds], AT_ONCE):
        for id, *columns in connection.execute(*within(_KINDS, some)):
            kinds[id] = _ReadKind(tuple(columns))
    return kinds


_KINDS = f"SELECT id, {rows.FINDING_KIND_COLUMNS} FROM trait WHERE id IN ({{}})"


def _keys(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Return look-up keys by row."""
    return {
        id: (kind, key)
        for some in rows.portions(list(ids), AT_ONCE)
        for id, kind, key in connection.execute(*within("SELECT id, kind, key FROM lookup_key WHERE id IN ({})", some))
    }


# --- checks -------------------------------------------------------------------------------------------------------


def check_keys(connection: sqlite3.Connection, keys: Sequence[tuple[str, str]]) -> None:
    """Check that no key `(kind, key)` is lost; note damage. Lists of certificates are checked where they are read."""
    for shard in {row_checks.key_hash(*key) >> 20: row_checks.key_hash(*key) for key in keys}.values():
        controls.check_hash(connection, controls.Family.KEY, shard)


def ids_below(connection: sqlite3.Connection, domain: str) -> list[int]:
    """Return the rows of the keys at and below a domain, whose labels are reversed."""
    sql = "SELECT id FROM lookup_key WHERE kind = 'domain' AND key BETWEEN ? AND ?"
    return [id for (id,) in connection.execute(sql, (domain, domain + controls.LAST))]


def check_all(connection: sqlite3.Connection) -> None:
    """Check the hashes of all keys, and their postings; note damage."""
    wrong = connection.execute("SELECT 1 FROM lookup_key WHERE key_hash(kind, key) <> hash LIMIT 1").fetchone()
    lost = connection.execute("SELECT 1 FROM posting WHERE key NOT IN (SELECT id FROM lookup_key) LIMIT 1").fetchone()
    if wrong is not None or lost is not None:
        row_checks.note(connection, "lookup_key")
    for some in rows.portions([id for (id,) in connection.execute("SELECT id FROM lookup_key")], AT_ONCE):
        posting_lists.check(connection, some)
