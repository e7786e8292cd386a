"""Strict parsers of JSON and base64: a value of a log, a list or a file is taken literally or refused.

Every error is a FormatError that names the document (`context`) and the field, never its content. No CT format is known
here.
"""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from ctscan.errors import FormatError
from ctscan.model.hashes import HASH_SIZE
from ctscan.on_first_use import late_pattern

NUMBER_LIMIT: Final = 1 << 63
"""Bound of integers, exclusive: they fit a signed 64-bit column."""

TIME_LIMIT: Final = 253_402_300_800_000
"""Milliseconds from 1970 to the year 10000: later times can't be written as a date."""

_TIME: Final = late_pattern(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)

Object = Mapping[str, object]


def json_object(raw: bytes, context: str, limit: int) -> dict[str, object]:
    """Parse a JSON object.

    Args:
        raw: the document, UTF-8.
        context: name of the document in error messages.
        limit: bytes of the document at most.

    Raises:
        FormatError: it is too long or no JSON object.
    """
    if len(raw) > limit:
        raise FormatError(f"{context}: expected at most {limit} bytes, got {len(raw)}")
    try:
        value = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # ValueError: also bad UTF-8 and numbers of thousands of digits
        raise FormatError(
            f"{context}: expected JSON, got {len(raw)} bytes that aren't ({type(error).__name__})"
        ) from None
    if not isinstance(value, dict):
        raise FormatError(f"{context}: expected a JSON object, got {kind_of(value)}")
    return value


def text_in(document: Object, key: str, context: str) -> str:
    """Return the string in a field."""
    value = document.get(key)
    if not isinstance(value, str):
        raise FormatError(f"{context}: {key}: expected a string, got {kind_of(value)}")
    return value


def number_in(document: Object, key: str, context: str, limit: int = NUMBER_LIMIT) -> int:
    """Return the integer in a field, from 0 to below `limit`; a float or a boolean is refused."""
    value = document.get(key)
    if type(value) is not int or not 0 <= value < limit:
        raise FormatError(f"{context}: {key}: expected an integer from 0 to {limit - 1}, got {kind_of(value)}")
    return value


def list_in(document: Object, key: str, context: str) -> list[object]:
    """Return the list in a field."""
    value = document.get(key)
    if not isinstance(value, list):
        raise FormatError(f"{context}: {key}: expected a list, got {kind_of(value)}")
    return value


def bytes_in(document: Object, key: str, context: str) -> bytes:
    """Decode the base64 string in a field."""
    return base64_bytes(text_in(document, key, context), f"{context}: {key}")


def hash_in(document: Object, key: str, context: str) -> bytes:
    """Decode the SHA-256 value in a field, base64."""
    return _hash(text_in(document, key, context), f"{context}: {key}")


def hashes_in(document: Object, key: str, context: str) -> tuple[bytes, ...]:
    """Decode the list of SHA-256 values in a field, base64."""
    where = f"{context}: {key}"
    hashes = []
    for value in list_in(document, key, context):
        if not isinstance(value, str):
            raise FormatError(f"{where}: expected strings, got {kind_of(value)}")
        hashes.append(_hash(value, where))
    return tuple(hashes)


def base64_bytes(text: str, context: str) -> bytes:
    """Decode standard base64 with padding (RFC 4648 section 4); it has to encode to the same text again."""
    try:
        value = binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        value = b""
    if binascii.b2a_base64(value, newline=False) != text.encode("utf-8", "replace"):
        raise FormatError(f"{context}: expected standard base64, got {len(text)} characters that aren't")
    return value


def kind_of(value: object) -> str:
    """Name the kind of a value, for messages that must not show it."""
    if value is None:
        return "nothing"
    if type(value) is int:
        return "a negative integer" if value < 0 else f"an integer of {len(hex(value)) - 2} hexadecimal digits"
    names = {bool: "true or false", float: "a fraction", str: "a string", list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)


def _hash(text: str, context: str) -> bytes:
    value = base64_bytes(text, context)
    if len(value) != HASH_SIZE:
        raise FormatError(f"{context}: expected {HASH_SIZE} bytes, got {len(value)}")
    return value


def time_of(text: str) -> datetime | None:
    """Read a time of RFC 3339 in UTC; None for other text."""
    if not _TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):  # the 31st of February; the year 1 at an offset
        return None
