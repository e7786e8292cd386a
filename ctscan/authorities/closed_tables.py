"""Reader of TOML tables with a closed set of keys: each key is taken once with its type, and a key that nobody took is
an error. Pure.

An error is one line with the file and the path of the key (`example.toml: facts[3].value.years: …`). It names the type
of a refused value and never repeats the value: a profile may come from anywhere.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from typing import Final, TypeVar

from ctscan.errors import FormatError
from ctscan.model import Code
from ctscan.model.ca_vocabulary import code_of, word_of

FILE_LIMIT: Final = 256 * 1024  # bytes; a profile is a few pages of text
LIST_LIMIT: Final = 500
TEXT_LIMIT: Final = 400  # characters
NUMBER_LIMIT: Final = 1000

_C = TypeVar("_C", bound=Code)


class ClosedTable:
    """Table of a TOML file whose keys are taken by name and type. `end` refuses the rest."""

    def __init__(self, where: str, table: Mapping[str, object]) -> None:
        self._where = where
        self._rest = dict(table)

    def fault(self, key: str, expected: str, value: object = None) -> FormatError:
        """Make the error of a key: where, expected, got."""
        got = "none" if value is None else _kind(value)
        return FormatError(f"{self._path(key)}: expected {expected}, got {got}")

    def _path(self, key: str) -> str:
        return f"{self._where}{'' if self._where.endswith(': ') else '.'}{key}"

    def __contains__(self, key: str) -> bool:
        return key in self._rest

    def take(self, key: str) -> object:
        """Take a value of any type; None when it is missing."""
        return self._rest.pop(key, None)

    def text(self, key: str, default: str | None = None) -> str:
        """Take a line of text. FormatError when it is missing without a default, empty, long or unprintable."""
        value = self.take(key)
        if value is None and default is not None:
            return default
        return self._line(key, value)

    def _line(self, key: str, value: object) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self.fault(key, "text in quotes", value)
        if len(value) > TEXT_LIMIT or not value.isprintable():
            raise self.fault(key, f"a line of at most {TEXT_LIMIT} printable characters", value)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Take a list of lines, each different; empty when it is missing."""
        found = tuple(self._line(key, one) for one in self.items(key))
        if len(set(found)) < len(found):
            raise self.fault(key, "different texts", list(found))
        return found

    def items(self, key: str) -> list[object]:
        """Take a list of any values; empty when it is missing."""
        value = self.take(key)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > LIST_LIMIT:
            raise self.fault(key, f"a list of at most {LIST_LIMIT}", value)
        return value

    def number(self, key: str, default: int | None = None) -> int:
        """Take a whole number from 1 to the limit."""
        value = self.take(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= NUMBER_LIMIT:
            raise self.fault(key, f"a whole number from 1 to {NUMBER_LIMIT}", value)
        return value

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """Take true or false."""
        value = self.take(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, bool):
            raise self.fault(key, "true or false", value)
        return value

    def day(self, key: str) -> date:
        """Take a date without a time."""
        value = self.take(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.fault(key, "a date (2026-01-31, without quotes)", value)
        return value

    def word(self, key: str, vocabulary: type[_C], default: _C | None = None) -> _C:
        """Take a word of a closed vocabulary."""
        value = self.take(key)
        if value is None and default is not None:
            return default
        return self._word(key, value, vocabulary)

    def words(self, key: str, vocabulary: type[_C]) -> tuple[_C, ...]:
        """Take a list of words of a closed vocabulary, each once; empty when it is missing."""
        found = tuple(self._word(key, one, vocabulary) for one in self.items(key))
        if len(set(found)) < len(found):
            raise self.fault(key, "different words", list(found))
        return found

    def _word(self, key: str, value: object, vocabulary: type[_C]) -> _C:
        found = code_of(vocabulary, value) if isinstance(value, str) else None
        if found is None:
            raise FormatError(f"{self._path(key)}: {_expected_word(value, [word_of(code) for code in vocabulary])}")
        return found

    def table(self, key: str) -> ClosedTable:
        """Take a table; an empty table when it is missing."""
        value = self.take(key)
        return self._inner(key, {} if value is None else value)

    def tables(self, key: str) -> Iterator[ClosedTable]:
        """Take a list of tables; none when it is missing."""
        for number, one in enumerate(self.items(key)):
            yield self._inner(f"{key}[{number}]", one)

    def named_tables(self, key: str) -> Iterator[tuple[str, ClosedTable]]:
        """Take a table of tables."""
        outer = self.table(key)
        for name in outer.names():
            yield name, outer.table(name)

    def _inner(self, key: str, value: object) -> ClosedTable:
        if not isinstance(value, dict) or len(value) > LIST_LIMIT:
            raise self.fault(key, "a table", value)
        return ClosedTable(self._path(key), value)

    def names(self) -> list[str]:
        """List the keys that are left."""
        return list(self._rest)

    def end(self) -> None:
        """Refuse keys that nobody took."""
        if self._rest:
            name = next(iter(self._rest))
            raise FormatError(f"{self._path(_shown(name))}: unknown key; take it out, or correct its spelling")


def read_tables(file: str, data: bytes) -> ClosedTable:
    """Read a TOML file.

    Args:
        file: name of the file for errors.

    Raises:
        FormatError: it is larger than 256 KiB, or no TOML in UTF-8.
    """
    if len(data) > FILE_LIMIT:
        raise FormatError(f"{file}: expected at most {FILE_LIMIT} bytes, got {len(data)}")
    try:
        return ClosedTable(f"{file}: ", tomllib.loads(data.decode("utf-8")))
    except UnicodeDecodeError:
        raise FormatError(f"{file}: expected TOML in UTF-8, got other bytes") from None
    except (ValueError, RecursionError) as error:
        place = str(error).rpartition("(")[2].rstrip(")") if "(at " in str(error) else "its structure"
        raise FormatError(f"{file}: expected TOML, got something else ({place})") from None


def _expected_word(value: object, words: list[str]) -> str:
    near = get_close_matches(value, words, n=1) if isinstance(value, str) and len(value) < TEXT_LIMIT else []
    if near:
        return f"expected a word of its list, got another; did you mean '{near[0]}'?"
    listed = ", ".join(words) if len(words) <= 12 else f"a word of its list ({', '.join(words[:6])}, …)"
    return f"expected {listed}, got {'none' if value is None else _kind(value)}"


def _shown(name: str) -> str:
    """Make an unknown key fit for a line: at most 40 plain characters."""
    return "".join(character if character.isalnum() or character in "-_" else "?" for character in name[:40])


def _kind(value: object) -> str:
    match value:
        case str():
            return f"text of {len(value)} character{'' if len(value) == 1 else 's'}"
        case bool():
            return "true or false"
        case list():
            return f"a list of {len(value)}"
        case dict():
            return "a table"
        case datetime():
            return "a date with a time"
        case date():
            return "a date"
        case _:
            return "a number"
