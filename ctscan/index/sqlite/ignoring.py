"""Ignore list of a report of exposure against the rows of an index. Functions of an open transaction."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence

from ctscan.index.sqlite.exposed_scope import keys_of_value
from ctscan.model.exposure import Ignored


class IgnoreList:
    """Entries of an ignore list, each with the rows that it fits. `counts`: findings taken out, by entry."""

    def __init__(self, connection: sqlite3.Connection, entries: Sequence[Ignored]) -> None:
        self.entries = entries
        self.counts: Counter[int] = Counter()
        self._issuers: dict[int, set[int]] = {}
        self._rules: dict[int, set[int]] = {}
        self._keys: dict[int, set[int]] = {}
        for number, entry in enumerate(entries):
            self._read(connection, number, entry)

    def _read(self, connection: sqlite3.Connection, number: int, entry: Ignored) -> None:
        if entry.issuer:
            found = connection.execute("SELECT id, name FROM issuer_name")
            wanted = entry.issuer.casefold()
            self._issuers[number] = {id for id, name in found if wanted in name.casefold()}
        if entry.rule:
            found = connection.execute("SELECT id FROM trait WHERE rule = ?", (entry.rule,))
            self._rules[number] = {id for (id,) in found}
        if entry.value:
            self._keys[number] = set(keys_of_value(connection, entry.value))

    def takes(self, issuer: int, trait: int, keys: str) -> bool:
        """Return whether an entry takes a finding out; the first that fits counts it."""
        number = self.entry_of(issuer, trait, keys)
        if number is None:
            return False
        self.counts[number] += 1
        return True

    def entry_of(self, issuer: int, trait: int, keys: str) -> int | None:
        """Return the first entry that fits a finding; None where none does."""
        ids = {int(id) for id in keys.split(",")} if keys else set()
        return next((one for one in range(len(self.entries)) if self._fits(one, issuer, trait, ids)), None)

    def _fits(self, number: int, issuer: int, trait: int, ids: set[int]) -> bool:
        return (
            (number not in self._issuers or issuer in self._issuers[number])
            and (number not in self._rules or trait in self._rules[number])
            and (number not in self._keys or not ids.isdisjoint(self._keys[number]))
        )
