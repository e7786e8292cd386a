"""Messages: codes with parameters in place of sentences.

Reasons, remarks and shortfalls are kept and compared as codes. `views/text.py` turns them into sentences of a language.
A vocabulary of codes is an enum beside its noun: `AttributionReason`, `StatusReason`, `Remark`, …
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct

LEGACY = "legacy"
"""Code of a sentence that an older version stored. Parameter: `text`."""

Param = tuple[str, str | int]

Value = str | int | date
"""Value of a parameter as it is given; a time (`datetime`, which is a `date`) or a day becomes text by RFC 3339."""


class Message(Struct, frozen=True):
    """Code of a sentence with its parameters, ordered by name. A parameter never holds an identifier of a person."""

    code: str  # "attribution.only-people": the vocabulary, a dot, the word
    params: tuple[Param, ...] = ()

    @property
    def encoded(self) -> str:
        """Text for a column of a database: `["attribution.policy",{"policy":"phrase.qcp-n"}]`."""
        parts: list[object] = [self.code]
        if self.params:
            parts.append(dict(self.params))
        return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))

    def __str__(self) -> str:
        """Text for logs and errors, which are not translated: `skip.retired-since (since: 2026-01-31)`."""
        params = ", ".join(f"{name}: {value}" for name, value in self.params)
        return f"{self.code} ({params})" if params else self.code


class Code(StrEnum):
    """Closed vocabulary of codes. Calling a member makes a message: `Remark.CUT(limit=100)`."""

    def __call__(self, **params: Value) -> Message:
        return _made(self, tuple(params.items()))


@lru_cache(maxsize=4096)  # every finding has a message, and few are different
def _made(code: Code, params: tuple[tuple[str, Value], ...]) -> Message:
    plain = sorted((name, _plain(value)) for name, value in params)
    return Message(str(code), tuple(plain))


def _plain(value: Value) -> str | int:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return value if isinstance(value, int) else str(value)


def decoded_message(text: str) -> Message:
    """Read the text of a column; inverse of `Message.encoded`. Other text is a sentence of an older version, or of a
    file that was changed by hand: no text makes it fail."""
    if text.startswith('["'):
        try:
            return _message(json.loads(text))
        except (ValueError, RecursionError):  # RecursionError: brackets nested very deep
            pass
    return Message(LEGACY, (("text", text),))


def _message(parts: object) -> Message:
    match parts:
        case [str(code)]:
            message = Message(code)
        case [str(code), dict(params)] if all(type(value) in (str, int) for value in params.values()):
            message = Message(code, tuple(sorted(params.items())))
        case _:
            raise ValueError("expected a code and an object with its parameters")
    message.encoded.encode()  # UnicodeEncodeError, a ValueError, for a lone surrogate: it can't be written or shown
    return message
