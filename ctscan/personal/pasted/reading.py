"""Reading of a text: a kind of identifier, and the part of the text that is read as this kind.

Also the refusals of texts without a reading.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from msgspec import Struct
from msgspec.structs import replace

from ctscan.errors import UsageError
from ctscan.model import IdentifierKind

EMAIL, DOMAIN, NAME = IdentifierKind.EMAIL, IdentifierKind.DOMAIN, IdentifierKind.NAME
NUMBER, PHONE, ACCOUNT = IdentifierKind.NUMBER, IdentifierKind.PHONE, IdentifierKind.ACCOUNT
SERIAL, SHA1, SHA256, IDENTITY = (
    IdentifierKind.SERIAL,
    IdentifierKind.SHA1,
    IdentifierKind.SHA256,
    IdentifierKind.IDENTITY,
)


class Reading(Struct, frozen=True):
    """Kind of identifier, and the part of the text that is read as this kind."""

    kind: IdentifierKind
    text: str
    guessed: bool = False


def guesses(readings: Iterable[Reading]) -> list[Reading]:
    return [replace(reading, guessed=True) for reading in readings]


def refuse(expected: str, text: str, got: str) -> NoReturn:
    raise UsageError(f"identifier: expected {expected}, got {len(text)} characters: {got}")


def refuse_hex(expected: str, text: str) -> NoReturn:
    odd = sum(char.lower() not in "0123456789abcdef:- " for char in text)
    digits = sum(char.lower() in "0123456789abcdef" for char in text)
    got = f"{len(text)} characters, {odd} of them no such digits" if odd else f"{digits} such digits"
    raise UsageError(f"identifier: expected {expected} in hexadecimal digits (0-9, a-f), got {got}; copy it again")
