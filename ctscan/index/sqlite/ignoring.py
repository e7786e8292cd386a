"""Ignore list of a report of exposure against the rows of an index. Functions of an open transaction.

A person in a certificate whose addresses and numbers are all ignored by value is out with everything: without them the
name would stay, joined with nobody, and count as one more person for each certificate.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ctscan.index.sqlite.exposed_scope import keys_of_value

if TYPE_CHECKING:
    from ctscan.model.exposure import Ignored


class Part(NamedTuple):
    """Finding of a certificate. `label`: the person, empty where the finding is nobody's; `identifies`: it is an
    address or a number that tells a person."""

    trait: int
    keys: str
    label: str
    identifies: bool


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

    def kept(self, issuer: int, parts: Sequence[Part]) -> list[int]:
        """Return the places of the findings of a certificate that count; the first entry that fits counts another."""
        people = self._ignored_people(issuer, parts)
        kept = []
        for at, part in enumerate(parts):
            number = self.entry_of(issuer, part.trait, part.keys)
            number = people.get(part.label) if number is None else number
            if number is None:
                kept.append(at)
            else:
                self.counts[number] += 1
        return kept

    def entry_of(self, issuer: int, trait: int, keys: str) -> int | None:
        """Return the first entry that fits a finding; None where none does."""
        return self._first(range(len(self.entries)), issuer, trait, keys)

    def _ignored_people(self, issuer: int, parts: Sequence[Part]) -> dict[str, int]:
        """Return the people whose addresses and numbers are all ignored by value, with the first entry."""
        if not self._keys:
            return {}
        ignored: dict[str, int] = {}
        held = {""}
        for part in parts:
            if part.identifies:
                number = self._first(self._keys, issuer, part.trait, part.keys)
                if number is None:
                    held.add(part.label)
                else:
                    ignored.setdefault(part.label, number)
        return {label: number for label, number in ignored.items() if label not in held}

    def _first(self, numbers: Iterable[int], issuer: int, trait: int, keys: str) -> int | None:
        ids = {int(id) for id in keys.split(",")} if keys else set()
        return next((one for one in numbers if self._fits(one, issuer, trait, ids)), None)

    def _fits(self, number: int, issuer: int, trait: int, ids: set[int]) -> bool:
        return (
            (number not in self._issuers or issuer in self._issuers[number])
            and (number not in self._rules or trait in self._rules[number])
            and (number not in self._keys or not ids.isdisjoint(self._keys[number]))
        )
