"""Reader of a table of facts with a closed vocabulary: an unknown key, a missing one or a value of another type is an
error that names file and key. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from ctscan.errors import InputError

MAX_TEXT = 300

Member = TypeVar("Member", bound=StrEnum)
Value = TypeVar("Value", str, int, bool, date)


class FactTable:
    """Table of a file, whose keys are all known.

    Args:
        where: file and place for errors: `regimes/eu.toml: answer`.
        values: the table as parsed.
        keys: keys that it may have.

    Raises:
        InputError: the value is no table, or has an unknown key.
    """

    def __init__(self, where: str, values: object, keys: Iterable[str]) -> None:
        self.where, self.keys = where, sorted(keys)
        if not isinstance(values, Mapping):
            raise InputError(f"{where}: expected a table, got {_shown(values)}")
        self.values: Mapping[str, object] = values
        unknown = sorted(set(values) - set(self.keys))
        if unknown:
            raise InputError(f"{where}: unknown key {unknown[0][:40]!r}; expected one of {', '.join(self.keys)}")

    def text(self, key: str) -> str:
        """Read a text that isn't empty, of one printable line."""
        value = self._of_type(key, str)
        if not 0 < len(value) <= MAX_TEXT or not value.isprintable() or value != value.strip():
            raise self._wrong(key, f"one line of 1 to {MAX_TEXT} characters", value)
        return value

    def count(self, key: str, most: int) -> int:
        """Read an integer from 1 to `most`."""
        value = self._of_type(key, int)
        if not 1 <= value <= most:
            raise self._wrong(key, f"an integer from 1 to {most}", value)
        return value

    def flag(self, key: str) -> bool:
        """Read a truth value."""
        return self._of_type(key, bool)

    def day(self, key: str) -> date:
        """Read a day without a time."""
        return self._of_type(key, date)

    def member(self, key: str, vocabulary: type[Member]) -> Member:
        """Read a word of a closed vocabulary."""
        value = self._of_type(key, str)
        try:
            return vocabulary(value)
        except ValueError:
            raise self._wrong(key, f"one of {', '.join(vocabulary)}", value) from None

    def table(self, key: str, keys: Iterable[str]) -> FactTable | None:
        """Read a table; None where there is none."""
        return FactTable(f"{self.where}: {key}", self.values[key], keys) if key in self.values else None

    def tables(self, key: str, keys: Iterable[str]) -> list[FactTable]:
        """Read an array of tables; an empty list where there is none."""
        found = self.values.get(key, [])
        if not isinstance(found, list):
            raise self._wrong(key, "an array of tables", found)
        known = list(keys)
        return [FactTable(f"{self.where}: {key}[{place}]", table, known) for place, table in enumerate(found, 1)]

    def _of_type(self, key: str, kind: type[Value]) -> Value:
        if key not in self.values:
            raise InputError(f"{self.where}: {key}: missing; expected {kind.__name__}")
        value = self.values[key]
        if not isinstance(value, kind) or (type(value) in (bool, datetime) and kind in (int, date)):
            raise self._wrong(key, kind.__name__, value)
        return value

    def _wrong(self, key: str, expected: str, got: object) -> InputError:
        return InputError(f"{self.where}: {key}: expected {expected}, got {_shown(got)}")


def _shown(value: object) -> str:
    return ascii(value)[:60]
